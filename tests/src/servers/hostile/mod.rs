//! A directory server that does whatever a test tells it to.
//!
//! It speaks TLS with a certificate that is right or wrong in one way, or something else before TLS; then it answers each request with the
//! bytes of a script. [`ber`] has good messages and pieces of bad ones. It keeps what it was told, so that a test can see that a password
//! never left the client.
//!
//! ```no_run
//! use countersign_tests::servers::hostile::{Answer, Hostile, Identity, Opening, ber, polite};
//!
//! // Polite at the bind; then two bytes that are no answer to anything.
//! let server = Hostile::start(Opening::Tls(Identity::Right), |request| match request.is_search() {
//!     true => vec![Answer::Bytes(vec![0x30, 0x00])],
//!     false => polite(request),
//! });
//! ```

pub mod ber;
mod channel;
mod heard;

use std::net::{IpAddr, Ipv4Addr, Shutdown, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

pub use heard::{Heard, Over, Request};

use super::door::{Door, reset};
use super::port::Port;
use super::tls::{Authority, Validity, loopback, write};
use crate::{Deadline, LabError, Result};
use channel::Channel;
use heard::Notebook;

/// Whose certificate it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// Its own, good in every way.
    Right,
    /// Signed by somebody whom the client does not know.
    WrongAuthority,
    /// Of another host.
    WrongHost,
    /// No longer valid.
    Expired,
    /// Not valid yet.
    NotYet,
}

impl Identity {
    const ALL: [Self; 5] = [
        Self::Right,
        Self::WrongAuthority,
        Self::WrongHost,
        Self::Expired,
        Self::NotYet,
    ];
}

/// How a connection begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opening {
    /// With TLS, as the client expects.
    Tls(Identity),
    /// With these bytes in clear, and then TLS with the right certificate.
    ClearThenTls(Vec<u8>),
    /// In clear: TLS only when the script says so (StartTLS), or never.
    Clear,
    /// With TLS, as the client expects, and these bytes before it has asked for anything.
    TlsThenBytes(Vec<u8>),
    /// With nothing: it listens and says no word.
    Silent,
}

/// What it does next.
#[derive(Clone)]
pub enum Answer {
    /// Sends these bytes.
    Bytes(Vec<u8>),
    /// Sends these bytes for 0, 1, 2…, until the client hangs up.
    Endless(Arc<dyn Fn(u64) -> Vec<u8> + Send + Sync>),
    /// Begins TLS on a connection in clear.
    Tls(Identity),
    /// Says that nothing more comes.
    Close,
    /// Resets the connection.
    Reset,
}

impl Answer {
    /// A message that answers this request.
    #[must_use]
    pub fn to(request: &Request, operation: &[u8]) -> Self {
        Self::Bytes(ber::message(request.id, operation))
    }

    /// The same with controls.
    #[must_use]
    pub fn with(request: &Request, operation: &[u8], controls: &[Vec<u8>]) -> Self {
        Self::Bytes(ber::message_with(request.id, operation, controls))
    }
}

/// What a server without guile says that has nothing in it: yes to a bind, nothing found to a search, no to everything else.
#[must_use]
pub fn polite(request: &Request) -> Vec<Answer> {
    let operation = match request.operation {
        Request::BIND => ber::bind_response(0, ""),
        Request::SEARCH => ber::done(0, ""),
        Request::EXTENDED => ber::extended_response(2, "not here"),
        Request::UNBIND => return vec![Answer::Close],
        Request::ABANDON => return Vec::new(),
        // A change is answered by the next number; that of a deletion is no sequence.
        other => ber::result(0x60 | ((other & 0x1f) + 1), 53, "not here"),
    };
    vec![Answer::to(request, &operation)]
}

type Script = dyn Fn(&Request) -> Vec<Answer> + Send + Sync;

/// The server, on a loopback port of its own, until the value is dropped.
#[derive(Debug)]
pub struct Hostile {
    // First, so that nobody comes any more.
    _door: Door,
    port: Port,
    folder: tempfile::TempDir,
    ca: PathBuf,
    house: Arc<House>,
}

/// What every connection's thread knows.
struct House {
    opening: Opening,
    script: Box<Script>,
    faces: Vec<(Identity, Arc<ServerConfig>)>,
    notebook: Notebook,
    open: Mutex<Vec<TcpStream>>,
}

impl std::fmt::Debug for House {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("House")
            .field("opening", &self.opening)
            .finish_non_exhaustive()
    }
}

impl Hostile {
    /// Starts it. The script is asked at each request that is a message of LDAP, in clear or through TLS.
    pub fn start(opening: Opening, script: impl Fn(&Request) -> Vec<Answer> + Send + Sync + 'static) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("countersign-hostile.").tempdir();
        let failed = |source| LabError::File {
            action: "make a folder in",
            path: "/tmp".into(),
            source,
        };
        let folder = folder.map_err(failed)?;
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        std::fs::set_permissions(folder.path(), open).map_err(failed)?;
        let authority = Authority::new("Laboratory Root")?;
        let ca = folder.path().join("ca.pem");
        write(&ca, authority.certificate(), 0o644)?;
        let house = Arc::new(House {
            opening,
            script: Box::new(script),
            faces: faces(&authority)?,
            notebook: Notebook::default(),
            open: Mutex::default(),
        });
        let port = Port::claim()?;
        let visited = house.clone();
        let door = Door::open(port.number(), move |stream| visit(stream, &visited))?;
        Ok(Self {
            _door: door,
            port,
            folder,
            ca,
            house,
        })
    }

    /// Its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port.number()
    }

    /// `ldaps://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("ldaps://127.0.0.1:{}", self.port())
    }

    /// The certificate that a client trusts: by it the right identity is right, and the others are wrong.
    #[must_use]
    pub fn ca(&self) -> &Path {
        &self.ca
    }

    /// Its folder, for what a test wants to put beside it.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What it was told until now, by connection.
    #[must_use]
    pub fn heard(&self) -> Vec<Heard> {
        self.house.notebook.all()
    }

    /// True when these bytes came over the wire for everybody to see.
    #[must_use]
    pub fn saw_in_clear(&self, secret: &[u8]) -> bool {
        let heard = self.heard();
        heard
            .iter()
            .any(|heard| heard.raw.windows(secret.len()).any(|bytes| bytes == secret))
    }

    /// Waits until every connection is over, of which there was at least one; returns what they brought.
    pub fn all_over(&self, deadline: Deadline) -> Result<Vec<Heard>> {
        deadline.wait_for("the end of the connections", || {
            let heard = self.heard();
            (!heard.is_empty() && heard.iter().all(|heard| heard.ended)).then_some(heard)
        })
    }

    /// Waits until what it heard fits.
    pub fn wait_until(&self, deadline: Deadline, what: &str, fits: impl Fn(&[Heard]) -> bool) -> Result<()> {
        deadline.wait_for(what, || fits(&self.heard()).then_some(()))
    }
}

impl Drop for Hostile {
    fn drop(&mut self) {
        for stream in self.house.open() {
            let _gone_already = stream.shutdown(Shutdown::Both);
        }
    }
}

impl House {
    fn open(&self) -> Vec<TcpStream> {
        std::mem::take(&mut *self.open.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn face(&self, identity: Identity) -> Option<Arc<ServerConfig>> {
        let found = self.faces.iter().find(|(one, _)| *one == identity);
        found.map(|(_, face)| face.clone())
    }
}

fn visit(stream: TcpStream, house: &Arc<House>) {
    let (Ok(kept), Ok(last)) = (stream.try_clone(), stream.try_clone()) else {
        return;
    };
    house.open.lock().unwrap_or_else(PoisonError::into_inner).push(kept);
    let house = house.clone();
    let number = house.notebook.new_page();
    std::thread::spawn(move || {
        // The client may hang up at any moment: that is the end of it.
        let _hung_up = serve(stream, &house, number);
        let _gone_already = last.shutdown(Shutdown::Both);
        house.notebook.note_end(number);
    });
}

fn serve(stream: TcpStream, house: &House, number: usize) -> std::io::Result<()> {
    let mut channel = Channel::new(stream, &house.notebook, number);
    match &house.opening {
        Opening::Tls(identity) => channel.secure(house.face(*identity))?,
        Opening::ClearThenTls(bytes) => {
            channel.send(bytes)?;
            channel.secure(house.face(Identity::Right))?;
        }
        Opening::TlsThenBytes(bytes) => {
            channel.secure(house.face(Identity::Right))?;
            channel.send(bytes)?;
        }
        Opening::Clear => {}
        Opening::Silent => return channel.listen(),
    }
    while let Some(request) = channel.request()? {
        house.notebook.note(number, request.clone());
        for answer in (house.script)(&request) {
            match answer {
                Answer::Bytes(bytes) => channel.send(&bytes)?,
                Answer::Endless(next) => {
                    for count in 0.. {
                        channel.send(&next(count))?;
                    }
                }
                Answer::Tls(identity) => channel.secure(house.face(identity))?,
                Answer::Close => return channel.close(),
                Answer::Reset => {
                    reset(channel.socket());
                    return Ok(());
                }
            }
        }
    }
    Ok(())
}

fn faces(authority: &Authority) -> Result<Vec<(Identity, Arc<ServerConfig>)>> {
    let stranger = Authority::new("Laboratory Root")?;
    let elsewhere = (
        vec![IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1))],
        vec!["elsewhere.example.org".to_owned()],
    );
    let face = |identity| {
        let issued = match identity {
            Identity::Right => authority.server(&loopback(), Validity::Now),
            Identity::WrongAuthority => stranger.server(&loopback(), Validity::Now),
            Identity::WrongHost => authority.server(&elsewhere, Validity::Now),
            Identity::Expired => authority.server(&loopback(), Validity::Past),
            Identity::NotYet => authority.server(&loopback(), Validity::Future),
        }?;
        let failed = |error: &dyn std::fmt::Display| LabError::Tool {
            program: "rustls".to_owned(),
            message: error.to_string(),
        };
        let certificate =
            CertificateDer::from_pem_slice(issued.certificate.as_bytes()).map_err(|error| failed(&error))?;
        let key = PrivateKeyDer::from_pem_slice(issued.key.as_bytes()).map_err(|error| failed(&error))?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let builder = builder.map_err(|error| failed(&error))?.with_no_client_auth();
        let configuration = builder.with_single_cert(vec![certificate], key);
        Ok((identity, Arc::new(configuration.map_err(|error| failed(&error))?)))
    };
    Identity::ALL.into_iter().map(face).collect()
}
