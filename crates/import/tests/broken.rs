//! Broken files: nothing is read, the place is named, and no message repeats a secret.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test suite")]

mod support;

use countersign_import::*;
use support::*;

const HEADER: &str = "name,url,username,password\n";

fn refused(bytes: &[u8]) -> ImportError {
    let error = recognised(bytes).map(|_| ()).unwrap_err();
    assert!(!error.next().is_empty());
    assert!(!error.to_string().contains("s3cret"), "{error}");
    error
}

#[test]
fn csv_is_refused_by_line() {
    for (rows, message) in [
        ("a,b,c,s3cret\nx,y\n", "line 3: 2 fields where the first line has 4"),
        (
            "a,b,c,s3cret\nx,y,z,s3cret,w\n",
            "line 3: 5 fields where the first line has 4",
        ),
        (
            "a,b,c,s3cret\nx,y,z,\"s3cret\nq,r,s,t\n",
            "line 3: a quoted field begins here and has no end; the file was cut off",
        ),
        (
            "a,b,c,d\nx,y,z,s3cr",
            "line 3: the last line has no line break, which every export has (if it is whole, put one after it); the file was cut off",
        ),
        (
            "a,b,c,s3\"cret\n",
            "line 2: a quotation mark inside a field that is not quoted",
        ),
        (
            "a,b,c,\"s3cret\"x\n",
            "line 2: text after the closing quotation mark of a field",
        ),
    ] {
        assert_eq!(
            refused(format!("{HEADER}{rows}").as_bytes()).to_string(),
            message,
            "{rows}"
        );
    }
    let latin = [HEADER.as_bytes(), b"a,b,c,s3cret\na,b,c,s\xfc\xdf\n"].concat();
    assert_eq!(refused(&latin), ImportError::NotText(3));
    assert_eq!(refused(b""), ImportError::Empty);
    assert_eq!(refused(b"  \n\n"), ImportError::Empty);
    assert_eq!(refused(HEADER.as_bytes()), ImportError::Empty);
    // A first line that is an entry is not repeated.
    assert_eq!(refused(b"a,https://a.example/,anna,s3cret\n"), ImportError::Unknown);
}

#[test]
fn a_told_format_that_it_is_not_is_refused() {
    let file = File::told(HEADER.as_bytes(), Format::Firefox).unwrap();
    let error = file.read(Keys::default(), &ColumnNames::new()).unwrap_err();
    assert_eq!(error.to_string(), "line 1: the columns are not those of Firefox (CSV)");
    let file = File::told(HEADER.as_bytes(), Format::Kdbx).unwrap();
    assert_eq!(
        file.read(Keys::default(), &ColumnNames::new()).unwrap_err(),
        ImportError::OtherFormat("KDBX 4")
    );
}

#[test]
fn bounds_are_named() {
    let long = "x".repeat(4097);
    let file = format!("{HEADER}a,https://a.example/,anna,{long}\n");
    assert_eq!(
        refused(file.as_bytes()),
        ImportError::TooLong(Place::Line(2), "the password")
    );
    let fits = format!("{HEADER}a,https://a.example/,anna,{}\n", &long[..4096]);
    assert_eq!(read(&fits).unwrap()[0].password.len(), 4096);
    let many = format!("{HEADER}{}", "a,b,c,d\n".repeat(MOST_ENTRIES + 1));
    assert_eq!(
        refused(many.as_bytes()).to_string(),
        "line 10002: the file has more than 10000 entries"
    );
    assert_eq!(refused(&vec![b' '; LONGEST_FILE + 1]), ImportError::LargeFile);
}

#[test]
fn json_is_refused_by_line_without_a_word_of_it() {
    let whole = String::from_utf8(fixture("bitwarden.json"))
        .unwrap()
        .replace("Bitw-", "s3cret-");
    assert_eq!(read(&whole).unwrap().len(), 2);
    for end in [whole.len() / 2, whole.len() - 3] {
        let error = refused(&whole.as_bytes()[..end]);
        let line = whole[..end].lines().count();
        assert!(matches!(error, ImportError::Cut { .. }), "{error}");
        assert!(error.to_string().contains(&format!("line {line}")), "{error} {line}");
    }
    let line_of = |needle: &str| whole.lines().position(|line| line.contains(needle)).unwrap() + 1;
    for (from, to) in [
        ("\"username\": \"anna\"", "\"username\": [\"s3cret\"]"),
        ("\"type\": 1", "\"type\": \"s3cret\""),
        ("\"password\": \"s3cret-", "\"password\": 4711, \"x\": \"s3cret-"),
        ("\"username\": \"anna\"", "\"username\" \"anna\""),
    ] {
        let error = refused(whole.replacen(from, to, 1).as_bytes());
        assert!(matches!(error, ImportError::Broken { .. }), "{error}");
        assert!(
            error.to_string().starts_with(&format!("line {}:", line_of(from))),
            "{from}: {error}"
        );
    }
    assert_eq!(refused(b"{}"), ImportError::OtherFormat("Bitwarden (JSON)"));
}

#[test]
fn a_sealed_export_that_was_changed_is_damaged() {
    let text = String::from_utf8(fixture("bitwarden-pbkdf2.json")).unwrap();
    let data = text.find("\"data\": \"2.").unwrap() + 60;
    let mut changed = text.clone().into_bytes();
    changed[data] = if changed[data] == b'A' { b'B' } else { b'A' };
    let password = countersign_secret::Password::from_utf8(PASSWORD.as_bytes()).unwrap();
    let keys = Keys {
        password: Some(&password),
        key_file: None,
    };
    let error = File::recognised(&changed)
        .unwrap()
        .read(keys, &ColumnNames::new())
        .unwrap_err();
    assert!(matches!(error, ImportError::Damaged(_)), "{error}");
    for (from, to) in [
        ("\"kdfIterations\": 5000", "\"kdfIterations\": 4000000000"),
        ("\"kdfIterations\": 5000", "\"kdfIterations\": 0"),
    ] {
        let costly = text.replace(from, to);
        let error = File::recognised(costly.as_bytes())
            .unwrap()
            .read(keys, &ColumnNames::new());
        assert!(matches!(error, Err(ImportError::Costly(_))), "{to}");
    }
}

#[test]
fn a_kdbx_header_is_bounded_before_it_costs_anything() {
    let whole = fixture("argon2.kdbx");
    let password = countersign_secret::Password::from_utf8(b"x").unwrap();
    let keys = Keys {
        password: Some(&password),
        key_file: None,
    };
    let refused = |bytes: &[u8]| {
        File::recognised(bytes)
            .unwrap()
            .read(keys, &ColumnNames::new())
            .unwrap_err()
    };
    // Every place at which the header could be cut off.
    for end in 4..253 {
        let error = refused(&whole[..end]);
        assert!(
            matches!(error, ImportError::Damaged(_) | ImportError::Closed { .. }),
            "{end}: {error}"
        );
    }
    let memory = whole.windows(5).position(|bytes| bytes == b"M\x08\0\0\0").unwrap() + 5;
    let mut costly = whole.clone();
    costly[memory + 5] = 1;
    assert!(matches!(refused(&costly), ImportError::Costly(_)));
    let passes = whole.windows(5).position(|bytes| bytes == b"I\x08\0\0\0").unwrap() + 5;
    let mut costly = whole.clone();
    costly[passes + 3] = 1;
    assert!(matches!(refused(&costly), ImportError::Costly(_)));
    // A number that is shorter than its kind: the library would stop the whole program.
    let mut short = whole.clone();
    short[passes - 4] = 7;
    assert!(matches!(refused(&short), ImportError::Damaged(_)));
}

#[test]
fn a_kdbx_file_with_any_bit_turned_does_not_open() {
    let whole = fixture("onlykey.kdbx");
    let key = fixture("fixture.key");
    let keys = Keys {
        password: None,
        key_file: Some(&key),
    };
    for at in [300, whole.len() / 2, whole.len() - 1] {
        let mut turned = whole.clone();
        turned[at] ^= 1;
        let read = File::recognised(&turned).unwrap().read(keys, &ColumnNames::new());
        assert!(read.is_err(), "{at}");
    }
    let cut = File::recognised(&whole[..whole.len() - 40])
        .unwrap()
        .read(keys, &ColumnNames::new());
    assert!(cut.is_err());
}
