//! Templates, password policies and settings in force, and what is wrong with those that are not.

mod edition;
mod files;
mod own;
mod policies;
mod probation;
mod shelf;
mod signed;
mod unlock;

pub(crate) use edition::Edition;
pub(crate) use own::OwnError;
pub(crate) use policies::{NoPolicy, Policies, StandingPolicy};
pub use policies::{UnreadList, read_lists};
pub(crate) use signed::{Following, Look, Signed, StandingOverride};

use crate::front::Terms;
use crate::paths::Paths;
use crate::primary::PrimaryTerms;
use countersign_model::port::{RecordStore, RepositoryError};
use countersign_model::{ConfigObject, Layer, LockOn, Monotonic, StoreKey, StoreKind, Timestamp, UserId};
use countersign_rules::{Problem, Settings, SettingsLayer, TemplateSet, parse_settings};
use countersign_signon::{ChangeMode, Now, Rules};
use countersign_trust::{AgentVersion, RootList};
use countersign_vault::{AnswerOrigin, Circumstances, DeviceSecretHome, KdfParameters};
use files::{read_bounded, unreadable};
use probation::Probation;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// What a repository gave: its objects and those it could not read, or that it could not be reached.
pub(crate) type Fetched = Result<(Vec<ConfigObject>, Vec<RepositoryError>), RepositoryError>;

/// Templates, password policies and settings.
pub(crate) struct Configuration {
    paths: Paths,
    edition: Edition,
    organisation: Signed,
    probation: Probation,
    layers: BTreeMap<Layer, SettingsLayer>,
    /// What the organisation's root signed, and what is wrong with it.
    signed: Option<(SettingsLayer, Vec<Problem>)>,
    settings: Settings,
    settings_problems: Vec<Problem>,
    /// When the next override begins.
    next_override: Option<Timestamp>,
    problems: Vec<Problem>,
    /// How often other templates came into force.
    templates_version: u64,
}

impl Configuration {
    /// Loads everything that can be read without the repository: package templates, settings, and the repository templates that
    /// were last good, from the device store.
    pub(crate) fn load(paths: Paths, list: Option<&RootList>, device: &dyn RecordStore, now: Now) -> Self {
        let organisation = Signed::load(list, device);
        let edition = Edition::first(&paths.package, &organisation, device).with_own(&paths.own_templates());
        let mut loaded = Self {
            paths,
            edition,
            organisation,
            probation: Probation::load(device),
            layers: BTreeMap::new(),
            signed: None,
            settings: Settings::default(),
            settings_problems: Vec::new(),
            next_override: None,
            problems: Vec::new(),
            templates_version: 0,
        };
        loaded.read_settings(now);
        loaded.tell();
        loaded
    }

    /// The settings alone.
    pub(crate) fn settings_of(paths: &Paths) -> Settings {
        let mut alone = Self {
            paths: paths.clone(),
            edition: Edition::default(),
            organisation: Signed::default(),
            probation: Probation::default(),
            layers: BTreeMap::new(),
            signed: None,
            settings: Settings::default(),
            settings_problems: Vec::new(),
            next_override: None,
            problems: Vec::new(),
            templates_version: 0,
        };
        alone.read_settings(Now {
            steady: Monotonic(0),
            wall: Timestamp(0),
        });
        alone.settings
    }

    /// The edition in force: what the next one is made from, on a thread of its own.
    pub(crate) fn edition(&self) -> Edition {
        self.edition.clone()
    }

    /// What publishers signed, as it is in force: what the next look begins with.
    pub(crate) fn organisation(&self) -> &Signed {
        &self.organisation
    }

    /// Puts an edition in force, and what publishers signed. Returns whether its templates are others than those before.
    pub(crate) fn take(&mut self, edition: Edition, organisation: Signed, now: Now) -> Templates {
        // The user may have made one of his own meanwhile.
        let edition = edition.with_own(&self.paths.own_templates());
        let same = edition.has_the_templates_of(&self.edition);
        self.edition = edition;
        self.organisation = organisation;
        self.read_settings(now);
        self.tell();
        if same {
            return Templates::Same;
        }
        self.templates_version += 1;
        Templates::New
    }

    /// Higher whenever other templates are in force.
    pub(crate) fn templates_version(&self) -> u64 {
        self.templates_version
    }

    /// Reads the settings' files again. What cannot be read stays as it was.
    pub(crate) fn read_settings(&mut self, now: Now) {
        let layers = [
            (Layer::Package, self.paths.package.join("settings.toml")),
            (Layer::Machine, self.paths.machine_settings.clone()),
            (Layer::User, self.paths.user_settings.clone()),
        ];
        let mut problems = Vec::new();
        for (layer, path) in layers {
            let place = path.display().to_string();
            match read_bounded(&path) {
                Ok(bytes) => {
                    let (mut read, wrong) = parse_settings(&place, &bytes, layer);
                    if let Some(last_good) = self.layers.get(&layer) {
                        read = read.keeping(last_good);
                    }
                    self.layers.insert(layer, read);
                    problems.extend(wrong);
                }
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => drop(self.layers.remove(&layer)),
                // What it said before stays in force.
                Err(error) => problems.push(unreadable(&path, &error)),
            }
        }
        let (all, groups) = self.edition.overrides();
        let (mut laid, disagreeing, begins) = StandingOverride::laid(all, groups, now.wall);
        self.probation.filter(&mut laid, now.steady);
        self.next_override = begins;
        problems.extend(disagreeing);
        match laid.values.is_empty() {
            true => drop(self.layers.remove(&Layer::Directory)),
            false => drop(self.layers.insert(Layer::Directory, laid)),
        }
        match &self.signed {
            Some((read, wrong)) => {
                self.layers.insert(Layer::Root, read.clone());
                problems.extend(wrong.iter().cloned());
            }
            None => drop(self.layers.remove(&Layer::Root)),
        }
        let layers: Vec<_> = self.layers.values().cloned().collect();
        self.settings = Settings::resolve(&layers);
        self.settings_problems = problems;
    }

    /// Takes over the settings the organisation's root signed: `None` where there are none. They are laid over all others.
    pub(crate) fn take_signed(&mut self, signed: Option<(&str, &str)>, now: Now) {
        self.signed = signed.map(|(place, text)| {
            let (mut read, wrong) = parse_settings(place, text.as_bytes(), Layer::Root);
            if let Some(last_good) = self.layers.get(&Layer::Root) {
                read = read.keeping(last_good);
            }
            (read, wrong)
        });
        self.read_settings(now);
        self.tell();
    }

    /// When the trial ends of how the directory is reached.
    pub(crate) fn trial_ends(&self) -> Option<Monotonic> {
        self.probation.ends()
    }

    /// An exchange that began then has succeeded.
    pub(crate) fn reached(&mut self, began: Monotonic, device: &dyn RecordStore) {
        self.probation.succeeded(began, device);
    }

    /// Undoes what is on trial, if its time is over. True when something was undone.
    pub(crate) fn end_trial(&mut self, now: Now, device: &dyn RecordStore) -> bool {
        let over = self.probation.over(now.steady, device);
        if over {
            self.read_settings(now);
            self.tell();
        }
        over
    }

    /// What people should know of how the directory is reached.
    pub(crate) fn trial_told(&self) -> Option<String> {
        self.probation.told()
    }

    /// When an override begins to count, the next one that does.
    pub(crate) fn next_override(&self) -> Option<Timestamp> {
        self.next_override
    }

    /// Gathers what is wrong, and logs what was not before.
    fn tell(&mut self) {
        let problems: Vec<_> = self
            .settings_problems
            .iter()
            .chain(self.edition.problems())
            .cloned()
            .collect();
        for problem in problems.iter().filter(|problem| !self.problems.contains(problem)) {
            tracing::warn!("{problem}");
        }
        self.problems = problems;
    }

    pub(crate) fn templates(&self) -> Arc<TemplateSet> {
        Arc::clone(self.edition.templates())
    }

    pub(crate) fn policies(&self) -> &Policies {
        self.edition.policies()
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(crate) fn problems(&self) -> &[Problem] {
        &self.problems
    }

    pub(crate) fn faults(&self) -> &[RepositoryError] {
        self.edition.faults()
    }

    /// What an enrolment or a new login slot works by.
    pub(crate) fn enroll_terms(&self, user: &UserId) -> Terms {
        Self::terms_of(&self.settings, user)
    }

    /// The same by settings that were read alone.
    pub(crate) fn terms_of(settings: &Settings, user: &UserId) -> Terms {
        let number = |name| settings.number(name);
        let kdf = KdfParameters::new(
            u32::try_from(number("unlock.kdf_memory_mib")).unwrap_or(u32::MAX),
            u32::try_from(number("unlock.kdf_passes")).unwrap_or(u32::MAX),
            KdfParameters::default().lanes(),
        );
        Terms {
            // The setting's bounds are the vault's; the default only guards against a bound changed in one place.
            kdf: kdf.unwrap_or_default(),
            user: user.clone(),
            min_length: number("passphrase.min_length"),
            min_strength: number("passphrase.min_strength"),
            question: settings.text("passphrase.question").to_owned(),
            policy: unlock::slot_policy(settings),
            circumstances: Circumstances {
                device_secret: DeviceSecretHome::UserFile,
                answer: AnswerOrigin::Own,
            },
            program: unlock::slot_program(settings),
            primary: PrimaryTerms::of(settings),
        }
    }

    /// When the vault is locked without being asked.
    pub(crate) fn lock_on(&self) -> LockOn {
        let minutes = self.settings.number("lock.idle_minutes");
        LockOn {
            session_lock: self.settings.switch("lock.on_session_lock"),
            suspend: self.settings.switch("lock.on_suspend"),
            idle: (minutes > 0).then(|| Duration::from_secs(minutes.saturating_mul(60))),
        }
    }

    /// How far apart routine looks at the directory are; zero: there are none.
    pub(crate) fn sync_interval(&self) -> Duration {
        Duration::from_secs(self.settings.number("sync.interval_minutes").saturating_mul(60))
    }

    /// What the sign-on machine works by.
    pub(crate) fn rules(&self) -> Rules {
        Rules {
            automatic: self.settings.switch("fill.automatic"),
            fills: u32::try_from(self.settings.number("loop.fills")).unwrap_or(u32::MAX),
            grace: Duration::from_secs(self.settings.number("loop.grace_seconds")),
            change: match self.settings.text("password.change") {
                "silent" => ChangeMode::Silent,
                "never" => ChangeMode::Never,
                _ => ChangeMode::Ask,
            },
        }
    }
}

/// Whether the templates in force are others than before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Templates {
    /// Others.
    New,
    /// The same.
    Same,
}

/// This agent's version, as catalogues ask for one.
pub(crate) fn agent_version() -> AgentVersion {
    env!("CARGO_PKG_VERSION").parse().unwrap_or_default()
}

fn config_key(place: &str) -> StoreKey {
    StoreKey {
        kind: StoreKind::Config,
        id: place.as_bytes().to_vec(),
    }
}
