use crate::agent::ask;
use crate::arguments::Why;
use crate::clock::now;
use crate::decision::told;
use crate::failure::Failure;
use crate::screen::Screen;
use countersign_wire::{Reply, Request};

pub(crate) fn run(why: &Why, screen: &mut Screen) -> Result<u8, Failure> {
    let request = Request::Why {
        window: why.window,
        limit: Some(why.limit),
    };
    let Reply::Why(explanations) = ask(&request)? else {
        return Err(Failure::OtherAnswer);
    };
    let exit = if explanations.is_empty() && why.window.is_some() {
        5
    } else {
        0
    };
    if why.format.json {
        screen.json("explanations", &explanations)?;
        return Ok(exit);
    }
    if explanations.is_empty() {
        screen.say(match why.window {
            Some(_) => "nothing was decided about this window; `countersign windows` lists those on the screen",
            None => "no window has been looked at since the agent started",
        })?;
    }
    let now = now();
    let told: Vec<String> = explanations.iter().map(|explanation| told(explanation, now)).collect();
    if !told.is_empty() {
        screen.say(told.join("\n\n"))?;
    }
    Ok(exit)
}
