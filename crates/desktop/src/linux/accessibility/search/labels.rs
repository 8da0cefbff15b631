//! The text just before a field, for toolkits that do not say which label belongs to it.

use super::Node;
use crate::linux::accessibility::roles::{self, role, takes_text};
use countersign_model::Extents;

/// A node and where it is on the screen, if that is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placed<'a> {
    pub(super) node: &'a Node,
    pub(super) extents: Option<Extents>,
}

impl<'a> Placed<'a> {
    pub(super) fn new(node: &'a Node, extents: Option<Extents>) -> Self {
        Self { node, extents }
    }

    /// Whether this is a field in the row of a label, which is that field's then.
    fn stands_right_of(&self, label: Extents) -> bool {
        takes_text(role(self.node.role))
            && self
                .extents
                .is_some_and(|extents| same_row(label, extents) && right(label) <= extents.x.saturating_add(SLACK))
    }

    fn is_label(&self) -> bool {
        roles::labels(role(self.node.role)) && !self.node.name.trim().is_empty()
    }
}

/// The label of the field at `place`: what stands left of it in its row, else just above it, else just before it among its siblings.
///
/// The screen comes first because tree order may run backwards (GTK3's grids list their children last to first).
pub(super) fn beside<'a>(all: &[Placed<'a>], place: usize) -> Option<&'a Node> {
    let field = all.get(place)?;
    if let Some(extents) = field.extents
        && all
            .iter()
            .filter(|other| other.is_label())
            .any(|label| label.extents.is_some())
    {
        return left_of(all, place, extents).or_else(|| above(all, extents));
    }
    before(all, place)
}

fn left_of<'a>(all: &[Placed<'a>], place: usize, field: Extents) -> Option<&'a Node> {
    let (_, nearest) = all
        .iter()
        .enumerate()
        .filter(|(other, _)| *other != place)
        .filter_map(|(_, other)| other.extents.map(|extents| (extents, other)))
        .filter(|(_, other)| other.is_label() || takes_text(role(other.node.role)))
        .filter(|(extents, _)| same_row(*extents, field) && right(*extents) <= field.x.saturating_add(SLACK))
        .max_by_key(|(extents, _)| right(*extents))?;
    // Another field in between has taken the label.
    nearest.is_label().then_some(nearest.node)
}

fn above<'a>(all: &[Placed<'a>], field: Extents) -> Option<&'a Node> {
    all.iter()
        .filter(|other| other.is_label())
        .filter_map(|other| other.extents.map(|extents| (extents, other)))
        .filter(|(extents, _)| {
            let gap = field.y.saturating_sub(bottom(*extents));
            let overlaps = extents.x < right(field) && right(*extents) > field.x;
            overlaps && gap >= -SLACK && gap <= extents.height
        })
        .filter(|(extents, _)| !all.iter().any(|other| other.stands_right_of(*extents)))
        .max_by_key(|(extents, _)| bottom(*extents))
        .map(|(_, other)| other.node)
}

fn before<'a>(all: &[Placed<'a>], place: usize) -> Option<&'a Node> {
    let parent = all.get(place)?.node.parent?;
    let siblings = all
        .iter()
        .take(place)
        .rev()
        .filter(|other| other.node.parent == Some(parent));
    let nearest = siblings
        .into_iter()
        .find(|other| other.is_label() || takes_text(role(other.node.role)))?;
    nearest.is_label().then_some(nearest.node)
}

/// Frames and paddings overlap by a few pixels.
const SLACK: i32 = 8;

fn same_row(label: Extents, field: Extents) -> bool {
    let middle = label.y.saturating_add(label.height / 2);
    middle >= field.y && middle <= bottom(field)
}

fn right(extents: Extents) -> i32 {
    extents.x.saturating_add(extents.width)
}

fn bottom(extents: Extents) -> i32 {
    extents.y.saturating_add(extents.height)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linux::accessibility::roles::Bits;

    fn node(role: u32, name: &str) -> Node {
        Node {
            path: format!("/{name}"),
            role,
            name: name.to_owned(),
            bits: Bits::default(),
            parent: Some(0),
        }
    }

    fn at(x: i32, y: i32, width: i32) -> Option<Extents> {
        Some(Extents {
            x,
            y,
            width,
            height: 20,
        })
    }

    fn label_of(nodes: &[(Node, Option<Extents>)], place: usize) -> Option<String> {
        let placed: Vec<_> = nodes
            .iter()
            .map(|(node, extents)| Placed::new(node, *extents))
            .collect();
        beside(&placed, place).map(|node| node.name.clone())
    }

    #[test]
    fn the_screen_decides_where_tree_order_runs_backwards() {
        let form = [
            (node(40, "p"), at(100, 60, 200)),
            (node(29, "Password"), at(10, 60, 80)),
            (node(61, "u"), at(100, 20, 200)),
            (node(29, "User"), at(10, 20, 80)),
        ];
        assert_eq!(label_of(&form, 0).as_deref(), Some("Password"));
        assert_eq!(label_of(&form, 2).as_deref(), Some("User"));
    }

    #[test]
    fn in_a_row_of_fields_each_has_its_own_label_or_none() {
        let bar = [
            (node(29, "Host:"), at(0, 0, 40)),
            (node(61, "h"), at(44, 0, 100)),
            (node(29, "Password:"), at(150, 0, 60)),
            (node(40, "p"), at(214, 0, 100)),
            (node(61, "port"), at(320, 0, 40)),
        ];
        assert_eq!(label_of(&bar, 1).as_deref(), Some("Host:"));
        assert_eq!(label_of(&bar, 3).as_deref(), Some("Password:"));
        assert_eq!(label_of(&bar, 4), None);
    }

    #[test]
    fn a_label_above_will_do_and_one_far_above_will_not() {
        let form = [
            (node(29, "Passphrase"), at(10, 0, 80)),
            (node(40, "p"), at(10, 24, 200)),
        ];
        assert_eq!(label_of(&form, 1).as_deref(), Some("Passphrase"));
        let form = [(node(29, "Welcome"), at(10, 0, 80)), (node(40, "p"), at(10, 90, 200))];
        assert_eq!(label_of(&form, 1), None);
    }

    #[test]
    fn a_label_that_has_its_field_beside_it_labels_nothing_below() {
        let form = [
            (node(29, "Host:"), at(0, 0, 40)),
            (node(61, "h"), at(44, 0, 100)),
            (node(61, "log"), at(0, 24, 300)),
        ];
        assert_eq!(label_of(&form, 2), None);
    }

    #[test]
    fn without_places_the_sibling_just_before_decides() {
        let form = [
            (node(29, "Host:"), None),
            (node(61, "h"), None),
            (node(61, "second"), None),
        ];
        assert_eq!(label_of(&form, 1).as_deref(), Some("Host:"));
        assert_eq!(label_of(&form, 2), None);
    }
}
