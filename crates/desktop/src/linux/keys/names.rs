use countersign_model::Modifier;
use xkeysym::Keysym;

/// Keysyms that modifier keys carry.
pub(super) mod holder {
    pub(in crate::linux::keys) const SHIFT: &[u32] = &[0xffe1, 0xffe2];
    pub(in crate::linux::keys) const CONTROL: &[u32] = &[0xffe3, 0xffe4];
    pub(in crate::linux::keys) const ALT: &[u32] = &[0xffe9, 0xffea];
    pub(in crate::linux::keys) const SUPER: &[u32] = &[0xffeb, 0xffec];
    pub(in crate::linux::keys) const LEVEL3: &[u32] = &[0xfe03];
    pub(in crate::linux::keys) const LEVEL5: &[u32] = &[0xfe11];
}

/// The keysyms of a modifier's keys.
pub(super) fn holders(modifier: Modifier) -> &'static [u32] {
    match modifier {
        Modifier::Shift => holder::SHIFT,
        Modifier::Ctrl => holder::CONTROL,
        Modifier::Alt => holder::ALT,
        Modifier::Super => holder::SUPER,
    }
}

/// The keysym of a name as X11 has it: `Return`, `F1`, `a`, `plus`. A single character names itself.
pub(super) fn keysym(name: &str) -> Option<u32> {
    let mut characters = name.chars();
    if let (Some(only), None) = (characters.next(), characters.next()) {
        return symbol(only);
    }
    // Named by every template: found without the search.
    let common = match name {
        "Return" | "Enter" => Some(0xff0d),
        "Tab" => Some(0xff09),
        "Escape" => Some(0xff1b),
        "BackSpace" => Some(0xff08),
        "Delete" => Some(0xffff),
        "Home" => Some(0xff50),
        "End" => Some(0xff57),
        "space" => Some(0x20),
        _ => None,
    };
    common.or_else(|| {
        let ranges = [0x20..=0xff, 0xff00..=0xffff, 0xfe00..=0xfeff, 0x100..=0x20ff];
        ranges.into_iter().flatten().find(|&raw| {
            let known = Keysym::new(raw).name().unwrap_or_default();
            known.strip_prefix("XK_").unwrap_or(known) == name
        })
    })
}

/// The keysym that stands for a character and nothing else; nothing for control characters.
pub(super) fn symbol(character: char) -> Option<u32> {
    let code = u32::from(character);
    match code {
        0x20..=0x7e | 0xa0..=0xff => Some(code),
        0..=0x1f | 0x7f..=0x9f => None,
        _ => Some(0x0100_0000 | code),
    }
}

/// The character a keysym of the layout types; nothing for dead keys, the keypad and keys that do something.
pub(super) fn character(keysym: u32) -> Option<char> {
    let plain = match keysym {
        0xfe00..=0xffff => None,
        0x1000_0000.. => None,
        _ => Keysym::new(keysym).key_char(),
    };
    plain.filter(|character| !character.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_characters_become_keysyms() {
        assert_eq!(keysym("Return"), Some(0xff0d));
        assert_eq!(keysym("F12"), Some(0xffc9));
        assert_eq!(keysym("KP_Enter"), Some(0xff8d));
        assert_eq!(keysym("ISO_Left_Tab"), Some(0xfe20));
        assert_eq!(keysym("plus"), Some(0x2b));
        assert_eq!(keysym("a"), Some(0x61));
        assert_eq!(keysym("NoSuchKey"), None);
        assert_eq!(symbol('漢'), Some(0x0100_6f22));
        assert_eq!(symbol('\n'), None);
    }

    #[test]
    fn dead_keys_and_the_keypad_type_nothing() {
        assert_eq!(character(0xfe52), None); // dead_circumflex
        assert_eq!(character(0xffb1), None); // KP_1
        assert_eq!(character(0xff0d), None); // Return
        assert_eq!(character(0x20ac), Some('€'));
        assert_eq!(character(0x0100_6f22), Some('漢'));
        assert_eq!(character(0x5e), Some('^'));
    }
}
