//! The reader in Python, written from the format's description, sees what the store sees. And files written once open for ever.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests fail by panicking")]

use countersign_model::port::RecordStore;
use countersign_model::{Change, StoreKey, StoreKind};
use countersign_secret::Key;
use countersign_store::Store;
use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

const KINDS: [StoreKind; 8] = [
    StoreKind::Record,
    StoreKind::Head,
    StoreKind::Header,
    StoreKind::Slots,
    StoreKind::Config,
    StoreKind::Cursor,
    StoreKind::Inbox,
    StoreKind::Device,
];

fn key() -> Key {
    Key::from_fill(|bytes| bytes.fill(0x5a))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Every value as the reader in Python prints it, and whether there is damage.
fn as_printed(folder: &Path) -> (Vec<String>, bool) {
    let (store, opened) = Store::open(folder, key()).unwrap();
    let mut lines = Vec::new();
    for kind in KINDS {
        for id in store.ids(kind).unwrap() {
            let name = hex(&id);
            if let Ok(Some(value)) = store.get(&StoreKey { kind, id }) {
                lines.push(format!("{} {name} {}", kind as u8, hex(&value)));
            }
        }
    }
    (lines, opened.damage().is_some())
}

fn read_by_python(folder: &Path) -> (Vec<String>, bool) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/readers/store_reader.py");
    let ran = Command::new("python3")
        .arg(script)
        .arg(folder)
        .arg("5a".repeat(32))
        .output()
        .unwrap();
    assert!(ran.stderr.is_empty(), "{}", String::from_utf8_lossy(&ran.stderr));
    let text = String::from_utf8(ran.stdout).unwrap();
    let lines = text
        .lines()
        .filter(|line| !line.starts_with('!'))
        .map(str::to_owned)
        .collect();
    (lines, ran.status.code() == Some(8))
}

fn write_some(folder: &Path) {
    let (store, _) = Store::open(folder, key()).unwrap();
    for at in 0..20_u8 {
        let put = |kind, id: u8, length: usize| Change::Put(StoreKey { kind, id: vec![id; 16] }, vec![at; length]);
        let mut batch = vec![put(KINDS[usize::from(at) % 8], at % 7, usize::from(at) * 13)];
        if at == 9 {
            // Several frames.
            batch.extend((0..5).map(|id| put(StoreKind::Config, 40 + id, 20_000)));
        }
        if at % 4 == 3 {
            batch.push(Change::Remove(StoreKey {
                kind: KINDS[usize::from(at - 1) % 8],
                id: vec![(at - 1) % 7; 16],
            }));
        }
        store.commit(&batch).unwrap();
    }
}

/// Whether Python and its package `cryptography` are there; `cargo xtask test` installs them.
fn has_python() -> bool {
    let there = Command::new("python3").args(["-c", "import cryptography"]).output();
    there.is_ok_and(|there| there.status.success())
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.path().is_file() {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

#[test]
fn the_second_reader_agrees() {
    if !has_python() {
        return;
    }
    let folder = TempDir::new().unwrap();
    for _ in 0..3 {
        write_some(folder.path());
    }
    let files: Vec<String> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("log.") || name.starts_with("snapshot.") || name == "head")
        .collect();
    let snapshots = files.iter().filter(|name| name.starts_with("snapshot.")).count();
    assert_eq!(snapshots, 2, "two generations: {files:?}");
    let mut damaged = 0;
    for file in &files {
        let whole = fs::read(folder.path().join(file)).unwrap();
        let hits = [10, 200, 700, 3000, whole.len() / 2, whole.len() - 100];
        for at in hits.into_iter().filter(|at| *at < whole.len()) {
            let copied = TempDir::new().unwrap();
            copy(folder.path(), copied.path());
            let mut bytes = whole.clone();
            bytes[at] ^= 1;
            fs::write(copied.path().join(file), &bytes).unwrap();
            // The first reader writes, so it comes last.
            let by_python = read_by_python(copied.path());
            assert_eq!(by_python, as_printed(copied.path()), "{file} byte {at}");
            damaged += usize::from(by_python.1);
        }
    }
    // Most hits are made good by the other generation.
    assert!((1..10).contains(&damaged), "{damaged}");
}

#[test]
fn the_second_reader_reads_exports() {
    if !has_python() {
        return;
    }
    let folder = TempDir::new().unwrap();
    write_some(folder.path());
    let file = folder.path().join("all.export");
    countersign_store::export(folder.path(), &key(), &file).unwrap();
    assert_eq!(read_by_python(&file), as_printed(folder.path()));
}

#[test]
fn a_store_of_the_first_format_opens() {
    let folder = TempDir::new().unwrap();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/first");
    for name in ["log.1", "head"] {
        fs::copy(fixtures.join(name), folder.path().join(name)).unwrap();
    }
    let (lines, damaged) = as_printed(folder.path());
    assert!(!damaged);
    assert_eq!(
        lines,
        fs::read_to_string(fixtures.join("values"))
            .unwrap()
            .lines()
            .collect::<Vec<_>>()
    );
}

#[test]
#[ignore = "makes the fixture; run it only for a new format, into a new folder"]
fn make_the_fixture() {
    let folder = TempDir::new().unwrap();
    let (store, _) = Store::open(folder.path(), key()).unwrap();
    let put = |kind, id: &str, value: &str| Change::Put(StoreKey { kind, id: id.into() }, value.into());
    store
        .commit(&[
            put(StoreKind::Device, "name", "fixture"),
            put(StoreKind::Config, "a", "1"),
        ])
        .unwrap();
    store
        .commit(&[
            put(StoreKind::Config, "a", "2"),
            put(StoreKind::Record, "0123456789abcdef", "sealed"),
        ])
        .unwrap();
    store
        .commit(&[Change::Remove(StoreKey {
            kind: StoreKind::Device,
            id: "name".into(),
        })])
        .unwrap();
    store.close().unwrap();
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/first");
    fs::create_dir_all(&fixtures).unwrap();
    for name in ["log.1", "head"] {
        fs::copy(folder.path().join(name), fixtures.join(name)).unwrap();
    }
    fs::write(fixtures.join("values"), as_printed(folder.path()).0.join("\n") + "\n").unwrap();
}
