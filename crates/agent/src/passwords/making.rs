//! Making a new password: by the policy, with the site's exits, and durable before anybody hears of it.

use super::DAY;
use crate::configuration::StandingPolicy;
use crate::engine::Engine;
use crate::exits::{Account, Agreed, Exits};
use crate::message::Message;
use countersign_model::{ChangeStep, Civil, LogonId, Misstep, Policy, Stage, TemplateId, Timestamp};
use countersign_rules::policy::{Circumstances, Dice, Generator, Judge, Kind, NoRandomness};
use countersign_secret::Password;
use countersign_signon::{Event, Notice};
use countersign_vault::InUse;
use countersign_wire::{Answer, ErrorCode, ErrorReply, Reply};
use std::sync::Arc;
use std::sync::mpsc::Sender;

/// Who waits for a new password.
pub(crate) enum Then {
    /// A form.
    Machine,
    /// A client.
    Client(Sender<Answer>),
}

/// A password that was made, or why not, and for whom.
pub(crate) struct Made {
    logon: LogonId,
    then: Then,
    made: Result<Agreed, NotMade>,
}

/// Why a password was not made, and what an exit had to say about it.
struct NotMade {
    error: ErrorReply,
    said: Option<Password>,
}

impl From<ErrorReply> for NotMade {
    fn from(error: ErrorReply) -> Self {
        Self { error, said: None }
    }
}

impl From<NotMade> for Answer {
    fn from(not: NotMade) -> Self {
        match not.said {
            Some(said) => Self {
                reply: Reply::PasswordRefused(not.error),
                secrets: vec![said],
            },
            None => not.error.into(),
        }
    }
}

/// What a new password is made from, away from the engine.
struct Making {
    policy: Arc<StandingPolicy>,
    /// The most characters the application takes, if its template says so.
    longest: Option<u32>,
    exits: Exits,
    in_use: InUse,
    user: String,
    application: String,
    login: String,
}

impl Engine {
    /// Has a password made for a logon, or the user's own one judged. A thread does it: lists are long, and exits may take seconds.
    pub(crate) fn make_password(&mut self, logon: LogonId, own: Option<Password>, then: Then) {
        let making = match self.making(logon) {
            Ok(making) => making,
            Err(error) => {
                return self.password_made(Made {
                    logon,
                    then,
                    made: Err(error.into()),
                });
            }
        };
        self.tasks.work("password", move || {
            let made = making.make(own);
            Message::Password(Box::new(Made { logon, then, made }))
        });
    }

    /// Makes a password for an application, of which nothing is kept.
    pub(crate) fn password_make(&self, template: &TemplateId, reply: Sender<Answer>) {
        let making = self.making_for(template, InUse::default(), String::new());
        crate::tasks::spawn("password", move || {
            let made = making.map_err(NotMade::from).and_then(|making| making.propose(None));
            let answer = made.map_or_else(Answer::from, Answer::revealed);
            // A client that has gone does not want it any more.
            let _ = reply.send(answer);
        });
    }

    fn making(&self, logon: LogonId) -> Result<Making, ErrorReply> {
        let summary = self.keeper.list()?.into_iter().find(|summary| summary.id == logon);
        let summary = summary.ok_or(crate::keeper::KeeperError::NoLogon(logon))?;
        let template = &summary.template;
        let policy = self.configuration.policy_for(template)?;
        let least = u64::from(policy.policy().life.min_days) * DAY;
        let journal = self.keeper.password_journal(logon)?;
        if journal.pending.is_some_and(|(_, stage)| stage != Stage::Made) {
            return Err(crate::keeper::KeeperError::Step(Misstep::Undecided.into()).into());
        }
        let since = journal.changed();
        if let Some(since) = since.filter(|since| self.clock.both().wall.0 < since.0.saturating_add(least)) {
            return Err(too_soon(since, least));
        }
        let field = self.password_field(template);
        let login = summary.plain.iter().find(|(name, _)| name.as_str() == "username");
        let login = login.map(|(_, value)| value.clone()).unwrap_or_default();
        self.making_for(template, self.keeper.passwords_in_use(logon, &field)?, login)
    }

    fn making_for(&self, template: &TemplateId, in_use: InUse, login: String) -> Result<Making, ErrorReply> {
        let set = self.configuration.templates();
        let field = self.password_field(template);
        let spec = set.get(template).map(|loaded| loaded.template().logon.spec(&field));
        Ok(Making {
            exits: Exits::of(self.configuration.settings()),
            in_use,
            user: self.syncing.user().to_string(),
            application: set
                .get(template)
                .map_or_else(|| template.to_string(), |loaded| loaded.name().to_owned()),
            login,
            longest: spec.and_then(|spec| spec.max_length),
            policy: self.configuration.policy_for(template)?,
        })
    }

    /// A password was made. It is durable before the exits hear that it is, and before any form gets it.
    pub(crate) fn password_made(&mut self, made: Made) {
        let Made { logon, then, made } = made;
        let done = made.and_then(|agreed| {
            self.begin_change(logon, agreed.password())?;
            Ok(agreed)
        });
        let done = match done {
            Ok(agreed) => {
                self.tasks.work("exits", move || {
                    let troubles = agreed
                        .updated()
                        .into_iter()
                        .filter_map(|told| Some((told.exit, told.said.err()?)));
                    Message::Troubles(
                        troubles
                            .map(|(exit, why)| Notice {
                                application: "passwords".to_owned(),
                                text: format!("password exit `{exit}`, after the change: {why}"),
                            })
                            .collect(),
                    )
                });
                self.passwords_changed();
                Ok(())
            }
            Err(error) => Err(error),
        };
        match then {
            Then::Machine => {
                let done = done.map_err(|not: NotMade| not.error.to_string());
                self.signon(Event::PasswordMade(logon, done));
            }
            Then::Client(reply) => {
                let answer = done.and_then(|()| Ok(self.password_report(logon)?));
                let answer = answer.map(|report| Answer::from(Reply::Password(Box::new(report))));
                let _ = reply.send(answer.unwrap_or_else(Answer::from));
            }
        }
    }

    /// The next password of a logon, and of those that share it: each application gets it when it is next changed there.
    fn begin_change(&mut self, logon: LogonId, next: &Password) -> Result<(), ErrorReply> {
        self.password_step(logon, ChangeStep::Begin(next.duplicate()))?;
        for other in self.shared_with(logon) {
            if let Err(error) = self.password_step(other, ChangeStep::Begin(next.duplicate())) {
                self.notify(Notice {
                    application: "passwords".to_owned(),
                    text: format!("another application of the group does not get the new password: {error}"),
                });
            }
        }
        Ok(())
    }

    /// Has a password made for a form that asks for one.
    pub(crate) fn password_wanted(&mut self, logon: LogonId, template: &TemplateId) {
        tracing::info!(
            template = template.as_str(),
            "a new password is made for a form that asks for one"
        );
        self.make_password(logon, None, Then::Machine);
    }
}

impl Making {
    fn make(&self, own: Option<Password>) -> Result<Agreed, NotMade> {
        let password = self.propose(own)?;
        // What an exit says may repeat the password: it travels as one.
        self.exits.agree(&self.account(), password).map_err(|refusal| NotMade {
            error: ErrorReply::from(&refusal),
            said: refusal
                .said()
                .and_then(|said| Password::from_utf8(said.expose().as_bytes()).ok()),
        })
    }

    fn account(&self) -> Account<'_> {
        Account {
            user: &self.user,
            application: &self.application,
            login: &self.login,
        }
    }

    /// One that the policy allows, before the site's exits have agreed to it.
    fn propose(&self, own: Option<Password>) -> Result<Password, NotMade> {
        let policy = &fitted(self.policy.policy().clone(), self.longest)?;
        let lists = self.policy.lists().map_err(|unread| failed(unread.to_string()))?;
        let kept = usize::try_from(policy.unlike.history).unwrap_or(usize::MAX);
        let history = self.in_use.others.get(..kept).unwrap_or(&self.in_use.others);
        let judge = Judge::new(
            policy,
            &lists,
            Circumstances {
                user_name: Some(self.login.as_str()).filter(|login| !login.is_empty()),
                application: Some(&self.application),
                old: self.in_use.current.as_ref(),
                history,
            },
        );
        let made = match own {
            Some(own) => Some(judged(own, &judge)?),
            None => self
                .exits
                .generate(&self.account(), &judge)
                .map_err(|error| failed(error.to_string()))?,
        };
        Ok(match made {
            Some(made) => made,
            None => draw(&judge)?,
        })
    }
}

/// A policy for an application that takes no more characters than so many.
fn fitted(mut policy: Policy, longest: Option<u32>) -> Result<Policy, ErrorReply> {
    let Some(longest) = longest else { return Ok(policy) };
    if policy.length.min > longest {
        let message = format!(
            "the application takes {longest} characters at most, and the policy wants {} at least",
            policy.length.min
        );
        return Err(ErrorReply::new(ErrorCode::Refused, message)
            .next("have the template name a policy of its own (`logon.policy`), or correct its `max_length`"));
    }
    policy.length.max = policy.length.max.min(longest);
    policy.generate.length = policy.generate.length.map(|length| length.min(longest));
    Ok(policy)
}

fn draw(judge: &Judge<'_>) -> Result<Password, ErrorReply> {
    let mut dice = Dice::new(|bytes| getrandom::fill(bytes).map_err(|error| NoRandomness(error.to_string())));
    let drawn = Generator::new(judge.policy(), Kind::Random).and_then(|generator| generator.draw(judge, &mut dice));
    drawn.map_err(|error| failed(error.to_string()))
}

/// The user's own password, if the policy allows it and a keyboard can type it.
fn judged(own: Password, judge: &Judge<'_>) -> Result<Password, ErrorReply> {
    if let Some(at) = own.expose().chars().position(char::is_control) {
        let message = format!("its character {} is one that no keyboard types into a field", at + 1);
        return Err(ErrorReply::new(ErrorCode::Refused, message)
            .next("choose another one; a tab or a line end may have come with it when it was copied"));
    }
    let broken = judge.judge(&own);
    if broken.is_empty() {
        return Ok(own);
    }
    let broken: Vec<_> = broken.into_iter().map(|broken| broken.message).collect();
    Err(ErrorReply::new(
        ErrorCode::Refused,
        format!("the policy does not allow it: {}", broken.join("; ")),
    )
    .next("choose another one, or leave it out and one is made"))
}

fn failed(why: String) -> ErrorReply {
    ErrorReply::new(ErrorCode::Failed, why).next("`countersign policy show` shows the policy in force")
}

fn too_soon(since: Timestamp, least: u64) -> ErrorReply {
    let days = least / DAY;
    let Civil { year, month, day, .. } = Civil::of(since);
    let date = format!("{year}-{month:02}-{day:02}");
    ErrorReply::new(
        ErrorCode::Refused,
        format!(
            "the password was changed on {date}, and the policy does not let it be changed again within {days} days"
        ),
    )
    .next("wait, or ask whoever publishes the policy")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(text: &str) -> Policy {
        let text = format!("schema = 1\nid = \"p\"\nname = \"P\"\n{text}");
        countersign_rules::policy::parse_policy("p.toml", text.as_bytes())
            .unwrap()
            .policy
    }

    #[test]
    fn what_is_made_fits_into_the_field() {
        let long = policy("[length]\nmin = 8\nmax = 64\n[generate]\nlength = 20\n");
        let short = fitted(long.clone(), Some(10)).unwrap();
        assert_eq!((short.length.max, short.generate.length), (10, Some(10)));
        assert_eq!(fitted(long.clone(), None).unwrap(), long);
        let none = fitted(long, Some(7)).unwrap_err();
        assert!(
            none.message.contains("7 characters at most") && none.message.contains("wants 8"),
            "{none}"
        );
    }
}
