//! Passwords that can be said, and those of words.

use crate::support::{Row, policy};
use countersign_model::Policy;
use countersign_rules::policy::{Circumstances, Generator, Judge, Kind, Lists, NotMade};
use std::collections::BTreeMap;

fn drawn(policy: &Policy, kind: Kind, draws: usize) -> BTreeMap<String, usize> {
    let lists = Lists::default();
    let judge = Judge::new(policy, &lists, Circumstances::default());
    let generator = Generator::new(policy, kind).unwrap();
    let mut dice = Row(5).dice();
    let mut counts = BTreeMap::new();
    for _ in 0..draws {
        let password = generator.draw(&judge, &mut dice).unwrap();
        assert_eq!(judge.judge(&password), [], "{}", password.expose());
        *counts.entry(password.expose().to_owned()).or_default() += 1;
    }
    counts
}

const POLICIES: [&str; 6] = [
    "[length]\nmin = 12\n",
    "[length]\nmin = 12\nmax = 64\n[characters]\nsmall = 1\ncapital = 1\ndigits = 1\nothers = 1\n[strength]\nzxcvbn = 4\n",
    "[length]\nmin = 20\nmax = 40\n[characters]\ncapital = 3\ndigits = 4\nletters_or_digits = 18\nfirst = [\"small\"]\nlast = [\"digit\"]\n",
    "[length]\nmin = 16\n[characters]\nallowed = [\"small\", \"capital\", \"digit\"]\nforbidden = \"lIO01\"\ndigits = 2\n",
    "[length]\nmin = 16\nmax = 30\n[characters]\nallowed = [\"capital\"]\n",
    "[length]\nmin = 14\nmax = 34\n[characters]\nothers = 4\n[repeats]\nin_a_row = 1\nof_one = 6\n",
];

#[test]
fn syllables_and_words_pass() {
    for body in POLICIES {
        let policy = policy(body);
        for kind in [Kind::Pronounceable, Kind::Diceware] {
            // Words are small but for their first letters.
            if kind == Kind::Diceware && body.contains("allowed = [\"capital\"]") {
                assert!(matches!(Generator::new(&policy, kind), Err(NotMade::NotOfThisKind(_))));
                continue;
            }
            let all = drawn(&policy, kind, 60);
            assert!(all.len() > 55, "{kind:?} {body} {all:?}");
        }
    }
}

#[test]
fn syllables_take_turns() {
    let all = drawn(&policy(POLICIES[0]), Kind::Pronounceable, 20);
    for word in all.keys() {
        for (at, letter) in word.chars().enumerate() {
            assert_eq!("aeiou".contains(letter), at % 2 == 1, "{word}");
        }
    }
}

#[test]
fn they_are_long_enough_for_their_purpose() {
    for kind in [Kind::Pronounceable, Kind::Diceware] {
        let bits = |body: &str| Generator::new(&policy(body), kind).unwrap().bits();
        assert!((60.0..70.0).contains(&bits("[length]\nmin = 4\n")), "{kind:?}");
        assert!(
            (15.0..45.0).contains(&bits("[length]\nmin = 4\nmax = 10\n")),
            "{kind:?}"
        );
    }
    let six = drawn(&policy(POLICIES[0]), Kind::Diceware, 5);
    assert!(six.keys().all(|words| words.split('-').count() == 6), "{six:?}");
}

/// Draws fifty times as often as there are passwords of a small kind: as many different ones come as were counted, evenly.
fn is_uniform(body: &str, kind: Kind) {
    let policy = policy(body);
    let size: usize = Generator::new(&policy, kind).unwrap().size().try_into().unwrap();
    assert!(size < 400, "{size}");
    let counts = drawn(&policy, kind, size * 50);
    assert_eq!(counts.len(), size, "{body}");
    let chi_squared: f64 = counts.values().map(|count| (*count as f64 - 50.0).powi(2) / 50.0).sum();
    let freedom = size as f64 - 1.0;
    assert!(
        chi_squared < freedom + 5.0 * (2.0 * freedom).sqrt() + 15.0,
        "{chi_squared} {freedom}"
    );
}

#[test]
fn small_kinds_are_drawn_from_evenly() {
    let few = |more: &str, rest: &str| {
        format!("[length]\nmin = 4\nmax = 4\n[characters]\nallowed = []\nmore = \"{more}\"\n{rest}")
    };
    is_uniform(&few("bdae", ""), Kind::Pronounceable);
    is_uniform(&few("bdaBDA", "capital = 1"), Kind::Pronounceable);
    is_uniform(&few("bda12-", "digits = 1\nothers = 1"), Kind::Pronounceable);
    is_uniform(&few("bdaBDA123", "digits = 1\ncapital = 2"), Kind::Pronounceable);
    // The words of these letters are few: act, tac… whatever the list has of them.
    let words = "[length]\nmin = 7\nmax = 11\n[characters]\nallowed = []\nmore = \"acotpCAOTP-12\"\n";
    is_uniform(words, Kind::Diceware);
    is_uniform(&format!("{words}digits = 1\ncapital = 1"), Kind::Diceware);
    is_uniform(&format!("{words}others = 2"), Kind::Diceware);
    is_uniform(&words.replace('-', ""), Kind::Diceware);
}
