//! Writes the files a fuzzer starts from: what the programs themselves write. Run it in `tests/fuzz` when a format changes.

use countersign_model::port::RecordStore;
use countersign_model::{Change, StoreKey, StoreKind, Timestamp, Unit};
use countersign_secret::{Key, Password};
use countersign_store::Store;
use countersign_store::fuzzing::KEY;
use countersign_trust::{
    AgentVersion, Entry, EntryKind, Heading, Kinds, ListedPublisher, ListedRing, PublisherKey, Recovery, RootKey,
    RootList, digest_of, sign_catalogue, sign_list,
};
use countersign_wire::{Request, frame::write_frame};
use std::error::Error;
use std::fs;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new("../..");
    store()?;
    let vault = root.join("crates/vault/tests/fixtures");
    for name in ["logon.bin", "tombstone.bin"] {
        let sealed = fs::read(vault.join(name))?;
        keep("record", name, &sealed)?;
        // A header, and contents for the target to seal: a length, a body, zeros.
        let mut clear = sealed.get(..144).unwrap_or_default().to_vec();
        let body = if name == "logon.bin" { logon() } else { vec![1, 7, 0, 0, 0, 0, 0, 0, 0] };
        clear.extend(u32::try_from(body.len())?.to_le_bytes());
        clear.extend(body);
        clear.resize(144 + 512, 0);
        keep("record", &format!("clear-{name}"), &clear)?;
    }
    for name in ["header.bin", "device-slots.bin"] {
        keep("slot", name, &fs::read(vault.join(name))?)?;
    }
    for entry in fs::read_dir(root.join("templates"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            keep("template", &name, &fs::read(&path)?)?;
        }
    }
    for fixture in [
        "org.openssh.ssh/password.toml",
        "org.gnome.zenity.password/password.toml",
    ] {
        let bytes = fs::read(root.join("templates/fixtures").join(fixture))?;
        keep("template", &format!("fixture-{}", fixture.replace('/', "-")), &bytes)?;
    }
    keep("settings", "all.toml", SETTINGS)?;
    keep(
        "settings",
        "wrong.toml",
        b"fill.automatic = 3\n[loop]\nfills = -1\nfill = true\n[[x]]\n",
    )?;
    for file in ["bitwarden.json", "bitwarden-pbkdf2.json", "keepassxc.csv", "argon2.kdbx"] {
        keep("import", file, &fs::read(root.join("crates/import/tests/fixtures").join(file))?)?;
    }
    keep(
        "import",
        "chrome.csv",
        b"name,url,username,password,note\r\nApp,https://app.example.org/,anna,\"a,\"\"b\",\"x\ny\"\r\n",
    )?;
    keep("import", "other.csv", b"Website;Login;Password;Extra\nssh://x;anna;s;t\n")?;
    signed()?;
    let requests: [(&str, Request, &[&str]); 3] = [
        ("status", Request::Status, &[]),
        (
            "why",
            Request::Why {
                window: None,
                limit: Some(7),
            },
            &[],
        ),
        ("enroll", Request::Enroll, &["Tr0ub4dor", "four words and ß"]),
    ];
    for (name, request, secrets) in requests {
        let secrets = secrets
            .iter()
            .map(|text| Password::from_utf8(text.as_bytes()))
            .collect::<Result<Vec<_>, _>>()?;
        let mut bytes = Vec::new();
        write_frame(&mut bytes, &serde_json::to_vec(&request)?, &secrets)?;
        keep("ipc_frame", name, &bytes)?;
    }
    Ok(())
}

/// What a root and a publisher sign.
fn signed() -> Result<(), Box<dyn Error>> {
    let key = |byte: u8| Key::from_fill(|out| out.fill(byte));
    let (root, publisher) = (RootKey::from_seed(key(1)), PublisherKey::from_seed(key(2)));
    let list = RootList {
        organisation: "Example".to_owned(),
        version: 1,
        issued: Timestamp(1),
        expires: Timestamp(2),
        root: root.public(),
        recovery: Recovery::One(ListedRing {
            name: "desk".to_owned(),
            key: [3; 32],
        }),
        publishers: vec![ListedPublisher {
            name: "packaging".to_owned(),
            key: publisher.public(),
            unit: Unit::new("Sales")?,
            kinds: Kinds::all(),
        }],
        revoked: vec![[4; 32]],
        others: Vec::new(),
        settings: "fill.automatic = true\n".to_owned(),
    };
    keep("catalogue", "list", &sign_list(&root, &list)?)?;
    let heading = Heading {
        organisation: "Example".to_owned(),
        unit: Unit::new("Sales")?,
        list_version: 1,
        sequence: 1,
        issued: Timestamp(1),
        expires: Timestamp(2),
        min_agent: AgentVersion(0, 1, 0),
    };
    for (name, count) in [("inline", 3), ("paged", 129)] {
        let entry = |nth: u64| Entry {
            kind: EntryKind::Template,
            id: format!("org.example.a{nth}"),
            version: nth,
            digest: digest_of(&nth.to_le_bytes()),
            size: 8,
        };
        let signed = sign_catalogue(&publisher, &heading, (0..count).map(entry).collect())?;
        keep("catalogue", name, &signed.bytes)?;
    }
    Ok(())
}

/// The body of a logon with two fields.
fn logon() -> Vec<u8> {
    let mut body = vec![1];
    let text = |body: &mut Vec<u8>, text: &str| {
        body.extend(u16::try_from(text.len()).unwrap_or(0).to_le_bytes());
        body.extend(text.as_bytes());
    };
    text(&mut body, "org.example.App");
    text(&mut body, "at work");
    body.extend([1, 1]);
    text(&mut body, "/usr/bin/app");
    body.extend(7_u64.to_le_bytes());
    body.extend(2_u16.to_le_bytes());
    for (name, kind, value) in [("username", 0, "demo"), ("password", 1, "Tr0ub4dor")] {
        text(&mut body, name);
        body.push(kind);
        text(&mut body, value);
    }
    body
}

/// The longest input that is tried.
const LONGEST: usize = 16 << 10;

const SETTINGS: &[u8] = b"# every kind of value\n[exits]\nchange = [\"a.so\", \"b\"]\ngenerate = \"c.so\"\nreads = [\"/srv/words\"]\n\n[fill]\nautomatic = false\n\n[loop]\nfills = 3\ngrace_seconds = 10\n\n[unlock]\nkdf_memory_mib = 256\nkdf_passes = 3\n\n[passphrase]\nmin_length = 20\nmin_strength = 3\n";

fn store() -> Result<(), Box<dyn Error>> {
    let folder = std::env::temp_dir().join(format!("countersign-seeds-{}", std::process::id()));
    let (store, _) = Store::open(&folder, Key::from_fill(|bytes| bytes.copy_from_slice(&KEY)))?;
    let key = |number: u8| StoreKey {
        kind: StoreKind::Config,
        id: vec![number],
    };
    for number in 0..4 {
        store.commit(&[
            Change::Put(key(number), vec![number; 40]),
            Change::Put(key(9), vec![number; 3]),
        ])?;
    }
    store.commit(&[Change::Remove(key(1))])?;
    // Until a snapshot is due, and small when it comes.
    store.commit(&[Change::Put(key(9), vec![9; 60 << 10])])?;
    for _ in 0..30 {
        store.commit(&[Change::Put(key(9), vec![9; 1 << 10])])?;
    }
    store.commit(&[Change::Put(key(2), vec![2; 40]), Change::Remove(key(3))])?;
    store.close()?;
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let target = match name.split('.').next() {
            Some("log") => "log_frame",
            Some("snapshot") => "snapshot",
            Some("head") => "head",
            _ => continue,
        };
        let bytes = fs::read(&path)?;
        // The fuzzer looks no further.
        if bytes.len() <= LONGEST {
            keep(target, &name, &bytes)?;
        }
    }
    fs::remove_dir_all(&folder)?;
    Ok(())
}

fn keep(target: &str, name: &str, bytes: &[u8]) -> Result<(), Box<dyn Error>> {
    let folder = Path::new("corpus").join(target);
    fs::create_dir_all(&folder)?;
    fs::write(folder.join(name), bytes)?;
    Ok(())
}
