//! What happened to a store, as it is told to the user.

use countersign_model::{Civil, StoreKind, Timestamp};
use countersign_store::{Opened, Store};
use countersign_wire::StoreName;

/// Whether a store has everything back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// Something is still lost, or may be.
    Hurt,
    /// What was lost came back, or is known to be of no use.
    Whole,
}

/// A damage and what came of it.
#[derive(Clone, Debug)]
pub(crate) struct Tale {
    pub(crate) store: StoreName,
    pub(crate) state: State,
    /// Whether changes were lost without a name.
    pub(crate) unknown: bool,
    damage: String,
    from_repository: usize,
    from_export: Option<(String, usize)>,
    repository: Repository,
    lost: usize,
}

/// What is known of the repository since the damage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Repository {
    NotAsked,
    Silent,
    Answered,
}

impl Tale {
    /// The tale of a store that was found damaged.
    pub(crate) fn of(store: StoreName, opened: &Opened) -> Option<Self> {
        let damage = opened.damage()?;
        Some(Self {
            unknown: damage.unknown > 0,
            ..Self::new(store, damage.sentence.clone())
        })
    }

    /// The tale of a store of which nothing could be read, so that it begins anew.
    pub(crate) fn of_a_new_one(store: StoreName, damage: String) -> Self {
        Self {
            unknown: true,
            ..Self::new(store, damage)
        }
    }

    fn new(store: StoreName, damage: String) -> Self {
        Self {
            store,
            state: State::Hurt,
            unknown: false,
            damage,
            from_repository: 0,
            from_export: None,
            repository: Repository::NotAsked,
            lost: 0,
        }
    }

    /// The repository was asked; so many records came from it.
    pub(crate) fn repository_gave(&mut self, records: usize) {
        self.repository = Repository::Answered;
        self.from_repository += records;
    }

    /// The repository was asked and did not answer.
    pub(crate) fn repository_is_silent(&mut self) {
        if self.repository == Repository::NotAsked {
            self.repository = Repository::Silent;
        }
    }

    /// So many values came back from the export made then.
    pub(crate) fn export_gave(&mut self, made: u64, values: usize) {
        let before = self.from_export.as_ref().map_or(0, |(_, before)| *before);
        self.from_export = Some((moment(made), before + values));
    }

    /// Closes the tale when nothing is lost any more that anybody would miss. Lost history, cursors and what waits in the inbox are of
    /// no use once everything that counts is there.
    pub(crate) fn conclude(&mut self, store: &Store) {
        let lost = store.lost();
        self.lost = lost.iter().filter(|key| is_missed(key.kind, &key.id)).count();
        let found = self.from_repository > 0 || self.from_export.is_some();
        if self.lost > 0 || (self.unknown && !found) {
            return;
        }
        match store.give_up_losses() {
            Ok(_) => self.state = State::Whole,
            Err(error) => tracing::warn!("{error}"),
        }
    }

    /// All of it in one sentence.
    pub(crate) fn sentence(&self) -> String {
        let mut said = format!("The {} store: {}", self.store.as_str(), self.damage);
        if self.from_repository > 0 {
            said += &format!("; {} came back from the repository", records(self.from_repository));
        }
        if self.repository == Repository::Silent {
            said += "; the repository does not answer";
        }
        match &self.from_export {
            Some((made, values)) if *values > 0 => {
                said += &format!("; {} came back from the export of {made}", records(*values));
            }
            Some((made, _)) => said += &format!("; the export of {made} has no more"),
            None => {}
        }
        said += &match (self.state, self.lost) {
            (State::Whole, _) => ". Everything known is back.".to_owned(),
            (State::Hurt, 0) => ". What else was lost is not known.".to_owned(),
            (State::Hurt, lost) => format!(
                ". {} still lost.",
                if lost == 1 {
                    "1 record is".to_owned()
                } else {
                    format!("{lost} records are")
                }
            ),
        };
        said
    }
}

fn is_missed(kind: StoreKind, id: &[u8]) -> bool {
    match kind {
        // A version of the history has a longer id.
        StoreKind::Record => id.len() == 16,
        StoreKind::Header | StoreKind::Slots | StoreKind::Device | StoreKind::Head => true,
        StoreKind::Config
        | StoreKind::Cursor
        | StoreKind::Inbox
        | StoreKind::Object
        | StoreKind::Catalogue
        | StoreKind::Mark => false,
    }
}

fn records(count: usize) -> String {
    if count == 1 {
        "1 record".to_owned()
    } else {
        format!("{count} records")
    }
}

/// A moment in seconds since 1970, UTC, for people.
fn moment(seconds: u64) -> String {
    let Civil {
        year,
        month,
        day,
        hour,
        minute,
        ..
    } = Civil::of(Timestamp(seconds.saturating_mul(1_000)));
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02} UTC")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_told_in_utc() {
        assert_eq!(moment(0), "1970-01-01 00:00 UTC");
        assert_eq!(moment(951_827_696), "2000-02-29 12:34 UTC");
        assert_eq!(moment(1_795_303_651), "2026-11-21 23:27 UTC");
    }

    #[test]
    fn a_tale_is_one_sentence_about_what_came_from_where() {
        let mut tale = Tale::of_a_new_one(StoreName::Vault, "its log is gone".to_owned());
        assert_eq!(
            tale.sentence(),
            "The vault store: its log is gone. What else was lost is not known."
        );
        tale.repository_is_silent();
        tale.export_gave(0, 3);
        tale.state = State::Whole;
        assert_eq!(
            tale.sentence(),
            "The vault store: its log is gone; the repository does not answer; 3 records came back from the export of \
             1970-01-01 00:00 UTC. Everything known is back."
        );
    }
}
