//! The store's files: head files.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| countersign_store::fuzzing::head(bytes));
