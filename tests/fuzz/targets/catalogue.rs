//! What publishers and the root sign: catalogues, their pages, lists.
#![no_main]

use countersign_model::Timestamp;
use countersign_trust::{
    AgentVersion, Contents, Pin, RootPublic, accept_list, inspect_catalogue, inspect_list, trusted_still,
};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = inspect_list(bytes);
    let _ = accept_list(Pin(RootPublic([7; 32])), bytes, None, Timestamp(0));
    if let Ok(catalogue) = inspect_catalogue(bytes) {
        if let Contents::Inline(entries) = &catalogue.contents {
            assert!(entries.is_sorted_by(|one, next| (one.kind, &one.id) < (next.kind, &next.id)));
        }
        if let Ok(list) = inspect_list(bytes) {
            let _ = trusted_still(bytes, &list, &catalogue.heading.unit, AgentVersion(1, 0, 0));
        }
    }
});
