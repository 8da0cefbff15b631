//! Changes of passwords: each step is in the logon's journal, and so on the disk, before what it speaks of is done.

mod making;
mod requests;

pub(crate) use making::{Made, Then};

use crate::engine::Engine;
use crate::keeper::KeeperError;
use countersign_model::{
    ChangeStep, FieldName, JournalFacts, LifeRules, Lineage, LogonId, TemplateId, Timestamp, Which,
};
use countersign_signon::{Event, Expiry, LogonSummary, Notice, Underway, VaultState};
use countersign_vault::AuditEvent;

const DAY: u64 = 86_400_000;

impl Engine {
    /// The field of a template's logons that is their password.
    pub(crate) fn password_field(&self, template: &TemplateId) -> FieldName {
        let set = self.configuration.templates();
        let named = set
            .get(template)
            .and_then(|loaded| loaded.template().logon.password().cloned());
        named.unwrap_or_else(|| FieldName::from("password"))
    }

    /// Writes a step into a logon's journal, and has it sent to the repository.
    pub(crate) fn password_step(&mut self, logon: LogonId, step: ChangeStep) -> Result<(), KeeperError> {
        let template = self.keeper.template_of(logon).ok_or(KeeperError::NoLogon(logon))?;
        let told = told(&step);
        let field = self.password_field(&template);
        self.keeper.step(logon, (&field, step), self.clock.both().wall)?;
        if let Some(told) = told {
            self.audit(AuditEvent::PasswordChange, template.as_str(), told);
        }
        self.stored_changed();
        Ok(())
    }

    /// A step the machine has learnt of. That it is not written is said: what it speaks of happened all the same.
    pub(crate) fn password_learnt(&mut self, logon: LogonId, step: ChangeStep) {
        if let Err(error) = self.password_step(logon, step) {
            self.notify(Notice {
                application: "passwords".to_owned(),
                text: format!(
                    "what was learnt of a new password is not kept: {error}; `countersign password status` shows what is known"
                ),
            });
        }
    }

    /// A password was filled, and nobody has complained. Where the program that asked is still there, it was taken.
    pub(crate) fn password_quiet(&mut self, logon: LogonId, which: Which, asker: Lineage) {
        if countersign_desktop::runs(asker) {
            self.password_learnt(logon, ChangeStep::Take(which));
        }
    }

    /// Adds what the machine has to know of a logon's password: how many wrong ones lock the account, and whether it has expired.
    pub(crate) fn with_policy(&self, template: &TemplateId, mut logon: LogonSummary) -> LogonSummary {
        let Ok(policy) = self.configuration.policy_for(template) else {
            return logon;
        };
        let life = policy.policy().life;
        if let Some(underway) = &mut logon.change {
            *underway = Underway {
                wrong_passwords: (life.wrong_passwords > 0).then_some(life.wrong_passwords),
                ..*underway
            };
        }
        if let Ok(journal) = self.keeper.password_journal(logon.id) {
            let now = self.clock.both().wall;
            logon.expiry = match expires(&journal, life).is_some_and(|expires| expires <= now) {
                false => Expiry::Valid,
                true if life.grace_logins > 0 && u32::from(journal.grace) >= life.grace_logins => Expiry::Over,
                true => Expiry::Grace,
            };
        }
        logon
    }

    /// Forms that waited for a password are looked at again.
    fn passwords_changed(&mut self) {
        self.signon(Event::Vault(VaultState::Unlocked));
    }
}

/// What the audit log is told of a step.
fn told(step: &ChangeStep) -> Option<&'static str> {
    match step {
        ChangeStep::Begin(_) => Some("a new one is made"),
        ChangeStep::Send => Some("the new one goes to the application"),
        ChangeStep::Take(Which::Pending) => Some("the new one is in use"),
        ChangeStep::Take(Which::Current) | ChangeStep::Revert => Some("the new one was given up"),
        ChangeStep::TakeBack | ChangeStep::Try(_) | ChangeStep::Refuse(_) | ChangeStep::Grace => None,
    }
}

/// When a password expires; none: never, or it is not known since when it counts.
fn expires(journal: &JournalFacts, life: LifeRules) -> Option<Timestamp> {
    let since = journal.since.filter(|_| life.days > 0)?;
    Some(Timestamp(since.0.saturating_add(u64::from(life.days) * DAY)))
}
