//! What a policy says that cannot be meant.

mod possible;

use super::{ParsedPolicy, short_form};
use crate::problem::{Problem, Severity, problem};
use countersign_model::{CharacterClass, ConfigKind, ConfigName, Policy, Rule};

/// The version of the policy format that is read.
const SCHEMA: u32 = 1;
/// Looks at a policy's meaning. A policy with errors is not used; warnings are for its author.
#[must_use]
pub fn lint_policy(parsed: &ParsedPolicy) -> Vec<Problem> {
    let mut report = Report {
        parsed,
        problems: Vec::new(),
    };
    head(&mut report);
    numbers(&mut report);
    characters(&mut report);
    contradictions(&mut report);
    if !report
        .problems
        .iter()
        .any(|problem| problem.severity == Severity::Error)
    {
        possible::possible(&mut report);
    }
    let mut problems = report.problems;
    problems.sort_by_key(|problem| (problem.line, problem.column, std::cmp::Reverse(problem.severity)));
    problems
}

/// Problems of one policy, placed by path.
struct Report<'a> {
    parsed: &'a ParsedPolicy,
    problems: Vec<Problem>,
}

impl Report<'_> {
    fn error(&mut self, path: &str, message: impl Into<String>, help: impl Into<String>) {
        self.note(path, Severity::Error, message, help);
    }

    fn warn(&mut self, path: &str, message: impl Into<String>, help: impl Into<String>) {
        self.note(path, Severity::Warning, message, help);
    }

    fn note(&mut self, path: &str, severity: Severity, message: impl Into<String>, help: impl Into<String>) {
        let at = self.parsed.spans.value(path);
        self.problems
            .push(problem(&self.parsed.place, at, severity, message, help));
    }
}

fn head(report: &mut Report<'_>) {
    let policy = &report.parsed.policy;
    if policy.schema != SCHEMA {
        let message = format!("schema {} is not known", policy.schema);
        report.error("schema", message, "write `schema = 1`, or update Countersign");
    }
    if ConfigName::new(ConfigKind::Policy, &policy.id).is_none() {
        let message = format!("`{}` cannot be the id of a policy", crate::select::short(&policy.id));
        let help = "write it like `company`: at most 64 letters, digits, `-`, `_` and `.`, a letter or digit first";
        report.error("id", message, help);
    }
    if policy.name.trim().is_empty() {
        report.error("name", "the name is empty", "write what people call the policy");
    }
    for (path, list) in [
        ("lists.dictionary", &policy.lists.dictionary),
        ("lists.breached", &policy.lists.breached),
    ] {
        if list
            .as_ref()
            .is_some_and(|path| path.trim().is_empty() || path.contains('\0'))
        {
            report.error(
                path,
                "this is no path of a file",
                "write the path of the list, or leave it out",
            );
        }
    }
}

fn numbers(report: &mut Report<'_>) {
    let policy = &report.parsed.policy;
    let length = policy.length;
    let most = Policy::LONGEST;
    for (rule, number) in [(Rule::MinLength, length.min), (Rule::MaxLength, length.max)] {
        if !(1..=most).contains(&number) {
            let message = format!("a password has 1 to {most} characters");
            report.error(rule.key(), message, "write such a number");
        }
    }
    if length.min > length.max {
        let message = format!("`max` is {}, and `min` is {}", length.max, length.min);
        report.error(Rule::MaxLength.key(), message, "write the smaller number in `min`");
    }
    if let Some(made) = policy
        .generate
        .length
        .filter(|made| !(length.min..=length.max).contains(made))
    {
        let message = format!("passwords of {made} characters are not allowed by `length`");
        let help = format!("write a number from {} to {}, or leave it out", length.min, length.max);
        report.error("generate.length", message, help);
    }
    if policy.strength.zxcvbn > 4 {
        report.error(
            Rule::Strength.key(),
            "zxcvbn's score is 4 at most",
            "write a number from 0 to 4",
        );
    }
    if let Err(wrong) = short_form(policy) {
        let message = format!(
            "`{}` is {}, more than password exits can take",
            wrong.rule.key(),
            wrong.number
        );
        report.error(wrong.rule.key(), message, format!("write a number up to {}", i16::MAX));
    }
}

fn characters(report: &mut Report<'_>) {
    let rules = &report.parsed.policy.characters;
    if rules.more.chars().any(char::is_control) {
        let help = "leave out tabs, line breaks and what else cannot be seen";
        report.error(
            "characters.more",
            "control characters cannot be typed into a field",
            help,
        );
    }
    for (path, classes) in [
        ("allowed", &rules.allowed),
        ("first", &rules.first),
        ("last", &rules.last),
    ] {
        if classes.is_empty() && (path != "allowed" || rules.more.is_empty()) {
            let path = format!("characters.{path}");
            report.error(
                &path,
                "no character is left",
                "name at least one class, or leave it out",
            );
        }
    }
    let useless = |character: &char| {
        let keyboard = character.is_ascii_graphic() && rules.allowed.contains(&CharacterClass::of(*character));
        !keyboard && !rules.more.contains(*character)
    };
    let idle: String = rules.forbidden.chars().filter(useless).collect();
    if !idle.is_empty() {
        let message = format!("not allowed in the first place: `{}`", crate::select::short(&idle));
        report.warn(Rule::Forbidden.key(), message, "take it out");
    }
}

fn contradictions(report: &mut Report<'_>) {
    let policy = &report.parsed.policy;
    let (life, repeats) = (policy.life, policy.repeats);
    if life.days > 0 && life.min_days >= life.days {
        let message = format!(
            "a password expires after {} days and cannot be changed before {}",
            life.days, life.min_days
        );
        report.error(Rule::MinDays.key(), message, "write fewer days here than in `days`");
    }
    if life.grace_logins > 0 && life.days == 0 {
        let help = "write how many `days` a password lives, or leave this out";
        report.warn(
            Rule::GraceLogins.key(),
            "no password expires, so there is no grace",
            help,
        );
    }
    if life.block_minutes > 0 && life.wrong_passwords == 0 {
        let help = "write in `wrong_passwords` how many block it, or leave this out";
        report.warn(Rule::BlockMinutes.key(), "nothing blocks an account", help);
    }
    if repeats.piece > 0 && repeats.piece_times == 0 {
        let help = "write in `piece_times` how often a longer piece may come, such as 1";
        report.error(Rule::Piece.key(), "this counts only together with `piece_times`", help);
    }
}
