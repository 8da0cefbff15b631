//! The command in a terminal, as a terminal form names it: exactly this one, until its author says what may differ.

use super::RecordProblem;
use super::personal::Personal;
use super::text::{path, quoted};
use countersign_model::TerminalFacts;
use std::collections::BTreeMap;

/// What the words of a command are, as far as that shows.
#[derive(Default)]
struct Words<'a> {
    /// Options without a value.
    flags: Vec<char>,
    /// Options and their values.
    options: Vec<(char, &'a str)>,
    operands: Vec<&'a str>,
}

impl<'a> Words<'a> {
    /// A word after an option is its value, unless it is an option itself. A terminal form knows options of one letter only.
    fn of(terminal: &'a TerminalFacts) -> Result<Self, &'a str> {
        let mut words = Self::default();
        let mut arguments = terminal.arguments.iter().skip(1).map(String::as_str).peekable();
        while let Some(word) = arguments.next() {
            match word.strip_prefix('-') {
                Some(letters) if words.operands.len() <= 1 && !letters.is_empty() => {
                    let (option, rest) = option_of(letters).ok_or(word)?;
                    // The last word is what the command is about, no value.
                    let value = arguments.next_if(|next| rest.is_empty() && !next.starts_with('-'));
                    match (value, arguments.peek()) {
                        (Some(value), Some(_)) => words.options.push((option, value)),
                        (Some(operand), None) => {
                            words.flags.push(option);
                            words.operands.push(operand);
                        }
                        (None, _) if rest.chars().all(|c| c.is_ascii_alphabetic()) => {
                            words.flags.extend(letters.chars());
                        }
                        (None, _) => words.options.push((option, rest)),
                    }
                }
                // That is a command of its own (`ssh HOST ls -l`): a terminal form ends before it.
                Some(_) if words.operands.len() > 1 => {
                    words.operands.truncate(1);
                    break;
                }
                _ => words.operands.push(word),
            }
        }
        Ok(words)
    }
}

/// The first letter of `p2178`, and what follows it; long options have none.
fn option_of(letters: &str) -> Option<(char, &str)> {
    let mut rest = letters.chars();
    let option = rest.next().filter(char::is_ascii_alphanumeric)?;
    Some((option, rest.as_str()))
}

/// Whether a terminal form can name this command.
pub(super) fn readable(terminal: &TerminalFacts) -> Result<(), RecordProblem> {
    let words = Words::of(terminal);
    words.map(drop).map_err(|word| RecordProblem::Option(word.to_owned()))
}

/// `[form.terminal]`.
pub(super) fn form(terminal: &TerminalFacts, personal: &Personal) -> Vec<String> {
    let words = Words::of(terminal).unwrap_or_default();
    let pattern = |word: &str| quoted(&personal.pattern(word));
    let mut lines = vec![
        "[form.terminal]".to_owned(),
        format!("program = [{}]", path(personal, &terminal.foreground.executable)),
    ];
    let flags = words.flags.iter().map(char::to_string);
    let valued = words.options.iter().map(|(option, _)| format!("{option}:"));
    let mut known: Vec<String> = flags.chain(valued).collect();
    known.sort();
    known.dedup();
    if !known.is_empty() {
        lines.push(format!("getopt = {}", quoted(&known.concat())));
    }
    let operands: Vec<String> = words.operands.iter().map(|word| pattern(word)).collect();
    if !operands.is_empty() {
        lines.push(format!("operands = [{}]", operands.join(", ")));
    }
    let mut values: BTreeMap<char, Vec<&str>> = BTreeMap::new();
    for (option, value) in &words.options {
        values.entry(*option).or_default().push(value);
    }
    let options: Vec<String> = values
        .iter()
        .map(|(option, values)| format!("{option} = {}", one_of(values, personal)))
        .collect();
    if !options.is_empty() {
        lines.push(format!("options = {{ {} }}", options.join(", ")));
    }
    lines.push(String::new());
    lines
}

/// A pattern for the value of an option, which may be given several times.
fn one_of(values: &[&str], personal: &Personal) -> String {
    match values {
        [only] => quoted(&personal.pattern(only)),
        several => {
            let each: Vec<String> = several
                .iter()
                .map(|value| regex::escape(&personal.redacted(value)))
                .collect();
            quoted(&format!("/{}/", each.join("|")))
        }
    }
}
