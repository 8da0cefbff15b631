//! The keys of a store and what they are used for.

use countersign_model::StoreKey;
use countersign_secret::Key;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The length of every MAC and digest.
pub(crate) const MAC: usize = 32;

/// The keys derived from a store's one key.
pub(crate) struct Keys {
    seal: Key,
    mac: Key,
    name: Key,
}

impl Keys {
    pub(crate) fn derive(key: &Key) -> Self {
        let derive = |purpose: &str| {
            let okm = mac_with(key, &[b"countersign/v1/store\0", purpose.as_bytes()]);
            Key::from_fill(|bytes| bytes.copy_from_slice(&okm))
        };
        Self {
            seal: derive("seal"),
            mac: derive("mac"),
            name: derive("name"),
        }
    }

    /// The MAC of what `parts` say together, separated from other uses by `domain`.
    pub(crate) fn mac(&self, domain: &[u8; 8], parts: &[&[u8]]) -> [u8; MAC] {
        let mut hmac = hmac(&self.mac);
        hmac.update(domain);
        parts.iter().for_each(|part| hmac.update(part));
        hmac.finalize().into_bytes().into()
    }

    /// Whether `claimed` is that MAC, in constant time.
    pub(crate) fn verify(&self, domain: &[u8; 8], parts: &[&[u8]], claimed: &[u8]) -> bool {
        let mut hmac = hmac(&self.mac);
        hmac.update(domain);
        parts.iter().for_each(|part| hmac.update(part));
        hmac.verify_slice(claimed).is_ok()
    }

    /// The name a key has in the index, which says nothing about the key.
    pub(crate) fn blind(&self, key: &StoreKey) -> [u8; MAC] {
        mac_with(&self.name, &[&[key.kind as u8], &key.id])
    }

    /// Seals bytes so that they open only at the same place.
    pub(crate) fn seal(&self, place: Place, bytes: &[u8]) -> Option<Vec<u8>> {
        crate::seal::seal(&self.seal, &place.bytes(), bytes)
    }

    /// Opens what [`Keys::seal`] made for that place.
    pub(crate) fn open(&self, place: Place, sealed: &[u8]) -> Option<Vec<u8>> {
        crate::seal::open(&self.seal, &place.bytes(), sealed)
    }
}

/// Where sealed bytes belong: they open nowhere else.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    /// The body of the frame with this number.
    Frame(u64),
    /// A value in the index that was last set by the frame with this number, by its blind name.
    Value(u64, [u8; MAC]),
    /// A chunk of the snapshot or export with this stamp, by its number.
    Chunk(Shelf, u64),
}

/// Which snapshot or export a chunk belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shelf {
    /// The snapshot's number; 0: an export.
    pub(crate) number: u32,
    /// The last change in it.
    pub(crate) upto: u64,
}

impl Place {
    fn bytes(self) -> Vec<u8> {
        match self {
            Self::Frame(sequence) => [b"frame\0".as_slice(), &sequence.to_le_bytes()].concat(),
            Self::Value(sequence, name) => [b"value\0".as_slice(), &sequence.to_le_bytes(), &name].concat(),
            Self::Chunk(shelf, number) => [
                b"chunk\0".as_slice(),
                &shelf.number.to_le_bytes(),
                &shelf.upto.to_le_bytes(),
                &number.to_le_bytes(),
            ]
            .concat(),
        }
    }
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
fn hmac(key: &Key) -> Hmac<Sha256> {
    Hmac::new_from_slice(key.expose()).expect("HMAC takes keys of any length")
}

fn mac_with(key: &Key, parts: &[&[u8]]) -> [u8; MAC] {
    let mut hmac = hmac(key);
    parts.iter().for_each(|part| hmac.update(part));
    hmac.finalize().into_bytes().into()
}
