//! Overrides that decide how the directory is reached are on probation: a mistyped server must not cut the agent off from the override
//! that would correct it.

use countersign_model::port::RecordStore;
use countersign_model::{Change, Monotonic, Reach, SettingValue, StoreKey, StoreKind, setting};
use countersign_rules::{Placed, Position, SettingsLayer};
use countersign_trust::{Digest, digest_of};
use std::time::Duration;

/// How long they may go without a sync that succeeds.
const TRIAL: Duration = Duration::from_secs(10 * 60);
/// How many refused ones are remembered.
const MOST_REFUSED: usize = 16;

/// A setting an override gives.
type Given = (&'static str, Placed);

/// What was proven, what was refused, and what is being tried.
#[derive(Debug, Default)]
pub(super) struct Probation {
    proven: Vec<Given>,
    refused: Vec<Digest>,
    trial: Option<Trial>,
    /// What is refused and still asked for, in words.
    undone: Option<String>,
}

#[derive(Debug)]
struct Trial {
    given: Vec<Given>,
    since: Monotonic,
}

fn key() -> StoreKey {
    StoreKey {
        kind: StoreKind::Device,
        id: b"probation".to_vec(),
    }
}

fn same(one: &[Given], other: &[Given]) -> bool {
    fingerprint(one) == fingerprint(other)
}

/// Of names and values, wherever they come from.
fn fingerprint(given: &[Given]) -> Digest {
    let of = |(name, placed): &Given| serde_json::json!([name, placed.value]).to_string();
    digest_of(given.iter().map(of).collect::<Vec<_>>().join("\n").as_bytes())
}

fn words(given: &[Given]) -> String {
    match given {
        [] => "nothing of it".to_owned(),
        given => {
            let each = given
                .iter()
                .map(|(name, placed)| format!("`{name}` by {}", placed.place));
            each.collect::<Vec<_>>().join(", ")
        }
    }
}

impl Probation {
    /// What was proven and refused before.
    pub(super) fn load(device: &dyn RecordStore) -> Self {
        let kept = device.get(&key()).ok().flatten().unwrap_or_default();
        let kept: serde_json::Value = serde_json::from_slice(&kept).unwrap_or_default();
        let given = |item: &serde_json::Value| -> Option<Given> {
            let declared = setting(item.get("name")?.as_str()?)?;
            let value: SettingValue = serde_json::from_value(item.get("value")?.clone()).ok()?;
            let placed = Placed {
                value,
                place: item.get("place")?.as_str()?.to_owned(),
                at: Position::START,
            };
            (declared.reach == Reach::Connectivity).then_some((declared.name, placed))
        };
        let list = |name: &str| {
            kept.get(name)
                .and_then(serde_json::Value::as_array)
                .cloned()
                .unwrap_or_default()
        };
        let digest = |item: &serde_json::Value| serde_json::from_value::<Digest>(item.clone()).ok();
        Self {
            proven: list("proven").iter().filter_map(given).collect(),
            refused: list("refused").iter().filter_map(digest).collect(),
            ..Self::default()
        }
    }

    fn keep(&self, device: &dyn RecordStore) {
        let proven: Vec<_> = self
            .proven
            .iter()
            .map(|(name, placed)| serde_json::json!({ "name": name, "value": placed.value, "place": placed.place }))
            .collect();
        let kept = serde_json::json!({ "proven": proven, "refused": self.refused }).to_string();
        if let Err(error) = device.commit(&[Change::Put(key(), kept.into_bytes())]) {
            tracing::warn!("how the directory is reached is not kept for the next start: {error}");
        }
    }

    /// Lets of the connectivity a layer sets only that through which is proven or on trial.
    pub(super) fn filter(&mut self, layer: &mut SettingsLayer, now: Monotonic) {
        let decides = |name: &str| setting(name).is_some_and(|found| found.reach == Reach::Connectivity);
        let wanted: Vec<Given> = layer
            .values
            .iter()
            .filter(|(name, _)| decides(name))
            .map(|(name, placed)| (*name, placed.clone()))
            .collect();
        self.undone = None;
        if same(&wanted, &self.proven) {
            self.trial = None;
            return;
        }
        if self.refused.contains(&fingerprint(&wanted)) {
            self.trial = None;
            self.undone = Some(words(&wanted));
            layer.values.retain(|name, _| !decides(name));
            layer.values.extend(self.proven.iter().cloned());
            return;
        }
        if self.trial.as_ref().is_none_or(|trial| !same(&trial.given, &wanted)) {
            tracing::info!("the directory is reached in another way, on trial: {}", words(&wanted));
            self.trial = Some(Trial {
                given: wanted,
                since: now,
            });
        }
    }

    /// When the trial ends that is under way.
    pub(super) fn ends(&self) -> Option<Monotonic> {
        self.trial.as_ref().map(|trial| trial.since.after(TRIAL))
    }

    /// An exchange that began then has succeeded. What is on trial is proven if that was after it came into force.
    pub(super) fn succeeded(&mut self, began: Monotonic, device: &dyn RecordStore) {
        if let Some(trial) = self.trial.take_if(|trial| trial.since <= began) {
            self.proven = trial.given;
            self.keep(device);
        }
    }

    /// Ends a trial whose time is over: what was on trial is remembered as refused. True when there was one.
    pub(super) fn over(&mut self, now: Monotonic, device: &dyn RecordStore) -> bool {
        let Some(trial) = self.trial.take_if(|trial| trial.since.after(TRIAL) <= now) else {
            return false;
        };
        tracing::warn!(
            "no sync succeeded within ten minutes: undone is {}",
            words(&trial.given)
        );
        self.refused.push(fingerprint(&trial.given));
        if self.refused.len() > MOST_REFUSED {
            self.refused.remove(0);
        }
        self.keep(device);
        true
    }

    /// What people should know of it.
    pub(super) fn told(&self) -> Option<String> {
        let undone = self.undone.as_ref().map(|what| {
            format!(
                "how the directory is reached was changed and is changed back: {what}. No sync succeeded with it within ten minutes; it is not tried again until the override says something else"
            )
        });
        let trial = self.trial.as_ref().map(|trial| {
            format!(
                "how the directory is reached is on trial: {}. It is changed back unless a sync succeeds within ten minutes",
                words(&trial.given)
            )
        });
        undone.or(trial)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_model::Layer;
    use countersign_rules::parse_override;
    use countersign_secret::Key;
    use countersign_store::Store;

    fn layer(text: &str) -> SettingsLayer {
        let (found, problems) = parse_override("o.toml", format!("[settings]\n{text}").as_bytes()).unwrap();
        assert!(problems.is_empty(), "{problems:?}");
        found.settings
    }

    fn servers(layer: &SettingsLayer) -> Option<String> {
        match &layer.values.get("directory.servers")?.value {
            SettingValue::Text(text) => Some(text.clone()),
            other => panic!("{other:?}"),
        }
    }

    fn at(minutes: u64) -> Monotonic {
        Monotonic(1_000_000).after(Duration::from_secs(minutes * 60))
    }

    const GOOD: &str = "directory.servers = \"ldaps://good\"\nloop.fills = 2\n";
    const TYPO: &str = "directory.servers = \"ldaps://god\"\nloop.fills = 4\n";

    #[test]
    fn a_change_holds_only_if_a_sync_succeeds_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let (device, _) = Store::open(folder.path(), Key::from_fill(|out| out.fill(7))).unwrap();
        let mut probation = Probation::load(&device);
        let tried = |probation: &mut Probation, text: &str, now| {
            let mut found = layer(text);
            probation.filter(&mut found, now);
            assert_eq!(found.layer, Layer::Directory);
            assert!(found.values.contains_key("loop.fills"), "the rest is not on trial");
            servers(&found)
        };
        assert_eq!(tried(&mut probation, GOOD, at(0)).as_deref(), Some("ldaps://good"));
        assert_eq!(probation.ends(), Some(at(10)));
        assert!(probation.told().unwrap().contains("on trial"));
        // An exchange that began before it proves nothing.
        probation.succeeded(Monotonic(999_999), &device);
        assert!(probation.ends().is_some());
        probation.succeeded(at(1), &device);
        assert_eq!((probation.ends(), probation.told()), (None, None));

        assert_eq!(tried(&mut probation, TYPO, at(20)).as_deref(), Some("ldaps://god"));
        assert_eq!(tried(&mut probation, TYPO, at(25)).as_deref(), Some("ldaps://god"));
        assert_eq!(probation.ends(), Some(at(30)), "reading it again does not begin anew");
        assert!(!probation.over(at(29), &device));
        assert!(probation.over(at(30), &device));
        assert_eq!(tried(&mut probation, TYPO, at(31)).as_deref(), Some("ldaps://good"));
        assert!(probation.told().unwrap().contains("changed back"));
        // A restart changes nothing of that; another value is tried.
        let mut probation = Probation::load(&device);
        assert_eq!(tried(&mut probation, TYPO, at(40)).as_deref(), Some("ldaps://good"));
        assert_eq!(tried(&mut probation, GOOD, at(41)).as_deref(), Some("ldaps://good"));
        assert_eq!(probation.told(), None);
        let other = TYPO.replace("god", "better");
        assert_eq!(tried(&mut probation, &other, at(42)).as_deref(), Some("ldaps://better"));
        // That there is none any more is a change, too.
        assert_eq!(tried(&mut probation, "loop.fills = 1\n", at(43)), None);
        assert_eq!(probation.ends(), Some(at(53)));
    }
}
