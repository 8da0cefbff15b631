//! Whatever comes in, an answer comes out.

use crate::support::{broken, parsed, password, policy};
use countersign_model::{CharacterClass, LengthRules, Policy, Rule};
use countersign_rules::policy::{
    Circumstances, Generator, Judge, Kind, Lists, OutOfRange, lint_policy, parse_policy, short_form,
};
use countersign_secret::{Password, PasswordError};
use proptest::prelude::*;

const SEED: &str = include_str!("../../../../policies/company.toml");

#[test]
fn strange_passwords_are_judged() {
    let policy = policy("[length]\nmin = 4\nmax = 64\n[strength]\nzxcvbn = 3\n[unlike]\nuser_name = true");
    assert!(broken(&policy, "a\0b\0c-long-one").contains(&Rule::Allowed));
    assert!(broken(&policy, "\u{202e}\u{200b}\u{feff}abcdef").contains(&Rule::Allowed));
    assert!(broken(&policy, "").contains(&Rule::MinLength));
    let longest = "x".repeat(Password::MAX);
    assert!(broken(&policy, &longest).contains(&Rule::MaxLength));
    assert_eq!(Password::from_utf8(b"\xffabc").unwrap_err(), PasswordError::NotText);
    assert!(Password::from_string(format!("{longest}x")).is_err());
}

#[test]
fn numbers_that_overflow_are_found_or_refused() {
    let length = LengthRules { min: 0, max: u32::MAX };
    let mut policy = Policy::new("p", length);
    policy.generate.length = Some(u32::MAX);
    assert!(Generator::new(&policy, Kind::Random).is_err());
    let mut policy = Policy::new(
        "p",
        LengthRules {
            min: u32::MAX,
            ..length
        },
    );
    assert!(Generator::new(&policy, Kind::Random).is_err());
    policy = Policy::new("p", length);
    let (characters, repeats) = (&mut policy.characters, &mut policy.repeats);
    (characters.small, characters.digits, characters.letters_or_digits) = (u32::MAX, u32::MAX, u32::MAX);
    (repeats.in_a_row, repeats.of_one, repeats.piece, repeats.piece_times) = (u32::MAX, u32::MAX, u32::MAX, u32::MAX);
    for kind in [Kind::Random, Kind::Pronounceable, Kind::Diceware] {
        assert!(Generator::new(&policy, kind).is_err());
    }
    assert!(broken(&policy, "abc").contains(&Rule::Small));
    let wrong = short_form(&policy).unwrap_err();
    assert_eq!(
        wrong,
        OutOfRange {
            rule: Rule::InARow,
            number: u32::MAX
        }
    );
    assert!(wrong.to_string().contains("`repeats.in_a_row`"), "{wrong}");
}

#[test]
fn the_short_form_has_the_order_of_the_exits() {
    let text = "[length]\nmin = 8\nmax = 20\n[repeats]\nin_a_row = 2\npiece = 3\npiece_times = 4\n\
        [characters]\nsmall = 5\ncapital = 6\ndigits = 7\nothers = 9\nletters = 10\nletters_or_digits = 11\n\
        [unlike]\nuser_name = true\nold_password = true\nhistory = 12\n\
        [life]\ndays = 90\ngrace_logins = 13\nblock_minutes = 14\nwrong_passwords = 15\nmin_days = 16\n\
        [exits]\ndictionary_format = 17\nrecoverable = true";
    let shorts = [
        8, 2, 5, 6, 7, 9, 10, 11, 1, 1, 3, 4, 90, 13, 14, 15, 12, 16, 20, 17, 1, 0, 0, 0, 0, 0,
    ];
    assert_eq!(short_form(&policy(text)), Ok(shorts));
    assert_eq!(
        short_form(&Policy::new("p", LengthRules { min: 1, max: 2 })).unwrap()[18],
        2
    );
}

#[test]
fn every_rule_has_a_name_of_its_own() {
    let all = || Rule::OF_EXITS.into_iter().chain(Rule::BEYOND_EXITS);
    let keys: std::collections::BTreeSet<_> = all().map(Rule::key).collect();
    assert_eq!(keys.len(), 30);
    assert!(Rule::OF_EXITS.into_iter().all(|rule| rule.exit_name().is_some()));
    assert!(Rule::BEYOND_EXITS.into_iter().all(|rule| rule.exit_name().is_none()));
}

/// The shipped policy with one piece replaced.
fn mutated() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\"".to_owned()),
        Just("[".to_owned()),
        Just("= ".to_owned()),
        Just("999999999".to_owned()),
        Just("\\u0000".to_owned()),
        ".{0,12}",
    ];
    (any::<prop::sample::Index>(), 0_usize..20, piece).prop_map(|(at, cut, piece)| {
        let at = at.index(SEED.chars().count());
        let (before, after) = (SEED.chars().take(at), SEED.chars().skip(at + cut));
        before.chain(piece.chars().collect::<Vec<_>>()).chain(after).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_bytes_are_read_or_refused_in_place(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        for problem in parse_policy("x", &bytes).err().into_iter().flatten() {
            prop_assert!(problem.line >= 1 && problem.column >= 1 && !problem.help.is_empty());
        }
    }

    #[test]
    fn any_change_of_a_policy_is_read_or_refused(text in mutated()) {
        if let Ok(parsed) = parse_policy("x", text.as_bytes()) {
            for problem in lint_policy(&parsed) {
                prop_assert!(!problem.message.is_empty() && !problem.help.is_empty());
            }
        }
    }

    #[test]
    fn any_password_is_judged_and_never_shown(text in "\\PC{4,60}", more in "\\PC{0,8}") {
        let mut policy = parsed(SEED).policy;
        policy.characters.more = more;
        policy.characters.first = vec![CharacterClass::Other];
        let lists = Lists::default();
        let judge = Judge::new(&policy, &lists, Circumstances { user_name: Some(&text), ..Circumstances::default() });
        for broken in judge.judge(&password(&text)) {
            prop_assert!(!broken.message.contains(&text), "{}", broken.message);
        }
    }
}
