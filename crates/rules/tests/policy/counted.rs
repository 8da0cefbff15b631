//! What is counted is what is there: against every password, tried one by one.

use crate::support::{Row, allowed, policy, small};
use countersign_rules::policy::{Generator, Kind};

#[test]
fn a_policy_can_be_met_exactly_if_a_password_is_found_by_trying_all() {
    let mut row = Row(1);
    let (mut possible, mut impossible) = (0, 0);
    for _ in 0..400 {
        let policy = small(&mut row);
        let tried = allowed(&policy).len();
        let counted = Generator::new(&policy, Kind::Random);
        assert_eq!(counted.is_ok(), tried > 0, "{policy:#?}");
        let both = [policy.repeats.in_a_row, policy.repeats.of_one].map(|most| most > 0 && most < policy.length.max);
        match counted {
            // Runs and repeats at once are counted as the one or the other; what is left is refused when it is drawn.
            Ok(generator) if both == [true, true] => assert!(generator.size() >= tried.into(), "{policy:#?}"),
            Ok(generator) => assert_eq!(generator.size(), tried.into(), "{policy:#?}"),
            Err(_) => {}
        }
        *(if tried > 0 { &mut possible } else { &mut impossible }) += 1;
    }
    assert!(possible > 100 && impossible > 50, "{possible} {impossible}");
}

#[test]
fn large_spaces_have_the_size_that_mathematics_says() {
    let size = |body: &str| Generator::new(&policy(body), Kind::Random).unwrap().size().to_string();
    let free = "[length]\nmin = 8\nmax = 8\n";
    assert_eq!(size(free), 94_u128.pow(8).to_string());
    // Without a digit; without a digit and without a capital letter; and so on.
    let needs = size(&format!("{free}[characters]\ndigits = 1\ncapital = 1"));
    assert_eq!(
        needs,
        (94_u128.pow(8) - 84_u128.pow(8) - 68_u128.pow(8) + 58_u128.pow(8)).to_string()
    );
    assert_eq!(
        size(&format!("{free}[repeats]\nin_a_row = 1")),
        (94 * 93_u128.pow(7)).to_string()
    );
    let no_repeats: u128 = (87..=94_u128).product();
    assert_eq!(size(&format!("{free}[repeats]\nof_one = 1")), no_repeats.to_string());
    assert_eq!(
        size(&format!("{free}[repeats]\nof_one = 1\nin_a_row = 1")),
        no_repeats.to_string()
    );
    let ends = format!("{free}[characters]\nfirst = [\"small\", \"capital\"]\nlast = [\"digit\"]");
    assert_eq!(size(&ends), (52 * 94_u128.pow(6) * 10).to_string());
}

#[test]
fn the_longest_passwords_with_the_most_needs_are_counted_too() {
    let body = "[length]\nmin = 128\n[characters]\nsmall = 30\ncapital = 30\ndigits = 30\nothers = 30\nletters = 62\n";
    for repeats in [
        "",
        "[repeats]\nin_a_row = 2",
        "[repeats]\nof_one = 9",
        "[repeats]\nin_a_row = 2\nof_one = 9",
    ] {
        let generator = Generator::new(&policy(&format!("{body}{repeats}")), Kind::Random).unwrap();
        assert!(
            (600.0..840.0).contains(&generator.bits()),
            "{repeats}: {}",
            generator.bits()
        );
    }
}
