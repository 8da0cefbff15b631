//! `countersign recover`: the user's side.

use crate::agent::{ask, ask_with, tell};
use crate::arguments::{Recover, RecoverStep};
use crate::failure::Failure;
use crate::screen::{Paint, Screen, put_words};
use crate::secrets::Source;
use crate::terminal::PromptError;
use countersign_secret::Password;
use countersign_wire::{RecoverTerms, Reply, Request};

/// Whether the user types the printed code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Printed {
    Typed,
    NotNeeded,
}

pub(crate) fn run(recover: &Recover, screen: &mut Screen) -> Result<u8, Failure> {
    match &recover.step {
        None => whole(recover.printed, screen)?,
        Some(RecoverStep::Setup { passphrase }) => {
            let source = Source::standard_input();
            let mut secrets = vec![source.existing("Password")?];
            if *passphrase {
                let Reply::UnlockTerms(terms) = ask(&Request::UnlockTerms)? else {
                    return Err(Failure::OtherAnswer);
                };
                let question = terms.question.unwrap_or_else(|| "The new passphrase".to_owned());
                secrets.push(fresh(source, &question, "the new answer", screen)?);
            }
            setup(&secrets, screen)?;
        }
        Some(RecoverStep::Drill { printed }) => drill(*printed, screen)?,
    }
    Ok(0)
}

fn fresh(source: Source, question: &str, what: &str, screen: &mut Screen) -> Result<Password, Failure> {
    let fresh = source.fresh(question, screen)?;
    match fresh.is_empty() {
        true => Err(PromptError::Empty(what.to_owned()).into()),
        false => Ok(fresh),
    }
}

/// Has the halves made and shows the printed code, once. The password, and the answer of a new passphrase if one is wanted.
pub(super) fn setup(secrets: &[Password], screen: &mut Screen) -> Result<(), Failure> {
    let passphrase = secrets.len() > 1;
    let (reply, secrets) = ask_with(&Request::RecoverSetup { passphrase }, secrets)?;
    match (reply, secrets.first()) {
        (Reply::RecoveryPrinted, Some(printed)) => {
            screen.say(format_args!(
                "{} Recovery with the helpdesk is set up.",
                Paint::Good.on("✓")
            ))?;
            code(printed, screen)
        }
        _ => Err(Failure::OtherAnswer),
    }
}

fn code(printed: &Password, screen: &mut Screen) -> Result<(), Failure> {
    screen.note("Your printed code. It is shown this once: write it down and keep it away from this machine.");
    put_words(printed)?;
    screen.note("With the helpdesk's words it opens your vault, also on another machine. Neither does alone.");
    Ok(())
}

/// The three words, and whether the printed code is asked for.
fn begin(printed: bool, screen: &mut Screen) -> Result<(RecoverTerms, Printed), Failure> {
    let Reply::RecoverTerms(terms) = ask(&Request::RecoverTerms)? else {
        return Err(Failure::OtherAnswer);
    };
    screen.note(format_args!(
        "Call your helpdesk and read out these three words:\n\n    {}\n",
        Paint::Strong.on(&terms.words)
    ));
    let printed = match printed || terms.needs_printed {
        true => Printed::Typed,
        false => Printed::NotNeeded,
    };
    Ok((terms, printed))
}

fn halves(terms: &RecoverTerms, printed: Printed, source: Source) -> Result<Vec<Password>, Failure> {
    let what = match terms.people {
        1 => "The helpdesk's eight words",
        _ => "The eight words of each of the two operators, all sixteen",
    };
    let mut secrets = vec![source.words(what)?];
    if printed == Printed::Typed {
        secrets.push(source.words("Your printed code, twelve words")?);
    }
    Ok(secrets)
}

fn drill(printed: bool, screen: &mut Screen) -> Result<(), Failure> {
    let (terms, printed) = begin(printed, screen)?;
    let secrets = halves(&terms, printed, Source::standard_input())?;
    let printed = printed == Printed::Typed;
    tell(&Request::RecoverDrill { printed }, &secrets)?;
    screen.say(format_args!(
        "{} It works: these words open your vault. Nothing was changed, and the words stay good.",
        Paint::Good.on("✓")
    ))
}

fn whole(printed: bool, screen: &mut Screen) -> Result<(), Failure> {
    let source = Source::standard_input();
    let (terms, printed) = begin(printed, screen)?;
    let mut secrets = halves(&terms, printed, source)?;
    secrets.push(fresh(source, &terms.question, "the new answer", screen)?);
    secrets.push(fresh(source, "New password", "the new password", screen)?);
    let printed = printed == Printed::Typed;
    let (reply, secrets) = ask_with(&Request::Recover { printed }, &secrets)?;
    let Reply::Recovered(recovered) = reply else {
        return Err(Failure::OtherAnswer);
    };
    screen.say(format_args!(
        "{} Your vault is open, and the new password opens it from now on.",
        Paint::Good.on("✓")
    ))?;
    match (recovered.waiting, secrets.first()) {
        (Some(why), _) => screen.note(format_args!(
            "{} the new passphrase and the new code have to wait: {why}\n{} run `countersign recover setup --passphrase` when the repository answers; until then the helpdesk's words are used up",
            Paint::Warn.on("warning:"),
            Paint::Strong.on("next:")
        )),
        (None, Some(printed)) => code(printed, screen)?,
        (None, None) => screen.note(format_args!(
            "{} your organisation has no recovery now, so there is no new code",
            Paint::Warn.on("warning:")
        )),
    }
    Ok(())
}
