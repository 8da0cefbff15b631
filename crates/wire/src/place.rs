use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Why there is no place for the socket.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// `XDG_RUNTIME_DIR` is not set.
    #[error(
        "XDG_RUNTIME_DIR is not set; log on through a session manager that sets it, or set it to a folder that only you can enter, such as /run/user/UID"
    )]
    NoRuntimeFolder,
    /// `XDG_RUNTIME_DIR` is not an absolute path.
    #[error("XDG_RUNTIME_DIR is `{0}`, which is not an absolute path; set it to one, such as /run/user/UID")]
    NotAbsolute(PathBuf),
}

/// Where the agent's socket is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SocketPlace {
    folder: PathBuf,
}

impl SocketPlace {
    /// The name of the socket in its folder.
    pub const NAME: &str = "agent.sock";

    /// `$XDG_RUNTIME_DIR/countersign/agent.sock`.
    ///
    /// # Errors
    /// When `XDG_RUNTIME_DIR` does not name a folder. No other place is tried: only this one is private to the user.
    pub fn from_environment() -> Result<Self, PlaceError> {
        Self::from_runtime_folder(std::env::var_os("XDG_RUNTIME_DIR"))
    }

    fn from_runtime_folder(folder: Option<OsString>) -> Result<Self, PlaceError> {
        let folder = folder.filter(|folder| !folder.is_empty()).map(PathBuf::from);
        match folder {
            None => Err(PlaceError::NoRuntimeFolder),
            Some(folder) if !folder.is_absolute() => Err(PlaceError::NotAbsolute(folder)),
            Some(folder) => Ok(Self::under(&folder)),
        }
    }

    /// `countersign/agent.sock` under a runtime folder.
    #[must_use]
    pub fn under(runtime: &Path) -> Self {
        Self {
            folder: runtime.join("countersign"),
        }
    }

    /// The folder that holds it.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The socket.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.folder.join(Self::NAME)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_absolute_runtime_folder_is_a_place() {
        let place = |text: &str| SocketPlace::from_runtime_folder(Some(text.into()));
        assert_eq!(SocketPlace::from_runtime_folder(None), Err(PlaceError::NoRuntimeFolder));
        assert_eq!(place(""), Err(PlaceError::NoRuntimeFolder));
        assert_eq!(place("run"), Err(PlaceError::NotAbsolute("run".into())));
        assert_eq!(
            place("/run/user/7").unwrap().socket(),
            Path::new("/run/user/7/countersign/agent.sock")
        );
    }
}
