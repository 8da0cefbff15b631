//! A real directory server for the demo: its administrator publishes, its user logs on.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use countersign_tests::Session;
use countersign_tests::agent::line_of_words;
use countersign_tests::servers::{DirectoryServer, Samba, Slapd};
use serde_json::Value;

use super::agent::Agent;
use super::secrets::Secrets;
use crate::error::{Error, Result};
use crate::{compile, workspace};

/// Which server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// OpenLDAP's slapd, with the user's name and password.
    Openldap,
    /// Samba as an Active Directory domain controller, with the user's Kerberos ticket.
    Samba,
}

impl Kind {
    /// As it is written on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Openldap => "openldap",
            Self::Samba => "samba",
        }
    }
}

const ADMIN: &str = "publisher";
const ADMIN_PASSWORD: &str = "Kd9-lantern-Bx64mQs";
/// The passphrase of the key files.
const PHRASE: &str = "harbour velvet ticket onion marble";
const USER: &str = "anna";
const UNIT: &str = "Sales";
/// What the override sets, so that it is seen to have come from the directory.
const FILLS: u64 = 7;

enum Server {
    Openldap(Slapd),
    Samba(Samba),
}

/// A running directory with a published unit and a user.
pub struct Directory {
    server: Server,
    words: String,
    environment: Vec<(String, String)>,
}

impl Directory {
    /// Starts the server; its administrator makes the organisation's root and publishes the shipped templates and an override.
    pub fn start(kind: Kind, session: &Session, programs: &Path, secrets: &Secrets) -> Result<Self> {
        println!("── a directory of our own: {}", kind.name());
        let server = match kind {
            Kind::Openldap => Server::Openldap(Slapd::start()?),
            Kind::Samba => Server::Samba(Samba::start()?),
        };
        let mut directory = Self {
            server,
            words: String::new(),
            environment: Vec::new(),
        };
        let served = directory.served();
        served.add_user(ADMIN, ADMIN_PASSWORD)?;
        served.join("countersign-admins", ADMIN)?;
        served.add_user(USER, &secrets.primary)?;
        served.add_unit(UNIT)?;
        served.join(UNIT, USER)?;
        if let Server::Samba(samba) = &directory.server {
            let ticket = samba.ticket(USER, &secrets.primary)?;
            let environment = ticket.environment().map(|(name, value)| (name.to_owned(), value));
            directory.environment = environment.to_vec();
        }
        directory.words = Desk {
            session,
            programs,
            folder: session.folder().join("desk"),
        }
        .publish(&directory)?;
        session.write(
            &session.config_home().join("countersign/settings.toml"),
            &directory.settings(USER, directory.credentials()),
        )?;
        Ok(directory)
    }

    fn served(&self) -> &dyn DirectoryServer {
        match &self.server {
            Server::Openldap(server) => server,
            Server::Samba(server) => server,
        }
    }

    fn credentials(&self) -> &'static str {
        match self.server {
            Server::Openldap(_) => "directory",
            Server::Samba(_) => "local",
        }
    }

    fn settings(&self, user: &str, credentials: &str) -> String {
        let served = self.served();
        let login = match self.server {
            Server::Openldap(_) => "uid",
            Server::Samba(_) => "sAMAccountName",
        };
        format!(
            "[repository]\nuser = \"{user}\"\n\n[directory]\nservers = \"{}\"\nbase = \"{}\"\nca = \"{}\"\n\
             login = \"{login}\"\nbind_name = \"{}\"\ncredentials = \"{credentials}\"\n",
            served.url(),
            served.base(),
            served.ca().display(),
            served.bind_name("{user}"),
        )
    }

    /// A package without templates: all come from the directory.
    pub fn package(&self, session: &Session) -> Result<PathBuf> {
        let folder = session.folder().join("package");
        session.write(&folder.join("templates/README"), "")?;
        Ok(folder)
    }

    /// What the user's session knows: where his ticket is.
    pub fn environment(&self) -> Vec<(String, String)> {
        self.environment.clone()
    }

    /// Whether the user's password has to be shown to the directory: a ticket speaks for itself.
    pub fn wants_password(&self) -> bool {
        self.credentials() == "directory"
    }

    /// The root's six words, which the user got outside the directory.
    pub fn words(&self) -> &str {
        &self.words
    }

    /// Whether everything came from the directory: templates signed, the override in force, the logons there.
    pub fn proof(&self, agent: &Agent<'_>) -> Result<Value> {
        agent.ask(&["refresh"], &[])?;
        let status = agent.ask_json(&["status", "--json"])?;
        println!(
            "   the repository: {}",
            status.pointer("/status/repository").cloned().unwrap_or_default()
        );
        let settings = agent.ask_json(&["settings", "loop.fills", "--json"])?;
        let secrets = self.secrets()?;
        let templates = status.pointer("/status/templates").cloned().unwrap_or_default();
        println!("   templates in force: {templates}");
        println!("   loop.fills: {settings}");
        println!("   sealed records in the directory: {secrets}");
        let signed = templates.get("signed").and_then(Value::as_u64).unwrap_or(0);
        let good = signed > 0 && secrets >= 3 && settings.to_string().contains(&FILLS.to_string());
        Ok(serde_json::json!({
            "server": self.served().url(),
            "credentials": self.credentials(),
            "templates": templates,
            "override": settings,
            "records": secrets,
            "good": good,
        }))
    }

    fn secrets(&self) -> Result<usize> {
        use countersign_tests::servers::{Question, Scope};
        let served = self.served();
        let vault = format!("cn=countersign,{}", served.user_dn(USER));
        let question = Question {
            base: &vault,
            scope: Scope::One,
            filter: "(&(objectClass=countersignSecret)(countersignKind=record))",
            attributes: &["cn"],
        };
        Ok(served.search(&served.admin(), &question)?.names().len())
    }
}

/// The administrator's desk.
struct Desk<'a> {
    session: &'a Session,
    programs: &'a Path,
    folder: PathBuf,
}

impl Desk<'_> {
    fn publish(&self, directory: &Directory) -> Result<String> {
        let settings = self.folder.join("config/countersign/settings.toml");
        self.session.write(&settings, &directory.settings(ADMIN, "directory"))?;
        self.session.write(
            &self.folder.join("unit/overrides/loops.toml"),
            &format!("[settings.loop]\nfills = {FILLS}\n"),
        )?;
        let templates = workspace::root().join("templates");
        for entry in std::fs::read_dir(&templates)
            .map_err(Error::file("read", &templates))?
            .flatten()
        {
            let path = entry.path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                let text = std::fs::read_to_string(&path).map_err(Error::file("read", &path))?;
                let name = path.file_name().unwrap_or_default();
                self.session
                    .write(&self.folder.join("unit/templates").join(name), &text)?;
            }
        }
        let path = |name: &str| self.folder.join(name).display().to_string();
        let (root, key, unit) = (path("root.key"), path("publisher.key"), path("unit"));
        let made = self.ask(&["trust", "init", "Example", "--key", &root])?;
        self.ask(&["trust", "publisher", "init", "packaging", "--key", &key])?;
        self.ask(&["trust", "publisher", "add", &key, "--root", &root])?;
        self.ask(&["trust", "sign", &unit, "--unit", UNIT, "--publisher", &key])?;
        self.ask(&["publish", "apply", &unit, "--unit", UNIT])?;
        line_of_words(&made, 6).ok_or(Error::Answer {
            what: "`countersign trust init`",
            found: made,
        })
    }

    /// Runs the command line with the administrator's password and the passphrase of the key.
    fn ask(&self, words: &[&str]) -> Result<String> {
        let named = format!(
            "countersign {}",
            words.iter().take(2).copied().collect::<Vec<_>>().join(" ")
        );
        println!("   the administrator: {named}");
        let start = |source| Error::Start {
            program: named.clone(),
            source,
        };
        let mut command = self.session.command(compile::command_line(self.programs));
        command
            .args(words)
            .env("XDG_CONFIG_HOME", self.folder.join("config"))
            .env("XDG_STATE_HOME", self.folder.join("state"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().map_err(start)?;
        if let Some(mut input) = child.stdin.take() {
            let _refused_early = writeln!(input, "{ADMIN_PASSWORD}\n{PHRASE}");
        }
        let answer = child.wait_with_output().map_err(start)?;
        if answer.status.success() {
            return Ok(String::from_utf8_lossy(&answer.stdout).into_owned());
        }
        eprintln!("{}", String::from_utf8_lossy(&answer.stderr).trim_end());
        Err(Error::Step(named))
    }
}
