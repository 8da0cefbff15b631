//! What only the owner may ask, with the password typed again.

use crate::engine::Engine;
use crate::keeper::KeeperError;
use crate::message::OwnerCall;
use crate::syncing::Scope;
use countersign_model::{FieldName, LogonId};
use countersign_secret::Password;
use countersign_signon::Event;
use countersign_vault::{AuditEvent, Reauthenticated};
use countersign_wire::{Answer, ErrorCode, ErrorReply, Reply};
use std::sync::mpsc::Sender;

impl Engine {
    /// Does what only the owner may ask; the password was just checked.
    pub(crate) fn owner_call(&mut self, call: OwnerCall, proof: Reauthenticated, reply: Sender<Answer>) {
        let filled = match &call {
            OwnerCall::Fill(_, window) => window.or(self.active),
            _ => None,
        };
        self.signon(Event::Proven(filled));
        let answer = match call {
            // Answered when the repository has been asked.
            OwnerCall::Revoke(device) => return self.revoke(device, reply),
            OwnerCall::Renew(renewal) => return self.renew(renewal, reply),
            OwnerCall::Approved(device) => {
                self.audit(AuditEvent::DeviceChange, &device.to_string(), "let in");
                self.exchange(Scope::Records);
                Ok(Reply::Done.into())
            }
            OwnerCall::Fill(id, window) => return self.fill(window, id, reply),
            OwnerCall::Reveal(id, field) => self
                .handed_out(id, &field, proof, &format!("field {field}"))
                .map(Answer::revealed),
            OwnerCall::Copy(id, field) => self.copied(id, &field, proof),
            OwnerCall::RevealJournal(id, number) => self.revealed_journal(id, number, proof),
            OwnerCall::Rebind(id) => self.rebound(id, proof),
        };
        let _ = reply.send(answer.unwrap_or_else(Answer::from));
    }

    /// Whether the secrets of a logon may be shown, which is for its template and for the organisation to say.
    fn may_show(&self, id: LogonId) -> Result<(), ErrorReply> {
        let set = self.configuration.templates();
        let template = self.keeper.template_of(id);
        let loaded = template.and_then(|template| set.get(&template));
        let why = if loaded.is_some_and(|loaded| !loaded.template().logon.reveal) {
            "the template of this application does not let its secrets be shown"
        } else if !self.configuration.settings().switch("reveal.allowed") {
            "your organisation does not let secrets be shown"
        } else {
            return Ok(());
        };
        Err(ErrorReply::new(ErrorCode::Refused, why).next("`countersign logon fill` fills them without showing them"))
    }

    /// A secret of a logon, noted in the audit log.
    fn handed_out(
        &mut self,
        id: LogonId,
        field: &FieldName,
        proof: Reauthenticated,
        noted: &str,
    ) -> Result<Password, ErrorReply> {
        self.may_show(id)?;
        let secret = self
            .keeper
            .reveal(id, field, proof)?
            .ok_or_else(|| ErrorReply::new(ErrorCode::NoMatch, format!("the logon has no field {field}")))?;
        self.audit_reveal(id, noted);
        Ok(secret)
    }

    fn audit_reveal(&mut self, id: LogonId, noted: &str) {
        let template = self.keeper.template_of(id);
        let subject = template.as_ref().map_or("", |template| template.as_str());
        self.audit(AuditEvent::Reveal, subject, noted);
    }

    fn copied(&mut self, id: LogonId, field: &FieldName, proof: Reauthenticated) -> Result<Answer, ErrorReply> {
        let secret = self.handed_out(id, field, proof, &format!("field {field}, copied"))?;
        let seconds = self.configuration.settings().number("clipboard.seconds");
        Ok(Answer {
            reply: Reply::Copied {
                seconds: u32::try_from(seconds).unwrap_or(u32::MAX),
            },
            secrets: vec![secret],
        })
    }

    fn revealed_journal(&mut self, id: LogonId, number: usize, proof: Reauthenticated) -> Result<Answer, ErrorReply> {
        self.may_show(id)?;
        let secret = self.keeper.reveal_journal(id, number, proof)?.ok_or_else(|| {
            ErrorReply::new(ErrorCode::NoMatch, format!("the journal has no password {number}"))
                .next("`countersign password history` lists those it has")
        })?;
        self.audit_reveal(id, &format!("password {number} of the journal"));
        Ok(Answer::revealed(secret))
    }

    fn rebound(&mut self, id: LogonId, proof: Reauthenticated) -> Result<Answer, ErrorReply> {
        let set = self.configuration.templates();
        let template = self.keeper.template_of(id);
        let loaded = template.and_then(|template| set.get(&template));
        let publisher = loaded.map(|loaded| loaded.publisher.clone());
        self.keeper
            .rebind(id, publisher, proof)
            .map_err(|error: KeeperError| ErrorReply::from(error))?;
        self.logons_changed();
        Ok(Reply::LogonSaved(id).into())
    }
}
