//! A real slapd with one unit of many objects, signed.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use countersign_directory::ldap::{Credentials, LdapRepository, LdapSettings, Patience, StartTls, entry_of};
use countersign_model::port::{Clock, DirectoryRepository, Publishing};
use countersign_model::{ConfigKind, ConfigName, Timestamp, Unit, UserId};
use countersign_secret::Password;
use countersign_tests::servers::{DirectoryServer, Slapd};
use countersign_trust::{
    AgentVersion, Entry, EntryKind, Heading, Kinds, ListedPublisher, PublisherKey, Recovery, RootList, digest_of,
    make_publisher_key, make_root_key, sign_catalogue,
};
use std::sync::Arc;

use super::super::{BenchError, clock};

pub const USER: &str = "ada";
pub const PASSWORD: &str = "Qx7-orbit-Lm20pRt";
const UNIT: &str = "Bench";
const DAY: u64 = 24 * 60 * 60 * 1_000;
/// How long an object is, in bytes.
pub const LONG: usize = 4_096;

/// The directory, and who publishes in it.
pub struct Directory {
    pub server: Slapd,
    pub list: RootList,
    key: PublisherKey,
    objects: Vec<Vec<u8>>,
    number: u64,
}

/// The steady and the wall clock of a measurement.
pub struct Clocks;

impl Clock for Clocks {
    fn now(&self) -> Timestamp {
        now()
    }

    fn steady(&self) -> countersign_model::Monotonic {
        countersign_desktop::pace::steady()
    }
}

pub fn now() -> Timestamp {
    Timestamp(u64::try_from(clock::since_1970().as_millis()).unwrap_or(u64::MAX))
}

pub fn unit() -> Result<Unit, BenchError> {
    Unit::new(UNIT).map_err(wrong)
}

pub fn wrong(error: impl std::fmt::Display) -> BenchError {
    BenchError::Wrong {
        who: "the directory",
        why: error.to_string(),
    }
}

impl Directory {
    /// One with so many objects, loaded before it starts.
    pub fn with(count: usize) -> Result<Self, BenchError> {
        let server = Slapd::start()?;
        server.add_user(USER, PASSWORD)?;
        server.add_unit(UNIT)?;
        server.join(UNIT, USER)?;
        let (root, key) = (make_root_key().map_err(wrong)?, make_publisher_key().map_err(wrong)?);
        let list = RootList {
            organisation: "Bench".to_owned(),
            version: 1,
            issued: Timestamp(now().0 - DAY),
            expires: Timestamp(now().0 + 300 * DAY),
            root: root.public(),
            recovery: Recovery::Off,
            publishers: vec![ListedPublisher {
                name: "bench".to_owned(),
                key: key.public(),
                unit: Unit::root(),
                kinds: Kinds::all(),
            }],
            revoked: Vec::new(),
            others: Vec::new(),
            settings: String::new(),
        };
        let objects = (0..count).map(|number| object(number, 0)).collect();
        let mut directory = Self {
            server,
            list,
            key,
            objects,
            number: 0,
        };
        let mut ldif = directory.server.dump()?;
        directory.sign(&mut ldif)?;
        std::fs::remove_dir_all(directory.server.folder().join("data")).ok();
        directory.server.stop()?;
        std::fs::create_dir_all(directory.server.folder().join("data")).ok();
        directory.server.load(&ldif)?;
        Ok(directory)
    }

    fn signed(&self) -> Result<countersign_trust::Signed, BenchError> {
        let entries = self.objects.iter().zip(0_usize..).map(|(bytes, number)| Entry {
            kind: EntryKind::Template,
            id: id(number),
            version: 1,
            digest: digest_of(bytes),
            size: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
        });
        let heading = Heading {
            organisation: self.list.organisation.clone(),
            unit: unit()?,
            list_version: 1,
            sequence: self.number,
            issued: now(),
            expires: Timestamp(now().0 + 100 * DAY),
            min_agent: AgentVersion(0, 0, 0),
        };
        sign_catalogue(&self.key, &heading, entries.collect()).map_err(wrong)
    }

    /// Everything as LDIF.
    fn sign(&mut self, ldif: &mut String) -> Result<(), BenchError> {
        self.number += 1;
        let signed = self.signed()?;
        let base = self.server.unit(UNIT);
        let mut entry = |cn: &str, kind: &str, id: &str, version: u64, bytes: &[u8]| {
            let _ = write!(
                ldif,
                "\ndn: cn={cn},{base}\nobjectClass: countersignConfig\ncn: {cn}\ncountersignKind: {kind}\n\
                 countersignId: {id}\ncountersignVersion: {version}\ncountersignData:: {}\n",
                STANDARD.encode(bytes)
            );
        };
        entry("catalogue", "catalogue", UNIT, self.number, &signed.bytes);
        for (bytes, number) in self.objects.iter().zip(0_usize..) {
            let id = id(number);
            entry(&format!("template-{id}"), "template", &id, 1, bytes);
        }
        for (digest, page) in &signed.pages {
            let name = ConfigName::page(digest);
            entry(&entry_of(&name), "page", &name.id, 1, page);
        }
        Ok(())
    }

    /// Publishes other bytes for the first so many objects.
    pub fn change(&mut self, count: usize, round: usize) -> Result<(), BenchError> {
        let admin = self.server.admin();
        let repository = self.repository(&self.server.url(), admin.name(), ("admin", admin.password()))?;
        let before: std::collections::BTreeSet<_> = self.signed()?.pages.iter().map(|(digest, _)| *digest).collect();
        let unit = unit()?;
        for number in 0..count {
            let bytes = object(number, round);
            let name = ConfigName::new(ConfigKind::Template, &id(number)).ok_or_else(|| wrong("no name"))?;
            repository.put(&unit, &name, 1, &bytes).map_err(wrong)?;
            if let Some(place) = self.objects.get_mut(number) {
                *place = bytes;
            }
        }
        let old = self.number;
        self.number += 1;
        let signed = self.signed()?;
        for (digest, page) in &signed.pages {
            if before.contains(digest) {
                continue;
            }
            repository
                .put(&unit, &ConfigName::page(digest), 1, page)
                .map_err(wrong)?;
        }
        repository
            .swap_catalogue(&unit, Some(old), self.number, &signed.bytes)
            .map_err(wrong)
    }

    /// A repository on it.
    pub fn repository(&self, url: &str, bind: &str, login: (&str, &str)) -> Result<LdapRepository, BenchError> {
        repository(&self.server, url, bind, login)
    }

    /// The user's.
    pub fn as_user(&self) -> Result<LdapRepository, BenchError> {
        self.as_user_by(&self.server.url())
    }

    /// The user's, by another way.
    pub fn as_user_by(&self, url: &str) -> Result<LdapRepository, BenchError> {
        self.repository(url, &self.server.bind_name("{user}"), (USER, PASSWORD))
    }

    /// The objects that are published.
    pub fn objects(&self) -> &[Vec<u8>] {
        &self.objects
    }

    /// What they are called.
    pub fn names(&self) -> Vec<ConfigName> {
        let name = |number| ConfigName::new(ConfigKind::Template, &id(number));
        (0..self.objects.len()).filter_map(name).collect()
    }

    /// The unit's DN.
    pub fn dn(&self) -> String {
        self.server.unit(UNIT)
    }
}

/// A client of a directory at this address, with this name to bind by, logged in.
pub fn repository(
    server: &Slapd,
    url: &str,
    bind: &str,
    (user, password): (&str, &str),
) -> Result<LdapRepository, BenchError> {
    let settings = LdapSettings {
        servers: vec![url.to_owned()],
        authorities: Some(server.ca().to_owned()),
        start_tls: StartTls::Refused,
        base: server.base().to_owned(),
        configuration: server.configuration(),
        login: "uid".to_owned(),
        bind_name: bind.to_owned(),
        credentials: Credentials::Directory,
        identity: None,
        patience: Patience::default(),
    };
    let repository = LdapRepository::new(settings, Arc::new(Clocks));
    let password = Password::from_utf8(password.as_bytes()).map_err(wrong)?;
    repository.authenticate(&UserId::from(user), &password).map_err(wrong)?;
    Ok(repository)
}

fn id(number: usize) -> String {
    format!("app{number:06}")
}

/// Bytes no compression makes small, other ones in each round.
pub fn object(number: usize, round: usize) -> Vec<u8> {
    let mut state = (number as u64) << 20 ^ (round as u64) ^ 0x9e37_79b9_7f4a_7c15;
    let mut bytes = Vec::with_capacity(LONG);
    while bytes.len() < LONG {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(LONG);
    bytes
}
