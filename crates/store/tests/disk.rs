//! The store on a real disk: index, lock, kill -9, a full disk, a folder that cannot be written.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests fail by panicking"
)]

use countersign_model::port::{RecordStore, StoreError};
use countersign_model::{Change, StoreKey, StoreKind};
use countersign_secret::Key;
use countersign_store::{Condition, Opened, Store};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

fn open(folder: &Path) -> (Store, Opened) {
    try_open(folder).unwrap()
}

fn try_open(folder: &Path) -> Result<(Store, Opened), StoreError> {
    Store::open(folder, Key::from_fill(|bytes| bytes.fill(3)))
}

fn key(name: &str) -> StoreKey {
    StoreKey {
        kind: StoreKind::Record,
        id: name.as_bytes().to_vec(),
    }
}

fn number(store: &Store, name: &str) -> u32 {
    let value = store.get(&key(name)).unwrap();
    value.map_or(0, |value| u32::from_le_bytes(value[..4].try_into().unwrap()))
}

fn batch(number: u32) -> Vec<Change> {
    let value = |length: usize| [number.to_le_bytes().as_slice(), &vec![7; length]].concat();
    vec![
        Change::Put(key("left"), value(10)),
        Change::Put(key("right"), value(3000)),
    ]
}

fn growing(number: u32) -> Vec<Change> {
    let filler = Change::Put(key(&format!("filler {number}")), vec![8; 9000]);
    [batch(number), vec![filler]].concat()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path))
        } else {
            found.push(path)
        }
    }
    found
}

#[test]
fn everything_is_private_and_an_open_folder_is_closed() {
    let above = TempDir::new().unwrap();
    let folder = above.path().join("state/device");
    let (store, opened) = open(&folder);
    assert_eq!(opened.condition, Condition::Fresh);
    store.commit(&batch(1)).unwrap();
    store.close().unwrap();
    assert_eq!(fs::metadata(&folder).unwrap().mode() & 0o777, 0o700);
    for file in files(&folder)
        .iter()
        .filter(|file| !file.starts_with(folder.join("index")))
    {
        assert_eq!(fs::metadata(file).unwrap().mode() & 0o777, 0o600, "{}", file.display());
    }
    assert_eq!(fs::metadata(folder.join("index")).unwrap().mode() & 0o777, 0o700);
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    let (_store, opened) = open(&folder);
    assert_eq!(opened.condition, Condition::Clean);
    assert!(opened.notes[0].contains("private"), "{:?}", opened.notes);
    assert_eq!(fs::metadata(&folder).unwrap().mode() & 0o777, 0o700);
}

#[test]
fn the_index_is_used_again_only_when_it_is_proved() {
    let folder = TempDir::new().unwrap();
    let (store, _) = open(folder.path());
    for number in 1..=20 {
        store.commit(&batch(number)).unwrap();
    }
    store.close().unwrap();
    let (store, opened) = open(folder.path());
    assert_eq!((opened.condition, opened.notes), (Condition::Clean, vec![]));
    assert_eq!(number(&store, "right"), 20);
    store.close().unwrap();

    for round in 0..9 {
        let mut index = files(&folder.path().join("index"));
        index.retain(|file| fs::metadata(file).unwrap().len() > 0);
        index.sort();
        let file = &index[round % index.len()];
        let mut bytes = fs::read(file).unwrap();
        let at = [0, 20, 700][round / 3] % bytes.len();
        bytes[at] ^= 1;
        fs::write(file, bytes).unwrap();
        let (store, opened) = open(folder.path());
        assert!(
            opened.notes.iter().any(|note| note.contains("index")),
            "{} {at}",
            file.display()
        );
        assert_eq!(opened.condition, Condition::Clean);
        assert_eq!((number(&store, "left"), number(&store, "right")), (20, 20));
        store.close().unwrap();
    }
    fs::remove_dir_all(folder.path().join("index")).unwrap();
    assert_eq!(number(&open(folder.path()).0, "right"), 20);
}

#[test]
fn an_index_without_a_log_is_not_a_fresh_store() {
    let folder = TempDir::new().unwrap();
    let (store, _) = open(folder.path());
    store.commit(&batch(1)).unwrap();
    store.close().unwrap();
    fs::remove_file(folder.path().join("log.1")).unwrap();
    fs::remove_file(folder.path().join("head")).unwrap();
    assert!(open(folder.path()).1.damage().is_some());
}

#[test]
fn one_process_at_a_time() {
    let folder = TempDir::new().unwrap();
    let (store, _) = open(folder.path());
    let refused = try_open(folder.path()).err().unwrap();
    assert_eq!(refused, StoreError::InUse(format!("pid {}", std::process::id())));
    drop(store);
    open(folder.path());

    let mut child = child("writer", folder.path(), &[])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    wait_for(&mut lines, "acknowledged 1");
    let refused = try_open(folder.path()).err().unwrap();
    assert_eq!(refused, StoreError::InUse(format!("pid {}", child.id())));
    child.kill().unwrap();
    child.wait().unwrap();
    open(folder.path());
}

#[test]
fn killed_at_any_moment_nothing_acknowledged_is_lost() {
    let folder = TempDir::new().unwrap();
    let mut last = 0;
    for round in 0..12_u32 {
        let mut child = child("writer", folder.path(), &[])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap());
        for _ in 0..=round % 5 * 7 {
            wait_for(&mut lines, "acknowledged");
        }
        child.kill().unwrap();
        let mut rest = String::new();
        lines.read_to_string(&mut rest).unwrap();
        child.wait().unwrap();
        let (store, opened) = open(folder.path());
        assert_eq!(opened.condition, Condition::Recovered, "{opened:?}");
        let found = number(&store, "left");
        assert_eq!(found, number(&store, "right"), "a torn batch");
        let said = rest
            .lines()
            .filter_map(|line| line.strip_prefix("acknowledged ")?.parse().ok())
            .max()
            .unwrap_or(last);
        assert!(found >= said && found > last, "{found} of {said}");
        last = found;
        // Without closing: the next round recovers from a crash again.
        std::mem::forget(store);
        let unlocked = folder.path().join("lock");
        fs::remove_file(unlocked).unwrap();
    }
}

#[test]
fn a_full_disk_refuses_and_keeps_what_was_there() {
    let folder = TempDir::new().unwrap();
    let script = "mount -t tmpfs -o size=1500k none \"$COUNTERSIGN_FOLDER\" && exec \"$0\" \"$@\"";
    let mut inside = child(
        "full_disk",
        folder.path(),
        &["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script],
    );
    let ran = inside.output().unwrap();
    let said = String::from_utf8_lossy(&ran.stdout).into_owned() + &String::from_utf8_lossy(&ran.stderr);
    if said.contains("Operation not permitted") && !said.contains("running 1 test") {
        // No user namespaces here; the next test stands for it.
        return;
    }
    assert!(ran.status.success() && said.contains("1 passed"), "{said}");
}

#[test]
fn a_file_size_limit_refuses_and_keeps_what_was_there() {
    let folder = TempDir::new().unwrap();
    let script = "trap '' XFSZ; ulimit -f 1200; exec \"$0\" \"$@\"";
    let ran = child("file_limit", folder.path(), &["sh", "-c", script])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stdout).into_owned() + &String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success() && said.contains("1 passed"), "{said}");
}

#[test]
fn a_folder_that_cannot_be_written_can_still_be_read() {
    let folder = TempDir::new().unwrap();
    let ran = if rustix_root() {
        // Root may write everywhere, so an ordinary user has to try.
        let program = folder.path().join("test");
        fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let mut command = Command::new("setpriv");
        command
            .args(["--reuid", "65534", "--regid", "65534", "--clear-groups"])
            .arg(program);
        command
            .args(["--exact", "child_read_only", "--ignored", "--nocapture"])
            .env("COUNTERSIGN_FOLDER", folder.path());
        command.output().unwrap()
    } else {
        child("read_only", folder.path(), &[]).output().unwrap()
    };
    let said = String::from_utf8_lossy(&ran.stdout).into_owned() + &String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success() && said.contains("1 passed"), "{said}");
}

fn rustix_root() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}

/// One of the `child_` tests below in a process of its own, possibly through another program.
fn child(which: &str, folder: &Path, through: &[&str]) -> Command {
    let own = std::env::current_exe().unwrap();
    let mut command = match through {
        [] => Command::new(own),
        [program, arguments @ ..] => {
            let mut command = Command::new(program);
            command.args(arguments).arg(own);
            command
        }
    };
    command.args(["--exact", &format!("child_{which}"), "--ignored", "--nocapture"]);
    command.env("COUNTERSIGN_FOLDER", folder);
    command
}

fn wait_for(lines: &mut impl BufRead, wanted: &str) {
    let mut line = String::new();
    while !line.contains(wanted) {
        line.clear();
        assert!(lines.read_line(&mut line).unwrap() > 0, "the child ended");
    }
}

fn folder_of_child() -> PathBuf {
    std::env::var_os("COUNTERSIGN_FOLDER")
        .expect("run by another test")
        .into()
}

#[test]
#[ignore = "a child process of other tests"]
fn child_writer() {
    let (store, _) = open(&folder_of_child());
    let mut next = number(&store, "left");
    loop {
        next += 1;
        store.commit(&batch(next)).unwrap();
        let mut out = std::io::stdout().lock();
        writeln!(out, "acknowledged {next}").unwrap();
        out.flush().unwrap();
    }
}

#[test]
#[ignore = "a child process of other tests"]
fn child_full_disk() {
    let folder = folder_of_child();
    let ballast = folder.join("ballast");
    fs::write(&ballast, vec![1; 200 << 10]).unwrap();
    let store_folder = folder.join("store");
    let (store, _) = open(&store_folder);
    let mut next = 1;
    // Live data that grows, or a new generation would make room again and again.
    let refused = loop {
        match store.commit(&growing(next)) {
            Ok(()) => next += 1,
            Err(refused) => break refused,
        }
    };
    assert!(
        matches!(&refused, StoreError::NotSaved(why) if why.contains("space")),
        "{refused}"
    );
    assert_eq!((number(&store, "left"), number(&store, "right")), (next - 1, next - 1));
    // A crash with a full disk.
    std::mem::forget(store);
    fs::remove_file(store_folder.join("lock")).unwrap();
    let (store, opened) = open(&store_folder);
    assert!(opened.damage().is_none(), "{opened:?}");
    assert_eq!((number(&store, "left"), number(&store, "right")), (next - 1, next - 1));
    fs::remove_file(ballast).unwrap();
    store.commit(&batch(next)).unwrap();
    store.close().unwrap();
    let (store, opened) = open(&store_folder);
    assert!(opened.damage().is_none(), "{opened:?}");
    assert_eq!(number(&store, "right"), next);
}

#[test]
#[ignore = "a child process of other tests"]
fn child_file_limit() {
    let folder = folder_of_child();
    let (store, _) = open(&folder);
    let mut next = 1;
    let refused = loop {
        // Live data that grows, or a new generation would make room again and again.
        match store.commit(&growing(next)) {
            Ok(()) => next += 1,
            Err(refused) => break refused,
        }
        assert!(next < 10_000, "there is no limit");
    };
    assert!(matches!(refused, StoreError::NotSaved(_)), "{refused}");
    assert!(store.commit(&growing(next)).is_err());
    assert_eq!((number(&store, "left"), number(&store, "right")), (next - 1, next - 1));
    drop(store);
    let (store, opened) = open(&folder);
    assert!(opened.damage().is_none(), "{opened:?}");
    assert_eq!((number(&store, "left"), number(&store, "right")), (next - 1, next - 1));
}

#[test]
#[ignore = "a child process of other tests"]
fn child_read_only() {
    let folder = folder_of_child().join("store");
    let (store, _) = open(&folder);
    store.commit(&batch(1)).unwrap();
    store.close().unwrap();
    let mode = |mode: u32, file: &Path| fs::set_permissions(file, fs::Permissions::from_mode(mode)).unwrap();
    for file in ["log.1", "head", "lock"] {
        mode(0o400, &folder.join(file));
    }
    mode(0o500, &folder);
    let (store, opened) = open(&folder);
    assert!(opened.damage().is_none(), "{opened:?}");
    assert_eq!(number(&store, "right"), 1);
    let refused = store.commit(&batch(2)).unwrap_err();
    assert!(matches!(refused, StoreError::NotSaved(_)), "{refused}");
    assert_eq!(number(&store, "right"), 1);
    drop(store);
    let below = try_open(&folder.join("new")).err().unwrap();
    assert!(matches!(below, StoreError::Unopened(_)), "{below}");
    mode(0o700, &folder);
    for file in ["log.1", "head", "lock"] {
        mode(0o600, &folder.join(file));
    }
    let (store, _) = open(&folder);
    store.commit(&batch(2)).unwrap();
    assert_eq!(number(&store, "left"), 2);
}
