//! What the page is told of a file.

use countersign_import::{Fate, Item};
use countersign_model::{LogonId, TemplateId};
use serde::Serialize;

/// What a file is.
#[derive(Serialize)]
pub(crate) struct Opened {
    pub(super) format: &'static str,
    pub(super) seal: &'static str,
    /// Whether it can be read now; where not, it wants its password.
    pub(super) open: bool,
}

/// What would become of its entries.
#[derive(Serialize)]
pub(crate) struct Preview {
    pub(super) entries: Vec<Entry>,
    pub(super) left_out: Vec<String>,
}

/// One entry, and what would become of it.
#[derive(Serialize)]
pub(super) struct Entry {
    number: usize,
    title: String,
    user_name: Option<String>,
    site: Option<String>,
    fate: &'static str,
    template: Option<TemplateId>,
    candidates: Vec<TemplateId>,
    why: Option<String>,
    not_taken: Vec<String>,
}

/// What came of one that was to be stored.
#[derive(Serialize)]
pub(crate) struct Outcome {
    pub(super) number: usize,
    pub(super) title: String,
    pub(super) id: Option<LogonId>,
    pub(super) error: Option<String>,
}

pub(super) fn entry(item: Item) -> Entry {
    let some = |text: String| Some(text).filter(|text| !text.is_empty());
    let (fate, template, why) = match &item.fate {
        Fate::Added(addition) => ("added", Some(&addition.template), None),
        Fate::Stored { template, label } => ("stored", Some(template), Some(label.clone())),
        Fate::Taken { template, by } => ("taken", Some(template), Some(by.clone())),
        Fate::Repeated { of } => ("twice", None, Some(of.to_string())),
        Fate::Contradicts { others } => {
            let others: Vec<String> = others.iter().map(ToString::to_string).collect();
            ("contradicts", None, Some(others.join(", ")))
        }
        Fate::Choice { .. } => ("choice", None, None),
        Fate::NoTemplate => ("no-template", None, None),
        Fate::Unfit { template, why } => ("unfit", Some(template), Some(why.clone())),
        Fate::Skipped => ("skipped", None, None),
    };
    Entry {
        template: template.cloned(),
        fate,
        why,
        candidates: match item.fate {
            Fate::Choice { candidates } => candidates,
            _ => Vec::new(),
        },
        number: item.number,
        title: item.title,
        user_name: some(item.user_name),
        site: some(item.address),
        not_taken: item.not_taken,
    }
}
