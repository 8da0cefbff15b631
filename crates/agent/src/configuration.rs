//! Templates and settings in force, and what is wrong with those that are not.

use crate::front::Terms;
use crate::paths::Paths;
use countersign_model::port::{RecordStore, RepositoryError, StoreError};
use countersign_model::{Change, ConfigKind, ConfigObject, Layer, Publisher, StoreKey, StoreKind, UserId};
use countersign_rules::{
    CheckedTemplate, LONGEST_FILE, Problem, Settings, SettingsLayer, Severity, TemplateSet, check, parse_settings,
    parse_template,
};
use countersign_signon::Rules;
use countersign_vault::KdfParameters;
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// What a repository gave: its objects and those it could not read, or that it could not be reached.
pub(crate) type Fetched = Result<(Vec<ConfigObject>, Vec<RepositoryError>), RepositoryError>;

/// Templates and settings.
pub(crate) struct Configuration {
    paths: Paths,
    templates: Arc<TemplateSet>,
    /// The last good version of each repository template, by place.
    good: BTreeMap<String, Good>,
    layers: BTreeMap<Layer, SettingsLayer>,
    settings: Settings,
    settings_problems: Vec<Problem>,
    problems: Vec<Problem>,
    faults: Vec<RepositoryError>,
}

impl Configuration {
    /// Loads everything that can be read without the repository: package templates, settings, and the repository templates that
    /// were last good, from the device store.
    pub(crate) fn load(paths: Paths, device: &dyn RecordStore) -> Self {
        let mut loaded = Self {
            paths,
            templates: Arc::new(TemplateSet::default()),
            good: BTreeMap::new(),
            layers: BTreeMap::new(),
            settings: Settings::default(),
            settings_problems: Vec::new(),
            problems: Vec::new(),
            faults: Vec::new(),
        };
        let mut problems = Vec::new();
        if let Err(error) = loaded.take_kept(device, &mut problems) {
            tracing::error!("the templates kept on this device cannot be read: {error}");
        }
        loaded.read_settings();
        loaded.build(problems);
        loaded
    }

    /// One at a time: their bytes together are many times what is kept of them.
    fn take_kept(&mut self, device: &dyn RecordStore, problems: &mut Vec<Problem>) -> Result<(), StoreError> {
        for id in device.ids(StoreKind::Config)? {
            let place = String::from_utf8_lossy(&id).into_owned();
            let kind = StoreKind::Config;
            if let Some(bytes) = device.get(&StoreKey { kind, id })? {
                match checked(&place, &bytes) {
                    Ok(good) => drop(self.good.insert(place, good)),
                    Err(wrong) => problems.extend(wrong),
                }
            }
        }
        Ok(())
    }

    /// Takes over what the repository holds now. A file with a mistake is skipped and its last good version stays in force; a file
    /// that is gone is withdrawn; with an unreachable repository everything stays.
    pub(crate) fn reload(&mut self, fetched: Fetched, device: &dyn RecordStore) {
        self.read_settings();
        let (objects, faults) = match fetched {
            Ok(fetched) => fetched,
            Err(error) => {
                self.faults = vec![error];
                self.build(Vec::new());
                return;
            }
        };
        let mut problems = Vec::new();
        let mut changes = Vec::new();
        let mut present = Vec::new();
        for object in objects.into_iter().filter(|object| object.kind == ConfigKind::Template) {
            present.push(object.place.clone());
            let key = config_key(&object.place);
            // What was in force and kept before need not be looked at again.
            if self.good.contains_key(&object.place)
                && matches!(device.get(&key), Ok(Some(kept)) if kept == object.bytes)
            {
                continue;
            }
            match checked(&object.place, &object.bytes) {
                Ok(good) => {
                    self.good.insert(object.place, good);
                    changes.push(Change::Put(key, object.bytes));
                }
                Err(wrong) => problems.extend(wrong),
            }
        }
        // What could not be read may still be there: it stays in force.
        let unread = |place: &String| faults.iter().any(|fault| names(fault, place));
        let gone: Vec<_> = self
            .good
            .keys()
            .filter(|place| !present.contains(place) && !unread(place))
            .cloned()
            .collect();
        for place in gone {
            self.good.remove(&place);
            changes.push(Change::Remove(config_key(&place)));
        }
        if !changes.is_empty()
            && let Err(error) = device.commit(&changes)
        {
            tracing::warn!("templates are in force but not kept for the next start: {error}");
        }
        self.faults = faults;
        self.build(problems);
    }

    fn build(&mut self, mut problems: Vec<Problem>) {
        let mut templates = Vec::new();
        let folder = self.paths.package.join("templates");
        match package_files(&folder) {
            Ok(files) => {
                for (place, read) in files {
                    match read.and_then(|(bytes, publisher)| Ok((publisher, checked(&place, &bytes)?))) {
                        Ok((publisher, good)) => {
                            problems.extend(good.remarks);
                            templates.push((publisher, good.template));
                        }
                        Err(wrong) => problems.extend(wrong),
                    }
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                tracing::warn!("no package templates: {} is not there", folder.display());
            }
            Err(error) => problems.push(unreadable(&folder, &error)),
        }
        for good in self.good.values() {
            problems.extend_from_slice(&good.remarks);
            templates.push((Publisher::Unsigned, good.template.clone()));
        }
        let (set, clashes) = TemplateSet::of(templates);
        problems.extend(clashes);
        problems.splice(0..0, self.settings_problems.iter().cloned());
        for problem in problems.iter().filter(|problem| !self.problems.contains(problem)) {
            tracing::warn!("{problem}");
        }
        self.templates = Arc::new(set);
        self.problems = problems;
    }

    fn read_settings(&mut self) {
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
        let layers: Vec<_> = self.layers.values().cloned().collect();
        self.settings = Settings::resolve(&layers);
        self.settings_problems = problems;
    }

    pub(crate) fn templates(&self) -> Arc<TemplateSet> {
        Arc::clone(&self.templates)
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    pub(crate) fn problems(&self) -> &[Problem] {
        &self.problems
    }

    pub(crate) fn faults(&self) -> &[RepositoryError] {
        &self.faults
    }

    /// What an enrolment or a new login slot works by.
    pub(crate) fn enroll_terms(&self, user: &UserId) -> Terms {
        let number = |name| self.settings.number(name);
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
        }
    }

    /// What the sign-on machine works by.
    pub(crate) fn rules(&self) -> Rules {
        Rules {
            automatic: self.settings.switch("fill.automatic"),
            fills: u32::try_from(self.settings.number("loop.fills")).unwrap_or(u32::MAX),
            grace: Duration::from_secs(self.settings.number("loop.grace_seconds")),
        }
    }
}

/// A template that can be in force.
struct Good {
    template: CheckedTemplate,
    /// What its author should look at.
    remarks: Vec<Problem>,
}

fn checked(place: &str, bytes: &[u8]) -> Result<Good, Vec<Problem>> {
    match check(&parse_template(place, bytes)?) {
        (Some(template), remarks) => Ok(Good { template, remarks }),
        (None, problems) => Err(problems),
    }
}

fn names(fault: &RepositoryError, place: &str) -> bool {
    match fault {
        RepositoryError::Unreachable { place: named, .. }
        | RepositoryError::Denied { place: named, .. }
        | RepositoryError::Invalid { place: named, .. }
        | RepositoryError::Missing(named)
        | RepositoryError::Conflict(named) => named == place,
    }
}

fn config_key(place: &str) -> StoreKey {
    StoreKey {
        kind: StoreKind::Config,
        id: place.as_bytes().to_vec(),
    }
}

/// A package's template file: its bytes and whose word it is, or why it cannot be read.
type PackageFile = Result<(Vec<u8>, Publisher), Vec<Problem>>;

/// The package's template files. Only what root alone can write is the package's; anything else is nobody's word.
fn package_files(folder: &Path) -> std::io::Result<Vec<(String, PackageFile)>> {
    let sealed = |metadata: &fs::Metadata| metadata.uid() == 0 && metadata.mode() & 0o022 == 0;
    let trusted = sealed(&fs::metadata(folder)?);
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let read = fs::metadata(&path).and_then(|metadata| {
                let publisher = match trusted && sealed(&metadata) {
                    true => Publisher::Package,
                    false => Publisher::Unsigned,
                };
                Ok((read_bounded(&path)?, publisher))
            });
            let read = read.map_err(|error| vec![unreadable(&path, &error)]);
            files.push((path.display().to_string(), read));
        }
    }
    files.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(files)
}

/// A file's bytes; of one that is longer than any that is read, just enough to be told so.
fn read_bounded(path: &Path) -> std::io::Result<Vec<u8>> {
    // Anything but a file could keep the reader waiting for ever.
    if !fs::metadata(path)?.is_file() {
        return Err(std::io::Error::other("it is not a file"));
    }
    let mut bytes = Vec::new();
    let most = u64::try_from(LONGEST_FILE).unwrap_or(u64::MAX).saturating_add(1);
    fs::File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn unreadable(path: &Path, error: &std::io::Error) -> Problem {
    Problem {
        place: path.display().to_string(),
        line: 1,
        column: 1,
        severity: Severity::Error,
        message: format!("it cannot be read: {error}"),
        help: "make it a file that you can read".to_owned(),
    }
}
