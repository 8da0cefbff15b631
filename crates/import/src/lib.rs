//! Files of other password managers: bytes in, entries out, and which template each entry is for.
//!
//! Read are the CSV files of Chrome, Edge, Firefox and KeePassXC and any other whose columns are named, the JSON of Bitwarden (plain, or
//! sealed with a password of its own), and KDBX 4. A file is read whole or not at all: an error anywhere means no entry, and says where.
//!
//! Everything but [`Plain`] is pure. The bytes belong to the caller; every secret is copied from them into locked memory of its own. What the
//! libraries for JSON and KDBX hold on the way is freed before this returns, and wiped where the program's allocator is
//! [`ZeroOnFree`](countersign_secret::ZeroOnFree).

mod address;
mod aside;
mod bitwarden;
mod csv;
mod entry;
mod error;
mod file;
mod kdbx;
mod limits;
mod plain;
mod plan;
mod text;

pub use csv::{Column, ColumnNames};
pub use entry::{Contents, Entry, Further, LeftOut, Place};
pub use error::ImportError;
pub use file::{File, Format, Keys, Seal};
pub use limits::{LONGEST_FILE, MOST_ENTRIES};
pub use plain::{Plain, PlainError, key_file};
pub use plan::{Addition, Application, ApplicationField, ChoiceError, Choices, Fate, Held, Item, Plan, Pointer, plan};
