//! Secrets by the lines of standard input: which, in which order, and never from anywhere else.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test suite"
)]

mod support;

use countersign_model::RecordId;
use countersign_wire::{PlainField, Request};
use support::Agent;

const ANSWER: &str = "correct horse battery staple";

fn username(value: &str) -> Vec<PlainField> {
    vec![PlainField {
        name: "username".into(),
        value: value.to_owned(),
    }]
}

#[test]
fn enrolment_takes_the_password_then_the_answer() {
    let agent = Agent::start();
    let ran = agent.run(&["enroll"], &format!("p4ss wörd\n{ANSWER}\n"));
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(
        agent.last(),
        (Request::Enroll, vec!["p4ss wörd".to_owned(), ANSWER.to_owned()])
    );
    assert!(ran.err.contains("Which words?"), "{ran:?}");
    assert!(ran.err.contains("passphrase (fair)"), "{ran:?}");
    assert!(ran.err.contains("loses the vault"), "{ran:?}");
    assert!(
        ran.out.contains("login (strong)") && ran.out.contains("barely"),
        "{ran:?}"
    );
    assert!(!(ran.out + &ran.err).contains("p4ss"));
}

#[test]
fn enrolment_refuses_empty_short_and_missing_secrets() {
    let agent = Agent::start();
    for (input, code, words) in [
        ("\nx\n", 1, "the password is empty"),
        (
            "pass\nshort\n",
            2,
            "the answer has 5 characters and must have at least 16",
        ),
        ("pass\n", 1, "standard input ended where Which words? was expected"),
        ("", 1, "standard input ended where Your login password was expected"),
    ] {
        let ran = agent.run(&["enroll"], input);
        assert_eq!(ran.code, code, "{ran:?}");
        assert!(ran.err.contains(words), "{ran:?}");
    }
    assert!(!agent.heard().iter().any(|(request, _)| *request == Request::Enroll));
}

#[test]
fn unlocking_takes_the_password_or_the_answer_and_a_new_password() {
    let agent = Agent::start();
    assert_eq!(agent.run(&["unlock"], "right\r\n").code, 0);
    assert_eq!(agent.last(), (Request::Unlock, vec!["right".to_owned()]));
    let wrong = agent.run(&["unlock"], "wrong\n");
    assert_eq!(wrong.code, 4);
    assert!(
        wrong.err.contains("the next attempt is taken in 2 seconds"),
        "{wrong:?}"
    );
    assert_eq!(
        agent.run(&["unlock", "--passphrase"], &format!("{ANSWER}\nnew\n")).code,
        0
    );
    assert_eq!(
        agent.last(),
        (Request::UnlockWithPassphrase, vec![ANSWER.to_owned(), "new".to_owned()])
    );
}

#[test]
fn adding_a_logon_takes_one_line_for_each_secret_field() {
    let agent = Agent::start();
    let add = [
        "logon",
        "add",
        "example ftp",
        "--name",
        "work",
        "--set",
        "username=anna=x",
    ];
    let ran = agent.run(&add, "pa55\n c0de \n");
    assert_eq!(ran.code, 0, "{ran:?}");
    let expected = Request::LogonAdd {
        template: "org.example.Ftp".into(),
        label: "work".to_owned(),
        plain: username("anna=x"),
        secret_fields: vec!["password".into(), "third".into()],
    };
    assert_eq!(agent.last(), (expected, vec!["pa55".to_owned(), " c0de ".to_owned()]));

    // An empty line leaves a field out.
    agent.run(&add, "pa55\n\n");
    let (Request::LogonAdd { secret_fields, .. }, secrets) = agent.last() else {
        panic!()
    };
    assert_eq!(
        (secret_fields, secrets),
        (vec!["password".into()], vec!["pa55".to_owned()])
    );

    // Lines are for secrets only: a plain field that is not given stays empty, and that is said.
    let ran = agent.run(&["logon", "add", "org.example.Ftp"], "pa55\n\n");
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.err.contains("not given, and so empty: username"), "{ran:?}");
    let (Request::LogonAdd { plain, .. }, _) = agent.last() else {
        panic!()
    };
    assert_eq!(plain, []);
    let ran = agent.run(&["logon", "add", "org.example.Ftp", "--set", "username="], "pa55\n\n");
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
}

#[test]
fn a_secret_in_an_argument_is_refused_and_not_repeated() {
    let agent = Agent::start();
    for arguments in [
        ["logon", "add", "org.example.Ftp", "--set", "password=pa55w0rd"].as_slice(),
        &["logon", "edit", "work", "--set", "password=pa55w0rd"],
        &["logon", "add", "org.example.Ftp", "--set", "=pa55w0rd"],
        &["logon", "add", "org.example.Ftp", "--set", "nothing=pa55w0rd"],
    ] {
        let ran = agent.run(arguments, "x\n\n");
        assert_eq!(ran.code, 2, "{ran:?}");
    }
    let ran = agent.run(&["logon", "edit", "work", "--set", "password=pa55w0rd"], "");
    assert!(
        ran.err.contains("never taken from arguments") && !ran.err.contains("pa55w0rd"),
        "{ran:?}"
    );
    assert!(
        !agent
            .heard()
            .iter()
            .any(|(request, _)| matches!(request, Request::LogonAdd { .. } | Request::LogonEdit { .. }))
    );
}

#[test]
fn editing_changes_what_is_named() {
    let agent = Agent::start();
    let edited = |label: Option<&str>, plain, secret_fields: &[&str]| Request::LogonEdit {
        id: RecordId([0xab; 16]),
        label: label.map(str::to_owned),
        plain,
        secret_fields: secret_fields.iter().map(|name| (*name).into()).collect(),
    };
    agent.run(
        &["logon", "edit", "work", "--name", "office", "--set", "username=b"],
        "",
    );
    assert_eq!(agent.last(), (edited(Some("office"), username("b"), &[]), vec![]));
    agent.run(&["logon", "edit", "abab", "--secret", "password"], "n3w\n");
    assert_eq!(
        agent.last(),
        (edited(None, vec![], &["password"]), vec!["n3w".to_owned()])
    );
    agent.run(&["logon", "edit", "work"], "n3w\nc0de\n");
    assert_eq!(
        agent.last(),
        (
            edited(None, vec![], &["password", "third"]),
            vec!["n3w".to_owned(), "c0de".to_owned()]
        )
    );
    assert_eq!(
        agent.run(&["logon", "edit", "work", "--secret", "fourth"], "x\n").code,
        2
    );
    assert_eq!(
        agent.run(&["logon", "edit", "work", "--secret", "password"], "\n").code,
        1
    );
}

#[test]
fn revealing_asks_for_the_password_and_prints_the_bare_secret() {
    let agent = Agent::start();
    let ran = agent.run(&["logon", "reveal", "work"], "right\n");
    assert_eq!(
        (ran.code, ran.out.as_str(), ran.err.as_str()),
        (0, "s3cr€t \"quoted\"", "")
    );
    let ran = agent.run(&["logon", "reveal", "work", "third"], "wrong\n");
    assert_eq!((ran.code, ran.out.as_str()), (4, ""));
    assert_eq!(agent.last().1, ["wrong"]);
}

#[test]
fn rebinding_asks_for_the_password() {
    let agent = Agent::start();
    assert_eq!(agent.run(&["logon", "rebind", "home"], "right\n").code, 0);
    assert_eq!(
        agent.last(),
        (
            Request::LogonRebind {
                id: RecordId([0xcd; 16])
            },
            vec!["right".to_owned()]
        )
    );
}
