//! The Secret Service of the desktop (freedesktop.org Secret Service API 0.2), through oo7, over the session bus.

use crate::encoding::{from_hex, to_hex};
use async_io::Timer;
use countersign_model::VaultId;
use countersign_model::port::{FactorError, FactorSource};
use countersign_secret::{Key, SecretBytes};
use futures_lite::FutureExt;
use oo7::dbus::{Collection, Error, Item, Service, ServiceError};
use std::future::Future;
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(10);

/// The user's default keyring.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SecretService;

impl SecretService {
    fn in_time<T>(work: impl Future<Output = Result<T, Fault>>) -> Result<T, FactorError> {
        let late = async {
            Timer::after(LIMIT).await;
            Err(Fault::Late)
        };
        async_io::block_on(work.or(late)).map_err(told)
    }
}

impl FactorSource for SecretService {
    fn name(&self) -> String {
        name()
    }

    fn set_up(&self, vault: VaultId) -> Result<SecretBytes, FactorError> {
        Self::in_time(async {
            let keyring = Keyring::open().await?;
            if let Some(item) = keyring.find(vault).await? {
                return secret_of(&item).await;
            }
            let key = Key::make_random().map_err(Fault::Random)?;
            let text = to_hex(key.expose());
            let label = "Countersign: opens your vault on this machine";
            // Not oo7's `Keyring`: in a sandbox that would quietly be a file.
            keyring
                .collection
                .create_item(label, &attributes(vault).as_slice_of(), text.expose(), true, None)
                .await?;
            // What is handed over is what the next unlock will read.
            match keyring.find(vault).await? {
                Some(item) => secret_of(&item).await,
                None => Err(Fault::Missing),
            }
        })
    }

    fn fetch(&self, vault: VaultId) -> Result<SecretBytes, FactorError> {
        Self::in_time(async {
            let item = Keyring::open().await?.find(vault).await?;
            secret_of(&item.ok_or(Fault::Missing)?).await
        })
    }

    fn remove(&self, vault: VaultId) -> Result<(), FactorError> {
        Self::in_time(async {
            match Keyring::open().await?.find(vault).await? {
                Some(item) => Ok(item.delete(None).await?),
                None => Ok(()),
            }
        })
    }
}

/// The default keyring, open. The session with the service lasts as long as it.
struct Keyring {
    _service: Service,
    collection: Collection,
}

impl Keyring {
    async fn open() -> Result<Self, Fault> {
        let service = Service::new().await.map_err(Fault::NoService)?;
        let collection = service
            .with_alias(Service::DEFAULT_COLLECTION)
            .await?
            .ok_or(Fault::NoKeyring)?;
        // Unlocking it would ask the user, at a moment he did not choose.
        if collection.is_locked().await? {
            return Err(Fault::Locked);
        }
        Ok(Self {
            _service: service,
            collection,
        })
    }

    async fn find(&self, vault: VaultId) -> Result<Option<Item>, Fault> {
        let found = self.collection.search_items(&attributes(vault).as_slice_of()).await?;
        Ok(found.into_iter().next())
    }
}

struct Attributes([(&'static str, String); 2]);

impl Attributes {
    fn as_slice_of(&self) -> [(&'static str, &str); 2] {
        self.0.each_ref().map(|(name, value)| (*name, value.as_str()))
    }
}

fn attributes(vault: VaultId) -> Attributes {
    Attributes([("application", "countersign".to_owned()), ("vault", vault.to_string())])
}

/// The secret as hexadecimal text: services that take everything for text keep it whole.
async fn secret_of(item: &Item) -> Result<SecretBytes, Fault> {
    let kept = item.secret().await?;
    match from_hex(kept.as_bytes()) {
        Ok(secret) if secret.expose().len() == Key::LEN => Ok(secret),
        _ => Err(Fault::Damaged),
    }
}

/// How it went wrong.
enum Fault {
    NoService(Error),
    NoKeyring,
    Locked,
    Missing,
    Damaged,
    Late,
    Random(getrandom::Error),
    Other(Error),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        match error {
            Error::Service(ServiceError::IsLocked(_)) => Self::Locked,
            Error::Service(ServiceError::NoSuchObject(_)) | Error::Deleted | Error::NotFound(_) => Self::Missing,
            other => Self::Other(other),
        }
    }
}

fn name() -> String {
    "the keyring (Secret Service)".to_owned()
}

fn told(fault: Fault) -> FactorError {
    let source_name = name();
    match fault {
        Fault::NoService(error) => FactorError::Unreachable {
            source_name,
            why: error.to_string(),
        },
        Fault::NoKeyring => FactorError::Unreachable {
            source_name,
            why: "there is no default keyring".to_owned(),
        },
        Fault::Locked => FactorError::Locked(source_name),
        Fault::Missing => FactorError::Missing(source_name),
        Fault::Damaged => FactorError::Damaged(source_name),
        Fault::Late => FactorError::Late {
            source_name,
            seconds: LIMIT.as_secs(),
        },
        Fault::Random(error) => FactorError::Failed {
            source_name,
            why: error.to_string(),
        },
        Fault::Other(error) => FactorError::Failed {
            source_name,
            why: error.to_string(),
        },
    }
}
