//! An administrator publishes by the page, in a real directory.

use super::*;
use countersign_tests::agent::{CommandLine, ROOT_PHRASE};
use countersign_tests::servers::{DirectoryServer, Slapd};

const ADMIN: &str = "Kd9-lantern-Bx64mQs";
/// The passphrase of the publisher's key file.
const PHRASE: &str = "harbour velvet ticket onion marble";

#[test]
fn a_signed_folder_is_looked_at_and_published() {
    let server = Slapd::start().unwrap();
    server.add_user("desk", ADMIN).unwrap();
    server.join("countersign-admins", "desk").unwrap();
    server.add_unit("Sales").unwrap();
    let session = Session::start().unwrap();
    let settings = server.agent_settings("desk") + "\n[unlock]\nkdf_memory_mib = 64\n";
    session
        .write(&session.config_home().join("countersign/settings.toml"), &settings)
        .unwrap();
    let desk = CommandLine::of(&session, &Start::usual()).unwrap();
    let path = |name: &str| session.home().join(name).display().to_string();
    let (root, key, unit) = (path("root.key"), path("desk.key"), path("unit"));
    let done = |words: &[&str], secret: &str| desk.done(words, &[ADMIN, secret]).unwrap().out;
    done(&["trust", "init", "Example", "--key", &root], ROOT_PHRASE);
    done(&["trust", "publisher", "init", "desk", "--key", &key], PHRASE);
    done(&["trust", "publisher", "add", &key, "--root", &root], ROOT_PHRASE);
    let sign = |folder: &str, name: &str, number: &str| {
        let file = session.home().join(folder).join("templates/test.Given.toml");
        let named = template("Given").replace("name = \"Given\"", &format!("name = \"{name}\""));
        session.write(&file, &named).unwrap();
        let folder = path(folder);
        let words = [
            "trust",
            "sign",
            &folder,
            "--unit",
            "Sales",
            "--publisher",
            &key,
            "--number",
            number,
        ];
        done(&words, PHRASE);
    };
    sign("unit", "Given", "12");

    let package = Package::empty(&session).unwrap();
    let agent = Agent::start(&session, &package).unwrap();
    let mut pages = Pages::start(&session, &["publish"]).unwrap();
    pages.go("publish").unwrap().fill("Signed folder", &unit).unwrap();
    pages
        .fill("Unit", "Sales")
        .unwrap()
        .fill("Your directory password", "wrong-4711")
        .unwrap();
    pages.click("Show what would change").unwrap().says("password").unwrap();
    pages.fill("Your directory password", ADMIN).unwrap();
    pages
        .click("Show what would change")
        .unwrap()
        .says("test.Given")
        .unwrap();
    pages.says("is the first one there").unwrap().says("One new").unwrap();
    // Another administrator publishes meanwhile: what was looked at is not published over it.
    sign("theirs", "Theirs", "11");
    desk.done(&["publish", "apply", &path("theirs"), "--unit", "Sales"], &[ADMIN])
        .unwrap();
    publish(&mut pages);
    pages
        .says("catalogue 11 is there now")
        .unwrap()
        .says("look at the plan again")
        .unwrap();
    pages
        .click("Cancel")
        .unwrap()
        .fill("Your directory password", ADMIN)
        .unwrap();
    pages.click("Show what would change").unwrap().says("Theirs").unwrap();
    publish(&mut pages);
    pages.says("Published with").unwrap();

    let drift = desk.done(&["publish", "drift", "--unit", "Sales"], &[ADMIN]).unwrap();
    assert!(drift.out.contains("as its catalogue says"), "{drift:?}");
    drop(agent);
}

fn publish(pages: &mut Pages) {
    pages.click("Publish this").unwrap();
    pages.says("comes into force as it was shown").unwrap();
    let password = "document.querySelector('dialog input[type=password]').focus()";
    pages.run(password, &json!([])).unwrap();
    pages.press(ADMIN).unwrap().press(ENTER).unwrap();
}
