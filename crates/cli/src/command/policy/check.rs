use super::{circumstances, old, usable};
use crate::arguments::PolicyCheck;
use crate::failure::Failure;
use crate::screen::{Paint, Screen};
use crate::secrets::Source;
use countersign_rules::policy::{Broken, Judge};
use countersign_wire::ErrorCode;
use serde::Serialize;

/// What `policy check --json` prints.
#[derive(Serialize)]
struct Checked {
    passed: bool,
    broken: Vec<BrokenRule>,
}

/// One rule that the password breaks.
#[derive(Serialize)]
struct BrokenRule {
    rule: &'static str,
    message: String,
}

impl From<Broken> for BrokenRule {
    fn from(broken: Broken) -> Self {
        Self {
            rule: broken.rule.key(),
            message: broken.message,
        }
    }
}

/// Exit 7 when the password breaks a rule.
pub(super) fn run(wanted: &PolicyCheck, screen: &mut Screen) -> Result<u8, Failure> {
    let (parsed, lists) = usable(&wanted.file)?;
    let password = Source::standard_input().existing("Password")?;
    let old = old(&wanted.of)?;
    let judge = Judge::new(&parsed.policy, &lists, circumstances(&wanted.of, old.as_ref()));
    let broken: Vec<BrokenRule> = judge.judge(&password).into_iter().map(BrokenRule::from).collect();
    let checked = Checked {
        passed: broken.is_empty(),
        broken,
    };
    let code = if checked.passed {
        0
    } else {
        ErrorCode::Refused.exit_code()
    };
    if wanted.format.json {
        screen.json("check", &checked)?;
        return Ok(code);
    }
    for broken in &checked.broken {
        screen.say(format_args!(
            "{} {} ({})",
            Paint::Bad.on("✗"),
            broken.message,
            broken.rule
        ))?;
    }
    if checked.passed {
        screen.say(format_args!("{} {} allows it", Paint::Good.on("✓"), parsed.policy.name))?;
    }
    Ok(code)
}
