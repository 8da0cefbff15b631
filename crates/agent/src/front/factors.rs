//! What a slot asks for that nobody types.

use crate::message::Material;
use countersign_factors::{DirectoryKey, Program, SecretService};
use countersign_model::VaultId;
use countersign_model::port::{FactorError, FactorSource, RepositoryError};
use countersign_secret::{Key, Password, SecretBytes};
use countersign_vault::{SlotKind, SlotSecrets};
use countersign_wire::{ErrorCode, ErrorReply};
use std::sync::Arc;

/// Whether a factor is asked for to make a slot or to open one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asking {
    SetUp,
    Fetch,
}

/// What was got.
pub(super) enum Got {
    Key(Key),
    Bytes(SecretBytes),
}

/// Asks whatever keeps or makes the factor of a slot.
pub(super) fn get(kind: SlotKind, material: &Material, vault: VaultId, asking: Asking) -> Result<Got, ErrorReply> {
    if kind == SlotKind::DirectoryIdentity {
        return identity(material, asking).map(Got::Bytes);
    }
    let source = source(kind, material)?;
    let got = match asking {
        Asking::SetUp => source.set_up(vault),
        Asking::Fetch => source.fetch(vault),
    };
    let got = got.map_err(|error| told(&error))?;
    match kind {
        SlotKind::Program => Ok(Got::Bytes(got)),
        _ if got.expose().len() == Key::LEN => Ok(Got::Key(Key::from_fill(|out| out.copy_from_slice(got.expose())))),
        _ => Err(told(&FactorError::Damaged(source.name()))),
    }
}

/// Has the factor of a slot that is gone forgotten.
pub(super) fn forget(kind: SlotKind, material: &Material, vault: VaultId) -> Result<(), ErrorReply> {
    match kind {
        SlotKind::DirectoryIdentity => Ok(()),
        kind => source(kind, material)?.remove(vault).map_err(|error| told(&error)),
    }
}

/// What is given for a slot: what was got, with the device secret or the password where the kind has them.
pub(super) fn secrets<'a>(
    kind: SlotKind,
    got: &'a Got,
    password: Option<&'a Password>,
    device_secret: &'a Key,
) -> Result<SlotSecrets<'a>, ErrorReply> {
    let short = |error: countersign_vault::ShortSecret| ErrorReply::new(ErrorCode::Failed, error.to_string());
    match (kind, got, password) {
        (SlotKind::Silent, Got::Key(key), Some(password)) => Ok(SlotSecrets::silent(password, key)),
        (SlotKind::DirectoryKey, Got::Key(key), _) => Ok(SlotSecrets::directory_key(key)),
        (SlotKind::OsProtection, Got::Key(key), _) => Ok(SlotSecrets::os_protection(key)),
        (SlotKind::DirectoryIdentity, Got::Bytes(identity), _) => {
            SlotSecrets::directory_identity(identity.expose(), device_secret).map_err(short)
        }
        (SlotKind::Program, Got::Bytes(answer), _) => SlotSecrets::program(answer, device_secret).map_err(short),
        _ => Err(untold(kind)),
    }
}

fn source(kind: SlotKind, material: &Material) -> Result<Box<dyn FactorSource>, ErrorReply> {
    match kind {
        SlotKind::Silent | SlotKind::DirectoryKey => {
            let repository = material.repository.as_ref().ok_or_else(unreachable)?;
            Ok(Box::new(DirectoryKey::new(
                Arc::clone(repository),
                material.terms.user.clone(),
            )))
        }
        SlotKind::OsProtection => Ok(Box::new(SecretService)),
        SlotKind::Program => match &material.terms.program {
            Some(path) => Ok(Box::new(Program::new(path))),
            None => Err(
                ErrorReply::new(ErrorCode::NoMatch, "no program is set for the program slot")
                    .next("set `unlock.program` to its path"),
            ),
        },
        kind => Err(untold(kind)),
    }
}

/// Who somebody is does not change while the directory is away, or waits for his password.
fn identity(material: &Material, asking: Asking) -> Result<SecretBytes, ErrorReply> {
    let kept = material.known_identity.as_ref().filter(|_| asking == Asking::Fetch);
    let asked = material
        .repository
        .as_ref()
        .map(|one| one.identity(&material.terms.user));
    let known = match (asked, kept) {
        (Some(Ok(identity)), _) => identity,
        (None, Some(kept)) => kept.clone(),
        (Some(Err(RepositoryError::Unreachable { .. } | RepositoryError::NeedsPassword { .. })), Some(kept)) => {
            kept.clone()
        }
        (None, None) => return Err(unreachable()),
        (Some(Err(error)), _) => {
            return Err(ErrorReply::new(ErrorCode::Unreachable, error.to_string()).next("try again in a moment"));
        }
    };
    let mut bytes = SecretBytes::zeroed(known.len());
    bytes.expose_mut().copy_from_slice(&known);
    Ok(bytes)
}

fn unreachable() -> ErrorReply {
    ErrorReply::new(ErrorCode::Unreachable, "the repository cannot be reached").next("try again when it can be")
}

pub(super) fn untold(kind: SlotKind) -> ErrorReply {
    ErrorReply::new(
        ErrorCode::BadRequest,
        format!("the {} slot asks for what a person knows", kind.name()),
    )
}

fn told(error: &FactorError) -> ErrorReply {
    let code = match error {
        FactorError::Unreachable { .. } | FactorError::Late { .. } => ErrorCode::Unreachable,
        FactorError::Untrusted { .. } => ErrorCode::Refused,
        FactorError::Damaged(_) => ErrorCode::Integrity,
        _ => ErrorCode::Failed,
    };
    ErrorReply::new(code, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_directory::{FolderRepository, WhenAbsent};
    use countersign_model::UserId;
    use countersign_model::port::DirectoryRepository;

    #[test]
    fn the_directory_keeps_one_key_for_each_user() {
        let folder = tempfile::tempdir().unwrap();
        let repository = FolderRepository::new(folder.path().join("repository"), WhenAbsent::Make).unwrap();
        let repository: Arc<dyn DirectoryRepository> = Arc::new(repository);
        let of = |user: &str| DirectoryKey::new(Arc::clone(&repository), UserId::from(user));
        let (ada, grace, vault) = (of("ada"), of("grace"), VaultId([1; 16]));
        assert!(matches!(ada.fetch(vault), Err(FactorError::Missing(_))));
        let first = ada.set_up(vault).unwrap();
        assert_eq!(ada.set_up(vault).unwrap().expose(), first.expose());
        assert_eq!(of("ada").fetch(vault).unwrap().expose(), first.expose());
        assert_ne!(grace.set_up(vault).unwrap().expose(), first.expose());
        ada.remove(vault).unwrap();
        ada.remove(vault).unwrap();
        assert!(matches!(ada.fetch(vault), Err(FactorError::Missing(_))));
        assert_ne!(ada.set_up(vault).unwrap().expose(), first.expose());
        grace.fetch(vault).unwrap();
    }

    #[test]
    fn what_is_no_key_is_said_to_be_damaged() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("repository");
        let repository = Arc::new(FolderRepository::new(&root, WhenAbsent::Make).unwrap());
        let ada = DirectoryKey::new(repository, UserId::from("ada"));
        ada.set_up(VaultId([1; 16])).unwrap();
        std::fs::write(root.join("users/ada/slot-key"), "short").unwrap();
        assert!(matches!(ada.fetch(VaultId([1; 16])), Err(FactorError::Damaged(_))));
    }
}
