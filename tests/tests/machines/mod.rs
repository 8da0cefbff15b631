//! Machines of one user on one repository.
#![allow(dead_code, unused_imports, unused_macros, reason = "each test uses some of it")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test's own functions")]

mod hands;
mod publishing;
mod site;
mod variants;

pub use hands::Hands;
pub use publishing::publish;
pub use site::{ADA, Site};
pub(crate) use variants::{on_each_directory, on_each_site};

use countersign_tests::agent::{Agent, LEDGER, PASSPHRASE, PATIENCE, Package};
use countersign_tests::{Deadline, Session};
use serde_json::Value;
use std::path::{Path, PathBuf};

pub const OTHER_PASSWORD: &str = "Qmz8-ladder-Rt41vYe";

pub fn machine() -> Session {
    Session::start().unwrap()
}

/// The package every machine has.
pub fn package(session: &Session) -> Package<'_> {
    Package::with(session, "ledger", LEDGER).unwrap()
}

/// The repository of the machine that was first.
pub fn repository(first: &Session) -> PathBuf {
    first.data_home().join("countersign/repository")
}

/// A machine whose repository is the first one's.
pub fn second(first: &Session) -> Session {
    let session = machine();
    on(&session, &repository(first));
    session
}

pub fn on(session: &Session, repository: &Path) {
    let settings = session.config_home().join("countersign/settings.toml");
    let text = format!("[repository]\npath = \"{}\"\n", repository.display());
    session.write(&settings, &text).unwrap();
}

pub fn add(agent: &Agent<'_>, name: &str) {
    let words = ["logon", "add", "test.ledger", "--name", name, "--set", "username=anna"];
    agent.done(&words, &[&format!("Secret-of-{name}-7391")]).unwrap();
    agent.done(&["refresh"], &[]).unwrap();
}

pub fn reveals(agent: &Agent<'_>, name: &str, password: &str) {
    let shown = agent.done(&["logon", "reveal", name], &[password]).unwrap().out;
    assert_eq!(shown, format!("Secret-of-{name}-7391"), "{}", agent.said());
}

pub fn labels(agent: &Agent<'_>) -> Vec<String> {
    let logons = agent.json(&["logon", "list", "--json"], "logons").unwrap();
    let logons = logons.as_array().unwrap().iter();
    let mut labels: Vec<_> = logons
        .map(|logon| logon["label"].as_str().unwrap().to_owned())
        .collect();
    labels.sort();
    labels
}

pub fn devices(agent: &Agent<'_>) -> Vec<Value> {
    let listed = agent.json(&["device", "list", "--json"], "devices").unwrap();
    listed.as_array().unwrap().clone()
}

pub fn id_of(agent: &Agent<'_>) -> String {
    let listed = devices(agent);
    let own = listed.iter().find(|device| device["this"] == true).unwrap();
    own["id"].as_str().unwrap().to_owned()
}

pub fn problems(agent: &Agent<'_>) -> String {
    agent.json(&["status", "--json"], "status").unwrap()["problems"].to_string()
}

/// Refreshes until it is so: what one machine writes another one fetches when it looks.
pub fn until(agent: &Agent<'_>, what: &str, so: impl Fn(&Agent<'_>) -> bool) {
    let deadline = Deadline::seconds(PATIENCE);
    loop {
        agent.done(&["refresh"], &[]).unwrap();
        if so(agent) {
            return;
        }
        assert!(!deadline.is_over(), "{what}: {}\n{}", problems(agent), agent.said());
        deadline.pause();
    }
}

/// The second machine's vault: the passphrase opens it, a login slot is made.
pub fn joined<'a>(session: &'a Session, package: &Package<'_>) -> Agent<'a> {
    let agent = Agent::start(session, package).unwrap();
    agent.done(&["refresh"], &[]).unwrap();
    agent
        .done(&["unlock", "--passphrase"], &[PASSPHRASE, OTHER_PASSWORD])
        .unwrap();
    agent
}
