use std::io::{Error, Read, Result, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;

use rustls::{ServerConfig, ServerConnection};

use super::ber;
use super::heard::{Notebook, Over, Request};

/// A connection, in clear or through TLS, that keeps what comes.
pub(super) struct Channel<'a> {
    wire: Wire<'a>,
    tls: Option<ServerConnection>,
    waiting: Vec<u8>,
    count: u64,
}

/// The socket. Every byte that is read from it is noted.
struct Wire<'a> {
    socket: TcpStream,
    notebook: &'a Notebook,
    page: usize,
}

impl<'a> Channel<'a> {
    pub(super) fn new(socket: TcpStream, notebook: &'a Notebook, page: usize) -> Self {
        // Small answers go at once, each as it is.
        let _slower_otherwise = socket.set_nodelay(true);
        Self {
            wire: Wire { socket, notebook, page },
            tls: None,
            waiting: Vec::new(),
            count: 0,
        }
    }

    pub(super) fn socket(&self) -> &TcpStream {
        &self.wire.socket
    }

    /// Shakes hands. What came in clear until now does not count as said through TLS.
    pub(super) fn secure(&mut self, face: Option<Arc<ServerConfig>>) -> Result<()> {
        let face = face.ok_or_else(|| Error::other("no such identity"))?;
        let mut tls = ServerConnection::new(face).map_err(Error::other)?;
        self.waiting.clear();
        while tls.is_handshaking() {
            if let Err(error) = tls.complete_io(&mut self.wire) {
                self.wire.notebook.note_objection(self.wire.page, &error.to_string());
                return Err(error);
            }
        }
        self.tls = Some(tls);
        Ok(())
    }

    pub(super) fn send(&mut self, bytes: &[u8]) -> Result<()> {
        match &mut self.tls {
            None => self.wire.socket.write_all(bytes),
            Some(tls) => {
                let mut stream = rustls::Stream::new(tls, &mut self.wire);
                stream.write_all(bytes)?;
                stream.flush()
            }
        }
    }

    /// The next message; `None` when the client says no more.
    pub(super) fn request(&mut self) -> Result<Option<Request>> {
        loop {
            if let Some((length, id, operation)) = ber::first(&self.waiting) {
                let bytes = self.waiting.drain(..length).collect();
                self.count += 1;
                return Ok(Some(Request {
                    number: self.count - 1,
                    id,
                    operation,
                    bytes,
                    over: if self.tls.is_some() { Over::Tls } else { Over::Clear },
                }));
            }
            let mut some = [0; 4096];
            let read = match &mut self.tls {
                None => self.wire.read(&mut some)?,
                Some(tls) => rustls::Stream::new(tls, &mut self.wire).read(&mut some)?,
            };
            if read == 0 {
                return Ok(None);
            }
            self.waiting.extend(some.iter().take(read));
        }
    }

    /// Takes what comes and answers nothing, until the client hangs up.
    pub(super) fn listen(&mut self) -> Result<()> {
        let mut some = [0; 4096];
        while self.wire.read(&mut some)? > 0 {}
        Ok(())
    }

    pub(super) fn close(&mut self) -> Result<()> {
        if let Some(tls) = &mut self.tls {
            tls.send_close_notify();
            tls.write_tls(&mut self.wire)?;
        }
        self.wire.socket.shutdown(Shutdown::Both)
    }
}

impl Read for Wire<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let read = self.socket.read(buffer)?;
        self.notebook
            .note_raw(self.page, buffer.get(..read).unwrap_or_default());
        Ok(read)
    }
}

impl Write for Wire<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.socket.write(bytes)
    }

    fn flush(&mut self) -> Result<()> {
        self.socket.flush()
    }
}
