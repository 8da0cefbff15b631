mod folder;
mod watching;

use crate::contract::{self, Loose, Subject};
use crate::{FolderRepository, MemoryRepository, WhenAbsent};
use countersign_model::ConfigKind;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

impl Subject for MemoryRepository {
    type Repository = Self;

    fn repository(&self) -> &Self {
        self
    }
}

impl Loose for MemoryRepository {
    fn publish(&self, kind: ConfigKind, name: &str, bytes: &[u8]) {
        Self::publish(self, kind, name, bytes);
    }

    fn withdraw(&self, _: ConfigKind, name: &str) {
        Self::withdraw(self, name);
    }
}

struct Folder {
    repository: FolderRepository,
    _above: TempDir,
}

impl Folder {
    fn fresh() -> Self {
        let above = TempDir::new().unwrap();
        let repository = FolderRepository::new(above.path().join("repository"), WhenAbsent::Make).unwrap();
        Self {
            repository,
            _above: above,
        }
    }

    fn root(&self) -> &Path {
        self.repository.root()
    }

    fn file(&self, kind: ConfigKind, name: &str) -> PathBuf {
        let unit = self.root().join("config/Staff/Sales");
        match kind {
            ConfigKind::Template => unit.join(format!("{name}.toml")),
            ConfigKind::Override => unit.join("settings.toml"),
            ConfigKind::Policy | ConfigKind::Page => unreachable!("loose policies and pages there are none"),
        }
    }
}

impl Subject for Folder {
    type Repository = FolderRepository;

    fn repository(&self) -> &FolderRepository {
        &self.repository
    }
}

impl Loose for Folder {
    fn publish(&self, kind: ConfigKind, name: &str, bytes: &[u8]) {
        let file = self.file(kind, name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, bytes).unwrap();
    }

    fn withdraw(&self, kind: ConfigKind, name: &str) {
        fs::remove_file(self.file(kind, name)).unwrap();
    }
}

#[test]
fn the_twin_in_memory_holds_the_contract() {
    contract::hold(MemoryRepository::default);
}

#[test]
fn the_folder_holds_the_contract() {
    contract::hold(Folder::fresh);
}
