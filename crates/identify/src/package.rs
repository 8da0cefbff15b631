//! Which package a program was installed with, as dpkg's lists say.

use std::fs;
use std::path::Path;

/// Where dpkg keeps a list of files for each package.
const LISTS: &str = "/var/lib/dpkg/info";

/// The package that lists this file; none, where none does or this is not a system of Debian packages.
///
/// It reads every list: some tens of milliseconds. Ask once for a program.
#[must_use]
pub fn package_of(path: &Path) -> Option<String> {
    in_lists(Path::new(LISTS), path)
}

/// The version in which a package is installed, as dpkg writes it.
#[must_use]
pub fn version_of(package: &str) -> Option<String> {
    in_status(&fs::read_to_string(STATUS).ok()?, package)
}

/// Where dpkg keeps what it knows of each package.
const STATUS: &str = "/var/lib/dpkg/status";

fn in_status(status: &str, package: &str) -> Option<String> {
    let is_it = |paragraph: &&str| paragraph.lines().next() == Some(&format!("Package: {package}"));
    let paragraph = status.split("\n\n").find(is_it)?;
    let version = paragraph.lines().find_map(|line| line.strip_prefix("Version: "))?;
    Some(version.to_owned())
}

fn in_lists(lists: &Path, path: &Path) -> Option<String> {
    let path = path.to_str()?;
    // What lies in /usr/bin may be listed as it was before the two were merged.
    let merged = path
        .strip_prefix("/usr")
        .filter(|rest| ["/bin/", "/sbin/", "/lib"].iter().any(|at| rest.starts_with(at)));
    let wanted: Vec<&[u8]> = std::iter::once(path).chain(merged).map(str::as_bytes).collect();
    let mut names: Vec<_> = fs::read_dir(lists)
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    names.retain(|name| name.extension().is_some_and(|extension| extension == "list"));
    names.sort();
    let found = names.iter().find(|name| {
        let text = fs::read(name).unwrap_or_default();
        text.split(|byte| *byte == b'\n').any(|line| wanted.contains(&line))
    })?;
    let name = found.file_stem()?.to_str()?;
    // `libc6:amd64.list`
    Some(name.split(':').next().unwrap_or(name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_has_the_version_of_its_own_paragraph() {
        let status = "Package: app-data\nVersion: 9\n\nPackage: app\nStatus: install ok installed\nVersion: 1:2.3-4\n\nPackage: none\n";
        assert_eq!(in_status(status, "app").as_deref(), Some("1:2.3-4"));
        assert_eq!((in_status(status, "none"), in_status(status, "ap")), (None, None));
    }

    #[test]
    fn a_file_is_of_the_package_that_lists_it() {
        let folder = std::env::temp_dir().join(format!("countersign-lists-{}", std::process::id()));
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("app.list"), "/.\n/usr\n/usr/bin\n/usr/bin/app\n").unwrap();
        fs::write(folder.join("old:amd64.list"), "/bin\n/bin/old\n").unwrap();
        fs::write(folder.join("app.md5sums"), "/usr/bin/sums\n").unwrap();
        let of = |path: &str| in_lists(&folder, Path::new(path));
        assert_eq!(of("/usr/bin/app").as_deref(), Some("app"));
        assert_eq!(of("/usr/bin/old").as_deref(), Some("old"));
        for other in ["/usr/bin/ap", "/usr/bin/app2", "/usr/bin/sums", "/opt/app"] {
            assert_eq!(of(other), None, "{other}");
        }
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(of("/usr/bin/app"), None);
    }
}
