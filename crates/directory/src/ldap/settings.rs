use std::path::PathBuf;
use std::time::Duration;

/// Which directory, and how to speak to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LdapSettings {
    /// Servers in the order they are tried: `ldaps://host[:port]`, or `ldap://host[:port]` where StartTLS is asked for.
    pub servers: Vec<String>,
    /// The file of the certification authorities to believe; none: the system's.
    pub authorities: Option<PathBuf>,
    /// Whether `ldap://` with StartTLS is allowed.
    pub start_tls: StartTls,
    /// The DN below which users and groups are.
    pub base: String,
    /// The DN of the configuration's root unit.
    pub configuration: String,
    /// The attribute that holds a user's login name: `uid`, `sAMAccountName`.
    pub login: String,
    /// The name to bind with, `{user}` standing for the login name: a DN, or whatever else the server takes.
    pub bind_name: String,
    /// What to show the directory.
    pub credentials: Credentials,
    /// The certificate that stands for the user, where there is one: it is shown instead of a Kerberos ticket, by SASL EXTERNAL
    /// (RFC 4513, section 5.2.3).
    pub identity: Option<Identity>,
    /// How long it may take.
    pub patience: Patience,
}

/// A certificate and its key, in PEM files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The file of the certificate, with those of the authorities between it and the root.
    pub certificate: PathBuf,
    /// The file of its private key.
    pub key: PathBuf,
}

/// How long a directory may take before it counts as one that does not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// To connect, with TLS.
    pub connect: Duration,
    /// To answer: a bind, a write, or a page of a search.
    pub operation: Duration,
    /// For everything that is asked for at once, however many pages bring it.
    pub exchange: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(8),
            operation: Duration::from_secs(25),
            exchange: Duration::from_secs(300),
        }
    }
}

/// Whether StartTLS is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartTls {
    /// LDAPS only.
    Refused,
    /// Where a server's address begins with `ldap://`.
    Allowed,
}

/// What to show the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Credentials {
    /// The session's own Kerberos ticket or certificate, nothing else.
    Local,
    /// That; where there is none, name and password.
    LocalThenDirectory,
    /// Name and password.
    Directory,
}
