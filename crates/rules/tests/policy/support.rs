//! Small policies, every password over their characters, and dice that always fall the same.

use countersign_model::{CharacterClass, LengthRules, Policy, Rule};
use countersign_rules::policy::{Circumstances, Dice, Judge, Lists, ParsedPolicy, lint_policy, parse_policy};
use countersign_rules::{Problem, Severity};
use countersign_secret::Password;

pub fn parsed(text: &str) -> ParsedPolicy {
    parse_policy("p.toml", text.as_bytes()).unwrap_or_else(|problems| panic!("{problems:#?}"))
}

pub fn policy(body: &str) -> Policy {
    parsed(&format!("schema = 1\nid = \"p\"\nname = \"P\"\n{body}")).policy
}

/// What is wrong with a policy whose head is good: how bad, `line:column: message`, and what to do.
pub fn problems(body: &str) -> Vec<(Severity, String)> {
    let text = format!("schema = 1\nid = \"p\"\nname = \"P\"\n{body}");
    let found = match parse_policy("p.toml", text.as_bytes()) {
        Ok(parsed) => lint_policy(&parsed),
        Err(problems) => problems,
    };
    let told = |problem: Problem| (problem.severity, format!("{problem} {}", problem.help));
    found.into_iter().map(told).collect()
}

pub fn password(text: &str) -> Password {
    Password::from_string(text.to_owned()).unwrap()
}

/// The rules a password breaks, by one policy alone.
pub fn broken(policy: &Policy, text: &str) -> Vec<Rule> {
    let lists = Lists::default();
    let judge = Judge::new(policy, &lists, Circumstances::default());
    judge
        .judge(&password(text))
        .into_iter()
        .map(|broken| broken.rule)
        .collect()
}

/// A row of numbers that looks random and is always the same (SplitMix64).
pub struct Row(pub u64);

impl Row {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    pub fn below(&mut self, bound: u32) -> u32 {
        (self.next() % u64::from(bound)) as u32
    }

    pub fn dice(mut self) -> Dice<'static> {
        Dice::new(move |into: &mut [u8]| {
            for chunk in into.chunks_mut(8) {
                chunk.copy_from_slice(&self.next().to_le_bytes()[..chunk.len()]);
            }
            Ok(())
        })
    }
}

/// A policy over a few characters that asks for anything that is counted; it may be impossible to meet.
pub fn small(row: &mut Row) -> Policy {
    let min = 1 + row.below(3);
    let mut policy = Policy::new(
        "small",
        LengthRules {
            min,
            max: min + row.below(3),
        },
    );
    let characters = &mut policy.characters;
    characters.allowed.clear();
    for (at, character) in "abAB01-+".chars().enumerate() {
        if characters.more.len() < 5 && row.below(2) == 0 || at + 1 == 8 && characters.more.is_empty() {
            characters.more.push(character);
        }
    }
    asking(row, &mut policy, 2);
    policy
}

/// A policy such as companies have.
pub fn usual(row: &mut Row) -> Policy {
    let min = 6 + row.below(10);
    let mut policy = Policy::new(
        "usual",
        LengthRules {
            min,
            max: min + row.below(12),
        },
    );
    if row.below(3) == 0 {
        policy.characters.forbidden = "0O1lI|".to_owned();
    }
    if row.below(4) == 0 {
        policy.characters.more = " äÖß€".to_owned();
    }
    if row.below(4) == 0 {
        policy.characters.allowed = vec![CharacterClass::Small, CharacterClass::Digit];
    }
    if row.below(4) == 0 {
        (policy.repeats.piece, policy.repeats.piece_times) = (1 + row.below(3), 1);
    }
    asking(row, &mut policy, 4);
    policy
}

fn asking(row: &mut Row, policy: &mut Policy, most: u32) {
    let characters = &mut policy.characters;
    for need in [
        &mut characters.small,
        &mut characters.capital,
        &mut characters.digits,
        &mut characters.others,
        &mut characters.letters,
        &mut characters.letters_or_digits,
    ] {
        if row.below(3) == 0 {
            *need = row.below(most);
        }
    }
    for ends in [&mut characters.first, &mut characters.last] {
        if row.below(4) == 0 {
            ends.retain(|_| row.below(2) == 0);
        }
    }
    for limit in [&mut policy.repeats.in_a_row, &mut policy.repeats.of_one] {
        if row.below(2) == 0 {
            *limit = 1 + row.below(most);
        }
    }
}

/// Every password over a policy's characters that it allows. The characters are those of `more`.
pub fn allowed(policy: &Policy) -> Vec<String> {
    let lists = Lists::default();
    let judge = Judge::new(policy, &lists, Circumstances::default());
    let mut found = Vec::new();
    let mut words = vec![String::new()];
    for length in 1..=policy.length.max {
        let longer = |word: &String| {
            let word = word.clone();
            policy
                .characters
                .more
                .chars()
                .map(move |character| format!("{word}{character}"))
        };
        words = words.iter().flat_map(longer).collect();
        if length >= policy.length.min {
            let passing = words.iter().filter(|word| judge.judge(&password(word)).is_empty());
            found.extend(passing.cloned());
        }
    }
    found
}
