use countersign_model::VaultId;
use countersign_model::port::{FactorError, FactorSource, SHORTEST_FACTOR};

/// What becomes of a secret that was removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// It is gone.
    Forgets,
    /// It is worked out anew each time, so there is nothing to forget.
    WorksOut,
}

/// The contract of every source, on the real part or its twin: the first rule it breaks.
///
/// # Errors
/// What broke, in a sentence.
pub fn check_source(source: &dyn FactorSource, removal: Removal) -> Result<(), String> {
    let (one, other) = (VaultId([1; 16]), VaultId([2; 16]));
    let told = |error: FactorError| error.to_string();
    if removal == Removal::Forgets {
        is_missing(source, one, "never set up")?;
    }
    let first = source.set_up(one).map_err(told)?;
    if first.expose().len() < SHORTEST_FACTOR {
        return Err("a secret is long enough".to_owned());
    }
    if source.set_up(one).map_err(told)?.expose() != first.expose() {
        return Err("setting up twice keeps the first secret".to_owned());
    }
    if source.fetch(one).map_err(told)?.expose() != first.expose() {
        return Err("what was set up is handed over".to_owned());
    }
    if source.set_up(other).map_err(told)?.expose() == first.expose() {
        return Err("each vault has a secret of its own".to_owned());
    }
    source.remove(one).map_err(told)?;
    source.remove(one).map_err(told)?;
    if removal == Removal::Forgets {
        is_missing(source, one, "removed")?;
        source.fetch(other).map_err(told)?;
        if source.set_up(one).map_err(told)?.expose() == first.expose() {
            return Err("a secret set up anew is a new one".to_owned());
        }
    }
    Ok(())
}

fn is_missing(source: &dyn FactorSource, vault: VaultId, how: &str) -> Result<(), String> {
    match source.fetch(vault) {
        Err(FactorError::Missing(_)) => Ok(()),
        Err(other) => Err(format!("what was {how} is said to be missing, not: {other}")),
        Ok(_) => Err(format!("what was {how} is missing")),
    }
}
