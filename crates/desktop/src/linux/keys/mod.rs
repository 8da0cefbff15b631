//! Typing under guard: XTEST keys that go out only while the right window has the focus.

mod borrowed;
mod burst;
mod desk;
mod guard;
mod keymap;
mod names;
mod typist;

pub(crate) use guard::{Grab, same_program};
pub use typist::X11Typist;
