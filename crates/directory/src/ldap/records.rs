//! A user's sealed records: one entry for each record and device, `cn=RECORDDEVICE`, that only that device writes.

use super::Session;
use super::child::Found;
use super::entries::{DONE, attribute, number, searching};
use super::faults::fault;
use super::names::{child, first_value};
use super::protocol::{Code, Depth, Modification, Operation};
use super::since::{Cursor, Kind, Server};
use crate::MAX_SEALED;
use countersign_model::port::RepositoryError;
use countersign_model::{DeviceId, Monotonic, RecordId, RecordVersion, Timestamp, UserId};
use countersign_schema::{attribute as a, class};
use serde_bytes::ByteBuf;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::time::Duration;

pub(super) const RECORD: &str = "record";
pub(super) const ASIDE: &str = "aside";
/// After so long all records are looked through again.
const LOOK_THROUGH: Duration = Duration::from_secs(86_400);

/// The records that were seen, and up to where.
pub(super) struct Listed {
    user: UserId,
    server: Server,
    cursor: Cursor,
    versions: BTreeMap<(RecordId, DeviceId), u64>,
    looked_through: Monotonic,
}

/// Both ids, 32 digits each: Active Directory takes no `cn` of more than 64 characters.
fn name(version: &RecordVersion) -> String {
    format!("{}{}", version.record, version.device)
}

/// The name of an entry that was set aside then, of the name it had.
pub(super) fn aside(at: Timestamp, name: &str) -> String {
    let digest = Sha256::digest(name);
    let short: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("{ASIDE}-{}.{short}", at.0)
}

/// The version of an entry by its place, whatever other names it has; `None` when it is no record.
fn version(entry: &Found) -> Option<RecordVersion> {
    let placed = first_value(&entry.dn)?;
    let (record, device) = placed.split_at_checked(32)?;
    let version = RecordVersion {
        record: record.parse().ok()?,
        device: device.parse().ok()?,
        counter: entry.number(a::VERSION).filter(|counter| *counter > 0)?,
    };
    (placed == name(&version)).then_some(version)
}

fn checked(version: &RecordVersion, sealed: &[u8]) -> Result<(), RepositoryError> {
    let why = if sealed.len() as u64 > MAX_SEALED {
        format!("it is larger than {MAX_SEALED} bytes")
    } else if version.counter == 0 || i64::try_from(version.counter).is_err() {
        "versions count from 1 to 2^63 - 1".to_owned()
    } else {
        return Ok(());
    };
    Err(RepositoryError::Invalid {
        place: name(version),
        why,
    })
}

impl Session {
    /// The newest version of each record by each device: what changed since the last time, or everything.
    pub(super) fn list(&mut self, user: &UserId) -> Result<Vec<RecordVersion>, RepositoryError> {
        let person = self.person(user)?;
        let server = self.server()?;
        let (now, wall) = (self.clock.steady(), self.clock.now());
        let going_on = self.listed.take().filter(|listed| {
            let still = listed.user == *user && listed.server == server;
            still && now.since(listed.looked_through) < LOOK_THROUGH
        });
        let mut listed = going_on.unwrap_or_else(|| Listed {
            user: user.clone(),
            server: server.clone(),
            cursor: Cursor::Nothing,
            versions: BTreeMap::new(),
            looked_through: now,
        });
        let records = format!("(objectClass={})({}={RECORD})", class::SECRET, a::KIND);
        let filter = match (server.kind, server.kind.filter(&listed.cursor)) {
            (_, None) => format!("(&{records})"),
            // For each attribute in a filter slapd asks its rules of access, entry by entry. What is no record has no record's name.
            (Kind::OpenLdap, Some(changed)) => changed,
            (_, Some(changed)) => format!("(&{records}{changed})"),
        };
        let attributes = ["cn", a::VERSION, server.kind.attribute()];
        let mut cursor = std::mem::take(&mut listed.cursor);
        let versions = &mut listed.versions;
        let mut each = |entry| {
            cursor = std::mem::take(&mut cursor).after(server.kind, &entry, wall);
            if let Some(version) = version(&entry) {
                versions.insert((version.record, version.device), version.counter);
            }
        };
        let search = searching(&person.vault, Depth::Level, filter, &attributes);
        match server.kind {
            // Samba does not keep to a limit.
            Kind::ActiveDirectory => self.search_each(search, &mut each)?,
            Kind::OpenLdap | Kind::Other => self.search_little(search, &mut each)?,
        };
        listed.cursor = cursor;
        let all = listed.versions.iter().map(|((record, device), counter)| RecordVersion {
            record: *record,
            device: *device,
            counter: *counter,
        });
        let all = all.collect();
        self.listed = Some(listed);
        Ok(all)
    }

    /// Next time everything is looked through.
    pub(super) fn look_through(&mut self) {
        self.listed = None;
    }

    pub(super) fn pull(&mut self, user: &UserId, wanted: &RecordVersion) -> Result<Vec<u8>, RepositoryError> {
        let vault = self.person(user)?.vault;
        let missing = || RepositoryError::Missing(format!("version {} of {}", wanted.counter, name(wanted)));
        let found = self.read(&child(&name(wanted), &vault), &["cn", a::VERSION, a::DATA])?;
        let mut found = found
            .filter(|entry| version(entry).as_ref() == Some(wanted))
            .ok_or_else(missing)?;
        // An empty value is none (RFC 4511, section 4.1.7), and not every server keeps one.
        Ok(found.take(a::DATA).unwrap_or_default())
    }

    /// Writes a version: over the one that is known to be there, else as a new entry, and when that is there already, over it.
    pub(super) fn push(&mut self, user: &UserId, new: &RecordVersion, sealed: &[u8]) -> Result<(), RepositoryError> {
        checked(new, sealed)?;
        let vault = self.person(user)?.vault;
        let dn = child(&name(new), &vault);
        let known = self.listed.as_ref().filter(|listed| listed.user == *user);
        let known = known.and_then(|listed| listed.versions.get(&(new.record, new.device)).copied());
        let done = match known {
            Some(old) if old < new.counter => self.replace_record(&dn, old, new, sealed)?,
            _ => self.add_record(&dn, &vault, new, sealed)?,
        };
        if !done {
            self.settle_record(&dn, new, sealed)?;
        }
        if let Some(listed) = self.listed.as_mut().filter(|listed| listed.user == *user) {
            let there = listed.versions.entry((new.record, new.device)).or_default();
            *there = (*there).max(new.counter);
        }
        Ok(())
    }

    /// False when there is an entry already.
    fn add_record(
        &mut self,
        dn: &str,
        vault: &str,
        new: &RecordVersion,
        sealed: &[u8],
    ) -> Result<bool, RepositoryError> {
        let mut attributes = vec![
            (
                "objectClass".to_owned(),
                vec![ByteBuf::from("top"), ByteBuf::from(class::SECRET)],
            ),
            attribute("cn", name(new)),
            attribute(a::KIND, RECORD),
            number(a::VERSION, new.counter),
        ];
        attributes.extend((!sealed.is_empty()).then(|| attribute(a::DATA, sealed)));
        let add = Operation::Add(dn.to_owned(), attributes);
        let mut ended = self.write(add.clone())?;
        if ended.code == Code::Result(32) {
            self.make_vault(vault)?;
            ended = self.write(add)?;
        }
        match ended.code {
            DONE => Ok(true),
            Code::Result(68) => Ok(false),
            _ => Err(fault(dn, &ended)),
        }
    }

    /// Compare-and-set on the version. False when another one, or none, is there.
    fn replace_record(
        &mut self,
        dn: &str,
        old: u64,
        new: &RecordVersion,
        sealed: &[u8],
    ) -> Result<bool, RepositoryError> {
        let data = match sealed.is_empty() {
            true => (a::DATA.to_owned(), Vec::new()),
            false => attribute(a::DATA, sealed),
        };
        let changes = vec![
            Modification::Delete(number(a::VERSION, old)),
            Modification::Add(number(a::VERSION, new.counter)),
            Modification::Replace(data),
        ];
        let ended = self.write(Operation::Modify(dn.to_owned(), changes))?;
        match ended.code {
            DONE => Ok(true),
            Code::Result(16 | 20 | 32) => Ok(false),
            _ => Err(fault(dn, &ended)),
        }
    }

    /// Looks at the entry that is there and writes over an older version of the same device.
    fn settle_record(&mut self, dn: &str, new: &RecordVersion, sealed: &[u8]) -> Result<(), RepositoryError> {
        let conflict = || RepositoryError::Conflict(dn.to_owned());
        let there = self.read(dn, &["cn", a::VERSION, a::DATA])?.ok_or_else(conflict)?;
        let counter = there.number(a::VERSION).unwrap_or(0);
        match counter.cmp(&new.counter) {
            std::cmp::Ordering::Greater => Ok(()),
            std::cmp::Ordering::Equal if there.bytes(a::DATA).unwrap_or_default() == sealed => Ok(()),
            std::cmp::Ordering::Equal => Err(conflict()),
            std::cmp::Ordering::Less => match self.replace_record(dn, counter, new, sealed)? {
                true => Ok(()),
                false => Err(conflict()),
            },
        }
    }
}
