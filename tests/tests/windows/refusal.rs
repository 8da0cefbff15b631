//! Fills that are refused, and what the page `why` says of them.

use super::*;
use countersign_tests::agent::Explained;
use std::os::unix::fs::PermissionsExt;

/// The latest decision as the page shows it, opened.
fn opened(pages: &mut Pages, sentence: &str) -> String {
    pages.go("why").unwrap().says(sentence).unwrap();
    let open = "const one = [...document.querySelectorAll('details')].find((one) => one.querySelector('summary').textContent.includes(arguments[0]));\
                if (!one.open) one.querySelector('summary').click(); return one.open ? one.innerText.replace(/[\\u2068\\u2069]/g, '') : ''";
    let text = || {
        let text = pages.run(open, &json!([sentence])).ok()?;
        let text = text.as_str()?;
        (!text.is_empty()).then(|| text.to_owned())
    };
    Deadline::seconds(PATIENCE).wait_for("the decision", text).unwrap()
}

fn holds(text: &str, all: &[&str]) {
    for one in all {
        assert!(text.contains(one), "{one} is not in:\n{text}");
    }
}

#[test]
fn another_program_under_the_same_title_gets_nothing_and_both_are_named() {
    let session = Session::start().unwrap();
    let copy = session.home().join("bin/zenity");
    session.write(&copy, "").unwrap();
    std::fs::copy("/usr/bin/zenity", &copy).unwrap();
    std::fs::set_permissions(&copy, std::fs::Permissions::from_mode(0o755)).unwrap();
    let copy = copy.to_str().unwrap();
    let both = format!("executable = [\"/usr/bin/zenity\", \"{copy}\"]");
    let package = Package::empty(&session).unwrap();
    let given = template("Given").replace("executable = [\"/usr/bin/zenity\"]", &both);
    assert!(given.contains(copy));
    package.template("Given", &given).unwrap();
    let agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
    let words = ["logon", "add", "test.Given", "--name", "work", "--set", "username=anna"];
    agent.done(&words, &[SECRET]).unwrap();
    // The logon belongs to the program that it went into first.
    assert_eq!(submitted(form(&session, "Given")), format!("anna|{SECRET}"));

    let mut decided = Explained::from_now(&agent).unwrap();
    let mut other = session
        .spawn(copy, &["--password", "--username", "--title=Given"])
        .unwrap();
    decided.wait("binding-changed").unwrap();
    let mut pages = Pages::start(&session, &["why"]).unwrap();
    pages.go("why").unwrap().says("Filled with work").unwrap();
    let told = opened(&mut pages, "the program is another one than the logon was saved for");
    holds(
        &told,
        &[
            "Given",
            "test.Given",
            "Saved for",
            "/usr/bin/zenity",
            "and this is",
            copy,
        ],
    );
    assert!(other.ended().is_none());
}

#[test]
fn a_control_that_is_missing_is_named_with_what_was_wanted_and_found() {
    let session = Session::start().unwrap();
    let package = Package::empty(&session).unwrap();
    package.template("Given", &template("Given")).unwrap();
    let agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
    let words = ["logon", "add", "test.Given", "--name", "work", "--set", "username=anna"];
    agent.done(&words, &[SECRET]).unwrap();
    let mut decided = Explained::from_now(&agent).unwrap();
    // Its form asks for the password alone: the field for the name is not there.
    let mut other = session.spawn("zenity", &["--password", "--title=Given"]).unwrap();
    decided.wait("no-match").unwrap();
    let mut pages = Pages::start(&session, &["why"]).unwrap();
    let told = opened(&mut pages, "Not recognised: no form fits this window");
    holds(
        &told,
        &[
            "Given",
            "/usr/bin/zenity",
            "test.Given",
            "username",
            "did not hold",
            "wanted",
            "found",
        ],
    );
    // The program and the title held: it is the control alone.
    assert_eq!(told.matches("did not hold").count(), 1, "{told}");
    assert!(other.ended().is_none());
}
