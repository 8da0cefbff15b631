//! Walking a tree level by level, all objects of a level at once (Qt5, and whatever offers nothing better).

use super::{BATCH, Node, Nodes, together};
use crate::linux::accessibility::bus::{ACCESSIBLE, CallError, Line, Reference, within};
use crate::linux::accessibility::peers::Application;
use crate::linux::accessibility::roles::{Bits, Sight, State, labels, role};
use crate::pace::steady;
use countersign_model::Coverage;
use futures_util::future::join4;
use std::time::Duration;

/// The most objects looked at.
const NODES: usize = 4_000;
/// The longest walk.
const WALK: Duration = Duration::from_secs(1);

/// Walks a window.
pub(super) async fn read(application: &Application, frame: Node) -> Result<Nodes, CallError> {
    below(&application.line, Some(application.sight()), frame).await
}

struct Found {
    node: Node,
    children: Vec<Reference>,
}

/// Everything below an object, the object first; with `sight` only what is showing.
pub(in crate::linux::accessibility) async fn below(
    line: &Line,
    sight: Option<Sight>,
    top: Node,
) -> Result<Nodes, CallError> {
    let deadline = steady().after(WALK);
    let first: Vec<Reference> = within(BATCH, line.call(&top.path, ACCESSIBLE, "GetChildren", &())).await?;
    let mut found = vec![top];
    let mut coverage = Coverage::Complete;
    let mut asked = 0;
    let mut level: Vec<(usize, Reference)> = first.into_iter().map(|child| (0, child)).collect();
    while !level.is_empty() {
        let room = NODES.saturating_sub(asked);
        if level.len() > room {
            level.truncate(room);
            coverage = Coverage::Truncated;
        }
        asked += level.len();
        let left = deadline.since(steady()).min(BATCH);
        let looking = async { Ok(look(line, &level).await) };
        let seen = match within(left, looking).await {
            Ok(seen) => seen,
            // Nothing at all in time, and this was the first level: the application does not answer.
            Err(CallError::Silent) if found.len() == 1 => return Err(CallError::Silent),
            Err(_) => {
                coverage = Coverage::Truncated;
                break;
            }
        };
        let mut next = Vec::new();
        for (parent, seen) in seen {
            // What went away while being looked at is not there.
            let Ok(mut seen) = seen else { continue };
            if sight.is_some_and(|sight| !seen.node.bits.shows(sight)) {
                continue;
            }
            seen.node.parent = Some(parent);
            let here = found.len();
            if !seen.node.bits.has(State::ManagesDescendants) {
                next.extend(seen.children.into_iter().map(|child| (here, child)));
            }
            found.push(seen.node);
        }
        level = next;
    }
    Ok(Nodes {
        all: in_tree_order(found),
        coverage,
    })
}

async fn look(line: &Line, level: &[(usize, Reference)]) -> Vec<(usize, Result<Found, CallError>)> {
    let asked = together(level.iter().map(|(_, (_, path))| one(line, path)).collect()).await;
    level.iter().map(|(parent, _)| *parent).zip(asked).collect()
}

async fn one(line: &Line, path: &str) -> Result<Found, CallError> {
    let (number, bits, name, children) = join4(
        line.call::<_, u32>(path, ACCESSIBLE, "GetRole", &()),
        line.call::<_, Vec<u32>>(path, ACCESSIBLE, "GetState", &()),
        line.property::<String>(path, ACCESSIBLE, "Name"),
        line.call::<_, Vec<Reference>>(path, ACCESSIBLE, "GetChildren", &()),
    )
    .await;
    let number = number?;
    let children = if labels(role(number)) { Vec::new() } else { children? };
    Ok(Found {
        node: Node {
            path: path.to_owned(),
            role: number,
            name: name.unwrap_or_default(),
            bits: Bits(bits?),
            parent: None,
        },
        children,
    })
}

/// Level order to tree order: parents before children, siblings together with what is below them.
fn in_tree_order(level_order: Vec<Node>) -> Vec<Node> {
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); level_order.len()];
    for (place, node) in level_order.iter().enumerate() {
        if let Some(siblings) = node.parent.and_then(|parent| children.get_mut(parent)) {
            siblings.push(place);
        }
    }
    let mut nodes: Vec<Option<Node>> = level_order.into_iter().map(Some).collect();
    let mut ordered = Vec::with_capacity(nodes.len());
    let mut open = vec![(0, None)];
    while let Some((place, parent)) = open.pop() {
        let Some(mut node) = nodes.get_mut(place).and_then(Option::take) else {
            continue;
        };
        let here = ordered.len();
        node.parent = parent;
        ordered.push(node);
        let below = children.get(place).map(Vec::as_slice).unwrap_or_default();
        open.extend(below.iter().rev().map(|child| (*child, Some(here))));
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn level_order_becomes_tree_order() {
        let node = |path: &str, parent| Node {
            path: path.to_owned(),
            role: 39,
            name: String::new(),
            bits: Bits::default(),
            parent,
        };
        let ordered = in_tree_order(vec![
            node("f", None),
            node("a", Some(0)),
            node("b", Some(0)),
            node("a1", Some(1)),
            node("b1", Some(2)),
        ]);
        let seen: Vec<_> = ordered.iter().map(|node| (node.path.as_str(), node.parent)).collect();
        assert_eq!(
            seen,
            [
                ("f", None),
                ("a", Some(0)),
                ("a1", Some(1)),
                ("b", Some(0)),
                ("b1", Some(3))
            ]
        );
    }
}
