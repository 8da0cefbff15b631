/// One thing a slot asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Factor {
    /// The password, through Argon2id.
    Password = 1,
    /// The secret of the enrolled device.
    DeviceSecret = 2,
    /// The normalised passphrase answer, through Argon2id.
    Answer = 3,
    /// The enrolled device's own key pair, itself under the vault key and the device secret.
    DeviceKey = 4,
    /// A random key in the directory that only the user may read.
    DirectoryKey = 5,
    /// The user's identity in the directory (SID, GUID). Not a secret.
    DirectoryIdentity = 6,
    /// A secret the operating system protects (DPAPI, TPM, Secret Service).
    OsSecret = 7,
    /// The answer of an external program.
    ProgramAnswer = 8,
    /// The recovery half sealed to the organisation's recovery ring.
    RecoveryHalfA = 9,
    /// The recovery half that is on the device and printed.
    RecoveryHalfB = 10,
}

impl Factor {
    const ALL: [Self; 10] = [
        Self::Password,
        Self::DeviceSecret,
        Self::Answer,
        Self::DeviceKey,
        Self::DirectoryKey,
        Self::DirectoryIdentity,
        Self::OsSecret,
        Self::ProgramAnswer,
        Self::RecoveryHalfA,
        Self::RecoveryHalfB,
    ];

    pub(crate) const fn code(self) -> u8 {
        self as u8
    }

    pub(crate) fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|factor| factor.code() == code)
    }

    /// Whether people choose it, so that it goes through Argon2id.
    #[must_use]
    pub const fn is_stretched(self) -> bool {
        matches!(self, Self::Password | Self::Answer)
    }
}

/// Where a slot is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stored {
    /// On this device only.
    Device,
    /// In the directory, with the vault header.
    Directory,
}

/// A kind of slot: a named set of factors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u16)]
pub enum SlotKind {
    /// Password and device secret.
    Login = 1,
    /// The passphrase answer.
    Passphrase = 2,
    /// Sealed to an enrolled device's key.
    Device = 3,
    /// Password and directory key.
    Silent = 4,
    /// The directory key alone.
    DirectoryKey = 5,
    /// Directory identity and device secret.
    DirectoryIdentity = 6,
    /// A secret the operating system protects.
    OsProtection = 7,
    /// A program's answer and the device secret.
    Program = 8,
    /// Both recovery halves.
    Recovery = 9,
}

impl SlotKind {
    const ALL: [Self; 9] = [
        Self::Login,
        Self::Passphrase,
        Self::Device,
        Self::Silent,
        Self::DirectoryKey,
        Self::DirectoryIdentity,
        Self::OsProtection,
        Self::Program,
        Self::Recovery,
    ];

    pub(crate) const fn code(self) -> u16 {
        self as u16
    }

    pub(crate) fn from_code(code: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// What it asks for, in the order the key is derived from.
    #[must_use]
    pub const fn factors(self) -> &'static [Factor] {
        match self {
            Self::Login => &[Factor::Password, Factor::DeviceSecret],
            Self::Passphrase => &[Factor::Answer],
            Self::Device => &[Factor::DeviceKey],
            Self::Silent => &[Factor::Password, Factor::DirectoryKey],
            Self::DirectoryKey => &[Factor::DirectoryKey],
            Self::DirectoryIdentity => &[Factor::DirectoryIdentity, Factor::DeviceSecret],
            Self::OsProtection => &[Factor::OsSecret],
            Self::Program => &[Factor::ProgramAnswer, Factor::DeviceSecret],
            Self::Recovery => &[Factor::RecoveryHalfA, Factor::RecoveryHalfB],
        }
    }

    /// Where it is stored.
    #[must_use]
    pub const fn stored(self) -> Stored {
        match self {
            Self::Login | Self::DirectoryIdentity | Self::OsProtection | Self::Program => Stored::Device,
            Self::Passphrase | Self::Device | Self::Silent | Self::DirectoryKey | Self::Recovery => Stored::Directory,
        }
    }

    /// Its name, for people.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Passphrase => "passphrase",
            Self::Device => "device",
            Self::Silent => "silent",
            Self::DirectoryKey => "directory key",
            Self::DirectoryIdentity => "directory identity",
            Self::OsProtection => "OS protection",
            Self::Program => "program",
            Self::Recovery => "recovery",
        }
    }
}

/// A text that names no kind of slot.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no kind of slot; there are login, passphrase, device, silent, directory-key, directory-identity, os-protection, \
     program and recovery"
)]
pub struct NoSuchKind(pub String);

impl std::str::FromStr for SlotKind {
    type Err = NoSuchKind;

    /// Reads a kind as settings write it: its name in any case, with hyphens or spaces.
    fn from_str(text: &str) -> Result<Self, NoSuchKind> {
        let plain = text.trim().replace('-', " ");
        let named = Self::ALL
            .into_iter()
            .find(|kind| kind.name().eq_ignore_ascii_case(&plain));
        named.ok_or_else(|| NoSuchKind(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_read_as_settings_write_them() {
        for kind in SlotKind::ALL {
            assert_eq!(kind.name().parse(), Ok(kind));
            assert_eq!(kind.name().to_uppercase().replace(' ', "-").parse(), Ok(kind));
        }
        assert_eq!("os-protection".parse(), Ok(SlotKind::OsProtection));
        assert_eq!("sid".parse::<SlotKind>(), Err(NoSuchKind("sid".to_owned())));
    }

    #[test]
    fn codes_are_those_of_the_format() {
        assert_eq!(SlotKind::ALL.map(SlotKind::code), [1, 2, 3, 4, 5, 6, 7, 8, 9]);
        assert_eq!(Factor::ALL.map(Factor::code), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        for kind in SlotKind::ALL {
            assert_eq!(SlotKind::from_code(kind.code()), Some(kind));
            let stretched = kind.factors().iter().filter(|factor| factor.is_stretched()).count();
            assert!(stretched <= 1, "one salt a slot: {kind:?}");
        }
        assert_eq!(SlotKind::from_code(0), None);
        assert_eq!(Factor::from_code(11), None);
    }
}
