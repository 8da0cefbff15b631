//! Windows that look like one the agent logs on to, and are not: none is filled, and what kept it away is named. And genuine ones, however
//! they were started: none is refused.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test's own functions")]

mod impostors;
mod reborn;
mod wrapped;

use countersign_tests::agent::{Agent, Explained, PATIENCE, Package, decision};
use countersign_tests::{Deadline, Process, Session};
use impostors::{Impostor, Stage};
use serde_json::Value;

/// zenity's form for a name and a password, in a window of this title, as the shipped template has it.
fn ledger(title: &str, program: &str) -> String {
    format!(
        r#"
schema = 1
id = "test.{title}"
name = "{title}"
[logon]
fields = ["username", "password"]
[[form]]
kind = "logon"
[form.window]
executable = ["{program}"]
title = "{title}"
class = "Zenity"
[form.bind]
username = {{ role = "text" }}
password = {{ role = "password-text" }}
[form.respond]
method = "controls"
submit = {{ role = "push-button", name = "OK" }}
"#
    )
}

/// How many windows are open at once: more of them only wait for each other.
const AT_ONCE: usize = 5;

struct Desk<'a> {
    session: &'a Session,
    agent: Agent<'a>,
}

impl Desk<'_> {
    /// How often a secret left the vault.
    fn releases(&self) -> usize {
        let told = self
            .agent
            .json(&["audit", "show", "--limit", "500", "--json"], "audit")
            .unwrap();
        let entries = told.pointer("/entries").unwrap().as_array().unwrap().clone();
        let is_release = |entry: &&Value| entry.pointer("/event") == Some(&Value::from("release"));
        entries.iter().filter(is_release).count()
    }

    /// Every condition that failed, of every template that was looked at for this window.
    fn failed(&self, window: u32) -> Vec<String> {
        let told = self
            .agent
            .json(&["why", "--window", &window.to_string(), "--json"], "why")
            .unwrap();
        let live = told.pointer("/now/candidates").and_then(Value::as_array).cloned();
        let criteria = live.unwrap_or_default().into_iter().flat_map(|one| {
            let all = one.pointer("/criteria").and_then(Value::as_array).cloned();
            all.unwrap_or_default()
        });
        let failed = criteria.filter(|criterion| criterion.pointer("/verdict") == Some(&Value::from("failed")));
        failed
            .filter_map(|criterion| Some(criterion.pointer("/what")?.as_str()?.to_owned()))
            .collect()
    }

    /// Opens impostors, waits until the agent knows each, and sees that it names what gave them away.
    fn turn_away(&self, stage: &Stage<'_>, make: &dyn Fn(&Stage<'_>, usize) -> Impostor, count: usize) {
        let before = self.releases();
        for first in (0..count).step_by(AT_ONCE) {
            let all: Vec<Impostor> = (first..count.min(first + AT_ONCE))
                .map(|number| make(stage, number))
                .collect();
            for impostor in &all {
                let deadline = Deadline::seconds(PATIENCE);
                let named = deadline.find(|| {
                    let failed = self.failed(impostor.window);
                    failed
                        .iter()
                        .any(|what| impostor.given_away_by.contains(&what.as_str()))
                        .then_some(())
                });
                assert!(
                    named.is_some(),
                    "{}: {}",
                    impostor.what,
                    self.agent
                        .run(&["why", "--window", &impostor.window.to_string()], &[])
                        .unwrap()
                        .out
                );
            }
        }
        assert_eq!(self.releases(), before, "a secret left the vault");
    }

    /// A genuine form is filled: whatever came before it was judged before it.
    fn fill_one(&self) {
        let mut decided = Explained::from_now(&self.agent).unwrap();
        let mut form = genuine(self.session, "Ledger", &[]);
        decided.wait("responded").unwrap();
        accepted(&self.agent, &mut form);
    }
}

/// zenity's form in a window of this title. The class is the program's name, unless it is told another.
fn words(title: &str) -> [String; 4] {
    let fixed = ["--password", "--username", "--class=Zenity"].map(str::to_owned);
    let [password, username, class] = fixed;
    [password, username, class, format!("--title={title}")]
}

fn genuine(session: &Session, title: &str, environment: &[(&str, &str)]) -> Process {
    let mut command = session.command("zenity");
    command.args(words(title)).envs(environment.iter().copied());
    Process::start("zenity", &mut command, &session.log("zenity")).unwrap()
}

fn accepted(agent: &Agent<'_>, form: &mut Process) {
    let ended = form.wait(Deadline::seconds(PATIENCE));
    let ended = ended.unwrap_or_else(|late| panic!("{late}\n{}", agent.run(&["why"], &[]).unwrap().out));
    assert!(
        ended.success() && form.said().contains("anna|Genuine-Pass-1"),
        "{}",
        form.said()
    );
}

fn desk<'a>(session: &'a Session, package: &Package<'_>, titles: &[&str]) -> Desk<'a> {
    let settings = session.config_home().join("countersign/settings.toml");
    session.write(&settings, "[loop]\nfills = 20\n").unwrap();
    let agent = Agent::start(session, package).unwrap().enrolled().unwrap();
    for title in titles {
        let template = format!("test.{title}");
        let set = ["logon", "add", &template, "--set", "username=anna"];
        agent.done(&set, &["Genuine-Pass-1"]).unwrap();
    }
    Desk { session, agent }
}

#[test]
fn two_hundred_lookalikes_get_nothing() {
    let session = Session::start().unwrap();
    let package = Package::with(&session, "ledger", &ledger("Ledger", "/usr/bin/zenity")).unwrap();
    let ssh = include_str!("../../../templates/org.openssh.ssh.toml");
    package.template("org.openssh.ssh", ssh).unwrap();
    package.template("roster", wrapped::ROSTER).unwrap();
    let desk = desk(&session, &package, &["Ledger", "Roster"]);
    let set = ["--set", "username=demo", "--set", "host=127.0.0.1", "--set", "port="];
    desk.agent
        .done(
            &[&["logon", "add", "org.openssh.ssh"][..], &set[..4]].concat(),
            &["Genuine-Pass-2"],
        )
        .unwrap();
    desk.fill_one();
    let stage = Stage::new(&session).unwrap();
    let mut all = 0;
    for (count, make) in impostors::FAMILIES {
        desk.turn_away(&stage, make, *count);
        all += count;
    }
    desk.fill_one();
    // The template now names another program: the logon was saved for the first one.
    let copy = stage.copy("rebound").unwrap();
    package
        .template("ledger", &ledger("Ledger", &copy.display().to_string()))
        .unwrap();
    desk.agent.done(&["refresh"], &[]).unwrap();
    let before = desk.releases();
    let mut decided = Explained::from_now(&desk.agent).unwrap();
    for _ in 0..REBOUND {
        let form = stage.zenity(&copy, &words("Ledger").each_ref().map(String::as_str));
        let changed = decided.wait("binding-changed").unwrap();
        let named = decision(&changed).1;
        assert!(named.to_string().contains("/usr/bin/zenity"), "{named}");
        drop(form);
    }
    assert_eq!(desk.releases(), before);
    assert_eq!(all + REBOUND, 200);
}

/// How many windows of a program the logon was not saved for.
const REBOUND: usize = 10;

/// Loop protection lets one logon into one program twenty times in a minute.
const TITLES: [&str; 5] = ["Ledger", "Payroll", "Stock", "Orders", "Travel"];

#[test]
fn fifty_genuine_windows_are_all_filled() {
    let session = Session::start().unwrap();
    let package = Package::empty(&session).unwrap();
    for title in TITLES {
        package.template(title, &ledger(title, "/usr/bin/zenity")).unwrap();
    }
    let desk = desk(&session, &package, &TITLES);
    let stage = Stage::new(&session).unwrap();
    let link = stage.link_to_the_genuine_one().unwrap();
    for round in 0..10 {
        let title = TITLES[round % TITLES.len()];
        let shell = format!("exec zenity {}", words(title).join(" "));
        let mut all = vec![
            genuine(&session, title, &[]),
            // A library of the system's may be loaded into it.
            genuine(
                &session,
                title,
                &[("LD_PRELOAD", "/usr/lib/x86_64-linux-gnu/libm.so.6")],
            ),
            genuine(&session, title, &[("LC_ALL", "C"), ("GTK_THEME", "HighContrast")]),
            stage.zenity(&link, &words(title).each_ref().map(String::as_str)),
            session.spawn("sh", &["-c", &shell]).unwrap(),
        ];
        for form in &mut all {
            accepted(&desk.agent, form);
        }
    }
    assert_eq!(desk.releases(), 50);
}
