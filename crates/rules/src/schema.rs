//! The JSON Schema of templates. It is generated from the model, and it is also what [`parse_template`](crate::parse_template) reads by:
//! an editor and the agent cannot disagree.

use countersign_model::Template;
use schemars::JsonSchema;
use serde_json::{Map, Value};
use std::sync::OnceLock;

/// The JSON Schema of templates, as it lies in `templates/template.schema.json`.
#[must_use]
pub fn template_schema() -> String {
    let mut text = serde_json::to_string_pretty(template_shape()).unwrap_or_default();
    text.push('\n');
    text
}

pub(crate) fn template_shape() -> &'static Value {
    static SHAPE: OnceLock<Value> = OnceLock::new();
    SHAPE.get_or_init(|| {
        let mut value = shape_of::<Template>();
        if let Value::Object(root) = &mut value {
            root.insert("title".to_owned(), Value::from("Countersign application template"));
        }
        value
    })
}

fn shape_of<T: JsonSchema>() -> Value {
    let mut value = Value::from(schemars::schema_for!(T));
    without_null(&mut value);
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
