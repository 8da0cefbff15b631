use crate::connection::{Connection, turn_away};
use crate::folder::{Folder, Trust};
use crate::peer::{PeerProblem, own_uid};
use crate::seats::Seats;
use crate::{FolderProblem, Peer, SocketPlace};
use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec};
use rustix::fs::{FlockOperation, Mode};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// What one client may take up.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at a time. For one more the oldest idle one of the process that has the most is closed; a process that has as
    /// many itself is told that the agent is busy.
    pub connections: usize,
    /// How long a connection may be silent before it is closed.
    pub silence: Duration,
    /// How long one frame may take, either way.
    pub frame: Duration,
}

/// The most connections, where there are descriptors enough.
const CONNECTIONS: u64 = 32;

impl Default for Limits {
    /// A quarter of the descriptors this process may have is for clients, so that they do not run out for their sake.
    fn default() -> Self {
        let descriptors = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
        let connections = descriptors.map_or(CONNECTIONS, |most| (most / 4).clamp(4, CONNECTIONS));
        Self {
            connections: usize::try_from(connections).unwrap_or(usize::MAX),
            silence: Duration::from_secs(20),
            frame: Duration::from_secs(5),
        }
    }
}

/// Why the socket could not be had.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// An agent of this user is there already.
    #[error("an agent is already running{}; use it, or end it first", with_pid(*.0))]
    AlreadyRunning(Option<u32>),
    /// Its folder is not to be trusted.
    #[error(transparent)]
    Folder(#[from] FolderProblem),
    /// Something that is not our stale socket is in its place.
    #[error(
        "{0} is there and is not a socket of yours; find out who put it there, remove it, and start the agent again"
    )]
    Squatted(PathBuf),
    /// The system would not have it.
    #[error("the agent cannot listen on {place}: {why}")]
    System {
        /// The socket.
        place: PathBuf,
        /// Why.
        why: io::Error,
    },
}

fn with_pid(pid: Option<u32>) -> String {
    pid.map(|pid| format!(" (process {pid})")).unwrap_or_default()
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum AcceptError {
    /// [`Stopper::stop`] was called.
    #[error("the listener was stopped")]
    Stopped,
    /// Another user's process; its connection is closed. Accept again.
    #[error(transparent)]
    Peer(#[from] PeerProblem),
    /// Too many connections; this one was told so and closed. Accept again.
    #[error("{0} connections are open; one more was turned away")]
    TooMany(usize),
    /// The system failed. Accept again after a moment.
    #[error("no connection could be accepted: {0}")]
    System(io::Error),
}

/// Ends a listener from another thread.
#[derive(Clone, Debug)]
pub struct Stopper(Arc<OwnedFd>);

impl Stopper {
    /// Makes [`Listener::accept`] return [`AcceptError::Stopped`], now and from then on.
    pub fn stop(&self) {
        // Only fails when the counter is full, and then it is signalled anyway.
        let _ = rustix::io::write(&self.0, &1_u64.to_ne_bytes());
    }
}

/// The agent's socket.
pub struct Listener {
    socket: UnixListener,
    /// The folder, its lock, and the socket's inode. Not of a listener that was passed in.
    bound: Option<(Folder, (u64, u64))>,
    own: u32,
    seats: Arc<Seats>,
    limits: Limits,
    stop: Stopper,
}

impl Listener {
    /// Makes the socket, its folder too. Call this before other threads make files: it sets the umask for a moment.
    ///
    /// # Errors
    /// See [`BindError`]. A stale socket of one's own is replaced; anything else in its place is left alone and named.
    pub fn bind(place: &SocketPlace) -> Result<Self, BindError> {
        let own = own_uid();
        let system = |why: io::Error| BindError::System {
            place: place.socket(),
            why,
        };
        let folder = Folder::make(place.folder(), own)?;
        let path = folder.socket();
        let alive = || {
            let stream = UnixStream::connect(&path).ok()?;
            Some(Peer::of(&stream).ok().map(|peer| peer.pid))
        };
        // Two agents started at once must not take each other's socket for a stale one: the folder is locked as long as one lives.
        match rustix::fs::flock(&folder.handle, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(rustix::io::Errno::WOULDBLOCK) => return Err(BindError::AlreadyRunning(alive().flatten())),
            Err(why) => return Err(system(why.into())),
        }
        if let Some(occupant) = folder.occupant().map_err(|why| system(why.into()))? {
            if !occupant.is_socket || occupant.owner != own {
                return Err(BindError::Squatted(place.socket()));
            }
            if let Some(pid) = alive() {
                return Err(BindError::AlreadyRunning(pid));
            }
            folder.remove_socket().map_err(|why| system(why.into()))?;
        }
        let before = rustix::process::umask(Mode::from_raw_mode(0o177));
        let socket = UnixListener::bind(&path);
        rustix::process::umask(before);
        let socket = socket.map_err(system)?;
        let inode = folder
            .occupant()
            .map_err(|why| system(why.into()))?
            .map(|made| made.inode);
        let bound = inode.map(|inode| (folder, inode));
        Self::over(socket, bound, own).map_err(system)
    }

    /// Takes over a listening socket that was passed in (socket activation). Its folder is checked as a client would.
    ///
    /// # Errors
    /// See [`BindError`].
    pub fn from_activated(socket: UnixListener) -> Result<Self, BindError> {
        let own = own_uid();
        let system = |why: io::Error| BindError::System {
            place: PathBuf::from("the socket that was passed in"),
            why,
        };
        let address = socket.local_addr().map_err(system)?;
        if let Some(folder) = address.as_pathname().and_then(|path| path.parent()) {
            Folder::open(folder, own, Trust::OwnOrRoots)?;
        }
        Self::over(socket, None, own).map_err(system)
    }

    fn over(socket: UnixListener, bound: Option<(Folder, (u64, u64))>, own: u32) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        let stop = rustix::event::eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
        Ok(Self {
            socket,
            bound,
            own,
            seats: Arc::default(),
            limits: Limits::default(),
            stop: Stopper(Arc::new(stop)),
        })
    }

    /// The same with other limits.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// What ends it.
    #[must_use]
    pub fn stopper(&self) -> Stopper {
        self.stop.clone()
    }

    /// Waits for the next client. Its user is checked, and that there is room for it.
    ///
    /// # Errors
    /// See [`AcceptError`]; all but [`AcceptError::Stopped`] are about this one client.
    pub fn accept(&self) -> Result<Connection, AcceptError> {
        loop {
            let mut wanted = [
                PollFd::new(&self.stop.0, PollFlags::IN),
                PollFd::new(&self.socket, PollFlags::IN),
            ];
            match rustix::event::poll(&mut wanted, None) {
                Ok(_) => {}
                Err(rustix::io::Errno::INTR) => continue,
                Err(error) => return Err(AcceptError::System(error.into())),
            }
            let [stopped, _] = wanted;
            if !stopped.revents().is_empty() {
                return Err(AcceptError::Stopped);
            }
            match self.socket.accept() {
                Ok((stream, _)) => return self.admit(stream),
                Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {}
                // No descriptors left: whoever keeps many idle connections has to give way, and the next one is asked in at once.
                Err(error) if out_of_descriptors(&error) && self.seats.make_room() => {}
                Err(error) => return Err(AcceptError::System(error)),
            }
        }
    }

    fn admit(&self, stream: UnixStream) -> Result<Connection, AcceptError> {
        let peer = Peer::of(&stream).map_err(AcceptError::System)?;
        peer.judge_client(self.own)?;
        stream.set_nonblocking(false).map_err(AcceptError::System)?;
        let stream = Arc::new(stream);
        match self.seats.take(peer.pid, &stream, self.limits.connections) {
            Some(place) => Ok(Connection::new(stream, peer, self.limits, place)),
            None => {
                turn_away(&stream);
                Err(AcceptError::TooMany(self.limits.connections))
            }
        }
    }

    /// Waits a moment, or until stopped, so that a system without descriptors is not asked in a circle.
    pub(crate) fn rest(&self) {
        let mut wanted = [PollFd::new(&self.stop.0, PollFlags::IN)];
        let moment = Timespec {
            tv_sec: 0,
            tv_nsec: 100_000_000,
        };
        let _ = rustix::event::poll(&mut wanted, Some(&moment));
    }
}

fn out_of_descriptors(error: &io::Error) -> bool {
    use rustix::io::Errno;
    let errno = error.raw_os_error();
    [Errno::MFILE, Errno::NFILE]
        .iter()
        .any(|full| errno == Some(full.raw_os_error()))
}

impl Drop for Listener {
    fn drop(&mut self) {
        // Only our own socket is removed, never one that came after it.
        if let Some((folder, inode)) = &self.bound
            && let Ok(Some(occupant)) = folder.occupant()
            && occupant.inode == *inode
        {
            let _ = folder.remove_socket();
        }
    }
}
