//! AT-SPI's numbers for roles and states.

use countersign_model::{Role, States};

/// Roles by number. Qt5 names its password fields "text": the number is what holds.
const ROLES: &[(u32, Role)] = &[
    (2, Role::Alert),
    (7, Role::CheckBox),
    (11, Role::ComboBox),
    (16, Role::Dialog),
    (20, Role::Filler),
    (23, Role::Frame),
    (26, Role::Image),
    (27, Role::Image),
    (28, Role::Panel),
    (29, Role::Label),
    (31, Role::List),
    (32, Role::ListItem),
    (8, Role::MenuItem),
    (35, Role::MenuItem),
    (37, Role::PageTab),
    (39, Role::Panel),
    (40, Role::PasswordText),
    (43, Role::PushButton),
    (44, Role::RadioButton),
    (45, Role::MenuItem),
    (54, Role::StatusBar),
    (55, Role::Table),
    (56, Role::TableCell),
    (60, Role::Terminal),
    (61, Role::Text),
    (62, Role::ToggleButton),
    (63, Role::ToolBar),
    (65, Role::Tree),
    (66, Role::Tree),
    (69, Role::Window),
    (73, Role::Paragraph),
    (79, Role::Entry),
    (82, Role::Document),
    (85, Role::Panel),
    (88, Role::Link),
    (91, Role::TableCell),
    (94, Role::Document),
    (95, Role::Document),
    (98, Role::List),
    (99, Role::Panel),
    (101, Role::Alert),
    (102, Role::Alert),
    (116, Role::Static),
];

/// Frames of an application: what a window on the screen can be.
const TOP_LEVEL: [u32; 5] = [2, 16, 19, 23, 69];

/// The role behind a number.
pub(super) fn role(number: u32) -> Role {
    ROLES
        .iter()
        .find(|(known, _)| *known == number)
        .map_or(Role::Other, |(_, role)| *role)
}

/// The numbers of a role.
pub(super) fn numbers(role: Role) -> impl Iterator<Item = i32> {
    ROLES
        .iter()
        .filter(move |(_, known)| *known == role)
        .filter_map(|(number, _)| i32::try_from(*number).ok())
}

/// Whether a role can be a window.
pub(super) fn top_level(number: u32) -> bool {
    TOP_LEVEL.contains(&number)
}

/// Whether controls of this role take text.
pub(super) fn takes_text(role: Role) -> bool {
    matches!(role, Role::PasswordText | Role::Text | Role::Entry)
}

/// Whether this role says something about the control beside it.
pub(super) fn labels(role: Role) -> bool {
    matches!(role, Role::Label | Role::Static)
}

/// A state, by AT-SPI's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Active = 1,
    Checked = 4,
    Editable = 7,
    Enabled = 8,
    Focused = 12,
    MultiLine = 17,
    Pressed = 20,
    Sensitive = 24,
    Showing = 25,
    Visible = 30,
    ManagesDescendants = 31,
    ReadOnly = 43,
}

/// The states of a control as the bus gives them: bits in words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Bits(pub(super) Vec<u32>);

impl Bits {
    /// Whether a state holds.
    pub(super) fn has(&self, state: State) -> bool {
        let number = state as usize;
        self.0
            .get(number / 32)
            .is_some_and(|word| word & (1 << (number % 32)) != 0)
    }

    /// The states that matter for filling.
    pub(super) fn states(&self, sight: Sight) -> States {
        States {
            enabled: self.enabled(sight),
            showing: self.shows(sight),
            editable: self.has(State::Editable) && !self.has(State::ReadOnly),
            focused: self.has(State::Focused),
            checked: self.has(State::Checked) || self.has(State::Pressed),
            multiline: self.has(State::MultiLine),
        }
    }

    /// Whether the control reacts. GTK4 says it by `sensitive` alone.
    fn enabled(&self, sight: Sight) -> bool {
        self.has(State::Sensitive) && (sight == Sight::Visible || self.has(State::Enabled))
    }

    /// Whether the control is on the screen, as far as its toolkit says.
    pub(super) fn shows(&self, sight: Sight) -> bool {
        match sight {
            Sight::Showing => self.has(State::Showing),
            Sight::Visible => self.has(State::Showing) || self.has(State::Visible),
        }
    }
}

/// How a toolkit says that a control is on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sight {
    /// By the state `showing`.
    Showing,
    /// GTK4 never sets `showing` inside a window; `visible` must do.
    Visible,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_roles_agree() {
        assert_eq!(role(40), Role::PasswordText);
        assert_eq!(role(1), Role::Other);
        assert_eq!(numbers(Role::Image).collect::<Vec<_>>(), [26, 27]);
        assert_eq!(numbers(Role::PasswordText).collect::<Vec<_>>(), [40]);
    }

    #[test]
    fn a_field_is_enabled_only_when_sensitive_and_editable_only_when_not_read_only() {
        let word = |states: &[State]| {
            let mut bits = vec![0_u32; 2];
            for state in states {
                bits[*state as usize / 32] |= 1 << (*state as usize % 32);
            }
            Bits(bits)
        };
        let usable = word(&[State::Enabled, State::Sensitive, State::Showing, State::Editable]);
        let states = usable.states(Sight::Showing);
        assert!(states.enabled && states.showing && states.editable && !states.focused);
        assert!(!word(&[State::Enabled]).states(Sight::Showing).enabled);
        assert!(
            !word(&[State::Editable, State::ReadOnly])
                .states(Sight::Showing)
                .editable
        );
        assert!(!word(&[State::Sensitive]).states(Sight::Showing).enabled);
        assert!(word(&[State::Sensitive]).states(Sight::Visible).enabled);
        assert!(!word(&[State::Enabled]).states(Sight::Visible).enabled);
        assert!(!word(&[State::Visible]).shows(Sight::Showing));
        assert!(word(&[State::Visible]).shows(Sight::Visible));
    }
}
