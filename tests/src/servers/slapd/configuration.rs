use std::fmt::Write as _;
use std::path::Path;

use countersign_schema::{Server, render};

use super::{ADMIN, ADMIN_PASSWORD, SUFFIX};
use crate::Result;
use crate::servers::tls::{Files, write};

/// What an administrator installs: the very files of the documentation.
const ACCESS: &str = include_str!("../../../../docs/admin/openldap/acl.conf");
const INDEXES: &str = include_str!("../../../../docs/admin/openldap/index.conf");

/// How a slapd is to be.
#[derive(Debug, Clone, Default)]
pub struct SlapdOptions {
    /// Entries beside the tree, as LDIF, loaded before it starts.
    pub entries: String,
    /// Whether it knows the product's schema.
    pub schema: Schema,
    /// Who may do what.
    pub access: Access,
    /// What a bind needs.
    pub binds: Binds,
    /// Limits of what it answers, such as `sizelimit 10`.
    pub limits: String,
    /// Whether it shares its data.
    pub replication: Replication,
}

/// Whether a server knows the product's schema.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Schema {
    /// All of it.
    #[default]
    Installed,
    /// All but its last class: an older one.
    Half,
    /// Nothing of it: an administrator forgot.
    Absent,
}

/// Who may do what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Access {
    /// What `docs/admin` says.
    #[default]
    Ours,
    /// Every user everything: an administrator forgot.
    Open,
}

/// What a bind with a password needs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Binds {
    /// TLS.
    #[default]
    Tls,
    /// Nothing: passwords may come in clear.
    Anyhow,
}

/// Whether a server shares its data with another one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Replication {
    /// It stands alone.
    #[default]
    Alone,
    /// It tells whoever asks what changed.
    Provider,
    /// It may be written, too, and takes from the server at this loopback port.
    Writable {
        /// Its number among the writable ones, from 1.
        number: u8,
        /// Where the other one is reached.
        from: u16,
    },
    /// It only takes, from the server at this loopback port, and refers writers to this URL.
    Consumer {
        /// Where the provider is reached.
        from: u16,
        /// Where writers are sent.
        writers: String,
    },
}

fn schema(schema: Schema) -> String {
    let all = render(Server::OpenLdap);
    match (schema, all.rsplit_once("\nobjectclass ")) {
        (Schema::Half, Some((half, _))) => format!("{half}\n"),
        _ => all,
    }
}

/// Writes `slapd.conf` and what it includes.
pub(super) fn write_all(folder: &Path, server: &Files, options: &SlapdOptions) -> Result<()> {
    let path = |name: &str| folder.join(name).display().to_string();
    let mut text = String::new();
    for schema in ["core", "cosine", "inetorgperson"] {
        let _infallible = writeln!(text, "include /etc/ldap/schema/{schema}.schema");
    }
    if options.schema != Schema::Absent {
        write(&folder.join("countersign.schema"), &schema(options.schema), 0o644)?;
        let _infallible = writeln!(text, "include {}", path("countersign.schema"));
        write(&folder.join("acl.conf"), ACCESS, 0o644)?;
        write(&folder.join("index.conf"), INDEXES, 0o644)?;
    }
    let _infallible = write!(
        text,
        "modulepath /usr/lib/ldap\nmoduleload back_mdb\nmoduleload ppolicy\nmoduleload syncprov\n\
         pidfile {pid}\nthreads 8\nsizelimit unlimited\n{limits}\n{security}\
         TLSCACertificateFile {ca}\nTLSCertificateFile {certificate}\nTLSCertificateKeyFile {key}\nTLSVerifyClient try\n\
         authz-regexp \"^cn=([^,]+)$\" \"uid=$1,ou=People,{SUFFIX}\"\n",
        pid = path("slapd.pid"),
        limits = options.limits,
        security = match options.binds {
            Binds::Tls => "security simple_bind=128\n",
            Binds::Anyhow => "",
        },
        ca = path("ca.pem"),
        certificate = server.certificate.display(),
        key = server.key.display(),
    );
    if let Replication::Writable { number, .. } = options.replication {
        let _infallible = writeln!(text, "serverID {number}");
    }
    let _infallible = write!(
        text,
        "\ndatabase mdb\nsuffix \"{SUFFIX}\"\nrootdn \"{ADMIN}\"\nrootpw \"{ADMIN_PASSWORD}\"\ndirectory {data}\n\
         maxsize 4294967296\ndbnosync\n{indexes}",
        data = path("data"),
        indexes = match options.schema {
            Schema::Absent => String::new(),
            Schema::Installed | Schema::Half => match options.access {
                Access::Ours => format!("include {}\ninclude {}\n", path("index.conf"), path("acl.conf")),
                Access::Open => format!("include {}\n", path("index.conf")),
            },
        },
    );
    let users = match options.access {
        Access::Ours => "read",
        Access::Open => "write",
    };
    let _infallible = writeln!(
        text,
        "access to attrs=userPassword by anonymous auth by * none\naccess to * by users {users} by * none"
    );
    text.push_str(&replication(&options.replication, &path("ca.pem")));
    let _infallible = write!(
        text,
        "overlay ppolicy\nppolicy_default \"cn=default,ou=Policies,{SUFFIX}\"\nppolicy_use_lockout\n"
    );
    write(&folder.join("slapd.conf"), &text, 0o600)
}

fn replication(wanted: &Replication, ca: &str) -> String {
    let takes = |from: u16| {
        format!(
            "syncrepl rid=001 provider=ldaps://127.0.0.1:{from} type=refreshAndPersist searchbase=\"{SUFFIX}\" \
             retry=\"1 +\" keepalive=5:2:2 network-timeout=5 bindmethod=simple binddn=\"{ADMIN}\" \
             credentials=\"{ADMIN_PASSWORD}\" tls_cacert={ca} tls_reqcert=demand\n"
        )
    };
    match wanted {
        Replication::Alone => String::new(),
        Replication::Provider => "overlay syncprov\n".to_owned(),
        Replication::Writable { from, .. } => format!("{}multiprovider on\noverlay syncprov\n", takes(*from)),
        Replication::Consumer { from, writers } => format!("{}updateref {writers}\n", takes(*from)),
    }
}
