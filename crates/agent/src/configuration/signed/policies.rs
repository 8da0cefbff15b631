//! Signed password policies.

use super::Signed;
use countersign_model::{Publisher, Unit};
use countersign_trust::{Entry, EntryKind};

/// A policy a catalogue names.
pub(in crate::configuration) struct SignedPolicy<'a> {
    pub(in crate::configuration) unit: &'a Unit,
    pub(in crate::configuration) publisher: Publisher,
    pub(in crate::configuration) entry: &'a Entry,
}

/// Every policy that a catalogue in force names, by unit and id.
pub(in crate::configuration) fn policies(signed: &Signed) -> impl Iterator<Item = SignedPolicy<'_>> {
    let found = signed.objects(EntryKind::Policy).into_iter();
    found.map(|(unit, publisher, entry)| SignedPolicy { unit, publisher, entry })
}
