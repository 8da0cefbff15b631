//! Files of other password managers: recognised, read, and planned for. What is sealed is read up to where its key is needed.
#![no_main]

use countersign_import::{Application, ApplicationField, Choices, ColumnNames, File, Format, Held, Keys, plan};
use countersign_model::FieldKind;

const FORMATS: [Format; 6] = [
    Format::Chromium,
    Format::Firefox,
    Format::KeePassXc,
    Format::Csv,
    Format::Bitwarden,
    Format::Kdbx,
];

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let told = FORMATS.iter().filter_map(|format| File::told(bytes, *format).ok());
    for file in told.chain(File::recognised(bytes)) {
        let _ = file.seal();
        let Ok(contents) = file.read(Keys::default(), &ColumnNames::new()) else {
            continue;
        };
        let entries = contents.entries.len();
        assert!(contents.entries.iter().all(|entry| entry.password.is_some() || entry.one_time.is_some()));
        let held = [Held {
            template: "org.example.App".into(),
            label: "work".to_owned(),
            plain: vec![("username".into(), "anna".to_owned())],
        }];
        let planned = plan(contents.entries, &applications(), &held, &Choices::default());
        assert!(planned.is_ok_and(|plan| plan.0.len() == entries && plan.additions() <= entries));
    }
});

fn applications() -> Vec<Application> {
    let field = |name: &str, kind| ApplicationField {
        name: name.into(),
        label: None,
        kind,
        required: false,
        default: None,
        max_length: Some(64),
        one_time: false,
    };
    let application = |id: &str, multiple| Application {
        template: id.into(),
        name: "App".to_owned(),
        executables: vec!["/usr/bin/ssh".to_owned()],
        fields: ["username", "host", "site", "url"]
            .map(|name| field(name, FieldKind::Plain))
            .into_iter()
            .chain([field("password", FieldKind::Secret)])
            .collect(),
        multiple,
    };
    vec![application("org.example.App", true), application("org.example.one", false)]
}
