//! The port's contract, kept by an LDAP directory on real servers.

mod ldap;

use countersign_directory::contract::{Subject, clauses};
use countersign_directory::ldap::LdapRepository;
use countersign_model::port::VaultRepository;
use countersign_model::{DeviceId, RecordId, RecordVersion, UserId};
use countersign_tests::servers::{DirectoryServer, Samba, Slapd};
use ldap::{as_admin, peopled};

struct On<S> {
    repository: LdapRepository,
    _server: S,
}

impl<S> Subject for On<S> {
    type Repository = LdapRepository;

    fn repository(&self) -> &LdapRepository {
        &self.repository
    }
}

#[expect(clippy::print_stdout, reason = "where it fails is in the clause named last")]
fn hold<S: DirectoryServer>(start: impl Fn() -> S) {
    for (name, clause) in clauses::<On<S>>() {
        let server = peopled(start());
        println!("{name}");
        clause(&On {
            repository: as_admin(&server),
            _server: server,
        });
    }
}

#[test]
fn a_directory_on_slapd_holds_the_contract() {
    hold(|| Slapd::start().unwrap());
}

#[test]
#[ignore = "slow: makes a domain for each clause"]
fn a_directory_on_samba_holds_the_contract() {
    hold(|| Samba::start().unwrap());
}

/// More than is asked for without pages: everything there is, and everything that is new.
#[test]
fn a_vault_of_many_records_is_listed_whole() {
    let server = peopled(Slapd::start().unwrap());
    let (writing, reading) = (as_admin(&server), as_admin(&server));
    let user = UserId::from("ada");
    let version = |number: u16| {
        let [high, low] = number.to_be_bytes();
        let mut id = [0; 16];
        [id[0], id[1]] = [high, low];
        RecordVersion {
            record: RecordId(id),
            device: DeviceId([7; 16]),
            counter: 1,
        }
    };
    let mut there = Vec::new();
    for many in [0..450, 450..1_000, 1_000..1_001] {
        for number in many {
            writing.push(&user, &version(number), b"sealed").unwrap();
            there.push(version(number));
        }
        assert_eq!(reading.list(&user).unwrap(), there);
    }
}
