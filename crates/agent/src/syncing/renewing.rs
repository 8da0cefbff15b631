//! Ways into the vault that its owner asked for: recovery halves, with a new passphrase if he wants one, and slots. They are written by the next
//! exchange like every other change of the header, and he hears what became of them when it ends.

use super::errand::Scope;
use crate::engine::Engine;
use crate::organisation::Known;
use countersign_secret::{Key, Password};
use countersign_signon::VaultState;
use countersign_vault::{Answer as Passphrase, AuditEvent, Rings, SlotKind, SlotSecrets};
use countersign_wire::{Answer, ErrorCode, ErrorReply, Recovered, Reply};
use std::sync::Arc;
use std::sync::mpsc::Sender;

/// What is to be made anew or taken away.
pub(crate) struct Renewal {
    /// The answer of a new passphrase slot; with one the vault gets a new key, too.
    pub(crate) passphrase: Option<Passphrase>,
    pub(crate) cause: Cause,
}

/// Why the header is changed.
pub(crate) enum Cause {
    /// The user wants a recovery code to print.
    Asked,
    /// The recovery halves were just used.
    Used,
    /// A slot is to be made or taken away.
    Slot(SlotWish),
}

/// A slot in the directory, and what its owner wants of it.
pub(crate) enum SlotWish {
    /// The passphrase slot, by the renewal's answer.
    Passphrase,
    /// One that asks for the key the directory keeps.
    DirectoryKey(Key),
    /// One that asks for the password and that key.
    Silent(Password, Key),
    /// None of this kind any more. The vault gets a new key: whoever has the header of before opens nothing new with it.
    Without(SlotKind),
}

impl SlotWish {
    pub(super) fn kind(&self) -> SlotKind {
        match self {
            Self::Passphrase => SlotKind::Passphrase,
            Self::DirectoryKey(_) => SlotKind::DirectoryKey,
            Self::Silent(..) => SlotKind::Silent,
            Self::Without(kind) => *kind,
        }
    }

    /// What the slot is made from, where it needs no new key of the vault.
    pub(super) fn secrets(&self) -> Option<SlotSecrets<'_>> {
        match self {
            Self::DirectoryKey(key) => Some(SlotSecrets::directory_key(key)),
            Self::Silent(password, key) => Some(SlotSecrets::silent(password, key)),
            Self::Passphrase | Self::Without(_) => None,
        }
    }

    fn done(&self) -> &'static str {
        match self {
            Self::Passphrase => "a new answer, with a new vault key",
            Self::DirectoryKey(_) | Self::Silent(..) => "made",
            Self::Without(_) => "taken away, with a new vault key",
        }
    }
}

impl Renewal {
    /// Whether new recovery halves are wanted.
    pub(super) fn wants_halves(&self) -> bool {
        !matches!(self.cause, Cause::Slot(_))
    }

    /// What a slot is made from that is to be added to the header as it is.
    pub(super) fn slot(&self) -> Option<SlotSecrets<'_>> {
        match &self.cause {
            Cause::Slot(wish) => wish.secrets(),
            _ => None,
        }
    }

    /// The kind that is to be taken away.
    pub(super) fn without(&self) -> Option<SlotKind> {
        match self.cause {
            Cause::Slot(SlotWish::Without(kind)) => Some(kind),
            _ => None,
        }
    }
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
        if matches!(renewal.cause, Cause::Asked) && self.rings().is_none() {
            let none = ErrorReply::new(ErrorCode::NoMatch, "your organisation has no recovery here")
                .next("`countersign trust show` says why; `countersign trust pin` makes this machine believe it");
            let _ = reply.send(none.into());
            return;
        }
        if self.syncing.renewing.is_some() {
            let busy = ErrorReply::new(ErrorCode::TooSoon, "the vault's header is being changed already")
                .next("wait a moment");
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
        let answer = match (done, &renewal.cause) {
            (true, Cause::Slot(wish)) => {
                self.audit(AuditEvent::SlotChange, wish.kind().name(), wish.done());
                Reply::Done.into()
            }
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
                        _ => Reply::Recovered(Recovered { waiting: None }),
                    },
                    secrets: printed.into_iter().collect(),
                }
            }
            (false, Cause::Asked | Cause::Slot(_)) => ErrorReply::new(
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
            let locked = ErrorReply::new(ErrorCode::Locked, "the vault was locked before its header was changed")
                .next("run `countersign unlock`, then try again");
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
