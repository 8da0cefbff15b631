//! Which control has the focus: heard from the application as the focus moves, asked where nothing was heard.
//!
//! A question costs the application about as much as a character typed into it, so while keys are on their way nobody asks.

use super::actions::Doing;
use super::bus::{ANSWER, COMPONENT, CallError, within};
use super::events::{OBJECT, Registering, listen, register, rule, state_of};
use super::peers::Application;
use super::texts::states;
use crate::linux::bus::Bell;
use crate::pace::steady;
use crate::respond::{Problem, Reached, Trouble};
use async_executor::Executor;
use async_io::Timer;
use countersign_model::Monotonic;
use futures_lite::{StreamExt as _, future};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use zbus::names::OwnedUniqueName;
use zbus::{Connection, Message};

/// How long what was heard or answered holds: no longer than an answer is on its way.
const FRESH: Duration = Duration::from_millis(5);
/// How long an application is listened to after the last time somebody wanted to know.
const LISTEN: Duration = Duration::from_secs(5);
/// A window that has just got the input focus tells its control so within this time, or the control has not got it.
const ARRIVING: Duration = Duration::from_millis(5);
/// How long a control that was given the focus may take to have it.
const SETTLE: Duration = Duration::from_millis(500);
/// How often is asked meanwhile: where the application is heard, only in case that it does not tell.
const HEARD: Duration = Duration::from_millis(15);
const UNHEARD: Duration = Duration::from_millis(1);
const EVENT: &str = "object:state-changed:focused";

/// The applications that are listened to.
#[derive(Debug)]
pub(super) struct Ears {
    bus: Connection,
    executor: Arc<Executor<'static>>,
    open: Mutex<HashMap<OwnedUniqueName, Arc<Ear>>>,
}

/// What one application says of its focus.
#[derive(Debug, Default)]
pub(super) struct Ear {
    bell: Bell,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// The application was told to tell.
    heard: bool,
    wanted: Monotonic,
    /// The control that has the focus, and since when this is known.
    focused: Option<(String, Monotonic)>,
}

impl Ears {
    pub(super) fn new(bus: Connection, executor: Arc<Executor<'static>>) -> Arc<Self> {
        Arc::new(Self {
            bus,
            executor,
            open: Mutex::default(),
        })
    }

    /// Listens to an application for a while.
    pub(super) fn of(self: &Arc<Self>, application: &Application) -> Arc<Ear> {
        let mut open = self.open();
        if let Some(ear) = open.get(&application.name) {
            ear.known().wanted = steady();
            return Arc::clone(ear);
        }
        let ear = Arc::new(Ear::default());
        ear.known().wanted = steady();
        open.insert(application.name.clone(), Arc::clone(&ear));
        let (ears, listening, name) = (Arc::clone(self), Arc::clone(&ear), application.name.clone());
        self.executor
            .spawn(async move {
                if let Err(error) = ears.hear(&listening, &name).await {
                    tracing::debug!(%name, %error, "its focus cannot be listened to; it is asked for");
                }
                ears.open().remove(&name);
            })
            .detach();
        ear
    }

    async fn hear(&self, ear: &Ear, name: &OwnedUniqueName) -> Result<(), CallError> {
        let moves = rule()
            .sender(name.clone())?
            .interface(OBJECT)?
            .member("StateChanged")?
            .arg(0, "focused")?
            .build();
        let mut moves = within(ANSWER, listen(&self.bus, moves)).await?;
        register(&self.bus, EVENT, Registering::For(name)).await?;
        ear.known().heard = true;
        let hearing = async {
            while let Some(Ok(message)) = moves.next().await {
                ear.heard(&message);
            }
        };
        let ending = async {
            loop {
                let left = ear.known().wanted.after(LISTEN).since(steady());
                if left.is_zero() {
                    return;
                }
                Timer::after(left).await;
            }
        };
        future::or(hearing, ending).await;
        ear.known().heard = false;
        register(&self.bus, EVENT, Registering::NoMore).await
    }

    fn open(&self) -> MutexGuard<'_, HashMap<OwnedUniqueName, Arc<Ear>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ear {
    fn heard(&self, message: &Message) {
        let header = message.header();
        let Some(path) = header.path() else { return };
        let Some((_, gained)) = state_of(message) else {
            return;
        };
        let mut known = self.known();
        if gained {
            known.focused = Some((path.to_string(), steady()));
        } else if known
            .focused
            .as_ref()
            .is_some_and(|(focused, _)| focused == path.as_str())
        {
            known.focused = None;
        }
        drop(known);
        self.bell.ring();
    }

    /// Whether this control is known to have the focus right now.
    fn has(&self, path: &str) -> bool {
        let known = self.known();
        let focused = known.focused.as_ref();
        focused.is_some_and(|(focused, at)| focused == path && steady().since(*at) < FRESH)
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a control has the focus, or gets it within `patience`.
pub(super) async fn within_reach(doing: &Doing, ear: &Ear, patience: Duration) -> Result<bool, Trouble> {
    let deadline = steady().after(patience);
    loop {
        let rings = ear.bell.rings();
        if ear.has(&doing.path) {
            return Ok(true);
        }
        let step = if ear.known().heard { HEARD } else { UNHEARD };
        let left = deadline.since(steady());
        if step == UNHEARD || left.is_zero() {
            if asked(doing, ear).await? {
                return Ok(true);
            }
            if left.is_zero() {
                return Ok(false);
            }
        }
        let told = within(step.min(left), async {
            ear.bell.after(rings).await;
            Ok(())
        });
        if told.await.is_err() && asked(doing, ear).await? {
            return Ok(true);
        }
    }
}

/// Gives the focus, and waits until the control has it. Where it already has, nothing is done: to be given the focus, a window is
/// presented again, which costs it a frame.
pub(super) async fn give(doing: &Doing, ear: &Ear) -> Result<(), Trouble> {
    if asked(doing, ear).await? || within_reach(doing, ear, ARRIVING).await? {
        return Ok(());
    }
    let line = &doing.application.line;
    let grabbing = line.call::<_, bool>(&doing.path, COMPONENT, "GrabFocus", &());
    within(ANSWER, grabbing)
        .await
        .map_err(|error| doing.trouble(error, Reached::Nothing))?;
    let deadline = steady().after(SETTLE);
    while !asked(doing, ear).await? {
        if steady() >= deadline {
            return Err(Problem::NotFocused.before());
        }
        Timer::after(UNHEARD).await;
    }
    Ok(())
}

/// Asks the application.
async fn asked(doing: &Doing, ear: &Ear) -> Result<bool, Trouble> {
    let focused = states(doing).await?.focused;
    let mut known = ear.known();
    if focused {
        known.focused = Some((doing.path.clone(), steady()));
    } else if known.focused.as_ref().is_some_and(|(path, _)| *path == doing.path) {
        known.focused = None;
    }
    Ok(focused)
}
