//! What number and time a new version gets, so that every device finds the same order of versions that follow each other.

use countersign_model::Timestamp;

/// How much later than what it follows a change by the user is at least. Less is for versions that only seal the same anew.
const STEP: u64 = 1_000;

/// The next number of a device that knows of no higher one than `highest`. It is some way above: of two copies of one device that do not
/// know of each other both go on from the same number, and what they write must not be filed alike.
#[must_use]
pub fn next_counter(highest: u64, random: [u8; 3]) -> u64 {
    let [a, b, c] = random;
    let step = u64::from(u32::from_be_bytes([0, a, b, c]));
    highest.saturating_add(1).saturating_add(step)
}

/// The time of a change that the user makes now to a version of the time `before`: later than that, even if the clock went back, since the
/// later one counts everywhere. What is only sealed anew is one millisecond later than before, and so never outlives a change.
#[must_use]
pub fn time_of_change(now: Timestamp, before: Timestamp) -> Timestamp {
    now.max(Timestamp(before.0.saturating_add(STEP)))
}
