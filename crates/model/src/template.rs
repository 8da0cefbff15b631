//! The template model: what stands in a template's TOML file.

use crate::{FieldKind, FieldName, KeyName, Pattern, Role, TemplateId, TerminalSpec};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An application template: how its logon forms look and how to answer them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// The version of this format: 1.
    pub schema: u32,
    /// The template's id, in reverse domain style.
    pub id: TemplateId,
    /// The application's name, for people.
    pub name: String,
    /// What is stored for this application.
    pub logon: LogonSpec,
    /// Who may use it; nobody named: everybody who can read it.
    #[serde(default)]
    pub access: Access,
    /// The forms this template knows, first match first.
    #[serde(default)]
    pub form: Vec<Form>,
}

/// Which of the organisation's groups may use a template (`[access]`). A convenience for publishers, not a secret: whoever can read the
/// template can read it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Access {
    /// Members of one of these groups; none named: everybody.
    #[serde(default)]
    pub allow: Vec<String>,
    /// Members of these groups may not, whatever else they are in.
    #[serde(default)]
    pub deny: Vec<String>,
}

impl Access {
    /// Whether a member of these groups may use it. Names are compared without regard to case.
    #[must_use]
    pub fn admits(&self, groups: &[String]) -> bool {
        let member = |named: &String| groups.iter().any(|group| group.to_lowercase() == named.to_lowercase());
        !self.deny.iter().any(member) && (self.allow.is_empty() || self.allow.iter().any(member))
    }
}

/// What is stored for an application (`[logon]`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogonSpec {
    /// The fields, in order.
    pub fields: Vec<FieldName>,
    /// More about single fields.
    #[serde(default)]
    pub field: BTreeMap<FieldName, FieldSpec>,
}

/// More about one field (`[logon.field.NAME]`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldSpec {
    /// What people call it.
    #[serde(default)]
    pub label: Option<String>,
    /// Whether it may be shown. Default: `username` is plain, everything else secret.
    #[serde(default)]
    pub kind: Option<FieldKind>,
}

impl LogonSpec {
    /// Whether a field may be shown.
    #[must_use]
    pub fn kind(&self, name: &FieldName) -> FieldKind {
        let default = if name.as_str() == "username" {
            FieldKind::Plain
        } else {
            FieldKind::Secret
        };
        self.field.get(name).and_then(|spec| spec.kind).unwrap_or(default)
    }
}

/// What a form is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FormKind {
    /// Asks for the logon.
    Logon,
    /// Says that a logon was refused.
    LogonFailed,
    /// Says that a logon was accepted.
    LogonSucceeded,
}

/// One form of an application (`[[form]]`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// What it is for.
    pub kind: FormKind,
    /// Which window it is.
    pub window: WindowPattern,
    /// On whose behalf the program asks.
    #[serde(default)]
    pub asks_for: AsksFor,
    /// For programs that ask inside a terminal.
    #[serde(default)]
    pub terminal: Option<TerminalSpec>,
    /// Controls that must, or must not, be there.
    #[serde(default)]
    pub require: Vec<Requirement>,
    /// Which control holds which field.
    #[serde(default)]
    pub bind: BTreeMap<FieldName, Selector>,
    /// How to answer. Only for `logon` forms.
    #[serde(default)]
    pub respond: Option<Response>,
}

/// On whose behalf a program asks for a logon. The same form shown again by the same asker is a failed logon.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AsksFor {
    /// For itself.
    #[default]
    Itself,
    /// For the program that started it (an askpass, a pinentry): each prompt is a new process.
    Parent,
}

/// Which window a form is (`[form.window]`). Everything given must hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WindowPattern {
    /// The program's executable: one of these paths or globs.
    pub executable: Vec<Pattern>,
    /// For interpreters: the script, jar or package.
    #[serde(default)]
    pub script: Vec<Pattern>,
    /// For prompters: the program that started it, one of these paths or globs. Without it anything may ask through the prompter.
    #[serde(default)]
    pub started_by: Vec<Pattern>,
    /// The title. Only ever narrows.
    #[serde(default)]
    pub title: Option<Pattern>,
    /// The window class.
    #[serde(default)]
    pub class: Option<Pattern>,
}

/// Whether a control must be there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Presence {
    /// At least one control matches.
    #[default]
    Present,
    /// No control matches.
    Absent,
}

/// A control that must or must not be there (`[[form.require]]`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// Which control.
    pub control: Selector,
    /// Whether it must be there.
    #[serde(default)]
    pub is: Presence,
    /// What its text or name must say. `{field}` stands for a plain field of the logon, and so chooses among several logons.
    #[serde(default)]
    pub text: Option<Pattern>,
}

/// Which control. Everything given must hold; hidden controls never match.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Selector {
    /// The toolkit's id.
    #[serde(default)]
    pub id: Option<String>,
    /// The role.
    #[serde(default)]
    pub role: Option<Role>,
    /// The accessible name.
    #[serde(default)]
    pub name: Option<Pattern>,
    /// The label: LABELLED_BY, else the text just before it.
    #[serde(default)]
    pub label: Option<Pattern>,
    /// The toolkit's class name.
    #[serde(default)]
    pub class: Option<Pattern>,
    /// An ancestor.
    #[serde(default)]
    pub parent: Option<Box<Selector>>,
    /// The how-manieth of those that match, from 1, top to bottom and left to right.
    #[serde(default)]
    pub ordinal: Option<u32>,
}

/// How a response writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MethodName {
    /// Into each bound control itself.
    Controls,
    /// By keystrokes.
    Keys,
    /// By the listed steps.
    Steps,
}

/// What to do when controls cannot be written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Fallback {
    /// Refuse and say why.
    #[default]
    None,
    /// Type instead, under the same guards.
    Keys,
}

/// How to answer a form (`[form.respond]`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Response {
    /// How to write.
    pub method: MethodName,
    /// What to do when controls cannot be written.
    #[serde(default)]
    pub fallback: Fallback,
    /// The control that submits the form, by its own action.
    #[serde(default)]
    pub submit: Option<Selector>,
    /// The key that submits the form. `keys` without `submit` and `submit_key` ends with Return.
    #[serde(default)]
    pub submit_key: Option<KeyName>,
    /// The steps, for `method = "steps"`.
    #[serde(default)]
    pub step: Vec<Step>,
}

/// One step of a response (`[[form.respond.step]]`): a table with one key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Step {
    /// Write a field into its bound control.
    Set(FieldName),
    /// Type a field where the focus is (where accessibility exists: in its bound control).
    Type(FieldName),
    /// Type this text.
    Text(String),
    /// Press a key.
    Key(KeyName),
    /// Click a control with the pointer.
    Click(Selector),
    /// Invoke a control's own action (a button's press).
    Press(Selector),
    /// Give a control the focus.
    Focus(Selector),
    /// Switch a check box on.
    Check(Selector),
    /// Switch a check box off.
    Uncheck(Selector),
    /// Choose an item of a list or combo box.
    Select(Selection),
    /// Empty a control.
    Clear(Selector),
    /// Wait.
    Wait(Wait),
}

/// An item to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Selection {
    /// The list or combo box.
    pub control: Selector,
    /// The item's name.
    pub item: Pattern,
}

/// What to wait for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Wait {
    /// So many milliseconds, 5000 at most.
    Ms(u32),
    /// Until this control is there and enabled, 5 seconds at most.
    Control(Selector),
}
