//! Which window holds which file.

use super::{Import, wrong};
use crate::failure::Failure;
use countersign_wire::ErrorCode;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// Where a file goes once it is read. When its window is gone by then, or has begun anew, nobody else holds this, and the file goes with it.
type Place = Arc<OnceLock<Arc<Import>>>;

/// The windows that import, by their labels, and the file of each.
#[derive(Default)]
pub(crate) struct Imports(Mutex<HashMap<String, Place>>);

impl Imports {
    /// A window that imports is opened.
    pub(crate) fn admit(&self, label: &str) {
        self.all().insert(label.to_owned(), Place::default());
    }

    /// The window is gone, and what it read with it.
    pub(crate) fn forget(&self, label: &str) {
        self.all().remove(label);
    }

    /// Forgets the window's file. The next one goes to where this says.
    pub(super) fn anew(&self, label: &str) -> Result<Place, Failure> {
        match self.all().get_mut(label) {
            Some(place) => {
                *place = Place::default();
                Ok(Arc::clone(place))
            }
            None => Err(wrong(ErrorCode::NoMatch, "the window is gone", "open it again")),
        }
    }

    pub(super) fn of(&self, label: &str) -> Result<Arc<Import>, Failure> {
        let all = self.all();
        let import = all.get(label).and_then(|place| place.get()).cloned();
        import.ok_or_else(|| wrong(ErrorCode::NoMatch, "no file is open", "choose one first"))
    }

    fn all(&self) -> MutexGuard<'_, HashMap<String, Place>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read() -> Arc<Import> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("export.csv");
        std::fs::write(&path, "name,url,username,password\nMail,,anna,s3cret\n").unwrap();
        Arc::new(super::super::open(&path, None, None).unwrap().1)
    }

    #[test]
    fn what_is_read_for_a_window_that_is_gone_is_dropped() {
        let imports = Imports::default();
        assert!(imports.anew("import").is_err(), "no such window");
        imports.admit("import");
        let place = imports.anew("import").unwrap();
        imports.forget("import");
        let import = read();
        let there = Arc::downgrade(&import);
        place.set(import).unwrap_or_else(|_| unreachable!("it is free"));
        drop(place);
        assert!(imports.of("import").is_err());
        // Nor is it there for the next window.
        imports.admit("import");
        assert!(imports.of("import").is_err());
        assert_eq!(there.strong_count(), 0);
    }

    #[test]
    fn what_is_read_for_an_earlier_file_is_dropped() {
        let imports = Imports::default();
        imports.admit("import");
        let (first, second) = (imports.anew("import").unwrap(), imports.anew("import").unwrap());
        let wanted = read();
        assert!(second.set(Arc::clone(&wanted)).is_ok() && first.set(read()).is_ok());
        assert!(Arc::ptr_eq(&imports.of("import").unwrap(), &wanted));
        imports.anew("import").unwrap();
        assert!(imports.of("import").is_err());
    }
}
