//! Every setting, declared once.

use serde::{Deserialize, Serialize};

/// Where a value comes from, lowest first.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layer {
    /// Built into the program.
    BuiltIn,
    /// Shipped with the package.
    Package,
    /// Set by the machine's administrator.
    Machine,
    /// Set by the user.
    User,
    /// Set by a publisher of the organisation: a signed override in its directory.
    Directory,
    /// Signed by the organisation's root.
    Root,
}

/// The type and bounds of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingKind {
    /// `true` or `false`.
    Switch,
    /// A whole number between the two, both included.
    Number(u64, u64),
    /// Any text.
    Text,
    /// An absolute path, or one that starts with `~/`.
    Path,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A list of some of these words.
    Words(&'static [&'static str]),
    /// The name of a file without its folder, or blank for none.
    FileName,
    /// A list of so many of these at most, each once, in their order.
    List(usize, Item),
}

/// What a list that is not of fixed words is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item {
    /// The name of a file without its folder.
    FileName,
    /// A path as for [`SettingKind::Path`].
    Path,
    /// The SHA-256 of a file, 64 hexadecimal digits.
    Sha256,
}

/// A setting's value.
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SettingValue {
    /// Of a switch.
    Switch(bool),
    /// Of a number.
    Number(u64),
    /// Of a list.
    Words(Vec<String>),
    /// Of everything else.
    Text(String),
}

/// Whose word counts for a setting, as far as `up_to` lets anybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Authority {
    /// In the organisation a publisher's, in an override, and the root's.
    Publisher,
    /// In the organisation the root's alone: it decides what opens vaults, or whom to believe.
    Root,
    /// The root's and the machine's administrator's, no user's: it decides which code is told passwords.
    Administrator,
    /// The root's signature alone, not even the machine's administrator's: it decides where passwords may go.
    Signature,
}

impl Authority {
    /// Whether what a layer says counts.
    #[must_use]
    pub fn heeds(self, layer: Layer) -> bool {
        match self {
            Self::Publisher => true,
            Self::Root => layer != Layer::Directory,
            Self::Administrator => matches!(layer, Layer::BuiltIn | Layer::Machine | Layer::Root),
            Self::Signature => matches!(layer, Layer::BuiltIn | Layer::Root),
        }
    }
}

/// What a setting touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// What the agent does.
    Behaviour,
    /// How the directory is reached: an override that changes it is on probation until a sync succeeds with it.
    Connectivity,
}

/// The declaration of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its dotted name.
    pub name: &'static str,
    /// Its type and bounds.
    pub kind: SettingKind,
    /// Its default, written as in TOML. Empty: the program works it out at start.
    pub default: &'static str,
    /// What it does.
    pub doc: &'static str,
    /// The highest layer that may set it; where that is the directory, the root may, too.
    pub up_to: Layer,
    /// Whose word counts for it.
    pub authority: Authority,
    /// What it touches.
    pub reach: Reach,
}

/// The slots a vault can have.
const SLOTS: &[&str] = &[
    "login",
    "passphrase",
    "device",
    "silent",
    "directory-key",
    "directory-identity",
    "os-protection",
    "program",
    "recovery",
];

/// How many exits are asked about one change. Each may take two seconds.
const EXITS: usize = 8;

/// Every setting there is, in alphabetical order.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "clipboard.seconds",
        kind: SettingKind::Number(5, 300),
        default: "20",
        doc: "A secret that is copied leaves the clipboard after so many seconds, and when the vault is locked.",
        up_to: Layer::Directory,
        authority: Authority::Publisher,
        reach: Reach::Behaviour,
    },
    Setting {
        name: "directory.base",
        kind: SettingKind::Text,
        default: "",
        doc: "The DN below which users and groups are, such as `dc=example,dc=org`.",
        up_to: Layer::Directory,
        authority: Authority::Publisher,
        reach: Reach::Connectivity,
    },
    Setting {
        name: "directory.bind_name",
        kind: SettingKind::Text,
        default: "",
        doc: "The name to bind with, `{user}` standing for the login name: `uid={user},ou=People,dc=example,dc=org`, or `{user}@example.org`. Default: as the latter, out of `directory.base`.",
        up_to: Layer::Directory,
        authority: Authority::Publisher,
        reach: Reach::Connectivity,
    },
    Setting {
        name: "directory.ca",
        kind: SettingKind::Path,
        default: "",
        doc: "The file of the certification authorities to believe, in PEM. Default: the system's.",
        up_to: Layer::Directory,
        authority: Authority::Root,
        reach: Reach::Connectivity,
    },
    Setting {
        name: "directory.certificate",
        kind: SettingKind::Path,
        default: "",
        doc: "The file of a certificate that stands for the user at the directory (SASL EXTERNAL), in PEM. It is shown instead of a Kerberos ticket.",
        up_to: Layer::Directory,
        authority: Authority::Root,
        reach: Reach::Connectivity,
    },
    Setting {
        name: "directory.configuration",
        kind: SettingKind::Text,
        default: "",
        doc: "The DN of the configuration's root unit. Default: `ou=Countersign` below `directory.base`.",
        up_to: Layer::Directory,
        authority: Authority::Publisher,
        reach: Reach::Connectivity,
    },
    Setting {
        name: "directory.credentials",
        kind: SettingKind::Choice(&["local", "local-then-directory", "directory"]),
        default: "\"local-then-directory\"",
        doc: "What to show the directory: the session's Kerberos ticket, or the certificate of `directory.certificate`, only (local), name and password where there is none (local-then-directory), or always name and password (directory).",
        up_to: Layer::Directory,
        authority: Authority::Publisher,
        reach: Reach::Connectivity,
    },
    Setting {
        name: "directory.key",
        kind: SettingKind::Path,
        default: "",
        doc: "The file of the private key of `directory.certificate`, in PEM, without a password.",
        up_to: Layer::Directory,
        authority: Authority::Root,
        reach: Reach::Connectivity,
    },
    Setting {
        name: "directory.login",
        kind: SettingKind::Text,
        default: "\"uid\"",
        doc: "The attribute that holds a user's login name: `uid`, or `sAMAccountName` in Active Directory.",
        up_to: Layer::Directory,
        authority: Authority::Publisher,
        reach: Reach::Connectivity,
    },
    Setting {
        name: "directory.servers",
        kind: SettingKind::Text,
        default: "",
        doc: "The directory's servers in the order they are tried, separated by spaces: `ldaps://HOST` or `ldaps://HOST:PORT`. Empty: there is no directory, and the folder repository stands for it.",
        up_to: Layer::Directory,
        authority: Authority::Publisher,
        reach: Reach::Connectivity,
    },
    Setting {
        name: "directory.start_tls",
        kind: SettingKind::Switch,
        default: "false",
        doc: "Allow `ldap://` servers, with StartTLS before anything else is said. Without it only LDAPS is used.",
        up_to: Layer::Directory,
        authority: Authority::Root,
        reach: Reach::Connectivity,
    },
    Setting {
        name: "exits.change",
        kind: SettingKind::List(EXITS, Item::FileName),
        default: "[]",
        doc: "Files of `exits.folder` that are asked about every new password, in this order, and told when it is in use. A name that ends in `.so` is a library with the C interface, any other a program. Each has to be pinned in `exits.pins`.",
        up_to: Layer::Directory,
        authority: Authority::Administrator,
        reach: Reach::Behaviour,
    },
    Setting {
        name: "exits.confinement",
        kind: SettingKind::Choice(&["require", "best-effort"]),
        default: "\"require\"",
        doc: "What becomes of an exit where the kernel has no Landlock: it is refused (require), or runs and may read what its user may (best-effort).",
        up_to: Layer::Directory,
        authority: Authority::Administrator,
        reach: Reach::Behaviour,
    },
    Setting {
        name: "exits.folder",
        kind: SettingKind::Path,
        default: "\"/etc/countersign/exits\"",
        doc: "The folder of the password exits. Only root should be able to write there.",
        up_to: Layer::Directory,
        authority: Authority::Administrator,
        reach: Reach::Behaviour,
    },
    Setting {
        name: "exits.generate",
        kind: SettingKind::FileName,
        default: "\"\"",
        doc: "The file of `exits.folder` that makes new passwords. They are judged by the policy all the same. Blank: Countersign makes them itself.",
        up_to: Layer::Directory,
        authority: Authority::Administrator,
        reach: Reach::Behaviour,
    },
    Setting {
        name: "exits.network",
        kind: SettingKind::List(EXITS, Item::FileName),
        default: "[]",
        doc: "Exits that may open connections, to tell other systems of a new password.",
        up_to: Layer::Directory,
        authority: Authority::Signature,
        reach: Reach::Behaviour,
    },
    Setting {
        name: "exits.pins",
        kind: SettingKind::List(64, Item::Sha256),
        default: "[]",
        doc: "The SHA-256 of every file that may be loaded as an exit, as `countersign exits pin FILE` prints it. What is not here is never loaded, and no password is changed while it is asked for.",
        up_to: Layer::Directory,
        authority: Authority::Administrator,
        reach: Reach::Behaviour,
    },
    Setting {
        name: "exits.reads",
        kind: SettingKind::List(16, Item::Path),
        default: "[]",
        doc: "Files and folders that exits may read beside the system's programs and libraries: a list of words, say.",
        up_to: Layer::Directory,
        authority: Authority::Administrator,
        reach: Reach::Behaviour,
    },
    Setting {
        name: "fill.automatic",
        kind: SettingKind::Switch,
        default: "true",
        doc: "Fill a recognised form without being asked. Off: only `countersign logon fill` fills.",
        up_to: Layer::Directory,
        authority: Authority::Publisher,
        reach: Reach::Behaviour,
    },
    Setting {
        name: "lock.idle_minutes",
        kind: SettingKind::Number(0, 1440),
        default: "15",
        doc: "Lock the vault when nobody has touched keyboard or pointer for this many minutes. 0: never.",
        up_to: Layer::Directory,
        authority: Authority::Publisher,
        reach: Reach::Behaviour,
    },
    Setting {
        name: "lock.on_session_lock",
        kind: SettingKind::Switch,
        default: "true",
        doc: "Lock the vault when the session is locked or ends.",
        up_to: Layer::Directory,
        authority: Authority::Publisher,
        reach: Reach::Behaviour,
    },
    Setting {
        name: "lock.on_suspend",
        kind: SettingKind::Switch,
        default: "true",
        doc: "Lock the vault before the machine sleeps.",
        up_to: Layer::Directory,
        authority: Authority::Publisher,
        reach: Reach::Behaviour,
    },
    Setting {
        name: "loop.fills",
        kind: SettingKind::Number(1, 20),
        default: "3",
        doc: "How often one logon may be filled into the same program within the grace period before it stops.",
        up_to: Layer::Directory,
        authority: Authority::Publisher,
        reach: Reach::Behaviour,
    },
    Setting {
        name: "loop.grace_seconds",
        kind: SettingKind::Number(5, 3600),
        default: "60",
        doc: "The grace period of loop protection, in seconds.",
        up_to: Layer::Directory,
        authority: Authority::Publisher,
        reach: Reach::Behaviour,
    },
    Setting {
        name: "notify.failure",
        kind: SettingKind::Switch,
        default: "true",
        doc: "Notify when something was not filled, and why.",
        up_to: Layer::Directory,
        authority: Authority::Publisher,
        reach: Reach::Behaviour,
    },
    Setting {
        name: "notify.password",
        kind: SettingKind::Switch,
        default: "true",
        doc: "Notify a week before a password expires, and when it has.",
        up_to: Layer::Directory,
        authority: Authority::Publisher,
        reach: Reach::Behaviour,
    },
    Setting {
        name: "notify.success",
        kind: SettingKind::Switch,
        default: "true",
        doc: "Notify when an application is filled for the first time.",
        up_to: Layer::Directory,
        authority: Authority::Publisher,
        reach: Reach::Behaviour,
    },
    Setting {
        name: "notify.sync",
        kind: SettingKind::Switch,
        default: "true",
        doc: "Notify when the repository could not be reached for four hours.",
        up_to: Layer::Directory,
        authority: Authority::Publisher,
        reach: Reach::Behaviour,
    },
    Setting {
        name: "offline.max_days",
        kind: SettingKind::Number(0, 3650),
        default: "0",
        doc: "Lock the vault, and keep it locked, on a machine that has not reached the directory for so many days. 0: never.",
        up_to: Layer::Directory,
        authority: Authority::Publisher,
        reach: Reach::Behaviour,
    },
    Setting {
        name: "passphrase.min_length",
        kind: SettingKind::Number(8, 128),
        default: "16",
        doc: "The shortest passphrase answer that is accepted, in characters.",
        up_to: Layer::Directory,
        authority: Authority::Root,
        reach: Reach::Behaviour,
    },
    Setting {
        name: "passphrase.min_strength",
        kind: SettingKind::Number(0, 4),
        default: "3",
        doc: "The weakest passphrase answer that is accepted, by zxcvbn's score from 0 to 4.",
        up_to: Layer::Directory,
        authority: Authority::Root,
        reach: Reach::Behaviour,
    },
    Setting {
        name: "passphrase.question",
        kind: SettingKind::Text,
        default: "\"Which words will let you back in?\"",
        doc: "The question asked when the password no longer opens the vault.",
        up_to: Layer::Directory,
        authority: Authority::Root,
        reach: Reach::Behaviour,
    },
    Setting {
        name: "password.change",
        kind: SettingKind::Choice(&["ask", "never", "silent"]),
        default: "\"ask\"",
        doc: "What is done where an application asks for a new password: the user is asked, it is left to him, or one is made by the policy and typed.",
        up_to: Layer::Directory,
        authority: Authority::Publisher,
        reach: Reach::Behaviour,
    },
    Setting {
        name: "password.policy",
        kind: SettingKind::Text,
        default: "\"company\"",
        doc: "The password policy of applications whose template names none (`logon.policy`).",
        up_to: Layer::Directory,
        authority: Authority::Publisher,
        reach: Reach::Behaviour,
    },
    Setting {
        name: "primary.first_use",
        kind: SettingKind::Switch,
        default: "true",
        doc: "Let users choose, when they enrol, what opens their vault day by day.",
        up_to: Layer::Directory,
        authority: Authority::Root,
        reach: Reach::Behaviour,
    },
    Setting {
        name: "primary.method",
        kind: SettingKind::Choice(&["", "os", "directory", "own", "none"]),
        default: "\"\"",
        doc: "What opens the vault day by day: the login password (os), the directory's (directory), a password of its own (own), or nothing that is typed (none). Blank: the user chooses; where `primary.first_use` is off, too, the first of these that can be had.",
        up_to: Layer::Directory,
        authority: Authority::Root,
        reach: Reach::Behaviour,
    },
    Setting {
        name: "prompts.show",
        kind: SettingKind::Choice(&["window", "none"]),
        default: "\"window\"",
        doc: "What happens when a form waits for an answer and no program is there to ask: a window is shown, or nothing is.",
        up_to: Layer::Directory,
        authority: Authority::Publisher,
        reach: Reach::Behaviour,
    },
    Setting {
        name: "repository.path",
        kind: SettingKind::Path,
        default: "",
        doc: "The folder repository. Default: `countersign/repository` in the user's data folder.",
        up_to: Layer::User,
        authority: Authority::Publisher,
        reach: Reach::Connectivity,
    },
    Setting {
        name: "repository.user",
        kind: SettingKind::Text,
        default: "",
        doc: "The user's name in the repository. Default: the login name.",
        up_to: Layer::User,
        authority: Authority::Publisher,
        reach: Reach::Connectivity,
    },
    Setting {
        name: "reveal.allowed",
        kind: SettingKind::Switch,
        default: "true",
        doc: "Let users see and copy their own secrets, after they have typed the password again.",
        up_to: Layer::Directory,
        authority: Authority::Publisher,
        reach: Reach::Behaviour,
    },
    Setting {
        name: "shortcut.fill",
        kind: SettingKind::Text,
        default: "",
        doc: "A key that fills the active window, asked of the desktop by its portal for shortcuts: `CTRL+ALT+f`, say. Empty: none; a key of the desktop's own can run `countersign logon fill`.",
        up_to: Layer::User,
        authority: Authority::Publisher,
        reach: Reach::Behaviour,
    },
    Setting {
        name: "sync.interval_minutes",
        kind: SettingKind::Number(0, 1440),
        default: "60",
        doc: "Ask the directory for what is new after so many minutes, up to a fifth earlier or later. 0: only at the start, when something changes, and when you ask.",
        up_to: Layer::Directory,
        authority: Authority::Publisher,
        reach: Reach::Behaviour,
    },
    Setting {
        name: "sync.on_address_change",
        kind: SettingKind::Switch,
        default: "true",
        doc: "Ask the directory for what is new when the machine gets a network address it did not have.",
        up_to: Layer::Directory,
        authority: Authority::Publisher,
        reach: Reach::Behaviour,
    },
    Setting {
        name: "tray.show",
        kind: SettingKind::Switch,
        default: "true",
        doc: "Show the icon on the panel, where the desktop takes one.",
        up_to: Layer::Directory,
        authority: Authority::Publisher,
        reach: Reach::Behaviour,
    },
    Setting {
        name: "unlock.allow",
        kind: SettingKind::Words(SLOTS),
        default: "[]",
        doc: "Slots that are off unless the organisation's root switches them on.",
        up_to: Layer::Directory,
        authority: Authority::Root,
        reach: Reach::Behaviour,
    },
    Setting {
        name: "unlock.floor",
        kind: SettingKind::Choice(&["weak", "fair", "strong"]),
        default: "\"weak\"",
        doc: "The least a slot has to be worth; others are not made.",
        up_to: Layer::Directory,
        authority: Authority::Root,
        reach: Reach::Behaviour,
    },
    Setting {
        name: "unlock.forbid",
        kind: SettingKind::Words(SLOTS),
        default: "[]",
        doc: "Slots no vault may have.",
        up_to: Layer::Directory,
        authority: Authority::Root,
        reach: Reach::Behaviour,
    },
    Setting {
        name: "unlock.kdf_memory_mib",
        kind: SettingKind::Number(64, 2048),
        default: "256",
        doc: "Memory of Argon2id for new slots, in MiB.",
        up_to: Layer::Directory,
        authority: Authority::Root,
        reach: Reach::Behaviour,
    },
    Setting {
        name: "unlock.kdf_passes",
        kind: SettingKind::Number(3, 10),
        default: "3",
        doc: "Passes of Argon2id for new slots.",
        up_to: Layer::Directory,
        authority: Authority::Root,
        reach: Reach::Behaviour,
    },
    Setting {
        name: "unlock.program",
        kind: SettingKind::Path,
        default: "",
        doc: "The program that answers with the secret of the program slot.",
        up_to: Layer::Directory,
        authority: Authority::Root,
        reach: Reach::Behaviour,
    },
    Setting {
        name: "unlock.require",
        kind: SettingKind::Words(SLOTS),
        default: "[]",
        doc: "Slots every vault has to have.",
        up_to: Layer::Directory,
        authority: Authority::Root,
        reach: Reach::Behaviour,
    },
];

/// The declaration of a setting by its name.
#[must_use]
pub fn setting(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_sorted_and_found() {
        assert!(SETTINGS.windows(2).all(|pair| pair[0].name < pair[1].name));
        assert!(setting("loop.fills").is_some());
        assert!(setting("loop.fill").is_none());
    }

    #[test]
    fn code_that_is_told_passwords_is_named_by_root_and_administrator_alone() {
        let heeded = |name| {
            let all = [
                Layer::Package,
                Layer::Machine,
                Layer::User,
                Layer::Directory,
                Layer::Root,
            ];
            let authority = setting(name).unwrap().authority;
            all.map(|layer| authority.heeds(layer))
        };
        for name in [
            "exits.change",
            "exits.generate",
            "exits.folder",
            "exits.pins",
            "exits.reads",
        ] {
            assert_eq!(heeded(name), [false, true, false, false, true], "{name}");
        }
        assert_eq!(heeded("exits.network"), [false, false, false, false, true]);
        assert_eq!(heeded("unlock.program"), [true, true, true, false, true]);
        assert_eq!(heeded("loop.fills"), [true; 5]);
    }
}
