//! Every text of the tray and the notifications, one table for each language. A text that a language lacks does not compile.

mod english;
mod french;
mod german;

pub(crate) use english::ENGLISH;
pub(crate) use french::FRENCH;
pub(crate) use german::GERMAN;

use crate::drawing::Look;
use crate::news::{Cause, News, Topic};
use crate::standing::{Attention, Health, Pause, TrayState, Vault, Windows};
use countersign_model::Timestamp;

/// The texts of one language. Functions are where a number or a name goes in.
pub(crate) struct Words {
    pub menu: MenuWords,
    pub tip: TipWords,
    pub news: NewsWords,
}

/// The menu's items.
pub(crate) struct MenuWords {
    pub fill: &'static str,
    pub search: &'static str,
    pub lock: &'static str,
    pub unlock: &'static str,
    pub set_up: &'static str,
    pub pause: &'static str,
    pub for_15_minutes: &'static str,
    pub until_unlocked: &'static str,
    pub this_application: &'static str,
    pub this_one: fn(&str) -> String,
    pub resume: &'static str,
    pub sync: fn(&str) -> String,
    pub syncing: &'static str,
    pub never_synced: &'static str,
    pub ago: fn(Age) -> String,
    pub why: &'static str,
    pub settings: &'static str,
    pub quit: &'static str,
}

/// What the tooltip says.
pub(crate) struct TipWords {
    pub absent: &'static str,
    pub locked: &'static str,
    pub ready: &'static str,
    pub syncing: &'static str,
    pub offline: &'static str,
    pub attention: &'static str,
    pub paused: &'static str,
    pub paused_minutes: fn(u64) -> String,
    pub paused_until_unlocked: &'static str,
    pub paused_for: fn(&str) -> String,
    pub asked: fn(&str) -> String,
    pub still_offline: &'static str,
    pub no_windows: &'static str,
}

/// What notifications say.
pub(crate) struct NewsWords {
    pub filled: &'static str,
    pub not_filled: &'static str,
    pub password_due: &'static str,
    pub sync_failing: &'static str,
    pub no_windows: &'static str,
    pub no_windows_body: &'static str,
    pub windows_failed_body: &'static str,
    pub filled_body: fn(&str) -> String,
    pub not_filled_body: fn(Option<&str>, &str) -> String,
    pub due_body: fn(&str, u64) -> String,
    pub sync_body: fn(u64) -> String,
    pub more: fn(usize) -> String,
    pub show_logons: &'static str,
    pub show_why: &'static str,
    pub show_passwords: &'static str,
    pub show_sync: &'static str,
    pub logon_refused: &'static str,
    pub too_often: &'static str,
    pub other_program: &'static str,
    pub change_refused: &'static str,
    pub password_unsure: &'static str,
    pub password_expired: &'static str,
    pub needs_password: &'static str,
    pub tied: &'static str,
    pub no_form: &'static str,
    pub no_logon: &'static str,
    pub other: &'static str,
}

/// How long ago something was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Age {
    Now,
    Minutes(u64),
    Hours(u64),
    Days(u64),
}

impl Age {
    pub(crate) fn between(then: Timestamp, now: Timestamp) -> Self {
        let minutes = now.0.saturating_sub(then.0) / 60_000;
        match minutes {
            0 => Self::Now,
            1..60 => Self::Minutes(minutes),
            60..1440 => Self::Hours(minutes / 60),
            _ => Self::Days(minutes / 1440),
        }
    }
}

impl Words {
    /// The menu's item that syncs.
    pub(crate) fn sync(&self, state: &TrayState, now: Timestamp) -> String {
        if state.health == Health::Syncing {
            return self.menu.syncing.to_owned();
        }
        let age = state.synced.map(|then| (self.menu.ago)(Age::between(then, now)));
        (self.menu.sync)(age.as_deref().unwrap_or(self.menu.never_synced))
    }

    /// The tooltip's first line, and those below it.
    pub(crate) fn tip(&self, state: &TrayState, now: Timestamp) -> (String, Vec<String>) {
        let tip = &self.tip;
        let standing = match (state.vault, state.look()) {
            (Vault::Absent, _) => tip.absent,
            (_, Look::Locked) => tip.locked,
            (_, Look::Ready) => tip.ready,
            (_, Look::Syncing) => tip.syncing,
            (_, Look::Attention) => tip.attention,
            (_, Look::Offline) => tip.offline,
            (_, Look::Paused) => tip.paused,
        };
        let mut lines = Vec::new();
        match &state.health {
            Health::Attention(Attention::Asked(application)) => lines.push((tip.asked)(application)),
            Health::Attention(Attention::Trouble(sentence)) => lines.push(sentence.clone()),
            Health::Offline if state.look() != Look::Offline => lines.push(tip.still_offline.to_owned()),
            Health::Offline | Health::Well | Health::Syncing => {}
        }
        match &state.pause {
            Some(Pause::Until(until)) => {
                lines.push((tip.paused_minutes)(minutes_left(*until, now)));
            }
            Some(Pause::UntilUnlocked) => lines.push(tip.paused_until_unlocked.to_owned()),
            Some(Pause::Applications(names)) => lines.push((tip.paused_for)(&names.join(", "))),
            None => {}
        }
        if state.windows == Windows::Missing {
            lines.push(tip.no_windows.to_owned());
        }
        (format!("Countersign: {standing}"), lines)
    }

    /// A notification's title.
    pub(crate) fn title(&self, topic: Topic) -> &'static str {
        match topic {
            Topic::Success => self.news.filled,
            Topic::Failure => self.news.not_filled,
            Topic::Password => self.news.password_due,
            Topic::Sync => self.news.sync_failing,
            Topic::Windows => self.news.no_windows,
        }
    }

    /// One line of a notification.
    pub(crate) fn line(&self, news: &News) -> String {
        let words = &self.news;
        match news {
            News::Filled { application } => (words.filled_body)(application),
            News::NotFilled { application, cause } => {
                (words.not_filled_body)(application.as_deref(), self.cause(cause))
            }
            News::PasswordDue { application, days } => (words.due_body)(application, *days),
            News::SyncFailing { hours } => (words.sync_body)(*hours),
            News::NoWindows => words.no_windows_body.to_owned(),
            News::WindowsFailed => words.windows_failed_body.to_owned(),
        }
    }

    /// What the one action of a notification is called.
    pub(crate) fn action(&self, topic: Topic) -> Option<&'static str> {
        match topic {
            Topic::Success => Some(self.news.show_logons),
            Topic::Failure => Some(self.news.show_why),
            Topic::Password => Some(self.news.show_passwords),
            Topic::Sync => Some(self.news.show_sync),
            Topic::Windows => None,
        }
    }

    fn cause<'a>(&'a self, cause: &'a Cause) -> &'a str {
        let words = &self.news;
        match cause {
            Cause::LogonRefused => words.logon_refused,
            Cause::TooOften => words.too_often,
            Cause::OtherProgram => words.other_program,
            Cause::ChangeRefused => words.change_refused,
            Cause::PasswordUnsure => words.password_unsure,
            Cause::PasswordExpired => words.password_expired,
            Cause::NeedsPassword => words.needs_password,
            Cause::Tied => words.tied,
            Cause::NoForm => words.no_form,
            Cause::NoLogon => words.no_logon,
            Cause::Other => words.other,
            Cause::Said(sentence) => sentence,
        }
    }
}

/// A name as a menu takes it: an underline would make the next letter its key.
pub(crate) fn in_menu(name: &str) -> String {
    name.replace('_', "__")
}

/// Text where markup is understood.
pub(crate) fn in_markup(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Whole minutes, the last one until its end. A moment is known to the second: half of one more is not another minute.
fn minutes_left(until: Timestamp, now: Timestamp) -> u64 {
    until.0.saturating_sub(now.0 + 500).div_ceil(60_000).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standing::well;

    #[test]
    fn a_moment_that_was_rounded_up_is_no_minute_more() {
        let left = |milliseconds: u64| minutes_left(Timestamp(1_000_000 + milliseconds), Timestamp(1_000_000));
        assert_eq!([left(900_500), left(900_501), left(899_000)], [15, 16, 15]);
        assert_eq!([left(0), left(1), left(60_500), left(60_501)], [1, 1, 1, 2]);
    }

    const MINUTE: u64 = 60_000;

    #[test]
    fn ages_are_told_as_people_tell_them() {
        let now = Timestamp(10 * 1440 * MINUTE);
        let before = |minutes: u64| Timestamp(now.0 - minutes * MINUTE);
        let told = |words: &Words, minutes| {
            let state = TrayState {
                synced: Some(before(minutes)),
                ..well()
            };
            words.sync(&state, now)
        };
        assert_eq!(told(&ENGLISH, 0), "Sync now (last: just now)");
        assert_eq!(told(&ENGLISH, 1), "Sync now (last: 1 minute ago)");
        assert_eq!(told(&ENGLISH, 59), "Sync now (last: 59 minutes ago)");
        assert_eq!(told(&ENGLISH, 120), "Sync now (last: 2 hours ago)");
        assert_eq!(told(&GERMAN, 4), "Jetzt abgleichen (zuletzt vor 4 Minuten)");
        assert_eq!(told(&GERMAN, 1440), "Jetzt abgleichen (zuletzt vor 1 Tag)");
        assert_eq!(
            told(&FRENCH, 3 * 1440),
            "Synchroniser maintenant (dernière fois : il y a 3 jours)"
        );
        // A clock that was set back is no reason for an age below nothing.
        assert_eq!(
            ENGLISH.sync(
                &TrayState {
                    synced: Some(Timestamp(now.0 + MINUTE)),
                    ..well()
                },
                now
            ),
            "Sync now (last: just now)"
        );
        assert_eq!(ENGLISH.sync(&well(), now), "Sync now (last: never)");
    }

    #[test]
    fn the_tooltip_says_everything_that_is_the_matter() {
        let now = Timestamp(0);
        let state = TrayState {
            health: Health::Offline,
            pause: Some(Pause::Until(Timestamp(14 * MINUTE + 1_000))),
            windows: Windows::Missing,
            ..well()
        };
        let (title, lines) = ENGLISH.tip(&state, now);
        assert_eq!(title, "Countersign: paused");
        assert_eq!(lines.len(), 3, "{lines:?}");
        assert!(
            lines[0].contains("cannot be reached")
                && lines[1].contains("15 minutes")
                && lines[2].contains("countersign-windows")
        );
        let (title, lines) = GERMAN.tip(
            &TrayState {
                vault: Vault::Locked,
                ..well()
            },
            now,
        );
        assert_eq!((title.as_str(), lines.len()), ("Countersign: gesperrt", 0));
    }

    #[test]
    fn what_a_name_holds_is_shown_as_text() {
        assert_eq!(in_menu("a_b"), "a__b");
        assert_eq!(in_markup("<b>R&D</b>"), "&lt;b&gt;R&amp;D&lt;/b&gt;");
    }
}
