//! The clipboard: a secret is put there for a while, marked so that clipboard histories leave it out, and taken off again unless
//! something else was copied meanwhile.
//!
//! The mark is `x-kde-passwordManagerHint` (KDE's clipboard protocol, followed by GPaste, CopyQ and others).

#[cfg(target_os = "linux")]
use arboard::SetExtLinux;
#[cfg(target_os = "windows")]
use arboard::SetExtWindows;
use countersign_secret::Password;
use std::cmp::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, TryRecvError, channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long the desktop may take to show that a secret is on its clipboard.
const PATIENCE: Duration = Duration::from_secs(5);

/// Why nothing was copied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClipboardError {
    /// There is no clipboard to be had.
    #[error("there is no clipboard here: {0}")]
    Missing(String),
    /// It was put there and is not there.
    #[error("the clipboard does not hold what was copied: another program took it at once")]
    Taken,
    /// The desktop, or the program that has the clipboard, does not answer.
    #[error("the clipboard does not answer")]
    Busy,
    /// [`Clipboard::release`] was called since the copy began.
    #[error("the vault was locked before it was copied")]
    Released,
    /// The system gives no thread.
    #[error("the system gives no thread: {0}")]
    System(String),
}

/// What this process holds on the desktop's clipboard. Threads of its own serve it to whoever pastes. What asks of it waits for no desktop,
/// but [`hold`](Self::hold).
#[derive(Debug, Default)]
pub struct Clipboard {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// How often everything was released.
    releases: u64,
    /// How often something was held.
    copies: u64,
    holdings: Vec<Holding>,
}

/// A thread that has a secret on the clipboard, puts it there or takes it off.
#[derive(Debug)]
struct Holding {
    copy: u64,
    tell: Sender<End>,
    ended: Receiver<()>,
}

/// Why a secret leaves the clipboard before its time.
enum End {
    /// It has to go.
    Released,
    /// The next one is there in its place.
    Replaced,
}

impl Holding {
    fn is_over(&self) -> bool {
        matches!(self.ended.try_recv(), Err(TryRecvError::Disconnected))
    }
}

/// When a copy began: before its secret was asked for.
#[derive(Clone, Copy, Debug)]
pub struct Beginning(u64);

impl Clipboard {
    /// A copy begins. It comes to nothing if everything is released before it is held.
    #[must_use]
    pub fn begin(&self) -> Beginning {
        Beginning(self.state().releases)
    }

    /// Puts a secret there for so long, in the place of one that was put there before. Returns once it was found there.
    ///
    /// # Errors
    /// [`ClipboardError`]; then nothing of it is there, or it is about to go.
    pub fn hold(&self, began: Beginning, secret: Password, time: Duration) -> Result<(), ClipboardError> {
        let (tell, told) = channel();
        let (answer, answered) = channel();
        let (living, ended) = channel();
        let mut state = self.state();
        if state.releases != began.0 {
            return Err(ClipboardError::Released);
        }
        std::thread::Builder::new()
            .name("clipboard".to_owned())
            .spawn(move || {
                serve(secret, time, &answer, &told);
                drop::<Sender<()>>(living);
            })
            .map_err(|error| ClipboardError::System(error.to_string()))?;
        state.copies += 1;
        let copy = state.copies;
        state.holdings.push(Holding { copy, tell, ended });
        drop(state);
        let held = answered.recv_timeout(PATIENCE).unwrap_or_else(|error| {
            Err(match error {
                RecvTimeoutError::Timeout => ClipboardError::Busy,
                RecvTimeoutError::Disconnected => ClipboardError::Missing("its thread has ended".to_owned()),
            })
        });
        for holding in &self.state().holdings {
            // Where nothing came of it, one from before stays as long as it would have.
            let end = match (&held, holding.copy.cmp(&copy)) {
                (Ok(()), Ordering::Less) => End::Replaced,
                (Err(_), Ordering::Equal) => End::Released,
                _ => continue,
            };
            let _ends_by_itself = holding.tell.send(end);
        }
        held
    }

    /// Takes everything off, and does not wait until it is gone.
    pub fn release(&self) {
        let mut state = self.state();
        state.releases += 1;
        for holding in &state.holdings {
            let _ends_by_itself = holding.tell.send(End::Released);
        }
    }

    /// Whether nothing is held any more, nor in memory for it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.state().holdings.is_empty()
    }

    /// Takes everything off and waits until it is gone, for each at most so long. What a process holds when it ends goes to clipboard
    /// managers.
    pub fn finish(&self, patience: Duration) {
        self.release();
        let holdings = std::mem::take(&mut self.state().holdings);
        for holding in holdings {
            let _over = holding.ended.recv_timeout(patience);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.holdings.retain(|holding| !holding.is_over());
        state
    }
}

fn serve(secret: Password, time: Duration, answer: &Sender<Result<(), ClipboardError>>, told: &Receiver<End>) {
    let (held, board) = match copy(&secret) {
        Ok(board) => (Ok(()), Some(board)),
        Err(error) => (Err(error), None),
    };
    let _gone = answer.send(held);
    let Some(mut board) = board else { return };
    if let Ok(End::Replaced) = told.recv_timeout(time) {
        return;
    }
    match found(&mut board, &secret) {
        Found::Another => {}
        // What cannot be read may be ours.
        Found::Ours | Found::Unreadable => clear(&mut board),
    }
}

fn copy(secret: &Password) -> Result<arboard::Clipboard, ClipboardError> {
    let missing = |error: arboard::Error| ClipboardError::Missing(error.to_string());
    let mut board = arboard::Clipboard::new().map_err(missing)?;
    let put = board.set().exclude_from_history().text(secret.expose());
    put.map_err(missing)?;
    match found(&mut board, secret) {
        Found::Ours => Ok(board),
        Found::Another => Err(ClipboardError::Taken),
        Found::Unreadable => {
            clear(&mut board);
            Err(ClipboardError::Busy)
        }
    }
}

/// What is on the clipboard.
enum Found {
    Ours,
    Another,
    Unreadable,
}

fn found(board: &mut arboard::Clipboard, secret: &Password) -> Found {
    match board.get_text() {
        Ok(text) if text == secret.expose() => Found::Ours,
        Ok(_) | Err(arboard::Error::ContentNotAvailable | arboard::Error::ConversionFailure) => Found::Another,
        Err(_) => Found::Unreadable,
    }
}

fn clear(board: &mut arboard::Clipboard) {
    if let Err(error) = board.clear() {
        tracing::error!("the clipboard cannot be cleared: {error}; copy something else");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_begun_before_a_release_is_not_held() {
        let clipboard = Clipboard::default();
        let began = clipboard.begin();
        clipboard.release();
        let held = clipboard.hold(
            began,
            Password::from_utf8(b"Quince-4711").unwrap(),
            Duration::from_secs(60),
        );
        assert_eq!(held, Err(ClipboardError::Released));
        assert!(clipboard.is_empty());
    }
}
