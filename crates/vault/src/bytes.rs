//! Strict little-endian reading and writing.

/// Bytes that are not what the format says, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed(pub(crate) &'static str);

/// The containers there are, by their first eight bytes.
pub(crate) mod magic {
    pub(crate) const RECORD: &[u8; 8] = b"CSRECRD\n";
    pub(crate) const HEADER: &[u8; 8] = b"CSVAULT\n";
    pub(crate) const DEVICE_SLOTS: &[u8; 8] = b"CSSLOTS\n";
    pub(crate) const JOIN: &[u8; 8] = b"CSJOIN1\n";
    pub(crate) const KEY_FILE: &[u8; 8] = b"CSKEYFL\n";
    /// Never stored: it opens the associated data of a slot.
    pub(crate) const SLOT: &[u8; 8] = b"CS1SLOT\n";

    /// Whether the bytes begin like a container of ours, of whatever kind.
    pub(crate) fn is_ours(found: &[u8; 8]) -> bool {
        [RECORD, HEADER, DEVICE_SLOTS, JOIN, KEY_FILE].contains(&found)
    }
}

/// Reads from the front; every length is bounded by the caller.
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn take(&mut self, len: usize, what: &'static str) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.rest.split_at_checked(len).ok_or(Malformed(what))?;
        self.rest = rest;
        Ok(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], Malformed> {
        let (taken, rest) = self.rest.split_first_chunk::<N>().ok_or(Malformed(what))?;
        self.rest = rest;
        Ok(*taken)
    }

    pub(crate) fn u8(&mut self, what: &'static str) -> Result<u8, Malformed> {
        self.array::<1>(what).map(|[byte]| byte)
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
    pub(crate) fn prefixed(&mut self, longest: usize, what: &'static str) -> Result<&'a [u8], Malformed> {
        let len = usize::from(self.u16(what)?);
        if len > longest {
            return Err(Malformed(what));
        }
        self.take(len, what)
    }

    /// Text behind a 16-bit length.
    pub(crate) fn text(&mut self, longest: usize, what: &'static str) -> Result<&'a str, Malformed> {
        std::str::from_utf8(self.prefixed(longest, what)?).map_err(|_| Malformed(what))
    }

    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(crate) fn end(&self, what: &'static str) -> Result<(), Malformed> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(Malformed(what))
        }
    }
}

/// Writes into a buffer of known size; too much is an error, never a growth that would leave copies behind.
pub(crate) struct Writer<'a> {
    rest: &'a mut [u8],
}

impl<'a> Writer<'a> {
    pub(crate) fn new(buffer: &'a mut [u8]) -> Self {
        Self { rest: buffer }
    }

    pub(crate) fn put(&mut self, bytes: &[u8]) -> Result<(), Malformed> {
        let rest = std::mem::take(&mut self.rest);
        let (place, rest) = rest
            .split_at_mut_checked(bytes.len())
            .ok_or(Malformed("the buffer is too short"))?;
        place.copy_from_slice(bytes);
        self.rest = rest;
        Ok(())
    }

    /// Bytes behind a 16-bit length.
    pub(crate) fn put_prefixed(&mut self, bytes: &[u8], longest: usize, what: &'static str) -> Result<(), Malformed> {
        let len = length16(bytes, longest, what)?;
        self.put(&len.to_le_bytes())?;
        self.put(bytes)
    }
}

/// The length as 16 bits, if it is within `longest`.
pub(crate) fn length16(bytes: &[u8], longest: usize, what: &'static str) -> Result<u16, Malformed> {
    if bytes.len() > longest {
        return Err(Malformed(what));
    }
    u16::try_from(bytes.len()).map_err(|_| Malformed(what))
}

/// Every part behind its length in 32 bits: no two lists of parts give the same bytes.
pub(crate) fn frame(parts: &[&[u8]]) -> Vec<u8> {
    let mut framed = Vec::with_capacity(parts.iter().map(|part| 4 + part.len()).sum());
    for part in parts {
        framed.extend_from_slice(&length32(part).to_le_bytes());
        framed.extend_from_slice(part);
    }
    framed
}

/// The length in 32 bits. Nothing here is longer: every input is bounded far below.
pub(crate) fn length32(part: &[u8]) -> u32 {
    u32::try_from(part.len()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn framing_is_unambiguous() {
        assert_ne!(frame(&[b"ab", b"c"]), frame(&[b"a", b"bc"]));
        assert_eq!(frame(&[b"ab", b""]), [2, 0, 0, 0, b'a', b'b', 0, 0, 0, 0]);
    }

    #[test]
    fn reading_past_the_end_says_what_was_missing() {
        let mut reader = Reader::new(&[1, 0, 9]);
        assert_eq!(reader.u16("count"), Ok(1));
        assert_eq!(reader.u32("length"), Err(Malformed("length")));
        assert_eq!(reader.end("more"), Err(Malformed("more")));
        assert_eq!(
            Reader::new(&[3, 0, 1, 2, 3]).prefixed(2, "name"),
            Err(Malformed("name"))
        );
        assert_eq!(
            Reader::new(&[3, 0, 1, 2, 3]).prefixed(3, "name"),
            Ok([1, 2, 3].as_slice())
        );
        assert_eq!(
            Reader::new(&[4, 0, 1, 2, 3]).prefixed(4, "name"),
            Err(Malformed("name"))
        );
    }

    #[test]
    fn lengths_are_bounded_where_they_are_written() {
        assert_eq!(length16(&[0; 3], 3, "name"), Ok(3));
        assert_eq!(length16(&[0; 4], 3, "name"), Err(Malformed("name")));
        assert_eq!(length16(&[0; 5], 3, "name"), Err(Malformed("name")));
        let long = vec![0; usize::from(u16::MAX) + 1];
        assert_eq!(length16(&long, usize::MAX, "name"), Err(Malformed("name")));
    }

    #[test]
    fn writing_past_the_end_is_refused() {
        let mut buffer = [0; 3];
        let mut writer = Writer::new(&mut buffer);
        assert!(writer.put(&[1, 2]).is_ok());
        assert!(writer.put(&[3, 4]).is_err());
    }
}
