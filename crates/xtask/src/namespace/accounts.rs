//! The accounts of the laboratory: the machine's own, and in front of them some of the ordinary user's, whose passwords are its own.
//!
//! They stand in a layer over the machine's `/etc` that only the namespace has, so that programs may change them as they do anywhere.

use std::ffi::OsStr;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use countersign_tests::account::{CHANGING_NAMES, LAB_NAME, LAB_PASSWORD};

use crate::error::{Error, Result};
use crate::namespace::FOLDER;
use crate::namespace::prepare::{make as make_folder, mount, own, read, write};

/// Makes them for this user and group.
pub fn make(lab: &Path, user: (u32, u32)) -> Result<()> {
    layer(lab)?;
    let (uid, gid) = user;
    let (mut passwd, mut shadow) = (String::new(), "root:*:19000:0:99999:7:::\n".to_owned());
    let changing = CHANGING_NAMES.map(|name| (name, format!("{name}.password")));
    for (name, file) in [(LAB_NAME, LAB_PASSWORD.to_owned())].into_iter().chain(changing) {
        let password = make_password()?;
        write(&lab.join(&file), &password, 0o400)?;
        own(&lab.join(&file), user)?;
        passwd += &format!("{name}:x:{uid}:{gid}:Countersign laboratory:{FOLDER}/home:/bin/sh\n");
        shadow += &format!("{name}:{}:19000:0:99999:7:::\n", hash(&password)?);
    }
    write(Path::new("/etc/passwd"), &(passwd + &read("/etc/passwd")?), 0o644)?;
    write(Path::new("/etc/group"), &groups(gid)?, 0o644)?;
    // The machine's own hashes are none of the laboratory's business. Our sshd, an ordinary process, reads this file.
    let place = Path::new("/etc/shadow");
    write(place, &shadow, 0o400)?;
    own(place, user)?;
    pam()
}

/// Puts an empty layer over `/etc`: what is written there stays in it, and ends with the namespace.
fn layer(lab: &Path) -> Result<()> {
    let (upper, work) = (lab.join("etc/upper"), lab.join("etc/work"));
    make_folder(&upper)?;
    make_folder(&work)?;
    let options = format!("lowerdir=/etc,upperdir={},workdir={}", upper.display(), work.display());
    mount(&["-t", "overlay", "-o", &options, "countersign-lab", "/etc"].map(OsStr::new))
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

/// PAM services of our own, so that the machine's settings do not matter.
fn pam() -> Result<()> {
    let folder = Path::new("/etc/pam.d");
    for (service, text) in [
        (
            "countersign-lab",
            "auth required pam_unix.so nodelay\naccount required pam_unix.so\n",
        ),
        ("passwd", "password required pam_unix.so sha512\n"),
        ("other", "auth required pam_deny.so\naccount required pam_deny.so\n"),
    ] {
        write(&folder.join(service), text, 0o644)?;
    }
    Ok(())
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
