//! What people read.

use super::{RECORD, binding, first, home, logon};
use crate::{AuditEvent, Commitment, KeyFileError, KeyKind, LiveBinding, Tampering, release};
use countersign_model::{DeviceId, Publisher, TemplateId};
use std::path::PathBuf;

#[test]
fn every_tampering_is_said() {
    let device = DeviceId([7; 16]);
    let said = [
        Tampering::SlotAdded(4),
        Tampering::SlotRemoved(5),
        Tampering::SlotReplaced(2),
        Tampering::SlotCostChanged(0x1234),
        Tampering::DeviceAdded(device),
        Tampering::DeviceRemoved(device),
        Tampering::DeviceReplaced(device),
        Tampering::Rolls,
        Tampering::Recovery,
        Tampering::Elsewhere,
    ]
    .map(|what| what.to_string());
    let wanted = [
        "a silent slot was added".to_owned(),
        "the directory key slot was taken away".to_owned(),
        "the passphrase slot was put in another's place".to_owned(),
        "the cost of guessing the newer slot was changed".to_owned(),
        format!("the device {device} was added"),
        format!("the device {device} was taken off the list"),
        format!("the key of the device {device} was replaced"),
        "the history of its keys was changed".to_owned(),
        "the recovery data was changed".to_owned(),
        "it was changed".to_owned(),
    ];
    assert_eq!(said, wanted);
}

#[test]
fn a_changed_program_is_said_with_both() {
    let unlocked = home();
    let live = |executable: &str| LiveBinding {
        template: TemplateId::from("org.example.Other"),
        publisher: Publisher::Unsigned,
        executable: PathBuf::from(executable),
    };
    for (saved, wanted) in [
        (Some("/usr/bin/filezilla"), "/usr/bin/filezilla"),
        (None, "a program not yet seen"),
    ] {
        let mut logon = logon(RECORD);
        logon.binding = binding(saved);
        let sealed = unlocked.seal_logon(&logon, 1, Commitment::NONE).unwrap();
        let opened = unlocked.open_logon(&first(&unlocked), &sealed).unwrap();
        let changed = release(opened, &live("/opt/other")).unwrap_err();
        let (package, unsigned) = (Publisher::Package, Publisher::Unsigned);
        assert_eq!(
            changed.saved_words(),
            format!("org.filezilla.FileZilla ({package}) in {wanted}")
        );
        assert_eq!(
            changed.live_words(),
            format!("org.example.Other ({unsigned}) in /opt/other")
        );
        let text = changed.to_string();
        assert!(text.contains(wanted) && text.contains("/opt/other"), "{text}");
    }
}

#[test]
fn a_released_logon_says_what_it_is() {
    let unlocked = home();
    let sealed = unlocked.seal_logon(&logon(RECORD), 1, Commitment::NONE).unwrap();
    let opened = unlocked.open_logon(&first(&unlocked), &sealed).unwrap();
    let live = LiveBinding {
        template: TemplateId::from("org.filezilla.FileZilla"),
        publisher: Publisher::Package,
        executable: PathBuf::from("/usr/bin/filezilla"),
    };
    let released = release(opened, &live).unwrap();
    assert_eq!((released.id(), released.label()), (RECORD, "Test server"));
    assert_eq!(released.fields().0.len(), 2);
    assert_eq!(released.into_fields().plain("username"), Some("ada"));
}

#[test]
fn an_unsigned_publisher_stays_one() {
    let unlocked = home();
    let mut wanted = logon(RECORD);
    wanted.binding.publisher = Publisher::Unsigned;
    let sealed = unlocked.seal_logon(&wanted, 1, Commitment::NONE).unwrap();
    let opened = unlocked.open_logon(&first(&unlocked), &sealed).unwrap();
    assert_eq!(opened.summary().binding.publisher, Publisher::Unsigned);
}

#[test]
fn a_signed_publisher_of_the_longest_names_stays_one() {
    let unlocked = home();
    let mut wanted = logon(RECORD);
    wanted.binding.publisher = Publisher::Signed {
        organisation: "o".repeat(256),
        name: "n".repeat(256),
    };
    let sealed = unlocked.seal_logon(&wanted, 1, Commitment::NONE).unwrap();
    let opened = unlocked.open_logon(&first(&unlocked), &sealed).unwrap();
    assert_eq!(opened.summary().binding.publisher, wanted.binding.publisher);
}

#[test]
fn names_and_debug_forms_are_fixed() {
    let wrong = KeyFileError::OtherKind {
        found: KeyKind::Root,
        wanted: KeyKind::Ring,
    };
    assert_eq!(
        wrong.to_string(),
        "this is a root key and a recovery ring key is needed; choose the other file"
    );
    assert_eq!(KeyKind::Publisher.name(), "publisher");
    assert_eq!(format!("{:?}", Commitment([0xc5; 32])), "Commitment(c5c5c5c5…)");
    let events = [
        (AuditEvent::Release, "release"),
        (AuditEvent::HelpdeskRecovery, "helpdesk-recovery"),
    ];
    for (event, name) in events {
        assert_eq!(event.name(), name);
    }
    assert!(format!("{:?}", home()).starts_with("Unlocked { vault"));
}
