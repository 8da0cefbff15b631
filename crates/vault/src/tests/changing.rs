//! Changes of passwords, sealed step by step.

use super::{RECORD, home, logon, password};
use crate::{Amendment, Commitment, LiveBinding, Opened, StepError, Unlocked, Written, release};
use countersign_model::{
    ChangeStep, Ending, FieldKind, FieldName, FieldValues, Misstep, Purpose, Search, Stage, Timestamp, Which,
};
use std::path::PathBuf;

const OLD: &str = "grün {ENTER} 漢 😀";

/// A logon's record, version for version.
struct Record {
    vault: Unlocked,
    sealed: Vec<u8>,
    counter: u64,
}

impl Record {
    fn new() -> Self {
        let vault = home();
        let sealed = vault.seal_logon(&logon(RECORD), 1, Commitment::NONE).unwrap();
        Self {
            vault,
            sealed,
            counter: 1,
        }
    }

    fn open(&self) -> Opened {
        let expected = self.vault.expect(RECORD, Written::AtLeast(self.counter));
        self.vault.open_logon(&expected, &self.sealed).unwrap()
    }

    fn step(&mut self, step: ChangeStep) -> Result<(), StepError> {
        self.counter += 1;
        let at = Timestamp(1_800_000_000_000 + self.counter);
        let name = FieldName::from("password");
        self.sealed = self
            .vault
            .seal_step(self.open_before(), (&name, step), at, self.counter)?;
        Ok(())
    }

    fn open_before(&self) -> Opened {
        let expected = self.vault.expect(RECORD, Written::AtLeast(self.counter - 1));
        self.vault.open_logon(&expected, &self.sealed).unwrap()
    }

    fn values(&self, purpose: Purpose) -> Option<FieldValues> {
        let live = LiveBinding {
            template: logon(RECORD).template,
            publisher: countersign_model::Publisher::Package,
            executable: PathBuf::from("/usr/bin/filezilla"),
        };
        let released = release(self.open(), &live).unwrap();
        released.into_values(&FieldName::from("password"), purpose)
    }

    fn value(&self, purpose: Purpose, field: &str) -> Option<String> {
        let values = self.values(purpose)?;
        values
            .get(&FieldName::from(field))
            .map(|value| value.expose().to_owned())
    }
}

#[test]
fn every_stage_outlives_being_sealed() {
    let mut record = Record::new();
    assert_eq!(record.open().journal().pending, None);
    record.step(ChangeStep::Begin(password("next-1"))).unwrap();
    let (made, stage) = record.open().journal().pending.unwrap();
    assert_eq!((made, stage), (Timestamp(1_800_000_000_002), Stage::Made));
    record.step(ChangeStep::Send).unwrap();
    record.step(ChangeStep::Try(Which::Pending)).unwrap();
    let search = Search {
        tried: Some(Which::Pending),
        refused: None,
    };
    assert_eq!(record.open().journal().pending.unwrap().1, Stage::Sent(search));
    record.step(ChangeStep::Refuse(Which::Pending)).unwrap();
    record.step(ChangeStep::Refuse(Which::Current)).unwrap();
    assert_eq!(record.open().journal().pending.unwrap().1, Stage::Unsure);
    record.step(ChangeStep::Take(Which::Pending)).unwrap();
    let facts = record.open().journal();
    assert_eq!(facts.pending, None);
    assert_eq!(facts.since, Some(Timestamp(1_800_000_000_007)));
    assert_eq!(facts.former, [(Timestamp(1_800_000_000_007), Ending::Replaced)]);
    record.step(ChangeStep::Grace).unwrap();
    assert_eq!(record.open().journal().grace, 1);
    assert_eq!(
        record.value(Purpose::Logon(Which::Current), "password").unwrap(),
        "next-1"
    );
    assert_eq!(record.value(Purpose::Logon(Which::Current), "username").unwrap(), "ada");
}

#[test]
fn a_form_gets_what_it_is_answered_for() {
    let mut record = Record::new();
    assert!(record.values(Purpose::Change).is_none());
    assert!(record.values(Purpose::Logon(Which::Pending)).is_none());
    record.step(ChangeStep::Begin(password("next-1"))).unwrap();
    let get = |purpose, field| record.value(purpose, field);
    assert_eq!(get(Purpose::Logon(Which::Current), "password").unwrap(), OLD);
    assert_eq!(get(Purpose::Logon(Which::Pending), "password").unwrap(), "next-1");
    assert_eq!(get(Purpose::Logon(Which::Pending), "new"), None);
    assert_eq!(get(Purpose::Change, "password").unwrap(), OLD);
    assert_eq!(get(Purpose::Change, "old").unwrap(), OLD);
    assert_eq!(get(Purpose::Change, "new").unwrap(), "next-1");
    assert_eq!(get(Purpose::Change, "confirm").unwrap(), "next-1");
}

#[test]
fn a_step_that_does_not_fit_seals_nothing() {
    let mut record = Record::new();
    let before = record.sealed.clone();
    assert_eq!(
        record.step(ChangeStep::Send),
        Err(StepError::Misstep(Misstep::NoChange))
    );
    assert_eq!(record.sealed, before);
}

#[test]
fn what_the_user_gives_himself_is_in_the_journal_as_well() {
    let mut record = Record::new();
    let amendment = |text: &str, password_field: Option<&str>| Amendment {
        label: None,
        fields: vec![(FieldName::from("password"), FieldKind::Secret, password(text))],
        password: password_field.map(FieldName::from),
        changed: Timestamp(9),
    };
    record.sealed = record
        .vault
        .seal_amended(record.open(), amendment("mine", Some("password")), 2)
        .unwrap();
    assert_eq!(record.open().journal().former, [(Timestamp(9), Ending::Replaced)]);
    let in_use = record.open().into_passwords(&FieldName::from("password"));
    assert_eq!(in_use.current.unwrap().expose(), "mine");
    assert_eq!(in_use.others.first().unwrap().expose(), OLD);
    // The same once more is no change.
    record.sealed = record
        .vault
        .seal_amended(record.open(), amendment("mine", Some("password")), 3)
        .unwrap();
    assert_eq!(record.open().journal().former.len(), 1);
}

#[test]
fn nothing_of_a_journal_is_in_the_clear_or_in_what_is_printed() {
    let mut record = Record::new();
    record
        .step(ChangeStep::Begin(password("needle-in-the-journal")))
        .unwrap();
    let needle = b"needle-in";
    assert!(!record.sealed.windows(needle.len()).any(|window| window == needle));
    assert!(!format!("{:?}", record.open()).contains("needle"));
}
