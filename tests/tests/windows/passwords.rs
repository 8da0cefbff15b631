//! Passwords that applications want changed, by the pages: agreed to, watched, settled.

use super::directory_account::{OLD, Place, USER, said, status, stored, until};
use super::*;
use countersign_tests::applications::account::Purpose;
use countersign_tests::servers::DirectoryServer;

/// An agent that shows its questions by itself, with a logon for the directory's account.
fn agent_of<'a>(place: &'a Place, package: &Package<'_>) -> Agent<'a> {
    let agent = Agent::start_as(&place.session, package, &with_windows()).unwrap();
    let agent = agent.enrolled().unwrap();
    let user = format!("username={USER}");
    let words = ["logon", "add", "test.directory", "--name", "account", "--set", &user];
    agent.done(&words, &[OLD]).unwrap();
    agent
}

/// The application logs on with what it is filled with, and is not refused once.
fn logs_on(place: &Place) {
    let application = place.application(Purpose::Logon);
    let accepted = || (said(&application, "accepted") == 1).then_some(());
    Deadline::seconds(PATIENCE).wait_for("the logon", accepted).unwrap();
    assert_eq!(said(&application, "refused"), 0);
}

/// One is made on the page `password`, and the application changes to it without telling anybody how it ended.
fn changed_in_silence(place: &Place, agent: &Agent<'_>, pages: &mut Pages) {
    pages.go("password").unwrap().says("No change is under way.").unwrap();
    pages.click("Make a new one").unwrap().says("New one waits").unwrap();
    let application = place.application(Purpose::ChangeInSilence);
    until("the change to be typed", agent, |status| {
        status["journal"]["pending"][1].get("sent").is_some()
    });
    let ended = || (said(&application, "changed ") == 1).then_some(());
    Deadline::seconds(PATIENCE).wait_for("the change", ended).unwrap();
    pages
        .go("password")
        .unwrap()
        .says("Did the new password work?")
        .unwrap();
}

#[test]
fn one_is_made_because_its_user_agreed_and_filled_from_then_on() {
    let place = Place::new();
    let package = place.package("");
    let agent = agent_of(&place, &package);
    let mut pages = Pages::start(&place.session, &["password"]).unwrap();
    pages.go("password").unwrap().says("No change is under way.").unwrap();
    let application = place.application(Purpose::Change);
    pages
        .go("chooser")
        .unwrap()
        .says("Directory asks for a new password")
        .unwrap()
        .says("account is stored before the application sees it")
        .unwrap();
    // What is made keeps the rules, and they are told.
    pages
        .click("Rules: Company")
        .unwrap()
        .says("at least 14 characters")
        .unwrap();
    pages.click("Make one").unwrap().click("Change the password").unwrap();
    until("the application's word", &agent, |status| {
        status["journal"]["pending"].is_null() && status["journal"]["former"][0][1] == "replaced"
    });
    assert_eq!(said(&application, "changed 0"), 1, "{}", application.said());
    drop(application);
    closed(&mut pages, "chooser");
    pages.go("password").unwrap().says("One password of before").unwrap();
    let new = stored(&agent);
    assert_ne!(new, OLD);
    assert!(place.takes(&new) && !place.takes(OLD));
    logs_on(&place);
}

#[test]
fn one_nobody_told_the_end_of_holds_once_its_user_says_that_it_worked() {
    let place = Place::new();
    let package = place.package("");
    let agent = agent_of(&place, &package);
    let mut pages = Pages::start(&place.session, &["password"]).unwrap();
    changed_in_silence(&place, &agent, &mut pages);
    pages
        .click("It worked")
        .unwrap()
        .says("No change is under way.")
        .unwrap();
    assert!(status(&agent)["journal"]["pending"].is_null(), "{}", status(&agent));
    let new = stored(&agent);
    assert_ne!(new, OLD);
    assert!(place.takes(&new) && !place.takes(OLD));
    logs_on(&place);
}

#[test]
fn one_that_did_not_work_is_given_up_and_the_one_until_then_is_filled() {
    let place = Place::new();
    let package = place.package("");
    let agent = agent_of(&place, &package);
    // The application's own account has another password at that moment: what it is given as the old one is wrong.
    place.slapd.set_password(USER, "Set-by-the-helpdesk-1").unwrap();
    let mut pages = Pages::start(&place.session, &["password"]).unwrap();
    changed_in_silence(&place, &agent, &mut pages);
    pages
        .click("It did not")
        .unwrap()
        .says("No change is under way.")
        .unwrap();
    assert_eq!(stored(&agent), OLD);
    assert!(status(&agent)["journal"]["pending"].is_null(), "{}", status(&agent));
    place.slapd.set_password(USER, OLD).unwrap();
    logs_on(&place);
}
