//! `cargo xtask package`: a Debian package of this tree.

mod documents;
mod facts;
mod maintenance;
mod trial;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use clap::Args;

use crate::compile::{self, Profile};
use crate::error::{Error, Result};
use crate::layout::{self, Program};
use crate::packages;
use crate::workspace::{step, target};
use facts::Facts;

/// What is asked for.
#[derive(Debug, Args)]
pub struct Options {
    /// The folder for the package. Default: `package` in the target folder.
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Programs that are built quickly and run slowly, to try the package out.
    #[arg(long)]
    dev: bool,
    /// Put it into a new Debian as well, and log on there.
    #[arg(long = "try")]
    tried: bool,
}

/// Builds, puts together, checks.
pub fn run(options: &Options) -> Result<ExitCode> {
    packages::ensure_packaging()?;
    let profile = if options.dev { Profile::Dev } else { Profile::Release };
    let built = compile::shipped(profile)?;
    let facts = Facts::of_this_tree()?;
    let out = options.out.clone().unwrap_or_else(|| target().join("package"));
    let stage = out.join("stage");
    if stage.exists() {
        fs::remove_dir_all(&stage).map_err(Error::file("remove", &stage))?;
    }
    let mut programs = Vec::new();
    for placed in layout::everything(&built)? {
        let to = inside(&stage, &placed.to);
        let mut install = Command::new("install");
        install.args(["-D", "-m", placed.mode()]).arg(&placed.from).arg(&to);
        quietly(&mut install)?;
        if placed.program == Program::Binary {
            quietly(Command::new("strip").args(["--strip-unneeded"]).arg(&to))?;
            programs.push(to);
        }
    }
    documents::write(&stage, &facts)?;
    maintenance::write(&stage, &programs, &facts)?;
    let package = out.join(format!("countersign_{}_{}.deb", facts.version, facts.architecture));
    let mut make = Command::new("dpkg-deb");
    make.env("SOURCE_DATE_EPOCH", &facts.epoch)
        .args(["--root-owner-group", "--build"])
        .arg(&stage)
        .arg(&package);
    step("making the package", &mut make)?;
    fs::remove_dir_all(&stage).map_err(Error::file("remove", &stage))?;
    let mut check = Command::new("lintian");
    // What is started as root to install it has no say in how it is checked.
    check.args([
        "--no-cfg",
        "--allow-root",
        "--fail-on",
        "error",
        "--tag-display-limit",
        "0",
    ]);
    step("checking it", check.arg(&package))?;
    println!("made {}", package.display());
    if options.tried {
        println!("made {}", trial::run(&package, &out)?.display());
    }
    Ok(ExitCode::SUCCESS)
}

/// A place of the installed system below the stage.
fn inside(stage: &Path, place: &str) -> PathBuf {
    stage.join(place.trim_start_matches('/'))
}

fn put(place: &Path, text: impl AsRef<[u8]>) -> Result<()> {
    if let Some(folder) = place.parent() {
        fs::create_dir_all(folder).map_err(Error::file("make", folder))?;
    }
    fs::write(place, text).map_err(Error::file("write", place))
}

/// Compresses a file as documents are, the same bytes each time.
fn compressed(place: &Path) -> Result<()> {
    quietly(Command::new("gzip").args(["--best", "--no-name", "--force"]).arg(place))
}

/// A step that is not worth a line.
fn quietly(command: &mut Command) -> Result<()> {
    answer(command).map(drop)
}

/// What a program prints.
fn answer(command: &mut Command) -> Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|source| Error::Start {
        program: program.clone(),
        source,
    })?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned()),
        false => Err(Error::Step(format!(
            "{program}: {}",
            String::from_utf8_lossy(&output.stderr).trim_end()
        ))),
    }
}
