//! Frames: bounded, length-prefixed, secrets beside the header.
//!
//! ```text
//! "CS"  format: u8 = 1  secrets: u8  header length: u32  { secret length: u16 } * secrets  header  { secret } * secrets
//! ```
//! Numbers are little-endian. A frame has at most [`MAX_FRAME`] bytes and [`MAX_SECRETS`] secrets; one that answers has at most
//! [`MAX_ANSWER`]: a client believes its agent, and ten thousand logons are to be told at once.

use countersign_secret::{Password, PasswordError};
use std::io::{self, Read, Write};

/// The longest frame, everything included.
pub const MAX_FRAME: usize = 1024 * 1024;
/// The longest frame that answers.
pub const MAX_ANSWER: usize = 16 * MAX_FRAME;
/// The most secrets in a frame.
pub const MAX_SECRETS: usize = 16;

const MAGIC: [u8; 2] = *b"CS";
const FORMAT: u8 = 1;
const PREFIX: usize = 8;

/// A frame as it came.
#[derive(Debug)]
pub struct Frame {
    /// The JSON header.
    pub header: Vec<u8>,
    /// The secrets, each already in locked memory.
    pub secrets: Vec<Password>,
}

/// Why a frame could not be read or written. After any of these the stream is of no use any more.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// The bytes are no frame of this protocol.
    #[error("the other side does not speak Countersign's protocol")]
    Foreign,
    /// A frame format this version does not know.
    #[error("the other side speaks frame format {0}, this program speaks {FORMAT}; update the older of the two")]
    Format(u8),
    /// Over a bound.
    #[error("the message is too large ({0}); ask for less at once")]
    TooLarge(String),
    /// The stream ended inside a frame.
    #[error("the connection ended in the middle of a message")]
    Truncated,
    /// The other side is too slow or silent.
    #[error("the other side did not answer in time")]
    TimedOut,
    /// A secret that is no text.
    #[error(transparent)]
    Secret(#[from] PasswordError),
    /// The stream failed.
    #[error("the connection failed: {0}")]
    Io(io::Error),
}

impl From<io::Error> for FrameError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Truncated,
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Self::TimedOut,
            _ => Self::Io(error),
        }
    }
}

/// Writes a frame. Secrets go from their locked memory straight to the stream.
///
/// # Errors
/// [`FrameError::TooLarge`] before anything is written; otherwise what the stream says.
pub fn write_frame(to: &mut impl Write, header: &[u8], secrets: &[Password]) -> Result<(), FrameError> {
    write(to, header, secrets, MAX_FRAME)
}

/// The same for an answer.
///
/// # Errors
/// Those of [`write_frame`].
pub fn write_answer(to: &mut impl Write, header: &[u8], secrets: &[Password]) -> Result<(), FrameError> {
    write(to, header, secrets, MAX_ANSWER)
}

fn write(to: &mut impl Write, header: &[u8], secrets: &[Password], most: usize) -> Result<(), FrameError> {
    let lengths = secrets
        .iter()
        .map(|secret| u16::try_from(secret.expose().len()).map_err(|_| FrameError::Secret(PasswordError::TooLong)))
        .collect::<Result<Vec<u16>, _>>()?;
    check_size(header.len(), &lengths, most)?;
    let mut start = Vec::with_capacity(PREFIX + 2 * lengths.len() + header.len());
    start.extend_from_slice(&MAGIC);
    start.push(FORMAT);
    start.push(u8::try_from(lengths.len()).map_err(|_| too_many())?);
    start.extend_from_slice(&u32::try_from(header.len()).map_err(|_| too_long(most))?.to_le_bytes());
    for length in &lengths {
        start.extend_from_slice(&length.to_le_bytes());
    }
    start.extend_from_slice(header);
    to.write_all(&start)?;
    for secret in secrets {
        to.write_all(secret.expose().as_bytes())?;
    }
    to.flush()?;
    Ok(())
}

/// Reads a frame; `None` when the stream ends before one begins. Secrets go from the stream straight into locked memory.
///
/// # Errors
/// See [`FrameError`]. Nothing over the bounds is allocated, and nothing before it has arrived.
pub fn read_frame(from: &mut impl Read) -> Result<Option<Frame>, FrameError> {
    read(from, MAX_FRAME)
}

/// The same for an answer.
///
/// # Errors
/// Those of [`read_frame`].
pub fn read_answer(from: &mut impl Read) -> Result<Option<Frame>, FrameError> {
    read(from, MAX_ANSWER)
}

fn read(from: &mut impl Read, most: usize) -> Result<Option<Frame>, FrameError> {
    let mut first = [0; 1];
    loop {
        match from.read(&mut first) {
            Ok(0) => return Ok(None),
            Ok(_) => break,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error.into()),
        }
    }
    let mut rest = [0; PREFIX - 1];
    let [magic0] = first;
    if magic0 != MAGIC[0] {
        return Err(FrameError::Foreign);
    }
    from.read_exact(&mut rest)?;
    let [magic1, format, count, length @ ..] = rest;
    if magic1 != MAGIC[1] {
        return Err(FrameError::Foreign);
    }
    if format != FORMAT {
        return Err(FrameError::Format(format));
    }
    let count = usize::from(count);
    let header_len = usize::try_from(u32::from_le_bytes(length)).map_err(|_| too_long(most))?;
    if count > MAX_SECRETS {
        return Err(too_many());
    }
    let mut lengths = Vec::with_capacity(count);
    for _ in 0..count {
        let mut length = [0; 2];
        from.read_exact(&mut length)?;
        lengths.push(u16::from_le_bytes(length));
    }
    check_size(header_len, &lengths, most)?;
    let mut header = Vec::new();
    from.by_ref()
        .take(u64::try_from(header_len).map_err(|_| too_long(most))?)
        .read_to_end(&mut header)?;
    if header.len() != header_len {
        return Err(FrameError::Truncated);
    }
    let secrets = lengths
        .into_iter()
        .map(|length| read_secret(from, usize::from(length)))
        .collect::<Result<_, _>>()?;
    Ok(Some(Frame { header, secrets }))
}

fn read_secret(from: &mut impl Read, length: usize) -> Result<Password, FrameError> {
    Password::try_fill(length, |into| {
        from.read_exact(into)?;
        Ok::<_, FrameError>(length)
    })
}

fn check_size(header: usize, secrets: &[u16], most: usize) -> Result<(), FrameError> {
    if secrets.len() > MAX_SECRETS {
        return Err(too_many());
    }
    if secrets.iter().any(|length| usize::from(*length) > Password::MAX) {
        return Err(FrameError::Secret(PasswordError::TooLong));
    }
    let sizes = secrets.iter().map(|length| usize::from(*length) + 2).sum::<usize>();
    if header > most - PREFIX - sizes {
        return Err(too_long(most));
    }
    Ok(())
}

fn too_long(most: usize) -> FrameError {
    FrameError::TooLarge(format!("more than {most} bytes"))
}

fn too_many() -> FrameError {
    FrameError::TooLarge(format!("more than {MAX_SECRETS} secrets"))
}
