//! Password policies: read, looked at, and put to use. They judge passwords, and passwords are made that they allow.

mod alphabet;
mod check;
mod dice;
mod diceware;
mod ends;
mod extras;
mod generate;
mod in_words;
mod judge;
mod likeness;
mod lint;
mod lists;
mod mixture;
mod needs;
mod pronounceable;
mod runs;
mod short_form;
mod space;

pub use check::check_policy;
pub use dice::{Dice, NoRandomness};
pub use generate::{Generator, Kind, NotMade};
pub use in_words::in_words;
pub use judge::{Broken, Circumstances, Judge};
pub use lint::lint_policy;
pub use lists::Lists;
pub use short_form::{OutOfRange, SHORTS, short_form};
pub use space::{Space, bits};

use crate::parse::parse;
use crate::problem::Problem;
use crate::schema::policy_shape;
use crate::spans::Spans;
use countersign_model::Policy;

/// The policies that Countersign ships, by their ids.
pub const SHIPPED: [&str; 1] = ["company"];

/// Syllables and words are as many as it takes for so many bits, as far as the policy lets them.
const ENOUGH_BITS: f64 = 60.0;

/// A policy and where its parts are in its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParsedPolicy {
    /// The file, or wherever the bytes came from.
    pub place: String,
    /// The policy.
    pub policy: Policy,
    /// Where its parts are.
    pub spans: Spans,
}

/// Reads a policy.
///
/// # Errors
/// Every problem that keeps it from being read. What it means is looked at by [`lint_policy`].
pub fn parse_policy(place: &str, bytes: &[u8]) -> Result<ParsedPolicy, Vec<Problem>> {
    let (policy, spans) = parse(place, bytes, policy_shape(), "see docs/admin/password-policies.md")?;
    Ok(ParsedPolicy {
        place: place.to_owned(),
        policy,
        spans,
    })
}

fn number(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
