//! The toolkit's own search (GTK3, Qt6): only the objects with the roles asked for come back.

use super::{BATCH, Node, Nodes, together};
use crate::linux::accessibility::bus::{ACCESSIBLE, COLLECTION, CallError, Line, Reference, within};
use crate::linux::accessibility::peers::Application;
use crate::linux::accessibility::roles::{Bits, State, numbers};
use countersign_model::{ControlQuery, Coverage, Role};
use futures_util::future::try_join4;
use std::collections::HashMap;

/// States, how to match them; attributes, how; roles, how; interfaces, how; whether to invert.
type Rule = (
    Vec<i32>,
    i32,
    HashMap<String, String>,
    i32,
    Vec<i32>,
    i32,
    Vec<String>,
    i32,
    bool,
);

const ALL: i32 = 1;
const ANY: i32 = 2;
const IN_TREE_ORDER: u32 = 1;
/// The role of no object.
const NOWHERE: i32 = 0;
/// Far more than any form has; what comes back beyond it is said to be cut.
const MOST: i32 = 1_000;

/// Searches below a frame for the roles of a query. `None`: the toolkit does not search.
pub(super) async fn read(
    application: &Application,
    frame: &Node,
    query: &ControlQuery,
) -> Result<Option<Nodes>, CallError> {
    let mut roles: Vec<i32> = query.roles.iter().copied().flat_map(numbers).collect();
    if query.labels {
        roles.extend([Role::Label, Role::Static].into_iter().flat_map(numbers));
    }
    let rule = rule(states(application), &roles);
    let line = &application.line;
    let body = (rule, IN_TREE_ORDER, MOST, true);
    let asking = line.call::<_, Vec<Reference>>(&frame.path, COLLECTION, "GetMatches", &body);
    let found = match within(BATCH, asking).await {
        Ok(found) if found.is_empty() => return Ok(None),
        Ok(found) => found,
        Err(CallError::Absent(_) | CallError::Failed(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let coverage = if i32::try_from(found.len()).is_ok_and(|count| count < MOST) {
        Coverage::Complete
    } else {
        Coverage::Truncated
    };
    let looking = async { Ok(together(found.iter().map(|(_, path)| one(line, path)).collect()).await) };
    let mut all = vec![frame.clone()];
    let mut parents = vec![String::new()];
    for looked in within(BATCH, looking).await? {
        let Ok((node, parent)) = looked else { continue };
        if node.bits.shows(application.sight()) && node.path != frame.path {
            all.push(node);
            parents.push(parent);
        }
    }
    let places: HashMap<String, usize> = all
        .iter()
        .enumerate()
        .map(|(place, node)| (node.path.clone(), place))
        .collect();
    for (node, parent) in all.iter_mut().zip(&parents) {
        node.parent = places.get(parent).copied();
    }
    Ok(Some(Nodes { all, coverage }))
}

/// Has a frame searched for what is nowhere, so that its toolkit makes an object of everything below it.
pub(super) async fn visit(line: &Line, frame: &str) -> Result<(), CallError> {
    let body = (rule(vec![0, 0], &[NOWHERE]), IN_TREE_ORDER, MOST, true);
    let asked = line.call::<_, Vec<Reference>>(frame, COLLECTION, "GetMatches", &body);
    match asked.await {
        Ok(_) | Err(CallError::Absent(_) | CallError::Failed(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

fn rule(states: Vec<i32>, roles: &[i32]) -> Rule {
    let roles = bitmap(roles);
    (states, ALL, HashMap::new(), ALL, roles, ANY, Vec::new(), ALL, false)
}

/// The states that are asked for: GTK3 leaves out what is not on the screen at all, as most of a large window is not.
fn states(application: &Application) -> Vec<i32> {
    let showing = match application.toolkit.as_str() {
        "gtk" => 1 << State::Showing as u32,
        _ => 0,
    };
    vec![showing, 0]
}

async fn one(line: &Line, path: &str) -> Result<(Node, String), CallError> {
    let (number, bits, name, parent) = try_join4(
        line.call::<_, u32>(path, ACCESSIBLE, "GetRole", &()),
        line.call::<_, Vec<u32>>(path, ACCESSIBLE, "GetState", &()),
        line.property::<String>(path, ACCESSIBLE, "Name"),
        line.property::<zbus::zvariant::OwnedValue>(path, ACCESSIBLE, "Parent"),
    )
    .await?;
    let parent: Reference = parent
        .try_into()
        .map_err(|_| CallError::Absent("a parent".to_owned()))?;
    let node = Node {
        path: path.to_owned(),
        role: number,
        name,
        bits: Bits(bits),
        parent: None,
    };
    Ok((node, parent.1.to_string()))
}

/// Roles as the call takes them: a bit for each number.
fn bitmap(roles: &[i32]) -> Vec<i32> {
    let mut words = vec![0_u32; 5];
    for role in roles.iter().filter_map(|role| usize::try_from(*role).ok()) {
        if let Some(word) = words.get_mut(role / 32) {
            *word |= 1 << (role % 32);
        }
    }
    words.into_iter().map(u32::cast_signed).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_become_bits() {
        assert_eq!(bitmap(&[0, 33, 40, 130]), [1, 2 | 1 << 8, 0, 0, 4]);
        assert_eq!(bitmap(&[31]), [i32::MIN, 0, 0, 0, 0]);
    }
}
