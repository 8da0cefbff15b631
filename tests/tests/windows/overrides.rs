//! Settings that the organisation has set: their values, who set them, and whom to ask.

use super::machines::{ADA, Site, publish};
use super::*;
use countersign_tests::agent::ROOT_PHRASE;
use countersign_tests::servers::DirectoryServer;

/// The line of a setting, opened.
fn line(pages: &mut Pages, setting: &str) -> String {
    pages.go("settings").unwrap().fill("Search settings", setting).unwrap();
    pages.says("One entry").unwrap();
    pages.click(setting).unwrap();
    let shown = "const one = document.querySelector('details.one[open]'); return one === null ? '' : one.innerText.replace(/[\\u2068\\u2069]/g, '')";
    let opened = || {
        let text = pages.run(shown, &json!([])).ok()?;
        let text = text.as_str()?;
        text.starts_with(setting).then(|| text.to_owned())
    };
    Deadline::seconds(PATIENCE).wait_for("the setting", opened).unwrap()
}

#[test]
fn what_the_organisation_has_set_is_locked_and_says_whom_to_ask() {
    let site = Site::slapd();
    site.administer(|server: &dyn DirectoryServer| {
        server.add_unit("Sales").unwrap();
        server.join("Sales", ADA).unwrap();
    });
    let office = Session::start().unwrap();
    site.settle(&office, ADA, "");
    let unit = office.folder().join("desk/unit/overrides/loops.toml");
    office.write(&unit, "[settings.loop]\nfills = 7\n").unwrap();
    let words = publish(&office, &site.desk(&office), &[("given".to_owned(), template("Given"))]);
    let file = office.folder().join("desk/organisation.toml");
    office.write(&file, "lock.idle_minutes = 21\n").unwrap();
    let key = office.folder().join("desk/root.key").display().to_string();
    let sign = ["trust", "settings", &file.display().to_string(), "--root", &key];
    site.desk(&office).done(&sign, &[ROOT_PHRASE]).unwrap();

    // The user wants other values.
    let session = Session::start().unwrap();
    site.settle(&session, ADA, "");
    let own = session.config_home().join("countersign/settings.toml");
    let text = std::fs::read_to_string(&own).unwrap();
    let wished = format!("{text}\n[loop]\nfills = 9\ngrace_seconds = 25\n[lock]\nidle_minutes = 55\n");
    session.write(&own, &wished).unwrap();
    let package = Package::empty(&session).unwrap();
    let agent = site.started(&session, &package);
    let mut pages = Pages::start(&session, &["about"]).unwrap();
    pages.go("about").unwrap();
    open(&mut pages, "settings", "");
    let before = line(&mut pages, "loop.fills");
    assert!(
        before.contains("9") && before.contains("You may set it yourself."),
        "{before}"
    );
    pages.close().unwrap();
    closed(&mut pages, "settings");
    agent.done(&["trust", "pin"], &[&words]).unwrap();
    agent.done(&["refresh"], &[]).unwrap();

    pages.go("about").unwrap();
    open(&mut pages, "settings", "");
    let unit = line(&mut pages, "loop.fills");
    for says in [
        "loop.fills\n7",
        "Directory",
        "Locked",
        "Set by your organisation for your unit: ask your administrator or the helpdesk.",
        "Sales",
    ] {
        assert!(unit.contains(says), "{says}: {unit}");
    }
    let root = line(&mut pages, "lock.idle_minutes");
    for says in [
        "lock.idle_minutes\n21",
        "Organisation",
        "Locked",
        "Set for the whole organisation and signed by its root: ask your administrator.",
    ] {
        assert!(root.contains(says), "{says}: {root}");
    }
    // What nobody else has set is still the user's.
    let own = line(&mut pages, "loop.grace_seconds");
    for says in ["loop.grace_seconds\n25", "Yours", "You may set it yourself."] {
        assert!(own.contains(says), "{says}: {own}");
    }
    assert!(!own.contains("Locked"), "{own}");
}
