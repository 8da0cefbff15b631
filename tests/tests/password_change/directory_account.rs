//! An account of a directory, and an agent that has a logon for it.

use countersign_tests::agent::{Agent, PASSWORD, Package};
use countersign_tests::applications::account::{self, Purpose};
use countersign_tests::servers::{DirectoryServer, Slapd};
use countersign_tests::{Deadline, Process, Session};
use serde_json::Value;

pub const USER: &str = "anna";
pub const OLD: &str = "First-of-anna-7391";

/// A policy of which the wrong tries lock quickly.
const POLICY: &str = r#"
schema = 1
id = "company"
name = "Company"
[length]
min = 14
max = 20
[characters]
small = 1
capital = 1
digits = 1
[life]
wrong_passwords = 2
"#;

/// The directory, and a session whose agent has a logon for it.
pub struct Place {
    pub session: Session,
    pub slapd: Slapd,
}

impl Place {
    pub fn new() -> Self {
        let session = Session::start().unwrap();
        let slapd = Slapd::start().unwrap();
        slapd.add_user(USER, OLD).unwrap();
        Self { session, slapd }
    }

    /// The directory's administrator wants the user to change his password at the next logon.
    pub fn must_change(&self) {
        self.slapd.must_change_password(USER).unwrap();
    }

    pub fn package(&self, settings: &str) -> Package<'_> {
        let package = Package::with(&self.session, "directory", account::TEMPLATE).unwrap();
        package.policy("company", POLICY).unwrap();
        let place = package.folder().join("settings.toml");
        let before = std::fs::read_to_string(&place).unwrap();
        self.session.write(&place, &format!("{before}\n{settings}")).unwrap();
        package
    }

    pub fn agent<'a>(&'a self, package: &Package<'_>) -> Agent<'a> {
        let agent = Agent::start(&self.session, package).unwrap().enrolled().unwrap();
        let user = format!("username={USER}");
        agent
            .done(
                &["logon", "add", "test.directory", "--name", "account", "--set", &user],
                &[OLD],
            )
            .unwrap();
        agent
    }

    /// One that was ended, again.
    pub fn agent_again<'a>(&'a self, package: &Package<'_>) -> Agent<'a> {
        let agent = Agent::start(&self.session, package).unwrap();
        agent.done(&["unlock"], &[PASSWORD]).unwrap();
        agent
    }

    /// Starts the application.
    pub fn application(&self, purpose: Purpose) -> Process {
        account::start(&self.session, &self.slapd, USER, purpose).unwrap()
    }

    /// Whether the directory takes this password for the user.
    pub fn takes(&self, password: &str) -> bool {
        let login = self.slapd.login(USER, password);
        let dn = self.slapd.user_dn(USER);
        self.slapd
            .search(&login, &countersign_tests::servers::Question::entry(&dn))
            .is_ok()
    }
}

/// How the account's password stands.
pub fn status(agent: &Agent<'_>) -> Value {
    agent
        .json(&["password", "status", "account", "--json"], "passwords")
        .unwrap()[0]
        .clone()
}

pub fn stored(agent: &Agent<'_>) -> String {
    agent.done(&["logon", "reveal", "account"], &[PASSWORD]).unwrap().out
}

pub fn until(what: &str, agent: &Agent<'_>, so: impl Fn(&Value) -> bool) {
    let waited = Deadline::seconds(countersign_tests::agent::PATIENCE).find(|| so(&status(agent)).then_some(()));
    assert!(
        waited.is_some(),
        "{what}: {}\n{}\n{}",
        status(agent),
        agent.run(&["why"], &[]).unwrap().out,
        agent.said()
    );
}

/// What an application printed so far.
pub fn said(application: &Process, line: &str) -> usize {
    application.said().lines().filter(|said| said.contains(line)).count()
}
