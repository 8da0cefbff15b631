//! `demo --change`: a directory wants a user's password changed. It is made by the policy, a C exit is asked, it is typed, the directory
//! takes it, and the next logon uses it.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use countersign_tests::agent::{Agent, Organisation, PASSWORD, Package};
use countersign_tests::applications::account::{self, Purpose};
use countersign_tests::servers::{DirectoryServer, Question, Slapd};
use countersign_tests::{Deadline, Process, Session};

use super::Options;
use crate::bench::clock;
use crate::error::{Error, Result};
use crate::workspace;

const USER: &str = "anna";
const OLD: &str = "First-of-anna-7391";
/// The exit: it wants no password that is the application's name.
const EXIT: &str = "reject_application_name";

/// Shows it, in the laboratory.
pub fn show(options: &Options) -> Result<ExitCode> {
    let session = super::session()?;
    println!("── a directory, whose administrator wants {USER}'s password changed");
    let slapd = Slapd::start()?;
    slapd.add_user(USER, OLD)?;
    slapd.must_change_password(USER)?;
    let package = package(&session)?;
    let organisation = Organisation::found(&session)?;
    let folder = exits(&session)?;
    let agent = Agent::start(&session, &package)?;
    let library = folder.join(format!("{EXIT}.so"));
    let pin = agent.done(&["exits", "pin", &library.display().to_string()], &[])?.out;
    organisation.sign(&format!(
        "exits.folder = \"{}\"\nexits.change = [\"{EXIT}.so\"]\nexits.pins = [\n{pin}]\n",
        folder.display()
    ))?;
    organisation.pinned_by(&agent)?;
    let agent = agent.enrolled()?;
    let user = format!("username={USER}");
    agent.done(
        &["logon", "add", "test.directory", "--name", "account", "--set", &user],
        &[OLD],
    )?;
    println!(
        "   {}",
        agent.done(&["exits", "list"], &[])?.out.trim().replace('\n', "\n   ")
    );
    println!("── {USER} starts the application, and does nothing more");
    let began = clock::now();
    let application = account::start(&session, &slapd, USER, Purpose::Logon)?;
    let until = Deadline::seconds(30);
    for line in ["expired", "changed 0", "accepted"] {
        until.wait_for(&format!("the application's `{line}`"), || says(&application, line))?;
        println!(
            "   {:>6} ms  the application says: {line}",
            clock::now().saturating_duration_since(began).as_millis()
        );
    }
    if let Some(path) = &options.screenshot {
        session.screenshot(path)?;
    }
    println!("── what the agent did");
    println!("   {}", agent.done(&["why"], &[])?.out.trim().replace('\n', "\n   "));
    println!(
        "   {}",
        agent
            .done(&["password", "status"], &[])?
            .out
            .trim()
            .replace('\n', "\n   ")
    );
    let new = agent.done(&["logon", "reveal", "account"], &[PASSWORD])?.out;
    let good = new != OLD && takes(&slapd, &new) && !takes(&slapd, OLD) && says(&application, "refused").is_none();
    println!(
        "── the directory takes the password in the vault, and no longer the one before: {}",
        if good { "yes" } else { "NO" }
    );
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn says(application: &Process, line: &str) -> Option<()> {
    application.said().lines().any(|said| said == line).then_some(())
}

fn takes(slapd: &Slapd, password: &str) -> bool {
    let dn = slapd.user_dn(USER);
    slapd
        .search(&slapd.login(USER, password), &Question::entry(&dn))
        .is_ok()
}

/// The application's template, the shipped policy, and no questions.
fn package(session: &Session) -> Result<Package<'_>> {
    let package = Package::with(session, "directory", account::TEMPLATE)?;
    let policy = workspace::root().join("policies/company.toml");
    let text = std::fs::read_to_string(&policy).map_err(Error::file("read", &policy))?;
    package.policy("company", &text)?;
    let settings = package.folder().join("settings.toml");
    let before = std::fs::read_to_string(&settings).map_err(Error::file("read", &settings))?;
    session.write(&settings, &format!("{before}\n[password]\nchange = \"silent\"\n"))?;
    Ok(package)
}

/// Compiles the exit of the documents.
fn exits(session: &Session) -> Result<PathBuf> {
    let folder = session.home().join("exits");
    session.write(&folder.join("README"), "")?;
    let documents = workspace::root().join("docs/exits");
    let mut cc = Command::new("cc");
    cc.args(["-shared", "-fPIC", "-I"]).arg(&documents).arg("-o");
    cc.arg(folder.join(format!("{EXIT}.so")))
        .arg(Path::new(&documents).join(format!("{EXIT}.c")));
    let status = cc.status().map_err(|source| Error::Start {
        program: "cc".to_owned(),
        source,
    })?;
    match status.success() {
        true => Ok(folder),
        false => Err(Error::Step("compiling the exit".to_owned())),
    }
}
