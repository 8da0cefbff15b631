//! What a file system says, as the port says it.

use countersign_model::port::RepositoryError;
use rustix::io::Errno;
use std::path::Path;

/// The error for `place` when the file system said `errno`.
pub(crate) fn of(place: &Path, errno: Errno) -> RepositoryError {
    let named = place.display().to_string();
    match errno {
        Errno::NOENT => RepositoryError::Missing(named),
        Errno::ACCESS | Errno::PERM => RepositoryError::Denied {
            place: named,
            why: "the file permissions do not allow it".into(),
        },
        Errno::ROFS => RepositoryError::Denied {
            place: named,
            why: "it is on a file system mounted read-only".into(),
        },
        Errno::LOOP | Errno::NOTDIR | Errno::ISDIR | Errno::MLINK => {
            invalid(place, "it is a link or not the kind of file that belongs here")
        }
        Errno::NAMETOOLONG => invalid(place, "its name is too long"),
        Errno::NOSPC | Errno::DQUOT => unreachable(place, "there is no space left on it"),
        other => unreachable(place, &other.to_string()),
    }
}

pub(crate) fn invalid(place: &Path, why: &str) -> RepositoryError {
    RepositoryError::Invalid {
        place: place.display().to_string(),
        why: why.to_owned(),
    }
}

pub(crate) fn unreachable(place: &Path, why: &str) -> RepositoryError {
    RepositoryError::Unreachable {
        place: place.display().to_string(),
        why: why.to_owned(),
    }
}

pub(crate) fn denied(place: &Path, why: String) -> RepositoryError {
    RepositoryError::Denied {
        place: place.display().to_string(),
        why,
    }
}
