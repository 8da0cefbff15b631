//! The toolkit's cache: the whole application in one call (GTK3, GTK4).

use super::{BATCH, Certainty, Missing, Node, Nodes, frame};
use crate::linux::accessibility::bus::{CACHE, CallError, ROOT, Reference, within};
use crate::linux::accessibility::peers::Application;
use crate::linux::accessibility::roles::{Bits, Sight, State};
use countersign_model::Coverage;
use std::collections::HashMap;
use std::sync::atomic::Ordering;

const PLACE: &str = "/org/a11y/atspi/cache";

/// Object, application, parent, place among its siblings, number of children, interfaces, name, role, description, states.
type Item = (
    Reference,
    Reference,
    Reference,
    i32,
    i32,
    Vec<String>,
    String,
    u32,
    String,
    Vec<u32>,
);

/// Reads the cache. `None`: the toolkit has none, or it does not hold the whole window.
pub(super) async fn read(
    application: &Application,
    title: &str,
    certainty: Certainty,
) -> Result<Option<Nodes>, Missing> {
    let asking = async || {
        // GTK 3 has a cache once it was asked for its socket.
        within(BATCH, application.address()).await?;
        let items = application.line.call::<_, Vec<Item>>(PLACE, CACHE, "GetItems", &());
        within(BATCH, items).await.map(Stock::new)
    };
    let stock = match application.stock.ask(asking).await {
        Ok(stock) => stock,
        Err(CallError::Absent(_) | CallError::Failed(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    application.size.store(stock.entries.len(), Ordering::Relaxed);
    if stock.entries.is_empty() {
        return Ok(None);
    }
    let frames: Vec<Node> = stock.children(ROOT).map(|entry| entry.node.clone()).collect();
    let Some(chosen) = frame::choose(&frames, title, certainty, application.sight()) else {
        // The cache may lag behind: ask the application itself.
        return Ok(None);
    };
    Ok(frames
        .get(chosen)
        .and_then(|frame| stock.window(&frame.path, application.sight())))
}

#[derive(Debug)]
struct Entry {
    node: Node,
    index: i32,
    count: i32,
}

/// All that an application has.
#[derive(Debug)]
pub(in crate::linux::accessibility) struct Stock {
    entries: HashMap<String, Entry>,
    children: HashMap<String, Vec<String>>,
}

impl Stock {
    fn new(items: Vec<Item>) -> Self {
        let mut entries = HashMap::new();
        let mut children: HashMap<String, Vec<String>> = HashMap::new();
        for (object, _, parent, index, count, _, name, role, _, bits) in items {
            let path = object.1.to_string();
            children.entry(parent.1.to_string()).or_default().push(path.clone());
            let bits = Bits(bits);
            let node = Node {
                path: path.clone(),
                role,
                name,
                bits,
                parent: None,
            };
            entries.insert(path, Entry { node, index, count });
        }
        for siblings in children.values_mut() {
            siblings.sort_by_key(|path| entries.get(path).map(|entry: &Entry| entry.index));
        }
        Self { entries, children }
    }

    fn children(&self, path: &str) -> impl DoubleEndedIterator<Item = &Entry> {
        let paths = self.children.get(path).map(Vec::as_slice).unwrap_or_default();
        paths.iter().filter_map(|path| self.entries.get(path))
    }

    /// Everything showing below a frame, if nothing of it is missing.
    fn window(&self, frame: &str, sight: Sight) -> Option<Nodes> {
        let mut all = Vec::new();
        let mut open = vec![(self.entries.get(frame)?, None)];
        while let Some((entry, parent)) = open.pop() {
            let here = all.len();
            // Also ends a circle of parents, should an application make one.
            if here > self.entries.len() {
                return None;
            }
            let known = self.children(&entry.node.path).count();
            let managed = entry.node.bits.has(State::ManagesDescendants);
            if !managed && usize::try_from(entry.count).is_ok_and(|count| known < count) {
                return None;
            }
            let mut node = entry.node.clone();
            node.parent = parent;
            all.push(node);
            let showing = self
                .children(&entry.node.path)
                .filter(|child| child.node.bits.shows(sight));
            open.extend(showing.rev().map(|child| (child, Some(here))));
        }
        Some(Nodes {
            all,
            coverage: Coverage::Complete,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use zbus::zvariant::OwnedObjectPath;

    fn item(path: &str, parent: &str, index: i32, count: i32, showing: bool) -> Item {
        let reference = |path: &str| (":1.1".to_owned(), OwnedObjectPath::try_from(path.to_owned()).unwrap());
        let bits = if showing { 1 << State::Showing as u32 } else { 0 };
        (
            reference(path),
            reference(ROOT),
            reference(parent),
            index,
            count,
            Vec::new(),
            path.to_owned(),
            61,
            String::new(),
            vec![bits, 0],
        )
    }

    #[test]
    fn a_window_comes_in_tree_order_without_what_is_hidden() {
        let stock = Stock::new(vec![
            item("/b", "/f", 1, 0, true),
            item("/f", ROOT, 0, 3, true),
            item("/a", "/f", 0, 1, true),
            item("/a/1", "/a", 0, 0, true),
            item("/c", "/f", 2, 5, false),
        ]);
        let nodes = stock.window("/f", Sight::Showing).unwrap().all;
        let seen: Vec<_> = nodes.iter().map(|node| (node.path.as_str(), node.parent)).collect();
        assert_eq!(
            seen,
            [("/f", None), ("/a", Some(0)), ("/a/1", Some(1)), ("/b", Some(0))]
        );
    }

    #[test]
    fn a_cache_that_lacks_a_child_is_no_answer() {
        let stock = Stock::new(vec![item("/f", ROOT, 0, 2, true), item("/a", "/f", 0, 0, true)]);
        assert!(stock.window("/f", Sight::Showing).is_none());
    }

    #[test]
    fn a_circle_of_parents_ends() {
        let stock = Stock::new(vec![item("/f", "/a", 0, 1, true), item("/a", "/f", 0, 1, true)]);
        assert!(stock.window("/f", Sight::Showing).is_none());
    }
}
