//! Characters that cannot be seen, or turn around what can: titles with them are not what they look like.

/// Whether a text has control characters, characters without width, or those that change the direction of writing.
pub(crate) fn hides_characters(text: &str) -> bool {
    text.chars().any(is_unseen)
}

fn is_unseen(character: char) -> bool {
    // Line breaks and tabs are control characters too, and no title has any.
    character.is_control()
        || matches!(character,
            '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// A text in which they can be seen.
pub(crate) fn shown(character: char) -> Option<String> {
    (is_unseen(character) && !character.is_whitespace()).then(|| format!("<U+{:04X}>", u32::from(character)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen() {
        for text in [
            "Log\u{200b}on",
            "\u{202e}no goL",
            "Log on\u{7}",
            "\u{feff}Log on",
            "Log\non",
            "a\u{2067}b",
            "x\u{ad}y",
        ] {
            assert!(hides_characters(text), "{text:?}");
        }
        for text in [
            "Log on",
            "Anmeldung – Straße",
            "ログイン",
            "تسجيل الدخول",
            "התחברות",
            "🔒 KeePassXC",
        ] {
            assert!(!hides_characters(text), "{text:?}");
        }
        assert_eq!(shown('\u{202e}').as_deref(), Some("<U+202E>"));
        assert_eq!((shown('a'), shown(' ')), (None, None));
    }
}
