//! Every format, entry by entry.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test suite")]

mod support;

use countersign_import::*;
use support::*;

const ONE_TIME: &str =
    "otpauth://totp/Ledger:anna?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&period=30&digits=6&issuer=Ledger";

#[test]
fn chrome_and_edge() {
    let file = "name,url,username,password,note\r\n\
        ledger.example.org,https://ledger.example.org/login,anna,\"a,b\"\"c\",\r\n\
        mail,https://mail.example.org/,anna@example.org, padded ,\"two\nlines\"\r\n";
    let (format, contents) = recognised(file.as_bytes()).unwrap();
    assert_eq!((format, contents.left_out.len()), (Format::Chromium, 0));
    let all: Vec<Clear> = contents.entries.iter().map(clear).collect();
    assert_eq!(
        all,
        [
            Clear {
                title: "ledger.example.org".to_owned(),
                addresses: strings(&["https://ledger.example.org/login"]),
                user_name: "anna".to_owned(),
                password: "a,b\"c".to_owned(),
                ..Clear::default()
            },
            Clear {
                title: "mail".to_owned(),
                addresses: strings(&["https://mail.example.org/"]),
                user_name: "anna@example.org".to_owned(),
                password: " padded ".to_owned(),
                notes: "two\nlines".to_owned(),
                ..Clear::default()
            }
        ]
    );
    assert_eq!(contents.entries[1].place, Place::Line(3));
    // Before notes were exported, and with a byte order mark.
    let older = "\u{feff}name,url,username,password\na,https://a.example/,u,p\n";
    assert_eq!(recognised(older.as_bytes()).unwrap().0, Format::Chromium);
}

#[test]
fn firefox() {
    let file = "\"url\",\"username\",\"password\",\"httpRealm\",\"formActionOrigin\",\"guid\",\"timeCreated\",\"timeLastUsed\",\"timePasswordChanged\"\n\
        \"https://intranet.example.org\",\"anna\",\"p\"\"w\",\"Staff only\",,\"{7c5f2d2e-0000-4000-8000-000000000001}\",\"1700000000000\",\"1700000000000\",\"1700000000000\"\n";
    let (format, contents) = recognised(file.as_bytes()).unwrap();
    assert_eq!(format, Format::Firefox);
    assert_eq!(
        clear(&contents.entries[0]),
        Clear {
            addresses: strings(&["https://intranet.example.org"]),
            user_name: "anna".to_owned(),
            password: "p\"w".to_owned(),
            further: vec![("httpRealm".to_owned(), "Staff only".to_owned())],
            ..Clear::default()
        }
    );
}

#[test]
fn keepassxc_csv() {
    let (format, contents) = recognised(&fixture("keepassxc.csv")).unwrap();
    assert_eq!(format, Format::KeePassXc);
    let all: Vec<Clear> = contents.entries.iter().map(clear).collect();
    assert_eq!(
        all,
        [Clear {
            title: "Ledger".to_owned(),
            addresses: strings(&["https://ledger.example.org/login"]),
            user_name: "anna".to_owned(),
            password: "Kdbx-\"quoted\", comma; ß漢😀".to_owned(),
            one_time: ONE_TIME.to_owned(),
            notes: "first line\nsecond line".to_owned(),
            folder: "Root".to_owned(),
            ..Clear::default()
        }]
    );
    let left: Vec<&str> = contents.left_out.iter().map(|left| left.what).collect();
    assert_eq!(
        left,
        [
            "an entry without a password",
            "it refers to another entry; the KDBX file itself says to which",
            "in the recycle bin"
        ]
    );
}

#[test]
fn any_csv_by_its_names_or_by_the_users() {
    let all = read("Website;Login;Password;Kunde\nhttps://a.example/;anna;s3;4711\n").unwrap();
    assert_eq!(
        all[0],
        Clear {
            addresses: strings(&["https://a.example/"]),
            user_name: "anna".to_owned(),
            password: "s3".to_owned(),
            further: vec![("Kunde".to_owned(), "4711".to_owned())],
            ..Clear::default()
        }
    );
    let file = "Wer,Was,Wo\nanna,geheim,https://a.example/\n";
    assert_eq!(File::recognised(file.as_bytes()).err(), Some(ImportError::Unknown));
    let names: ColumnNames = [("wer", "username"), ("Was", "password"), ("Wo", "host")]
        .map(|(column, field)| (column.to_owned(), Column::named(field)))
        .to_vec();
    let told = File::told(file.as_bytes(), Format::Csv).unwrap();
    let contents = told.read(Keys::default(), &names).unwrap();
    assert_eq!(
        clear(&contents.entries[0]),
        Clear {
            user_name: "anna".to_owned(),
            password: "geheim".to_owned(),
            further: vec![("host".to_owned(), "https://a.example/".to_owned())],
            ..Clear::default()
        }
    );
    let other: ColumnNames = vec![("Wann".to_owned(), Column::Title)];
    let error = told.read(Keys::default(), &other).unwrap_err();
    assert_eq!(error.to_string(), "line 1: no column is called `Wann`");
    assert!(error.next().contains("--map"));
}

fn ledger_of_bitwarden() -> Clear {
    Clear {
        title: "Ledger".to_owned(),
        addresses: strings(&["https://ledger.example.org/login", "androidapp://org.example.ledger"]),
        user_name: "anna".to_owned(),
        password: "Bitw-\"quoted\", \\ comma; ß漢😀".to_owned(),
        one_time: "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ".to_owned(),
        notes: "first line\nsecond line".to_owned(),
        folder: "Work".to_owned(),
        further: vec![
            ("customer".to_owned(), "4711".to_owned()),
            ("agreed".to_owned(), "true".to_owned()),
        ],
    }
}

#[test]
fn bitwarden_plain_and_sealed() {
    for (name, password) in [
        ("bitwarden.json", None),
        ("bitwarden-pbkdf2.json", Some(PASSWORD)),
        ("bitwarden-argon2.json", Some(PASSWORD)),
    ] {
        let bytes = fixture(name);
        let file = File::recognised(&bytes).unwrap();
        assert_eq!(file.format(), Format::Bitwarden);
        let seal = if password.is_some() { Seal::Password } else { Seal::None };
        assert_eq!(file.seal(), Ok(seal), "{name}");
        let contents = opened(name, password, None).unwrap();
        assert_eq!(contents.entries.len(), 2, "{name}");
        assert_eq!(clear(&contents.entries[0]), ledger_of_bitwarden(), "{name}");
        assert_eq!(contents.entries[1].place, Place::Record(5, "Build".to_owned()));
        let left: Vec<&str> = contents.left_out.iter().map(|left| left.what).collect();
        assert_eq!(left, ["a secure note", "a card", "an entry without a password"]);
    }
    for name in ["bitwarden-pbkdf2.json", "bitwarden-argon2.json"] {
        assert_eq!(opened(name, Some("another"), None).err(), Some(ImportError::WrongKey));
        assert_eq!(opened(name, None, None).err(), Some(ImportError::NeedsKey("password")));
    }
    let closed = opened("bitwarden-account.json", Some("x"), None).unwrap_err();
    assert!(closed.to_string().contains("account"), "{closed}");
    assert!(closed.next().contains("Password protected"));
}

#[test]
fn kdbx_4_with_password_and_key_file() {
    let key = fixture("fixture.key");
    for (name, password, key_file) in [
        ("argon2.kdbx", Some(PASSWORD), None),
        ("keyfile.kdbx", Some(PASSWORD), Some(key.as_slice())),
        ("onlykey.kdbx", None, Some(key.as_slice())),
    ] {
        let contents = opened(name, password, key_file).unwrap();
        let all: Vec<Clear> = contents.entries.iter().map(clear).collect();
        assert_eq!(all.len(), 2, "{name}: {all:?}");
        assert_eq!(
            all[0],
            Clear {
                title: "Ledger".to_owned(),
                addresses: strings(&["https://ledger.example.org/login", "https://ledger2.example.org/"]),
                user_name: "anna".to_owned(),
                password: "Kdbx-\"quoted\", comma; ß漢😀".to_owned(),
                one_time: ONE_TIME.to_owned(),
                notes: "first line\nsecond line".to_owned(),
                further: vec![("customer".to_owned(), "4711".to_owned())],
                ..Clear::default()
            }
        );
        // Its user name and its password are those of the other entry.
        assert_eq!(
            all[1],
            Clear {
                title: "Copy".to_owned(),
                addresses: strings(&["ssh://build.example.org"]),
                user_name: "anna".to_owned(),
                password: "Kdbx-\"quoted\", comma; ß漢😀".to_owned(),
                folder: "Work/Servers".to_owned(),
                ..Clear::default()
            }
        );
        let mut left: Vec<&str> = contents.left_out.iter().map(|left| left.what).collect();
        left.sort_unstable();
        assert_eq!(left, ["an entry without a password", "in the recycle bin"], "{name}");
    }
}

#[test]
fn kdbx_that_does_not_open() {
    let key = fixture("fixture.key");
    for (name, password, key_file) in [
        ("argon2.kdbx", Some("another"), None),
        ("argon2.kdbx", Some(PASSWORD), Some(key.as_slice())),
        ("keyfile.kdbx", Some(PASSWORD), None),
        ("onlykey.kdbx", None, Some(b"another".as_slice())),
    ] {
        assert_eq!(
            opened(name, password, key_file).err(),
            Some(ImportError::WrongKey),
            "{name}"
        );
    }
    assert!(matches!(
        opened("argon2.kdbx", None, None),
        Err(ImportError::NeedsKey(_))
    ));
    let older = opened("kdbx3.kdbx", Some(PASSWORD), None).unwrap_err();
    assert!(older.to_string().contains("another version"), "{older}");
    assert!(older.next().contains("save it as KDBX 4"));
}
