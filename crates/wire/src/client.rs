use crate::folder::{Folder, FolderProblem, Trust};
use crate::frame::{FrameError, read_answer, read_frame, write_frame};
use crate::hello::{Greeting, Introduction, PROTOCOL, Welcome};
use crate::peer::{PeerProblem, own_uid};
use crate::timed::Timed;
use crate::{ErrorReply, Peer, Reply, Request, SocketPlace};
use countersign_secret::Password;
use std::io;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::Duration;

/// Why the agent did not do it.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// No agent listens. Start it: `systemctl --user start countersign`, or `countersign-agent &`.
    #[error("the agent is not running (nothing listens on {0})")]
    NotRunning(PathBuf),
    /// The socket's folder is not to be trusted.
    #[error(transparent)]
    Folder(FolderProblem),
    /// Somebody else serves the socket.
    #[error(transparent)]
    Peer(#[from] PeerProblem),
    /// The connection could not be made or broke.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// What came back is no answer.
    #[error("the agent's answer cannot be understood; update the older of agent and client, then restart the agent")]
    Answer,
    /// The agent says why not.
    #[error(transparent)]
    Failed(#[from] ErrorReply),
}

/// A connection to the agent. Several calls may follow each other; silent ones are closed by the agent after some seconds, so connect
/// again after asking the user something.
#[derive(Debug)]
pub struct Client {
    stream: UnixStream,
    patience: Duration,
    agent: String,
}

/// How long one frame may take once it has begun.
const FRAME: Duration = Duration::from_secs(10);

impl Client {
    /// Connects and says hello; `program` is the client's name and version.
    ///
    /// # Errors
    /// See [`ClientError`]. Nothing is sent before the folder and the server's user have been checked.
    pub fn connect(place: &SocketPlace, program: &str) -> Result<Self, ClientError> {
        let own = own_uid();
        let folder = Folder::open(place.folder(), own, Trust::OwnOrRoots).map_err(|problem| match problem {
            FolderProblem::Missing(_) => ClientError::NotRunning(place.socket()),
            problem => ClientError::Folder(problem),
        })?;
        let stream = UnixStream::connect(folder.socket()).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => ClientError::NotRunning(place.socket()),
            _ => FrameError::from(error).into(),
        })?;
        Peer::of(&stream)
            .map_err(FrameError::from)?
            .judge_server(own, folder.facts)?;
        let mut client = Self {
            stream,
            patience: Duration::from_secs(120),
            agent: String::new(),
        };
        client.hello(program)?;
        Ok(client)
    }

    /// The same with another time to wait for an answer. It is long by default: unlocking takes its time.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// The agent's name and version.
    #[must_use]
    pub fn agent(&self) -> &str {
        &self.agent
    }

    fn hello(&mut self, program: &str) -> Result<(), ClientError> {
        let greeting = Greeting::Hello(Introduction::new(program));
        let header = serde_json::to_vec(&greeting).map_err(|_| ClientError::Answer)?;
        let sent = write_frame(&mut Timed::writing(&self.stream, FRAME), &header, &[]);
        // An agent that turns us away may close before our hello is written: its answer says why.
        let frame = match read_frame(&mut Timed::reading(&self.stream, FRAME, FRAME)) {
            Ok(Some(frame)) => frame,
            other => {
                sent?;
                other?;
                return Err(FrameError::Truncated.into());
            }
        };
        match serde_json::from_slice(&frame.header) {
            Ok(Welcome::Welcome(agent)) if agent.protocol == PROTOCOL => {
                self.agent = agent.program;
                Ok(())
            }
            Ok(Welcome::Error(error)) => Err(error.into()),
            _ => Err(ClientError::Answer),
        }
    }

    /// Asks for something. `secrets` go in the order the request names.
    ///
    /// # Errors
    /// See [`ClientError`]; an error of the agent's is [`ClientError::Failed`], never a reply.
    pub fn call(&mut self, request: &Request, secrets: &[Password]) -> Result<(Reply, Vec<Password>), ClientError> {
        let header = serde_json::to_vec(request).map_err(|_| ClientError::Answer)?;
        write_frame(&mut Timed::writing(&self.stream, FRAME), &header, secrets)?;
        let mut timed = Timed::reading(&self.stream, self.patience, FRAME);
        let frame = read_answer(&mut timed)?.ok_or(FrameError::Truncated)?;
        match serde_json::from_slice(&frame.header) {
            Ok(Reply::Error(error)) => Err(error.into()),
            Ok(reply) => Ok((reply, frame.secrets)),
            Err(_) => Err(ClientError::Answer),
        }
    }
}
