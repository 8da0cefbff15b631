//! The vault header: which way it goes, and what is said.

use super::twins::{Folder, Shelves};
use crate::exchange::Ends;
use crate::header::{HeaderAlarm, HeaderOutcome, HeaderReport, exchange_header, header_told, replace_header};
use crate::{forget_repository, forget_vault};
use countersign_model::port::{RepositoryError, StoreError};
use countersign_model::{HeaderVersion, UserId};

struct Machine<'a> {
    device: Shelves,
    folder: &'a Folder,
    user: UserId,
}

impl<'a> Machine<'a> {
    fn at(folder: &'a Folder) -> Self {
        Self {
            device: Shelves::default(),
            folder,
            user: UserId::from("ada"),
        }
    }

    fn ends(&self) -> Ends<'_> {
        Ends {
            device: &self.device,
            repository: self.folder,
            user: &self.user,
        }
    }

    fn try_exchange(&self, ours: u64, bytes: &str) -> Result<HeaderReport, StoreError> {
        exchange_header(self.ends(), HeaderVersion(ours), bytes.as_bytes())
    }

    fn exchange(&self, ours: u64, bytes: &str) -> (HeaderOutcome, Vec<HeaderAlarm>) {
        let report = self.try_exchange(ours, bytes).unwrap();
        (report.reached.unwrap(), report.alarms)
    }

    fn write(&self, replaces: u64, next: &str) -> Result<HeaderVersion, RepositoryError> {
        replace_header(self.ends(), HeaderVersion(replaces), next.as_bytes()).unwrap()
    }
}

fn put(folder: &Folder, header: Option<(u64, &str)>) {
    let header = header.map(|(number, bytes)| (HeaderVersion(number), bytes.as_bytes().to_vec()));
    *folder.header.lock().unwrap() = header;
}

fn there(folder: &Folder) -> (u64, String) {
    let (number, bytes) = folder.header.lock().unwrap().clone().unwrap();
    (number.0, String::from_utf8(bytes).unwrap())
}

fn back(had: u64, found: u64) -> Vec<HeaderAlarm> {
    vec![HeaderAlarm::WentBack {
        had: HeaderVersion(had),
        found: HeaderVersion(found),
    }]
}

#[test]
fn the_next_one_is_written_and_a_newer_one_is_handed_over() {
    let folder = Folder::default();
    let (one, two) = (Machine::at(&folder), Machine::at(&folder));
    assert_eq!(one.exchange(1, "one"), (HeaderOutcome::Pushed, vec![]));
    assert_eq!(one.exchange(1, "one"), (HeaderOutcome::InStep, vec![]));
    assert_eq!(two.exchange(1, "other"), (HeaderOutcome::Theirs, vec![]));
    assert_eq!(two.exchange(2, "two"), (HeaderOutcome::Pushed, vec![]));
    let report = one.try_exchange(1, "one").unwrap();
    assert_eq!(report.reached, Ok(HeaderOutcome::Theirs));
    assert_eq!(report.there, Some((HeaderVersion(2), b"two".to_vec())));
    assert_eq!(one.write(2, "three"), Ok(HeaderVersion(3)));
    assert!(matches!(two.write(2, "late"), Err(RepositoryError::Conflict(_))));
    assert_eq!(there(&folder), (3, "three".to_owned()));
    // What nobody saw there is only missing something in between.
    assert_eq!(two.exchange(5, "five"), (HeaderOutcome::WentBack, vec![]));
}

#[test]
fn one_that_went_back_by_one_is_said_before_it_is_written_again() {
    let folder = Folder::default();
    let machine = Machine::at(&folder);
    machine.exchange(1, "one");
    machine.write(1, "two").unwrap();
    put(&folder, Some((1, "one")));
    assert_eq!(machine.exchange(2, "two"), (HeaderOutcome::WentBack, back(2, 1)));
    assert_eq!(machine.exchange(2, "two"), (HeaderOutcome::WentBack, back(2, 1)));
    assert_eq!(there(&folder), (1, "one".to_owned()));
    header_told(&machine.device).unwrap();
    assert_eq!(machine.exchange(2, "two"), (HeaderOutcome::Pushed, back(2, 1)));
    assert_eq!(machine.exchange(2, "two"), (HeaderOutcome::InStep, vec![]));
    // All of it.
    put(&folder, None);
    assert_eq!(machine.exchange(2, "two"), (HeaderOutcome::WentBack, back(2, 0)));
    header_told(&machine.device).unwrap();
    assert_eq!(machine.exchange(2, "two"), (HeaderOutcome::WentBack, back(2, 0)));
}

#[test]
fn nothing_is_written_over_what_another_machine_wrote_after_it_went_back() {
    let folder = Folder::default();
    let machine = Machine::at(&folder);
    for (number, header) in [(1, "one"), (2, "two"), (3, "three")] {
        put(&folder, Some((number, header)));
        machine.exchange(number, header);
    }
    put(&folder, Some((2, "taken off since")));
    for _ in 0..3 {
        assert_eq!(machine.exchange(3, "three"), (HeaderOutcome::WentBack, back(3, 2)));
        header_told(&machine.device).unwrap();
    }
    assert_eq!(there(&folder), (2, "taken off since".to_owned()));
    // A machine that does not have the newest one writes nothing either, and goes no way back.
    put(&folder, Some((2, "two")));
    assert_eq!(machine.exchange(2, "two").0, HeaderOutcome::WentBack);
    header_told(&machine.device).unwrap();
    assert_eq!(machine.exchange(3, "another three").0, HeaderOutcome::WentBack);
    assert_eq!(machine.exchange(3, "three").0, HeaderOutcome::Pushed);
}

#[test]
fn another_one_of_the_same_number_is_said_once() {
    let folder = Folder::default();
    let machine = Machine::at(&folder);
    machine.exchange(1, "one");
    machine.write(1, "two").unwrap();
    put(&folder, Some((2, "their two")));
    let twin = vec![HeaderAlarm::Replaced(HeaderVersion(2))];
    assert_eq!(machine.exchange(2, "two"), (HeaderOutcome::Theirs, twin.clone()));
    assert_eq!(machine.exchange(2, "their two"), (HeaderOutcome::InStep, twin.clone()));
    *folder.calls_left.lock().unwrap() = Some(0);
    assert_eq!(
        machine.try_exchange(2, "their two").unwrap().alarms,
        twin,
        "offline, too"
    );
    *folder.calls_left.lock().unwrap() = None;
    header_told(&machine.device).unwrap();
    assert_eq!(machine.exchange(2, "their two"), (HeaderOutcome::InStep, vec![]));
}

#[test]
fn a_server_that_lagged_and_has_caught_up_is_said_once() {
    let folder = Folder::default();
    let machine = Machine::at(&folder);
    put(&folder, Some((4, "four")));
    machine.exchange(4, "four");
    put(&folder, Some((2, "two")));
    machine.exchange(4, "four");
    put(&folder, Some((4, "four")));
    assert_eq!(machine.exchange(4, "four"), (HeaderOutcome::InStep, back(4, 2)));
    header_told(&machine.device).unwrap();
    assert_eq!(machine.exchange(4, "four"), (HeaderOutcome::InStep, vec![]));
}

#[test]
fn what_cannot_be_remembered_is_not_done() {
    let folder = Folder::default();
    let machine = Machine::at(&folder);
    put(&folder, Some((1, "one")));
    *machine.device.commits_left.lock().unwrap() = Some(0);
    assert!(machine.try_exchange(2, "two").is_err());
    assert_eq!(there(&folder), (1, "one".to_owned()));
}

#[test]
fn another_repository_or_vault_has_headers_of_its_own() {
    let folder = Folder::default();
    for forget in [forget_repository, forget_vault] {
        let machine = Machine::at(&folder);
        put(&folder, Some((7, "seven")));
        machine.exchange(7, "seven");
        put(&folder, Some((6, "of another one")));
        forget(&machine.device).unwrap();
        assert_eq!(machine.exchange(7, "new"), (HeaderOutcome::Pushed, vec![]));
    }
}
