//! Holds a TOML document against a JSON Schema and names everything that is not as it should be, not only the first thing.

use crate::nearest::suggestion;
use crate::problem::{Problem, Source};
use crate::spans::{Spans, item, under};
use serde_json::{Map, Value};
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

/// How deeply a document may be nested.
const DEEPEST: usize = 32;

/// Compares and collects.
pub(crate) struct Shape<'a> {
    source: &'a Source<'a>,
    root: &'a Value,
    pub(crate) problems: Vec<Problem>,
    pub(crate) spans: Spans,
}

struct Here<'p> {
    path: &'p str,
    at: Range<usize>,
    depth: usize,
}

impl<'a> Shape<'a> {
    pub(crate) fn new(source: &'a Source<'a>, root: &'a Value) -> Self {
        Self {
            source,
            root,
            problems: Vec::new(),
            spans: Spans::default(),
        }
    }

    pub(crate) fn document(&mut self, table: &Spanned<DeTable<'_>>) {
        let here = Here {
            path: "",
            at: 0..0,
            depth: 0,
        };
        let root = self.root;
        self.table(&here, table.get_ref(), root);
    }

    fn value(&mut self, path: &str, value: &Spanned<DeValue<'_>>, shape: &'a Value, depth: usize) {
        let here = Here {
            path,
            at: value.span(),
            depth,
        };
        self.spans.note_value(path, self.source.position(here.at.start));
        if depth > DEEPEST {
            self.wrong(&here, "this is nested too deeply", "32 levels are the most");
            return;
        }
        let shape = self.resolved(shape);
        if let Some(choices) = shape.get("oneOf").and_then(Value::as_array) {
            self.choice(&here, value.get_ref(), choices);
            return;
        }
        let wanted = shape.get("type").and_then(Value::as_str).unwrap_or_default();
        match (wanted, value.get_ref()) {
            ("object", DeValue::Table(table)) => self.table(&here, table, shape),
            ("array", DeValue::Array(array)) => self.array(&here, array, shape),
            ("integer", DeValue::Integer(number)) => {
                let text = number.to_string();
                if text.starts_with('-') || number.radix() == 10 && text.replace('_', "").parse::<u32>().is_err() {
                    self.wrong(
                        &here,
                        format!("`{}` is out of bounds", tail(path)),
                        "write a whole number from 0",
                    );
                }
            }
            ("string", DeValue::String(_)) | ("boolean", DeValue::Boolean(_)) | ("", _) => {}
            (_, found) => self.wrong_type(&here, wanted, found),
        }
    }

    fn table(&mut self, here: &Here<'_>, table: &DeTable<'_>, shape: &'a Value) {
        let known = shape.get("properties").and_then(Value::as_object);
        let others = shape.get("additionalProperties").filter(|others| others.is_object());
        for (key, value) in table.iter() {
            let name = key.get_ref().as_ref();
            let path = under(here.path, name);
            self.spans.note_key(&path, self.source.position(key.span().start));
            match known.and_then(|known| known.get(name)).or(others) {
                Some(shape) => self.value(&path, value, shape, here.depth + 1),
                None => self.unknown(here.path, name, key.span(), known),
            }
        }
        let required = shape.get("required").and_then(Value::as_array);
        for name in required.into_iter().flatten().filter_map(Value::as_str) {
            if !table.contains_key(name) {
                let about = known
                    .and_then(|known| known.get(name))
                    .map(|about| self.about(about))
                    .unwrap_or_default();
                self.wrong(
                    here,
                    format!("`{name}` is missing{}", inside(here.path)),
                    format!("add `{name}`: {about}"),
                );
            }
        }
    }

    fn array(&mut self, here: &Here<'_>, array: &DeArray<'_>, shape: &'a Value) {
        let Some(items) = shape.get("items") else { return };
        for (index, value) in array.iter().enumerate() {
            self.value(&item(here.path, index), value, items, here.depth + 1);
        }
    }

    /// A word of a list of words, a table with exactly one of several keys, or either.
    fn choice(&mut self, here: &Here<'_>, value: &DeValue<'_>, choices: &'a [Value]) {
        let words: Vec<&str> = choices
            .iter()
            .filter_map(|choice| choice.get("const")?.as_str())
            .collect();
        let keys: Vec<&str> = choices.iter().filter_map(only_key).collect();
        match value {
            DeValue::String(word) if words.contains(&word.as_ref()) => return,
            DeValue::String(word) if !words.is_empty() => {
                let message = format!("`{}` cannot be `{word}`", tail(here.path));
                return self.wrong(here, message, suggestion(word, &words));
            }
            found if keys.is_empty() => return self.wrong_type(here, "string", found),
            _ => {}
        }
        let DeValue::Table(table) = value else {
            self.wrong_type(here, "object", value);
            return;
        };
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        match entries.as_slice() {
            [] => self.wrong(here, "this is empty", format!("give it one of: {}", keys.join(", "))),
            [(key, _)] => {
                let name = key.get_ref().as_ref();
                match choices.iter().find(|choice| only_key(choice) == Some(name)) {
                    Some(shape) => self.table(here, table, shape),
                    None => {
                        let message = format!("unknown key `{name}`{}", inside(here.path));
                        let problem = self.source.error(&key.span(), message, suggestion(name, &keys));
                        self.problems.push(problem);
                    }
                }
            }
            [_, (second, _), ..] => {
                let message = format!("`{}` takes exactly one key", tail(here.path));
                let problem = self.source.error(&second.span(), message, "make two of it");
                self.problems.push(problem);
            }
        }
    }

    fn unknown(&mut self, path: &str, name: &str, at: Range<usize>, known: Option<&Map<String, Value>>) {
        let names: Vec<&str> = known.into_iter().flatten().map(|(name, _)| name.as_str()).collect();
        let problem = self.source.error(
            &at,
            format!("unknown key `{name}`{}", inside(path)),
            suggestion(name, &names),
        );
        self.problems.push(problem);
    }

    fn wrong_type(&mut self, here: &Here<'_>, wanted: &str, found: &DeValue<'_>) {
        let (wanted, example) = match wanted {
            "object" => ("a table", "write `{ … }` or a `[section]`"),
            "array" => ("a list", "write `[ … ]`"),
            "integer" => ("a whole number", "write it without quotes"),
            "boolean" => ("`true` or `false`", "write it without quotes"),
            _ => ("a text", "put it in quotes"),
        };
        let message = format!("`{}` must be {wanted}, not {}", tail(here.path), kind(found));
        self.wrong(here, message, example);
    }

    fn wrong(&mut self, here: &Here<'_>, message: impl Into<String>, help: impl Into<String>) {
        let problem = self.source.error(&here.at, message, help);
        self.problems.push(problem);
    }

    fn resolved(&self, shape: &'a Value) -> &'a Value {
        let mut shape = shape;
        // References of our own schemas lead to a definition at once; the bound is for the reader's peace of mind.
        for _ in 0..8 {
            let Some(name) = shape
                .get("$ref")
                .and_then(Value::as_str)
                .and_then(|name| name.strip_prefix("#/$defs/"))
            else {
                break;
            };
            let Some(next) = self.root.get("$defs").and_then(|definitions| definitions.get(name)) else {
                break;
            };
            shape = next;
        }
        shape
    }

    fn about(&self, shape: &'a Value) -> &'a str {
        let own = shape.get("description").and_then(Value::as_str);
        own.or_else(|| self.resolved(shape).get("description")?.as_str())
            .unwrap_or_default()
    }
}

fn only_key(choice: &Value) -> Option<&str> {
    choice.get("required")?.as_array()?.first()?.as_str()
}

fn tail(path: &str) -> &str {
    let name = path.rsplit('.').next().unwrap_or(path);
    name.split('[').next().unwrap_or(name)
}

fn inside(path: &str) -> String {
    if path.is_empty() {
        String::new()
    } else {
        format!(" in `{}`", people(path))
    }
}

/// A path without its counts: the line says which one it is.
fn people(path: &str) -> String {
    let mut text = String::with_capacity(path.len());
    let mut counting = false;
    for character in path.chars() {
        match character {
            '[' => counting = true,
            ']' => counting = false,
            other if !counting => text.push(other),
            _ => {}
        }
    }
    text
}

fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a number",
        DeValue::Float(_) => "a fraction",
        DeValue::Boolean(_) => "`true` or `false`",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
