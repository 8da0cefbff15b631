//! Applications of one group share their logons: what is changed for one is changed for the others.

use crate::engine::Engine;
use crate::keeper::Fields;
use countersign_model::{LogonId, Timestamp};
use countersign_secret::Password;
use countersign_vault::{Amendment, Summary};

/// The field that says whose logon it is.
const ACCOUNT: &str = "username";

impl Engine {
    /// The other logons that a change of this one is a change of: of templates of the same group and publisher, and of the same account.
    ///
    /// Only templates of one publisher share: whoever writes one of his own would otherwise be given what is stored for others.
    pub(crate) fn shared_with(&self, id: LogonId) -> Vec<LogonId> {
        let Ok(all) = self.keeper.list() else { return Vec::new() };
        let Some(own) = all.iter().find(|summary| summary.id == id) else {
            return Vec::new();
        };
        let set = self.configuration.templates();
        let group = |summary: &Summary| {
            let loaded = set.get(&summary.template)?;
            let group = loaded.template().logon.group?;
            Some((group, loaded.publisher.clone()))
        };
        let Some(ours) = group(own) else { return Vec::new() };
        let is_theirs =
            |other: &&Summary| other.id != id && account(other) == account(own) && group(other).as_ref() == Some(&ours);
        all.iter().filter(is_theirs).map(|other| other.id).collect()
    }

    /// Gives what was changed to the others, as far as their templates have such fields of the same kind.
    pub(crate) fn share(&mut self, others: &[LogonId], changed: &Fields, at: Timestamp) {
        for other in others {
            let Some(template) = self.keeper.template_of(*other) else {
                continue;
            };
            let Some(spec) = self
                .configuration
                .templates()
                .get(&template)
                .map(|loaded| loaded.template().logon)
            else {
                continue;
            };
            let takes = |(name, kind, value): &&(_, _, Password)| {
                spec.own().any(|own| own == name)
                    && spec.kind(name) == *kind
                    && crate::values::check(&spec, &vec![(Clone::clone(name), *kind, value.duplicate())]).is_ok()
            };
            let fields: Fields = changed
                .iter()
                .filter(takes)
                .map(|(name, kind, value)| (name.clone(), *kind, value.duplicate()))
                .collect();
            if fields.is_empty() {
                continue;
            }
            let amendment = Amendment {
                label: None,
                fields,
                password: spec.password().cloned(),
                changed: at,
            };
            if let Err(error) = self.keeper.amend(*other, amendment) {
                tracing::error!("the logon {other} of the same group was not changed with it: {error}");
            }
        }
    }
}

fn account(summary: &Summary) -> Option<&str> {
    let found = summary.plain.iter().find(|(name, _)| name.as_str() == ACCOUNT);
    found.map(|(_, value)| value.as_str())
}
