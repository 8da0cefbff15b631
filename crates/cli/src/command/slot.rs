//! `countersign slot`.

use crate::agent::{ask, tell};
use crate::arguments::{Format, Slot};
use crate::failure::Failure;
use crate::screen::{Paint, Screen};
use crate::secrets::Source;
use countersign_secret::Password;
use countersign_wire::{Reply, Request, SlotReport};

pub(crate) fn run(command: &Slot, screen: &mut Screen) -> Result<u8, Failure> {
    match command {
        Slot::List(format) => list(*format, screen)?,
        Slot::Add { kind, agree } => add(kind, *agree, screen)?,
        Slot::Remove { kind } => {
            let password = Source::standard_input().existing("Password")?;
            tell(&Request::SlotRemove { kind: kind.clone() }, &[password])?;
            screen.say(format_args!("{} the {kind} slot is gone", Paint::Good.on("✓")))?;
        }
    }
    Ok(0)
}

fn slots() -> Result<Vec<SlotReport>, Failure> {
    match ask(&Request::Status)? {
        Reply::Status(status) => Ok(status.slots),
        _ => Err(Failure::OtherAnswer),
    }
}

fn list(format: Format, screen: &mut Screen) -> Result<(), Failure> {
    let slots = slots()?;
    match (format.json, slots.is_empty()) {
        (true, _) => screen.json("slots", &slots),
        (false, true) => Err(Failure::NotEnrolled),
        (false, false) => screen.say(super::status::slots(&slots)),
    }
}

fn add(kind: &str, agreed: bool, screen: &mut Screen) -> Result<(), Failure> {
    let source = Source::standard_input();
    let mut secrets: Vec<Password> = vec![source.existing("Password")?];
    if kind == "passphrase" {
        let Reply::UnlockTerms(terms) = ask(&Request::UnlockTerms)? else {
            return Err(Failure::OtherAnswer);
        };
        let question = terms.question.unwrap_or_else(|| "The new passphrase answer".to_owned());
        secrets.push(source.fresh(&question, screen)?);
    }
    let wanted = Request::SlotAdd {
        kind: kind.to_owned(),
        agreed,
    };
    tell(&wanted, &secrets)?;
    let sign = Paint::Good.on("✓");
    screen.say(format_args!("{sign} the {kind} slot is made. The vault opens with:"))?;
    screen.say(super::status::slots(&slots()?))
}
