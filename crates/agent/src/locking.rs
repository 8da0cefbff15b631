//! Locking the vault: because the user asks, and because of what the session says.

use crate::engine::Engine;
use countersign_model::port::SessionWatch;
use countersign_model::{Delay, Monotonic, SessionEvent, SessionHearing};
use countersign_signon::{Event, VaultState};
use countersign_vault::AuditEvent;
use countersign_wire::LockCause;
use std::time::Duration;

/// How long the machine's sleep is put off at most; logind waits five seconds unless it is told otherwise.
const PATIENCE: Duration = Duration::from_secs(4);
/// How soon to look again whether every key is gone, while the machine waits to sleep.
const LOOK: Duration = Duration::from_millis(10);

/// What is heard of the session, and what follows from it.
pub(crate) struct Locking {
    watch: Box<dyn SessionWatch>,
    /// What the vault was locked by, while it is locked.
    cause: Option<LockCause>,
    /// How often there was a reason to lock.
    count: u64,
    /// The machine waits for these to be dropped before it sleeps, and until when.
    sleep: Option<(Vec<Delay>, Monotonic)>,
}

impl Locking {
    pub(crate) fn new(watch: Box<dyn SessionWatch>) -> Self {
        Self {
            watch,
            cause: None,
            count: 0,
            sleep: None,
        }
    }

    /// How often there was a reason to lock.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    pub(crate) fn hearing(&self) -> SessionHearing {
        self.watch.hearing()
    }
}

impl Engine {
    /// Forgets every key, stops what is being filled and says so to whoever waits for it.
    pub(crate) fn lock(&mut self, cause: LockCause) {
        self.locking.count += 1;
        let was_open = self.keeper.state() == VaultState::Unlocked;
        self.keeper.lock();
        self.clipboard.release();
        self.captures.clear();
        self.drop_renewal();
        if was_open {
            tracing::info!("the vault is locked: {cause}");
            self.locking.cause = Some(cause);
            self.audit(AuditEvent::Lock, "vault", &cause.to_string());
        }
        self.signon(Event::Vault(VaultState::Locked));
    }

    pub(crate) fn session(&mut self, event: SessionEvent) {
        // What is switched off in the meantime may still be on its way here.
        let wanted = self.configuration.lock_on();
        match event {
            SessionEvent::Locked if wanted.session_lock => self.lock(LockCause::Session),
            SessionEvent::Idle if wanted.idle.is_some() => self.lock(LockCause::Idle),
            SessionEvent::AddressAcquired => self.address_acquired(),
            SessionEvent::Suspending(delay) if wanted.suspend => {
                self.lock(LockCause::Suspend);
                let until = self.clock.both().steady.after(PATIENCE);
                let (delays, _) = self.locking.sleep.get_or_insert_with(|| (Vec::new(), until));
                delays.push(delay);
                self.let_sleep();
            }
            _ => {}
        }
    }

    /// The settings were read: says what is wanted of the session.
    pub(crate) fn want_of_session(&self) {
        self.locking.watch.want(self.configuration.lock_on());
    }

    /// Lets the machine sleep once no thread holds a key or a secret any more.
    pub(crate) fn let_sleep(&mut self) {
        let Some((_, until)) = &self.locking.sleep else { return };
        let now = self.clock.both().steady;
        let wiped = self.keeper.is_wiped() && self.tasks.is_idle() && self.clipboard.is_empty();
        if !wiped && now < *until {
            return self.wake_at(now.after(LOOK));
        }
        if !wiped {
            tracing::warn!(
                "the machine sleeps while an exchange, a fill or the clearing of the clipboard is still under way: its secrets stay in memory until it ends"
            );
        }
        self.locking.sleep = None;
    }

    /// What the vault was locked by, while it is.
    pub(crate) fn locked_by(&self) -> Option<LockCause> {
        self.locking
            .cause
            .filter(|_| self.keeper.is_enrolled() && self.keeper.state() == VaultState::Locked)
    }
}
