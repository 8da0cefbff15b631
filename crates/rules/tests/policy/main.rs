//! Password policies: what they say, what they refuse, and what is made by them.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test suite"
)]

mod bad_input;
mod counted;
mod drawn;
mod judged;
mod kinds;
mod linted;
mod named;
mod shipped;
mod support;
