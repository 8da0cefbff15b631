//! What a user finds out about his rights on a real slapd, and what is left of looking.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod ldap;

use countersign_directory::ldap::{Credentials, Identity, LdapRepository, LdapSettings};
use countersign_model::port::{DirectoryRepository, Finding, VaultRepository, Verdict};
use countersign_model::{UserId, port::Publishing};
use countersign_tests::servers::slapd::{Access, Schema, SlapdOptions};
use countersign_tests::servers::{DirectoryServer, Slapd};
use ldap::{Standing, as_admin, as_user, password_of, settings, slapd};
use std::path::Path;
use std::sync::Arc;

/// A server with a unit that ada reads, and a vault of bob's.
fn furnished(server: &Slapd) {
    server.add_unit("Sales").unwrap();
    server.join("Sales", "ada").unwrap();
    let unit = countersign_model::Unit::new("Sales").unwrap();
    as_admin(server).swap_catalogue(&unit, None, 1, b"a catalogue").unwrap();
    let bob = UserId::from("bob");
    as_user(server, "bob")
        .replace_header(&bob, None, b"bob's header")
        .unwrap();
}

fn users(server: Slapd) -> Slapd {
    for user in ["ada", "bob", "grace"] {
        server.add_user(user, &password_of(user)).unwrap();
    }
    server
}

fn looked(server: &Slapd, user: &str) -> Vec<Finding> {
    as_user(server, user).examine(&UserId::from(user)).unwrap()
}

fn verdicts(found: &[Finding]) -> Vec<(&str, Verdict)> {
    found.iter().map(|finding| (finding.about, finding.verdict)).collect()
}

fn of<'a>(found: &'a [Finding], about: &str) -> &'a Finding {
    found.iter().find(|finding| finding.about == about).unwrap()
}

#[test]
fn with_our_rules_everything_is_as_it_should_be_and_nothing_stays_but_the_vaults_place() {
    let server = slapd();
    furnished(&server);
    let before = server.dump().unwrap();
    let found = looked(&server, "ada");
    let all = [
        "server",
        "schema",
        "units",
        "configuration",
        "your vault",
        "colleagues' vaults",
        "colleagues' entries",
    ];
    assert_eq!(verdicts(&found), all.map(|about| (about, Verdict::Good)), "{found:#?}");
    assert!(of(&found, "units").found.contains("Sales"), "{found:#?}");
    let count = |dump: &str| dump.lines().filter(|line| line.starts_with("dn: ")).count();
    let after = server.dump().unwrap();
    assert_eq!(count(&after), count(&before) + 1, "{after}");
    assert!(after.contains("dn: cn=countersign,uid=ada,"), "{after}");
    // The second look finds the place made.
    assert_eq!(verdicts(&looked(&server, "ada")), verdicts(&found));
    assert_eq!(count(&server.dump().unwrap()), count(&after));
}

#[test]
fn who_publishes_and_who_helps_are_told_that_others_must_not() {
    let server = slapd();
    furnished(&server);
    server.join("countersign-admins", "grace").unwrap();
    server.join("helpdesk", "ada").unwrap();
    let publishes = looked(&server, "grace");
    let configuration = of(&publishes, "configuration");
    assert_eq!(configuration.verdict, Verdict::Doubtful, "{publishes:#?}");
    assert!(configuration.found.contains("Sales"), "{configuration:?}");
    assert_eq!(of(&publishes, "colleagues' vaults").verdict, Verdict::Good);
    let helps = looked(&server, "ada");
    let seen = of(&helps, "colleagues' vaults");
    assert_eq!(seen.verdict, Verdict::Doubtful, "{helps:#?}");
    assert!(seen.found.contains("cn=countersign,uid=bob,"), "{seen:?}");
    assert_eq!(of(&helps, "colleagues' entries").verdict, Verdict::Good, "{helps:#?}");
}

#[test]
fn rules_that_were_forgotten_are_bad() {
    let options = SlapdOptions {
        access: Access::Open,
        ..SlapdOptions::default()
    };
    let server = users(Slapd::with(&options).unwrap());
    furnished(&server);
    let key = countersign_secret::Key::from_fill(|out| out.fill(7));
    as_user(&server, "bob")
        .place_slot_key(&UserId::from("bob"), &key)
        .unwrap();
    let before = server.dump().unwrap();
    let found = looked(&server, "ada");
    for (about, verdict) in [
        ("configuration", Verdict::Doubtful),
        ("your vault", Verdict::Good),
        ("colleagues' vaults", Verdict::Bad),
        ("colleagues' entries", Verdict::Bad),
    ] {
        assert_eq!(of(&found, about).verdict, verdict, "{found:#?}");
    }
    assert!(
        of(&found, "colleagues' vaults").found.contains("cn=slot-key"),
        "{found:#?}"
    );
    // Where everything may be written nothing stays written.
    let names = |dump: &str| -> Vec<String> {
        let names = dump.lines().filter(|line| line.starts_with("dn: ")).map(str::to_owned);
        names.filter(|name| !name.contains("uid=ada")).collect()
    };
    assert_eq!(names(&server.dump().unwrap()), names(&before));
}

#[test]
fn half_a_schema_is_named_by_what_it_lacks() {
    let options = SlapdOptions {
        schema: Schema::Half,
        ..SlapdOptions::default()
    };
    let server = users(Slapd::with(&options).unwrap());
    let found = looked(&server, "ada");
    let schema = of(&found, "schema");
    assert_eq!(schema.verdict, Verdict::Bad, "{found:#?}");
    assert!(schema.found.contains("countersignTask missing"), "{schema:?}");
    assert_eq!(of(&found, "your vault").verdict, Verdict::Bad, "{found:#?}");
    assert_eq!(of(&found, "units").verdict, Verdict::Doubtful, "{found:#?}");
}

fn by_certificate(server: &Slapd, certificate: &Path, key: &Path, credentials: Credentials) -> LdapRepository {
    let settings = LdapSettings {
        credentials,
        identity: Some(Identity {
            certificate: certificate.to_owned(),
            key: key.to_owned(),
        }),
        ..settings(server)
    };
    LdapRepository::new(settings, Arc::new(Standing::default()))
}

#[test]
fn a_certificate_stands_for_its_user() {
    let server = slapd();
    furnished(&server);
    let (ada, bob) = (UserId::from("ada"), UserId::from("bob"));
    let files = server.client_certificate("ada").unwrap();
    let repository = by_certificate(&server, &files.certificate, &files.key, Credentials::Local);
    repository.replace_header(&ada, None, b"ada's header").unwrap();
    assert_eq!(repository.header(&ada).unwrap().unwrap().1, b"ada's header");
    assert_eq!(repository.header(&bob).unwrap(), None, "bob's is not shown to her");

    // One that the server does not know is no use.
    let stranger = countersign_tests::servers::tls::Authority::new("Nobody").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let unknown = stranger.person("ada").unwrap().write(folder.path(), "ada").unwrap();
    let refused = by_certificate(&server, &unknown.certificate, &unknown.key, Credentials::Local).header(&ada);
    let why = refused.unwrap_err().to_string();
    assert!(why.contains("the certificate of `directory.certificate`"), "{why}");

    // A key that is not its own, and files that are none, are said by their setting.
    let wrong = by_certificate(&server, &files.certificate, &unknown.key, Credentials::Local).header(&ada);
    assert!(wrong.unwrap_err().to_string().contains("directory.key"));
    let none = by_certificate(&server, server.ca(), server.ca(), Credentials::Local).header(&ada);
    assert!(none.unwrap_err().to_string().contains("directory.key"));
    let absent = by_certificate(&server, Path::new("/nonexistent"), &files.key, Credentials::Local).header(&ada);
    assert!(absent.unwrap_err().to_string().contains("directory.certificate"));
}
