//! The site's password exits as an agent meets them: named by what the organisation's root signed, and tried by `doctor` and `exits list`.
#![expect(clippy::unwrap_used, reason = "a test's own functions")]

use countersign_tests::Session;
use countersign_tests::agent::{Agent, Organisation, Package};
use std::path::PathBuf;
use std::process::Command;

const DOCS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/exits");

/// A session whose home has a folder of exits.
struct Site<'a> {
    session: &'a Session,
    folder: PathBuf,
}

impl<'a> Site<'a> {
    fn new(session: &'a Session) -> Self {
        let folder = session.home().join("exits");
        let text = std::fs::read_to_string(format!("{DOCS}/long_enough.py")).unwrap();
        session.write(&folder.join("long_enough.py"), &text).unwrap();
        for sample in ["reject_application_name", "small_first_letter"] {
            let mut cc = Command::new("cc");
            cc.args(["-shared", "-fPIC", "-I", DOCS, "-o"])
                .arg(folder.join(format!("{sample}.so")));
            assert!(cc.arg(format!("{DOCS}/{sample}.c")).status().unwrap().success());
        }
        Self { session, folder }
    }

    /// The line `exits pin` prints for each of these files.
    fn pins(&self, agent: &Agent<'_>, names: &[&str]) -> String {
        let pin = |name: &&str| {
            let file = self.folder.join(name).display().to_string();
            agent.done(&["exits", "pin", &file], &[]).unwrap().out
        };
        names.iter().map(pin).collect()
    }

    fn settings(&self, pins: &str) -> String {
        format!(
            "exits.folder = \"{}\"\nexits.change = [\"reject_application_name.so\", \"long_enough.py\"]\n\
             exits.generate = \"small_first_letter.so\"\nexits.network = [\"long_enough.py\"]\nexits.pins = [\n{pins}]\n",
            self.folder.display()
        )
    }
}

/// Of each exit its name, its role, and whether it may connect and can be loaded.
fn listed(agent: &Agent<'_>) -> Vec<(String, String, bool, bool)> {
    let shown = agent.run(&["exits", "list", "--json"], &[]).unwrap();
    let exits = shown.json("exits").unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let told = exits.as_array().unwrap().iter().map(|exit| {
        assert_eq!(
            exit["problem"].is_null(),
            exit["held"] != serde_json::Value::Null,
            "{exit}"
        );
        let loads = exit["problem"].is_null();
        (text(&exit["name"]), text(&exit["role"]), exit["network"] == true, loads)
    });
    let told: Vec<_> = told.collect();
    let fails = told.iter().any(|(.., loads)| !loads);
    assert_eq!(shown.code, i32::from(fails), "{shown:?}");
    told
}

/// What doctor says of one exit.
fn check(agent: &Agent<'_>, name: &str) -> serde_json::Value {
    let shown = agent.run(&["doctor", "--json"], &[]).unwrap();
    let checks = shown.json("checks").unwrap();
    let name = format!("exit {name}");
    let checks = checks.as_array().unwrap().iter();
    let found = checks.filter(|check| check["name"] == name.as_str()).cloned();
    let found: Vec<_> = found.collect();
    assert_eq!(found.len(), 1, "{name}");
    found.into_iter().next().unwrap()
}

#[test]
fn exits_that_the_root_signed_are_tried_and_a_changed_file_is_never_loaded() {
    let session = Session::start().unwrap();
    let package = Package::empty(&session).unwrap();
    let site = Site::new(&session);
    let organisation = Organisation::found(&session).unwrap();
    let agent = Agent::start(&session, &package).unwrap();
    assert_eq!(listed(&agent), []);
    let all = ["reject_application_name.so", "long_enough.py", "small_first_letter.so"];
    organisation.sign(&site.settings(&site.pins(&agent, &all))).unwrap();
    organisation.pinned_by(&agent).unwrap();

    let exit = |name: &str, role: &str, connects, loads| (name.to_owned(), role.to_owned(), connects, loads);
    let good = [
        exit(all[0], "change", false, true),
        exit(all[1], "change", true, true),
        exit(all[2], "generate", false, true),
    ];
    assert_eq!(listed(&agent), good, "{}", agent.said());
    assert_eq!(check(&agent, all[1])["result"], "good");

    // Another file in its place: not loaded, and told with its hash and what to do.
    let changed = site.folder.join(all[1]);
    let mut text = std::fs::read_to_string(&changed).unwrap();
    text.push_str("# changed\n");
    site.session.write(&changed, &text).unwrap();
    let pin = site.pins(&agent, &all[1..2]);
    let told = check(&agent, all[1]);
    assert_eq!(told["result"], "bad");
    let found = told["found"].as_str().unwrap();
    assert!(found.contains("not pinned") && found.contains(&pin[1..65]), "{told}");
    assert!(!listed(&agent)[1].3);

    // The administrator means it.
    organisation.sign(&site.settings(&site.pins(&agent, &all))).unwrap();
    agent.done(&["refresh"], &[]).unwrap();
    assert_eq!(listed(&agent), good, "{}", agent.said());
}

#[test]
fn a_users_own_settings_name_no_code() {
    let session = Session::start().unwrap();
    let package = Package::empty(&session).unwrap();
    let site = Site::new(&session);
    let file = session.config_home().join("countersign/settings.toml");
    session.write(&file, &site.settings("")).unwrap();
    let agent = Agent::start(&session, &package).unwrap();
    assert_eq!(listed(&agent), []);
    let said = agent.done(&["status"], &[]).unwrap().out;
    for name in [
        "exits.folder",
        "exits.change",
        "exits.generate",
        "exits.network",
        "exits.pins",
    ] {
        assert!(
            said.contains(&format!("`{name}` cannot be set by the user")),
            "{name}: {said}"
        );
    }
}
