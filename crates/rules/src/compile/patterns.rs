//! Patterns of texts and paths, and the fields they name.

use super::{Compiler, Patterns};
use crate::path::{PathPattern, PathProblem};
use crate::pattern::{PatternProblem, Text};
use crate::spans::item;
use countersign_model::{FieldKind, FieldName, Pattern};

impl Compiler<'_> {
    pub(super) fn texts(&mut self, path: &str, patterns: &[Pattern]) -> Vec<Text> {
        let numbered = patterns.iter().enumerate();
        numbered
            .filter_map(|(index, pattern)| self.text(&item(path, index), pattern))
            .collect()
    }

    /// Patterns that count before a logon is chosen.
    pub(super) fn without_fields(&mut self, path: &str, patterns: &[Pattern]) -> Vec<Text> {
        let before = self.fields.clone();
        let texts = self.texts(path, patterns);
        if self.fields != before {
            self.fields = before;
            self.error(
                path,
                "this cannot name fields",
                "write it without `{…}`, or `\\{` for a brace",
            );
        }
        texts
    }

    pub(super) fn optional(&mut self, path: &str, pattern: Option<&Pattern>) -> Option<Text> {
        pattern.and_then(|pattern| self.text(path, pattern))
    }

    pub(super) fn text(&mut self, path: &str, pattern: &Pattern) -> Option<Text> {
        match Text::new(pattern).and_then(|text| self.checked(text, Text::check)) {
            Ok(text) => {
                for name in text.fields() {
                    self.placeholder(path, name);
                }
                self.fields.extend(text.fields().cloned());
                Some(text)
            }
            Err(wrong) => {
                let help = match wrong {
                    PatternProblem::Empty => "write the text, or leave the key out",
                    PatternProblem::Regex(_) => "mend it, or write a glob without the slashes",
                };
                self.error(path, wrong.to_string(), help);
                None
            }
        }
    }

    pub(super) fn checked<T, E>(&self, pattern: T, check: impl FnOnce(&T) -> Result<(), E>) -> Result<T, E> {
        if self.patterns == Patterns::Unknown {
            check(&pattern)?;
        }
        Ok(pattern)
    }

    pub(super) fn placeholder(&mut self, path: &str, name: &FieldName) {
        let logon = &self.parsed.template.logon;
        if !logon.fields.contains(name) {
            let message = format!("`{{{name}}}` is not a field of this logon");
            self.error(
                path,
                message,
                format!("add `{name}` to `logon.fields`, or write `\\{{` for a brace"),
            );
        } else if logon.kind(name) == FieldKind::Secret {
            let message = format!("`{{{name}}}` is a secret field: secrets never take part in matching");
            let help = format!("make it plain with `[logon.field.{name}] kind = \"plain\"`, if it may be shown");
            self.error(path, message, help);
        }
    }

    pub(super) fn paths(&mut self, path: &str, patterns: &[Pattern]) -> Vec<PathPattern> {
        let mut found = Vec::new();
        for (index, pattern) in patterns.iter().enumerate() {
            match PathPattern::new(pattern).and_then(|path| self.checked(path, PathPattern::check)) {
                Ok(compiled) => found.push(compiled),
                Err(wrong) => {
                    let help = match &wrong {
                        PathProblem::Relative(name) => format!("write where it is, such as `/usr/bin/{name}`"),
                        PathProblem::Folder(_) => "add the program's name, or `*` for all in it".to_owned(),
                        PathProblem::Long => format!("write at most {} bytes", crate::path::LONGEST),
                        PathProblem::Empty => "write the program's path".to_owned(),
                        PathProblem::Glob { .. } => "mend it: `*`, `?`, `[…]`, `{a,b}` and `**` are known".to_owned(),
                    };
                    self.error(&item(path, index), wrong.to_string(), help);
                }
            }
        }
        found
    }
}
