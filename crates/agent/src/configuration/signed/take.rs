//! Taking a unit's catalogue: its pages that are new, then the objects they name that are not held, then it is in force.

use super::follow::{Following, Stopped};
use super::held::{self, catalogue_key, mark_key, object_key};
use super::incoming::{Incoming, Kept};
use super::pages::{Pages, Reading};
use super::{InForce, Signed, agent_version, of_catalogue};
use countersign_model::port::RepositoryError;
use countersign_model::{Change, ConfigName, ConfigObject, Unit, Wanted};
use countersign_trust::{CatalogueError, Digest, Entry, RootList, Standing, Terms, Trusted, accept_catalogue};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// From so many objects on a unit is gone through for them, when they are most of what it has.
const MANY: usize = 64;

/// What was fetched for a catalogue.
struct Fetched {
    /// What it names.
    pages: Pages,
    /// The SHA-256 of what it names and is not held.
    missing: BTreeSet<Digest>,
}

impl Signed {
    /// Takes the catalogue there is, if it counts and what it names is there.
    pub(super) fn take(&mut self, unit: &Unit, list: &RootList, by: Following<'_>) -> Result<(), Stopped> {
        let bytes = match by.repository.catalogue(unit) {
            Ok((_, bytes)) => bytes,
            Err(error @ RepositoryError::Unreachable { .. }) => return Err(error.into()),
            Err(error) => {
                self.faults.push(of_catalogue(unit, &error.to_string()));
                return Ok(());
            }
        };
        let terms = Terms {
            list,
            unit,
            agent: agent_version(),
            mark: held::mark(by.device, unit)?,
            now: by.now,
        };
        let trusted = match accept_catalogue(&bytes, terms) {
            Ok(trusted) => trusted,
            Err(error) => {
                self.refuse(unit, &error.to_string());
                return Ok(());
            }
        };
        let before = self.units.get(unit).cloned();
        let (fetched, kept) = fetch(by, unit, &trusted, before.as_deref())?;
        let Fetched { pages, missing } = match fetched {
            Ok(fetched) => fetched,
            Err(stopped) => {
                // What came all the same need not come again.
                by.device.commit(&kept.last)?;
                return match stopped {
                    NotFetched::Refused(error) => {
                        self.refuse(unit, &error.to_string());
                        Ok(())
                    }
                    NotFetched::Stopped(stopped) => Err(stopped),
                };
            }
        };
        let next = InForce {
            trusted,
            pages,
            missing,
            seen_by: self.groups.clone(),
        };
        if !next.missing.is_empty() {
            let number = next.trusted.catalogue().heading.sequence;
            let what = format!("{} of what number {number} names", some_of(&next.lacks()));
            let older_holds = before.as_ref().is_some_and(|older| {
                older.trusted.mark() != next.trusted.mark() && older.trusted.standing(by.now) == Standing::Good
            });
            if older_holds {
                by.device.commit(&kept.last)?;
                self.refuse(unit, &format!("{what} is missing or is not what was signed"));
                return Ok(());
            }
            let what = format!("{what} is missing or is not what was signed; the rest is in force");
            self.faults.push(of_catalogue(unit, &what));
        }
        let gone = match &before {
            Some(before) if next.missing.is_empty() => self.named_no_more(unit, before, &next),
            _ => BTreeSet::new(),
        };
        // With the last of what it names, all or nothing.
        let mut last = kept.last;
        last.push(Change::Put(catalogue_key(unit), bytes));
        last.push(Change::Put(mark_key(unit), next.trusted.mark().to_bytes()));
        last.extend(gone.iter().map(|digest| Change::Remove(object_key(digest))));
        by.device.commit(&last)?;
        self.units.insert(unit.clone(), Arc::new(next));
        Ok(())
    }

    fn refuse(&mut self, unit: &Unit, why: &str) {
        let stays = match self.units.get(unit) {
            Some(found) => format!("; number {} stays in force", found.trusted.catalogue().heading.sequence),
            None => "; nothing of it is used".to_owned(),
        };
        self.faults.push(of_catalogue(unit, &format!("{why}{stays}")));
    }

    /// What only the catalogue named that is followed by this one.
    fn named_no_more(&self, unit: &Unit, before: &InForce, next: &InForce) -> BTreeSet<Digest> {
        let mut gone = next.pages.dropped(&before.pages);
        let stays: BTreeSet<_> = next.trusted.catalogue().contents.pages().iter().collect();
        let pages = before.trusted.catalogue().contents.pages().iter();
        gone.extend(pages.filter(|page| !stays.contains(page)));
        if !gone.is_empty() {
            let others = self.units.iter().filter(|(other, _)| *other != unit);
            let others = others.flat_map(|(_, found)| found.digests());
            for digest in others.chain(next.digests()) {
                gone.remove(digest);
            }
        }
        gone
    }
}

/// Why nothing of a catalogue can take force.
enum NotFetched {
    Refused(CatalogueError),
    Stopped(Stopped),
}

impl<T: Into<Stopped>> From<T> for NotFetched {
    fn from(error: T) -> Self {
        Self::Stopped(error.into())
    }
}

/// Fetches what a catalogue names and is not held. What came and was right is kept, whatever else went wrong.
fn fetch(
    by: Following<'_>,
    unit: &Unit,
    trusted: &Trusted,
    before: Option<&InForce>,
) -> Result<(Result<Fetched, NotFetched>, Kept), Stopped> {
    std::thread::scope(|scope| {
        let mut incoming = Incoming::start(scope, by.device, by.progress)?;
        let asked = ask(by, unit, trusted, before, &mut incoming);
        let kept = incoming.finish()?;
        let fetched = asked.map(|(pages, wanted)| Fetched {
            pages,
            missing: wanted
                .into_iter()
                .filter(|digest| !kept.digests.contains(digest))
                .collect(),
        });
        Ok((fetched, kept))
    })
}

/// Asks for pages, then for objects. Returns what the catalogue names, and what of it was asked for.
fn ask(
    by: Following<'_>,
    unit: &Unit,
    trusted: &Trusted,
    before: Option<&InForce>,
    incoming: &mut Incoming<'_>,
) -> Result<(Pages, BTreeSet<Digest>), NotFetched> {
    let mut reading = Reading::of(trusted, before, by.device);
    let wanted = reading.wanted();
    ask_for(by, unit, &wanted, Wanted::These(&wanted), &mut |name, bytes| {
        if let Some(digest) = reading.take(&name, &bytes) {
            incoming.put(digest, bytes);
        }
    })?;
    let pages = reading.finish().map_err(NotFetched::Refused)?;
    let lacking = pages.lacking(before, by.device)?;
    let expected: HashMap<ConfigName, Digest> = lacking
        .iter()
        .filter_map(|entry| Some((entry.name()?, entry.digest)))
        .collect();
    let names: Vec<_> = expected.keys().cloned().collect();
    let wanted = match names.len() > MANY && names.len() > trusted.catalogue().contents.count() / 2 {
        true => Wanted::Most(&names),
        false => Wanted::These(&names),
    };
    ask_for(by, unit, &names, wanted, &mut |name, bytes| {
        if let Some(digest) = expected.get(&name) {
            incoming.put(*digest, bytes);
        }
    })?;
    let digests = lacking.iter().map(|entry| entry.digest).collect();
    Ok((pages, digests))
}

fn ask_for(
    by: Following<'_>,
    unit: &Unit,
    names: &[ConfigName],
    wanted: Wanted<'_>,
    came: &mut dyn FnMut(ConfigName, Vec<u8>),
) -> Result<(), RepositoryError> {
    if names.is_empty() {
        return Ok(());
    }
    by.progress.wanted(names.len());
    let given = by.repository.objects(unit, wanted, &mut |object| {
        let ConfigObject { kind, id, bytes, .. } = object;
        came(ConfigName { kind, id }, bytes);
    });
    match given {
        Err(error @ RepositoryError::Unreachable { .. }) => Err(error),
        // What it could not give is missing, and named.
        Err(error) => {
            tracing::warn!("{unit}: {error}");
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

fn some_of(entries: &[&Entry]) -> String {
    let name = |entry: &Entry| entry.name().map(|name| name.to_string()).unwrap_or_default();
    match entries {
        [one] => name(one),
        [one, rest @ ..] => format!("{} and {} more", name(one), rest.len()),
        [] => String::new(),
    }
}
