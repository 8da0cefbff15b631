//! What was filled lately: loop protection.

use countersign_model::{Lineage, LogonId, Monotonic, TemplateId, Timestamp};
use std::path::PathBuf;
use std::time::Duration;

/// How a fill ended, as far as that was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// Nothing was seen yet.
    Open,
    /// The application refused it.
    Failed,
    /// The application accepted it.
    Succeeded,
}

/// One fill.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub logon: LogonId,
    pub label: String,
    pub template: TemplateId,
    /// Who asked: the process, or the one it asks for.
    pub asker: Lineage,
    pub process: Lineage,
    pub executable: PathBuf,
    pub at: Monotonic,
    pub wall: Timestamp,
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

/// The fills of the last while.
#[derive(Debug, Default)]
pub(crate) struct Ledger(Vec<Entry>);

/// Entries beyond this number are forgotten, oldest first.
const KEPT: usize = 256;

impl Ledger {
    pub(crate) fn leave(&mut self, next: &Entry, changed: Timestamp, fills: u32, grace: Duration) -> Leave {
        let recent = |entry: &Entry| next.at.since(entry.at) <= grace;
        let mut refused = false;
        for entry in self
            .0
            .iter_mut()
            .filter(|entry| entry.logon == next.logon && entry.template == next.template && entry.asker == next.asker)
        {
            // A logon that was edited after it was refused deserves a new try.
            if changed > entry.wall {
                continue;
            }
            match entry.ending {
                Ending::Failed => refused = true,
                Ending::Open if recent(entry) => {
                    entry.ending = Ending::Failed;
                    refused = true;
                }
                Ending::Open | Ending::Succeeded => {}
            }
        }
        if refused {
            return Leave::AlreadyRefused;
        }
        let count = self
            .0
            .iter()
            .filter(|entry| entry.logon == next.logon && entry.executable == next.executable && recent(entry))
            .count();
        match u32::try_from(count) {
            Ok(count) if count < fills => Leave::Granted,
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
    pub(crate) fn take_back(&mut self, logon: LogonId, process: Lineage) {
        if let Some(at) = self
            .0
            .iter()
            .rposition(|entry| entry.logon == logon && entry.process == process)
        {
            self.0.remove(at);
        }
    }

    /// Ends the newest open fill of a template into this process (or for it, by a prompter it started).
    pub(crate) fn end(&mut self, template: &TemplateId, process: Lineage, ending: Ending) -> Option<Entry> {
        let entry = self.0.iter_mut().rev().find(|entry| {
            entry.ending == Ending::Open
                && entry.template == *template
                && (entry.process == process || entry.asker == process)
        })?;
        entry.ending = ending;
        Some(entry.clone())
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
            asker: lineage(asker),
            process: lineage(process),
            executable: PathBuf::from("/usr/bin/app"),
            at: Monotonic(seconds * 1_000_000),
            wall: Timestamp(seconds * 1000),
            ending: Ending::Open,
        }
    }

    const GRACE: Duration = Duration::from_secs(60);

    #[test]
    fn the_same_asker_asking_again_has_refused() {
        let mut ledger = Ledger::default();
        assert_eq!(ledger.leave(&entry(1, 2, 0), Timestamp(0), 3, GRACE), Leave::Granted);
        ledger.enter(entry(1, 2, 0));
        assert_eq!(
            ledger.leave(&entry(1, 3, 2), Timestamp(0), 3, GRACE),
            Leave::AlreadyRefused
        );
        // And stays refused after the grace period, until the logon is edited.
        assert_eq!(
            ledger.leave(&entry(1, 4, 500), Timestamp(0), 3, GRACE),
            Leave::AlreadyRefused
        );
        assert_eq!(
            ledger.leave(&entry(1, 4, 500), Timestamp(400_000), 3, GRACE),
            Leave::Granted
        );
    }

    #[test]
    fn another_asker_is_served_until_it_is_too_often() {
        let mut ledger = Ledger::default();
        for asker in 1..=3 {
            assert_eq!(
                ledger.leave(&entry(asker, asker, 1), Timestamp(0), 3, GRACE),
                Leave::Granted
            );
            ledger.enter(entry(asker, asker, 1));
        }
        assert_eq!(
            ledger.leave(&entry(9, 9, 2), Timestamp(0), 3, GRACE),
            Leave::TooOften(3)
        );
        assert_eq!(ledger.leave(&entry(9, 9, 62), Timestamp(0), 3, GRACE), Leave::Granted);
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
        assert_eq!(ledger.leave(&entry(1, 1, 5), Timestamp(0), 3, GRACE), Leave::Granted);
    }

    #[test]
    fn a_fill_that_wrote_nothing_does_not_count() {
        let mut ledger = Ledger::default();
        ledger.enter(entry(1, 1, 0));
        ledger.take_back(RecordId([1; 16]), Lineage { pid: 1, started: 1 });
        assert_eq!(ledger.leave(&entry(1, 1, 1), Timestamp(0), 1, GRACE), Leave::Granted);
    }
}
