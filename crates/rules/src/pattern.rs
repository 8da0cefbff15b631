//! What a [`Pattern`] means: an exact text, a glob, or a regular expression between slashes; always for the whole text.

use crate::literals::{Clause, folded, of_regex};
use countersign_model::{FieldName, FieldValues, Logon, Pattern};
use regex::{Regex, RegexBuilder};
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// The plain fields of one logon. Secret fields never take part in matching.
pub trait PlainFields {
    /// The value of a plain field.
    fn plain(&self, name: &str) -> Option<&str>;
}

impl PlainFields for FieldValues {
    fn plain(&self, name: &str) -> Option<&str> {
        Self::plain(self, name)
    }
}

impl PlainFields for Logon {
    fn plain(&self, name: &str) -> Option<&str> {
        self.fields.plain(name)
    }
}

impl PlainFields for BTreeMap<String, String> {
    fn plain(&self, name: &str) -> Option<&str> {
        self.get(name).map(String::as_str)
    }
}

impl PlainFields for BTreeMap<FieldName, String> {
    fn plain(&self, name: &str) -> Option<&str> {
        self.get(&FieldName::from(name)).map(String::as_str)
    }
}

/// What `{field}` stands for.
#[derive(Clone, Copy)]
pub(crate) enum Known<'a> {
    /// Anything that is not empty: no logon was chosen yet.
    Nothing,
    /// The fields of this logon, literally.
    Fields(&'a dyn PlainFields),
}

/// Why a pattern means nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PatternProblem {
    #[error("the pattern is empty: it would match only an empty text")]
    Empty,
    #[error("the regular expression does not compile: {0}")]
    Regex(String),
}

/// Whether a text matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Match {
    Yes,
    No,
    /// The logon has no value for this field, so nothing can be said.
    NoValue(FieldName),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Literal(String),
    Any,
    One,
    Field(FieldName),
}

#[derive(Clone, Debug)]
enum Meaning {
    Tokens(Vec<Token>),
    Regex { parts: Vec<Token>, wild: Wild },
}

/// A regular expression in which `{field}` is anything, compiled when it is first asked: most never are.
#[derive(Clone, Debug)]
struct Wild {
    source: String,
    compiled: OnceLock<Option<Regex>>,
}

impl Wild {
    fn compiled(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| regex(&self.source).ok()).as_ref()
    }
}

/// A pattern for texts: titles, names, labels, arguments.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    source: String,
    meaning: Meaning,
}

/// The most a compiled regular expression may take.
const REGEX_BYTES: usize = 1 << 20;
/// The most that matching one keeps in memory to be fast.
const CACHE_BYTES: usize = 1 << 16;
/// The deepest nesting of a regular expression.
const REGEX_DEPTH: u32 = 64;

impl Text {
    /// Whether a regular expression can be compiled is not known before [`check`](Self::check) or the first match.
    pub(crate) fn new(pattern: &Pattern) -> Result<Self, PatternProblem> {
        let source = pattern.0.trim();
        if source.is_empty() {
            return Err(PatternProblem::Empty);
        }
        let inner = source
            .strip_prefix('/')
            .and_then(|rest| rest.strip_suffix('/'))
            .filter(|inner| !inner.is_empty());
        let meaning = match inner {
            Some(inner) => {
                let parts = regex_parts(inner);
                let source = whole(&parts, anything).unwrap_or_default();
                let compiled = OnceLock::new();
                Meaning::Regex {
                    parts,
                    wild: Wild { source, compiled },
                }
            }
            None => Meaning::Tokens(tokens(source)),
        };
        Ok(Self {
            source: pattern.0.clone(),
            meaning,
        })
    }

    /// Makes sure that a regular expression compiles.
    pub(crate) fn check(&self) -> Result<(), PatternProblem> {
        let Meaning::Regex { parts, wild } = &self.meaning else {
            return Ok(());
        };
        // On its own first: `a)|(b` must not become a regular expression by what is put around it.
        let mut syntax = regex_syntax::ParserBuilder::new();
        syntax.nest_limit(REGEX_DEPTH);
        let alone = joined(parts, anything).unwrap_or_default();
        syntax.build().parse(&alone).map_err(|problem| refused(&problem))?;
        match wild.compiled() {
            Some(_) => Ok(()),
            None => regex(&wild.source).map(drop),
        }
    }

    /// What every text that matches contains, folded, whatever the fields are.
    pub(crate) fn clauses(&self) -> Vec<Clause> {
        match &self.meaning {
            Meaning::Tokens(tokens) => {
                let literal = |token: &Token| match token {
                    Token::Literal(text) => Some(vec![folded(text)]),
                    _ => None,
                };
                tokens.iter().filter_map(literal).collect()
            }
            Meaning::Regex { wild, .. } => of_regex(&wild.source),
        }
    }

    pub(crate) fn source(&self) -> &str {
        &self.source
    }

    /// The fields it names as `{field}`.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &FieldName> {
        let (Meaning::Tokens(tokens) | Meaning::Regex { parts: tokens, .. }) = &self.meaning;
        tokens.iter().filter_map(|token| {
            if let Token::Field(name) = token {
                Some(name)
            } else {
                None
            }
        })
    }

    /// The field, when it is nothing but that field.
    pub(crate) fn only_field(&self) -> Option<&FieldName> {
        match &self.meaning {
            Meaning::Tokens(tokens) => match tokens.as_slice() {
                [Token::Field(name)] => Some(name),
                _ => None,
            },
            Meaning::Regex { .. } => None,
        }
    }

    /// The one text it matches, when it is exact.
    pub(crate) fn exact(&self, known: Known<'_>) -> Option<String> {
        let Meaning::Tokens(tokens) = &self.meaning else {
            return None;
        };
        tokens
            .iter()
            .map(|token| match (token, known) {
                (Token::Literal(text), _) => Some(text.as_str()),
                (Token::Field(name), Known::Fields(fields)) => fields.plain(name.as_str()),
                _ => None,
            })
            .collect()
    }

    /// Judges a text. White space around it means nothing.
    pub(crate) fn judge(&self, text: &str, known: Known<'_>) -> Match {
        if let Known::Fields(fields) = known
            && let Some(missing) = self
                .fields()
                .find(|name| fields.plain(name.as_str()).is_none_or(str::is_empty))
        {
            return Match::NoValue(missing.clone());
        }
        let text = text.trim();
        let held = match &self.meaning {
            Meaning::Tokens(tokens) => match tokens.as_slice() {
                [Token::Literal(exact)] => exact == text,
                tokens => glob(&atoms(tokens, known), text),
            },
            Meaning::Regex { parts, wild } => match known {
                Known::Fields(fields) if self.fields().next().is_some() => whole(parts, |name| {
                    fields.plain(name.as_str()).map(|value| regex::escape(value.trim()))
                })
                .and_then(|source| regex(&source).ok())
                .is_some_and(|exact| exact.is_match(text)),
                _ => wild.compiled().is_some_and(|wild| wild.is_match(text)),
            },
        };
        if held { Match::Yes } else { Match::No }
    }
}

fn regex(source: &str) -> Result<Regex, PatternProblem> {
    RegexBuilder::new(source)
        .size_limit(REGEX_BYTES)
        .dfa_size_limit(CACHE_BYTES)
        .nest_limit(REGEX_DEPTH)
        .build()
        .map_err(|problem| refused(&problem))
}

fn refused(problem: &dyn std::error::Error) -> PatternProblem {
    let text = problem.to_string();
    let last = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or(&text);
    PatternProblem::Regex(last.trim().trim_start_matches("error: ").to_owned())
}

/// What stands for `{field}` before a logon is chosen.
#[expect(clippy::unnecessary_wraps, reason = "one of two ways to fill in fields")]
fn anything(_: &FieldName) -> Option<String> {
    Some("(?s:.+)".to_owned())
}

fn whole(parts: &[Token], field: impl Fn(&FieldName) -> Option<String>) -> Option<String> {
    joined(parts, field).map(|inner| format!(r"\A(?:{inner})\z"))
}

fn joined(parts: &[Token], field: impl Fn(&FieldName) -> Option<String>) -> Option<String> {
    parts
        .iter()
        .map(|part| match part {
            Token::Literal(text) => Some(text.clone()),
            Token::Field(name) => field(name).map(|text| format!("(?:{text})")),
            Token::Any | Token::One => None,
        })
        .collect()
}

fn push_char(tokens: &mut Vec<Token>, character: char) {
    match tokens.last_mut() {
        Some(Token::Literal(text)) => text.push(character),
        _ => tokens.push(Token::Literal(character.to_string())),
    }
}

fn tokens(source: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let mut after = rest.get(first.len_utf8()..).unwrap_or_default();
        match first {
            '\\' => match after.chars().next() {
                Some(escaped @ ('*' | '?' | '{' | '}' | '\\')) => {
                    push_char(&mut found, escaped);
                    after = after.get(1..).unwrap_or_default();
                }
                _ => push_char(&mut found, '\\'),
            },
            '*' => {
                if found.last() != Some(&Token::Any) {
                    found.push(Token::Any);
                }
            }
            '?' => found.push(Token::One),
            '{' => match placeholder(rest) {
                Some((name, length)) => {
                    found.push(Token::Field(name));
                    after = rest.get(length..).unwrap_or_default();
                }
                None => push_char(&mut found, '{'),
            },
            other => push_char(&mut found, other),
        }
        rest = after;
    }
    found
}

/// The pattern that only this text matches.
pub(crate) fn escaped(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '*' | '?' | '{' | '}' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

/// In a regular expression only `{name}` is special here, and not after `\p`, `\x`, `\u` or a backslash.
fn regex_parts(source: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let mut length = first.len_utf8();
        if first == '\\' {
            let escaped = rest.chars().nth(1);
            push_char(&mut found, '\\');
            if let Some(escaped) = escaped {
                push_char(&mut found, escaped);
                length += escaped.len_utf8();
                if matches!(escaped, 'p' | 'P' | 'x' | 'u' | 'U')
                    && rest.get(length..).is_some_and(|after| after.starts_with('{'))
                {
                    push_char(&mut found, '{');
                    length += 1;
                }
            }
        } else if let Some((name, taken)) = placeholder(rest) {
            found.push(Token::Field(name));
            length = taken;
        } else {
            push_char(&mut found, first);
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    found
}

/// `{name}` at the start of a text, and how many bytes it takes.
fn placeholder(text: &str) -> Option<(FieldName, usize)> {
    let inner = text.strip_prefix('{')?;
    let (name, _) = inner.split_once('}')?;
    is_field_name(name).then(|| (FieldName::from(name), name.len() + 2))
}

/// Whether a text can be the name of a field.
pub(crate) fn is_field_name(name: &str) -> bool {
    name.len() <= 64
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-'))
}

#[derive(Clone, Copy, PartialEq)]
enum Atom {
    Char(char),
    One,
    Any,
}

fn atoms(tokens: &[Token], known: Known<'_>) -> Vec<Atom> {
    let mut found = Vec::new();
    for token in tokens {
        match (token, known) {
            (Token::Literal(text), _) => found.extend(text.chars().map(Atom::Char)),
            (Token::Any, _) => found.push(Atom::Any),
            (Token::One, _) => found.push(Atom::One),
            (Token::Field(_), Known::Nothing) => found.extend([Atom::One, Atom::Any]),
            (Token::Field(name), Known::Fields(fields)) => {
                let value = fields.plain(name.as_str()).unwrap_or_default();
                found.extend(value.trim().chars().map(Atom::Char));
            }
        }
    }
    found
}

/// Matches without recursion: on a mismatch only the last `*` takes one character more.
fn glob(pattern: &[Atom], text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let (mut at, mut in_text) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while let Some(character) = text.get(in_text) {
        match pattern.get(at) {
            Some(Atom::Any) => {
                retry = Some((at + 1, in_text));
                at += 1;
            }
            Some(Atom::One) => {
                at += 1;
                in_text += 1;
            }
            Some(Atom::Char(wanted)) if wanted == character => {
                at += 1;
                in_text += 1;
            }
            _ => {
                let Some((after_star, taken)) = retry else { return false };
                retry = Some((after_star, taken + 1));
                at = after_star;
                in_text = taken + 1;
            }
        }
    }
    pattern
        .get(at..)
        .unwrap_or_default()
        .iter()
        .all(|atom| *atom == Atom::Any)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(pattern: &str, text: &str, fields: Option<&[(&str, &str)]>) -> Match {
        let pattern = Text::new(&Pattern::from(pattern)).unwrap();
        let fields: Option<BTreeMap<String, String>> = fields.map(|all| {
            all.iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect()
        });
        pattern.judge(
            text,
            fields.as_ref().map_or(Known::Nothing, |fields| Known::Fields(fields)),
        )
    }

    #[test]
    fn texts() {
        for (pattern, text, yes) in [
            ("Log on", "Log on", true),
            ("Log on", " Log on\n", true),
            ("Log on", "log on", false),
            ("Log*", "Log on", true),
            ("*KeePassXC", "x.kdbx [Locked] - KeePassXC", true),
            ("*a*b*c", "xxaxxbxxc", true),
            ("*a*b*c", "xxaxxbxx", false),
            ("a?c", "aßc", true),
            ("a?c", "ac", false),
            (r"100 \* 2\?", "100 * 2?", true),
            (r"100 \* 2\?", "100 x 2?", false),
            (r"C:\Users", r"C:\Users", true),
            ("/Log (on|in)/", "Log in", true),
            ("/Log (on|in)/", "Log in now", false),
            ("/a|b/", "ab", false),
            ("/(?i)log on/", "LOG ON", true),
            ("/[0-9]{2,3}/", "123", true),
            ("/", "/", true),
            ("{not a field}", "{not a field}", true),
            ("{username}@{host}'s password:*", "demo@127.0.0.1's password: ", true),
            ("{username}@{host}'s password:*", "@127.0.0.1's password: ", false),
            ("/{username}@.*/", "demo@x", true),
        ] {
            assert_eq!(held(pattern, text, None) == Match::Yes, yes, "{pattern} on {text}");
        }
    }

    #[test]
    fn values_are_literal() {
        let fields = [("username", "d*mo"), ("host", ".*"), ("empty", "")];
        for (pattern, text, says) in [
            ("{username}@x", "d*mo@x", Match::Yes),
            ("{username}@x", "demo@x", Match::No),
            ("/{username}@{host}/", "d*mo@.*", Match::Yes),
            ("/{username}@{host}/", "d*mo@anything", Match::No),
            ("{port}", "22", Match::NoValue("port".into())),
            ("{empty}", "", Match::NoValue("empty".into())),
        ] {
            assert_eq!(held(pattern, text, Some(&fields)), says, "{pattern} on {text}");
        }
    }

    #[test]
    fn bad_patterns_say_why() {
        for pattern in ["/a(/", "/[/", "/a{99999999}/", "", "  "] {
            let text = Text::new(&Pattern::from(pattern));
            assert!(text.and_then(|text| text.check()).is_err(), "{pattern}");
        }
        assert!(Text::new(&Pattern::from("/a)|(b/")).unwrap().check().is_err());
    }
}
