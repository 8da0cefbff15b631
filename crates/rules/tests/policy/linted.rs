//! What is wrong with a policy is said where it stands, with what to do.

use crate::support::problems;
use countersign_rules::Severity::{self, Error, Warning};

fn says(body: &str, severity: Severity, start: &str, help: &str) {
    let found = problems(body);
    let told = found
        .iter()
        .any(|(how, text)| *how == severity && text.starts_with(start) && text.contains(help));
    assert!(told, "{body}\n{start} … {help}\n{found:#?}");
}

#[test]
fn mistakes_of_writing_are_placed() {
    says(
        "[lenght]\nmin = 8",
        Error,
        "p.toml:4:2: unknown key `lenght`",
        "did you mean `length`?",
    );
    says("", Error, "p.toml:1:1: `length` is missing", "How long a password is");
    says(
        "[length]\nmin = \"8\"",
        Error,
        "p.toml:5:7: `min` must be a whole number",
        "without quotes",
    );
    says(
        "[length]\nmin = 8\n[characters]\ndigit = 1",
        Error,
        "p.toml:7:1: unknown key `digit`",
        "did you mean `digits`?",
    );
    says(
        "[length]\nmin = 8\n[characters]\nfirst = [\"letter\"]",
        Error,
        "p.toml:7:10: `first` cannot be `letter`",
        "small",
    );
    says(
        "[length]\nmin = -8",
        Error,
        "p.toml:5:7: `min` is out of bounds",
        "from 0",
    );
    says(
        "[length]\nmin = 8\n[repeats]\nin_a_row = 99999999999",
        Error,
        "p.toml:7:12:",
        "whole number",
    );
}

#[test]
fn what_cannot_be_meant_is_an_error() {
    for (body, start, help) in [
        (
            "[length]\nmin = 0",
            "p.toml:5:7: a password has 1 to 128 characters",
            "such a number",
        ),
        (
            "[length]\nmin = 4\nmax = 500",
            "p.toml:6:7: a password has",
            "such a number",
        ),
        (
            "[length]\nmin = 9\nmax = 8",
            "p.toml:6:7: `max` is 8, and `min` is 9",
            "smaller",
        ),
        (
            "[length]\nmin = 8\n[generate]\nlength = 7",
            "p.toml:7:10: passwords of 7",
            "from 8 to 128",
        ),
        (
            "[length]\nmin = 8\n[strength]\nzxcvbn = 5",
            "p.toml:7:10: zxcvbn's score",
            "0 to 4",
        ),
        (
            "[length]\nmin = 8\n[life]\ndays = 40000",
            "p.toml:7:8: `life.days` is 40000",
            "32767",
        ),
        (
            "[length]\nmin = 8\n[life]\ndays = 7\nmin_days = 7",
            "p.toml:8:12: a password expires",
            "fewer days",
        ),
        (
            "[length]\nmin = 8\n[characters]\nmore = \"a\\tb\"",
            "p.toml:7:8: control characters",
            "tabs",
        ),
        (
            "[length]\nmin = 8\n[characters]\nlast = []",
            "p.toml:7:8: no character is left",
            "name at least one",
        ),
        (
            "[length]\nmin = 8\n[repeats]\npiece = 3",
            "p.toml:7:9: this counts only together",
            "piece_times",
        ),
        (
            "[length]\nmin = 8\n[lists]\nbreached = \"\"",
            "p.toml:7:12: this is no path",
            "write the path",
        ),
    ] {
        says(body, Error, start, help);
    }
    let found = crate::support::parsed("schema = 2\nid = \"a b\"\nname = \" \"\n[length]\nmin = 12");
    let lines: Vec<u32> = countersign_rules::policy::lint_policy(&found)
        .iter()
        .map(|problem| problem.line)
        .collect();
    assert_eq!(lines, [1, 2, 3]);
}

#[test]
fn a_policy_that_no_password_can_meet_says_which_rules_are_at_odds() {
    for (body, start, help) in [
        (
            "[length]\nmin = 8\nmax = 10\n[characters]\ndigits = 6\nletters = 5",
            "p.toml:6:7: no password can meet this policy",
            "change one of: `length.max`, `characters.digits`, `characters.letters`",
        ),
        (
            "[length]\nmin = 8\n[characters]\nallowed = [\"digit\"]\nsmall = 1",
            "p.toml:8:9: no password",
            "change one of: `characters.small`, `characters.allowed`",
        ),
        (
            "[length]\nmin = 30\n[characters]\nallowed = [\"digit\"]\n[repeats]\nof_one = 2",
            "p.toml:5:7: no password",
            "`length.min`, `repeats.of_one`, `characters.allowed`",
        ),
        (
            "[length]\nmin = 4\n[characters]\nallowed = []\nmore = \"a\"\n[repeats]\nin_a_row = 2",
            "p.toml:5:7: no password",
            "`repeats.in_a_row`",
        ),
        (
            "[length]\nmin = 8\n[characters]\nfirst = [\"small\"]\nforbidden = \"abcdefghijklmnopqrstuvwxyz\"",
            "p.toml:7:9: no password",
            "`characters.first`, `characters.forbidden`",
        ),
        (
            "[length]\nmin = 8\nmax = 20\n[characters]\ndigits = 12\n[generate]\nlength = 10",
            "p.toml:10:10: no password of 10 characters",
            "another number",
        ),
        (
            "[length]\nmin = 8\nmax = 4294967295\n[characters]\ndigits = 4294967295\nsmall = 4294967295",
            "p.toml:6:7: a password has",
            "such a number",
        ),
    ] {
        says(body, Error, start, help);
    }
}

#[test]
fn a_policy_that_is_weaker_than_it_looks_is_warned_of() {
    for (body, start, help) in [
        (
            "[length]\nmin = 12\n[characters]\nallowed = [\"digit\"]",
            "p.toml:6:1: passwords of 12 characters are one of 2^40, no more than of 6",
            "allow more",
        ),
        (
            "[length]\nmin = 6",
            "p.toml:5:7: the shortest passwords are one of 2^39",
            "raise it",
        ),
        (
            "[length]\nmin = 12\n[characters]\nallowed = [\"small\"]\nforbidden = \"X\"",
            "p.toml:8:13: not allowed in the first place: `X`",
            "take it out",
        ),
        (
            "[length]\nmin = 12\n[life]\ngrace_logins = 3",
            "p.toml:7:16: no password expires",
            "`days`",
        ),
        (
            "[length]\nmin = 12\n[life]\nblock_minutes = 3",
            "p.toml:7:17: nothing blocks",
            "wrong_passwords",
        ),
        (
            "[length]\nmin = 128\n[characters]\nallowed = [\"digit\"]\n[repeats]\npiece = 1\npiece_times = 1",
            "p.toml:9:9: 500 passwords that all other rules allow were tried",
            "ask for less",
        ),
    ] {
        says(body, Warning, start, help);
    }
    assert_eq!(problems("[length]\nmin = 12\n[strength]\nzxcvbn = 3"), []);
}
