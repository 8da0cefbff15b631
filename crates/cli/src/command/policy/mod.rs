mod check;
mod generate;
mod lint;
mod show;

use super::template::{read, told_on};
use crate::arguments::{PasswordOf, Policy};
use crate::failure::Failure;
use crate::screen::Screen;
use crate::secrets::Source;
use countersign_agent::read_lists;
use countersign_rules::Severity;
use countersign_rules::policy::{Circumstances, Lists, ParsedPolicy, lint_policy, parse_policy};
use countersign_secret::Password;
use std::path::Path;

pub(crate) fn run(command: &Policy, screen: &mut Screen) -> Result<u8, Failure> {
    match command {
        Policy::Lint(files) => lint::run(files, screen),
        Policy::Check(wanted) => check::run(wanted, screen),
        Policy::Generate(wanted) => generate::run(wanted, screen),
        Policy::Show(wanted) => show::run(wanted, screen),
    }
}

/// A policy that can be used, and the lists it names.
fn usable(file: &Path) -> Result<(ParsedPolicy, Lists), Failure> {
    let parsed = parse_policy(&file.display().to_string(), &read(file)?);
    let problems = match &parsed {
        Ok(parsed) => lint_policy(parsed),
        Err(problems) => problems.clone(),
    };
    let wrong = problems.iter().find(|problem| problem.severity == Severity::Error);
    match (parsed, wrong) {
        (Ok(parsed), None) => {
            let lists = read_lists(&parsed.policy.lists, beside(file))?;
            Ok((parsed, lists))
        }
        (_, wrong) => Err(Failure::Policy {
            message: wrong.map(ToString::to_string).unwrap_or_default(),
            next: "`countersign policy lint` shows everything that is wrong with it, and what to do".to_owned(),
        }),
    }
}

/// Where the lists of a policy's file are, unless their paths begin with `/`.
fn beside(file: &Path) -> &Path {
    file.parent().unwrap_or(Path::new(""))
}

/// The password until now, if it is wanted.
fn old(of: &PasswordOf) -> Result<Option<Password>, Failure> {
    let ask = || Source::standard_input().existing("Password until now");
    Ok(of.old.then(ask).transpose()?)
}

fn circumstances<'a>(of: &'a PasswordOf, old: Option<&'a Password>) -> Circumstances<'a> {
    Circumstances {
        user_name: of.user.as_deref(),
        application: of.application.as_deref(),
        old,
        history: &[],
    }
}
