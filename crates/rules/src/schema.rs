//! The JSON Schemas of templates and password policies. They are generated from the model, and they are also what
//! [`parse_template`](crate::parse_template) and [`parse_policy`](crate::policy::parse_policy) read by: an editor and the agent cannot
//! disagree.

use countersign_model::{Policy, Template};
use schemars::JsonSchema;
use serde_json::{Map, Value};
use std::sync::OnceLock;

/// The JSON Schema of templates, as it lies in `templates/template.schema.json`.
#[must_use]
pub fn template_schema() -> String {
    text_of(template_shape())
}

/// The JSON Schema of password policies, as it lies in `policies/policy.schema.json`.
#[must_use]
pub fn policy_schema() -> String {
    text_of(policy_shape())
}

pub(crate) fn template_shape() -> &'static Value {
    static SHAPE: OnceLock<Value> = OnceLock::new();
    SHAPE.get_or_init(|| shape_of::<Template>("Countersign application template"))
}

pub(crate) fn policy_shape() -> &'static Value {
    static SHAPE: OnceLock<Value> = OnceLock::new();
    SHAPE.get_or_init(|| shape_of::<Policy>("Countersign password policy"))
}

fn text_of(shape: &Value) -> String {
    let mut text = serde_json::to_string_pretty(shape).unwrap_or_default();
    text.push('\n');
    text
}

fn shape_of<T: JsonSchema>(title: &str) -> Value {
    let mut value = Value::from(schemars::schema_for!(T));
    without_null(&mut value);
    if let Value::Object(root) = &mut value {
        root.insert("title".to_owned(), Value::from(title));
    }
    value
}

/// TOML has no null: an optional value is simply not there, so `null` alternatives and defaults only confuse editors.
fn without_null(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(without_null),
        Value::Object(map) => {
            map.values_mut().for_each(without_null);
            if map.get("default").is_some_and(Value::is_null) {
                map.remove("default");
            }
            if let Some(Value::Array(types)) = map.get_mut("type") {
                types.retain(|name| name != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    map.insert("type".to_owned(), only);
                }
            }
            flatten_any_of(map);
        }
        _ => {}
    }
}

fn flatten_any_of(map: &mut Map<String, Value>) {
    let Some(Value::Array(choices)) = map.get_mut("anyOf") else {
        return;
    };
    choices.retain(|choice| choice.get("type").and_then(Value::as_str) != Some("null"));
    if let [Value::Object(only)] = choices.as_slice() {
        let only = only.clone();
        map.remove("anyOf");
        for (key, value) in only {
            map.entry(key).or_insert(value);
        }
    }
}
