//! Sealed records.

mod expected;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod journal;
mod logon;
mod opened;

pub use expected::{Expected, ExpectedKind, Mismatch, OpenError, SealError, Subject, Written};
pub use opened::{Opened, OpenedRecord, Summary, Tombstone};

use crate::bytes::{Malformed, Reader, frame, magic};
use crate::derive::{mac, same};
use crate::path;
use crate::seal::{Seal, open_in_place, seal_in_place};
use countersign_model::{Binding, DeviceId, Publisher, RecordId, TemplateId, VaultId};
use countersign_secret::{Key, SecretBytes};
use std::fmt;

pub(crate) use logon::{decode_logon, decode_tombstone, encode_logon, encode_tombstone};

const FORMAT: u16 = 1;
const SUITE: u16 = 1;
const PURPOSE: &[u8] = b"rec";
const HEADER: usize = 144;
const SMALLEST: usize = 512;
const LARGEST: usize = 512 * 1024;

/// What a record holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u16)]
pub enum RecordKind {
    /// A logon.
    Logon = 1,
    /// The mark that a logon was deleted.
    Tombstone = 2,
}

impl RecordKind {
    const fn code(self) -> u16 {
        self as u16
    }

    fn from_code(code: u16) -> Option<Self> {
        [Self::Logon, Self::Tombstone]
            .into_iter()
            .find(|kind| kind.code() == code)
    }
}

/// What names the sealed bytes of one version of a record: no other key, header or content has it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Commitment(pub [u8; 32]);

impl Commitment {
    /// What the first version of a record follows.
    pub const NONE: Self = Self([0; 32]);
}

impl fmt::Debug for Commitment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Commitment(")?;
        self.0.iter().take(4).try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str("…)")
    }
}

/// The clear part of a sealed record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RecordHeader {
    pub(crate) kind: RecordKind,
    pub(crate) vault: VaultId,
    pub(crate) epoch: u64,
    pub(crate) record: RecordId,
    pub(crate) counter: u64,
    pub(crate) device: DeviceId,
    pub(crate) parent: Commitment,
    pub(crate) tag: [u8; 32],
}

impl RecordHeader {
    fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER);
        bytes.extend_from_slice(magic::RECORD);
        bytes.extend_from_slice(&FORMAT.to_le_bytes());
        bytes.extend_from_slice(&SUITE.to_le_bytes());
        bytes.extend_from_slice(&self.kind.code().to_le_bytes());
        bytes.extend_from_slice(&0_u16.to_le_bytes());
        bytes.extend_from_slice(&self.vault.0);
        bytes.extend_from_slice(&self.epoch.to_le_bytes());
        bytes.extend_from_slice(&self.record.0);
        bytes.extend_from_slice(&self.counter.to_le_bytes());
        bytes.extend_from_slice(&self.device.0);
        bytes.extend_from_slice(&self.parent.0);
        bytes.extend_from_slice(&self.tag);
        bytes
    }

    fn decode(bytes: &[u8]) -> Result<Self, OpenError> {
        let mut from = Reader::new(bytes);
        match from.array::<8>("magic")? {
            found if found == *magic::RECORD => {}
            found if magic::is_ours(&found) => return Err(OpenError::Misplaced(Mismatch::Kind)),
            _ => return Err(OpenError::Damaged("magic")),
        }
        let (format, suite) = (from.u16("format")?, from.u16("suite")?);
        let (code, flags) = (from.u16("kind")?, from.u16("flags")?);
        let kind = match RecordKind::from_code(code) {
            Some(kind) if format == FORMAT && suite == SUITE => kind,
            _ => {
                return Err(OpenError::Unsupported {
                    format,
                    suite,
                    kind: code,
                });
            }
        };
        if flags != 0 {
            return Err(OpenError::Damaged("flags"));
        }
        Ok(Self {
            kind,
            vault: VaultId(from.array("vault")?),
            epoch: from.u64("epoch")?,
            record: RecordId(from.array("record")?),
            counter: from.u64("counter")?,
            device: DeviceId(from.array("device")?),
            parent: Commitment(from.array("parent")?),
            tag: from.array("tag")?,
        })
    }

    fn compare(&self, expected: &Expected<'_>, index_key: &Key) -> Result<(), OpenError> {
        let misplaced = |mismatch| Err(OpenError::Misplaced(mismatch));
        if self.vault != expected.vault {
            return misplaced(Mismatch::Vault);
        }
        if self.epoch != expected.epoch {
            return misplaced(Mismatch::Epoch);
        }
        if self.record != expected.record {
            return misplaced(Mismatch::Record);
        }
        if !matches!(expected.kind, ExpectedKind::Any) && expected.kind != ExpectedKind::Exactly(self.kind) {
            return misplaced(Mismatch::Kind);
        }
        match expected.written {
            Written::By(device, counter) if (device, counter) != (self.device, self.counter) => {
                return misplaced(Mismatch::Version);
            }
            Written::Since(device, _) if device != self.device => return misplaced(Mismatch::Version),
            Written::Since(_, at_least) | Written::AtLeast(at_least) if self.counter < at_least => {
                return Err(OpenError::RolledBack {
                    at_least,
                    found: self.counter,
                });
            }
            _ => {}
        }
        if let Subject::Of { template, binding } = expected.subject
            && !same(&subject_tag(index_key, template, binding), &self.tag)
        {
            return misplaced(Mismatch::Subject);
        }
        match expected.parent {
            Some(parent) if parent != self.parent => misplaced(Mismatch::Parent),
            _ => Ok(()),
        }
    }
}

impl From<Malformed> for OpenError {
    fn from(Malformed(what): Malformed) -> Self {
        Self::Damaged(what)
    }
}

/// The keys records are sealed and tagged with.
pub(crate) struct RecordKeys {
    pub(crate) records: Key,
    pub(crate) index: Key,
}

/// A record's contents, decrypted in locked memory, with the header they were sealed under.
pub(crate) struct Decrypted {
    pub(crate) header: RecordHeader,
    pub(crate) commitment: Commitment,
    padded: SecretBytes,
    len: usize,
}

impl Decrypted {
    pub(crate) fn body(&self) -> &[u8] {
        self.padded.expose().get(4..4 + self.len).unwrap_or_default()
    }
}

/// The tag of a logon: the same for the same application, and unreadable without the vault.
pub(crate) fn subject_tag(index_key: &Key, template: &TemplateId, binding: &Binding) -> [u8; 32] {
    let mut saved_for = Vec::new();
    match &binding.executable {
        None => saved_for.push(0),
        Some(executable) => {
            saved_for.push(1);
            saved_for.extend_from_slice(path::to_bytes(executable));
        }
    }
    let publisher = match &binding.publisher {
        Publisher::Package => b"package".to_vec(),
        Publisher::Unsigned | Publisher::UnsignedElsewhere => b"unsigned".to_vec(),
        Publisher::Signed { organisation, name } => frame(&[b"signed", organisation.as_bytes(), name.as_bytes()]),
    };
    tag(index_key, template.as_str().as_bytes(), &publisher, &saved_for)
}

/// The tag of a record that is for no application.
pub(crate) fn empty_tag(index_key: &Key) -> [u8; 32] {
    tag(index_key, b"", b"", b"")
}

fn tag(index_key: &Key, template: &[u8], publisher: &[u8], binding: &[u8]) -> [u8; 32] {
    mac(index_key, &[&frame(&[template, publisher, binding])])
}

/// The padded length of a body: 512·2^n, with its length in front.
pub(crate) fn padded_len(body: usize) -> Result<usize, SealError> {
    let padded = body
        .checked_add(4)
        .and_then(usize::checked_next_power_of_two)
        .map(|padded| padded.max(SMALLEST));
    padded
        .filter(|padded| *padded <= LARGEST)
        .ok_or(SealError::OutOfBounds("it is larger than 512 KiB"))
}

/// Seals `padded`, which holds length, body and zeros.
pub(crate) fn seal(keys: &RecordKeys, header: &RecordHeader, mut padded: SecretBytes) -> Result<Vec<u8>, SealError> {
    let clear = header.encode();
    let seal = seal_in_place(&keys.records, PURPOSE, &clear, padded.expose_mut()).map_err(SealError::Random)?;
    let parts: [&[u8]; 5] = [&clear, &seal.salt, &seal.commitment, padded.expose(), &seal.tag];
    Ok(parts.concat())
}

/// Opens a record, if it is the one expected. The only way in.
pub(crate) fn open(keys: &RecordKeys, expected: &Expected<'_>, bytes: &[u8]) -> Result<Decrypted, OpenError> {
    let mut from = Reader::new(bytes);
    let clear = from.take(HEADER, "length")?;
    let header = RecordHeader::decode(clear)?;
    header.compare(expected, &keys.index)?;
    let salt = from.array("length")?;
    let commitment = from.array("length")?;
    let (ciphertext, tag) = from.rest().split_last_chunk::<16>().ok_or(Malformed("length"))?;
    let len = ciphertext.len();
    if !len.is_power_of_two() || !(SMALLEST..=LARGEST).contains(&len) {
        return Err(OpenError::Damaged("length"));
    }
    let seal = Seal {
        salt,
        commitment,
        tag: *tag,
    };
    let mut padded = SecretBytes::zeroed(len);
    padded.expose_mut().copy_from_slice(ciphertext);
    open_in_place(&keys.records, PURPOSE, clear, &seal, padded.expose_mut()).map_err(|_| OpenError::Damaged("seal"))?;
    let body = body_len(padded.expose())?;
    Ok(Decrypted {
        header,
        commitment: Commitment(commitment),
        padded,
        len: body,
    })
}

fn body_len(padded: &[u8]) -> Result<usize, OpenError> {
    let mut from = Reader::new(padded);
    let len = usize::try_from(from.u32("padding")?).map_err(|_| OpenError::Damaged("padding"))?;
    from.take(len, "padding")?;
    let right = padded_len(len) == Ok(padded.len()) && from.rest().iter().all(|byte| *byte == 0);
    right.then_some(len).ok_or(OpenError::Damaged("padding"))
}
