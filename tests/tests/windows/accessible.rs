//! The windows as assistive technology has them.

use super::*;
use countersign_tests::accessible::{Bus, Node};
use countersign_tests::pages::family;

/// AT-SPI's roles.
const COMBO_BOX: u32 = 11;
const LIST_ITEM: u32 = 32;
const PASSWORD_TEXT: u32 = 40;
const BUTTON: u32 = 43;
const TOGGLE: u32 = 62;
const HEADING: u32 = 83;
const LIST_BOX: u32 = 98;

/// Reads the windows until each of these is there: a role and a name. The driver's session does not live through it.
fn reads(session: &Session, pages: &Pages, wanted: &[(u32, &str)]) -> Vec<Node> {
    let bus = Bus::of(session).unwrap();
    let all = family(pages.id());
    let (windows, _) = all.iter().find(|(_, name)| name == "countersign-win").unwrap();
    let deadline = Deadline::seconds(PATIENCE);
    let application = bus.wait_for_application(*windows, deadline).unwrap();
    let mut missing = Vec::new();
    let found = deadline.find(|| {
        let nodes = bus.tree(&application).ok()?;
        let is_there = |(role, name): &(u32, &str)| {
            let is_it = |node: &Node| node.role == *role && (node.name == *name || node.label == *name);
            nodes.iter().any(|node| is_it(node) && node.is("showing"))
        };
        missing = wanted.iter().filter(|one| !is_there(one)).copied().collect();
        missing.is_empty().then_some(nodes)
    });
    found.unwrap_or_else(|| unreachable!("{missing:?} of\n{}", bus.describe(&application).unwrap()))
}

#[test]
fn the_page_that_unlocks_is_read_by_its_roles_and_names() {
    let session = Session::start().unwrap();
    let package = Package::empty(&session).unwrap();
    let agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
    agent.done(&["lock"], &[]).unwrap();
    let mut pages = Pages::start(&session, &["unlock"]).unwrap();
    pages.go("unlock").unwrap().says("Your logons are sealed").unwrap();
    let wanted = [
        (HEADING, "Unlock Countersign"),
        (PASSWORD_TEXT, "Your login password"),
        (TOGGLE, "Show what is typed"),
        (BUTTON, "Unlock"),
        (HEADING, "The password does not work?"),
        (BUTTON, "Use the passphrase"),
        (BUTTON, "Recover with the helpdesk"),
    ];
    let nodes = reads(&session, &pages, &wanted);
    let field = nodes.iter().find(|node| node.role == PASSWORD_TEXT).unwrap();
    assert!(field.is("focusable") && field.is("editable"), "{field:?}");
    // A step of the way back in is a button, and nothing else is.
    let buttons = nodes.iter().filter(|node| node.role == BUTTON).count();
    assert_eq!(buttons, 3, "{nodes:#?}");
}

#[test]
fn the_list_of_logons_is_read_by_its_roles_and_names_and_shows_no_secret() {
    let session = Session::start().unwrap();
    let package = Package::empty(&session).unwrap();
    package.template("Given", &template("Given")).unwrap();
    let agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
    let words = ["logon", "add", "test.Given", "--name", "work", "--set", "username=anna"];
    agent.done(&words, &[SECRET]).unwrap();
    let mut pages = Pages::start(&session, &["logons"]).unwrap();
    pages.go("logons").unwrap().says("work").unwrap().says("Edit").unwrap();
    let wanted = [
        (HEADING, "Logons"),
        (BUTTON, "Add a logon"),
        (COMBO_BOX, "Search logons"),
        (LIST_BOX, "Logons"),
        (HEADING, "work"),
        (BUTTON, "Edit"),
        (BUTTON, "Remove"),
    ];
    let nodes = reads(&session, &pages, &wanted);
    let is_row = |node: &Node| node.role == LIST_ITEM && node.name.contains("work") && node.name.contains("anna");
    assert!(nodes.iter().any(is_row), "{nodes:#?}");
    // Each of its places is reached by a button that has its name.
    for place in [
        "Logons",
        "Passwords",
        "Sync",
        "Settings",
        "Why?",
        "Devices",
        "About",
        "Lock",
    ] {
        assert!(
            nodes.iter().any(|node| node.role == BUTTON && node.name == place),
            "{place}"
        );
    }
    let told = format!("{nodes:?}");
    assert!(told.contains("anna") && !told.contains("w0rd"), "{told}");
}
