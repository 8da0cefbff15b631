//! Two objects, value by value.

use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A value that is not the same in both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Where, as a dotted path.
    pub at: String,
    /// What it was; `None`: it was not there.
    pub before: Option<String>,
    /// What it will be; `None`: it will not be there.
    pub after: Option<String>,
}

/// What is different between two TOML documents. Where one is none, the whole of both is one difference.
#[must_use]
pub fn differences(before: &[u8], after: &[u8]) -> Vec<Difference> {
    let (Some(before), Some(after)) = (values(before), values(after)) else {
        let shown = |bytes: &[u8]| Some(format!("{} bytes that are no TOML", bytes.len()));
        return vec![Difference {
            at: String::new(),
            before: shown(before),
            after: shown(after),
        }];
    };
    let places: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let changed = places.into_iter().filter(|at| before.get(*at) != after.get(*at));
    changed
        .map(|at| Difference {
            at: at.clone(),
            before: before.get(at).cloned(),
            after: after.get(at).cloned(),
        })
        .collect()
}

/// Every value by its dotted path, as TOML writes it.
fn values(bytes: &[u8]) -> Option<BTreeMap<String, String>> {
    let table: toml::Table = std::str::from_utf8(bytes).ok()?.parse().ok()?;
    let mut found = BTreeMap::new();
    for (name, value) in &table {
        gather(name, value, &mut found);
    }
    Some(found)
}

fn gather(at: &str, value: &toml::Value, found: &mut BTreeMap<String, String>) {
    match value {
        toml::Value::Table(table) if !table.is_empty() => {
            for (name, value) in table {
                gather(&format!("{at}.{name}"), value, found);
            }
        }
        toml::Value::Array(items) if items.iter().any(toml::Value::is_table) => {
            for (number, value) in (1..).zip(items) {
                gather(&format!("{at}[{number}]"), value, found);
            }
        }
        plain => {
            found.insert(at.to_owned(), plain.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_compared_by_their_place() {
        let before = "id = \"a\"\n[window]\ntitle = \"One\"\nclass = \"c\"\n[[form]]\nkind = \"logon\"\n";
        let after = "id = \"a\"\n[window]\ntitle = \"Two\"\n[[form]]\nkind = \"logon\"\n[[form]]\nkind = \"change\"\n";
        let found = differences(before.as_bytes(), after.as_bytes());
        let shown = |at: &str, before: Option<&str>, after: Option<&str>| Difference {
            at: at.to_owned(),
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
        };
        assert_eq!(
            found,
            [
                shown("form[2].kind", None, Some("\"change\"")),
                shown("window.class", Some("\"c\""), None),
                shown("window.title", Some("\"One\""), Some("\"Two\"")),
            ]
        );
        assert_eq!(differences(before.as_bytes(), before.as_bytes()), []);
        assert_eq!(differences(b"\xff", before.as_bytes()).len(), 1);
        // Another order and other spaces are the same.
        assert_eq!(differences(b"a=1\nb=2", b"b = 2\n\n a = 1"), []);
    }
}
