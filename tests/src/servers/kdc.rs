use std::path::Path;

use crate::servers::{Port, Unread, Verdict};
use crate::{Deadline, Process, Result, Session, process};

const REALM: &str = "LAB.EXAMPLE";
const PRINCIPAL: &str = "demo@LAB.EXAMPLE";

/// A real Kerberos KDC (MIT) that knows one principal, as an ordinary process of the session's user.
#[derive(Debug)]
pub struct Kdc {
    process: Process,
    environment: Vec<(String, String)>,
    unread: Unread,
    _port: Port,
}

impl Kdc {
    /// Makes its database and waits until it answers.
    pub fn start(session: &Session, password: &str) -> Result<Self> {
        let folder = session.folder().join("kdc");
        let port = Port::claim()?;
        let (client, server) = (folder.join("krb5.conf"), folder.join("kdc.conf"));
        session.write(&client, &client_settings(port.number()))?;
        session.write(&server, &server_settings(&folder, port.number()))?;
        let environment = [
            ("KRB5_CONFIG", client.display().to_string()),
            ("KRB5_KDC_PROFILE", server.display().to_string()),
            ("KRB5CCNAME", format!("FILE:{}", folder.join("tickets").display())),
            ("PATH", "/usr/bin:/usr/sbin:/bin".to_owned()),
        ];
        let environment: Vec<_> = environment.map(|(name, value)| (name.to_owned(), value)).into();
        let run = |words: &str| {
            let mut command = session.command("sh");
            command.envs(environment.iter().cloned());
            process::output(command.args(["-c", words, password]))
        };
        run("kdb5_util create -s -P master-of-the-laboratory -r LAB.EXAMPLE")?;
        run(r#"printf '%s\n%s\n' "$0" "$0" | kadmin.local -q 'addprinc +requires_preauth demo@LAB.EXAMPLE'"#)?;
        let mut command = session.command("krb5kdc");
        command.envs(environment.iter().cloned()).args(["-n", "-r", REALM]);
        let mut process = Process::start("krb5kdc", &mut command, &session.log("krb5kdc"))?;
        let deadline = Deadline::seconds(30);
        while !process.said().contains("commencing operation") {
            process.must_run()?;
            if deadline.is_over() {
                return Err(deadline.late("the KDC's start", &process.said()));
            }
            deadline.pause();
        }
        Ok(Self {
            process,
            environment,
            unread: Unread::default(),
            _port: port,
        })
    }

    /// The principal that it knows.
    #[must_use]
    pub fn principal(&self) -> &'static str {
        PRINCIPAL
    }

    /// What a client needs to find it.
    #[must_use]
    pub fn environment(&self) -> Vec<(String, String)> {
        self.environment.clone()
    }

    /// What it decides next about a password, accepted or refused.
    pub fn verdict(&mut self, deadline: Deadline) -> Result<Verdict> {
        let (process, unread) = (&self.process, &mut self.unread);
        deadline
            .find(|| unread.next(&process.said(), judge))
            .ok_or_else(|| deadline.late("the KDC's verdict", &process.said()))
    }
}

fn judge(line: &str) -> Option<Verdict> {
    if line.contains("ISSUE:") && line.contains(PRINCIPAL) {
        Some(Verdict::Accepted(line.to_owned()))
    } else if line.contains("PREAUTH_FAILED") {
        Some(Verdict::Refused(line.to_owned()))
    } else {
        None
    }
}

fn client_settings(port: u16) -> String {
    format!(
        "[libdefaults]\n default_realm = {REALM}\n dns_lookup_kdc = false\n dns_lookup_realm = false\n\
         [realms]\n {REALM} = {{\n  kdc = 127.0.0.1:{port}\n }}\n[logging]\n kdc = STDERR\n"
    )
}

fn server_settings(folder: &Path, port: u16) -> String {
    let folder = folder.display();
    format!(
        "[kdcdefaults]\n kdc_listen = 127.0.0.1:{port}\n kdc_tcp_listen = 127.0.0.1:{port}\n\
         [realms]\n {REALM} = {{\n  database_name = {folder}/principal\n  key_stash_file = {folder}/stash\n  \
         acl_file = {folder}/acl\n  max_life = 1h\n }}\n[logging]\n kdc = STDERR\n"
    )
}
