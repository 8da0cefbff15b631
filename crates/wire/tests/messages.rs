//! The messages as JSON: what is on the wire stays on the wire.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test suite"
)]

use countersign_model::{
    FieldName, IdentityProblem, Lineage, ProcessIdentity, RecordId, TemplateId, WindowFacts, WindowId, Writable,
};
use countersign_wire::{ErrorCode, ErrorReply, PlainField, Reply, Request};
use proptest::prelude::*;
use serde_json::json;

fn id() -> RecordId {
    RecordId([0xab; 16])
}

fn plain() -> Vec<PlainField> {
    vec![PlainField {
        name: FieldName::from("username"),
        value: "anna".to_owned(),
    }]
}

#[test]
fn requests_have_these_shapes() {
    let hex = "ab".repeat(16);
    for (request, shape, secrets) in [
        (Request::Status, json!("status"), 0),
        (
            Request::Why {
                window: Some(WindowId(7)),
                limit: None,
            },
            json!({"why": {"window": 7, "limit": null}}),
            0,
        ),
        (Request::Pause { seconds: 60 }, json!({"pause": {"seconds": 60}}), 0),
        (Request::PauseUntilUnlocked, json!("pause-until-unlocked"), 0),
        (
            Request::PauseApplication {
                template: "org.example.Ftp".into(),
            },
            json!({"pause-application": {"template": "org.example.Ftp"}}),
            0,
        ),
        (Request::Exits, json!("exits"), 0),
        (Request::EnrollTerms, json!("enroll-terms"), 0),
        (Request::Enroll, json!("enroll"), 2),
        (Request::StartOver, json!("start-over"), 2),
        (Request::Unlock, json!("unlock"), 1),
        (
            Request::RecoverSetup { passphrase: false },
            json!({"recover-setup": {"passphrase": false}}),
            1,
        ),
        (
            Request::Recover { printed: true },
            json!({"recover": {"printed": true}}),
            4,
        ),
        (
            Request::RecoverDrill { printed: true },
            json!({"recover-drill": {"printed": true}}),
            2,
        ),
        (
            Request::OrganisationPin {
                words: "a b".to_owned(),
            },
            json!({"organisation-pin": {"words": "a b"}}),
            0,
        ),
        (Request::UnlockWithPassphrase, json!("unlock-with-passphrase"), 2),
        (
            Request::LogonAdd {
                template: TemplateId::from("t"),
                label: "l".to_owned(),
                plain: plain(),
                secret_fields: vec!["password".into(), "third".into()],
            },
            json!({"logon-add": {"template": "t", "label": "l", "plain": [{"name": "username", "value": "anna"}], "secret_fields": ["password", "third"]}}),
            2,
        ),
        (
            Request::LogonRebind { id: id() },
            json!({"logon-rebind": {"id": hex}}),
            1,
        ),
        (
            Request::LogonReveal {
                id: id(),
                field: "password".into(),
            },
            json!({"logon-reveal": {"id": hex, "field": "password"}}),
            1,
        ),
        (
            Request::LogonFill {
                id: None,
                window: None,
                proven: false,
            },
            json!({"logon-fill": {"id": null, "window": null}}),
            0,
        ),
    ] {
        assert_eq!(serde_json::to_value(&request).unwrap(), shape);
        assert_eq!(serde_json::from_value::<Request>(shape).unwrap(), request);
        assert_eq!(request.secrets(), secrets, "{request:?}");
    }
}

#[test]
fn windows_survive_with_and_without_a_program() {
    let window = |process| WindowFacts {
        id: WindowId(u64::MAX),
        process,
        title: "t".to_owned(),
        class: String::new(),
        instance: String::new(),
        stance: countersign_model::Stance::default(),
    };
    let lineage = Lineage {
        pid: 7,
        started: u64::MAX,
    };
    let process = ProcessIdentity {
        lineage,
        parent: Some(lineage),
        started_by: None,
        executable: "/usr/bin/python3".into(),
        script: Some("/opt/x.py".into()),
        writable: Writable::ByUser,
        owner: countersign_model::FileOwner::Root,
        package: None,
        foreign: None,
    };
    let reply = Reply::Windows(vec![
        window(Ok(process)),
        window(Err(IdentityProblem::Remote("host".to_owned()))),
    ]);
    let text = serde_json::to_string(&reply).unwrap();
    assert_eq!(serde_json::from_str::<Reply>(&text).unwrap(), reply);
}

#[test]
fn an_error_without_a_wait_has_no_wait() {
    let error = Reply::Error(ErrorReply::new(ErrorCode::NotEnrolled, "m"));
    let shape = json!({"error": {"code": "not-enrolled", "message": "m", "next": null}});
    assert_eq!(serde_json::to_value(&error).unwrap(), shape);
    assert_eq!(serde_json::from_value::<Reply>(shape).unwrap(), error);
}

#[test]
fn logs_show_the_names_of_fields_only() {
    let request = Request::LogonEdit {
        id: id(),
        label: None,
        plain: plain(),
        secret_fields: vec!["password".into()],
    };
    let shown = format!("{request:?}");
    assert!(shown.contains("username=…") && !shown.contains("anna"), "{shown}");
}

proptest! {
    #[test]
    fn no_text_panics(text in ".{0,200}") {
        let _ = serde_json::from_str::<Request>(&text);
        let _ = serde_json::from_str::<Reply>(&text);
    }
}
