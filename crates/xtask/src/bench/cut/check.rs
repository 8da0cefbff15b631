//! Opening a store after a cut and comparing every value.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Script, State};
use crate::bench::engines::{Engine, Which};

/// How many more commits a store must take after a cut, and hold over a closing.
const MORE: u64 = 3;

/// What was found after a cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Finding {
    /// Exactly the state after so many steps: the acknowledged ones, or one more.
    Good(u64),
    /// It could not be opened, read, or used again.
    Unusable(String),
    /// A state of the past: acknowledged commits are gone.
    Lost(String),
    /// A state that never was.
    Torn(String),
}

impl Finding {
    /// Why it is bad, if it is.
    pub fn complaint(&self) -> Option<String> {
        match self {
            Self::Good(_) => None,
            Self::Unusable(why) => Some(format!("unusable: {why}")),
            Self::Lost(why) => Some(format!("lost: {why}")),
            Self::Torn(why) => Some(format!("torn: {why}")),
        }
    }
}

/// How many steps were acknowledged when the power went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledged {
    /// So many for certain.
    pub certain: u64,
    /// And so many in all, when those that came while the power went are counted: they may or may not be there.
    pub possible: u64,
}

impl Acknowledged {
    /// So many, and no doubt.
    pub fn exactly(steps: u64) -> Self {
        Self {
            certain: steps,
            possible: steps,
        }
    }
}

/// What happens to a store that was found good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// It is closed.
    Close,
    /// It must take a few more commits, be closed, opened again, and hold them.
    GoOn,
}

/// Opens the store in `folder` and compares every value with the states that may be there: after every step that was certainly
/// acknowledged, and at most one step more than possibly was.
///
/// `known` is a state at or before the certain one; it is left at the state that was found.
pub fn check(
    which: Which,
    folder: &Path,
    script: &Script,
    known: &mut State,
    acknowledged: Acknowledged,
    then: Then,
) -> Finding {
    let engine = match which.open(folder) {
        Ok(engine) => engine,
        Err(fault) => return Finding::Unusable(fault.0),
    };
    let found = match compare(&*engine, script, known, acknowledged) {
        Finding::Good(found) => found,
        bad => return bad,
    };
    let closed = match then {
        Then::Close => engine.close().map_err(|fault| fault.0),
        Then::GoOn => {
            let next = Script {
                before: script.before,
                turn: found,
                after: !script.after,
            };
            go_on(which, engine, folder, &next, known.clone())
        }
    };
    match closed {
        Ok(()) => Finding::Good(found),
        Err(why) => Finding::Unusable(format!("once it was open: {why}")),
    }
}

fn compare(engine: &dyn Engine, script: &Script, known: &mut State, acknowledged: Acknowledged) -> Finding {
    let found = match State::read(engine) {
        Ok(found) => found,
        Err(fault) => return Finding::Unusable(fault.0),
    };
    let Acknowledged { certain, possible } = acknowledged;
    let mut differences = usize::MAX;
    for steps in certain..=possible + 1 {
        known.advance(script, steps);
        if known.holds(&found) {
            return Finding::Good(steps);
        }
        differences = differences.min(known.differences(&found));
    }
    let mut past = State::default();
    while past.steps < certain {
        if past.holds(&found) {
            return Finding::Lost(format!("the last {} acknowledged commits", certain - past.steps));
        }
        let next = past.steps + 1;
        past.advance(script, next);
    }
    Finding::Torn(format!(
        "{differences} values are not as after {certain} acknowledged commits"
    ))
}

fn go_on(
    which: Which,
    mut engine: Box<dyn Engine>,
    folder: &Path,
    script: &Script,
    mut state: State,
) -> Result<(), String> {
    let from = state.steps;
    for step in from..from + MORE {
        engine.commit(script.step(step)).map_err(|fault| fault.0)?;
    }
    engine.close().map_err(|fault| fault.0)?;
    state.advance(script, from + MORE);
    let engine = which.open(folder).map_err(|fault| fault.0)?;
    let found = State::read(&*engine).map_err(|fault| fault.0)?;
    if state.holds(&found) {
        return engine.close().map_err(|fault| fault.0);
    }
    Err(format!("{} values differ", state.differences(&found)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(which: Which, folder: &Path, script: &Script, steps: u64) {
        let mut engine = which.open(folder).unwrap();
        for step in 0..steps {
            engine.commit(script.step(step)).unwrap();
        }
        engine.close().unwrap();
    }

    #[test]
    fn what_was_acknowledged_or_one_more_is_good_and_the_rest_is_not() {
        let script = Script::seeded(3);
        for (acknowledged, good) in [(8, false), (9, true), (10, true), (11, false)] {
            let folder = tempfile::tempdir().unwrap();
            written(Which::Ours, folder.path(), &script, 10);
            let finding = check(
                Which::Ours,
                folder.path(),
                &script,
                &mut State::default(),
                Acknowledged::exactly(acknowledged),
                Then::GoOn,
            );
            assert_eq!(finding == Finding::Good(10), good, "{acknowledged}: {finding:?}");
            if acknowledged == 11 {
                assert!(matches!(finding, Finding::Lost(_)), "{finding:?}");
            }
        }
    }

    #[test]
    fn what_was_acknowledged_while_the_power_went_may_be_there_or_not() {
        let script = Script::seeded(3);
        for (certain, possible, good) in [
            (8, 9, true),
            (9, 12, true),
            (10, 12, true),
            (11, 12, false),
            (7, 8, false),
        ] {
            let folder = tempfile::tempdir().unwrap();
            written(Which::Ours, folder.path(), &script, 10);
            let acknowledged = Acknowledged { certain, possible };
            let mut known = State::default();
            let finding = check(
                Which::Ours,
                folder.path(),
                &script,
                &mut known,
                acknowledged,
                Then::Close,
            );
            assert_eq!(finding == Finding::Good(10), good, "{acknowledged:?}: {finding:?}");
        }
    }

    #[test]
    fn a_batch_of_which_a_part_is_missing_is_torn() {
        let script = Script::seeded(3);
        let folder = tempfile::tempdir().unwrap();
        written(Which::Ours, folder.path(), &script, 10);
        let mut engine = Which::Ours.open(folder.path()).unwrap();
        let first = engine.ids().unwrap().remove(0);
        let write = crate::bench::engines::Write { id: first, value: None };
        engine.commit(vec![write]).unwrap();
        engine.close().unwrap();
        let finding = check(
            Which::Ours,
            folder.path(),
            &script,
            &mut State::default(),
            Acknowledged::exactly(10),
            Then::Close,
        );
        assert!(matches!(finding, Finding::Torn(_)), "{finding:?}");
    }
}
