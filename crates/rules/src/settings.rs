//! Settings files: which values they give, and what is wrong with them.

use crate::nearest::suggestion;
use crate::parse::{document, readable};
use crate::problem::{Position, Problem, Severity, Source, problem};
use crate::spans::under;
use countersign_model::{Authority, Item, Layer, SETTINGS, Setting, SettingKind, SettingValue, setting};
use std::collections::{BTreeMap, BTreeSet};
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

/// The values of one settings file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsLayer {
    /// Which layer it is.
    pub layer: Layer,
    /// The file, or wherever the bytes came from.
    pub place: String,
    /// The good values.
    pub values: BTreeMap<&'static str, Placed>,
    /// Settings whose line was not good.
    rejected: BTreeSet<&'static str>,
    reading: Reading,
}

/// A value and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The value.
    pub value: SettingValue,
    /// The file.
    pub place: String,
    /// Where in the file.
    pub at: Position,
}

/// How much of a file could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    Whole,
    /// Some of it is not TOML: a setting that is not seen may still be in there.
    Broken,
}

/// Reads a settings file: dotted names or tables, in TOML.
///
/// Bad lines are named and left out; the good ones count.
#[must_use]
pub fn parse_settings(place: &str, bytes: &[u8], layer: Layer) -> (SettingsLayer, Vec<Problem>) {
    let mut found = SettingsLayer::empty(place, layer);
    let text = match readable(place, bytes) {
        Ok(text) => text,
        Err(problem) => {
            found.reading = Reading::Broken;
            return (found, vec![problem]);
        }
    };
    let source = Source::new(place, text);
    let (table, problems) = document(&source, text);
    if !problems.is_empty() {
        found.reading = Reading::Broken;
    }
    let mut reader = Reader {
        source: &source,
        found,
        problems,
    };
    reader.table("", table.get_ref());
    let Reader {
        found, mut problems, ..
    } = reader;
    problems.sort_by_key(|problem| (problem.line, problem.column));
    (found, problems)
}

impl SettingsLayer {
    /// A layer that sets nothing: its file is not there.
    #[must_use]
    pub fn empty(place: &str, layer: Layer) -> Self {
        Self {
            layer,
            place: place.to_owned(),
            values: BTreeMap::new(),
            rejected: BTreeSet::new(),
            reading: Reading::Whole,
        }
    }

    /// Keeps the last good value of every setting whose line is bad now, and of every one that may be in an unreadable part.
    #[must_use]
    pub fn keeping(mut self, last_good: &Self) -> Self {
        for (name, placed) in &last_good.values {
            let lost = self.rejected.contains(name) || self.reading == Reading::Broken;
            if lost && !self.values.contains_key(name) {
                self.values.insert(name, placed.clone());
            }
        }
        self
    }
}

pub(crate) struct Reader<'a> {
    pub(crate) source: &'a Source<'a>,
    pub(crate) found: SettingsLayer,
    pub(crate) problems: Vec<Problem>,
}

impl Reader<'_> {
    pub(crate) fn table(&mut self, prefix: &str, table: &DeTable<'_>) {
        for (key, value) in table.iter() {
            let name = under(prefix, key.get_ref());
            let at = self.source.position(key.span().start);
            match (setting(&name), value.get_ref()) {
                (Some(setting), _) => self.setting(setting, value, at),
                (None, DeValue::Table(inner)) if is_prefix(&name) => self.table(&name, inner),
                (None, _) => self.unknown(&name, at),
            }
        }
    }

    fn setting(&mut self, setting: &'static Setting, value: &Spanned<DeValue<'_>>, at: Position) {
        if !setting.authority.heeds(self.found.layer) {
            let message = format!("`{}` cannot be set by {}", setting.name, speaker(self.found.layer));
            let help = match setting.authority {
                Authority::Administrator => {
                    "the machine's administrator may, in /etc/countersign/settings.toml, and the organisation's root: `countersign trust settings`"
                }
                _ => "only the organisation's root may set it: `countersign trust settings`",
            };
            self.reject(setting, at, message, help.to_owned());
            return;
        }
        // Where the directory may set it, its root may.
        if self.found.layer.min(Layer::Directory) > setting.up_to {
            let message = format!(
                "`{}` cannot be set here ({})",
                setting.name,
                layer_name(self.found.layer)
            );
            let help = format!("the highest layer that may set it is {}", layer_name(setting.up_to));
            self.reject(setting, at, message, help);
            return;
        }
        let value_at = self.source.position(value.span().start);
        match read(setting.kind, value.get_ref()) {
            Some(value) => {
                let placed = Placed {
                    value,
                    place: self.found.place.clone(),
                    at,
                };
                self.found.values.insert(setting.name, placed);
            }
            None => {
                let message = format!("`{}` cannot be {}", setting.name, shown(value.get_ref()));
                self.reject(setting, value_at, message, wanted(setting.kind));
            }
        }
    }

    fn reject(&mut self, setting: &'static Setting, at: Position, message: String, help: String) {
        self.found.rejected.insert(setting.name);
        self.problems
            .push(problem(&self.found.place, at, Severity::Error, message, help));
    }

    fn unknown(&mut self, name: &str, at: Position) {
        let names: Vec<&str> = SETTINGS.iter().map(|setting| setting.name).collect();
        let message = format!("there is no setting `{name}`");
        let help = match crate::nearest::nearest(name, names.iter().copied()) {
            Some(_) => suggestion(name, &names),
            None => "`countersign settings` lists them all".to_owned(),
        };
        self.problems
            .push(problem(&self.found.place, at, Severity::Error, message, help));
    }
}

fn is_prefix(name: &str) -> bool {
    SETTINGS.iter().any(|setting| {
        setting
            .name
            .strip_prefix(name)
            .is_some_and(|rest| rest.starts_with('.'))
    })
}

fn read(kind: SettingKind, value: &DeValue<'_>) -> Option<SettingValue> {
    match (kind, value) {
        (SettingKind::Switch, DeValue::Boolean(on)) => Some(SettingValue::Switch(*on)),
        (SettingKind::Number(least, most), DeValue::Integer(number)) => {
            let digits = number.as_str().replace('_', "");
            let number = u64::from_str_radix(digits.trim_start_matches('+'), number.radix()).ok()?;
            (least..=most).contains(&number).then_some(SettingValue::Number(number))
        }
        (SettingKind::Text, DeValue::String(text)) => (!text.trim().is_empty() && !text.chars().any(char::is_control))
            .then(|| SettingValue::Text(text.to_string())),
        (SettingKind::Path, DeValue::String(text)) => is_path(text).then(|| SettingValue::Text(text.to_string())),
        (SettingKind::FileName, DeValue::String(text)) => {
            (text.is_empty() || is_file_name(text)).then(|| SettingValue::Text(text.to_string()))
        }
        (SettingKind::Choice(words), DeValue::String(text)) => words
            .contains(&text.as_ref())
            .then(|| SettingValue::Text(text.to_string())),
        (SettingKind::Words(words), DeValue::Array(items)) => list(items, |text| words.contains(&text)),
        (SettingKind::List(most, item), DeValue::Array(items)) if items.len() <= most => match item {
            Item::FileName => list(items, is_file_name),
            Item::Path => list(items, is_path),
            Item::Sha256 => list(items, |text| {
                text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
            }),
        },
        _ => None,
    }
}

/// Texts of which each is good and none comes twice.
fn list(items: &DeArray<'_>, is_good: impl Fn(&str) -> bool) -> Option<SettingValue> {
    let mut found: Vec<String> = Vec::new();
    for item in items.iter() {
        let DeValue::String(text) = item.get_ref() else {
            return None;
        };
        if !is_good(text) || found.iter().any(|word| *word == text.as_ref()) {
            return None;
        }
        found.push(text.to_string());
    }
    Some(SettingValue::Words(found))
}

fn is_path(text: &str) -> bool {
    (text.starts_with('/') || text.starts_with("~/")) && !text.contains('\0')
}

fn is_file_name(text: &str) -> bool {
    !["", ".", ".."].contains(&text) && !text.chars().any(|c| c == '/' || c.is_control())
}

fn wanted(kind: SettingKind) -> String {
    match kind {
        SettingKind::Switch => "write true or false, without quotes".to_owned(),
        SettingKind::Number(least, most) => format!("write a whole number from {least} to {most}, without quotes"),
        SettingKind::Text => "write a text of one line, in quotes".to_owned(),
        SettingKind::Path => "write a path that starts with `/` or `~/`, in quotes".to_owned(),
        SettingKind::Choice(words) => format!("write one of: {}, in quotes", words.join(", ")),
        SettingKind::Words(words) => format!("write a list in brackets, each at most once, of: {}", words.join(", ")),
        SettingKind::FileName => "write the name of a file without its folder, in quotes".to_owned(),
        SettingKind::List(most, item) => {
            let items = match item {
                Item::FileName => "names of files without their folder",
                Item::Path => "paths that start with `/` or `~/`",
                Item::Sha256 => "SHA-256 hashes, as `countersign exits pin FILE` prints them",
            };
            format!("write a list in brackets of at most {most} {items}, each once and in quotes")
        }
    }
}

fn shown(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("the text \"{}\"", crate::select::short(text)),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(on) => on.to_string(),
        DeValue::Datetime(_) => "a date".to_owned(),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    }
}

/// Whose file or entry a layer is.
fn speaker(layer: Layer) -> &'static str {
    match layer {
        Layer::Directory => "an override",
        other => layer_name(other),
    }
}

/// A layer as people call it.
pub(crate) fn layer_name(layer: Layer) -> &'static str {
    match layer {
        Layer::BuiltIn => "built in",
        Layer::Package => "the package",
        Layer::Machine => "the machine",
        Layer::User => "the user",
        Layer::Directory => "the directory",
        Layer::Root => "the organisation's root",
    }
}
