//! Slots made and taken away. The password is asked for each time.

use super::factors::{self, Asking, Got};
use super::primary::has_login;
use super::{Front, enroll_error, enrolled, judged, locked, silent_kinds};
use crate::keeper::kinds_in;
use crate::message::{Adoption, Material, Message, OwnerCall};
use crate::syncing::{Cause, Renewal, SlotWish};
use countersign_model::VaultId;
use countersign_secret::Password;
use countersign_signon::Notice;
use countersign_vault::{PolicyRefusal, SlotKind, Stored, Unlocked, inspect_header};
use countersign_wire::{Answer, ErrorCode, ErrorReply, Reply};

impl Front {
    /// Makes a slot, or makes it anew. `agreed`: the kinds the user agreed to after he was told what they are worth.
    pub(super) fn slot_add(
        &self,
        kind: SlotKind,
        agreed: &[SlotKind],
        password: &Password,
        answer: Option<&Password>,
    ) -> Result<Answer, ErrorReply> {
        let material = self.material()?;
        let terms = &material.terms;
        terms
            .policy
            .admit(kind, terms.circumstances, agreed)
            .map_err(|refusal| refused_by_policy(&refusal))?;
        made_elsewhere(kind)?;
        let vault = vault_of(&material)?;
        if kind == SlotKind::Passphrase {
            let answer = answer.ok_or_else(|| ErrorReply::new(ErrorCode::BadRequest, "the new answer is missing"))?;
            let answer = judged(answer, terms)?;
            return self.renew_slot(Some(answer), SlotWish::Passphrase, password);
        }
        let got = || factors::get(kind, &material, vault, Asking::SetUp);
        match kind.stored() {
            Stored::Directory => {
                // Nothing is asked for, nor put into the directory, before the owner has proved himself.
                self.recognised(&material, password)?;
                let wish = match (kind, got()?) {
                    (SlotKind::Silent, Got::Key(key)) => SlotWish::Silent(password.duplicate(), key),
                    (SlotKind::DirectoryKey, Got::Key(key)) => SlotWish::DirectoryKey(key),
                    (kind, _) => return Err(factors::untold(kind)),
                };
                self.renew_slot(None, wish, password)
            }
            Stored::Device => {
                let unlocked = self.recognised(&material, password)?;
                let got = got()?;
                let secrets = factors::secrets(kind, &got, Some(password), &material.device_secret)?;
                if let (SlotKind::DirectoryIdentity, Got::Bytes(identity)) = (kind, &got) {
                    let known = Message::Identity(terms.user.clone(), identity.expose().to_vec());
                    let _ending = self.inbox().send(known);
                }
                let slots = unlocked.device_slots_with(&secrets, &material.device_secret, terms.kdf);
                let slots = slots.map_err(|error| enroll_error(&error))?;
                self.keep_slots(&material, unlocked, slots, (kind, "made"))
            }
        }
    }

    /// Takes a slot away. One in the directory goes with a new vault key: whoever has the old header opens nothing new with it.
    pub(super) fn slot_remove(&self, kind: SlotKind, password: &Password) -> Result<Answer, ErrorReply> {
        let material = self.material()?;
        if material.terms.policy.require.contains(&kind) {
            return Err(refused_by_policy(&PolicyRefusal::Missing(kind)));
        }
        if matches!(kind, SlotKind::Login | SlotKind::Device) {
            return Err(ErrorReply::new(
                ErrorCode::Refused,
                format!("without its {} slot this device could not open the vault", kind.name()),
            )
            .next("`countersign device revoke` takes the device off"));
        }
        let there = kinds_of(&material);
        if !there.contains(&kind) {
            return Err(
                ErrorReply::new(ErrorCode::NoMatch, format!("there is no {} slot", kind.name()))
                    .next("`countersign slot list` shows those there are"),
            );
        }
        is_not_the_last(&material, kind)?;
        let vault = vault_of(&material)?;
        let answer = match kind.stored() {
            Stored::Device => {
                let unlocked = self.recognised(&material, password)?;
                let slots = unlocked.device_slots_without(kind, &material.device_secret);
                let slots = slots.map_err(|error| enroll_error(&error))?.unwrap_or_default();
                self.keep_slots(&material, unlocked, slots, (kind, "taken away"))?
            }
            Stored::Directory => self.renew_slot(None, SlotWish::Without(kind), password)?,
        };
        if answer.is_error() {
            return Ok(answer);
        }
        let asks = |kind: SlotKind| matches!(kind, SlotKind::Silent | SlotKind::DirectoryKey);
        let is_shared = asks(kind) && there.iter().any(|other| *other != kind && asks(*other));
        let is_typed = matches!(kind, SlotKind::Passphrase | SlotKind::Recovery);
        // The slot is gone: a secret that stays behind opens nothing.
        if !is_typed
            && !is_shared
            && let Err(error) = factors::forget(kind, &material, vault)
        {
            tracing::warn!("the secret of the {} slot stays where it is: {error}", kind.name());
        }
        Ok(answer)
    }

    /// Makes the silent slot anew after a new password: with the old one, and the key in the directory, it would still open.
    pub(super) fn silent_follows(
        &self,
        changed: Result<Answer, ErrorReply>,
        password: Option<&Password>,
    ) -> Result<Answer, ErrorReply> {
        let changed = changed?;
        if let (Some(password), false) = (password, changed.is_error())
            && let Err(error) = self.renew_silent(password)
        {
            self.tell(Message::Notice(Notice {
                application: "slots".to_owned(),
                text: format!(
                    "the silent slot still opens with your old password ({error}); run `countersign slot add silent --agree` when the repository answers"
                ),
            }));
        }
        Ok(changed)
    }

    fn renew_silent(&self, password: &Password) -> Result<(), ErrorReply> {
        let material = self.material()?;
        if !kinds_of(&material).contains(&SlotKind::Silent) {
            return Ok(());
        }
        let got = factors::get(SlotKind::Silent, &material, vault_of(&material)?, Asking::Fetch)?;
        let Got::Key(key) = got else {
            return Err(factors::untold(SlotKind::Silent));
        };
        let renewed = self.renew_slot(None, SlotWish::Silent(password.duplicate(), key), password)?;
        match renewed.reply {
            Reply::Error(error) => Err(error),
            _ => Ok(()),
        }
    }

    fn renew_slot(
        &self,
        passphrase: Option<countersign_vault::Answer>,
        wish: SlotWish,
        password: &Password,
    ) -> Result<Answer, ErrorReply> {
        let renewal = Renewal {
            passphrase,
            cause: Cause::Slot(wish),
        };
        self.as_owner(OwnerCall::Renew(renewal), password)
    }

    /// The open vault, opened once more by its owner.
    fn recognised(&self, material: &Material, password: &Password) -> Result<Unlocked, ErrorReply> {
        if material.open.is_none() {
            return Err(locked());
        }
        self.open_by_primary(material, password)
    }

    fn keep_slots(
        &self,
        material: &Material,
        unlocked: Unlocked,
        device_slots: Vec<u8>,
        change: (SlotKind, &'static str),
    ) -> Result<Answer, ErrorReply> {
        let (header, _) = enrolled(material)?;
        let kept = Adoption::Rewrapped {
            unlocked: Box::new(unlocked),
            header: header.to_vec(),
            device_slots,
            by: SlotKind::Login,
            change,
        };
        self.adopt(material, kept)
    }
}

/// Where no password is typed, something else has to go on opening the vault.
fn is_not_the_last(material: &Material, kind: SlotKind) -> Result<(), ErrorReply> {
    let (_, slots) = enrolled(material)?;
    match has_login(slots) || silent_kinds(material) != [kind] {
        true => Ok(()),
        false => Err(ErrorReply::new(
            ErrorCode::Refused,
            format!(
                "nothing is typed here, and only the {} slot opens the vault",
                kind.name()
            ),
        )
        .next("choose a password first: `countersign primary change os`")),
    }
}

/// Slots that are made in other ways.
fn made_elsewhere(kind: SlotKind) -> Result<(), ErrorReply> {
    let next = match kind {
        SlotKind::Login => "`countersign unlock --passphrase` takes a new password",
        SlotKind::Device => "a device gets its slot when it joins",
        SlotKind::Recovery => "run `countersign recover setup`",
        _ => return Ok(()),
    };
    let message = format!("the {} slot is not added like this", kind.name());
    Err(ErrorReply::new(ErrorCode::Refused, message).next(next))
}

fn vault_of(material: &Material) -> Result<VaultId, ErrorReply> {
    let (header, _) = enrolled(material)?;
    let facts = inspect_header(header).map_err(|error| super::unlock_error(&error))?;
    Ok(facts.vault)
}

/// The kinds of slots that open the vault here.
pub(super) fn kinds_of(material: &Material) -> Vec<SlotKind> {
    let vault = material.vault.as_ref();
    vault.map_or_else(Vec::new, |(header, slots)| kinds_in(header, slots))
}

pub(super) fn refused_by_policy(refusal: &PolicyRefusal) -> ErrorReply {
    let reply = ErrorReply::new(ErrorCode::Refused, refusal.to_string());
    match refusal {
        PolicyRefusal::NotAgreed(_) => reply.next("run it again with --agree if you do"),
        _ => reply.next("`countersign settings unlock.allow` and its neighbours say what is in force, and who set it"),
    }
}
