use super::borrowed::Borrowed;
use super::desk::{Desk, Unit};
use super::keymap::KEYBOARD;
use crate::linux::x11::{Display, as_error, as_refusal};
use crate::pace;
use countersign_model::port::{DesktopError, KeySender};
use countersign_model::{KeyStep, KeyTarget, Refusal, WindowFacts};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use x11rb::errors::ReplyError;
use x11rb::protocol::xkb::{self, EventType, MapPart, SelectEventsAux};
use x11rb::protocol::xproto::ConnectionExt as _;
use x11rb::protocol::xtest::ConnectionExt as _;

/// Types by XTEST, under guard.
#[derive(Debug)]
pub struct X11Typist {
    desk: Arc<Mutex<Desk>>,
    returning: Mutex<Option<JoinHandle<()>>>,
}

impl X11Typist {
    /// Connects to a display. Keys that a crashed predecessor had borrowed are given back.
    ///
    /// # Errors
    /// [`DesktopError::NoDisplay`], or [`DesktopError::Display`] when it lacks XTEST or XKB.
    pub fn open(display: &Display) -> Result<Self, DesktopError> {
        let link = display.open()?;
        link.conn
            .xtest_get_version(2, 2)
            .map_err(as_error)?
            .reply()
            .map_err(as_error)?;
        xkb::use_extension(&link.conn, 1, 0)
            .map_err(as_error)?
            .reply()
            .map_err(as_error)?;
        let changes = EventType::MAP_NOTIFY | EventType::NEW_KEYBOARD_NOTIFY;
        let parts = MapPart::KEY_TYPES | MapPart::KEY_SYMS | MapPart::MODIFIER_MAP;
        xkb::select_events(
            &link.conn,
            KEYBOARD,
            EventType::default(),
            changes,
            parts,
            parts,
            &SelectEventsAux::new(),
        )
        .map_err(as_error)?
        .check()
        .map_err(as_error)?;
        let borrowed = Borrowed::open(&link).map_err(as_error)?;
        Ok(Self {
            desk: Arc::new(Mutex::new(Desk {
                link,
                map: None,
                borrowed,
                returning: false,
            })),
            returning: Mutex::new(None),
        })
    }

    /// Like [`KeySender::send`], asking `field_ok` before every burst whether the right field still has the focus. It is asked
    /// outside the grab, because a program that answers on the accessibility bus may need the display for its answer.
    ///
    /// # Errors
    /// What `field_ok` says, or see [`KeySender::send`].
    pub fn send_when(
        &self,
        target: &KeyTarget<'_>,
        burst: &[KeyStep<'_>],
        field_ok: &dyn Fn() -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let units: Vec<Unit<'_>> = burst
            .iter()
            .flat_map(|step| -> Box<dyn Iterator<Item = Unit<'_>>> {
                match step {
                    KeyStep::Text(text) => Box::new(text.chars().map(Unit::Character)),
                    KeyStep::Press(press) => Box::new(std::iter::once(Unit::Press(press))),
                }
            })
            .collect();
        let mut desk = self.desk();
        let sent = desk.type_all(target, &units, field_ok);
        if desk.borrowed.due().is_some() && !desk.returning {
            desk.returning = true;
            drop(desk);
            self.return_later();
        }
        sent
    }

    /// Waits until a window has the input focus, for windows that have just appeared.
    ///
    /// # Errors
    /// [`Refusal::FocusMoved`] when it has not within the time.
    pub fn await_focus(&self, window: &WindowFacts, within: Duration) -> Result<(), Refusal> {
        let answer = pace::until(within, Duration::from_millis(2), || {
            let desk = self.desk();
            let target = crate::linux::x11::number(window.id);
            let focus = desk
                .link
                .conn
                .get_input_focus()
                .map_err(ReplyError::from)
                .and_then(|asked| asked.reply());
            match focus.and_then(|reply| crate::linux::x11::leads_to(&desk.link, reply.focus, target)) {
                Ok(true) => Some(Ok(())),
                Ok(false) | Err(ReplyError::X11Error(_)) => None,
                Err(lost) => Some(Err(as_refusal(lost))),
            }
        });
        answer.unwrap_or(Err(Refusal::FocusMoved))
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts a thread that gives borrowed keys back in a while and then ends: while nothing is borrowed nothing runs.
    fn return_later(&self) {
        let desk = Arc::clone(&self.desk);
        let thread = std::thread::Builder::new()
            .name("borrowed-keys".to_owned())
            .spawn(move || {
                loop {
                    let due = {
                        let mut desk = desk.lock().unwrap_or_else(PoisonError::into_inner);
                        match desk.borrowed.due() {
                            Some(due) => due,
                            None => {
                                desk.returning = false;
                                return;
                            }
                        }
                    };
                    pace::pause(due.since(pace::steady()) + Duration::from_millis(1));
                    let mut desk = desk.lock().unwrap_or_else(PoisonError::into_inner);
                    if let Err(error) = desk.return_due() {
                        tracing::warn!("borrowed keys were not given back: {error}");
                        desk.returning = false;
                        return;
                    }
                }
            });
        match thread {
            Ok(thread) => {
                // An earlier one has ended by now: only one runs at a time.
                *self.returning.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread);
            }
            Err(error) => tracing::warn!("borrowed keys stay until the next start: {error}"),
        }
    }
}

impl KeySender for X11Typist {
    fn send(&self, target: &KeyTarget<'_>, burst: &[KeyStep<'_>]) -> Result<(), Refusal> {
        self.send_when(target, burst, &|| Ok(()))
    }
}

impl Drop for X11Typist {
    fn drop(&mut self) {
        let thread = self.returning.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            tracing::error!("the thread that gives borrowed keys back ended in a panic");
        }
    }
}
