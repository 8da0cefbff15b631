//! What a server sent, taken apart without trusting it.

use countersign_directory::ldap::protocol::{Attribute, LONGEST_VALUE, MOST_ATTRIBUTES, MOST_VALUES};
use ldap3::ResultEntry;
use ldap3::asn1::{PL, StructureTag};
use serde_bytes::ByteBuf;

/// No directory has names that are longer.
const LONGEST_DN: usize = 16 << 10;

/// The DN of a search result entry (RFC 4511, section 4.5.2), and those of its attributes that were asked for; `None` when it is none.
///
/// What is over the bounds is left out, as if the entry did not have it: one that somebody blew up hides no other.
pub(crate) fn parse(entry: ResultEntry, asked: &[String]) -> Option<(String, Vec<Attribute>)> {
    let mut parts = constructed(entry.0)?.into_iter();
    let dn = text(parts.next()?)?;
    if dn.len() > LONGEST_DN {
        return None;
    }
    let attributes = constructed(parts.next()?)?;
    let (mut taken, mut room) = (Vec::new(), LONGEST_VALUE);
    for attribute in attributes {
        let mut parts = constructed(attribute)?.into_iter();
        let name = text(parts.next()?)?;
        let values = constructed(parts.next()?)?;
        if taken.len() == MOST_ATTRIBUTES || !asked.iter().any(|asked| asked.eq_ignore_ascii_case(&name)) {
            continue;
        }
        let mut within = Vec::new();
        for value in values {
            let value = primitive(value)?;
            if within.len() < MOST_VALUES && value.len() <= room {
                room -= value.len();
                within.push(ByteBuf::from(value));
            }
        }
        taken.push((name, within));
    }
    Some((dn, taken))
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
    use ldap3::asn1::TagClass;

    fn tag(payload: PL) -> StructureTag {
        StructureTag {
            class: TagClass::Universal,
            id: 4,
            payload,
        }
    }

    fn attribute(name: &[u8], values: &[Vec<u8>]) -> StructureTag {
        let values = values.iter().map(|value| tag(PL::P(value.clone()))).collect();
        tag(PL::C(vec![tag(PL::P(name.to_vec())), tag(PL::C(values))]))
    }

    fn parsed(dn: &[u8], attributes: Vec<StructureTag>) -> Option<(String, Vec<Attribute>)> {
        let entry = ResultEntry::new(tag(PL::C(vec![tag(PL::P(dn.to_vec())), tag(PL::C(attributes))])));
        parse(entry, &["cn".to_owned(), "data".to_owned()])
    }

    #[test]
    fn what_was_asked_for_is_taken_within_bounds() {
        let small = vec![b"v".to_vec()];
        let (dn, taken) = parsed(b"cn=a", vec![attribute(b"CN", &small), attribute(b"other", &small)]).unwrap();
        assert_eq!((dn.as_str(), taken.len(), taken[0].0.as_str()), ("cn=a", 1, "CN"));
        let huge = vec![vec![0; LONGEST_VALUE + 1], b"v".to_vec()];
        let (_, taken) = parsed(b"cn=a", vec![attribute(b"cn", &huge)]).unwrap();
        assert_eq!(taken[0].1, [ByteBuf::from("v")]);
        let many = vec![b"v".to_vec(); MOST_VALUES + 9];
        let (_, taken) = parsed(b"cn=a", vec![attribute(b"cn", &many)]).unwrap();
        assert_eq!(taken[0].1.len(), MOST_VALUES);
        let (_, taken) = parsed(b"cn=a", vec![attribute(b"cn", &small); MOST_ATTRIBUTES + 9]).unwrap();
        assert_eq!(taken.len(), MOST_ATTRIBUTES);
        assert!(parsed(b"cn=\xff", vec![]).is_none());
        assert!(parsed(b"cn=a", vec![attribute(b"\xff", &small)]).is_none());
        assert!(parsed(b"cn=a", vec![tag(PL::P(vec![]))]).is_none());
    }

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
