//! Samba as an Active Directory domain controller.

mod kerberos;
mod machine;
mod provision;
mod seat;

use std::path::{Path, PathBuf};

pub use kerberos::Ticket;
pub use machine::Machine;

use super::directory::DirectoryServer;
use super::ldap::{Login, Question};
use crate::{Deadline, LabError, Result};
use seat::Seat;

/// The Kerberos realm; its domain is the same in small letters.
pub const REALM: &str = "EXAMPLE.ORG";
/// The top of its tree.
pub const BASE: &str = "DC=example,DC=org";
/// The name in its certificate and its principals, beside its address.
pub const HOST_NAME: &str = "dc1.example.org";
const ADMIN_PASSWORD: &str = "The-Directory's-0wn";
const READY: u64 = 60;

/// Account flags: an ordinary account, and a disabled one.
const ENABLED: u32 = 512;
const DISABLED: u32 = 514;

/// A real Samba domain controller at an address of its own, with the schema, and the access rules of `docs/admin/ad`.
///
/// It must be root: where the caller is not, the laboratory's keeper runs it (`cargo xtask test`, `cargo xtask enter`).
#[derive(Debug)]
pub struct Samba {
    seat: Seat,
    host: String,
    ca: PathBuf,
    // What belongs to the client: Kerberos configuration and tickets.
    folder: tempfile::TempDir,
}

impl Samba {
    /// A domain of its own, with nobody in it. The first one on a machine takes some 20 seconds, each later one two.
    pub fn start() -> Result<Self> {
        let (seat, address, ca) = Seat::take()?;
        let folder = tempfile::Builder::new().prefix("countersign-samba-client.").tempdir();
        let folder = folder.map_err(provision::file("make a folder in", Path::new("/tmp")))?;
        let samba = Self {
            seat,
            host: address.to_string(),
            ca,
            folder,
        };
        samba.answers()?;
        samba.know_by_address()?;
        kerberos::configure(samba.folder.path(), &samba.host)?;
        Ok(samba)
    }

    /// Waits until it answers a question.
    fn answers(&self) -> Result<()> {
        let deadline = Deadline::seconds(READY);
        deadline.wait_for("Samba's answer", || {
            self.search(&self.admin(), &Question::entry("")).ok().map(drop)
        })
    }

    /// Clients reach it by its address: so it has a principal of that name, `ldap/ADDRESS`.
    fn know_by_address(&self) -> Result<()> {
        let ldif = format!(
            "dn: CN=DC1,OU=Domain Controllers,{BASE}\nchangetype: modify\nadd: servicePrincipalName\n\
             servicePrincipalName: ldap/{}\n",
            self.host
        );
        self.change(&self.admin(), &ldif)
    }

    /// Where the Kerberos configuration is, for `KRB5_CONFIG`.
    #[must_use]
    pub fn kerberos_configuration(&self) -> PathBuf {
        self.folder.path().join("krb5.conf")
    }

    /// Gets a ticket for this user, in a credential cache of its own.
    pub fn ticket(&self, name: &str, password: &str) -> Result<Ticket> {
        kerberos::ticket(self.folder.path(), name, password)
    }

    /// The identity that access control entries name, as it is stored, in base64.
    fn sid(&self, dn: &str) -> Result<String> {
        let question = Question {
            attributes: &["objectSid"],
            ..Question::entry(dn)
        };
        let found = self.search(&self.admin(), &question)?;
        let sid = found.value("objectSid").map(str::to_owned);
        sid.ok_or_else(|| LabError::Tool {
            program: "samba".to_owned(),
            message: format!("{dn} has no objectSid"),
        })
    }
}

impl DirectoryServer for Samba {
    fn host(&self) -> &str {
        &self.host
    }

    fn port(&self) -> u16 {
        636
    }

    fn ca(&self) -> &Path {
        &self.ca
    }

    fn base(&self) -> &str {
        BASE
    }

    fn user_dn(&self, name: &str) -> String {
        format!("CN={name},{}", self.people())
    }

    fn group_dn(&self, name: &str) -> String {
        format!("CN={name},{}", self.groups())
    }

    fn bind_name(&self, name: &str) -> String {
        format!("{name}@{REALM}").to_lowercase()
    }

    fn login_attribute(&self) -> &'static str {
        "sAMAccountName"
    }

    fn admin(&self) -> Login {
        Login::new("administrator@example.org", ADMIN_PASSWORD)
    }

    fn add_user(&self, name: &str, password: &str) -> Result<()> {
        let ldif = format!(
            "dn: {}\nobjectClass: user\ncn: {name}\nsAMAccountName: {name}\nuserPrincipalName: {}\n{}\n\
             userAccountControl: {ENABLED}\n",
            self.user_dn(name),
            self.bind_name(name),
            password_value(password),
        );
        self.change(&self.admin(), &ldif)
    }

    fn set_password(&self, name: &str, password: &str) -> Result<()> {
        self.modify_user(name, &format!("replace: unicodePwd\n{}", password_value(password)))
    }

    fn disable(&self, name: &str) -> Result<()> {
        self.modify_user(
            name,
            &format!("replace: userAccountControl\nuserAccountControl: {DISABLED}"),
        )
    }

    fn enable(&self, name: &str) -> Result<()> {
        self.modify_user(
            name,
            &format!("replace: userAccountControl\nuserAccountControl: {ENABLED}"),
        )
    }

    fn rename_user(&self, name: &str, to: &str) -> Result<()> {
        let renamed = format!(
            "dn: {}\nchangetype: modrdn\nnewrdn: CN={to}\ndeleteoldrdn: 1\n",
            self.user_dn(name)
        );
        self.change(&self.admin(), &renamed)?;
        let names = format!(
            "replace: sAMAccountName\nsAMAccountName: {to}\n-\nreplace: userPrincipalName\nuserPrincipalName: {}",
            self.bind_name(to)
        );
        self.modify_user(to, &names)
    }

    fn bad_password_count(&self, name: &str) -> Result<u32> {
        let dn = self.user_dn(name);
        let question = Question {
            attributes: &["badPwdCount"],
            ..Question::entry(&dn)
        };
        let found = self.search(&self.admin(), &question)?;
        Ok(found
            .value("badPwdCount")
            .and_then(|count| count.parse().ok())
            .unwrap_or(0))
    }

    fn add_group(&self, name: &str) -> Result<()> {
        let ldif = format!(
            "dn: {}\nobjectClass: group\ncn: {name}\nsAMAccountName: {name}\n",
            self.group_dn(name)
        );
        self.change(&self.admin(), &ldif)
    }

    fn add_unit(&self, path: &str) -> Result<()> {
        let name = path.split(',').next().unwrap_or(path);
        self.add_group(name)?;
        let wanted = serde_json::json!({
            "sddl": provision::sddl(provision::UNIT),
            "domain": self.sid(BASE)?,
            "sids": {
                "ADMINS": self.sid(&self.group_dn("countersign-admins"))?,
                "GROUP": self.sid(&self.group_dn(name))?,
            },
        });
        let descriptor = provision::python(include_str!("descriptor.py"), &wanted)?;
        let ldif = format!(
            "dn: {}\nobjectClass: organizationalUnit\nou: {name}\nnTSecurityDescriptor:: {descriptor}\n",
            self.unit(path)
        );
        self.change(&self.admin(), &ldif)
    }

    fn stop(&mut self) -> Result<()> {
        self.seat.stop()
    }

    fn kill(&mut self) -> Result<()> {
        self.seat.kill()
    }

    fn restart(&mut self) -> Result<()> {
        self.seat.restart()?;
        self.answers()
    }
}

/// A password as Active Directory takes it: in quotes, in UTF-16.
fn password_value(password: &str) -> String {
    let quoted = format!("\"{password}\"");
    let bytes: Vec<u8> = quoted.encode_utf16().flat_map(u16::to_le_bytes).collect();
    format!("unicodePwd:: {}", super::ldap::base64(&bytes))
}
