//! New ways into the vault that its owner asked for: recovery halves, with a new passphrase if he wants one. They are written by the next
//! exchange like every other change of the header, and he hears what became of them when it ends.

use super::errand::Scope;
use crate::engine::Engine;
use crate::organisation::Known;
use countersign_signon::VaultState;
use countersign_vault::{Answer as Passphrase, AuditEvent, Rings};
use countersign_wire::{Answer, ErrorCode, ErrorReply, Recovered, Reply};
use std::sync::Arc;
use std::sync::mpsc::Sender;

/// What is to be made anew.
pub(crate) struct Renewal {
    /// The answer of a new passphrase slot; with one the vault gets a new key, too.
    pub(crate) passphrase: Option<Passphrase>,
    pub(crate) cause: Cause,
}

/// Why recovery halves are made anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The user wants a code to print.
    Asked,
    /// They were just used.
    Used,
}

/// A renewal whose owner waits.
pub(super) struct Renewing {
    pub(super) renewal: Arc<Renewal>,
    pub(super) reply: Sender<Answer>,
    /// Whether it is in the repository.
    pub(super) written: bool,
}

impl Engine {
    /// Makes new recovery halves, now or not at all; the owner was just recognised.
    pub(crate) fn renew(&mut self, renewal: Renewal, reply: Sender<Answer>) {
        if renewal.cause == Cause::Asked && self.rings().is_none() {
            let none = ErrorReply::new(ErrorCode::NoMatch, "your organisation has no recovery here")
                .next("`countersign trust show` says why; `countersign trust pin` makes this machine believe it");
            let _ = reply.send(none.into());
            return;
        }
        if self.syncing.renewing.is_some() {
            let busy = ErrorReply::new(ErrorCode::TooSoon, "recovery is being set up already").next("wait a moment");
            let _ = reply.send(busy.into());
            return;
        }
        self.syncing.renewing = Some(Renewing {
            renewal: Arc::new(renewal),
            reply,
            written: false,
        });
        self.exchange(Scope::Records);
    }

    /// The rings new halves are sealed to: the organisation's; where this device knows of none, those the vault has already.
    pub(super) fn rings(&self) -> Option<Rings> {
        match self.organisation.recovery() {
            Known::Rings(rings) => Some(rings),
            Known::Off => None,
            Known::Nothing => self.keeper.recovery_rings(),
        }
    }

    pub(super) fn renewal(&self) -> Option<Arc<Renewal>> {
        let renewing = self.syncing.renewing.as_ref().filter(|renewing| !renewing.written);
        renewing.map(|renewing| Arc::clone(&renewing.renewal))
    }

    /// An exchange has written it.
    pub(super) fn renewed(&mut self, written: &Arc<Renewal>) {
        if let Some(renewing) = &mut self.syncing.renewing
            && Arc::ptr_eq(&renewing.renewal, written)
        {
            renewing.written = true;
        }
    }

    /// Tells whoever waits for a renewal what became of it.
    pub(super) fn answer_renewal(&mut self) {
        let Some(Renewing {
            renewal,
            reply,
            written,
        }) = self.syncing.renewing.take()
        else {
            return;
        };
        let done = written && self.keeper.state() == VaultState::Unlocked && !self.keeper.owes_recovery();
        let answer = match (done, renewal.cause) {
            (true, cause) => {
                let printed = self.keeper.printed_code();
                if renewal.passphrase.is_some() {
                    self.audit(AuditEvent::SlotChange, "passphrase", "a new answer");
                }
                let what = match &printed {
                    Some(_) => "new halves and a new printed code",
                    None => "taken off: the organisation has none",
                };
                self.audit(AuditEvent::SlotChange, "recovery", what);
                Answer {
                    reply: match cause {
                        Cause::Asked => Reply::RecoveryPrinted,
                        Cause::Used => Reply::Recovered(Recovered { waiting: None }),
                    },
                    secrets: printed.into_iter().collect(),
                }
            }
            (false, Cause::Asked) => ErrorReply::new(
                ErrorCode::Unreachable,
                format!("the vault's header was not changed: {}", self.hindrance()),
            )
            .next("try again when the repository answers")
            .into(),
            (false, Cause::Used) => Reply::Recovered(Recovered {
                waiting: Some(self.hindrance()),
            })
            .into(),
        };
        let _ = reply.send(answer);
    }

    /// Forgets what was to be renewed: it holds a secret, and the vault is locked.
    pub(crate) fn drop_renewal(&mut self) {
        if let Some(renewing) = self.syncing.renewing.take() {
            let locked = ErrorReply::new(ErrorCode::Locked, "the vault was locked before recovery was set up")
                .next("run `countersign unlock`, then `countersign recover setup`");
            let _ = renewing.reply.send(locked.into());
        }
    }

    /// Why a header was not written.
    pub(super) fn hindrance(&self) -> String {
        match self.syncing.health() {
            Err(error) => error.to_string(),
            Ok(()) => {
                let fault = self.header_faults().next();
                fault.unwrap_or("another device was faster").to_owned()
            }
        }
    }
}
