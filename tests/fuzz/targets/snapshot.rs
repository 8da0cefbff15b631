//! The store's files: snapshots, exports, and the tables in them.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| countersign_store::fuzzing::snapshot(bytes));
