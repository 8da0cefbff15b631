//! What the organisation's directory holds: the attributes and object classes, declared once as data, and the schema file that each
//! kind of server takes.
//!
//! [`attribute`] and [`class`] are the names for everybody who reads or writes entries. [`ATTRIBUTES`] and [`CLASSES`] are the
//! declarations, [`render`] prints them for a [`Server`]. No class or attribute of others is changed.

mod active_directory;
mod declared;
mod definition;
mod guid;
pub mod name;
mod openldap;
mod port389;
mod server;

pub use declared::{ATTRIBUTES, Attribute, CLASSES, Class, Index, OID_ARC, Syntax};
pub use guid::Guid;
pub use name::{attribute, class};
pub use server::{Server, UnknownServer};

/// The schema as the server's own tools take it, ending in a line feed.
///
/// | Server | How it is loaded |
/// |---|---|
/// | [`Server::OpenLdap`] | `include` in `slapd.conf` |
/// | [`Server::OpenLdapConfig`] | `ldapadd` to `cn=config` |
/// | [`Server::ActiveDirectory`] | `ldifde -i -c "DC=X" "DC=example,DC=org"`, on the schema master |
/// | [`Server::Port389`] | a file in the instance's schema folder |
#[must_use]
pub fn render(server: Server) -> String {
    match server {
        Server::OpenLdap => openldap::schema_file(),
        Server::OpenLdapConfig => openldap::configuration(),
        Server::ActiveDirectory => active_directory::ldif(),
        Server::Port389 => port389::ldif(),
    }
}
