//! Every page as people see it. `COUNTERSIGN_PICTURES=FOLDER` keeps the pictures, which belong into `docs/user/pictures`.

use super::*;
use countersign_tests::SessionOptions;
use countersign_tests::screen::picture_of_active;
use countersign_tests::window::Screen;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A page on the screen has so many bytes as PNG at least; an empty one has fewer.
const LEAST: usize = 6_000;
/// How long nothing may have changed.
const STILL: Duration = Duration::from_millis(400);

struct Album {
    folder: PathBuf,
    screen: Screen,
}

impl Album {
    fn new(session: &Session) -> Self {
        let folder = std::env::var_os("COUNTERSIGN_PICTURES").map_or_else(|| session.home().to_owned(), PathBuf::from);
        let screen = session.screen().unwrap();
        Self { folder, screen }
    }

    /// The window that came last is the active one. It is kept once it has stayed the same for a moment.
    fn keep(&self, name: &str) {
        let file: &Path = &self.folder.join(format!("{name}.png"));
        let mut before = Vec::new();
        let drawn = || {
            let _a_moment: Option<()> = Deadline::after(STILL).find(|| None);
            picture_of_active(&self.screen, file).unwrap();
            let now = std::fs::read(file).unwrap();
            let same = now == before && now.len() > LEAST;
            before = now;
            same.then_some(())
        };
        Deadline::seconds(PATIENCE)
            .wait_for(&format!("{name} to be drawn"), drawn)
            .unwrap();
    }
}

#[test]
fn every_page_is_seen() {
    let large = SessionOptions {
        width: 1920,
        height: 1440,
        ..SessionOptions::default()
    };
    let session = Session::start_with(&large).unwrap();
    let package = Package::empty(&session).unwrap();
    package.template("Given", &template("Given")).unwrap();
    let album = Album::new(&session);
    let agent = Agent::start(&session, &package).unwrap();
    let mut pages = Pages::start(&session, &["first-use"]).unwrap();
    pages.go("first-use").unwrap().says("Is this you?").unwrap();
    album.keep("first-use");
    unlocking_chosen(&mut pages);
    album.keep("first-use-passphrase");
    agent.done(&["enroll"], &[PASSWORD, PASSPHRASE]).unwrap();
    agent.done(&["lock"], &[]).unwrap();
    open(&mut pages, "unlock", "");
    pages.go("unlock").unwrap().says("Your logons are sealed").unwrap();
    album.keep("unlock");
    agent.done(&["unlock"], &[PASSWORD]).unwrap();

    let capture = form(&session, "Given");
    open(&mut pages, "chooser", "");
    pages.go("chooser").unwrap().says("A logon for Given?").unwrap();
    album.keep("chooser-capture");
    drop(capture);
    pages.says("Nothing is asked any more").unwrap().close().unwrap();
    closed(&mut pages, "chooser");
    for name in ["anna", "berta"] {
        let user = format!("username={name}");
        agent
            .done(
                &["logon", "add", "test.Given", "--name", name, "--set", &user],
                &[SECRET],
            )
            .unwrap();
    }
    pages.go("first-use").unwrap();
    let choice = form(&session, "Given");
    open(&mut pages, "chooser", "");
    pages.go("chooser").unwrap().says("Which logon for Given?").unwrap();
    album.keep("chooser-choice");
    drop(choice);

    let id = agent.json(&["logon", "list", "--json"], "logons").unwrap()[0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let reveal = format!("{id}/field/password");
    let all = [
        ("logons", "", "anna"),
        ("logon", id.as_str(), "Your name for it"),
        ("reveal", reveal.as_str(), "Prove that it is you"),
        ("password", "", "anna"),
        ("recovery", "", "Get back in"),
        ("sync", "", "Sync"),
        ("settings", "", "All settings"),
        ("why", "", "Why"),
        ("devices", "", "This one"),
        ("about", "", "About"),
        ("import", "", "The file"),
        ("recorder", "", "/usr/bin/zenity"),
        ("publish", "", "Signed folder"),
        ("helpdesk", "", "How a user’s vault stands"),
    ];
    // What the recorder finds.
    let _waiting = form(&session, "Given");
    for (page, argument, says) in all {
        pages.go("first-use").unwrap();
        open(&mut pages, page, argument);
        pages.go(page).unwrap().says(says).unwrap();
        album.keep(page);
        pages.close().unwrap();
    }
}
