//! An administrator publishes in a real directory, and users follow: planned, applied, drifted, taken back, closed to those who left.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test's own functions")]

use countersign_tests::Session;
use countersign_tests::agent::{Agent, Answer, CommandLine, LEDGER, Package, ROOT_PHRASE, Start, line_of_words};
use countersign_tests::servers::{DirectoryServer, Slapd};
use serde_json::Value;
use std::path::PathBuf;

const ADMIN: &str = "Kd9-lantern-Bx64mQs";
const ADA: &str = "Qx7-orbit-Lm20pRt";
/// The passphrase of the publisher's key file.
const PHRASE: &str = "harbour velvet ticket onion marble";

fn on(session: &Session, server: &dyn DirectoryServer, user: &str) {
    let text = server.agent_settings(user) + "\n[unlock]\nkdf_memory_mib = 64\n";
    let settings = session.config_home().join("countersign/settings.toml");
    session.write(&settings, &text).unwrap();
}

/// The administrator's desk.
struct Desk<'a> {
    session: &'a Session,
    commands: CommandLine<'a>,
}

impl Desk<'_> {
    fn file(&self, name: &str) -> PathBuf {
        self.session.folder().join("desk").join(name)
    }

    fn path(&self, name: &str) -> String {
        self.file(name).display().to_string()
    }

    /// Whatever asks the directory asks the administrator for his password first.
    fn run(&self, words: &[&str], secrets: &[&str]) -> Answer {
        self.commands.run(words, &[&[ADMIN], secrets].concat()).unwrap()
    }

    fn done(&self, words: &[&str], secrets: &[&str]) -> String {
        let answer = self.run(words, secrets);
        assert_eq!(answer.code, 0, "{answer:?}");
        answer.out
    }

    fn write(&self, name: &str, text: &str) {
        self.session.write(&self.file("unit").join(name), text).unwrap();
    }

    fn sign(&self) {
        let (folder, key) = (self.path("unit"), self.path("desk.key"));
        self.done(
            &["trust", "sign", &folder, "--unit", "Sales", "--publisher", &key],
            &[PHRASE],
        );
    }

    fn publish(&self, what: &str) -> Answer {
        self.run(&["publish", what, &self.path("unit"), "--unit", "Sales"], &[])
    }
}

fn in_force(agent: &Agent<'_>) -> u64 {
    agent.done(&["refresh"], &[]).unwrap();
    let status = agent.json(&["status", "--json"], "status").unwrap();
    status["templates"]["signed"].as_u64().unwrap_or(0)
}

fn fills(agent: &Agent<'_>) -> Value {
    agent.json(&["settings", "loop.fills", "--json"], "settings").unwrap()
}

#[test]
fn a_unit_is_planned_published_and_taken_back() {
    let server = Slapd::start().unwrap();
    server.add_user("desk", ADMIN).unwrap();
    server.join("countersign-admins", "desk").unwrap();
    server.add_user("ada", ADA).unwrap();
    server.add_unit("Sales").unwrap();
    server.join("Sales", "ada").unwrap();
    let (here, there) = (Session::start().unwrap(), Session::start().unwrap());
    on(&here, &server, "desk");
    on(&there, &server, "ada");
    let desk = Desk {
        commands: CommandLine::of(&here, &Start::usual()).unwrap(),
        session: &here,
    };
    here.write(&desk.file("README"), "").unwrap();
    let root = desk.path("root.key");
    let made = desk.done(&["trust", "init", "Example", "--key", &root], &[ROOT_PHRASE]);
    let words = line_of_words(&made, 6).unwrap();
    let key = desk.path("desk.key");
    desk.done(&["trust", "publisher", "init", "desk", "--key", &key], &[PHRASE]);
    desk.done(&["trust", "publisher", "add", &key, "--root", &root], &[ROOT_PHRASE]);

    desk.write("templates/ledger.toml", LEDGER);
    desk.write("overrides/loops.toml", "[settings.loop]\nfills = 7\n");
    desk.sign();
    let plan = desk.publish("plan");
    assert_eq!(plan.code, 3, "{plan:?}");
    assert!(
        plan.out.contains("+ template ledger") && plan.out.contains("Sales: "),
        "{}",
        plan.out
    );
    let applied = desk.publish("apply");
    assert_eq!(applied.code, 0, "{applied:?}");
    let clean = desk.run(&["publish", "drift", "--unit", "Sales"], &[]);
    assert_eq!(clean.code, 0, "{clean:?}");

    let package = Package::empty(&there).unwrap();
    let agent = Agent::start(&there, &package).unwrap();
    agent.done(&["directory", "login"], &[ADA]).unwrap();
    assert_eq!(in_force(&agent), 0, "nobody has pinned the root yet");
    agent.done(&["trust", "pin"], &[&words]).unwrap();
    assert_eq!(in_force(&agent), 1, "{}", agent.said());
    assert!(fills(&agent).to_string().contains('7'), "{}", fills(&agent));

    // Changed by hand in the directory: agents keep what was published.
    let by_hand = format!(
        "dn: cn=template-ledger,{}\nchangetype: modify\nreplace: countersignData\ncountersignData: changed\n",
        server.unit("Sales")
    );
    server.change(&server.admin(), &by_hand).unwrap();
    assert_eq!(in_force(&agent), 1);
    let drifted = desk.run(&["publish", "drift", "--unit", "Sales"], &[]);
    assert!(
        drifted.code == 3 && drifted.out.contains("changed by hand"),
        "{drifted:?}"
    );

    // Withdrawn, and taken back.
    std::fs::remove_file(desk.file("unit/templates/ledger.toml")).unwrap();
    desk.sign();
    assert_eq!(desk.publish("apply").code, 0);
    assert_eq!(in_force(&agent), 0);
    let words = [
        "publish",
        "rollback",
        &desk.path("unit"),
        "--unit",
        "Sales",
        "--publisher",
        &key,
    ];
    let again = desk.run(&words, &[PHRASE]);
    assert_eq!(again.code, 0, "{again:?}");
    // What was published before comes back, not what somebody made of it in the directory.
    let restored = std::fs::read_to_string(desk.file("unit/templates/ledger.toml")).unwrap();
    assert_eq!(restored, LEDGER);
    assert_eq!(in_force(&agent), 1, "{}", agent.said());

    // Whoever leaves the group does without.
    server.leave("Sales", "ada").unwrap();
    assert_eq!(in_force(&agent), 0, "{}", agent.said());
    server.join("Sales", "ada").unwrap();
    agent.done(&["refresh"], &[]).unwrap();
    assert_eq!(in_force(&agent), 1, "{}", agent.said());
}
