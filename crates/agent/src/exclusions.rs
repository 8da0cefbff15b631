//! Applications the user does not want to be filled by themselves. Kept on this device: another one may be another matter.

use crate::engine::Engine;
use crate::logons::not_in_force;
use countersign_model::port::RecordStore;
use countersign_model::{Change, StoreKey, StoreKind, TemplateId};
use countersign_signon::Event;
use countersign_wire::{ErrorCode, ErrorReply};
use std::collections::BTreeSet;

fn key() -> StoreKey {
    StoreKey {
        kind: StoreKind::Device,
        id: b"exclusions".to_vec(),
    }
}

/// What is kept: the templates' ids, a line each.
fn kept(device: &dyn RecordStore) -> Result<BTreeSet<TemplateId>, ErrorReply> {
    let bytes = device
        .get(&key())
        .map_err(|error| of_store(&error))?
        .unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    Ok(text.lines().map(TemplateId::from).collect())
}

fn of_store(error: &impl std::fmt::Display) -> ErrorReply {
    ErrorReply::new(ErrorCode::Failed, error.to_string()).next("run `countersign store verify`")
}

impl Engine {
    /// The templates of the applications that are excluded.
    pub(crate) fn exclusions(&self) -> Result<BTreeSet<TemplateId>, ErrorReply> {
        kept(self.keeper.device_store())
    }

    /// Takes the kept ones into account.
    pub(crate) fn recall_exclusions(&mut self) {
        match self.exclusions() {
            Ok(excluded) if excluded.is_empty() => {}
            Ok(excluded) => self.signon(Event::Excluded(excluded)),
            Err(error) => tracing::error!("which applications are excluded cannot be read: {}", error.message),
        }
    }

    /// From now on only `countersign logon fill` fills this application.
    pub(crate) fn exclude(&mut self, template: TemplateId) -> Result<(), ErrorReply> {
        let set = self.configuration.templates();
        let loaded = set.get(&template).ok_or_else(|| not_in_force(&template))?;
        if !loaded.template().fill.exclude {
            let message = format!("the template of {} does not let itself be excluded", loaded.name());
            return Err(ErrorReply::new(ErrorCode::Refused, message)
                .next("`countersign pause` keeps everything from being filled for a while"));
        }
        let mut excluded = self.exclusions()?;
        excluded.insert(template);
        self.keep_exclusions(excluded)
    }

    /// The application is filled again by itself.
    pub(crate) fn include(&mut self, template: &TemplateId) -> Result<(), ErrorReply> {
        let mut excluded = self.exclusions()?;
        if !excluded.remove(template) {
            return Err(
                ErrorReply::new(ErrorCode::NoMatch, format!("`{template}` is not excluded"))
                    .next("run `countersign exclude list` for what is"),
            );
        }
        self.keep_exclusions(excluded)
    }

    fn keep_exclusions(&mut self, excluded: BTreeSet<TemplateId>) -> Result<(), ErrorReply> {
        let lines: Vec<&str> = excluded.iter().map(TemplateId::as_str).collect();
        let change = Change::Put(key(), lines.join("\n").into_bytes());
        let put = self.keeper.device_store().commit(&[change]);
        put.map_err(|error| of_store(&error))?;
        self.signon(Event::Excluded(excluded));
        Ok(())
    }
}
