//! What clients ask about passwords and their changes.

use super::Then;
use crate::engine::Engine;
use crate::keeper::KeeperError;
use countersign_model::{ChangeStep, LogonId, Which};
use countersign_secret::Password;
use countersign_vault::Summary;
use countersign_wire::{Answer, ErrorCode, ErrorReply, PasswordReport, PasswordVerdict};
use std::sync::mpsc::Sender;

impl Engine {
    /// Makes the next password of a logon, or takes the user's own. It is typed where the application next asks for a new one.
    pub(crate) fn password_change(&mut self, logon: LogonId, mut own: Vec<Password>, reply: Sender<Answer>) {
        match self.keeper.template_of(logon) {
            Some(_) => self.make_password(logon, own.pop(), Then::Client(reply)),
            None => {
                let _ = reply.send(self.no_logon(logon).into());
            }
        }
    }

    fn no_logon(&self, logon: LogonId) -> ErrorReply {
        match self.keeper.count() {
            Some(_) => KeeperError::NoLogon(logon).into(),
            None => self.keeper.locked(),
        }
    }

    /// How passwords stand: of this logon, or of all.
    pub(crate) fn password_status(&self, logon: Option<LogonId>) -> Result<Vec<PasswordReport>, ErrorReply> {
        let wanted = |summary: &Summary| logon.is_none_or(|logon| logon == summary.id);
        let mut reports = Vec::new();
        for summary in self.keeper.list()?.iter().filter(|summary| wanted(summary)) {
            reports.push(self.report(summary)?);
        }
        reports.sort_by(|a, b| (&a.template, &a.label, a.logon).cmp(&(&b.template, &b.label, b.logon)));
        match (logon, reports.is_empty()) {
            (Some(logon), true) => Err(self.no_logon(logon)),
            _ => Ok(reports),
        }
    }

    pub(crate) fn password_report(&self, logon: LogonId) -> Result<PasswordReport, ErrorReply> {
        let mut reports = self.password_status(Some(logon))?;
        reports.pop().ok_or_else(|| self.no_logon(logon))
    }

    fn report(&self, summary: &Summary) -> Result<PasswordReport, ErrorReply> {
        let set = self.configuration.templates();
        let loaded = set.get(&summary.template);
        let journal = self.keeper.password_journal(summary.id)?;
        let policy = self.configuration.policy_for(&summary.template).ok();
        let life = policy.map(|policy| policy.policy().life).unwrap_or_default();
        Ok(PasswordReport {
            logon: summary.id,
            label: summary.label.clone(),
            template: summary.template.clone(),
            application: loaded.map(|loaded| loaded.name().to_owned()),
            grace_left: (life.grace_logins > 0).then(|| life.grace_logins.saturating_sub(journal.grace.into())),
            group: loaded.and_then(|loaded| loaded.template().logon.group.clone()),
            expires: super::expires(&journal, life),
            journal,
        })
    }

    /// The user says what became of a new password.
    pub(crate) fn password_settle(
        &mut self,
        logon: LogonId,
        verdict: PasswordVerdict,
    ) -> Result<PasswordReport, ErrorReply> {
        let journal = self.password_report(logon)?.journal;
        if journal.pending.is_none() {
            return Err(
                ErrorReply::new(ErrorCode::NoMatch, "no change of this password is under way")
                    .next("`countersign password status` shows those that are"),
            );
        }
        self.password_step(
            logon,
            match verdict {
                PasswordVerdict::Taken => ChangeStep::Take(Which::Pending),
                PasswordVerdict::NotTaken => ChangeStep::Revert,
            },
        )?;
        self.passwords_changed();
        self.password_report(logon)
    }
}
