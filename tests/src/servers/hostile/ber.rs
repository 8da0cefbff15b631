//! Messages of LDAP in bytes: the good ones, and pieces to make bad ones from. Nothing here checks that the result makes sense.

/// An element: a tag, the length, the content.
#[must_use]
pub fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    match content.len() {
        length @ 0..0x80 => bytes.push(length as u8),
        length => {
            let length = (length as u64).to_be_bytes();
            let significant: Vec<u8> = length.into_iter().skip_while(|byte| *byte == 0).collect();
            bytes.push(0x80 | significant.len() as u8);
            bytes.extend(significant);
        }
    }
    bytes.extend(content);
    bytes
}

/// Only tag and length: a promise of so many bytes, of which none comes with it.
#[must_use]
pub fn promise(tag: u8, length: u64) -> Vec<u8> {
    let mut bytes = vec![tag, 0x88];
    bytes.extend(length.to_be_bytes());
    bytes
}

/// So many sequences, one in the other.
#[must_use]
pub fn nested(depth: usize) -> Vec<u8> {
    // From the inside out it would be quadratic: the lengths are known from the outside in.
    let mut lengths = Vec::with_capacity(depth);
    let mut inside = 0_usize;
    for _ in 0..depth {
        lengths.push(inside);
        inside += if inside < 0x80 { 2 } else { 5 };
    }
    let mut bytes = Vec::with_capacity(inside);
    for length in lengths.into_iter().rev() {
        match u8::try_from(length) {
            Ok(short @ 0..0x80) => bytes.extend([0x30, short]),
            _ => {
                let [_, a, b, c] = (length as u32).to_be_bytes();
                bytes.extend([0x30, 0x83, a, b, c]);
            }
        }
    }
    bytes
}

/// A sequence of elements.
#[must_use]
pub fn sequence(elements: &[Vec<u8>]) -> Vec<u8> {
    element(0x30, &elements.concat())
}

/// A number, as INTEGER (0x02) or ENUMERATED (0x0a).
#[must_use]
pub fn number(tag: u8, value: i64) -> Vec<u8> {
    let bytes = value.to_be_bytes();
    let mut from = 0;
    // A leading byte that only repeats the sign is left out.
    while let Some([first, second]) = bytes.get(from..from + 2) {
        let repeats = matches!((first, second >> 7), (0x00, 0) | (0xff, 1));
        if !repeats {
            break;
        }
        from += 1;
    }
    element(tag, bytes.get(from..).unwrap_or_default())
}

/// An OCTET STRING.
#[must_use]
pub fn octets(bytes: &[u8]) -> Vec<u8> {
    element(0x04, bytes)
}

/// A whole message: the number of the request that it answers, and what it says.
#[must_use]
pub fn message(id: i64, operation: &[u8]) -> Vec<u8> {
    sequence(&[number(0x02, id), operation.to_vec()])
}

/// A message with controls.
#[must_use]
pub fn message_with(id: i64, operation: &[u8], controls: &[Vec<u8>]) -> Vec<u8> {
    let controls = element(0xa0, &controls.concat());
    sequence(&[number(0x02, id), operation.to_vec(), controls])
}

/// A result of any operation: 0 is success.
#[must_use]
pub fn result(tag: u8, code: i64, said: &str) -> Vec<u8> {
    let parts = [number(0x0a, code), octets(b""), octets(said.as_bytes())];
    element(tag, &parts.concat())
}

/// A result that sends the client elsewhere (code 10).
#[must_use]
pub fn referral(tag: u8, urls: &[&str]) -> Vec<u8> {
    let urls: Vec<u8> = urls.iter().flat_map(|url| octets(url.as_bytes())).collect();
    let parts = [number(0x0a, 10), octets(b""), octets(b""), element(0xa3, &urls)];
    element(tag, &parts.concat())
}

/// The answer to a bind.
#[must_use]
pub fn bind_response(code: i64, said: &str) -> Vec<u8> {
    result(0x61, code, said)
}

/// The end of a search.
#[must_use]
pub fn done(code: i64, said: &str) -> Vec<u8> {
    result(0x65, code, said)
}

/// An entry that a search found.
#[must_use]
pub fn entry(dn: &str, attributes: &[(&str, &[&[u8]])]) -> Vec<u8> {
    let attributes: Vec<_> = attributes
        .iter()
        .map(|(name, values)| {
            let values: Vec<u8> = values.iter().flat_map(|value| octets(value)).collect();
            sequence(&[octets(name.as_bytes()), element(0x31, &values)])
        })
        .collect();
    element(0x64, &[octets(dn.as_bytes()), sequence(&attributes)].concat())
}

/// A search that goes on elsewhere.
#[must_use]
pub fn reference(urls: &[&str]) -> Vec<u8> {
    let urls: Vec<u8> = urls.iter().flat_map(|url| octets(url.as_bytes())).collect();
    element(0x73, &urls)
}

/// The answer to an extended request, such as StartTLS.
#[must_use]
pub fn extended_response(code: i64, said: &str) -> Vec<u8> {
    result(0x78, code, said)
}

/// A control by its identifier.
#[must_use]
pub fn control(oid: &str, value: &[u8]) -> Vec<u8> {
    sequence(&[octets(oid.as_bytes()), octets(value)])
}

/// The control of paged results: an estimate, and the cookie for the next page (empty: there is none).
#[must_use]
pub fn paging(estimate: i64, cookie: &[u8]) -> Vec<u8> {
    let value = sequence(&[number(0x02, estimate), octets(cookie)]);
    control("1.2.840.113556.1.4.319", &value)
}

/// The message that a buffer begins with, if it is complete: how long it is, its number, and its operation's tag.
pub(super) fn first(buffer: &[u8]) -> Option<(usize, i64, u8)> {
    let (head, length) = header(buffer)?;
    let content = buffer.get(head..head + length)?;
    let (id_head, id_length) = header(content)?;
    let digits = content.get(id_head..id_head + id_length)?;
    let id = digits.iter().fold(0_i64, |id, digit| id << 8 | i64::from(*digit));
    let tag = content.get(id_head + id_length).copied()?;
    Some((head + length, id, tag))
}

/// Of an element: bytes of tag and length, and bytes of content.
fn header(bytes: &[u8]) -> Option<(usize, usize)> {
    match *bytes.get(1)? {
        short @ 0..0x80 => Some((2, usize::from(short))),
        long => {
            let count = usize::from(long & 0x7f);
            let digits = bytes.get(2..2 + count)?;
            let length = digits
                .iter()
                .fold(0_usize, |length, digit| length << 8 | usize::from(*digit));
            Some((2 + count, length))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_as_the_standard_writes_them() {
        assert_eq!(number(0x02, 0), [2, 1, 0]);
        assert_eq!(number(0x02, 127), [2, 1, 127]);
        assert_eq!(number(0x02, 128), [2, 2, 0, 128]);
        assert_eq!(number(0x02, -1), [2, 1, 0xff]);
        assert_eq!(element(4, &[7; 3]), [4, 3, 7, 7, 7]);
        assert_eq!(element(4, &[0; 200])[..3], [4, 0x81, 200]);
        assert_eq!(promise(0x30, 1 << 62)[..3], [0x30, 0x88, 0x40]);
        assert_eq!(
            message(1, &bind_response(0, "")),
            b"\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00\x04\x00"
        );
        assert_eq!(nested(3), [0x30, 4, 0x30, 2, 0x30, 0]);
        let deep = nested(8000);
        assert_eq!(header(&deep), Some((5, deep.len() - 5)));
    }

    #[test]
    fn a_message_is_found_when_it_is_complete() {
        let bytes = message(300, &done(0, "well"));
        assert_eq!(first(&bytes), Some((bytes.len(), 300, 0x65)));
        for cut in 0..bytes.len() {
            assert_eq!(first(&bytes[..cut]), None);
        }
    }
}
