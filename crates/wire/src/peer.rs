//! Whom one talks to, by the kernel's word (`SO_PEERCRED`), checked at both ends.

use crate::folder::FolderFacts;
use std::os::fd::AsFd;

/// The process at the other end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Its user.
    pub uid: u32,
    /// Its group.
    pub gid: u32,
    /// Its process id. Of a socket the session manager listens on: the session manager's.
    pub pid: u32,
}

/// Why the other end is not to be talked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeerProblem {
    /// A client of another user.
    #[error("process {pid} of user {uid} wanted to talk to this user's agent; refused")]
    ForeignClient {
        /// Its user.
        uid: u32,
        /// The process.
        pid: u32,
    },
    /// The agent's socket is served by another user.
    #[error(
        "the agent's socket is served by process {pid} of user {uid}, not by you; end that process, or have it ended, and start the agent again"
    )]
    ForeignServer {
        /// Its user.
        uid: u32,
        /// The process.
        pid: u32,
    },
}

impl Peer {
    /// The other end of a stream.
    pub(crate) fn of(stream: impl AsFd) -> std::io::Result<Self> {
        let credentials = rustix::net::sockopt::socket_peercred(stream)?;
        Ok(Self {
            uid: credentials.uid.as_raw(),
            gid: credentials.gid.as_raw(),
            pid: u32::try_from(credentials.pid.as_raw_nonzero().get()).unwrap_or(0),
        })
    }

    /// Whether an agent of user `own` may serve it: only that user himself.
    pub(crate) fn judge_client(&self, own: u32) -> Result<(), PeerProblem> {
        if self.uid == own {
            return Ok(());
        }
        Err(PeerProblem::ForeignClient {
            uid: self.uid,
            pid: self.pid,
        })
    }

    /// Whether a client of user `own` may trust it: his own process, or root's behind a socket in root's folder.
    pub(crate) fn judge_server(&self, own: u32, folder: FolderFacts) -> Result<(), PeerProblem> {
        if self.uid == own || (self.uid == 0 && folder.owner == 0) {
            return Ok(());
        }
        Err(PeerProblem::ForeignServer {
            uid: self.uid,
            pid: self.pid,
        })
    }
}

pub(crate) fn own_uid() -> u32 {
    rustix::process::geteuid().as_raw()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(uid: u32) -> Peer {
        Peer { uid, gid: 9, pid: 77 }
    }

    #[test]
    fn a_client_must_be_the_user_himself() {
        assert_eq!(peer(1000).judge_client(1000), Ok(()));
        assert_eq!(
            peer(1001).judge_client(1000),
            Err(PeerProblem::ForeignClient { uid: 1001, pid: 77 })
        );
        assert!(peer(0).judge_client(1000).is_err());
    }

    #[test]
    fn a_server_must_be_the_user_or_root_in_roots_folder() {
        let own = FolderFacts {
            owner: 1000,
            mode: 0o700,
        };
        let roots = FolderFacts { owner: 0, mode: 0o755 };
        assert_eq!(peer(1000).judge_server(1000, own), Ok(()));
        assert_eq!(peer(1000).judge_server(1000, roots), Ok(()));
        assert_eq!(peer(0).judge_server(1000, roots), Ok(()));
        assert_eq!(
            peer(0).judge_server(1000, own),
            Err(PeerProblem::ForeignServer { uid: 0, pid: 77 })
        );
        assert!(peer(1001).judge_server(1000, roots).is_err());
    }
}
