//! The two doors out of the vault.

use crate::record::{Commitment, Opened};
use countersign_model::{Binding, FieldValues, Logon, LogonId, Publisher, TemplateId, VaultId};
use std::fmt;
use std::path::{Path, PathBuf};

/// What asks for a logon now: the template that matched, who published it, and the program on the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveBinding {
    /// The template that matched.
    pub template: TemplateId,
    /// Who answers for it.
    pub publisher: Publisher,
    /// The program's executable, or for interpreters the script.
    pub executable: PathBuf,
}

impl LiveBinding {
    fn binding(&self) -> Binding {
        Binding {
            publisher: self.publisher.clone(),
            executable: Some(self.executable.clone()),
        }
    }
}

/// What is to become of the binding of a released logon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BindingState {
    /// It holds as it was saved.
    Held,
    /// The logon was stored before its program was ever seen: fix it to the live one by
    /// [`Unlocked::seal_fixed`](crate::Unlocked::seal_fixed).
    ToFix,
}

/// A logon that may be filled.
#[derive(Debug)]
pub struct Released {
    pub(crate) logon: Logon,
    pub(crate) vault: VaultId,
    pub(crate) commitment: Commitment,
    state: BindingState,
}

impl Released {
    /// The logon.
    #[must_use]
    pub fn id(&self) -> LogonId {
        self.logon.id
    }

    /// The user's own name for it.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.logon.label
    }

    /// Its values.
    #[must_use]
    pub fn fields(&self) -> &FieldValues {
        &self.logon.fields
    }

    /// Its values, for good.
    #[must_use]
    pub fn into_fields(self) -> FieldValues {
        self.logon.fields
    }

    /// What is to become of its binding.
    #[must_use]
    pub fn binding_state(&self) -> BindingState {
        self.state
    }
}

/// The live window is not what the logon was saved for. Ask the user; never fill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BindingChanged {
    /// The template it was saved for.
    pub template: TemplateId,
    /// What it was saved for.
    pub saved: Binding,
    /// What asks for it.
    pub live: LiveBinding,
}

impl BindingChanged {
    /// What it was saved for, in words.
    #[must_use]
    pub fn saved_words(&self) -> String {
        words(&self.template, &self.saved.publisher, self.saved.executable.as_deref())
    }

    /// What asks for it, in words.
    #[must_use]
    pub fn live_words(&self) -> String {
        words(&self.live.template, &self.live.publisher, Some(&self.live.executable))
    }
}

fn words(template: &TemplateId, publisher: &Publisher, executable: Option<&Path>) -> String {
    match executable {
        Some(path) => format!("{template} ({publisher}) in {}", path.display()),
        None => format!("{template} ({publisher}) in a program not yet seen"),
    }
}

impl fmt::Display for BindingChanged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the logon was saved for {}, but {} asks for it; check the program, then store the logon for it again",
            self.saved_words(),
            self.live_words()
        )
    }
}

impl std::error::Error for BindingChanged {}

/// Lets a logon out to be filled, if what asks for it is what it was saved for.
///
/// # Errors
/// [`BindingChanged`] when template, publisher or executable differ; the logon stays in.
pub fn release(opened: Opened, live: &LiveBinding) -> Result<Released, Box<BindingChanged>> {
    let Opened {
        mut logon,
        vault,
        commitment,
        ..
    } = opened;
    // A program that is not known is not the saved one, and never becomes it.
    let identified = !live.executable.as_os_str().is_empty();
    let as_saved = identified && logon.template == live.template && logon.binding.publisher == live.publisher;
    let state = match &logon.binding.executable {
        Some(saved) if as_saved && *saved == live.executable => BindingState::Held,
        None if as_saved => BindingState::ToFix,
        _ => {
            return Err(Box::new(BindingChanged {
                template: logon.template,
                saved: logon.binding,
                live: live.clone(),
            }));
        }
    };
    logon.binding = live.binding();
    if state == BindingState::ToFix {
        // What is sealed of it follows what was released, on every device.
        logon.changed = logon.changed.next();
    }
    Ok(Released {
        logon,
        vault,
        commitment,
        state,
    })
}

/// Proof that the user has just typed the password again; made only by [`Unlocked::reauthenticate`](crate::Unlocked::reauthenticate), good
/// for one release.
#[derive(Debug)]
#[must_use]
pub struct Reauthenticated {
    pub(crate) vault: VaultId,
}

/// The proof is for another vault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the password was checked for another vault; type the password of this vault")]
pub struct NotTheOwner;

/// Lets a whole logon out to its owner: to reveal it, to edit it, to bind it to another program.
///
/// # Errors
/// [`NotTheOwner`] when the proof is for another vault.
#[expect(clippy::needless_pass_by_value, reason = "a proof is spent by using it")]
pub fn release_for_owner(opened: Opened, proof: Reauthenticated) -> Result<Logon, NotTheOwner> {
    if opened.vault == proof.vault {
        Ok(opened.logon)
    } else {
        Err(NotTheOwner)
    }
}
