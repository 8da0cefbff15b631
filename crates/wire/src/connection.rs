use crate::frame::{FrameError, read_frame, write_answer, write_frame};
use crate::hello::{Welcome, greet};
use crate::seats::{Place, State};
use crate::timed::Timed;
use crate::{Answer, ErrorCode, ErrorReply, Limits, Peer, Reply, Request};
use countersign_secret::Password;
use serde::Serialize;
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::Duration;

/// Why a connection is of no use any more. Close it.
#[derive(Debug, thiserror::Error)]
pub enum ConnectionError {
    /// What came is no frame, or nothing came in time.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// The client does not speak this protocol. It was told so.
    #[error("a client was turned away: {0}")]
    Hello(ErrorReply),
}

/// A client's connection, on the agent's side.
pub struct Connection {
    stream: Arc<UnixStream>,
    peer: Peer,
    limits: Limits,
    place: Place,
}

impl Connection {
    pub(crate) fn new(stream: Arc<UnixStream>, peer: Peer, limits: Limits, place: Place) -> Self {
        Self {
            stream,
            peer,
            limits,
            place,
        }
    }

    /// Who is at the other end.
    #[must_use]
    pub fn peer(&self) -> Peer {
        self.peer
    }

    /// Says hello. Call this first; `program` is the agent's name and version.
    ///
    /// # Errors
    /// [`ConnectionError::Hello`] for a client of another version.
    pub fn greet(&self, program: &str) -> Result<(), ConnectionError> {
        let mut timed = Timed::reading(&self.stream, self.limits.frame, self.limits.frame);
        let frame = read_frame(&mut timed)?.ok_or(FrameError::Truncated)?;
        let welcome = greet(&frame.header, program);
        self.write(&welcome, &[])?;
        match welcome {
            Welcome::Welcome(_) => Ok(()),
            Welcome::Error(error) => Err(ConnectionError::Hello(error)),
        }
    }

    /// The next request and its secrets, `None` when the client is done. Requests that make no sense are answered here.
    ///
    /// # Errors
    /// See [`ConnectionError`].
    pub fn receive(&self) -> Result<Option<(Request, Vec<Password>)>, ConnectionError> {
        self.place.set(State::Waiting);
        loop {
            let mut timed = Timed::reading(&self.stream, self.limits.silence, self.limits.frame);
            let Some(frame) = read_frame(&mut timed)? else {
                return Ok(None);
            };
            match understand(&frame.header, frame.secrets.len()) {
                Ok(request) => {
                    self.place.set(State::Working);
                    return Ok(Some((request, frame.secrets)));
                }
                Err(error) => self.answer(&error.into())?,
            }
        }
    }

    /// Sends an answer. One that is too large is cut (the oldest decisions of a `Why`) or becomes an error.
    ///
    /// # Errors
    /// See [`ConnectionError`].
    pub fn answer(&self, answer: &Answer) -> Result<(), ConnectionError> {
        self.place.set(State::Waiting);
        let sent = self.write(&answer.reply, &answer.secrets);
        let Err(FrameError::TooLarge(_)) = sent else {
            return Ok(sent?);
        };
        if let Reply::Why(all) = &answer.reply
            && all.len() > 1
        {
            let newer = all.get(all.len() / 2..).unwrap_or_default().to_vec();
            return self.answer(&Reply::Why(newer).into());
        }
        let error = ErrorReply::new(ErrorCode::Failed, "the answer is too large for one message")
            .next("ask for less at once, by an id or a limit");
        Ok(self.write(&Reply::Error(error), &[])?)
    }

    fn write(&self, message: &impl Serialize, secrets: &[Password]) -> Result<(), FrameError> {
        let header = serde_json::to_vec(message).map_err(|error| FrameError::Io(error.into()))?;
        write_answer(&mut Timed::writing(&self.stream, self.limits.frame), &header, secrets)
    }
}

/// Tells a client that there is no room for it, without waiting for anything.
pub(crate) fn turn_away(stream: &UnixStream) {
    let error = ErrorReply::new(ErrorCode::Busy, "the agent serves too many clients at the moment")
        .next("try again in a moment; if this stays, end programs that keep connections to the agent open");
    let mut timed = Timed::writing(stream, Duration::from_millis(50));
    if let Ok(header) = serde_json::to_vec(&Welcome::Error(error)) {
        let _ = write_frame(&mut timed, &header, &[]);
    }
}

/// A request out of a header, with as many secrets as it must have.
fn understand(header: &[u8], secrets: usize) -> Result<Request, ErrorReply> {
    let request: Request = serde_json::from_slice(header).map_err(|error| {
        // serde's messages quote what they do not know; only their kind and place are told.
        ErrorReply::new(
            ErrorCode::BadRequest,
            format!(
                "the agent does not know this request (at byte {} of it)",
                error.column()
            ),
        )
        .next("use a client of the agent's version")
    })?;
    if request.secrets() != secrets {
        return Err(ErrorReply::new(
            ErrorCode::BadRequest,
            format!(
                "the request needs {} secrets and came with {secrets}",
                request.secrets()
            ),
        )
        .next("use a client of the agent's version"));
    }
    Ok(request)
}
