//! Whoever administers the directory changes what is in it: nobody is let in, nothing is lost, and it is said.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test's own functions")]

use countersign_tests::Session;
use countersign_tests::agent::{Agent, PASSPHRASE, PASSWORD, Package, SETTINGS};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

const RESET: &str = "Reset-by-helpdesk-41";

/// A session on a repository, its own or another one's.
fn machine(repository: Option<&Path>) -> Session {
    let session = Session::start().unwrap();
    let settings = session.config_home().join("countersign/settings.toml");
    let place = repository.map(|path| format!("[repository]\npath = \"{}\"\n", path.display()));
    session
        .write(&settings, &format!("{SETTINGS}{}", place.unwrap_or_default()))
        .unwrap();
    session
}

/// The folder with a user's vault headers, as the directory's administrator has it.
struct Headers(PathBuf);

impl Headers {
    fn of(session: &Session, agent: &Agent<'_>) -> Self {
        let status = agent.json(&["status", "--json"], "status").unwrap();
        let user = status["user"].as_str().unwrap();
        let repository = session.data_home().join("countersign/repository");
        Self(repository.join("users").join(user).join("header"))
    }

    fn numbers(&self) -> Vec<u64> {
        let entries = std::fs::read_dir(&self.0).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut numbers: Vec<u64> = names.filter_map(|name| name.parse().ok()).collect();
        numbers.sort_unstable();
        numbers
    }

    fn read(&self, number: u64) -> Vec<u8> {
        std::fs::read(self.0.join(number.to_string())).unwrap()
    }

    fn newest(&self) -> Vec<u8> {
        self.read(*self.numbers().last().unwrap())
    }

    /// Files a header as the newest one.
    fn file(&self, bytes: &[u8]) -> PathBuf {
        let path = self.0.join((self.numbers().last().unwrap() + 1).to_string());
        std::fs::write(&path, bytes).unwrap();
        let owner = std::fs::metadata(&self.0).unwrap();
        chown(&path, Some(owner.uid()), Some(owner.gid())).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        path
    }
}

fn problems(agent: &Agent<'_>) -> String {
    agent.json(&["status", "--json"], "status").unwrap()["problems"].to_string()
}

/// Changes the directory could make to the newest header without a key, each with a name.
fn forgeries(headers: &Headers, foreign: &[u8]) -> Vec<(String, Vec<u8>)> {
    let genuine = headers.newest();
    let mut forged: Vec<(String, Vec<u8>)> = Vec::new();
    // The cost of Argon2id as it is stored for 64 MiB and 3 passes: made cheaper.
    let cost = [&65536_u32.to_le_bytes()[..], &3_u32.to_le_bytes()].concat();
    let at = genuine.windows(cost.len()).position(|window| window == cost).unwrap();
    let mut cheap = genuine.clone();
    cheap[at..at + 4].copy_from_slice(&8_u32.to_le_bytes());
    forged.push(("a lowered cost".to_owned(), cheap));
    forged.push(("another vault's header".to_owned(), foreign.to_vec()));
    forged.push(("an older header filed anew".to_owned(), headers.read(1)));
    for part in 1..16 {
        let mut flipped = genuine.clone();
        let at = genuine.len() * part / 16;
        flipped[at] ^= 0x40;
        forged.push((format!("byte {at} flipped"), flipped));
        forged.push((format!("cut after {at} bytes"), genuine[..at].to_vec()));
    }
    forged.push(("bytes appended".to_owned(), [&genuine[..], &[0; 64]].concat()));
    forged
}

#[test]
fn a_forged_header_lets_nobody_in_and_keeps_nobody_out() {
    let elsewhere = machine(None);
    let package = Package::empty(&elsewhere).unwrap();
    let stranger = Agent::start(&elsewhere, &package).unwrap();
    let others = ["Other-vault-Pq72-xx", "umbrella cobalt thimble prairie monsoon"];
    stranger.done(&["enroll"], &others).unwrap();
    stranger.done(&["refresh"], &[]).unwrap();
    let foreign = Headers::of(&elsewhere, &stranger).newest();
    drop(stranger);

    let session = machine(None);
    let package = Package::empty(&session).unwrap();
    let agent = Agent::start(&session, &package).unwrap().enrolled().unwrap();
    agent.done(&["refresh"], &[]).unwrap();
    let headers = Headers::of(&session, &agent);
    let repository = session.data_home().join("countersign/repository");
    for (what, forged) in forgeries(&headers, &foreign) {
        let filed = headers.file(&forged);
        agent.done(&["refresh"], &[]).unwrap();
        let said = problems(&agent);
        assert!(
            said.contains("header") || said.contains("another vault"),
            "{what}: {said}"
        );
        agent.done(&["lock"], &[]).unwrap();
        let reset = agent.run(&["unlock"], &[RESET]).unwrap();
        assert_eq!(reset.code, 4, "{what}: {reset:?}");
        agent
            .done(&["unlock"], &[PASSWORD])
            .unwrap_or_else(|error| stop(&what, &error));

        // A machine that has never seen the vault: the directory's word does not open it.
        if what.starts_with("a") {
            let joining = machine(Some(&repository));
            let package = Package::empty(&joining).unwrap();
            let new = Agent::start(&joining, &package).unwrap();
            new.done(&["refresh"], &[]).unwrap();
            let joined = new.run(&["unlock", "--passphrase"], &[PASSPHRASE, RESET]).unwrap();
            assert_ne!(joined.code, 0, "{what}: {joined:?}");
            assert!(!joined.err.is_empty());
        }
        std::fs::remove_file(filed).unwrap();
    }
    agent.done(&["refresh"], &[]).unwrap();
    let said = problems(&agent);
    assert!(!said.contains("header") && !said.contains("another vault"), "{said}");
    agent.done(&["unlock", "--passphrase"], &[PASSPHRASE, RESET]).unwrap();
    agent.done(&["lock"], &[]).unwrap();
    agent.done(&["unlock"], &[RESET]).unwrap();
}

#[expect(clippy::panic, reason = "a test fails by panicking")]
fn stop(what: &str, error: &countersign_tests::LabError) -> countersign_tests::agent::Answer {
    panic!("{what}: {error}")
}
