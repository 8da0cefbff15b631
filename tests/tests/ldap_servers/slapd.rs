use countersign_schema::{attribute, class};
use countersign_tests::servers::{DirectoryServer, Login, Question, Slapd, SlapdPair};
use countersign_tests::{Deadline, LabError};

use crate::rules::{self, Nested};

#[test]
fn a_vault_is_its_users() {
    rules::a_vault_is_its_users(&Slapd::start().unwrap());
}

#[test]
fn a_unit_is_its_groups() {
    rules::a_unit_is_its_groups(&Slapd::start().unwrap(), Nested::Apart);
}

#[test]
fn binds_are_counted() {
    rules::binds_are_counted(&Slapd::start().unwrap());
}

#[test]
fn it_comes_back_as_it_was() {
    rules::it_comes_back_as_it_was(&mut Slapd::start().unwrap());
}

/// In the separate container the user's own name is his, and nobody else's.
#[test]
fn a_vault_may_be_in_a_container() {
    let slapd = Slapd::start().unwrap();
    slapd.add_user("alice", "Alice-1!").unwrap();
    slapd.add_user("bob", "Bob-1!").unwrap();
    let (alice, bob) = (slapd.login("alice", "Alice-1!"), slapd.login("bob", "Bob-1!"));
    let place = format!("cn=alice,{}", slapd.vaults());
    let vault = format!(
        "dn: {place}\nobjectClass: {}\ncn: alice\n{}: 1\n",
        class::VAULT,
        attribute::VERSION
    );
    let refused = slapd.change(&bob, &vault);
    assert!(matches!(refused, Err(LabError::Ldap { code: 50, .. })), "{refused:?}");
    slapd.change(&alice, &vault).unwrap();
    let locator = format!(
        "dn: cn=countersign,{}\nobjectClass: {}\ncn: countersign\n{}: {place}\n",
        slapd.user_dn("alice"),
        class::LOCATOR,
        attribute::PLACE
    );
    slapd.change(&alice, &locator).unwrap();
    let seen = |who| {
        slapd
            .search(who, &Question::entry(&place))
            .map(|found| found.names().len())
    };
    assert_eq!(seen(&alice).unwrap(), 1);
    assert!(!matches!(seen(&bob), Ok(1..)));
}

/// No password in clear, whatever the client does.
#[test]
fn a_password_in_clear_is_refused() {
    let slapd = Slapd::start().unwrap();
    let mut bind = std::process::Command::new("ldapwhoami");
    let admin: Login = slapd.admin();
    bind.args(["-x", "-H", &format!("ldap://127.0.0.1:{}", slapd.plain_port())]);
    bind.args(["-D", admin.name(), "-w", admin.password()])
        .env("LDAPCONF", "/dev/null");
    // 13: confidentiality required.
    assert_eq!(bind.output().unwrap().status.code(), Some(13));
}

/// Who has a certificate is known by it.
#[test]
fn a_certificate_binds() {
    let slapd = Slapd::start().unwrap();
    slapd.add_user("alice", "Alice-1!").unwrap();
    let files = slapd.client_certificate("alice").unwrap();
    let mut who = std::process::Command::new("ldapwhoami");
    who.args(["-Y", "EXTERNAL", "-Q", "-H", &slapd.url()])
        .env("LDAPCONF", "/dev/null");
    who.env("LDAPTLS_CACERT", slapd.ca())
        .env("LDAPTLS_CERT", &files.certificate)
        .env("LDAPTLS_KEY", &files.key);
    let said = countersign_tests::process::output(&mut who).unwrap();
    assert_eq!(
        said.trim().to_lowercase(),
        format!("dn:{}", slapd.user_dn("alice")).to_lowercase()
    );
}

fn phone(server: &Slapd, user: &str, number: &str) {
    let dn = server.user_dn(user);
    let ldif = format!("dn: {dn}\nchangetype: modify\nreplace: telephoneNumber\ntelephoneNumber: {number}\n");
    server.change(&server.admin(), &ldif).unwrap();
}

fn phone_of(server: &Slapd, user: &str) -> Option<String> {
    let dn = server.user_dn(user);
    let found = server.search(&server.admin(), &Question::entry(&dn)).unwrap();
    found.value("telephoneNumber").map(str::to_owned)
}

/// Both are written while nothing goes between them, and agree afterwards.
#[test]
fn two_writable_servers_part_and_meet_again() {
    let pair = SlapdPair::writable().unwrap();
    let soon = || Deadline::seconds(60);
    pair.first.add_user("alice", "Alice-1!").unwrap();
    pair.second.add_user("bob", "Bob-1!").unwrap();
    pair.synchronised(soon()).unwrap();
    pair.partition().unwrap();
    phone(&pair.first, "alice", "11");
    phone(&pair.second, "bob", "22");
    assert_eq!(phone_of(&pair.second, "alice"), None);
    assert_eq!(phone_of(&pair.first, "bob"), None);
    pair.heal().unwrap();
    pair.synchronised(soon()).unwrap();
    for server in [&pair.first, &pair.second] {
        assert_eq!(phone_of(server, "alice").as_deref(), Some("11"));
        assert_eq!(phone_of(server, "bob").as_deref(), Some("22"));
    }
}

/// A consumer follows, and refers whoever wants to write.
#[test]
fn a_consumer_follows_its_provider() {
    let mut pair = SlapdPair::provider_and_consumer().unwrap();
    pair.first.add_user("alice", "Alice-1!").unwrap();
    pair.synchronised(Deadline::seconds(60)).unwrap();
    let alice = pair.second.login("alice", "Alice-1!");
    let dn = pair.second.user_dn("alice");
    assert_eq!(
        pair.second.search(&alice, &Question::entry(&dn)).unwrap().names().len(),
        1
    );
    let write = format!("dn: {dn}\nchangetype: modify\nreplace: description\ndescription: x\n");
    let referred = pair.second.change(&pair.second.admin(), &write);
    assert!(matches!(referred, Err(LabError::Ldap { code: 10, .. })), "{referred:?}");
    // What happens while it is down it learns afterwards.
    pair.second.kill().unwrap();
    phone(&pair.first, "alice", "33");
    pair.second.restart().unwrap();
    pair.synchronised(Deadline::seconds(60)).unwrap();
    assert_eq!(phone_of(&pair.second, "alice").as_deref(), Some("33"));
}
