//! The change journals of logons: read, and written step by step.

use super::{Keeper, KeeperError};
use countersign_model::{
    Binding, ChangeStep, FieldName, FieldValues, JournalFacts, LogonId, Purpose, TemplateId, Timestamp,
};
use countersign_secret::Password;
use countersign_vault::{InUse, LiveBinding, Reauthenticated, release, release_for_owner};
use countersign_wire::StoreName;

impl Keeper {
    /// Lets a logon out to the live window it was saved for, with what the form is answered for. `password` is the field its journal is
    /// about. One that was stored before its program was ever seen is fixed to it.
    pub(crate) fn release(
        &mut self,
        id: LogonId,
        (template, live): (&TemplateId, &Binding),
        (password, purpose): (&FieldName, Purpose),
    ) -> Result<FieldValues, KeeperError> {
        let live = LiveBinding {
            template: template.clone(),
            publisher: live.publisher.clone(),
            executable: live.executable.clone().unwrap_or_default(),
        };
        self.check_agreement(&self.opened()?.read(id)?, &live)?;
        let open = self.opened_mut()?;
        let released = release(open.read(id)?, &live)?;
        let version = open.next(id)?;
        if let Some(sealed) = open.unlocked.seal_fixed(&released, version.counter)? {
            open.put(version, sealed)?;
            self.exports.changed(StoreName::Vault);
        }
        let values = released.into_values(password, purpose);
        values.ok_or(KeeperError::Step(countersign_model::Misstep::NoChange.into()))
    }

    /// Writes a step of a change into a logon's journal. It is durable when this returns.
    pub(crate) fn step(
        &mut self,
        id: LogonId,
        (password, step): (&FieldName, ChangeStep),
        now: Timestamp,
    ) -> Result<(), KeeperError> {
        let open = self.opened_mut()?;
        let opened = open.read(id)?;
        let at = super::logons::after(now, &opened);
        let version = open.next(id)?;
        let sealed = open.unlocked.seal_step(opened, (password, step), at, version.counter)?;
        open.put(version, sealed)?;
        self.exports.changed(StoreName::Vault);
        Ok(())
    }

    /// What may be shown of a logon's journal.
    pub(crate) fn password_journal(&self, id: LogonId) -> Result<JournalFacts, KeeperError> {
        Ok(self.opened()?.read(id)?.journal())
    }

    /// A logon's passwords, to judge a new one by.
    pub(crate) fn passwords_in_use(&self, id: LogonId, password: &FieldName) -> Result<InUse, KeeperError> {
        Ok(self.opened()?.read(id)?.into_passwords(password))
    }

    /// A password of the journal, for its owner who has just typed the vault's: the next one for 0, else the so-manieth of before, the
    /// latest being 1.
    pub(crate) fn reveal_journal(
        &self,
        id: LogonId,
        number: usize,
        proof: Reauthenticated,
    ) -> Result<Option<Password>, KeeperError> {
        let journal = release_for_owner(self.opened()?.read(id)?, proof)?.journal;
        let former = || journal.former.get(number.checked_sub(1)?);
        Ok(match number {
            0 => journal.pending.as_ref().map(|pending| pending.next.duplicate()),
            _ => former().map(|former| former.password.duplicate()),
        })
    }
}
