use crate::drawing::Look;
use crate::item::Item;
use crate::language::Language;
use crate::standing::{Health, TrayChoice, TrayState};
use countersign_model::port::Clock;
use ksni::{Handle, OfflineReason, TrayMethods as _};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// An exchange that is over sooner is not shown: most are, and the icon would flicker.
const SETTLED: Duration = Duration::from_millis(400);

/// How the tray is set up.
#[derive(Clone)]
pub struct TrayOptions {
    /// The language of its texts.
    pub language: Language,
    /// What time it is, for ages.
    pub clock: Arc<dyn Clock>,
    /// Where choices go.
    pub choices: Sender<TrayChoice>,
}

/// Whether the icon is on the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    /// A panel has it.
    Shown,
    /// No panel of this desktop takes icons, for now; it is waited for.
    NoPanel,
    /// The session bus, or whoever should take the icon, cannot be used; why.
    Failed(String),
}

/// The tray icon. Dropping it takes it away.
#[derive(Debug)]
pub struct Tray {
    states: Sender<TrayState>,
    seen: Arc<Seen>,
}

/// What was seen of the panel; nothing, before it was asked.
#[derive(Debug, Default)]
pub(crate) struct Seen(Mutex<Option<Presence>>);

impl Seen {
    fn presence(&self) -> MutexGuard<'_, Option<Presence>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn is_shown(&self) {
        *self.presence() = Some(Presence::Shown);
    }

    pub(crate) fn is_missing(&self, reason: &OfflineReason) {
        *self.presence() = Some(match reason {
            OfflineReason::Error(ksni::Error::Watcher(zbus::fdo::Error::ServiceUnknown(_))) | OfflineReason::No => {
                Presence::NoPanel
            }
            OfflineReason::Error(error) => Presence::Failed(error.to_string()),
            other => Presence::Failed(format!("{other:?}")),
        });
    }
}

impl Tray {
    /// Puts the icon up, now or as soon as there is a panel for it.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start(options: TrayOptions, first: TrayState) -> std::io::Result<Self> {
        let (states, shown) = channel();
        let seen = Arc::new(Seen::default());
        let theirs = Arc::clone(&seen);
        // Whoever takes the icon may take his time: nobody but this thread waits for him.
        std::thread::Builder::new()
            .name("tray".to_owned())
            .spawn(move || serve(&options, first, &shown, &theirs))?;
        Ok(Self { states, seen })
    }

    /// Shows how things stand from now on.
    pub fn show(&self, state: TrayState) {
        // The thread ends with us, not before.
        let _ = self.states.send(state);
    }

    /// Whether the icon is on the screen.
    #[must_use]
    pub fn presence(&self) -> Presence {
        self.seen.presence().clone().unwrap_or(Presence::NoPanel)
    }
}

fn serve(options: &TrayOptions, first: TrayState, states: &Receiver<TrayState>, seen: &Arc<Seen>) {
    let mut handle: Option<Handle<Item>> = None;
    let mut next = Some(first);
    while let Some(state) = next {
        let state = settled(state, states);
        handle = async_io::block_on(shown(handle, state, options, seen));
        next = states.recv().ok();
    }
    if let Some(handle) = handle {
        async_io::block_on(handle.shutdown());
    }
}

/// Shows a state on the item that is there, or on a new one. None: the bus cannot be used; the next state tries again.
async fn shown(
    handle: Option<Handle<Item>>,
    state: TrayState,
    options: &TrayOptions,
    seen: &Arc<Seen>,
) -> Option<Handle<Item>> {
    if let Some(handle) = handle {
        let updated = handle.update(|item: &mut Item| item.show(state)).await;
        return updated.map(|()| handle);
    }
    *seen.presence() = None;
    let item = Item::new(state, options, Arc::clone(seen));
    match item.assume_sni_available(true).spawn().await {
        Ok(handle) => {
            // Where there is no panel, the item was told on the way.
            seen.presence().get_or_insert(Presence::Shown);
            Some(handle)
        }
        Err(error) => {
            tracing::debug!("no tray icon: {error}");
            *seen.presence() = Some(Presence::Failed(error.to_string()));
            None
        }
    }
}

/// The state that is to be shown: while an exchange has only begun, its end may follow at once.
fn settled(mut state: TrayState, states: &Receiver<TrayState>) -> TrayState {
    while state.health == Health::Syncing {
        match states.recv_timeout(SETTLED) {
            Ok(next) => state = next,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
        }
    }
    state
}

/// The icon's name, where a theme of this machine has it; else none, and the drawn pictures are shown.
pub(crate) fn themed(look: Look) -> String {
    let name = look.name();
    let is_there = |folder: PathBuf| {
        folder
            .join(format!("icons/hicolor/scalable/status/{name}.svg"))
            .exists()
    };
    match data_folders().into_iter().any(is_there) {
        true => name.to_owned(),
        false => String::new(),
    }
}

/// Where themes are: the XDG data folders.
fn data_folders() -> Vec<PathBuf> {
    let own = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from);
    let own = own.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".local/share")));
    let shared = std::env::var_os("XDG_DATA_DIRS").filter(|folders| !folders.is_empty());
    let shared = shared.unwrap_or_else(|| "/usr/local/share:/usr/share".into());
    own.into_iter().chain(std::env::split_paths(&shared)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standing::well;

    #[test]
    fn a_short_exchange_is_not_shown() {
        let (sender, states) = channel();
        let syncing = TrayState {
            health: Health::Syncing,
            ..well()
        };
        sender.send(well()).unwrap();
        assert_eq!(settled(syncing.clone(), &states), well());
        // One that lasts is.
        assert_eq!(settled(syncing.clone(), &states), syncing);
        drop(sender);
        assert_eq!(settled(syncing.clone(), &states), syncing);
    }
}
