//! The vault's slots: in its header and in a device's slot set.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = countersign_vault::inspect_header(bytes);
    let _ = countersign_vault::inspect_device_slots(bytes);
});
