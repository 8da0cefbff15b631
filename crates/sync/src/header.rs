use countersign_model::port::{RepositoryError, VaultRepository};
use countersign_model::{HeaderVersion, UserId};

/// What became of the vault header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeaderOutcome {
    /// Both sides have the same one.
    InStep,
    /// Ours was the next and is there now.
    Pushed(HeaderVersion),
    /// Theirs is newer, or of the same number and different: check it through the vault before it counts.
    Theirs(HeaderVersion, Vec<u8>),
    /// Theirs is more than one behind ours: the repository went back. Ours stays; writing it needs the user's word.
    WentBack(HeaderVersion),
}

/// Compares this device's vault header with the repository's, and writes it there if it is exactly the next one.
///
/// # Errors
/// Those of the repository; [`RepositoryError::Unreachable`] is a normal state, and after [`RepositoryError::Conflict`] another device
/// was faster: call again.
pub fn exchange_header(
    repository: &dyn VaultRepository,
    user: &UserId,
    ours: HeaderVersion,
    bytes: &[u8],
) -> Result<HeaderOutcome, RepositoryError> {
    let theirs = repository.header(user)?;
    let newest = theirs.as_ref().map(|(version, _)| *version);
    match theirs {
        Some((version, same)) if version == ours && same == bytes => Ok(HeaderOutcome::InStep),
        Some((version, other)) if version >= ours => Ok(HeaderOutcome::Theirs(version, other)),
        _ if newest.map_or(0, |version| version.0).checked_add(1) == Some(ours.0) => repository
            .replace_header(user, newest, bytes)
            .map(HeaderOutcome::Pushed),
        _ => Ok(HeaderOutcome::WentBack(newest.unwrap_or(HeaderVersion(0)))),
    }
}
