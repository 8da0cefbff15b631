use countersign_model::VaultId;
use countersign_model::port::{FactorError, FactorSource};
use countersign_secret::{Key, SecretBytes};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// A source in memory, for tests of those who ask sources.
#[derive(Debug, Default)]
pub struct MemorySource {
    kept: Mutex<BTreeMap<VaultId, Key>>,
}

impl MemorySource {
    fn name_of() -> String {
        "the source in memory".to_owned()
    }
}

impl FactorSource for MemorySource {
    fn name(&self) -> String {
        Self::name_of()
    }

    fn set_up(&self, vault: VaultId) -> Result<SecretBytes, FactorError> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = kept.get(&vault) {
            return Ok(copy(key));
        }
        let key = Key::make_random().map_err(|error| FactorError::Failed {
            source_name: Self::name_of(),
            why: error.to_string(),
        })?;
        let secret = copy(&key);
        kept.insert(vault, key);
        Ok(secret)
    }

    fn fetch(&self, vault: VaultId) -> Result<SecretBytes, FactorError> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(&vault)
            .map(copy)
            .ok_or_else(|| FactorError::Missing(Self::name_of()))
    }

    fn remove(&self, vault: VaultId) -> Result<(), FactorError> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).remove(&vault);
        Ok(())
    }
}

fn copy(key: &Key) -> SecretBytes {
    let mut bytes = SecretBytes::zeroed(Key::LEN);
    bytes.expose_mut().copy_from_slice(key.expose());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Removal, check_source};

    #[test]
    fn it_keeps_the_contract() {
        assert_eq!(check_source(&MemorySource::default(), Removal::Forgets), Ok(()));
    }
}
