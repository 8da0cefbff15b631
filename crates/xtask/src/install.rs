//! `cargo xtask install`: this tree's programs on this machine, as a package would put them.

use std::path::Path;
use std::process::ExitCode;

use crate::compile::{self, Profile};
use crate::error::Result;
use crate::packages::privileged;
use crate::workspace::{root, step};

/// The group that may read the machine secret. No user is in it; the agent is started as it.
const GROUP: &str = "countersign";
/// What `countersign-identify` may do that its caller may not, as setcap(8) writes it.
pub const IDENTIFY_CAPABILITY: &str = "cap_sys_ptrace=ep";
const MACHINE_SECRETS: &str = "/var/lib/countersign";

/// Writes the machine secret unless there is one: whatever was derived from that one would be lost. The bytes go from the kernel into the
/// file and are seen by nobody.
const WRITE_SECRET: &str = r#"
set -eu
umask 077
secret=$1/machine-secret
[ -e "$secret" ] && exit 0
head -c 32 /dev/urandom > "$secret.new"
chown root:"$2" "$secret.new"
chmod 0640 "$secret.new"
sync "$secret.new"
ln "$secret.new" "$secret" || [ -e "$secret" ]
rm "$secret.new"
"#;

/// How the desktop starts the agent.
const UNITS: [&str; 2] = ["systemd/countersign.socket", "systemd/countersign.service"];

/// Builds and installs. What is there is replaced, but for the machine secret.
pub fn run() -> Result<ExitCode> {
    let built = compile::programs(Profile::Release)?;
    let tree = root();
    step(
        "the agent's group",
        privileged("groupadd")?.args(["--system", "--force", GROUP]),
    )?;
    put("0755", &[], &compile::command_line(&built), "/usr/bin/countersign")?;
    put(
        "0755",
        &[],
        &compile::directory(&built),
        "/usr/bin/countersign-directory",
    )?;
    put("0755", &[], &compile::exits(&built), "/usr/bin/countersign-exits")?;
    let place = "/usr/bin/countersign-identify";
    put("0755", &[], &compile::identify(&built), place)?;
    step(
        "its capability to look at undumpable programs",
        privileged("setcap")?.args([IDENTIFY_CAPABILITY, place]),
    )?;
    let own_group = ["--group", GROUP];
    put(
        "2755",
        &own_group,
        &compile::agent(&built),
        "/usr/bin/countersign-agent",
    )?;
    step(
        "the folder of the machine secret",
        privileged("install")?.args(["-d", "-m", "0755", MACHINE_SECRETS]),
    )?;
    step(
        "the machine secret",
        privileged("sh")?.args(["-c", WRITE_SECRET, "sh", MACHINE_SECRETS, GROUP]),
    )?;
    for folder in ["templates", "policies"] {
        for file in files(&tree.join(folder), "toml")? {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            put("0644", &[], &file, &format!("/usr/share/countersign/{folder}/{name}"))?;
        }
    }
    let packaging = tree.join("packaging");
    if Path::new("/run/systemd/system").exists() {
        for unit in UNITS {
            let name = unit.trim_start_matches("systemd/");
            put(
                "0644",
                &[],
                &packaging.join(unit),
                &format!("/usr/lib/systemd/user/{name}"),
            )?;
        }
        println!("next: systemctl --user enable --now countersign.socket");
    } else {
        let entry = "countersign.desktop";
        put(
            "0644",
            &[],
            &packaging.join("autostart").join(entry),
            &format!("/etc/xdg/autostart/{entry}"),
        )?;
        println!("next: log on again, or start countersign-agent");
    }
    Ok(ExitCode::SUCCESS)
}

fn put(mode: &str, more: &[&str], from: &Path, to: &str) -> Result<()> {
    let mut install = privileged("install")?;
    install.args(["-D", "-m", mode]).args(more).arg(from).arg(to);
    step(to, &mut install)
}

fn files(folder: &Path, ending: &str) -> Result<Vec<std::path::PathBuf>> {
    let failed = || crate::error::Error::file("read", folder);
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
