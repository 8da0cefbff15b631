//! What is wrong in a file, where, and what to do about it.

use std::fmt;
use std::ops::Range;

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It works, but somebody should look at it.
    Warning,
    /// What it is in is not used.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// One problem of a template, settings file or fixture.
///
/// It is written `place:line:column: message`; [`Problem::help`] says what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file, or wherever the bytes came from.
    pub place: String,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.place, self.line, self.column, self.message)
    }
}

/// A line and a column in characters, both from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The column.
    pub column: u32,
}

impl Position {
    /// The beginning of a file.
    pub const START: Self = Self { line: 1, column: 1 };
}

/// A text whose byte offsets can be told as lines and columns.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    place: &'a str,
    text: &'a str,
    lines: Vec<usize>,
    /// How many characters begin before each block, so that a long line costs no more than a short one.
    blocks: Vec<usize>,
}

/// Bytes in a block.
const BLOCK: usize = 256;

impl<'a> Source<'a> {
    pub(crate) fn new(place: &'a str, text: &'a str) -> Self {
        let after_breaks = text
            .bytes()
            .enumerate()
            .filter(|(_, byte)| *byte == b'\n')
            .map(|(at, _)| at + 1);
        let mut begun = 0;
        let blocks = text.as_bytes().chunks(BLOCK).map(|block| {
            let before = begun;
            begun += beginnings(block);
            before
        });
        Self {
            place,
            text,
            blocks: blocks.collect(),
            lines: std::iter::once(0).chain(after_breaks).collect(),
        }
    }

    pub(crate) fn position(&self, offset: usize) -> Position {
        let offset = offset.min(self.text.len());
        let line = self.lines.partition_point(|start| *start <= offset).max(1);
        let start = self.lines.get(line - 1).copied().unwrap_or(0);
        let column = self.characters(offset).saturating_sub(self.characters(start));
        Position {
            line: small(line),
            column: small(column + 1),
        }
    }

    /// How many characters begin before an offset.
    fn characters(&self, offset: usize) -> usize {
        let block = (offset / BLOCK).min(self.blocks.len().saturating_sub(1));
        let begun = self.blocks.get(block).copied().unwrap_or_default();
        let rest = self.text.as_bytes().get(block * BLOCK..offset).unwrap_or_default();
        begun + beginnings(rest)
    }

    pub(crate) fn error(&self, at: &Range<usize>, message: impl Into<String>, help: impl Into<String>) -> Problem {
        problem(self.place, self.position(at.start), Severity::Error, message, help)
    }
}

/// How many characters begin in these bytes of UTF-8.
fn beginnings(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count()
}

pub(crate) fn problem(
    place: &str,
    at: Position,
    severity: Severity,
    message: impl Into<String>,
    help: impl Into<String>,
) -> Problem {
    Problem {
        place: place.to_owned(),
        line: at.line,
        column: at.column,
        severity,
        message: message.into(),
        help: help.into(),
    }
}

fn small(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let source = Source::new("x.toml", "a = 1\nname = \"äß\" x");
        assert_eq!(source.position(0), Position { line: 1, column: 1 });
        assert_eq!(source.position(6), Position { line: 2, column: 1 });
        assert_eq!(
            source.position(6 + "name = \"äß\" ".len()),
            Position { line: 2, column: 13 }
        );
        assert_eq!(source.position(9_999), Position { line: 2, column: 14 });
        assert_eq!(source.error(&(6..7), "no", "yes").to_string(), "x.toml:2:1: no");
    }

    #[test]
    fn columns_of_a_long_line_are_the_same_as_counted() {
        let text = "ä€x漢".repeat(300);
        let source = Source::new("x.toml", &text);
        for (counted, (at, _)) in text.char_indices().enumerate() {
            assert_eq!(source.position(at).column as usize, counted + 1);
        }
    }
}
