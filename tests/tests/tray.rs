//! The icon on the panel, its menu, notifications and the start of the windows, driven over the session bus as a desktop does.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test's own functions")]

#[path = "tray/cost.rs"]
mod cost;
#[path = "tray/real_panel.rs"]
mod real_panel;
#[path = "tray/shortcut.rs"]
mod shortcut;

use cost::ticks;
use countersign_tests::agent::{Agent, Explained, LEDGER, PASSWORD, PATIENCE, Package, Programs, Start};
use countersign_tests::notices::Notices;
use countersign_tests::panel::Panel;
use countersign_tests::{Deadline, Process, Session};
use std::os::unix::fs::PermissionsExt;

/// The name and the secret of a logon: neither is for a notification.
const USER: &str = "annabella";
const SECRET: &str = "Tr4y-Pass-Zq97";

/// Stands for the program that shows windows: writes down what it was asked for. Where it is in PATH, the agent finds it.
struct Windows<'a>(&'a Session);

impl<'a> Windows<'a> {
    fn install(session: &'a Session) -> (Self, Start) {
        let program = session.home().join("bin/countersign-windows");
        let script = "#!/bin/sh\necho \"$@ | $(cat | wc -c) | $(env | grep -c -e LISTEN_FDS -e NOTIFY_SOCKET)\" >> \"$HOME/opened\"\n";
        session.write(&program, script).unwrap();
        std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
        let path = format!("{}:/usr/bin:/bin", program.parent().unwrap().display());
        let start = Start::usual().with("PATH", &path).with("NOTIFY_SOCKET", "/nowhere");
        (Self(session), start)
    }

    /// The pages that were asked for.
    fn opened(&self) -> Vec<String> {
        let written = std::fs::read_to_string(self.0.home().join("opened")).unwrap_or_default();
        let page = |line: &str| {
            let (page, rest) = line.split_once(" | ").unwrap();
            assert_eq!(
                rest, "0 | 0",
                "nothing comes by standard input, and nothing of the agent's own is in the environment"
            );
            page.to_owned()
        };
        written.lines().map(page).collect()
    }

    fn wait_for(&self, pages: &[&str]) {
        let deadline = Deadline::seconds(PATIENCE);
        let seen = deadline.find(|| (self.opened() == pages).then_some(()));
        assert!(
            seen.is_some(),
            "{pages:?} should have been opened, and {:?} were",
            self.opened()
        );
    }
}

fn add(agent: &Agent<'_>, template: &str) {
    let user = format!("username={USER}");
    let words = ["logon", "add", template, "--name", "my own", "--set", &user];
    agent.done(&words, &[SECRET]).unwrap();
}

fn form(session: &Session, title: &str) -> Process {
    let title = format!("--title={title}");
    session.spawn("zenity", &["--password", &title]).unwrap()
}

fn status(agent: &Agent<'_>, field: &str) -> serde_json::Value {
    agent.json(&["status", "--json"], "status").unwrap()[field].clone()
}

fn wait_for(agent: &Agent<'_>, field: &str, wanted: &serde_json::Value) {
    Deadline::seconds(PATIENCE)
        .wait_for(&format!("{field} to be {wanted}"), || {
            (status(agent, field) == *wanted).then_some(())
        })
        .unwrap();
}

/// What `doctor` says of something.
fn check(agent: &Agent<'_>, name: &str) -> serde_json::Value {
    // What does not work at all is an exit code of its own.
    let checks = agent.run(&["doctor", "--json"], &[]).unwrap().json("checks").unwrap();
    let all = checks.as_array().unwrap();
    all.iter().find(|check| check["name"] == name).unwrap().clone()
}

#[test]
fn the_icon_tells_the_state_and_the_menu_does_what_it_says() {
    let session = Session::start().unwrap();
    let (windows, start) = Windows::install(&session);
    let package = Package::with(&session, "Ledger", LEDGER).unwrap();
    let panel = Panel::start(&session).unwrap();
    let mut agent = Agent::start_as(&session, &package, &start).unwrap();
    let icon = panel.icon().unwrap();

    // Nothing is set up yet.
    icon.wait_for_tip("Countersign: not set up").unwrap();
    icon.choose("Set up").unwrap();
    windows.wait_for(&["first-use"]);
    agent = agent.enrolled().unwrap();
    icon.wait_for_tip("Countersign: ready").unwrap();
    let ready = icon.pictures().unwrap();
    let sizes: Vec<_> = ready.iter().map(|(width, height, _)| (*width, *height)).collect();
    assert_eq!(sizes, [(16, 16), (22, 22), (24, 24), (32, 32), (48, 48)]);
    assert_eq!(check(&agent, "tray")["result"], "good");

    // What the menu says, and the age of the last exchange.
    let labels = icon.labels().unwrap();
    let age = labels.iter().find(|label| label.starts_with("Sync now")).unwrap();
    assert!(age == "Sync now (last: just now)", "{age}");
    let others: Vec<_> = labels
        .iter()
        .filter(|label| *label != age)
        .map(String::as_str)
        .collect();
    assert_eq!(
        others,
        [
            "Fill now",
            "Search…",
            "Lock",
            "Pause",
            "Pause > For 15 minutes",
            "Pause > Until unlocked",
            "Pause > This application",
            "Why didn't it fill?",
            "Settings",
            "Quit",
        ]
    );

    // Lock, and unlock: a window asks for the password. One that was locked looks otherwise.
    icon.choose("Lock").unwrap();
    icon.wait_for_tip("Countersign: locked").unwrap();
    assert_eq!(status(&agent, "vault"), "locked");
    assert_ne!(icon.pictures().unwrap(), ready);
    icon.choose("Unlock").unwrap();
    windows.wait_for(&["first-use", "unlock"]);
    agent.done(&["unlock"], &[PASSWORD]).unwrap();
    icon.wait_for_tip("Countersign: ready").unwrap();
    icon.middle_click().unwrap();
    icon.wait_for_tip("Countersign: locked").unwrap();
    agent.done(&["unlock"], &[PASSWORD]).unwrap();

    // A pause, and its end; one that ends with the next unlock.
    icon.choose("For 15 minutes").unwrap();
    let told = icon.wait_for_tip("Countersign: paused").unwrap();
    assert!(told.contains("15 minutes"), "{told}");
    assert!(status(&agent, "paused_until").is_u64());
    icon.choose("Resume").unwrap();
    icon.wait_for_tip("Countersign: ready").unwrap();
    assert!(status(&agent, "paused_until").is_null());
    icon.choose("Until unlocked").unwrap();
    icon.wait_for_tip("Countersign: paused").unwrap();
    assert_eq!(status(&agent, "paused_until_unlocked"), true);
    agent.done(&["lock"], &[]).unwrap();
    agent.done(&["unlock"], &[PASSWORD]).unwrap();
    wait_for(&agent, "paused_until_unlocked", &false.into());
    icon.wait_for_tip("Countersign: ready").unwrap();

    // An exchange on demand: what was put into the repository counts.
    let folder = countersign_tests::agent::repository_templates(&session);
    let before = status(&agent, "repository")["synced"].as_u64().unwrap();
    icon.choose("Sync now").unwrap();
    let synced = || {
        status(&agent, "repository")["synced"]
            .as_u64()
            .filter(|at| *at > before)
    };
    Deadline::seconds(PATIENCE).wait_for("an exchange", synced).unwrap();

    // Something is wrong: the icon asks for attention, and says what it is about.
    session.write(&folder.join("broken.toml"), "schema = ").unwrap();
    agent.done(&["refresh"], &[]).unwrap();
    let told = icon.wait_for_tip("Countersign: needs your attention").unwrap();
    assert!(told.contains("broken.toml"), "{told}");
    assert_eq!(icon.status().unwrap(), "NeedsAttention");
    std::fs::remove_file(folder.join("broken.toml")).unwrap();
    agent.done(&["refresh"], &[]).unwrap();
    icon.wait_for_tip("Countersign: ready").unwrap();

    // Pages by choice; the same page is not started twice at a time.
    icon.click().unwrap();
    icon.click().unwrap();
    icon.choose("Why").unwrap();
    windows.wait_for(&["first-use", "unlock", "logons", "why"]);

    icon.choose("Quit").unwrap();
    let ended = agent.process().wait(Deadline::seconds(PATIENCE)).unwrap();
    assert!(ended.success(), "{ended}");
}

#[test]
fn a_form_that_waits_opens_a_window_unless_somebody_asks_already() {
    let session = Session::start().unwrap();
    let (windows, start) = Windows::install(&session);
    let package = Package::with(&session, "Ledger", LEDGER).unwrap();
    let panel = Panel::start(&session).unwrap();
    let agent = Agent::start_as(&session, &package, &start).unwrap().enrolled().unwrap();
    let icon = panel.icon().unwrap();
    let mut explained = Explained::from_now(&agent).unwrap();

    let first = form(&session, "Ledger");
    explained.wait("no-logon").unwrap();
    windows.wait_for(&["chooser"]);
    let told = icon.wait_for_tip("Countersign: needs your attention").unwrap();
    assert!(told.contains("Ledger"), "{told}");

    // The application at hand can be left alone, and nothing is asked about it then.
    icon.choose("This application: Ledger").unwrap();
    wait_for(&agent, "paused_applications", &serde_json::json!(["test.ledger"]));
    let told = icon.wait_for_tip("Countersign: ready").unwrap();
    assert!(told.contains("Left alone: Ledger"), "{told}");
    add(&agent, "test.ledger");
    let mut held = first;
    assert_eq!(explained.wait("paused").unwrap()["template"], "test.ledger");
    assert!(held.ended().is_none());
    icon.choose("Resume").unwrap();
    held.wait(Deadline::seconds(PATIENCE)).unwrap();
    assert!(held.said().contains(SECRET), "{}", held.said());
    agent.done(&["logon", "remove", "my own", "--yes"], &[]).unwrap();

    // A client that waits for questions shows them: no window is started for it.
    let program = Programs::built().unwrap().command_line();
    let mut waits = session.command("script");
    waits.args([
        "--quiet",
        "--command",
        &format!("{} prompts", program.display()),
        "/dev/null",
    ]);
    waits
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null());
    let mut waits = waits.spawn().unwrap();
    Deadline::after(std::time::Duration::from_secs(1)).find(|| None::<()>);
    let second = form(&session, "Ledger");
    explained.wait("no-logon").unwrap();
    icon.wait_for_tip("Countersign: needs your attention").unwrap();
    assert_eq!(windows.opened(), ["chooser"]);
    drop(second);
    waits.kill().unwrap();
    waits.wait().unwrap();

    // And none where it is switched off.
    icon.wait_for_tip("Countersign: ready").unwrap();
    let settings = session.config_home().join("countersign/settings.toml");
    session.write(&settings, "[prompts]\nshow = \"none\"\n").unwrap();
    agent.done(&["refresh"], &[]).unwrap();
    Deadline::after(std::time::Duration::from_secs(3)).find(|| None::<()>);
    let third = form(&session, "Ledger");
    explained.wait("no-logon").unwrap();
    icon.wait_for_tip("Countersign: needs your attention").unwrap();
    assert_eq!(windows.opened(), ["chooser"]);
    drop(third);
}

#[test]
fn without_a_panel_everything_else_works_and_doctor_says_so() {
    let session = Session::start().unwrap();
    let package = Package::with(&session, "Ledger", LEDGER).unwrap();
    let agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
    let tray = check(&agent, "tray");
    assert_eq!(tray["result"], "warning");
    assert!(tray["next"].as_str().unwrap().contains("AppIndicator"), "{tray}");
    assert_eq!(check(&agent, "windows")["result"], "warning");

    add(&agent, "test.ledger");
    let mut filled = form(&session, "Ledger");
    filled.wait(Deadline::seconds(PATIENCE)).unwrap();
    assert!(filled.said().contains(SECRET));

    // A panel that comes later gets the icon, and the next one too.
    for _ in 0..2 {
        let panel = Panel::start(&session).unwrap();
        let icon = panel.icon().unwrap();
        let told = icon.wait_for_tip("Countersign: ready").unwrap();
        assert!(told.contains("countersign-windows"), "{told}");
        Deadline::seconds(PATIENCE)
            .wait_for("doctor's word", || {
                (check(&agent, "tray")["result"] == "good").then_some(())
            })
            .unwrap();
        drop(panel);
        Deadline::seconds(PATIENCE)
            .wait_for("doctor's word", || {
                (check(&agent, "tray")["result"] == "warning").then_some(())
            })
            .unwrap();
    }

    // It can be switched off.
    let settings = session.config_home().join("countersign/settings.toml");
    session.write(&settings, "[tray]\nshow = false\n").unwrap();
    agent.done(&["refresh"], &[]).unwrap();
    let found = check(&agent, "tray");
    assert!(found["found"].as_str().unwrap().contains("tray.show"), "{found}");
    let panel = Panel::start(&session).unwrap();
    agent.done(&["status"], &[]).unwrap();
    assert_eq!(panel.registered(), 0);
}

#[test]
fn people_are_told_of_what_they_should_know_and_of_nothing_twice() {
    let session = Session::start().unwrap();
    let (windows, start) = Windows::install(&session);
    let asks = LEDGER.replace("kind = \"logon\"\n", "kind = \"logon\"\nasks_for = \"parent\"\n");
    let asks = asks.replace("test.ledger", "test.asker").replace("Ledger", "Asker");
    let package = Package::with(&session, "Ledger", LEDGER).unwrap();
    package.template("Asker", &asks).unwrap();
    let notices = Notices::start(&session).unwrap();
    let agent = Agent::start_as(&session, &package, &start).unwrap().enrolled().unwrap();
    assert!(
        check(&agent, "notifications")["found"]
            .as_str()
            .unwrap()
            .contains("the test's")
    );
    let mut explained = Explained::from_now(&agent).unwrap();

    // The first success, and no other.
    add(&agent, "test.ledger");
    form(&session, "Ledger").wait(Deadline::seconds(PATIENCE)).unwrap();
    let first = notices.wait_for("Logged on").unwrap();
    assert!(first.body.contains("Ledger") && first.transient, "{first:?}");
    explained.wait("responded").unwrap();
    form(&session, "Ledger").wait(Deadline::seconds(PATIENCE)).unwrap();
    explained.wait("responded").unwrap();
    assert_eq!(notices.all().len(), 1, "{:?}", notices.all());

    // A logon that is refused again and again: told once, with its cause; a click leads to why.
    add(&agent, "test.asker");
    let script = "for n in 1 2 3; do zenity --password --title=Asker; done";
    let asker = session.spawn("sh", &["-c", script]).unwrap();
    explained.wait("logon-failed").unwrap();
    let refused = notices.wait_for("Not filled").unwrap();
    assert!(
        refused.body.contains("Asker: the application refused the logon"),
        "{refused:?}"
    );
    assert_eq!(refused.actions, ["default", "Show why"]);
    notices.click(&refused).unwrap();
    windows.wait_for(&["why"]);
    drop(asker);

    // Nothing of a logon is in any of them.
    for shown in notices.all() {
        let text = format!("{shown:?}");
        for word in [USER, SECRET, "my own"] {
            assert!(!text.contains(word), "{text}");
        }
    }

    // Switched off, nothing is said. Only the setting changes: the same failure of another application would be told.
    let settings = session.config_home().join("countersign/settings.toml");
    session
        .write(&settings, "[notify]\nfailure = false\nsuccess = false\n")
        .unwrap();
    let other = LEDGER.replace("test.ledger", "test.other").replace("Ledger", "Other");
    package.template("Other", &other).unwrap();
    agent.done(&["refresh"], &[]).unwrap();
    let before = notices.all().len();
    add(&agent, "test.other");
    form(&session, "Other").wait(Deadline::seconds(PATIENCE)).unwrap();
    explained.wait("responded").unwrap();
    agent.done(&["status"], &[]).unwrap();
    assert_eq!(notices.all().len(), before, "{:?}", notices.all());
}

/// A package by whose policy passwords end after five days.
fn ending(session: &Session) -> Package<'_> {
    let with_policy = LEDGER.replace("fields = [", "policy = \"short\"\nfields = [");
    let package = Package::with(session, "Ledger", &with_policy).unwrap();
    let policy = "schema = 1\nid = \"short\"\nname = \"Short\"\n[length]\nmin = 8\nmax = 20\n[life]\ndays = 5\n";
    package.policy("short", policy).unwrap();
    package
}

/// Since when a password counts is known once it was changed; when it ends is looked at with each unlock.
fn changed_and_unlocked(agent: &Agent<'_>) {
    agent.done(&["password", "change", "my own"], &[]).unwrap();
    agent.done(&["password", "confirm", "my own"], &[]).unwrap();
    agent.done(&["lock"], &[]).unwrap();
    agent.done(&["unlock"], &[PASSWORD]).unwrap();
}

#[test]
fn a_password_that_ends_is_told_in_time() {
    let session = Session::start().unwrap();
    let (windows, start) = Windows::install(&session);
    let package = ending(&session);
    let notices = Notices::start(&session).unwrap();
    let agent = Agent::start_as(&session, &package, &start).unwrap().enrolled().unwrap();
    add(&agent, "test.ledger");
    changed_and_unlocked(&agent);
    let due = notices.wait_for("Passwords to change").unwrap();
    assert_eq!(due.body, "Ledger: the password expires in 5 days.");
    notices.click(&due).unwrap();
    windows.wait_for(&["password"]);
    // Not again with the next unlock.
    agent.done(&["lock"], &[]).unwrap();
    agent.done(&["unlock"], &[PASSWORD]).unwrap();
    agent.done(&["status"], &[]).unwrap();
    assert_eq!(notices.all().len(), 1);
}

/// A session bus on which nobody can be woken.
const BARE_BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=PLACE</listen>
  <auth>EXTERNAL</auth>
  <policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy>
</busconfig>
"#;

#[test]
fn a_bus_without_anybody_is_said_and_its_end_wakes_nobody() {
    let session = Session::start().unwrap();
    let (bus, configuration) = (session.runtime().join("bare-bus"), session.home().join("bus.conf"));
    let place = bus.display().to_string();
    session
        .write(&configuration, &BARE_BUS.replace("PLACE", &place))
        .unwrap();
    let mut command = session.command("dbus-daemon");
    command
        .args(["--nofork", "--nopidfile"])
        .arg(format!("--config-file={}", configuration.display()));
    let daemon = Process::start("dbus-daemon", &mut command, &session.log("bare-bus")).unwrap();
    Deadline::seconds(PATIENCE)
        .wait_for("the bus", || std::os::unix::net::UnixStream::connect(&bus).ok())
        .unwrap();
    let package = ending(&session);
    let start = Start::usual().with("DBUS_SESSION_BUS_ADDRESS", &format!("unix:path={place}"));
    let agent = Agent::start_as(&session, &package, &start).unwrap().enrolled().unwrap();
    assert_eq!(check(&agent, "tray")["result"], "warning");
    let notifications = check(&agent, "notifications");
    assert_eq!(notifications["found"], "nothing on this desktop shows them");
    // There is something to tell, and nobody to tell it.
    add(&agent, "test.ledger");
    changed_and_unlocked(&agent);

    drop(daemon);
    agent.done(&["lock"], &[]).unwrap();
    let before = ticks(agent.id());
    Deadline::after(std::time::Duration::from_secs(5)).find(|| None::<()>);
    let used = ticks(agent.id()) - before;
    assert!(used < 20, "{used} hundredths of a second in five");
    agent.done(&["unlock"], &[PASSWORD]).unwrap();
}
