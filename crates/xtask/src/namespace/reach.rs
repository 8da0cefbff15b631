//! Making folders reachable that the ordinary user may not enter, such as a clone below /root.
//!
//! Only inside the namespace: the closed folder is covered by an empty one that holds nothing but what is needed, at
//! the same path. A closed folder that is itself needed is seen through an overlay whose copies have other modes. The
//! machine's own folders and their modes stay as they are.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::namespace::prepare::{make, mount};

/// Makes `wanted` reachable for `uid` and `gid`; `scratch` is an empty folder of the laboratory.
pub fn open(wanted: &[PathBuf], (uid, gid): (u32, u32), scratch: &Path) -> Result<()> {
    let mut covered: BTreeMap<PathBuf, Vec<&PathBuf>> = BTreeMap::new();
    for path in wanted {
        if let Some(closed) = closed_ancestor(path, uid, gid) {
            covered.entry(closed).or_default().push(path);
        }
    }
    for (number, (closed, paths)) in covered.iter().enumerate() {
        let outer = outermost(paths);
        for (index, path) in outer.iter().enumerate() {
            let stash = scratch.join(format!("{number}.{index}"));
            make(&stash)?;
            mount(&["--rbind".as_ref(), path.as_os_str(), stash.as_os_str()])?;
        }
        mount(
            &["-t", "tmpfs", "-o", "mode=0755", "countersign-cover"]
                .map(AsRef::as_ref)
                .into_iter()
                .chain([closed.as_os_str()])
                .collect::<Vec<_>>(),
        )?;
        for (index, path) in outer.iter().enumerate() {
            make(path)?;
            mount(&[
                "--rbind".as_ref(),
                scratch.join(format!("{number}.{index}")).as_os_str(),
                path.as_os_str(),
            ])?;
        }
    }
    for (number, path) in wanted.iter().enumerate() {
        if !allows(path, uid, gid, READ | ENTER) || closed_file(path, uid, gid) {
            loosen(path, &scratch.join(format!("overlay.{number}")))?;
        }
    }
    Ok(())
}

/// What a private mask closes: a clone made under it has files that only its owner reads.
fn closed_file(folder: &Path, uid: u32, gid: u32) -> bool {
    let manifest = folder.join("Cargo.toml");
    manifest.exists() && !allows(&manifest, uid, gid, READ)
}

/// Puts an overlay over `folder` and opens everything in it for reading, in memory only.
fn loosen(folder: &Path, scratch: &Path) -> Result<()> {
    let (upper, work) = (scratch.join("upper"), scratch.join("work"));
    make(&upper)?;
    make(&work)?;
    let layers = format!(
        "lowerdir={},upperdir={},workdir={}",
        folder.display(),
        upper.display(),
        work.display()
    );
    let overlay = ["-t", "overlay", "-o", layers.as_str(), "countersign-overlay"].map(OsStr::new);
    mount(&overlay.into_iter().chain([folder.as_os_str()]).collect::<Vec<_>>())?;
    let mut open = vec![(folder.to_owned(), 0)];
    while let Some((path, depth)) = open.pop() {
        let Ok(facts) = std::fs::symlink_metadata(&path) else {
            continue;
        };
        if facts.is_symlink() {
            continue;
        }
        let mode = facts.mode()
            | if facts.is_dir() || facts.mode() & 0o100 != 0 {
                0o055
            } else {
                0o044
            };
        // Copying up what is built would fill the memory: it was built under an open mask, only its folders were not.
        let built = path.components().any(|part| part.as_os_str() == "target");
        if mode != facts.mode() && (facts.is_dir() || !built) {
            let set = std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode & 0o7777));
            set.map_err(Error::file("open", &path))?;
        }
        if facts.is_dir() && path.file_name() != Some(OsStr::new(".git")) && !(built && depth > 4) {
            let entries = std::fs::read_dir(&path).into_iter().flatten();
            open.extend(entries.filter_map(|entry| Some((entry.ok()?.path(), depth + 1))));
        }
    }
    Ok(())
}

/// The paths that are below no other of them.
fn outermost<'a>(paths: &[&'a PathBuf]) -> Vec<&'a PathBuf> {
    paths
        .iter()
        .copied()
        .filter(|path| !paths.iter().any(|other| other != path && path.starts_with(other)))
        .collect()
}

/// The outermost folder above `path` that the user may not enter.
fn closed_ancestor(path: &Path, uid: u32, gid: u32) -> Option<PathBuf> {
    let mut above: Vec<_> = path.ancestors().skip(1).collect();
    above.reverse();
    above
        .into_iter()
        .find(|folder| !may_enter(folder, uid, gid))
        .map(Path::to_owned)
}

const READ: u32 = 0o4;
const ENTER: u32 = 0o1;

fn may_enter(folder: &Path, uid: u32, gid: u32) -> bool {
    allows(folder, uid, gid, ENTER)
}

fn allows(path: &Path, uid: u32, gid: u32, wanted: u32) -> bool {
    let Ok(facts) = std::fs::metadata(path) else {
        return false;
    };
    let shift = if facts.uid() == uid {
        6
    } else if facts.gid() == gid {
        3
    } else {
        0
    };
    (facts.mode() >> shift) & wanted == wanted
}
