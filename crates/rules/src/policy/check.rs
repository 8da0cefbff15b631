//! Whether a policy can be put in force under the name it is kept by.

use super::{ParsedPolicy, lint_policy, parse_policy};
use crate::Problem;
use crate::problem::{Severity, problem};
use crate::select::short;

/// Reads a policy that is kept as `name`: its file's name without `.toml`, or its object's id. Without errors it can be put in force; all
/// that was found is told either way.
#[must_use]
pub fn check_policy(name: &str, place: &str, bytes: &[u8]) -> (Option<ParsedPolicy>, Vec<Problem>) {
    let parsed = match parse_policy(place, bytes) {
        Ok(parsed) => parsed,
        Err(problems) => return (None, problems),
    };
    let mut problems = lint_policy(&parsed);
    // Templates name it, publishers sign it and people look for its file: by one name.
    let id = &parsed.policy.id;
    if id != name {
        let (id, name) = (short(id), short(name));
        let message = format!("the policy is kept as `{name}` and calls itself `{id}`");
        let help = format!("write `id = \"{name}\"`, or call its file `{id}.toml`");
        let at = parsed.spans.value("id");
        problems.push(problem(place, at, Severity::Error, message, help));
    }
    let is_good = problems.iter().all(|problem| problem.severity != Severity::Error);
    (is_good.then_some(parsed), problems)
}
