//! `pwgen -s`, from Debian's package of that name: completely random passwords with a capital letter, a digit and a sign in each.

use std::process::{Command, Stdio};

use super::ours::rate;
use crate::bench::{BenchError, clock};

/// The policy that asks for what pwgen can be told.
pub const LIKE: &str = "20 characters, a capital, a digit, a sign";
const LENGTH: usize = 20;

/// Has one process print so many, and returns how many that is a second.
pub fn round(count: usize) -> Result<f64, BenchError> {
    let mut command = Command::new("pwgen");
    command.args(["-s", "-c", "-n", "-y", "-1", &LENGTH.to_string(), &count.to_string()]);
    command.stdin(Stdio::null()).stderr(Stdio::null());
    let begun = clock::now();
    let answer = command
        .output()
        .map_err(|error| failed(&format!("install the package pwgen ({error})")))?;
    let time = begun.elapsed();
    if !answer.status.success() {
        return Err(failed(&answer.status));
    }
    let text = String::from_utf8_lossy(&answer.stdout);
    let good = text.lines().filter(|line| is_wanted(line)).count();
    match good == count {
        true => Ok(rate(count, time)),
        false => Err(failed(&format!("{good} of {count} passwords are as they were wanted"))),
    }
}

fn is_wanted(line: &str) -> bool {
    let has = |is: fn(&u8) -> bool| line.as_bytes().iter().any(is);
    line.len() == LENGTH && has(u8::is_ascii_uppercase) && has(u8::is_ascii_digit) && has(u8::is_ascii_punctuation)
}

fn failed(why: &dyn std::fmt::Display) -> BenchError {
    BenchError::NotReady {
        who: "pwgen",
        why: why.to_string(),
    }
}
