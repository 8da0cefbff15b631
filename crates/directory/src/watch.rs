//! Watching a repository: one thread that sleeps until something happens, then waits a moment and says so once.

use crate::faults;
use crate::file_system::{Reach, reach};
use crate::folder::{CONFIG, USERS};
use crate::names;
use countersign_model::RepositoryEvent;
use countersign_model::port::{RepositoryError, Watch};
use notify::event::{EventKind, ModifyKind};
use notify::{Config, ErrorKind, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// How long changes are gathered before they are reported.
const QUIET: Duration = Duration::from_millis(100);
/// How often a share is looked at.
const LOOK: Duration = Duration::from_secs(10);

enum Message {
    Happened(notify::Result<notify::Event>),
    Stop,
}

/// How changes are noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    /// The kernel tells.
    Told,
    /// By looking every so often.
    Looked(Duration),
}

/// Reports changes until it is dropped.
pub(crate) struct FolderWatch {
    messages: Sender<Message>,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Watch for FolderWatch {}

impl FolderWatch {
    pub(crate) fn start(root: &Path, user: &str, events: Sender<RepositoryEvent>) -> Result<Self, RepositoryError> {
        let notice = match reach(nearest(root)) {
            Reach::Local => Notice::Told,
            Reach::Shared => Notice::Looked(LOOK),
        };
        Self::start_with(root, user, events, notice)
    }

    pub(crate) fn start_with(
        root: &Path,
        user: &str,
        events: Sender<RepositoryEvent>,
        notice: Notice,
    ) -> Result<Self, RepositoryError> {
        let (messages, inbox) = channel();
        let (stop, stopped) = channel();
        let happened = {
            let messages = messages.clone();
            move |event: notify::Result<notify::Event>| {
                // Our own reading is an event too; it must not wake anybody.
                if !matches!(&event, Ok(event) if event.kind.is_access() && !event.need_rescan()) {
                    let _ = messages.send(Message::Happened(event));
                }
            }
        };
        let config = Config::default().with_follow_symlinks(false);
        let watcher: notify::Result<Box<dyn Watcher + Send>> = match notice {
            Notice::Told => RecommendedWatcher::new(happened, config).map(|watcher| Box::new(watcher) as _),
            Notice::Looked(every) => {
                PollWatcher::new(happened, config.with_poll_interval(every)).map(|watcher| Box::new(watcher) as _)
            }
        };
        let watcher = watcher.map_err(|error| faults::unreachable(root, &unwatched(&error)))?;
        let mut watching = Watching {
            watcher,
            root: root.to_owned(),
            user: root.join(USERS).join(user),
            watched: Vec::new(),
        };
        watching
            .arrange()
            .map_err(|error| faults::unreachable(root, &unwatched(&error)))?;
        let run = move || watching.run(&inbox, &stopped, &events);
        let thread = std::thread::Builder::new().name("repository".into()).spawn(run);
        let thread = thread.map_err(|error| faults::unreachable(root, &error.to_string()))?;
        Ok(Self {
            messages,
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for FolderWatch {
    fn drop(&mut self) {
        self.stop = None;
        let _ = self.messages.send(Message::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Watching {
    watcher: Box<dyn Watcher + Send>,
    root: PathBuf,
    /// The user's folder.
    user: PathBuf,
    watched: Vec<PathBuf>,
}

/// What a few events come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Due {
    configuration: bool,
    records: bool,
    /// One of the folders that carry watches came, went or was replaced.
    places: bool,
}

impl Watching {
    fn run(mut self, inbox: &Receiver<Message>, stopped: &Receiver<()>, events: &Sender<RepositoryEvent>) {
        while let Ok(first) = inbox.recv() {
            let mut due = Due::default();
            match self.note(first, &mut due) {
                Going::On if due == Due::default() => continue,
                Going::On => {}
                Going::Stop => return,
            }
            // The handle's end drops its sender, so this wait ends at once then.
            if stopped.recv_timeout(QUIET) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            while let Ok(more) = inbox.try_recv() {
                if self.note(more, &mut due) == Going::Stop {
                    return;
                }
            }
            if due.places {
                if let Err(error) = self.arrange() {
                    let _ = events.send(RepositoryEvent::Lost(unwatched(&error)));
                    return;
                }
                (due.configuration, due.records) = (true, true);
            }
            let reports = [
                (due.configuration, RepositoryEvent::Configuration),
                (due.records, RepositoryEvent::Records),
            ];
            for (_, report) in reports.into_iter().filter(|(due, _)| *due) {
                if events.send(report).is_err() {
                    return;
                }
            }
        }
    }

    fn note(&self, message: Message, due: &mut Due) -> Going {
        match message {
            Message::Stop => return Going::Stop,
            Message::Happened(Ok(event)) => {
                if event.need_rescan() {
                    due.places = true;
                }
                for path in &event.paths {
                    self.judge(path, event.kind, due);
                }
            }
            // A folder that cannot be looked at now, or too many watches: arranging again finds out.
            Message::Happened(Err(_)) => due.places = true,
        }
        Going::On
    }

    fn judge(&self, path: &Path, kind: EventKind, due: &mut Due) {
        let carries = path == self.root
            || path == self.root.join(CONFIG)
            || path == self.root.join(USERS)
            || path == self.user
            || self.root.starts_with(path);
        if carries {
            // Metadata: it may have been opened to us, or closed.
            due.places |= kind.is_create()
                || kind.is_remove()
                || matches!(kind, EventKind::Modify(ModifyKind::Name(_) | ModifyKind::Metadata(_)));
            return;
        }
        if path
            .file_name()
            .and_then(|name| name.to_str())
            .is_some_and(names::is_hidden)
        {
            return;
        }
        due.configuration |= path.starts_with(self.root.join(CONFIG));
        due.records |= path.starts_with(&self.user);
    }

    /// Watches what is there now: the folders themselves, and the nearest folder above from which they can come back.
    fn arrange(&mut self) -> notify::Result<()> {
        for path in self.watched.drain(..) {
            let _ = self.watcher.unwatch(&path);
        }
        let users = self.root.join(USERS);
        let above = self.root.parent().map_or(self.root.as_path(), nearest).to_owned();
        let wanted = [
            (above, RecursiveMode::NonRecursive),
            (self.root.clone(), RecursiveMode::NonRecursive),
            (users, RecursiveMode::NonRecursive),
            (self.root.join(CONFIG), RecursiveMode::Recursive),
            (self.user.clone(), RecursiveMode::Recursive),
        ];
        for (path, mode) in wanted {
            match self.watcher.watch(&path, mode) {
                Ok(()) => self.watched.push(path),
                Err(error) if matches!(error.kind, ErrorKind::MaxFilesWatch) => return Err(error),
                // Not there, or not for us to see: what can come back is seen from above.
                Err(_) => {}
            }
        }
        Ok(())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Going {
    On,
    Stop,
}

/// The folder itself, or the nearest one above it that is there.
fn nearest(folder: &Path) -> &Path {
    folder.ancestors().find(|path| path.is_dir()).unwrap_or(folder)
}

fn unwatched(error: &notify::Error) -> String {
    match error.kind {
        ErrorKind::MaxFilesWatch => {
            "changes cannot be watched: the system's limit is reached; raise fs.inotify.max_user_watches. \
                                     `countersign refresh` still reads them"
                .to_owned()
        }
        _ => format!("changes cannot be watched: {error}; `countersign refresh` still reads them"),
    }
}
