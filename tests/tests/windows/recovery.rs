//! Back in with the helpdesk: the page, the operator's process, and the words that go between them on the telephone.

use super::helpdesk::{enrolled, helpdesk, user};
use super::machines::{Site, add, package, reveals};
use super::*;

const NEW_ANSWER: &str = "saddle nectar plywood umbrella comet";
const NEW_PASSWORD: &str = "Zt4-second-Kk81";

/// The words of the printed code, as they are shown.
const CODE: &str =
    "return [...document.querySelectorAll('ol.words li')].map((one) => one.lastChild.textContent.trim())";
/// Which of its words are asked for.
const ASKED: &str = "return [...document.querySelectorAll('label')].map((one) => one.textContent.replace(/\\D/g, ''))";

/// What the user reads from the page into the telephone.
fn read_out(pages: &Pages) -> String {
    let words = "return document.querySelector('p.words').textContent.trim()";
    let words = pages.run(words, &json!([])).unwrap();
    let words = words.as_str().unwrap();
    assert_eq!(words.split(' ').count(), 3, "{words}");
    words.to_owned()
}

/// The code is written on paper, and two of its words are typed from there.
fn written_down(pages: &mut Pages) -> String {
    pages.says("These twelve words are shown this once.").unwrap();
    let code: Vec<String> = serde_json::from_value(pages.run(CODE, &json!([])).unwrap()).unwrap();
    assert_eq!(code.len(), 12, "{code:?}");
    pages
        .click("I have it on paper")
        .unwrap()
        .says("type two of the words")
        .unwrap();
    let asked: Vec<String> = serde_json::from_value(pages.run(ASKED, &json!([])).unwrap()).unwrap();
    assert_eq!(asked.len(), 2, "{asked:?}");
    for number in &asked {
        pages.fill(&format!("Word {number}"), "wrong").unwrap();
    }
    pages
        .click("Check")
        .unwrap()
        .says("That is not what was shown.")
        .unwrap();
    for number in &asked {
        let at: usize = number.parse().unwrap();
        pages.fill(&format!("Word {number}"), &code[at - 1]).unwrap();
    }
    pages
        .click("Check")
        .unwrap()
        .says("All your logons are there.")
        .unwrap();
    code.join(" ")
}

fn recovered(site: &Site) {
    let session = Session::start().unwrap();
    site.settle(&session, machines::ADA, "");
    let package = package(&session);
    let (agent, old_code) = enrolled(site, &session, &package, &["desk-1"]);
    add(&agent, "ledger");
    agent.done(&["lock"], &[]).unwrap();
    let user = user(&agent);
    // Where the password is a directory's it is lost there, too.
    site.set_password(NEW_PASSWORD);

    let mut pages = Pages::start(&session, &["unlock"]).unwrap();
    pages.go("unlock").unwrap().click("Recover with the helpdesk").unwrap();
    pages.go("recovery").unwrap().click("Begin: Get back in").unwrap();
    pages.says("Call your helpdesk").unwrap();
    let heard = helpdesk(site, &session, &user, "desk-1", &read_out(&pages));
    pages.click("I have their words").unwrap();
    pages.says("Type what they read out").unwrap();
    pages
        .fill("The helpdesk’s 8 words", &heard)
        .unwrap()
        .says("8 of 8 words")
        .unwrap();
    pages
        .click("Continue")
        .unwrap()
        .says("New passphrase and password")
        .unwrap();
    let question = "return document.querySelector('form label').textContent.trim()";
    let question = pages.run(question, &json!([])).unwrap();
    pages.fill(question.as_str().unwrap(), NEW_ANSWER).unwrap();
    pages.fill("The passphrase once more", NEW_ANSWER).unwrap();
    pages.fill("New password", NEW_PASSWORD).unwrap();
    pages.fill("Once more", NEW_PASSWORD).unwrap();
    pages
        .click("Open my vault")
        .unwrap()
        .says("Your vault is open.")
        .unwrap();
    let code = written_down(&mut pages);
    assert_ne!(code, old_code);
    pages.click("Close").unwrap();
    closed(&mut pages, "recovery");
    pages.go("unlock").unwrap().says("The vault is open.").unwrap();

    // The logons are there, for their user and for the form.
    reveals(&agent, "ledger", NEW_PASSWORD);
    let mut form = session.spawn("zenity", &["--password", "--title=Ledger"]).unwrap();
    form.wait(Deadline::seconds(PATIENCE)).unwrap();
    assert!(form.said().contains("Secret-of-ledger-7391"), "{}", form.said());
    // What was shown is the code in force, the new secrets open, and the old ones do not.
    let words = helpdesk(site, &session, &user, "desk-1", &helpdesk::three_words(&agent));
    let printed = ["recover", "drill", "--printed"];
    agent.done(&printed, &[&words, &code]).unwrap();
    assert_eq!(agent.run(&printed, &[&words, &old_code]).unwrap().code, 7);
    agent.done(&["lock"], &[]).unwrap();
    assert_eq!(agent.run(&["unlock"], &[PASSWORD]).unwrap().code, 4);
    let old = agent.run(&["unlock", "--passphrase"], &[PASSPHRASE, PASSWORD]).unwrap();
    assert_eq!(old.code, 4, "{old:?}");
    let new = ["unlock", "--passphrase"];
    agent.done(&new, &[NEW_ANSWER, NEW_PASSWORD]).unwrap();
}

#[test]
fn with_the_helpdesks_words_the_vault_is_open_again_in_a_folder() {
    recovered(&Site::folder());
}

#[test]
fn with_the_helpdesks_words_the_vault_is_open_again_on_slapd() {
    recovered(&Site::slapd());
}
