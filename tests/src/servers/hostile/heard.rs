use std::sync::{Mutex, MutexGuard, PoisonError};

/// How a request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// For everybody to see.
    Clear,
    /// Through TLS, which the client found good: it has finished its part of the handshake.
    Tls,
}

/// A message from the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Which one of its connection, from 0.
    pub number: u64,
    /// The message's own number.
    pub id: i64,
    /// The tag of its operation, such as [`Request::BIND`].
    pub operation: u8,
    /// The whole message.
    pub bytes: Vec<u8>,
    /// How it came.
    pub over: Over,
}

impl Request {
    /// A bind, with the password in it.
    pub const BIND: u8 = 0x60;
    /// The client's good-bye.
    pub const UNBIND: u8 = 0x42;
    /// A search.
    pub const SEARCH: u8 = 0x63;
    /// A change of attributes.
    pub const MODIFY: u8 = 0x66;
    /// A new entry.
    pub const ADD: u8 = 0x68;
    /// A deletion.
    pub const DELETE: u8 = 0x4a;
    /// Never mind.
    pub const ABANDON: u8 = 0x50;
    /// Something else, such as StartTLS.
    pub const EXTENDED: u8 = 0x77;

    /// True for a bind.
    #[must_use]
    pub fn is_bind(&self) -> bool {
        self.operation == Self::BIND
    }

    /// True for a search.
    #[must_use]
    pub fn is_search(&self) -> bool {
        self.operation == Self::SEARCH
    }

    /// True when these bytes are in it, such as a filter's or a cookie's.
    #[must_use]
    pub fn mentions(&self, bytes: &[u8]) -> bool {
        self.bytes.windows(bytes.len()).any(|some| some == bytes)
    }
}

/// What a connection brought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heard {
    /// Every byte as it came over the wire: of TLS, its records.
    pub raw: Vec<u8>,
    /// The messages, in clear or as TLS brought them.
    pub requests: Vec<Request>,
    /// Why the client did not finish the handshake, in the words of TLS; empty if it did, or was not asked to.
    pub objection: String,
    /// True when it is over: nothing more will come.
    pub ended: bool,
}

impl Heard {
    /// Binds that came, in whatever way.
    #[must_use]
    pub fn binds(&self) -> usize {
        self.requests.iter().filter(|request| request.is_bind()).count()
    }
}

/// What all connections brought.
#[derive(Debug, Default)]
pub(super) struct Notebook(Mutex<Vec<Heard>>);

impl Notebook {
    fn pages(&self) -> MutexGuard<'_, Vec<Heard>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn all(&self) -> Vec<Heard> {
        self.pages().clone()
    }

    pub(super) fn new_page(&self) -> usize {
        let mut pages = self.pages();
        pages.push(Heard::default());
        pages.len() - 1
    }

    pub(super) fn note(&self, page: usize, request: Request) {
        self.on(page, |heard| heard.requests.push(request));
    }

    pub(super) fn note_raw(&self, page: usize, bytes: &[u8]) {
        self.on(page, |heard| heard.raw.extend(bytes));
    }

    pub(super) fn note_objection(&self, page: usize, why: &str) {
        self.on(page, |heard| heard.objection = why.to_owned());
    }

    pub(super) fn note_end(&self, page: usize) {
        self.on(page, |heard| heard.ended = true);
    }

    fn on(&self, page: usize, write: impl FnOnce(&mut Heard)) {
        if let Some(heard) = self.pages().get_mut(page) {
            write(heard);
        }
    }
}
