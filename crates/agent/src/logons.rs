//! Requests about stored logons and templates.

use crate::engine::Engine;
use crate::front::Terms;
use crate::keeper::Fields;
use crate::message::{Adoption, Before, Elsewhere, Material, Opening};
use crate::syncing::{Scope, Standing};
use crate::values::{check, complete};
use countersign_model::{Binding, FieldKind, FieldName, LogonId, Publisher, TemplateId};
use countersign_secret::Password;
use countersign_signon::{Event, VaultState};
use countersign_vault::{Amendment, AuditEvent, SlotKind, inspect_header};
use countersign_wire::{Answer, Enrolled, ErrorCode, ErrorReply, LogonSummary, PlainField, Reply};
use std::sync::mpsc::Sender;

/// A new logon.
pub(crate) struct Given {
    pub(crate) template: TemplateId,
    pub(crate) publisher: Publisher,
    pub(crate) label: String,
    pub(crate) fields: Fields,
}

impl Engine {
    /// What a key derivation on a client's thread works on.
    pub(crate) fn material(&self) -> Material {
        let elsewhere = self.syncing.repository().zip(self.syncing.header());
        let elsewhere = elsewhere.map(|(repository, (version, header))| Elsewhere {
            repository,
            version,
            header,
        });
        let terms = self.terms();
        let standing = match (&elsewhere, self.keeper.vault_id()) {
            // What the header says of itself is not proven, and opens nothing.
            (Some(there), Some(own)) if inspect_header(&there.header).is_ok_and(|facts| facts.vault != own) => {
                Standing::Replaced
            }
            _ => self.standing(),
        };
        Material {
            repository: self.syncing.repository(),
            ..self.keeper.material(terms, elsewhere, standing, self.locking.count())
        }
    }

    /// What enrolments, unlocks and slots work by.
    pub(crate) fn terms(&self) -> Terms {
        let mut terms = self.configuration.enroll_terms(self.syncing.user());
        terms.circumstances.device_secret = self.keeper.device_secret_home();
        terms
    }

    /// Where the vault's slots are not as the organisation wants them.
    pub(crate) fn slot_faults(&self) -> Vec<String> {
        let terms = self.terms();
        self.keeper.slot_faults(&terms.policy, terms.circumstances)
    }

    /// Takes the settings over that the organisation's root signed, and does what follows from them.
    pub(crate) fn take_signed_settings(&mut self) {
        let now = self.clock.both();
        self.configuration.take_signed(self.organisation.settings(), now);
        self.signon(Event::Rules(self.configuration.rules()));
        self.want_of_session();
    }

    /// Takes a vault over that a client's thread has opened or made. With a renewal the answer comes when that is written, or cannot be.
    pub(crate) fn adopt(&mut self, opening: Opening, reply: Sender<Answer>) {
        let Opening {
            adoption,
            locks,
            renewal,
        } = opening;
        let adopted = self.take_over(adoption, locks);
        if adopted.is_ok() {
            // What other devices did to the vault while it was locked.
            self.follow_newest();
            self.settle_identity(None);
        }
        match (adopted, renewal) {
            (Ok(_), Some(renewal)) => self.renew(renewal, reply),
            (adopted, _) => {
                if adopted.is_ok() {
                    self.exchange(Scope::Records);
                }
                let _ = reply.send(adopted.unwrap_or_else(Answer::from));
            }
        }
    }

    fn take_over(&mut self, adoption: Adoption, locks: u64) -> Result<Answer, ErrorReply> {
        let fresh = matches!(adoption, Adoption::Enrolled { .. });
        let (slot, changed) = match &adoption {
            Adoption::Enrolled {
                before: Before::SetAside,
                ..
            } => (
                SlotKind::Login,
                Some((
                    SlotKind::Login,
                    "another vault is on this device now; the one before is set aside",
                )),
            ),
            Adoption::Enrolled { .. } => (
                SlotKind::Login,
                Some((SlotKind::Login, "the vault is on this device now")),
            ),
            Adoption::Rewrapped { by, change, .. } => (*by, Some(*change)),
            Adoption::Unlocked(by, _) => (*by, None),
        };
        self.keeper.adopt(adoption)?;
        if fresh {
            self.joined();
        }
        if let Some((slot, changed)) = changed {
            self.audit(AuditEvent::SlotChange, slot.name(), changed);
        }
        if locks != self.locking.count() && !fresh {
            // What was changed on the way stays, such as a new password; the vault does not.
            self.keeper.lock();
            return Err(
                ErrorReply::new(ErrorCode::Locked, "the vault was locked while it was being unlocked")
                    .next("run `countersign unlock` again"),
            );
        }
        if let Some(too_long) = self.offline_too_long().filter(|_| !fresh) {
            self.keeper.lock();
            return Err(too_long);
        }
        self.audit(AuditEvent::Unlock, slot.name(), "");
        if slot == SlotKind::Login {
            self.signon(Event::Proven(None));
        }
        self.signon(Event::Vault(VaultState::Unlocked));
        Ok(match fresh {
            true => Reply::Enrolled(Enrolled {
                slots: self.keeper.slots(self.terms().circumstances),
                warnings: self.slot_faults(),
            })
            .into(),
            false => Reply::Done.into(),
        })
    }

    pub(crate) fn logon_list(&self) -> Result<Vec<LogonSummary>, ErrorReply> {
        if !self.keeper.is_enrolled() {
            return Err(self.keeper.locked());
        }
        let set = self.configuration.templates();
        let mut logons: Vec<_> = self
            .keeper
            .list()?
            .into_iter()
            .map(|summary| LogonSummary {
                id: summary.id,
                application: set.get(&summary.template).map(|loaded| loaded.name().to_owned()),
                template: summary.template,
                label: summary.label,
                plain: summary
                    .plain
                    .into_iter()
                    .map(|(name, value)| PlainField { name, value })
                    .collect(),
                secret_fields: summary.secret,
                binding: summary.binding,
                changed: summary.changed,
            })
            .collect();
        logons.sort_by(|a, b| (&a.template, &a.label, a.id).cmp(&(&b.template, &b.label, b.id)));
        Ok(logons)
    }

    pub(crate) fn logon_add(&mut self, given: Given) -> Result<LogonId, ErrorReply> {
        let Given {
            template,
            publisher,
            label,
            fields,
        } = given;
        // The first program it is filled into is the one it is for.
        let binding = Binding {
            publisher,
            executable: None,
        };
        let id = self
            .keeper
            .add(template, binding, label, fields, self.clock.both().wall)?;
        self.logons_changed();
        Ok(id)
    }

    /// A logon as the user gives it, checked and completed by its template.
    pub(crate) fn given(
        &self,
        template: &TemplateId,
        label: &str,
        plain: Vec<PlainField>,
        secret_fields: Vec<FieldName>,
        secrets: Vec<Password>,
    ) -> Result<Given, ErrorReply> {
        if self.keeper.state() == VaultState::Locked {
            return Err(self.keeper.locked());
        }
        let set = self.configuration.templates();
        let loaded = set.get(template).ok_or_else(|| not_in_force(template))?;
        let given = fields(plain, secret_fields, secrets)?;
        let spec = &loaded.template().logon;
        if !spec.multiple && !self.keeper.find(template).is_empty() {
            let message = format!(
                "one logon for {} is stored already, and its template takes no second one",
                loaded.name()
            );
            return Err(ErrorReply::new(ErrorCode::Refused, message)
                .next("change it with `countersign logon edit`, or remove it first"));
        }
        check(spec, &given)?;
        let mut fields: Fields = given
            .into_iter()
            .map(|(name, _, value)| (name.clone(), spec.kind(&name), value))
            .collect();
        complete(spec, &mut fields)?;
        let label = match label.trim() {
            "" => fields
                .iter()
                .find(|(_, kind, _)| *kind == FieldKind::Plain)
                .map_or_else(|| loaded.name().to_owned(), |(_, _, value)| value.expose().to_owned()),
            label => label.to_owned(),
        };
        Ok(Given {
            template: template.clone(),
            publisher: loaded.publisher.clone(),
            label,
            fields,
        })
    }

    pub(crate) fn logon_edit(
        &mut self,
        id: LogonId,
        label: Option<String>,
        plain: Vec<PlainField>,
        secret_fields: Vec<FieldName>,
        secrets: Vec<Password>,
    ) -> Result<LogonId, ErrorReply> {
        if self.keeper.state() == VaultState::Locked {
            return Err(self.keeper.locked());
        }
        let given = fields(plain, secret_fields, secrets)?;
        if let Some(template) = self.keeper.template_of(id)
            && let Some(loaded) = self.configuration.templates().get(&template)
        {
            check(&loaded.template().logon, &given)?;
        }
        let others = self.shared_with(id);
        let shared: Fields = match others.is_empty() {
            true => Fields::new(),
            false => given
                .iter()
                .map(|(name, kind, value)| (name.clone(), *kind, value.duplicate()))
                .collect(),
        };
        let changed = self.clock.both().wall;
        let template = self.keeper.template_of(id);
        let password = template.map(|template| self.password_field(&template));
        self.keeper.amend(
            id,
            Amendment {
                label,
                fields: given,
                password,
                changed,
            },
        )?;
        self.share(&others, &shared, changed);
        self.logons_changed();
        Ok(id)
    }

    pub(crate) fn logon_remove(&mut self, id: LogonId) -> Result<(), ErrorReply> {
        if self.keeper.state() == VaultState::Locked {
            return Err(self.keeper.locked());
        }
        self.keeper.remove(id, self.clock.both().wall)?;
        self.logons_changed();
        Ok(())
    }

    /// Forms that waited for a logon are looked at again, and the repository gets the new version.
    pub(crate) fn logons_changed(&mut self) {
        self.signon(Event::Vault(VaultState::Unlocked));
        self.stored_changed();
    }

    /// The repository gets the new version.
    pub(crate) fn stored_changed(&mut self) {
        self.keeper.logons_changed();
        self.exchange(Scope::Records);
    }
}

pub(crate) fn not_in_force(template: &TemplateId) -> ErrorReply {
    ErrorReply::new(ErrorCode::NoMatch, format!("no template `{template}` is in force"))
        .next("it may have been withdrawn; `countersign refresh` reads the templates again")
}

fn fields(plain: Vec<PlainField>, secret_fields: Vec<FieldName>, secrets: Vec<Password>) -> Result<Fields, ErrorReply> {
    let mut fields = Fields::new();
    for PlainField { name, value } in plain {
        if value.is_empty() {
            return Err(
                ErrorReply::new(ErrorCode::BadRequest, format!("`{name}` would be empty"))
                    .next("leave it out where it does not matter, or give it a value"),
            );
        }
        let value =
            Password::from_string(value).map_err(|error| ErrorReply::new(ErrorCode::BadRequest, error.to_string()))?;
        fields.push((name, FieldKind::Plain, value));
    }
    fields.extend(
        secret_fields
            .into_iter()
            .zip(secrets)
            .map(|(name, secret)| (name, FieldKind::Secret, secret)),
    );
    Ok(fields)
}
