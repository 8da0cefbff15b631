//! Files of other password managers, taken over by the command line into the real agent: every format, broken ones, twice.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops where something is not as it should be"
)]

use countersign_tests::Session;
use countersign_tests::agent::{Agent, Answer, LEDGER, PASSWORD, Package};
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// What the sealed fixtures open with.
const SEAL: &str = "fixture pässword";

const SSH: &str = r#"
schema = 1
id = "test.shell"
name = "Shell"
[logon]
fields = ["username", "host", "password"]
[logon.field.host]
kind = "plain"
required = true
[[form]]
kind = "logon"
[form.window]
executable = ["/usr/bin/ssh"]
[form.bind]
password = { role = "password-text" }
[form.respond]
method = "controls"
submit = { role = "push-button", name = "OK" }
"#;

fn fixture(name: &str) -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.join("../crates/import/tests/fixtures").join(name)
}

/// A copy of a fixture that the session's user may read.
fn copied(session: &Session, name: &str) -> String {
    let to = session.home().join(name);
    std::fs::copy(fixture(name), &to).unwrap();
    std::fs::set_permissions(&to, std::fs::Permissions::from_mode(0o644)).unwrap();
    to.display().to_string()
}

fn written(session: &Session, name: &str, text: &str) -> String {
    let to = session.home().join(name);
    session.write(&to, text).unwrap();
    to.display().to_string()
}

fn started<'a>(session: &'a Session, package: &Package<'_>) -> Agent<'a> {
    package.template("shell", SSH).unwrap();
    Agent::start(session, package).unwrap().enrolled().unwrap()
}

fn labels(agent: &Agent<'_>) -> Vec<String> {
    let logons = agent.json(&["logon", "list", "--json"], "logons").unwrap();
    let names = logons.as_array().unwrap().iter();
    names.map(|logon| logon["label"].as_str().unwrap().to_owned()).collect()
}

fn revealed(agent: &Agent<'_>, label: &str) -> String {
    agent.done(&["logon", "reveal", label], &[PASSWORD]).unwrap().out
}

fn cleared(agent: &Agent<'_>) {
    for label in labels(agent) {
        agent.done(&["logon", "remove", &label, "--yes"], &[]).unwrap();
    }
}

fn fates(answer: &Answer) -> Vec<String> {
    let report = answer.json("import").unwrap();
    let entries = report["entries"].as_array().unwrap().iter();
    entries
        .map(|entry| entry["fate"]["is"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn each_format_becomes_logons_that_hold_its_secrets() {
    let session = Session::start().unwrap();
    let package = Package::with(&session, "ledger", LEDGER).unwrap();
    let agent = started(&session, &package);
    let csv = |name: &str, header: &str, row: &str| written(&session, name, &format!("{header}\n{row}\n"));
    let chrome = csv(
        "Chrome Passwords.csv",
        "name,url,username,password,note",
        "Ledger,https://ledger.example.org/,anna,\"Chrome-\"\",ß\",",
    );
    let firefox = csv(
        "logins.csv",
        "\"url\",\"username\",\"password\",\"httpRealm\",\"formActionOrigin\",\"guid\",\"timeCreated\",\"timeLastUsed\",\"timePasswordChanged\"",
        "\"https://ledger.example.org\",\"anna\",\"Firefox-\"\",ß\",,\"\",\"{1}\",\"1\",\"1\",\"1\"",
    );
    let other = csv(
        "other.csv",
        "Wer;Geheim;Wo",
        "anna;Other-,ß;https://ledger.example.org/",
    );
    let key = copied(&session, "fixture.key");
    let kdbx = "Kdbx-\"quoted\", comma; ß漢😀";
    let bitwarden = "Bitw-\"quoted\", \\ comma; ß漢😀";
    let file = |name: &str| copied(&session, name);
    let for_ledger = ["--assign", "ledger.example.org=Ledger"];
    for (file, more, secrets, secret, label) in [
        (chrome, &["--format", "chrome"][..], &[][..], "Chrome-\",ß", "Ledger"),
        (firefox, &for_ledger, &[], "Firefox-\",ß", "ledger.example.org"),
        (
            other,
            &[
                "--map",
                "Wer=username",
                "--map",
                "Geheim=password",
                "--map",
                "Wo=url",
                "--assign",
                "1=Ledger",
            ],
            &[],
            "Other-,ß",
            "ledger.example.org",
        ),
        (file("keepassxc.csv"), &["--format", "keepassxc"], &[], kdbx, "Ledger"),
        (file("bitwarden.json"), &[], &[], bitwarden, "Ledger"),
        (file("bitwarden-pbkdf2.json"), &[], &[SEAL], bitwarden, "Ledger"),
        (
            file("bitwarden-argon2.json"),
            &["--format", "bitwarden"],
            &[SEAL],
            bitwarden,
            "Ledger",
        ),
        (file("argon2.kdbx"), &[], &[SEAL], kdbx, "Ledger"),
        (file("keyfile.kdbx"), &["--key-file", &key], &[SEAL], kdbx, "Ledger"),
        (
            file("onlykey.kdbx"),
            &["--key-file", &key, "--no-password"],
            &[],
            kdbx,
            "Ledger",
        ),
    ] {
        let words = [&["import", &file, "--yes"], more].concat();
        let answer = agent.done(&words, secrets).unwrap();
        assert!(!answer.shown().contains(secret), "{answer:?}");
        let labels = labels(&agent);
        assert!(labels.contains(&label.to_owned()), "{file}: {labels:?}\n{answer:?}");
        assert_eq!(revealed(&agent, label), secret, "{file}");
        assert!(Path::new(&file).exists(), "nobody asked for its deletion");
        cleared(&agent);
    }
}

#[test]
fn templates_are_found_and_what_is_stored_is_skipped() {
    let session = Session::start().unwrap();
    let package = Package::with(&session, "ledger", LEDGER).unwrap();
    let agent = started(&session, &package);
    let file = copied(&session, "bitwarden.json");
    // Looking changes nothing.
    let looked = agent.done(&["import", &file, "--dry-run"], &[]).unwrap();
    for line in [
        "Ledger (test.ledger)",
        "Shell (test.shell), host=build.example.org",
        "a secure note",
    ] {
        assert!(looked.out.contains(line), "{line}\n{}", looked.out);
    }
    assert!(!looked.shown().contains("Bitw-"), "{looked:?}");
    assert!(labels(&agent).is_empty());
    // Without somebody to ask, nothing is done unless it is said.
    let unasked = agent.run(&["import", &file], &[]).unwrap();
    assert_eq!(unasked.code, 2, "{unasked:?}");
    assert!(labels(&agent).is_empty());

    let first = agent.done(&["import", &file, "--yes", "--json"], &[]).unwrap();
    assert_eq!(fates(&first), ["added", "added"]);
    assert_eq!(labels(&agent), ["Ledger", "Build"]);
    assert_eq!(revealed(&agent, "Build"), "Second-Secret-7");
    let again = agent.done(&["import", &file, "--yes", "--json"], &[]).unwrap();
    assert_eq!(fates(&again), ["stored", "stored"]);
    assert_eq!(labels(&agent).len(), 2);

    // Nothing fits: the exit code says so. A choice that fits nothing, too.
    let file = written(
        &session,
        "web.csv",
        "name,url,username,password\nx,https://x.example/,a,b\n",
    );
    assert_eq!(agent.run(&["import", &file, "--yes"], &[]).unwrap().code, 5);
    let wrong = agent
        .run(&["import", &file, "--yes", "--assign", "2=Ledger"], &[])
        .unwrap();
    assert_eq!(wrong.code, 5, "{wrong:?}");
    // One that its template does not take is told; the others are stored.
    let file = written(
        &session,
        "two.csv",
        "name,url,username,password\nShell,,a,b\nLedger,https://l.example/,berta,c\n",
    );
    let partly = agent.run(&["import", &file, "--yes", "--json"], &[]).unwrap();
    assert_eq!(fates(&partly), ["unfit", "added"], "{partly:?}");
    // A locked vault is not asked for what is stored, and nothing is.
    agent.done(&["lock"], &[]).unwrap();
    assert_eq!(agent.run(&["import", &file, "--yes"], &[]).unwrap().code, 4);
}

#[test]
fn of_a_broken_file_nothing_is_taken() {
    let session = Session::start().unwrap();
    let package = Package::with(&session, "ledger", LEDGER).unwrap();
    let agent = started(&session, &package);
    let good = "name,url,username,password\nLedger,,anna,s3cret-one\n";
    for (name, text, words) in [
        (
            "quote.csv",
            format!("{good}Shell,,anna,\"s3cret\nx,y,z,w\n"),
            "line 3: a quoted field begins here",
        ),
        ("columns.csv", format!("{good}Shell,anna,s3cret\n"), "line 3: 3 fields"),
        ("cut.csv", format!("{good}Shell,,anna,s3cr"), "line 3: the last line"),
        (
            "cut.json",
            std::fs::read_to_string(fixture("bitwarden.json")).unwrap()[..1200].to_owned(),
            ": an object or a list has no end; the file was cut off",
        ),
    ] {
        let file = written(&session, name, &text);
        let refused = agent.run(&["import", &file, "--yes", "--delete"], &[]).unwrap();
        assert_eq!(refused.code, 1, "{refused:?}");
        assert!(
            refused.err.contains(words) && refused.err.contains("next:"),
            "{refused:?}"
        );
        assert!(!refused.shown().contains("s3cret"), "{refused:?}");
        assert!(labels(&agent).is_empty() && Path::new(&file).exists(), "{name}");
    }
    let latin = session.home().join("latin.csv");
    std::fs::write(&latin, [good.as_bytes(), b"Shell,,anna,s\xfc\xdf\n"].concat()).unwrap();
    let refused = agent.run(&["import", latin.to_str().unwrap(), "--yes"], &[]).unwrap();
    assert!(
        refused.code == 1 && refused.err.contains("line 3 is not UTF-8"),
        "{refused:?}"
    );
    let file = copied(&session, "argon2.kdbx");
    let wrong = agent.run(&["import", &file, "--yes"], &["another"]).unwrap();
    assert_eq!(wrong.code, 4, "{wrong:?}");
    let older = agent
        .run(&["import", &copied(&session, "kdbx3.kdbx"), "--yes"], &[SEAL])
        .unwrap();
    assert!(older.code == 1 && older.err.contains("save it as KDBX 4"), "{older:?}");
    assert!(labels(&agent).is_empty());
}

#[test]
fn the_file_is_deleted_only_when_everything_in_it_is_stored() {
    let session = Session::start().unwrap();
    let package = Package::with(&session, "ledger", LEDGER).unwrap();
    let agent = started(&session, &package);
    let header = "name,url,username,password\n";
    let part = written(
        &session,
        "part.csv",
        &format!("{header}Ledger,,anna,one\nx,https://x.example/,b,two\n"),
    );
    let kept = agent.done(&["import", &part, "--yes", "--delete"], &[]).unwrap();
    assert!(kept.err.contains("not everything in it is stored"), "{kept:?}");
    assert!(Path::new(&part).exists());

    // A note has no place in a logon, and a stored password is not compared with the newer one of the file.
    let noted = written(
        &session,
        "noted.csv",
        "name,url,username,password,note\nLedger,,carla,four,gate code 4711\nLedger,,anna,newer,\n",
    );
    let kept = agent.done(&["import", &noted, "--yes", "--delete"], &[]).unwrap();
    for line in ["1  Ledger: the notes\n", "2  Ledger: stored already as `Ledger`"] {
        assert!(kept.err.contains(line), "{line}\n{kept:?}");
    }
    assert!(!kept.shown().contains("4711") && Path::new(&noted).exists(), "{kept:?}");

    let all = written(&session, "all.csv", &format!("{header}other,,berta,three\n"));
    let second = session.home().join("second.csv");
    std::fs::hard_link(&all, &second).unwrap();
    let linked = agent
        .run(&["import", &all, "--yes", "--delete", "--assign", "other=Ledger"], &[])
        .unwrap();
    assert_eq!(linked.code, 1, "{linked:?}");
    assert!(linked.err.contains("hard links"), "{linked:?}");
    assert_eq!(
        std::fs::read_to_string(&second).unwrap(),
        format!("{header}other,,berta,three\n")
    );
    std::fs::remove_file(&second).unwrap();
    agent.done(&["logon", "remove", "other", "--yes"], &[]).unwrap();

    let deleted = agent
        .done(
            &["import", &all, "--yes", "--delete", "--json", "--assign", "1=Ledger"],
            &[],
        )
        .unwrap();
    let report: Value = deleted.json("import").unwrap();
    assert_eq!(report["file"], "deleted", "{deleted:?}");
    assert!(deleted.err.contains("backups"), "{deleted:?}");
    assert!(!Path::new(&all).exists());
    assert_eq!(revealed(&agent, "other"), "three");
}
