//! Settings files, at every layer.
#![no_main]

use countersign_model::Layer;
use countersign_rules::{Settings, parse_settings};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let layers = [Layer::Package, Layer::Machine, Layer::User].map(|layer| parse_settings("fuzz.toml", bytes, layer).0);
    let _ = Settings::resolve(&layers);
});
