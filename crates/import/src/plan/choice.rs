//! What the user says of single entries.

use super::{Application, site};
use crate::entry::Entry;
use countersign_model::TemplateId;

/// An entry as the user names it: its number, its title or the host of its address. A title or a host may be that of several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pointer(pub String);

/// What the user wants of some entries.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    /// For which application they are: a template's id or an application's name. The last one for an entry counts.
    pub assigned: Vec<(Pointer, String)>,
    /// Not to be imported.
    pub skipped: Vec<Pointer>,
}

/// Why a choice cannot be followed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChoiceError {
    /// No entry is called so.
    #[error("no entry has the number, the title or the host `{0}`")]
    NoEntry(String),
    /// No template is called so.
    #[error("no template `{0}` is in force")]
    NoTemplate(String),
    /// Several are.
    #[error("several templates are called `{name}`: {}", ids(.templates))]
    SeveralTemplates {
        /// The name.
        name: String,
        /// Their ids.
        templates: Vec<TemplateId>,
    },
}

fn ids(templates: &[TemplateId]) -> String {
    templates.iter().map(TemplateId::as_str).collect::<Vec<_>>().join(", ")
}

/// What is wanted of one entry.
#[derive(Clone, Copy)]
pub(super) enum Wish<'a> {
    None,
    Template(&'a Application),
    Skip,
}

/// What is wanted, entry by entry.
pub(super) struct Chosen<'a>(Vec<Wish<'a>>);

impl<'a> Chosen<'a> {
    pub(super) fn of(
        choices: &Choices,
        entries: &[Entry],
        applications: &'a [Application],
    ) -> Result<Self, ChoiceError> {
        let mut wishes = vec![Wish::None; entries.len()];
        let mut set = |pointer: &Pointer, wish: Wish<'a>| {
            let mut any = false;
            for at in meant(pointer, entries) {
                if let Some(place) = wishes.get_mut(at) {
                    *place = wish;
                    any = true;
                }
            }
            match any {
                true => Ok(()),
                false => Err(ChoiceError::NoEntry(pointer.0.clone())),
            }
        };
        for (pointer, wanted) in &choices.assigned {
            set(pointer, Wish::Template(application(wanted, applications)?))?;
        }
        for pointer in &choices.skipped {
            set(pointer, Wish::Skip)?;
        }
        Ok(Self(wishes))
    }

    pub(super) fn for_entry(&self, at: usize) -> Wish<'a> {
        self.0.get(at).copied().unwrap_or(Wish::None)
    }
}

/// By number first, then by title, then by host.
fn meant(pointer: &Pointer, entries: &[Entry]) -> Vec<usize> {
    let word = pointer.0.trim();
    if let Some(at) = word.parse::<usize>().ok().and_then(|number| number.checked_sub(1))
        && at < entries.len()
    {
        return vec![at];
    }
    let word = word.to_lowercase();
    let by = |is_meant: &dyn Fn(&Entry) -> bool| -> Vec<usize> {
        let all = entries.iter().enumerate();
        all.filter(|(_, entry)| is_meant(entry)).map(|(at, _)| at).collect()
    };
    match by(&|entry| entry.title.trim().to_lowercase() == word) {
        none if none.is_empty() => by(&|entry| site(entry).is_some_and(|host| host == word)),
        some => some,
    }
}

fn application<'a>(wanted: &str, applications: &'a [Application]) -> Result<&'a Application, ChoiceError> {
    if let Some(exact) = applications.iter().find(|one| one.template.as_str() == wanted) {
        return Ok(exact);
    }
    let called: Vec<&Application> = applications
        .iter()
        .filter(|one| one.name.to_lowercase() == wanted.trim().to_lowercase())
        .collect();
    match called.as_slice() {
        [one] => Ok(one),
        [] => Err(ChoiceError::NoTemplate(wanted.to_owned())),
        several => Err(ChoiceError::SeveralTemplates {
            name: wanted.to_owned(),
            templates: several.iter().map(|one| one.template.clone()).collect(),
        }),
    }
}
