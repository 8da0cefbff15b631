//! Work that may block, each piece on a thread of its own.

use crate::message::Message;
use countersign_model::port::{Attention, Cancel, ControlAccess, Responder};
use countersign_model::{ControlQuery, FieldValues, Plan, WindowFacts};
use countersign_signon::{Event, Ticket};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::Sender;

/// Starts tasks and keeps the handles that stop them.
pub(crate) struct Tasks {
    inbox: Sender<Message>,
    running: HashMap<Ticket, Arc<Cancel>>,
}

impl Tasks {
    pub(crate) fn new(inbox: Sender<Message>) -> Self {
        Self {
            inbox,
            running: HashMap::new(),
        }
    }

    /// Where a thread that works for the engine puts what it found.
    pub(crate) fn inbox(&self) -> Sender<Message> {
        self.inbox.clone()
    }

    pub(crate) fn read_controls<D>(&self, desktop: &Arc<D>, ticket: Ticket, window: WindowFacts, query: ControlQuery)
    where
        D: ControlAccess + 'static,
    {
        let desktop = Arc::clone(desktop);
        self.start("read", move || {
            Event::ControlsRead(ticket, desktop.read(&window, &query))
        });
    }

    pub(crate) fn read_terminal<D>(&self, desktop: &Arc<D>, ticket: Ticket, window: WindowFacts)
    where
        D: ControlAccess + 'static,
    {
        let desktop = Arc::clone(desktop);
        self.start("prompt", move || Event::TerminalRead(ticket, desktop.terminal(&window)));
    }

    /// Attends to a window. The application may not be there yet for those who look inside, and that is waited for.
    pub(crate) fn attend<D>(&self, desktop: &Arc<D>, window: WindowFacts, attention: Attention)
    where
        D: ControlAccess + 'static,
    {
        let desktop = Arc::clone(desktop);
        spawn("attend", move || {
            if let Err(error) = desktop.attend(&window, attention) {
                tracing::warn!("changes inside window {:#x} will not be noticed: {error}", window.id.0);
            }
        });
    }

    pub(crate) fn respond<D>(&mut self, desktop: &Arc<D>, ticket: Ticket, plan: Box<Plan>, values: FieldValues)
    where
        D: Responder + 'static,
    {
        let desktop = Arc::clone(desktop);
        let cancel = Arc::new(Cancel::default());
        self.running.insert(ticket, Arc::clone(&cancel));
        self.start("respond", move || {
            let carried = desktop.respond(&plan, &values, &cancel);
            drop(values);
            Event::Responded(ticket, carried)
        });
    }

    /// Stops a response at its next step.
    pub(crate) fn cancel(&self, ticket: Ticket) {
        if let Some(cancel) = self.running.get(&ticket) {
            cancel.cancel();
        }
    }

    /// Whether nothing is being filled.
    pub(crate) fn is_idle(&self) -> bool {
        self.running.is_empty()
    }

    pub(crate) fn ended(&mut self, ticket: Ticket) {
        self.running.remove(&ticket);
    }

    /// Works on a thread of its own and answers the engine.
    pub(crate) fn work(&self, name: &str, work: impl FnOnce() -> Message + Send + 'static) {
        let inbox = self.inbox.clone();
        spawn(name, move || {
            // The engine is gone only when the agent ends.
            let _ = inbox.send(work());
        });
    }

    fn start(&self, name: &str, work: impl FnOnce() -> Event + Send + 'static) {
        self.work(name, move || Message::Signon(work()));
    }
}

/// Works on a thread of its own; whoever waits is answered by the work itself.
pub(crate) fn spawn(name: &str, work: impl FnOnce() + Send + 'static) {
    if let Err(error) = std::thread::Builder::new().name(name.to_owned()).spawn(work) {
        tracing::error!("cannot start a thread for {name}: {error}");
    }
}
