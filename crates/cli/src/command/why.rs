use crate::agent::ask;
use crate::arguments::Why;
use crate::clock::now;
use crate::decision::{one_line, told};
use crate::failure::Failure;
use crate::screen::{Paint, Screen};
use countersign_model::{Explanation, WindowId};
use countersign_wire::{Reply, Request, WindowReport};
use serde::Serialize;

/// What `why --window --json` prints.
#[derive(Serialize)]
struct Told<'a> {
    /// What was decided.
    decisions: &'a [Explanation],
    /// The window as it is now; none: it is gone.
    now: Option<&'a WindowReport>,
}

/// Exit 5 when nothing is known of the window that is asked about.
pub(crate) fn run(why: &Why, screen: &mut Screen) -> Result<u8, Failure> {
    let request = Request::Why {
        window: why.window,
        limit: Some(why.limit),
    };
    let Reply::Why(decisions) = ask(&request)? else {
        return Err(Failure::OtherAnswer);
    };
    match why.window {
        Some(window) => of_window(window, &decisions, why, screen),
        None => of_all(&decisions, why, screen),
    }
}

fn of_all(decisions: &[Explanation], why: &Why, screen: &mut Screen) -> Result<u8, Failure> {
    if why.format.json {
        screen.json("explanations", &decisions)?;
        return Ok(0);
    }
    if decisions.is_empty() {
        screen.say("no window has been looked at since the agent started")?;
    }
    all(decisions, screen)?;
    Ok(0)
}

fn of_window(id: WindowId, decisions: &[Explanation], why: &Why, screen: &mut Screen) -> Result<u8, Failure> {
    let report = match ask(&Request::WindowReport { window: id }) {
        Ok(Reply::WindowReport(report)) => Some(report),
        Ok(_) => return Err(Failure::OtherAnswer),
        // Gone: what was decided about it is still known.
        Err(_) if !decisions.is_empty() => None,
        Err(failure) => return Err(failure),
    };
    if why.format.json {
        let now = report.as_deref();
        screen.json("why", &Told { decisions, now })?;
        return Ok(0);
    }
    all(decisions, screen)?;
    if let Some(report) = report {
        screen.say(Paint::Strong.on("as it is now"))?;
        for method in &report.methods {
            let sign = if method.works {
                Paint::Good.on("✓")
            } else {
                Paint::Bad.on("✗")
            };
            screen.say(format_args!("  {sign} {:9} {}", method.method, one_line(&method.why)))?;
        }
        if report.candidates.is_empty() {
            screen.say("  no template names its program, title or class; `countersign template record` drafts one")?;
        }
        all(&report.candidates, screen)?;
    }
    Ok(0)
}

fn all(explanations: &[Explanation], screen: &mut Screen) -> Result<(), Failure> {
    let now = now();
    let told: Vec<String> = explanations.iter().map(|explanation| told(explanation, now)).collect();
    match told.is_empty() {
        true => Ok(()),
        false => screen.say(told.join("\n\n")),
    }
}
