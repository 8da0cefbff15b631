//! Entries: read, searched for, written.

use super::Session;
use super::child::{Ended, Found};
use super::faults::fault;
use super::protocol::{Attribute, Code, Depth, Operation, Search};
use countersign_model::port::RepositoryError;
use serde_bytes::ByteBuf;

/// How many entries a page has.
pub(super) const PAGE: u16 = 500;
/// How many entries are little: fewer than servers give without pages.
const LITTLE: u32 = 400;
/// How many entries any search may bring.
pub(super) const MOST: u32 = 250_000;

/// How many bytes are gathered before anybody looks at them.
const GATHERED: usize = 32 << 20;

const NO_SUCH_OBJECT: Code = Code::Result(32);
pub(super) const DONE: Code = Code::Result(0);

impl Found {
    /// About how much memory it takes.
    fn size(&self) -> usize {
        let values = self.attributes.iter().flat_map(|(_, values)| values);
        128 + self.dn.len() + values.map(|value| 64 + value.len()).sum::<usize>()
    }

    /// The first value of an attribute. Names of attributes have no case.
    pub(super) fn bytes(&self, name: &str) -> Option<&[u8]> {
        let found = self
            .attributes
            .iter()
            .find(|(named, _)| named.eq_ignore_ascii_case(name));
        found
            .and_then(|(_, values)| values.first())
            .map(|value| value.as_slice())
    }

    /// The first value of an attribute, moved out.
    pub(super) fn take(&mut self, name: &str) -> Option<Vec<u8>> {
        let found = self
            .attributes
            .iter_mut()
            .find(|(named, _)| named.eq_ignore_ascii_case(name));
        found.and_then(|(_, values)| (!values.is_empty()).then(|| values.swap_remove(0).into_vec()))
    }

    /// The first value of an attribute, as text.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        std::str::from_utf8(self.bytes(name)?).ok()
    }

    /// The first value of an attribute, as a number from 0 to 2^63 - 1.
    pub(super) fn number(&self, name: &str) -> Option<u64> {
        let number = self.text(name)?.parse().ok()?;
        i64::try_from(number).is_ok().then_some(number)
    }

    /// Every value of an attribute that is text.
    pub(super) fn texts(&self, name: &str) -> impl Iterator<Item = &str> {
        let values = self
            .attributes
            .iter()
            .filter(move |(named, _)| named.eq_ignore_ascii_case(name));
        values
            .flat_map(|(_, values)| values)
            .filter_map(|value| std::str::from_utf8(value).ok())
    }
}

/// An attribute with one value.
pub(super) fn attribute(name: &str, value: impl AsRef<[u8]>) -> Attribute {
    (name.to_owned(), vec![ByteBuf::from(value.as_ref())])
}

/// A number as directories write it.
pub(super) fn number(name: &str, value: u64) -> Attribute {
    attribute(name, value.to_string())
}

/// A search at one entry.
pub(super) fn reading(dn: &str, attributes: &[&str]) -> Operation {
    Operation::Search(Search {
        base: dn.to_owned(),
        depth: Depth::Base,
        filter: "(objectClass=*)".to_owned(),
        attributes: attributes.iter().map(|name| (*name).to_owned()).collect(),
        page: 0,
        most: 1,
    })
}

/// A search below an entry, page by page.
pub(super) fn searching(base: &str, depth: Depth, filter: String, attributes: &[&str]) -> Search {
    Search {
        base: base.to_owned(),
        depth,
        filter,
        attributes: attributes.iter().map(|name| (*name).to_owned()).collect(),
        page: PAGE,
        most: MOST,
    }
}

/// How a search ended: false when the base is not there.
fn is_there(base: &str, ended: Option<&Ended>) -> Result<bool, RepositoryError> {
    match ended {
        Some(ended) if ended.code == NO_SUCH_OBJECT => Ok(false),
        Some(ended) if ended.code != DONE => Err(fault(base, ended)),
        _ => Ok(true),
    }
}

impl Session {
    /// An entry, if it is there and may be seen.
    pub(super) fn read(&mut self, dn: &str, attributes: &[&str]) -> Result<Option<Found>, RepositoryError> {
        let mut all = self.read_all(std::iter::once(dn), attributes)?;
        Ok(all.pop().flatten())
    }

    /// Entries by their DNs, in that order: those that are there and may be seen.
    pub(super) fn read_all<'a>(
        &mut self,
        dns: impl Iterator<Item = &'a str>,
        attributes: &[&str],
    ) -> Result<Vec<Option<Found>>, RepositoryError> {
        let dns: Vec<&str> = dns.collect();
        let mut found: Vec<Option<Found>> = dns.iter().map(|_| None).collect();
        let operations = dns.iter().map(|dn| reading(dn, attributes)).collect();
        let ended = self.link.run(operations, &mut |of, entry| {
            if let Some(place) = found.get_mut(of) {
                *place = Some(entry);
            }
        })?;
        for (dn, ended) in dns.iter().zip(&ended) {
            if ![DONE, NO_SUCH_OBJECT].contains(&ended.code) {
                return Err(fault(dn, ended));
            }
        }
        Ok(found)
    }

    /// Searches; each entry is handed over as it comes. False when the base is not there.
    pub(super) fn search_each(&mut self, search: Search, each: &mut dyn FnMut(Found)) -> Result<bool, RepositoryError> {
        let base = search.base.clone();
        let ended = self.search_once(search, each)?;
        is_there(&base, ended.as_ref())
    }

    fn search_once(&mut self, search: Search, each: &mut dyn FnMut(Found)) -> Result<Option<Ended>, RepositoryError> {
        let mut ended = self
            .link
            .run(vec![Operation::Search(search)], &mut |_, entry| each(entry))?;
        Ok(ended.pop())
    }

    /// The same for what is probably little: without pages, and once more with them where it is more; then entries are handed over twice.
    ///
    /// For a page slapd looks at every entry of the directory that its indexes name, wherever it is; without pages only at those below the
    /// base, if they are fewer.
    pub(super) fn search_little(
        &mut self,
        search: Search,
        each: &mut dyn FnMut(Found),
    ) -> Result<bool, RepositoryError> {
        let little = Search {
            page: 0,
            most: LITTLE,
            ..search.clone()
        };
        match self.search_once(little, each)? {
            Some(ended) if matches!(ended.code, Code::Result(3 | 4 | 11)) => self.search_each(search, each),
            ended => is_there(&search.base, ended.as_ref()),
        }
    }

    /// Searches for entries. A base that is not there has none.
    pub(super) fn search(&mut self, search: Search) -> Result<Vec<Found>, RepositoryError> {
        let (mut found, mut size) = (Vec::new(), 0);
        let base = search.base.clone();
        self.search_each(search, &mut |entry| {
            size += entry.size();
            if size <= GATHERED {
                found.push(entry);
            }
        })?;
        match size > GATHERED {
            true => Err(RepositoryError::Invalid {
                place: base,
                why: format!("it has more than {GATHERED} bytes of names and lists"),
            }),
            false => Ok(found),
        }
    }

    /// Does one write and says how it ended.
    pub(super) fn write(&mut self, operation: Operation) -> Result<Ended, RepositoryError> {
        let mut ended = self.link.run(vec![operation], &mut |_, _| {})?;
        ended.pop().ok_or_else(|| RepositoryError::Unreachable {
            place: self.link.place(),
            why: "nothing was answered".to_owned(),
        })
    }

    /// Does one write that has to succeed.
    pub(super) fn write_well(&mut self, place: &str, operation: Operation) -> Result<(), RepositoryError> {
        let ended = self.write(operation)?;
        match ended.code {
            DONE => Ok(()),
            _ => Err(fault(place, &ended)),
        }
    }
}
