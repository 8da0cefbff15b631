//! Building the fuzz targets: instrumented for coverage, with the address sanitizer.
//!
//! No tool beyond cargo and a C++ compiler: libFuzzer is built by its crate, and the stable compiler is told by `RUSTC_BOOTSTRAP` to
//! take the one option it keeps for nightly, the sanitizer.

use std::path::PathBuf;

use crate::bench::BenchError;
use crate::workspace::{cargo, root, step, target};

/// What the instrumented code is built for. Naming it keeps build scripts and macros as they are.
const PLATFORM: &str = "x86_64-unknown-linux-gnu";

const FLAGS: [&str; 8] = [
    "--cfg=fuzzing",
    "-Zsanitizer=address",
    "-Ccodegen-units=1",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
];

/// Builds all targets and returns the folder they are in.
pub fn programs() -> Result<PathBuf, BenchError> {
    let folder = target().join("fuzz");
    let mut command = cargo();
    command
        .current_dir(root().join("tests/fuzz"))
        .args(["build", "--quiet", "--release", "--bins", "--features", "libfuzzer"])
        .args(["--target", PLATFORM])
        .env("CARGO_TARGET_DIR", &folder)
        .env("RUSTFLAGS", FLAGS.join(" "))
        .env("RUSTC_BOOTSTRAP", "1");
    step("building the fuzz targets", &mut command).map_err(|error| BenchError::NotReady {
        who: "the fuzz targets",
        why: format!("{error} (a C++ compiler is needed: package g++)"),
    })?;
    Ok(folder.join(PLATFORM).join("release"))
}
