//! How a window stands on the screen, and whose its program is.

use crate::compiled::{CompiledForm, CompiledParent};
use crate::criteria::Criteria;
use crate::pattern::{Known, Match, Text};
use crate::select::short;
use countersign_model::{FileOwner, ParentWindow, ProcessIdentity, WindowFacts};
use std::path::PathBuf;

/// Everything but the package, without words.
pub(crate) fn holds(compiled: &CompiledForm, window: &WindowFacts) -> bool {
    let stance = &window.stance;
    compiled.visible.is_none_or(|wanted| wanted == stance.visible)
        && compiled.minimised.is_none_or(|wanted| wanted == stance.minimised)
        && window
            .process
            .as_ref()
            .is_ok_and(|process| owner_holds(compiled, process) && code_holds(compiled, process))
        && compiled
            .parent
            .as_ref()
            .is_none_or(|parent| parent_holds(parent, stance.parent.as_ref(), Known::Nothing))
}

fn owner_holds(compiled: &CompiledForm, process: &ProcessIdentity) -> bool {
    compiled.owner.is_empty() || compiled.owner.contains(&process.owner)
}

/// Whether all code in it is root's, or of a plugin that the template allows.
fn code_holds(compiled: &CompiledForm, process: &ProcessIdentity) -> bool {
    let allowed = |file: &PathBuf| compiled.loads.iter().any(|pattern| pattern.matches(file));
    process.foreign.as_ref().is_none_or(allowed)
}

/// Whether the program's package is one of those that are named.
pub(crate) fn package_holds(compiled: &CompiledForm, process: &ProcessIdentity) -> bool {
    compiled.package.is_empty()
        || process
            .package
            .as_ref()
            .is_some_and(|package| compiled.package.contains(package))
}

fn parent_holds(wanted: &CompiledParent, found: Option<&ParentWindow>, known: Known<'_>) -> bool {
    let held =
        |text: &Option<Text>, found: &str| text.as_ref().is_none_or(|text| text.judge(found, known) == Match::Yes);
    found.is_some_and(|found| held(&wanted.title, &found.title) && held(&wanted.class, &found.class))
}

/// The same, criterion by criterion.
pub(crate) fn judge(compiled: &CompiledForm, window: &WindowFacts, known: Known<'_>, criteria: &mut Criteria) {
    let stance = &window.stance;
    let yes_no = |yes: bool, what: &str| if yes { what.to_owned() } else { format!("not {what}") };
    for (what, wanted, found, word) in [
        ("visible", compiled.visible, stance.visible, "on the screen"),
        ("minimised", compiled.minimised, stance.minimised, "an icon"),
    ] {
        if let Some(wanted) = wanted {
            criteria.whether(what, wanted == found, yes_no(wanted, word), yes_no(found, word));
        }
    }
    if let Some(parent) = &compiled.parent {
        let of = |text: &Option<Text>| text.as_ref().map_or("any", Text::source).to_owned();
        let wanted = format!(
            "a window with the title `{}` and the class `{}`",
            of(&parent.title),
            of(&parent.class)
        );
        let found = match &stance.parent {
            Some(found) => format!("“{}”, class {}", short(&found.title), short(&found.class)),
            None => "it belongs to no window".to_owned(),
        };
        criteria.whether(
            "parent",
            parent_holds(parent, stance.parent.as_ref(), known),
            wanted,
            found,
        );
    }
    let Ok(process) = &window.process else { return };
    if !compiled.owner.is_empty() {
        let wanted: Vec<_> = compiled.owner.iter().map(|owner| whose(*owner)).collect();
        criteria.whether(
            "owner",
            owner_holds(compiled, process),
            wanted.join(" or "),
            whose(process.owner),
        );
    }
    if let Some(file) = &process.foreign {
        let wanted = "only code that root installed, or a plugin that the template names";
        let found = format!("{}, which somebody else may change", file.display());
        criteria.whether("loads", code_holds(compiled, process), wanted.to_owned(), found);
    }
    if !compiled.package.is_empty() {
        let found = process.package.as_deref().unwrap_or("no package that is known");
        criteria.whether(
            "package",
            package_holds(compiled, process),
            compiled.package.join(" or "),
            found,
        );
    }
}

fn whose(owner: FileOwner) -> &'static str {
    match owner {
        FileOwner::Root => "root's",
        FileOwner::User => "the user's own",
        FileOwner::Other => "somebody else's",
    }
}
