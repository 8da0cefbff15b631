//! The agent's own faces: the icon on the panel, notifications, and the start of the windows. What they show is made of what the engine
//! knows, after each message that may have changed it; what people choose there goes the way of clients' requests.

mod choices;
mod standing;
mod telling;
mod windows;

use crate::clock::SystemClock;
use crate::engine::Engine;
use crate::message::Message;
use crate::serve::forward;
use countersign_model::{TemplateId, WindowId};
use countersign_tray::{Bound, Language, Notifier, Presence, Shortcut, Tray, TrayChoice, TrayOptions, TrayState};
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};
use telling::{Due, Outage};
use windows::Starter;
pub(crate) use windows::{Ended, program};

/// The icon, the notifications, the windows, and what is remembered for them.
pub(crate) struct Faces {
    language: Language,
    choices: Sender<TrayChoice>,
    /// The icon and what it shows; none: it is switched off.
    tray: Option<(Tray, TrayState)>,
    /// The key that is asked for, and what became of that; none: it is switched off.
    shortcut: Option<(String, Shortcut)>,
    notifier: Notifier,
    starter: Starter,
    at_hand: Option<AtHand>,
    outage: Outage,
    due: Due,
}

/// The window that was active last, of those whose program a template knows.
struct AtHand {
    window: WindowId,
    template: TemplateId,
    name: String,
}

impl Faces {
    pub(crate) fn new(inbox: &Sender<Message>) -> Self {
        let (choices, chosen) = channel();
        if let Err(error) = forward(chosen, inbox.clone(), Message::Chosen) {
            tracing::error!("cannot start a thread for the tray: nothing can be chosen there: {error}");
        }
        let language = Language::of_environment(|name| std::env::var(name).ok());
        Self {
            language,
            notifier: Notifier::new(language, choices.clone()),
            choices,
            tray: None,
            shortcut: None,
            starter: Starter::new(),
            at_hand: None,
            outage: Outage::default(),
            due: Due::default(),
        }
    }

    /// Whether the icon is on the panel; none: it is switched off.
    pub(crate) fn presence(&self) -> Option<Presence> {
        self.tray.as_ref().map(|(tray, _)| tray.presence())
    }

    /// The key that fills, as the desktop writes it, or why there is none; none: none is wanted.
    pub(crate) fn shortcut(&self) -> Option<Bound> {
        self.shortcut.as_ref().map(|(_, shortcut)| shortcut.bound())
    }

    /// Asks the desktop for another key than before.
    fn bind(&mut self, wanted: &str) {
        if self.shortcut.as_ref().map_or("", |(key, _)| key) == wanted {
            return;
        }
        self.shortcut = None;
        if wanted.is_empty() {
            return;
        }
        match Shortcut::ask(self.language, wanted.to_owned(), self.choices.clone()) {
            Ok(shortcut) => self.shortcut = Some((wanted.to_owned(), shortcut)),
            Err(error) => tracing::error!("cannot start a thread for the shortcut: {error}"),
        }
    }

    fn show(&mut self, state: TrayState) {
        match &mut self.tray {
            Some((_, shown)) if *shown == state => {}
            Some((tray, shown)) => {
                tray.show(state.clone());
                *shown = state;
            }
            None => {
                let options = TrayOptions {
                    language: self.language,
                    clock: Arc::new(SystemClock),
                    choices: self.choices.clone(),
                };
                match Tray::start(options, state.clone()) {
                    Ok(tray) => self.tray = Some((tray, state)),
                    Err(error) => tracing::error!("cannot start a thread for the tray: {error}"),
                }
            }
        }
    }
}

impl Engine {
    /// Shows what has become of things: called after whatever may have changed them.
    pub(crate) fn show_faces(&mut self) {
        self.look_at_outage();
        self.look_at_due_passwords();
        match self.configuration.settings().switch("tray.show") {
            true => {
                let state = self.tray_state();
                self.faces.show(state);
            }
            false => self.faces.tray = None,
        }
        self.faces.bind(self.configuration.settings().text("shortcut.fill"));
    }

    /// Another window is active, or one has appeared.
    pub(crate) fn look_at_hand(&mut self) {
        let set = self.configuration.templates();
        let facts = self.active.and_then(|window| self.machine.window(window));
        let known = facts.and_then(|facts| {
            let form = set.candidates(facts).into_iter().next();
            let form = form.or_else(|| set.related(facts).into_iter().next())?;
            Some(AtHand {
                window: facts.id,
                template: form.id().clone(),
                name: form.template().name.clone(),
            })
        });
        match known {
            Some(known) => self.faces.at_hand = Some(known),
            None => drop(
                self.faces
                    .at_hand
                    .take_if(|at_hand| !self.machine.knows(at_hand.window)),
            ),
        }
    }
}
