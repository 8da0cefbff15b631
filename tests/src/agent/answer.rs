use serde_json::Value;

use crate::{LabError, Result};

/// What a command said and how it ended.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its words, for messages.
    pub command: String,
    /// Its exit code; -1 when a signal ended it.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Answer {
    /// What it printed as JSON under `key`, in the form `{"schema":1,KEY:…}`.
    pub fn json(&self, key: &str) -> Result<Value> {
        let whole: Value = serde_json::from_str(&self.out).map_err(|error| self.wrong(&error.to_string()))?;
        if whole.get("schema") != Some(&Value::from(1)) {
            return Err(self.wrong("there is no \"schema\":1"));
        }
        whole
            .get(key)
            .cloned()
            .ok_or_else(|| self.wrong(&format!("there is no \"{key}\"")))
    }

    /// Output and error together, as a person sees them.
    #[must_use]
    pub fn shown(&self) -> String {
        format!("{}{}", self.out, self.err)
    }

    pub(super) fn wrong(&self, what: &str) -> LabError {
        LabError::Tool {
            program: format!("countersign {}", self.command),
            message: format!("{what} (exit {}):\n{}{}", self.code, self.out, self.err),
        }
    }
}
