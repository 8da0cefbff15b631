//! Speaking to a program: a line of JSON each way, and a password beside it (`docs/exits/README.md`).

use super::process::Process;
use super::{Returned, Trouble};
use crate::protocol::{Call, Kind, Request, VERSION};
use crate::rules::PasswordRules;
use crate::sentence::Sentence;
use countersign_secret::{Password, SecretBytes};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::io::{ErrorKind, Read};

/// The longest answer, in bytes: a sentence of which every byte is escaped, a password, and some room.
const LONGEST: usize = 32 << 10;

#[derive(Serialize)]
struct Question<'a> {
    version: u32,
    #[serde(flatten)]
    asked: Asked<'a>,
}

#[derive(Serialize)]
#[serde(tag = "call", rename_all = "kebab-case")]
enum Asked<'a> {
    Init {
        kind: &'static str,
    },
    Before {
        user: &'a str,
        application: &'a str,
        login: &'a str,
        password_bytes: u32,
    },
    After {
        user: &'a str,
        application: &'a str,
        login: &'a str,
        password_bytes: u32,
    },
    Generate {
        user: &'a str,
        application: &'a str,
        login: &'a str,
        rules: PasswordRules,
        most_bytes: u32,
    },
}

#[derive(Deserialize)]
struct Said<'a> {
    version: u32,
    code: u64,
    #[serde(borrow, default)]
    message: Option<Cow<'a, str>>,
    #[serde(default)]
    password_bytes: usize,
}

/// Asks it to make itself ready.
pub(super) fn init(process: &mut Process, kind: Kind) -> Result<Returned, Trouble> {
    let kind = match kind {
        Kind::Change => "change",
        Kind::Generator => "generator",
    };
    ask(process, Asked::Init { kind }, None)
}

/// Asks it what a function of a library would be called for.
pub(super) fn call(process: &mut Process, request: &Request, secret: &[u8]) -> Result<Returned, Trouble> {
    let (user, application, login) = (&*request.user, &*request.application, &*request.login);
    let with_secret = match request.call {
        Call::Before { .. } | Call::After { .. } => Some(secret),
        Call::Generate { .. } => None,
    };
    let asked = match request.call {
        Call::Before { password } => Asked::Before {
            user,
            application,
            login,
            password_bytes: password,
        },
        Call::After { password } => Asked::After {
            user,
            application,
            login,
            password_bytes: password,
        },
        Call::Generate { rules, size } => Asked::Generate {
            user,
            application,
            login,
            rules,
            most_bytes: size.saturating_sub(1),
        },
    };
    ask(process, asked, with_secret)
}

fn ask(process: &mut Process, asked: Asked<'_>, secret: Option<&[u8]>) -> Result<Returned, Trouble> {
    let question = Question {
        version: VERSION,
        asked,
    };
    let mut line = serde_json::to_vec(&question).map_err(|error| Trouble::Garbled(error.to_string()))?;
    line.push(b'\n');
    let end: &[u8] = if secret.is_some() { b"\n" } else { b"" };
    process.ask(&line, secret.unwrap_or_default(), end)?;
    answer(process)
}

/// Reads the line of an answer and the password after it.
fn answer(process: &mut impl Read) -> Result<Returned, Trouble> {
    let mut said = Buffer {
        bytes: SecretBytes::zeroed(LONGEST),
        used: 0,
    };
    let end = loop {
        if let Some(end) = said.get().iter().position(|byte| *byte == b'\n') {
            break end;
        }
        said.more(process)?;
    };
    let (code, sentence, length) = {
        let line = said.get().get(..end).unwrap_or_default();
        // Where it breaks is said, not what is there: that may be the secret.
        let read: Said<'_> = serde_json::from_slice(line)
            .map_err(|error| Trouble::Garbled(format!("it is no answer in JSON (column {})", error.column())))?;
        if read.version != VERSION {
            return Err(Trouble::Garbled(format!(
                "its version is {}, not {VERSION}",
                read.version
            )));
        }
        let sentence = read.message.and_then(sentence);
        (read.code, sentence, read.password_bytes)
    };
    if length == 0 {
        return match said.get().get(end + 1..) {
            None | Some([]) => Ok(Returned {
                code,
                said: sentence,
                password: None,
            }),
            Some(_) => Err(Trouble::Garbled("more came than its line".to_owned())),
        };
    }
    if length > Password::MAX {
        return Err(Trouble::Password(countersign_secret::PasswordError::TooLong));
    }
    let last = end + 1 + length;
    while said.used <= last {
        said.more(process)?;
    }
    match said.get().get(end + 1..).and_then(<[u8]>::split_last) {
        Some((b'\n', password)) if password.len() == length => Ok(Returned {
            code,
            said: sentence,
            password: Some(Password::from_utf8(password)?),
        }),
        _ => Err(Trouble::Garbled(
            "its password has another length than it says".to_owned(),
        )),
    }
}

fn sentence(message: Cow<'_, str>) -> Option<Sentence> {
    match message {
        Cow::Borrowed(text) => Sentence::of(text.as_bytes()),
        Cow::Owned(text) => Sentence::of(zeroize::Zeroizing::new(text).as_bytes()),
    }
}

/// What has been heard so far, in locked memory.
struct Buffer {
    bytes: SecretBytes,
    used: usize,
}

impl Buffer {
    fn get(&self) -> &[u8] {
        self.bytes.expose().get(..self.used).unwrap_or_default()
    }

    fn more(&mut self, process: &mut impl Read) -> Result<(), Trouble> {
        let room = self.bytes.expose_mut().get_mut(self.used..).unwrap_or_default();
        if room.is_empty() {
            return Err(Trouble::Garbled("its answer is longer than 32 KiB".to_owned()));
        }
        match process.read(room)? {
            0 => Err(Trouble::Pipe(ErrorKind::UnexpectedEof.into())),
            read => {
                self.used += read;
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(bytes: &[u8]) -> Result<Returned, Trouble> {
        answer(&mut &*bytes)
    }

    #[test]
    fn answers_are_read_with_what_stands_beside_them() {
        let plain = heard(b"{\"version\":1,\"code\":0}\n").unwrap();
        assert!(plain.code == 0 && plain.said.is_none() && plain.password.is_none());
        let no = heard("{\"version\":1,\"code\":7,\"message\":\"zu\\n \\u006burz\"}\n".as_bytes()).unwrap();
        assert_eq!((no.code, no.said.unwrap().expose()), (7, "zu  kurz"));
        let made = heard(b"{\"version\":1,\"code\":0,\"password_bytes\":3}\na\nb\n").unwrap();
        assert_eq!(made.password.unwrap().expose(), "a\nb");
    }

    #[test]
    fn what_is_no_answer_is_refused_and_not_repeated() {
        let long = [b' '; LONGEST + 1];
        for wrong in [
            &b"hunter2\n"[..],
            b"{\"version\":2,\"code\":0}\n",
            b"{\"version\":1}\n",
            b"{\"version\":1,\"code\":0}\nx",
            b"{\"version\":1,\"code\":0,\"password_bytes\":2}\nabc\n",
            &long,
        ] {
            let Err(Trouble::Garbled(why)) = heard(wrong) else {
                panic!("{}", String::from_utf8_lossy(wrong))
            };
            assert!(!why.contains("hunter2"));
        }
        for cut in [
            &b""[..],
            b"{\"version\"",
            b"{\"version\":1,\"code\":0,\"password_bytes\":2}\nab",
        ] {
            assert!(matches!(heard(cut), Err(Trouble::Pipe(_))));
        }
    }
}
