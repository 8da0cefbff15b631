//! The organisation's configuration: an entry for each object, `cn=KIND-ID`, and one for the catalogue in each unit.

use super::entries::searching;
use super::names::{Place, child, first_value, of_unit};
use super::protocol::Depth;
use super::{LdapRepository, Session};
use crate::{MAX_CATALOGUE, MAX_LIST, MAX_OBJECT, lists};
use countersign_model::port::{ConfigurationRepository, RepositoryError};
use countersign_model::{ConfigKind, ConfigName, ConfigObject, Unit, UnitState, UserId, Wanted};
use countersign_schema::{attribute as a, class};

pub(super) const CATALOGUE: &str = "catalogue";
pub(super) const LIST: &str = "list";
/// Above this part of a unit's objects all are searched for at once.
const RATHER_ALL: usize = 4_000;

/// `KIND-ID`.
pub(super) fn entry_of(name: &ConfigName) -> String {
    format!("{}-{}", name.kind.word(), name.id)
}

fn name_of(entry: &str) -> Option<ConfigName> {
    let (kind, id) = entry.split_once('-')?;
    ConfigName::new(ConfigKind::of_word(kind)?, id)
}

/// The entries of kinds in a unit.
pub(super) fn filter_of(kinds: impl Iterator<Item = &'static str>) -> String {
    let kinds: String = kinds.map(|kind| format!("({}={kind})", a::KIND)).collect();
    format!("(&(objectClass={})(|{kinds}))", class::CONFIG)
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
        let found = session.read_all(dns.iter().map(String::as_str), &[a::VERSION])?;
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
        let mut give = |mut entry: super::child::Found| {
            let name = first_value(&entry.dn).and_then(|name| name_of(&name));
            let bytes = entry.take(a::DATA).filter(|bytes| bytes.len() as u64 <= MAX_OBJECT);
            if let (Some(name), Some(bytes)) = (name, bytes) {
                let place = child(&entry_of(&name), &dn);
                each(ConfigObject {
                    kind: name.kind,
                    id: name.id,
                    place,
                    bytes,
                });
            }
        };
        match wanted {
            Wanted::These(names) if names.len() < RATHER_ALL => {
                let operations = names
                    .iter()
                    .map(|name| super::entries::reading(&child(&entry_of(name), &dn), &[a::DATA]));
                let ended = session.link.run(operations.collect(), &mut |_, entry| give(entry))?;
                let failed = ended
                    .iter()
                    .find(|ended| !matches!(ended.code, super::protocol::Code::Result(0 | 32)));
                failed.map_or(Ok(()), |ended| Err(super::faults::fault(&dn, ended)))
            }
            Wanted::All | Wanted::These(_) => {
                let filter = filter_of(ConfigKind::ALL.into_iter().map(ConfigKind::word));
                let search = searching(&dn, Depth::Level, filter, &[a::DATA]);
                match wanted {
                    Wanted::All => session.search_each(search, &mut give)?,
                    Wanted::These(names) => {
                        let names: std::collections::BTreeSet<_> = names.iter().collect();
                        session.search_each(search, &mut |entry| {
                            let name = first_value(&entry.dn).and_then(|name| name_of(&name));
                            if name.is_some_and(|name| names.contains(&name)) {
                                give(entry);
                            }
                        })?
                    }
                };
                Ok(())
            }
        }
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
        let filter = format!(
            "(&(objectClass={})({}={LIST})({}>={from}))",
            class::CONFIG,
            a::KIND,
            a::VERSION
        );
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
