//! The vault header in an exchange, as the agent makes it (`crates/agent/src/syncing/headers.rs`).

use super::{Agent, Locked};
use crate::header::{Header, Wish};
use crate::mutant::Mutant;
use crate::server::Server;
use crate::violation::Violation;
use countersign_model::port::{RecordStore, RepositoryError, StoreError};
use countersign_model::{Change, HeaderVersion, StoreKey, StoreKind, UserId};
use countersign_sync::{Ends, HeaderAlarm, HeaderOutcome, HeaderReport, exchange_header, replace_header};

/// What became of the header in an exchange.
#[derive(Debug, Default)]
pub(crate) struct HeaderEnd {
    pub(crate) alarms: Vec<HeaderAlarm>,
    /// Whether this device keeps its own although another one is there, and says so.
    pub(crate) kept: bool,
    /// Whether what the user wants is in the header that is followed.
    pub(crate) is_done: bool,
}

fn header_key() -> StoreKey {
    StoreKey {
        kind: StoreKind::Header,
        id: b"vault".to_vec(),
    }
}

impl Agent {
    /// The change that makes a header this device's own.
    pub(super) fn put_header(header: &Header) -> Change {
        Change::Put(header_key(), header.encode())
    }

    /// This device's header.
    pub(crate) fn header(&self) -> Result<Header, Violation> {
        let kept = self.device.get(&header_key()).map_err(|error| self.broken(error))?;
        let header = kept.and_then(|bytes| Header::decode(&bytes));
        header.ok_or_else(|| self.broken("it has no vault header"))
    }

    /// Exchanges and follows it. An error is that of the device's store.
    pub(super) fn exchange_header(
        &self,
        server: &Server<'_>,
        locked: Locked,
    ) -> Result<Result<HeaderEnd, StoreError>, Violation> {
        let own = self.header()?;
        let user = UserId::from("ada");
        let ends = Ends {
            device: &self.device,
            repository: server,
            user: &user,
        };
        if self.mutant == Some(Mutant::ForgetsHeaders) {
            let key = StoreKey {
                kind: StoreKind::Cursor,
                id: b"header.seen".to_vec(),
            };
            let _forgotten = self.device.commit(&[Change::Remove(key)]);
        }
        let report = match self.both_ways(ends, &own, locked) {
            Ok(report) => report,
            Err(error) => return Ok(Err(error)),
        };
        let mut end = HeaderEnd {
            alarms: report.alarms,
            kept: report.reached == Ok(HeaderOutcome::WentBack),
            is_done: false,
        };
        if self.mutant == Some(Mutant::HidesTwins) {
            end.alarms.retain(|alarm| !matches!(alarm, HeaderAlarm::Replaced(_)));
        }
        let there = report.there.and_then(|(_, bytes)| Header::decode(&bytes));
        if let (Locked::No, Some(there)) = (locked, there)
            && there != own
            && there.number >= own.number
        {
            match own.follows(&there) {
                true => {
                    if let Err(error) = self.device.commit(&[Self::put_header(&there)]) {
                        return Ok(Err(error));
                    }
                    end.is_done = self.wish.is_some_and(|wish| there.changes.contains(&wish.change()));
                }
                false => end.kept = true,
            }
        }
        Ok(Ok(end))
    }

    /// Which header it has, and what it said of the directory's.
    pub(crate) fn tell_header(&self) -> String {
        let number = self.header().map_or(0, |header| header.number);
        let said: Vec<_> = self.said.alarms.iter().map(|alarm| format!(", {alarm:?}")).collect();
        let kept = if self.said.kept { ", kept" } else { "" };
        format!("vault header {number}{kept}{}", said.concat())
    }

    fn both_ways(&self, ends: Ends<'_>, own: &Header, locked: Locked) -> Result<HeaderReport, StoreError> {
        let (number, bytes) = (HeaderVersion(own.number), own.encode());
        let mut report = exchange_header(ends, number, &bytes)?;
        if matches!(report.reached, Err(RepositoryError::Conflict(_))) {
            report = exchange_header(ends, number, &bytes)?;
        }
        if self.mutant == Some(Mutant::WritesHeadersAgain) {
            Self::write_again(ends, own, &mut report);
        }
        let wish = self.wish.filter(|_| locked == Locked::No);
        if let (Ok(HeaderOutcome::InStep | HeaderOutcome::Pushed), Some(wish)) = (&report.reached, wish) {
            let next = own.next(wish);
            match replace_header(ends, number, &next.encode())? {
                Ok(number) => report.there = Some((number, next.encode())),
                Err(RepositoryError::Conflict(_)) => report = exchange_header(ends, number, &bytes)?,
                Err(_) => {}
            }
        }
        if let (Some(Mutant::WritesOverHeaders), Some(wish)) = (self.mutant, wish) {
            Self::write_over(ends, own, wish, &mut report);
        }
        Ok(report)
    }

    /// Broken: what is one behind is made good, and nobody is told.
    fn write_again(ends: Ends<'_>, own: &Header, report: &mut HeaderReport) {
        let found = report.there.as_ref().map_or(0, |(found, _)| found.0);
        if report.reached == Ok(HeaderOutcome::WentBack) && found + 1 == own.number {
            let replaces = (found > 0).then_some(HeaderVersion(found));
            let _faster = ends.repository.replace_header(ends.user, replaces, &own.encode());
            report.alarms.clear();
        }
    }

    /// Broken: whatever is there, the own next one takes its place.
    fn write_over(ends: Ends<'_>, own: &Header, wish: Wish, report: &mut HeaderReport) {
        if report.reached != Ok(HeaderOutcome::Theirs) {
            return;
        }
        let found = report.there.as_ref().map(|(found, _)| *found);
        let mut next = own.next(wish);
        next.number = found.map_or(1, |found| found.0 + 1);
        if let Ok(number) = ends.repository.replace_header(ends.user, found, &next.encode()) {
            report.there = Some((number, next.encode()));
        }
    }
}
