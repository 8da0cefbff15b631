//! Changing a logon's password: the steps of its journal, sealed one by one, and what a form is answered with on the way.

use crate::record::{Opened, SealError};
use crate::release::Released;
use crate::unlocked::Unlocked;
use countersign_model::{
    ChangeStep, FieldKind, FieldName, FieldValues, JournalFacts, Misstep, Pending, Purpose, Timestamp, Which,
};
use countersign_secret::Password;

/// Why a step of a change could not be sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StepError {
    /// It does not fit.
    #[error(transparent)]
    Misstep(#[from] Misstep),
    /// It could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
}

/// The passwords of a logon, to judge a new one by; they go to policies and to the organisation's exits, and into no window.
#[derive(Debug, Default)]
pub struct InUse {
    /// The one that counts.
    pub current: Option<Password>,
    /// The next one, and those of before, the latest first.
    pub others: Vec<Password>,
}

impl Unlocked {
    /// Seals a logon with one more step of its change in the journal, without letting anything out. `password` is the field the
    /// journal is about.
    ///
    /// # Errors
    /// See [`StepError`].
    pub fn seal_step(
        &self,
        opened: Opened,
        (password, step): (&FieldName, ChangeStep),
        at: Timestamp,
        counter: u64,
    ) -> Result<Vec<u8>, StepError> {
        if opened.vault != self.vault_id() {
            return Err(SealError::OutOfBounds("it belongs to another vault").into());
        }
        let mut logon = opened.logon;
        logon.journal.step(&mut logon.fields, password, step, at)?;
        logon.changed = at;
        Ok(self.seal_logon(&logon, counter, opened.commitment)?)
    }
}

impl Opened {
    /// What may be shown of its journal.
    #[must_use]
    pub fn journal(&self) -> JournalFacts {
        self.logon.journal.facts()
    }

    /// Its passwords, to judge a new one by.
    #[must_use]
    pub fn into_passwords(self, password: &FieldName) -> InUse {
        let journal = self.logon.journal;
        let former = journal.former.into_iter().map(|former| former.password);
        InUse {
            current: self.logon.fields.get(password).map(Password::duplicate),
            others: journal
                .pending
                .map(|pending| pending.next)
                .into_iter()
                .chain(former)
                .collect(),
        }
    }
}

impl Released {
    /// What a form gets, for good. `password` is the field the journal is about. None where the purpose takes a change that is not under
    /// way.
    #[must_use]
    pub fn into_values(self, password: &FieldName, purpose: Purpose) -> Option<FieldValues> {
        let mut fields = self.logon.fields;
        let pending = self.logon.journal.pending;
        match purpose {
            Purpose::Logon(Which::Current) => {}
            Purpose::Logon(Which::Pending) => {
                let Pending { next, .. } = pending?;
                set_field(&mut fields, (password.clone(), FieldKind::Secret, next));
            }
            Purpose::Change => {
                let Pending { next, .. } = pending?;
                let old = fields.get(password).map(Password::duplicate);
                if let Some(old) = old {
                    set_field(&mut fields, (FieldName::from("old"), FieldKind::Secret, old));
                }
                let again = next.duplicate();
                set_field(&mut fields, (FieldName::from("new"), FieldKind::Secret, next));
                set_field(&mut fields, (FieldName::from("confirm"), FieldKind::Secret, again));
            }
        }
        Some(fields)
    }
}

pub(crate) fn set_field(fields: &mut FieldValues, (name, kind, value): (FieldName, FieldKind, Password)) {
    match fields.0.iter_mut().find(|(known, _, _)| *known == name) {
        Some(field) => *field = (name, kind, value),
        None => fields.0.push((name, kind, value)),
    }
}
