use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::JoinHandle;

use rustix::event::{EventfdFlags, PollFd, PollFlags, eventfd, poll};
use rustix::fd::OwnedFd;

use crate::{LabError, Result};

/// A thread that takes connections at a loopback port, until the value is dropped. Then nobody listens there.
#[derive(Debug)]
pub(super) struct Door {
    wake: Arc<OwnedFd>,
    thread: Option<JoinHandle<()>>,
}

impl Door {
    /// Opens it. `come` must not keep it waiting.
    pub(super) fn open(port: u16, come: impl Fn(TcpStream) + Send + 'static) -> Result<Self> {
        let error = |source: std::io::Error| LabError::File {
            action: "listen on",
            path: format!("127.0.0.1:{port}").into(),
            source,
        };
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(error)?;
        let wake = eventfd(0, EventfdFlags::CLOEXEC).map_err(|source| error(source.into()))?;
        let wake = Arc::new(wake);
        let woken = wake.clone();
        let thread = std::thread::spawn(move || accept(&socket, &woken, come));
        Ok(Self {
            wake,
            thread: Some(thread),
        })
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        let _cannot_be_full = rustix::io::write(&*self.wake, &1_u64.to_ne_bytes());
        let _ended = self.thread.take().map(JoinHandle::join);
    }
}

fn accept(listener: &TcpListener, wake: &OwnedFd, come: impl Fn(TcpStream)) {
    loop {
        let mut ready = [PollFd::new(wake, PollFlags::IN), PollFd::new(listener, PollFlags::IN)];
        let polled = poll(&mut ready, None);
        let [woken, comes] = ready.map(|one| !one.revents().is_empty());
        match polled {
            Ok(_) if woken => return,
            Ok(_) if !comes => {}
            Ok(_) => {
                if let Ok((stream, _)) = listener.accept() {
                    come(stream);
                }
            }
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return,
        }
    }
}

/// Tells the other end that this connection never was, whoever else still holds it.
pub(super) fn reset(stream: &TcpStream) {
    let _gone_already = rustix::net::connect_unspec(stream);
}
