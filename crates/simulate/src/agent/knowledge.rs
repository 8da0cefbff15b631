//! What the agent must remember, and say.

use super::{Agent, HeaderEnd};
use crate::server::Seen;
use crate::violation::Violation;
use countersign_model::{DeviceId, RecordId, RecordVersion};
use countersign_sync::{Fault, HeaderAlarm, Held, Report};
use std::collections::{BTreeMap, BTreeSet};

/// What the agent must remember of the repository, by the ledger's account.
#[derive(Clone, Debug, Default)]
pub(crate) struct Knowledge {
    /// The newest versions it saw listed or was told were written.
    listed: BTreeMap<(RecordId, DeviceId), u64>,
    /// What was gone and has not been said to the user.
    unsaid: BTreeSet<RecordVersion>,
    header: HeaderKnown,
}

/// What it must remember of the vault header.
#[derive(Clone, Debug, Default)]
struct HeaderKnown {
    /// The newest one it saw there, or was told it wrote.
    newest: (u64, Option<Vec<u8>>),
    /// The older one that is there instead.
    back: Option<u64>,
    went_back: bool,
    replaced: bool,
}

impl HeaderKnown {
    fn see(&mut self, found: &(u64, Vec<u8>)) {
        let (number, header) = found;
        if *number < self.newest.0 {
            // What goes on being so was said once.
            self.went_back |= self.back.replace(*number) != Some(*number);
        } else {
            self.back = None;
            let is_other = self.newest.1.as_ref().is_some_and(|known| known != header);
            self.replaced |= *number == self.newest.0 && *number > 0 && is_other;
            self.newest = (*number, Some(header.clone()));
        }
    }

    /// It said something. What it had remembered and not lived to tell, or told while nobody answered, is not demanded again.
    fn hear(&mut self, alarms: &[HeaderAlarm], answers: usize) {
        for alarm in alarms {
            match *alarm {
                HeaderAlarm::WentBack { had, found } => {
                    let is_news = had.0 > self.newest.0;
                    if is_news {
                        self.newest = (had.0, None);
                    }
                    if is_news || answers == 0 {
                        self.back = Some(found.0);
                    }
                }
                HeaderAlarm::Replaced(number) => {
                    // While nobody answers it tells what an exchange remembered that did not end well: which one it was is not known.
                    let is_known = self.replaced && answers > 0;
                    if number.0 > self.newest.0 || (number.0 == self.newest.0 && !is_known) {
                        self.newest = (number.0, None);
                    }
                }
            }
        }
        (self.went_back, self.replaced) = (false, false);
    }
}

impl Agent {
    /// What the agent must know from now on, and whether it said what it had to say.
    pub(super) fn learn(&mut self, seen: &Seen, report: Option<&Report>) -> Result<(), Violation> {
        if let Some((listed, commits)) = &seen.listed {
            // Once it did anything that lasts, it must remember what it saw.
            let lasting = report.is_some() || self.device.commits() > *commits || seen.effects > 0;
            if lasting {
                let there: BTreeMap<_, _> = listed
                    .iter()
                    .map(|version| ((version.record, version.device), version.counter))
                    .collect();
                let gone = self
                    .knows
                    .listed
                    .iter()
                    .filter(|(name, counter)| there.get(name).is_none_or(|there| there < counter));
                let gone: Vec<_> = gone
                    .map(|((record, device), counter)| RecordVersion {
                        record: *record,
                        device: *device,
                        counter: *counter,
                    })
                    .collect();
                self.knows.unsaid.extend(gone);
                self.knows.listed = there;
            }
            if report.is_some() {
                for version in &seen.acknowledged {
                    let known = self.knows.listed.entry((version.record, version.device)).or_insert(0);
                    *known = version.counter.max(*known);
                }
            }
        }
        let Some(report) = report else { return Ok(()) };
        let said: Vec<_> = report
            .faults
            .iter()
            .filter_map(|fault| match fault {
                Fault::WentBack(version) => Some(*version),
                _ => None,
            })
            .collect();
        let said: Held = said.into_iter().collect();
        if let Some(unsaid) = self.knows.unsaid.iter().find(|version| !said.covers(version)) {
            return Err(Violation::Unflagged {
                agent: self.number,
                what: format!("{unsaid:?}"),
            });
        }
        self.knows.unsaid.clear();
        Ok(())
    }

    /// The same for the vault header. An exchange of it that did not end well has not promised anything.
    pub(super) fn learn_header(&mut self, seen: &Seen, end: Option<&HeaderEnd>, alive: bool) -> Result<(), Violation> {
        let Some(end) = end else { return Ok(()) };
        let known = &mut self.knows.header;
        seen.headers.iter().for_each(|found| known.see(found));
        if !alive {
            return Ok(());
        }
        let back = end
            .alarms
            .iter()
            .any(|alarm| matches!(alarm, HeaderAlarm::WentBack { .. }));
        let replaced = end.alarms.iter().any(|alarm| matches!(alarm, HeaderAlarm::Replaced(_)));
        // It may have remembered more than it lived to tell, and then it went back for it.
        let unsaid = (known.went_back && !back, known.replaced && !replaced && !back);
        let what = match unsaid {
            (false, false) => {
                known.hear(&end.alarms, seen.headers.len());
                return Ok(());
            }
            (true, _) => format!("vault header {} was there", known.newest.0),
            (false, true) => format!("another vault header {} was there", known.newest.0),
        };
        Err(Violation::Unflagged {
            agent: self.number,
            what,
        })
    }
}
