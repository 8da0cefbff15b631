//! The last explanations, in memory only.

use countersign_model::{Explanation, WindowId};
use std::collections::VecDeque;

/// How many explanations are kept.
const KEPT: usize = 256;

/// What `countersign why` reads, oldest first.
#[derive(Debug, Default)]
pub struct Journal(VecDeque<Explanation>);

impl Journal {
    /// Keeps one more.
    pub fn enter(&mut self, explanation: Explanation) {
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(explanation);
    }

    /// The last `limit` explanations, of one window if it is named, oldest first.
    #[must_use]
    pub fn last(&self, window: Option<WindowId>, limit: usize) -> Vec<Explanation> {
        let mut found: Vec<_> = self
            .0
            .iter()
            .rev()
            .filter(|explanation| window.is_none_or(|window| explanation.window == window))
            .take(limit)
            .cloned()
            .collect();
        found.reverse();
        found
    }
}
