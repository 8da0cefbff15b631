//! The vault's records, as they come and sealed by somebody with the key.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| countersign_vault::fuzzing::record(bytes));
