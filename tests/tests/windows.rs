//! The windows, used as a person uses them, against the real agent.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test's own functions")]

#[path = "windows/accessible.rs"]
mod accessible;
#[path = "windows/bundle.rs"]
mod bundle;
#[path = "windows/capture.rs"]
mod capture;
#[path = "password_change/directory_account.rs"]
#[allow(dead_code, reason = "the windows need some of it")]
mod directory_account;
mod helpdesk;
#[path = "windows/importing.rs"]
mod importing;
mod machines;
#[path = "windows/malformed.rs"]
mod malformed;
#[path = "windows/memory.rs"]
mod memory;
#[path = "windows/offline.rs"]
mod offline;
#[path = "windows/operating.rs"]
mod operating;
#[path = "windows/overrides.rs"]
mod overrides;
#[path = "windows/passwords.rs"]
mod passwords;
#[path = "windows/permissions.rs"]
mod permissions;
#[path = "windows/pictures.rs"]
mod pictures;
#[path = "windows/publishing.rs"]
mod publishing;
#[path = "windows/recording.rs"]
mod recording;
#[path = "windows/recovery.rs"]
mod recovery;
#[path = "windows/refusal.rs"]
mod refusal;

use countersign_tests::agent::{Agent, PASSPHRASE, PASSWORD, PATIENCE, Package, Programs, Start};
use countersign_tests::pages::Pages;
use countersign_tests::{Deadline, Process, Session};
use serde_json::json;

const SECRET: &str = "w0rd {TAB}|\"'\\%~^";
/// Enter, as WebDriver writes it.
const ENTER: &str = "\u{e007}";
const ESCAPE: &str = "\u{e00c}";

/// zenity's logon form under the template's id as its title.
fn template(id: &str) -> String {
    format!(
        "schema = 1\nid = \"test.{id}\"\nname = \"{id}\"\n[logon]\nfields = [\"username\", \"password\"]\n[[form]]\nkind = \"logon\"\n\
         asks_for = \"parent\"\n[form.window]\nexecutable = [\"/usr/bin/zenity\"]\ntitle = \"{id}\"\n[form.bind]\nusername = {{ role = \"text\" }}\n\
         password = {{ role = \"password-text\" }}\n[form.respond]\nmethod = \"controls\"\nsubmit = {{ role = \"push-button\", name = \"OK\" }}\n"
    )
}

fn form(session: &Session, title: &str) -> Process {
    let title = format!("--title={title}");
    session.spawn("zenity", &["--password", "--username", &title]).unwrap()
}

/// What the form was submitted with.
fn submitted(mut form: Process) -> String {
    form.wait(Deadline::seconds(PATIENCE)).unwrap();
    let said = form.said();
    said.lines()
        .find(|line| line.contains('|'))
        .unwrap_or_default()
        .to_owned()
}

fn labels(agent: &Agent<'_>) -> Vec<String> {
    let logons = agent.json(&["logon", "list", "--json"], "logons").unwrap();
    let logons = logons.as_array().unwrap().iter();
    logons
        .map(|logon| logon["label"].as_str().unwrap().to_owned())
        .collect()
}

fn until_labels(agent: &Agent<'_>, wanted: &[&str]) {
    let there = || (labels(agent) == wanted).then_some(());
    let found = Deadline::seconds(PATIENCE).find(there);
    assert!(found.is_some(), "{:?} instead of {wanted:?}", labels(agent));
}

fn open(pages: &mut Pages, page: &str, argument: &str) {
    let script = "const done = arguments[2]; window.__TAURI_INTERNALS__.invoke('open_page', { page: arguments[0], argument: arguments[1] })\
                  .then(() => done(null), (error) => done(JSON.stringify(error)))";
    let argument = (!argument.is_empty()).then_some(argument);
    let failed = pages.wait_for(script, &json!([page, argument])).unwrap();
    assert!(failed.is_null(), "{failed}");
}

fn closed(pages: &mut Pages, page: &str) {
    let gone = || (!pages.open().unwrap().iter().any(|open| open == page)).then_some(());
    Deadline::seconds(PATIENCE).wait_for("the window to go", gone).unwrap();
}

/// Up to the question for a passphrase.
fn unlocking_chosen(pages: &mut Pages) {
    pages.click("Continue").unwrap().says("What opens your vault").unwrap();
    pages.fill("Your login password", PASSWORD).unwrap();
    pages.fill("Once more", PASSWORD).unwrap().click("Continue").unwrap();
    pages.says("A passphrase, in case").unwrap();
}

/// An agent that finds the windows.
fn with_windows() -> Start {
    let windows = Programs::built().unwrap().windows();
    let folder = windows.parent().unwrap().display();
    Start::usual().with("PATH", &format!("{folder}:/usr/local/bin:/usr/bin:/bin"))
}

#[test]
fn from_first_use_to_the_first_fill() {
    let session = Session::start().unwrap();
    let package = Package::empty(&session).unwrap();
    package.template("Given", &template("Given")).unwrap();
    let _agent = Agent::start_as(&session, &package, &with_windows()).unwrap();
    let mut pages = Pages::start(&session, &["first-use"]).unwrap();
    pages.go("first-use").unwrap().says("Is this you?").unwrap();
    unlocking_chosen(&mut pages);
    let question = pages
        .run("return document.querySelector('label').textContent.trim()", &json!([]))
        .unwrap();
    pages.fill(question.as_str().unwrap(), PASSPHRASE).unwrap();
    pages.fill("The passphrase once more", PASSPHRASE).unwrap();
    pages
        .click("Make my vault")
        .unwrap()
        .says("Your vault is made.")
        .unwrap()
        .click("Continue")
        .unwrap()
        .says("No helpdesk recovery here")
        .unwrap();
    pages.click("Continue").unwrap().says("template is in force").unwrap();
    pages.click("Continue").unwrap().says("You are set up.").unwrap();
    pages.click("Open logons").unwrap();
    pages.go("logons").unwrap().says("No logon is stored yet").unwrap();
    closed(&mut pages, "first-use");
    pages.go("logons").unwrap();

    // The agent asks by itself.
    let waiting = form(&session, "Given");
    pages.go("chooser").unwrap().says("A logon for Given?").unwrap();
    pages
        .fill("User name", "anna")
        .unwrap()
        .fill("Password", SECRET)
        .unwrap();
    pages.click("Fill and keep").unwrap();
    assert_eq!(submitted(waiting), format!("anna|{SECRET}"));
    pages.go("logons").unwrap().says("anna").unwrap();
    // From now on nobody is asked.
    assert_eq!(submitted(form(&session, "Given")), format!("anna|{SECRET}"));
}

#[test]
fn a_logon_is_added_changed_revealed_and_removed() {
    let session = Session::start().unwrap();
    let package = Package::empty(&session).unwrap();
    package.template("Given", &template("Given")).unwrap();
    let agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
    let mut pages = Pages::start(&session, &["logons"]).unwrap();
    pages.go("logons").unwrap().click("Add a logon").unwrap();
    pages.go("logon").unwrap().says("For which application?").unwrap();
    let chosen = "const box = document.querySelector('select'); box.value = [...box.options].find((o) => o.textContent.includes('Given')).value;\
                  box.dispatchEvent(new Event('change', { bubbles: true }))";
    pages.run(chosen, &json!([])).unwrap();
    pages
        .fill("User name", "anna")
        .unwrap()
        .fill("Password", SECRET)
        .unwrap();
    pages.fill("Your name for it", "work").unwrap().click("Save").unwrap();
    until_labels(&agent, &["work"]);
    closed(&mut pages, "logon");

    pages.go("logons").unwrap().says("work").unwrap().click("Edit").unwrap();
    pages
        .go("logon")
        .unwrap()
        .fill("Your name for it", "at work")
        .unwrap()
        .click("Save")
        .unwrap();
    until_labels(&agent, &["at work"]);
    closed(&mut pages, "logon");

    pages
        .go("logons")
        .unwrap()
        .says("at work")
        .unwrap()
        .click("Reveal")
        .unwrap();
    pages
        .go("reveal")
        .unwrap()
        .fill("Your login password", "wrong-4711")
        .unwrap()
        .click("Reveal")
        .unwrap();
    pages
        .says("that is not right")
        .unwrap()
        .fill("Your login password", PASSWORD)
        .unwrap();
    let shown = "return [...document.querySelectorAll('.glyphs li span')].map((one) => one.textContent).join('')";
    let revealed = || {
        let _too_soon_or_shown = pages.press(ENTER);
        let shown = pages.run(shown, &json!([])).ok()?;
        (shown != "").then(|| shown.as_str().unwrap_or_default().replace('\u{2423}', " "))
    };
    assert_eq!(Deadline::seconds(PATIENCE).find(revealed).unwrap(), SECRET);
    pages.press(ESCAPE).unwrap();
    closed(&mut pages, "reveal");

    pages.go("logons").unwrap().click("Remove").unwrap();
    pages.says("Remove at work?").unwrap();
    let confirm =
        "[...document.querySelectorAll('dialog button')].find((one) => one.textContent.trim() === 'Remove').click()";
    pages.run(confirm, &json!([])).unwrap();
    until_labels(&agent, &[]);
}

#[test]
fn of_several_logons_the_chosen_one_is_filled() {
    let session = Session::start().unwrap();
    let package = Package::empty(&session).unwrap();
    package.template("Given", &template("Given")).unwrap();
    let agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
    for name in ["anna", "berta"] {
        let user = format!("username={name}");
        let words = ["logon", "add", "test.Given", "--name", name, "--set", &user];
        agent.done(&words, &[SECRET]).unwrap();
    }
    let waiting = form(&session, "Given");
    let mut pages = Pages::start(&session, &["chooser"]).unwrap();
    pages.go("chooser").unwrap().says("Which logon for Given?").unwrap();
    // By keyboard alone: a letter finds it, Enter fills it.
    pages
        .press("ber")
        .unwrap()
        .says("One entry")
        .unwrap()
        .press(ENTER)
        .unwrap();
    assert_eq!(submitted(waiting), format!("berta|{SECRET}"));
}

#[test]
fn a_locked_vault_is_opened_and_an_agent_that_is_gone_is_started() {
    let session = Session::start().unwrap();
    let package = Package::empty(&session).unwrap();
    let agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
    agent.done(&["lock"], &[]).unwrap();
    let mut pages = Pages::start(&session, &["about"]).unwrap();
    pages
        .go("about")
        .unwrap()
        .says("Locked")
        .unwrap()
        .click("Unlock")
        .unwrap();
    pages
        .go("unlock")
        .unwrap()
        .fill("Your login password", PASSWORD)
        .unwrap()
        .click("Unlock")
        .unwrap();
    closed(&mut pages, "unlock");
    pages.go("about").unwrap().says("Unlocked").unwrap();
    drop(agent);
    pages.says("Countersign is not running.").unwrap();
}
