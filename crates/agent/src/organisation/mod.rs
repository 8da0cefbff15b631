//! The organisation this device belongs to: its root, pinned outside the directory, and the list that root signed.
//!
//! Without a pin there is no organisation: nothing the repository holds can make one.

mod account;
mod administration;
mod helpdesk;
mod judging;
mod keys;
mod operator_log;
mod pinned;
mod publication;
mod publishers;
mod signing;
mod unit_folder;

pub use administration::{Administration, MadeRoot, NamedRings, Ring};
pub use helpdesk::Helpdesk;
pub(crate) use pinned::machine_root;
pub use publication::Planned;
pub use publishers::{PublisherGrant, PublisherListed, PublisherShown};
pub use signing::{SignedFolder, ToSign, Verified};

use crate::paths::Paths;
use countersign_model::port::{RecordStore, StoreError};
use countersign_model::{Change, StoreKey, StoreKind, Timestamp};
use countersign_trust::{ListedRing, Pin, Recovery, RootList, Standing, accept_list, inspect_list, standing};
use countersign_vault::{PublicKey, Rings};
use countersign_wire::{ErrorCode, ErrorReply, OrganisationReport, PinnedBy};
use pinned::Pinned;

/// The organisation as this device knows it.
pub(crate) struct Organisation {
    pinned: Option<Pinned>,
    accepted: Option<RootList>,
    /// The lists the repository showed last.
    found: Vec<Vec<u8>>,
    fault: Option<String>,
}

/// What is known of an organisation's recovery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// No organisation is believed here, or none has shown its list yet.
    Nothing,
    /// It has none.
    Off,
    /// The rings half A is sealed to.
    Rings(Rings),
}

fn list_key() -> StoreKey {
    StoreKey {
        kind: StoreKind::Device,
        id: b"root-list".to_vec(),
    }
}

impl Organisation {
    /// What was pinned and accepted before. The machine's own file stands above what the user pinned.
    pub(crate) fn load(paths: &Paths, device: &dyn RecordStore) -> Self {
        let (machine, fault) = match machine_root(&paths.machine_root()) {
            Ok(machine) => (machine, None),
            Err(error) => (None, Some(error.to_string())),
        };
        let kept = Pinned::kept(device);
        let (pinned, same) = Pinned::choose(machine, kept);
        let accepted = device.get(&list_key()).ok().flatten().filter(|_| same);
        Self {
            pinned,
            accepted: accepted.and_then(|bytes| inspect_list(&bytes).ok()),
            found: Vec::new(),
            fault,
        }
    }

    /// The lists the repository shows. Those under the pinned root that follow one another are accepted; the last good one stays.
    pub(crate) fn take(&mut self, lists: Vec<Vec<u8>>, device: &dyn RecordStore, now: Timestamp) {
        self.found = lists;
        if let Err(error) = self.accept(device, now) {
            tracing::error!("the organisation's list cannot be kept: {error}");
        }
    }

    fn accept(&mut self, device: &dyn RecordStore, now: Timestamp) -> Result<(), StoreError> {
        let Some(mut pinned) = self.pinned else { return Ok(()) };
        let (mut newest, mut fault) = (None, None);
        for bytes in &self.found {
            match accept_list(Pin(pinned.current), bytes, self.accepted.as_ref(), now) {
                Ok(accepted) => {
                    pinned.current = accepted.pin.0;
                    fault = None;
                    if self.accepted.as_ref() != Some(&accepted.list) {
                        newest = Some(bytes);
                        self.accepted = Some(accepted.list);
                    }
                }
                Err(error) => fault = Some(error.to_string()),
            }
        }
        if let Some(fault) = fault.as_ref().filter(|_| fault != self.fault) {
            tracing::warn!("{fault}");
        }
        self.fault = fault;
        if let Some(bytes) = newest {
            device.commit(&[Change::Put(list_key(), bytes.clone()), pinned.change()])?;
            self.pinned = Some(pinned);
        }
        Ok(())
    }

    /// Pins the root the repository shows by the six words the user got elsewhere.
    pub(crate) fn pin(&mut self, typed: &str, device: &dyn RecordStore, now: Timestamp) -> Result<(), ErrorReply> {
        if self.pinned.is_some_and(|pinned| pinned.by == PinnedBy::Machine) {
            return Err(ErrorReply::new(
                ErrorCode::Refused,
                "this machine's administrator has pinned the organisation's root already",
            ));
        }
        let newest = self.found.iter().rev().find_map(|bytes| inspect_list(bytes).ok());
        let Some(newest) = newest else {
            return Err(
                ErrorReply::new(ErrorCode::NoMatch, "the repository shows no organisation's list")
                    .next("ask the administrator to publish it (`countersign trust init`), then `countersign refresh`"),
            );
        };
        let pin = Pin::by_words(newest.root, typed)
            .map_err(|error| ErrorReply::new(ErrorCode::Refused, error.to_string()))?;
        if self.pinned.is_none_or(|pinned| pinned.current != pin.0) {
            let pinned = Pinned::by_user(pin.0);
            let changes = [pinned.change(), Change::Remove(list_key())];
            device
                .commit(&changes)
                .map_err(|error| ErrorReply::new(ErrorCode::Failed, error.to_string()))?;
            (self.pinned, self.accepted) = (Some(pinned), None);
        }
        self.accept(device, now)
            .map_err(|error| ErrorReply::new(ErrorCode::Failed, error.to_string()))?;
        match (&self.accepted, &self.fault) {
            (None, Some(fault)) => Err(ErrorReply::new(ErrorCode::Refused, fault.clone())),
            _ => Ok(()),
        }
    }

    /// The lists from this number on are asked of the repository.
    pub(crate) fn wanted_from(&self) -> u64 {
        self.accepted.as_ref().map_or(0, |list| list.version)
    }

    /// What this device knows of the organisation's recovery.
    pub(crate) fn recovery(&self) -> Known {
        let key = |ring: &ListedRing| PublicKey(ring.key);
        match self.accepted.as_ref().map(|list| &list.recovery) {
            None => Known::Nothing,
            Some(Recovery::Off) => Known::Off,
            Some(Recovery::One(ring)) => Known::Rings(Rings::One(key(ring))),
            Some(Recovery::Two(one, other)) => Known::Rings(Rings::Two(key(one), key(other))),
        }
    }

    /// The list in force.
    pub(crate) fn list(&self) -> Option<&RootList> {
        self.accepted.as_ref()
    }

    /// The settings its root signed and where they are from.
    pub(crate) fn settings(&self) -> Option<(&str, &str)> {
        let list = self.accepted.as_ref().filter(|list| !list.settings.is_empty())?;
        Some((&list.organisation, &list.settings))
    }

    pub(crate) fn report(&self, now: Timestamp) -> OrganisationReport {
        let list = self.accepted.as_ref();
        let rings: Vec<&ListedRing> = match list.map(|list| &list.recovery) {
            None | Some(Recovery::Off) => Vec::new(),
            Some(Recovery::One(ring)) => vec![ring],
            Some(Recovery::Two(one, other)) => vec![one, other],
        };
        OrganisationReport {
            pinned: self.pinned.map(|pinned| pinned.by),
            words: self.pinned.map(|pinned| pinned.current.fingerprint().join(" ")),
            name: list.map(|list| list.organisation.clone()),
            version: list.map(|list| list.version),
            expires: list.map(|list| list.expires),
            stale: list.is_some_and(|list| standing(list, now) == Standing::Stale),
            rings: rings.into_iter().map(|ring| ring.name.clone()).collect(),
            published: !self.found.is_empty(),
            problem: self.fault.clone(),
            units: Vec::new(),
            groups: Vec::new(),
            faults: Vec::new(),
        }
    }

    /// What is wrong with it, in a sentence.
    pub(crate) fn problem(&self, now: Timestamp) -> Option<String> {
        let stale = self
            .accepted
            .as_ref()
            .is_some_and(|list| standing(list, now) == Standing::Stale);
        let stale = stale.then(|| {
            "the organisation's list has expired; it stays in force until the administrator signs a new one".to_owned()
        });
        self.fault.clone().or(stale)
    }
}

#[cfg(test)]
mod tests;
