//! Logons come out of another program's file by the page, and the file goes.

use super::*;
use countersign_tests::keyboard;
use countersign_tests::window::Seen;

const EXPORTED: &str = "Csv-Pass-7Qx\"|'";

/// What a browser exported: one entry for the application Given, one for nobody.
fn exported(session: &Session, more: &str) -> std::path::PathBuf {
    let file = session.home().join("passwords.csv");
    let quoted = EXPORTED.replace('"', "\"\"");
    let text = format!("name,url,username,password,note\nGiven,,anna,\"{quoted}\",\n{more}");
    session.write(&file, &text).unwrap();
    file
}

#[test]
fn a_file_is_looked_at_stored_and_deleted() {
    let session = Session::start().unwrap();
    let package = Package::empty(&session).unwrap();
    package.template("Given", &template("Given")).unwrap();
    let agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
    let file = exported(&session, "");
    let mut pages = Pages::start(&session, &["import"]).unwrap();
    pages
        .go("import")
        .unwrap()
        .fill("The file", file.to_str().unwrap())
        .unwrap();
    pages.click("Look into it").unwrap().says("To be stored").unwrap();
    assert!(!pages.text().unwrap().contains(EXPORTED), "a preview shows no secret");
    pages
        .click("Store one logon")
        .unwrap()
        .says("Delete the file?")
        .unwrap();
    until_labels(&agent, &["Given"]);
    assert!(file.exists());
    pages
        .click("Delete the file")
        .unwrap()
        .says("was overwritten and deleted")
        .unwrap();
    assert!(!file.exists());
    assert_eq!(submitted(form(&session, "Given")), format!("anna|{EXPORTED}"));
}

#[test]
fn what_has_no_application_stays_and_so_does_the_file_and_a_broken_one_is_refused_whole() {
    let session = Session::start().unwrap();
    let package = Package::empty(&session).unwrap();
    package.template("Given", &template("Given")).unwrap();
    let agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
    let broken = exported(&session, "Other,,berta,\"never closed\n");
    let mut pages = Pages::start(&session, &["import"]).unwrap();
    pages
        .go("import")
        .unwrap()
        .fill("The file", broken.to_str().unwrap())
        .unwrap();
    pages.click("Look into it").unwrap().says("line 3").unwrap();
    assert_eq!(labels(&agent), [""; 0]);

    let file = exported(
        &session,
        "Nobody knows,https://nowhere.example,berta,secret-of-berta,\n",
    );
    pages.click("Look into it").unwrap().says("No application").unwrap();
    pages.click("Store one logon").unwrap().says("The file stays").unwrap();
    until_labels(&agent, &["Given"]);
    // The shell counts what is lost, too.
    let unsaid = "const done = arguments[0]; window.__TAURI_INTERNALS__.invoke('import_delete', { lost: 0 })\
                  .then(() => done(null), (error) => done(JSON.stringify(error)))";
    let refused = pages.wait_for(unsaid, &json!([])).unwrap().to_string();
    assert!(refused.contains("it stays") && file.exists(), "{refused}");
    pages
        .says("Nobody knows")
        .unwrap()
        .click("Delete it all the same")
        .unwrap();
    pages
        .says("is lost for good")
        .unwrap()
        .click("Delete it and lose that")
        .unwrap();
    pages.says("was overwritten and deleted").unwrap();
    assert!(!file.exists());
}

#[test]
fn while_a_file_is_chosen_the_other_windows_go_on() {
    let session = Session::start().unwrap();
    let package = Package::empty(&session).unwrap();
    let _agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
    let file = exported(&session, "");
    let screen = session.screen().unwrap();
    let mut pages = Pages::start(&session, &["import"]).unwrap();
    let field = "return document.querySelector('input').value";
    let chooser = |pages: &mut Pages| {
        let before: Vec<u32> = screen.windows().into_iter().map(|seen| seen.id).collect();
        pages.go("import").unwrap().click("Choose: The file").unwrap();
        let is_new = |seen: &Seen| !before.contains(&seen.id);
        let chooser = screen.wait_for_window("the chooser", Deadline::seconds(PATIENCE), is_new);
        let chooser = chooser.unwrap().id;
        // A window is opened and destroyed meanwhile.
        open(pages, "about", "");
        pages.go("about").unwrap().close().unwrap();
        pages.go("import").unwrap();
        closed(pages, "about");
        let mut front = session.command("xdotool");
        front.args(["windowactivate", "--sync", &chooser.to_string()]);
        assert!(front.status().unwrap().success());
        chooser
    };
    let gone = |chooser: u32| {
        let is_it = |seen: &Seen| seen.id == chooser;
        let deadline = Deadline::seconds(PATIENCE);
        screen.wait_for_gone("the chooser to go", deadline, is_it).unwrap();
    };

    let shown = chooser(&mut pages);
    keyboard::press(&session, &["Escape"]).unwrap();
    gone(shown);
    assert_eq!(pages.run(field, &json!([])).unwrap(), "");

    let shown = chooser(&mut pages);
    // The field for a path, first: what is typed while it comes up is lost.
    keyboard::press(&session, &["ctrl+l"]).unwrap();
    keyboard::type_text(&session, file.to_str().unwrap()).unwrap();
    // The first one may end the proposals below the field alone.
    let taken = (0..3).any(|_| {
        keyboard::press(&session, &["Return"]).unwrap();
        let deadline = Deadline::seconds(3);
        screen
            .wait_for_gone("the chooser", deadline, |seen| seen.id == shown)
            .is_ok()
    });
    assert!(taken);
    let taken = || (pages.run(field, &json!([])).ok()? == file.to_str()?).then_some(());
    Deadline::seconds(PATIENCE).wait_for("the path", taken).unwrap();

    // It goes with its window.
    let shown = chooser(&mut pages);
    open(&mut pages, "about", "");
    pages.go("import").unwrap().close().unwrap();
    gone(shown);
    pages.go("about").unwrap().says("Unlocked").unwrap();
}
