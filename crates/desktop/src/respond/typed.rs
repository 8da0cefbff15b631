//! Whether a field has taken what was typed.

use std::time::Duration;

/// How long a field that looks as before may take to show a change at all.
const UNMOVED: Duration = Duration::from_millis(250);

/// Judges a field's length while keys arrive in it. Keys travel on another way than everything else: whatever is done next by
/// another way must wait until they have arrived, or they land in the wrong field.
#[derive(Clone, Copy, Debug)]
pub(super) struct Typed {
    before: usize,
    typed: usize,
    moved: bool,
    last: usize,
    since: Duration,
}

impl Typed {
    /// So many characters were typed into a field that held `before`.
    pub(super) fn new(before: usize, typed: usize) -> Self {
        Self {
            before,
            typed,
            moved: false,
            last: before,
            since: Duration::ZERO,
        }
    }

    /// Whether everything has arrived, given the length now and the time since typing.
    pub(super) fn arrived(&mut self, length: usize, waited: Duration) -> bool {
        self.moved |= length != self.before;
        if length != self.last {
            self.last = length;
            self.since = waited;
        }
        let still = waited.saturating_sub(self.since) >= UNMOVED;
        // Added to what was there, or put in the place of a selection.
        let added = length == self.before.saturating_add(self.typed);
        let replaced = length == self.typed && (self.moved || still);
        // The field completed it by itself.
        added || replaced || (length > self.typed && self.moved && still)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_millis(10);

    #[test]
    fn an_empty_field_has_taken_everything_when_it_is_as_long() {
        let mut typed = Typed::new(0, 4);
        assert!(!typed.arrived(0, NOW));
        assert!(!typed.arrived(3, NOW));
        assert!(typed.arrived(4, NOW));
    }

    #[test]
    fn a_selection_of_the_same_length_is_told_from_keys_still_on_their_way() {
        let mut typed = Typed::new(4, 4);
        assert!(!typed.arrived(4, NOW));
        assert!(!typed.arrived(1, NOW));
        assert!(typed.arrived(4, NOW));
        let mut unseen = Typed::new(4, 4);
        assert!(!unseen.arrived(4, NOW));
        assert!(unseen.arrived(4, Duration::from_millis(260)));
        assert!(Typed::new(4, 4).arrived(8, NOW));
    }

    #[test]
    fn a_field_that_adds_something_is_believed_once_it_rests() {
        let mut typed = Typed::new(0, 4);
        assert!(!typed.arrived(9, NOW));
        assert!(typed.arrived(9, Duration::from_millis(270)));
    }

    #[test]
    fn a_field_that_cuts_is_never_believed() {
        let mut typed = Typed::new(0, 9);
        assert!(!typed.arrived(8, NOW));
        assert!(!typed.arrived(8, Duration::from_secs(2)));
    }
}
