//! Slots, each on machines of its own: made, rated, opening where the table of the design says they open, taken away.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test's own functions")]

mod machines;

use countersign_tests::agent::{Agent, Organisation, PASSPHRASE, PASSWORD, PATIENCE, Package, ROOT_PHRASE};
use countersign_tests::{Deadline, Session};
use machines::{ADA, Site, on_each_site};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Stdio};

on_each_site!(
    a_directory_key_opens_here,
    a_silent_slot_lets_a_new_machine_in_with_the_password_alone,
);
on_each_site!(slow:
    what_is_off_takes_the_roots_word_and_the_users,
    below_the_floor_no_vault_is_made,
    a_directory_identity_opens_here,
    a_program_opens_here,
    what_the_system_keeps_opens_here,
    a_program_that_fails_says_how_and_the_password_still_opens,
    what_the_system_keeps_is_worth_what_the_table_says,
    a_silent_slot_follows_a_new_password,
    a_new_passphrase_takes_the_place_of_the_old_one,
);

/// The vault is open, and how.
fn vault(agent: &Agent<'_>) -> String {
    let status = agent.json(&["status", "--json"], "status").unwrap();
    status["vault"].as_str().unwrap().to_owned()
}

fn kinds(agent: &Agent<'_>) -> Vec<String> {
    let slots = agent.json(&["slot", "list", "--json"], "slots").unwrap();
    let slots = slots.as_array().unwrap().iter();
    slots.map(|slot| slot["kind"].as_str().unwrap().to_owned()).collect()
}

fn wait_for(agent: &Agent<'_>, wanted: &str) {
    let deadline = Deadline::seconds(PATIENCE);
    while vault(agent) != wanted {
        assert!(!deadline.is_over(), "the vault is not {wanted}: {}", agent.said());
        deadline.pause();
    }
}

/// Whether a vault that was not opened by anybody stays as it is: the agent has tried by the time it answers what it tried.
fn opens_by_itself(agent: &Agent<'_>) -> bool {
    // Standard input is empty: a password that is asked for is not there.
    agent.run(&["unlock"], &[]).unwrap().code == 0
}

fn signed(site: &Site, session: &Session, settings: &str) -> String {
    let organisation = Organisation::found_by(session, site.desk(session)).unwrap();
    organisation.sign(settings).unwrap();
    organisation.words().to_owned()
}

fn member<'a>(site: &Site, session: &'a Session, package: &Package<'_>, words: &str) -> Agent<'a> {
    let agent = site.started(session, package);
    agent.done(&["trust", "pin"], &[words]).unwrap();
    agent
}

/// A member with a vault, which [`PASSWORD`] and [`PASSPHRASE`] open.
fn enrolled<'a>(site: &Site, session: &'a Session, package: &Package<'_>, words: &str) -> Agent<'a> {
    let agent = member(site, session, package, words);
    agent.done(site.enrolls(), &[PASSWORD, PASSPHRASE]).unwrap();
    agent
}

/// The user chooses another password, and proves the one until now. In a directory it is its password that opens the vault.
fn change_password(site: &Site, agent: &Agent<'_>, new: &str) {
    site.set_password(new);
    let primary = if site.is_directory() { "directory" } else { "os" };
    agent.done(&["primary", "change", primary], &[PASSWORD, new]).unwrap();
}

fn what_is_off_takes_the_roots_word_and_the_users(site: &Site) {
    let session = site.machine();
    let package = Package::empty(&session).unwrap();
    let words = signed(
        site,
        &session,
        "unlock.allow = [\"directory-key\", \"os-protection\"]\n",
    );
    // Before the root is pinned its settings count for nothing.
    let agent = site.enrolled(&session, &package);
    let add = |kind: &str, more: &[&str]| {
        let words = [&["slot", "add", kind], more].concat();
        agent.run(&words, &[PASSWORD]).unwrap()
    };
    let off = add("directory-key", &["--agree"]);
    assert!(off.code == 7 && off.err.contains("is off"), "{off:?}");
    site.settle(&session, ADA, "allow = [\"directory-key\"]\n");
    agent.done(&["refresh"], &[]).unwrap();
    let unsigned = add("directory-key", &["--agree"]);
    assert!(
        unsigned.code == 7 && unsigned.err.contains("not signed"),
        "{unsigned:?}"
    );

    agent.done(&["trust", "pin"], &[&words]).unwrap();
    let silent = add("silent", &["--agree"]);
    assert!(silent.code == 7 && silent.err.contains("is off"), "{silent:?}");
    let not_agreed = add("directory-key", &[]);
    assert!(
        not_agreed.code == 7 && not_agreed.err.contains("--agree"),
        "{not_agreed:?}"
    );
    assert_eq!(
        agent.run(&["slot", "add", "sid", "--agree"], &[PASSWORD]).unwrap().code,
        2
    );
    let wrong = agent.run(&["slot", "add", "directory-key", "--agree"], &["not it"]);
    assert_eq!(wrong.unwrap().code, 4);
    assert_eq!(kinds(&agent), ["login", "passphrase"]);
    assert_eq!(add("directory-key", &["--agree"]).code, 0);
    assert_eq!(kinds(&agent), ["login", "passphrase", "directory key"]);
    let shown = agent.done(&["slot", "list"], &[]).unwrap().out;
    assert!(shown.contains("weak") && shown.contains("directory admin"), "{shown}");

    // The root takes its word back: the slot is named, and opens nothing by itself any more.
    assert!(opens_by_itself(&agent));
    let root = session.home().join("root.key").display().to_string();
    let none = session.home().join("none.toml");
    session.write(&none, "unlock.forbid = [\"directory-key\"]\n").unwrap();
    let sign = ["trust", "settings", &none.display().to_string(), "--root", &root];
    site.desk(&session).done(&sign, &[ROOT_PHRASE]).unwrap();
    agent.done(&["refresh"], &[]).unwrap();
    let status = agent.json(&["status", "--json"], "status").unwrap();
    assert!(
        status["problems"]
            .to_string()
            .contains("forbids the directory key slot"),
        "{status}"
    );
    agent.done(&["lock"], &[]).unwrap();
    assert!(!opens_by_itself(&agent));
    agent.done(&["unlock"], &[PASSWORD]).unwrap();
}

fn below_the_floor_no_vault_is_made(site: &Site) {
    let session = site.machine();
    let package = Package::empty(&session).unwrap();
    let organisation = Organisation::found_by(&session, site.desk(&session)).unwrap();
    organisation
        .sign("unlock.floor = \"strong\"\nunlock.require = [\"recovery\"]\n")
        .unwrap();
    let words = organisation.words().to_owned();
    let agent = member(site, &session, &package, &words);
    let refused = agent.run(site.enrolls(), &[PASSWORD, PASSPHRASE]).unwrap();
    assert!(
        refused.code == 7 && refused.err.contains("unlock.floor") && refused.err.contains("login"),
        "{refused:?}"
    );
    assert_eq!(vault(&agent), "unenrolled");

    // What is required and not there yet is said.
    let fair = site.machine();
    let package = Package::empty(&fair).unwrap();
    organisation
        .sign("unlock.floor = \"fair\"\nunlock.require = [\"recovery\"]\n")
        .unwrap();
    let agent = member(site, &fair, &package, &words);
    let made = agent.done(site.enrolls(), &[PASSWORD, PASSPHRASE]).unwrap();
    assert!(made.out.contains("requires a recovery slot"), "{made:?}");
    let kept = agent.run(&["slot", "remove", "login"], &[PASSWORD]).unwrap();
    assert_eq!(kept.code, 7, "{kept:?}");
}

/// A slot that opens the vault here without a word: through a restart and after a lock, and only until it is taken away.
fn opens_silently_here<T>(site: &Site, kind: &str, prepare: impl Fn(&Session) -> (T, String)) {
    let session = site.machine();
    let (_while_it_lasts, settings) = prepare(&session);
    let package = Package::empty(&session).unwrap();
    let words = signed(site, &session, &format!("unlock.allow = [\"{kind}\"]\n{settings}"));
    let agent = enrolled(site, &session, &package, &words);
    agent.done(&["lock"], &[]).unwrap();
    assert!(!opens_by_itself(&agent));
    let locked = agent.run(&["slot", "add", kind, "--agree"], &[PASSWORD]).unwrap();
    assert_eq!(locked.code, 4, "{locked:?}");
    agent.done(&["unlock"], &[PASSWORD]).unwrap();
    agent.done(&["slot", "add", kind, "--agree"], &[PASSWORD]).unwrap();
    drop(agent);
    let agent = site.started(&session, &package);
    // The directory gives its key to whoever has logged in to it, and that was after the start.
    match site.is_directory() && kind == "directory-key" {
        true => assert!(opens_by_itself(&agent), "{}", agent.said()),
        false => wait_for(&agent, "unlocked"),
    }
    agent.done(&["lock"], &[]).unwrap();
    assert_eq!(vault(&agent), "locked");
    assert!(opens_by_itself(&agent), "{}", agent.said());
    let log = agent.json(&["audit", "show", "--json"], "audit").unwrap();
    let name = kind.replace('-', " ");
    let opened = log["entries"].as_array().unwrap().iter().filter(|entry| {
        let subject = entry["subject"].as_str().unwrap_or_default();
        entry["event"] == "unlock" && subject.eq_ignore_ascii_case(&name)
    });
    assert_eq!(opened.count(), 2, "{log}");

    agent.done(&["slot", "remove", kind], &[PASSWORD]).unwrap();
    agent.done(&["lock"], &[]).unwrap();
    assert!(!opens_by_itself(&agent));
    drop(agent);
    let agent = site.started(&session, &package);
    assert!(!opens_by_itself(&agent));
    agent.done(&["unlock"], &[PASSWORD]).unwrap();
}

fn program(session: &Session, name: &str, body: &str) -> String {
    let path = session.home().join(name);
    session.write(&path, &format!("#!/bin/sh\n{body}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    path.display().to_string()
}

const ANSWER: &str =
    r#"cat > /dev/null; echo '{"version":1,"secret":"QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQQ=="}'"#;

fn a_directory_key_opens_here(site: &Site) {
    opens_silently_here(site, "directory-key", |_| ((), String::new()));
}

fn a_directory_identity_opens_here(site: &Site) {
    opens_silently_here(site, "directory-identity", |_| ((), String::new()));
}

fn a_program_opens_here(site: &Site) {
    opens_silently_here(site, "program", |session| {
        let path = program(session, "answerer", ANSWER);
        ((), format!("unlock.program = \"{path}\"\n"))
    });
}

/// A real Secret Service on the session's bus, with its keyring open.
struct Keyring(Child);

impl Keyring {
    fn start(session: &Session) -> Self {
        let mut daemon = session
            .command("gnome-keyring-daemon")
            .args(["--foreground", "--components=secrets", "--unlock"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        daemon.stdin.take().unwrap().write_all(b"keyring").unwrap();
        let keyring = Self(daemon);
        // Asking earlier would have the bus start one of its own, which nobody unlocks.
        let waited = session
            .command("gdbus")
            .args(["wait", "--session", "--timeout", &PATIENCE.to_string()])
            .arg("org.freedesktop.secrets")
            .status()
            .unwrap();
        assert!(waited.success(), "gnome-keyring-daemon never took its name");
        let deadline = Deadline::seconds(PATIENCE);
        let has_default = || {
            let asked = session
                .command("gdbus")
                .args(["call", "--session", "--dest", "org.freedesktop.secrets"])
                .args(["--object-path", "/org/freedesktop/secrets"])
                .args(["--method", "org.freedesktop.Secret.Service.ReadAlias", "default"])
                .output()
                .unwrap();
            String::from_utf8_lossy(&asked.stdout).contains("/collection/")
        };
        // Its name is there before its keyring is.
        while !has_default() {
            assert!(!deadline.is_over(), "gnome-keyring-daemon never made its keyring");
            deadline.pause();
        }
        keyring
    }
}

impl Drop for Keyring {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn what_the_system_keeps_opens_here(site: &Site) {
    opens_silently_here(site, "os-protection", |session| {
        (Keyring::start(session), String::new())
    });
}

fn a_program_that_fails_says_how_and_the_password_still_opens(site: &Site) {
    let session = site.machine();
    let package = Package::empty(&session).unwrap();
    let path = program(&session, "answerer", ANSWER);
    let words = signed(
        site,
        &session,
        &format!("unlock.allow = [\"program\"]\nunlock.program = \"{path}\"\n"),
    );
    let agent = enrolled(site, &session, &package, &words);
    agent.done(&["slot", "add", "program"], &[PASSWORD]).unwrap();
    for (body, said) in [
        ("exit 3", "exit"),
        ("sleep 60", "2 seconds"),
        ("yes", "more than"),
        (
            r#"cat > /dev/null; echo '{"version":1,"secret":"c2hvcnQ="}'"#,
            "at least 32",
        ),
        (
            r#"cat > /dev/null; echo '{"version":1,"secret":"QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQg=="}'"#,
            "not what it was made with",
        ),
    ] {
        program(&session, "answerer", body);
        agent.done(&["lock"], &[]).unwrap();
        let tried = agent.run(&["unlock"], &[PASSWORD]).unwrap();
        assert_eq!(tried.code, 0, "{tried:?}");
        assert!(tried.err.contains(said), "{body}: {tried:?}");
    }
}

fn a_silent_slot_lets_a_new_machine_in_with_the_password_alone(site: &Site) {
    let first = site.machine();
    let package = Package::empty(&first).unwrap();
    let words = signed(site, &first, "unlock.allow = [\"silent\"]\n");
    let agent = enrolled(site, &first, &package, &words);
    agent.done(&["slot", "add", "silent", "--agree"], &[PASSWORD]).unwrap();
    agent.done(&["refresh"], &[]).unwrap();

    let other = site.machine();
    let elsewhere = Package::empty(&other).unwrap();
    let joining = member(site, &other, &elsewhere, &words);
    joining.done(&["refresh"], &[]).unwrap();
    let wrong = joining.run(&["unlock"], &["not the password"]).unwrap();
    assert_eq!(wrong.code, 4, "{wrong:?}");
    joining.done(&["unlock"], &[PASSWORD]).unwrap();
    assert_eq!(vault(&joining), "unlocked");
    let devices = joining.json(&["device", "list", "--json"], "devices").unwrap();
    assert_eq!(devices.as_array().unwrap().len(), 2);

    // Once it is taken away a third machine needs the passphrase, and the first two follow the new key.
    agent.done(&["slot", "remove", "silent"], &[PASSWORD]).unwrap();
    let third = site.machine();
    let package = Package::empty(&third).unwrap();
    let late = member(site, &third, &package, &words);
    late.done(&["refresh"], &[]).unwrap();
    let refused = late.run(&["unlock"], &[PASSWORD]).unwrap();
    assert_ne!(refused.code, 0, "{refused:?}");
    joining.done(&["refresh"], &[]).unwrap();
    joining.done(&["lock"], &[]).unwrap();
    joining.done(&["unlock"], &[PASSWORD]).unwrap();
    late.done(&["unlock", "--passphrase"], &[PASSPHRASE, PASSWORD]).unwrap();
}

/// The table's row of OS protection; the others are in `agent_table`. Roaming, a reset password, a lost device.
fn what_the_system_keeps_is_worth_what_the_table_says(site: &Site) {
    let session = site.machine();
    let _while_it_lasts = Keyring::start(&session);
    let package = Package::empty(&session).unwrap();
    let words = signed(site, &session, "unlock.allow = [\"os-protection\"]\n");
    let agent = enrolled(site, &session, &package, &words);
    agent
        .done(&["slot", "add", "os-protection", "--agree"], &[PASSWORD])
        .unwrap();
    agent.done(&["refresh"], &[]).unwrap();

    // Changed by the user, or reset: what the system keeps does not ask for a password.
    change_password(site, &agent, "Changed-by-me-58-Kt");
    agent.done(&["lock"], &[]).unwrap();
    assert!(opens_by_itself(&agent));

    // A machine the vault does not list.
    let other = site.machine();
    let elsewhere = Package::empty(&other).unwrap();
    let new = member(site, &other, &elsewhere, &words);
    new.done(&["refresh"], &[]).unwrap();
    assert_ne!(new.run(&["unlock"], &["Changed-by-me-58-Kt"]).unwrap().code, 0);

    // The first machine is lost: another one takes it off, it learns of it, and nothing opens the vault there by itself any more.
    new.done(&["unlock", "--passphrase"], &[PASSPHRASE, PASSWORD]).unwrap();
    let lost = agent.json(&["status", "--json"], "status").unwrap()["device"].clone();
    new.done(&["device", "revoke", lost.as_str().unwrap()], &[PASSWORD])
        .unwrap();
    new.done(&["refresh"], &[]).unwrap();
    agent.done(&["refresh"], &[]).unwrap();
    let status = agent.json(&["status", "--json"], "status").unwrap();
    assert!(
        status["problems"].to_string().contains("taken off the vault"),
        "{status}"
    );
    agent.done(&["lock"], &[]).unwrap();
    assert!(!opens_by_itself(&agent));
    assert_eq!(vault(&new), "unlocked");
}

fn a_silent_slot_follows_a_new_password(site: &Site) {
    const NEW: &str = "Zt5-chosen-anew-Lk82";
    let first = site.machine();
    let package = Package::empty(&first).unwrap();
    let words = signed(site, &first, "unlock.allow = [\"silent\"]\n");
    let agent = enrolled(site, &first, &package, &words);
    agent.done(&["slot", "add", "silent", "--agree"], &[PASSWORD]).unwrap();
    site.set_password(NEW);
    agent.done(&["unlock", "--passphrase"], &[PASSPHRASE, NEW]).unwrap();
    agent.done(&["refresh"], &[]).unwrap();
    for (typed, opens) in [(PASSWORD, false), (NEW, true)] {
        let other = site.machine();
        let package = Package::empty(&other).unwrap();
        let new = member(site, &other, &package, &words);
        new.done(&["refresh"], &[]).unwrap();
        let tried = new.run(&["unlock"], &[typed]).unwrap();
        assert_eq!(tried.code == 0, opens, "{typed}: {tried:?}");
    }

    // While the repository cannot be reached that cannot be done, and is said.
    site.away(&first);
    agent.run(&["refresh"], &[]).unwrap();
    agent
        .done(&["unlock", "--passphrase"], &[PASSPHRASE, PASSWORD])
        .unwrap();
    let status = agent.json(&["status", "--json"], "status").unwrap();
    assert!(
        status["problems"]
            .to_string()
            .contains("still opens with your old password"),
        "{status}"
    );
}

fn a_new_passphrase_takes_the_place_of_the_old_one(site: &Site) {
    let session = site.machine();
    let package = Package::empty(&session).unwrap();
    let agent = site.enrolled(&session, &package);
    let newer = "umbrella cobalt thimble prairie monsoon";
    let weak = agent.run(&["slot", "add", "passphrase"], &[PASSWORD, "aaaaaaaaaaaaaaaaaaaa"]);
    assert_eq!(weak.unwrap().code, 7);
    agent.done(&["slot", "add", "passphrase"], &[PASSWORD, newer]).unwrap();
    agent.done(&["lock"], &[]).unwrap();
    let old = agent.run(&["unlock", "--passphrase"], &[PASSPHRASE, PASSWORD]).unwrap();
    assert_eq!(old.code, 4, "{old:?}");
    agent.done(&["unlock", "--passphrase"], &[newer, PASSWORD]).unwrap();
}
