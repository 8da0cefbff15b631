//! Real applications that ask for a logon, started so that nothing but the logon is asked.

pub mod account;
mod askpass;
mod browser;
mod documents;
mod filezilla;
mod pinentry;
mod ssh;
mod swing;
mod terminal;
mod trial;
mod vnc;

pub use askpass::AskpassSsh;
pub use filezilla::FileZilla;
pub use ssh::{TerminalSsh, wait_for_prompt};
pub use trial::{LoggedOn, Stage, Trial, Weight, templates};

/// Every application that Countersign's own templates are tried on.
pub const TRIALS: [Trial; 22] = [
    askpass::GNOME,
    pinentry::GNOME3,
    documents::SECRETS,
    askpass::LXQT,
    askpass::KDE,
    documents::QPDFVIEW,
    pinentry::QT,
    documents::KEEPASSXC,
    askpass::QT_CREATOR,
    filezilla::TRIAL,
    vnc::TIGER,
    pinentry::FLTK,
    askpass::X11,
    documents::XPDF,
    pinentry::GTK2,
    askpass::FULLSCREEN,
    terminal::SSH,
    terminal::KINIT,
    terminal::PSQL,
    terminal::UNZIP,
    browser::CHROMIUM,
    swing::HYPERSQL,
];
