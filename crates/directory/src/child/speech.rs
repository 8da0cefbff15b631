//! The child's end of the socket to its parent.

use countersign_directory::ldap::protocol::{Answer, LONGEST, Request};
use std::io::{Error, ErrorKind};
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream as StdStream;
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufWriter};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::Mutex;

const GATHERED: usize = 64 << 10;

/// What is heard and said.
pub(crate) struct Speech {
    ear: OwnedReadHalf,
    mouth: Mutex<BufWriter<OwnedWriteHalf>>,
}

impl Speech {
    /// Standard input is a socket to the parent.
    pub(crate) fn over_stdin() -> std::io::Result<Self> {
        let stream = StdStream::from(std::io::stdin().as_fd().try_clone_to_owned()?);
        stream.set_nonblocking(true)?;
        let (ear, mouth) = UnixStream::from_std(stream)?.into_split();
        let mouth = Mutex::new(BufWriter::with_capacity(GATHERED, mouth));
        Ok(Self { ear, mouth })
    }

    /// The next request; `None` when the parent has gone.
    pub(crate) async fn hear(&mut self) -> std::io::Result<Option<Request>> {
        let length = match self.ear.read_u32_le().await {
            Err(error) if error.kind() == ErrorKind::UnexpectedEof => return Ok(None),
            length => length?,
        };
        let length = usize::try_from(length.min(LONGEST)).map_err(Error::other)?;
        let mut frame = vec![0; length];
        self.ear.read_exact(&mut frame).await?;
        postcard::from_bytes(&frame).map(Some).map_err(Error::other)
    }

    /// Says something, soon.
    pub(crate) async fn say(&self, answer: &Answer) -> std::io::Result<()> {
        let frame = postcard::to_allocvec(answer).map_err(Error::other)?;
        let length = u32::try_from(frame.len()).map_err(Error::other)?;
        let mut mouth = self.mouth.lock().await;
        mouth.write_u32_le(length).await?;
        mouth.write_all(&frame).await
    }

    /// Says what was not said yet.
    pub(crate) async fn flush(&self) -> std::io::Result<()> {
        self.mouth.lock().await.flush().await
    }
}
