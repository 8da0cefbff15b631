//! Bytes sealed for one place: what the store keeps at rest.

use crate::seal::{OVERHEAD, Seal, open_in_place, seal_in_place};

use countersign_secret::Key;

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
