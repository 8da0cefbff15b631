use super::Folder;
use crate::contract::Loose;
use crate::{FolderRepository, MAX_OBJECT, WhenAbsent};
use countersign_model::port::{ConfigurationRepository, RepositoryError, VaultRepository};
use countersign_model::{ConfigKind, DeviceId, RecordId, RecordVersion, UserId};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::Path;

fn ada() -> UserId {
    UserId::from("ada")
}

fn version(counter: u64) -> RecordVersion {
    RecordVersion {
        record: RecordId([0xaa; 16]),
        device: DeviceId([0xbb; 16]),
        counter,
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o777
}

#[test]
fn the_layout_is_private_and_whole() {
    let folder = Folder::fresh();
    folder.repository.push(&ada(), &version(1), b"sealed").unwrap();
    folder.repository.replace_header(&ada(), None, b"header").unwrap();
    let user = folder.root().join("users/ada");
    let record = user.join("records").join("aa".repeat(16));
    assert_eq!(
        fs::read(record.join(format!("{}.1", "bb".repeat(16)))).unwrap(),
        b"sealed"
    );
    assert_eq!(fs::read(user.join("header/1")).unwrap(), b"header");
    assert_eq!(fs::read_dir(&record).unwrap().count(), 1);
    for private in [folder.root(), &user, &record] {
        assert_eq!(mode(private), 0o700, "{}", private.display());
    }
    assert_eq!(mode(&user.join("header/1")), 0o600);
}

#[test]
fn an_absent_share_is_unreachable_and_not_made() {
    let above = tempfile::TempDir::new().unwrap();
    let root = above.path().join("share");
    let repository = FolderRepository::new(&root, WhenAbsent::Report).unwrap();
    for error in [
        repository.loose().unwrap_err(),
        repository.list(&ada()).unwrap_err(),
        repository.push(&ada(), &version(1), b"x").unwrap_err(),
    ] {
        assert!(matches!(error, RepositoryError::Unreachable { .. }), "{error}");
    }
    assert!(!root.exists());
    fs::create_dir(&root).unwrap();
    repository.push(&ada(), &version(1), b"x").unwrap();
    assert!(FolderRepository::new("share", WhenAbsent::Make).is_err());
}

#[test]
fn a_folder_others_may_enter_is_reported() {
    let folder = Folder::fresh();
    folder.repository.push(&ada(), &version(1), b"x").unwrap();
    let user = folder.root().join("users/ada");
    fs::set_permissions(&user, fs::Permissions::from_mode(0o755)).unwrap();
    let denied = folder.repository.list(&ada()).unwrap_err();
    assert!(
        matches!(&denied, RepositoryError::Denied { why, .. } if why.contains("0755") && why.contains("chmod 700")),
        "{denied}"
    );
}

#[test]
fn links_lead_nowhere() {
    let folder = Folder::fresh();
    let repository = &folder.repository;
    let outside = tempfile::TempDir::new().unwrap();
    fs::write(outside.path().join("secret.toml"), b"outside").unwrap();
    folder.publish(ConfigKind::Template, "good", b"inside");
    let unit = folder.root().join("config/Staff/Sales");
    symlink(outside.path().join("secret.toml"), unit.join("file.toml")).unwrap();
    symlink(outside.path(), unit.join("unit")).unwrap();
    let (objects, faults) = repository.loose().unwrap();
    assert_eq!(
        objects.iter().map(|object| object.bytes.as_slice()).collect::<Vec<_>>(),
        [b"inside"]
    );
    assert_eq!(faults.len(), 2, "{faults:?}");

    repository.push(&ada(), &version(1), b"x").unwrap();
    let record = folder.root().join("users/ada/records").join("aa".repeat(16));
    symlink(
        outside.path().join("secret.toml"),
        record.join(format!("{}.2", "bb".repeat(16))),
    )
    .unwrap();
    assert_eq!(repository.list(&ada()).unwrap(), vec![version(1)]);
    assert!(matches!(
        repository.pull(&ada(), &version(2)).unwrap_err(),
        RepositoryError::Invalid { .. }
    ));
    assert!(repository.push(&ada(), &version(2), b"y").is_err());
    assert_eq!(fs::read(outside.path().join("secret.toml")).unwrap(), b"outside");

    symlink(outside.path(), folder.root().join("users/eve")).unwrap();
    let refused = repository.push(&UserId::from("eve"), &version(1), b"x").unwrap_err();
    assert!(matches!(refused, RepositoryError::Invalid { .. }), "{refused}");
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 1);
}

#[test]
fn what_is_too_large_or_not_a_file_is_named_and_the_rest_is_read() {
    let folder = Folder::fresh();
    folder.publish(ConfigKind::Template, "good", b"good");
    folder.publish(
        ConfigKind::Template,
        "large",
        &vec![b'#'; usize::try_from(MAX_OBJECT).unwrap() + 1],
    );
    let unit = folder.root().join("config/Staff/Sales");
    fs::write(unit.join("README.md"), b"not an object").unwrap();
    fs::write(unit.join(".hidden.toml"), b"not an object").unwrap();
    let (objects, faults) = folder.repository.loose().unwrap();
    assert_eq!(objects.len(), 1);
    assert!(
        matches!(&faults[..], [RepositoryError::Invalid { place, .. }] if place.ends_with("large.toml")),
        "{faults:?}"
    );
}

#[test]
fn foreign_files_are_not_versions() {
    let folder = Folder::fresh();
    folder.repository.push(&ada(), &version(1), b"x").unwrap();
    let records = folder.root().join("users/ada/records");
    let record = records.join("aa".repeat(16));
    for name in ["README", ".x.1.new", "nonsense.7"] {
        fs::write(record.join(name), b"x").unwrap();
        fs::write(records.join(name), b"x").unwrap();
    }
    fs::create_dir(records.join("not-an-id")).unwrap();
    fs::create_dir(record.join(format!("{}.9", "bb".repeat(16)))).unwrap();
    assert_eq!(folder.repository.list(&ada()).unwrap(), vec![version(1)]);
    assert!(matches!(
        folder.repository.pull(&ada(), &version(9)).unwrap_err(),
        RepositoryError::Invalid { .. }
    ));
}

#[test]
fn old_versions_and_half_written_files_are_cleared_away() {
    let folder = Folder::fresh();
    let record = folder.root().join("users/ada/records").join("aa".repeat(16));
    folder.repository.push(&ada(), &version(1), b"x").unwrap();
    fs::write(record.join(format!(".{}.1.1-0.new", "bb".repeat(16))), b"half").unwrap();
    let other = RecordVersion {
        device: DeviceId([0xcc; 16]),
        ..version(1)
    };
    folder.repository.push(&ada(), &other, b"other").unwrap();
    for counter in 2..=30 {
        folder.repository.push(&ada(), &version(counter), b"x").unwrap();
    }
    // Ten behind the newest, and the other device's.
    assert_eq!(fs::read_dir(&record).unwrap().count(), 12);
    assert_eq!(folder.repository.pull(&ada(), &version(20)).unwrap(), b"x");
    assert_eq!(folder.repository.pull(&ada(), &other).unwrap(), b"other");
}
