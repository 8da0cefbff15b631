//! Key files: made once, never written over, readable by their owner alone.

use super::unit_folder::bounded;
use countersign_secret::{Key, Password};
use countersign_vault::{
    Answer, KdfParameters, KeyFileError, KeyFileFacts, KeyKind, inspect_key_file, normalise_answer, open_key_file,
    seal_key_file,
};
use countersign_wire::{ErrorCode, ErrorReply};
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

const LONGEST: u64 = 4096;

/// What a new key file is sealed under.
pub(super) struct Sealing<'a> {
    pub(super) passphrase: &'a Answer,
    pub(super) kdf: KdfParameters,
}

pub(super) fn answer(passphrase: &Password) -> Result<Answer, ErrorReply> {
    normalise_answer(passphrase).map_err(|error| ErrorReply::new(ErrorCode::Refused, error.to_string()))
}

/// Seals a key and writes its file. A file that is there is never written over.
pub(super) fn write(
    path: &Path,
    (kind, name): (KeyKind, &str),
    (public, private): (&[u8; 32], &Key),
    sealing: &Sealing<'_>,
) -> Result<(), ErrorReply> {
    let bytes = seal_key_file((kind, name), public, private, sealing.passphrase, sealing.kdf);
    let bytes = bytes.map_err(|error| failed(&error))?;
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| file.write_all(&bytes).and_then(|()| file.sync_all()));
    written.map_err(|why| {
        ErrorReply::new(
            ErrorCode::Failed,
            format!("the key file {} cannot be written: {why}", path.display()),
        )
        .next("name a file that is not there yet, in a folder that is")
    })
}

/// What a key file says of itself; authentic only once it is opened.
pub(super) fn inspect(path: &Path, wanted: KeyKind) -> Result<KeyFileFacts, ErrorReply> {
    let facts = inspect_key_file(&bounded(path, LONGEST)?).map_err(|error| failed(&error))?;
    match facts.kind {
        found if found == wanted => Ok(facts),
        found => Err(failed(&KeyFileError::OtherKind { found, wanted })),
    }
}

pub(super) fn open(path: &Path, kind: KeyKind, passphrase: &Password) -> Result<(KeyFileFacts, Key), ErrorReply> {
    let bytes = bounded(path, LONGEST)?;
    open_key_file(kind, &bytes, &answer(passphrase)?).map_err(|error| failed(&error))
}

fn failed(error: &KeyFileError) -> ErrorReply {
    let code = match error {
        KeyFileError::WrongPassphrase => ErrorCode::WrongSecret,
        KeyFileError::Damaged(_) | KeyFileError::Unsupported { .. } => ErrorCode::Integrity,
        KeyFileError::OtherKind { .. } | KeyFileError::Name => ErrorCode::BadRequest,
        _ => ErrorCode::Failed,
    };
    ErrorReply::new(code, error.to_string())
}
