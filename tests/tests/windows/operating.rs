//! The helpdesk's side of a recovery by the page: the person, the words, the log.

use super::helpdesk::{RING_PHRASE, enrolled, key_file, three_words, user};
use super::machines::{Site, package};
use super::*;

const WORDS: &str =
    "return [...document.querySelectorAll('ol.words li')].map((one) => one.lastChild.textContent.trim()).join(' ')";

#[test]
fn the_operator_sees_how_the_caller_stands_and_reads_out_words_that_open() {
    let site = Site::folder();
    let session = Session::start().unwrap();
    let package = package(&session);
    let (agent, _code) = enrolled(&site, &session, &package, &["desk-1"]);
    let (caller, heard) = (user(&agent), three_words(&agent));

    let mut pages = Pages::start(&session, &["helpdesk"]).unwrap();
    pages
        .go("helpdesk")
        .unwrap()
        .fill("User", "nobody-of-that-name")
        .unwrap();
    pages
        .click("Show")
        .unwrap()
        .says("He has no vault in this repository.")
        .unwrap();
    pages
        .fill("User", &caller)
        .unwrap()
        .click("Show")
        .unwrap()
        .says("By one operator")
        .unwrap();
    let shown = pages.text().unwrap();
    assert!(!shown.contains(&heard), "the caller has to say his words: {shown}");
    pages
        .click("Help him back in")
        .unwrap()
        .says("Check who it is")
        .unwrap();
    let agree = "document.querySelector('input[type=checkbox]')?.click()";
    pages.run(agree, &json!([])).unwrap();
    pages.fill("Reason", "called back, ticket 4711").unwrap();
    pages
        .click("Continue")
        .unwrap()
        .says("The three words he reads to you")
        .unwrap();
    pages.fill("His three words", &heard).unwrap();
    pages.fill("Key file of your ring", "desk-1.key").unwrap();
    pages.fill("Passphrase of your key file", RING_PHRASE).unwrap();
    pages.click("Take out his half").unwrap();
    pages.says("desk-1.key is no absolute path").unwrap();
    pages.fill("His three words", &heard).unwrap();
    let ring = key_file(&session, "desk-1").display().to_string();
    pages.fill("Key file of your ring", &ring).unwrap();
    pages.fill("Passphrase of your key file", RING_PHRASE).unwrap();
    pages
        .click("Take out his half")
        .unwrap()
        .says("Sealed for")
        .unwrap()
        .says(&caller)
        .unwrap();
    pages
        .click("It is the caller")
        .unwrap()
        .says("Read these words out")
        .unwrap();
    let words = pages.run(WORDS, &json!([])).unwrap();
    let words = words.as_str().unwrap().to_owned();
    assert_eq!(words.split(' ').count(), 8, "{words}");
    pages.click("Destroy words and close").unwrap();

    agent.done(&["recover", "drill"], &[&words]).unwrap();
    let log = agent.done(&["helpdesk", "log"], &[]).unwrap().out;
    assert!(
        log.contains("ticket 4711") && log.contains(&caller) && !log.contains(&words),
        "{log}"
    );
}
