//! Whatever the bytes are, an answer comes; and what is written is read back.

#![allow(clippy::unwrap_used, reason = "a test suite")]

mod support;

use countersign_import::*;
use proptest::prelude::*;
use support::*;

/// Text with everything that CSV has a meaning for.
fn nasty() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\"".to_owned()),
        Just(",".to_owned()),
        Just(";".to_owned()),
        Just("\t".to_owned()),
        Just("\r\n".to_owned()),
        Just("\n".to_owned()),
        Just("\u{feff}".to_owned()),
        Just("\0".to_owned()),
        Just("=cmd".to_owned()),
        "[ -~]{0,4}",
        "\\PC{0,3}",
    ];
    let texts = proptest::collection::vec(piece, 1..8).prop_map(|pieces| pieces.concat());
    texts.prop_filter("an entry without a password is none", |text| !text.is_empty())
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

proptest! {
    #[test]
    fn arbitrary_bytes_get_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..400), format in 0..6_usize) {
        let formats = [Format::Chromium, Format::Firefox, Format::KeePassXc, Format::Csv, Format::Bitwarden, Format::Kdbx];
        let _ = recognised(&bytes);
        if let Ok(file) = File::told(&bytes, *formats.get(format).unwrap()) {
            let _ = file.seal();
            let _ = file.read(Keys::default(), &ColumnNames::new());
        }
    }

    #[test]
    fn arbitrary_rows_get_an_answer(text in "(name,url,username,password\n)?[\",;\n\r a-c]{0,80}") {
        if let Ok((_, contents)) = recognised(text.as_bytes()) {
            prop_assert!(contents.entries.iter().all(|entry| entry.password.is_some()));
        }
    }

    #[test]
    fn what_is_written_is_read_back(rows in proptest::collection::vec([nasty(), nasty(), nasty(), nasty()], 1..6)) {
        let mut file = "\"title\",\"username\",\"password\",\"notes\"\r\n".to_owned();
        for row in &rows {
            file.push_str(&row.each_ref().map(|field| quoted(field)).join(","));
            file.push_str("\r\n");
        }
        let all = read(&file).unwrap();
        let expected: Vec<Clear> = rows
            .into_iter()
            .map(|[title, user_name, password, notes]| Clear { title, user_name, password, notes, ..Clear::default() })
            .collect();
        prop_assert_eq!(all, expected);
    }

    #[test]
    fn a_cut_csv_file_is_whole_rows_or_refused(rows in 1..6_usize, at in any::<proptest::sample::Index>()) {
        let header = "\"title\",\"username\",\"password\"\n";
        let row = "\"a\nb\",\"anna\",\"s3\"\"cret\"\n";
        let file = format!("{header}{}", row.repeat(rows));
        let cut = file.get(..at.index(file.len())).unwrap();
        if let Ok(all) = read(cut) {
            prop_assert_eq!(all.len() * row.len() + header.len(), cut.len());
            prop_assert!(all.iter().all(|entry| entry.password == "s3\"cret"));
        }
    }
}
