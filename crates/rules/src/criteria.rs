//! Writing down what was wanted and what was found.

use crate::pattern::{Known, Match, Text};
use crate::select::short;
use countersign_model::{Criterion, FieldName, Verdict};

/// Criteria in the order in which they were looked at.
#[derive(Debug, Default)]
pub(crate) struct Criteria {
    pub(crate) all: Vec<Criterion>,
}

impl Criteria {
    pub(crate) fn passed(&mut self, what: impl Into<String>, wanted: impl Into<String>, found: impl Into<String>) {
        self.note(what, wanted, found, Verdict::Passed);
    }

    pub(crate) fn failed(&mut self, what: impl Into<String>, wanted: impl Into<String>, found: impl Into<String>) {
        self.note(what, wanted, found, Verdict::Failed);
    }

    pub(crate) fn whether(
        &mut self,
        what: impl Into<String>,
        holds: bool,
        wanted: impl Into<String>,
        found: impl Into<String>,
    ) {
        let verdict = if holds { Verdict::Passed } else { Verdict::Failed };
        self.note(what, wanted, found, verdict);
    }

    pub(crate) fn skipped(&mut self, what: impl Into<String>, wanted: impl Into<String>) {
        self.note(what, wanted, "", Verdict::Skipped);
    }

    pub(crate) fn note(
        &mut self,
        what: impl Into<String>,
        wanted: impl Into<String>,
        found: impl Into<String>,
        verdict: Verdict,
    ) {
        self.all.push(Criterion {
            what: what.into(),
            wanted: wanted.into(),
            found: found.into(),
            verdict,
        });
    }

    /// A text against a pattern. What was found is shown: titles, labels and arguments are on the screen anyway.
    pub(crate) fn text(&mut self, what: &str, wanted: &Text, found: &str, known: Known<'_>) {
        let source = wanted.source().to_owned();
        match wanted.judge(found, known) {
            Match::Yes => self.passed(what, source, short(found)),
            Match::No => self.failed(what, source, short(found)),
            Match::NoValue(field) => self.failed(what, source, no_value(&field)),
        }
    }

    pub(crate) fn hold(&self) -> bool {
        self.all.iter().all(|criterion| criterion.verdict == Verdict::Passed)
    }
}

pub(crate) fn no_value(field: &FieldName) -> String {
    format!("the logon has no value for `{field}`")
}
