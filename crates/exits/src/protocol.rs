//! What is said between an exit's caller and the process that holds the exit.
//!
//! A message is its length (32 bits, little-endian), the message (postcard), and then, where the message says how many, the bytes of a
//! password: a password is never part of a message.

use crate::exit::{Confined, Confinement, Form, Network};
use crate::rules::PasswordRules;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::io::{self, Read, Write};
use std::path::PathBuf;
use zeroize::Zeroizing;

/// The version of the C interface, and of the protocol of programs.
pub const VERSION: u32 = 1;
/// The longest message, in bytes.
pub const LONGEST: u32 = 64 << 10;
/// The longest name of a user, an application or a logon, in bytes.
pub const LONGEST_NAME: usize = 1024;

/// How the exit's process ends when its guard pages caught the exit behind its buffer.
pub const ENDED_BY_OVERRUN: i32 = 117;
/// How it ends when they caught it before the buffer.
pub const ENDED_BY_UNDERRUN: i32 = 118;
/// How it ends when the exit is a program and cannot be run.
pub const ENDED_UNRUN: i32 = 119;

/// What an exit is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// It judges and hears of changes.
    Change,
    /// It makes passwords.
    Generator,
}

/// The first message to the process.
#[derive(Debug, Serialize, Deserialize)]
pub struct Launch {
    /// What the file is.
    pub form: Form,
    /// What it is for.
    pub kind: Kind,
    /// What to do without Landlock.
    pub confinement: Confinement,
    /// Whether it may connect.
    pub network: Network,
    /// What it may read beside the system's files.
    pub reads: Vec<PathBuf>,
    /// The address space it may have, in bytes.
    pub memory: u64,
}

/// A call to the exit.
#[derive(Debug, Serialize, Deserialize)]
pub struct Request {
    /// The user, as Countersign knows him.
    pub user: String,
    /// The application.
    pub application: String,
    /// The name he logs on with there.
    pub login: String,
    /// Which function.
    pub call: Call,
}

/// Which function of the exit is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Call {
    /// PreSetPwd.
    Before {
        /// So many bytes of the new password follow.
        password: u32,
    },
    /// PostSetPwd.
    After {
        /// So many bytes of the new password follow.
        password: u32,
    },
    /// PwdAutoGen.
    Generate {
        /// What the password has to be.
        rules: PasswordRules,
        /// The room for it, in bytes, with its NUL.
        size: u32,
    },
}

/// What the process says. It has to say `Confined` before it loads anything, then `Loaded`, then `Ready`.
#[derive(Debug, Serialize, Deserialize)]
pub enum Answer {
    /// It has confined itself.
    Confined(Confined),
    /// The exit is loaded and has all functions.
    Loaded,
    /// Its Init has returned zero.
    Ready,
    /// A function has returned.
    Returned {
        /// What.
        code: u64,
        /// The text behind `pszExtra`.
        said: Option<Vec<u8>>,
        /// So many bytes of a password follow.
        password: u32,
    },
    /// It went wrong, and the process ends.
    Fault(Fault),
}

/// What the process itself found wrong.
#[derive(Debug, Serialize, Deserialize)]
pub enum Fault {
    /// It cannot be confined as it has to be.
    NotConfined(String),
    /// It cannot be loaded.
    Unloadable(String),
    /// It lacks a function.
    Lacks(String),
    /// It is for another version.
    Version(u64),
    /// Bytes before szPassword were written.
    Underrun,
    /// There is no NUL within iPwdSize.
    Unterminated,
}

/// A message as it is sent.
///
/// # Errors
/// When it is longer than [`LONGEST`].
pub fn written<T: Serialize>(message: &T) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut frame = Zeroizing::new(postcard::to_extend(message, vec![0; size_of::<u32>()]).map_err(io::Error::other)?);
    let length = u32::try_from(frame.len().saturating_sub(size_of::<u32>())).ok();
    let length = length.filter(|length| *length <= LONGEST);
    let length = length.ok_or_else(|| io::Error::other("a message would be too long"))?;
    if let Some(place) = frame.first_chunk_mut() {
        *place = length.to_le_bytes();
    }
    Ok(frame)
}

/// Sends a message.
///
/// # Errors
/// When it is longer than [`LONGEST`], or cannot be written.
pub fn say<T: Serialize>(to: &mut impl Write, message: &T) -> io::Result<()> {
    to.write_all(&written(message)?)
}

/// The next message.
///
/// # Errors
/// When it cannot be read, and `InvalidData` when it is none.
pub fn hear<T: DeserializeOwned>(from: &mut impl Read) -> io::Result<T> {
    let mut length = [0; size_of::<u32>()];
    from.read_exact(&mut length)?;
    let length = u32::from_le_bytes(length);
    if length > LONGEST {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a message is too long"));
    }
    let length = usize::try_from(length).map_err(io::Error::other)?;
    let mut frame = Zeroizing::new(vec![0; length]);
    from.read_exact(&mut frame)?;
    postcard::from_bytes(&frame).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "a message is none"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_heard_as_they_were_said() {
        let mut wire = Vec::new();
        say(&mut wire, &Kind::Generator).unwrap();
        assert_eq!(hear::<Kind>(&mut wire.as_slice()).unwrap(), Kind::Generator);
        assert!(written(&vec![0_u8; 64 << 10]).is_err());
        for wrong in [&[1, 0, 0, 0, 9][..], &u32::MAX.to_le_bytes()] {
            let refused = hear::<Kind>(&mut &*wrong).unwrap_err();
            assert_eq!(refused.kind(), io::ErrorKind::InvalidData);
        }
        let cut = hear::<Kind>(&mut &[1, 0, 0, 0][..]).unwrap_err();
        assert_eq!(cut.kind(), io::ErrorKind::UnexpectedEof);
    }
}
