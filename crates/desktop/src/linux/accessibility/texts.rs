//! Writing into text controls, and checking what was written.

use super::actions::Doing;
use super::bus::{ACCESSIBLE, ANSWER, CallError, EDITABLE, TEXT, within};
use super::focus;
use super::roles::{Bits, role, takes_text};
use crate::pace::steady;
use crate::respond::{Problem, Reached, Trouble};
use async_io::Timer;
use countersign_model::{Role, States};
use countersign_secret::Password;
use futures_util::future::{join, join_all};
use std::time::Duration;

/// How long a toolkit may take to show what was written.
const SETTLE: Duration = Duration::from_millis(200);
/// How often it is asked meanwhile.
const STEP: Duration = Duration::from_millis(5);

/// Replaces the texts of controls, all at once, and checks that they were kept. Stops before the first control that takes no text
/// now: it may take some once those before it are filled. Says how many were written, at least one.
pub(super) async fn set(controls: &[(Doing, Password)]) -> Result<usize, (usize, Trouble)> {
    let asked = join_all(controls.iter().map(|(doing, _)| before(doing))).await;
    let mut ready = Vec::new();
    for ((doing, value), control) in controls.iter().zip(asked) {
        match control {
            Ok(control) => ready.push((doing, control, value)),
            Err(trouble) if ready.is_empty() => return Err((0, trouble)),
            Err(_) => break,
        }
    }
    let written = join_all(
        ready
            .iter()
            .map(|(doing, control, value)| write(doing, *control, value)),
    )
    .await;
    let alone = ready.len() == 1;
    for (place, ((doing, control, value), written)) in ready.iter().zip(written).enumerate() {
        settle(doing, *control, value, written).await.map_err(|trouble| {
            // The others are written by now.
            let reached = if alone { trouble.reached } else { Reached::Perhaps };
            (place, Trouble { reached, ..trouble })
        })?;
    }
    Ok(ready.len())
}

type Written = (Result<bool, CallError>, Result<Held, CallError>);

async fn settle(doing: &Doing, control: Role, value: &Password, written: Written) -> Result<(), Trouble> {
    let (written, held) = match written {
        // GTK4 offers the text only while the control has the focus.
        (Err(CallError::Absent(_)), _) => {
            focus::give(doing, &doing.ears.of(&doing.application)).await?;
            write(doing, control, value).await
        }
        written => written,
    };
    match written {
        Ok(true) if held == Ok(Held::Value) => Ok(()),
        Ok(true) => kept(doing, control, value).await,
        Ok(false) | Err(CallError::Absent(_) | CallError::Failed(_)) => Err(Problem::NotEditable.before()),
        Err(error) => Err(doing.trouble(error, Reached::Perhaps)),
    }
}

/// What the control is, if it takes text now, over a line that nobody else hears where there is one. `SetTextContents` itself also fills
/// disabled fields.
async fn before(doing: &Doing) -> Result<Role, Trouble> {
    within(ANSWER, doing.application.open_own_line())
        .await
        .map_err(|error| doing.trouble(error, Reached::Nothing))?;
    let takes =
        |control: Role, states: States| takes_text(control) && states.enabled && states.editable && states.showing;
    // Read a moment ago: asking again would tell no more about the moment of writing.
    if let Some((control, states)) = doing.fresh
        && takes(control, states)
    {
        return Ok(control);
    }
    let line = &doing.application.line;
    let asking = async {
        let (number, bits) = join(
            line.call::<_, u32>(&doing.path, ACCESSIBLE, "GetRole", &()),
            line.call::<_, Vec<u32>>(&doing.path, ACCESSIBLE, "GetState", &()),
        )
        .await;
        Ok((number?, Bits(bits?)))
    };
    let (number, bits) = within(ANSWER, asking)
        .await
        .map_err(|error| doing.trouble(error, Reached::Nothing))?;
    let control = role(number);
    if takes(control, bits.states(doing.application.sight())) {
        Ok(control)
    } else {
        Err(Problem::NotEditable.before())
    }
}

/// Writes, and asks right behind it what is there: the application answers in order.
async fn write(doing: &Doing, control: Role, value: &Password) -> Written {
    let line = &doing.application.line;
    let body = (value.expose(),);
    let writing = within(ANSWER, line.call(&doing.path, EDITABLE, "SetTextContents", &body));
    join(writing, within(ANSWER, held(doing, control, value))).await
}

/// What a control holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Held {
    Value,
    SomethingElse,
}

/// Asks what the control holds: how much, and where it shows what it holds also what.
async fn held(doing: &Doing, control: Role, value: &Password) -> Result<Held, CallError> {
    let line = &doing.application.line;
    let count = line.property::<i32>(&doing.path, TEXT, "CharacterCount");
    let same = if control == Role::PasswordText {
        usize::try_from(count.await?) == Ok(value.chars())
    } else {
        // As far as it should go: to -1, the end, GTK 4.8 answers with nothing.
        let all = (0_i32, i32::try_from(value.chars()).unwrap_or(i32::MAX));
        let text = line.call::<_, String>(&doing.path, TEXT, "GetText", &all);
        let (count, text) = join(count, text).await;
        let text = Password::from_string(text?).map_err(|error| CallError::Failed(error.to_string()))?;
        usize::try_from(count?) == Ok(value.chars()) && text == *value
    };
    Ok(if same { Held::Value } else { Held::SomethingElse })
}

/// Waits until the control shows what was written.
async fn kept(doing: &Doing, control: Role, value: &Password) -> Result<(), Trouble> {
    let deadline = steady().after(SETTLE);
    loop {
        match within(ANSWER, held(doing, control, value)).await {
            Ok(Held::Value) => return Ok(()),
            Ok(Held::SomethingElse) if steady() < deadline => {}
            Ok(Held::SomethingElse) => return Err(Problem::NotKept.after()),
            Err(error) => return Err(doing.trouble(error, Reached::Perhaps)),
        }
        Timer::after(STEP).await;
    }
}

/// Empties a control.
pub(super) async fn clear(doing: Doing) -> Result<(), Trouble> {
    let nothing = Password::from_utf8(b"").map_err(|error| Problem::Failed(error.to_string()).before())?;
    let cleared = set(&[(doing, nothing)]).await;
    cleared.map(drop).map_err(|(_, trouble)| trouble)
}

/// A control's states right now: whether it has the focus, is enabled, and is on.
pub(super) async fn states(doing: &Doing) -> Result<States, Trouble> {
    let line = &doing.application.line;
    let asking = line.call::<_, Vec<u32>>(&doing.path, ACCESSIBLE, "GetState", &());
    let bits = within(ANSWER, asking)
        .await
        .map_err(|error| doing.trouble(error, Reached::Nothing))?;
    Ok(Bits(bits).states(doing.application.sight()))
}

/// How many characters a control holds, if it tells.
pub(super) async fn length(doing: &Doing) -> Result<Option<usize>, Trouble> {
    let asking = doing
        .application
        .line
        .property::<i32>(&doing.path, TEXT, "CharacterCount");
    match within(ANSWER, asking).await {
        Ok(count) => Ok(usize::try_from(count).ok()),
        Err(CallError::Absent(_) | CallError::Failed(_)) => Ok(None),
        Err(error) => Err(doing.trouble(error, Reached::Nothing)),
    }
}
