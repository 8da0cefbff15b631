//! Strict little-endian reading.

/// What is not as the format says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed(pub(crate) &'static str);

/// Reads from the front.
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], Malformed> {
        let (taken, rest) = self.rest.split_first_chunk::<N>().ok_or(Malformed(what))?;
        self.rest = rest;
        Ok(*taken)
    }

    pub(crate) fn u8(&mut self, what: &'static str) -> Result<u8, Malformed> {
        self.array(what).map(u8::from_le_bytes)
    }

    pub(crate) fn u16(&mut self, what: &'static str) -> Result<u16, Malformed> {
        self.array(what).map(u16::from_le_bytes)
    }

    pub(crate) fn u32(&mut self, what: &'static str) -> Result<u32, Malformed> {
        self.array(what).map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self, what: &'static str) -> Result<u64, Malformed> {
        self.array(what).map(u64::from_le_bytes)
    }

    /// Bytes behind a 16-bit length.
    pub(crate) fn bytes(&mut self, longest: usize, what: &'static str) -> Result<&'a [u8], Malformed> {
        let len = usize::from(self.u16(what)?);
        let (taken, rest) = self.rest.split_at_checked(len).ok_or(Malformed(what))?;
        self.rest = rest;
        (len <= longest).then_some(taken).ok_or(Malformed(what))
    }

    /// Text behind a 16-bit length.
    pub(crate) fn text(&mut self, longest: usize, what: &'static str) -> Result<String, Malformed> {
        let text = std::str::from_utf8(self.bytes(longest, what)?);
        text.map(str::to_owned).map_err(|_| Malformed(what))
    }

    pub(crate) fn end(&self, what: &'static str) -> Result<(), Malformed> {
        self.rest.is_empty().then_some(()).ok_or(Malformed(what))
    }
}

/// Text behind a 16-bit length; too long a text has to be refused before.
pub(crate) fn put_text(to: &mut Vec<u8>, text: &str) {
    put_bytes(to, text.as_bytes());
}

/// Bytes behind a 16-bit length; too many have to be refused before.
pub(crate) fn put_bytes(to: &mut Vec<u8>, bytes: &[u8]) {
    to.extend_from_slice(&u16::try_from(bytes.len()).unwrap_or(u16::MAX).to_le_bytes());
    to.extend_from_slice(bytes);
}
