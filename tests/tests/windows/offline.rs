//! The directory goes away and comes back.

use super::machines::{ADA, OTHER_PASSWORD, Site};
use super::*;
use countersign_tests::servers::{DirectoryServer, Question};

/// How many records the directory holds of Ada's vault.
fn records(site: &Site) -> usize {
    let count = |server: &dyn DirectoryServer| {
        let vault = format!("cn=countersign,{}", server.user_dn(ADA));
        let question = Question {
            attributes: &["cn"],
            ..Question::tree(&vault, "(&(objectClass=countersignSecret)(countersignKind=record))")
        };
        server.search(&server.admin(), &question).unwrap().values("cn").len()
    };
    site.administer(count).unwrap()
}

#[test]
fn what_is_added_while_the_directory_is_away_is_filled_at_once_and_goes_there_later() {
    let site = Site::slapd();
    let session = Session::start().unwrap();
    site.settle(&session, ADA, "");
    let package = Package::empty(&session).unwrap();
    for id in ["Given", "Road"] {
        package.template(id, &template(id)).unwrap();
    }
    let agent = site.enrolled(&session, &package);
    let before = [
        "logon",
        "add",
        "test.Given",
        "--name",
        "before",
        "--set",
        "username=anna",
    ];
    agent.done(&before, &[SECRET]).unwrap();
    agent.done(&["refresh"], &[]).unwrap();
    let mut pages = Pages::start(&session, &["sync"]).unwrap();
    pages
        .go("sync")
        .unwrap()
        .says("Reachable")
        .unwrap()
        .says("Nothing")
        .unwrap();

    let there = records(&site);
    site.away(&session);
    pages.click("Sync now").unwrap().says("Offline").unwrap();
    pages.says("your logons work from this machine").unwrap();
    assert_eq!(submitted(form(&session, "Given")), format!("anna|{SECRET}"));
    open(&mut pages, "logon", "template:test.Road");
    pages
        .go("logon")
        .unwrap()
        .fill("User name", "berta")
        .unwrap()
        .fill("Password", SECRET)
        .unwrap();
    pages.fill("Your name for it", "on the road").unwrap();
    pages.click("Save").unwrap();
    until_labels(&agent, &["before", "on the road"]);
    closed(&mut pages, "logon");
    assert_eq!(submitted(form(&session, "Road")), format!("berta|{SECRET}"));
    let waits = || {
        let text = pages.go("sync").ok()?.text().ok()?;
        (!text.contains("Still to send\nNothing")).then_some(())
    };
    Deadline::seconds(PATIENCE)
        .wait_for("something to wait for the directory", waits)
        .unwrap();

    site.back(&session);
    pages.go("sync").unwrap().click("Sync now").unwrap();
    pages.says("Reachable").unwrap().says("Still to send\nNothing").unwrap();
    assert!(records(&site) > there, "{there} records in the directory still");
    // Another machine reads it there.
    let second = site.machine();
    let package = Package::empty(&second).unwrap();
    package.template("Road", &template("Road")).unwrap();
    let other = site.joined(&second, &package);
    machines::until(&other, "the logon of the road", |agent| {
        machines::labels(agent) == ["before", "on the road"]
    });
    let shown = other
        .done(&["logon", "reveal", "on the road"], &[OTHER_PASSWORD])
        .unwrap();
    assert_eq!(shown.out, SECRET);
}
