//! The session: whether it is locked, about to sleep or left alone.
//!
//! Four sources, each listened to where it is there: logind on the system bus ([`logind`]), screen savers on the session bus
//! ([`savers`]), the display's idle time ([`idle`]), and the machine's addresses ([`addresses`]). One thread sleeps on the sockets of
//! all; no source is ever polled.

mod addresses;
mod hearing;
mod idle;
mod logind;
mod savers;

use super::bus::Bell;
use super::x11::Display;
use crate::Session;
use async_executor::Executor;
use countersign_model::port::SessionWatch;
use countersign_model::{LockOn, SessionEvent, SessionHearing};
use hearing::Heard;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// How long a bus and its services may take to answer.
const ANSWER: Duration = Duration::from_secs(5);

/// Watches a session from now on. Sources that are missing are no error: [`SessionWatch::hearing`] says which are there.
#[must_use]
pub fn watch_session(session: &Session, lock_on: LockOn, events: Sender<SessionEvent>) -> Box<dyn SessionWatch> {
    let shared = Arc::new(Shared {
        lock_on: Mutex::new(lock_on),
        wanted: Bell::default(),
        stop: Bell::default(),
        heard: Mutex::default(),
        events,
    });
    let executor = Arc::new(Executor::new());
    let display = session
        .display
        .as_deref()
        .map_or_else(Display::from_environment, Display::named);
    executor
        .spawn(logind::listen(
            Arc::clone(&shared),
            Arc::clone(&executor),
            session.system_bus.clone(),
        ))
        .detach();
    executor
        .spawn(savers::listen(
            Arc::clone(&shared),
            Arc::clone(&executor),
            session.bus.clone(),
        ))
        .detach();
    executor.spawn(idle::listen(Arc::clone(&shared), display)).detach();
    // Open from now on, whenever the thread comes to it: no address is missed between the first look at the repository and then.
    match addresses::open() {
        Ok(socket) => executor.spawn(addresses::listen(Arc::clone(&shared), socket)).detach(),
        Err(errno) => tracing::warn!("network addresses are not watched: {errno}"),
    }
    let stopping = Arc::clone(&shared);
    let thread = std::thread::Builder::new()
        .name("session".to_owned())
        .spawn(move || async_io::block_on(executor.run(stopping.stop.after(0))));
    if let Err(error) = &thread {
        tracing::error!("cannot start a thread for the session, the vault is not locked by itself: {error}");
    }
    Box::new(Watching {
        shared,
        thread: thread.ok(),
    })
}

/// What the listeners and the outside share.
struct Shared {
    lock_on: Mutex<LockOn>,
    /// Rings when something else is wanted, or the same again.
    wanted: Bell,
    stop: Bell,
    heard: Mutex<Heard>,
    events: Sender<SessionEvent>,
}

impl Shared {
    fn lock_on(&self) -> LockOn {
        *self.lock_on.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A receiver that is gone means that nobody listens; the watch is dropped soon.
    fn say(&self, event: SessionEvent) {
        let _ = self.events.send(event);
    }
}

/// The listening thread; it ends when this is dropped.
struct Watching {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl SessionWatch for Watching {
    fn want(&self, lock_on: LockOn) {
        *self.shared.lock_on.lock().unwrap_or_else(PoisonError::into_inner) = lock_on;
        self.shared.wanted.ring();
    }

    fn hearing(&self) -> SessionHearing {
        self.shared.heard().of(self.shared.lock_on())
    }
}

impl Drop for Watching {
    fn drop(&mut self) {
        self.shared.stop.ring();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("listening to the session ended in a panic");
        }
    }
}
