use super::connection::{Link, as_error};
use crate::pace;
use countersign_model::Monotonic;
use countersign_model::port::DesktopError;
use std::collections::HashMap;
use std::time::Duration;
use x11rb::connection::{Connection as _, RequestConnection as _};
use x11rb::errors::ConnectionError;
use x11rb::protocol::damage::{self, ConnectionExt as _, Damage, ReportLevel};
use x11rb::protocol::xproto::Window;

/// How soon after a change the contents are looked at again: a prompt is drawn before its program waits for the answer.
const HOLD: Duration = Duration::from_millis(50);
/// The longest pause between two reports of contents that change all the time.
const LONGEST: Duration = Duration::from_millis(400);
/// The last look after a change, for machines under load.
const LATE: Duration = Duration::from_millis(250);

/// Contents that are watched: each change is reported at once, then no more often than a reader can follow, and once more when it is
/// quiet again. Timers run only after a change.
#[derive(Debug, Default)]
pub(super) struct Contents {
    watched: HashMap<Window, Watched>,
    offered: bool,
}

#[derive(Debug)]
struct Watched {
    damage: Damage,
    phase: Phase,
    hold: Duration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The next change is reported.
    Armed,
    /// Reported; changes until then are one.
    Holding(Monotonic),
    /// Armed again, with one late look to come.
    Settling(Monotonic),
}

impl Contents {
    pub(super) fn open(link: &Link) -> Result<Self, DesktopError> {
        let offered = link
            .conn
            .extension_information(damage::X11_EXTENSION_NAME)
            .map_err(as_error)?
            .is_some();
        if offered {
            link.conn
                .damage_query_version(1, 1)
                .map_err(as_error)?
                .reply()
                .map_err(as_error)?;
        }
        Ok(Self {
            watched: HashMap::new(),
            offered,
        })
    }

    pub(super) fn watch(&mut self, link: &Link, window: Window) -> Result<(), ConnectionError> {
        if !self.offered || self.watched.contains_key(&window) {
            return Ok(());
        }
        let Ok(damage) = link.conn.generate_id() else {
            return Ok(());
        };
        link.conn
            .damage_create(damage, window, ReportLevel::NON_EMPTY)?
            .ignore_error();
        self.watched.insert(
            window,
            Watched {
                damage,
                phase: Phase::Armed,
                hold: HOLD,
            },
        );
        Ok(())
    }

    pub(super) fn ignore(&mut self, link: &Link, window: Window) -> Result<(), ConnectionError> {
        if let Some(watched) = self.watched.remove(&window) {
            link.conn.damage_destroy(watched.damage)?.ignore_error();
        }
        Ok(())
    }

    /// A change was told: whether to report it.
    pub(super) fn changed(&mut self, window: Window) -> bool {
        let Some(watched) = self.watched.get_mut(&window) else {
            return false;
        };
        watched.hold = match watched.phase {
            Phase::Settling(_) => (watched.hold * 2).min(LONGEST),
            Phase::Armed | Phase::Holding(_) => HOLD,
        };
        watched.phase = Phase::Holding(pace::steady().after(watched.hold));
        true
    }

    /// The windows whose time has come, to be reported once more.
    pub(super) fn due(&mut self, link: &Link) -> Result<Vec<Window>, ConnectionError> {
        let now = pace::steady();
        let mut due = Vec::new();
        for (&window, watched) in &mut self.watched {
            match watched.phase {
                Phase::Holding(until) if until <= now => {
                    // Armed before the report: what changes after this is told again.
                    link.conn
                        .damage_subtract(watched.damage, x11rb::NONE, x11rb::NONE)?
                        .ignore_error();
                    watched.phase = Phase::Settling(now.after(LATE));
                    due.push(window);
                }
                Phase::Settling(until) if until <= now => {
                    watched.phase = Phase::Armed;
                    due.push(window);
                }
                Phase::Armed | Phase::Holding(_) | Phase::Settling(_) => {}
            }
        }
        Ok(due)
    }

    /// How long the reader may sleep; nothing while nothing changes.
    pub(super) fn sleep(&self) -> Option<Duration> {
        let next = self
            .watched
            .values()
            .filter_map(|watched| match watched.phase {
                Phase::Armed => None,
                Phase::Holding(until) | Phase::Settling(until) => Some(until),
            })
            .min()?;
        Some(next.since(pace::steady()))
    }
}
