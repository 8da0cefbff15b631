use std::path::{Path, PathBuf};
use std::process::Command;

use countersign_schema::{Server, render};

use super::{ADMIN, ADMIN_PASSWORD, SUFFIX};
use crate::process::output;
use crate::servers::tls::{Files, write};
use crate::{LabError, Result};

/// What an administrator installs: the very files of the documentation.
const RULES: &str = include_str!("../../../../docs/admin/389ds/aci.ldif");
const UNIT: &str = include_str!("../../../../docs/admin/389ds/unit.ldif");
/// The configuration that every instance begins with.
const TEMPLATE: &str = "/usr/share/dirsrv/data/template-dse.ldif";

/// Where its configuration is. The server has a semaphore of this folder's name, which no other one on the machine may have.
pub(super) fn configuration(folder: &Path) -> PathBuf {
    let name = folder.file_name().unwrap_or_default();
    folder.join(name)
}

/// That semaphore's file, which it leaves behind when it is ended by force.
pub(super) fn semaphore(folder: &Path) -> PathBuf {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    PathBuf::from(format!("/dev/shm/sem.{name}.stats"))
}

/// Writes the configuration, the schema and the database of certificates.
pub(super) fn write_all(folder: &Path, port: u16, plain: u16, server: &Files) -> Result<()> {
    for name in ["db", "log", "run", "lock", "ldif", "bak", "tmp", "inst"] {
        let path = folder.join(name);
        std::fs::create_dir_all(&path).map_err(file("make", &path))?;
    }
    let config = configuration(folder);
    std::fs::create_dir_all(config.join("schema")).map_err(file("make", &config))?;
    // Debian's are for the eyes of its own account.
    write(&config.join("certmap.conf"), "certmap default default\n", 0o644)?;
    write(&config.join("slapd-collations.conf"), "# none\n", 0o644)?;
    write(
        &config.join("schema/99countersign.ldif"),
        &render(Server::Port389),
        0o644,
    )?;
    let mut text = std::fs::read_to_string(TEMPLATE).map_err(file("read", Path::new(TEMPLATE)))?;
    let path = |name: &str| folder.join(name).display().to_string();
    let password = output(Command::new("pwdhash").args(["-s", "SSHA512", ADMIN_PASSWORD]))?;
    let user = output(Command::new("id").arg("-un"))?;
    for (name, value) in [
        ("bak_dir", path("bak")),
        ("cert_dir", config.display().to_string()),
        ("config_dir", config.display().to_string()),
        ("db_dir", path("db")),
        ("db_home_dir", path("db")),
        ("db_lib", "mdb".to_owned()),
        ("ds_passwd", password.trim().to_owned()),
        ("ds_port", plain.to_string()),
        ("ds_suffix", SUFFIX.to_owned()),
        ("ds_user", user.trim().to_owned()),
        ("fqdn", "localhost".to_owned()),
        ("inst_dir", path("inst")),
        ("ldapi", path("run/socket")),
        ("ldapi_autobind", "off".to_owned()),
        ("ldapi_enabled", "off".to_owned()),
        ("ldif_dir", path("ldif")),
        ("lock_dir", path("lock")),
        ("log_dir", path("log")),
        ("rootdn", ADMIN.to_owned()),
        ("run_dir", path("run")),
        ("schema_dir", config.join("schema").display().to_string()),
        ("tmp_dir", path("tmp")),
    ] {
        text = text.replace(&format!("%{name}%"), &value);
    }
    // TLS, no word in clear, and failures that are counted and lock nobody out.
    let more = format!(
        "cn: config\nnsslapd-security: on\nnsslapd-secureport: {port}\nnsslapd-listenhost: 127.0.0.1\n\
         nsslapd-securelistenhost: 127.0.0.1\nnsslapd-require-secure-binds: on\npasswordLockout: on\n\
         passwordMaxFailure: 10000\npasswordStorageScheme: SSHA512\n"
    );
    text = text.replacen("cn: config\n", &more, 1);
    write(&config.join("dse.ldif"), &text, 0o600)?;
    certificates(&config, folder, server)
}

/// The server takes certificates from a database of NSS only.
fn certificates(config: &Path, folder: &Path, server: &Files) -> Result<()> {
    let database = format!("sql:{}", config.display());
    let bundle = folder.join("server.p12");
    let (no_password, ca) = (folder.join("no-password"), folder.join("ca.pem"));
    write(&no_password, "\n", 0o600)?;
    output(Command::new("certutil").args(["-N", "--empty-password", "-d", &database]))?;
    output(
        Command::new("certutil")
            .args(["-A", "-n", "ca", "-t", "CT,,", "-d", &database, "-i"])
            .arg(ca),
    )?;
    let mut pack = Command::new("openssl");
    pack.args(["pkcs12", "-export", "-name", "Server-Cert", "-passout", "pass:"]);
    pack.arg("-inkey").arg(&server.key).arg("-in").arg(&server.certificate);
    output(pack.arg("-out").arg(&bundle))?;
    let mut unpack = Command::new("pk12util");
    unpack.args(["-d", &database, "-K", "", "-W", "", "-i"]).arg(&bundle);
    output(&mut unpack).map(drop)
}

/// The tree before a test begins, with its rules.
pub(super) fn content() -> String {
    let mut ldif = format!(
        "dn: cn=userroot,cn=ldbm database,cn=plugins,cn=config\nobjectClass: extensibleObject\n\
         objectClass: nsBackendInstance\ncn: userroot\nnsslapd-suffix: {SUFFIX}\n\n\
         dn: cn=\"{SUFFIX}\",cn=mapping tree,cn=config\nobjectClass: top\nobjectClass: extensibleObject\n\
         objectClass: nsMappingTree\ncn: {SUFFIX}\nnsslapd-state: backend\nnsslapd-backend: userroot\n\n\
         dn: {SUFFIX}\nobjectClass: domain\ndc: example\n\n"
    );
    for unit in ["People", "Groups", "Countersign", "Vaults"] {
        ldif.push_str(&format!(
            "dn: ou={unit},{SUFFIX}\nobjectClass: organizationalUnit\nou: {unit}\n\n"
        ));
    }
    for name in ["helpdesk", "countersign-admins"] {
        ldif.push_str(&format!(
            "dn: cn={name},ou=Groups,{SUFFIX}\nobjectClass: groupOfNames\ncn: {name}\n\n"
        ));
    }
    ldif + RULES
}

/// A unit, as the documentation's `ou=Sales` is: under another name, and in another place.
pub(super) fn unit(name: &str, dn: &str) -> String {
    let entry = UNIT.split_once("dc=org\n").map_or("", |(_, entry)| entry);
    format!("dn: {dn}\n{}", entry.replace("Sales", name))
}

pub(super) fn file(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> LabError {
    let path = path.to_owned();
    move |source| LabError::File { action, path, source }
}
