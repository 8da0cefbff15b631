//! Carrying a plan out.

use crate::PublishError;
use crate::plan::{Plan, writes};
use crate::release::Release;
use crate::standing::Standing;
use countersign_model::port::{Publishing, RepositoryError, Write};
use countersign_trust::{CatalogueError, Trusted};

/// Carries a plan out, if the directory is still as it was planned on. The swap of the catalogue is the moment it comes into force; what
/// fails before it leaves agents with what they have, and doing it again goes on from there.
///
/// # Errors
/// [`PublishError::ChangedSince`] when something there has changed.
pub fn apply(
    repository: &dyn Publishing,
    plan: &Plan,
    release: &Release,
    accept: &dyn Fn(&[u8]) -> Result<Trusted, CatalogueError>,
    done: &mut dyn FnMut(usize, usize),
) -> Result<(), PublishError> {
    let now = Standing::of(repository, &plan.unit, accept)?;
    if now.catalogue != plan.replaces {
        return Err(PublishError::ChangedSince("another catalogue is in force".to_owned()));
    }
    if let Some(other) = changed(plan, release, &now) {
        return Err(PublishError::ChangedSince(other));
    }
    let writes = writes(plan, release, &now);
    let count = writes.len();
    for (number, write) in (1..).zip(writes) {
        let written = match write {
            Write::Put {
                name, version, bytes, ..
            } => repository.put(&plan.unit, &name, version, &bytes),
            Write::Remove { name } => repository.remove(&plan.unit, &name),
            Write::Swap {
                replaces,
                number,
                catalogue,
            } => match repository.swap_catalogue(&plan.unit, replaces, number, &catalogue) {
                Err(RepositoryError::Conflict(_)) => {
                    return Err(PublishError::ChangedSince("somebody else published".to_owned()));
                }
                swapped => swapped,
            },
        };
        written?;
        done(number, count);
    }
    Ok(())
}

/// What is not as it was planned on. What this release itself has put there already is: an earlier try that was cut off.
fn changed(plan: &Plan, release: &Release, now: &Standing) -> Option<String> {
    let names = plan.there.keys().chain(now.there.keys());
    let mut other = names.filter(|name| {
        let is = now.bytes(name);
        let ours = release.objects.get(*name).map(|object| object.bytes.as_slice());
        let ours = ours.or_else(|| release.pages.get(*name).map(Vec::as_slice));
        plan.there.get(*name) != now.there.get(*name) && (is.is_none() || is != ours)
    });
    other.next().map(ToString::to_string)
}
