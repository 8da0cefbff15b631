//! A writer that is cut off, and what must be found after it: shared by `bench powercut` and `bench killstore`.
//!
//! What is written at each step follows from seeds alone, so the state after any number of commits is known to everybody. One commit is
//! under way at a time: after a cut, the store must be exactly as after the last acknowledged commit or the one after it.

mod check;
mod process;
mod script;
mod state;

pub use check::{Acknowledged, Finding, Then, check};
pub use process::{Writer, check_in_child, serve};
pub use script::Script;
pub use state::State;
