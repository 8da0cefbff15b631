//! `[form.terminal]`.

use super::Compiler;
use crate::compiled::{CompiledForbidden, CompiledOption, CompiledTerminal};
use crate::getopt::Getopt;
use crate::spans::{item, under};
use countersign_model::{Pattern, TerminalSpec};

impl Compiler<'_> {
    pub(super) fn terminal(&mut self, path: &str, spec: &TerminalSpec) -> CompiledTerminal {
        let getopt = Getopt::new(&spec.getopt).unwrap_or_else(|wrong| {
            let message = format!("`{wrong}` cannot stand there in a getopt text");
            self.error(
                &under(path, "getopt"),
                message,
                "write each option letter once, with `:` after those that take a value",
            );
            Getopt::default()
        });
        let mut options = Vec::new();
        for (letter, pattern) in &spec.options {
            let path = under(&under(path, "options"), letter);
            let Some(letter) = self.letter(&path, letter) else {
                continue;
            };
            if getopt.knows(letter) && !getopt.takes_value(letter) {
                self.error(
                    &path,
                    format!("`-{letter}` takes no value"),
                    "use `forbid`, or write `:` after it in `getopt`",
                );
            }
            let default = spec.defaults.get(&letter.to_string()).cloned();
            options.extend(
                self.text(&path, pattern)
                    .map(|value| CompiledOption { letter, value, default }),
            );
        }
        let mut forbid = Vec::new();
        for (index, text) in spec.forbid.iter().enumerate() {
            let path = item(&under(path, "forbid"), index);
            let (letter, value) = match text.split_once('=') {
                Some((letter, value)) => (letter, Some(Pattern::from(value))),
                None => (text.as_str(), None),
            };
            let Some(letter) = self.letter(&path, letter) else {
                continue;
            };
            let value = self.optional(&path, value.as_ref());
            forbid.push(CompiledForbidden { letter, value });
        }
        for forbidden in &forbid {
            if !getopt.knows(forbidden.letter) {
                let message = format!("`getopt` does not know `-{}`", forbidden.letter);
                self.error(&under(path, "forbid"), message, "add the letter to `getopt`");
            }
        }
        for option in &options {
            if !getopt.knows(option.letter) {
                let message = format!("`getopt` does not know `-{}`", option.letter);
                self.error(
                    &under(path, "options"),
                    message,
                    "add the letter to `getopt`, with `:` after it",
                );
            }
        }
        if spec.prompt == Some(0) {
            self.error(
                &under(path, "prompt"),
                "prompts are counted from 1",
                "write 1 for the first one",
            );
        }
        let operands = self.texts(&under(path, "operands"), &spec.operands);
        CompiledTerminal {
            program: self.paths(&under(path, "program"), &spec.program),
            prompt: spec.prompt,
            getopt,
            operands,
            options,
            forbid,
        }
    }

    pub(super) fn letter(&mut self, path: &str, text: &str) -> Option<char> {
        let mut characters = text.chars();
        match (characters.next(), characters.next()) {
            (Some(letter), None) if letter.is_ascii_alphanumeric() => Some(letter),
            _ => {
                self.error(
                    path,
                    format!("`{text}` is not the letter of an option"),
                    "write one letter without `-`",
                );
                None
            }
        }
    }
}
