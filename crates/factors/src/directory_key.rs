//! A random key that the directory keeps and only its user may read.

use countersign_model::port::{DirectoryRepository, FactorError, FactorSource, RepositoryError};
use countersign_model::{UserId, VaultId};
use countersign_secret::{Key, SecretBytes};
use std::sync::Arc;

/// The user's slot key in the directory. A user has one: it serves every vault and slot of his.
#[derive(Clone)]
pub struct DirectoryKey {
    repository: Arc<dyn DirectoryRepository>,
    user: UserId,
}

impl DirectoryKey {
    /// The key of a user.
    #[must_use]
    pub fn new(repository: Arc<dyn DirectoryRepository>, user: UserId) -> Self {
        Self { repository, user }
    }

    fn read(&self) -> Result<Option<SecretBytes>, FactorError> {
        let key = self.repository.slot_key(&self.user).map_err(|error| self.told(error))?;
        Ok(key.map(|key| {
            let mut bytes = SecretBytes::zeroed(Key::LEN);
            bytes.expose_mut().copy_from_slice(key.expose());
            bytes
        }))
    }

    fn told(&self, error: RepositoryError) -> FactorError {
        let source_name = self.name();
        match error {
            RepositoryError::Unreachable { why, .. } => FactorError::Unreachable { source_name, why },
            RepositoryError::Denied { why, .. } => FactorError::Untrusted { source_name, why },
            RepositoryError::Invalid { .. } => FactorError::Damaged(source_name),
            other => FactorError::Failed {
                source_name,
                why: other.to_string(),
            },
        }
    }
}

impl FactorSource for DirectoryKey {
    fn name(&self) -> String {
        "the directory".to_owned()
    }

    fn set_up(&self, _: VaultId) -> Result<SecretBytes, FactorError> {
        if let Some(kept) = self.read()? {
            return Ok(kept);
        }
        let key = Key::make_random().map_err(|error| FactorError::Failed {
            source_name: self.name(),
            why: error.to_string(),
        })?;
        match self.repository.place_slot_key(&self.user, &key) {
            // Another device was faster: its key is the one.
            Ok(()) | Err(RepositoryError::Conflict(_)) => {}
            Err(error) => return Err(self.told(error)),
        }
        // What is handed over is what the next unlock will read.
        self.read()?.ok_or_else(|| FactorError::Missing(self.name()))
    }

    fn fetch(&self, _: VaultId) -> Result<SecretBytes, FactorError> {
        self.read()?.ok_or_else(|| FactorError::Missing(self.name()))
    }

    fn remove(&self, _: VaultId) -> Result<(), FactorError> {
        self.repository
            .remove_slot_key(&self.user)
            .map_err(|error| self.told(error))
    }
}
