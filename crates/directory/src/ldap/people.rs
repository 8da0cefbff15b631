//! Users: where their entries and vaults are, and which groups they are in.

use super::Session;
use super::entries::{reading, searching};
use super::names::{child, first_value, in_filter};
use super::protocol::{Depth, Search};
use super::since::Kind;
use countersign_model::UserId;
use countersign_model::port::RepositoryError;
use countersign_schema::{attribute as a, class};
use std::collections::{BTreeMap, BTreeSet};

/// What the directory never changes about somebody, the best first.
const IDENTITIES: [&str; 4] = ["objectSid", "entryUUID", "nsUniqueId", "objectGUID"];
const ACCOUNT_CONTROL: &str = "userAccountControl";
/// In [`ACCOUNT_CONTROL`]: the account is disabled (MS-ADTS, section 2.2.16).
const DISABLED: u64 = 2;
/// The entry of this name below the configuration's root says where vaults are, if not below their users.
const LOCATOR: &str = "locator";

/// More entries with one login name are not even read.
const MOST_NAMESAKES: u32 = 16;
/// How deep groups in groups are followed.
const DEEPEST_NESTING: usize = 32;
/// How many groups' groups are asked for in one question.
const ASKED_AT_ONCE: usize = 64;
/// The longest name of a group.
const LONGEST_NAME: usize = 256;
/// The longest value of an attribute that is a field's.
const LONGEST_VALUE: usize = 1024;

/// What was found out about users since the connection was made.
#[derive(Default)]
pub(super) struct People {
    known: BTreeMap<UserId, Person>,
    /// The container of the vaults; `None` within: below their users.
    container: Option<Option<String>>,
}

/// A user.
#[derive(Clone)]
pub(super) struct Person {
    pub(super) dn: String,
    pub(super) identity: Vec<u8>,
    pub(super) vault: String,
}

impl People {
    /// Forgets everything: users move.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }
}

impl Session {
    /// A user of the directory.
    pub(super) fn person(&mut self, user: &UserId) -> Result<Person, RepositoryError> {
        if let Some(known) = self.people.known.get(user) {
            return Ok(known.clone());
        }
        let settings = self.link.settings().clone();
        let name = user.as_str();
        let invalid = |why: String| RepositoryError::Invalid {
            place: settings.base.clone(),
            why,
        };
        if crate::names::user(user).is_none() {
            let why = format!("`{user}` cannot be a user's name; set `repository.user` to the login name");
            return Err(invalid(why));
        }
        let filter = format!("({}={})", settings.login, in_filter(name));
        let mut attributes = IDENTITIES.to_vec();
        attributes.push(ACCOUNT_CONTROL);
        let search = Search {
            most: MOST_NAMESAKES,
            ..searching(&settings.base, Depth::Tree, filter, &attributes)
        };
        let mut found = self.search(search)?;
        let entry = match (found.pop(), found.len()) {
            (Some(entry), 0) => entry,
            (None, _) => {
                return Err(RepositoryError::AccountClosed {
                    place: self.link.place(),
                    why: format!("there is nobody with {}={user} below {}", settings.login, settings.base),
                });
            }
            (Some(_), _) => {
                let why = format!(
                    "several entries have {}={user}; names have to be unique",
                    settings.login
                );
                return Err(invalid(why));
            }
        };
        if entry
            .number(ACCOUNT_CONTROL)
            .is_some_and(|control| control & DISABLED != 0)
        {
            return Err(RepositoryError::AccountClosed {
                place: self.link.place(),
                why: "it is disabled".to_owned(),
            });
        }
        let identity = IDENTITIES.iter().find_map(|name| entry.bytes(name));
        let identity = identity.map_or_else(|| entry.dn.clone().into_bytes(), <[u8]>::to_vec);
        let vault = match self.container()? {
            Some(container) => child(name, &container),
            None => child("countersign", &entry.dn),
        };
        let person = Person {
            dn: entry.dn,
            identity,
            vault,
        };
        self.people.known.insert(user.clone(), person.clone());
        Ok(person)
    }

    /// What somebody's entry says under these names, as far as it is text of a line.
    pub(super) fn attributes(
        &mut self,
        user: &UserId,
        names: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, String>, RepositoryError> {
        let dn = self.person(user)?.dn;
        let wanted: Vec<&str> = names.iter().map(String::as_str).collect();
        let Some(found) = self.read(&dn, &wanted)? else {
            return Ok(BTreeMap::new());
        };
        let is_line = |text: &&str| text.len() <= LONGEST_VALUE && !text.chars().any(char::is_control);
        let said = names.iter().filter_map(|name| {
            let text = found.text(name).filter(is_line)?;
            Some((name.clone(), text.to_owned()))
        });
        Ok(said.collect())
    }

    pub(super) fn container(&mut self) -> Result<Option<String>, RepositoryError> {
        if let Some(known) = &self.people.container {
            return Ok(known.clone());
        }
        let locator = child(LOCATOR, &self.link.settings().configuration);
        let found = self.read(&locator, &[a::PLACE])?;
        let container = found.and_then(|entry| entry.text(a::PLACE).map(str::to_owned));
        self.people.container = Some(container.clone());
        Ok(container)
    }

    /// The names of the groups a user is in, sorted.
    pub(super) fn groups_of(&mut self, user: &UserId) -> Result<Vec<String>, RepositoryError> {
        let person = self.person(user)?.dn;
        let mut found = Vec::new();
        match self.server()?.kind {
            // With groups in groups. The server's own rule for that (MS-ADTS, section 3.1.1.3.4.4.3) looks at every entry, and Samba's fails on
            // a group that was left.
            Kind::ActiveDirectory => {
                let (mut members, mut seen) = (vec![person], BTreeSet::new());
                for _ in 0..DEEPEST_NESTING {
                    let mut next = Vec::new();
                    for some in members.chunks(ASKED_AT_ONCE) {
                        let any: String = some.iter().map(|dn| format!("(member={})", in_filter(dn))).collect();
                        next.extend(self.groups_by(format!("(|{any})"))?);
                    }
                    next.retain(|group| seen.insert(group.dn.clone()));
                    members = next.iter().map(|group| group.dn.clone()).collect();
                    found.extend(next);
                    if members.is_empty() {
                        break;
                    }
                }
            }
            Kind::OpenLdap | Kind::Other => {
                let (dn, uid) = (in_filter(&person), in_filter(user.as_str()));
                found = self.groups_by(format!("(|(member={dn})(uniqueMember={dn})(memberUid={uid}))"))?;
            }
        }
        let named = found.iter().map(|group| match group.text("cn") {
            Some(name) => Some(name.to_owned()),
            None => first_value(&group.dn),
        });
        let is_name = |name: &String| name.len() <= LONGEST_NAME && !name.chars().any(char::is_control);
        let mut names: Vec<String> = named.flatten().filter(is_name).collect();
        names.sort();
        names.dedup();
        Ok(names)
    }

    fn groups_by(&mut self, filter: String) -> Result<Vec<super::child::Found>, RepositoryError> {
        let base = self.link.settings().base.clone();
        self.search(searching(&base, Depth::Tree, filter, &["cn"]))
    }

    /// Makes the container of a user's vault, if it is not there.
    pub(super) fn make_vault(&mut self, vault: &str) -> Result<(), RepositoryError> {
        use super::entries::{DONE, attribute};
        use super::protocol::{Code, Operation};
        let name = first_value(vault).unwrap_or_default();
        let attributes = vec![
            (
                "objectClass".to_owned(),
                ["top", class::VAULT].map(serde_bytes::ByteBuf::from).to_vec(),
            ),
            attribute("cn", &name),
        ];
        let ended = self.write(Operation::Add(vault.to_owned(), attributes))?;
        match ended.code {
            DONE | Code::Result(68) => Ok(()),
            _ => Err(super::faults::fault(vault, &ended)),
        }
    }

    /// Whether the directory can be read at all: an entry that has to be there.
    pub(super) fn root_dse(&mut self, attributes: &[&str]) -> Result<super::child::Found, RepositoryError> {
        let mut found = None;
        let ended = self
            .link
            .run(vec![reading("", attributes)], &mut |_, entry| found = Some(entry))?;
        match (found, ended.first()) {
            (Some(found), _) => Ok(found),
            (None, Some(ended)) => Err(super::faults::fault("the directory's root", ended)),
            (None, None) => Err(RepositoryError::Missing("the directory's root".to_owned())),
        }
    }
}
