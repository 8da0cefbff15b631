//! OpenLDAP's slapd, as an ordinary process of the caller.

mod configuration;
mod content;
mod pair;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::Signal;

pub use configuration::{Access, Binds, Replication, Schema, SlapdOptions};
pub use pair::SlapdPair;

use super::directory::DirectoryServer;
use super::ldap::{Login, Question};
use super::must_serve;
use super::port::Port;
use super::tls::{Authority, Files, Validity, loopback, write};
use crate::process::signal;
use crate::{Deadline, LabError, Process, Result};

/// The top of its tree.
pub const SUFFIX: &str = "dc=example,dc=org";
const ADMIN: &str = "cn=admin,dc=example,dc=org";
const ADMIN_PASSWORD: &str = "the-directory's-own";
/// A bad machine is slow; a server that does not answer after this long will not.
const READY: u64 = 30;

/// A real slapd on loopback ports of its own, with the schema, and the access rules and indexes of `docs/admin/openldap`.
#[derive(Debug)]
pub struct Slapd {
    // First, so that it ends before its folder goes.
    process: Option<Process>,
    folder: tempfile::TempDir,
    ca: PathBuf,
    program: PathBuf,
    port: Port,
    plain: Port,
    authority: Authority,
    starts: u32,
}

impl Slapd {
    /// One that stands alone, with nobody in it.
    pub fn start() -> Result<Self> {
        Self::with(&SlapdOptions::default())
    }

    /// One as wanted.
    pub fn with(options: &SlapdOptions) -> Result<Self> {
        let mut slapd = Self::prepare(options, Authority::new("Laboratory Root")?, Port::claim()?)?;
        slapd.load(&content::tree(&options.entries))?;
        Ok(slapd)
    }

    /// The administrator wants a user to change his password before anything else (`pwdMustChange`, `pwdReset`:
    /// draft-behera-ldap-password-policy).
    pub fn must_change_password(&self, user: &str) -> Result<()> {
        let policy = format!("cn=must-change,{SUFFIX}");
        let ldif = format!(
            "dn: {policy}\nobjectClass: device\nobjectClass: pwdPolicy\ncn: must-change\npwdAttribute: userPassword\npwdMustChange: TRUE\n\n\
             dn: {}\nchangetype: modify\nreplace: pwdPolicySubentry\npwdPolicySubentry: {policy}\n-\nreplace: pwdReset\npwdReset: TRUE\n",
            self.user_dn(user)
        );
        self.change(&self.admin(), &ldif)
    }

    /// Everything but the data and the process.
    fn prepare(options: &SlapdOptions, authority: Authority, port: Port) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("countersign-slapd.").tempdir();
        let folder = folder.map_err(file("make a folder in", Path::new("/tmp")))?;
        // Whoever the clients run as, they read the certificate; keys are closed one by one.
        let open = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(folder.path(), open).map_err(file("open", folder.path()))?;
        std::fs::create_dir(folder.path().join("data")).map_err(file("make", folder.path()))?;
        let ca = folder.path().join("ca.pem");
        write(&ca, authority.certificate(), 0o644)?;
        let server = authority.server(&loopback(), Validity::Now)?;
        let files = server.write(folder.path(), "server")?;
        configuration::write_all(folder.path(), &files, options)?;
        let program = program(folder.path())?;
        Ok(Self {
            process: None,
            folder,
            ca,
            program,
            port,
            plain: Port::claim()?,
            authority,
            starts: 0,
        })
    }

    /// Puts entries in while it is stopped, as fast as the disk takes them, and starts it.
    pub fn load(&mut self, ldif: &str) -> Result<()> {
        self.stop()?;
        let entries = self.folder.path().join("entries.ldif");
        write(&entries, ldif, 0o600)?;
        let mut add = Command::new(&self.program);
        // Without `-w`, which frees a cursor twice (OpenLDAP 2.5.13) and ends badly now and then; syncprov finds the contextCSN itself.
        add.args(["-T", "add", "-q", "-f"]).arg(self.configuration_file());
        add.arg("-l").arg(&entries);
        crate::process::output(&mut add)?;
        self.restart()
    }

    /// Everything in it, as `slapcat` prints it.
    pub fn dump(&self) -> Result<String> {
        let mut cat = Command::new(&self.program);
        cat.args(["-T", "cat", "-o", "ldif-wrap=no", "-f"])
            .arg(self.configuration_file());
        crate::process::output(&mut cat)
    }

    /// Its folder: data, configuration, certificates and logs.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Its `slapd.conf`.
    #[must_use]
    pub fn configuration_file(&self) -> PathBuf {
        self.folder.path().join("slapd.conf")
    }

    /// The port where it speaks LDAP without TLS, StartTLS too.
    #[must_use]
    pub fn plain_port(&self) -> u16 {
        self.plain.number()
    }

    /// Whoever signs for it, to make certificates of other servers and of people.
    #[must_use]
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// A certificate by which the server takes its bearer for this user, at a bind with SASL EXTERNAL.
    pub fn client_certificate(&self, user: &str) -> Result<Files> {
        self.authority.person(user)?.write(self.folder.path(), user)
    }

    /// Its process, while it runs.
    pub fn process(&mut self) -> Option<&mut Process> {
        self.process.as_mut()
    }

    /// What it has said since its last start.
    #[must_use]
    pub fn said(&self) -> String {
        self.process.as_ref().map(Process::said).unwrap_or_default()
    }
}

impl DirectoryServer for Slapd {
    fn host(&self) -> &str {
        "127.0.0.1"
    }

    fn port(&self) -> u16 {
        self.port.number()
    }

    fn ca(&self) -> &Path {
        &self.ca
    }

    fn base(&self) -> &str {
        SUFFIX
    }

    fn admin(&self) -> Login {
        Login::new(ADMIN, ADMIN_PASSWORD)
    }

    fn disable(&self, name: &str) -> Result<()> {
        self.modify_user(
            name,
            "replace: pwdAccountLockedTime\npwdAccountLockedTime: 000001010000Z",
        )
    }

    fn enable(&self, name: &str) -> Result<()> {
        self.modify_user(name, "delete: pwdAccountLockedTime")
    }

    fn bad_password_count(&self, name: &str) -> Result<u32> {
        let dn = self.user_dn(name);
        let question = Question {
            attributes: &["pwdFailureTime"],
            ..Question::entry(&dn)
        };
        let count = self.search(&self.admin(), &question)?.values("pwdFailureTime").len();
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    fn add_group(&self, name: &str) -> Result<()> {
        self.change(&self.admin(), &content::group(name))
    }

    fn add_unit(&self, path: &str) -> Result<()> {
        let name = path.split(',').next().unwrap_or(path);
        self.add_group(name)?;
        let ldif = format!("dn: {}\nobjectClass: organizationalUnit\nou: {name}\n", self.unit(path));
        self.change(&self.admin(), &ldif)
    }

    fn stop(&mut self) -> Result<()> {
        let Some(mut process) = self.process.take() else {
            return Ok(());
        };
        signal(process.id(), Signal::TERM);
        process.wait(Deadline::seconds(READY)).map(drop)
    }

    fn kill(&mut self) -> Result<()> {
        let Some(mut process) = self.process.take() else {
            return Ok(());
        };
        signal(process.id(), Signal::KILL);
        process.wait(Deadline::seconds(READY)).map(drop)
    }

    fn restart(&mut self) -> Result<()> {
        self.stop()?;
        self.starts += 1;
        let log = self.folder.path().join(format!("slapd.{}.log", self.starts));
        let listen = format!(
            "ldaps://127.0.0.1:{}/ ldap://127.0.0.1:{}/",
            self.port.number(),
            self.plain.number()
        );
        let mut command = Command::new(&self.program);
        command
            .args(["-d", "0", "-h", &listen, "-f"])
            .arg(self.configuration_file());
        command.env("LDAPCONF", "/dev/null");
        self.process = Some(Process::start("slapd", &mut command, &log)?);
        let deadline = Deadline::seconds(READY);
        // It answers: a search needs no rights at the root.
        loop {
            let (admin, question) = (self.admin(), Question::entry(""));
            if self.search(&admin, &question).is_ok() {
                return Ok(());
            }
            if let Some(process) = &mut self.process {
                must_serve(process, &log)?;
            }
            if deadline.is_over() {
                return Err(deadline.late("slapd's answer", &format!("; its log is {}", log.display())));
            }
            deadline.pause();
        }
    }
}

/// slapd's program. Where AppArmor keeps Debian's to its own folders, a copy that it does not know.
fn program(folder: &Path) -> Result<PathBuf> {
    let installed = PathBuf::from("/usr/sbin/slapd");
    let confined = Path::new("/etc/apparmor.d/usr.sbin.slapd").exists()
        && std::fs::read("/sys/module/apparmor/parameters/enabled").is_ok_and(|text| text.starts_with(b"Y"));
    if !confined {
        return Ok(installed);
    }
    let copy = folder.join("slapd");
    std::fs::copy(&installed, &copy).map_err(file("copy", &installed))?;
    Ok(copy)
}

fn file(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> LabError {
    let path = path.to_owned();
    move |source| LabError::File { action, path, source }
}
