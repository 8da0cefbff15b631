//! Acting on controls: press, switch, choose.

use super::bus::{ACCESSIBLE, ACTION, ANSWER, CallError, ROOT, SELECTION, within};
use super::focus::Ears;
use super::peers::{Application, Peers};
use super::roles::{Bits, role};
use super::search::{Node, below, extents};
use super::texts::states;
use crate::pace::steady;
use crate::respond::{Problem, Reached, Switch, Trouble};
use async_io::Timer;
use countersign_model::{Extents, Role, States};
use futures_lite::future;
use futures_util::future::join;
use std::sync::Arc;
use std::time::Duration;

/// How long a control may take to change its state.
const SETTLE: Duration = Duration::from_millis(500);
/// How often a state is asked for that no event announces reliably.
const STEP: Duration = Duration::from_millis(1);
/// After this long without an answer to a press, the application is asked whether it is still there: a press that opens a dialog
/// answers only when the dialog closes.
const PRESSED: Duration = Duration::from_millis(250);
/// Names of actions that do what a click does.
const PRESSES: [&str; 5] = ["press", "click", "activate", "toggle", "jump"];

/// One control to act on.
#[derive(Debug)]
pub(super) struct Doing {
    pub(super) application: Arc<Application>,
    pub(super) path: String,
    pub(super) peers: Arc<Peers>,
    /// Hears where the focus goes.
    pub(super) ears: Arc<Ears>,
    /// What it was a moment ago, if it was read then.
    pub(super) fresh: Option<(Role, States)>,
}

impl Doing {
    /// What a failed call means for the response.
    pub(super) fn trouble(&self, error: CallError, reached: Reached) -> Trouble {
        let there = self
            .peers
            .named(self.application.name.as_str(), self.application.pid)
            .is_some();
        let problem = match error {
            CallError::Silent => Problem::NotResponding,
            CallError::Gone if there => Problem::NotResponding,
            CallError::Gone => Problem::WindowGone,
            CallError::Absent(_) => Problem::Gone,
            CallError::Failed(_) if !there => Problem::WindowGone,
            CallError::Failed(why) => Problem::Failed(why),
        };
        Trouble { problem, reached }
    }
}

async fn settle(doing: &Doing, wanted: impl Fn(States) -> bool, otherwise: Problem) -> Result<(), Trouble> {
    let deadline = steady().after(SETTLE);
    while !wanted(states(doing).await?) {
        if steady() >= deadline {
            return Err(otherwise.before());
        }
        Timer::after(STEP).await;
    }
    Ok(())
}

/// Invokes the action that a click would.
pub(super) async fn press(doing: &Doing) -> Result<(), Trouble> {
    let line = &doing.application.line;
    let index = match doing.fresh {
        // A button's first action is to be pressed, whatever the toolkit calls it.
        Some((Role::PushButton, states)) if states.enabled && states.showing => 0,
        _ => press_action(doing).await?,
    };
    let pressing = line.call::<_, bool>(&doing.path, ACTION, "DoAction", &(index));
    match future::or(pressing, still_there(doing)).await {
        Ok(true) => Ok(()),
        Ok(false) | Err(CallError::Absent(_)) => Err(Problem::NotPressed.before()),
        // It did what it was pressed for and ended.
        Err(CallError::Gone) => Ok(()),
        Err(error) => Err(doing.trouble(error, Reached::Perhaps)),
    }
}

/// Which action presses, if the control can be pressed now.
async fn press_action(doing: &Doing) -> Result<i32, Trouble> {
    let line = &doing.application.line;
    let asking = async {
        let (bits, actions) = join(
            line.call::<_, Vec<u32>>(&doing.path, ACCESSIBLE, "GetState", &()),
            line.call::<_, Vec<(String, String, String)>>(&doing.path, ACTION, "GetActions", &()),
        )
        .await;
        Ok((Bits(bits?), actions))
    };
    let (bits, actions) = within(ANSWER, asking)
        .await
        .map_err(|error| doing.trouble(error, Reached::Nothing))?;
    let states = bits.states(doing.application.sight());
    if !states.enabled || !states.showing {
        return Err(Problem::NotPressed.before());
    }
    let index = match actions {
        Ok(actions) if actions.is_empty() => return Err(Problem::NotPressed.before()),
        Ok(actions) => actions.iter().position(|(name, ..)| is_press(name)).unwrap_or_default(),
        Err(_) => 0,
    };
    Ok(i32::try_from(index).unwrap_or_default())
}

fn is_press(name: &str) -> bool {
    PRESSES.iter().any(|press| name.eq_ignore_ascii_case(press))
}

async fn still_there(doing: &Doing) -> Result<bool, CallError> {
    Timer::after(PRESSED).await;
    let asking = doing.application.line.call::<_, u32>(ROOT, ACCESSIBLE, "GetRole", &());
    within(ANSWER, asking).await.map(|_| true)
}

/// Switches a check box or toggle, if it is not so already.
pub(super) async fn switch(doing: &Doing, to: Switch) -> Result<(), Trouble> {
    let on = to == Switch::On;
    if states(doing).await?.checked == on {
        return Ok(());
    }
    press(doing).await?;
    settle(doing, |states| states.checked == on, Problem::NotPressed).await
}

/// Chooses an item by its exact name.
pub(super) async fn select(doing: &Doing, item: &str) -> Result<(), Trouble> {
    let line = &doing.application.line;
    let failed = |error| doing.trouble(error, Reached::Nothing);
    let top = Node {
        path: doing.path.clone(),
        role: 0,
        name: String::new(),
        bits: Bits::default(),
        parent: None,
    };
    // Items of a closed combo box are not showing, and are chosen all the same.
    let nodes = below(line, None, top).await.map_err(failed)?.all;
    let named = |node: &&Node| node.name.trim() == item && is_item(role(node.role));
    let mut fitting = nodes.iter().filter(named);
    let (Some(found), None) = (fitting.next(), fitting.next()) else {
        return Err(Problem::NoItem.before());
    };
    let asking = line.call::<_, i32>(&found.path, ACCESSIBLE, "GetIndexInParent", &());
    let index = within(ANSWER, asking).await.map_err(failed)?;
    let parent = found
        .parent
        .and_then(|parent| nodes.get(parent))
        .map(|parent| parent.path.as_str());
    for holder in [Some(doing.path.as_str()), parent].into_iter().flatten() {
        let selecting = line.call::<_, bool>(holder, SELECTION, "SelectChild", &(index));
        if within(ANSWER, selecting).await == Ok(true) {
            return Ok(());
        }
    }
    let pressing = line.call::<_, bool>(&found.path, ACTION, "DoAction", &(0_i32));
    match within(ANSWER, pressing).await {
        Ok(true) => Ok(()),
        Ok(false) | Err(CallError::Absent(_) | CallError::Failed(_)) => Err(Problem::NoItem.before()),
        Err(error) => Err(doing.trouble(error, Reached::Nothing)),
    }
}

fn is_item(role: Role) -> bool {
    matches!(
        role,
        Role::ListItem | Role::MenuItem | Role::TableCell | Role::RadioButton | Role::PageTab | Role::Other
    )
}

/// Where a control is on the screen.
pub(super) async fn place(doing: &Doing) -> Result<Extents, Trouble> {
    let asking = async { Ok(extents(&doing.application.line, &doing.path).await) };
    within(ANSWER, asking)
        .await
        .map_err(|error| doing.trouble(error, Reached::Nothing))?
        .ok_or_else(|| Problem::Gone.before())
}
