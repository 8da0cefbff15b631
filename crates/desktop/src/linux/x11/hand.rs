//! The reader's thread as others hold it: what it is told, how it is woken and stopped.

use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use x11rb::protocol::xproto::Window;

/// What the reader is told from outside.
#[derive(Clone, Copy, Debug)]
pub(super) enum Command {
    Attend(Window),
    Ignore(Window),
    Stop,
}

/// The reader's side: what it was told, and what wakes it.
#[derive(Debug)]
pub(super) struct Inbox {
    wake: Arc<OwnedFd>,
    commands: Receiver<Command>,
}

impl Inbox {
    /// The next thing that was told.
    pub(super) fn next(&self) -> Option<Command> {
        self.commands.try_recv().ok()
    }

    /// Sleeps until something is told, there is something to read from `other`, or the time is over.
    pub(super) fn sleep(&self, other: &impl AsFd, timeout: Option<Duration>) -> io::Result<()> {
        let timeout = timeout.map(|duration| Timespec {
            tv_sec: i64::try_from(duration.as_secs()).unwrap_or_default(),
            // Rounded up, so that what is due is due when awake.
            tv_nsec: i64::from(duration.subsec_nanos()).saturating_add(1000).min(999_999_999),
        });
        let mut waiting = [
            PollFd::new(other, PollFlags::IN),
            PollFd::new(&*self.wake, PollFlags::IN),
        ];
        match poll(&mut waiting, timeout.as_ref()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(errno) => return Err(errno.into()),
        }
        let mut count = [0u8; 8];
        // The count does not matter: every command is taken from the channel.
        let _ = rustix::io::read(&*self.wake, &mut count);
        Ok(())
    }
}

/// The handle of a running reader.
#[derive(Debug)]
pub(super) struct Hand {
    wake: Arc<OwnedFd>,
    commands: Mutex<Sender<Command>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Hand {
    /// Starts a reader on a thread of its own.
    pub(super) fn start(read: impl FnOnce(Inbox) + Send + 'static) -> io::Result<Arc<Self>> {
        let wake = Arc::new(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?);
        let (sender, commands) = channel();
        let inbox = Inbox {
            wake: Arc::clone(&wake),
            commands,
        };
        let thread = std::thread::Builder::new()
            .name("windows".to_owned())
            .spawn(move || read(inbox))?;
        Ok(Arc::new(Self {
            wake,
            commands: Mutex::new(sender),
            thread: Mutex::new(Some(thread)),
        }))
    }

    /// Tells the reader something; false when it has ended.
    pub(super) fn tell(&self, command: Command) -> bool {
        let sent = self
            .commands
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .send(command)
            .is_ok();
        sent && rustix::io::write(&*self.wake, &1u64.to_ne_bytes()).is_ok()
    }

    /// Ends the reader and waits until it has ended.
    pub(super) fn stop(&self) {
        self.tell(Command::Stop);
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            tracing::error!("the window reader ended in a panic");
        }
    }
}
