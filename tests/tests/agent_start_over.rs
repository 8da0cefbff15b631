//! A user who has lost everything begins anew: the vault of before is set aside, here, in the repository and on his other machines.
#![expect(clippy::unwrap_used, reason = "a test's own functions")]

mod helpdesk;
mod machines;

use countersign_tests::Session;
use countersign_tests::agent::{Needles, PASSPHRASE, PASSWORD, state};
use helpdesk::{enrolled, helpdesk, line_of_words, three_words, user};
use machines::{Hands, OTHER_PASSWORD, Site, add, devices, labels, on_each_site, package, problems, reveals, until};
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

on_each_site!(slow:
    whoever_lost_everything_begins_anew,
    there_has_to_be_a_vault_to_begin_anew,
);

fn whoever_lost_everything_begins_anew(site: &Site) {
    let one = site.machine();
    let package_one = package(&one);
    let (first, code) = enrolled(site, &one, &package_one, &["desk-1"]);
    add(&first, "ledger");
    let two = site.machine();
    let package_two = package(&two);
    let second = site.joined(&two, &package_two);
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
    site.away(&one);
    first.done(&["refresh"], &[]).unwrap();
    assert_ne!(first.run(&anew, &[PASSWORD, NEW_ANSWER]).unwrap().code, 0);
    site.back(&one);
    first.done(&["refresh"], &[]).unwrap();
    first.done(&["unlock"], &[PASSWORD]).unwrap();
    reveals(&first, "ledger", PASSWORD);
    first.done(&["lock"], &[]).unwrap();

    // A new vault, with a recovery of its own, under the same user.
    site.set_password(NEW_PASSWORD);
    let made = first.done(&anew, &[NEW_PASSWORD, NEW_ANSWER]).unwrap();
    let printed = line_of_words(&made.out, 12);
    assert_ne!(printed, code);
    assert_eq!(labels(&first), Vec::<String>::new());
    add(&first, "fresh");
    reveals(&first, "fresh", NEW_PASSWORD);
    assert_eq!(devices(&first).len(), 1);
    let name = three_words(&first);
    assert_ne!(name, old_name);
    let words = helpdesk(site, &one, &user, "desk-1", &name);
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
    let hands = Hands::on(site, &first);
    assert_eq!(hands.set_aside(), 1);

    // The other machine says so, keeps what it has, and puts nothing of it back; its user joins when he wants.
    site.log_in(&second);
    second.done(&["unlock"], &[OTHER_PASSWORD]).unwrap();
    until(&second, "the news", |agent| problems(agent).contains("begun anew"));
    reveals(&second, "ledger", OTHER_PASSWORD);
    add(&second, "late");
    first.done(&["refresh"], &[]).unwrap();
    assert_eq!(labels(&first), ["fresh"]);
    assert!(!problems(&first).contains("record"), "{}", problems(&first));
    drop(second);
    let second = site.started(&two, &package_two);
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
    for days in [89, 91] {
        one.write(&dated(days).join("vault/log.1"), "sealed").unwrap();
        hands.file_aside(at - days * day);
    }
    assert_eq!(hands.set_aside(), 3);
    drop(site.started(&one, &package_one));
    assert!(dated(89).exists() && !dated(91).exists());
    assert_eq!(hands.set_aside(), 2);
}

fn there_has_to_be_a_vault_to_begin_anew(site: &Site) {
    let one = site.machine();
    let package_one = package(&one);
    let first = site.started(&one, &package_one);
    let none = first
        .run(&["enroll", "--start-over", "--yes"], &[NEW_PASSWORD, NEW_ANSWER])
        .unwrap();
    assert!(none.code != 0 && none.err.contains("no vault"), "{none:?}");
    first.done(site.enrolls(), &[PASSWORD, PASSPHRASE]).unwrap();
    add(&first, "ledger");

    // On a machine that never had it.
    let two = site.machine();
    let package_two = package(&two);
    let second = site.started(&two, &package_two);
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
