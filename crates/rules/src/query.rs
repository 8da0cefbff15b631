//! What must be read of a window to judge forms.

use crate::compiled::{CompiledRequirement, CompiledStep};
use crate::form::{FormRef, Needs};
use crate::select::{AnyRole, ask};
use countersign_model::{ControlQuery, Role};

/// What several forms together need of a window's controls; `None` when none of them needs any.
#[must_use]
pub fn query(forms: &[FormRef]) -> Option<ControlQuery> {
    let mut all = ControlQuery::default();
    let mut any_role = AnyRole::No;
    let mut asked = false;
    for form in forms.iter().filter(|form| form.needs() == Needs::Controls) {
        asked = true;
        for selector in form.compiled().selectors() {
            if ask(selector, &mut all) == AnyRole::Yes {
                any_role = AnyRole::Yes;
            }
        }
        let mut required = form.compiled().require.iter().flat_map(CompiledRequirement::each);
        all.texts |= required.any(|require| require.text.is_some());
        let steps = form.compiled().respond.iter().flat_map(|respond| &respond.steps);
        if steps.into_iter().any(|step| matches!(step, CompiledStep::Select(..))) {
            all.roles.extend([Role::ListItem, Role::MenuItem]);
            all.parents = true;
        }
    }
    if any_role == AnyRole::Yes {
        all.roles.clear();
    }
    asked.then_some(all)
}
