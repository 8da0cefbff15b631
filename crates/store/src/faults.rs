//! A disk in memory that forgets what was not synced, and fails when told to.

use crate::files::{Access, Files, LogFile, QUARANTINE, candidates};
use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

/// What goes wrong, at which operation (counted from 0 over creates, writes, syncs, renames, removals and cuts).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// This one operation fails like a full disk; a write leaves half of its bytes.
    Full(usize),
    /// This one operation fails like a broken disk; a sync loses what it should have kept, while it goes on being read back.
    Broken(usize),
    /// Every operation from here fails like a disk gone read-only.
    ReadOnly(usize),
}

#[derive(Clone, Debug)]
pub(crate) enum Op {
    Write(u64, u64, Vec<u8>),
    Zero(u64, u64, u64),
    Cut(u64, u64),
    Link(String, u64),
    Rename(String, String),
    Unlink(String),
}

/// The names there are and what the files hold.
#[derive(Clone, Debug, Default, Hash)]
pub(crate) struct State {
    names: BTreeMap<String, u64>,
    files: BTreeMap<u64, Vec<u8>>,
}

impl State {
    pub(crate) fn apply(&mut self, op: &Op) {
        match op {
            Op::Write(file, offset, bytes) => {
                let contents = self.files.entry(*file).or_default();
                let end = usize::try_from(*offset).unwrap() + bytes.len();
                contents.resize(contents.len().max(end), 0);
                contents[end - bytes.len()..end].copy_from_slice(bytes);
            }
            Op::Zero(file, offset, length) => {
                let contents = self.files.entry(*file).or_default();
                let start = usize::try_from(*offset).unwrap();
                let end = start + usize::try_from(*length).unwrap();
                contents.resize(contents.len().max(end), 0);
                contents[start..end].fill(0);
            }
            Op::Cut(file, length) => self
                .files
                .entry(*file)
                .or_default()
                .resize(usize::try_from(*length).unwrap(), 0),
            Op::Link(name, file) => {
                self.names.insert(name.clone(), *file);
                self.files.entry(*file).or_default();
            }
            Op::Rename(from, to) => {
                if let Some(file) = self.names.remove(from) {
                    self.names.insert(to.clone(), file);
                }
            }
            Op::Unlink(name) => {
                self.names.remove(name);
            }
        }
    }
}

/// What happened, in order.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    Did(Op),
    /// This file's writes are safe.
    SyncedFile(u64),
    /// The names are safe.
    SyncedFolder,
    /// What the test noted.
    Note(u32),
}

/// What a crash at some point of a run has to choose from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Crash {
    pub(crate) safe: State,
    pub(crate) pending: Vec<Op>,
}

impl Crash {
    /// Goes one event further.
    pub(crate) fn go_on(&mut self, event: &Event) {
        match event {
            Event::Did(op) => self.pending.push(op.clone()),
            Event::SyncedFile(file) => self.keep(|op| is_about(op, *file)),
            Event::SyncedFolder => self.keep(is_about_names),
            Event::Note(_) => {}
        }
    }

    fn keep(&mut self, which: impl Fn(&Op) -> bool) {
        for op in self.pending.extract_if(.., |op| which(op)) {
            self.safe.apply(&op);
        }
    }

    /// The disk after a power cut that kept these of the pending operations; the last one of them perhaps by half.
    pub(crate) fn image(&self, kept: &[bool], torn: Torn) -> State {
        let mut state = self.safe.clone();
        let last = kept.iter().rposition(|kept| *kept);
        for (at, op) in self.pending.iter().enumerate().filter(|(at, _)| kept[*at]) {
            match op {
                Op::Write(file, offset, bytes) if torn == Torn::Last && last == Some(at) => {
                    state.apply(&Op::Write(*file, *offset, bytes[..bytes.len() / 2].to_vec()));
                }
                _ => state.apply(op),
            }
        }
        state
    }
}

/// Whether the last write of an image is there in part only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Torn {
    No,
    Last,
}

#[derive(Debug, Default)]
struct Inner {
    journal: Vec<Event>,
    /// What a power cut leaves.
    safe: State,
    /// What a running process sees.
    seen: State,
    /// What only the second has, in order.
    pending: Vec<Op>,
    next: u64,
    done: usize,
    fault: Option<Fault>,
}

/// The disk. Clones share it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Memory(Arc<Mutex<Inner>>);

impl Memory {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap()
    }

    pub(crate) fn arm(&self, fault: Option<Fault>) {
        let mut inner = self.inner();
        inner.done = 0;
        inner.fault = fault;
    }

    /// How many operations were done since the fault was armed.
    pub(crate) fn done(&self) -> usize {
        self.inner().done
    }

    /// What a power cut now has to choose from.
    pub(crate) fn crash(&self) -> Crash {
        let inner = self.inner();
        Crash {
            safe: inner.safe.clone(),
            pending: inner.pending.clone(),
        }
    }

    /// The disk after a kill: nothing the process wrote is lost.
    pub(crate) fn after_kill(&self) -> Self {
        let inner = self.inner();
        Self::with(inner.seen.clone(), inner.next)
    }

    /// Everything that happened on this disk since it was made.
    pub(crate) fn journal(&self) -> Vec<Event> {
        self.inner().journal.clone()
    }

    /// Puts a note into the journal.
    pub(crate) fn note(&self, number: u32) {
        self.inner().journal.push(Event::Note(number));
    }

    /// A disk in this state.
    pub(crate) fn holding(state: State) -> Self {
        let next = state.files.keys().max().map_or(0, |file| file + 1);
        Self::with(state, next)
    }

    /// The names there are.
    pub(crate) fn names(&self) -> Vec<String> {
        self.inner().seen.names.keys().cloned().collect()
    }

    fn with(state: State, next: u64) -> Self {
        let inner = Inner {
            safe: state.clone(),
            seen: state,
            next,
            ..Inner::default()
        };
        Self(Arc::new(Mutex::new(inner)))
    }

    /// The bytes of a file.
    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        let inner = self.inner();
        inner.seen.files[&inner.seen.names[name]].clone()
    }

    /// Changes a file behind the store's back.
    pub(crate) fn tamper(&self, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
        let inner = &mut *self.inner();
        let file = inner.seen.names[name];
        change(inner.seen.files.get_mut(&file).unwrap());
        inner.safe = inner.seen.clone();
        inner.pending.clear();
    }

    /// Puts a file there, in the place of another if need be.
    pub(crate) fn place(&self, name: &str, bytes: Vec<u8>) {
        let inner = &mut *self.inner();
        let file = inner.next;
        inner.next += 1;
        inner.seen.names.insert(name.to_owned(), file);
        inner.seen.files.insert(file, bytes);
        inner.safe = inner.seen.clone();
        inner.pending.clear();
    }

    pub(crate) fn delete(&self, name: &str) {
        let inner = &mut *self.inner();
        inner.seen.names.remove(name).unwrap();
        inner.safe = inner.seen.clone();
        inner.pending.clear();
    }
}

impl Inner {
    fn step(&mut self) -> Result<(), (io::Error, bool)> {
        let now = self.done;
        self.done += 1;
        let error = |errno: rustix::io::Errno| io::Error::from(errno);
        match self.fault {
            Some(Fault::Full(at)) if now == at => Err((error(rustix::io::Errno::NOSPC), true)),
            Some(Fault::Broken(at)) if now == at => Err((error(rustix::io::Errno::IO), false)),
            Some(Fault::ReadOnly(at)) if now >= at => Err((error(rustix::io::Errno::ROFS), false)),
            _ => Ok(()),
        }
    }

    fn act(&mut self, op: Op) {
        self.seen.apply(&op);
        self.journal.push(Event::Did(op.clone()));
        self.pending.push(op);
    }

    fn keep(&mut self, which: impl Fn(&Op) -> bool) {
        for op in self.pending.extract_if(.., |op| which(op)) {
            self.safe.apply(&op);
        }
    }
}

fn is_about_names(op: &Op) -> bool {
    matches!(op, Op::Link(..) | Op::Rename(..) | Op::Unlink(_))
}

fn is_about(op: &Op, file: u64) -> bool {
    matches!(op, Op::Write(number, ..) | Op::Zero(number, ..) | Op::Cut(number, _) if *number == file)
}

impl Files for Memory {
    fn create(&self, name: &str) -> io::Result<Box<dyn LogFile>> {
        let mut inner = self.inner();
        inner.step().map_err(|(error, _)| error)?;
        if inner.seen.names.contains_key(name) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let file = inner.next;
        inner.next += 1;
        inner.act(Op::Link(name.to_owned(), file));
        Ok(Box::new(MemoryFile(self.clone(), file)))
    }

    fn open(&self, name: &str, _: Access) -> io::Result<Box<dyn LogFile>> {
        let file = self
            .inner()
            .seen
            .names
            .get(name)
            .copied()
            .ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(MemoryFile(self.clone(), file)))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut inner = self.inner();
        inner.step().map_err(|(error, _)| error)?;
        inner.act(Op::Rename(from.to_owned(), to.to_owned()));
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut inner = self.inner();
        if !inner.seen.names.contains_key(name) {
            return Err(io::ErrorKind::NotFound.into());
        }
        inner.step().map_err(|(error, _)| error)?;
        inner.act(Op::Unlink(name.to_owned()));
        Ok(())
    }

    fn list(&self) -> io::Result<Vec<String>> {
        let inner = self.inner();
        Ok(inner
            .seen
            .names
            .keys()
            .filter(|name| !name.contains('/'))
            .cloned()
            .collect())
    }

    fn quarantine(&self, name: &str) -> io::Result<String> {
        let names: Vec<String> = self.inner().seen.names.keys().cloned().collect();
        let free = candidates(name)
            .map(|name| format!("{QUARANTINE}/{name}"))
            .find(|name| !names.contains(name))
            .unwrap();
        self.rename(name, &free)?;
        self.sync_folder()?;
        Ok(free)
    }

    fn sync_folder(&self) -> io::Result<()> {
        let mut inner = self.inner();
        inner.step().map_err(|(error, _)| error)?;
        inner.journal.push(Event::SyncedFolder);
        inner.keep(is_about_names);
        Ok(())
    }
}

struct MemoryFile(Memory, u64);

impl LogFile for MemoryFile {
    fn length(&self) -> io::Result<u64> {
        Ok(self.0.inner().seen.files[&self.1].len() as u64)
    }

    fn read_at(&self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        let inner = self.0.inner();
        let start = usize::try_from(offset).unwrap();
        let bytes = inner.seen.files[&self.1]
            .get(start..start + into.len())
            .ok_or(io::ErrorKind::UnexpectedEof)?;
        into.copy_from_slice(bytes);
        Ok(())
    }

    fn write_at(&self, offset: u64, bytes: &[u8]) -> io::Result<()> {
        let mut inner = self.0.inner();
        if let Err((error, half)) = inner.step() {
            if half {
                inner.act(Op::Write(self.1, offset, bytes[..bytes.len() / 2].to_vec()));
            }
            return Err(error);
        }
        // In blocks, which a power cut keeps or loses one by one.
        for (block, part) in bytes.chunks(512).enumerate() {
            inner.act(Op::Write(self.1, offset + block as u64 * 512, part.to_vec()));
        }
        Ok(())
    }

    fn set_length(&self, length: u64) -> io::Result<()> {
        let mut inner = self.0.inner();
        inner.step().map_err(|(error, _)| error)?;
        inner.act(Op::Cut(self.1, length));
        Ok(())
    }

    fn zero(&self, offset: u64, length: u64) -> io::Result<()> {
        let mut inner = self.0.inner();
        inner.step().map_err(|(error, _)| error)?;
        inner.act(Op::Zero(self.1, offset, length));
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        let mut inner = self.0.inner();
        let stepped = inner.step();
        let file = self.1;
        match stepped {
            Ok(()) => {
                inner.journal.push(Event::SyncedFile(file));
                inner.keep(|op| is_about(op, file));
                Ok(())
            }
            Err((error, _)) => {
                // The pages count as clean from now on, although they never reached the disk.
                if matches!(inner.fault, Some(Fault::Broken(_) | Fault::Full(_))) {
                    inner.pending.retain(|op| !is_about(op, file));
                }
                Err(error)
            }
        }
    }
}
