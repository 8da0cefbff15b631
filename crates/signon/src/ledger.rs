//! What was filled lately: loop protection.

use countersign_model::{Lineage, LogonId, Monotonic, TemplateId, Timestamp, Which};
use std::path::PathBuf;
use std::time::Duration;

/// How a fill ended, as far as that was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Nothing was seen yet.
    Open,
    /// The same asker asked again, which says that it was refused.
    AskedAgain,
    /// The application refused it.
    Failed,
    /// The application accepted it.
    Succeeded,
}

/// What a fill counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counts {
    /// A try to log on: asked again it was refused.
    Logon,
    /// A step on the way, by this form of the template: only how often counts.
    Step(usize),
    /// A change of the password, or a part of one, by this form of the template.
    Change(usize),
}

impl Counts {
    fn is_change(self) -> bool {
        matches!(self, Self::Change(_))
    }
}

/// What hangs on whether a fill is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnTrial {
    /// The logon: it is kept only then.
    Given,
    /// Which password of a change holds: this one was filled.
    Password(Which),
}

/// One fill.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub logon: LogonId,
    pub label: String,
    pub template: TemplateId,
    pub counts: Counts,
    /// Who asked: the process, or the one it asks for.
    pub asker: Lineage,
    pub process: Lineage,
    pub executable: PathBuf,
    pub at: Monotonic,
    /// When the logon it was filled from was last changed.
    pub changed: Timestamp,
    /// Since when its password counts.
    pub since: Option<Timestamp>,
    /// What hangs on whether it is accepted.
    pub trial: Option<OnTrial>,
    pub ending: Ending,
}

/// What the ledger says about one more fill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Leave {
    /// Go on.
    Granted,
    /// The same asker already had this logon and asks again, or refused it.
    AlreadyRefused,
    /// Filled this often within the grace period.
    TooOften(u32),
}

/// When filling stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    /// How often one logon may go into one program within the grace period.
    pub fills: u32,
    pub grace: Duration,
    /// How often the same asker may ask again and not say why.
    pub retries: u32,
}

/// The fills of the last while.
#[derive(Debug, Default)]
pub(crate) struct Ledger(Vec<Entry>);

/// Entries beyond this number are forgotten, oldest first.
const KEPT: usize = 256;

/// Logons whose times of change are as near as this are the same: what is only sealed anew is a millisecond later.
const SAME: u64 = 1000;

impl Entry {
    /// Whether it is open, of this template, and into this process or for it.
    fn is_of(&self, template: &TemplateId, process: Lineage) -> bool {
        self.ending == Ending::Open && self.template == *template && (self.process == process || self.asker == process)
    }

    /// Whether its logon was edited between the two. The times are only told apart: clocks are set back and ahead.
    fn is_edited(&self, before: &Self) -> bool {
        self.changed.0.abs_diff(before.changed.0) >= SAME || self.since != before.since
    }
}

impl Ledger {
    pub(crate) fn leave(&mut self, next: &Entry, limits: Limits) -> Leave {
        let recent = |entry: &Entry| next.at.since(entry.at) <= limits.grace;
        let mut refused = false;
        let mut asked_again = 0;
        for entry in self
            .0
            .iter_mut()
            .filter(|entry| entry.logon == next.logon && entry.template == next.template && entry.asker == next.asker)
            .filter(|entry| next.counts == Counts::Logon && entry.counts == Counts::Logon)
        {
            // A logon that was edited after it was refused deserves a new try, and so does its other password.
            if next.is_edited(entry) || next.trial != entry.trial {
                continue;
            }
            match entry.ending {
                Ending::Failed => refused = true,
                Ending::AskedAgain => asked_again += 1,
                Ending::Open if recent(entry) => {
                    entry.ending = Ending::AskedAgain;
                    asked_again += 1;
                }
                Ending::Open | Ending::Succeeded => {}
            }
        }
        if refused || asked_again > limits.retries {
            return Leave::AlreadyRefused;
        }
        let count = self
            .0
            .iter()
            .filter(|entry| entry.logon == next.logon && entry.executable == next.executable && recent(entry))
            .filter(|entry| entry.counts == next.counts)
            .count();
        match u32::try_from(count) {
            Ok(count) if count < limits.fills => Leave::Granted,
            Ok(count) => Leave::TooOften(count),
            Err(_) => Leave::TooOften(u32::MAX),
        }
    }

    pub(crate) fn enter(&mut self, entry: Entry) {
        if self.0.len() >= KEPT {
            self.0.remove(0);
        }
        self.0.push(entry);
    }

    /// Takes back the newest entry of a fill that wrote nothing.
    pub(crate) fn take_back(&mut self, entered: &Entry) {
        let same = |entry: &Entry| {
            entry.logon == entered.logon && entry.process == entered.process && entry.counts == entered.counts
        };
        if let Some(at) = self.0.iter().rposition(same) {
            self.0.remove(at);
        }
    }

    /// Ends the newest open fill of a template into this process (or for it, by a prompter it started).
    pub(crate) fn end(&mut self, template: &TemplateId, process: Lineage, ending: Ending) -> Option<Entry> {
        let is_it = |entry: &Entry| entry.counts == Counts::Logon && entry.is_of(template, process);
        let entry = self.0.iter_mut().rev().find(|entry| is_it(entry))?;
        entry.ending = ending;
        Some(entry.clone())
    }

    /// Ends the open change of a template in this process, with all its parts. Returned is the part that was filled last.
    pub(crate) fn end_change(&mut self, template: &TemplateId, process: Lineage, ending: Ending) -> Option<Entry> {
        let mut last = None;
        for entry in &mut self.0 {
            if entry.counts.is_change() && entry.is_of(template, process) {
                entry.ending = ending;
                last = Some(entry.clone());
            }
        }
        last
    }

    /// Whether a part of an open change of this logon was filled for this asker already.
    pub(crate) fn is_changing(&self, logon: LogonId, asker: Lineage) -> bool {
        let is_part = |entry: &&Entry| entry.counts.is_change() && entry.ending == Ending::Open;
        let mut parts = self.0.iter().filter(is_part);
        parts.any(|entry| entry.logon == logon && entry.asker == asker)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_model::RecordId;

    fn entry(asker: u32, process: u32, seconds: u64) -> Entry {
        let lineage = |pid| Lineage { pid, started: 1 };
        Entry {
            logon: RecordId([1; 16]),
            label: "work".to_owned(),
            template: TemplateId::from("org.example.App"),
            counts: Counts::Logon,
            asker: lineage(asker),
            process: lineage(process),
            executable: PathBuf::from("/usr/bin/app"),
            at: Monotonic(seconds * 1_000_000),
            changed: Timestamp(0),
            since: None,
            trial: None,
            ending: Ending::Open,
        }
    }

    const LIMITS: Limits = Limits {
        fills: 3,
        grace: Duration::from_secs(60),
        retries: 0,
    };

    #[test]
    fn an_application_that_fails_by_itself_is_tried_again_as_often_as_its_template_says() {
        let twice = Limits { retries: 1, ..LIMITS };
        let mut ledger = Ledger::default();
        for seconds in [0, 2] {
            assert_eq!(ledger.leave(&entry(1, 2, seconds), twice), Leave::Granted);
            ledger.enter(entry(1, 2, seconds));
        }
        assert_eq!(ledger.leave(&entry(1, 2, 4), twice), Leave::AlreadyRefused);
        // A refusal that was recognised is one, whatever the template says.
        let mut ledger = Ledger::default();
        ledger.enter(entry(1, 2, 0));
        let app = TemplateId::from("org.example.App");
        ledger.end(&app, Lineage { pid: 2, started: 1 }, Ending::Failed);
        assert_eq!(ledger.leave(&entry(1, 2, 2), twice), Leave::AlreadyRefused);
    }

    #[test]
    fn the_same_asker_asking_again_has_refused() {
        let mut ledger = Ledger::default();
        assert_eq!(ledger.leave(&entry(1, 2, 0), LIMITS), Leave::Granted);
        ledger.enter(entry(1, 2, 0));
        assert_eq!(ledger.leave(&entry(1, 3, 2), LIMITS), Leave::AlreadyRefused);
        // And stays refused after the grace period, until the logon is edited.
        assert_eq!(ledger.leave(&entry(1, 4, 500), LIMITS), Leave::AlreadyRefused);
        assert_eq!(ledger.leave(&edited(1, 4, 500, 400_000), LIMITS), Leave::Granted);
    }

    fn edited(asker: u32, process: u32, seconds: u64, changed: u64) -> Entry {
        Entry {
            changed: Timestamp(changed),
            ..entry(asker, process, seconds)
        }
    }

    #[test]
    fn a_clock_that_was_set_neither_lets_a_refused_logon_out_nor_keeps_an_edited_one_back() {
        let year = 365 * 24 * 60 * 60 * 1000;
        // Saved while the clock was a year ahead: what is refused stays refused after the clock was put right.
        let mut ledger = Ledger::default();
        ledger.enter(edited(1, 2, 0, year));
        assert_eq!(ledger.leave(&edited(1, 3, 2, year), LIMITS), Leave::AlreadyRefused);
        // Sealed anew, by a roll or a first fill: it is the same.
        assert_eq!(ledger.leave(&edited(1, 3, 3, year + 2), LIMITS), Leave::AlreadyRefused);
        // Edited since, at what the clock says is earlier: it is tried.
        assert_eq!(ledger.leave(&edited(1, 4, 100, 5), LIMITS), Leave::Granted);
        ledger.enter(edited(1, 4, 100, 5));
        assert_eq!(ledger.leave(&edited(1, 5, 102, 5), LIMITS), Leave::AlreadyRefused);
    }

    #[test]
    fn another_asker_is_served_until_it_is_too_often() {
        let mut ledger = Ledger::default();
        for asker in 1..=3 {
            assert_eq!(ledger.leave(&entry(asker, asker, 1), LIMITS), Leave::Granted);
            ledger.enter(entry(asker, asker, 1));
        }
        assert_eq!(ledger.leave(&entry(9, 9, 2), LIMITS), Leave::TooOften(3));
        assert_eq!(ledger.leave(&entry(9, 9, 62), LIMITS), Leave::Granted);
    }

    #[test]
    fn an_accepted_logon_may_be_asked_for_again() {
        let mut ledger = Ledger::default();
        ledger.enter(entry(1, 1, 0));
        let ended = ledger.end(
            &TemplateId::from("org.example.App"),
            Lineage { pid: 1, started: 1 },
            Ending::Succeeded,
        );
        assert_eq!(ended.unwrap().label, "work");
        assert_eq!(ledger.leave(&entry(1, 1, 5), LIMITS), Leave::Granted);
    }

    #[test]
    fn a_fill_that_wrote_nothing_does_not_count() {
        let mut ledger = Ledger::default();
        ledger.enter(entry(1, 1, 0));
        ledger.take_back(&entry(1, 1, 0));
        assert_eq!(
            ledger.leave(&entry(1, 1, 1), Limits { fills: 1, ..LIMITS }),
            Leave::Granted
        );
    }
}
