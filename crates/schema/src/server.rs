use std::fmt;
use std::str::FromStr;

/// A kind of directory server, as its schema is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Server {
    /// OpenLDAP with a `slapd.conf`.
    OpenLdap,
    /// OpenLDAP with its configuration under `cn=config`.
    OpenLdapConfig,
    /// Active Directory, Samba too.
    ActiveDirectory,
    /// 389 Directory Server, and what is built from it.
    Port389,
}

/// No kind of server has that name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is no kind of server: write openldap, openldap-config, ad or 389ds")]
pub struct UnknownServer(pub String);

impl Server {
    /// Every kind.
    pub const ALL: [Self; 4] = [
        Self::OpenLdap,
        Self::OpenLdapConfig,
        Self::ActiveDirectory,
        Self::Port389,
    ];

    /// Its name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OpenLdap => "openldap",
            Self::OpenLdapConfig => "openldap-config",
            Self::ActiveDirectory => "ad",
            Self::Port389 => "389ds",
        }
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Server {
    type Err = UnknownServer;

    fn from_str(name: &str) -> Result<Self, UnknownServer> {
        let found = Self::ALL.into_iter().find(|server| server.name() == name);
        found.ok_or_else(|| UnknownServer(name.to_owned()))
    }
}
