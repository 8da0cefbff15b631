//! An administrator publishes in a real directory, and users follow: planned, applied, drifted, taken back, closed to those who left.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test's own functions")]

use countersign_tests::Session;
use countersign_tests::agent::{Agent, Answer, CommandLine, LEDGER, Package, ROOT_PHRASE, Start, line_of_words};
use countersign_tests::servers::{DirectoryServer, Slapd};
use rustix::fs::{CWD, FileType, Mode, mknodat};
use serde_json::Value;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

const ADMIN: &str = "Kd9-lantern-Bx64mQs";
const ADA: &str = "Qx7-orbit-Lm20pRt";
/// The policy that Countersign ships.
const COMPANY: &str = include_str!("../../policies/company.toml");
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

impl<'a> Desk<'a> {
    /// A desk with a root and a publisher of everything, and the root's six words.
    fn founded(session: &'a Session) -> (Self, String) {
        let desk = Self {
            commands: CommandLine::of(session, &Start::usual()).unwrap(),
            session,
        };
        session.write(&desk.file("README"), "").unwrap();
        let (root, key) = (desk.path("root.key"), desk.path("desk.key"));
        let made = desk.done(&["trust", "init", "Example", "--key", &root], &[ROOT_PHRASE]);
        let words = line_of_words(&made, 6).unwrap();
        desk.done(&["trust", "publisher", "init", "desk", "--key", &key], &[PHRASE]);
        desk.done(&["trust", "publisher", "add", &key, "--root", &root], &[ROOT_PHRASE]);
        (desk, words)
    }

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

/// A directory with an administrator, and Ada, who reads the unit Sales.
fn directory() -> Slapd {
    let server = Slapd::start().unwrap();
    server.add_user("desk", ADMIN).unwrap();
    server.join("countersign-admins", "desk").unwrap();
    server.add_user("ada", ADA).unwrap();
    server.add_unit("Sales").unwrap();
    server.join("Sales", "ada").unwrap();
    server
}

/// What `--plan` takes.
fn digest(plan: &Answer) -> &str {
    let (_, digest) = plan.out.split_once("--plan ").unwrap();
    digest.trim()
}

/// The password policy that counts for an application.
fn policy(agent: &Agent<'_>) -> Value {
    let words = ["policy", "show", "--template", "test.ledger", "--json"];
    agent.json(&words, "policy").unwrap()
}

#[test]
fn a_unit_is_planned_published_and_taken_back() {
    let server = directory();
    let (here, there) = (Session::start().unwrap(), Session::start().unwrap());
    on(&here, &server, "desk");
    on(&there, &server, "ada");
    let (desk, words) = Desk::founded(&here);
    let key = desk.path("desk.key");

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

#[test]
fn what_is_published_is_what_was_looked_at() {
    let server = directory();
    let (here, there) = (Session::start().unwrap(), Session::start().unwrap());
    on(&here, &server, "desk");
    on(&there, &server, "ada");
    let (desk, words) = Desk::founded(&here);
    let package = Package::empty(&there).unwrap();
    let agent = Agent::start(&there, &package).unwrap();
    agent.done(&["directory", "login"], &[ADA]).unwrap();
    agent.done(&["trust", "pin"], &[&words]).unwrap();
    let key = desk.path("desk.key");
    let sign = |folder: &str, fills: u32, number: &str| {
        let text = format!("[settings.loop]\nfills = {fills}\n");
        here.write(&desk.file(folder).join("overrides/loops.toml"), &text)
            .unwrap();
        let folder = desk.path(folder);
        let words = [
            "trust",
            "sign",
            &folder,
            "--unit",
            "Sales",
            "--publisher",
            &key,
            "--number",
            number,
        ];
        desk.done(&words, &[PHRASE]);
    };
    let publish = |what: &str, folder: &str, more: &[&str]| {
        let folder = desk.path(folder);
        desk.run(&[&["publish", what, &folder, "--unit", "Sales"], more].concat(), &[])
    };
    let in_force = || {
        agent.done(&["refresh"], &[]).unwrap();
        fills(&agent)[0]["value"].clone()
    };

    sign("mine", 7, "10");
    assert_eq!(publish("apply", "mine", &[]).code, 0);
    sign("mine", 8, "12");
    let plan = publish("plan", "mine", &[]);
    let none = publish("apply", "mine", &["--plan", "12"]);
    assert!(none.code != 0 && none.err.contains("no digest of a plan"), "{none:?}");
    // Somebody else publishes after the look.
    sign("theirs", 9, "11");
    assert_eq!(publish("apply", "theirs", &[]).code, 0);
    let late = publish("apply", "mine", &["--plan", digest(&plan)]);
    assert!(
        late.code != 0 && late.err.contains("catalogue 11 is there now"),
        "{late:?}"
    );
    assert_eq!(in_force(), 9, "{}", agent.said());
    let plan = publish("plan", "mine", &[]);
    assert_eq!(publish("apply", "mine", &["--plan", digest(&plan)]).code, 0);
    assert_eq!(in_force(), 8, "{}", agent.said());

    // The folder is signed anew after the look.
    sign("mine", 6, "13");
    let plan = publish("plan", "mine", &[]);
    sign("mine", 5, "14");
    let other = publish("apply", "mine", &["--plan", digest(&plan)]);
    assert!(
        other.code != 0 && other.err.contains("holds another catalogue"),
        "{other:?}"
    );
    assert_eq!(in_force(), 8, "{}", agent.said());
}

#[test]
fn nothing_is_read_or_written_through_a_link() {
    let server = directory();
    let here = Session::start().unwrap();
    on(&here, &server, "desk");
    let (desk, _) = Desk::founded(&here);
    desk.write("templates/ledger.toml", LEDGER);
    desk.sign();
    let refused = |what: &str, place: &str| {
        let answer = desk.publish(what);
        assert!(answer.code != 0 && answer.code != 3, "{answer:?}");
        assert!(
            answer.err.contains(place) && answer.err.contains("is not as it should be"),
            "{answer:?}"
        );
    };

    // What is in its place says the same, and is not the file.
    let (file, mine) = (desk.file("unit/templates/ledger.toml"), desk.file("mine.toml"));
    std::fs::rename(&file, &mine).unwrap();
    symlink(&mine, &file).unwrap();
    refused("plan", "unit/templates/ledger.toml");
    std::fs::remove_file(&file).unwrap();
    mknodat(CWD, &file, FileType::Fifo, Mode::RWXU, 0).unwrap();
    refused("plan", "unit/templates/ledger.toml");
    std::fs::remove_file(&file).unwrap();
    desk.write("templates/ledger.toml", LEDGER);

    std::fs::write(&mine, "mine").unwrap();
    let kept = desk.file("unit/.published/1/templates/ledger.toml");
    std::fs::create_dir_all(kept.parent().unwrap()).unwrap();
    symlink(&mine, &kept).unwrap();
    refused("apply", "unit/.published/1/templates/ledger.toml");
    assert_eq!(std::fs::read(&mine).unwrap(), b"mine");
    let drift = desk.run(&["publish", "drift", "--unit", "Sales"], &[]);
    assert!(drift.out.contains("there is no catalogue"), "{drift:?}");
    std::fs::remove_file(&kept).unwrap();
    assert_eq!(desk.publish("apply").code, 0);
    assert_eq!(std::fs::read_to_string(&kept).unwrap(), LEDGER);
}

#[test]
fn a_published_policy_takes_the_place_of_the_packages() {
    let server = directory();
    let (here, there) = (Session::start().unwrap(), Session::start().unwrap());
    on(&here, &server, "desk");
    on(&there, &server, "ada");
    let (desk, words) = Desk::founded(&here);
    let package = Package::with(&there, "ledger", LEDGER).unwrap();
    let shipped = package.policy("company", COMPANY).unwrap();
    let agent = Agent::start(&there, &package).unwrap();
    agent.done(&["directory", "login"], &[ADA]).unwrap();
    agent.done(&["trust", "pin"], &[&words]).unwrap();
    let before = policy(&agent);
    assert_eq!(before["place"], shipped.display().to_string());
    assert_eq!((&before["id"], &before["name"]), (&"company".into(), &"Company".into()));
    assert!(
        rules(&before).contains(&"at least 14 characters".to_owned()),
        "{before}"
    );

    // One that no password can meet is not signed, and said where.
    let sales = COMPANY.replace("name = \"Company\"", "name = \"Sales Ltd\"");
    desk.write("policies/company.toml", &sales.replace("min = 14", "min = 70"));
    let (folder, key) = (desk.path("unit"), desk.path("desk.key"));
    let sign = ["trust", "sign", &folder, "--unit", "Sales", "--publisher", &key];
    let refused = desk.run(&sign, &[PHRASE]);
    assert!(
        refused.code != 0 && refused.err.contains("policies/company.toml:"),
        "{refused:?}"
    );
    assert!(refused.err.contains("`min` is 70"), "{refused:?}");

    desk.write("policies/company.toml", &sales.replace("min = 14", "min = 18"));
    desk.sign();
    assert_eq!(desk.publish("apply").code, 0);
    agent.done(&["refresh"], &[]).unwrap();
    let signed = policy(&agent);
    assert_eq!(
        (&signed["id"], &signed["name"]),
        (&"company".into(), &"Sales Ltd".into())
    );
    assert_eq!(signed["place"], "Sales policy company");
    assert_eq!(signed["publisher"]["signed"]["name"], "desk");
    assert_eq!(signed["named_by"]["setting"]["layer"], "built-in");
    assert!(
        rules(&signed).contains(&"at least 18 characters".to_owned()),
        "{signed}"
    );
    let shown = agent
        .done(&["policy", "show", "--template", "Ledger"], &[])
        .unwrap()
        .out;
    assert!(
        shown.contains("company (Sales Ltd)") && shown.contains("desk of Example"),
        "{shown}"
    );

    // An override names another one, which has to be there.
    desk.write("overrides/policy.toml", "[settings.password]\npolicy = \"till\"\n");
    desk.sign();
    assert_eq!(desk.publish("apply").code, 0);
    agent.done(&["refresh"], &[]).unwrap();
    let missing = agent.run(&["policy", "show"], &[]).unwrap();
    assert_eq!(missing.code, 5, "{missing:?}");
    assert!(
        missing.err.contains("no password policy `till`") && missing.err.contains("policies/till.toml"),
        "{missing:?}"
    );
    assert_eq!(doctors_policies(&agent)["result"], "warning");
    desk.write(
        "policies/till.toml",
        "schema = 1\nid = \"till\"\nname = \"Till\"\n[length]\nmin = 20\n",
    );
    desk.sign();
    assert_eq!(desk.publish("apply").code, 0);
    agent.done(&["refresh"], &[]).unwrap();
    let named = policy(&agent);
    assert_eq!(
        (&named["id"], &named["named_by"]["setting"]["layer"]),
        (&"till".into(), &"directory".into())
    );
    let good = doctors_policies(&agent);
    assert_eq!(
        (&good["result"], &good["found"]),
        (&"good".into(), &"2 in force".into()),
        "{good}"
    );

    // Whoever leaves the group has the package's again.
    server.leave("Sales", "ada").unwrap();
    agent.done(&["refresh"], &[]).unwrap();
    assert_eq!(policy(&agent), before, "{}", agent.said());
}

/// What a policy asks for, in words.
fn rules(policy: &Value) -> Vec<String> {
    let rules = policy["rules"].as_array().unwrap().iter();
    rules.map(|rule| rule["words"].as_str().unwrap().to_owned()).collect()
}

fn doctors_policies(agent: &Agent<'_>) -> Value {
    let checks = agent.json(&["doctor", "--json"], "checks").unwrap();
    let mut checks = checks.as_array().unwrap().iter();
    checks.find(|check| check["name"] == "policies").unwrap().clone()
}
