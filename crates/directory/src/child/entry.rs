//! What a server sent, taken apart without trusting it.

use countersign_directory::ldap::protocol::Attribute;
use ldap3::ResultEntry;
use ldap3::asn1::{PL, StructureTag};
use serde_bytes::ByteBuf;

/// The DN and attributes of a search result entry (RFC 4511, section 4.5.2); `None` when it is none.
pub(crate) fn parse(entry: ResultEntry) -> Option<(String, Vec<Attribute>)> {
    let mut parts = constructed(entry.0)?.into_iter();
    let dn = text(parts.next()?)?;
    let attributes = constructed(parts.next()?)?;
    let attributes = attributes.into_iter().map(|attribute| {
        let mut parts = constructed(attribute)?.into_iter();
        let name = text(parts.next()?)?;
        let values = constructed(parts.next()?)?;
        let values = values.into_iter().map(|value| Some(ByteBuf::from(primitive(value)?)));
        Some((name, values.collect::<Option<Vec<_>>>()?))
    });
    Some((dn, attributes.collect::<Option<Vec<_>>>()?))
}

fn constructed(tag: StructureTag) -> Option<Vec<StructureTag>> {
    match tag.payload {
        PL::C(parts) => Some(parts),
        PL::P(_) => None,
    }
}

fn primitive(tag: StructureTag) -> Option<Vec<u8>> {
    match tag.payload {
        PL::P(bytes) => Some(bytes),
        PL::C(_) => None,
    }
}

fn text(tag: StructureTag) -> Option<String> {
    String::from_utf8(primitive(tag)?).ok()
}

/// One element of BER with a definite length: its tag, its contents, what follows it.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(*first), rest),
        0x81..=0x83 => {
            let (length, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            let length = length.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
            (length, rest)
        }
        _ => return None,
    };
    let (contents, rest) = rest.split_at_checked(length)?;
    Some((*tag, contents, rest))
}

/// The cookie of a page (RFC 2696); `None` when it is none.
pub(crate) fn cookie(value: &[u8]) -> Option<Vec<u8>> {
    let (0x30, page, _) = element(value)? else { return None };
    let (0x02, _, rest) = element(page)? else { return None };
    let (0x04, cookie, _) = element(rest)? else { return None };
    Some(cookie.to_vec())
}

/// The error of a password policy response (draft-behera-ldap-password-policy, section 6.2); `None` when there is none.
pub(crate) fn policy_error(value: &[u8]) -> Option<u8> {
    let (0x30, mut parts, _) = element(value)? else {
        return None;
    };
    while let Some((tag, contents, rest)) = element(parts) {
        if let (0x81, [error]) = (tag, contents) {
            return Some(*error);
        }
        parts = rest;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_values_are_read_and_garbage_is_not() {
        assert_eq!(cookie(&[0x30, 7, 2, 1, 0, 4, 2, 9, 8]), Some(vec![9, 8]));
        assert_eq!(cookie(&[0x30, 5, 2, 1, 0, 4, 0]), Some(Vec::new()));
        assert_eq!(cookie(&[0x30, 0x81, 7, 2, 1, 0, 4, 0x81, 1, 9]), Some(vec![9]));
        assert_eq!(policy_error(&[0x30, 3, 0x81, 1, 1]), Some(1));
        assert_eq!(policy_error(&[0x30, 8, 0xa0, 3, 0x80, 1, 5, 0x81, 1, 2]), Some(2));
        assert_eq!(policy_error(&[0x30, 0]), None);
        for bad in [
            &[][..],
            &[0x30],
            &[0x30, 0x80],
            &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
            &[0x30, 2, 2, 1],
            &[0x30, 5, 4, 1, 0, 4, 0],
            &[0x31, 5, 2, 1, 0, 4, 0],
        ] {
            assert_eq!(cookie(bad), None, "{bad:?}");
            assert_eq!(policy_error(bad), None, "{bad:?}");
        }
    }
}
