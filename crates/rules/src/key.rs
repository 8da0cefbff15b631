//! Names of keys.

use crate::nearest::nearest;
use countersign_model::{KeyName, KeyPress, Modifier};

/// Why a text is not the name of a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyProblem {
    /// Nothing is there.
    #[error("a key name is empty; write for example `Return`, `Tab` or `ctrl+a`")]
    Empty,
    /// A part before a `+` is no modifier.
    #[error("`{0}` is not a modifier; use shift, ctrl, alt or super")]
    Modifier(String),
    /// A modifier is there twice.
    #[error("`{0}` is there twice; name each modifier once")]
    Twice(String),
    /// The key itself is not known.
    #[error("`{name}` is not the name of a key; {hint}")]
    Key {
        /// What was written.
        name: String,
        /// What may have been meant.
        hint: String,
    },
}

/// Names people write, and what X11 calls the key.
const NAMES: &[(&str, &str)] = &[
    ("Return", "Return"),
    ("Enter", "Return"),
    ("Tab", "Tab"),
    ("Escape", "Escape"),
    ("Esc", "Escape"),
    ("space", "space"),
    ("BackSpace", "BackSpace"),
    ("Delete", "Delete"),
    ("Del", "Delete"),
    ("Insert", "Insert"),
    ("Home", "Home"),
    ("End", "End"),
    ("Prior", "Prior"),
    ("PageUp", "Prior"),
    ("Page_Up", "Prior"),
    ("Next", "Next"),
    ("PageDown", "Next"),
    ("Page_Down", "Next"),
    ("Left", "Left"),
    ("Right", "Right"),
    ("Up", "Up"),
    ("Down", "Down"),
    ("Menu", "Menu"),
    ("KP_Enter", "KP_Enter"),
    ("plus", "plus"),
    ("minus", "minus"),
];

const FUNCTION_KEYS: std::ops::RangeInclusive<u8> = 1..=24;

/// Reads a key name: modifiers and a key, joined by `+`.
///
/// Letters and digits name themselves; every other key has a name, and case matters to none of them.
///
/// # Errors
/// [`KeyProblem`] says what is wrong with it.
pub fn parse_key(name: &KeyName) -> Result<KeyPress, KeyProblem> {
    let mut parts: Vec<&str> = name.0.split('+').map(str::trim).collect();
    let last = parts.pop().filter(|last| !last.is_empty()).ok_or(KeyProblem::Empty)?;
    let mut modifiers = Vec::new();
    for part in parts {
        let modifier = modifier(part).ok_or_else(|| KeyProblem::Modifier(part.to_owned()))?;
        if modifiers.contains(&modifier) {
            return Err(KeyProblem::Twice(part.to_owned()));
        }
        modifiers.push(modifier);
    }
    Ok(KeyPress {
        modifiers,
        key: key(last)?,
    })
}

fn modifier(word: &str) -> Option<Modifier> {
    match word.to_ascii_lowercase().as_str() {
        "shift" => Some(Modifier::Shift),
        "ctrl" | "control" => Some(Modifier::Ctrl),
        "alt" => Some(Modifier::Alt),
        "super" | "win" | "cmd" => Some(Modifier::Super),
        _ => None,
    }
}

fn key(word: &str) -> Result<String, KeyProblem> {
    let mut characters = word.chars();
    if let (Some(single), None) = (characters.next(), characters.next())
        && single.is_ascii_alphanumeric()
    {
        return Ok(single.to_ascii_lowercase().to_string());
    }
    if let Some((_, x11)) = NAMES.iter().find(|(written, _)| written.eq_ignore_ascii_case(word)) {
        return Ok((*x11).to_owned());
    }
    let number = word
        .strip_prefix(['F', 'f'])
        .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    if number
        .and_then(|digits| digits.parse::<u8>().ok())
        .is_some_and(|number| FUNCTION_KEYS.contains(&number))
    {
        return Ok(word.to_ascii_uppercase());
    }
    let hint = match nearest(word, NAMES.iter().map(|(written, _)| *written)) {
        Some(close) => format!("did you mean `{close}`?"),
        None => "use Return, Tab, Escape, space, BackSpace, Delete, Home, End, arrows, F1 to F24, a letter or a digit; text goes into a `text` step".to_owned(),
    };
    Err(KeyProblem::Key {
        name: word.to_owned(),
        hint,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys() {
        let read = |text: &str| parse_key(&KeyName(text.to_owned()));
        for (text, modifiers, name) in [
            ("Return", vec![], "Return"),
            ("enter", vec![], "Return"),
            ("shift+Tab", vec![Modifier::Shift], "Tab"),
            ("ctrl+alt+Delete", vec![Modifier::Ctrl, Modifier::Alt], "Delete"),
            ("ctrl + A", vec![Modifier::Ctrl], "a"),
            ("f12", vec![], "F12"),
        ] {
            assert_eq!(
                read(text),
                Ok(KeyPress {
                    modifiers,
                    key: name.to_owned()
                }),
                "{text}"
            );
        }
        for (text, says) in [
            ("", "empty"),
            ("ctrl+", "empty"),
            ("Retrun", "did you mean `Return`?"),
            ("F25", "not the name"),
            ("hyper+a", "not a modifier"),
            ("ctrl+ctrl+a", "twice"),
            ("ä", "not the name"),
        ] {
            let problem = read(text).unwrap_err().to_string();
            assert!(problem.contains(says), "{text}: {problem}");
        }
    }
}
