//! An exchange, as the agent makes it.

use super::{Agent, HeaderEnd};
use crate::chance::Chance;
use crate::directory::Directory;
use crate::ledger::Ledger;
use crate::mutant::Mutant;
use crate::seal::{Checking, Sealer};
use crate::server::Server;
use crate::tally::Tally;
use crate::violation::Violation;
use countersign_model::UserId;
use countersign_sync::{Ends, Fault, HeaderAlarm, Report, exchange, fetch, header_told, told};
use std::sync::{Arc, Mutex};

/// How an exchange ended.
pub(crate) enum Ended {
    /// The process died.
    Died,
    /// The disk was full.
    Unsaved,
    Reported(Box<Report>),
}

/// How an exchange is to go.
pub(crate) struct Outing<'a> {
    pub(crate) directory: &'a Mutex<Directory>,
    pub(crate) sealers: &'a [Arc<dyn Sealer>],
    /// The first sealer nobody has been yet.
    pub(crate) unused: &'a mut usize,
    pub(crate) ledger: &'a mut Ledger,
    pub(crate) tally: &'a mut Tally,
    pub(crate) reachable: Vec<usize>,
    pub(crate) trouble: u64,
    pub(crate) chance: Chance,
    pub(crate) locked: Locked,
}

/// Whether the vault is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Locked {
    Yes,
    No,
}

impl Agent {
    /// A whole exchange, as the agent makes it: again at once under another id when the device was set back.
    pub(crate) fn sync(&mut self, outing: Outing<'_>) -> Result<Ended, Violation> {
        let mut outing = outing;
        self.used = None;
        loop {
            let ended = self.exchange(&mut outing)?;
            match ended {
                Ended::Reported(report) if report.set_back.is_some() => {
                    if let Some(ended) = self.take_another_id(&mut outing, &report)? {
                        return Ok(ended);
                    }
                }
                Ended::Reported(report) if !report.overtaken.is_empty() => {
                    if let Some(ended) = self.bring_forward(&mut outing, &report.overtaken)? {
                        return Ok(ended);
                    }
                }
                ended => return Ok(ended),
            }
        }
    }

    fn exchange(&mut self, outing: &mut Outing<'_>) -> Result<Ended, Violation> {
        let sealer = self.sealer(outing.sealers)?;
        let check = Checking {
            sealer,
            mutant: self.mutant,
        };
        let user = UserId::from("ada");
        let chance = Chance::of(&[outing.chance.number()]);
        let server = Server::new(
            outing.directory,
            (&self.fuse, &self.device),
            &outing.reachable,
            outing.trouble,
            chance,
        );
        if self.mutant == Some(Mutant::ForgetsWhatWasListed) {
            let _forgotten = countersign_sync::forget_repository(&self.device);
        }
        let header = self.exchange_header(&server, outing.locked)?;
        let ends = Ends {
            device: &self.device,
            repository: &server,
            user: &user,
        };
        let result = match outing.locked {
            Locked::Yes => fetch(ends),
            Locked::No => exchange(ends, &self.vault, &check),
        };
        let alive = self.fuse.step();
        let (seen, tally) = server.end();
        outing.tally.merge(&tally);
        let report = result.ok().filter(|_| alive);
        self.learn(&seen, report.as_ref())?;
        self.learn_header(&seen, header.as_ref().ok(), alive)?;
        if let Some(end) = header.ok().filter(|_| alive) {
            count_header(outing.tally, &end);
            // As below.
            let _said_again = header_told(&self.device);
            if let Some(wish) = self.wish.take_if(|_| end.is_done) {
                outing.ledger.acknowledge_change(wish.change());
            }
            self.said = end;
        }
        if let Some(report) = &report {
            // Without it the next report says it again, which does no harm.
            let _said_again = told(&self.device);
            count(outing.tally, report);
            if self.mutant == Some(Mutant::BelievesAbsence)
                && let Some((listed, _)) = &seen.listed
            {
                self.believe_absence(sealer, listed)?;
            }
            if self.mutant == Some(Mutant::MixesFields) {
                self.mix(sealer, report)?;
            }
        }
        Ok(match report {
            Some(report) => Ended::Reported(Box::new(report)),
            None if alive => Ended::Unsaved,
            None => Ended::Died,
        })
    }
}

fn count(tally: &mut Tally, report: &Report) {
    tally.count(match &report.reached {
        Ok(()) => "exchanges to the end",
        Err(_) => "exchanges broken off",
    });
    tally.add("versions fetched", u64::from(report.pulled));
    tally.add("versions written", u64::from(report.pushed));
    for fault in &report.faults {
        tally.count(match fault {
            Fault::WentBack(_) => "versions said to have gone back",
            Fault::Refused { .. } => "versions refused",
            Fault::Repository(_) => "versions in conflict",
            Fault::Unreadable { .. } | Fault::TooMany(_) => "other faults",
        });
    }
}

fn count_header(tally: &mut Tally, end: &HeaderEnd) {
    for alarm in &end.alarms {
        tally.count(match alarm {
            HeaderAlarm::WentBack { .. } => "vault headers said to have gone back",
            HeaderAlarm::Replaced(_) => "vault headers said to have been replaced",
        });
    }
    tally.add("vault headers kept against the directory's", u64::from(end.kept));
}
