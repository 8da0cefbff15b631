//! Real applications that ask for a logon, started so that nothing but the logon is asked.

mod filezilla;
mod ssh;

pub use filezilla::FileZilla;
pub use ssh::{AskpassSsh, TerminalSsh};
