//! A connection cut after each of its first bytes, while TLS begins, while binding, while searching.

use crate::lab::{ada, ask_list, asked, children, repository};
use crate::ldap::{as_user, settings, slapd};
use countersign_directory::ldap::LdapSettings;
use countersign_model::port::VaultRepository;
use countersign_model::{DeviceId, RecordId, RecordVersion};
use countersign_tests::servers::relay::{Direction, Ending, Fault, Relay};
use countersign_tests::servers::{DirectoryServer, Slapd};

const BYTES: u64 = 2_000;
const RECORDS: u8 = 40;

/// A vault with so many records that their list goes on after the first two thousand bytes.
fn full() -> Slapd {
    let server = slapd();
    let repository = as_user(&server, "ada");
    for record in 1..=RECORDS {
        let version = RecordVersion {
            record: RecordId([record; 16]),
            device: DeviceId([1; 16]),
            counter: 1,
        };
        repository.push(&ada(), &version, b"sealed").unwrap();
    }
    server
}

/// Cuts after each of these numbers of bytes: each time it is noticed, and nothing of it is used.
fn cuts(server: &Slapd, numbers: impl Iterator<Item = u64>) {
    let relay = Relay::to(server.port()).unwrap();
    let bad = LdapSettings {
        servers: vec![relay.url()],
        ..settings(server)
    };
    for after in numbers {
        let ending = if after % 2 == 0 { Ending::Close } else { Ending::Reset };
        relay
            .set(Fault::Cut {
                direction: Direction::Down,
                after,
                ending,
            })
            .unwrap();
        let sentence = asked(&repository(bad.clone()), ask_list).unwrap_err().to_string();
        assert!(sentence.contains("cannot be reached: "), "{after}: {sentence}");
    }
    relay.heal().unwrap();
    asked(&repository(bad), ask_list).unwrap();
}

#[test]
fn cut_after_each_of_the_first_bytes() {
    let server = full();
    std::thread::scope(|threads| {
        for part in 0..2 {
            let server = &server;
            threads.spawn(move || cuts(server, (0..BYTES).skip(part).step_by(2)));
        }
    });
    assert_eq!(children(), 0);
    assert_eq!(server.bad_password_count("ada").unwrap(), 0);
}
