use clap::Args;
use countersign_schema::Server;

#[derive(Debug, Args)]
pub(crate) struct Schema {
    /// The kind of server: openldap (a schema file), openldap-config (LDIF for cn=config), ad (LDIF for ldifde) or 389ds (a schema file).
    #[arg(long = "for", value_name = "SERVER")]
    pub(crate) server: Server,
}
