//! Whoever administers the directory changes what is in it: nobody is let in, nothing is lost, and it is said.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test's own functions")]

mod machines;

use countersign_tests::agent::{Agent, PASSPHRASE, PASSWORD, Package};
use machines::{Hands, Site, on_each_site, problems};

const RESET: &str = "Reset-by-helpdesk-41";

on_each_site!(slow: a_forged_header_lets_nobody_in_and_keeps_nobody_out);

/// Changes the directory could make to the newest header without a key, each with a name.
fn forgeries(genuine: &[u8], older: &[u8], foreign: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut forged: Vec<(String, Vec<u8>)> = Vec::new();
    // The cost of Argon2id as it is stored for 64 MiB and 3 passes: made cheaper.
    let cost = [&65536_u32.to_le_bytes()[..], &3_u32.to_le_bytes()].concat();
    let at = genuine.windows(cost.len()).position(|window| window == cost).unwrap();
    let mut cheap = genuine.to_vec();
    cheap[at..at + 4].copy_from_slice(&8_u32.to_le_bytes());
    forged.push(("a lowered cost".to_owned(), cheap));
    forged.push(("another vault's header".to_owned(), foreign.to_vec()));
    forged.push(("an older header filed anew".to_owned(), older.to_vec()));
    for part in 1..16 {
        let mut flipped = genuine.to_vec();
        let at = genuine.len() * part / 16;
        flipped[at] ^= 0x40;
        forged.push((format!("byte {at} flipped"), flipped));
        forged.push((format!("cut after {at} bytes"), genuine[..at].to_vec()));
    }
    forged.push(("bytes appended".to_owned(), [genuine, &[0; 64]].concat()));
    forged
}

fn a_forged_header_lets_nobody_in_and_keeps_nobody_out(site: &Site) {
    let elsewhere = Site::folder();
    let others = elsewhere.machine();
    let package = Package::empty(&others).unwrap();
    let stranger = Agent::start(&others, &package).unwrap();
    let secrets = ["Other-vault-Pq72-xx", "umbrella cobalt thimble prairie monsoon"];
    stranger.done(&["enroll"], &secrets).unwrap();
    stranger.done(&["refresh"], &[]).unwrap();
    let foreign = Hands::on(&elsewhere, &stranger).header().1;
    drop(stranger);

    let session = site.machine();
    let package = Package::empty(&session).unwrap();
    let agent = site.enrolled(&session, &package);
    agent.done(&["refresh"], &[]).unwrap();
    let hands = Hands::on(site, &agent);
    let older = hands.header();
    let newer = "umbrella cobalt thimble prairie monsoon";
    agent.done(&["slot", "add", "passphrase"], &[PASSWORD, newer]).unwrap();
    agent
        .done(&["slot", "add", "passphrase"], &[PASSWORD, PASSPHRASE])
        .unwrap();
    let genuine = hands.header();
    assert!(genuine.0 > older.0);
    for (what, forged) in forgeries(&genuine.1, &older.1, &foreign) {
        hands.put_header(&forged);
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
            let joining = site.machine();
            let package = Package::empty(&joining).unwrap();
            let new = site.started(&joining, &package);
            let joined = new.run(&["unlock", "--passphrase"], &[PASSPHRASE, RESET]).unwrap();
            assert_ne!(joined.code, 0, "{what}: {joined:?}");
            assert!(!joined.err.is_empty());
        }
        hands.take_header(&genuine);
    }
    agent.done(&["refresh"], &[]).unwrap();
    let said = problems(&agent);
    assert!(!said.contains("header") && !said.contains("another vault"), "{said}");
    site.set_password(RESET);
    agent.done(&["unlock", "--passphrase"], &[PASSPHRASE, RESET]).unwrap();
    agent.done(&["lock"], &[]).unwrap();
    agent.done(&["unlock"], &[RESET]).unwrap();
}

#[expect(clippy::panic, reason = "a test fails by panicking")]
fn stop(what: &str, error: &countersign_tests::LabError) -> countersign_tests::agent::Answer {
    panic!("{what}: {error}")
}
