use super::Folder;
use crate::contract::Loose;
use crate::watch::{FolderWatch, Notice};
use countersign_model::port::{ConfigurationRepository, DirectoryRepository, VaultRepository};
use countersign_model::{ConfigKind, RepositoryEvent, UserId};
use std::fs;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

const LONG: Duration = Duration::from_secs(30);

fn watch(folder: &Folder) -> (Box<dyn countersign_model::port::Watch>, Receiver<RepositoryEvent>) {
    let (sender, events) = channel();
    (folder.repository.watch(&UserId::from("ada"), sender).unwrap(), events)
}

fn wait_for_configuration(events: &Receiver<RepositoryEvent>) {
    while events.recv_timeout(LONG).expect("a report") != RepositoryEvent::Configuration {}
}

/// Takes every report until there is none for a while.
fn settle(events: &Receiver<RepositoryEvent>) {
    while events.recv_timeout(Duration::from_millis(400)).is_ok() {}
}

#[test]
fn many_changes_at_once_are_one_report() {
    let folder = Folder::fresh();
    folder.publish(ConfigKind::Template, "first", b"1");
    let (_watch, events) = watch(&folder);
    for at in 0..50 {
        folder.publish(ConfigKind::Template, &format!("t{at}"), b"1");
    }
    wait_for_configuration(&events);
    let mut more = 0;
    while events.recv_timeout(Duration::from_millis(400)).is_ok() {
        more += 1;
    }
    assert!(more <= 5, "{more} more reports for one burst");
}

#[test]
fn reading_is_not_a_change() {
    let folder = Folder::fresh();
    folder.publish(ConfigKind::Template, "one", b"1");
    let (_watch, events) = watch(&folder);
    settle(&events);
    for _ in 0..5 {
        folder.repository.loose().unwrap();
        folder.repository.list(&UserId::from("ada")).unwrap();
    }
    assert_eq!(
        events.recv_timeout(Duration::from_millis(400)),
        Err(RecvTimeoutError::Timeout)
    );
}

#[test]
fn a_repository_that_comes_and_is_replaced_goes_on_being_watched() {
    let folder = Folder::fresh();
    let (_watch, events) = watch(&folder);
    assert!(!folder.root().exists());
    folder.publish(ConfigKind::Template, "one", b"1");
    wait_for_configuration(&events);
    settle(&events);

    // A new folder takes the old one's name, as a deployment by rename does.
    let aside = folder.root().with_file_name("next");
    fs::create_dir_all(aside.join("config/Staff/Sales")).unwrap();
    fs::rename(folder.root(), folder.root().with_file_name("old")).unwrap();
    fs::rename(&aside, folder.root()).unwrap();
    wait_for_configuration(&events);
    settle(&events);
    folder.publish(ConfigKind::Template, "two", b"2");
    wait_for_configuration(&events);
    settle(&events);

    fs::remove_dir_all(folder.root()).unwrap();
    wait_for_configuration(&events);
    settle(&events);
    folder.publish(ConfigKind::Template, "three", b"3");
    wait_for_configuration(&events);
}

#[test]
fn a_share_is_looked_at() {
    let folder = Folder::fresh();
    folder.publish(ConfigKind::Template, "one", b"1");
    let (sender, events) = channel();
    let every = Duration::from_millis(50);
    let _watch = FolderWatch::start_with(folder.root(), "ada", sender, Notice::Looked(every)).unwrap();
    folder.publish(ConfigKind::Template, "two", b"2");
    wait_for_configuration(&events);
}
