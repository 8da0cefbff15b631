use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The role of a control, named as AT-SPI names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// A text field that hides what it holds.
    PasswordText,
    /// A text field.
    Text,
    /// An editable single-line field (some toolkits say so instead of `text`).
    Entry,
    /// A button.
    PushButton,
    /// A button that stays down.
    ToggleButton,
    /// A check box.
    CheckBox,
    /// A radio button.
    RadioButton,
    /// A combo box.
    ComboBox,
    /// A list.
    List,
    /// An item of a list.
    ListItem,
    /// A label.
    Label,
    /// Text that is not a label of anything.
    Static,
    /// A paragraph.
    Paragraph,
    /// A menu item.
    MenuItem,
    /// A dialog.
    Dialog,
    /// A message box.
    Alert,
    /// A top-level frame.
    Frame,
    /// A window without decoration.
    Window,
    /// A grouping panel.
    Panel,
    /// A box that only lays out.
    Filler,
    /// A tab of a notebook.
    PageTab,
    /// A status bar.
    StatusBar,
    /// A tool bar.
    ToolBar,
    /// A table.
    Table,
    /// A cell of a table.
    TableCell,
    /// A tree.
    Tree,
    /// A hyperlink.
    Link,
    /// A document.
    Document,
    /// An icon or image.
    Image,
    /// A terminal.
    Terminal,
    /// Anything else.
    Other,
}

/// The states that matter for filling.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct States {
    /// It reacts to input (enabled and sensitive).
    pub enabled: bool,
    /// It is visible and on the screen.
    pub showing: bool,
    /// Its text may be changed.
    pub editable: bool,
    /// It has the keyboard focus.
    pub focused: bool,
    /// A check box or toggle is on.
    pub checked: bool,
    /// It takes several lines.
    pub multiline: bool,
}

/// A place on the screen, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extents {
    /// Left edge.
    pub x: i32,
    /// Top edge.
    pub y: i32,
    /// Width.
    pub width: i32,
    /// Height.
    pub height: i32,
}

/// The desktop's own handle of a control (on Linux: bus name and object path). Opaque to everybody else.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ControlToken(pub String);

/// One control of a window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlFacts {
    /// The handle to act on it.
    pub token: ControlToken,
    /// Its role.
    pub role: Role,
    /// Its accessible name.
    #[serde(default)]
    pub name: String,
    /// The text of its label (LABELLED_BY, else the label just before it in tree order), if it was asked for.
    #[serde(default)]
    pub label: Option<String>,
    /// The toolkit's id (Win32 control ID, AutomationId, accessible-id, DOM id).
    #[serde(default)]
    pub id: Option<String>,
    /// The toolkit's class name.
    #[serde(default)]
    pub class: Option<String>,
    /// Its text, if it was asked for. Never set for editable controls, whatever was asked.
    #[serde(default)]
    pub text: Option<String>,
    /// Its states.
    #[serde(default)]
    pub states: States,
    /// Where it is, if it was asked for and is known.
    #[serde(default)]
    pub extents: Option<Extents>,
    /// Its parent's place in [`ControlTree::controls`], if the parent is there.
    #[serde(default)]
    pub parent: Option<usize>,
}

/// How much of the window a tree holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Coverage {
    /// Every control with one of the roles asked for.
    Complete,
    /// The node cap or the time was reached: what is missing may be there. Absence proves nothing then.
    Truncated,
}

/// The controls of a window that a query asked for, in tree order (parents before children).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlTree {
    /// The controls.
    pub controls: Vec<ControlFacts>,
    /// How much that is.
    pub coverage: Coverage,
    /// What the toolkit calls itself, if it says.
    #[serde(default)]
    pub toolkit: Option<String>,
}

/// What to find out about a window's controls. Everything not asked for costs nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ControlQuery {
    /// Roles to return; empty: every control.
    pub roles: BTreeSet<Role>,
    /// Also the labels of editable controls.
    pub labels: bool,
    /// Also the texts of labels, static texts and messages.
    pub texts: bool,
    /// Also every ancestor, so that `parent` selectors can be judged.
    pub parents: bool,
    /// Also where these are on the screen, so that ordinals can be counted.
    pub extents: Places,
}

/// Of which controls the places on the screen are read. Each costs the application a question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Places {
    /// Of none.
    #[default]
    None,
    /// Of those with these roles.
    OfRoles(BTreeSet<Role>),
    /// Of all that are returned.
    All,
}

impl Places {
    /// Whether the place of a control of this role is read.
    #[must_use]
    pub fn of(&self, role: Role) -> bool {
        match self {
            Self::None => false,
            Self::OfRoles(roles) => roles.contains(&role),
            Self::All => true,
        }
    }

    /// Adds those of `other`.
    pub fn add(&mut self, other: Self) {
        match (&mut *self, other) {
            (Self::All, _) | (_, Self::None) => {}
            (Self::OfRoles(mine), Self::OfRoles(roles)) => mine.extend(roles),
            (_, more) => *self = more,
        }
    }
}
