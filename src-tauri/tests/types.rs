//! The pages' types of the agent's protocol are those of `wire`. `COUNTERSIGN_REGENERATE=1` writes them anew.
#![expect(
    clippy::unwrap_used,
    reason = "a test stops where its folders cannot be read or written"
)]

use countersign_wire::{ErrorReply, Reply, Request};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use ts_rs::{Config, TS};

fn written(to: &Path) {
    let config = Config::new().with_large_int("number").with_out_dir(to);
    Request::export_all(&config).unwrap();
    Reply::export_all(&config).unwrap();
    ErrorReply::export_all(&config).unwrap();
}

fn read(folder: &Path) -> BTreeMap<PathBuf, String> {
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    files
        .map(|file| {
            (
                file.file_name().unwrap().into(),
                std::fs::read_to_string(&file).unwrap(),
            )
        })
        .collect()
}

#[test]
fn the_pages_have_the_types_of_the_protocol() {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/src/wire");
    if std::env::var_os("COUNTERSIGN_REGENERATE").is_some() {
        let _not_there = std::fs::remove_dir_all(&kept);
        written(&kept);
    }
    let fresh = tempfile::tempdir().unwrap();
    written(fresh.path());
    let (kept, fresh) = (read(&kept), read(fresh.path()));
    let names = |types: &BTreeMap<PathBuf, String>| types.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&kept), names(&fresh), "COUNTERSIGN_REGENERATE=1 writes them anew");
    for (file, text) in fresh {
        assert!(
            kept[&file] == text,
            "{} is not as `wire` has it; COUNTERSIGN_REGENERATE=1 writes it anew",
            file.display()
        );
    }
}
