//! What a policy says that cannot be meant.

use super::generate::{Generator, Kind, NotMade};
use super::judge::{Circumstances, Judge};
use super::lists::Lists;
use super::{Dice, ParsedPolicy, Space, bits, short_form};
use crate::problem::{Problem, Severity, problem};
use countersign_model::{CharacterClass, ConfigKind, ConfigName, Policy, Rule};
use sha2::{Digest, Sha256};

/// The version of the policy format that is read.
const SCHEMA: u32 = 1;
/// The shortest passwords must be one of 2 to the power of so many at least.
const FEWEST_BITS: f64 = 48.0;
/// So much of what its length suggests a password must be worth.
const LEAST_SHARE: f64 = 0.75;
/// How many passwords are drawn to see whether the rules that are not counted let any pass.
const TRIALS: u32 = 500;

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
        possible(&mut report);
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

/// Whether there are passwords at all, and whether there are enough.
fn possible(report: &mut Report<'_>) {
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
