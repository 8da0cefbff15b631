//! The organisation's configuration: an entry for each object, `cn=KIND-ID`, and one for the catalogue in each unit.

use super::child::Found;
use super::entries::searching;
use super::names::{Place, child, first_value, of_unit};
use super::protocol::{Depth, Search};
use super::{LdapRepository, Session};
use crate::{MAX_CATALOGUE, MAX_LIST, MAX_OBJECT, lists};
use countersign_model::port::{ConfigurationRepository, RepositoryError};
use countersign_model::{ConfigKind, ConfigName, ConfigObject, Unit, UnitState, UserId, Wanted};
use countersign_schema::{attribute as a, class};
use sha2::{Digest, Sha256};
use std::collections::HashMap;

pub(super) const CATALOGUE: &str = "catalogue";
pub(super) const LIST: &str = "list";
/// From so many objects on a unit is gone through for them, rather than each asked for.
const MANY: usize = 4_000;

/// Active Directory takes no `cn` of more characters.
const LONGEST_CN: usize = 64;

/// What the entry of an object is called (`cn`): `KIND-ID`; where that is too long, a digest of the id is in its place.
#[must_use]
pub fn entry_of(name: &ConfigName) -> String {
    let (kind, id) = (name.kind.word(), &name.id);
    if kind.len() + 1 + id.len() <= LONGEST_CN {
        return format!("{kind}-{id}");
    }
    let digest = Sha256::digest(id);
    let short: String = digest.iter().take(20).map(|byte| format!("{byte:02x}")).collect();
    format!("{kind}-{short}")
}

/// What an entry is by its place. Where its name has no room for an id, its attribute says it, and the place proves it.
fn name_of(entry: &Found) -> Option<ConfigName> {
    let placed = first_value(&entry.dn)?;
    let (kind, id) = placed.split_once('-')?;
    let kind = ConfigKind::of_word(kind)?;
    let ids = [entry.text(a::ID), Some(id)];
    let mut names = ids.into_iter().flatten().filter_map(|id| ConfigName::new(kind, id));
    names.find(|name| entry_of(name) == placed)
}

/// The entries of kinds in a unit.
pub(super) fn filter_of(kinds: impl Iterator<Item = &'static str>) -> String {
    let kinds: String = kinds.map(|kind| format!("({}={kind})", a::KIND)).collect();
    format!("(&(objectClass={})(|{kinds}))", class::CONFIG)
}

/// Everything in a unit, with these attributes. It is found by class alone: for each attribute in a filter a server looks whether it may
/// be searched for, entry by entry.
fn all_of(unit: &str, attributes: &[&str]) -> Search {
    searching(
        unit,
        Depth::Level,
        format!("(objectClass={})", class::CONFIG),
        attributes,
    )
}

impl Session {
    pub(super) fn unit_dn(&self, unit: &Unit) -> String {
        of_unit(&self.link.settings().configuration, unit)
    }

    fn catalogue_dn(&self, unit: &Unit) -> String {
        child(CATALOGUE, &self.unit_dn(unit))
    }
}

impl ConfigurationRepository for LdapRepository {
    fn units(&self) -> Result<Vec<UnitState>, RepositoryError> {
        let mut session = self.session();
        // Whoever looks at everything anew may have been moved, or put into another group.
        session.people.forget();
        session.look_through();
        let base = session.link.settings().configuration.clone();
        let filter = filter_of(std::iter::once(CATALOGUE));
        let mut units = Vec::new();
        let attributes = [a::ID, a::VERSION];
        let found = session.search(searching(&base, Depth::Tree, filter, &attributes))?;
        for entry in found {
            let unit = Unit::new(entry.text(a::ID).unwrap_or_default());
            if let (Ok(unit), Some(number)) = (unit, entry.number(a::VERSION))
                // Whoever publishes in one unit could otherwise hide another one's catalogue.
                && Place::of(&entry.dn) == Place::of(&session.catalogue_dn(&unit))
            {
                units.push(UnitState { unit, number });
            }
        }
        units.sort();
        units.dedup_by(|one, other| one.unit == other.unit);
        Ok(units)
    }

    fn catalogue_numbers(&self, units: &[Unit]) -> Result<Vec<Option<u64>>, RepositoryError> {
        let mut session = self.session();
        let dns: Vec<String> = units.iter().map(|unit| session.catalogue_dn(unit)).collect();
        let found = match session.read_all(dns.iter().map(String::as_str), &[a::VERSION]) {
            // Active Directory says so of what it hides: one that is closed now is not shown, and the others are looked at anew.
            Err(RepositoryError::Denied { .. }) => return Ok(vec![None; units.len()]),
            found => found?,
        };
        let numbers = found.iter().map(|entry| entry.as_ref()?.number(a::VERSION));
        Ok(numbers.collect())
    }

    fn catalogue(&self, unit: &Unit) -> Result<(u64, Vec<u8>), RepositoryError> {
        let mut session = self.session();
        let dn = session.catalogue_dn(unit);
        let missing = || RepositoryError::Missing(dn.clone());
        let mut entry = session.read(&dn, &[a::VERSION, a::DATA])?.ok_or_else(missing)?;
        let number = entry.number(a::VERSION).ok_or_else(missing)?;
        let bytes = entry.take(a::DATA).ok_or_else(missing)?;
        match bytes.len() as u64 > MAX_CATALOGUE {
            true => Err(RepositoryError::Invalid {
                place: dn,
                why: format!("a catalogue has at most {MAX_CATALOGUE} bytes"),
            }),
            false => Ok((number, bytes)),
        }
    }

    fn objects(
        &self,
        unit: &Unit,
        wanted: Wanted<'_>,
        each: &mut dyn FnMut(ConfigObject),
    ) -> Result<(), RepositoryError> {
        let mut session = self.session();
        let dn = session.unit_dn(unit);
        let mut give = |name: &ConfigName, mut entry: Found| {
            if let Some(bytes) = entry.take(a::DATA).filter(|bytes| bytes.len() as u64 <= MAX_OBJECT) {
                each(ConfigObject {
                    kind: name.kind,
                    id: name.id.clone(),
                    place: child(&entry_of(name), &dn),
                    bytes,
                });
            }
        };
        let looked_through = match wanted {
            Wanted::These(names) if names.len() < MANY => {
                let operations = names
                    .iter()
                    .map(|name| super::entries::reading(&child(&entry_of(name), &dn), &[a::DATA]));
                let ended = session.link.run(operations.collect(), &mut |at, entry| {
                    if let Some(name) = names.get(at) {
                        give(name, entry);
                    }
                })?;
                let failed = ended
                    .iter()
                    .find(|ended| !matches!(ended.code, super::protocol::Code::Result(0 | 32)));
                return failed.map_or(Ok(()), |ended| Err(super::faults::fault(&dn, ended)));
            }
            Wanted::All => session.search_each(all_of(&dn, &[a::ID, a::DATA]), &mut |entry| {
                if let Some(name) = name_of(&entry) {
                    give(&name, entry);
                }
            }),
            Wanted::These(names) | Wanted::Most(names) => {
                let names: HashMap<String, &ConfigName> = names.iter().map(|name| (entry_of(name), name)).collect();
                session.search_each(all_of(&dn, &[a::DATA]), &mut |entry| {
                    let placed = first_value(&entry.dn).unwrap_or_default();
                    if let Some(name) = names.get(&placed) {
                        give(name, entry);
                    }
                })
            }
        };
        looked_through.map(|_| ())
    }

    /// In a directory a catalogue stands for everything.
    fn loose(&self) -> Result<(Vec<ConfigObject>, Vec<RepositoryError>), RepositoryError> {
        Ok((Vec::new(), Vec::new()))
    }

    fn memberships(&self, user: &UserId) -> Result<Vec<String>, RepositoryError> {
        self.session().groups_of(user)
    }

    fn root_lists(&self, from: u64) -> Result<Vec<Vec<u8>>, RepositoryError> {
        let mut session = self.session();
        let base = session.link.settings().configuration.clone();
        // Not `>=`, for which slapd would gather every entry of the directory that has such a number from its index; for a negation it
        // asks no index.
        let before = from.saturating_sub(1);
        let filter = format!("(&({}={LIST})(!({}<={before})))", a::KIND, a::VERSION);
        let search = searching(&base, Depth::Level, filter, &[a::VERSION, a::DATA]);
        let mut found: Vec<(u64, Vec<u8>)> = session
            .search(search)?
            .into_iter()
            .filter_map(|mut entry| Some((entry.number(a::VERSION)?, entry.take(a::DATA)?)))
            .filter(|(number, list)| *number >= from && list.len() as u64 <= MAX_LIST)
            .collect();
        found.sort();
        let surplus = found.len().saturating_sub(lists::NEWEST);
        Ok(found.split_off(surplus).into_iter().map(|(_, list)| list).collect())
    }

    fn publish_root_list(&self, number: u64, list: &[u8]) -> Result<(), RepositoryError> {
        let mut session = self.session();
        session.publish_list(number, list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_room() {
        for kind in ConfigKind::ALL {
            let ids = ["a".to_owned(), "b".repeat(57), "c".repeat(64), "c".repeat(63) + "d"];
            let names = ids.map(|id| ConfigName::new(kind, &id).map(|name| entry_of(&name)));
            let mut names: Vec<String> = names.into_iter().flatten().collect();
            assert!(names.iter().all(|name| name.len() <= LONGEST_CN), "{names:?}");
            names.dedup();
            assert_eq!(names.len(), 4);
        }
    }
}
