//! Where events go: every watch of the desktop.

use countersign_model::WindowEvent;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The receivers of events; clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sinks(Arc<Mutex<Open>>);

#[derive(Debug, Default)]
struct Open {
    next: u64,
    sinks: Vec<(u64, Sender<WindowEvent>)>,
}

impl Sinks {
    /// Sends events here until what this returns is dropped.
    pub(crate) fn add(&self, sink: Sender<WindowEvent>) -> Sink {
        let mut open = self.open();
        let number = open.next;
        open.next += 1;
        open.sinks.push((number, sink));
        Sink {
            sinks: self.clone(),
            number,
        }
    }

    /// Sends an event to all.
    pub(crate) fn send(&self, event: &WindowEvent) {
        self.open().sinks.retain(|(_, sink)| sink.send(event.clone()).is_ok());
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One receiver, until dropped.
#[derive(Debug)]
pub(crate) struct Sink {
    sinks: Sinks,
    number: u64,
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.sinks.open().sinks.retain(|(number, _)| *number != self.number);
    }
}
