//! What clients reach first, each on its own thread: key derivation happens here, everything else goes to the engine.

mod anew;
mod directory;
mod enrolling;
mod exits;
mod factors;
mod joining;
mod opening;
mod operator;
mod primary;
mod recovery;
mod silent;
mod slots;

use crate::clock::SystemClock;
use crate::message::{Adoption, Call, Entry, Material, Message, Opening, OwnerCall};
use crate::primary::PrimaryTerms;
use crate::throttle::Throttle;
use countersign_desktop::Clipboard;
use countersign_model::port::Clock;
use countersign_model::{FieldName, HeaderVersion, LogonId, UserId};
use countersign_secret::Password;
use countersign_vault::{
    AuditEvent, EnrollError, Joining, KdfParameters, Owner, ThisDevice, UnlockError, Unlocked, inspect_header,
    normalise_answer,
};
use countersign_vault::{Circumstances, SlotKind, SlotPolicy};
use countersign_wire::{Answer, ErrorCode, ErrorReply, Handler, Peer, Reply, Request, Trouble};
use enrolling::Sight;
use operator::{Agreed, Caller};
use recovery::Halves;
pub(crate) use silent::silent_kinds;
use std::path::PathBuf;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Answers clients.
pub(crate) struct Front {
    inbox: Mutex<Sender<Message>>,
    throttle: Mutex<Throttle>,
    /// This machine's own request to join, while it waits.
    joining: Mutex<Option<Joining>>,
    clock: SystemClock,
    package: PathBuf,
    clipboard: Arc<Clipboard>,
}

/// What a key derivation works by, asked of the engine first.
pub(crate) struct Terms {
    pub kdf: KdfParameters,
    pub user: UserId,
    pub min_length: u64,
    pub min_strength: u64,
    pub question: String,
    pub policy: SlotPolicy,
    pub circumstances: Circumstances,
    /// The program of the program slot.
    pub program: Option<PathBuf>,
    pub primary: PrimaryTerms,
}

impl Front {
    pub(crate) fn new(inbox: Sender<Message>, package: PathBuf, clipboard: Arc<Clipboard>) -> Self {
        Self {
            inbox: Mutex::new(inbox),
            throttle: Mutex::new(Throttle::default()),
            joining: Mutex::new(None),
            clock: SystemClock,
            package,
            clipboard,
        }
    }

    fn inbox(&self) -> Sender<Message> {
        self.inbox.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Sends the engine a message that carries its own reply channel, and waits.
    fn ask<T>(&self, message: impl FnOnce(Sender<T>) -> Message) -> Result<T, ErrorReply> {
        let (reply, answer) = channel();
        let sender = self.inbox();
        let ending = || ErrorReply::new(ErrorCode::Failed, "the agent is ending").next("start it again");
        sender.send(message(reply)).map_err(|_| ending())?;
        answer.recv().map_err(|_| ending())
    }

    fn joining(&self) -> MutexGuard<'_, Option<Joining>> {
        self.joining.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn material(&self) -> Result<Material, ErrorReply> {
        self.ask(Message::Material)
    }

    fn adopt(&self, material: &Material, adoption: Adoption) -> Result<Answer, ErrorReply> {
        self.ask(|reply| {
            Message::Adopt(
                Opening {
                    adoption,
                    locks: material.locks,
                    renewal: None,
                },
                reply,
            )
        })
    }

    /// Has something entered into the audit log.
    fn enter(&self, event: AuditEvent, subject: &'static str, detail: &str) {
        self.tell(Message::Entry(Entry {
            event,
            subject,
            detail: detail.to_owned(),
        }));
    }

    /// Sends the engine a message and waits for nothing.
    fn tell(&self, message: Message) {
        let _ending = self.inbox().send(message);
    }

    /// Holds wrong secrets back. The lock is held while one is tried, so that parallel tries gain nothing.
    fn guarded<T>(&self, attempt: impl FnOnce() -> Result<T, UnlockError>) -> Result<T, ErrorReply> {
        let mut throttle = self.throttle.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(wait) = throttle.wait(self.clock.steady()) {
            let message = format!(
                "too many wrong tries; the next is taken in {} seconds",
                wait.as_secs().saturating_add(1)
            );
            return Err(ErrorReply::new(ErrorCode::TooSoon, message)
                .next("wait, then try again")
                .retry_after(wait));
        }
        match attempt() {
            Ok(opened) => {
                throttle.right();
                Ok(opened)
            }
            Err(UnlockError::WrongSecret) => {
                let now = self.clock.steady();
                throttle.wrong(now);
                self.enter(AuditEvent::Refusal, "vault", "a wrong password or passphrase");
                let error = ErrorReply::new(ErrorCode::WrongSecret, "that is not right")
                    .next("try again; if your password was changed elsewhere, run `countersign unlock --passphrase`");
                Err(match throttle.wait(now) {
                    Some(wait) => error.retry_after(wait),
                    None => error,
                })
            }
            Err(other) => Err(unlock_error(&other)),
        }
    }

    /// Only the front knows how long wrong secrets are held back.
    fn with_wait(&self, mut answer: Answer) -> Answer {
        if let Reply::UnlockTerms(terms) = &mut answer.reply
            // While a secret is being tried nobody knows yet.
            && let Ok(throttle) = self.throttle.try_lock()
        {
            let wait = throttle.wait(self.clock.steady());
            terms.retry_after_ms = wait.and_then(|wait| u64::try_from(wait.as_millis()).ok());
        }
        answer
    }

    /// Puts a secret on the clipboard. The engine hands it out as it does to be shown, and does not wait for the desktop.
    fn copy(&self, id: LogonId, field: FieldName, password: &Password) -> Result<Answer, ErrorReply> {
        let began = self.clipboard.begin();
        let mut answer = self.as_owner(OwnerCall::Copy(id, field), password)?;
        if let (Reply::Copied { seconds }, Some(secret)) = (&answer.reply, answer.secrets.pop()) {
            let time = std::time::Duration::from_secs((*seconds).into());
            self.clipboard.hold(began, secret, time).map_err(|error| {
                ErrorReply::new(ErrorCode::Failed, error.to_string()).next("fill it, or show it and type it")
            })?;
        }
        Ok(answer)
    }

    /// Checks the password once more and lets the engine do what only the owner may ask.
    fn as_owner(&self, call: OwnerCall, password: &Password) -> Result<Answer, ErrorReply> {
        let material = self.material()?;
        enrolled(&material)?;
        let Some(unlocked) = &material.open else {
            return Err(locked());
        };
        let proof = self.prove(&material, unlocked, password)?;
        self.ask(|reply| Message::Owner(call, proof, reply))
    }
}

impl Handler for Front {
    fn program(&self) -> String {
        concat!("countersign-agent ", env!("CARGO_PKG_VERSION")).to_owned()
    }

    fn handle(&self, _: Peer, request: Request, secrets: Vec<Password>) -> Answer {
        let answer = match (request, secrets.as_slice()) {
            (Request::Enroll, [password, answer]) => self.enroll(None, Sight::Needed, password, answer),
            (Request::EnrollAs { primary, unseen }, [password, answer]) => {
                let sight = if unseen { Sight::NotNeeded } else { Sight::Needed };
                self.enroll(primary, sight, password, answer)
            }
            (Request::StartOver, [password, answer]) => self.start_over(password, answer),
            (Request::PrimaryChange { to }, secrets) => {
                let changed = self.change_primary(to, secrets);
                self.silent_follows(changed, secrets.get(1))
            }
            (Request::Unlock, [password]) => self.unlock(password),
            (Request::DirectoryLogin, [password]) => self.log_in(password),
            (Request::Doctor, []) => self.doctor(),
            (Request::Exits, []) => self.examine_exits(),
            (Request::DoctorDirectory, []) => self.examine_directory(),
            (Request::UnlockWithPassphrase, [answer, password]) => {
                let opened = self.unlock_with_passphrase(answer, password);
                self.silent_follows(opened, Some(password))
            }
            (Request::UnlockSilently, []) => self.unlock_silently(),
            (Request::SlotAdd { kind, agreed }, [password, answer @ ..]) => named(&kind).and_then(|kind| {
                let agreed = agreed.then_some(kind);
                self.slot_add(kind, agreed.as_slice(), password, answer.first())
            }),
            (Request::SlotRemove { kind }, [password]) => {
                named(&kind).and_then(|kind| self.slot_remove(kind, password))
            }
            (Request::RecoverTerms, []) => self.recover_terms(),
            (Request::RecoverSetup { .. }, [password, passphrase @ ..]) => {
                self.recover_setup(password, passphrase.first())
            }
            (Request::Recover { .. }, [helpdesk, printed @ .., passphrase, password]) => {
                let printed = printed.first();
                let recovered = self.recover(&Halves { helpdesk, printed }, passphrase, password);
                self.silent_follows(recovered, Some(password))
            }
            (Request::RecoverDrill { .. }, [helpdesk, printed @ ..]) => self.recover_drill(&Halves {
                helpdesk,
                printed: printed.first(),
            }),
            (Request::LogonReveal { id, field }, [password]) => self.as_owner(OwnerCall::Reveal(id, field), password),
            (Request::LogonCopy { id, field }, [password]) => self.copy(id, field, password),
            (Request::PasswordReveal { id, number }, [password]) => {
                let number = usize::try_from(number).unwrap_or(usize::MAX);
                self.as_owner(OwnerCall::RevealJournal(id, number), password)
            }
            (Request::LogonFill { id, window, .. }, [password]) => self.as_owner(OwnerCall::Fill(id, window), password),
            (Request::LogonRebind { id }, [password]) => self.as_owner(OwnerCall::Rebind(id), password),
            (Request::DeviceJoin, []) => self.ask_to_join(),
            (Request::DeviceJoined, [words, password]) => self.complete_joining(words, password),
            (Request::DeviceApprove, [password, words]) => self.approve(password, words),
            (Request::DeviceRevoke { id }, [password]) => self.as_owner(OwnerCall::Revoke(id), password),
            (Request::OperatorTerms, []) => self.operator_terms(),
            (Request::HelpdeskShow { user, .. }, password) => self.helpdesk_show(&user, password.first()),
            (Request::HelpdeskRecover { user, ring, reason, .. }, [password @ .., vault_name, passphrase]) => self
                .helpdesk_recover(
                    &Caller {
                        user: &user,
                        ring: &ring,
                        reason: &reason,
                        vault_name,
                        passphrase,
                    },
                    password.first(),
                ),
            (Request::HelpdeskLog { limit }, []) => self.helpdesk_log(limit),
            (Request::PublishPlan { wanted, .. }, password) => self.publish_plan(&wanted, password.first()),
            (
                Request::PublishApply {
                    wanted,
                    plan,
                    confirmed,
                    ..
                },
                password,
            ) => {
                let agreed = if confirmed { Agreed::ByTyping } else { Agreed::ByLooking };
                self.publish_apply(&wanted, &plan, agreed, password.first())
            }
            (request, _) => self.ask(|reply| {
                Message::Call(Call {
                    request,
                    secrets,
                    reply,
                })
            }),
        };
        self.with_wait(answer.unwrap_or_else(Answer::from))
    }

    fn trouble(&self, trouble: Trouble<'_>) {
        tracing::warn!("client: {trouble:?}");
    }
}

/// A new passphrase answer, if it is good enough.
fn judged(answer: &Password, terms: &Terms) -> Result<countersign_vault::Answer, ErrorReply> {
    let answer = normalise_answer(answer).map_err(|error| refused(error.to_string()))?;
    countersign_rules::judge_answer(answer.text().expose(), terms.min_length, terms.min_strength)
        .map_err(|weak| refused(weak.to_string()))?;
    Ok(answer)
}

fn locked() -> ErrorReply {
    ErrorReply::new(ErrorCode::Locked, "the vault is locked").next("run `countersign unlock`")
}

fn named(kind: &str) -> Result<SlotKind, ErrorReply> {
    kind.parse()
        .map_err(|error: countersign_vault::NoSuchKind| ErrorReply::new(ErrorCode::BadRequest, error.to_string()))
}

fn this_device<'a>(material: &'a Material, slots: &'a [u8]) -> ThisDevice<'a> {
    ThisDevice {
        slots,
        secret: &material.device_secret,
    }
}

fn login_slot(material: &Material, unlocked: &Unlocked, password: &Password) -> Result<Vec<u8>, ErrorReply> {
    let made = unlocked.rewrap_login(password, &material.device_secret, material.terms.kdf);
    made.map_err(|error| enroll_error(&error))
}

fn enrolled(material: &Material) -> Result<(&[u8], &[u8]), ErrorReply> {
    match &material.vault {
        Some((header, slots)) => Ok((header, slots)),
        None => Err(
            ErrorReply::new(ErrorCode::NotEnrolled, "there is no vault on this machine yet").next(
                match material.elsewhere {
                    Some(_) => "your vault is in the repository: run `countersign unlock --passphrase` or `countersign device join`",
                    None => "run `countersign enroll`",
                },
            ),
        ),
    }
}

/// Whose header it must be. What this device stored is what it expects; the header's own word on itself counts only for its number.
fn owner<'a>(material: &'a Material, header: &[u8]) -> Owner<'a> {
    let version = inspect_header(header).map_or(HeaderVersion(0), |facts| facts.version);
    Owner {
        user: &material.terms.user,
        vault: material.vault_id,
        filed: None,
        at_least: version,
    }
}

fn refused(message: String) -> ErrorReply {
    ErrorReply::new(ErrorCode::Refused, message).next("choose a longer one: five unrelated words are good")
}

fn enroll_error(error: &EnrollError) -> ErrorReply {
    let code = match error {
        EnrollError::EmptyPassword | EnrollError::UserName => ErrorCode::Refused,
        _ => ErrorCode::Failed,
    };
    ErrorReply::new(code, error.to_string())
}

pub(crate) fn unlock_error(error: &UnlockError) -> ErrorReply {
    let code = match error {
        UnlockError::WrongSecret => ErrorCode::WrongSecret,
        UnlockError::Kdf(_) | UnlockError::Random(_) | UnlockError::Unsupported(_) | UnlockError::NoSlot(_) => {
            ErrorCode::Failed
        }
        _ => ErrorCode::Integrity,
    };
    ErrorReply::new(code, error.to_string()).next("run `countersign unlock --passphrase`, or `countersign doctor`")
}
