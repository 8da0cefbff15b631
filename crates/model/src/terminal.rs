use crate::{Lineage, Pattern, ProcessIdentity};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What a terminal form asks of the program that reads the password (`[form.terminal]`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TerminalSpec {
    /// Executables that may ask: the pty's foreground process must be one of them (path or glob).
    pub program: Vec<Pattern>,
    /// Which of its prompts the form is about, counted from 1 as long as the program runs; left out: any. Programs that ask for the old
    /// password, the new one and the new one again have a form for each.
    #[serde(default)]
    pub prompt: Option<u32>,
    /// How the program reads its options, as getopt(3) writes it (`46ap:o:`). Needed to tell options from operands.
    #[serde(default)]
    pub getopt: String,
    /// Patterns for the first operands, in order. `{field}` stands for a plain field of the logon.
    #[serde(default)]
    pub operands: Vec<Pattern>,
    /// Patterns for option values. An option that is not given is judged by `defaults`.
    #[serde(default)]
    pub options: BTreeMap<String, Pattern>,
    /// The values of options that are not given.
    #[serde(default)]
    pub defaults: BTreeMap<String, String>,
    /// Options that must not be there: `J`, or with a value pattern `o=Proxy*`.
    #[serde(default)]
    pub forbid: Vec<String>,
}

/// What is known of a terminal window without reading its screen.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TerminalFacts {
    /// The pty, such as `/dev/pts/3`.
    pub tty: PathBuf,
    /// The foreground program (`tpgid`), identified by `/proc/PID/exe`, never by its name.
    pub foreground: ProcessIdentity,
    /// Its arguments, program name first.
    pub arguments: Vec<String>,
    /// Other processes in the foreground group that run the same executable (ProxyJump: a second ssh asks for the jump host).
    pub siblings: Vec<Lineage>,
    /// The terminal shows what is typed.
    pub echo: bool,
    /// The terminal hands over whole lines.
    pub canonical: bool,
    /// The foreground program sleeps reading its terminal (`/proc/PID/wchan`), if that is readable.
    pub waiting: Option<bool>,
    /// How often the foreground program has gone to sleep so far, if that is readable. A prompt that is still unanswered keeps its
    /// number: a line that was read wakes the program, so another number is another prompt.
    #[serde(default)]
    pub sleeps: Option<u64>,
    /// Which of its prompts this is, counted from 1 by whoever watched the program ask.
    #[serde(default)]
    pub prompt: Option<u32>,
}

impl TerminalFacts {
    /// Whether this is the same unanswered prompt as `earlier`, as far as can be told.
    #[must_use]
    pub fn is_same_prompt(&self, earlier: &Self) -> bool {
        self.foreground.lineage == earlier.foreground.lineage && self.sleeps == earlier.sleeps
    }

    /// Whether a program is reading a password: echo off, whole lines, and asleep on the terminal as far as that can be seen.
    #[must_use]
    pub fn asks_for_secret(&self) -> bool {
        !self.echo && self.canonical && self.waiting != Some(false)
    }
}
