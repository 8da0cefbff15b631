//! Making folders reachable that the ordinary user may not enter, such as a clone below /root.
//!
//! Only inside the namespace: the closed folder is covered by an empty one that holds nothing but what is needed, at
//! the same path. The machine's own folders and their modes stay as they are.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::error::Result;
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

fn may_enter(folder: &Path, uid: u32, gid: u32) -> bool {
    let Ok(facts) = std::fs::metadata(folder) else {
        return false;
    };
    let bit = if facts.uid() == uid {
        0o100
    } else if facts.gid() == gid {
        0o010
    } else {
        0o001
    };
    facts.mode() & bit != 0
}
