//! Versions that are only what they say.
//!
//! 16 bytes record, 16 device, 8 counter, 32 commitment, 32 parent, 8 time, then 64 bytes of fields, or none: a tombstone. Numbers are
//! little-endian.

use super::{Looked, Sealer, ToSeal};
use crate::chance::mixed;
use crate::ledger::Fields;
use countersign_model::{DeviceId, RecordId, RecordVersion, Timestamp};
use countersign_sync::{Checked, RecordCheck, Refused, Resealer};
use countersign_vault::Commitment;

const HEAD: usize = 112;

/// A device with this id.
pub(crate) struct Plain(pub(crate) DeviceId);

impl Sealer for Plain {
    fn device(&self) -> DeviceId {
        self.0
    }

    fn seal(&self, what: &ToSeal) -> Result<Vec<u8>, Refused> {
        let mut bytes = Vec::with_capacity(HEAD + 64);
        bytes.extend(what.record.0);
        bytes.extend(self.0.0);
        bytes.extend(what.counter.to_le_bytes());
        let fields: Vec<u64> = what
            .fields
            .iter()
            .flatten()
            .flat_map(|(unit, value)| [*unit, *value])
            .collect();
        bytes.extend(commitment(self.0, what, &fields).0);
        bytes.extend(what.parent.0);
        bytes.extend(what.changed.to_le_bytes());
        bytes.extend(fields.iter().flat_map(|field| field.to_le_bytes()));
        Ok(bytes)
    }

    fn look(&self, record: RecordId, sealed: &[u8]) -> Result<Looked, Refused> {
        let damaged = || Refused("it is damaged".to_owned());
        let looked = read(sealed).ok_or_else(damaged)?;
        match looked.checked.version.record == record {
            true => Ok(looked),
            false => Err(Refused("it is another record".to_owned())),
        }
    }
}

impl RecordCheck for Plain {
    fn check(&self, version: &RecordVersion, sealed: &[u8]) -> Result<Checked, Refused> {
        let found = self.identify(version.record, sealed)?;
        match found.version == *version {
            true => Ok(found),
            false => Err(Refused("it is another version".to_owned())),
        }
    }

    fn own(&self) -> Option<DeviceId> {
        Some(self.0)
    }

    fn identify(&self, record: RecordId, sealed: &[u8]) -> Result<Checked, Refused> {
        self.look(record, sealed).map(|looked| looked.checked)
    }
}

impl Resealer for Plain {
    fn seal_again(&self, was: &RecordVersion, sealed: &[u8], counter: u64) -> Result<Vec<u8>, Refused> {
        let looked = self.look(was.record, sealed)?;
        self.seal(&ToSeal {
            record: was.record,
            counter,
            parent: looked.checked.commitment,
            changed: looked.checked.changed.0 + 1,
            fields: looked.fields,
        })
    }
}

fn commitment(device: DeviceId, what: &ToSeal, fields: &[u64]) -> Commitment {
    let word = |bytes: &[u8]| bytes.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
    let named = [
        word(&what.record.0),
        word(&device.0),
        what.counter,
        what.changed,
        word(&what.parent.0),
    ];
    let seed = mixed(&[mixed(&named), mixed(fields)]);
    let mut bytes = [0; 32];
    for (at, chunk) in bytes.chunks_exact_mut(8).enumerate() {
        chunk.copy_from_slice(&mixed(&[seed, at as u64]).to_le_bytes());
    }
    Commitment(bytes)
}

fn read(sealed: &[u8]) -> Option<Looked> {
    let (record, rest) = sealed.split_first_chunk()?;
    let (device, rest) = rest.split_first_chunk()?;
    let (counter, rest) = rest.split_first_chunk()?;
    let (commitment, rest) = rest.split_first_chunk()?;
    let (parent, rest) = rest.split_first_chunk()?;
    let (changed, rest) = rest.split_first_chunk()?;
    let numbers: Vec<u64> = rest
        .as_chunks()
        .0
        .iter()
        .map(|bytes| u64::from_le_bytes(*bytes))
        .collect();
    let fields: Option<Fields> = match numbers.as_slice() {
        [a, b, c, d, e, f, g, h] => Some([(*a, *b), (*c, *d), (*e, *f), (*g, *h)]),
        _ => None,
    };
    Some(Looked {
        checked: Checked {
            version: RecordVersion {
                record: RecordId(*record),
                device: DeviceId(*device),
                counter: u64::from_le_bytes(*counter),
            },
            commitment: Commitment(*commitment),
            parent: Commitment(*parent),
            changed: Timestamp(u64::from_le_bytes(*changed)),
        },
        fields,
    })
}
