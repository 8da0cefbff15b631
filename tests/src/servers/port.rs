use std::net::{Ipv4Addr, TcpListener};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};

use crate::{LabError, Result};

/// Below the ports that the system hands out by itself, so that one stays ours while nobody listens on it.
const FIRST: u16 = 20_000;
const COUNT: u16 = 12_000;

/// A loopback port that no other test takes as long as this value lives, whether or not something listens on it.
#[derive(Debug)]
pub struct Port {
    number: u16,
    // A name that only one process of the machine can have: it goes with the process, whatever happens.
    _claim: UnixListener,
}

impl Port {
    /// Claims a free one.
    pub fn claim() -> Result<Self> {
        let start = u16::try_from(std::process::id() % u32::from(COUNT)).unwrap_or_default();
        let found = (0..COUNT)
            .map(|step| FIRST + (start + step) % COUNT)
            .find_map(|number| {
                let claim = claim(&format!("countersign-lab-port-{number}"))?;
                TcpListener::bind((Ipv4Addr::LOCALHOST, number)).ok()?;
                Some(Self { number, _claim: claim })
            });
        found.ok_or_else(|| LabError::Tool {
            program: "the laboratory".to_owned(),
            message: format!("no port from {FIRST} to {} is free", FIRST + COUNT),
        })
    }

    /// Its number.
    #[must_use]
    pub fn number(&self) -> u16 {
        self.number
    }
}

/// A name in the abstract namespace, unless another process has it.
pub(super) fn claim(name: &str) -> Option<UnixListener> {
    let address = SocketAddr::from_abstract_name(name).ok()?;
    UnixListener::bind_addr(&address).ok()
}
