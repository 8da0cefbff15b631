//! An exit linked into a program that does nothing but call it: the time it takes by itself.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use super::source::{Folder, documented};
use super::{PASSWORD, wrong};
use crate::bench::BenchError;

/// Prints for each call how many nanoseconds it took.
const CALLER: &str = "#define _GNU_SOURCE
#include \"ssod_exits.h\"
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(int count, char **words) {
    void *context = NULL;
    unsigned long version = SSOD_EXIT_VERSION;
    if (count != 3 || ssod_Exit_Pwd_Init(&context, &version))
        return 1;
    for (long left = atol(words[1]); left > 0; left--) {
        struct timespec begun, done;
        char *said = NULL;
        clock_gettime(CLOCK_MONOTONIC, &begun);
        unsigned long code = ssod_Exit_PreSetPwd(context, \"ada\", \"Ledger\", \"a.l\", words[2], &said);
        clock_gettime(CLOCK_MONOTONIC, &done);
        if (code)
            return 2;
        printf(\"%lld\\n\", (done.tv_sec - begun.tv_sec) * 1000000000LL + done.tv_nsec - begun.tv_nsec);
    }
    return 0;
}
";

/// The program.
pub struct Alone(PathBuf);

impl Alone {
    /// Of a sample of the documentation.
    pub fn compile(folder: &Folder, sample: &str) -> Result<Self, BenchError> {
        let caller = folder.written("caller.c", CALLER)?;
        folder.compile(&[], &[&caller, &documented().join(sample)], "caller")?;
        Ok(Self(folder.path("caller")))
    }

    /// The times of so many calls.
    pub fn run(&self, calls: u32) -> Result<Vec<Duration>, BenchError> {
        let mut program = Command::new(&self.0);
        let said = program.args([&calls.to_string(), PASSWORD]).output().map_err(wrong)?;
        let text = String::from_utf8_lossy(&said.stdout);
        let times: Vec<Duration> = text
            .lines()
            .filter_map(|line| line.parse().ok().map(Duration::from_nanos))
            .collect();
        match said.status.success() && u32::try_from(times.len()) == Ok(calls) {
            true => Ok(times),
            false => Err(wrong(format!(
                "by itself it ended with {} after {} calls",
                said.status,
                times.len()
            ))),
        }
    }
}
