//! Recovery with the helpdesk, between processes that share nothing but the repository and what people say on the telephone: what is
//! asked and refused before anything is used up.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test's own functions")]

mod helpdesk;
mod machines;

use countersign_tests::agent::{Needles, PASSWORD, Package};
use helpdesk::{RING_PHRASE, ROOT_PHRASE, enrolled, helpdesk, key_file, line_of_words, rings, root, three_words, user};
use machines::{Site, on_each_site};

on_each_site!(slow:
    an_organisation_counts_once_its_six_words_are_typed,
    the_helpdesk_and_the_user_each_have_half_and_only_words_pass,
    two_rings_take_two_operators,
);

fn an_organisation_counts_once_its_six_words_are_typed(site: &Site) {
    let session = site.machine();
    let package = Package::empty(&session).unwrap();
    let agent = site.started(&session, &package);
    let none = agent.run(&["trust", "pin"], &["one two three four five six"]).unwrap();
    assert_eq!(none.code, 5, "{none:?}");
    let words = root(site, &session);
    rings(site, &session, &["desk-1"]);
    agent.done(&["refresh"], &[]).unwrap();
    let shown = agent.json(&["trust", "show", "--json"], "organisation").unwrap();
    assert!(
        shown["published"] == true && shown["pinned"].is_null() && shown["name"].is_null(),
        "{shown}"
    );
    let five: Vec<&str> = words.split(' ').skip(1).collect();
    for wrong in [five.join(" "), format!("{} {}", five.join(" "), five[0])] {
        assert_eq!(agent.run(&["trust", "pin"], &[&wrong]).unwrap().code, 7);
    }
    agent.done(&["trust", "pin"], &[&words]).unwrap();
    let shown = agent.json(&["trust", "show", "--json"], "organisation").unwrap();
    assert_eq!(
        (&shown["pinned"], &shown["name"]),
        (&"user".into(), &"Example".into()),
        "{shown}"
    );
    assert_eq!(shown["rings"], serde_json::json!(["desk-1"]));

    // A second root does not take the place of the first; a key file is never written over; a wrong passphrase signs nothing.
    let desk = site.desk(&session);
    let root = key_file(&session, "root.key").display().to_string();
    let ring = key_file(&session, "desk-1").display().to_string();
    let again = desk
        .run(
            &["trust", "init", "Other", "--key", "/nowhere/root.key"],
            &[ROOT_PHRASE],
        )
        .unwrap();
    assert_eq!(again.code, 7, "{again:?}");
    let over = desk
        .run(&["trust", "ring", "new", "desk-1", "--key", &ring], &[RING_PHRASE])
        .unwrap();
    assert_eq!(over.code, 1, "{over:?}");
    let wrong = desk
        .run(&["trust", "ring", "add", &ring, "--root", &root], &[RING_PHRASE])
        .unwrap();
    assert_eq!(wrong.code, 4, "{wrong:?}");
    let other = desk
        .run(&["trust", "ring", "add", &root, "--root", &root], &[ROOT_PHRASE])
        .unwrap();
    assert_eq!(other.code, 2, "{other:?}");
    let weak = desk.run(
        &["trust", "ring", "new", "weak", "--key", "/nowhere/weak"],
        &["aaaaaaaaaaaaaaaaaaaa"],
    );
    assert_eq!(weak.unwrap().code, 7);
}

fn the_helpdesk_and_the_user_each_have_half_and_only_words_pass(site: &Site) {
    let session = site.machine();
    let package = Package::empty(&session).unwrap();
    let (agent, printed) = enrolled(site, &session, &package, &["desk-1"]);
    agent.done(&["lock"], &[]).unwrap();
    let (user, name) = (user(&agent), three_words(&agent));

    // The helpdesk: somebody else, other words, another passphrase, another ring.
    let desk = site.desk(&session);
    let ring = key_file(&session, "desk-1").display().to_string();
    let asked = |user: &str, name: &str, phrase: &str| {
        desk.run(&["helpdesk", "recover", user, "--ring", &ring], &[name, phrase])
            .unwrap()
    };
    assert_eq!(asked("somebody.else", &name, RING_PHRASE).code, 5);
    let wrong = asked(&user, "abandon ability able", RING_PHRASE);
    assert!(wrong.code == 7 && wrong.err.contains("another vault"), "{wrong:?}");
    assert_eq!(asked(&user, &name, ROOT_PHRASE).code, 4);
    let other = key_file(&session, "elsewhere").display().to_string();
    desk.done(&["trust", "ring", "new", "elsewhere", "--key", &other], &[RING_PHRASE])
        .unwrap();
    let wrong = desk
        .run(&["helpdesk", "recover", &user, "--ring", &other], &[&name, RING_PHRASE])
        .unwrap();
    assert!(
        wrong.code == 7 && wrong.err.contains("another recovery ring"),
        "{wrong:?}"
    );
    let words = helpdesk(site, &session, &user, "desk-1", &name);

    // It needs no vault and no store of its own, and makes none.
    let mut made: Vec<_> = std::fs::read_dir(session.folder().join("desk/countersign"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    made.sort();
    assert_eq!(made, ["helpdesk", "helpdesk-secret"]);

    // Its log has every step and no word of it.
    let noted = desk.done(&["helpdesk", "log"], &[]).unwrap().out;
    for (event, detail) in [
        ("refusal", "no vault"),
        ("refusal", "another vault"),
        ("refusal", "passphrase"),
        ("refusal", "another recovery ring"),
        ("helpdesk-recovery", "ring desk-1, operator"),
    ] {
        let said = noted.lines().any(|line| line.contains(event) && line.contains(detail));
        assert!(said, "{event} {detail}: {noted}");
    }
    let (found, files) = Needles::of(&[&words, &printed, RING_PHRASE]).found_below(&session.folder().join("desk"));
    assert!(found.is_empty() && files > 1, "{found:?} in {files} files");

    // The drill opens the vault and changes nothing, as often as it is run; with the paper instead of the machine's half as well.
    for _ in 0..2 {
        agent.done(&["recover", "drill"], &[&words]).unwrap();
    }
    agent
        .done(&["recover", "drill", "--printed"], &[&words, &printed])
        .unwrap();
    assert_eq!(agent.json(&["status", "--json"], "status").unwrap()["vault"], "locked");

    // A word misheard, words of nobody, the wrong paper.
    let mut heard: Vec<&str> = words.split(' ').collect();
    heard.swap(0, 7);
    let wrong = agent.run(&["recover", "drill"], &[&heard.join(" ")]).unwrap();
    assert_eq!(wrong.code, 4, "{wrong:?}");
    let wrong = agent.run(&["recover", "drill"], &[&words.replace(' ', " x")]).unwrap();
    assert!(wrong.code == 4 && wrong.err.contains("word 2"), "{wrong:?}");
    let mut paper: Vec<&str> = printed.split(' ').collect();
    paper.swap(0, 11);
    let wrong = agent
        .run(&["recover", "drill", "--printed"], &[&words, &paper.join(" ")])
        .unwrap();
    assert_eq!(wrong.code, 4, "{wrong:?}");

    // New halves: the words that were read out and the paper are old.
    assert_eq!(agent.run(&["recover", "setup"], &[PASSWORD]).unwrap().code, 4);
    agent.done(&["unlock"], &[PASSWORD]).unwrap();
    let fresh = agent.done(&["recover", "setup"], &[PASSWORD]).unwrap();
    let newer = line_of_words(&fresh.out, 12);
    assert_ne!(newer, printed);
    let old = agent.run(&["recover", "drill"], &[&words]).unwrap();
    assert!(old.code == 7 && old.err.contains("old"), "{old:?}");
    let words = helpdesk(site, &session, &user, "desk-1", &name);
    let old = agent
        .run(&["recover", "drill", "--printed"], &[&words, &printed])
        .unwrap();
    assert!(old.code == 7 && old.err.contains("older printed code"), "{old:?}");
    agent
        .done(&["recover", "drill", "--printed"], &[&words, &newer])
        .unwrap();

    // Somebody cuts the end off the operator's log.
    let log = session.folder().join("desk/countersign/helpdesk/audit.log");
    let whole = std::fs::read(&log).unwrap();
    std::fs::write(&log, &whole[..whole.len() - 40]).unwrap();
    assert_eq!(desk.run(&["helpdesk", "log"], &[]).unwrap().code, 8);
}

fn two_rings_take_two_operators(site: &Site) {
    let session = site.machine();
    let package = Package::empty(&session).unwrap();
    let (agent, _) = enrolled(site, &session, &package, &["desk-1", "desk-2"]);
    let (user, name) = (user(&agent), three_words(&agent));
    let one = helpdesk(site, &session, &user, "desk-1", &name);
    let other = helpdesk(site, &session, &user, "desk-2", &name);
    let alone = agent.run(&["recover", "drill"], &[&one]).unwrap();
    assert!(alone.code == 7 && alone.err.contains("one of two"), "{alone:?}");
    agent.done(&["recover", "drill"], &[&format!("{other} {one}")]).unwrap();
}
