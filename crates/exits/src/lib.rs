//! Password exits: code of the organisation that judges new passwords, hears of changed ones, and makes them.
//!
//! An exit is a library with the field's C interface (`docs/exits/ssod_exits.h`) or a program that speaks JSON (`docs/exits/README.md`).
//! Neither runs in the process of its caller: `countersign-exits`, the program of this crate, is started for it, confines itself, and
//! only then loads the bytes whose SHA-256 was pinned. Whatever the exit does there is an [`ExitError`] here.
//!
//! A password is changed in this order: the rules of Countersign, [`ChangeExit::before`] (or [`ChangeExit::agree`]), the update,
//! [`Accepted::updated`] ([`Agreed::updated`]).

mod change;
mod error;
mod exit;
mod generator;
mod host;
mod image;
mod pins;
pub mod protocol;
mod rules;
mod sentence;

pub use change::{Accepted, Agreed, Change, ChangeExit};
pub use error::{Entry, ExitError};
pub use exit::{Confined, Confinement, Exit, Files, Form, Network};
pub use generator::{Generated, GeneratorExit, Wanted};
pub use pins::{HashError, Pins, Sha256};
pub use rules::PasswordRules;
pub use sentence::Sentence;
