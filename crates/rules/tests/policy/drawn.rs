//! What is drawn is what the policy allows, every password as likely as any other.

use crate::support::{Row, allowed, broken, policy, small, usual};
use countersign_model::{Policy, Rule};
use countersign_rules::policy::{Circumstances, Dice, Generator, Judge, Kind, Lists, NoRandomness, NotMade};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Draws so often and counts.
fn drawn(policy: &Policy, draws: usize, seed: u64) -> BTreeMap<String, usize> {
    let lists = Lists::default();
    let judge = Judge::new(policy, &lists, Circumstances::default());
    let generator = Generator::new(policy, Kind::Random).unwrap();
    let mut dice = Row(seed).dice();
    let mut counts = BTreeMap::new();
    for _ in 0..draws {
        let password = generator.draw(&judge, &mut dice).unwrap();
        *counts.entry(password.expose().to_owned()).or_default() += 1;
    }
    counts
}

/// Draws twenty times as often as there are passwords: each is drawn, no other is, and they come as evenly as chance has it.
fn is_uniform(policy: &Policy, seed: u64) {
    let all = allowed(policy);
    let expected = 20.0;
    let counts = drawn(policy, all.len() * 20, seed);
    assert_eq!(counts.keys().cloned().collect::<Vec<_>>(), {
        let mut all = all.clone();
        all.sort();
        all
    });
    let chi_squared: f64 = counts
        .values()
        .map(|count| (*count as f64 - expected).powi(2) / expected)
        .sum();
    let freedom = all.len() as f64 - 1.0;
    // Far beyond the 99.99th percentile for any freedom.
    let most = freedom + 5.0 * (2.0 * freedom).sqrt() + 15.0;
    assert!(chi_squared <= most, "{chi_squared} of {most}: {policy:#?}");
}

#[test]
fn small_spaces_are_drawn_from_evenly() {
    let over = |characters: &str, rest: &str| {
        policy(&rest.replace("OVER", &format!("allowed = []\nmore = \"{characters}\"\n")))
    };
    for (seed, policy) in [
        over("abA0-", "[length]\nmin = 1\nmax = 3\n[characters]\nOVER"),
        over(
            "abA0-",
            "[length]\nmin = 1\nmax = 4\n[characters]\nOVER small = 1\ndigits = 1\nletters = 2\n\
             first = [\"small\", \"capital\"]\nlast = [\"digit\", \"small\"]",
        ),
        over(
            "aA0",
            "[length]\nmin = 2\nmax = 6\n[characters]\nOVER[repeats]\nin_a_row = 1",
        ),
        over(
            "abA0",
            "[length]\nmin = 3\nmax = 4\n[characters]\nOVER[repeats]\nin_a_row = 2",
        ),
        over(
            "abA0",
            "[length]\nmin = 3\nmax = 4\n[characters]\nOVER[repeats]\nof_one = 2",
        ),
        over(
            "ab0",
            "[length]\nmin = 6\nmax = 6\n[characters]\nOVER[repeats]\nof_one = 2\nin_a_row = 1",
        ),
        over(
            "ab01",
            "[length]\nmin = 4\nmax = 4\n[characters]\nOVER[repeats]\npiece = 1\npiece_times = 1",
        ),
    ]
    .iter()
    .enumerate()
    {
        is_uniform(policy, seed as u64);
    }
}

#[test]
fn small_spaces_of_any_kind_are_drawn_from_evenly() {
    let mut row = Row(3);
    let mut tried = 0;
    while tried < 30 {
        let policy = small(&mut row);
        let size = allowed(&policy).len();
        if (1..300).contains(&size) {
            is_uniform(&policy, row.next());
            tried += 1;
        }
    }
}

/// Draws from so many usual policies, so often from each; every password passes.
fn all_pass(policies: u32, draws: u32) {
    let mut row = Row(2);
    let lists = Lists::default();
    let mut met = 0;
    while met < policies {
        let policy = usual(&mut row);
        let Ok(generator) = Generator::new(&policy, Kind::Random) else {
            continue;
        };
        let judge = Judge::new(&policy, &lists, Circumstances::default());
        let mut dice = Row(row.next()).dice();
        for _ in 0..draws {
            match generator.draw(&judge, &mut dice) {
                Ok(password) => assert_eq!(judge.judge(&password), [], "{policy:#?}"),
                Err(error) => panic!("{error}: {policy:#?}"),
            }
        }
        met += 1;
    }
}

#[test]
fn whatever_is_made_passes() {
    all_pass(200, 5);
}

#[test]
#[ignore = "a million draws take minutes"]
fn a_million_passwords_pass() {
    all_pass(200, 5_000);
}

#[test]
fn names_and_earlier_passwords_are_never_drawn() {
    let policy = policy(
        "[length]\nmin = 3\nmax = 3\n[characters]\nallowed = []\nmore = \"abc\"\n\
         [unlike]\nuser_name = true\nold_password = true\nhistory = 9",
    );
    let lists = Lists::default();
    let (old, history) = (crate::support::password("aaa"), [crate::support::password("bbb")]);
    let circumstances = Circumstances {
        user_name: Some("CCC"),
        old: Some(&old),
        history: &history,
        ..Circumstances::default()
    };
    let judge = Judge::new(&policy, &lists, circumstances);
    let generator = Generator::new(&policy, Kind::Random).unwrap();
    let mut dice = Row(7).dice();
    let drawn: std::collections::BTreeSet<String> = (0..2_000)
        .map(|_| generator.draw(&judge, &mut dice).unwrap().expose().to_owned())
        .collect();
    assert_eq!(drawn.len(), 27 - 3);
}

#[test]
fn what_nearly_always_refuses_is_named() {
    let hard = policy("[length]\nmin = 4\nmax = 4\n[strength]\nzxcvbn = 4");
    let lists = Lists::default();
    let judge = Judge::new(&hard, &lists, Circumstances::default());
    let generator = Generator::new(&hard, Kind::Random).unwrap();
    match generator.draw(&judge, &mut Row(1).dice()) {
        Err(NotMade::Refused { draws, rule, refused }) => {
            assert_eq!((rule, refused), (Rule::Strength, draws));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn no_randomness_is_an_error() {
    let policy = policy("[length]\nmin = 9");
    let lists = Lists::default();
    let judge = Judge::new(&policy, &lists, Circumstances::default());
    for kind in [Kind::Random, Kind::Pronounceable, Kind::Diceware] {
        let mut dice = Dice::new(|_: &mut [u8]| Err(NoRandomness("broken".to_owned())));
        let drawn = Generator::new(&policy, kind).unwrap().draw(&judge, &mut dice);
        assert!(matches!(drawn, Err(NotMade::Random(_))), "{drawn:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_policy_is_met_or_refused(seed in any::<u64>()) {
        let policy = usual(&mut Row(seed));
        if Generator::new(&policy, Kind::Random).is_ok() {
            for text in drawn(&policy, 4, seed).keys() {
                prop_assert_eq!(broken(&policy, text), []);
            }
        }
    }
}
