//! A template made of a window by the page, kept, and used.

use super::*;

#[test]
fn a_window_becomes_a_template_that_logs_on() {
    let session = Session::start().unwrap();
    let package = Package::empty(&session).unwrap();
    let agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
    let waiting = form(&session, "Never seen");
    let mut pages = Pages::start(&session, &["recorder"]).unwrap();
    pages.go("recorder").unwrap().says("Never seen").unwrap();
    // By keyboard or mouse: a row of the list.
    pages
        .click("Never seen")
        .unwrap()
        .click("Take this window")
        .unwrap()
        .says("What each control is for")
        .unwrap();
    pages.click("Test now").unwrap().says("It fits this window").unwrap();
    pages
        .click("Keep as mine")
        .unwrap()
        .says("The template is yours and in force.")
        .unwrap();
    drop(waiting);

    pages.click("Add its logon").unwrap();
    pages.go("logon").unwrap().fill("User name", "anna").unwrap();
    pages.fill("Password", SECRET).unwrap().click("Save").unwrap();
    closed(&mut pages, "logon");
    until_labels(&agent, &["anna"]);
    let again = || {
        let waiting = form(&session, "Never seen");
        submitted(waiting) == format!("anna|{SECRET}")
    };
    assert!(again());
}
