//! The C tool `argon2`, from Debian's package of that name.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use countersign_vault::KdfParameters;

use crate::bench::{BenchError, clock};

/// What the tool made, and how long it took from its start to its end.
#[derive(Debug)]
pub struct Hashed {
    /// 32 bytes.
    pub output: Vec<u8>,
    /// The time on the clock.
    pub time: Duration,
}

/// Has the tool hash `password`, which it reads from standard input.
pub fn run(password: &str, salt: &[u8; 32], parameters: KdfParameters) -> Result<Hashed, BenchError> {
    let salt = std::str::from_utf8(salt).map_err(|error| failed(&error))?;
    let memory = u64::from(parameters.memory_mib()) * 1024;
    hash(
        password,
        salt,
        [memory, parameters.passes().into(), parameters.lanes().into()],
    )
}

/// How long the tool takes for next to nothing: what starting a process costs.
pub fn start() -> Result<Duration, BenchError> {
    Ok(hash("nothing", "nothing at all", [8, 1, 1])?.time)
}

fn hash(password: &str, salt: &str, [memory, passes, lanes]: [u64; 3]) -> Result<Hashed, BenchError> {
    let mut command = Command::new("argon2");
    command.args([salt, "-id", "-r", "-v", "13", "-l", "32"]);
    command.args([
        "-k",
        &memory.to_string(),
        "-t",
        &passes.to_string(),
        "-p",
        &lanes.to_string(),
    ]);
    command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let begun = clock::now();
    let mut child = command.spawn().map_err(|error| failed(&error))?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(password.as_bytes()).map_err(|error| failed(&error))?;
    }
    let answer = child.wait_with_output().map_err(|error| failed(&error))?;
    let time = clock::now().saturating_duration_since(begun);
    if !answer.status.success() {
        return Err(failed(&answer.status));
    }
    let text = String::from_utf8_lossy(&answer.stdout);
    let digits = text.trim().as_bytes().chunks(2);
    let bytes = digits.map(|pair| {
        let pair = std::str::from_utf8(pair).unwrap_or_default();
        u8::from_str_radix(pair, 16).map_err(|error| failed(&error))
    });
    Ok(Hashed {
        output: bytes.collect::<Result<_, _>>()?,
        time,
    })
}

fn failed(why: &dyn std::fmt::Display) -> BenchError {
    BenchError::NotReady {
        who: "argon2",
        why: why.to_string(),
    }
}
