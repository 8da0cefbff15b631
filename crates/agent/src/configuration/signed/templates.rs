//! Signed templates: parsed once, chosen by unit and group.

use super::super::shelf::Good;
use super::Signed;
use super::held::held_object;
use countersign_model::Publisher;
use countersign_model::port::RecordStore;
use countersign_rules::Problem;
use countersign_trust::{Digest, EntryKind};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A template a catalogue names.
#[derive(Clone)]
pub(in crate::configuration) struct SignedTemplate {
    publisher: Publisher,
    depth: usize,
    digest: Digest,
    pub(in crate::configuration) good: Arc<Good>,
}

/// The templates in force, and what is wrong with those that cannot be. What was parsed before is taken over.
pub(in crate::configuration) fn templates(
    signed: &Signed,
    before: &[SignedTemplate],
    device: &dyn RecordStore,
) -> (Vec<SignedTemplate>, Vec<Problem>) {
    let parsed: BTreeMap<(Digest, &str), &Arc<Good>> = before
        .iter()
        .map(|known| ((known.digest, known.good.place()), &known.good))
        .collect();
    let (mut found, mut problems) = (Vec::new(), Vec::new());
    for (unit, publisher, entry) in signed.objects(EntryKind::Template) {
        let place = format!("{unit} template {}", entry.id);
        let good = match parsed.get(&(entry.digest, place.as_str())) {
            Some(known) => Arc::clone(known),
            None => match read(&place, &entry.digest, device) {
                Ok(good) => Arc::new(good),
                Err(wrong) => {
                    problems.extend(wrong);
                    continue;
                }
            },
        };
        found.push(SignedTemplate {
            publisher,
            depth: unit.depth(),
            digest: entry.digest,
            good,
        });
    }
    (found, problems)
}

fn read(place: &str, digest: &Digest, device: &dyn RecordStore) -> Result<Good, Vec<Problem>> {
    let bytes = held_object(place, digest, device).map_err(|lost| vec![lost])?;
    Good::of(place, &bytes)
}

/// Those that count for a member of these groups: of two with one id the one of the deeper unit. Where units are as deep, the set names the second one.
pub(in crate::configuration) fn chosen<'a>(all: &'a [SignedTemplate], groups: &[String]) -> Vec<(Publisher, &'a Good)> {
    let mut admitted: Vec<_> = all.iter().filter(|found| found.good.admits(groups)).collect();
    admitted.sort_by_key(|found| std::cmp::Reverse(found.depth));
    let mut depths: BTreeMap<&str, usize> = BTreeMap::new();
    admitted.retain(|found| *depths.entry(found.good.id()).or_insert(found.depth) == found.depth);
    admitted
        .into_iter()
        .map(|found| (found.publisher.clone(), &*found.good))
        .collect()
}
