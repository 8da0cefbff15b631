use serde::{Deserialize, Serialize};

/// What a recovery asks for.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecoverTerms {
    /// The three words that name this vault: read out to the helpdesk.
    pub words: String,
    /// How many operators read words out.
    pub people: u8,
    /// Whether the printed code is needed: this device does not have its half.
    pub needs_printed: bool,
    /// The question the new passphrase answers.
    pub question: String,
}

/// What a recovery came to; the vault is open in any case.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recovered {
    /// Why the new passphrase and the new halves are not in the repository yet; none: they are.
    pub waiting: Option<String>,
}
