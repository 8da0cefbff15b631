//! `cargo xtask test`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use crate::error::Result;
use crate::namespace::{Who, enter};
use crate::workspace::{answers, cargo, root, step};
use crate::{compile, packages, pages};

/// Which suites run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Those that every change must pass.
    Usual,
    /// The slow ones too.
    All,
}

/// Formatting, lints, dependencies, then the suites.
pub fn run(extent: Extent) -> Result<ExitCode> {
    match extent {
        Extent::Usual => packages::ensure()?,
        Extent::All => packages::ensure_big()?,
    }
    pages::check()?;
    pages::build()?;
    step("formatting", cargo().args(["fmt", "--all", "--check"]))?;
    step(
        "lints",
        cargo().args([
            "clippy",
            "--workspace",
            "--all-targets",
            "--quiet",
            "--",
            "-D",
            "warnings",
        ]),
    )?;
    dependencies()?;
    compile::programs(compile::Profile::Dev)?;
    suites(extent)
}

fn dependencies() -> Result<()> {
    if !root().join("deny.toml").exists() {
        println!("── dependencies: there is no deny.toml");
        return Ok(());
    }
    if !answers(cargo().args(["deny", "--version"])) {
        step(
            "installing cargo-deny",
            cargo().args(["install", "--locked", "--quiet", "cargo-deny"]),
        )?;
    }
    let mut check = cargo();
    check.args(["deny", "--log-level", "error", "--locked", "--all-features"]);
    // The database is used as it is at hand, never fetched.
    if has_advisories() {
        check.arg("--offline");
    }
    check.args(["check", "bans", "licenses", "sources"]);
    if has_advisories() {
        check.arg("advisories");
    }
    step("dependencies: bans, licences, sources", &mut check)
}

/// Advisories are checked where their database is at hand.
fn has_advisories() -> bool {
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let cargo_home = std::env::var_os("CARGO_HOME").map_or_else(|| home.join(".cargo"), PathBuf::from);
    ["advisory-dbs", "advisory-db"].iter().any(|name| {
        let entries = std::fs::read_dir(cargo_home.join(name));
        let is_folder = |entry: std::io::Result<std::fs::DirEntry>| entry.is_ok_and(|entry| entry.path().is_dir());
        entries.is_ok_and(|mut entries| entries.any(is_folder))
    })
}

fn suites(extent: Extent) -> Result<ExitCode> {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let nextest = answers(Command::new(&program).args(["nextest", "--version"]));
    // Built outside the namespace, where the caller's own cargo folders are.
    let mut build = cargo();
    let file = |name: &str| root().join(name).into_os_string();
    let mut words: Vec<OsString> = match nextest {
        true => vec![
            "nextest".into(),
            "run".into(),
            "--config-file".into(),
            file("tests/nextest.toml"),
        ],
        false => vec!["test".into()],
    };
    words.extend(["--manifest-path".into(), file("Cargo.toml"), "--workspace".into()]);
    // The windows of the suites may be driven by them.
    words.extend(["--features", "countersign-windows/e2e"].map(OsString::from));
    step("building the suites", build.args(&words).arg("--no-run"))?;
    let mut command: Vec<OsString> = vec![program];
    command.extend(words);
    command.push("--no-fail-fast".into());
    if nextest {
        // What failed stands at the end, too: long runs are read from there.
        command.extend(["--failure-output", "immediate-final"].map(OsString::from));
    }
    match (extent, nextest) {
        (Extent::Usual, _) => {}
        (Extent::All, true) => command.extend(["--run-ignored", "all"].map(OsString::from)),
        (Extent::All, false) => command.extend(["--", "--include-ignored"].map(OsString::from)),
    }
    println!("── the suites, as an ordinary user");
    enter(Who::Caller, &command, &[])
}
