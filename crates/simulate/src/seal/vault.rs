//! The real vault: one user's, open on many devices.

use super::{Looked, Sealer, ToSeal};
use crate::ledger::Fields;
use countersign_model::{
    Binding, DeviceId, FieldKind, FieldName, FieldValues, HeaderVersion, Logon, PasswordJournal, Publisher, RecordId,
    RecordVersion, TemplateId, Timestamp, UserId,
};
use countersign_secret::{Key, Password};
use countersign_sync::{Checked, RecordCheck, Refused, Resealer};
use countersign_vault::{Enroll, KdfParameters, OpenedRecord, Unlocked, Written, enroll, normalise_answer};
use std::sync::Arc;

/// How many devices a simulation may need.
const DEVICES: usize = 64;
const NAMES: [&str; 4] = ["username", "password", "further", "pending"];

/// One vault, open on many devices, for many simulations. Making it costs two password hashes.
#[derive(Clone)]
pub struct VaultPool(Vec<Arc<Unlocked>>);

impl VaultPool {
    /// Enrolls a user and opens his vault on many devices.
    ///
    /// # Errors
    /// What the vault says.
    pub fn make() -> Result<Self, String> {
        let said = |error: &dyn std::error::Error| error.to_string();
        let secret = |text: &str| Password::from_string(text.to_owned()).map_err(|error| said(&error));
        let user = UserId::from("ada");
        let answer = normalise_answer(&secret("battery staple and more words")?).map_err(|error| said(&error))?;
        let wanted = Enroll {
            user: &user,
            password: &secret("correct horse")?,
            answer: &answer,
            device_secret: &Key::from_fill(|bytes| bytes.fill(1)),
            kdf: KdfParameters::new(64, 3, 4).map_err(|error| said(&error))?,
            after: HeaderVersion(0),
        };
        let first = enroll(&wanted).map_err(|error| said(&error))?.unlocked;
        let mut devices = Vec::with_capacity(DEVICES);
        for _ in 1..DEVICES {
            devices.push(Arc::new(first.another_device().map_err(|error| said(&error))?));
        }
        devices.push(Arc::new(first));
        // Ids are random; in their order they mean the same in every run.
        devices.sort_by_key(|device| device.device_id());
        Ok(Self(devices))
    }

    pub(crate) fn devices(&self) -> &[Arc<Unlocked>] {
        &self.0
    }
}

/// A device with the vault open.
pub(crate) struct Vault(pub(crate) Arc<Unlocked>);

impl Sealer for Vault {
    fn device(&self) -> DeviceId {
        self.0.device_id()
    }

    fn seal(&self, what: &ToSeal) -> Result<Vec<u8>, Refused> {
        let sealed = match &what.fields {
            None => self
                .0
                .seal_tombstone(what.record, Timestamp(what.changed), what.counter, what.parent),
            Some(fields) => {
                let logon = Logon {
                    id: what.record,
                    template: TemplateId::from("org.example.App"),
                    label: "simulated".to_owned(),
                    fields: written(fields)?,
                    binding: Binding {
                        publisher: Publisher::Package,
                        executable: None,
                    },
                    changed: Timestamp(what.changed),
                    journal: PasswordJournal::default(),
                };
                self.0.seal_logon(&logon, what.counter, what.parent)
            }
        };
        sealed.map_err(|error| Refused(error.to_string()))
    }

    fn look(&self, record: RecordId, sealed: &[u8]) -> Result<Looked, Refused> {
        let expected = self.0.expect(record, Written::AtLeast(1));
        let opened = self
            .0
            .open_record(&expected, sealed)
            .map_err(|error| Refused(error.to_string()))?;
        let checked = self.0.identify(record, sealed)?;
        Ok(Looked {
            checked,
            fields: match opened {
                OpenedRecord::Tombstone(_) => None,
                OpenedRecord::Logon(opened) => Some(fields(&opened.summary().plain)?),
            },
        })
    }
}

/// Plain fields: what is simulated is the exchange, and here everything may be looked at.
fn written(fields: &Fields) -> Result<FieldValues, Refused> {
    let field = |(name, (unit, value)): (&str, &(u64, u64))| {
        let text = Password::from_string(format!("{unit}:{value}")).map_err(|error| Refused(error.to_string()))?;
        Ok((FieldName::from(name), FieldKind::Plain, text))
    };
    NAMES
        .into_iter()
        .zip(fields)
        .map(field)
        .collect::<Result<_, _>>()
        .map(FieldValues)
}

fn fields(plain: &[(FieldName, String)]) -> Result<Fields, Refused> {
    let mut fields = [(0, 0); 4];
    for (field, (name, text)) in fields.iter_mut().zip(plain) {
        let parts = text
            .split_once(':')
            .and_then(|(unit, value)| Some((unit.parse().ok()?, value.parse().ok()?)));
        *field = parts.ok_or_else(|| Refused(format!("field {name} is not what was written")))?;
    }
    Ok(fields)
}

impl RecordCheck for Vault {
    fn check(&self, version: &RecordVersion, sealed: &[u8]) -> Result<Checked, Refused> {
        self.0.check(version, sealed)
    }

    fn check_incoming(&self, version: &RecordVersion, sealed: &[u8]) -> Result<Checked, Refused> {
        self.0.check_incoming(version, sealed)
    }

    fn own(&self) -> Option<DeviceId> {
        self.0.own()
    }

    fn identify(&self, record: RecordId, sealed: &[u8]) -> Result<Checked, Refused> {
        self.0.identify(record, sealed)
    }
}

impl Resealer for Vault {
    fn seal_again(&self, was: &RecordVersion, sealed: &[u8], counter: u64) -> Result<Vec<u8>, Refused> {
        Resealer::seal_again(&*self.0, was, sealed, counter)
    }
}
