//! Where in its file each part of a template is.

use crate::problem::Position;
use std::collections::BTreeMap;

/// Positions by path, such as `form[0].bind.password.role`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spans {
    values: BTreeMap<String, Position>,
    keys: BTreeMap<String, Position>,
}

impl Spans {
    /// Where the value at `path` is; for a path that is not in the file, the closest part around it that is.
    #[must_use]
    pub fn value(&self, path: &str) -> Position {
        self.closest(&self.values, path)
    }

    /// Where the key at `path` is.
    #[must_use]
    pub fn key(&self, path: &str) -> Position {
        self.keys.get(path).copied().unwrap_or_else(|| self.value(path))
    }

    pub(crate) fn note_value(&mut self, path: &str, at: Position) {
        self.values.insert(path.to_owned(), at);
    }

    pub(crate) fn note_key(&mut self, path: &str, at: Position) {
        self.keys.insert(path.to_owned(), at);
    }

    fn closest(&self, positions: &BTreeMap<String, Position>, path: &str) -> Position {
        let mut path = path;
        loop {
            if let Some(position) = positions.get(path) {
                return *position;
            }
            match path.rfind(['.', '[']).and_then(|end| path.get(..end)) {
                Some(around) => path = around,
                None => return Position::START,
            }
        }
    }
}

/// The path of a key inside `path`.
pub(crate) fn under(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

/// The path of an item inside `path`.
pub(crate) fn item(path: &str, index: usize) -> String {
    format!("{path}[{index}]")
}
