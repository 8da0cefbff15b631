//! Writes as LDIF (RFC 2849), for `ldapmodify` and `ldifde`.

use super::configuration::{CATALOGUE, entry_of};
use super::names::child;
use super::protocol::Attribute;
use super::publishing::entry;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use countersign_model::Unit;
use countersign_model::port::{Over, Write};
use countersign_schema::attribute as a;
use std::fmt::Write as _;

/// The writes of a unit, in order.
pub(super) fn of(unit: &Unit, dn: &str, writes: &[Write]) -> String {
    let mut ldif = "version: 1\n".to_owned();
    for write in writes {
        ldif.push('\n');
        match write {
            Write::Put {
                name,
                version,
                bytes,
                over,
            } => {
                let cn = entry_of(name);
                line(&mut ldif, "dn", child(&cn, dn).as_bytes());
                match over {
                    Over::Nothing => add(&mut ldif, &entry(&cn, name.kind.word(), &name.id, *version, bytes)),
                    Over::Another => {
                        ldif.push_str("changetype: modify\n");
                        replace(&mut ldif, a::VERSION, version.to_string().as_bytes());
                        replace(&mut ldif, a::DATA, bytes);
                    }
                }
            }
            Write::Remove { name } => {
                line(&mut ldif, "dn", child(&entry_of(name), dn).as_bytes());
                ldif.push_str("changetype: delete\n");
            }
            Write::Swap {
                replaces,
                number,
                catalogue,
            } => {
                line(&mut ldif, "dn", child(CATALOGUE, dn).as_bytes());
                match replaces {
                    None => add(
                        &mut ldif,
                        &entry(CATALOGUE, CATALOGUE, unit.as_str(), *number, catalogue),
                    ),
                    Some(old) => {
                        // Only if that number is still there.
                        ldif.push_str("changetype: modify\n");
                        let name = a::VERSION;
                        let _ = write!(
                            ldif,
                            "delete: {name}\n{name}: {old}\n-\nadd: {name}\n{name}: {number}\n-\n"
                        );
                        replace(&mut ldif, a::DATA, catalogue);
                    }
                }
            }
        }
    }
    ldif
}

fn add(ldif: &mut String, attributes: &[Attribute]) {
    ldif.push_str("changetype: add\n");
    for (name, values) in attributes {
        for value in values {
            line(ldif, name, value);
        }
    }
}

fn replace(ldif: &mut String, name: &str, value: &[u8]) {
    let _ = writeln!(ldif, "replace: {name}");
    line(ldif, name, value);
    ldif.push_str("-\n");
}

/// A value as it is where it may be (SAFE-STRING), else in base64.
fn line(ldif: &mut String, name: &str, value: &[u8]) {
    let safe = value.iter().all(|byte| (0x20..0x7f).contains(byte))
        && !value.starts_with(b" ")
        && !value.starts_with(b":")
        && !value.starts_with(b"<")
        && !value.ends_with(b" ");
    match std::str::from_utf8(value) {
        Ok(text) if safe => {
            let _ = writeln!(ldif, "{name}: {text}");
        }
        _ => {
            let _ = writeln!(ldif, "{name}:: {}", STANDARD.encode(value));
        }
    }
}
