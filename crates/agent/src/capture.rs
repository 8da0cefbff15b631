//! Logons the user gives while a form waits for one: filled at once, and kept once the application has accepted them.

use crate::engine::Engine;
use crate::keeper::Fields;
use crate::logons::Given;
use countersign_model::{Binding, FieldKind, FieldValues, LogonId, RecordId, TemplateId, Timestamp, WindowId};
use countersign_secret::Password;
use countersign_signon::{Event, Expiry, LogonSummary, Notice, Settlement, Standing, VaultState};
use countersign_wire::{Answer, ErrorCode, ErrorReply};
use std::collections::BTreeMap;
use std::sync::mpsc::Sender;

/// What was given and is not stored. It goes when the vault is locked.
#[derive(Default)]
pub(crate) struct Captures(BTreeMap<LogonId, Capture>);

struct Capture {
    given: Given,
    at: Timestamp,
    /// What it was filled into.
    live: Option<Binding>,
}

impl Captures {
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Those for a template, as far as the machine may know them.
    pub(crate) fn of<'a>(&'a self, template: &'a TemplateId) -> impl Iterator<Item = LogonSummary> + 'a {
        let of_template = self
            .0
            .iter()
            .filter(move |(_, capture)| capture.given.template == *template);
        of_template.map(|(id, capture)| LogonSummary {
            id: *id,
            label: capture.given.label.clone(),
            plain: capture
                .given
                .fields
                .iter()
                .filter(|(_, kind, _)| *kind == FieldKind::Plain)
                .map(|(name, _, value)| (name.to_string(), value.expose().to_owned()))
                .collect(),
            binding: Binding {
                publisher: capture.given.publisher.clone(),
                executable: None,
            },
            changed: capture.at,
            standing: Standing::OnTrial,
            change: None,
            expiry: Expiry::Valid,
            since: None,
        })
    }

    /// The values of one, for the window it was given for.
    pub(crate) fn fill(&mut self, id: LogonId, live: &Binding) -> Option<FieldValues> {
        let capture = self.0.get_mut(&id)?;
        capture.live = Some(live.clone());
        Some(FieldValues(duplicate(&capture.given.fields)))
    }
}

impl Engine {
    /// Fills what the user gives for the form in a window. It is kept when the application has accepted it.
    pub(crate) fn capture(&mut self, window: WindowId, given: Result<Given, ErrorReply>, reply: Sender<Answer>) {
        match given.and_then(|given| self.remember(given)) {
            Ok(id) => self.fill(Some(window), Some(id), reply),
            Err(error) => {
                let _ = reply.send(error.into());
            }
        }
    }

    fn remember(&mut self, given: Given) -> Result<LogonId, ErrorReply> {
        let mut id = [0; 16];
        getrandom::fill(&mut id).map_err(|error| ErrorReply::new(ErrorCode::Failed, error.to_string()))?;
        let at = self.clock.both().wall;
        // What was given for the same application before is no longer what he means.
        self.captures
            .0
            .retain(|_, capture| capture.given.template != given.template);
        let capture = Capture { given, at, live: None };
        self.captures.0.insert(RecordId(id), capture);
        Ok(RecordId(id))
    }

    /// Keeps what an application accepted, and forgets the rest.
    pub(crate) fn settled(&mut self, id: LogonId, settlement: Settlement) -> Option<Event> {
        let capture = self.captures.0.remove(&id)?;
        let application = self.application(&capture.given.template);
        let label = capture.given.label.clone();
        let (text, event) = match settlement {
            Settlement::Accepted => match self.keep(capture) {
                Ok(()) => (
                    format!("the logon \"{label}\" was accepted and is stored"),
                    Some(Event::Vault(VaultState::Unlocked)),
                ),
                Err(error) => (
                    format!("the logon \"{label}\" was accepted but is not stored: {error}"),
                    None,
                ),
            },
            Settlement::Refused => (format!("the logon \"{label}\" was refused, and is not stored"), None),
            Settlement::Unseen => (
                format!(
                    "nothing showed whether the logon \"{label}\" was accepted, so it is not stored; `countersign logon add {}` stores it",
                    capture.given.template
                ),
                None,
            ),
            // Why it was not filled is said already.
            Settlement::NotFilled => return None,
        };
        self.notify(Notice { application, text });
        event
    }

    fn keep(&mut self, capture: Capture) -> Result<(), crate::keeper::KeeperError> {
        let Given {
            template,
            publisher,
            label,
            fields,
        } = capture.given;
        // It was filled into this program, and is for no other.
        let executable = capture.live.and_then(|live| live.executable);
        let binding = Binding { publisher, executable };
        self.keeper
            .add(template, binding, label, fields, self.clock.both().wall)?;
        self.stored_changed();
        Ok(())
    }

    pub(crate) fn application(&self, template: &TemplateId) -> String {
        let set = self.configuration.templates();
        set.get(template)
            .map_or_else(|| template.to_string(), |loaded| loaded.name().to_owned())
    }
}

fn duplicate(fields: &Fields) -> Fields {
    let copy = |value: &Password| value.duplicate();
    fields
        .iter()
        .map(|(name, kind, value)| (name.clone(), *kind, copy(value)))
        .collect()
}
