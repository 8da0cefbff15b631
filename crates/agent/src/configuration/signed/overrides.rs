//! Signed overrides: kept in the sealed device store, laid over what is set on the machine.

use super::Signed;
use super::held::object_key;
use countersign_model::Timestamp;
use countersign_model::port::RecordStore;
use countersign_rules::{Laid, Override, Problem, SettingsLayer, merge_overrides, parse_override};
use countersign_trust::EntryKind;

/// An override a catalogue names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StandingOverride {
    depth: usize,
    /// Unit, name and publisher, for people.
    source: String,
    stands: Override,
}

/// The overrides in force, and what is wrong with those that cannot be.
pub(in crate::configuration) fn overrides(
    signed: &Signed,
    device: &dyn RecordStore,
) -> (Vec<StandingOverride>, Vec<Problem>) {
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    for (unit, publisher, entry) in signed.objects(EntryKind::Override) {
        let source = format!("{unit} override {} by {publisher}", entry.id);
        let Ok(Some(bytes)) = device.get(&object_key(&entry.digest)) else {
            tracing::error!("{source} is not on this device any more; `countersign refresh` fetches it again");
            continue;
        };
        match parse_override(&source, &bytes) {
            Ok((stands, wrong)) => {
                problems.extend(wrong);
                found.push(StandingOverride {
                    depth: unit.depth(),
                    source,
                    stands,
                });
            }
            Err(wrong) => problems.extend(wrong),
        }
    }
    (found, problems)
}

impl StandingOverride {
    /// The layer these overrides make for a member of these groups at this time, what of them disagrees, and when the next one begins.
    pub(in crate::configuration) fn laid(
        all: &[Self],
        groups: &[String],
        now: Timestamp,
    ) -> (SettingsLayer, Vec<Problem>, Option<Timestamp>) {
        let laid = all
            .iter()
            .filter(|one| one.stands.applies(groups, now))
            .map(|one| Laid {
                depth: one.depth,
                source: one.source.clone(),
                stands: &one.stands,
            });
        let (layer, problems) = merge_overrides(laid.collect());
        let begins = all.iter().filter_map(|one| one.stands.from).filter(|from| *from > now);
        (layer, problems, begins.min())
    }
}
