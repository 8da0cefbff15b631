//! The port's contract, kept by an LDAP directory on a real slapd.

mod ldap;

use countersign_directory::contract::{Subject, clauses};
use countersign_directory::ldap::LdapRepository;
use countersign_tests::servers::Slapd;
use ldap::{as_admin, slapd};

struct OnSlapd {
    repository: LdapRepository,
    _server: Slapd,
}

impl Subject for OnSlapd {
    type Repository = LdapRepository;

    fn repository(&self) -> &LdapRepository {
        &self.repository
    }
}

#[test]
fn a_directory_on_slapd_holds_the_contract() {
    for (name, clause) in clauses::<OnSlapd>() {
        let server = slapd();
        println!("{name}");
        clause(&OnSlapd {
            repository: as_admin(&server),
            _server: server,
        });
    }
}
