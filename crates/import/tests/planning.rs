//! Which template an entry is for, and what becomes of it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test suite"
)]

mod support;

use countersign_import::*;
use countersign_model::FieldKind;

fn field(name: &str, kind: FieldKind) -> ApplicationField {
    ApplicationField {
        name: name.into(),
        label: None,
        kind,
        required: false,
        default: None,
        max_length: None,
        one_time: false,
    }
}

fn application(id: &str, name: &str, executable: &str) -> Application {
    Application {
        template: id.into(),
        name: name.to_owned(),
        executables: vec![executable.to_owned()],
        fields: vec![
            field("username", FieldKind::Plain),
            field("password", FieldKind::Secret),
        ],
        multiple: true,
    }
}

fn applications() -> Vec<Application> {
    let mut ftp = application("org.example.Ftp", "Example FTP", "/usr/bin/ftpclient");
    ftp.fields.insert(1, field("host", FieldKind::Plain));
    let mut books = application("org.example.books", "Books", "/usr/bin/books");
    books.fields.push(ApplicationField {
        one_time: true,
        ..field("code", FieldKind::Secret)
    });
    let mut wallet = application("org.example.Wallet", "Wallet", "/usr/bin/wallet");
    wallet.fields.remove(0);
    wallet.multiple = false;
    let ssh = application("org.openssh.ssh", "ssh", "/usr/bin/ssh");
    let twin = application("org.example.Twin", "Twin", "/opt/*/twin");
    let other = application("net.example.Twin", "twin", "/usr/bin/othertwin");
    let mut customer = application("org.example.Customer", "Customer", "/usr/bin/customer");
    customer.fields.push(ApplicationField {
        required: true,
        label: Some("Customer number".to_owned()),
        ..field("customer", FieldKind::Plain)
    });
    vec![ftp, books, wallet, ssh, twin, other, customer]
}

const HEADER: &str = "title,url,username,password,totp,notes,Customer Number\n";

fn planned(rows: &str, held: &[Held], choices: &Choices) -> Result<Plan, ChoiceError> {
    let text = format!("{HEADER}{rows}");
    let (_, contents) = support::recognised(text.as_bytes()).unwrap();
    plan(contents.entries, &applications(), held, choices)
}

fn fates(rows: &str, held: &[Held]) -> Vec<String> {
    told(&planned(rows, held, &Choices::default()).unwrap())
}

fn told(plan: &Plan) -> Vec<String> {
    plan.0.iter().map(fate).collect()
}

fn fate(item: &Item) -> String {
    match &item.fate {
        Fate::Added(addition) => {
            let plain = addition.plain.iter().map(|(name, value)| format!(" {name}={value}"));
            let secrets = addition.secret_fields.iter().zip(&addition.secrets);
            let secrets = secrets.map(|(name, value)| format!(" {name}:{}", value.expose()));
            format!("{}{}", addition.template, plain.chain(secrets).collect::<String>())
        }
        Fate::Stored { label, .. } => format!("stored {label}"),
        Fate::Taken { by, .. } => format!("taken by {by}"),
        Fate::Repeated { of } => format!("repeats {of}"),
        Fate::Contradicts { others } => format!("contradicts {others:?}"),
        Fate::Choice { candidates } => format!("choice of {}", candidates.len()),
        Fate::NoTemplate => "none".to_owned(),
        Fate::Unfit { why, .. } => format!("unfit: {why}"),
        Fate::Skipped => "skipped".to_owned(),
    }
}

fn left(plan: &Plan, refused: &[usize]) -> Vec<usize> {
    plan.left(refused).iter().map(|item| item.number).collect()
}

fn held(template: &str, label: &str, plain: &[(&str, &str)]) -> Held {
    Held {
        template: template.into(),
        label: label.to_owned(),
        plain: plain
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).to_owned()))
            .collect(),
    }
}

#[test]
fn templates_are_found_by_name_program_and_host() {
    for (row, expected) in [
        ("example ftp,,anna,p,,,", "org.example.Ftp username=anna password:p"),
        ("x,ftp://files.example.org:2121/,anna,p,,,", "none"),
        (
            "Example FTP,ftp://files.example.org:2121/,anna,p,,,",
            "org.example.Ftp username=anna host=files.example.org:2121 password:p",
        ),
        ("org.example.Ftp,,anna,p,,,", "org.example.Ftp username=anna password:p"),
        (
            "x,cmd://ftpclient --fast,anna,p,,,",
            "org.example.Ftp username=anna password:p",
        ),
        (
            "x,file:///usr/bin/ftpclient,anna,p,,,",
            "org.example.Ftp username=anna password:p",
        ),
        ("x,file:///opt/a/twin,anna,p,,,", "none"),
        (
            "build,ssh://build.example.org,anna,p,,,",
            "org.openssh.ssh username=anna password:p",
        ),
        (
            "x,https://www.books.example.org/in,anna,p,GEZDGNBV,,",
            "org.example.books username=anna password:p code:GEZDGNBV",
        ),
        ("x,https://example.org/,anna,p,,,", "none"),
        ("TWIN,,anna,p,,,", "choice of 2"),
        (
            "Customer,,anna,p,,,4711",
            "org.example.Customer username=anna customer=4711 password:p",
        ),
        ("Customer,,anna,p,,,", "unfit: it has nothing for customer"),
        ("Wallet,,anna,p,,,", "org.example.Wallet password:p"),
    ] {
        assert_eq!(fates(&format!("{row}\n"), &[]), [expected], "{row}");
    }
}

#[test]
fn what_has_no_place_is_told() {
    let plan = planned("Wallet,,anna,p,GEZDGNBV,note,4711\n", &[], &Choices::default()).unwrap();
    assert_eq!(
        plan.0[0].not_taken,
        [
            "the user name",
            "the one-time key",
            "the notes",
            "the field `Customer Number`"
        ]
    );
    let json = serde_json::to_string(&plan).unwrap();
    assert!(
        json.contains("\"is\":\"added\"") && json.contains("secret_fields"),
        "{json}"
    );
    assert!(!json.contains("GEZDGNBV") && !json.contains("\"secrets\""), "{json}");
}

#[test]
fn what_would_be_lost_with_the_file_is_left() {
    let rows = "ssh,,anna,p,,,\nssh,,anna,p,,,\nssh,,berta,p,,,\nssh,,carla,p,,a note,\nssh,,carla,p,GEZDGNBV,,\nssh,,dora,p,,,\nnothing,,a,p,,,\n";
    // The file may have the newer password of what is stored already: nobody compared it.
    let stored = [held("org.openssh.ssh", "mine", &[("username", "berta")])];
    let plan = planned(rows, &stored, &Choices::default()).unwrap();
    assert_eq!(
        told(&plan),
        [
            "org.openssh.ssh username=anna password:p",
            "repeats 1",
            "stored mine",
            "org.openssh.ssh username=carla password:p",
            "repeats 4",
            "org.openssh.ssh username=dora password:p",
            "none"
        ]
    );
    assert_eq!(plan.0[4].not_taken, ["the one-time key"]);
    assert_eq!(left(&plan, &[]), [3, 4, 5, 7]);
    assert_eq!(left(&plan, &[6]), [3, 4, 5, 6, 7]);
}

#[test]
fn what_is_not_even_read_is_told() {
    let items = r#"{"encrypted": false, "items": [{"type": 1, "name": "ssh", "passwordHistory": [{"password": "older"}],
        "fields": [{"name": null, "value": "4711"}],
        "login": {"username": "anna", "password": "p", "fido2Credentials": [{"credentialId": "x"}]}}]}"#;
    for (text, told) in [
        (items, &["a field without a name", "a passkey", "older passwords"][..]),
        (
            "title,username,password,\nssh,anna,p,4711\n",
            &["a field without a name"],
        ),
        ("title,username,password,\nssh,anna,p,\n", &[]),
    ] {
        let (_, contents) = support::recognised(text.as_bytes()).unwrap();
        let plan = plan(contents.entries, &applications(), &[], &Choices::default()).unwrap();
        assert_eq!(plan.0[0].not_taken, told, "{text}");
    }
}

#[test]
fn of_two_fields_of_one_name_one_is_not_taken() {
    let text = "title,username,password,customer,customer\nCustomer,anna,p,4711,4712\n";
    let (_, contents) = support::recognised(text.as_bytes()).unwrap();
    let plan = plan(contents.entries, &applications(), &[], &Choices::default()).unwrap();
    assert_eq!(
        told(&plan),
        ["org.example.Customer username=anna customer=4711 password:p"]
    );
    assert_eq!(plan.0[0].not_taken, ["the field `customer`"]);
}

#[test]
fn what_is_stored_is_not_stored_again() {
    let stored = [
        held("org.openssh.ssh", "mine", &[("username", "anna"), ("host", "other")]),
        held("org.example.Twin", "x", &[("username", "anna")]),
    ];
    assert_eq!(fates("ssh,,anna,p,,,\n", &stored), ["stored mine"]);
    assert_eq!(
        fates("ssh,,berta,p,,,\n", &stored),
        ["org.openssh.ssh username=berta password:p"]
    );
    // A template without plain fields: by the name; one that takes a single logon: at all.
    assert_eq!(
        fates("Wallet,,,p,,,\n", &[held("org.example.Wallet", "other", &[])]),
        ["stored other"]
    );
}

#[test]
fn equal_entries_count_once_and_contradicting_ones_not_at_all() {
    assert_eq!(
        fates("ssh,,anna,p,,,\nssh,,anna,p,,,\nssh,,berta,p,,,\nssh,,anna,p,,,\n", &[]),
        [
            "org.openssh.ssh username=anna password:p",
            "repeats 1",
            "org.openssh.ssh username=berta password:p",
            "repeats 1"
        ]
    );
    assert_eq!(
        fates("ssh,,anna,p,,,\nssh,,anna,q,,,\nssh,,anna,p,,,\n", &[]),
        ["contradicts [2, 3]", "contradicts [1, 3]", "contradicts [1, 2]"]
    );
    let choices = Choices {
        skipped: vec![Pointer("2".to_owned())],
        ..Choices::default()
    };
    let plan = planned("ssh,,anna,p,,,\nssh,,anna,q,,,\n", &[], &choices).unwrap();
    assert_eq!(told(&plan), ["org.openssh.ssh username=anna password:p", "skipped"]);
    assert_eq!((plan.additions(), left(&plan, &[])), (1, vec![2]));
    assert_eq!(
        fates("Wallet,,a,p,,,\nx,cmd://wallet,b,q,,,\n", &[]),
        ["taken by entry 2", "taken by entry 1"]
    );
}

#[test]
fn the_user_says_which() {
    let assigned = |all: &[(&str, &str)]| Choices {
        assigned: all
            .iter()
            .map(|(entry, template)| (Pointer((*entry).to_owned()), (*template).to_owned()))
            .collect(),
        ..Choices::default()
    };
    let rows = "TWIN,,anna,p,,,\nx,https://www.web.example.net/,b,p,,,\nx,https://web.example.net/,c,p,,,\n";
    let plan = planned(
        rows,
        &[],
        &assigned(&[("twin", "net.example.Twin"), ("web.example.net", "Example FTP")]),
    )
    .unwrap();
    assert_eq!(
        told(&plan),
        [
            "net.example.Twin username=anna password:p",
            "org.example.Ftp username=b host=www.web.example.net password:p",
            "org.example.Ftp username=c host=web.example.net password:p",
        ]
    );
    let wrong = |entry, template| planned(rows, &[], &assigned(&[(entry, template)])).unwrap_err();
    assert_eq!(wrong("4", "ssh"), ChoiceError::NoEntry("4".to_owned()));
    assert_eq!(wrong("1", "nothing"), ChoiceError::NoTemplate("nothing".to_owned()));
    assert!(matches!(wrong("1", "twin"), ChoiceError::SeveralTemplates { .. }));
}
