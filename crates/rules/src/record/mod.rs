//! From a window on the screen to a draft: a template, and the fixture that tests it.
//!
//! The draft names what it found by what lasts longest and says how long that is. What belongs to the person who recorded is in neither:
//! not what editable controls hold, not the rows of lists and tables, not his name or folder.

mod choice;
mod command;
mod fields;
mod fixture;
mod guess;
mod personal;
mod text;
mod told;
mod words;

pub use choice::{Choice, Stability};
pub use personal::Personal;

use crate::fixture::{outcome, run_fixture};
use crate::parse::parse_template;
use crate::problem::Problem;
use countersign_model::{
    ControlToken, ControlTree, FormKind, IdentityProblem, ProcessIdentity, TemplateId, TerminalFacts, WindowFacts,
};
use fields::Draft;
use std::collections::BTreeMap;
use std::path::Path;

/// What is on the screen.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// The window.
    pub window: &'a WindowFacts,
    /// Every control of it, with labels, texts, parents and places; `None` if the window shows none.
    pub tree: Option<&'a ControlTree>,
    /// The terminal in it.
    pub terminal: Option<&'a TerminalFacts>,
}

/// What the draft is to be called.
#[derive(Clone, Debug, Default)]
pub struct Naming {
    /// The template's id; left out: made of the program's name.
    pub id: Option<TemplateId>,
    /// The application's name; left out: the program's.
    pub name: Option<String>,
    /// The version of the application, if it is known.
    pub version: Option<String>,
    /// What the controls are for, as the user says; empty: guessed.
    pub named: Named,
}

/// Names of fields, or [`SUBMIT`], and the control of each.
pub type Named = BTreeMap<String, ControlToken>;

/// What the button that submits is called among the fields.
pub const SUBMIT: &str = "submit";

/// A control that could be named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered {
    /// The control itself.
    pub token: ControlToken,
    /// The control in a few words.
    pub control: String,
    /// What the draft takes it for: a field's name, or [`SUBMIT`].
    pub what: Option<String>,
}

/// A draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The template's id.
    pub id: TemplateId,
    /// The template, as it goes into `ID.toml`.
    pub template: String,
    /// The fixture, as it goes into `fixtures/ID/KIND.toml`.
    pub fixture: String,
    /// What the form is.
    pub kind: FormKind,
    /// Which control was chosen for what, and how long that lasts.
    pub choices: Vec<Choice>,
    /// Every control that takes text or can be pressed, as a person reads.
    pub offered: Vec<Offered>,
    /// What its author should look at.
    pub notes: Vec<String>,
}

/// Why there is no draft.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordProblem {
    /// Whose window it is is not known, and nothing is filled without that.
    #[error("{0}; without knowing the program no template can be written")]
    Program(#[from] IdentityProblem),
    /// A terminal in which nothing asks for a password.
    #[error("no program in this terminal is reading a password now; start it until it asks, then record again")]
    NothingAsked,
    /// A command line that terminal forms cannot say.
    #[error("`{0}` is an option that a terminal form cannot name; write the form by hand (docs/formats/template.md)")]
    Option(String),
    /// No control holds a logon.
    #[error("nothing in this window looks like a logon ({0}); bring its logon form up, then record again")]
    NoForm(String),
    /// What was named is not there.
    #[error("the control for `{0}` has gone, or is no field (no button, for `submit`); look at the window again")]
    NoControl(String),
    /// A name that no field may have.
    #[error(
        "`{0}` cannot be the name of a field; begin with a small letter; small letters, digits, `-` and `_` may follow"
    )]
    BadName(String),
    /// One control for two fields.
    #[error("the control for `{0}` is named for another field, too; name it once")]
    Twice(String),
    /// Two controls cannot be told apart by anything that is seen of them.
    #[error(
        "{0} cannot be told from another one by anything that lasts; name it in a template of your own, with `ordinal`"
    )]
    Indistinct(String),
    /// The draft does not do what it was drafted for. A defect.
    #[error("the draft does not recognise the window it was made from ({0}); report this")]
    Unsound(String),
}

/// Drafts a template for a window.
///
/// # Errors
/// [`RecordProblem`] says what to do before recording again.
pub fn record(scene: Scene<'_>, personal: &Personal, naming: &Naming) -> Result<Recorded, RecordProblem> {
    let process = scene.window.process.as_ref().map_err(Clone::clone)?;
    let draft = Draft::of(scene, personal, &naming.named)?;
    let id = naming.id.clone().unwrap_or_else(|| made_id(process));
    let name = naming.name.clone().unwrap_or_else(|| program_name(process));
    let template = text::template(&text::Head { id: &id, name: &name }, scene, &draft, personal);
    let place = format!("{id}.toml");
    let parsed = parse_template(&place, template.as_bytes()).map_err(|problems| unsound(&problems))?;
    let about = fixture::about(&name, naming.version.as_deref(), scene.tree);
    let mut fixture = fixture::of(scene, personal, about);
    fixture.expect = outcome(&parsed, &fixture).map_err(RecordProblem::Unsound)?;
    if fixture.expect.bind != draft.bound() {
        let why = format!("it binds {:?}", fixture.expect.bind);
        return Err(RecordProblem::Unsound(why));
    }
    let fixture = fixture::text(&fixture);
    let tried = run_fixture(&parsed, &place, fixture.as_bytes());
    if !tried.passed() {
        return Err(RecordProblem::Unsound(tried.failures.join("; ")));
    }
    Ok(Recorded {
        id,
        template,
        fixture,
        kind: draft.kind,
        choices: draft.choices,
        offered: draft.offered,
        notes: draft.notes,
    })
}

/// The file that makes the program what it is.
fn program(process: &ProcessIdentity) -> &Path {
    process.script.as_deref().unwrap_or(&process.executable)
}

fn program_name(process: &ProcessIdentity) -> String {
    let name = program(process).file_stem().unwrap_or_default().to_string_lossy();
    let mut letters = name.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => "Application".to_owned(),
    }
}

/// `local.NAME`: nobody else's namespace.
fn made_id(process: &ProcessIdentity) -> TemplateId {
    let name = program(process).file_stem().unwrap_or_default().to_string_lossy();
    let letter = |c: char| {
        if c.is_ascii_alphanumeric() || c == '-' {
            c.to_ascii_lowercase()
        } else {
            '-'
        }
    };
    let name: String = name.chars().map(letter).collect();
    let name = name.trim_matches('-');
    TemplateId::from(format!("local.{}", if name.is_empty() { "application" } else { name }).as_str())
}

fn unsound(problems: &[Problem]) -> RecordProblem {
    let said: Vec<String> = problems.iter().map(Problem::to_string).collect();
    RecordProblem::Unsound(said.join("; "))
}
