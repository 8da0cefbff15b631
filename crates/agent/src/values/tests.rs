use super::*;
use countersign_model::port::{RecordStore, StoreError};
use countersign_model::{Binding, Change, Publisher, RecordId, StoreKey, StoreKind, TotpSpec, UserId};
use countersign_rules::parse_template;
use std::collections::BTreeMap;
use std::sync::Mutex;

/// A device store that is gone with its test.
#[derive(Default)]
struct Memory(Mutex<BTreeMap<StoreKey, Vec<u8>>>);

impl RecordStore for Memory {
    fn get(&self, key: &StoreKey) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.0.lock().unwrap().get(key).cloned())
    }

    fn ids(&self, kind: StoreKind) -> Result<Vec<Vec<u8>>, StoreError> {
        let of_kind = |key: &&StoreKey| key.kind == kind;
        Ok(self
            .0
            .lock()
            .unwrap()
            .keys()
            .filter(of_kind)
            .map(|key| key.id.clone())
            .collect())
    }

    fn commit(&self, batch: &[Change]) -> Result<(), StoreError> {
        let mut values = self.0.lock().unwrap();
        for change in batch {
            match change {
                Change::Put(key, value) => drop(values.insert(key.clone(), value.clone())),
                Change::Remove(key) => drop(values.remove(key)),
            }
        }
        Ok(())
    }
}

fn spec(fields: &str) -> LogonSpec {
    let text = format!("schema = 1\nid = \"org.example.App\"\nname = \"App\"\n[logon]\n{fields}");
    parse_template("app.toml", text.as_bytes()).unwrap().template.logon
}

fn secret(text: &str) -> Password {
    Password::from_string(text.to_owned()).unwrap()
}

fn fields(all: &[(&str, FieldKind, &str)]) -> Fields {
    all.iter()
        .map(|(name, kind, value)| ((*name).into(), *kind, secret(value)))
        .collect()
}

const CUSTOMER: &str =
    "fields = [\"customer\", \"username\", \"password\"]\n[logon.field.customer]\nkind = \"plain\"\n";

#[test]
fn a_required_field_must_be_given() {
    let spec = spec(&format!("{CUSTOMER}required = true\n"));
    let mut missing = fields(&[("username", FieldKind::Plain, "anna")]);
    let refused = complete(&spec, &mut missing).unwrap_err();
    assert!(refused.message.contains("`customer` is missing"), "{}", refused.message);
    let empty = fields(&[("customer", FieldKind::Plain, "")]);
    assert!(check(&spec, &empty).unwrap_err().message.contains("empty"));
    let mut there = fields(&[
        ("username", FieldKind::Plain, "anna"),
        ("customer", FieldKind::Plain, "7"),
    ]);
    complete(&spec, &mut there).unwrap();
    // In the template's order.
    let names: Vec<_> = there.iter().map(|(name, ..)| name.as_str()).collect();
    assert_eq!(names, ["customer", "username"]);
}

#[test]
fn a_default_is_stored_where_nothing_is_given() {
    let spec = spec(&format!("{CUSTOMER}default = \"4711\"\n"));
    let customer = |given: &[(&str, FieldKind, &str)]| {
        let mut given = fields(given);
        complete(&spec, &mut given).unwrap();
        let found = given.into_iter().find(|(name, ..)| name.as_str() == "customer");
        found.map(|(.., value)| value.expose().to_owned())
    };
    assert_eq!(customer(&[]).as_deref(), Some("4711"));
    assert_eq!(customer(&[("customer", FieldKind::Plain, "12")]).as_deref(), Some("12"));
}

#[test]
fn a_value_is_not_longer_than_the_application_takes() {
    let spec = spec(&format!("{CUSTOMER}max_length = 4\n"));
    assert!(check(&spec, &fields(&[("customer", FieldKind::Plain, "äöüß")])).is_ok());
    let refused = check(&spec, &fields(&[("customer", FieldKind::Plain, "12345")])).unwrap_err();
    assert!(refused.message.contains("5 characters") && refused.message.contains("4 at most"));
}

#[test]
fn a_value_for_everybody_is_filled_and_never_stored() {
    let spec = spec(&format!("{CUSTOMER}scope = \"global\"\ndefault = \"4711\"\n"));
    let own: Vec<_> = spec.own().map(FieldName::as_str).collect();
    assert_eq!(own, ["username", "password"]);
    assert!(check(&spec, &fields(&[("customer", FieldKind::Plain, "1")])).is_err());
    let mut stored = fields(&[]);
    complete(&spec, &mut stored).unwrap();
    assert!(stored.is_empty());
    let filled = to_fill(
        &spec,
        &Person::default(),
        FieldValues(fields(&[("username", FieldKind::Plain, "anna")])),
        Timestamp(0),
    )
    .unwrap();
    assert_eq!(filled.plain("customer"), Some("4711"));
    assert_eq!(filled.plain("username"), Some("anna"));
    // Templates may ask for it, as for every plain field.
    let summary = known(
        &spec,
        &Person::default(),
        LogonSummary {
            id: RecordId([1; 16]),
            label: "work".to_owned(),
            plain: std::collections::BTreeMap::new(),
            binding: Binding {
                publisher: Publisher::Package,
                executable: None,
            },
            changed: Timestamp(0),
            standing: countersign_signon::Standing::Stored,
            change: None,
            expiry: countersign_signon::Expiry::Valid,
            since: None,
        },
    );
    assert_eq!(summary.plain.get("customer").map(String::as_str), Some("4711"));
}

#[test]
fn a_rule_is_worked_out_when_the_form_is_filled() {
    // One that every test has.
    let spec = spec(&format!("{CUSTOMER}rule = {{ environment = \"CARGO_PKG_NAME\" }}\n"));
    let stored = fields(&[
        ("customer", FieldKind::Plain, "from before"),
        ("password", FieldKind::Secret, "x"),
    ]);
    let filled = to_fill(&spec, &Person::default(), FieldValues(stored), Timestamp(0)).unwrap();
    assert_eq!(filled.plain("customer"), Some("countersign-agent"));
    assert_eq!(filled.0.len(), 2);
    assert!(check(&spec, &fields(&[("customer", FieldKind::Plain, "1")])).is_err());
}

#[test]
fn a_one_time_password_is_stored_as_a_key_and_filled_as_a_code() {
    let spec = spec("fields = [\"username\", \"code\"]\n[logon.field.code.totp]\ndigits = 8\n");
    let key = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    assert!(check(&spec, &fields(&[("code", FieldKind::Secret, key)])).is_ok());
    let refused = check(&spec, &fields(&[("code", FieldKind::Secret, "123456")])).unwrap_err();
    assert!(refused.message.contains("`code`") && !refused.message.contains("123456"));
    let filled = to_fill(
        &spec,
        &Person::default(),
        FieldValues(fields(&[("code", FieldKind::Secret, key)])),
        Timestamp(59_999),
    )
    .unwrap();
    assert_eq!(filled.get(&"code".into()).map(Password::expose), Some("94287082"));
    assert_eq!(
        spec.spec(&"code".into()).totp.map(|totp| totp.period),
        Some(TotpSpec::default().period)
    );
}

#[test]
fn an_attribute_of_the_users_entry_is_filled_as_the_directory_says_it() {
    let spec = spec(&format!("{CUSTOMER}rule = {{ directory = \"employeeNumber\" }}\n"));
    let device = Memory::default();
    let user = UserId::from("anna");
    let mut person = Person::default();
    let said = |value: &str| [("employeenumber".to_owned(), value.to_owned())].into();
    let filled = |person: &Person| {
        let stored = fields(&[("password", FieldKind::Secret, "x")]);
        let filled = to_fill(&spec, person, FieldValues(stored), Timestamp(0)).unwrap();
        filled.plain("customer").map(str::to_owned)
    };
    assert_eq!(filled(&person), None, "the directory has not said it yet");
    assert!(person.take(said("4711"), &device, &user).unwrap());
    assert!(!person.take(said("4711"), &device, &user).unwrap());
    assert_eq!(filled(&person).as_deref(), Some("4711"));
    // It is known without the directory, and of nobody else.
    assert_eq!(filled(&Person::load(&device, &user)).as_deref(), Some("4711"));
    assert_eq!(Person::load(&device, &UserId::from("ben")), Person::default());
    assert!(check(&spec, &fields(&[("customer", FieldKind::Plain, "1")])).is_err());
}
