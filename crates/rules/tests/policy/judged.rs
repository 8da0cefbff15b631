//! Every rule, by a password that keeps it and one that breaks it.

use crate::support::{broken, password, policy};
use countersign_model::{ListRules, Rule};
use countersign_rules::policy::{Circumstances, Judge, Lists};

#[test]
fn every_rule_has_a_password_that_keeps_it_and_one_that_breaks_it() {
    let length = "[length]\nmin = 1\n";
    for (rule, body, good, bad) in [
        (Rule::MinLength, "[length]\nmin = 4", "abcd", "abc"),
        (Rule::MinLength, "[length]\nmin = 2", "äö", "ä"),
        (Rule::MaxLength, "[length]\nmin = 1\nmax = 3", "abc", "abcd"),
        (Rule::Small, "[characters]\nsmall = 2", "aXb", "aXX"),
        (Rule::Capital, "[characters]\ncapital = 2", "AxB", "Axx"),
        (Rule::Digits, "[characters]\ndigits = 2", "1x2", "1xx"),
        (Rule::Others, "[characters]\nothers = 2", "-x+", "-x7"),
        (Rule::Letters, "[characters]\nletters = 2", "-xY", "-x7"),
        (
            Rule::LettersOrDigits,
            "[characters]\nletters_or_digits = 2",
            "-x7",
            "-x+",
        ),
        (
            Rule::Allowed,
            "[characters]\nallowed = [\"digit\"]\nmore = \"ä\"",
            "17ä",
            "17b",
        ),
        (Rule::Allowed, "", "~!a", "a b"),
        (Rule::Forbidden, "[characters]\nforbidden = \"0O\"", "1o", "1O"),
        (Rule::First, "[characters]\nfirst = [\"small\", \"digit\"]", "a-", "-a"),
        (Rule::Last, "[characters]\nlast = [\"capital\"]", "aA", "Aa"),
        (Rule::InARow, "[repeats]\nin_a_row = 2", "aabaa", "aaabb"),
        (Rule::OfOne, "[repeats]\nof_one = 2", "abba", "abaca"),
        (Rule::Piece, "[repeats]\npiece = 2\npiece_times = 1", "abcab", "abcabc"),
        (Rule::Piece, "[repeats]\npiece = 1\npiece_times = 2", "aaab", "aaaab"),
        (Rule::UserName, "[unlike]\nuser_name = true", "bob7", "x-aNNa"),
        (Rule::UserName, "[unlike]\nuser_name = true", "ab", "nn"),
        (Rule::Application, "[unlike]\napplication = true", "mail", "MyLedger1"),
        (
            Rule::OldPassword,
            "[unlike]\nold_password = true",
            "Sommer24",
            "winter25!",
        ),
        (Rule::History, "[unlike]\nhistory = 2", "Autumn", "Spring"),
        (
            Rule::Dictionary,
            "[lists]\ndictionary = \"words\"",
            "correcthorse",
            "77Horse!",
        ),
        (Rule::Breached, "[lists]\nbreached = \"known\"", "Horse7", "horse"),
        (
            Rule::Strength,
            "[strength]\nzxcvbn = 3",
            "quartz-otter-violin",
            "P4ssword!",
        ),
    ] {
        let more = if rule == Rule::MinLength {
            "[characters]\nmore = \"äö\"\n"
        } else {
            ""
        };
        let body = if body.contains("[length]") {
            format!("{body}\n{more}")
        } else {
            format!("{length}{body}")
        };
        let policy = policy(&body);
        let rules = ListRules {
            dictionary: Some("words".to_owned()),
            breached: Some("known".to_owned()),
        };
        let lists = Lists::read(&rules, |_| Ok::<_, ()>(b"horse\n".to_vec())).unwrap();
        let (old, history) = (password("Winter25"), [password("Spring"), password("Autumn")]);
        let circumstances = Circumstances {
            user_name: Some("Anna"),
            application: Some("Ledger"),
            old: Some(&old),
            history: &history,
        };
        let judge = Judge::new(&policy, &lists, circumstances);
        let broken = |text: &str| judge.judge(&password(text));
        assert_eq!(broken(good), [], "{rule:?}");
        let found = broken(bad);
        assert_eq!(
            found.iter().map(|broken| broken.rule).collect::<Vec<_>>(),
            [rule],
            "{bad}"
        );
        for broken in found {
            assert!(broken.message.len() > 12, "{}", broken.message);
            assert!(
                !broken.message.to_lowercase().contains(&bad.to_lowercase()),
                "{}",
                broken.message
            );
        }
    }
}

#[test]
fn every_broken_rule_is_named_at_once() {
    let policy = policy("[length]\nmin = 8\n[characters]\ncapital = 1\ndigits = 2\n[repeats]\nin_a_row = 1");
    assert_eq!(
        broken(&policy, "aab"),
        [Rule::MinLength, Rule::Capital, Rule::Digits, Rule::InARow]
    );
    assert!(broken(&policy, "Password12").contains(&Rule::InARow));
    assert_eq!(broken(&policy, "Pasword12"), []);
}

#[test]
fn a_list_that_was_not_read_lets_nothing_pass() {
    let policy = policy("[length]\nmin = 1\n[lists]\ndictionary = \"words\"\nbreached = \"known\"");
    assert_eq!(broken(&policy, "x"), [Rule::Dictionary, Rule::Breached]);
}

#[test]
fn what_is_said_can_be_done() {
    let policy = policy(
        "[length]\nmin = 1\n[characters]\nothers = 1\nletters_or_digits = 5\nfirst = [\"small\", \"other\"]\nforbidden = \"0O\"",
    );
    let lists = Lists::default();
    let judge = Judge::new(&policy, &lists, Circumstances::default());
    let said: Vec<String> = judge
        .judge(&password("0é"))
        .into_iter()
        .map(|broken| broken.message)
        .collect();
    assert_eq!(
        said,
        [
            "leave these characters out: 0O",
            "use these characters only: a-z A-NP-Z 1-9 !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
            "use at least 1 character that is neither letter nor digit",
            "use at least 5 letters or digits",
            "begin it with a small letter or a character that is neither letter nor digit",
        ]
    );
}
