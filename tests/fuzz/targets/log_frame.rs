//! The store's files: frames of the log, what is sealed in them, and whole segments.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| countersign_store::fuzzing::log_frame(bytes));
