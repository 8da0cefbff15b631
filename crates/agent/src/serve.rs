//! Starting and ending: everything is opened here, in an order that lets each failure be said plainly.

use crate::audit::{Audit, AuditError, Found};
use crate::clock::SystemClock;
use crate::configuration::Configuration;
use crate::device_secret::{DeviceSecret, DeviceSecretError};
use crate::engine::{Engine, Screen};
use crate::front::Front;
use crate::keeper::{Keeper, KeeperError};
use crate::machine_secret::leave_group;
use crate::message::Message;
use crate::organisation::Organisation;
use crate::paths::{PathError, Paths, private_folder};
use crate::syncing::Syncing;
use countersign_desktop::{Clipboard, Session};
use countersign_model::port::{Clock, DesktopError, SessionWatch, Watch, WindowSource};
use countersign_vault::{AuditEvent, derive_audit_key};
use countersign_wire::{BindError, Listener, SocketPlace, Stopper};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

/// How to start.
#[derive(Clone, Debug)]
pub struct Options {
    /// The package's folder.
    pub package: PathBuf,
}

/// Why the agent does not run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// A folder is missing or open to others.
    #[error(transparent)]
    Path(#[from] PathError),
    /// The device secret cannot be used.
    #[error(transparent)]
    DeviceSecret(#[from] DeviceSecretError),
    /// A store cannot be opened.
    #[error(transparent)]
    Keeper(#[from] KeeperError),
    /// The audit log cannot be read or begun.
    #[error("{0}; make it readable, or move it away")]
    Audit(String),
    /// The socket cannot be had; another agent is running, for one.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The socket handed over by the system is not one.
    #[error("the socket handed over cannot be used: {0}; check countersign.socket")]
    Activation(std::io::Error),
    /// A thread or signal handler cannot be had.
    #[error("the system gives no thread or signal handler: {0}; end some programs")]
    System(std::io::Error),
}

impl From<AuditError> for ServeError {
    fn from(error: AuditError) -> Self {
        Self::Audit(error.to_string())
    }
}

/// Runs the agent until it is told to end.
///
/// # Errors
/// See [`ServeError`].
pub fn serve(options: Options) -> Result<(), ServeError> {
    let paths = Paths::from_environment(options.package.clone())?;
    // First, while no other thread is there: the group is left for good, and the socket is made under a changed umask.
    let device_secret = DeviceSecret::existing(&paths);
    leave_group().map_err(|errno| ServeError::System(errno.into()))?;
    private_folder(&paths.state)?;
    let device_secret = DeviceSecret::or_make(device_secret, &paths)?;
    let listener = listen(&paths)?;
    let audit_key = derive_audit_key(&device_secret.key);
    let keeper = Keeper::open(&paths, device_secret)?;
    keeper.forget_aside();
    let seconds = SystemClock.now().0 / 1000;
    let Found { audit, alarm } = Audit::open(paths.audit(), audit_key, keeper.device_store(), seconds)?;
    let organisation = Organisation::load(&paths, keeper.device_store());
    let now = SystemClock.both();
    let configuration = Configuration::load(paths.clone(), organisation.list(), keeper.device_store(), now);

    let (inbox, messages) = channel();
    let (screen, _watch) = watch_desktop(&inbox);
    let session = watch_session(&configuration, &inbox)?;
    let syncing = Syncing::start(&paths, &configuration, &inbox);
    let stopper = listener.stopper();
    end_on_signals(inbox.clone(), stopper)?;
    let clipboard = Arc::new(Clipboard::default());
    let front = Arc::new(Front::new(inbox.clone(), options.package, Arc::clone(&clipboard)));
    let early = Arc::clone(&front);
    thread("silent unlock", move || early.open_at_start())?;
    thread("clients", move || {
        if let Err(error) = countersign_wire::serve(&listener, &front) {
            tracing::error!("{error}");
        }
    })?;

    let mut engine = Engine::new(
        keeper,
        audit,
        (configuration, organisation),
        syncing,
        screen,
        (session, clipboard),
        inbox,
    );
    if let Some(alarm) = alarm {
        engine.audit(AuditEvent::Alarm, "audit log", &alarm);
    }
    engine.begin();
    engine.run(&messages);
    Ok(())
}

fn listen(paths: &Paths) -> Result<Listener, ServeError> {
    let mut activated = listenfd::ListenFd::from_env();
    if let Some(socket) = activated.take_unix_listener(0).map_err(ServeError::Activation)? {
        return Ok(Listener::from_activated(socket)?);
    }
    let runtime = paths.runtime.parent().unwrap_or(&paths.runtime);
    Ok(Listener::bind(&SocketPlace::under(runtime))?)
}

/// Connects to the display; without one the agent still serves the vault.
fn watch_desktop(inbox: &Sender<Message>) -> (Screen, Option<Box<dyn Watch>>) {
    let connected = countersign_desktop::connect(&Session::default()).and_then(|desktop| {
        let (sender, events) = channel();
        let watch = desktop.watch(sender)?;
        forward(events, inbox.clone(), Message::Desktop).map_err(|error| DesktopError::Display(error.to_string()))?;
        Ok((desktop, watch))
    });
    match connected {
        Ok((desktop, watch)) => (Ok(Arc::new(desktop)), Some(watch)),
        Err(error) => {
            tracing::error!("{error}");
            (Err(error), None)
        }
    }
}

/// Hears when the session is locked, sleeps or is left alone; `doctor` says what of that is there.
fn watch_session(configuration: &Configuration, inbox: &Sender<Message>) -> Result<Box<dyn SessionWatch>, ServeError> {
    let (sender, events) = channel();
    forward(events, inbox.clone(), Message::Session).map_err(ServeError::System)?;
    Ok(countersign_desktop::watch_session(
        &Session::default(),
        configuration.lock_on(),
        sender,
    ))
}

/// Passes events on as messages until either side has gone.
pub(crate) fn forward<T: Send + 'static>(
    events: Receiver<T>,
    inbox: Sender<Message>,
    wrap: fn(T) -> Message,
) -> std::io::Result<()> {
    std::thread::Builder::new()
        .name("events".to_owned())
        .spawn(move || {
            for event in events {
                if inbox.send(wrap(event)).is_err() {
                    break;
                }
            }
        })
        .map(drop)
}

fn end_on_signals(inbox: Sender<Message>, stopper: Stopper) -> Result<(), ServeError> {
    let mut signals = Signals::new([SIGINT, SIGTERM]).map_err(ServeError::System)?;
    thread("signals", move || {
        if signals.forever().next().is_some() {
            stopper.stop();
            let _ = inbox.send(Message::Stop);
        }
    })
}

fn thread(name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), ServeError> {
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(work)
        .map(drop)
        .map_err(ServeError::System)
}
