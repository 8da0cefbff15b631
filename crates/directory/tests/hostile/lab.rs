//! How an attack is endured, and what has to be so afterwards.

use crate::ldap::{password_of, settings, slapd};
use countersign_directory::ldap::{LdapRepository, LdapSettings, Patience};
use countersign_model::UserId;
use countersign_model::port::{ConfigurationRepository, DirectoryRepository, RepositoryError, VaultRepository};
use countersign_secret::Password;
use countersign_tests::Deadline;
use countersign_tests::servers::hostile::{Answer, Hostile, Identity, Opening, Over, Request, ber};
use countersign_tests::servers::{DirectoryServer, Slapd};
use std::sync::Arc;
use std::time::Duration;

/// An attack or a fault, for the list.
pub struct Attack {
    pub name: &'static str,
    pub attack: &'static str,
    pub must: &'static str,
    /// `SERVER` stands for its address; empty: nothing is wrong.
    pub says: &'static str,
}

/// A test for each attack, and the list of them.
macro_rules! attacks {
    ($($name:ident: $attack:literal, $must:literal, $says:literal => $run:expr;)*) => {
        pub const ALL: &[$crate::lab::Attack] = &[$($crate::lab::Attack {
            name: stringify!($name),
            attack: $attack,
            must: $must,
            says: $says,
        }),*];
        $(
            #[test]
            fn $name() {
                let run: fn(&str) = $run;
                run($says);
            }
        )*
    };
}
pub(crate) use attacks;

pub const BASE: &str = "dc=example,dc=org";
pub const CONFIGURATION: &str = "ou=Countersign,dc=example,dc=org";
pub const ADA: &str = "uid=ada,ou=People,dc=example,dc=org";
/// Nothing takes longer, with the times the product has; the suite's are shorter.
const LONGEST: u64 = 30;
/// What the agent may have, and so this process, which has a server in it beside.
const MEMORY_KIB: u64 = 150 << 10;

/// What is asked of the directory.
pub type Call = fn(&LdapRepository) -> Result<String, RepositoryError>;

pub fn ada() -> UserId {
    UserId::from("ada")
}

/// For attacks that are over when the other side says so: the product's own times.
pub fn patient() -> Patience {
    Patience::default()
}

/// For attacks that end with a time-out.
pub fn brief() -> Patience {
    Patience {
        connect: Duration::from_secs(8),
        operation: Duration::from_secs(2),
        exchange: Duration::from_secs(5),
    }
}

/// The same for those that do not get as far as a connection.
pub fn briefest() -> Patience {
    Patience {
        connect: Duration::from_secs(2),
        ..brief()
    }
}

pub fn ask_units(repository: &LdapRepository) -> Result<String, RepositoryError> {
    repository.units().map(|units| format!("{units:?}"))
}

pub fn ask_header(repository: &LdapRepository) -> Result<String, RepositoryError> {
    repository.header(&ada()).map(|header| format!("{header:?}"))
}

pub fn ask_list(repository: &LdapRepository) -> Result<String, RepositoryError> {
    repository.list(&ada()).map(|list| format!("{list:?}"))
}

/// Only authenticates.
pub fn ask_nothing(_: &LdapRepository) -> Result<String, RepositoryError> {
    Ok(String::new())
}

/// A directory without guile that knows ada and has nothing else.
pub fn decent(request: &Request) -> Vec<Answer> {
    let found = |entry: Vec<u8>| vec![Answer::to(request, &entry), Answer::to(request, &ber::done(0, ""))];
    match request.operation {
        Request::SEARCH if request.mentions(b"supportedCapabilities") => {
            found(ber::entry("", &[("objectClass", &[b"top", b"OpenLDAProotDSE"])]))
        }
        Request::SEARCH if request.mentions(b"entryUUID") && request.mentions(b"ada") => {
            found(ber::entry(ADA, &[("entryUUID", &[b"c0ffee"])]))
        }
        _ => countersign_tests::servers::hostile::polite(request),
    }
}

/// A server that does this to searches which mention something, and is decent otherwise.
pub fn evil_at(mention: &'static [u8], script: impl Fn(&Request) -> Vec<Answer> + Send + Sync + 'static) -> Hostile {
    let server = Hostile::start(Opening::Tls(Identity::Right), move |request| {
        match request.is_search() && request.mentions(mention) {
            true => script(request),
            false => decent(request),
        }
    });
    server.unwrap()
}

/// A server that does this to binds.
pub fn evil_at_bind(script: impl Fn(&Request) -> Vec<Answer> + Send + Sync + 'static) -> Hostile {
    let server = Hostile::start(Opening::Tls(Identity::Right), move |request| match request.is_bind() {
        true => script(request),
        false => decent(request),
    });
    server.unwrap()
}

/// Settings for a hostile server.
pub fn facing(server: &Hostile, patience: Patience) -> LdapSettings {
    LdapSettings {
        servers: vec![server.url()],
        authorities: Some(server.ca().to_owned()),
        start_tls: countersign_directory::ldap::StartTls::Refused,
        base: BASE.to_owned(),
        configuration: CONFIGURATION.to_owned(),
        login: "uid".to_owned(),
        bind_name: format!("uid={{user}},ou=People,{BASE}"),
        credentials: countersign_directory::ldap::Credentials::Directory,
        identity: None,
        patience,
    }
}

pub fn repository(settings: LdapSettings) -> LdapRepository {
    LdapRepository::new(settings, Arc::new(crate::ldap::Standing::default()))
}

pub fn secret() -> Password {
    Password::from_utf8(password_of("ada").as_bytes()).unwrap()
}

/// Authenticates and asks.
pub fn asked(repository: &LdapRepository, call: Call) -> Result<String, RepositoryError> {
    repository.authenticate(&ada(), &secret())?;
    call(repository)
}

/// Endures an attack: the sentence is the one, and everything that has to be so is so.
pub fn endure(server: &Hostile, settings: &LdapSettings, call: Call, says: &str) -> Option<String> {
    let (result, sentence) = suffered(settings, call);
    assert_eq!(sentence.replace(&settings.servers[0], "SERVER"), says, "{result:?}");
    no_word_in_clear(server);
    // An answer that stays short is one everywhere; a server that fails is left for the next one.
    if matches!(&result, Err(RepositoryError::Unreachable { place, .. }) if *place == settings.servers[0]) {
        goes_on_elsewhere(server, settings, call);
    }
    result.ok()
}

/// The same for a server that cannot be looked into.
pub fn suffered(settings: &LdapSettings, call: Call) -> (Result<String, RepositoryError>, String) {
    let deadline = Deadline::seconds(LONGEST);
    let repository = repository(settings.clone());
    let result = asked(&repository, call);
    assert!(!deadline.is_over(), "it took longer than {LONGEST} s");
    repository.settle();
    assert_eq!(children(), 0, "the child is still there");
    drop(repository);
    let peak = peak_kib();
    assert!(peak <= MEMORY_KIB, "{peak} KiB");
    let sentence = result.as_ref().err().map(ToString::to_string).unwrap_or_default();
    assert!(
        sentence.chars().all(|c| !c.is_control()) && sentence.len() < 500,
        "{sentence}"
    );
    (result, sentence)
}

pub fn no_word_in_clear(server: &Hostile) {
    assert!(!server.saw_in_clear(password_of("ada").as_bytes()));
    for heard in server.heard() {
        let bare = heard
            .requests
            .iter()
            .filter(|request| request.is_bind() && request.over == Over::Clear);
        assert_eq!(bare.count(), 0, "a bind in the clear");
    }
}

/// With a good server beside the bad one the same repository goes on there.
fn goes_on_elsewhere(bad: &Hostile, settings: &LdapSettings, call: Call) {
    let good = slapd();
    let both = bad.folder().join("both.pem");
    let authorities = [bad.ca(), good.ca()].map(|file| std::fs::read_to_string(file).unwrap());
    std::fs::write(&both, authorities.concat()).unwrap();
    goes_on(
        &good,
        LdapSettings {
            servers: vec![settings.servers[0].clone(), good.url()],
            authorities: Some(both),
            start_tls: settings.start_tls,
            patience: settings.patience,
            ..crate::ldap::settings(&good)
        },
        call,
    );
}

pub fn goes_on(good: &Slapd, settings: LdapSettings, call: Call) {
    let repository = repository(settings);
    // The first goes to the bad server, which is found out; what is asked after that goes to the good one.
    let first = asked(&repository, call);
    if first.is_err() {
        call(&repository).unwrap();
    }
    assert_eq!(good.bad_password_count("ada").unwrap(), 0);
    repository.settle();
    assert_eq!(children(), 0);
}

/// A call against a real directory that is as it should be.
pub fn still_works(call: Call) {
    let good = slapd();
    let (result, sentence) = suffered(&settings(&good), call);
    assert!(result.is_ok(), "{sentence}");
}

/// Children of this process that speak LDAP. Tests run in a process each.
pub fn children() -> usize {
    let own = std::process::id().to_string();
    let all = std::fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let stats = all.filter_map(|entry| std::fs::read_to_string(entry.path().join("stat")).ok());
    let of_ours = stats.filter(|stat| {
        let Some((name, rest)) = stat.rsplit_once(") ") else {
            return false;
        };
        let mut fields = rest.split(' ');
        let (state, parent) = (fields.next(), fields.next());
        name.contains("(countersign-dir") && parent == Some(own.as_str()) && state != Some("Z")
    });
    of_ours.count()
}

fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}
