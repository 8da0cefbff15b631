//! What an administrator does with the organisation's root: in his own process, with key files that never leave his machine.

use super::account;
use super::keys::{self, Sealing};
use crate::clock::SystemClock;
use crate::configuration::Configuration;
use crate::front::Terms;
use crate::paths::Paths;
use crate::syncing::Place;
use countersign_model::port::{Clock, Publishing, RepositoryError};
use countersign_model::{Layer, Timestamp, UserId};
use countersign_rules::parse_settings;
use countersign_secret::Password;
use countersign_trust::{
    ListError, ListedRing, Pin, Recovery, RootKey, RootList, accept_list, inspect_list, make_root_key, sign_list,
};
use countersign_vault::{KdfParameters, KeyKind, make_ring_key};
use countersign_wire::{ErrorCode, ErrorReply};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const DAY: u64 = 24 * 60 * 60 * 1000;

/// The administrator's tools, on the repository the settings name.
pub struct Administration {
    repository: Arc<dyn Publishing>,
    user: UserId,
    terms: Terms,
    now: Timestamp,
}

/// A recovery ring's key file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ring {
    /// The name it was given.
    pub name: String,
    /// The six words of its public key, for two people to compare.
    pub words: String,
}

/// The organisation's root, as people pin it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MadeRoot {
    /// The six words a user types.
    pub words: String,
    /// The line of the machine's file.
    pub line: String,
}

/// A list that names rings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedRings {
    /// The list's version.
    pub version: u64,
    /// When it expires.
    pub expires: Timestamp,
    /// The rings it names: with two, recovery takes two operators.
    pub rings: Vec<Ring>,
}

impl Administration {
    /// Finds the repository and the terms by the settings of this user.
    ///
    /// # Errors
    /// When the user's folders are not known or the repository cannot be used.
    pub fn open(package: PathBuf) -> Result<Self, ErrorReply> {
        let paths =
            Paths::from_environment(package).map_err(|error| ErrorReply::new(ErrorCode::Failed, error.to_string()))?;
        let place = Place::of(&paths, &Configuration::settings_of(&paths));
        Ok(Self {
            repository: place.open_to_publish().map_err(|error| unreached(&error))?,
            user: place.user().clone(),
            terms: Configuration::terms_of(&Configuration::settings_of(&paths), place.user()),
            now: SystemClock.now(),
        })
    }

    /// Whether the directory wants the administrator's password first.
    ///
    /// # Errors
    /// When the repository does not answer.
    pub fn wants_password(&self) -> Result<bool, ErrorReply> {
        account::wants_password(&*self.repository)
    }

    /// Shows the directory the administrator's password, once.
    ///
    /// # Errors
    /// When it is not taken.
    pub fn log_in(&self, password: &Password) -> Result<(), ErrorReply> {
        account::log_in(&*self.repository, &self.user, password)
    }

    pub(super) fn repository(&self) -> &dyn Publishing {
        &*self.repository
    }

    /// Makes the organisation's root: its key file, and the first list, published.
    ///
    /// # Errors
    /// When there is a list already, the passphrase is weak, or the file or the list cannot be written.
    pub fn init(
        &self,
        organisation: &str,
        key_file: &Path,
        days: u32,
        passphrase: &Password,
    ) -> Result<MadeRoot, ErrorReply> {
        if !self.lists()?.is_empty() {
            return Err(ErrorReply::new(
                ErrorCode::Refused,
                "the repository has an organisation's list already; a new root would not be its successor",
            ));
        }
        let passphrase = self.judged(passphrase)?;
        let root = make_root_key().map_err(|error| no_random(&error))?;
        let list = RootList {
            organisation: organisation.to_owned(),
            version: 1,
            issued: self.now,
            expires: self.expiry(days),
            root: root.public(),
            recovery: Recovery::Off,
            publishers: Vec::new(),
            revoked: Vec::new(),
            others: Vec::new(),
            settings: String::new(),
        };
        let signed = sign_list(&root, &list).map_err(|error| listed(&error))?;
        let sealing = Sealing {
            passphrase: &passphrase,
            kdf: self.terms.kdf,
        };
        keys::write(
            key_file,
            (KeyKind::Root, organisation),
            (&root.public().0, root.seed()),
            &sealing,
        )?;
        self.publish(1, &signed)?;
        let public = root.public();
        Ok(MadeRoot {
            words: public.fingerprint().join(" "),
            line: public.0.iter().map(|byte| format!("{byte:02x}")).collect(),
        })
    }

    /// Makes a recovery ring's key file.
    ///
    /// # Errors
    /// When the passphrase is weak or the file cannot be written.
    pub fn make_ring(&self, name: &str, key_file: &Path, passphrase: &Password) -> Result<Ring, ErrorReply> {
        let passphrase = self.judged(passphrase)?;
        let ring = make_ring_key().map_err(|error| no_random(&error))?;
        let sealing = Sealing {
            passphrase: &passphrase,
            kdf: self.terms.kdf,
        };
        keys::write(
            key_file,
            (KeyKind::Ring, name),
            (&ring.public().0, ring.private()),
            &sealing,
        )?;
        Ok(shown(&ListedRing {
            name: name.to_owned(),
            key: ring.public().0,
        }))
    }

    /// What a ring's key file says of itself: compare its words with those its operator was shown.
    ///
    /// # Errors
    /// When it is no ring's key file.
    pub fn ring(key_file: &Path) -> Result<Ring, ErrorReply> {
        listed_ring(key_file).map(|ring| shown(&ring))
    }

    /// Signs and publishes the next list, which names these rings: one, or two for recovery that takes two operators.
    ///
    /// # Errors
    /// When the newest list is not this root's, the passphrase is wrong, or somebody else publishes at the same time.
    pub fn name_rings(
        &self,
        root_file: &Path,
        rings: &[PathBuf],
        days: u32,
        passphrase: &Password,
    ) -> Result<NamedRings, ErrorReply> {
        let rings = rings
            .iter()
            .map(|path| listed_ring(path))
            .collect::<Result<Vec<_>, _>>()?;
        let recovery = match rings.as_slice() {
            [one] => Recovery::One(one.clone()),
            [one, other] => Recovery::Two(one.clone(), other.clone()),
            _ => return Err(ErrorReply::new(ErrorCode::BadRequest, "name one ring, or two")),
        };
        let listed = rings.iter().map(shown).collect();
        let list = self.sign_next(root_file, days, passphrase, |list| list.recovery = recovery)?;
        Ok(NamedRings {
            version: list.version,
            expires: list.expires,
            rings: listed,
        })
    }

    /// Signs and publishes the next list with these settings, which from then on are laid over all others: an empty text takes those of
    /// before away. Returns its version and when it expires.
    ///
    /// # Errors
    /// When a line of the settings is not good, and as for [`Administration::name_rings`].
    pub fn sign_settings(
        &self,
        root_file: &Path,
        (place, settings): (&str, &str),
        days: u32,
        passphrase: &Password,
    ) -> Result<(u64, Timestamp), ErrorReply> {
        let (_, problems) = parse_settings(place, settings.as_bytes(), Layer::Root);
        if let Some(first) = problems.first() {
            return Err(ErrorReply::new(ErrorCode::BadRequest, first.to_string()).next(first.help.clone()));
        }
        let list = self.sign_next(root_file, days, passphrase, |list| {
            settings.clone_into(&mut list.settings)
        })?;
        Ok((list.version, list.expires))
    }

    /// Signs and publishes the list that follows the newest one.
    pub(super) fn sign_next(
        &self,
        root_file: &Path,
        days: u32,
        passphrase: &Password,
        change: impl FnOnce(&mut RootList),
    ) -> Result<RootList, ErrorReply> {
        let root = RootKey::from_seed(keys::open(root_file, KeyKind::Root, passphrase)?.1);
        let lists = self.lists()?;
        let newest = lists.last().ok_or_else(no_list)?;
        let before = inspect_list(newest).map_err(|error| listed(&error))?;
        let pin = Pin(root.public());
        let mut list = accept_list(pin, newest, Some(&before), self.now)
            .map_err(|error| listed(&error))?
            .list;
        list.version = list.version.saturating_add(1);
        list.issued = self.now;
        list.expires = self.expiry(days);
        change(&mut list);
        let signed = sign_list(&root, &list).map_err(|error| listed(&error))?;
        self.publish(list.version, &signed)?;
        Ok(list)
    }

    /// The newest list there, as it is written.
    pub(super) fn newest_list(&self) -> Result<RootList, ErrorReply> {
        let lists = self.lists()?;
        let newest = lists.last().ok_or_else(no_list)?;
        inspect_list(newest).map_err(|error| listed(&error))
    }

    pub(super) fn now(&self) -> Timestamp {
        self.now
    }

    pub(super) fn kdf(&self) -> KdfParameters {
        self.terms.kdf
    }

    pub(super) fn expiry(&self, days: u32) -> Timestamp {
        Timestamp(self.now.0.saturating_add(u64::from(days).saturating_mul(DAY)))
    }

    pub(super) fn judged(&self, passphrase: &Password) -> Result<countersign_vault::Answer, ErrorReply> {
        let answer = keys::answer(passphrase)?;
        countersign_rules::judge_answer(answer.text().expose(), self.terms.min_length, self.terms.min_strength)
            .map_err(|weak| {
                ErrorReply::new(ErrorCode::Refused, weak.to_string())
                    .next("choose a longer one: five unrelated words are good")
            })?;
        Ok(answer)
    }

    fn lists(&self) -> Result<Vec<Vec<u8>>, ErrorReply> {
        self.repository.root_lists(0).map_err(|error| unreached(&error))
    }

    fn publish(&self, number: u64, list: &[u8]) -> Result<(), ErrorReply> {
        self.repository
            .publish_root_list(number, list)
            .map_err(|error| unreached(&error))
    }
}

fn no_list() -> ErrorReply {
    ErrorReply::new(ErrorCode::NoMatch, "the repository has no organisation's list")
        .next("make the root with `countersign trust init`")
}

fn listed_ring(key_file: &Path) -> Result<ListedRing, ErrorReply> {
    let facts = keys::inspect(key_file, KeyKind::Ring)?;
    Ok(ListedRing {
        name: facts.name,
        key: facts.public,
    })
}

fn shown(ring: &ListedRing) -> Ring {
    Ring {
        name: ring.name.clone(),
        words: ring.fingerprint().join(" "),
    }
}

fn listed(error: &ListError) -> ErrorReply {
    let code = match error {
        ListError::OutOfBounds(_) => ErrorCode::BadRequest,
        ListError::Damaged(_) | ListError::Unsupported(_) => ErrorCode::Integrity,
        _ => ErrorCode::Refused,
    };
    ErrorReply::new(code, error.to_string())
}

pub(super) fn unreached(error: &RepositoryError) -> ErrorReply {
    let code = match error {
        RepositoryError::Unreachable { .. } => ErrorCode::Unreachable,
        RepositoryError::NeedsPassword { .. } | RepositoryError::PasswordWithdrawn { .. } => ErrorCode::WrongSecret,
        RepositoryError::Denied { .. } | RepositoryError::AccountClosed { .. } => ErrorCode::Refused,
        _ => ErrorCode::Failed,
    };
    ErrorReply::new(code, error.to_string())
}

pub(super) fn no_random(error: &getrandom::Error) -> ErrorReply {
    ErrorReply::new(
        ErrorCode::Failed,
        format!("the system gives no random numbers ({error})"),
    )
}
