//! Following what other devices did to the vault, and taking devices off.

use super::errand::Scope;
use crate::engine::Engine;
use crate::keeper::{KeeperError, NewId};
use countersign_model::{DeviceId, HeaderVersion};
use countersign_signon::{Event, Notice, VaultState};
use countersign_sync::{HeaderAlarm, SetBack};
use countersign_vault::{AuditEvent, Followed, UnlockError};
use countersign_wire::{Answer, ErrorCode, ErrorReply, Reply, Revocation};
use std::sync::mpsc::Sender;

/// What is said on a machine whose vault has a successor.
const REPLACED: &str = "another vault of yours is in the repository: it was begun anew on another machine. `countersign unlock --passphrase` joins it and sets this machine's vault aside; if that was not you, tell the administrator";

/// A header this device does not follow.
pub(super) struct Refused {
    pub(super) header: Vec<u8>,
    why: String,
    pub(super) standing: Standing,
}

/// Whether this device is one of the vault's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It is, as far as is known.
    Listed,
    /// It was taken off.
    Revoked,
    /// The repository has another vault of the user's.
    Replaced,
}

/// A client that waits to hear what became of a device.
pub(super) struct Awaiting {
    device: DeviceId,
    reply: Sender<Answer>,
}

impl Engine {
    /// Follows the repository's header, if it is another one than this device's and the vault is open. What is to be exchanged then
    /// comes back.
    pub(crate) fn follow_newest(&mut self) -> Option<Scope> {
        let (version, header) = self.syncing.header()?;
        let (own, ours) = self.keeper.header()?;
        if self.keeper.state() == VaultState::Locked || header == ours {
            self.syncing.refused = self.syncing.refused.take().filter(|_| header != ours);
            return None;
        }
        let known = self.syncing.refused.as_ref();
        if version < own || known.is_some_and(|refused| refused.header == header) {
            return None;
        }
        let user = self.syncing.user().clone();
        match self.keeper.follow(&user, version, &header) {
            Ok(followed) => {
                self.told(version, &followed);
                self.syncing.refused = None;
                self.signon(Event::Vault(self.keeper.state()));
                Some(Scope::Records)
            }
            Err(error) => {
                let (standing, why) = match &error {
                    KeeperError::Header(UnlockError::Revoked) => (Standing::Revoked, error.to_string()),
                    KeeperError::Header(UnlockError::Misplaced { what: "vault", .. }) => {
                        (Standing::Replaced, REPLACED.to_owned())
                    }
                    _ => (Standing::Listed, error.to_string()),
                };
                tracing::error!("vault header {}: {why}", version.0);
                self.audit(AuditEvent::Alarm, "vault header", &why);
                // Only the vault's own header can say that this device was taken off.
                if standing != Standing::Revoked
                    && let Err(error) =
                        countersign_sync::header_refused(self.keeper.device_store(), &header, (own, &ours))
                {
                    tracing::warn!("{error}");
                }
                self.syncing.refused = Some(Refused { header, why, standing });
                // Those that took it off do not want to hear from it any more; a header that is wrong stops nobody.
                (standing == Standing::Listed).then_some(Scope::Records)
            }
        }
    }

    /// This device has just joined: what was refused before does not count.
    pub(crate) fn joined(&mut self) {
        self.syncing.refused = None;
    }

    /// A copy, or a device that was set back, gets an id of its own, and its user is told. What is to be exchanged then comes back.
    pub(crate) fn settle_identity(&mut self, set_back: Option<SetBack>) -> Option<Scope> {
        let (reason, before, now) = match self.keeper.settle_identity(set_back) {
            Ok(None) => return None,
            Ok(Some(NewId { reason, before, now })) => (reason, before, now),
            Err(error) => {
                tracing::error!("this device keeps its id for now: {error}");
                self.syncing.header_fault = Some(error.to_string());
                return None;
            }
        };
        self.audit(AuditEvent::DeviceChange, &now.to_string(), &reason.to_string());
        self.notify(Notice {
            application: "device".to_owned(),
            text: format!(
                "{reason}. It was {before} and is {now} now; if nothing uses {before} any more, run `countersign device revoke {before}`"
            ),
        });
        Some(Scope::Records)
    }

    fn told(&mut self, version: HeaderVersion, followed: &Followed) {
        match followed {
            Followed::Rolled { from, to, gone } => {
                let count = gone.len();
                tracing::warn!("the vault's key was changed (from {from} to {to}); {count} devices were taken off");
                self.audit(AuditEvent::Roll, "vault", &format!("from key {from} to key {to}"));
                for device in gone {
                    self.audit(AuditEvent::DeviceChange, &device.to_string(), "taken off");
                }
            }
            Followed::Newer | Followed::Same => tracing::info!("vault header {} followed", version.0),
        }
    }

    /// What is wrong with the repository's header is shown, and each alarm kept once.
    pub(super) fn tell_of_headers(&mut self, alarms: &[HeaderAlarm], fault: Option<String>) {
        if fault.is_some() && fault != self.syncing.header_fault {
            for alarm in alarms {
                self.audit(AuditEvent::Alarm, "vault header", &alarm.to_string());
            }
        }
        self.syncing.header_fault = fault;
        if !alarms.is_empty()
            && let Err(error) = countersign_sync::header_told(self.keeper.device_store())
        {
            tracing::warn!("{error}");
        }
    }

    /// Whether this device was taken off.
    pub(crate) fn standing(&self) -> Standing {
        let refused = self.syncing.refused.as_ref();
        refused.map_or(Standing::Listed, |refused| refused.standing)
    }

    /// What is wrong with the repository's vault header.
    pub(crate) fn header_faults(&self) -> impl Iterator<Item = &str> {
        let refused = self.syncing.refused.as_ref().map(|refused| refused.why.as_str());
        refused.into_iter().chain(self.syncing.header_fault.as_deref())
    }

    /// Takes a device off the vault, now or when the repository answers; the password was just checked.
    pub(crate) fn revoke(&mut self, device: DeviceId, reply: Sender<Answer>) {
        let refused = |message: String, next: &str| ErrorReply::new(ErrorCode::Refused, message).next(next);
        let listed = self.keeper.devices().into_iter().find(|known| known.id == device);
        let done = match listed {
            None => Err(refused(
                format!("there is no device {device} in this vault"),
                "run `countersign device list`",
            )),
            Some(own) if own.this => Err(refused(
                "this is the device you are using".to_owned(),
                "revoke it from another one",
            )),
            Some(_) => self.keeper.take_off(device).map_err(ErrorReply::from),
        };
        match done {
            Ok(()) => {
                self.syncing.awaiting.push(Awaiting { device, reply });
                self.exchange(Scope::Records);
            }
            Err(error) => {
                let _ = reply.send(error.into());
            }
        }
    }

    /// Tells those who wait for a device to be taken off.
    pub(super) fn answer_awaiting(&mut self) {
        for Awaiting { device, reply } in std::mem::take(&mut self.syncing.awaiting) {
            let listed = self.keeper.devices().iter().any(|known| known.id == device);
            let became = match listed {
                false => Revocation::Done,
                true => Revocation::Queued(self.hindrance()),
            };
            let _ = reply.send(Reply::DeviceRevoked(became).into());
        }
    }
}
