//! A policy as password exits get it: the structure `SEOS_PASSWDRULES`, 26 signed 16-bit numbers.

use countersign_model::{Policy, Rule};

/// How many numbers there are; those after the last rule are 0.
pub const SHORTS: usize = 26;

/// A rule that does not fit into the structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{key}` is {number}, and password exits take {most} at most; write a smaller number", key = .rule.key(), most = i16::MAX)]
pub struct OutOfRange {
    /// Which rule.
    pub rule: Rule,
    /// What the policy says.
    pub number: u32,
}

/// The numbers of a policy in the order of [`Rule::OF_EXITS`], then zeros. A switch is 0 or 1; a rule that asks for nothing is 0.
///
/// # Errors
/// [`OutOfRange`] names the first rule whose number does not fit.
pub fn short_form(policy: &Policy) -> Result<[i16; SHORTS], OutOfRange> {
    let mut shorts = [0; SHORTS];
    for (short, rule) in shorts.iter_mut().zip(Rule::OF_EXITS) {
        let number = rule.number(policy);
        *short = i16::try_from(number).map_err(|_| OutOfRange { rule, number })?;
    }
    Ok(shorts)
}
