//! One application, one stored logon, one verdict.

use std::time::Duration;

use countersign_tests::servers::Verdict;
use countersign_tests::{Deadline, Process, Session};
use serde_json::Value;

use crate::demo::agent::Agent;
use crate::demo::report::Refusal;
use crate::demo::stage::{Application, Stage};
use crate::error::Result;
use crate::row::Row;

/// An application that has not had its answer by then will not get one.
const VERDICT: u64 = 30;
/// How long nothing more may be sent after a refusal: a retry takes ssh and FileZilla a fraction of it.
const QUIET: Duration = Duration::from_secs(3);

/// With the right password: accepted, and how long it took by the agent's own clock.
pub fn accepted(
    session: &Session,
    stage: &mut Stage,
    agent: &Agent<'_>,
    application: Application,
) -> Result<(Row, Process)> {
    let known = agent.explanations()?.pop();
    let process = stage.start(session, application)?;
    let verdict = stage.verdict(application, Deadline::seconds(VERDICT));
    let attempt = find(
        agent,
        known.as_ref(),
        application,
        Deadline::seconds(10),
        |explanation| {
            explanation
                .pointer("/attempt/timing/submitted_us")
                .filter(|value| value.is_u64())?;
            explanation.get("attempt").cloned()
        },
    )?;
    let figure = |name: &str| {
        let pointer = format!("/timing/{name}");
        attempt
            .as_ref()
            .and_then(|attempt| attempt.pointer(&pointer))
            .and_then(Value::as_u64)
            .map(milliseconds)
    };
    let row = Row {
        application: application.name(),
        toolkit: application.toolkit(),
        method: text(attempt.as_ref(), "/method").unwrap_or_else(|| "none".to_owned()),
        filled_ms: figure("filled_us"),
        submitted_ms: figure("submitted_us"),
        accepted: verdict.as_ref().is_ok_and(Verdict::is_accepted),
        evidence: verdict.map_or_else(|error| error.to_string(), |verdict| verdict.evidence().to_owned()),
    };
    Ok((row, process))
}

/// With a wrong password: refused once, recognised by the agent, and not sent again.
pub fn refused(session: &Session, stage: &mut Stage, agent: &Agent<'_>, application: Application) -> Result<Refusal> {
    let known = agent.explanations()?.pop();
    let _running = stage.start(session, application)?;
    let verdict = stage.verdict(application, Deadline::seconds(VERDICT));
    let recognised = find(
        agent,
        known.as_ref(),
        application,
        Deadline::seconds(10),
        |explanation| {
            explanation
                .pointer("/decision/logon-failed")
                .and_then(Value::as_str)
                .map(str::to_owned)
        },
    )?;
    let again = stage.verdict(application, Deadline::after(QUIET)).ok();
    Ok(Refusal {
        application: application.name(),
        refused: verdict.as_ref().is_ok_and(|verdict| !verdict.is_accepted()),
        evidence: verdict.map_or_else(|error| error.to_string(), |verdict| verdict.evidence().to_owned()),
        recognised,
        stopped: again.is_none(),
    })
}

/// Waits for an explanation about the application, newer than `known`, in which `pick` finds what it wants.
fn find<T>(
    agent: &Agent<'_>,
    known: Option<&Value>,
    application: Application,
    deadline: Deadline,
    pick: impl Fn(&Value) -> Option<T>,
) -> Result<Option<T>> {
    loop {
        let explanations = agent.explanations()?;
        let old = explanations
            .iter()
            .rposition(|one| Some(one) == known)
            .map_or(0, |last| last + 1);
        let news = explanations.iter().skip(old).rev();
        let mut ours = news.filter(|one| one.get("template").and_then(Value::as_str) == Some(application.template()));
        if let Some(found) = ours.find_map(&pick) {
            return Ok(Some(found));
        }
        if deadline.is_over() {
            return Ok(None);
        }
        deadline.pause();
    }
}

fn text(value: Option<&Value>, pointer: &str) -> Option<String> {
    value?.pointer(pointer)?.as_str().map(str::to_owned)
}

fn milliseconds(microseconds: u64) -> f64 {
    Duration::from_micros(microseconds).as_secs_f64() * 1e3
}
