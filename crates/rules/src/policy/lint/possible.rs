//! Whether any password can meet a policy, and whether there are enough of them.

use super::Report;
use crate::policy::{Circumstances, Dice, Generator, Judge, Kind, Lists, NotMade, Space, bits};
use countersign_model::{CharacterClass, Policy, Rule};
use sha2::{Digest, Sha256};

/// The shortest passwords must be one of 2 to the power of so many at least.
const FEWEST_BITS: f64 = 48.0;
/// So much of what its length suggests a password must be worth.
const LEAST_SHARE: f64 = 0.75;
/// How many passwords are drawn to see whether the rules that are not counted let any pass.
const TRIALS: u32 = 500;

/// Whether there are passwords at all, and whether there are enough.
pub(super) fn possible(report: &mut Report<'_>) {
    let policy = &report.parsed.policy;
    let generator = match Generator::new(policy, Kind::Random) {
        Ok(generator) => generator,
        Err(_) => return impossible(report),
    };
    let shortest = Space::count(policy, policy.length.min..=policy.length.max);
    let Some((length, size)) = shortest.sizes().first().cloned() else {
        return;
    };
    let (has, suggests) = (bits(&size), length as f64 * 94_f64.log2());
    if has < LEAST_SHARE * suggests {
        let free = (has / 94_f64.log2()).floor();
        let message = format!(
            "passwords of {length} characters are one of 2^{has:.0}, no more than of {free:.0} characters without these rules"
        );
        report.warn(
            "characters",
            message,
            "allow more characters, ask for fewer of a kind, or raise `length.min`",
        );
    } else if has < FEWEST_BITS {
        let message = format!("the shortest passwords are one of 2^{has:.0}, which can be tried out");
        report.warn(Rule::MinLength.key(), message, "raise it");
    }
    trial(report, &generator);
}

/// Draws some, always the same ones: what a rule refuses that cannot be counted shows only so.
fn trial(report: &mut Report<'_>, generator: &Generator) {
    let policy = Policy {
        lists: Default::default(),
        ..report.parsed.policy.clone()
    };
    let lists = Lists::default();
    let judge = Judge::new(&policy, &lists, Circumstances::default());
    let mut block = Sha256::digest(b"countersign policy lint");
    let mut dice = Dice::new(|into: &mut [u8]| {
        for chunk in into.chunks_mut(block.len()) {
            block = Sha256::digest(block);
            chunk.copy_from_slice(block.get(..chunk.len()).unwrap_or_default());
        }
        Ok(())
    });
    if let Err(NotMade::Refused { draws, rule, refused }) = generator.draw_within(TRIALS, &judge, &mut dice) {
        let message =
            format!("{draws} passwords that all other rules allow were tried, and this refuses {refused} of them");
        report.warn(
            rule.key(),
            message,
            "ask for less, or passwords cannot be made by this policy",
        );
    }
}

fn impossible(report: &mut Report<'_>) {
    let mut policy = report.parsed.policy.clone();
    let is_possible = |policy: &Policy| Generator::new(policy, Kind::Random).is_ok();
    if let Some(length) = policy.generate.length.take().filter(|_| is_possible(&policy)) {
        let message = format!("no password of {length} characters can meet this policy");
        report.error("generate.length", message, "write another number, or leave it out");
        return;
    }
    let counted = [
        Rule::MaxLength,
        Rule::MinLength,
        Rule::Small,
        Rule::Capital,
        Rule::Digits,
        Rule::Others,
        Rule::Letters,
        Rule::LettersOrDigits,
        Rule::InARow,
        Rule::OfOne,
        Rule::First,
        Rule::Last,
        Rule::Allowed,
        Rule::Forbidden,
    ];
    let helps = |rule: &Rule| without(&policy, *rule).is_some_and(|policy| is_possible(&policy));
    let culprits: Vec<Rule> = counted.into_iter().filter(helps).collect();
    let names: Vec<String> = culprits.iter().map(|rule| format!("`{}`", rule.key())).collect();
    let help = match names.as_slice() {
        [] => "several rules contradict each other: take them out one by one until some password is left".to_owned(),
        names => format!("change one of: {}", names.join(", ")),
    };
    let path = culprits.first().map_or("length", |rule| rule.key());
    report.error(path, "no password can meet this policy", help);
}

/// A policy without one of its rules; `None` if it has no such rule.
fn without(policy: &Policy, rule: Rule) -> Option<Policy> {
    let mut less = policy.clone();
    let (characters, repeats) = (&mut less.characters, &mut less.repeats);
    match rule {
        Rule::MinLength => less.length.min = 1,
        Rule::MaxLength => less.length.max = Policy::LONGEST,
        Rule::Small => characters.small = 0,
        Rule::Capital => characters.capital = 0,
        Rule::Digits => characters.digits = 0,
        Rule::Others => characters.others = 0,
        Rule::Letters => characters.letters = 0,
        Rule::LettersOrDigits => characters.letters_or_digits = 0,
        Rule::InARow => repeats.in_a_row = 0,
        Rule::OfOne => repeats.of_one = 0,
        Rule::First => characters.first = CharacterClass::ALL.to_vec(),
        Rule::Last => characters.last = CharacterClass::ALL.to_vec(),
        Rule::Allowed => characters.allowed = CharacterClass::ALL.to_vec(),
        Rule::Forbidden => characters.forbidden.clear(),
        _ => return None,
    }
    (less != *policy).then_some(less)
}
