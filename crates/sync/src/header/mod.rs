//! The vault header: which way it goes, and what is said when a repository does not have what it had.

mod mark;

use crate::exchange::Ends;
use countersign_model::HeaderVersion;
use countersign_model::port::{RecordStore, RepositoryError, StoreError};
pub(crate) use mark::forget;
use mark::{Mark, digest_of};

/// What became of the vault header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderOutcome {
    /// Both sides have the same one.
    InStep,
    /// Ours was the next and is there now.
    Pushed,
    /// Theirs is newer, or of the same number and different: check it through the vault before it counts.
    Theirs,
    /// Theirs is older than what was there before, or so far behind ours that another one is missing. Nothing is written over it.
    WentBack,
}

/// What an exchange of the header came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderReport {
    /// What became of it. [`RepositoryError::Unreachable`] is a normal state, and after [`RepositoryError::Conflict`] another device was
    /// faster: exchange again.
    pub reached: Result<HeaderOutcome, RepositoryError>,
    /// What is there now, as far as is known.
    pub there: Option<(HeaderVersion, Vec<u8>)>,
    /// What was found and not said yet ([`header_told`]), and what goes on being so.
    pub alarms: Vec<HeaderAlarm>,
}

/// A header that is not what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderAlarm {
    /// The repository had a newer one.
    #[error(
        "the repository's vault header went back from version {} to {}; this server lags behind the others, or a backup was restored: tell the administrator if it goes on", .had.0, .found.0
    )]
    WentBack {
        /// The highest number that was seen there.
        had: HeaderVersion,
        /// What was found then; 0 for none.
        found: HeaderVersion,
    },
    /// The repository had another one of the same number.
    #[error(
        "the repository's vault header {} was replaced by another one of that number: two machines changed it at once, or a backup was restored. Look at `countersign device list` and `countersign status`: a change made here may be undone, and a device taken off may be back", .0.0
    )]
    Replaced(HeaderVersion),
}

/// Compares this device's vault header with the repository's, and writes it there if it is exactly the next one.
///
/// What was there before is remembered in the device store. A header that was there already is written again only where the one it
/// followed is found, and only after that was said: until then it may be a server that lags.
///
/// # Errors
/// Those of the device store: nothing was written to the repository that this device would not know of.
pub fn exchange_header(ends: Ends<'_>, ours: HeaderVersion, bytes: &[u8]) -> Result<HeaderReport, StoreError> {
    let mut mark = Mark::read(ends.device)?;
    let theirs = match ends.repository.header(ends.user) {
        Ok(theirs) => theirs,
        Err(error) => {
            return Ok(HeaderReport {
                reached: Err(error),
                there: None,
                alarms: mark.alarms(),
            });
        }
    };
    let before = mark.clone();
    let (found, same) = match &theirs {
        Some((version, theirs)) => (version.0, *version == ours && theirs == bytes),
        None => (0, false),
    };
    mark.look(found, digest_of(theirs.as_ref().map_or(&[][..], |(_, bytes)| bytes)));
    if mark != before {
        mark.write(ends.device)?;
    }
    let mut report = HeaderReport {
        reached: Ok(HeaderOutcome::WentBack),
        there: theirs,
        alarms: mark.alarms(),
    };
    if mark.is_back() && !mark.may_return(ours, digest_of(bytes)) {
        return Ok(report);
    }
    report.reached = match found.checked_add(1) {
        _ if same => Ok(HeaderOutcome::InStep),
        _ if found >= ours.0 => Ok(HeaderOutcome::Theirs),
        Some(next) if next == ours.0 => {
            let replaces = (found > 0).then_some(HeaderVersion(found));
            write(ends, &mut mark, replaces, bytes)?.map(|version| {
                report.there = Some((version, bytes.to_vec()));
                HeaderOutcome::Pushed
            })
        }
        _ => Ok(HeaderOutcome::WentBack),
    };
    Ok(report)
}

/// Writes the header that follows `replaces` by compare-and-set, and remembers that it is there.
///
/// # Errors
/// Those of the device store. The repository's are inside: after [`RepositoryError::Conflict`] another device was faster.
pub fn replace_header(
    ends: Ends<'_>,
    replaces: HeaderVersion,
    next: &[u8],
) -> Result<Result<HeaderVersion, RepositoryError>, StoreError> {
    let mut mark = Mark::read(ends.device)?;
    write(ends, &mut mark, Some(replaces), next)
}

fn write(
    ends: Ends<'_>,
    mark: &mut Mark,
    replaces: Option<HeaderVersion>,
    next: &[u8],
) -> Result<Result<HeaderVersion, RepositoryError>, StoreError> {
    let written = ends.repository.replace_header(ends.user, replaces, next);
    if let Ok(version) = written {
        mark.look(version.0, digest_of(next));
        mark.write(ends.device)?;
    }
    Ok(written)
}

/// The vault does not follow this header, because it is not its own or was tampered with: that it was there says nothing about what should
/// be there.
///
/// # Errors
/// Those of the store.
pub fn header_refused(
    device: &dyn RecordStore,
    refused: &[u8],
    (ours, bytes): (HeaderVersion, &[u8]),
) -> Result<(), StoreError> {
    let mut mark = Mark::read(device)?;
    let before = mark.clone();
    mark.refuse(digest_of(refused), ours, digest_of(bytes));
    match mark == before {
        true => Ok(()),
        false => mark.write(device),
    }
}

/// Somebody was told of every alarm of the last report. What has been so and is no more is not in the next one.
///
/// # Errors
/// Those of the store.
pub fn header_told(device: &dyn RecordStore) -> Result<(), StoreError> {
    let mut mark = Mark::read(device)?;
    let before = mark.clone();
    mark.told();
    match mark == before {
        true => Ok(()),
        false => mark.write(device),
    }
}
