//! The user's devices: listed, taken off, and following what other devices did to the vault.

use super::{Enrolled, Keeper, KeeperError, header_key, slots_key};
use countersign_model::port::RecordStore;
use countersign_model::{Change, DeviceId, HeaderVersion, RecordId, StoreKey, StoreKind, UserId};
use countersign_sync::record_key;
use countersign_vault::{Followed, Owner, Written, inspect_header};
use countersign_wire::{DeviceReport, DeviceState, StoreName};

/// How many records are sealed anew between two exchanges.
const MOST_RESEALED: usize = 256;

/// Where the devices are kept in mind that are to be taken off.
fn leaving_key() -> StoreKey {
    StoreKey {
        kind: StoreKind::Device,
        id: b"leaving".to_vec(),
    }
}

impl Keeper {
    /// The devices the vault lists, as far as this one knows.
    pub(crate) fn devices(&self) -> Vec<DeviceReport> {
        let listed = self.enrolled.as_ref().and_then(|own| inspect_header(&own.header).ok());
        let listed = listed.map(|facts| facts.enrolled).unwrap_or_default();
        let (own, leaving) = (self.device(), self.leaving());
        let report = |device: countersign_vault::DeviceFacts| DeviceReport {
            id: device.id,
            name: device.name,
            joined: Some(device.added).filter(|at| at.0 > 0),
            this: Some(device.id) == own,
            state: match device.key {
                _ if leaving.contains(&device.id) => DeviceState::Leaving,
                Some(_) => DeviceState::Listed,
                None => DeviceState::Keyless,
            },
        };
        let mut reports: Vec<_> = listed.into_iter().map(report).collect();
        // It got an id of its own that no header has yet.
        if let Some(own) = own.filter(|own| reports.iter().all(|report| report.id != *own)) {
            reports.push(DeviceReport {
                id: own,
                name: crate::syncing::machine_name(),
                joined: None,
                this: true,
                state: DeviceState::Joining,
            });
        }
        reports
    }

    /// Devices that are to be taken off.
    pub(crate) fn leaving(&self) -> Vec<DeviceId> {
        let kept = self.device.get(&leaving_key()).ok().flatten().unwrap_or_default();
        kept.chunks_exact(16)
            .filter_map(|id| id.try_into().ok().map(DeviceId))
            .collect()
    }

    /// Keeps in mind, over restarts, that a device is to be taken off.
    pub(crate) fn take_off(&mut self, device: DeviceId) -> Result<(), KeeperError> {
        let mut leaving = self.leaving();
        if !leaving.contains(&device) {
            leaving.push(device);
            self.keep_leaving(&leaving)?;
        }
        Ok(())
    }

    fn keep_leaving(&self, leaving: &[DeviceId]) -> Result<(), KeeperError> {
        let ids: Vec<u8> = leaving.iter().flat_map(|id| id.0).collect();
        Ok(self.device.commit(&[Change::Put(leaving_key(), ids)])?)
    }

    /// Goes on with a newer header: proves it, stores it with this device's slots, then turns to the vault's new key.
    pub(crate) fn follow(
        &mut self,
        user: &UserId,
        version: HeaderVersion,
        header: &[u8],
    ) -> Result<Followed, KeeperError> {
        let open = self.open.as_ref().ok_or(KeeperError::Locked)?;
        let owner = Owner {
            user,
            vault: Some(open.unlocked.vault_id()),
            filed: Some(version),
            at_least: open.unlocked.header_version(),
        };
        let (next, followed) = open.unlocked.followed(&owner, header)?;
        let fresh = Enrolled {
            header: header.to_vec(),
            device_slots: next.device_slots(&self.device_secret)?,
        };
        // Before the vault store: the vault in its new epoch opens it under either key.
        self.device.commit(&[
            Change::Put(header_key(), fresh.header.clone()),
            Change::Put(slots_key(), fresh.device_slots.clone()),
        ])?;
        self.enrolled = Some(fresh);
        self.exports.changed(StoreName::Device);
        let listed = next.devices();
        let mut leaving = self.leaving();
        let before = leaving.len();
        leaving.retain(|id| listed.contains(id));
        if leaving.len() < before {
            self.keep_leaving(&leaving)?;
        }
        self.turn_to(next)?;
        Ok(followed)
    }

    /// Goes on with the vault as it is after a newer header, and with its store under the newest key.
    pub(super) fn turn_to(&mut self, next: countersign_vault::Unlocked) -> Result<(), KeeperError> {
        match &mut self.open {
            // A store that is being verified or exported keeps its key until the next unlock.
            Some(open) if open.unlocked.epoch() == next.epoch() || !open.store.is_held_here_only() => {
                open.unlocked = std::sync::Arc::new(next);
                Ok(())
            }
            _ => {
                self.open_vault(next)?;
                self.exports.changed(StoreName::Vault);
                Ok(())
            }
        }
    }

    /// Seals records of earlier epochs anew, some at a time, and says how many.
    pub(crate) fn reseal_some(&mut self) -> Result<usize, KeeperError> {
        let Some(open) = &mut self.open else { return Ok(0) };
        let mut done = 0;
        if open.unlocked.epochs().len() == 1 {
            return Ok(done);
        }
        for id in open.store.store().ids(StoreKind::Record)? {
            let Ok(record) = <[u8; 16]>::try_from(id.as_slice()).map(RecordId) else {
                continue;
            };
            // What cannot be read is named when it is looked at.
            let (Ok(Some(sealed)), Some(head)) = (open.store.store().get(&record_key(record)), open.heads.get(record))
            else {
                continue;
            };
            let epoch = open.unlocked.epoch_of(&sealed);
            if epoch == open.unlocked.epoch() {
                continue;
            }
            let expected = open.unlocked.expect(record, Written::By(head.device, head.counter));
            let version = open.next(record)?;
            let again = open
                .unlocked
                .reseal(&expected.of_epoch(epoch), &sealed, version.counter);
            match again {
                Ok(Some(again)) => {
                    open.put(version, again)?;
                    done += 1;
                }
                Ok(None) => {}
                Err(error) => tracing::warn!("logon {record} keeps its earlier key: {error}"),
            }
            if done == MOST_RESEALED {
                break;
            }
        }
        if done > 0 {
            tracing::info!("{done} records sealed under the vault's new key");
            self.exports.changed(StoreName::Vault);
        }
        Ok(done)
    }
}
