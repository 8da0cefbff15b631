//! Setting overrides: what a publisher sets for a unit, for whom in it, and from when on.

use crate::parse::{document, readable};
use crate::problem::{Position, Problem, Severity, Source, problem};
use crate::settings::{Placed, Reader, SettingsLayer};
use countersign_model::{Civil, Layer, Timestamp};
use std::collections::BTreeMap;
use toml::Spanned;
use toml::de::DeValue;

const HIGHEST: i64 = 1000;

/// An override as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// It counts for users in one of these groups; none named: for everybody who can read it.
    pub groups: Vec<String>,
    /// In one unit the higher one counts.
    pub priority: i64,
    /// It counts from this moment on.
    pub from: Option<Timestamp>,
    /// What it sets.
    pub settings: SettingsLayer,
}

impl Override {
    /// Whether it counts for a member of these groups at this time. Names of groups are compared without regard to case.
    #[must_use]
    pub fn applies(&self, groups: &[String], now: Timestamp) -> bool {
        let member = |wanted: &String| groups.iter().any(|group| group.to_lowercase() == wanted.to_lowercase());
        self.from.is_none_or(|from| from <= now) && (self.groups.is_empty() || self.groups.iter().any(member))
    }
}

/// Reads an override. Bad lines are named and left out; an override whose `groups` or `from` is not good is left out as a whole.
///
/// # Errors
/// Every problem, when nothing of it counts.
pub fn parse_override(place: &str, bytes: &[u8]) -> Result<(Override, Vec<Problem>), Vec<Problem>> {
    let text = readable(place, bytes).map_err(|problem| vec![problem])?;
    let source = Source::new(place, text);
    let (table, problems) = document(&source, text);
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut found = Override {
        groups: Vec::new(),
        priority: 0,
        from: None,
        settings: SettingsLayer::empty(place, Layer::Directory),
    };
    let mut reader = Reader {
        source: &source,
        found: SettingsLayer::empty(place, Layer::Directory),
        problems: Vec::new(),
    };
    let mut wrong = Vec::new();
    let mut refuse = |at: Position, message: String, help: &str| {
        wrong.push(problem(place, at, Severity::Error, message, help));
    };
    for (key, value) in table.get_ref().iter() {
        let at = source.position(value.span().start);
        match (key.get_ref().as_ref(), value.get_ref()) {
            ("settings", DeValue::Table(settings)) => reader.table("", settings),
            ("groups", value) => match groups(value) {
                Some(groups) => found.groups = groups,
                None => refuse(
                    at,
                    "`groups` cannot be this".to_owned(),
                    "write a list of names of groups",
                ),
            },
            ("priority", DeValue::Integer(number)) => match number.as_str().parse() {
                Ok(priority) if (-HIGHEST..=HIGHEST).contains(&priority) => found.priority = priority,
                _ => refuse(
                    at,
                    "`priority` cannot be this".to_owned(),
                    "write a whole number from -1000 to 1000",
                ),
            },
            ("from", value) => match date(value) {
                Some(from) => found.from = Some(from),
                None => refuse(
                    at,
                    "`from` cannot be this".to_owned(),
                    "write a date such as 2026-12-01, without quotes; it begins at midnight UTC",
                ),
            },
            (name, _) => refuse(
                source.position(key.span().start),
                format!("an override has no `{name}`"),
                "write `groups`, `priority`, `from`, and the settings below `[settings]`",
            ),
        }
    }
    let Reader {
        found: settings,
        mut problems,
        ..
    } = reader;
    problems.sort_by_key(|problem| (problem.line, problem.column));
    if !wrong.is_empty() {
        wrong.extend(problems);
        return Err(wrong);
    }
    found.settings = settings;
    Ok((found, problems))
}

fn groups(value: &DeValue<'_>) -> Option<Vec<String>> {
    let DeValue::Array(items) = value else { return None };
    let name = |item: &Spanned<DeValue<'_>>| match item.get_ref() {
        DeValue::String(text) if !text.trim().is_empty() => Some(text.to_string()),
        _ => None,
    };
    items.iter().map(name).collect()
}

/// Midnight UTC of a date.
fn date(value: &DeValue<'_>) -> Option<Timestamp> {
    let DeValue::Datetime(moment) = value else { return None };
    let date = moment.date.filter(|_| moment.time.is_none())?;
    let midnight = Civil {
        year: date.year.into(),
        month: date.month.into(),
        day: date.day.into(),
        hour: 0,
        minute: 0,
        second: 0,
    };
    midnight.timestamp()
}

/// An override that counts, and where it lies.
#[derive(Clone, Debug)]
pub struct Laid<'a> {
    /// How deep its unit is: the deeper one counts.
    pub depth: usize,
    /// Its source, for people: unit, publisher and name.
    pub source: String,
    /// The override.
    pub stands: &'a Override,
}

/// Lays overrides over one another: the deeper unit counts, then the higher priority. Two that stand equal and disagree are named; of these the
/// one whose source comes first counts.
#[must_use]
pub fn merge_overrides(mut laid: Vec<Laid<'_>>) -> (SettingsLayer, Vec<Problem>) {
    let mut merged = SettingsLayer::empty("the directory", Layer::Directory);
    let mut problems = Vec::new();
    let rank = |one: &Laid<'_>| (one.depth, one.stands.priority);
    laid.sort_by(|one, other| rank(other).cmp(&rank(one)).then_with(|| one.source.cmp(&other.source)));
    let mut from: BTreeMap<&'static str, ((usize, i64), String)> = BTreeMap::new();
    for one in &laid {
        for (name, placed) in &one.stands.settings.values {
            match (merged.values.get(name), from.get(name)) {
                (Some(set), Some((higher, source))) => {
                    if *higher == rank(one) && set.value != placed.value {
                        let message = format!("`{name}` is set to another value by {source}, which counts");
                        let help = "give one of them a higher priority, or take the setting out of one";
                        problems.push(problem(&one.source, placed.at, Severity::Error, message, help));
                    }
                }
                _ => {
                    from.insert(name, (rank(one), one.source.clone()));
                    let placed = Placed {
                        place: one.source.clone(),
                        ..placed.clone()
                    };
                    merged.values.insert(name, placed);
                }
            }
        }
    }
    (merged, problems)
}
