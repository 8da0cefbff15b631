//! What reaches the engine.

use crate::faces::Ended;
use crate::syncing::{Exchanged, Renewal, Standing};
use countersign_model::port::DirectoryRepository;
use countersign_model::{
    DeviceId, FieldName, HeaderVersion, LogonId, RepositoryEvent, SessionEvent, WindowEvent, WindowId,
};
use countersign_secret::{Key, Password};
use countersign_signon::{Event, Notice};
use countersign_tray::TrayChoice;
use countersign_vault::{AuditEvent, Reauthenticated, SlotKind, Unlocked};
use countersign_wire::{Answer, PrimaryChoice, PrimaryMethod, Request};
use std::sync::Arc;
use std::sync::mpsc::Sender;

/// One thing the engine has to deal with.
pub(crate) enum Message {
    /// The desktop reports.
    Desktop(WindowEvent),
    /// A worker has looked up the package of a program.
    Package(std::path::PathBuf, Option<String>),
    /// A worker has finished.
    Signon(Event),
    /// A worker has made a password, or could not.
    Password(Box<crate::passwords::Made>),
    /// What the site's exits could not do once a password was changed.
    Troubles(Vec<Notice>),
    /// A template of the user's own that no other one stands in the way of.
    Template(String, Sender<Answer>),
    /// A client asks.
    Call(Call),
    /// A client's thread needs what a key derivation works on.
    Material(Sender<Material>),
    /// A client's thread asks for the password exits in force.
    Exits(Sender<crate::exits::Exits>),
    /// A client's thread has derived the key and opened the vault.
    Adopt(Opening, Sender<Answer>),
    /// A client's thread has checked the password once more, for something only the owner may do.
    Owner(OwnerCall, Reauthenticated, Sender<Answer>),
    /// What opens the vault day by day was changed.
    Primary(PrimaryMethod, PrimaryChoice, Sender<Answer>),
    /// Who a user is in the directory, as it said just now.
    Identity(countersign_model::UserId, Vec<u8>),
    /// The session reports.
    Session(SessionEvent),
    /// A client's thread has refused a wrong secret, or something else that is entered into the audit log.
    Entry(Entry),
    /// A client's thread has something for the user to know.
    Notice(Notice),
    /// The repository reports.
    Repository(RepositoryEvent),
    /// An exchange of records has ended.
    Exchanged(Box<Exchanged>),
    /// The user chose something in the tray or in a notification.
    Chosen(TrayChoice),
    /// The outcome of a fill he chose there; none: the agent ends.
    Filled(Option<Box<Answer>>),
    /// The program that shows windows has ended.
    Windows(Ended),
    /// The agent is told to end.
    Stop,
}

/// What a client's thread did or refused.
pub(crate) struct Entry {
    pub event: AuditEvent,
    pub subject: &'static str,
    pub detail: String,
}

/// A request and where its answer goes.
pub(crate) struct Call {
    pub request: Request,
    pub secrets: Vec<Password>,
    pub reply: Sender<Answer>,
}

/// What opens a vault, but for the user's secret. Key derivation runs on the client's thread, so the engine never waits for it.
pub(crate) struct Material {
    /// How often the vault had been locked: what was begun before a lock does not open it after.
    pub locks: u64,
    pub device_secret: Arc<Key>,
    pub terms: crate::front::Terms,
    /// The vault this device is enrolled for.
    pub vault_id: Option<countersign_model::VaultId>,
    /// Whether this device is one of that vault's.
    pub standing: Standing,
    /// The vault header and the device's own slots; none before enrolment.
    pub vault: Option<(Vec<u8>, Vec<u8>)>,
    /// The user's vault in the repository, which a new device joins by the passphrase.
    pub elsewhere: Option<Elsewhere>,
    /// What opens the vault day by day.
    pub primary: Option<PrimaryMethod>,
    /// Who the user is in the directory, as it said when it was asked last.
    pub known_identity: Option<Vec<u8>>,
    /// The repository, if it can be used.
    pub repository: Option<Arc<dyn DirectoryRepository>>,
    /// The vault itself while it is open, for re-authentication.
    pub open: Option<Arc<Unlocked>>,
}

/// A vault that another device of the user has made.
pub(crate) struct Elsewhere {
    pub repository: Arc<dyn DirectoryRepository>,
    pub version: HeaderVersion,
    pub header: Vec<u8>,
}

/// A vault that a client's thread has opened or made, and how often the vault had been locked when it began.
pub(crate) struct Opening {
    pub adoption: Adoption,
    pub locks: u64,
    /// What is to be renewed in the header once the vault is open; the answer waits for it.
    pub renewal: Option<Renewal>,
}

/// What a client's thread has opened or made.
pub(crate) enum Adoption {
    /// Just enrolled: these are to be stored.
    Enrolled {
        unlocked: Box<Unlocked>,
        header: Vec<u8>,
        device_slots: Vec<u8>,
        before: Before,
    },
    /// Opened by a slot of this kind.
    Unlocked(SlotKind, Box<Unlocked>),
    /// Opened by this header; a slot of this device was made or taken away.
    Rewrapped {
        unlocked: Box<Unlocked>,
        header: Vec<u8>,
        device_slots: Vec<u8>,
        by: SlotKind,
        /// Which slot, and how.
        change: (SlotKind, &'static str),
    },
}

/// What becomes of a vault store that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Before {
    /// It is of the same vault, or there is none.
    Same,
    /// The user began anew: it is set aside.
    SetAside,
}

/// What only the owner may ask, with the password typed again.
pub(crate) enum OwnerCall {
    Reveal(LogonId, FieldName),
    /// As `Reveal`, for the clipboard.
    Copy(LogonId, FieldName),
    Rebind(LogonId),
    /// The next password of a change for 0, else the so-manieth of before.
    RevealJournal(LogonId, usize),
    /// Fills a form whose template wants the password first: this logon, into this window, or the only one and the active one.
    Fill(Option<LogonId>, Option<WindowId>),
    Revoke(DeviceId),
    /// It was let in a moment ago.
    Approved(DeviceId),
    Renew(Renewal),
}
