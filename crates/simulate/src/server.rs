//! The repository as one process reaches it for one exchange: one replica at a time, with everything that can go wrong on the way.

use crate::chance::Chance;
use crate::directory::{Directory, Wrote};
use crate::disk::{Disk, Fuse};
use crate::tally::Tally;
use countersign_model::port::{RepositoryError, VaultRepository};
use countersign_model::{DeviceId, HeaderVersion, RecordVersion, Timestamp, UserId};
use countersign_secret::Key;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a process saw of the repository.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// The first list it got, and how many commits it had made before.
    pub(crate) listed: Option<(Vec<RecordVersion>, u32)>,
    /// What it wrote with an answer.
    pub(crate) acknowledged: Vec<RecordVersion>,
    /// How many of its writes took effect.
    pub(crate) effects: u32,
    /// The headers it got to see there, or was told it wrote, with their numbers.
    pub(crate) headers: Vec<(u64, Vec<u8>)>,
}

struct Session {
    chance: Chance,
    at: Option<usize>,
    reachable: Vec<usize>,
    /// One call in so many goes wrong in each way; 0: none does.
    trouble: u64,
    seen: Seen,
    tally: Tally,
}

/// A session with the directory.
pub(crate) struct Server<'a> {
    directory: &'a Mutex<Directory>,
    fuse: &'a Fuse,
    device: &'a Disk,
    session: Mutex<Session>,
}

/// The replica a call goes to, and whether its answer is lost.
struct Line {
    replica: usize,
    answer: Answer,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    Arrives,
    IsLost,
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn unreachable(why: &str) -> RepositoryError {
    RepositoryError::Unreachable {
        place: "simulation".to_owned(),
        why: why.to_owned(),
    }
}

impl<'a> Server<'a> {
    pub(crate) fn new(
        directory: &'a Mutex<Directory>,
        (fuse, device): (&'a Fuse, &'a Disk),
        reachable: &[usize],
        trouble: u64,
        mut chance: Chance,
    ) -> Self {
        let session = Session {
            at: chance.pick(reachable).copied(),
            reachable: reachable.to_vec(),
            chance,
            trouble,
            seen: Seen::default(),
            tally: Tally::default(),
        };
        Self {
            directory,
            fuse,
            device,
            session: Mutex::new(session),
        }
    }

    /// What was seen and what went wrong.
    pub(crate) fn end(self) -> (Seen, Tally) {
        let session = self.session.into_inner().unwrap_or_else(PoisonError::into_inner);
        (session.seen, session.tally)
    }

    fn call(&self) -> Result<Line, RepositoryError> {
        if !self.fuse.step() {
            return Err(unreachable("the process is dead"));
        }
        let session = &mut *lock(&self.session);
        let trouble = session.trouble;
        // The world goes on meanwhile.
        if session.chance.one_in(4) {
            let many = session.chance.index(6);
            lock(self.directory).deliver(&mut session.chance, many);
        }
        if session.chance.one_in(trouble) && session.reachable.len() > 1 {
            // The replica is gone in the middle of the exchange, for this process.
            session.reachable.retain(|replica| Some(*replica) != session.at);
            session.at = None;
            session.tally.count("failovers in the middle of an exchange");
        }
        let reachable = session.at.filter(|at| session.reachable.contains(at));
        session.at = reachable.or_else(|| session.chance.pick(&session.reachable).copied());
        let Some(replica) = session.at else {
            return Err(unreachable("no replica answers"));
        };
        if session.chance.one_in(trouble) {
            session.tally.count("calls that never arrived");
            return Err(unreachable("timed out on the way there"));
        }
        let lost = session.chance.one_in(trouble);
        let answer = if lost { Answer::IsLost } else { Answer::Arrives };
        Ok(Line { replica, answer })
    }

    fn answered<T>(&self, line: &Line, value: T) -> Result<T, RepositoryError> {
        match line.answer {
            Answer::Arrives => Ok(value),
            Answer::IsLost => {
                lock(&self.session).tally.count("answers lost");
                Err(unreachable("timed out on the way back"))
            }
        }
    }

    fn none<T>() -> Result<T, RepositoryError> {
        Err(RepositoryError::Missing("nothing of the kind is simulated".to_owned()))
    }
}

impl VaultRepository for Server<'_> {
    fn list(&self, _: &UserId) -> Result<Vec<RecordVersion>, RepositoryError> {
        let line = self.call()?;
        let directory = lock(self.directory);
        let listed = directory.list(line.replica);
        let stale = directory.is_stale(line.replica);
        drop(directory);
        let listed = self.answered(&line, listed)?;
        let session = &mut *lock(&self.session);
        session.tally.add("lists of a replica that lags", u64::from(stale));
        if session.seen.listed.is_none() {
            session.seen.listed = Some((listed.clone(), self.device.commits()));
        }
        Ok(listed)
    }

    fn pull(&self, _: &UserId, version: &RecordVersion) -> Result<Vec<u8>, RepositoryError> {
        let line = self.call()?;
        let directory = lock(self.directory);
        let entry = directory.read(line.replica, Some((version.record, version.device)));
        let bytes = entry
            .filter(|entry| entry.number == version.counter)
            .map(|entry| entry.bytes.clone());
        drop(directory);
        if bytes.is_none() {
            lock(&self.session).tally.count("versions listed and gone when fetched");
        }
        self.answered(&line, bytes)?
            .ok_or_else(|| RepositoryError::Missing(format!("version {}", version.counter)))
    }

    fn push(&self, _: &UserId, version: &RecordVersion, sealed: &[u8]) -> Result<(), RepositoryError> {
        let line = self.call()?;
        let name = Some((version.record, version.device));
        let wrote = lock(self.directory).write(line.replica, name, version.counter, sealed, None);
        let session = &mut *lock(&self.session);
        session.tally.count("writes");
        if wrote == Wrote::Done {
            session.seen.effects += 1;
            if line.answer == Answer::Arrives {
                session.seen.acknowledged.push(*version);
            } else {
                session.tally.count("writes done whose answer was lost");
            }
        } else {
            session.tally.count("writes that met a newer version");
        }
        match (wrote, line.answer) {
            (_, Answer::IsLost) => Err(unreachable("timed out on the way back")),
            (Wrote::Done, Answer::Arrives) => Ok(()),
            (Wrote::Conflict, Answer::Arrives) => Err(RepositoryError::Conflict(format!("{}", version.record))),
        }
    }

    fn header(&self, _: &UserId) -> Result<Option<(HeaderVersion, Vec<u8>)>, RepositoryError> {
        let line = self.call()?;
        let header = lock(self.directory)
            .read(line.replica, None)
            .map(|entry| (HeaderVersion(entry.number), entry.bytes.clone()));
        let header = self.answered(&line, header)?;
        let seen = header
            .clone()
            .map_or((0, Vec::new()), |(number, bytes)| (number.0, bytes));
        let session = &mut *lock(&self.session);
        session.seen.headers.push(seen);
        session.tally.count("vault headers read");
        Ok(header)
    }

    fn replace_header(
        &self,
        _: &UserId,
        replaces: Option<HeaderVersion>,
        header: &[u8],
    ) -> Result<HeaderVersion, RepositoryError> {
        let line = self.call()?;
        let next = replaces.map_or(0, |replaces| replaces.0) + 1;
        let expected = Some(replaces.map(|replaces| replaces.0));
        let wrote = lock(self.directory).write(line.replica, None, next, header, expected);
        let session = &mut *lock(&self.session);
        if wrote == Wrote::Done && line.answer == Answer::IsLost {
            session.tally.count("writes done whose answer was lost");
        }
        match (wrote, line.answer) {
            (_, Answer::IsLost) => Err(unreachable("timed out on the way back")),
            (Wrote::Done, Answer::Arrives) => {
                session.seen.headers.push((next, header.to_vec()));
                session.tally.count("vault headers written");
                Ok(HeaderVersion(next))
            }
            (Wrote::Conflict, Answer::Arrives) => Err(RepositoryError::Conflict("the header".to_owned())),
        }
    }

    fn join_requests(&self, _: &UserId) -> Result<Vec<(DeviceId, Vec<u8>)>, RepositoryError> {
        Ok(Vec::new())
    }

    fn leave_join_request(&self, _: &UserId, _: DeviceId, _: &[u8]) -> Result<(), RepositoryError> {
        Self::none()
    }

    fn remove_join_request(&self, _: &UserId, _: DeviceId) -> Result<(), RepositoryError> {
        Self::none()
    }

    fn slot_key(&self, _: &UserId) -> Result<Option<Key>, RepositoryError> {
        Ok(None)
    }

    fn place_slot_key(&self, _: &UserId, _: &Key) -> Result<(), RepositoryError> {
        Self::none()
    }

    fn remove_slot_key(&self, _: &UserId) -> Result<(), RepositoryError> {
        Self::none()
    }

    fn set_aside(&self, _: &UserId, _: Timestamp) -> Result<(), RepositoryError> {
        Self::none()
    }

    fn forget_aside(&self, _: &UserId, _: Timestamp) -> Result<(), RepositoryError> {
        Self::none()
    }
}
