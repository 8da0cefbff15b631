//! Bytes sealed for one place: what the store keeps at rest.

use crate::seal::{Broken, OVERHEAD, Seal, open_in_place, seal_in_place};
use countersign_secret::{Key, SecretBytes};

/// Seals bytes so that they open only with the same key and purpose, and only for the same place. Adds 80 bytes; hides no length.
///
/// # Errors
/// When the system has no random source.
pub fn seal_bytes(key: &Key, purpose: &[u8], place: &[u8], bytes: &[u8]) -> Result<Vec<u8>, getrandom::Error> {
    let mut body = bytes.to_vec();
    let seal = seal_in_place(key, purpose, place, &mut body)?;
    let mut sealed = Vec::with_capacity(OVERHEAD + body.len());
    sealed.extend_from_slice(&seal.salt);
    sealed.extend_from_slice(&seal.commitment);
    sealed.extend_from_slice(&seal.tag);
    sealed.append(&mut body);
    Ok(sealed)
}

/// Opens what [`seal_bytes`] made; `None` when it was made with another key, for another purpose or place, or was changed since.
#[must_use]
pub fn open_bytes(key: &Key, purpose: &[u8], place: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let (salt, rest) = sealed.split_first_chunk()?;
    let (commitment, rest) = rest.split_first_chunk()?;
    let (tag, body) = rest.split_first_chunk()?;
    let seal = Seal {
        salt: *salt,
        commitment: *commitment,
        tag: *tag,
    };
    let mut bytes = body.to_vec();
    open_in_place(key, purpose, place, &seal, &mut bytes).ok()?;
    Some(bytes)
}

/// Seals a short secret as [`seal_bytes`] does, without a copy outside locked memory.
pub(crate) fn wrap(key: &Key, purpose: &[u8], place: &[u8], secret: &[u8]) -> Result<Vec<u8>, getrandom::Error> {
    let mut body = SecretBytes::zeroed(secret.len());
    body.expose_mut().copy_from_slice(secret);
    let seal = seal_in_place(key, purpose, place, body.expose_mut())?;
    let mut sealed = Vec::with_capacity(OVERHEAD + secret.len());
    sealed.extend_from_slice(&seal.salt);
    sealed.extend_from_slice(&seal.commitment);
    sealed.extend_from_slice(&seal.tag);
    sealed.extend_from_slice(body.expose());
    Ok(sealed)
}

/// Opens what [`wrap`] made into `out`, which has to be exactly as long as the secret.
pub(crate) fn unwrap_into(
    key: &Key,
    purpose: &[u8],
    place: &[u8],
    sealed: &[u8],
    out: &mut [u8],
) -> Result<(), Broken> {
    let split = || {
        let (salt, rest) = sealed.split_first_chunk()?;
        let (commitment, rest) = rest.split_first_chunk()?;
        let (tag, body) = rest.split_first_chunk()?;
        let seal = Seal {
            salt: *salt,
            commitment: *commitment,
            tag: *tag,
        };
        (body.len() == out.len()).then_some((seal, body))
    };
    let (seal, body) = split().ok_or(Broken::Ciphertext)?;
    out.copy_from_slice(body);
    open_in_place(key, purpose, place, &seal, out).inspect_err(|_| out.fill(0))
}

/// As [`unwrap_into`] for a key.
pub(crate) fn unwrap_key(key: &Key, purpose: &[u8], place: &[u8], sealed: &[u8]) -> Result<Key, Broken> {
    Key::try_from_fill(|out| unwrap_into(key, purpose, place, sealed, out))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_open_only_where_they_were_sealed_for() {
        let key = Key::from_fill(|bytes| bytes.fill(5));
        let sealed = seal_bytes(&key, b"store", b"frame 1", b"hello").unwrap();
        assert_eq!(sealed.len(), OVERHEAD + 5);
        assert_eq!(open_bytes(&key, b"store", b"frame 1", &sealed).unwrap(), b"hello");
        assert_eq!(open_bytes(&key, b"store", b"frame 2", &sealed), None);
        assert_eq!(open_bytes(&key, b"other", b"frame 1", &sealed), None);
        assert_eq!(
            open_bytes(&Key::from_fill(|bytes| bytes.fill(6)), b"store", b"frame 1", &sealed),
            None
        );
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 4;
            assert_eq!(open_bytes(&key, b"store", b"frame 1", &changed), None, "byte {at}");
            assert_eq!(
                open_bytes(&key, b"store", b"frame 1", &sealed[..at]),
                None,
                "cut at {at}"
            );
        }
        assert_eq!(
            open_bytes(&key, b"store", b"", &seal_bytes(&key, b"store", b"", b"").unwrap()).unwrap(),
            b""
        );
    }
}
