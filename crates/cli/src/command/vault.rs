use crate::agent::{ask, ask_with, tell};
use crate::arguments::{Enroll, Unlock};
use crate::command::primary::prompt;
use crate::command::status::slots;
use crate::command::suggestion::suggested;
use crate::failure::Failure;
use crate::screen::{Paint, Screen};
use crate::secrets::Source;
use crate::terminal::PromptError;
use crate::words::span;
use countersign_secret::Password;
use countersign_wire::{
    ClientError, EnrollTerms, Enrolled, ErrorCode, PrimaryMethod, Reply, Request, UnlockTerms, VaultState,
};

pub(crate) fn enroll(wanted: &Enroll, screen: &mut Screen) -> Result<u8, Failure> {
    let asked = match wanted.start_over {
        true => Request::StartOverTerms,
        false => Request::EnrollTerms,
    };
    let Reply::EnrollTerms(terms) = ask(&asked)? else {
        return Err(Failure::OtherAnswer);
    };
    let Reply::Organisation(organisation) = ask(&Request::Organisation)? else {
        return Err(Failure::OtherAnswer);
    };
    let recovery = match organisation.rings.len() {
        0 => Recovery::None,
        _ => Recovery::Helpdesk,
    };
    let source = Source::standard_input();
    if wanted.start_over && !wanted.yes {
        confirm(source)?;
    }
    introduce(&terms, recovery, screen);
    let chosen = wanted.primary.map(PrimaryMethod::from);
    let request = match (chosen, wanted.unseen) {
        _ if wanted.start_over => Request::StartOver,
        (None, false) => Request::Enroll,
        (primary, unseen) => Request::EnrollAs { primary, unseen },
    };
    let primary = chosen.unwrap_or(terms.primary.method);
    let mut attempts = 3;
    let (enrolled, password) = loop {
        let password = source.fresh(prompt(primary), screen)?;
        if password.is_empty() {
            return Err(empty("the password"));
        }
        let answer = fresh_answer(source, &terms, screen)?;
        attempts -= 1;
        let secrets = [password, answer];
        match ask_with(&request, &secrets) {
            Ok((Reply::Enrolled(enrolled), _)) => {
                let [password, _] = secrets;
                break (enrolled, password);
            }
            Ok(_) => return Err(Failure::OtherAnswer),
            // Too weak: a person can think of something better, a script cannot.
            Err(Failure::Client(ClientError::Failed(error)))
                if error.code == ErrorCode::Refused && source == Source::Terminal && attempts > 0 =>
            {
                let next = error.next.as_ref().map(|next| format!("; {next}")).unwrap_or_default();
                screen.note(format_args!("{error}{next}"));
            }
            Err(failure) => return Err(failure),
        }
    };
    conclude(&enrolled, screen)?;
    if recovery == Recovery::Helpdesk {
        recoverable(&password, screen);
    }
    Ok(0)
}

fn confirm(source: Source) -> Result<(), Failure> {
    let question = "Your vault is set aside for 90 days, on all your machines, and you begin without logons. If the password, the passphrase answer, another machine or the helpdesk can still open it, stop here. Begin anew? (yes/no)";
    match source.plain(question)? {
        Some(answer) if answer.trim().eq_ignore_ascii_case("yes") => Ok(()),
        Some(_) => Err(PromptError::Cancelled.into()),
        None => Err(Failure::Usage {
            message: "beginning anew has to be confirmed".to_owned(),
            next: "add `--yes`".to_owned(),
        }),
    }
}

/// Whether somebody can help a user who has lost everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Recovery {
    None,
    Helpdesk,
}

/// Sets recovery up. A vault without it is a vault all the same.
fn recoverable(password: &Password, screen: &mut Screen) {
    if let Err(failure) = super::recovery::setup(std::slice::from_ref(password), screen) {
        screen.note(format_args!(
            "{} recovery with the helpdesk is not set up: {failure}\n{} run `countersign recover setup`",
            Paint::Warn.on("warning:"),
            Paint::Strong.on("next:")
        ));
    }
}

/// What is about to happen, before anything is asked.
fn introduce(terms: &EnrollTerms, recovery: Recovery, screen: &mut Screen) {
    let lost = match recovery {
        Recovery::None => {
            "Who loses both the password and the passphrase answer, or this machine and the answer, loses the vault: nobody else can open it."
        }
        Recovery::Helpdesk => {
            "Who loses both the password and the passphrase answer calls the helpdesk, whose words open the vault together with this machine or the printed code. Who loses this machine, the answer and the code loses the vault: nobody else can open it."
        }
    };
    screen.note("This makes your vault on this machine. It opens with either of:");
    screen.note(slots(&terms.slots));
    screen.note(format_args!(
        "The passphrase answers this question: {}\nIt has at least {} characters, is hard to guess (strength {} of 4), and capitals and extra spaces in it do not count. Leave it empty for five random words.\n{} {lost}",
        Paint::Strong.on(&terms.question),
        terms.min_length,
        terms.min_strength,
        Paint::Warn.on("Keep the answer.")
    ));
}

fn fresh_answer(source: Source, terms: &EnrollTerms, screen: &mut Screen) -> Result<Password, Failure> {
    loop {
        let answer = source.fresh(&terms.question, screen)?;
        if answer.is_empty() && source == Source::Terminal {
            return suggested(source, screen);
        }
        let length = u32::try_from(answer.chars()).unwrap_or(u32::MAX);
        if length >= terms.min_length {
            return Ok(answer);
        }
        let message = format!(
            "the answer has {length} characters and must have at least {}",
            terms.min_length
        );
        if source == Source::Lines {
            return Err(Failure::Usage {
                message,
                next: "give a longer one, best of five or more random words".to_owned(),
            });
        }
        screen.note(message);
    }
}

fn conclude(enrolled: &Enrolled, screen: &mut Screen) -> Result<(), Failure> {
    screen.say(format_args!(
        "{} The vault is made and open. It opens with:",
        Paint::Good.on("✓")
    ))?;
    screen.say(slots(&enrolled.slots))?;
    for warning in &enrolled.warnings {
        screen.say(format_args!("{} {warning}", Paint::Warn.on("warning:")))?;
    }
    screen.say("next: `countersign logon add TEMPLATE` stores a logon")
}

pub(crate) fn unlock(unlock: &Unlock, screen: &mut Screen) -> Result<u8, Failure> {
    let Reply::UnlockTerms(terms) = ask(&Request::UnlockTerms)? else {
        return Err(Failure::OtherAnswer);
    };
    match terms.vault {
        VaultState::Unenrolled => return Err(Failure::NotEnrolled),
        // By the passphrase, a new password may be wanted all the same.
        VaultState::Unlocked if !unlock.passphrase => {
            screen.say("already unlocked")?;
            return Ok(0);
        }
        VaultState::Unlocked | VaultState::Locked => {}
    }
    if terms.silent && !unlock.passphrase {
        match tell(&Request::UnlockSilently, &[]) {
            Ok(()) => {
                screen.say("unlocked without a password, by a slot made for that")?;
                return Ok(0);
            }
            Err(Failure::Client(ClientError::Failed(error))) => screen.note(error),
            Err(failure) => return Err(failure),
        }
    }
    let source = Source::standard_input();
    if let Some(wait) = terms.retry_after_ms.filter(|wait| *wait > 0) {
        screen.note(format_args!(
            "after a wrong one, the next attempt is taken in {}",
            span(wait.div_ceil(1000))
        ));
    }
    let done = if unlock.passphrase {
        by_passphrase(source, &terms, screen)
    } else {
        let password = source.existing("Password")?;
        tell(&Request::Unlock, &[password])
    };
    if let Err(Failure::Client(ClientError::Failed(error))) = &done
        && let Some(wait) = error.retry_after_ms.filter(|wait| *wait > 0)
    {
        screen.note(format_args!(
            "the next attempt is taken in {}",
            span(wait.div_ceil(1000))
        ));
    }
    done?;
    screen.say("unlocked")?;
    Ok(0)
}

fn by_passphrase(source: Source, terms: &UnlockTerms, screen: &mut Screen) -> Result<(), Failure> {
    let Some(question) = &terms.question else {
        return Err(Failure::NoSuch {
            message: "no passphrase opens this vault".to_owned(),
            next: "`countersign unlock` takes the password".to_owned(),
        });
    };
    let answer = source.existing(question)?;
    let password = source.fresh("New password", screen)?;
    if password.is_empty() {
        return Err(empty("the new password"));
    }
    tell(&Request::UnlockWithPassphrase, &[answer, password])
}

/// An empty secret would make a vault that anybody opens.
fn empty(what: &str) -> Failure {
    PromptError::Empty(what.to_owned()).into()
}
