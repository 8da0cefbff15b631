//! What happens as root inside the new mount namespace, before the ordinary user takes over.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use countersign_tests::account::{LAB_NAME, LAB_VARIABLE};

use crate::error::{Error, Result};
use crate::namespace::{FOLDER, Who, accounts, exit_code, keeper, reach};

/// What programs with powers of their own may have of them: `countersign-identify`, and the system's `passwd` as root.
const POWERS: &str = "+sys_ptrace,+chown,+dac_override,+dac_read_search,+fowner,+fsetid,+setgid,+setuid";

/// How the namespace is to be set up.
#[derive(Debug, clap::Args)]
pub struct Preparation {
    /// The ordinary user.
    #[arg(long)]
    uid: u32,
    /// His group.
    #[arg(long)]
    gid: u32,
    /// As whom the command runs.
    #[arg(long, value_enum)]
    who: Who,
    /// Folders the ordinary user must be able to reach.
    #[arg(long)]
    reach: Vec<PathBuf>,
    /// `NAME=VALUE` of the caller's environment, where sudo keeps it from coming by itself.
    #[arg(long, allow_hyphen_values = true)]
    environment: Vec<OsString>,
    /// The command and its arguments.
    #[arg(required = true, last = true)]
    command: Vec<OsString>,
}

/// Mounts, then runs the command to its end.
pub fn prepare(wanted: &Preparation) -> Result<ExitCode> {
    let lab = Path::new(FOLDER);
    // Taken by its path again afterwards: what is mounted over it in between counts.
    let here = std::env::current_dir().map_err(Error::file("find", "the current folder"))?;
    make(lab)?;
    mount(&["-t", "tmpfs", "-o", "mode=0755", "countersign-lab", FOLDER].map(OsStr::new))?;
    for folder in ["home", "reach", "keeper", "tmp"] {
        make(&lab.join(folder))?;
    }
    let open = std::fs::set_permissions(lab.join("tmp"), PermissionsExt::from_mode(0o1777));
    open.map_err(Error::file("open up", lab.join("tmp")))?;
    let user = (wanted.uid, wanted.gid);
    own(lab, user)?;
    own(&lab.join("home"), user)?;
    accounts::make(lab, user)?;
    sockets_folder()?;
    reach::open(&wanted.reach, (wanted.uid, wanted.gid), &lab.join("reach"))?;
    keeper::start(&lab.join("keeper"), (wanted.uid, wanted.gid))?;
    let mut command = command(wanted);
    command.env(LAB_VARIABLE, FOLDER).current_dir(here);
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command.status().map_err(|source| Error::Start { program, source })?;
    Ok(exit_code(status))
}

fn command(wanted: &Preparation) -> Command {
    let words = drop_privileges(wanted);
    let mut command = match wanted.who {
        Who::Ordinary => {
            let mut all = words.iter().map(OsString::from).chain(wanted.command.iter().cloned());
            let mut command = Command::new(all.next().unwrap_or_default());
            command.args(all);
            command
        }
        Who::Caller if wanted.uid >= 1 && is_callers(wanted.uid) => {
            // An ordinary caller, here through sudo: back to who he was.
            let mut command = Command::new("setpriv");
            command.args([format!("--reuid={}", wanted.uid), format!("--regid={}", wanted.gid)]);
            command
                .args(["--init-groups", "--inh-caps=-all", "--"])
                .args(&wanted.command);
            command
        }
        Who::Caller => {
            let mut all = wanted.command.iter();
            let mut command = Command::new(all.next().map_or(OsStr::new(""), OsString::as_os_str));
            let triple = env!("XTASK_TARGET").to_uppercase().replace('-', "_");
            command
                .args(all)
                .env(format!("CARGO_TARGET_{triple}_RUNNER"), words.join(" "));
            command
        }
    };
    if !wanted.environment.is_empty() {
        command
            .env_clear()
            .envs(wanted.environment.iter().filter_map(|one| split(one)));
    }
    command
}

fn split(assignment: &OsStr) -> Option<(&OsStr, &OsStr)> {
    let bytes = assignment.as_bytes();
    let at = bytes.iter().position(|&byte| byte == b'=')?;
    Some((
        OsStr::from_bytes(bytes.get(..at)?),
        OsStr::from_bytes(bytes.get(at + 1..)?),
    ))
}

/// A variable of the caller's.
fn variable(wanted: &Preparation, name: &str) -> Option<String> {
    let handed = wanted
        .environment
        .iter()
        .filter_map(|one| split(one))
        .find(|(given, _)| *given == name);
    let value = handed.map(|(_, value)| value.to_owned());
    let value = if wanted.environment.is_empty() {
        std::env::var_os(name)
    } else {
        value
    };
    value?.into_string().ok()
}

fn is_callers(uid: u32) -> bool {
    uid != countersign_tests::account::LAB_UID
}

/// The words that make the rest of a command line run as the ordinary user.
fn drop_privileges(wanted: &Preparation) -> Vec<String> {
    let (uid, gid) = (wanted.uid, wanted.gid);
    let home = format!("{FOLDER}/home");
    let bounding = format!("--bounding-set=-all,{POWERS}");
    let mut words: Vec<String> = ["setpriv", "--clear-groups", "--inh-caps=-all", &bounding]
        .map(str::to_owned)
        .into();
    words.extend([
        format!("--reuid={uid}"),
        format!("--regid={gid}"),
        "--".to_owned(),
        "env".to_owned(),
    ]);
    words.extend([
        format!("HOME={home}"),
        format!("USER={LAB_NAME}"),
        format!("LOGNAME={LAB_NAME}"),
        // The machine's own may be open to others without the sticky bit; what is in it is then nobody's.
        format!("TMPDIR={FOLDER}/tmp"),
    ]);
    // cargo and rustup look below HOME unless told otherwise.
    let old = variable(wanted, "HOME").unwrap_or_default();
    for (name, usual) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
        let folder = variable(wanted, name).unwrap_or_else(|| format!("{old}/{usual}"));
        if Path::new(&folder).is_dir() && !folder.contains(' ') {
            words.push(format!("{name}={folder}"));
        }
    }
    words
}

/// X servers of ordinary users share this folder; on a machine without a desktop it is not there yet.
fn sockets_folder() -> Result<()> {
    let folder = Path::new("/tmp/.X11-unix");
    if folder.exists() {
        return Ok(());
    }
    make(folder)?;
    std::fs::set_permissions(folder, PermissionsExt::from_mode(0o1777)).map_err(Error::file("open up", folder))
}

/// Makes a folder and those above it.
pub fn make(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).map_err(Error::file("make", folder))
}

/// Calls mount(8).
pub fn mount(arguments: &[&OsStr]) -> Result<()> {
    let status = Command::new("mount").args(arguments).stdin(Stdio::null()).status();
    let status = status.map_err(|source| Error::Start {
        program: "mount".to_owned(),
        source,
    })?;
    if status.success() {
        Ok(())
    } else {
        Err(Error::Step(format!("mount {arguments:?}")))
    }
}

/// Gives a file to a user and his group.
pub fn own(path: &Path, (uid, gid): (u32, u32)) -> Result<()> {
    std::os::unix::fs::chown(path, Some(uid), Some(gid)).map_err(Error::file("give away", path))
}

pub fn read(path: &str) -> Result<String> {
    std::fs::read_to_string(path).map_err(Error::file("read", path))
}

pub fn write(path: &Path, text: &str, mode: u32) -> Result<()> {
    std::fs::write(path, text).map_err(Error::file("write", path))?;
    std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).map_err(Error::file("set the mode of", path))
}
