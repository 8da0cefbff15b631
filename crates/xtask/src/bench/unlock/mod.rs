//! `bench unlock`: the password hash beside the C tool's, and how long a form that is already there waits for an unlock.

mod tool;
mod waiting;

use std::time::Duration;

use countersign_tests::Session;
use countersign_vault::KdfParameters;
use countersign_vault::measuring::stretch;

use super::{BenchError, Options, Report, clock};
use waiting::Waiting;

/// How often each runs when nobody says.
const ROUNDS: u32 = 12;
/// The most time ours may take, as a part of the tool's.
const PART: f64 = 0.8;
/// The most a form may wait beyond the password hash itself, in milliseconds.
const BEYOND: f64 = 250.0;
const PASSES: u32 = 3;
const LANES: u32 = 4;
/// What is hashed. It protects nothing.
const PASSWORD: &str = "bench-vault-Zq97xWu";
/// As many bytes as a slot's salt; characters, because the tool takes it as an argument.
const SALT: &[u8; 32] = b"bench.unlock.salt.of.32.letters!";

/// Runs both in turn, compares what they made, and reports.
pub fn run(options: &Options) -> Result<Report, BenchError> {
    let rounds = options.rounds.unwrap_or(ROUNDS);
    let mut report = Report::new("unlock");
    let session = Session::start()?;
    for memory in [256, 64] {
        let parameters = KdfParameters::new(memory, PASSES, LANES).map_err(wrong)?;
        let (mut ours, mut theirs, mut starts) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..rounds {
            let begun = clock::now();
            let key = stretch(parameters, PASSWORD.as_bytes(), SALT).map_err(wrong)?;
            ours.push(clock::now().saturating_duration_since(begun));
            let rival = tool::run(PASSWORD, SALT, parameters)?;
            if key.expose() != rival.output {
                return Err(wrong("ours and the C tool made different keys of the same password"));
            }
            theirs.push(rival.time);
            starts.push(tool::start()?);
        }
        let what = format!("{memory} MiB, {PASSES} passes, {LANES} lanes");
        let ours = report.times(format!("ours, in this process: {what}"), &ours);
        let theirs = report.times(format!("the C tool argon2: {what}"), &theirs);
        let start = report.times("the C tool argon2: its start alone", &starts);
        let ratio = match (ours, theirs, start) {
            (Some(ours), Some(theirs), Some(start)) if theirs > start => Some(ours / (theirs - start)),
            _ => None,
        };
        report.target(
            format!("Argon2id with {what}, against the C tool without its start"),
            format!("≤ {PART}"),
            ratio.map_or_else(|| "not measured".to_owned(), |ratio| format!("{ratio:.2}")),
            ratio.is_some_and(|ratio| ratio <= PART),
        );
        let waits = wait_for_forms(&session, memory, rounds)?;
        let until = report.times(
            format!("from `countersign unlock` to a waiting form's submission: {memory} MiB"),
            &waits,
        );
        let beyond = until.zip(ours).map(|(until, ours)| until - ours);
        report.target(
            format!("a waiting form, beyond the password hash of {memory} MiB"),
            format!("≤ {BEYOND} ms"),
            beyond.map_or_else(|| "not measured".to_owned(), |beyond| format!("{beyond:.0} ms")),
            beyond.is_some_and(|beyond| beyond <= BEYOND),
        );
    }
    Ok(report)
}

fn wait_for_forms(session: &Session, memory: u32, rounds: u32) -> Result<Vec<Duration>, BenchError> {
    let ours = Waiting::start(session, memory)?;
    (0..rounds).map(|_| ours.attempt()).collect()
}

fn wrong(why: impl ToString) -> BenchError {
    BenchError::Wrong {
        who: "the password hash",
        why: why.to_string(),
    }
}
