//! A logon given in the window that asks for it: kept once the application has taken it, and not before.

use super::directory_account::{OLD, Place, USER, said};
use super::*;
use countersign_tests::applications::account::Purpose;

fn until_said(application: &Process, word: &str) {
    let there = || (said(application, word) == 1).then_some(());
    Deadline::seconds(PATIENCE).wait_for(word, there).unwrap();
}

/// Answers the question of the chooser that has no answer yet.
fn gives(pages: &mut Pages, password: &str) {
    let asked = || {
        let page = pages.go("chooser").ok()?;
        let empty = "return [...document.querySelectorAll('form input')].map((one) => one.value).join('')";
        let fields = "return document.querySelectorAll('form input').length";
        let ready = page.run(fields, &json!([])).ok()?.as_u64()? >= 2 && page.run(empty, &json!([])).ok()? == "";
        ready.then_some(())
    };
    Deadline::seconds(PATIENCE).wait_for("the question", asked).unwrap();
    pages.says("A logon for Directory?").unwrap();
    pages
        .fill("User name", USER)
        .unwrap()
        .fill("Password", password)
        .unwrap();
    pages.fill("Your name for it", "mine").unwrap();
    pages.click("Fill and keep").unwrap();
}

#[test]
fn one_the_application_refuses_is_not_kept_and_one_it_takes_is() {
    let place = Place::new();
    let package = place.package("");
    let agent = Agent::start_as(&place.session, &package, &with_windows()).unwrap();
    let agent = agent.enrolled().unwrap();
    let mut pages = Pages::start(&place.session, &["logons"]).unwrap();
    pages.go("logons").unwrap().says("No logon is stored yet").unwrap();

    let application = place.application(Purpose::Logon);
    gives(&mut pages, "Not-of-anna-1");
    until_said(&application, "refused");
    let refused = || agent.said().contains("was refused, and is not stored").then_some(());
    Deadline::seconds(PATIENCE).wait_for("the refusal", refused).unwrap();
    assert!(labels(&agent).is_empty());
    pages.go("logons").unwrap().says("No logon is stored yet").unwrap();

    gives(&mut pages, OLD);
    until_said(&application, "accepted");
    until_labels(&agent, &["mine"]);
    assert_eq!(said(&application, "refused"), 1);
    pages.go("logons").unwrap().says("mine").unwrap();
    closed(&mut pages, "chooser");
    drop(application);

    // The right one was kept: the next logon needs nobody.
    let application = place.application(Purpose::Logon);
    until_said(&application, "accepted");
    assert_eq!(said(&application, "refused"), 0);
    assert!(!agent.said().contains(OLD), "{}", agent.said());
}
