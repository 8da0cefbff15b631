//! The repository: configuration from it, sealed records to and from it, each exchange on a thread of its own.

use crate::configuration::{Configuration, Fetched};
use crate::engine::Engine;
use crate::message::Message;
use crate::paths::Paths;
use countersign_directory::{FolderRepository, WhenAbsent};
use countersign_model::port::{DirectoryRepository, RepositoryError, Watch};
use countersign_model::{RepositoryEvent, Timestamp, UserId};
use countersign_signon::Event;
use countersign_wire::{Problem, RefreshReport};
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
    /// An exchange is under way; whether another one is wanted after it.
    running: Option<Again>,
    _watch: Option<Box<dyn Watch>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Again {
    No,
    Yes,
}

/// What an exchange came to.
pub(crate) struct Exchanged {
    fetched: Fetched,
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
            running: None,
            _watch: watch,
        }
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
        let Ok(repository) = self.syncing.repository.clone() else {
            return;
        };
        let inbox = self.syncing.inbox.clone();
        let started = std::thread::Builder::new().name("exchange".to_owned()).spawn(move || {
            let fetched = repository.configuration();
            let _ = inbox.send(Message::Exchanged(Exchanged { fetched }));
        });
        match started {
            Ok(_) => self.syncing.running = Some(Again::No),
            Err(error) => tracing::error!("cannot start an exchange: {error}"),
        }
    }

    pub(crate) fn exchanged(&mut self, exchanged: Exchanged) {
        let again = self.syncing.running.take();
        self.take_configuration(exchanged.fetched);
        if again == Some(Again::Yes) {
            self.exchange();
        }
    }

    fn take_configuration(&mut self, fetched: Fetched) {
        self.syncing.health = fetched.as_ref().map(drop).map_err(Clone::clone);
        if fetched.is_ok() {
            self.syncing.synced = Some(self.clock.both().wall);
        }
        let device = self.keeper.device_store_handle();
        self.configuration.reload(fetched, &*device);
        self.signon(Event::Rules(self.configuration.rules()));
        self.signon(Event::Templates(self.configuration.templates()));
    }

    pub(crate) fn repository_changed(&mut self, event: RepositoryEvent) {
        match event {
            RepositoryEvent::Configuration | RepositoryEvent::Records => self.exchange(),
            RepositoryEvent::Lost(why) => tracing::warn!("the repository is not watched any more: {why}"),
        }
    }

    /// Reads everything again, now, for a client that waits.
    pub(crate) fn refresh(&mut self) -> RefreshReport {
        let fetched = match &self.syncing.repository {
            Ok(repository) => repository.configuration(),
            Err(error) => Err(error.clone()),
        };
        self.take_configuration(fetched);
        self.exchange();
        let problems: Vec<Problem> = self.problems();
        RefreshReport {
            templates: u32::try_from(self.configuration.templates().templates().count()).unwrap_or(u32::MAX),
            pulled: 0,
            pushed: 0,
            problems,
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
