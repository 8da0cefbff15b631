//! What the user is notified of: first successes, failures with their cause, passwords that are due, a repository that stays away.

use crate::engine::Engine;
use countersign_model::{
    Change, Decision, Explanation, FormKind, LogonId, Monotonic, Outcome, Refusal, StoreKey, StoreKind, TemplateId,
    Timestamp,
};
use countersign_signon::VaultState;
use countersign_tray::{Cause, News, Topic};
use std::collections::BTreeSet;
use std::time::Duration;

/// How long the repository may stay away before the user hears of it.
const PATIENCE: Duration = Duration::from_secs(4 * 3600);
const DAY: u64 = 86_400_000;
/// How long before its end the user hears of a password.
const NOTICE_DAYS: u64 = 7;

/// Since when the repository has stayed away.
#[derive(Debug, Default)]
pub(super) struct Outage {
    since: Option<Monotonic>,
    told: bool,
}

impl Outage {
    /// It is away, or not. Returns when that has to be looked at again.
    fn note(&mut self, away: Presence, now: Monotonic) -> Option<Monotonic> {
        match (away, self.since) {
            (Presence::There, _) => {
                *self = Self::default();
                None
            }
            (Presence::Away, None) => {
                self.since = Some(now);
                Some(now.after(PATIENCE))
            }
            (Presence::Away, Some(_)) => None,
        }
    }

    /// For how many hours it has been away, once that is long; true once.
    fn long(&mut self, now: Monotonic) -> Option<u64> {
        let away = now.since(self.since?);
        (away >= PATIENCE && !std::mem::replace(&mut self.told, true)).then_some(away.as_secs() / 3600)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Presence {
    There,
    Away,
}

/// The passwords that have to be changed, as far as was told.
#[derive(Debug, Default)]
pub(super) struct Due {
    /// Whether they were looked at since the vault was opened.
    looked: bool,
    /// When there is something to tell next.
    next: Option<Monotonic>,
    told: BTreeSet<(LogonId, Timestamp, Nearness)>,
}

/// How near the end of a password is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Nearness {
    /// Days away.
    Soon,
    /// It is over.
    Over,
}

/// How near the end is, and when it comes nearer.
fn nearness(expires: Timestamp, now: Timestamp) -> (Option<Nearness>, Option<Timestamp>) {
    let soon = Timestamp(expires.0.saturating_sub(NOTICE_DAYS * DAY));
    if expires <= now {
        (Some(Nearness::Over), None)
    } else if soon <= now {
        (Some(Nearness::Soon), Some(expires))
    } else {
        (None, Some(soon))
    }
}

fn filled_key() -> StoreKey {
    StoreKey {
        kind: StoreKind::Device,
        id: b"filled".to_vec(),
    }
}

impl Engine {
    /// Notifies the user, unless the settings switch that off.
    pub(super) fn tell(&mut self, news: News) {
        let setting = match news.topic() {
            Topic::Success => Some("notify.success"),
            Topic::Failure => Some("notify.failure"),
            Topic::Password => Some("notify.password"),
            Topic::Sync => Some("notify.sync"),
            Topic::Windows => None,
        };
        if setting.is_none_or(|setting| self.configuration.settings().switch(setting)) {
            self.faces.notifier.post(news, self.clock.both().steady);
        }
    }

    /// Notifies the user of a decision, if it is one he should hear of.
    pub(crate) fn tell_of(&mut self, explanation: &Explanation) {
        let Some(template) = explanation
            .template
            .clone()
            .filter(|template| self.somebody_sits_at(template))
        else {
            return;
        };
        if explanation.form == Some(FormKind::Logon) && explanation.decision == Decision::Responded(Outcome::Done) {
            if self.is_first(&template) {
                let application = self.application(&template);
                self.tell(News::Filled { application });
            }
        } else if let Some(cause) = cause(&explanation.decision) {
            let application = Some(self.application(&template));
            self.tell(News::NotFilled { application, cause });
        }
    }

    /// The same for a fill he asked for: then nothing that keeps it back is silent.
    pub(super) fn tell_asked(&mut self, explanation: &Explanation) {
        let cause = match &explanation.decision {
            Decision::NoMatch | Decision::Ignored => Some(Cause::NoForm),
            Decision::NoLogon => Some(Cause::NoLogon),
            Decision::Reauthenticate => Some(Cause::NeedsPassword),
            other => cause(other),
        };
        if let Some(cause) = cause {
            let application = explanation.template.as_ref().map(|template| self.application(template));
            self.tell(News::NotFilled { application, cause });
        }
    }

    /// Some templates are for programs that run without anybody.
    fn somebody_sits_at(&self, template: &TemplateId) -> bool {
        let set = self.configuration.templates();
        set.get(template).is_none_or(|loaded| !loaded.template().fill.service)
    }

    /// Whether this template was never filled on this device; from now on it was.
    fn is_first(&self, template: &TemplateId) -> bool {
        let store = self.keeper.device_store();
        let kept = match store.get(&filled_key()) {
            Ok(kept) => String::from_utf8_lossy(&kept.unwrap_or_default()).into_owned(),
            Err(error) => {
                tracing::warn!("which applications were filled before cannot be read: {error}");
                return false;
            }
        };
        if kept.lines().any(|known| known == template.as_str()) {
            return false;
        }
        let change = Change::Put(filled_key(), format!("{kept}{template}\n").into_bytes());
        if let Err(error) = store.commit(&[change]) {
            tracing::warn!("that an application was filled is not kept: {error}");
        }
        true
    }

    /// Whether there is a policy by which passwords end.
    fn passwords_end(&self) -> bool {
        let mut policies = self.configuration.policies().in_force();
        policies.any(|policy| policy.policy().life.days > 0)
    }

    pub(super) fn look_at_outage(&mut self) {
        let now = self.clock.both().steady;
        let away = match self.syncing.health() {
            Ok(()) => Presence::There,
            Err(_) => Presence::Away,
        };
        if let Some(at) = self.faces.outage.note(away, now) {
            self.wake_at(at);
        }
        if let Some(hours) = self.faces.outage.long(now) {
            self.tell(News::SyncFailing { hours });
        }
    }

    /// Looks at the passwords' ends once the vault is open, and again when one comes nearer.
    pub(super) fn look_at_due_passwords(&mut self) {
        let now = self.clock.both();
        if self.keeper.state() == VaultState::Locked {
            self.faces.due.looked = false;
            return;
        }
        let comes_nearer = self.faces.due.next.take_if(|next| *next <= now.steady).is_some();
        if std::mem::replace(&mut self.faces.due.looked, true) && !comes_nearer {
            return;
        }
        if !self.passwords_end() {
            return;
        }
        let Ok(reports) = self.password_status(None) else {
            return;
        };
        let mut next: Option<Timestamp> = None;
        for report in reports {
            let Some(expires) = report.expires else { continue };
            let (near, nearer) = nearness(expires, now.wall);
            next = next.into_iter().chain(nearer).min();
            let Some(near) = near else { continue };
            if self.faces.due.told.insert((report.logon, expires, near)) {
                let days = match near {
                    Nearness::Over => 0,
                    Nearness::Soon => (expires.0.saturating_sub(now.wall.0) + DAY / 2) / DAY,
                };
                let days = days.max(u64::from(near == Nearness::Soon));
                let application = report.application.unwrap_or_else(|| report.template.to_string());
                self.tell(News::PasswordDue { application, days });
            }
        }
        self.faces.due.next = next.map(|at| now.steady.after(Duration::from_millis(at.0.saturating_sub(now.wall.0))));
        if let Some(at) = self.faces.due.next {
            self.wake_at(at);
        }
    }
}

/// Why nothing was filled, if the user should hear of it: he cannot see it, or has to do something. No user name is in it.
fn cause(decision: &Decision) -> Option<Cause> {
    Some(match decision {
        Decision::Responded(Outcome::Refused(refusal) | Outcome::Interrupted(refusal)) => match refusal {
            // The user closed the window, or stopped it himself.
            Refusal::WindowGone | Refusal::Cancelled => return None,
            // It may have any words in it.
            Refusal::Desktop(_) => Cause::Other,
            other => Cause::Said(other.to_string()),
        },
        Decision::LogonFailed(_) => Cause::LogonRefused,
        Decision::LoopStopped { .. } => Cause::TooOften,
        Decision::BindingChanged { .. } => Cause::OtherProgram,
        Decision::ChangeFailed(_) => Cause::ChangeRefused,
        Decision::PasswordUnsure(_) => Cause::PasswordUnsure,
        Decision::PasswordExpired(_) => Cause::PasswordExpired,
        Decision::Reauthenticate => Cause::NeedsPassword,
        Decision::Tied(_) => Cause::Tied,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outage_is_told_once_it_is_long_and_once() {
        let at = |minutes: u64| Monotonic(0).after(Duration::from_secs(minutes * 60));
        let mut outage = Outage::default();
        assert_eq!(outage.note(Presence::Away, at(0)), Some(at(240)));
        assert_eq!(
            (outage.note(Presence::Away, at(100)), outage.long(at(239))),
            (None, None)
        );
        assert_eq!(outage.long(at(300)), Some(5));
        assert_eq!(outage.long(at(600)), None);
        outage.note(Presence::There, at(601));
        assert_eq!(outage.long(at(900)), None);
        assert_eq!(outage.note(Presence::Away, at(900)), Some(at(1140)));
        assert_eq!(outage.long(at(1140)), Some(4));
    }

    #[test]
    fn a_password_is_told_a_week_before_and_at_its_end() {
        let day = |days: u64| Timestamp(days * DAY);
        assert_eq!(nearness(day(30), day(1)), (None, Some(day(23))));
        assert_eq!(nearness(day(30), day(23)), (Some(Nearness::Soon), Some(day(30))));
        assert_eq!(nearness(day(30), day(30)), (Some(Nearness::Over), None));
        assert_eq!(nearness(day(3), day(1)), (Some(Nearness::Soon), Some(day(3))));
    }

    #[test]
    fn what_is_told_holds_no_words_of_the_application_and_no_name_of_a_logon() {
        let name = "anna@example.org".to_owned();
        for decision in [
            Decision::LogonFailed(name.clone()),
            Decision::ChangeFailed(name.clone()),
            Decision::PasswordUnsure(name.clone()),
            Decision::PasswordExpired(name.clone()),
            Decision::BindingChanged {
                saved: name.clone(),
                live: name.clone(),
            },
        ] {
            let told = cause(&decision).unwrap();
            assert!(!format!("{told:?}").contains("anna"), "{told:?}");
        }
        for quiet in [
            Decision::Locked,
            Decision::Paused,
            Decision::NoLogon,
            Decision::Ambiguous(vec![name]),
        ] {
            assert_eq!(cause(&quiet), None);
        }
        assert_eq!(
            cause(&Decision::Responded(Outcome::Interrupted(Refusal::Cancelled))),
            None
        );
    }
}
