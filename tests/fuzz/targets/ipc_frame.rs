//! Frames of the agent's socket, and the messages in them.
#![no_main]

use countersign_wire::{Reply, Request, frame};

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let mut rest = bytes;
    loop {
        let before = rest;
        let Ok(Some(read)) = frame::read_frame(&mut rest) else {
            return;
        };
        if let Ok(request) = serde_json::from_slice::<Request>(&read.header) {
            let _ = request.secrets();
        }
        let _ = serde_json::from_slice::<Reply>(&read.header);
        let mut again = Vec::new();
        assert!(frame::write_frame(&mut again, &read.header, &read.secrets).is_ok());
        assert_eq!(
            before.strip_suffix(rest),
            Some(again.as_slice()),
            "a frame is written otherwise than it was read"
        );
    }
});
