//! What would be done, and what was done, for people.

use super::Outcome;
use crate::decision::one_line;
use crate::screen::Paint;
use crate::words::{counted, table};
use countersign_import::{Fate, Format, Item, LeftOut, Plan};
use countersign_model::TemplateId;

/// The longest title and user name that are shown whole.
const WIDEST: usize = 32;

/// Every entry, and what would become of it.
pub(super) fn preview(format: Format, plan: &Plan, left_out: &[LeftOut]) -> String {
    let rows: Vec<[String; 4]> = plan.0.iter().map(row).collect();
    let many = |number: usize, what: &str| counted(u64::try_from(number).unwrap_or(u64::MAX), what);
    let mut text = format!(
        "{}: {} to be stored of {} in the file\n",
        format.name(),
        many(plan.additions(), "logon"),
        plan.0.len()
    );
    text.push_str(&table(&rows));
    for left in left_out {
        text.push_str(&format!(
            "\n{} {}: {}",
            Paint::Dim.on("left out"),
            left.place,
            left.what
        ));
    }
    for next in next_steps(plan) {
        text.push_str(&format!("\n{} {next}", Paint::Strong.on("next:")));
    }
    text
}

fn row(item: &Item) -> [String; 4] {
    [
        format!("{:>4}", item.number),
        short(named(item)),
        short(&item.user_name),
        fate(item),
    ]
}

fn named(item: &Item) -> &str {
    match item.title.trim() {
        "" => &item.address,
        title => title,
    }
}

fn fate(item: &Item) -> String {
    match &item.fate {
        Fate::Added(addition) => {
            let mut text = format!(
                "{} {} ({})",
                Paint::Good.on("→"),
                addition.application,
                addition.template
            );
            let others = addition.plain.iter().filter(|(_, value)| *value != item.user_name);
            for (name, value) in others {
                text.push_str(&format!(", {name}={}", short(value)));
            }
            if !item.not_taken.is_empty() {
                text.push_str(&format!("; without {}", item.not_taken.join(", ")));
            }
            text
        }
        Fate::Stored { template, label } => Paint::Dim.on(format_args!(
            "stored already: `{label}` for {template}; passwords are not compared"
        )),
        Fate::Taken { template, by } => {
            Paint::Warn.on(format_args!("{template} takes one logon only, and there is {by}"))
        }
        Fate::Repeated { of } => Paint::Dim.on(format_args!("the same as entry {of}")),
        Fate::Contradicts { others } => Paint::Warn.on(format_args!(
            "the same application and user as entry {}, with another password",
            joined(others.iter())
        )),
        Fate::Choice { candidates } => Paint::Warn.on(format_args!("could be for {}", ids(candidates))),
        Fate::NoTemplate => Paint::Dim.on("no template is known for it"),
        Fate::Unfit { template, why } => Paint::Warn.on(format_args!("not for {template}: {why}")),
        Fate::Skipped => Paint::Dim.on("skipped"),
    }
}

/// One sentence for each kind of entry that is left.
fn next_steps(plan: &Plan) -> Vec<&'static str> {
    let has = |is: fn(&Fate) -> bool| plan.0.iter().any(|item| is(&item.fate));
    let mut next = Vec::new();
    if has(|fate| matches!(fate, Fate::Choice { .. } | Fate::NoTemplate)) {
        next.push(
            "`--assign ENTRY=TEMPLATE` says which application an entry is for; ENTRY is its number, title or host",
        );
    }
    if has(|fate| matches!(fate, Fate::Contradicts { .. })) {
        next.push("`--skip ENTRY` leaves the one with the wrong password out");
    }
    if has(|fate| matches!(fate, Fate::Stored { .. })) {
        next.push("where the file has the newer password: `countersign logon edit`");
    }
    next
}

/// What is in the file alone, a line each: entries that are not stored, what of the others is not taken, and what is no logon.
pub(super) fn left(plan: &Plan, refused: &[usize], left_out: &[LeftOut]) -> Vec<String> {
    let entries = plan.left(refused).into_iter().map(|item| {
        let what = match &item.fate {
            _ if refused.contains(&item.number) => "not stored".to_owned(),
            Fate::Added(_) | Fate::Repeated { .. } => item.not_taken.join(", "),
            Fate::Stored { label, .. } => {
                format!("stored already as `{label}`, perhaps with an older password: the agent hands none out to be compared")
            }
            _ => fate(item),
        };
        format!("{:>4}  {}: {what}", item.number, short(named(item)))
    });
    let others = left_out
        .iter()
        .map(|left| format!("      {}: {}", left.place, left.what));
    entries.chain(others).collect()
}

/// What came of one entry.
pub(super) fn outcome(outcome: &Outcome) -> String {
    let named = format!("{:>4}  {}", outcome.number, short(&outcome.title));
    match (&outcome.error, outcome.id) {
        (Some(error), _) => format!("{} {named}: {error}", Paint::Bad.on("✗")),
        (None, Some(id)) => {
            let id: String = id.to_string().chars().take(8).collect();
            format!("{} {named}  {id}", Paint::Good.on("✓"))
        }
        (None, None) => named,
    }
}

fn ids(templates: &[TemplateId]) -> String {
    joined(templates.iter())
}

fn joined(all: impl Iterator<Item = impl ToString>) -> String {
    all.map(|one| one.to_string()).collect::<Vec<_>>().join(", ")
}

fn short(text: &str) -> String {
    let text = one_line(text);
    match text.chars().count() {
        0..=WIDEST => text,
        _ => text.chars().take(WIDEST - 1).chain(['…']).collect(),
    }
}
