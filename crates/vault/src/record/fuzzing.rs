//! What a fuzzer calls: bytes in, nothing out, no panic. The keys are fixed.

use super::{
    Decrypted, Expected, ExpectedKind, HEADER, RecordHeader, RecordKeys, RecordKind, Subject, Written, decode_logon,
    decode_tombstone, open, seal,
};
use countersign_secret::{Key, SecretBytes};
use std::sync::OnceLock;

/// A record as it came, and one whose header and padded contents somebody with the key sealed.
pub fn record(bytes: &[u8]) {
    static KEYS: OnceLock<RecordKeys> = OnceLock::new();
    let keys = KEYS.get_or_init(|| RecordKeys {
        records: Key::from_fill(|key| key.fill(0x5a)),
        index: Key::from_fill(|key| key.fill(0xa5)),
    });
    let Some((clear, contents)) = bytes.split_at_checked(HEADER) else {
        return;
    };
    let Ok(header) = RecordHeader::decode(clear) else {
        return;
    };
    let expected = Expected {
        vault: header.vault,
        epoch: header.epoch,
        kind: ExpectedKind::Any,
        record: header.record,
        written: Written::AtLeast(0),
        subject: Subject::Any,
        parent: None,
    };
    let _ = open(keys, &expected, bytes);
    let mut padded = SecretBytes::zeroed(contents.len());
    padded.expose_mut().copy_from_slice(contents);
    if let Ok(sealed) = seal(keys, &header, padded)
        && let Ok(decrypted) = open(keys, &expected, &sealed)
    {
        read(&decrypted);
    }
}

fn read(decrypted: &Decrypted) {
    match decrypted.header.kind {
        RecordKind::Logon => drop(decode_logon(decrypted.header.record, decrypted.body())),
        RecordKind::Tombstone => drop(decode_tombstone(decrypted.body())),
    }
}
