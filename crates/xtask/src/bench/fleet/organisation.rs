//! A directory as an organisation has it: people with vaults, groups, signed units. All of it is loaded before slapd starts.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use countersign_directory::ldap::entry_of as entry_name;
use countersign_model::port::Publishing;
use countersign_model::{Civil, ConfigKind, ConfigName, DeviceId, RecordId, RecordVersion, Timestamp, Unit};
use countersign_tests::servers::slapd::SUFFIX;
use countersign_tests::servers::{DirectoryServer, Slapd, SlapdOptions};
use countersign_trust::{
    AgentVersion, Entry, EntryKind, Heading, Kinds, ListedPublisher, PublisherKey, Recovery, RootKey, RootList, Signed,
    digest_of, make_publisher_key, make_root_key, sign_catalogue, sign_list,
};

use super::super::BenchError;
use super::super::sync::directory::{LONG, now, object, repository, wrong};

pub const PASSWORD: &str = "Qx7-orbit-Lm20pRt";
/// How many departments there are, and how many sites. Everybody is in one of each.
const DEPARTMENTS: usize = 20;
/// How many templates of 4 KiB a unit has.
pub const TEMPLATES: usize = 40;
/// How many logons a person has, and how long a sealed one is (`docs/formats/vault.md`).
pub const LOGONS: usize = 10;
pub const SEALED: usize = 736;
/// How long a vault header is: two slots, two devices, recovery.
pub const HEADER: usize = 2_048;
const HOUR: u64 = 60 * 60 * 1_000;
const DAY: u64 = 24 * HOUR;
/// Over how long the logons were written.
const PAST: u64 = 90 * DAY;
/// How far our client looks back behind the newest record it saw, ms.
pub const OVERLAP: u64 = 120_000;

/// The directory, and who publishes in it.
pub struct Organisation {
    pub server: Slapd,
    pub list: RootList,
    pub people: usize,
    publisher: PublisherKey,
    numbers: Vec<u64>,
    loaded: Timestamp,
}

/// Somebody with a vault.
#[derive(Debug, Clone, Copy)]
pub struct Person(pub usize);

impl Person {
    pub fn name(self) -> String {
        format!("u{:06}", self.0)
    }

    pub fn dn(self) -> String {
        format!("uid={},ou=People,{SUFFIX}", self.name())
    }

    pub fn vault(self) -> String {
        format!("cn=countersign,{}", self.dn())
    }

    /// The units he reads, by their places in the organisation.
    pub fn units(self) -> [usize; 3] {
        [
            0,
            1 + self.0 % DEPARTMENTS,
            1 + DEPARTMENTS + (self.0 / 7) % DEPARTMENTS,
        ]
    }

    /// One of his logons as it was loaded, all written by one device.
    pub fn logon(self, number: usize) -> RecordVersion {
        let id = |what: u64| ((u128::from(what) << 96) | (self.0 as u128 + 1)).to_be_bytes();
        RecordVersion {
            record: RecordId(id(1 + number as u64)),
            device: DeviceId(id(0)),
            counter: 7,
        }
    }

    pub fn header(self) -> Vec<u8> {
        let mut bytes = object(self.0, 77);
        bytes.truncate(HEADER);
        bytes
    }
}

/// What a device seals for a version.
pub fn sealed(version: &RecordVersion) -> Vec<u8> {
    let [.., low] = version.record.0;
    let mut bytes = object(usize::from(low), usize::try_from(version.counter).unwrap_or(0));
    bytes.truncate(SEALED);
    bytes
}

/// The entry of a version.
pub fn entry_of(person: Person, version: &RecordVersion) -> String {
    format!("cn={}{},{}", version.record, version.device, person.vault())
}

pub fn units() -> Vec<String> {
    let named = |what: &'static str| (0..DEPARTMENTS).map(move |number| format!("{what}{number:02}"));
    std::iter::once("Everybody".to_owned())
        .chain(named("Department"))
        .chain(named("Site"))
        .collect()
}

fn unit(at: usize) -> Result<Unit, BenchError> {
    Unit::new(&units().swap_remove(at)).map_err(wrong)
}

fn template(unit: usize, number: usize) -> String {
    format!("app{unit:02}{number:04}")
}

impl Organisation {
    /// One with so many people.
    pub fn of(people: usize) -> Result<Self, BenchError> {
        let (root, publisher) = (make_root_key().map_err(wrong)?, make_publisher_key().map_err(wrong)?);
        let list = list(&root, &publisher);
        let mut ldif = String::with_capacity(people * LOGONS * 1_400);
        entry(
            &mut ldif,
            &format!("cn=list-1,ou=Countersign,{SUFFIX}"),
            ("list", ""),
            1,
            &sign_list(&root, &list).map_err(wrong)?,
        );
        groups(&mut ldif, people);
        let numbers = vec![1; units().len()];
        for (at, name) in units().iter().enumerate() {
            configuration(&mut ldif, (at, name), &signed(&list, &publisher, at, 1, 0)?);
        }
        let loaded = now();
        for person in (0..people).map(Person) {
            belongings(&mut ldif, person, newest(person, people, loaded))?;
        }
        let server = Slapd::with(&SlapdOptions {
            entries: ldif,
            // A group's members are found by halving; one by one, a group of many thousands costs more than everything else.
            limits: "sortvals member\n".to_owned(),
            ..SlapdOptions::default()
        })?;
        Ok(Self {
            server,
            list,
            people,
            publisher,
            numbers,
            loaded,
        })
    }

    /// From when on somebody's records are asked for: two minutes before his newest one, as ours does.
    pub fn since(&self, person: Person) -> String {
        stamp(Timestamp(newest(person, self.people, self.loaded).0 - OVERLAP))
    }

    /// Publishes other bytes for one template of everybody's unit.
    pub fn publish(&mut self, round: usize) -> Result<(), BenchError> {
        let (at, old) = (0, self.numbers.first().copied().unwrap_or(1));
        let admin = self.server.admin();
        let repository = repository(
            &self.server,
            &self.server.url(),
            admin.name(),
            ("admin", admin.password()),
        )?;
        let before = signed(&self.list, &self.publisher, at, old, round.saturating_sub(1))?;
        let after = signed(&self.list, &self.publisher, at, old + 1, round)?;
        let unit = unit(at)?;
        let changed = ConfigName::new(ConfigKind::Template, &template(at, 0)).ok_or_else(|| wrong("no name"))?;
        repository.put(&unit, &changed, 1, &object(0, round)).map_err(wrong)?;
        for (digest, page) in &after.pages {
            if before.pages.iter().all(|(known, _)| known != digest) {
                repository
                    .put(&unit, &ConfigName::page(digest), 1, page)
                    .map_err(wrong)?;
            }
        }
        let swapped = repository.swap_catalogue(&unit, Some(old), old + 1, &after.bytes);
        swapped.map_err(wrong)?;
        if let Some(number) = self.numbers.first_mut() {
            *number = old + 1;
        }
        Ok(())
    }

    /// The number of a unit's catalogue.
    pub fn number(&self, unit: usize) -> u64 {
        self.numbers.get(unit).copied().unwrap_or(0)
    }
}

fn list(root: &RootKey, publisher: &PublisherKey) -> RootList {
    RootList {
        organisation: "Bench".to_owned(),
        version: 1,
        issued: Timestamp(now().0 - DAY),
        expires: Timestamp(now().0 + 300 * DAY),
        root: root.public(),
        recovery: Recovery::Off,
        publishers: vec![ListedPublisher {
            name: "bench".to_owned(),
            key: publisher.public(),
            unit: Unit::root(),
            kinds: Kinds::all(),
        }],
        revoked: Vec::new(),
        others: Vec::new(),
        settings: String::new(),
    }
}

/// The catalogue of a unit, of which the first template has the bytes of a round.
fn signed(
    list: &RootList,
    publisher: &PublisherKey,
    at: usize,
    sequence: u64,
    round: usize,
) -> Result<Signed, BenchError> {
    let entries = (0..TEMPLATES).map(|number| Entry {
        kind: EntryKind::Template,
        id: template(at, number),
        version: 1,
        digest: digest_of(&object(at * 10_000 + number, if number == 0 { round } else { 0 })),
        size: u32::try_from(LONG).unwrap_or(u32::MAX),
    });
    let heading = Heading {
        organisation: list.organisation.clone(),
        unit: unit(at)?,
        list_version: 1,
        sequence,
        issued: now(),
        expires: Timestamp(now().0 + 100 * DAY),
        min_agent: AgentVersion(0, 0, 0),
    };
    sign_catalogue(publisher, &heading, entries.collect()).map_err(wrong)
}

fn entry(ldif: &mut String, dn: &str, (kind, id): (&str, &str), version: u64, bytes: &[u8]) {
    let cn = dn.split([',', '=']).nth(1).unwrap_or_default();
    let id = match id {
        "" => String::new(),
        id => format!("countersignId: {id}\n"),
    };
    let _infallible = write!(
        ldif,
        "dn: {dn}\nobjectClass: countersignConfig\ncn: {cn}\ncountersignKind: {kind}\n{id}countersignVersion: {version}\n\
         countersignData:: {}\n\n",
        STANDARD.encode(bytes)
    );
}

fn configuration(ldif: &mut String, (at, name): (usize, &str), signed: &Signed) {
    let base = format!("ou={name},ou=Countersign,{SUFFIX}");
    let _infallible = write!(ldif, "dn: {base}\nobjectClass: organizationalUnit\nou: {name}\n\n");
    entry(
        ldif,
        &format!("cn=catalogue,{base}"),
        ("catalogue", name),
        1,
        &signed.bytes,
    );
    for number in 0..TEMPLATES {
        let (id, bytes) = (template(at, number), object(at * 10_000 + number, 0));
        entry(ldif, &format!("cn=template-{id},{base}"), ("template", &id), 1, &bytes);
    }
    for (digest, page) in &signed.pages {
        let name = ConfigName::page(digest);
        entry(
            ldif,
            &format!("cn={},{base}", entry_name(&name)),
            ("page", &name.id),
            1,
            page,
        );
    }
}

fn groups(ldif: &mut String, people: usize) {
    for (at, name) in units().iter().enumerate() {
        let _infallible = write!(
            ldif,
            "dn: cn={name},ou=Groups,{SUFFIX}\nobjectClass: groupOfNames\ncn: {name}\n"
        );
        for person in (0..people).map(Person).filter(|person| person.units().contains(&at)) {
            let _infallible = writeln!(ldif, "member: {}", person.dn());
        }
        let _infallible = write!(ldif, "member: cn=nobody,{SUFFIX}\n\n");
    }
}

/// When somebody changed a logon last: some time in the past months.
fn newest(person: Person, people: usize, loaded: Timestamp) -> Timestamp {
    let whole = people.max(1) as u64;
    let part = (person.0 * 7_919 % people.max(1)) as u64;
    Timestamp(loaded.0 - HOUR - PAST / whole * part)
}

fn belongings(ldif: &mut String, person: Person, newest: Timestamp) -> Result<(), BenchError> {
    let (dn, name, vault) = (person.dn(), person.name(), person.vault());
    let _infallible = write!(
        ldif,
        "dn: {dn}\nobjectClass: inetOrgPerson\nuid: {name}\ncn: {name}\nsn: {name}\nuserPassword: {PASSWORD}\n\n\
         dn: {vault}\nobjectClass: countersignVault\ncn: countersign\ncountersignVersion: 1\ncountersignData:: {}\n\n",
        STANDARD.encode(person.header())
    );
    for number in 0..LOGONS {
        let version = person.logon(number);
        let written = newest.0 - DAY * u64::try_from(number).map_err(wrong)?;
        let _infallible = write!(
            ldif,
            "dn: {}\nobjectClass: countersignSecret\ncn: {}{}\ncountersignKind: record\ncountersignVersion: {}\n\
             countersignData:: {}\nentryCSN: {}\n\n",
            entry_of(person, &version),
            version.record,
            version.device,
            version.counter,
            STANDARD.encode(sealed(&version)),
            stamp(Timestamp(written)),
        );
    }
    Ok(())
}

/// As slapd stamps entries.
pub fn stamp(at: Timestamp) -> String {
    let Civil {
        year,
        month,
        day,
        hour,
        minute,
        second,
    } = Civil::of(at);
    format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}.000000Z#000000#000#000000")
}
