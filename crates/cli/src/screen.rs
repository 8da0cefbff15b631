//! What the user sees. Text from elsewhere (titles, names, messages) can never steer the terminal.

use crate::failure::Failure;
use countersign_secret::Password;
use serde::Serialize;
use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::os::fd::AsFd;

/// How a piece of text stands out. Kept as private-use characters in the text until it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Paint {
    Good,
    Bad,
    Warn,
    Strong,
    Dim,
}

const OFF: char = '\u{e0f0}';

impl Paint {
    const ALL: [(Self, char, &'static str); 5] = [
        (Self::Good, '\u{e0f1}', "\x1b[32m"),
        (Self::Bad, '\u{e0f2}', "\x1b[31m"),
        (Self::Warn, '\u{e0f3}', "\x1b[33m"),
        (Self::Strong, '\u{e0f4}', "\x1b[1m"),
        (Self::Dim, '\u{e0f5}', "\x1b[2m"),
    ];

    /// The text, marked.
    pub(crate) fn on(self, text: impl fmt::Display) -> String {
        let mark = Self::ALL
            .into_iter()
            .find(|(paint, _, _)| *paint == self)
            .map_or(OFF, |(_, mark, _)| mark);
        format!("{mark}{text}{OFF}")
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Colour {
    On,
    Off,
}

/// Writes bytes that are secret: from locked memory to where they go, with no buffer in between.
pub(crate) fn put(to: impl AsFd, mut bytes: &[u8]) -> Result<(), Failure> {
    while !bytes.is_empty() {
        match rustix::io::write(&to, bytes) {
            Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(Failure::Output(error.into())),
        }
    }
    Ok(())
}

/// Prints words that are secret, as a line of their own.
pub(crate) fn put_words(words: &Password) -> Result<(), Failure> {
    let out = io::stdout();
    put(&out, words.expose().as_bytes())?;
    put(&out, b"\n")
}

/// Standard output and standard error.
pub(crate) struct Screen {
    out: Colour,
    err: Colour,
}

impl Screen {
    pub(crate) fn new() -> Self {
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let colour = |is_terminal| {
            if is_terminal && !unwanted {
                Colour::On
            } else {
                Colour::Off
            }
        };
        Self {
            out: colour(io::stdout().is_terminal()),
            err: colour(io::stderr().is_terminal()),
        }
    }

    /// Prints a line (or several).
    pub(crate) fn say(&mut self, text: impl fmt::Display) -> Result<(), Failure> {
        let shown = shown(&text.to_string(), self.out);
        writeln!(io::stdout().lock(), "{shown}").map_err(Failure::Output)
    }

    /// Prints text of our own as it is, to be read by a program.
    pub(crate) fn text(&mut self, text: &str) -> Result<(), Failure> {
        io::stdout().lock().write_all(text.as_bytes()).map_err(Failure::Output)
    }

    /// Prints `{"schema":1,KEY:VALUE}`.
    pub(crate) fn json(&mut self, key: &str, value: &impl Serialize) -> Result<(), Failure> {
        let value = serde_json::to_string(value).map_err(|error| Failure::Output(error.into()))?;
        writeln!(io::stdout().lock(), "{{\"schema\":1,\"{key}\":{value}}}").map_err(Failure::Output)
    }

    /// Says something beside the output proper.
    pub(crate) fn note(&mut self, text: impl fmt::Display) {
        let shown = shown(&text.to_string(), self.err);
        let _ = writeln!(io::stderr().lock(), "{shown}");
    }

    /// Says why it was not done and what to do next.
    pub(crate) fn fail(&mut self, failure: &Failure, json: bool) {
        if json {
            let error =
                serde_json::json!({ "code": failure.code(), "message": failure.to_string(), "next": failure.next() });
            let _ = self.json("error", &error);
        }
        self.note(format_args!("{} {failure}", Paint::Bad.on("error:")));
        if let Some(next) = failure.next() {
            self.note(format_args!("{} {next}", Paint::Strong.on("next:")));
        }
    }
}

fn shown(text: &str, colour: Colour) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        let mark = Paint::ALL.into_iter().find(|(_, mark, _)| *mark == c);
        match (c, mark, colour) {
            (_, Some((_, _, code)), Colour::On) => shown.push_str(code),
            (OFF, _, Colour::On) => shown.push_str("\x1b[0m"),
            (OFF, ..) | (_, Some(_), Colour::Off) => {}
            ('\n', ..) => shown.push('\n'),
            _ if steers(c) => shown.push('\u{fffd}'),
            _ => shown.push(c),
        }
    }
    shown
}

/// Control characters, and those that turn the direction of what follows.
fn steers(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_comes_only_where_it_is_wanted() {
        let text = format!("{} x", Paint::Good.on("✓"));
        assert_eq!(shown(&text, Colour::On), "\x1b[32m✓\x1b[0m x");
        assert_eq!(shown(&text, Colour::Off), "✓ x");
    }

    #[test]
    fn a_title_cannot_steer_the_terminal() {
        let title = "a\x1b]0;b\x07\u{9b}2J\u{202e}\rc\n";
        for colour in [Colour::On, Colour::Off] {
            assert_eq!(shown(title, colour), "a�]0;b��2J��c\n");
        }
    }
}
