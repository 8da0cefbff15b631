//! One device: what it keeps, and what its agent does with it.

mod edit;
mod exchange;
mod header;
mod identity;
mod knowledge;
mod wrong;

pub(crate) use edit::Edit;
pub(crate) use exchange::{Ended, Locked, Outing};
pub(crate) use header::HeaderEnd;
use knowledge::Knowledge;

use crate::chance::Chance;
use crate::disk::{Disk, Fuse, Values};
use crate::header::{Header, Wish};
use crate::ledger::Ledger;
use crate::mutant::Mutant;
use crate::seal::{Looked, Sealer};
use crate::violation::Violation;
use countersign_model::port::RecordStore;
use countersign_model::{Change, RecordId, StoreKey, StoreKind, Timestamp};
use countersign_sync::record_key;
use std::collections::BTreeSet;
use std::sync::Arc;

/// A device and its agent.
pub(crate) struct Agent {
    pub(crate) number: usize,
    pub(crate) device: Disk,
    pub(crate) vault: Disk,
    pub(crate) fuse: Arc<Fuse>,
    /// How far its clock is off, ms.
    pub(crate) skew: i64,
    /// The replicas it reaches.
    pub(crate) reaches: BTreeSet<usize>,
    pub(crate) knows: Knowledge,
    pub(crate) image: Option<Image>,
    /// What the user wants changed in the vault header; he waits for it while the process lives.
    pub(crate) wish: Option<Wish>,
    /// What the last exchange said of the vault header.
    pub(crate) said: HeaderEnd,
    /// The highest number it has used, as the process remembers.
    used: Option<u64>,
    mutant: Option<Mutant>,
}

/// A backup of a whole device.
#[derive(Clone)]
pub(crate) struct Image {
    device: Values,
    vault: Values,
    knows: Knowledge,
    skew: i64,
}

fn identity_key() -> StoreKey {
    StoreKey {
        kind: StoreKind::Device,
        id: b"identity".to_vec(),
    }
}

impl Agent {
    pub(crate) fn new(number: usize, identity: usize, skew: i64, mutant: Option<Mutant>) -> Self {
        let fuse = Arc::new(Fuse::default());
        let agent = Self {
            number,
            device: Disk::new(&fuse, mutant),
            vault: Disk::new(&fuse, mutant),
            fuse,
            skew,
            reaches: BTreeSet::new(),
            knows: Knowledge::default(),
            image: None,
            wish: None,
            said: HeaderEnd::default(),
            used: None,
            mutant,
        };
        let _fresh = agent
            .device
            .commit(&[agent.named(identity), Self::put_header(&Header::first())]);
        agent
    }

    fn named(&self, identity: usize) -> Change {
        Change::Put(identity_key(), (identity as u64).to_le_bytes().to_vec())
    }

    /// Which sealer this device is now.
    pub(crate) fn sealer<'a>(&self, sealers: &'a [Arc<dyn Sealer>]) -> Result<&'a dyn Sealer, Violation> {
        let kept = self.device.get(&identity_key()).ok().flatten().unwrap_or_default();
        let index = kept.first_chunk().map(|bytes| u64::from_le_bytes(*bytes));
        let index = index.and_then(|index| usize::try_from(index).ok());
        let sealer = index.and_then(|index| sealers.get(index));
        sealer
            .map(|sealer| &**sealer)
            .ok_or_else(|| self.broken("it has no id"))
    }

    pub(crate) fn broken(&self, what: impl ToString) -> Violation {
        Violation::Broken {
            agent: self.number,
            what: what.to_string(),
        }
    }

    pub(crate) fn take_image(&mut self) {
        self.image = Some(Image {
            device: self.device.image(),
            vault: self.vault.image(),
            knows: self.knows.clone(),
            skew: self.skew,
        });
    }

    /// Puts an image of this device, or of another, on it.
    pub(crate) fn restore(&mut self, image: Image) {
        self.device.restore(image.device);
        self.vault.restore(image.vault);
        self.knows = image.knows;
        self.skew = image.skew;
        (self.used, self.wish) = (None, None);
    }

    /// The time by this device's clock.
    pub(crate) fn clock(&self, now: u64) -> Timestamp {
        Timestamp(now.saturating_add_signed(self.skew))
    }

    /// The process dies; what was committed stays.
    pub(crate) fn die(&mut self) {
        (self.used, self.wish) = (None, None);
        self.device.die();
        self.vault.die();
        self.fuse.replace();
    }

    /// The version of a record that counts here.
    pub(crate) fn head(&self, sealer: &dyn Sealer, record: RecordId) -> Result<Option<Looked>, Violation> {
        let sealed = self
            .vault
            .get(&record_key(record))
            .map_err(|error| self.broken(error))?;
        let look = |sealed: Vec<u8>| sealer.look(record, &sealed).map_err(|error| self.broken(error));
        sealed.map(look).transpose()
    }

    /// The write that counts here for a record, held against the ledger: no version may mix writes.
    pub(crate) fn unit(
        &self,
        ledger: &Ledger,
        sealer: &dyn Sealer,
        record: RecordId,
    ) -> Result<Option<(u64, Looked)>, Violation> {
        let Some(looked) = self.head(sealer, record)? else {
            return Ok(None);
        };
        Ok(Some((self.identify(ledger, &looked)?, looked)))
    }

    /// Which write a version holds.
    pub(crate) fn identify(&self, ledger: &Ledger, looked: &Looked) -> Result<u64, Violation> {
        let version = looked.checked.version;
        let unit = match &looked.fields {
            Some([(unit, _), ..]) => *unit,
            None => ledger
                .unit_of(&version)
                .ok_or_else(|| self.broken(format!("nobody wrote {version:?}")))?,
        };
        let written = ledger.write(unit).filter(|write| write.record == version.record);
        if written.is_some_and(|write| write.fields == looked.fields) {
            return Ok(unit);
        }
        Err(Violation::Mixed {
            agent: self.number,
            record: name(version.record),
            found: format!("{:?}", looked.fields),
        })
    }

    /// The logons here that are not deleted.
    pub(crate) fn logons(&self, sealer: &dyn Sealer) -> Vec<RecordId> {
        let mut logons = Vec::new();
        self.vault.each(StoreKind::Record, |key, sealed| {
            if let Ok(record) = <[u8; 16]>::try_from(key.id.as_slice()).map(RecordId)
                && sealer.look(record, sealed).is_ok_and(|looked| looked.fields.is_some())
            {
                logons.push(record);
            }
        });
        logons
    }

    /// The records here, deleted ones too.
    pub(crate) fn records(&self) -> Result<Vec<RecordId>, Violation> {
        let ids = self.vault.ids(StoreKind::Record).map_err(|error| self.broken(error))?;
        let records = ids.iter().filter_map(|id| <[u8; 16]>::try_from(id.as_slice()).ok());
        Ok(records.map(RecordId).collect())
    }
}

fn random(chance: &mut Chance) -> [u8; 3] {
    let [a, b, c, ..] = chance.number().to_le_bytes();
    [a, b, c]
}

pub(crate) fn name(record: RecordId) -> String {
    let step = record.0.first_chunk().map_or(0, |bytes| u32::from_be_bytes(*bytes));
    format!("logon {step}")
}
