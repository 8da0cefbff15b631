use super::Commitment;
use countersign_model::{Binding, FieldKind, FieldName, Logon, LogonId, RecordVersion, TemplateId, Timestamp, VaultId};

/// A logon that was opened. Its secrets leave only through [`release`](crate::release()) and
/// [`release_for_owner`](crate::release_for_owner).
#[derive(Debug)]
pub struct Opened {
    pub(crate) logon: Logon,
    pub(crate) vault: VaultId,
    pub(crate) version: RecordVersion,
    pub(crate) commitment: Commitment,
    pub(crate) parent: Commitment,
}

/// What may be shown of a logon without asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Its record.
    pub id: LogonId,
    /// The template it is for.
    pub template: TemplateId,
    /// The user's own name for it.
    pub label: String,
    /// Its plain fields.
    pub plain: Vec<(FieldName, String)>,
    /// The names of its secret fields.
    pub secret: Vec<FieldName>,
    /// What it was saved for.
    pub binding: Binding,
    /// When it was last changed.
    pub changed: Timestamp,
}

/// The mark that a logon was deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tombstone {
    /// The version that marks it.
    pub version: RecordVersion,
    /// What the next version would follow.
    pub commitment: Commitment,
    /// What it replaced.
    pub parent: Commitment,
    /// When it was deleted.
    pub removed: Timestamp,
}

/// A record that was opened, of any kind.
#[derive(Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "they are opened one at a time and taken apart at once"
)]
pub enum OpenedRecord {
    /// A logon.
    Logon(Opened),
    /// The mark that it was deleted.
    Tombstone(Tombstone),
}

impl Opened {
    /// What may be shown without asking.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let mut plain = Vec::new();
        let mut secret = Vec::new();
        for (name, kind, value) in &self.logon.fields.0 {
            match kind {
                FieldKind::Plain => plain.push((name.clone(), value.expose().to_owned())),
                FieldKind::Secret => secret.push(name.clone()),
            }
        }
        Summary {
            id: self.logon.id,
            template: self.logon.template.clone(),
            label: self.logon.label.clone(),
            plain,
            secret,
            binding: self.logon.binding.clone(),
            changed: self.logon.changed,
        }
    }

    /// Which version it is.
    #[must_use]
    pub fn version(&self) -> RecordVersion {
        self.version
    }

    /// What the next version follows: its parent.
    #[must_use]
    pub fn commitment(&self) -> Commitment {
        self.commitment
    }

    /// What it replaced; [`Commitment::NONE`] for a first version.
    #[must_use]
    pub fn parent(&self) -> Commitment {
        self.parent
    }
}
