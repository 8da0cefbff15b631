//! Which window a form is.

use crate::{FileOwner, Pattern};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
    /// Several titles: one of them. With `title`, both must hold.
    #[serde(default)]
    pub titles: Vec<Pattern>,
    /// The window class.
    #[serde(default)]
    pub class: Option<Pattern>,
    /// Window classes that it is not.
    #[serde(default)]
    pub not_class: Vec<Pattern>,
    /// The window it belongs to: of a dialog, the application's main window.
    #[serde(default)]
    pub parent: Option<ParentPattern>,
    /// Whether it is mapped. Left out: either.
    #[serde(default)]
    pub visible: Option<bool>,
    /// Whether it is an icon. Left out: either.
    #[serde(default)]
    pub minimised: Option<bool>,
    /// Whose file the executable is: one of these.
    #[serde(default)]
    pub owner: Vec<FileOwner>,
    /// The package the executable was installed with: one of these names.
    #[serde(default)]
    pub package: Vec<String>,
    /// Files with code that may be loaded into the program although the user may change them: plugins he installs himself. Any other such
    /// file, and nothing is filled.
    #[serde(default)]
    pub loads: Vec<Pattern>,
}

/// The window that a form's window belongs to. Everything given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ParentPattern {
    /// Its title.
    #[serde(default)]
    pub title: Option<Pattern>,
    /// Its class.
    #[serde(default)]
    pub class: Option<Pattern>,
}
