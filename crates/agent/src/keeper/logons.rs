//! Logons: found, opened, sealed, stored.

use super::{Keeper, KeeperError, Open};
use countersign_model::port::{Clock, RecordStore};
use countersign_model::{
    Binding, FieldKind, FieldName, FieldValues, Logon, LogonId, PasswordJournal, Publisher, RecordId, RecordVersion,
    StoreKind, TemplateId, Timestamp,
};
use countersign_secret::Password;
use countersign_signon::{Expiry, LogonSummary, Standing, Underway};
use countersign_sync::{history_of, record_key, remembered, replace, time_of_change};
use countersign_vault::{
    Amendment, Commitment, Opened, OpenedRecord, Reauthenticated, Summary, Written, release_for_owner,
};

/// Fields with their kinds and values.
pub(crate) type Fields = Vec<(FieldName, FieldKind, Password)>;

impl Open {
    /// Reads every record once: which logons there are for which template. What cannot be read is named, the rest is there.
    pub(super) fn index(&mut self) -> Result<(), KeeperError> {
        self.heads.clear();
        self.by_template.clear();
        self.faults.clear();
        for id in self.store.store().ids(StoreKind::Record)? {
            if let Some(version) = history_of(&id) {
                self.heads.note(version);
            }
            let Ok(id) = <[u8; 16]>::try_from(id.as_slice()) else {
                continue;
            };
            match self.read_any(RecordId(id)) {
                Ok(Some(OpenedRecord::Logon(opened))) => {
                    self.heads.set(opened.version());
                    let template = opened.summary().template;
                    self.by_template.entry(template).or_default().push(opened.summary().id);
                }
                Ok(Some(OpenedRecord::Tombstone(tombstone))) => self.heads.set(tombstone.version),
                Ok(None) => {}
                Err(error) => {
                    let fault = format!("logon {}: {error}", RecordId(id));
                    tracing::error!("{fault}");
                    self.faults.push(fault);
                }
            }
        }
        Ok(())
    }

    /// What this store may have lost must not be written a second time under the same number.
    pub(super) fn remember(&mut self, device: &dyn RecordStore) -> Result<(), KeeperError> {
        for version in remembered(device)? {
            self.heads.note(version);
        }
        Ok(())
    }

    pub(super) fn read_any(&self, record: RecordId) -> Result<Option<OpenedRecord>, KeeperError> {
        let Some(sealed) = self.store.store().get(&record_key(record))? else {
            return Ok(None);
        };
        // Once its version is known, no other one is accepted.
        let written = match self.heads.get(record) {
            Some(version) => Written::By(version.device, version.counter),
            None => Written::AtLeast(1),
        };
        let expected = self.unlocked.expect(record, written);
        let expected = expected.of_epoch(self.unlocked.epoch_of(&sealed));
        Ok(Some(self.unlocked.open_record(&expected, &sealed)?))
    }

    pub(super) fn read(&self, id: LogonId) -> Result<Opened, KeeperError> {
        match self.read_any(id)? {
            Some(OpenedRecord::Logon(opened)) => Ok(opened),
            Some(OpenedRecord::Tombstone(_)) | None => Err(KeeperError::NoLogon(id)),
        }
    }

    pub(super) fn next(&self, record: RecordId) -> Result<RecordVersion, KeeperError> {
        let device = self.unlocked.device_id();
        Ok(RecordVersion {
            record,
            device,
            counter: self.heads.next(device)?,
        })
    }

    pub(super) fn put(&mut self, version: RecordVersion, sealed: Vec<u8>) -> Result<(), KeeperError> {
        let changes = replace(self.store.store(), &*self.unlocked, &version, sealed)?;
        self.store.commit(&changes)?;
        self.heads.set(version);
        self.writes += 1;
        Ok(())
    }

    fn ids(&self) -> impl Iterator<Item = LogonId> + '_ {
        self.by_template.values().flatten().copied()
    }
}

impl Keeper {
    pub(super) fn opened(&self) -> Result<&Open, KeeperError> {
        self.open.as_ref().ok_or(KeeperError::Locked)
    }

    pub(super) fn opened_mut(&mut self) -> Result<&mut Open, KeeperError> {
        self.open.as_mut().ok_or(KeeperError::Locked)
    }

    /// How many logons there are; `None` while locked.
    pub(crate) fn count(&self) -> Option<u32> {
        self.open
            .as_ref()
            .map(|open| u32::try_from(open.ids().count()).unwrap_or(u32::MAX))
    }

    /// The logons of a template, without their secrets.
    pub(crate) fn find(&self, template: &TemplateId) -> Vec<LogonSummary> {
        let Some(open) = &self.open else { return Vec::new() };
        let ids = open.by_template.get(template).map(Vec::as_slice).unwrap_or_default();
        ids.iter()
            .filter_map(|id| match open.read(*id) {
                Ok(opened) => {
                    let mut summary = signon_summary(opened.summary());
                    let journal = opened.journal();
                    summary.since = journal.since;
                    summary.change = journal.pending.map(|(_, stage)| Underway {
                        stage,
                        wrong_passwords: None,
                    });
                    summary.binding.publisher = self.counting(*id, summary.binding.publisher);
                    Some(summary)
                }
                Err(error) => {
                    tracing::error!("logon {id}: {error}");
                    None
                }
            })
            .collect()
    }

    /// The template a logon is for.
    pub(crate) fn template_of(&self, id: LogonId) -> Option<TemplateId> {
        let open = self.open.as_ref()?;
        open.by_template
            .iter()
            .find(|(_, ids)| ids.contains(&id))
            .map(|(template, _)| template.clone())
    }

    /// Every logon that can be read, without its secrets.
    pub(crate) fn list(&self) -> Result<Vec<Summary>, KeeperError> {
        let open = self.opened()?;
        let readable = open.ids().filter_map(|id| match open.read(id) {
            Ok(opened) => {
                let mut summary = opened.summary();
                summary.binding.publisher = self.counting(id, summary.binding.publisher);
                Some(summary)
            }
            Err(error) => {
                tracing::error!("logon {id}: {error}");
                None
            }
        });
        Ok(readable.collect())
    }

    /// Stores a new logon.
    pub(crate) fn add(
        &mut self,
        template: TemplateId,
        binding: Binding,
        label: String,
        fields: Fields,
        now: Timestamp,
    ) -> Result<LogonId, KeeperError> {
        self.opened()?;
        let mut id = [0; 16];
        getrandom::fill(&mut id).map_err(countersign_vault::SealError::Random)?;
        self.agreed(RecordId(id), &binding.publisher)?;
        let open = self.opened_mut()?;
        let logon = Logon {
            id: RecordId(id),
            template: template.clone(),
            label,
            fields: FieldValues(fields),
            binding,
            changed: now,
            journal: PasswordJournal {
                since: Some(now),
                ..PasswordJournal::default()
            },
        };
        let version = open.next(logon.id)?;
        let sealed = open.unlocked.seal_logon(&logon, version.counter, Commitment::NONE)?;
        open.put(version, sealed)?;
        open.by_template.entry(template).or_default().push(logon.id);
        Ok(logon.id)
    }

    /// Changes a logon.
    pub(crate) fn amend(&mut self, id: LogonId, mut amendment: Amendment) -> Result<(), KeeperError> {
        let open = self.opened_mut()?;
        let opened = open.read(id)?;
        amendment.changed = after(amendment.changed, &opened);
        let version = open.next(id)?;
        let sealed = open.unlocked.seal_amended(opened, amendment, version.counter)?;
        open.put(version, sealed)
    }

    /// Deletes a logon: a tombstone takes its place.
    pub(crate) fn remove(&mut self, id: LogonId, now: Timestamp) -> Result<(), KeeperError> {
        let open = self.opened_mut()?;
        let opened = open.read(id)?;
        let version = open.next(id)?;
        let sealed = open
            .unlocked
            .seal_tombstone(id, after(now, &opened), version.counter, opened.commitment())?;
        open.put(version, sealed)?;
        for ids in open.by_template.values_mut() {
            ids.retain(|known| *known != id);
        }
        self.forget_agreement(id);
        Ok(())
    }

    /// One field of a logon, for its owner who has just typed the password.
    pub(crate) fn reveal(
        &self,
        id: LogonId,
        field: &FieldName,
        proof: Reauthenticated,
    ) -> Result<Option<Password>, KeeperError> {
        let logon = release_for_owner(self.opened()?.read(id)?, proof)?;
        Ok(logon.fields.get(field).map(Password::duplicate))
    }

    /// Forgets which program a logon was saved for.
    pub(crate) fn rebind(
        &mut self,
        id: LogonId,
        publisher: Option<Publisher>,
        proof: Reauthenticated,
    ) -> Result<(), KeeperError> {
        let now = self.clock.now();
        let open = self.opened_mut()?;
        let opened = open.read(id)?;
        let parent = opened.commitment();
        let version = open.next(id)?;
        let changed = after(now, &opened);
        let mut logon = release_for_owner(opened, proof)?;
        logon.changed = changed;
        logon.binding.executable = None;
        if let Some(publisher) = publisher {
            logon.binding.publisher = publisher;
        }
        let sealed = open.unlocked.seal_logon(&logon, version.counter, parent)?;
        open.put(version, sealed)?;
        self.agreed(id, &logon.binding.publisher)
    }
}

/// The time of a change of what was opened.
pub(super) fn after(now: Timestamp, opened: &Opened) -> Timestamp {
    time_of_change(now, opened.summary().changed)
}

fn signon_summary(summary: Summary) -> LogonSummary {
    LogonSummary {
        id: summary.id,
        label: summary.label,
        plain: summary.plain.into_iter().map(|(name, value)| (name.0, value)).collect(),
        binding: summary.binding,
        changed: summary.changed,
        standing: Standing::Stored,
        change: None,
        expiry: Expiry::Valid,
        since: None,
    }
}
