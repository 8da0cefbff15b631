//! A user's vault: the header in the container's own entry, what waits beside it, and the archive.

use super::entries::{DONE, attribute, number, searching};
use super::faults::fault;
use super::names::child;
use super::protocol::{Code, Depth, Modification, Operation, Search};
use super::records::{ASIDE, RECORD, aside};
use super::{LdapRepository, Session};
use crate::MAX_SEALED;
use countersign_model::port::{RepositoryError, VaultRepository};
use countersign_model::{DeviceId, HeaderVersion, RecordVersion, Timestamp, UserId};
use countersign_schema::{attribute as a, class};
use countersign_secret::Key;
use serde_bytes::ByteBuf;

const SLOT_KEY: &str = "slot-key";
const MOST_REQUESTS: u32 = 16;
const MAX_REQUEST: usize = 4 << 10;

fn is_a(class: &str) -> (String, Vec<ByteBuf>) {
    ("objectClass".to_owned(), ["top", class].map(ByteBuf::from).to_vec())
}

impl VaultRepository for LdapRepository {
    fn list(&self, user: &UserId) -> Result<Vec<RecordVersion>, RepositoryError> {
        self.session().list(user)
    }

    fn pull(&self, user: &UserId, version: &RecordVersion) -> Result<Vec<u8>, RepositoryError> {
        self.session().pull(user, version)
    }

    fn push(&self, user: &UserId, version: &RecordVersion, sealed: &[u8]) -> Result<(), RepositoryError> {
        self.session().push(user, version, sealed)
    }

    fn header(&self, user: &UserId) -> Result<Option<(HeaderVersion, Vec<u8>)>, RepositoryError> {
        let mut session = self.session();
        let vault = session.person(user)?.vault;
        let found = session.read(&vault, &[a::VERSION, a::DATA])?;
        Ok(found.and_then(|mut entry| {
            let number = entry.number(a::VERSION).filter(|number| *number > 0)?;
            Some((HeaderVersion(number), entry.take(a::DATA)?))
        }))
    }

    fn replace_header(
        &self,
        user: &UserId,
        replaces: Option<HeaderVersion>,
        header: &[u8],
    ) -> Result<HeaderVersion, RepositoryError> {
        let mut session = self.session();
        let vault = session.person(user)?.vault;
        if header.len() as u64 > MAX_SEALED || header.is_empty() {
            return Err(RepositoryError::Invalid {
                place: vault,
                why: format!("a header has 1 to {MAX_SEALED} bytes"),
            });
        }
        let next = HeaderVersion(replaces.map_or(0, |version| version.0).saturating_add(1));
        let mut changes = Vec::new();
        changes.extend(replaces.map(|old| Modification::Delete(number(a::VERSION, old.0))));
        changes.push(Modification::Add(number(a::VERSION, next.0)));
        changes.push(Modification::Replace(attribute(a::DATA, header)));
        let change = Operation::Modify(vault.clone(), changes);
        let mut ended = session.write(change.clone())?;
        if ended.code == Code::Result(32) && replaces.is_none() {
            session.make_vault(&vault)?;
            ended = session.write(change)?;
        }
        match ended.code {
            DONE => Ok(next),
            // There is no version to delete, or one already: somebody else was faster.
            Code::Result(16 | 19 | 20 | 32) => Err(RepositoryError::Conflict(vault)),
            _ => Err(fault(&vault, &ended)),
        }
    }

    fn join_requests(&self, user: &UserId) -> Result<Vec<(DeviceId, Vec<u8>)>, RepositoryError> {
        let mut session = self.session();
        let vault = session.person(user)?.vault;
        let mut requests = Vec::new();
        let search = Search {
            page: 0,
            most: MOST_REQUESTS,
            ..searching(
                &vault,
                Depth::Level,
                format!("(objectClass={})", class::MACHINE),
                &["cn", a::DATA],
            )
        };
        let ended = session.link.run(vec![Operation::Search(search)], &mut |_, mut entry| {
            let device = entry.text("cn").and_then(|name| name.parse().ok());
            if let (Some(device), Some(request)) = (device, entry.take(a::DATA)) {
                requests.push((device, request));
            }
        });
        let ended = match ended {
            // A server that sends more than was asked for, as Samba does, is not listened to any longer; what came counts.
            Err(_) if requests.len() >= MOST_REQUESTS as usize => return Ok(requests),
            ended => ended?,
        };
        match ended.first().map(|ended| (ended.code, ended)) {
            // Whoever floods the vault with requests does not flood this machine.
            None | Some((DONE | Code::TooMany | Code::Result(4 | 32), _)) => Ok(requests),
            Some((_, ended)) => Err(fault(&vault, ended)),
        }
    }

    fn leave_join_request(&self, user: &UserId, device: DeviceId, request: &[u8]) -> Result<(), RepositoryError> {
        let mut session = self.session();
        let vault = session.person(user)?.vault;
        let dn = child(&device.to_string(), &vault);
        if request.is_empty() || request.len() > MAX_REQUEST {
            return Err(RepositoryError::Invalid {
                place: dn,
                why: format!("a request has 1 to {MAX_REQUEST} bytes"),
            });
        }
        let attributes = vec![
            is_a(class::MACHINE),
            attribute("cn", device.to_string()),
            attribute(a::DATA, request),
        ];
        match session.add(&dn, &vault, attributes)? {
            Placed::New => Ok(()),
            Placed::Taken => {
                let there = session.read(&dn, &[a::DATA])?;
                match there.is_some_and(|entry| entry.bytes(a::DATA) == Some(request)) {
                    true => Ok(()),
                    false => Err(RepositoryError::Conflict(dn)),
                }
            }
        }
    }

    fn remove_join_request(&self, user: &UserId, device: DeviceId) -> Result<(), RepositoryError> {
        let mut session = self.session();
        let vault = session.person(user)?.vault;
        session.delete(&child(&device.to_string(), &vault))
    }

    fn slot_key(&self, user: &UserId) -> Result<Option<Key>, RepositoryError> {
        let mut session = self.session();
        let dn = child(SLOT_KEY, &session.person(user)?.vault);
        let Some(mut entry) = session.read(&dn, &[a::DATA])? else {
            return Ok(None);
        };
        let bytes = entry.take(a::DATA).filter(|bytes| bytes.len() == Key::LEN);
        let bytes = bytes.ok_or_else(|| RepositoryError::Invalid {
            place: dn,
            why: format!("a slot key has {} bytes", Key::LEN),
        })?;
        Ok(Some(Key::from_fill(|out| out.copy_from_slice(&bytes))))
    }

    fn place_slot_key(&self, user: &UserId, key: &Key) -> Result<(), RepositoryError> {
        let mut session = self.session();
        let vault = session.person(user)?.vault;
        let dn = child(SLOT_KEY, &vault);
        let attributes = vec![
            is_a(class::SECRET),
            attribute("cn", SLOT_KEY),
            attribute(a::KIND, SLOT_KEY),
            attribute(a::DATA, key.expose()),
        ];
        match session.add(&dn, &vault, attributes)? {
            Placed::New => Ok(()),
            Placed::Taken => Err(RepositoryError::Conflict(dn)),
        }
    }

    fn remove_slot_key(&self, user: &UserId) -> Result<(), RepositoryError> {
        let mut session = self.session();
        let dn = child(SLOT_KEY, &session.person(user)?.vault);
        session.delete(&dn)
    }

    fn set_aside(&self, user: &UserId, at: Timestamp) -> Result<(), RepositoryError> {
        let mut session = self.session();
        let vault = session.person(user)?.vault;
        let of = |class: &str, more: &str| format!("(&(objectClass={class}){more})");
        let records = of(class::SECRET, &format!("({}={RECORD})", a::KIND));
        for entry in session.search(searching(&vault, Depth::Level, records, &["cn"]))? {
            let Some(name) = entry.text("cn") else { continue };
            let old = child(name, &vault);
            let aside = aside(at, name);
            session.write_well(&old, Operation::Rename(old.clone(), format!("cn={aside}")))?;
            let new = child(&aside, &vault);
            let change = vec![Modification::Replace(attribute(a::KIND, ASIDE))];
            session.write_well(&new, Operation::Modify(new.clone(), change))?;
        }
        for entry in session.search(searching(&vault, Depth::Level, of(class::MACHINE, ""), &["cn"]))? {
            session.delete(&entry.dn)?;
        }
        session.look_through();
        Ok(())
    }

    fn forget_aside(&self, user: &UserId, before: Timestamp) -> Result<(), RepositoryError> {
        let mut session = self.session();
        let vault = session.person(user)?.vault;
        let filter = format!("(&(objectClass={})({}={ASIDE}))", class::SECRET, a::KIND);
        for entry in session.search(searching(&vault, Depth::Level, filter, &["cn"]))? {
            let at = entry
                .text("cn")
                .and_then(|name| name.strip_prefix(ASIDE)?.strip_prefix('-'));
            let at = at.and_then(|rest| rest.split('.').next()?.parse::<u64>().ok());
            if at.is_some_and(|at| at < before.0) {
                session.delete(&entry.dn)?;
            }
        }
        Ok(())
    }
}

/// Whether a new entry got its name.
pub(super) enum Placed {
    New,
    Taken,
}

impl Session {
    /// Adds an entry to a vault, which is made if it is not there.
    fn add(
        &mut self,
        dn: &str,
        vault: &str,
        attributes: Vec<super::protocol::Attribute>,
    ) -> Result<Placed, RepositoryError> {
        let add = Operation::Add(dn.to_owned(), attributes);
        let mut ended = self.write(add.clone())?;
        if ended.code == Code::Result(32) {
            self.make_vault(vault)?;
            ended = self.write(add)?;
        }
        match ended.code {
            DONE => Ok(Placed::New),
            Code::Result(68) => Ok(Placed::Taken),
            _ => Err(fault(dn, &ended)),
        }
    }

    /// Deletes an entry; one that is not there is no fault.
    pub(super) fn delete(&mut self, dn: &str) -> Result<(), RepositoryError> {
        let ended = self.write(Operation::Delete(dn.to_owned()))?;
        match ended.code {
            DONE | Code::Result(32) => Ok(()),
            _ => Err(fault(dn, &ended)),
        }
    }
}
