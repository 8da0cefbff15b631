//! A list as bytes.

use super::{ListError, ListedRing, Member, Recovery, RootList};
use crate::codec::{Malformed, Reader, put_bytes, put_text};
use crate::publisher::{Kinds, ListedPublisher, PublisherPublic};
use crate::root::RootPublic;
use countersign_model::{Timestamp, Unit};

pub(super) const MAGIC: &[u8; 8] = b"CSTRUST\n";
/// Rings and settings only.
const RINGS_ONLY: u16 = 1;
/// Publishers and revoked keys besides.
const FORMAT: u16 = 2;
const LONGEST_NAME: usize = 256;
const LONGEST: usize = 64 * 1024;
const MOST_MEMBERS: u16 = 256;
const MOST_REVOKED: u16 = 512;
const LONGEST_MORE: usize = 4096;
pub(super) const LONGEST_SETTINGS: usize = 32 * 1024;

const RING: u16 = 1;
const PUBLISHER: u16 = 2;

fn members(list: &RootList) -> Result<Vec<Member>, ListError> {
    let rings: Vec<&ListedRing> = match &list.recovery {
        Recovery::Off => Vec::new(),
        Recovery::One(ring) => vec![ring],
        Recovery::Two(one, other) if one.key == other.key => {
            return Err(ListError::OutOfBounds("two rings need two keys"));
        }
        Recovery::Two(one, other) => vec![one, other],
    };
    let rings = rings.into_iter().map(|ring| Member {
        kind: RING,
        name: ring.name.clone(),
        key: ring.key,
        more: Vec::new(),
    });
    let publishers = list.publishers.iter().map(|publisher| {
        let mut more = publisher.kinds.bits().to_le_bytes().to_vec();
        put_text(&mut more, publisher.unit.as_str());
        Member {
            kind: PUBLISHER,
            name: publisher.name.clone(),
            key: publisher.key.0,
            more,
        }
    });
    Ok(rings.chain(publishers).chain(list.others.iter().cloned()).collect())
}

pub(super) fn encode(list: &RootList) -> Result<Vec<u8>, ListError> {
    let members = members(list)?;
    let named = |name: &str| (1..=LONGEST_NAME).contains(&name.len());
    if !named(&list.organisation) || members.iter().any(|member| !named(&member.name)) {
        return Err(ListError::OutOfBounds("a name has 1 to 256 bytes"));
    }
    if list.version == 0 || list.expires <= list.issued {
        return Err(ListError::OutOfBounds(
            "versions begin at 1, and it has to expire after it was issued",
        ));
    }
    if list.settings.len() > LONGEST_SETTINGS {
        return Err(ListError::OutOfBounds("its settings are longer than 32 KiB"));
    }
    if members.iter().any(|member| member.more.len() > LONGEST_MORE) {
        return Err(ListError::OutOfBounds("what is said of a member is longer than 4 KiB"));
    }
    let bounded = |count: usize, most: u16| u16::try_from(count).ok().filter(|count| *count <= most);
    let count = bounded(members.len(), MOST_MEMBERS).ok_or(ListError::OutOfBounds("it has too many members"))?;
    if list
        .publishers
        .iter()
        .any(|publisher| list.revoked.contains(&publisher.key.0))
    {
        return Err(ListError::OutOfBounds("a publisher's key is revoked"));
    }
    // Agents that know no publishers can go on reading the lists of organisations that have none.
    let plain = list.revoked.is_empty() && members.iter().all(|member| member.more.is_empty());
    let format = if plain { RINGS_ONLY } else { FORMAT };
    let mut bytes = MAGIC.to_vec();
    bytes.extend_from_slice(&format.to_le_bytes());
    bytes.extend_from_slice(&0_u16.to_le_bytes());
    put_text(&mut bytes, &list.organisation);
    bytes.extend_from_slice(&list.version.to_le_bytes());
    bytes.extend_from_slice(&list.issued.0.to_le_bytes());
    bytes.extend_from_slice(&list.expires.0.to_le_bytes());
    bytes.extend_from_slice(&list.root.0);
    bytes.extend_from_slice(&count.to_le_bytes());
    for member in members {
        bytes.extend_from_slice(&member.kind.to_le_bytes());
        put_text(&mut bytes, &member.name);
        bytes.extend_from_slice(&member.key);
        if format == FORMAT {
            put_bytes(&mut bytes, &member.more);
        }
    }
    if format == FORMAT {
        let count = bounded(list.revoked.len(), MOST_REVOKED);
        let count = count.ok_or(ListError::OutOfBounds("it has too many revoked keys"))?;
        if !list.revoked.is_sorted_by(|one, next| one < next) {
            return Err(ListError::OutOfBounds("its revoked keys are not in order"));
        }
        bytes.extend_from_slice(&count.to_le_bytes());
        list.revoked.iter().for_each(|key| bytes.extend_from_slice(key));
    }
    put_text(&mut bytes, &list.settings);
    if bytes.len() > LONGEST - 128 {
        return Err(ListError::OutOfBounds("it is longer than 64 KiB"));
    }
    Ok(bytes)
}

/// What was read, not yet believed: the list, the bytes the signatures are over, the signatures.
pub(super) struct Read<'a> {
    pub(super) list: RootList,
    pub(super) signed: &'a [u8],
    /// Under the list's own root, and in a rotation under the root before it.
    pub(super) signature: [u8; 64],
    pub(super) before: Option<[u8; 64]>,
}

pub(super) fn read(bytes: &[u8]) -> Result<Read<'_>, ListError> {
    if bytes.len() > LONGEST {
        return Err(ListError::Damaged("length"));
    }
    let mut from = Reader::new(bytes);
    if from.array::<8>("magic")? != *MAGIC {
        return Err(ListError::Damaged("magic"));
    }
    let format = from.u16("format")?;
    if !matches!(format, RINGS_ONLY | FORMAT) {
        return Err(ListError::Unsupported(format));
    }
    let (rest, before) = match from.u16("flags")? {
        0 => (bytes, None),
        1 => {
            let (rest, before) = bytes.split_last_chunk::<64>().ok_or(Malformed("length"))?;
            (rest, Some(*before))
        }
        _ => return Err(ListError::Damaged("flags")),
    };
    let (signed, signature) = rest.split_last_chunk::<64>().ok_or(Malformed("length"))?;
    let mut from = Reader::new(signed);
    let _: [u8; 12] = from.array("length")?;
    Ok(Read {
        list: read_list(&mut from, format)?,
        signed,
        signature: *signature,
        before,
    })
}

fn read_list(from: &mut Reader<'_>, format: u16) -> Result<RootList, ListError> {
    let organisation = from.text(LONGEST_NAME, "organisation")?;
    let version = from.u64("version")?;
    let (issued, expires) = (Timestamp(from.u64("time")?), Timestamp(from.u64("time")?));
    let root = RootPublic(from.array("root")?);
    let count = from.u16("members")?;
    if count > MOST_MEMBERS {
        return Err(ListError::Damaged("members"));
    }
    let (mut rings, mut publishers, mut others) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..count {
        let member = Member {
            kind: from.u16("members")?,
            name: from.text(LONGEST_NAME, "members")?,
            key: from.array("members")?,
            more: match format {
                FORMAT => from.bytes(LONGEST_MORE, "members")?.to_vec(),
                _ => Vec::new(),
            },
        };
        match member.kind {
            RING => rings.push(ListedRing {
                name: member.name,
                key: member.key,
            }),
            PUBLISHER if format == FORMAT => publishers.push(publisher(member)?),
            _ => others.push(member),
        }
    }
    let revoked = match format {
        FORMAT => read_revoked(from)?,
        _ => Vec::new(),
    };
    let settings = from.text(LONGEST_SETTINGS, "settings")?;
    from.end("end of the list")?;
    let mut rings = rings.into_iter();
    let recovery = match (rings.next(), rings.next(), rings.next()) {
        (None, ..) => Recovery::Off,
        (Some(ring), None, _) => Recovery::One(ring),
        (Some(one), Some(other), None) if one.key != other.key => Recovery::Two(one, other),
        _ => return Err(ListError::Damaged("recovery rings")),
    };
    Ok(RootList {
        organisation,
        version,
        issued,
        expires,
        root,
        recovery,
        publishers,
        revoked,
        others,
        settings,
    })
}

fn publisher(member: Member) -> Result<ListedPublisher, Malformed> {
    let mut more = Reader::new(&member.more);
    let kinds = Kinds::of_bits(more.u16("publishers")?);
    let unit = Unit::new(&more.text(LONGEST_MORE, "publishers")?).map_err(|_| Malformed("publishers"))?;
    more.end("publishers")?;
    Ok(ListedPublisher {
        name: member.name,
        key: PublisherPublic(member.key),
        unit,
        kinds,
    })
}

fn read_revoked(from: &mut Reader<'_>) -> Result<Vec<[u8; 32]>, ListError> {
    let count = from.u16("revoked keys")?;
    if count > MOST_REVOKED {
        return Err(ListError::Damaged("revoked keys"));
    }
    let keys = (0..count)
        .map(|_| from.array("revoked keys"))
        .collect::<Result<Vec<_>, _>>()?;
    match keys.is_sorted_by(|one, next| one < next) {
        true => Ok(keys),
        false => Err(ListError::Damaged("revoked keys")),
    }
}
