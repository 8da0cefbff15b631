//! One application that was logged on to, in the reports of `demo` and `lab`.

use serde::Serialize;

/// An application, and how it went.
#[derive(Debug, Serialize)]
pub struct Row {
    /// Which.
    pub application: &'static str,
    /// What it is made with.
    pub toolkit: &'static str,
    /// How the agent wrote.
    pub method: String,
    /// From the window to the last value written.
    pub filled_ms: Option<f64>,
    /// From the window to the submission.
    pub submitted_ms: Option<f64>,
    /// Whether the counterpart let the account in.
    pub accepted: bool,
    /// The line of the counterpart's log.
    pub evidence: String,
}

impl Row {
    /// True when the counterpart let the account in, and the agent says that it was the agent who filled and submitted.
    pub fn is_good(&self) -> bool {
        self.accepted && self.submitted_ms.is_some()
    }

    /// One line while it runs.
    pub fn line(&self) -> String {
        format!(
            "{}: {}",
            self.application,
            if self.accepted { "accepted" } else { "NOT ACCEPTED" }
        )
    }
}

/// The table.
pub fn print(rows: &[Row]) {
    println!();
    println!(
        "{:<24} {:<11} {:<9} {:>9} {:>12}  {:<8}  evidence",
        "application", "toolkit", "method", "filled ms", "submitted ms", "accepted"
    );
    for row in rows {
        let figure = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.1}"));
        let accepted = if row.accepted { "yes" } else { "NO" };
        println!(
            "{:<24} {:<11} {:<9} {:>9} {:>12}  {accepted:<8}  {}",
            row.application,
            row.toolkit,
            row.method,
            figure(row.filled_ms),
            figure(row.submitted_ms),
            row.evidence
        );
    }
}
