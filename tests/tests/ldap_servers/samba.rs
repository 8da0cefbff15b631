use std::process::Command;

use countersign_schema::class;
use countersign_tests::process::output;
use countersign_tests::servers::{DirectoryServer, Question, Samba};

use crate::rules::{self, Nested};

#[test]
#[ignore = "slow: makes a domain, once for each change of the schema"]
fn a_vault_is_its_users() {
    rules::a_vault_is_its_users(&Samba::start().unwrap());
}

#[test]
#[ignore = "slow: makes a domain, once for each change of the schema"]
fn a_unit_is_its_groups() {
    rules::a_unit_is_its_groups(&Samba::start().unwrap(), Nested::Apart);
}

#[test]
#[ignore = "slow: makes a domain, once for each change of the schema"]
fn binds_are_counted() {
    rules::binds_are_counted(&Samba::start().unwrap());
}

#[test]
#[ignore = "slow: makes a domain, once for each change of the schema"]
fn it_comes_back_as_it_was() {
    rules::it_comes_back_as_it_was(&mut Samba::start().unwrap());
}

/// Who has a ticket is known by it, over TLS.
#[test]
#[ignore = "slow: makes a domain, once for each change of the schema"]
fn a_ticket_binds() {
    let samba = Samba::start().unwrap();
    samba.add_user("alice", "Alice-1!").unwrap();
    assert!(samba.ticket("alice", "wrong").is_err());
    let ticket = samba.ticket("alice", "Alice-1!").unwrap();
    let vault = format!("cn=countersign,{}", samba.user_dn("alice"));
    let mut add = Command::new("ldapadd");
    add.args(["-Y", "GSSAPI", "-Q", "-N", "-O", "maxssf=0", "-H", &samba.url()]);
    add.env("LDAPCONF", "/dev/null")
        .env("LDAPTLS_CACERT", samba.ca())
        .env("LDAPTLS_REQCERT", "demand")
        .envs(ticket.environment());
    // Nobody but her may make it.
    let ldif = tempfile::NamedTempFile::new().unwrap();
    let text = format!("dn: {vault}\nobjectClass: {}\ncn: countersign\n", class::VAULT);
    std::fs::write(ldif.path(), text).unwrap();
    output(add.arg("-f").arg(ldif.path())).unwrap();
    let found = samba.search(&samba.admin(), &Question::entry(&vault)).unwrap();
    assert_eq!(found.names().len(), 1);
}
