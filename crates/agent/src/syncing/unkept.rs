//! What an exchange brought and this machine could not keep.

use countersign_model::port::StoreError;

/// How often an exchange that could not save is run again at once.
pub(super) const CONFLICTS: u32 = 3;

/// The sentence about it, until an exchange keeps what it brings; `None` while `unsaved` exchanges in a row may yet have met a logon
/// that was being changed: most often running it again is all.
pub(super) fn said(error: &StoreError, unsaved: u32) -> Option<String> {
    let passing = matches!(error, StoreError::NotSaved(_)) && unsaved <= CONFLICTS;
    (!passing).then(|| format!("what the repository has is not kept on this machine: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_said_and_a_conflict_is_not() {
        let full = StoreError::NotSaved("No space left on device".to_owned());
        assert_eq!(said(&full, CONFLICTS), None);
        let sentence = said(&full, CONFLICTS + 1).unwrap();
        assert!(
            sentence.contains("No space left on device; free some space"),
            "{sentence}"
        );
        let damaged = StoreError::Damaged("log.1".to_owned());
        assert!(said(&damaged, 0).unwrap().contains("the store is damaged"));
    }
}
