//! Where secrets are in the program's memory while it waits: in locked pages and nowhere else. Only root may look.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test suite"
)]

mod support;

use countersign_wire::{Answer, Reply, Request, UnlockTerms, VaultState};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::mpsc::channel;
use support::Agent;

const SECRET: &str = "Zw7-unmistakable-Qp3";

/// Each place the secret is at: the name of its mapping and its flags.
fn places(pid: u32) -> Vec<String> {
    let maps = std::fs::read_to_string(format!("/proc/{pid}/smaps")).unwrap();
    let mut memory = File::open(format!("/proc/{pid}/mem")).unwrap();
    let mut found = Vec::new();
    let mut range = (0, 0, "");
    for line in maps.lines() {
        let first = line.split_whitespace().next().unwrap();
        if let Some((start, end)) = first.split_once('-') {
            range = (
                u64::from_str_radix(start, 16).unwrap(),
                u64::from_str_radix(end, 16).unwrap(),
                line,
            );
        } else if let Some(flags) = line.strip_prefix("VmFlags:") {
            let mut bytes = vec![0; usize::try_from(range.1 - range.0).unwrap()];
            memory.seek(SeekFrom::Start(range.0)).unwrap();
            if memory.read_exact(&mut bytes).is_err() {
                continue;
            }
            let here = bytes
                .windows(SECRET.len())
                .filter(|window| *window == SECRET.as_bytes())
                .count();
            found.extend((0..here).map(|_| format!("{flags} {}", range.2)));
        }
    }
    found
}

#[test]
fn a_secret_is_only_in_locked_memory() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let (arrived, arrival) = channel();
    let (go, gone) = channel::<()>();
    let gone = Mutex::new(gone);
    let agent = Agent::with(move |request, _| -> Answer {
        if let Request::UnlockTerms = request {
            let terms = UnlockTerms {
                vault: VaultState::Locked,
                retry_after_ms: None,
                question: None,
                silent: false,
            };
            return Reply::UnlockTerms(terms).into();
        }
        arrived.send(()).unwrap();
        gone.lock().unwrap().recv().unwrap();
        Reply::Done.into()
    });
    let mut command = agent.command(&["unlock"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(format!("{SECRET}\n").as_bytes())
        .unwrap();
    arrival.recv().unwrap();
    let places = places(child.id());
    go.send(()).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(places.len(), 1, "{places:#?}");
    // Locked into memory, left out of dumps.
    for flag in [" lo ", " dd "] {
        assert!(places[0].contains(flag), "{places:#?}");
    }
}
