//! The repository: configuration from it, sealed records to and from it, each exchange on a thread of its own.

use crate::configuration::{Configuration, Fetched};
use crate::engine::Engine;
use crate::keeper::Observed;
use crate::message::Message;
use crate::paths::Paths;
use countersign_directory::{FolderRepository, WhenAbsent};
use countersign_model::port::{DirectoryRepository, RepositoryError, StoreError, Watch};
use countersign_model::{HeaderVersion, RepositoryEvent, Timestamp, UserId};
use countersign_signon::Event;
use countersign_store::Store;
use countersign_sync::{Ends, HeaderOutcome, Report, exchange, exchange_header, fetch};
use countersign_vault::Unlocked;
use countersign_wire::{Answer, RefreshReport, Reply};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};

/// The repository and how exchanges with it went.
pub(crate) struct Syncing {
    repository: Result<Arc<dyn DirectoryRepository>, RepositoryError>,
    place: String,
    user: UserId,
    inbox: Sender<Message>,
    health: Result<(), RepositoryError>,
    synced: Option<Timestamp>,
    waiting: u32,
    faults: Vec<String>,
    /// The vault header that is there.
    header: Option<(HeaderVersion, Vec<u8>)>,
    /// Clients that wait for the end of an exchange.
    clients: Vec<Sender<Answer>>,
    /// An exchange is under way; whether another one is wanted after it.
    running: Option<Again>,
    watch: Option<Box<dyn Watch>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Again {
    No,
    Yes,
}

/// What an exchange came to.
pub(crate) struct Exchanged {
    fetched: Fetched,
    /// The newest vault header there, if it could be read.
    header: Result<Option<(HeaderVersion, Vec<u8>)>, RepositoryError>,
    records: Result<Report, StoreError>,
}

/// What an exchange works on; made by the engine, taken to the exchange's thread.
struct Errand {
    repository: Arc<dyn DirectoryRepository>,
    user: UserId,
    device: Arc<Store>,
    /// The vault store and the vault, if it is open.
    vault: Option<(Observed, Arc<Unlocked>)>,
    /// This device's vault header.
    header: Option<(HeaderVersion, Vec<u8>)>,
}

impl Errand {
    fn run(self) -> Exchanged {
        let fetched = self.repository.configuration();
        if let Some((version, header)) = &self.header {
            match exchange_header(&*self.repository, &self.user, *version, header) {
                Ok(HeaderOutcome::WentBack(found)) => tracing::error!(
                    "the repository's vault header went back to version {}; ours is {} and stays. Was a backup restored?",
                    found.0,
                    version.0
                ),
                Ok(_) => {}
                Err(error) => tracing::info!("vault header: {error}"),
            }
        }
        let header = self.repository.header(&self.user);
        let ends = Ends {
            device: &*self.device,
            repository: &*self.repository,
            user: &self.user,
        };
        let records = match &self.vault {
            Some((store, unlocked)) => exchange(ends, store, &**unlocked),
            None if self.header.is_some() => fetch(ends),
            None => Ok(Report::default()),
        };
        Exchanged {
            fetched,
            header,
            records,
        }
    }
}

impl Syncing {
    /// Opens the repository the settings name and watches it.
    pub(crate) fn start(paths: &Paths, configuration: &Configuration, inbox: &Sender<Message>) -> Self {
        let settings = configuration.settings();
        let path = match settings.text("repository.path") {
            "" => paths.default_repository.clone(),
            path => expand(path),
        };
        let user = match settings.text("repository.user") {
            "" => login_name(),
            name => UserId::from(name),
        };
        let place = path.display().to_string();
        // The default place is this user's own; any other one was made by somebody, and its absence is a fault.
        let absent = if path == paths.default_repository {
            WhenAbsent::Make
        } else {
            WhenAbsent::Report
        };
        let repository = open(&path, absent);
        if let Err(error) = &repository {
            tracing::warn!("{error}");
        }
        let watch = repository
            .as_ref()
            .ok()
            .and_then(|repository| watch(&**repository, &user, inbox));
        Self {
            health: repository.as_ref().map(drop).map_err(Clone::clone),
            repository,
            place,
            user,
            inbox: inbox.clone(),
            synced: None,
            waiting: 0,
            faults: Vec::new(),
            header: None,
            clients: Vec::new(),
            running: None,
            watch,
        }
    }

    /// Watches one that could not be watched before, because it was not there, say. True when that is new.
    fn watch_again(&mut self) -> bool {
        if self.watch.is_none()
            && let Ok(repository) = &self.repository
        {
            self.watch = watch(&**repository, &self.user, &self.inbox);
            return self.watch.is_some();
        }
        false
    }

    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    pub(crate) fn user(&self) -> &UserId {
        &self.user
    }

    pub(crate) fn health(&self) -> Result<(), &RepositoryError> {
        self.health.as_ref().copied()
    }

    pub(crate) fn synced(&self) -> Option<Timestamp> {
        self.synced
    }

    /// What the last exchange found wrong.
    pub(crate) fn faults(&self) -> &[String] {
        &self.faults
    }

    /// The user's vault header in the repository: a vault this device may join.
    pub(crate) fn header(&self) -> Option<(HeaderVersion, Vec<u8>)> {
        self.header.clone()
    }

    pub(crate) fn repository(&self) -> Option<Arc<dyn DirectoryRepository>> {
        self.repository.clone().ok()
    }

    pub(crate) fn waiting(&self) -> u32 {
        self.waiting
    }
}

impl Engine {
    /// Starts an exchange, or has one follow the exchange that is under way.
    pub(crate) fn exchange(&mut self) {
        if let Some(again) = &mut self.syncing.running {
            *again = Again::Yes;
            return;
        }
        let Some(errand) = self.errand() else { return };
        let inbox = self.syncing.inbox.clone();
        let started = std::thread::Builder::new().name("exchange".to_owned()).spawn(move || {
            let _ = inbox.send(Message::Exchanged(errand.run()));
        });
        match started {
            Ok(_) => self.syncing.running = Some(Again::No),
            Err(error) => tracing::error!("cannot start an exchange: {error}"),
        }
    }

    fn errand(&self) -> Option<Errand> {
        Some(Errand {
            repository: self.syncing.repository.clone().ok()?,
            user: self.syncing.user.clone(),
            device: self.keeper.device_store_handle(),
            vault: self.keeper.for_exchange(),
            header: self.keeper.header(),
        })
    }

    pub(crate) fn exchanged(&mut self, exchanged: Exchanged) {
        let again = self.syncing.running.take() == Some(Again::Yes);
        let conflict = matches!(&exchanged.records, Err(StoreError::NotSaved(_)));
        let report = self.take_exchanged(exchanged);
        if again || conflict {
            self.exchange();
        } else {
            self.answer_refreshes(&report.unwrap_or_default());
        }
    }

    fn take_exchanged(&mut self, exchanged: Exchanged) -> Option<Report> {
        if let Ok(header) = exchanged.header {
            self.syncing.header = header;
        }
        self.take_configuration(exchanged.fetched);
        let report = exchanged
            .records
            .inspect_err(|error| tracing::warn!("records: {error}"))
            .ok()?;
        for fault in &report.faults {
            tracing::warn!("{fault}");
        }
        self.syncing.waiting = report.waiting;
        self.syncing.faults = report.faults.iter().map(ToString::to_string).collect();
        if let Err(error) = &report.reached {
            self.syncing.health = Err(error.clone());
        }
        if !report.changed.is_empty() {
            if let Err(error) = self.keeper.reindex() {
                tracing::error!("{error}");
            }
            self.signon(Event::Vault(self.keeper.state()));
        }
        Some(report)
    }

    fn take_configuration(&mut self, fetched: Fetched) {
        self.syncing.health = fetched.as_ref().map(drop).map_err(Clone::clone);
        if fetched.is_ok() {
            self.syncing.synced = Some(self.clock.both().wall);
            if self.syncing.watch_again() {
                // What changed before it was watched.
                self.exchange();
            }
        }
        let device = self.keeper.device_store_handle();
        self.configuration.reload(fetched, &*device);
        self.signon(Event::Rules(self.configuration.rules()));
        self.signon(Event::Templates(self.configuration.templates()));
    }

    pub(crate) fn repository_changed(&mut self, event: RepositoryEvent) {
        match event {
            RepositoryEvent::Configuration | RepositoryEvent::Records => self.exchange(),
            RepositoryEvent::Lost(why) => {
                tracing::warn!("the repository is not watched until it answers again: {why}");
                self.syncing.watch = None;
            }
        }
    }

    /// Reads everything again and answers the client when that is done.
    pub(crate) fn refresh(&mut self, reply: Sender<Answer>) {
        self.syncing.clients.push(reply);
        self.exchange();
        if self.syncing.running.is_none() {
            // There is no repository to ask: settings and package templates are read again all the same.
            if let Err(error) = self.syncing.repository.clone().map(drop) {
                self.take_configuration(Err(error));
            }
            self.answer_refreshes(&Report::default());
        }
    }

    fn answer_refreshes(&mut self, report: &Report) {
        let refreshed = RefreshReport {
            templates: u32::try_from(self.configuration.templates().templates().count()).unwrap_or(u32::MAX),
            pulled: report.pulled,
            pushed: report.pushed,
            problems: self.problems(),
        };
        for client in std::mem::take(&mut self.syncing.clients) {
            let _ = client.send(Reply::Refreshed(refreshed.clone()).into());
        }
    }
}

fn open(path: &Path, absent: WhenAbsent) -> Result<Arc<dyn DirectoryRepository>, RepositoryError> {
    Ok(Arc::new(FolderRepository::new(path, absent)?))
}

fn watch(repository: &dyn DirectoryRepository, user: &UserId, inbox: &Sender<Message>) -> Option<Box<dyn Watch>> {
    let (sender, events) = channel();
    let watch = repository
        .watch(user, sender)
        .inspect_err(|error| tracing::warn!("{error}"))
        .ok()?;
    crate::serve::forward(events, inbox.clone(), Message::Repository).ok()?;
    Some(watch)
}

/// `~/` is the user's home.
fn expand(path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), std::env::var_os("HOME")) {
        (Some(below), Some(home)) => PathBuf::from(home).join(below),
        _ => PathBuf::from(path),
    }
}

/// The name the system's account database has for this user.
fn login_name() -> UserId {
    let uid = rustix::process::getuid().as_raw().to_string();
    let accounts = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let named = accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (name, id) = (fields.next()?, fields.nth(1)?);
        (id == uid).then(|| name.to_owned())
    });
    UserId(named.unwrap_or(uid))
}
