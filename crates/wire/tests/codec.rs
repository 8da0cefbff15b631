//! Frames against bytes of every kind.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test suite"
)]

use countersign_secret::Password;
use countersign_wire::frame::{
    FrameError, MAX_ANSWER, MAX_FRAME, MAX_SECRETS, read_answer, read_frame, write_answer, write_frame,
};
use proptest::prelude::*;

fn secrets(texts: &[String]) -> Vec<Password> {
    texts
        .iter()
        .map(|text| Password::from_utf8(text.as_bytes()).unwrap())
        .collect()
}

fn written(header: &[u8], texts: &[String]) -> Vec<u8> {
    let mut bytes = Vec::new();
    write_frame(&mut bytes, header, &secrets(texts)).unwrap();
    bytes
}

proptest! {
    #[test]
    fn what_is_written_is_read(header in proptest::collection::vec(any::<u8>(), 0..2000), texts in proptest::collection::vec(".{0,40}", 0..MAX_SECRETS)) {
        let bytes = written(&header, &texts);
        let mut rest = bytes.as_slice();
        let frame = read_frame(&mut rest).unwrap().unwrap();
        prop_assert!(rest.is_empty());
        prop_assert_eq!(frame.header, header);
        prop_assert_eq!(frame.secrets, secrets(&texts));
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = read_frame(&mut bytes.as_slice());
    }

    #[test]
    fn no_bytes_after_a_good_start_panic(count in any::<u8>(), length in any::<u32>(), rest in proptest::collection::vec(any::<u8>(), 0..300)) {
        let mut bytes = b"CS\x01".to_vec();
        bytes.push(count);
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(&rest);
        let _ = read_frame(&mut bytes.as_slice());
    }

    #[test]
    fn every_cut_is_noticed(texts in proptest::collection::vec(".{0,9}", 0..3), cut in any::<prop::sample::Index>()) {
        let bytes = written(b"{\"x\":1}", &texts);
        let cut = cut.index(bytes.len() - 1) + 1;
        let outcome = read_frame(&mut &bytes[..cut]);
        if cut < bytes.len() {
            prop_assert!(matches!(outcome, Err(FrameError::Truncated)));
        } else {
            prop_assert!(outcome.unwrap().is_some());
        }
    }
}

#[test]
fn the_end_before_a_frame_is_no_error() {
    assert!(read_frame(&mut [].as_slice()).unwrap().is_none());
}

#[test]
fn oversize_is_refused_before_it_is_sent_or_stored() {
    let mut bytes = Vec::new();
    let long = vec![b' '; MAX_FRAME];
    assert!(matches!(
        write_frame(&mut bytes, &long, &[]),
        Err(FrameError::TooLarge(_))
    ));
    let many: Vec<String> = vec![String::new(); MAX_SECRETS + 1];
    assert!(matches!(
        write_frame(&mut bytes, b"{}", &secrets(&many)),
        Err(FrameError::TooLarge(_))
    ));
    assert!(bytes.is_empty());

    let mut announced = b"CS\x01\x00".to_vec();
    announced.extend_from_slice(&u32::MAX.to_le_bytes());
    assert!(matches!(
        read_frame(&mut announced.as_slice()),
        Err(FrameError::TooLarge(_))
    ));
    let many = b"CS\x01\xff\x02\0\0\0";
    assert!(matches!(read_frame(&mut many.as_slice()), Err(FrameError::TooLarge(_))));
    let long_secret = b"CS\x01\x01\x02\0\0\0\x01\x10";
    assert!(matches!(
        read_frame(&mut long_secret.as_slice()),
        Err(FrameError::Secret(_))
    ));
    // The largest frame there may be goes through.
    let largest = vec![b' '; MAX_FRAME - 8];
    assert_eq!(written(&largest, &[]).len(), MAX_FRAME);
}

#[test]
fn an_answer_may_be_longer_than_what_is_asked() {
    let mut bytes = Vec::new();
    write_answer(&mut bytes, &vec![b' '; MAX_ANSWER - 8], &[]).unwrap();
    assert_eq!(bytes.len(), MAX_ANSWER);
    assert!(matches!(
        read_frame(&mut bytes.as_slice()),
        Err(FrameError::TooLarge(_))
    ));
    let read = read_answer(&mut bytes.as_slice()).unwrap().unwrap();
    assert_eq!(read.header.len(), MAX_ANSWER - 8);
    assert!(matches!(
        write_answer(&mut Vec::new(), &vec![b' '; MAX_ANSWER], &[]),
        Err(FrameError::TooLarge(_))
    ));
}

#[test]
fn foreign_bytes_and_formats_are_named() {
    assert!(matches!(
        read_frame(&mut b"GET / HTTP/1.1".as_slice()),
        Err(FrameError::Foreign)
    ));
    assert!(matches!(
        read_frame(&mut b"CSV;".as_slice()),
        Err(FrameError::Truncated)
    ));
    assert!(matches!(
        read_frame(&mut b"CS\x02\0\0\0\0\0".as_slice()),
        Err(FrameError::Format(2))
    ));
}

#[test]
fn a_secret_that_is_no_text_is_refused() {
    let bytes = b"CS\x01\x01\x02\0\0\0\x01\0{}\xff";
    assert!(matches!(read_frame(&mut bytes.as_slice()), Err(FrameError::Secret(_))));
}
