//! From bytes to a template or policy, with every problem's line and column.

use crate::problem::{Position, Problem, Severity, Source, problem};
use crate::schema::template_shape;
use crate::shape::Shape;
use crate::spans::Spans;
use countersign_model::Template;
use serde::de::DeserializeOwned;
use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, Deserializer};

/// The longest template, policy or settings file that is read.
pub const LONGEST_FILE: usize = 1 << 20;

/// How many problems of one file are told.
const MOST_PROBLEMS: usize = 50;
const MOST_SYNTAX_PROBLEMS: usize = 5;

/// A template and where its parts are in its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParsedTemplate {
    /// The file, or wherever the bytes came from.
    pub place: String,
    /// The template.
    pub template: Template,
    /// Where its parts are.
    pub spans: Spans,
}

/// Reads a template.
///
/// # Errors
/// Every problem that keeps it from being read. What it means is looked at by [`lint`](crate::lint).
pub fn parse_template(place: &str, bytes: &[u8]) -> Result<ParsedTemplate, Vec<Problem>> {
    let (template, spans) = parse(place, bytes, template_shape(), "see docs/formats/template.md")?;
    Ok(ParsedTemplate {
        place: place.to_owned(),
        template,
        spans,
    })
}

/// Reads a noun from TOML, held against the JSON Schema made from it.
pub(crate) fn parse<T: DeserializeOwned>(
    place: &str,
    bytes: &[u8],
    shape: &Value,
    otherwise: &str,
) -> Result<(T, Spans), Vec<Problem>> {
    let text = readable(place, bytes).map_err(|problem| vec![problem])?;
    let source = Source::new(place, text);
    let (document, problems) = document(&source, text);
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut shape = Shape::new(&source, shape);
    shape.document(&document);
    let Shape {
        mut problems, spans, ..
    } = shape;
    if !problems.is_empty() {
        problems.sort_by_key(|problem| (problem.line, problem.column));
        problems.truncate(MOST_PROBLEMS);
        return Err(problems);
    }
    match T::deserialize(Deserializer::from(document)) {
        Ok(noun) => Ok((noun, spans)),
        Err(error) => {
            let at = error.span().unwrap_or(0..0);
            Err(vec![source.error(&at, error.message(), otherwise)])
        }
    }
}

/// The text of a file, if it is short enough and UTF-8.
pub(crate) fn readable<'b>(place: &str, bytes: &'b [u8]) -> Result<&'b str, Problem> {
    let wrong = |at, message: String, help: &str| problem(place, at, Severity::Error, message, help);
    if bytes.len() > LONGEST_FILE {
        let message = "the file is too long; 1 MiB is the most".to_owned();
        return Err(wrong(
            Position::START,
            message,
            "split it, or remove what does not belong to it",
        ));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|error| {
        let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let valid = std::str::from_utf8(valid).unwrap_or_default();
        let at = Source::new(place, valid).position(valid.len());
        wrong(at, "the file is not UTF-8 from here on".to_owned(), "save it as UTF-8")
    })
}

/// The document, as far as it can be read, and what is wrong with its TOML.
pub(crate) fn document<'t>(source: &Source<'_>, text: &'t str) -> (Spanned<DeTable<'t>>, Vec<Problem>) {
    let (document, errors) = DeTable::parse_recoverable(text);
    let mut problems: Vec<Problem> = errors
        .iter()
        .take(MOST_PROBLEMS)
        .map(|error| {
            let message = format!("this is not TOML: {}", error.message());
            source.error(&error.span().unwrap_or(0..0), message, help(error.message()))
        })
        .collect();
    // What follows a broken line is often only its echo: the first few are those to mend.
    problems.sort_by_key(|problem| (problem.line, problem.column));
    problems.dedup();
    problems.truncate(MOST_SYNTAX_PROBLEMS);
    (document, problems)
}

fn help(message: &str) -> &'static str {
    if message.contains("duplicate") {
        "name it once only"
    } else if message.contains("string") || message.contains("quote") {
        "close the text with a quotation mark; write `\\\\` for a backslash, or use single quotes"
    } else {
        "see https://toml.io for how TOML is written"
    }
}
