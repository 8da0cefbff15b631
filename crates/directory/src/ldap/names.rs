//! DNs and filters, built so that nothing in a name means anything else.

use countersign_model::Unit;
use std::fmt::Write;

/// A value in a DN (RFC 4514, section 2.4).
pub(crate) fn in_dn(value: &str) -> String {
    let last = value.chars().count().saturating_sub(1);
    let mut written = String::with_capacity(value.len());
    for (at, c) in value.chars().enumerate() {
        match c {
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' | '=' => written.extend(['\\', c]),
            '#' | ' ' if at == 0 => written.extend(['\\', c]),
            ' ' if at == last => written.extend(['\\', c]),
            c if c.is_control() => {
                let mut bytes = [0; 4];
                for byte in c.encode_utf8(&mut bytes).bytes() {
                    let _ = write!(written, "\\{byte:02X}");
                }
            }
            c => written.push(c),
        }
    }
    written
}

/// A value in a filter (RFC 4515, section 3).
pub(crate) fn in_filter(value: &str) -> String {
    let mut written = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '*' | '(' | ')' | '\\' | '\0' => {
                let _ = write!(written, "\\{:02x}", u32::from(c));
            }
            c => written.push(c),
        }
    }
    written
}

/// The DN of a unit below the configuration's root.
pub(crate) fn of_unit(configuration: &str, unit: &Unit) -> String {
    let below = unit.names().rev().map(|name| format!("ou={},", in_dn(name)));
    below.chain([configuration.to_owned()]).collect()
}

/// The DN of an entry by its common name.
pub(crate) fn child(name: &str, parent: &str) -> String {
    format!("cn={},{parent}", in_dn(name))
}

/// The value of a DN's first RDN, as it is written, unescaped; `None` when it has several or is none.
pub(crate) fn first_value(dn: &str) -> Option<String> {
    let (_, rest) = dn.split_once('=')?;
    let mut value = Vec::new();
    let mut bytes = rest.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b',' => break,
            b'+' => return None,
            b'\\' => {
                let next = bytes.next()?;
                match hex(next) {
                    Some(high) => value.push(high << 4 | hex(bytes.next()?)?),
                    None => value.push(next),
                }
            }
            other => value.push(other),
        }
    }
    String::from_utf8(value).ok()
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metacharacters_mean_themselves() {
        assert_eq!(in_dn("Smith, J. (Sales) #1"), "Smith\\, J. (Sales) #1");
        assert_eq!(in_dn(" #a+b=c;d<e>f\"g\\ "), "\\ #a\\+b\\=c\\;d\\<e\\>f\\\"g\\\\\\ ");
        assert_eq!(in_dn("#x"), "\\#x");
        assert_eq!(in_dn("a\0b"), "a\\00b");
        assert_eq!(in_filter("*)(uid=\\*\0é"), "\\2a\\29\\28uid=\\5c\\2a\\00é");
        let unit = Unit::new("Sales, East/Berlin").unwrap();
        assert_eq!(of_unit("ou=C,dc=x", &unit), "ou=Berlin,ou=Sales\\, East,ou=C,dc=x");
        assert_eq!(of_unit("ou=C,dc=x", &Unit::root()), "ou=C,dc=x");
    }

    #[test]
    fn names_come_back() {
        for name in ["ada", "Smith, J.", " #a+b=c;d<e>f\"g\\ ", "ä\u{1}ö", "#"] {
            assert_eq!(first_value(&child(name, "dc=x")).as_deref(), Some(name));
        }
        assert_eq!(first_value("uid=ada+cn=x,dc=x"), None);
        assert_eq!(first_value("nonsense"), None);
        assert_eq!(first_value("cn=a\\"), None);
    }
}
