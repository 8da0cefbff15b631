mod basics;
mod corruption;
mod crashes;
mod failing;
mod generations;
mod growth;
mod images;

use crate::faults::Memory;
use crate::opened::Opened;
use crate::recover::Traces;
use crate::store::Store;
use crate::tuning::Tuning;
use countersign_model::port::StoreError;
use countersign_model::{Change, StoreKey, StoreKind};
use countersign_secret::Key;

fn key() -> Key {
    Key::from_fill(|bytes| bytes.fill(7))
}

fn id(kind: StoreKind, text: &str) -> StoreKey {
    StoreKey {
        kind,
        id: text.as_bytes().to_vec(),
    }
}

fn record(text: &str) -> StoreKey {
    id(StoreKind::Record, text)
}

fn put(name: &str, value: impl AsRef<[u8]>) -> Change {
    Change::Put(record(name), value.as_ref().to_vec())
}

fn open(disk: &Memory) -> (Store, Opened) {
    try_open(disk).unwrap()
}

/// Sizes that make a new generation every few commits.
fn small() -> Tuning {
    Tuning {
        least_log: 10 << 10,
        share: 5,
        growth: 10 << 10,
        few: 0,
        large: u64::MAX,
        ahead: 1 << 10,
    }
}

fn try_open_with(disk: &Memory, tuning: Tuning) -> Result<(Store, Opened), StoreError> {
    Store::over(Box::new(disk.clone()), &key(), Traces::None, tuning)
}

fn try_open(disk: &Memory) -> Result<(Store, Opened), StoreError> {
    try_open_with(disk, Tuning::default())
}
