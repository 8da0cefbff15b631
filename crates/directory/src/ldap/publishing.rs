//! What publishers write.

use super::configuration::{CATALOGUE, LIST, entry_of, filter_of};
use super::entries::{DONE, attribute, number, searching};
use super::faults::fault;
use super::ldif;
use super::names::{child, first_value, in_filter};
use super::protocol::{Attribute, Code, Depth, Modification, Operation};
use super::{LdapRepository, Session};
use crate::{MAX_CATALOGUE, MAX_LIST, MAX_OBJECT};
use countersign_model::port::{Publishing, RepositoryError, Write};
use countersign_model::{ConfigKind, ConfigName, Unit};
use countersign_schema::{attribute as a, class};
use serde_bytes::ByteBuf;

/// An entry of the configuration.
pub(super) fn entry(cn: &str, kind: &str, id: &str, version: u64, bytes: &[u8]) -> Vec<Attribute> {
    let mut attributes = vec![
        (
            "objectClass".to_owned(),
            ["top", class::CONFIG].map(ByteBuf::from).to_vec(),
        ),
        attribute("cn", cn),
        attribute(a::KIND, kind),
        number(a::VERSION, version),
    ];
    attributes.extend((!id.is_empty()).then(|| attribute(a::ID, id)));
    attributes.extend((!bytes.is_empty()).then(|| attribute(a::DATA, bytes)));
    attributes
}

fn sized(dn: &str, bytes: &[u8], most: u64) -> Result<(), RepositoryError> {
    match bytes.len() as u64 > most {
        true => Err(RepositoryError::Invalid {
            place: dn.to_owned(),
            why: format!("it is larger than {most} bytes"),
        }),
        false => Ok(()),
    }
}

impl Session {
    /// Makes the units down to this one that are not there.
    fn make_unit(&mut self, unit: &Unit) -> Result<(), RepositoryError> {
        let mut path = Unit::root();
        for name in unit.names() {
            path = path.below(name).map_err(|error| RepositoryError::Invalid {
                place: unit.to_string(),
                why: error.to_string(),
            })?;
            let dn = self.unit_dn(&path);
            let attributes = vec![
                (
                    "objectClass".to_owned(),
                    ["top", "organizationalUnit"].map(ByteBuf::from).to_vec(),
                ),
                attribute("ou", name),
            ];
            let ended = self.write(Operation::Add(dn.clone(), attributes))?;
            if !matches!(ended.code, DONE | Code::Result(68)) {
                return Err(fault(&dn, &ended));
            }
        }
        Ok(())
    }

    fn add_to_unit(&mut self, unit: &Unit, dn: &str, attributes: Vec<Attribute>) -> Result<Code, RepositoryError> {
        let add = Operation::Add(dn.to_owned(), attributes);
        let mut ended = self.write(add.clone())?;
        if ended.code == Code::Result(32) {
            self.make_unit(unit)?;
            ended = self.write(add)?;
        }
        match ended.code {
            DONE | Code::Result(68) => Ok(ended.code),
            _ => Err(fault(dn, &ended)),
        }
    }

    pub(super) fn publish_list(&mut self, number: u64, list: &[u8]) -> Result<(), RepositoryError> {
        let name = format!("{LIST}-{number}");
        let dn = child(&name, &self.unit_dn(&Unit::root()));
        sized(&dn, list, MAX_LIST)?;
        let attributes = entry(&name, LIST, "", number, list);
        match self.add_to_unit(&Unit::root(), &dn, attributes)? {
            DONE => Ok(()),
            _ => Err(RepositoryError::Conflict(dn)),
        }
    }
}

impl Publishing for LdapRepository {
    fn inventory(&self, unit: &Unit) -> Result<Vec<(ConfigName, u64)>, RepositoryError> {
        let mut session = self.session();
        let dn = session.unit_dn(unit);
        let filter = filter_of(ConfigKind::ALL.into_iter().map(ConfigKind::word));
        let found = session.search(searching(&dn, Depth::Level, filter, &[a::VERSION]))?;
        let named = found.iter().filter_map(|found| {
            let name = first_value(&found.dn)?;
            let (kind, id) = name.split_once('-')?;
            let name = ConfigName::new(ConfigKind::of_word(kind)?, id)?;
            Some((name, found.number(a::VERSION).unwrap_or(0)))
        });
        let mut all: Vec<_> = named.collect();
        all.sort();
        Ok(all)
    }

    fn put(&self, unit: &Unit, name: &ConfigName, version: u64, bytes: &[u8]) -> Result<(), RepositoryError> {
        let mut session = self.session();
        let cn = entry_of(name);
        let dn = child(&cn, &session.unit_dn(unit));
        sized(&dn, bytes, MAX_OBJECT)?;
        let attributes = entry(&cn, name.kind.word(), &name.id, version, bytes);
        match session.add_to_unit(unit, &dn, attributes)? {
            DONE => Ok(()),
            _ => {
                let changes = vec![
                    Modification::Replace(number(a::VERSION, version)),
                    Modification::Replace(attribute(a::DATA, bytes)),
                ];
                session.write_well(&dn, Operation::Modify(dn.clone(), changes))
            }
        }
    }

    fn script(&self, unit: &Unit, writes: &[Write]) -> Option<String> {
        let session = self.session();
        Some(ldif::of(unit, &session.unit_dn(unit), writes))
    }

    fn members(&self, group: &str) -> Result<Option<Vec<String>>, RepositoryError> {
        let mut session = self.session();
        let base = session.link.settings().base.clone();
        let filter = format!("(&(cn={})(!(objectClass={})))", in_filter(group), class::CONFIG);
        let attributes = ["member", "uniqueMember", "memberUid"];
        let found = session.search(searching(&base, Depth::Tree, filter, &attributes))?;
        let Some(group) = found.first() else { return Ok(None) };
        let of_names = ["member", "uniqueMember"]
            .into_iter()
            .flat_map(|name| group.texts(name));
        let named = of_names.map(|dn| first_value(dn).unwrap_or_else(|| dn.to_owned()));
        let mut members: Vec<String> = named.chain(group.texts("memberUid").map(str::to_owned)).collect();
        members.sort();
        members.dedup();
        Ok(Some(members))
    }

    fn remove(&self, unit: &Unit, name: &ConfigName) -> Result<(), RepositoryError> {
        let mut session = self.session();
        let dn = child(&entry_of(name), &session.unit_dn(unit));
        session.delete(&dn)
    }

    fn swap_catalogue(
        &self,
        unit: &Unit,
        replaces: Option<u64>,
        new: u64,
        catalogue: &[u8],
    ) -> Result<(), RepositoryError> {
        let mut session = self.session();
        let dn = child(CATALOGUE, &session.unit_dn(unit));
        sized(&dn, catalogue, MAX_CATALOGUE)?;
        let code = match replaces {
            None => {
                let attributes = entry(CATALOGUE, CATALOGUE, unit.as_str(), new, catalogue);
                session.add_to_unit(unit, &dn, attributes)?
            }
            Some(old) => {
                let changes = vec![
                    Modification::Delete(number(a::VERSION, old)),
                    Modification::Add(number(a::VERSION, new)),
                    Modification::Replace(attribute(a::DATA, catalogue)),
                ];
                let ended = session.write(Operation::Modify(dn.clone(), changes))?;
                match ended.code {
                    DONE | Code::Result(16 | 19 | 20 | 32) => ended.code,
                    _ => return Err(fault(&dn, &ended)),
                }
            }
        };
        match code {
            DONE => Ok(()),
            _ => Err(RepositoryError::Conflict(dn)),
        }
    }
}
