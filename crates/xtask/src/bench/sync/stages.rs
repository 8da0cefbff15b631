//! What comes before the first question: the child's start, TLS, the bind. And the halves of a first sync, each alone.

use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use countersign_directory::ldap::protocol::{Answer, Bind, Code, Request, Server};
use countersign_model::port::{ConfigurationRepository, RecordStore};
use countersign_model::{Change, ConfigKind, StoreKey, StoreKind, Wanted};
use countersign_tests::servers::DirectoryServer;
use countersign_trust::digest_of;

use super::super::{BenchError, clock};
use super::directory::{Directory, LONG, PASSWORD, USER, unit, wrong};

/// A child that is asked by hand.
struct Asked {
    process: Child,
    socket: UnixStream,
}

impl Drop for Asked {
    fn drop(&mut self) {
        let _ended = self.process.kill();
        let _gone = self.process.wait();
    }
}

impl Asked {
    fn start(program: &Path) -> Result<Self, BenchError> {
        let (socket, theirs) = UnixStream::pair().map_err(wrong)?;
        let process = Command::new(program).stdin(Stdio::from(OwnedFd::from(theirs))).spawn();
        Ok(Self {
            process: process.map_err(wrong)?,
            socket,
        })
    }

    fn ask(&mut self, request: &Request) -> Result<Code, BenchError> {
        let frame = postcard::to_allocvec(request).map_err(wrong)?;
        let length = u32::try_from(frame.len()).map_err(wrong)?;
        self.socket.write_all(&length.to_le_bytes()).map_err(wrong)?;
        self.socket.write_all(&frame).map_err(wrong)?;
        loop {
            let mut length = [0; 4];
            self.socket.read_exact(&mut length).map_err(wrong)?;
            let mut frame = vec![0; usize::try_from(u32::from_le_bytes(length)).map_err(wrong)?];
            self.socket.read_exact(&mut frame).map_err(wrong)?;
            match postcard::from_bytes(&frame).map_err(wrong)? {
                Answer::Done { code, .. } => return Ok(code),
                Answer::End | Answer::Entry { .. } => {}
            }
        }
    }

    fn well(&mut self, request: &Request) -> Result<(), BenchError> {
        match self.ask(request)? {
            Code::Result(0) => Ok(()),
            other => Err(wrong(format!("{other:?}"))),
        }
    }
}

/// Everything fetched as a first sync does, and thrown away: the directory, the child, what it says read and taken apart.
pub fn fetched(directory: &Directory, count: usize) -> Result<Duration, BenchError> {
    let begun = clock::now();
    let repository = directory.as_user()?;
    let mut came = 0;
    let names = directory.names();
    let given = repository.objects(&unit()?, Wanted::Most(&names), &mut |object| {
        came += usize::from(object.kind == ConfigKind::Template && object.bytes.len() == LONG);
    });
    given.map_err(wrong)?;
    let taken = clock::now().saturating_duration_since(begun);
    match came == count {
        true => Ok(taken),
        false => Err(wrong(format!("{came} objects came, not {count}"))),
    }
}

/// The same objects verified and committed, 2 MiB at a time, without a directory.
pub fn kept(directory: &Directory, folder: &Path) -> Result<Duration, BenchError> {
    let store = super::ours::store(folder)?;
    let mut objects = directory.objects().to_vec();
    let begun = clock::now();
    for batch in objects.chunks_mut(512) {
        let put = |bytes: &mut Vec<u8>| {
            let id = digest_of(bytes).to_vec();
            let kind = StoreKind::Object;
            Change::Put(StoreKey { kind, id }, std::mem::take(bytes))
        };
        store
            .commit(&batch.iter_mut().map(put).collect::<Vec<_>>())
            .map_err(wrong)?;
    }
    Ok(clock::now().saturating_duration_since(begun))
}

/// A commit as one changed object makes it: the object, its page, the catalogue.
pub fn committed(folder: &Path) -> Result<Vec<Duration>, BenchError> {
    let store = super::ours::store(folder)?;
    let commit = |number: u8| {
        let key = |kind| StoreKey {
            kind,
            id: vec![number; 32],
        };
        let put = |kind, length: usize| Change::Put(key(kind), vec![number; length]);
        let batch = [
            put(StoreKind::Object, LONG),
            put(StoreKind::Config, 7_000),
            put(StoreKind::Catalogue, LONG),
        ];
        let begun = clock::now();
        store.commit(&batch).map_err(wrong)?;
        Ok(clock::now().saturating_duration_since(begun))
    };
    (0..20).map(commit).collect()
}

/// Start (to the first answer), TLS, bind.
pub fn measure(directory: &Directory, program: &Path) -> Result<[Duration; 3], BenchError> {
    let mut marks = vec![clock::now()];
    let mut child = Asked::start(program)?;
    // Without a connection a run is refused at once: the child is there.
    child.ask(&Request::Run(Vec::new()))?;
    marks.push(clock::now());
    let authorities = std::fs::read(directory.server.ca()).map_err(wrong)?;
    child.well(&Request::Connect(Server {
        url: directory.server.url(),
        authorities: Some(authorities.into()),
        identity: None,
        connect_ms: 5_000,
        operation_ms: 5_000,
        exchange_ms: 60_000,
    }))?;
    marks.push(clock::now());
    child.well(&Request::Bind(Bind::Simple {
        name: directory.server.bind_name(USER),
        password: PASSWORD.as_bytes().to_vec().into(),
    }))?;
    marks.push(clock::now());
    let mut stages = marks.windows(2).filter_map(|pair| match pair {
        [before, after] => Some(after.saturating_duration_since(*before)),
        _ => None,
    });
    let mut next = || stages.next().unwrap_or_default();
    Ok([next(), next(), next()])
}
