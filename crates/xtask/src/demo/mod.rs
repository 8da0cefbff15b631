//! `cargo xtask demo`: three real applications, three real counterparts, one agent.

mod agent;
mod attempt;
mod change;
mod directory;
mod report;
mod secrets;
mod stage;
mod traces;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use countersign_tests::servers::{Ftp, Sshd};
use countersign_tests::window::Screen;
use countersign_tests::{Deadline, Process, Session, SessionOptions};
use rustix::process::geteuid;

use crate::compile::{self, Profile};
use crate::error::{Error, Result};
use crate::namespace::{self, Outbox, Who};
use crate::{packages, workspace};
use agent::{Agent, Voice};
use directory::Directory;
use report::Report;
use secrets::Secrets;
use stage::{Application, Stage};

/// What the demo writes.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Options {
    /// Write the figures to this file.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write the picture of the screen to this file (default: demo.png in the target folder).
    #[arg(long, value_name = "FILE")]
    screenshot: Option<PathBuf>,
    /// Run the agent at trace level and search everything it wrote for the secrets.
    #[arg(long)]
    trace: bool,
    /// Templates, settings and logons from a real directory server.
    #[arg(long, value_name = "SERVER")]
    directory: Option<directory::Kind>,
    /// Show how a password that has to be changed is made, typed and used instead.
    #[arg(long, conflicts_with_all = ["directory", "package_dir", "trace", "json"])]
    change: bool,
    /// Take the shipped templates from this folder instead of the repository.
    #[arg(long, value_name = "DIR")]
    package_dir: Option<PathBuf>,
}

impl Options {
    /// A run under trace that writes nothing else.
    #[must_use]
    pub fn traced() -> Self {
        Self {
            trace: true,
            ..Self::default()
        }
    }
}

/// Runs the demo: builds and enters the laboratory, or, inside it, does what is shown.
pub fn run(options: &Options) -> Result<ExitCode> {
    if namespace::is_inside() && options.change {
        change::show(options)
    } else if namespace::is_inside() {
        show(options)
    } else {
        from_outside(options)
    }
}

fn from_outside(options: &Options) -> Result<ExitCode> {
    packages::ensure()?;
    compile::programs(Profile::Dev)?;
    if options.directory == Some(directory::Kind::Samba) {
        compile::kerberos()?;
    }
    let outbox = Outbox::new()?;
    let (json, picture) = (outbox.path("demo.json"), outbox.path("demo.png"));
    let program = std::env::current_exe().map_err(Error::file("find", "xtask"))?;
    let mut command: Vec<OsString> = vec![program.into(), "demo".into()];
    command.extend(["--screenshot".into(), picture.clone().into()]);
    match options.change {
        true => command.push("--change".into()),
        false => command.extend(["--json".into(), json.clone().into()]),
    }
    command.extend(options.trace.then(|| "--trace".into()));
    if let Some(folder) = &options.package_dir {
        command.extend(["--package-dir".into(), folder.into()]);
    }
    if let Some(kind) = options.directory {
        command.extend(["--directory".into(), kind.name().into()]);
    }
    let cookie = display_cookie(&outbox)?;
    let environment: Vec<_> = cookie.iter().map(|path| ("XAUTHORITY", path.as_str())).collect();
    let code = namespace::enter(Who::Ordinary, &command, &environment)?;
    let wanted = options
        .screenshot
        .clone()
        .unwrap_or_else(|| workspace::target().join("demo.png"));
    if picture.exists() {
        outbox.deliver(&picture, &wanted)?;
        println!("   the screen: {}", wanted.display());
    }
    if let Some(wanted) = options.json.as_ref().filter(|_| json.exists()) {
        outbox.deliver(&json, wanted)?;
        println!("   the figures: {}", wanted.display());
    }
    Ok(code)
}

/// Root's display is closed to the ordinary user: he gets a copy of the cookie.
fn display_cookie(outbox: &Outbox) -> Result<Option<String>> {
    if std::env::var_os("DISPLAY").is_none() || !geteuid().is_root() {
        return Ok(None);
    }
    let home = std::env::var_os("HOME").map(|home| Path::new(&home).join(".Xauthority"));
    let Some(cookie) = std::env::var_os("XAUTHORITY")
        .map(PathBuf::from)
        .or(home)
        .filter(|path| path.exists())
    else {
        return Ok(None);
    };
    let copy = outbox.path("Xauthority");
    std::fs::copy(&cookie, &copy).map_err(Error::file("copy", &cookie))?;
    let (uid, gid) = namespace::ordinary();
    std::os::unix::fs::chown(&copy, Some(uid), Some(gid)).map_err(Error::file("give away", &copy))?;
    Ok(Some(copy.display().to_string()))
}

fn show(options: &Options) -> Result<ExitCode> {
    let session = session()?;
    let secrets = Secrets::make()?;
    let mut stage = Stage {
        sshd: Sshd::start(&session)?,
        ftp: Ftp::start()?,
    };
    let voice = if options.trace { Voice::Trace } else { Voice::Usual };
    let programs = compile::folder(Profile::Dev);
    let package = options.package_dir.clone().unwrap_or_else(workspace::root);
    let directory = match options.directory {
        None => None,
        Some(kind) => Some(Directory::start(kind, &session, &programs, &secrets)?),
    };
    let (package, environment) = match &directory {
        // Nothing comes from the machine but what says where the directory is.
        Some(directory) => (directory.package(&session)?, directory.environment()),
        None => (package, Vec::new()),
    };
    let agent = Agent::start(&session, &programs, (&package, &environment), voice)?;
    match &directory {
        None => agent.enrol(&secrets)?,
        Some(directory) => agent.enrol_at(directory, &secrets)?,
    }
    let mut report = Report::default();
    println!("── three applications, each with the stored logon");
    let mut open = Vec::new();
    for application in Application::ALL {
        agent.store(application, &stage.plain_fields(application), &secrets.right)?;
        let (row, running) = attempt::accepted(&session, &mut stage, &agent, application)?;
        println!("   {}", row.line());
        report.rows.push(row);
        open.push(running);
    }
    if let Some(path) = &options.screenshot {
        open.push(explained(&session, &programs)?);
        // What they say after letting somebody in is painted a moment later, and no event tells when all of it is there.
        let _: Option<()> = Deadline::seconds(2).find(|| None);
        session.screenshot(path)?;
    }
    drop(open);
    println!("── each once more, with a wrong password stored");
    for application in Application::ALL {
        agent.change(application, &secrets.wrong)?;
        let refusal = attempt::refused(&session, &mut stage, &agent, application)?;
        println!("   {}", refusal.line());
        report.refusals.push(refusal);
    }
    if let Some(directory) = &directory {
        report.directory = Some(directory.proof(&agent)?);
    }
    if !report.is_good() {
        agent.complain();
    }
    drop(agent);
    if options.trace {
        report.traces = Some(traces::search(session.folder(), &secrets)?);
    }
    report.print();
    if let Some(path) = &options.json {
        report.save(path)?;
    }
    Ok(if report.is_good() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// A terminal that shows what the agent says it did.
fn explained(session: &Session, programs: &Path) -> Result<Process> {
    let words = "clear; echo '$ countersign why'; COUNTERSIGN why --limit 40 | grep -B 3 -A 16 'filled with' | head -n 42; exec sleep 600";
    let why = words.replace("COUNTERSIGN", &programs.join("countersign").display().to_string());
    let place = [
        "-u8",
        "-fa",
        "DejaVu Sans Mono",
        "-fs",
        "8",
        "-geometry",
        "96x34-12+40",
        "-T",
        "countersign why",
    ];
    let place = [&place[..], &["-e", "sh", "-c", &why]].concat();
    Ok(session.spawn("xterm", &place)?)
}

/// The caller's display where there is one that lets us in, else a display of our own.
fn session() -> Result<Session> {
    if let Ok(display) = std::env::var("DISPLAY") {
        if Screen::open(&display).is_ok() {
            println!("── on your display {display}");
            return Ok(Session::current()?);
        }
        println!("── the display {display} does not let us in");
    }
    let session = Session::start_with(&SessionOptions {
        width: 1440,
        height: 900,
        ..SessionOptions::default()
    })?;
    println!("── on a display of our own, {}", session.display());
    Ok(session)
}
