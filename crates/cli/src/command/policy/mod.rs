mod check;
mod generate;
mod lint;

use super::template::{read, told_on};
use crate::arguments::{PasswordOf, Policy};
use crate::failure::Failure;
use crate::screen::Screen;
use crate::secrets::Source;
use countersign_rules::Severity;
use countersign_rules::policy::{Circumstances, Lists, ParsedPolicy, lint_policy, parse_policy};
use countersign_secret::Password;
use std::io::Read;
use std::path::Path;

/// The longest list of words or known passwords that is read, in bytes.
const LONGEST_LIST: u64 = 1 << 28;

pub(crate) fn run(command: &Policy, screen: &mut Screen) -> Result<u8, Failure> {
    match command {
        Policy::Lint(files) => lint::run(files, screen),
        Policy::Check(wanted) => check::run(wanted, screen),
        Policy::Generate(wanted) => generate::run(wanted, screen),
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
            let lists = lists(&parsed, file)?;
            Ok((parsed, lists))
        }
        (_, wrong) => Err(Failure::Policy {
            message: wrong.map(ToString::to_string).unwrap_or_default(),
            next: "`countersign policy lint` shows everything that is wrong with it, and what to do".to_owned(),
        }),
    }
}

/// The lists that a policy names; one whose path does not begin with `/` lies beside it.
fn lists(parsed: &ParsedPolicy, file: &Path) -> Result<Lists, Failure> {
    let beside = file.parent().unwrap_or(Path::new(""));
    Lists::read(&parsed.policy.lists, |path| {
        let place = beside.join(path);
        let bounded = || {
            let mut bytes = Vec::new();
            std::fs::File::open(&place)?
                .take(LONGEST_LIST + 1)
                .read_to_end(&mut bytes)?;
            match bytes.len() as u64 > LONGEST_LIST {
                true => Err(std::io::Error::other("it is longer than 256 MiB; take a shorter list")),
                false => Ok(bytes),
            }
        };
        bounded().map_err(|why| Failure::File {
            place: place.clone(),
            why,
        })
    })
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
