//! A control's handle: the application's bus name and the object's path.

use countersign_model::ControlToken;
use zbus::names::OwnedUniqueName;

/// Makes the handle.
pub(super) fn make(name: &OwnedUniqueName, path: &str) -> ControlToken {
    ControlToken(format!("{name} {path}"))
}

/// Bus name and path, if the handle is one of ours.
pub(super) fn parts(token: &ControlToken) -> Option<(&str, &str)> {
    token
        .0
        .split_once(' ')
        .filter(|(name, path)| name.starts_with(':') && path.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_comes_apart_again() {
        let name = OwnedUniqueName::try_from(":1.7".to_owned()).unwrap();
        let token = make(&name, "/org/a11y/atspi/accessible/3");
        assert_eq!(parts(&token), Some((":1.7", "/org/a11y/atspi/accessible/3")));
        assert_eq!(parts(&ControlToken("7".to_owned())), None);
    }
}
