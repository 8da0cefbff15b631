//! Logons come out of another program's file by the page, and the file goes.

use super::*;

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
        .says("overwritten and deleted")
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
    assert!(file.exists());
}
