//! The change journal of a logon: the password its application is on its way to, and those it had before.
//!
//! A change is never lost: the next password is in the record before an application sees it, and the one until now stays there until the
//! application has shown which of the two it takes. It is the two-phase change of the field (`NEXTPWD`), with the search for the one that
//! works written down.

use crate::{FieldKind, FieldName, FieldValues, Timestamp};
use countersign_secret::Password;
use serde::{Deserialize, Serialize};

/// The most passwords of before that are kept.
pub const MOST_FORMER: usize = 32;

/// One of the two passwords of a change.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Which {
    /// The one until now.
    Current,
    /// The next one.
    Pending,
}

impl Which {
    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Current => Self::Pending,
            Self::Pending => Self::Current,
        }
    }
}

/// What a form is answered for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// A logon, with this password.
    Logon(Which),
    /// A change: the fields `old`, `new` and `confirm` are there as well.
    Change,
}

/// How far a change is.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// The next password is made; no application has seen it.
    Made,
    /// An application has seen it and may have taken it.
    Sent(Search),
    /// The application took neither of the two: the user has to say what holds.
    Unsure,
}

/// What is known of which password an application takes.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Search {
    /// The one that was typed last into a logon form.
    pub tried: Option<Which>,
    /// The one that was refused.
    pub refused: Option<Which>,
}

impl Stage {
    /// Which password a logon form gets now; none where that is for the user to say. `locks` is how many wrong ones lock the account, if
    /// that is known.
    ///
    /// After one that was refused comes the other, and so it is after one that nothing was heard of: two wrong ones never follow each
    /// other, and one of the first two is right. An application that takes a password mostly lives on, and is heard of.
    #[must_use]
    pub fn candidate(self, locks: Option<u32>) -> Option<Which> {
        match self {
            Self::Made => Some(Which::Current),
            Self::Unsure => None,
            Self::Sent(_) if locks == Some(1) => None,
            Self::Sent(Search { tried, refused }) => Some(refused.or(tried).map_or(Which::Pending, Which::other)),
        }
    }
}

/// The next password, before it is the one that counts.
#[derive(Debug)]
pub struct Pending {
    /// It.
    pub next: Password,
    /// When it was made.
    pub made: Timestamp,
    /// How far it is.
    pub stage: Stage,
}

/// What became of a password.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// Another one took its place.
    Replaced,
    /// The application did not take it.
    Refused,
    /// It was given up before anything was known.
    Abandoned,
}

/// A password of before.
#[derive(Debug)]
pub struct Former {
    /// It.
    pub password: Password,
    /// When it ceased to count.
    pub until: Timestamp,
    /// Why.
    pub ending: Ending,
}

/// The change journal of a logon.
#[derive(Debug, Default)]
pub struct PasswordJournal {
    /// The change under way.
    pub pending: Option<Pending>,
    /// The passwords of before, the latest first; [`MOST_FORMER`] at most.
    pub former: Vec<Former>,
    /// Since when the password that counts does, if that is known.
    pub since: Option<Timestamp>,
    /// How often it was filled after it had expired.
    pub grace: u16,
}

/// What may be shown of a journal.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalFacts {
    /// The change under way: when its password was made, and how far it is.
    pub pending: Option<(Timestamp, Stage)>,
    /// When passwords of before ceased to count, and why; the latest first.
    pub former: Vec<(Timestamp, Ending)>,
    /// Since when the password that counts does, if that is known.
    pub since: Option<Timestamp>,
    /// How often it was filled after it had expired.
    pub grace: u16,
}

impl JournalFacts {
    /// When the password was changed last, if it ever was.
    #[must_use]
    pub fn changed(&self) -> Option<Timestamp> {
        let replaced = self.former.iter().find(|(_, ending)| *ending == Ending::Replaced);
        replaced.map(|(until, _)| *until)
    }
}

/// One step of a change. Each is durable before what it speaks of is done, or as soon as what it speaks of is known.
#[derive(Debug)]
pub enum ChangeStep {
    /// This is the next password.
    Begin(Password),
    /// It is about to be typed into a change form.
    Send,
    /// It was not typed after all, and no application had seen it before.
    TakeBack,
    /// This one is about to be typed into a logon form.
    Try(Which),
    /// The application took this one.
    Take(Which),
    /// The application did not take this one for a logon.
    Refuse(Which),
    /// The next password is given up: the application did not take it for a change, or the user does not want it.
    Revert,
    /// A password that has expired was filled.
    Grace,
}

/// A step that does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Misstep {
    /// It is one of a change, and there is none.
    #[error("no change of its password is under way; begin one with `countersign password change`")]
    NoChange,
    /// It begins a change, and what became of the one before is not known: its password may be the one that works.
    #[error(
        "whether the application took the last new password is not known yet; log on to it once, or say it with `countersign password confirm` or `countersign password revert`"
    )]
    Undecided,
}

impl PasswordJournal {
    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pending.is_none() && self.former.is_empty() && self.since.is_none() && self.grace == 0
    }

    /// What may be shown of it.
    #[must_use]
    pub fn facts(&self) -> JournalFacts {
        JournalFacts {
            pending: self.pending.as_ref().map(|pending| (pending.made, pending.stage)),
            former: self.former.iter().map(|former| (former.until, former.ending)).collect(),
            since: self.since,
            grace: self.grace,
        }
    }

    /// Takes a step at a time (UTC milliseconds). `password` is the field of `fields` that the journal is about.
    ///
    /// # Errors
    /// [`Misstep`]. Nothing is altered then.
    pub fn step(
        &mut self,
        fields: &mut FieldValues,
        password: &FieldName,
        step: ChangeStep,
        at: Timestamp,
    ) -> Result<(), Misstep> {
        match step {
            ChangeStep::Begin(next) => {
                let undecided = |pending: &Pending| pending.stage != Stage::Made;
                if self.pending.as_ref().is_some_and(undecided) {
                    return Err(Misstep::Undecided);
                }
                self.give_up(Ending::Abandoned, at);
                self.pending = Some(Pending {
                    next,
                    made: at,
                    stage: Stage::Made,
                });
            }
            // A new attempt makes what was found out before void.
            ChangeStep::Send => self.under_way()?.stage = Stage::Sent(Search::default()),
            ChangeStep::TakeBack => self.under_way()?.stage = Stage::Made,
            ChangeStep::Try(which) => {
                if let Stage::Sent(search) = &mut self.under_way()?.stage {
                    search.tried = Some(which);
                }
            }
            ChangeStep::Take(which) => self.take(fields, password, which, at)?,
            ChangeStep::Refuse(which) => {
                let stage = &mut self.under_way()?.stage;
                match stage {
                    Stage::Sent(search) if search.refused == Some(which.other()) => *stage = Stage::Unsure,
                    Stage::Sent(search) => search.refused = Some(which),
                    // Nobody had been told the next one.
                    Stage::Made | Stage::Unsure => {}
                }
            }
            ChangeStep::Revert => {
                self.under_way()?;
                self.give_up(Ending::Refused, at);
            }
            ChangeStep::Grace => self.grace = self.grace.saturating_add(1),
        }
        Ok(())
    }

    /// The user gave another password: what it was before is one of before, and a change under way is void.
    pub fn edited(&mut self, before: Option<Password>, at: Timestamp) {
        self.give_up(Ending::Abandoned, at);
        if let Some(before) = before {
            self.keep(before, Ending::Replaced, at);
        }
        self.since = Some(at);
        self.grace = 0;
    }

    fn take(
        &mut self,
        fields: &mut FieldValues,
        password: &FieldName,
        which: Which,
        at: Timestamp,
    ) -> Result<(), Misstep> {
        match which {
            Which::Current => {
                // That it takes the one until now says nothing of one it has not seen.
                if self.under_way()?.stage != Stage::Made {
                    self.give_up(Ending::Refused, at);
                }
            }
            Which::Pending => {
                let Pending { next, .. } = self.pending.take().ok_or(Misstep::NoChange)?;
                match fields.0.iter_mut().find(|(name, _, _)| name == password) {
                    Some((_, _, value)) => {
                        let before = std::mem::replace(value, next);
                        self.keep(before, Ending::Replaced, at);
                    }
                    None => fields.0.push((password.clone(), FieldKind::Secret, next)),
                }
                self.since = Some(at);
                self.grace = 0;
            }
        }
        Ok(())
    }

    fn under_way(&mut self) -> Result<&mut Pending, Misstep> {
        self.pending.as_mut().ok_or(Misstep::NoChange)
    }

    fn give_up(&mut self, ending: Ending, at: Timestamp) {
        if let Some(pending) = self.pending.take() {
            self.keep(pending.next, ending, at);
        }
    }

    fn keep(&mut self, password: Password, ending: Ending, until: Timestamp) {
        self.former.insert(
            0,
            Former {
                password,
                until,
                ending,
            },
        );
        self.former.truncate(MOST_FORMER);
    }
}

#[cfg(test)]
mod tests;
