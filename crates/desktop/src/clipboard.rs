//! The clipboard: a secret is put there for a while, marked so that clipboard histories leave it out, and taken off again unless
//! something else was copied meanwhile.
//!
//! The mark is `x-kde-passwordManagerHint` (KDE's clipboard protocol, followed by GPaste, CopyQ and others).

#[cfg(target_os = "linux")]
use arboard::SetExtLinux;
#[cfg(target_os = "windows")]
use arboard::SetExtWindows;
use countersign_secret::Password;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

/// Why nothing was copied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClipboardError {
    /// There is no clipboard to be had.
    #[error("there is no clipboard here: {0}")]
    Missing(String),
    /// It was put there and is not there.
    #[error("the clipboard does not hold what was copied: another program took it at once")]
    Taken,
    /// The system gives no thread.
    #[error("the system gives no thread: {0}")]
    System(String),
}

/// What this process holds on the desktop's clipboard. A thread of its own serves it to whoever pastes, and ends with it.
#[derive(Debug, Default)]
pub struct Clipboard {
    held: Mutex<Option<Sender<Release>>>,
}

/// It is taken off before its time.
struct Release;

impl Clipboard {
    /// Puts a secret there for so long, in the place of one that was put there before. Returns once it was found there.
    ///
    /// # Errors
    /// [`ClipboardError`]; then nothing of it is there.
    pub fn hold(&self, secret: Password, time: Duration) -> Result<(), ClipboardError> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        // The thread of before leaves what is not its own where it is.
        *held = None;
        let (release, released) = channel();
        let (tell, told) = channel();
        std::thread::Builder::new()
            .name("clipboard".to_owned())
            .spawn(move || serve(&secret, time, &tell, &released))
            .map_err(|error| ClipboardError::System(error.to_string()))?;
        told.recv()
            .unwrap_or_else(|_| Err(ClipboardError::Missing("its thread has ended".to_owned())))?;
        *held = Some(release);
        Ok(())
    }

    /// Takes it off now.
    pub fn release(&self) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(held) = held.take() {
            let _time_was_over = held.send(Release);
        }
    }
}

fn serve(secret: &Password, time: Duration, told: &Sender<Result<(), ClipboardError>>, released: &Receiver<Release>) {
    let copied = copy(secret);
    let (answer, board) = match copied {
        Ok(board) => (Ok(()), Some(board)),
        Err(error) => (Err(error), None),
    };
    let _gone = told.send(answer);
    let Some(mut board) = board else { return };
    match released.recv_timeout(time) {
        // Another one of ours is there by now.
        Err(RecvTimeoutError::Disconnected) => return,
        Ok(Release) | Err(RecvTimeoutError::Timeout) => {}
    }
    if holds(&mut board, secret)
        && let Err(error) = board.clear()
    {
        tracing::error!("the clipboard cannot be cleared: {error}; copy something else");
    }
}

fn copy(secret: &Password) -> Result<arboard::Clipboard, ClipboardError> {
    let missing = |error: arboard::Error| ClipboardError::Missing(error.to_string());
    let mut board = arboard::Clipboard::new().map_err(missing)?;
    let put = board.set().exclude_from_history().text(secret.expose());
    put.map_err(missing)?;
    match holds(&mut board, secret) {
        true => Ok(board),
        false => Err(ClipboardError::Taken),
    }
}

fn holds(board: &mut arboard::Clipboard, secret: &Password) -> bool {
    board.get_text().is_ok_and(|text| text == secret.expose())
}
