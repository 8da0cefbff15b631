//! What an import would do: which template each entry is for, what is there already, what is left and why.

mod candidates;
mod choice;
mod fitting;
mod known;

pub use choice::{ChoiceError, Choices, Pointer};

use crate::address::Address;
use crate::entry::{Entry, Place};
use candidates::candidates;
use choice::Chosen;
use countersign_model::{FieldKind, FieldName, TemplateId};
use countersign_secret::Password;
use fitting::fit;
use serde::Serialize;
use std::collections::HashMap;

/// An application that logons can be stored for: its template, as far as it matters here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// The template.
    pub template: TemplateId,
    /// The application's name.
    pub name: String,
    /// Its programs: paths. Patterns that name no one file are passed over.
    pub executables: Vec<String>,
    /// What is stored for it.
    pub fields: Vec<ApplicationField>,
    /// Whether it may have several logons.
    pub multiple: bool,
}

/// A field of an application's logon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationField {
    /// Its name.
    pub name: FieldName,
    /// What people call it.
    pub label: Option<String>,
    /// Whether it may be shown.
    pub kind: FieldKind,
    /// Whether a logon is not stored without it.
    pub required: bool,
    /// What it holds where nothing is given.
    pub default: Option<String>,
    /// The most characters.
    pub max_length: Option<u32>,
    /// Whether it is the key of one-time passwords.
    pub one_time: bool,
}

/// A logon that is stored already, without its secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Its template.
    pub template: TemplateId,
    /// The user's name for it.
    pub label: String,
    /// Its plain fields.
    pub plain: Vec<(FieldName, String)>,
}

/// What becomes of each entry, in the file's order.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Plan(pub Vec<Item>);

/// One entry, and what becomes of it. Serialised it holds no secret.
#[derive(Debug, Serialize)]
pub struct Item {
    /// Its number, from 1.
    pub number: usize,
    /// Where it is in the file.
    #[serde(serialize_with = "written")]
    pub place: Place,
    /// Its title.
    pub title: String,
    /// Its main address.
    pub address: String,
    /// Its user name.
    pub user_name: String,
    /// Its folder.
    pub folder: String,
    /// What becomes of it.
    pub fate: Fate,
    /// What of it has no place in the logon, and is not taken over.
    pub not_taken: Vec<String>,
}

/// What becomes of an entry.
#[derive(Debug, Serialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Fate {
    /// It is added.
    Added(Addition),
    /// A logon with the same plain fields is stored for the same template. Its password is not compared: the agent hands none out.
    Stored {
        /// The template.
        template: TemplateId,
        /// The stored logon.
        label: String,
    },
    /// The template takes one logon, and has one.
    Taken {
        /// The template.
        template: TemplateId,
        /// What takes its place: a stored logon, or another entry of the file.
        by: String,
    },
    /// Another entry says the same, secrets and all.
    Repeated {
        /// The number of the entry.
        of: usize,
    },
    /// Entries for the same application with the same plain fields and different secrets. None of them is added: which one is right is
    /// not guessed.
    Contradicts {
        /// The numbers of the others.
        others: Vec<usize>,
    },
    /// Several templates would do. None is guessed.
    Choice {
        /// The templates.
        candidates: Vec<TemplateId>,
    },
    /// No template is known for it.
    NoTemplate,
    /// The template wants what the entry does not have.
    Unfit {
        /// The template.
        template: TemplateId,
        /// What is missing or wrong.
        why: String,
    },
    /// The user does not want it.
    Skipped,
}

/// A logon to be stored.
#[derive(Debug, Serialize)]
pub struct Addition {
    /// The template.
    pub template: TemplateId,
    /// The application.
    pub application: String,
    /// The logon's name.
    pub label: String,
    /// The plain fields.
    #[serde(serialize_with = "pairs")]
    pub plain: Vec<(FieldName, String)>,
    /// The secret fields.
    pub secret_fields: Vec<FieldName>,
    /// Their values, in that order.
    #[serde(skip)]
    pub secrets: Vec<Password>,
}

impl Plan {
    /// How many logons it would add.
    #[must_use]
    pub fn additions(&self) -> usize {
        self.0.iter().filter(|item| matches!(item.fate, Fate::Added(_))).count()
    }

    /// The entries that are in the file alone once this is done, whole or in part. `refused`: the numbers of those that were to be added
    /// and could not be.
    #[must_use]
    pub fn left(&self, refused: &[usize]) -> Vec<&Item> {
        let is_left = |item: &&Item| !item.is_whole() || refused.contains(&item.number);
        self.0.iter().filter(is_left).collect()
    }
}

impl Item {
    /// Whether nothing of it is lost with the file once it is added. What is stored already is not: nothing tells whether its secrets are
    /// the same.
    fn is_whole(&self) -> bool {
        matches!(self.fate, Fate::Added(_) | Fate::Repeated { .. }) && self.not_taken.is_empty()
    }
}

/// Says what becomes of each entry. The secrets of those that are added are moved into the plan; the others are dropped, and so wiped.
///
/// # Errors
/// A choice of the user's that fits no entry or no template.
pub fn plan(
    entries: Vec<Entry>,
    applications: &[Application],
    held: &[Held],
    choices: &Choices,
) -> Result<Plan, ChoiceError> {
    let chosen = Chosen::of(choices, &entries, applications)?;
    let mut items = Vec::with_capacity(entries.len());
    for (at, mut entry) in entries.into_iter().enumerate() {
        let number = at + 1;
        let (fate, not_taken) = match chosen.for_entry(at) {
            choice::Wish::Skip => (Fate::Skipped, Vec::new()),
            choice::Wish::Template(application) => fit(&mut entry, application),
            choice::Wish::None => match candidates(&entry, applications).as_slice() {
                [] => (Fate::NoTemplate, Vec::new()),
                [one] => fit(&mut entry, one),
                several => (
                    Fate::Choice {
                        candidates: several.iter().map(|one| one.template.clone()).collect(),
                    },
                    Vec::new(),
                ),
            },
        };
        items.push(Item {
            number,
            address: entry.addresses.first().cloned().unwrap_or_default(),
            place: entry.place,
            title: entry.title,
            user_name: entry.user_name,
            folder: entry.folder,
            fate,
            not_taken,
        });
    }
    compare_with_stored(&mut items, applications, held);
    compare_with_each_other(&mut items);
    one_for_each(&mut items, applications, held);
    Ok(Plan(items))
}

/// The same template, and nothing else in the plain fields; where there are none, the same name.
fn compare_with_stored(items: &mut [Item], applications: &[Application], held: &[Held]) {
    for item in items {
        let Fate::Added(addition) = &item.fate else { continue };
        let takes_one = applications
            .iter()
            .any(|application| application.template == addition.template && !application.multiple);
        let mut same_template = held.iter().filter(|held| held.template == addition.template);
        let found = same_template.find(|held| match addition.plain.as_slice() {
            [] => takes_one || held.label == addition.label,
            plain => plain.iter().all(|field| held.plain.contains(field)),
        });
        if let Some(held) = found {
            item.fate = Fate::Stored {
                template: addition.template.clone(),
                label: held.label.clone(),
            };
        }
    }
}

/// What is one logon: the template, the plain fields, and where there are none the name.
type Same = (TemplateId, Vec<(FieldName, String)>, String);

/// The first of equal entries counts; of contradicting ones none.
fn compare_with_each_other(items: &mut [Item]) {
    let mut alike: HashMap<Same, Vec<usize>> = HashMap::new();
    for (at, item) in items.iter().enumerate() {
        if let Fate::Added(addition) = &item.fate {
            let name = match addition.plain.as_slice() {
                [] => addition.label.clone(),
                _ => String::new(),
            };
            let key = (addition.template.clone(), addition.plain.clone(), name);
            alike.entry(key).or_default().push(at);
        }
    }
    for group in alike.into_values().filter(|group| group.len() > 1) {
        let secrets = |at: &usize| match items.get(*at).map(|item| &item.fate) {
            Some(Fate::Added(addition)) => Some((&addition.secret_fields, &addition.secrets)),
            _ => None,
        };
        let Some((first, others)) = group.split_first() else {
            continue;
        };
        let equal = others.iter().all(|other| secrets(other) == secrets(first));
        let number = first + 1;
        let numbers: Vec<usize> = group.iter().map(|at| at + 1).collect();
        for at in if equal { others } else { group.as_slice() } {
            if let Some(item) = items.get_mut(*at) {
                item.fate = match equal {
                    true => Fate::Repeated { of: number },
                    false => Fate::Contradicts {
                        others: numbers.iter().copied().filter(|other| *other != at + 1).collect(),
                    },
                };
            }
        }
    }
}

/// Templates that take one logon only: nothing is added where there is one, and nothing where the file has several.
fn one_for_each(items: &mut [Item], applications: &[Application], held: &[Held]) {
    for application in applications.iter().filter(|application| !application.multiple) {
        let template = &application.template;
        let stored = held.iter().find(|held| held.template == *template);
        let wanting: Vec<usize> = items
            .iter()
            .enumerate()
            .filter(|(_, item)| matches!(&item.fate, Fate::Added(addition) if addition.template == *template))
            .map(|(at, _)| at)
            .collect();
        for at in &wanting {
            let by = match (stored, wanting.iter().find(|other| *other != at)) {
                (Some(held), _) => format!("the stored logon `{}`", held.label),
                (None, Some(other)) => format!("entry {}", other + 1),
                (None, None) => continue,
            };
            if let Some(item) = items.get_mut(*at) {
                item.fate = Fate::Taken {
                    template: template.clone(),
                    by,
                };
            }
        }
    }
}

/// The host of an entry's main address, as people name a site.
fn site(entry: &Entry) -> Option<String> {
    let address = entry.addresses.iter().find_map(|text| Address::read(text))?;
    (!address.host.is_empty()).then(|| address.site().to_owned())
}

fn written<S: serde::Serializer>(place: &Place, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(place)
}

fn pairs<S: serde::Serializer>(plain: &[(FieldName, String)], to: S) -> Result<S::Ok, S::Error> {
    to.collect_map(plain.iter().map(|(name, value)| (name.as_str(), value)))
}
