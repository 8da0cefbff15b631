//! An organisation in the repository of a session: its root, made at an administrator's desk, and the settings it signs.

use super::{Agent, CommandLine, SETTINGS, Start};
use crate::{Result, Session};
use std::path::PathBuf;

/// The passphrase of the root's key file.
pub const ROOT_PHRASE: &str = "granite lantern otter basil quiver";

/// The administrator's desk: state of its own, the session's repository.
#[derive(Debug)]
pub struct Organisation<'a> {
    session: &'a Session,
    desk: CommandLine<'a>,
    words: String,
}

impl<'a> Organisation<'a> {
    /// Makes the root and publishes its first list.
    ///
    /// # Errors
    /// When a command fails.
    pub fn found(session: &'a Session) -> Result<Self> {
        let settings = session.config_home().join("countersign/settings.toml");
        session.write(&settings, SETTINGS)?;
        let state = session.folder().join("desk");
        let start = Start::usual().with("XDG_STATE_HOME", &state.display().to_string());
        Self::found_by(session, CommandLine::of(session, &start)?)
    }

    /// The same at a desk that is there already.
    ///
    /// # Errors
    /// When a command fails.
    pub fn found_by(session: &'a Session, desk: CommandLine<'a>) -> Result<Self> {
        let key = session.home().join("root.key").display().to_string();
        let made = desk.done(&["trust", "init", "Example", "--key", &key], &[ROOT_PHRASE])?;
        let words = line_of_words(&made.out, 6).ok_or_else(|| made.wrong("it shows no six words"))?;
        Ok(Self { session, desk, words })
    }

    /// The root's six words.
    #[must_use]
    pub fn words(&self) -> &str {
        &self.words
    }

    /// The desk's command line.
    #[must_use]
    pub fn desk(&self) -> &CommandLine<'a> {
        &self.desk
    }

    /// A key file of the desk.
    #[must_use]
    pub fn key_file(&self, name: &str) -> PathBuf {
        self.session.home().join(name)
    }

    /// Signs settings.
    ///
    /// # Errors
    /// When a command fails.
    pub fn sign(&self, settings: &str) -> Result<()> {
        let file = self.session.home().join("organisation.toml");
        self.session.write(&file, settings)?;
        let (file, key) = (
            file.display().to_string(),
            self.key_file("root.key").display().to_string(),
        );
        self.desk
            .done(&["trust", "settings", &file, "--root", &key], &[ROOT_PHRASE])?;
        Ok(())
    }

    /// Has an agent believe the root.
    ///
    /// # Errors
    /// When a command fails.
    pub fn pinned_by(&self, agent: &Agent<'_>) -> Result<()> {
        agent.done(&["refresh"], &[])?;
        agent.done(&["trust", "pin"], &[&self.words])?;
        Ok(())
    }
}

/// The one line that is so many words and nothing else.
#[must_use]
pub fn line_of_words(shown: &str, count: usize) -> Option<String> {
    let is_word = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase());
    let mut lines = shown.lines().map(str::trim);
    let line = lines.find(|line| line.split(' ').count() == count && line.split(' ').all(is_word));
    line.map(str::to_owned)
}
