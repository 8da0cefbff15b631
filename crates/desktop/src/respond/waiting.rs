//! Waiting for what an application does by itself.

use super::{Interpreter, Progress};
use countersign_model::{Awaited, Refusal};
use std::time::Duration;

/// How often a control that is waited for is looked for.
const LOOK: Duration = Duration::from_millis(50);
/// The longest wait for a condition, whatever a plan says.
const LONGEST: Duration = Duration::from_secs(30);

impl Interpreter<'_> {
    /// Looks until it holds. The window is checked each time, and a cancelled plan ends at once.
    pub(super) fn wait_for(&self, progress: &Progress<'_>, awaited: &Awaited, named: &str) -> Result<(), Refusal> {
        let window = &progress.plan.window;
        let deadline = self.pace.now().after(awaited.patience.min(LONGEST));
        loop {
            let holds = self.controls.holds(window, awaited);
            if holds.map_err(|trouble| trouble.refusal(named.to_owned()))? {
                return Ok(());
            }
            if self.pace.now() >= deadline {
                return Err(Refusal::NotInTime(named.to_owned()));
            }
            self.pace.wait(LOOK, progress.cancel);
            progress.going_on()?;
            self.guard.still(window)?;
        }
    }
}
