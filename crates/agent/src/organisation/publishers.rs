//! Publishers: their keys, and their places on the organisation's list.

use super::administration::{Administration, no_random};
use super::keys::{self, Sealing};
use countersign_model::{Timestamp, Unit};
use countersign_secret::Password;
use countersign_trust::{Kinds, ListedPublisher, PublisherPublic, RootList, make_publisher_key};
use countersign_vault::KeyKind;
use countersign_wire::{ErrorCode, ErrorReply};
use std::path::Path;

/// A publisher's key, for people to compare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublisherShown {
    /// The name it was given.
    pub name: String,
    /// The six words of its public key.
    pub words: String,
}

/// A list with another publisher, or without one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublisherListed {
    /// The list's version.
    pub version: u64,
    /// When it expires.
    pub expires: Timestamp,
    /// The publisher.
    pub publisher: PublisherShown,
    /// How many keys the list names for this publisher's name now: two while it changes its key.
    pub keys_of_name: usize,
}

/// What a publisher may sign, and for how long the list is to hold that says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublisherGrant {
    /// For this unit and all below it.
    pub unit: Unit,
    /// These kinds.
    pub kinds: Kinds,
    /// In days.
    pub days: u32,
}

impl Administration {
    /// Makes a publisher's key file.
    ///
    /// # Errors
    /// When the passphrase is weak or the file cannot be written.
    pub fn make_publisher(
        &self,
        name: &str,
        key_file: &Path,
        passphrase: &Password,
    ) -> Result<PublisherShown, ErrorReply> {
        let passphrase = self.judged(passphrase)?;
        let key = make_publisher_key().map_err(|error| no_random(&error))?;
        let sealing = Sealing {
            passphrase: &passphrase,
            kdf: self.kdf(),
        };
        let public = key.public();
        keys::write(key_file, (KeyKind::Publisher, name), (&public.0, key.seed()), &sealing)?;
        Ok(shown(name, public))
    }

    /// What a publisher's key file says of itself: compare its words with those its keeper was shown.
    ///
    /// # Errors
    /// When it is no publisher's key file.
    pub fn publisher(key_file: &Path) -> Result<PublisherShown, ErrorReply> {
        keys::inspect(key_file, KeyKind::Publisher).map(|facts| shown(&facts.name, PublisherPublic(facts.public)))
    }

    /// Signs and publishes the next list, which lets a publisher sign for a unit. What it could sign in that unit before is replaced.
    ///
    /// # Errors
    /// When its key was revoked, the newest list is not this root's, the passphrase is wrong, or somebody else publishes at the same time.
    pub fn name_publisher(
        &self,
        (root_file, key_file): (&Path, &Path),
        grant: &PublisherGrant,
        passphrase: &Password,
    ) -> Result<PublisherListed, ErrorReply> {
        let facts = keys::inspect(key_file, KeyKind::Publisher)?;
        let key = PublisherPublic(facts.public);
        if self.newest_list()?.is_revoked(key) {
            return Err(ErrorReply::new(
                ErrorCode::Refused,
                "this key was revoked and never comes back on the list",
            )
            .next("make the publisher a new key with `countersign trust publisher init`"));
        }
        let listed = ListedPublisher {
            name: facts.name.clone(),
            key,
            unit: grant.unit.clone(),
            kinds: grant.kinds,
        };
        let list = self.sign_next(root_file, grant.days, passphrase, |list| {
            list.publishers
                .retain(|known| known.key != key || known.unit != listed.unit);
            list.publishers.push(listed);
        })?;
        Ok(outcome(&list, shown(&facts.name, key)))
    }

    /// Signs and publishes the next list, on which a publisher's key is revoked: what it signed goes out of force. The publisher is
    /// named by its key file, its name or its six words.
    ///
    /// # Errors
    /// When no publisher or several are of that name, and as for [`Administration::name_publisher`].
    pub fn revoke_publisher(
        &self,
        root_file: &Path,
        which: &str,
        days: u32,
        passphrase: &Password,
    ) -> Result<PublisherListed, ErrorReply> {
        let publisher = self.find_publisher(which)?;
        let key = publisher.1;
        let list = self.sign_next(root_file, days, passphrase, |list| {
            list.revoke(key);
        })?;
        Ok(outcome(&list, shown(&publisher.0, key)))
    }

    /// The publisher a person means.
    ///
    /// # Errors
    /// When none or several are of that name.
    pub fn find_publisher(&self, which: &str) -> Result<(String, PublisherPublic), ErrorReply> {
        let file = Path::new(which);
        if file.is_file() {
            let facts = keys::inspect(file, KeyKind::Publisher)?;
            return Ok((facts.name, PublisherPublic(facts.public)));
        }
        let list = self.newest_list()?;
        let typed = which.replace('-', " ").to_lowercase();
        let is_meant =
            |listed: &&ListedPublisher| listed.name == which || listed.key.fingerprint().join(" ") == typed.trim();
        let mut meant: Vec<_> = list.publishers.iter().filter(is_meant).collect();
        meant.dedup_by_key(|listed| listed.key);
        match meant.as_slice() {
            [one] => Ok((one.name.clone(), one.key)),
            [] => Err(ErrorReply::new(
                ErrorCode::NoMatch,
                format!("no publisher on the list is called `{which}`"),
            )
            .next("run `countersign trust publisher list`")),
            several => Err(ErrorReply::new(
                ErrorCode::BadRequest,
                format!("{} keys on the list are called `{which}`", several.len()),
            )
            .next("name the key by its six words or its key file: `countersign trust publisher list` shows them")),
        }
    }

    /// The publishers on the newest list in the repository, and how many keys were revoked. Nothing of it is verified here.
    ///
    /// # Errors
    /// When there is no list.
    pub fn publishers(&self) -> Result<(Vec<ListedPublisher>, usize), ErrorReply> {
        let list = self.newest_list()?;
        Ok((list.publishers, list.revoked.len()))
    }
}

fn outcome(list: &RootList, publisher: PublisherShown) -> PublisherListed {
    let mut keys: Vec<_> = list
        .publishers
        .iter()
        .filter(|listed| listed.name == publisher.name)
        .map(|listed| listed.key)
        .collect();
    keys.sort();
    keys.dedup();
    PublisherListed {
        version: list.version,
        expires: list.expires,
        keys_of_name: keys.len(),
        publisher,
    }
}

fn shown(name: &str, key: PublisherPublic) -> PublisherShown {
    PublisherShown {
        name: name.to_owned(),
        words: key.fingerprint().join(" "),
    }
}
