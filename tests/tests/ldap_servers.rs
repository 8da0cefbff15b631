//! The product's schema and access rules on real servers: one suite, on OpenLDAP's slapd, Samba AD and 389 Directory Server.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test's own functions")]

#[path = "ldap_servers/port389.rs"]
mod port389;
#[path = "ldap_servers/rules.rs"]
mod rules;
#[path = "ldap_servers/samba.rs"]
mod samba;
#[path = "ldap_servers/schema.rs"]
mod schema;
#[path = "ldap_servers/slapd.rs"]
mod slapd;
