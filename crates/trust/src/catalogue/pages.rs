//! How entries are laid out: inline, or in pages that are the same for the same entries.
//!
//! A change of one entry changes one page, so that whoever has the others fetches one.

use super::entry::{Digest, Entry, digest_of, read_entries};
use super::{CatalogueError, Contents};
use crate::codec::Reader;

const MAGIC: &[u8; 8] = b"CSCATPG\n";
const FORMAT: u16 = 1;
/// How many entries a catalogue has inline, and how many a page has on average at most.
pub(super) const INLINE: usize = 128;
/// How many entries a page can have: hashes do not fall that unevenly by themselves.
const MOST_OF_PAGE: usize = 1024;
/// How many entries a catalogue can have.
pub(super) const MOST: usize = 200_000;
pub(super) const LONGEST_PAGE: usize = 256 * 1024;

/// How many of the first bits of an entry's place say which page it is on: so few that pages have 128 entries or fewer on average.
pub(super) fn bits_for(entries: usize) -> u8 {
    (0..16).find(|bits| entries <= INLINE << bits).unwrap_or(16)
}

fn page_of(place: &Digest, bits: u8) -> usize {
    let [one, two, ..] = *place;
    usize::from(u16::from_be_bytes([one, two])) >> (16 - usize::from(bits))
}

/// A page by its SHA-256.
pub(super) type Page = (Digest, Vec<u8>);

/// Entries as a catalogue names them, and its pages.
pub(super) fn laid_out(mut entries: Vec<Entry>) -> Result<(Contents, Vec<Page>), CatalogueError> {
    if entries.len() > MOST {
        return Err(CatalogueError::OutOfBounds("it has more than 200,000 objects"));
    }
    if entries.iter().any(|entry| entry.name().is_none()) {
        return Err(CatalogueError::OutOfBounds("an object's id is not one"));
    }
    entries.sort_by(|one, other| one.key().cmp(&other.key()));
    if !entries.is_sorted_by(|one, next| one.key() < next.key()) {
        return Err(CatalogueError::OutOfBounds("two objects of one kind have one id"));
    }
    if entries.len() <= INLINE {
        return Ok((Contents::Inline(entries), Vec::new()));
    }
    let bits = bits_for(entries.len());
    let count = u32::try_from(entries.len()).unwrap_or(u32::MAX);
    let mut buckets = vec![Vec::new(); 1 << bits];
    for entry in entries {
        if let Some(bucket) = buckets.get_mut(page_of(&entry.place(), bits)) {
            bucket.push(entry);
        }
    }
    let mut pages = Vec::with_capacity(buckets.len());
    for (index, bucket) in (0_u16..).zip(&buckets) {
        if bucket.len() > MOST_OF_PAGE {
            return Err(CatalogueError::OutOfBounds("too many ids fall on one page"));
        }
        let page = encode(bits, index, bucket);
        pages.push((digest_of(&page), page));
    }
    let contents = Contents::Paged {
        entries: count,
        pages: pages.iter().map(|(digest, _)| *digest).collect(),
    };
    Ok((contents, pages))
}

fn encode(bits: u8, index: u16, entries: &[Entry]) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend_from_slice(&FORMAT.to_le_bytes());
    bytes.push(bits);
    bytes.extend_from_slice(&index.to_le_bytes());
    bytes.extend_from_slice(&u16::try_from(entries.len()).unwrap_or(u16::MAX).to_le_bytes());
    entries.iter().for_each(|entry| entry.put(&mut bytes));
    bytes
}

/// The entries of a page of a catalogue with `count` entries. Its digest has been looked at.
pub(super) fn read(bytes: &[u8], count: usize, index: usize) -> Result<Vec<Entry>, CatalogueError> {
    if bytes.len() > LONGEST_PAGE {
        return Err(CatalogueError::Damaged("length of a page"));
    }
    let mut from = Reader::new(bytes);
    if from.array::<8>("magic of a page")? != *MAGIC {
        return Err(CatalogueError::Damaged("magic of a page"));
    }
    let format = from.u16("format of a page")?;
    if format != FORMAT {
        return Err(CatalogueError::Unsupported(format));
    }
    let bits = from.u8("page")?;
    if bits != bits_for(count) || usize::from(from.u16("page")?) != index {
        return Err(CatalogueError::Damaged("place of a page"));
    }
    let entries = read_entries(&mut from, MOST_OF_PAGE)?;
    from.end("end of a page")?;
    match entries.iter().all(|entry| page_of(&entry.place(), bits) == index) {
        true => Ok(entries),
        false => Err(CatalogueError::Damaged("an entry on another page than its own")),
    }
}
