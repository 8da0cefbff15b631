//! A catalogue as bytes.

use super::entry::{Digest, read_entries};
use super::pages::{INLINE, MOST, bits_for};
use super::{AgentVersion, Catalogue, CatalogueError, Contents, Heading};
use crate::codec::{Malformed, Reader, put_text};
use crate::publisher::PublisherPublic;
use countersign_model::{Timestamp, Unit};

const MAGIC: &[u8; 8] = b"CSCATLG\n";
const FORMAT: u16 = 1;
const LONGEST: usize = 128 * 1024;
const LONGEST_NAME: usize = 256;
const LONGEST_UNIT: usize = 4096;
const IS_INLINE: u8 = 0;
const IS_PAGED: u8 = 1;

pub(super) fn encode(
    heading: &Heading,
    publisher: PublisherPublic,
    contents: &Contents,
) -> Result<Vec<u8>, CatalogueError> {
    let refuse = |why| Err(CatalogueError::OutOfBounds(why));
    if !(1..=LONGEST_NAME).contains(&heading.organisation.len()) {
        return refuse("the organisation's name has 1 to 256 bytes");
    }
    if heading.sequence == 0 || heading.list_version == 0 {
        return refuse("numbers and versions begin at 1");
    }
    if heading.expires <= heading.issued {
        return refuse("it has to expire after it was issued");
    }
    let mut bytes = MAGIC.to_vec();
    bytes.extend_from_slice(&FORMAT.to_le_bytes());
    put_text(&mut bytes, &heading.organisation);
    put_text(&mut bytes, heading.unit.as_str());
    bytes.extend_from_slice(&publisher.0);
    for number in [
        heading.list_version,
        heading.sequence,
        heading.issued.0,
        heading.expires.0,
    ] {
        bytes.extend_from_slice(&number.to_le_bytes());
    }
    let AgentVersion(major, minor, patch) = heading.min_agent;
    for number in [major, minor, patch] {
        bytes.extend_from_slice(&number.to_le_bytes());
    }
    match contents {
        Contents::Inline(entries) => {
            bytes.push(IS_INLINE);
            bytes.extend_from_slice(&u16::try_from(entries.len()).unwrap_or(u16::MAX).to_le_bytes());
            entries.iter().for_each(|entry| entry.put(&mut bytes));
        }
        Contents::Paged { entries, pages } => {
            bytes.push(IS_PAGED);
            bytes.extend_from_slice(&entries.to_le_bytes());
            pages.iter().for_each(|page| bytes.extend_from_slice(page));
        }
    }
    Ok(bytes)
}

/// What was read, not yet believed.
pub(super) struct Read<'a> {
    pub(super) catalogue: Catalogue,
    /// What the signature is over.
    pub(super) signed: &'a [u8],
    pub(super) signature: [u8; 64],
}

pub(super) fn read(bytes: &[u8]) -> Result<Read<'_>, CatalogueError> {
    if bytes.len() > LONGEST {
        return Err(CatalogueError::Damaged("length"));
    }
    let mut from = Reader::new(bytes);
    if from.array::<8>("magic")? != *MAGIC {
        return Err(CatalogueError::Damaged("magic"));
    }
    let format = from.u16("format")?;
    if format != FORMAT {
        return Err(CatalogueError::Unsupported(format));
    }
    let (signed, signature) = bytes.split_last_chunk::<64>().ok_or(Malformed("length"))?;
    let mut from = Reader::new(signed);
    let _: [u8; 10] = from.array("length")?;
    let organisation = from.text(LONGEST_NAME, "organisation")?;
    let unit = Unit::new(&from.text(LONGEST_UNIT, "unit")?).map_err(|_| Malformed("unit"))?;
    if organisation.is_empty() {
        return Err(CatalogueError::Damaged("organisation"));
    }
    let publisher = PublisherPublic(from.array("publisher")?);
    let (list_version, sequence) = (from.u64("list version")?, from.u64("number")?);
    let (issued, expires) = (Timestamp(from.u64("time")?), Timestamp(from.u64("time")?));
    if list_version == 0 || sequence == 0 || expires <= issued {
        return Err(CatalogueError::Damaged("numbers and times"));
    }
    let mut version = || from.u16("version of agents");
    let min_agent = AgentVersion(version()?, version()?, version()?);
    let contents = match from.u8("contents")? {
        IS_INLINE => Contents::Inline(read_entries(&mut from, INLINE)?),
        IS_PAGED => paged(&mut from)?,
        _ => return Err(CatalogueError::Damaged("contents")),
    };
    from.end("end of the catalogue")?;
    Ok(Read {
        catalogue: Catalogue {
            heading: Heading {
                organisation,
                unit,
                list_version,
                sequence,
                issued,
                expires,
                min_agent,
            },
            publisher,
            contents,
        },
        signed,
        signature: *signature,
    })
}

fn paged(from: &mut Reader<'_>) -> Result<Contents, CatalogueError> {
    let entries = from.u32("pages")?;
    let count = usize::try_from(entries).unwrap_or(usize::MAX);
    if !(INLINE + 1..=MOST).contains(&count) {
        return Err(CatalogueError::Damaged("pages"));
    }
    let pages: Result<Vec<Digest>, Malformed> = (0..1_usize << bits_for(count)).map(|_| from.array("pages")).collect();
    Ok(Contents::Paged { entries, pages: pages? })
}
