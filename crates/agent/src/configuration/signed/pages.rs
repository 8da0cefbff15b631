//! What a catalogue names, page by page: a page that stays is not read again.

use super::InForce;
use super::held::object_key;
use countersign_model::ConfigName;
use countersign_model::port::{RecordStore, StoreError};
use countersign_trust::{CatalogueError, Contents, Digest, Entry, Trusted};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// The entries of each page. A catalogue without pages has one.
#[derive(Clone, Debug, Default)]
pub(super) struct Pages(Vec<Arc<[Entry]>>);

impl Pages {
    /// The pages a catalogue has, as far as they are in force or kept on this device.
    ///
    /// # Errors
    /// When one is missing, or is no page of this catalogue.
    pub(super) fn kept(
        trusted: &Trusted,
        before: Option<&InForce>,
        device: &dyn RecordStore,
    ) -> Result<Self, CatalogueError> {
        Reading::of(trusted, before, device).finish()
    }

    pub(super) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.0.iter().flat_map(|page| page.iter())
    }

    /// The entries that are on other pages than those of the catalogue before.
    fn fresh<'a>(&'a self, before: Option<&Self>) -> impl Iterator<Item = &'a Entry> {
        let stays = move |(index, page): &(usize, &Arc<[Entry]>)| {
            let other = before.and_then(|before| before.0.get(*index));
            other.is_some_and(|other| Arc::ptr_eq(page, other))
        };
        let pages = self.0.iter().enumerate().filter(move |page| !stays(page));
        pages.flat_map(|(_, page)| page.iter())
    }

    /// Those that are not held: what was missing before, and what is new.
    pub(super) fn lacking(
        &self,
        before: Option<&InForce>,
        device: &dyn RecordStore,
    ) -> Result<Vec<&Entry>, StoreError> {
        let mut lacking = Vec::new();
        for entry in self.fresh(before.map(|before| &before.pages)) {
            if !device.holds(&object_key(&entry.digest))? {
                lacking.push(entry);
            }
        }
        if let Some(before) = before.filter(|before| !before.missing.is_empty()) {
            let stays: BTreeSet<_> = lacking.iter().map(|entry| entry.digest).collect();
            let missing = self.entries().filter(|entry| before.missing.contains(&entry.digest));
            lacking.extend(missing.filter(|entry| !stays.contains(&entry.digest)));
        }
        Ok(lacking)
    }

    /// The SHA-256 of the objects on pages of the catalogue before that are on none of the pages that are new.
    pub(super) fn dropped(&self, before: &Self) -> BTreeSet<Digest> {
        let mut dropped: BTreeSet<_> = before.fresh(Some(self)).map(|entry| entry.digest).collect();
        for entry in self.fresh(Some(before)) {
            dropped.remove(&entry.digest);
        }
        dropped
    }
}

/// The pages of a catalogue, being gathered.
pub(super) struct Reading<'a> {
    trusted: &'a Trusted,
    pages: Vec<Option<Arc<[Entry]>>>,
    /// Those that are in force or kept are not among them.
    wanted: HashMap<ConfigName, usize>,
    wrong: Option<CatalogueError>,
}

impl<'a> Reading<'a> {
    pub(super) fn of(trusted: &'a Trusted, before: Option<&InForce>, device: &dyn RecordStore) -> Self {
        let mut reading = Self {
            trusted,
            pages: Vec::new(),
            wanted: HashMap::new(),
            wrong: None,
        };
        let pages = match &trusted.catalogue().contents {
            Contents::Inline(entries) => {
                reading.pages.push(Some(entries.as_slice().into()));
                return reading;
            }
            Contents::Paged { pages, .. } => pages,
        };
        reading.pages.resize(pages.len(), None);
        for (index, digest) in pages.iter().enumerate() {
            let shared = before.filter(|before| trusted.shares_page(index, &before.trusted));
            if let Some(page) = shared.and_then(|before| before.pages.0.get(index)) {
                if let Some(place) = reading.pages.get_mut(index) {
                    *place = Some(Arc::clone(page));
                }
                continue;
            }
            // One that cannot be read is fetched again.
            let kept = device.get(&object_key(digest)).ok().flatten();
            if !kept.is_some_and(|bytes| reading.read(index, &bytes)) {
                reading.wanted.insert(ConfigName::page(digest), index);
            }
        }
        reading
    }

    /// The pages that have to be fetched.
    pub(super) fn wanted(&self) -> Vec<ConfigName> {
        self.wanted.keys().cloned().collect()
    }

    /// Takes a page that came. Returns its SHA-256 when it is one that was wanted.
    pub(super) fn take(&mut self, name: &ConfigName, bytes: &[u8]) -> Option<Digest> {
        let index = *self.wanted.get(name)?;
        let digest = *self.trusted.catalogue().contents.pages().get(index)?;
        self.read(index, bytes).then(|| {
            self.wanted.remove(name);
            digest
        })
    }

    fn read(&mut self, index: usize, bytes: &[u8]) -> bool {
        match (self.trusted.page(index, bytes), self.pages.get_mut(index)) {
            (Ok(entries), Some(place)) => {
                *place = Some(entries.into());
                true
            }
            // Bytes of another page: the right ones may come yet.
            (Err(CatalogueError::PageMissing), _) | (Ok(_), None) => false,
            (Err(wrong), _) => {
                self.wrong = Some(wrong);
                false
            }
        }
    }

    /// What the catalogue names.
    ///
    /// # Errors
    /// When a page is missing, or is no page of this catalogue.
    pub(super) fn finish(self) -> Result<Pages, CatalogueError> {
        if let Some(wrong) = self.wrong {
            return Err(wrong);
        }
        let pages: Option<Vec<_>> = self.pages.into_iter().collect();
        let pages = Pages(pages.ok_or(CatalogueError::PageMissing)?);
        let count: usize = pages.0.iter().map(|page| page.len()).sum();
        match count == self.trusted.catalogue().contents.count() {
            true => Ok(pages),
            false => Err(CatalogueError::Damaged("number of entries")),
        }
    }
}
