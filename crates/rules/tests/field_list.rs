//! `docs/template-fields.md` names for every key of a template a test that fails if the key is ignored. This holds the list against the
//! schema and against the tests.
#![expect(clippy::unwrap_used, reason = "a test's own functions")]

use countersign_rules::template_schema;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Tables that stand in many places: their keys are listed once.
const SHARED: [(&str, &str); 3] = [("Selector", "SELECTOR"), ("StatePattern", "STATE"), ("Wait", "WAIT")];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every key of the schema, as a path from the head of a template.
struct Keys<'a> {
    definitions: &'a Value,
    all: BTreeSet<String>,
    /// Definitions that are being looked into: some contain themselves.
    inside: Vec<&'a str>,
}

impl<'a> Keys<'a> {
    fn of(schema: &'a Value) -> BTreeSet<String> {
        let mut keys = Self {
            definitions: schema.get("$defs").unwrap(),
            all: BTreeSet::new(),
            inside: Vec::new(),
        };
        keys.table(schema, "");
        for (name, title) in SHARED {
            keys.inside.push(name);
            keys.table(keys.definitions.get(name).unwrap(), title);
            keys.inside.pop();
        }
        keys.all
    }

    fn table(&mut self, table: &'a Value, path: &str) {
        let own = table.get("properties").and_then(Value::as_object).into_iter().flatten();
        let choices = table.get("oneOf").and_then(Value::as_array).into_iter().flatten();
        let chosen = choices
            .filter_map(|choice| choice.get("properties")?.as_object())
            .flatten();
        for (key, value) in own.chain(chosen) {
            let path = if path.is_empty() {
                key.clone()
            } else {
                format!("{path}.{key}")
            };
            self.value(value, &path);
        }
    }

    fn value(&mut self, value: &'a Value, path: &str) {
        let within = [value.get("items"), value.get("additionalProperties")]
            .into_iter()
            .flatten()
            .find(|inner| inner.is_object());
        if let Some(inner) = within {
            return self.value(inner, path);
        }
        let name = value
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|name| name.strip_prefix("#/$defs/"));
        let Some(name) = name else {
            self.all.insert(path.to_owned());
            return;
        };
        let definition = self.definitions.get(name).unwrap();
        let is_table = definition.get("properties").is_some()
            || definition
                .get("oneOf")
                .and_then(Value::as_array)
                .is_some_and(|all| all.iter().any(|one| one.get("properties").is_some()));
        if !is_table || self.inside.contains(&name) || SHARED.iter().any(|(shared, _)| *shared == name) {
            self.all.insert(path.to_owned());
            return;
        }
        self.inside.push(name);
        self.table(definition, path);
        self.inside.pop();
    }
}

/// The rows of the list: key, then `file` and `test`.
fn rows() -> BTreeMap<String, (String, String)> {
    let text = fs::read_to_string(root().join("docs/template-fields.md")).unwrap();
    let row = |line: &str| {
        let cells: Vec<&str> = line.strip_prefix("| `")?.trim_end_matches(" |").split(" | ").collect();
        let [key, test] = cells.as_slice() else { return None };
        let (file, name) = test.trim_matches('`').split_once("` `")?;
        Some((key.trim_end_matches('`').to_owned(), (file.to_owned(), name.to_owned())))
    };
    text.lines().filter_map(row).collect()
}

#[test]
fn every_key_of_a_template_has_a_test_and_every_test_is_there() {
    let schema: Value = serde_json::from_str(&template_schema()).unwrap();
    let (keys, rows) = (Keys::of(&schema), rows());
    assert!(keys.len() > 90, "{keys:?}");
    let missing: Vec<_> = keys.iter().filter(|key| !rows.contains_key(*key)).collect();
    let unknown: Vec<_> = rows.keys().filter(|key| !keys.contains(*key)).collect();
    assert!(
        missing.is_empty() && unknown.is_empty(),
        "not in docs/template-fields.md: {missing:#?}\nno such key: {unknown:#?}"
    );
    for (key, (file, test)) in &rows {
        let path = root().join(file);
        let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{key}: {}: {error}", path.display()));
        let written = text.split_once(&format!("fn {test}()"));
        let marked = written.is_some_and(|(before, _)| before.trim_end().ends_with("#[test]"));
        assert!(marked, "{key}: {file} has no test `{test}`");
    }
}
