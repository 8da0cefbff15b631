//! Whether the user has shown again who he is, where a template asks for it.

use super::Machine;
use countersign_model::{FormKind, Monotonic, Reauthenticate, WindowId};
use countersign_rules::FormRef;
use std::time::Duration;

/// How long after it was shown a proof is good for one fill.
const FRESH: Duration = Duration::from_secs(60);

/// When the user typed his password last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Proof {
    at: Monotonic,
    /// The window whose fill it was shown for, until that fill begins.
    window: Option<WindowId>,
}

impl Proof {
    pub(super) fn new(at: Monotonic, window: Option<WindowId>) -> Self {
        Self { at, window }
    }
}

impl Machine {
    /// Whether the template of a form in this window wants a proof that is not there.
    pub(super) fn wants_proof(&self, form: &FormRef, window: WindowId, now: Monotonic) -> bool {
        let within = |longest: Duration| self.proof.is_some_and(|proof| now.since(proof.at) <= longest);
        if !form.kind().takes_logon() {
            return false;
        }
        match form.template().fill.reauthenticate {
            Reauthenticate::Never => false,
            Reauthenticate::Each => !within(FRESH) || self.proof.is_some_and(|proof| proof.window != Some(window)),
            Reauthenticate::Minutes(minutes) => !within(Duration::from_secs(u64::from(minutes) * 60)),
        }
    }

    /// A fill begins: a proof serves one fill where each wants its own.
    pub(super) fn spend_proof(&mut self, form: &FormRef) {
        if form.kind() == FormKind::Logon
            && form.template().fill.reauthenticate == Reauthenticate::Each
            && let Some(proof) = &mut self.proof
        {
            proof.window = None;
        }
    }
}
