//! Sealing of frame bodies and index values.

use countersign_secret::Key;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

// Stands in until vault's sealing is wired: a keystream under the frame's own MAC.
fn stream(key: &Key, place: &[u8], salt: &[u8], bytes: &mut [u8]) -> Option<()> {
    for (counter, block) in bytes.chunks_mut(32).enumerate() {
        let mut hmac = Hmac::<Sha256>::new_from_slice(key.expose()).ok()?;
        hmac.update(place);
        hmac.update(salt);
        hmac.update(&(counter as u64).to_le_bytes());
        for (byte, mask) in block.iter_mut().zip(hmac.finalize().into_bytes()) {
            *byte ^= mask;
        }
    }
    Some(())
}

pub(crate) fn seal(key: &Key, place: &[u8], bytes: &[u8]) -> Option<Vec<u8>> {
    let salt = Key::make_random().ok()?;
    let mut sealed = bytes.to_vec();
    stream(key, place, salt.expose(), &mut sealed)?;
    Some([salt.expose(), &sealed].concat())
}

pub(crate) fn open(key: &Key, place: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (salt, body) = sealed.split_at_checked(32)?;
    let mut bytes = body.to_vec();
    stream(key, place, salt, &mut bytes)?;
    Some(bytes)
}
