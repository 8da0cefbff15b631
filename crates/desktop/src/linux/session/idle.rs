//! The display's idle time: the display itself counts (XSync's `IDLETIME`) and sends one event when the time is reached.

use super::Shared;
use crate::linux::x11::{Display, Link, as_error};
use async_io::Async;
use countersign_model::SessionEvent;
use countersign_model::port::DesktopError;
use futures_lite::future;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;
use x11rb::connection::{Connection as _, RequestConnection as _};
use x11rb::errors::{ConnectionError, ReplyOrIdError};
use x11rb::protocol::Event;
use x11rb::protocol::sync::{
    Alarm, ConnectionExt as _, Counter, CreateAlarmAux, Int64, TESTTYPE, VALUETYPE, X11_EXTENSION_NAME,
};

/// Listens until the thread ends. A display that is not there is looked for again when settings are read again.
pub(super) async fn listen(shared: Arc<Shared>, display: Display) {
    // Its display for X programs sees no input that goes to others.
    if std::env::var_os("WAYLAND_DISPLAY").is_some() {
        shared.heard().display = Err("on Wayland the display counts no idle time".to_owned());
        return;
    }
    loop {
        let rings = shared.wanted.rings();
        if shared.lock_on().idle.is_some() {
            let why = match Clock::open(&display) {
                Ok(clock) => {
                    shared.heard().display = Ok(());
                    match clock.follow(&shared).await {
                        Ok(()) => "it is not wanted".to_owned(),
                        Err(error) => format!("the display ended the connection ({error})"),
                    }
                }
                Err(error) => error.to_string(),
            };
            shared.heard().display = Err(why);
        }
        shared.wanted.after(rings).await;
    }
}

/// The display's counter of idle time.
struct Clock {
    link: Link,
    counter: Counter,
    socket: Async<OwnedFd>,
}

impl Clock {
    fn open(display: &Display) -> Result<Self, DesktopError> {
        let link = display.open()?;
        let lacks = || DesktopError::Display("it counts no idle time (XSync has no IDLETIME)".to_owned());
        let offered = link.conn.extension_information(X11_EXTENSION_NAME).map_err(as_error)?;
        offered.ok_or_else(lacks)?;
        link.conn
            .sync_initialize(3, 1)
            .map_err(as_error)?
            .reply()
            .map_err(as_error)?;
        let counters = link.conn.sync_list_system_counters().map_err(as_error)?;
        let counters = counters.reply().map_err(as_error)?.counters;
        let idle = counters.iter().find(|counter| counter.name == b"IDLETIME");
        let counter = idle.ok_or_else(lacks)?.counter;
        let socket = link.conn.stream().as_fd().try_clone_to_owned();
        let socket = socket.and_then(Async::new_nonblocking);
        let socket = socket.map_err(|error| DesktopError::Display(error.to_string()))?;
        Ok(Self { link, counter, socket })
    }

    /// Follows until the display ends, or nothing is wanted any more.
    async fn follow(&self, shared: &Shared) -> Result<(), ReplyOrIdError> {
        let mut set: Option<(Alarm, Duration)> = None;
        loop {
            let rings = shared.wanted.rings();
            let Some(after) = shared.lock_on().idle else {
                return Ok(());
            };
            if set.is_none_or(|(_, before)| before != after) {
                if let Some((alarm, _)) = set {
                    self.link.conn.sync_destroy_alarm(alarm)?.ignore_error();
                }
                set = Some((self.alarm(after)?, after));
            }
            while let Some(event) = self.link.conn.poll_for_event()? {
                // The last one of an alarm that is taken away comes too.
                if let Event::SyncAlarmNotify(event) = event
                    && set.is_some_and(|(alarm, _)| alarm == event.alarm)
                    && at_least(event.counter_value, event.alarm_value)
                {
                    shared.say(SessionEvent::Idle);
                }
            }
            let wanted = async {
                shared.wanted.after(rings).await;
                Ok(())
            };
            future::or(self.socket.readable(), wanted)
                .await
                .map_err(ConnectionError::from)?;
        }
    }

    /// An alarm each time the idle time goes from below `after` to it.
    fn alarm(&self, after: Duration) -> Result<Alarm, ReplyOrIdError> {
        let alarm = self.link.conn.generate_id()?;
        let wanted = CreateAlarmAux::new()
            .counter(self.counter)
            .value_type(VALUETYPE::ABSOLUTE)
            .value(milliseconds(after))
            .test_type(TESTTYPE::POSITIVE_TRANSITION)
            .delta(Int64 { hi: 0, lo: 0 })
            .events(1);
        self.link.conn.sync_create_alarm(alarm, &wanted)?.check()?;
        Ok(alarm)
    }
}

fn milliseconds(time: Duration) -> Int64 {
    let millis = time.as_millis();
    Int64 {
        hi: i32::try_from(millis >> 32).unwrap_or(i32::MAX),
        lo: u32::try_from(millis & 0xffff_ffff).unwrap_or(u32::MAX),
    }
}

fn at_least(counted: Int64, wanted: Int64) -> bool {
    (counted.hi, counted.lo) >= (wanted.hi, wanted.lo)
}
