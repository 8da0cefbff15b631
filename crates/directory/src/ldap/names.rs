//! DNs and filters, built so that nothing in a name means anything else.

use super::protocol::Depth;
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

/// A DN taken apart, so that two ways to write one are equal: case, spaces, escapes, short and long names of attributes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place(Vec<Vec<String>>);

impl Place {
    pub(crate) fn of(dn: &str) -> Self {
        let mut names = Vec::new();
        if !dn.trim().is_empty() {
            for name in split(dn, b',') {
                let mut values: Vec<String> = split(name, b'+').into_iter().map(canonical).collect();
                values.sort();
                names.push(values);
            }
        }
        Self(names)
    }

    /// Whether this is where a search from `base` looks.
    pub(crate) fn is_within(&self, base: &Self, depth: Depth) -> bool {
        let below = self.0.len().checked_sub(base.0.len());
        let deep = match depth {
            Depth::Base => below == Some(0),
            Depth::Level => below == Some(1),
            Depth::Tree => below.is_some(),
        };
        deep && self.0.ends_with(&base.0)
    }
}

/// Parts between separators that are not escaped.
fn split(dn: &str, separator: u8) -> Vec<&str> {
    let (mut parts, mut from, mut escaped) = (Vec::new(), 0, false);
    for (at, byte) in dn.bytes().enumerate() {
        if escaped {
            escaped = false;
        } else if byte == b'\\' {
            escaped = true;
        } else if byte == separator {
            parts.push(dn.get(from..at).unwrap_or_default());
            from = at + 1;
        }
    }
    parts.push(dn.get(from..).unwrap_or_default());
    parts
}

/// `type=value` of an attribute in a DN, as directories compare it.
fn canonical(part: &str) -> String {
    let (name, value) = part.split_once('=').unwrap_or((part, ""));
    let name = match name.trim().to_ascii_lowercase().as_str() {
        "commonname" | "2.5.4.3" => "cn".to_owned(),
        "organizationalunitname" | "2.5.4.11" => "ou".to_owned(),
        "organizationname" | "2.5.4.10" => "o".to_owned(),
        "domaincomponent" | "0.9.2342.19200300.100.1.25" => "dc".to_owned(),
        "userid" | "0.9.2342.19200300.100.1.1" => "uid".to_owned(),
        other => other.to_owned(),
    };
    let value = unescaped(value.as_bytes()).to_lowercase();
    let words: Vec<&str> = value.split(' ').filter(|word| !word.is_empty()).collect();
    format!("{name}={}", words.join(" "))
}

fn unescaped(value: &[u8]) -> String {
    let (mut plain, mut rest) = (Vec::with_capacity(value.len()), value);
    while let [first, after @ ..] = rest {
        rest = match (first, after) {
            (b'\\', [high, low, after @ ..]) if hex(*high).is_some() && hex(*low).is_some() => {
                plain.push(hex(*high).unwrap_or_default() << 4 | hex(*low).unwrap_or_default());
                after
            }
            (b'\\', [next, after @ ..]) => {
                plain.push(*next);
                after
            }
            _ => {
                plain.push(*first);
                after
            }
        };
    }
    String::from_utf8_lossy(&plain).into_owned()
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

    #[test]
    fn one_place_is_written_in_many_ways() {
        for (one, other) in [
            ("cn=a,dc=x", "CN=A, DC=X"),
            ("ou=Sales\\, East,dc=x", "OU=sales\\2c  east,domainComponent=x"),
            ("cn=ä,dc=x", "cn=\\C3\\A4,dc=x"),
            ("cn=a+uid=b,dc=x", "uid=B+cn=A,dc=x"),
            ("", " "),
        ] {
            assert_eq!(Place::of(one), Place::of(other));
        }
        for (one, other) in [
            ("cn=a,dc=x", "cn=a\\,dc=x"),
            ("cn=a", "cn=b"),
            ("cn=a,dc=x", "dc=x"),
            ("", "cn="),
        ] {
            assert_ne!(Place::of(one), Place::of(other));
        }
        let is_within = |dn: &str, base: &str, depth| Place::of(dn).is_within(&Place::of(base), depth);
        assert!(is_within("cn=a,dc=x", "DC=x", Depth::Level) && is_within("cn=a,dc=x", "dc=x", Depth::Tree));
        assert!(is_within("dc=x", "dc=x", Depth::Base) && is_within("dc=x", "dc=x", Depth::Tree));
        assert!(is_within("cn=a,dc=x", "", Depth::Tree) && is_within("", "", Depth::Base));
        assert!(!is_within("dc=x", "dc=x", Depth::Level) && !is_within("cn=b,cn=a,dc=x", "dc=x", Depth::Level));
        assert!(!is_within("cn=a,dc=y", "dc=x", Depth::Tree) && !is_within("cn=a,dc=x", "dc=x", Depth::Base));
        assert!(!is_within("cn=a\\,dc=x", "dc=x", Depth::Tree));
    }
}
