//! What is installed where: the one list, for `install` and `package`.

use std::path::{Path, PathBuf};

use crate::compile;
use crate::error::{Error, Result};
use crate::workspace::root;

/// The group that may read the machine secret. No user is in it; the agent is started as it.
pub const GROUP: &str = "countersign";
/// What `countersign-identify` may do that its caller may not, as setcap(8) writes it.
pub const IDENTIFY_CAPABILITY: &str = "cap_sys_ptrace=ep";
/// The folder of the machine secret.
pub const MACHINE_SECRETS: &str = "/var/lib/countersign";
/// Writes the machine secret: a script that gets the folder and the group.
pub const WRITE_SECRET: &str = include_str!("../../../packaging/machine-secret.sh");
/// The user's units, in the order they are enabled.
pub const UNITS: [&str; 2] = ["countersign.socket", "countersign.service"];

/// Where the agent goes.
pub const AGENT: &str = "/usr/bin/countersign-agent";
/// Where the program goes that looks at undumpable ones.
pub const IDENTIFY: &str = "/usr/bin/countersign-identify";

/// What is special about an installed file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Special {
    /// Nothing.
    None,
    /// It is started as [`GROUP`].
    Group,
    /// It has [`IDENTIFY_CAPABILITY`].
    Capability,
}

/// One installed file.
#[derive(Debug, Clone)]
pub struct Placed {
    /// Where it is now.
    pub from: PathBuf,
    /// Where it goes.
    pub to: String,
    /// Whether it is a program.
    pub program: Program,
    /// What is special about it.
    pub special: Special,
}

/// Whether a file is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// It is a binary.
    Binary,
    /// It is a script.
    Script,
    /// It is none.
    No,
}

impl Placed {
    fn binary(from: PathBuf, to: &str) -> Self {
        Self {
            from,
            to: to.to_owned(),
            program: Program::Binary,
            special: Special::None,
        }
    }

    fn data(from: PathBuf, to: String) -> Self {
        Self {
            from,
            to,
            program: Program::No,
            special: Special::None,
        }
    }

    /// Its mode without what is special.
    #[must_use]
    pub fn mode(&self) -> &'static str {
        match self.program {
            Program::No => "0644",
            _ => "0755",
        }
    }
}

/// Everything, with the programs from the folder `built`. The windows are there if they were built.
pub fn everything(built: &Path) -> Result<Vec<Placed>> {
    let mut all = programs(built);
    all.extend(data()?);
    let windows = compile::windows(built);
    if windows.exists() {
        all.push(Placed::binary(windows, "/usr/bin/countersign-windows"));
        all.extend(launcher()?);
    }
    Ok(all)
}

fn programs(built: &Path) -> Vec<Placed> {
    vec![
        Placed::binary(compile::command_line(built), "/usr/bin/countersign"),
        Placed::binary(compile::directory(built), "/usr/bin/countersign-directory"),
        Placed::binary(compile::exits(built), "/usr/bin/countersign-exits"),
        Placed {
            special: Special::Capability,
            ..Placed::binary(compile::identify(built), IDENTIFY)
        },
        Placed {
            special: Special::Group,
            ..Placed::binary(compile::agent(built), AGENT)
        },
    ]
}

/// What shows the windows in menus and software centres.
fn launcher() -> Result<Vec<Placed>> {
    let mut all = Vec::new();
    for (folder, ending, to) in [
        ("desktop", "desktop", "/usr/share/applications"),
        ("metainfo", "xml", "/usr/share/metainfo"),
    ] {
        all.extend(each(folder, ending, to)?);
    }
    Ok(all)
}

/// Every file of a folder of `packaging`.
fn each(folder: &str, ending: &str, to: &str) -> Result<Vec<Placed>> {
    let files = files(&root().join("packaging").join(folder), ending)?.into_iter();
    Ok(files
        .map(|file| {
            let to = format!("{to}/{}", name(&file));
            Placed::data(file, to)
        })
        .collect())
}

fn data() -> Result<Vec<Placed>> {
    let tree = root();
    let packaging = tree.join("packaging");
    let mut all = Vec::new();
    for folder in ["templates", "policies"] {
        for file in files(&tree.join(folder), "toml")? {
            let name = name(&file);
            all.push(Placed::data(file, format!("/usr/share/countersign/{folder}/{name}")));
        }
    }
    for unit in UNITS {
        all.push(Placed::data(
            packaging.join("systemd").join(unit),
            format!("/usr/lib/systemd/user/{unit}"),
        ));
    }
    all.push(Placed {
        program: Program::Script,
        ..Placed::data(
            packaging.join("autostart/countersign-session"),
            "/usr/libexec/countersign-session".to_owned(),
        )
    });
    all.extend(each("autostart", "desktop", "/etc/xdg/autostart")?);
    all.extend(each("icons", "svg", "/usr/share/icons/hicolor/scalable/apps")?);
    Ok(all)
}

fn name(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn files(folder: &Path, ending: &str) -> Result<Vec<PathBuf>> {
    let failed = || Error::file("read", folder);
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed())? {
        let path = entry.map_err(failed())?.path();
        if path.extension().is_some_and(|found| found == ending) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_file_is_there_and_goes_to_a_place_of_its_own() {
        let all = [data().unwrap(), launcher().unwrap()].concat();
        for placed in &all {
            assert!(placed.from.is_file(), "{}", placed.from.display());
        }
        let places: BTreeSet<&str> = all.iter().map(|placed| placed.to.as_str()).collect();
        assert_eq!(places.len(), all.len());
        for wanted in [
            "/usr/lib/systemd/user/countersign.service",
            "/etc/xdg/autostart/countersign.desktop",
            "/usr/share/applications/org.countersign.Countersign.desktop",
            "/usr/share/icons/hicolor/scalable/apps/org.countersign.Countersign.svg",
            "/usr/share/metainfo/org.countersign.Countersign.metainfo.xml",
        ] {
            assert!(places.contains(wanted), "{wanted}");
        }
    }

    /// What the session's entry does when the user's units are in this state: its exit code, and what systemd was asked for.
    fn started(state: &str) -> (Option<i32>, String) {
        let folder = tempfile::tempdir().unwrap();
        let asked = folder.path().join("asked");
        let systemctl = folder.path().join("systemctl");
        let script = format!(
            "#!/bin/sh\n[ \"$2\" = is-enabled ] && {{ echo {state}; exit 1; }}\necho \"$@\" > {}\n",
            asked.display()
        );
        std::fs::write(&systemctl, script).unwrap();
        std::fs::set_permissions(&systemctl, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let path = format!("{}:/usr/bin:/bin", folder.path().display());
        let entry = root().join("packaging/autostart/countersign-session");
        let status = std::process::Command::new(entry).env("PATH", path).status().unwrap();
        (status.code(), std::fs::read_to_string(asked).unwrap_or_default())
    }

    #[test]
    fn the_session_leaves_it_to_the_units_where_there_are_some() {
        let start = "--user start countersign.service\n".to_owned();
        for state in ["enabled", "enabled-runtime", "linked", "static"] {
            assert_eq!(started(state), (Some(0), start.clone()), "{state}");
        }
        for state in ["disabled", "masked", "masked-runtime"] {
            assert_eq!(started(state), (Some(0), String::new()), "{state}");
        }
    }
}
