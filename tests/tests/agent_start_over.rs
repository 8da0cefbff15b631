//! A user who has lost everything begins anew: the vault of before is set aside, here, in the repository and on his other machines.
#![expect(clippy::unwrap_used, reason = "a test's own functions")]

mod helpdesk;
mod machines;

use countersign_tests::Session;
use countersign_tests::agent::{Agent, Needles, PASSPHRASE, PASSWORD, state};
use helpdesk::{enrolled, helpdesk, line_of_words, settle, three_words, user};
use machines::{OTHER_PASSWORD, add, devices, joined, labels, machine, package, problems, repository, reveals, until};
use std::path::{Path, PathBuf};

const NEW_ANSWER: &str = "saddle nectar plywood umbrella comet";
const NEW_PASSWORD: &str = "Zt4-second-Kk81";

/// The folders of vaults that were set aside on a machine.
fn aside(session: &Session) -> Vec<PathBuf> {
    below(&state(session))
        .into_iter()
        .filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("vault.aside."))
        .collect()
}

fn below(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    entries.map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn whoever_lost_everything_begins_anew() {
    let one = machine();
    let package_one = package(&one);
    let (first, code) = enrolled(&one, &package_one, &["desk-1"]);
    add(&first, "ledger");
    let two = machine();
    settle(&two, Some(&repository(&one)), None);
    let package_two = package(&two);
    let second = joined(&two, &package_two);
    until(&first, "two devices", |agent| devices(agent).len() == 2);
    let (user, old_name) = (user(&first), three_words(&first));
    first.done(&["lock"], &[]).unwrap();

    // Nothing happens without a word, nor with secrets that are too weak, nor while the repository is away.
    let refused = |words: &[&str], secrets: &[&str], code: i32, says: &str| {
        let refused = first.run(words, secrets).unwrap();
        assert!(refused.code == code && refused.err.contains(says), "{refused:?}");
        assert!(aside(&one).is_empty());
    };
    refused(&["enroll"], &[NEW_PASSWORD, NEW_ANSWER], 1, "--start-over");
    refused(&["enroll", "--start-over"], &[NEW_PASSWORD, NEW_ANSWER], 2, "--yes");
    let anew = ["enroll", "--start-over", "--yes"];
    refused(&anew, &[NEW_PASSWORD, "aaaaaaaaaaaaaaaaaaaaaaaa"], 7, "");
    settle(&one, Some(Path::new("/nonexistent/share")), None);
    first.done(&["refresh"], &[]).unwrap();
    assert_ne!(first.run(&anew, &[NEW_PASSWORD, NEW_ANSWER]).unwrap().code, 0);
    settle(&one, Some(&repository(&one)), None);
    first.done(&["refresh"], &[]).unwrap();
    first.done(&["unlock"], &[PASSWORD]).unwrap();
    reveals(&first, "ledger", PASSWORD);
    first.done(&["lock"], &[]).unwrap();

    // A new vault, with a recovery of its own, under the same user.
    let made = first.done(&anew, &[NEW_PASSWORD, NEW_ANSWER]).unwrap();
    let printed = line_of_words(&made.out, 12);
    assert_ne!(printed, code);
    assert_eq!(labels(&first), Vec::<String>::new());
    add(&first, "fresh");
    reveals(&first, "fresh", NEW_PASSWORD);
    assert_eq!(devices(&first).len(), 1);
    let name = three_words(&first);
    assert_ne!(name, old_name);
    let words = helpdesk(&one, &user, "desk-1", &name);
    first
        .done(&["recover", "drill", "--printed"], &[&words, &printed])
        .unwrap();
    first.done(&["lock"], &[]).unwrap();
    assert_eq!(first.run(&["unlock"], &[PASSWORD]).unwrap().code, 4);
    first.done(&["unlock"], &[NEW_PASSWORD]).unwrap();

    // What was before is aside, whole: the store, its exports, header and slots; in the repository the records.
    let kept = aside(&one);
    assert_eq!(kept.len(), 1, "{kept:?}");
    for part in ["vault", "exports", "header", "slots"] {
        assert!(kept.iter().all(|folder| folder.join(part).exists()), "{part}");
    }
    let archive = below(&repository(&one).join("users").join(&user).join("archive"));
    assert_eq!(archive.len(), 1, "{archive:?}");
    assert!(archive.iter().all(|folder| below(&folder.join("records")).len() == 1));

    // The other machine says so, keeps what it has, and puts nothing of it back; its user joins when he wants.
    until(&second, "the news", |agent| problems(agent).contains("begun anew"));
    reveals(&second, "ledger", OTHER_PASSWORD);
    add(&second, "late");
    first.done(&["refresh"], &[]).unwrap();
    assert_eq!(labels(&first), ["fresh"]);
    assert!(!problems(&first).contains("record"), "{}", problems(&first));
    drop(second);
    let second = Agent::start(&two, &package_two).unwrap();
    second.done(&["refresh"], &[]).unwrap();
    let wrong = second
        .run(
            &["unlock", "--passphrase"],
            &["walrus tungsten october parsnip viola", NEW_PASSWORD],
        )
        .unwrap();
    assert_eq!(wrong.code, 4, "{wrong:?}");
    second
        .done(&["unlock", "--passphrase"], &[PASSPHRASE, OTHER_PASSWORD])
        .unwrap();
    assert_eq!(labels(&second), ["late", "ledger"], "its own vault still opens");
    second.done(&["lock"], &[]).unwrap();
    second
        .done(&["unlock", "--passphrase"], &[NEW_ANSWER, OTHER_PASSWORD])
        .unwrap();
    until(&second, "the new logon", |agent| labels(agent) == ["fresh"]);
    reveals(&second, "fresh", OTHER_PASSWORD);
    assert_eq!(aside(&two).len(), 1);
    until(&first, "two devices", |agent| devices(agent).len() == 2);
    let log = first.json(&["audit", "show", "--json"], "audit").unwrap().to_string();
    assert!(log.contains("the one before is set aside"), "{log}");
    let secrets = [printed.as_str(), &code, NEW_ANSWER, NEW_PASSWORD, PASSPHRASE, PASSWORD];
    let (found, _) = Needles::of(&secrets).found_below(one.folder());
    assert!(found.is_empty(), "{found:?}");

    // After ninety days it goes, and only then.
    drop(first);
    let day = 24 * 60 * 60 * 1000;
    let at: u64 = kept
        .iter()
        .filter_map(|folder| folder.file_name()?.to_str()?.rsplit_once('.')?.1.parse::<u64>().ok())
        .sum();
    let dated = |days: u64| state(&one).join(format!("vault.aside.{}", at - days * day));
    let filed = |days: u64| {
        let archives = repository(&one).join("users").join(&user).join("archive");
        archives.join((at - days * day).to_string())
    };
    for days in [89, 91] {
        one.write(&dated(days).join("vault/log.1"), "sealed").unwrap();
        one.write(&filed(days).join("records/0/0.1"), "sealed").unwrap();
    }
    let first = Agent::start(&one, &package_one).unwrap();
    first.done(&["refresh"], &[]).unwrap();
    assert!(dated(89).exists() && !dated(91).exists());
    assert!(filed(89).exists() && !filed(91).exists());
}

#[test]
fn there_has_to_be_a_vault_to_begin_anew() {
    let one = machine();
    let package_one = package(&one);
    let first = Agent::start(&one, &package_one).unwrap();
    let none = first
        .run(&["enroll", "--start-over", "--yes"], &[NEW_PASSWORD, NEW_ANSWER])
        .unwrap();
    assert!(none.code != 0 && none.err.contains("no vault"), "{none:?}");
    let first = first.enrolled().unwrap();
    add(&first, "ledger");

    // On a machine that never had it.
    let two = machine();
    settle(&two, Some(&repository(&one)), None);
    let package_two = package(&two);
    let second = Agent::start(&two, &package_two).unwrap();
    second.done(&["refresh"], &[]).unwrap();
    let joins = second.run(&["enroll"], &[NEW_PASSWORD, NEW_ANSWER]).unwrap();
    assert_ne!(joins.code, 0, "{joins:?}");
    second
        .done(&["enroll", "--start-over", "--yes"], &[NEW_PASSWORD, NEW_ANSWER])
        .unwrap();
    add(&second, "fresh");
    until(&first, "the news", |agent| problems(agent).contains("begun anew"));
    // Its own vault still opens; the new answer joins the new one.
    reveals(&first, "ledger", PASSWORD);
    first.done(&["lock"], &[]).unwrap();
    first
        .done(&["unlock", "--passphrase"], &[NEW_ANSWER, PASSWORD])
        .unwrap();
    until(&first, "the new logon", |agent| labels(agent) == ["fresh"]);
}
