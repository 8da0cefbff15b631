//! What must be so once everything is healed.

use crate::agent::{Agent, name};
use crate::header::Header;
use crate::ledger::{Ledger, Write};
use crate::server::lock;
use crate::violation::Violation;
use crate::world::World;
use countersign_model::port::RecordStore;
use countersign_model::{RecordId, RecordVersion, StoreKind};
use countersign_sync::{Held, history_key, history_of, record_key};
use std::collections::{BTreeMap, BTreeSet};

/// How many versions of a record by one device are kept at least.
const KEPT: usize = 10;
/// How much later a change by the user is at least than what it follows, ms: what is only sealed anew stays below.
const STEP: u64 = 1_000;

/// What an agent has of the records.
struct Shelf {
    /// The versions that count, and the writes they hold.
    current: BTreeMap<RecordId, (RecordVersion, u64)>,
    /// Every write that is here, by record.
    units: BTreeMap<RecordId, BTreeSet<u64>>,
    newest: Held,
}

/// Holds every agent against the others and against the ledger.
pub(crate) fn verify(world: &mut World) -> Result<(), Violation> {
    let shelves: Vec<_> = world
        .agents
        .iter()
        .map(|agent| read(world, agent))
        .collect::<Result<_, _>>()?;
    agree(&shelves)?;
    let Some(first) = shelves.first() else { return Ok(()) };
    let mut conflicts = 0;
    for record in world.ledger.records() {
        let mut here: BTreeSet<u64> = BTreeSet::new();
        for shelf in &shelves {
            here.extend(shelf.units.get(&record).into_iter().flatten());
        }
        let counts = first.current.get(&record).map(|(_, unit)| *unit);
        conflicts += judge(&world.ledger, record, counts, &here)?;
    }
    world
        .tally
        .add("concurrent writes found in the history at the end", conflicts);
    Ok(())
}

/// Holds the vault header of every agent against that of the replica it met last.
///
/// A header does not name the one it follows, and a replica that is two behind is not written to: where replicas parted or were put back, the
/// header that wins may lack what another one had, and a replica may keep an old one. Then whoever meets it says so.
pub(crate) fn headers(world: &mut World, met: impl Fn(usize) -> usize) -> Result<(), Violation> {
    let directory = lock(&world.directory);
    let there: Vec<Header> = (0..directory.len())
        .map(|replica| directory.read(replica, None))
        .map(|entry| entry.and_then(|entry| Header::decode(&entry.bytes)).unwrap_or_default())
        .collect();
    drop(directory);
    for agent in &world.agents {
        let own = agent.header()?;
        let there = there.get(met(agent.number));
        let is_said = !world.is_linear && (agent.said.kept || !agent.said.alarms.is_empty());
        if Some(&own) != there && !is_said {
            return Err(Violation::Apart {
                agent: agent.number,
                own: format!("{own:?}"),
                there: format!("{there:?}"),
            });
        }
    }
    let is_lost = |change: &u64| there.iter().all(|header| !header.changes.contains(change));
    let done: Vec<u64> = world.ledger.changes().collect();
    let lost: Vec<u64> = done.iter().copied().filter(is_lost).collect();
    world.tally.add("changes of the vault header done", done.len() as u64);
    match lost.first() {
        Some(change) if world.is_linear => Err(Violation::Undid { change: *change }),
        _ => {
            world.tally.add(
                "changes of the vault header undone by a backup or a parted replica",
                lost.len() as u64,
            );
            Ok(())
        }
    }
}

fn read(world: &World, agent: &Agent) -> Result<Shelf, Violation> {
    let sealer = agent.sealer(&world.sealers)?;
    let mut shelf = Shelf {
        current: BTreeMap::new(),
        units: BTreeMap::new(),
        newest: Held::default(),
    };
    let ids = agent
        .vault
        .ids(StoreKind::Record)
        .map_err(|error| agent.broken(error))?;
    for id in ids {
        let past = history_of(&id);
        let record = match past {
            Some(version) => version.record,
            None => RecordId(
                id.as_slice()
                    .try_into()
                    .map_err(|_| agent.broken("a key of no record"))?,
            ),
        };
        let key = past.map_or(record_key(record), |version| history_key(&version));
        let sealed = agent
            .vault
            .get(&key)
            .map_err(|error| agent.broken(error))?
            .unwrap_or_default();
        let looked = sealer.look(record, &sealed).map_err(|error| agent.broken(error))?;
        let unit = agent.identify(&world.ledger, &looked)?;
        if past.is_none() {
            shelf.current.insert(record, (looked.checked.version, unit));
        }
        shelf.units.entry(record).or_default().insert(unit);
        shelf.newest.add(looked.checked.version);
    }
    Ok(shelf)
}

fn agree(shelves: &[Shelf]) -> Result<(), Violation> {
    for (number, pair) in shelves.windows(2).enumerate() {
        let [one, other] = pair else { continue };
        let differ = |record: RecordId, how: String| Violation::Diverged {
            one: number,
            other: number + 1,
            record: name(record),
            how,
        };
        let records: BTreeSet<_> = one.current.keys().chain(other.current.keys()).collect();
        for record in records {
            let (here, there) = (one.current.get(record), other.current.get(record));
            if here != there {
                return Err(differ(*record, format!("{here:?} and {there:?} count")));
            }
        }
        let missing = one.newest.versions().find(|version| !other.newest.covers(version));
        let missing = missing.or_else(|| other.newest.versions().find(|version| !one.newest.covers(version)));
        if let Some(version) = missing {
            return Err(differ(version.record, format!("only one has {version:?}")));
        }
    }
    Ok(())
}

/// Holds one record against the ledger, and returns how many writes that lost to a concurrent one are kept.
fn judge(ledger: &Ledger, record: RecordId, counts: Option<u64>, here: &BTreeSet<u64>) -> Result<u64, Violation> {
    let mut covered = BTreeSet::new();
    for unit in here {
        if !covered.contains(unit) || here.contains(unit) {
            covered.extend(ledger.past(*unit));
        }
    }
    let written: Vec<_> = ledger.writes().filter(|(_, write)| write.record == record).collect();
    let demanded = |write: &Write| write.acknowledged && !write.excused;
    for (unit, write) in &written {
        if demanded(write) && !covered.contains(unit) && !is_old(ledger, record, *unit) {
            return Err(Violation::Lost {
                unit: *unit,
                record: name(record),
            });
        }
    }
    let Some(counts) = counts else { return Ok(0) };
    let past = ledger.past(counts);
    let mut losers = 0;
    for (unit, write) in written {
        if !demanded(write) || past.contains(&unit) {
            continue;
        }
        let follows = ledger.past(unit);
        if follows.contains(&counts) {
            return Err(Violation::Undone {
                counts,
                follows: unit,
                record: name(record),
                what: match write.fields {
                    None => ": a deleted logon is back",
                    Some(_) => "",
                },
            });
        }
        losers += u64::from(here.contains(&unit));
        let time = ledger.write(counts).map_or(0, |write| write.changed);
        if here.contains(&unit) && write.changed > time + STEP {
            return Err(Violation::WrongOne {
                counts,
                later: unit,
                record: name(record),
            });
        }
    }
    Ok(losers)
}

/// Whether a device that had it has written so many versions since that it need not be kept.
fn is_old(ledger: &Ledger, record: RecordId, unit: u64) -> bool {
    let versions: Vec<_> = ledger
        .versions()
        .filter(|(version, _)| version.record == record)
        .collect();
    let own = versions
        .iter()
        .filter(|(_, held)| *held == unit)
        .map(|(version, _)| *version);
    own.into_iter().any(|own| {
        let later = versions
            .iter()
            .filter(|(version, _)| version.device == own.device && version.counter > own.counter);
        later.count() >= KEPT
    })
}
