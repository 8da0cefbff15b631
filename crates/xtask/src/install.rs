//! `cargo xtask install`: this tree's programs on this machine, as a package would put them.

use std::path::Path;
use std::process::ExitCode;

use crate::compile::{self, Profile};
use crate::error::Result;
use crate::layout::{self, GROUP, IDENTIFY_CAPABILITY, MACHINE_SECRETS, Placed, Special, WRITE_SECRET};
use crate::packages::privileged;
use crate::workspace::step;

/// Builds and installs. What is there is replaced, but for the machine secret.
pub fn run() -> Result<ExitCode> {
    let built = compile::programs(Profile::Release)?;
    step(
        "the agent's group",
        privileged("groupadd")?.args(["--system", "--force", GROUP]),
    )?;
    for placed in layout::everything(&built)? {
        put(&placed)?;
    }
    step(
        "the folder of the machine secret",
        privileged("install")?.args(["-d", "-m", "0755", MACHINE_SECRETS]),
    )?;
    step(
        "the machine secret",
        privileged("sh")?.args(["-c", WRITE_SECRET, "sh", MACHINE_SECRETS, GROUP]),
    )?;
    if Path::new("/run/systemd/system").exists() {
        println!("next: systemctl --user enable --now countersign.socket countersign.service");
    } else {
        println!("next: log on again, or start countersign-agent");
    }
    Ok(ExitCode::SUCCESS)
}

fn put(placed: &Placed) -> Result<()> {
    let mut install = privileged("install")?;
    install.arg("-D");
    match placed.special {
        Special::Group => install.args(["-m", "2755", "--group", GROUP]),
        _ => install.args(["-m", placed.mode()]),
    };
    step(&placed.to, install.arg(&placed.from).arg(&placed.to))?;
    match placed.special {
        Special::Capability => step(
            "its capability to look at undumpable programs",
            privileged("setcap")?.args([IDENTIFY_CAPABILITY, &placed.to]),
        ),
        _ => Ok(()),
    }
}
