//! What dpkg is told, and what it does when the package comes and goes.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::facts::Facts;
use super::{answer, put};
use crate::error::{Error, Result};
use crate::layout::{AGENT, GROUP, IDENTIFY, IDENTIFY_CAPABILITY, MACHINE_SECRETS, UNITS, WRITE_SECRET};
use crate::workspace::root;

/// Writes the folder `DEBIAN` below the stage, when everything else is there.
pub fn write(stage: &Path, programs: &[PathBuf], facts: &Facts) -> Result<()> {
    let folder = stage.join("DEBIAN");
    let in_stage = |script: &str| answer(Command::new("sh").args(["-euc", script]).current_dir(stage));
    let size = in_stage("du --summarize --apparent-size --block-size=1K . | cut -f 1")?;
    let control = read("control")?
        .replace("@version@", &facts.version)
        .replace("@architecture@", &facts.architecture)
        .replace("@maintainer@", &facts.maintainer)
        .replace("@size@", &size)
        .replace("@libraries@", &libraries(stage, programs)?);
    let sums = in_stage("find usr etc -type f -print0 | sort -z | xargs -0 md5sum")?;
    let configuration = in_stage("find etc -type f | sort | sed 's|^|/|'")?;
    put(&folder.join("control"), control)?;
    put(&folder.join("md5sums"), sums + "\n")?;
    put(&folder.join("conffiles"), configuration + "\n")?;
    for script in ["postinst", "postrm"] {
        let place = folder.join(script);
        put(&place, filled(&read(script)?))?;
        fs::set_permissions(&place, fs::Permissions::from_mode(0o755)).map_err(Error::file("write", &place))?;
    }
    Ok(())
}

fn read(name: &str) -> Result<String> {
    let place = root().join("packaging/deb").join(name);
    fs::read_to_string(&place).map_err(Error::file("read", &place))
}

/// A script with the names of the layout in it.
fn filled(script: &str) -> String {
    script
        .replace("@write_secret@", WRITE_SECRET.trim_end())
        .replace("@group@", GROUP)
        .replace("@agent@", AGENT)
        .replace("@identify@", IDENTIFY)
        .replace("@capability@", IDENTIFY_CAPABILITY)
        .replace("@secrets@", MACHINE_SECRETS)
        .replace("@units@", &UNITS.join(" "))
}

/// The packages of the libraries that the programs are linked with.
fn libraries(stage: &Path, programs: &[PathBuf]) -> Result<String> {
    let place = stage.with_extension("libraries");
    // It wants to be in a source package.
    put(
        &place.join("debian/control"),
        "Source: countersign\n\nPackage: countersign\nArchitecture: any\n",
    )?;
    let mut find = Command::new("dpkg-shlibdeps");
    find.current_dir(&place).arg("-O").args(programs);
    let found = answer(&mut find);
    fs::remove_dir_all(&place).map_err(Error::file("remove", &place))?;
    let found = found?;
    let depends = found.lines().find_map(|line| line.strip_prefix("shlibs:Depends="));
    depends.map(str::to_owned).ok_or_else(|| Error::Answer {
        what: "dpkg-shlibdeps",
        found,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_the_scripts_is_left_open_and_they_are_shell() {
        for name in ["postinst", "postrm"] {
            let script = filled(&read(name).unwrap());
            assert!(!script.contains('@'), "{script}");
            let checked = Command::new("sh").args(["-n", "-c", &script]).status().unwrap();
            assert!(checked.success());
        }
        assert!(read("control").unwrap().contains("@libraries@"));
    }
}
