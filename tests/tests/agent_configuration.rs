//! Configuration that publishers signed, by a folder that stands for the directory: what takes force, what is refused, and what is said.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test's own functions")]

use countersign_tests::Session;
use countersign_tests::agent::{Agent, LEDGER, Organisation, Package, ROOT_PHRASE, SETTINGS};
use std::path::PathBuf;

/// The passphrase of a publisher's key file.
const PHRASE: &str = "harbour velvet ticket onion marble";

/// A publisher's desk: a key, and the units of the session's repository.
struct Desk<'a> {
    session: &'a Session,
    organisation: Organisation<'a>,
}

impl<'a> Desk<'a> {
    fn new(session: &'a Session) -> Self {
        let desk = Self {
            session,
            organisation: Organisation::found(session).unwrap(),
        };
        desk.publisher("packaging", "packaging.key");
        desk
    }

    fn done(&self, words: &[&str], secret: &str) -> String {
        self.organisation.desk().done(words, &[secret]).unwrap().out
    }

    fn key(&self, file: &str) -> String {
        self.organisation.key_file(file).display().to_string()
    }

    /// Makes a publisher's key and has the root name it everywhere.
    fn publisher(&self, name: &str, file: &str) {
        let (key, root) = (self.key(file), self.key("root.key"));
        self.done(&["trust", "publisher", "init", name, "--key", &key], PHRASE);
        self.done(&["trust", "publisher", "add", &key, "--root", &root], ROOT_PHRASE);
    }

    fn unit(&self, unit: &str) -> PathBuf {
        self.session
            .data_home()
            .join("countersign/repository/config")
            .join(unit)
    }

    fn write(&self, unit: &str, file: &str, text: &str) {
        self.session.write(&self.unit(unit).join(file), text).unwrap();
    }

    fn sign_by(&self, unit: &str, file: &str, more: &[&str]) {
        let (folder, key) = (self.unit(unit).display().to_string(), self.key(file));
        let words = [&["trust", "sign", &folder, "--unit", unit, "--publisher", &key], more].concat();
        self.done(&words, PHRASE);
    }

    fn sign(&self, unit: &str) {
        self.sign_by(unit, "packaging.key", &[]);
    }

    fn revoke(&self, file: &str) {
        let (key, root) = (self.key(file), self.key("root.key"));
        self.done(&["trust", "publisher", "revoke", &key, "--root", &root], ROOT_PHRASE);
    }
}

fn refresh(agent: &Agent<'_>) {
    agent.done(&["refresh"], &[]).unwrap();
}

fn signed(agent: &Agent<'_>) -> u64 {
    let status = agent.json(&["status", "--json"], "status").unwrap();
    status["templates"]["signed"].as_u64().unwrap()
}

/// A setting's value and where it comes from, as JSON texts.
fn setting(agent: &Agent<'_>, name: &str) -> (String, String, String) {
    let found = agent.json(&["settings", name, "--json"], "settings").unwrap();
    let place = found[0]["place"].as_str().unwrap_or_default().to_owned();
    (
        found[0]["value"].to_string(),
        found[0]["layer"].as_str().unwrap().to_owned(),
        place,
    )
}

fn said(agent: &Agent<'_>, wanted: &str) {
    let shown = agent.json(&["trust", "show", "--json"], "organisation").unwrap();
    let faults = shown["faults"].to_string();
    assert!(faults.contains(wanted), "{wanted}: {shown}");
    let status = agent.done(&["status"], &[]).unwrap().out;
    assert!(status.contains(wanted), "{wanted}: {status}");
    let doctor = agent.json(&["doctor", "--json"], "checks").unwrap();
    let checks = doctor.as_array().unwrap().iter();
    let found = checks.filter(|check| check["name"] == "organisation");
    assert!(
        found.map(|check| check["result"].to_string()).eq(["\"warning\""]),
        "{doctor}"
    );
}

fn quiet(agent: &Agent<'_>) {
    let shown = agent.json(&["trust", "show", "--json"], "organisation").unwrap();
    assert_eq!(shown["faults"].to_string(), "[]", "{shown}");
}

#[test]
fn what_publishers_sign_is_in_force_above_the_machines_own_settings() {
    let session = Session::start().unwrap();
    let package = Package::empty(&session).unwrap();
    let desk = Desk::new(&session);
    desk.write("Sales", "templates/test.ledger.toml", LEDGER);
    desk.write(
        "Sales",
        "overrides/base.toml",
        "[settings]\nloop.fills = 2\nlock.idle_minutes = 5\n",
    );
    desk.write("Sales/Berlin", "overrides/strict.toml", "[settings]\nloop.fills = 1\n");
    desk.sign("Sales");
    desk.sign("Sales/Berlin");
    let own = session.config_home().join("countersign/settings.toml");
    session.write(&own, &format!("loop.fills = 9\n{SETTINGS}")).unwrap();
    let agent = Agent::start(&session, &package).unwrap();

    // Nothing of it counts before the root is pinned.
    refresh(&agent);
    assert_eq!(signed(&agent), 0);
    assert_eq!(setting(&agent, "loop.fills").0, "9");
    desk.organisation.pinned_by(&agent).unwrap();
    refresh(&agent);
    quiet(&agent);
    assert_eq!(signed(&agent), 1);
    // The deeper unit's override counts, the user's own setting does not, and its source is shown.
    let (value, layer, place) = setting(&agent, "loop.fills");
    assert_eq!((value.as_str(), layer.as_str()), ("1", "directory"));
    assert!(
        place.contains("Sales/Berlin override strict by packaging of Example"),
        "{place}"
    );
    assert_eq!(setting(&agent, "lock.idle_minutes").0, "5");
    let shown = agent.done(&["trust", "show"], &[]).unwrap().out;
    assert!(
        shown.contains("Sales/Berlin") && shown.contains("packaging 1"),
        "{shown}"
    );
    // The root's own word stands above.
    desk.organisation.sign("loop.fills = 7\n").unwrap();
    refresh(&agent);
    let (value, layer, _) = setting(&agent, "loop.fills");
    assert_eq!((value.as_str(), layer.as_str()), ("7", "root"));
}

#[test]
fn what_is_not_signed_as_it_lies_there_is_refused_and_said() {
    let session = Session::start().unwrap();
    let package = Package::empty(&session).unwrap();
    let desk = Desk::new(&session);
    desk.write("Sales", "overrides/base.toml", "[settings]\nloop.fills = 2\n");
    desk.sign("Sales");
    let agent = Agent::start(&session, &package).unwrap();
    desk.organisation.pinned_by(&agent).unwrap();
    refresh(&agent);
    let in_force = |wanted: &str| {
        refresh(&agent);
        assert_eq!(setting(&agent, "loop.fills").0, wanted);
    };
    in_force("2");
    // Changed without being signed, and one nobody signed at all.
    desk.write("Sales", "overrides/base.toml", "[settings]\nloop.fills = 20\n");
    desk.write("Sales", "overrides/more.toml", "[settings]\nloop.fills = 20\n");
    desk.write("Sales", "settings.toml", "loop.fills = 20\n");
    in_force("2");
    quiet(&agent);
    // What is signed counts.
    desk.sign("Sales");
    in_force("20");
    // An earlier catalogue under a later number; another unit's; garbage.
    let unit = desk.unit("Sales");
    std::fs::copy(unit.join("catalogue.1"), unit.join("catalogue.7")).unwrap();
    in_force("20");
    said(&agent, "went back from number 2 to 1");
    std::fs::write(unit.join("catalogue.8"), b"0").unwrap();
    in_force("20");
    said(&agent, "it is damaged");
    desk.write("Support", "README", "");
    std::fs::copy(unit.join("catalogue.2"), desk.unit("Support").join("catalogue.1")).unwrap();
    in_force("20");
    said(&agent, "was signed for the unit `Sales` and lies in `Support`");
    std::fs::remove_file(desk.unit("Support").join("catalogue.1")).unwrap();
    // For newer agents only.
    desk.write("Sales", "overrides/base.toml", "[settings]\nloop.fills = 3\n");
    desk.sign_by("Sales", "packaging.key", &["--min-agent", "99.0.0", "--number", "9"]);
    in_force("20");
    said(&agent, "it is for agents from version 99.0.0 on");
    // Kept back.
    for number in [1, 2, 7, 8, 9] {
        let _ = std::fs::remove_file(unit.join(format!("catalogue.{number}")));
    }
    in_force("20");
    said(&agent, "kept back; number 2 stays in force");
    // Another one of the number in force changes nothing; the next number does.
    desk.sign_by("Sales", "packaging.key", &["--number", "2"]);
    in_force("20");
    desk.sign("Sales");
    in_force("3");
    quiet(&agent);
}

#[test]
fn templates_are_withdrawn_and_publishers_change_their_keys() {
    let session = Session::start().unwrap();
    let package = Package::empty(&session).unwrap();
    let desk = Desk::new(&session);
    desk.write("", "templates/test.ledger.toml", LEDGER);
    desk.sign("");
    let agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
    desk.organisation.pinned_by(&agent).unwrap();
    refresh(&agent);
    assert_eq!(signed(&agent), 1);
    agent
        .done(&["logon", "add", "test.ledger", "--set", "username=anna"], &["secret"])
        .unwrap();
    let publisher = || {
        let logons = agent.json(&["logon", "list", "--json"], "logons").unwrap();
        logons[0]["binding"]["publisher"].to_string()
    };
    assert!(publisher().contains("packaging"), "{}", publisher());
    // A new key under the old name: nothing changes for logons.
    desk.publisher("packaging", "next.key");
    desk.sign_by("", "next.key", &[]);
    refresh(&agent);
    desk.revoke("packaging.key");
    refresh(&agent);
    refresh(&agent);
    quiet(&agent);
    assert_eq!(signed(&agent), 1);
    // The revoked key signs nothing any more; without its publisher nothing is in force.
    let (folder, key) = (desk.unit("").display().to_string(), desk.key("packaging.key"));
    let words = ["trust", "sign", &folder, "--unit", "", "--publisher", &key];
    let refused = desk.organisation.desk().run(&words, &[PHRASE]).unwrap();
    assert!(refused.code == 7 && refused.err.contains("was revoked"), "{refused:?}");
    // Withdrawn by a catalogue that does not name it, and back again.
    let file = desk.unit("").join("templates/test.ledger.toml");
    std::fs::remove_file(&file).unwrap();
    desk.sign_by("", "next.key", &[]);
    refresh(&agent);
    assert_eq!(signed(&agent), 0);
    desk.write("", "templates/test.ledger.toml", LEDGER);
    desk.sign_by("", "next.key", &[]);
    refresh(&agent);
    assert_eq!(signed(&agent), 1);
    desk.revoke("next.key");
    refresh(&agent);
    refresh(&agent);
    assert_eq!(signed(&agent), 0);
    said(&agent, "revoked");
}

#[test]
fn a_logon_saved_for_an_unsigned_template_elsewhere_is_not_released_here() {
    let first = Session::start().unwrap();
    let package = Package::empty(&first).unwrap();
    let templates = countersign_tests::agent::repository_templates(&first);
    first.write(&templates.join("ledger.toml"), LEDGER).unwrap();
    let agent = Agent::start(&first, &package).unwrap().enrolled().unwrap();
    refresh(&agent);
    agent
        .done(&["logon", "add", "test.ledger", "--set", "username=anna"], &["secret"])
        .unwrap();
    refresh(&agent);
    let shown = agent.done(&["logon", "list"], &[]).unwrap().out;
    assert!(
        shown.contains("unsigned") && !shown.contains("another machine"),
        "{shown}"
    );

    let second = Session::start().unwrap();
    let settings = second.config_home().join("countersign/settings.toml");
    let repository = first.data_home().join("countersign/repository");
    let text = format!("{SETTINGS}[repository]\npath = \"{}\"\n", repository.display());
    second.write(&settings, &text).unwrap();
    let package = Package::empty(&second).unwrap();
    let other = Agent::start(&second, &package).unwrap();
    refresh(&other);
    let words = [countersign_tests::agent::PASSPHRASE, countersign_tests::agent::PASSWORD];
    other.done(&["unlock", "--passphrase"], &words).unwrap();
    refresh(&other);
    let shown = other.done(&["logon", "list"], &[]).unwrap().out;
    assert!(shown.contains("unsigned, on another machine"), "{shown}");
}

#[test]
fn how_the_directory_is_reached_is_on_trial_and_secrets_can_be_kept_from_sight() {
    let session = Session::start().unwrap();
    let package = Package::with(&session, "ledger", LEDGER).unwrap();
    let desk = Desk::new(&session);
    let agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
    agent
        .done(&["logon", "add", "test.ledger", "--set", "username=anna"], &["secret"])
        .unwrap();
    let reveal = || {
        agent.run(
            &["logon", "reveal", "test.ledger"],
            &[countersign_tests::agent::PASSWORD],
        )
    };
    assert_eq!(reveal().unwrap().code, 0);
    desk.write(
        "",
        "overrides/base.toml",
        "[settings]\nloop.fills = 2\nreveal.allowed = false\n",
    );
    desk.sign("");
    desk.organisation.pinned_by(&agent).unwrap();
    refresh(&agent);
    let refused = reveal().unwrap();
    assert!(
        refused.code == 7 && refused.err.contains("does not let secrets be shown"),
        "{refused:?}"
    );

    // A mistyped server: what is in force stays so, and it is said that the change is on trial.
    desk.write(
        "",
        "overrides/base.toml",
        "[settings]\nloop.fills = 3\ndirectory.servers = \"ldaps://127.0.0.1:1\"\ndirectory.base = \"dc=example,dc=org\"\n",
    );
    desk.sign("");
    refresh(&agent);
    refresh(&agent);
    assert_eq!(setting(&agent, "loop.fills").0, "3");
    let status = agent.done(&["status"], &[]).unwrap().out;
    assert!(
        status.contains("on trial") && status.contains("`directory.servers`"),
        "{status}"
    );
    let doctor = agent
        .done(&["doctor"], &[])
        .unwrap_or_else(|_| agent.run(&["doctor"], &[]).unwrap())
        .out;
    assert!(doctor.contains("on trial"), "{doctor}");
}
