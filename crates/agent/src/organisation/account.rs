//! The administrator's or operator's own account in the directory.

use super::administration::unreached;
use countersign_model::UserId;
use countersign_model::port::{DirectoryRepository, RepositoryError};
use countersign_secret::Password;
use countersign_wire::ErrorReply;

/// Whether the repository wants a password first. Nothing is asked of it but whether it answers.
pub(super) fn wants_password(repository: &dyn DirectoryRepository) -> Result<bool, ErrorReply> {
    match repository.root_lists(u64::from(u32::MAX)) {
        Ok(_) => Ok(false),
        Err(RepositoryError::NeedsPassword { .. }) => Ok(true),
        Err(error) => Err(unreached(&error)),
    }
}

/// Shows the repository a password, once.
pub(super) fn log_in(
    repository: &dyn DirectoryRepository,
    user: &UserId,
    password: &Password,
) -> Result<(), ErrorReply> {
    repository
        .authenticate(user, password)
        .map_err(|error| unreached(&error))
}
