//! What a slot is worth against whom, worked out from its factors alone.

use super::factor::{Factor, SlotKind};
use std::fmt;

/// Somebody who wants to open the vault and has a copy of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Attacker {
    /// Has the disk of one of the user's machines, switched off.
    DiskThief,
    /// Reads and writes everything in the directory and resets any password.
    DirectoryAdmin,
    /// Resets the user's password.
    Helpdesk,
}

impl Attacker {
    /// Everybody a slot is rated against.
    pub const ALL: [Self; 3] = [Self::DiskThief, Self::DirectoryAdmin, Self::Helpdesk];
}

impl fmt::Display for Attacker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DiskThief => "a thief of the disk",
            Self::DirectoryAdmin => "a rogue directory administrator",
            Self::Helpdesk => "a rogue helpdesk",
        })
    }
}

/// How the device secret is kept on this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DeviceSecretHome {
    /// A file only the user may read.
    UserFile,
    /// Derived from a machine secret only root and the agent may read.
    MachineSecret,
    /// In the machine's TPM.
    Tpm,
}

/// Where the passphrase answer comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AnswerOrigin {
    /// Five or more words drawn at random.
    RandomWords,
    /// The user's own choice.
    Own,
}

/// What the factors alone do not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Circumstances {
    /// How the device secret is kept.
    pub device_secret: DeviceSecretHome,
    /// Where the passphrase answer comes from.
    pub answer: AnswerOrigin,
}

/// What stands between an attacker and the vault, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Exposure {
    /// Nothing.
    Opens,
    /// He has to log on as the user, for instance after resetting the password.
    ActingAsUser,
    /// He has to log on as the user at one of the user's machines.
    AtTheMachine,
    /// He has to learn or capture the password.
    KnowingPassword,
    /// He can try guesses; Argon2id makes each one slow.
    Slowed,
    /// It depends on the operating system or program that keeps the secret.
    Depends,
    /// He lacks something he cannot get or guess.
    Fails,
}

impl fmt::Display for Exposure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Opens => "opens it",
            Self::ActingAsUser => "opens it by logging on as you, for instance after resetting your password",
            Self::AtTheMachine => "opens it by logging on as you at this machine",
            Self::KnowingPassword => "opens it if he learns or captures your password",
            Self::Slowed => "cannot open it outright, but can try guesses; each guess is made slow",
            Self::Depends => "is held back only as well as the system or program that keeps the secret",
            Self::Fails => "cannot open it",
        })
    }
}

/// Whether a slot works on the user's other machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Roaming {
    /// On any machine that reaches the directory.
    AnyMachine,
    /// On this machine only.
    ThisMachine,
}

impl fmt::Display for Roaming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AnyMachine => "works on every machine you use",
            Self::ThisMachine => "works on this machine only",
        })
    }
}

/// The honest rating of a set of factors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rating {
    /// Against a thief of the disk.
    pub disk_thief: Exposure,
    /// Against a rogue directory administrator.
    pub directory_admin: Exposure,
    /// Against a rogue helpdesk.
    pub helpdesk: Exposure,
    /// Whether it roams.
    pub roams: Roaming,
}

impl Rating {
    /// The rating against one attacker.
    #[must_use]
    pub const fn against(&self, attacker: Attacker) -> Exposure {
        match attacker {
            Attacker::DiskThief => self.disk_thief,
            Attacker::DirectoryAdmin => self.directory_admin,
            Attacker::Helpdesk => self.helpdesk,
        }
    }

    /// The rating in plain words, one sentence each.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        let mut sentences: Vec<String> = Attacker::ALL
            .into_iter()
            .map(|attacker| capitalised(&format!("{attacker} {}.", self.against(attacker))))
            .collect();
        sentences.push(format!("It {}.", self.roams));
        sentences
    }
}

fn capitalised(sentence: &str) -> String {
    let mut chars = sentence.chars();
    chars
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

impl SlotKind {
    /// The rating of this kind of slot.
    #[must_use]
    pub fn rating(self, circumstances: Circumstances) -> Rating {
        rate(self.factors(), circumstances)
    }
}

/// Rates a set of factors. All of them are needed, so the hardest to get decides; where two conditions have to be met together, each of
/// them beyond the attacker's own rights, he fails.
#[must_use]
pub fn rate(factors: &[Factor], circumstances: Circumstances) -> Rating {
    let against = |attacker| combined(factors.iter().map(|factor| need(*factor, attacker, circumstances)));
    let bound = factors.iter().any(|factor| {
        matches!(
            factor,
            Factor::DeviceSecret | Factor::DeviceKey | Factor::OsSecret | Factor::ProgramAnswer
        )
    });
    Rating {
        disk_thief: against(Attacker::DiskThief),
        directory_admin: against(Attacker::DirectoryAdmin),
        helpdesk: against(Attacker::Helpdesk),
        roams: if bound {
            Roaming::ThisMachine
        } else {
            Roaming::AnyMachine
        },
    }
}

fn combined(needs: impl Iterator<Item = Exposure>) -> Exposure {
    needs.fold(Exposure::Opens, |one, other| match (one, other) {
        (Exposure::KnowingPassword, Exposure::AtTheMachine) | (Exposure::AtTheMachine, Exposure::KnowingPassword) => {
            Exposure::Fails
        }
        _ => one.max(other),
    })
}

/// What one factor costs one attacker.
fn need(factor: Factor, attacker: Attacker, circumstances: Circumstances) -> Exposure {
    use Attacker::{DirectoryAdmin, DiskThief, Helpdesk};
    match (factor, attacker) {
        // A reset gives a new password; the slot wants the old one.
        (Factor::Password, DirectoryAdmin) => Exposure::KnowingPassword,
        (Factor::Password, Helpdesk) => Exposure::Fails,
        (Factor::Password, DiskThief) => Exposure::Slowed,
        (Factor::DeviceSecret, DirectoryAdmin | Helpdesk) => Exposure::AtTheMachine,
        (Factor::DeviceSecret, DiskThief) => match circumstances.device_secret {
            DeviceSecretHome::UserFile | DeviceSecretHome::MachineSecret => Exposure::Opens,
            DeviceSecretHome::Tpm => Exposure::Fails,
        },
        (Factor::Answer, DirectoryAdmin | DiskThief) => match circumstances.answer {
            AnswerOrigin::RandomWords => Exposure::Fails,
            AnswerOrigin::Own => Exposure::Slowed,
        },
        (Factor::DirectoryKey, DirectoryAdmin) | (Factor::DirectoryIdentity, _) => Exposure::Opens,
        (Factor::DirectoryKey, Helpdesk) => Exposure::ActingAsUser,
        (Factor::OsSecret | Factor::ProgramAnswer, _) => Exposure::Depends,
        // The printed half's other copy is on the device.
        (Factor::RecoveryHalfB, DiskThief) => Exposure::Opens,
        // The helpdesk unseals half A by its office.
        (Factor::RecoveryHalfA, Helpdesk) => Exposure::Opens,
        (Factor::Answer, Helpdesk)
        | (Factor::DirectoryKey, DiskThief)
        | (Factor::DeviceKey | Factor::RecoveryHalfA | Factor::RecoveryHalfB, _) => Exposure::Fails,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE_OWN: Circumstances = Circumstances {
        device_secret: DeviceSecretHome::UserFile,
        answer: AnswerOrigin::Own,
    };
    const TPM_WORDS: Circumstances = Circumstances {
        device_secret: DeviceSecretHome::Tpm,
        answer: AnswerOrigin::RandomWords,
    };

    #[test]
    fn ratings_are_those_of_the_design() {
        use Exposure::{ActingAsUser, AtTheMachine, Depends, Fails, KnowingPassword, Opens, Slowed};
        use Roaming::{AnyMachine, ThisMachine};
        for (kind, circumstances, thief, admin, helpdesk, roams) in [
            (SlotKind::Login, FILE_OWN, Slowed, Fails, Fails, ThisMachine),
            (SlotKind::Login, TPM_WORDS, Fails, Fails, Fails, ThisMachine),
            (SlotKind::Passphrase, FILE_OWN, Slowed, Slowed, Fails, AnyMachine),
            (SlotKind::Passphrase, TPM_WORDS, Fails, Fails, Fails, AnyMachine),
            (SlotKind::Device, FILE_OWN, Fails, Fails, Fails, ThisMachine),
            (SlotKind::Silent, FILE_OWN, Fails, KnowingPassword, Fails, AnyMachine),
            (SlotKind::DirectoryKey, FILE_OWN, Fails, Opens, ActingAsUser, AnyMachine),
            (
                SlotKind::DirectoryIdentity,
                FILE_OWN,
                Opens,
                AtTheMachine,
                AtTheMachine,
                ThisMachine,
            ),
            (
                SlotKind::DirectoryIdentity,
                TPM_WORDS,
                Fails,
                AtTheMachine,
                AtTheMachine,
                ThisMachine,
            ),
            (SlotKind::OsProtection, FILE_OWN, Depends, Depends, Depends, ThisMachine),
            (SlotKind::Program, FILE_OWN, Depends, Depends, Depends, ThisMachine),
            (SlotKind::Recovery, FILE_OWN, Fails, Fails, Fails, AnyMachine),
        ] {
            let wanted = Rating {
                disk_thief: thief,
                directory_admin: admin,
                helpdesk,
                roams,
            };
            assert_eq!(kind.rating(circumstances), wanted, "{kind:?}");
        }
    }

    #[test]
    fn no_factor_protects_nothing() {
        assert_eq!(rate(&[], TPM_WORDS).disk_thief, Exposure::Opens);
    }

    #[test]
    fn ratings_are_said_in_sentences() {
        assert_eq!(
            SlotKind::Passphrase.rating(FILE_OWN).sentences(),
            [
                "A thief of the disk cannot open it outright, but can try guesses; each guess is made slow.",
                "A rogue directory administrator cannot open it outright, but can try guesses; each guess is made slow.",
                "A rogue helpdesk cannot open it.",
                "It works on every machine you use.",
            ]
        );
    }
}
