//! The change journal behind a logon's fields.

use crate::bytes::{Malformed, Reader, Writer};
use countersign_model::{Ending, Former, MOST_FORMER, PasswordJournal, Pending, Search, Stage, Timestamp, Which};
use countersign_secret::Password;

const TRIED: Malformed = Malformed("the change's tries");

/// How many bytes it takes; none if there is nothing in it.
pub(super) fn len(journal: &PasswordJournal) -> usize {
    if journal.is_empty() {
        return 0;
    }
    let pending = |pending: &Pending| 8 + stage_len(pending.stage) + 2 + pending.next.expose().len();
    let former = |former: &Former| 8 + 1 + 2 + former.password.expose().len();
    let kept: usize = journal.former.iter().map(former).sum();
    8 + 2 + 1 + journal.pending.as_ref().map_or(0, pending) + 1 + kept
}

fn stage_len(stage: Stage) -> usize {
    match stage {
        Stage::Made | Stage::Unsure => 1,
        Stage::Sent(_) => 3,
    }
}

pub(super) fn put(to: &mut Writer<'_>, journal: &PasswordJournal) -> Result<(), Malformed> {
    if journal.is_empty() {
        return Ok(());
    }
    to.put(&journal.since.unwrap_or(Timestamp(0)).0.to_le_bytes())?;
    to.put(&journal.grace.to_le_bytes())?;
    match &journal.pending {
        None => to.put(&[0])?,
        Some(pending) => {
            to.put(&[1])?;
            to.put(&pending.made.0.to_le_bytes())?;
            put_stage(to, pending.stage)?;
            put_password(to, &pending.next)?;
        }
    }
    let most = |_| Malformed("more passwords of before than are kept");
    let count = u8::try_from(journal.former.len()).map_err(most)?;
    to.put(&[count])?;
    for former in &journal.former {
        to.put(&former.until.0.to_le_bytes())?;
        to.put(&[ending_code(former.ending)])?;
        put_password(to, &former.password)?;
    }
    Ok(())
}

fn put_password(to: &mut Writer<'_>, password: &Password) -> Result<(), Malformed> {
    to.put_prefixed(password.expose().as_bytes(), Password::MAX, "a password is too long")
}

fn put_stage(to: &mut Writer<'_>, stage: Stage) -> Result<(), Malformed> {
    match stage {
        Stage::Made => to.put(&[1]),
        Stage::Sent(search) => to.put(&[2, which_code(search.refused), which_code(search.tried)]),
        Stage::Unsure => to.put(&[3]),
    }
}

/// Reads one. There is something in it: what has none is of the format before.
pub(super) fn take(from: &mut Reader<'_>) -> Result<PasswordJournal, Malformed> {
    let since = from.u64("since when the password counts")?;
    let grace = from.u16("logons after expiry")?;
    let pending = match from.u8("change under way")? {
        0 => None,
        1 => Some(Pending {
            made: Timestamp(from.u64("time of the change")?),
            stage: stage(from)?,
            next: password(from)?,
        }),
        _ => return Err(Malformed("change under way")),
    };
    let count = usize::from(from.u8("passwords of before")?);
    if count > MOST_FORMER {
        return Err(Malformed("passwords of before"));
    }
    let mut former = Vec::with_capacity(count);
    for _ in 0..count {
        former.push(Former {
            until: Timestamp(from.u64("time of a password of before")?),
            ending: ending(from.u8("end of a password of before")?)?,
            password: password(from)?,
        });
    }
    let journal = PasswordJournal {
        pending,
        former,
        since: (since != 0).then_some(Timestamp(since)),
        grace,
    };
    match journal.is_empty() {
        true => Err(Malformed("an empty journal")),
        false => Ok(journal),
    }
}

fn password(from: &mut Reader<'_>) -> Result<Password, Malformed> {
    let value = from.prefixed(Password::MAX, "password")?;
    Password::from_utf8(value).map_err(|_| Malformed("password"))
}

fn stage(from: &mut Reader<'_>) -> Result<Stage, Malformed> {
    match from.u8("stage of the change")? {
        1 => Ok(Stage::Made),
        2 => Ok(Stage::Sent(Search {
            refused: which(from.u8(TRIED.0)?)?,
            tried: which(from.u8(TRIED.0)?)?,
        })),
        3 => Ok(Stage::Unsure),
        _ => Err(Malformed("stage of the change")),
    }
}

const fn which_code(which: Option<Which>) -> u8 {
    match which {
        None => 0,
        Some(Which::Current) => 1,
        Some(Which::Pending) => 2,
    }
}

fn which(code: u8) -> Result<Option<Which>, Malformed> {
    match code {
        0 => Ok(None),
        1 => Ok(Some(Which::Current)),
        2 => Ok(Some(Which::Pending)),
        _ => Err(TRIED),
    }
}

const fn ending_code(ending: Ending) -> u8 {
    match ending {
        Ending::Replaced => 1,
        Ending::Refused => 2,
        Ending::Abandoned => 3,
    }
}

fn ending(code: u8) -> Result<Ending, Malformed> {
    match code {
        1 => Ok(Ending::Replaced),
        2 => Ok(Ending::Refused),
        3 => Ok(Ending::Abandoned),
        _ => Err(Malformed("end of a password of before")),
    }
}
