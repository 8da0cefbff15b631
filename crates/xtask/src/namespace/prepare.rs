//! What happens as root inside the new mount namespace, before the ordinary user takes over.

use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use countersign_tests::account::{LAB_NAME, LAB_VARIABLE};

use crate::error::{Error, Result};
use crate::namespace::{FOLDER, Who, exit_code, keeper, reach};

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
    for folder in ["etc", "home", "reach", "keeper", "tmp"] {
        make(&lab.join(folder))?;
    }
    let open = std::fs::set_permissions(lab.join("tmp"), PermissionsExt::from_mode(0o1777));
    open.map_err(Error::file("open up", lab.join("tmp")))?;
    own(lab, wanted)?;
    own(&lab.join("home"), wanted)?;
    accounts(lab, wanted)?;
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
    // Of the programs that have capabilities one may use its own.
    let mut words: Vec<String> = [
        "setpriv",
        "--clear-groups",
        "--inh-caps=-all",
        "--bounding-set=-all,+sys_ptrace",
    ]
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

/// Our account files over the machine's: the same accounts, and the laboratory's own in front of them.
fn accounts(lab: &Path, wanted: &Preparation) -> Result<()> {
    let (uid, gid) = (wanted.uid, wanted.gid);
    let etc = lab.join("etc");
    let password = make_password()?;
    write(&lab.join("password"), &password, 0o400)?;
    own(&lab.join("password"), wanted)?;
    let user = format!("{LAB_NAME}:x:{uid}:{gid}:Countersign laboratory:{FOLDER}/home:/bin/sh\n");
    write(&etc.join("passwd"), &(user + &read("/etc/passwd")?), 0o644)?;
    write(&etc.join("group"), &groups(gid)?, 0o644)?;
    // The machine's own hashes are none of the laboratory's business. Our sshd, an ordinary process, reads this file.
    let hash = hash(&password)?;
    write(
        &etc.join("shadow"),
        &format!("root:*:19000:0:99999:7:::\n{LAB_NAME}:{hash}:19000:0:99999:7:::\n"),
        0o400,
    )?;
    own(&etc.join("shadow"), wanted)?;
    for file in ["passwd", "group", "shadow"] {
        mount(&[
            "--bind".as_ref(),
            etc.join(file).as_os_str(),
            Path::new("/etc").join(file).as_os_str(),
        ])?;
    }
    pam(lab)
}

/// The machine's groups with the laboratory's in front. `tty` is the group that terminals really have here: an sshd
/// that is not root gives up where it would have to change it.
fn groups(gid: u32) -> Result<String> {
    let mounts = read("/proc/self/mounts")?;
    let options = mounts
        .lines()
        .filter_map(|line| line.split_once(" devpts "))
        .map(|(_, options)| options);
    let fixed = options
        .flat_map(|options| options.split([',', ' ']))
        .find_map(|option| option.strip_prefix("gid="));
    let terminal = fixed.and_then(|number| number.parse().ok()).unwrap_or(gid);
    let machine = read("/etc/group")?;
    let others = machine
        .lines()
        .filter(|line| !line.starts_with("tty:"))
        .map(|line| format!("{line}\n"));
    Ok(format!("{LAB_NAME}:x:{gid}:\ntty:x:{terminal}:\n") + &others.collect::<String>())
}

/// A PAM service of our own, so that the machine's settings do not matter.
fn pam(lab: &Path) -> Result<()> {
    let folder = lab.join("etc/pam.d");
    make(&folder)?;
    write(
        &folder.join("countersign-lab"),
        "auth required pam_unix.so nodelay\naccount required pam_unix.so\n",
        0o644,
    )?;
    write(
        &folder.join("other"),
        "auth required pam_deny.so\naccount required pam_deny.so\n",
        0o644,
    )?;
    mount(&["--bind".as_ref(), folder.as_os_str(), "/etc/pam.d".as_ref()])
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

fn make_password() -> Result<String> {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = [0; 20];
    let opened = std::fs::File::open("/dev/urandom");
    opened
        .and_then(|mut file| std::io::Read::read_exact(&mut file, &mut bytes))
        .map_err(Error::file("read", "/dev/urandom"))?;
    Ok(bytes
        .iter()
        .filter_map(|byte| LETTERS.get(usize::from(byte % 32)))
        .map(|&letter| char::from(letter))
        .collect())
}

/// The crypt(3) hash, by the system's own crypt; the password goes by standard input.
fn hash(password: &str) -> Result<String> {
    let start = |source| Error::Start {
        program: "perl".to_owned(),
        source,
    };
    let mut command = Command::new("perl");
    command
        .args(["-e", r#"print crypt(<STDIN>, "\$6\$countersign\$")"#])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    let mut child = command.spawn().map_err(start)?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(password.as_bytes()).map_err(start)?;
    }
    let answer = child.wait_with_output().map_err(start)?;
    String::from_utf8(answer.stdout)
        .ok()
        .filter(|hash| hash.starts_with("$6$"))
        .ok_or_else(|| Error::Step("crypt".to_owned()))
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

fn own(path: &Path, wanted: &Preparation) -> Result<()> {
    std::os::unix::fs::chown(path, Some(wanted.uid), Some(wanted.gid)).map_err(Error::file("give away", path))
}

fn read(path: &str) -> Result<String> {
    std::fs::read_to_string(path).map_err(Error::file("read", path))
}

fn write(path: &Path, text: &str, mode: u32) -> Result<()> {
    std::fs::write(path, text).map_err(Error::file("write", path))?;
    std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).map_err(Error::file("set the mode of", path))
}
