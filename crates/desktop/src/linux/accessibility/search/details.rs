//! What a query asks about the controls that were found: everything for all of them in one batch.

use super::labels::{self, Placed};
use super::{BATCH, Node, Nodes, readable, together, wanted};
use crate::linux::accessibility::bus::{ACCESSIBLE, COMPONENT, CallError, Line, Reference, TEXT, within};
use crate::linux::accessibility::peers::Application;
use crate::linux::accessibility::roles::{self, role, takes_text};
use crate::linux::accessibility::token;
use countersign_model::{ControlFacts, ControlQuery, Extents, Role};
use futures_util::future::{OptionFuture, join5};
use std::collections::HashMap;
use std::time::Duration;

const SCREEN: u32 = 0;
const LABELLED_BY: u32 = 2;
/// How long all the questions about a window's controls may take together.
const WHOLE: Duration = Duration::from_secs(1);
/// The most that is read of a text that is not a label: its end, where messages come.
const LONGEST: i32 = 2_048;

#[derive(Debug, Default)]
struct Detail {
    extents: Option<Extents>,
    label: Option<String>,
    text: Option<String>,
    id: Option<String>,
    class: Option<String>,
}

/// Describes the controls that the query wants.
pub(super) async fn describe(
    application: &Application,
    nodes: &Nodes,
    query: &ControlQuery,
) -> Result<Vec<ControlFacts>, CallError> {
    let chosen = chosen(nodes, query);
    let asking = async {
        let asked = nodes
            .all
            .iter()
            .zip(&chosen)
            .map(|(node, chosen)| ask(application, node, *chosen, query));
        Ok(together(asked.collect()).await)
    };
    let details = within(WHOLE, asking).await?;
    let mut labels = HashMap::new();
    if query.labels {
        let placed: Vec<Placed<'_>> = nodes
            .all
            .iter()
            .zip(&details)
            .map(|(node, detail)| Placed::new(node, detail.extents))
            .collect();
        for (place, node) in nodes
            .all
            .iter()
            .enumerate()
            .filter(|(_, node)| takes_text(role(node.role)))
        {
            let told = details.get(place).and_then(|detail| detail.label.clone());
            let told = match told {
                Some(path) => name_of(&application.line, nodes, &path).await,
                None => None,
            };
            let label = told.or_else(|| labels::beside(&placed, place).map(|label| label.name.trim().to_owned()));
            labels.insert(node.path.as_str(), label);
        }
    }
    let mut places = vec![None; nodes.all.len()];
    let mut controls = Vec::new();
    for (place, ((node, chosen), detail)) in nodes.all.iter().zip(&chosen).zip(details).enumerate() {
        if *chosen == Chosen::No {
            continue;
        }
        if let Some(slot) = places.get_mut(place) {
            *slot = Some(controls.len());
        }
        controls.push(ControlFacts {
            token: token::make(&application.name, &node.path),
            role: role(node.role),
            name: node.name.clone(),
            label: labels.remove(node.path.as_str()).flatten(),
            id: detail.id,
            class: detail.class,
            text: detail.text,
            states: node.bits.states(application.sight()),
            extents: detail.extents.filter(|_| query.extents.of(role(node.role))),
            parent: node.parent.and_then(|parent| places.get(parent).copied().flatten()),
        });
    }
    Ok(controls)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Chosen {
    No,
    Ancestor,
    Wanted,
}

fn chosen(nodes: &Nodes, query: &ControlQuery) -> Vec<Chosen> {
    let mut chosen = vec![Chosen::No; nodes.all.len()];
    for (place, node) in nodes
        .all
        .iter()
        .enumerate()
        .filter(|(_, node)| wanted(query, node.role))
    {
        if let Some(slot) = chosen.get_mut(place) {
            *slot = Chosen::Wanted;
        }
        let mut above = node.parent.filter(|_| query.parents);
        while let Some(slot) = above.and_then(|place| chosen.get_mut(place)) {
            if *slot != Chosen::No {
                break;
            }
            *slot = Chosen::Ancestor;
            above = above
                .and_then(|place| nodes.all.get(place))
                .and_then(|node| node.parent);
        }
    }
    chosen
}

async fn ask(application: &Application, node: &Node, chosen: Chosen, query: &ControlQuery) -> Detail {
    let line = &application.line;
    let control = role(node.role);
    let wanted = chosen == Chosen::Wanted;
    // An ancestor may be named by id or class as well.
    let told_apart = chosen != Chosen::No && application.has_ids();
    let labelled = query.labels && (takes_text(control) || roles::labels(control));
    let placed = query.extents.of(control);
    let when = |condition: bool| condition.then_some(());
    let (extents, label, text, id, class) = join5(
        OptionFuture::from(when(labelled || (placed && chosen != Chosen::No)).map(|()| extents(line, &node.path))),
        OptionFuture::from(when(query.labels && takes_text(control)).map(|()| label(line, &node.path))),
        OptionFuture::from(when(query.texts && wanted && readable(node, application)).map(|()| text(line, node))),
        OptionFuture::from(when(told_apart).map(|()| id(line, &node.path))),
        OptionFuture::from(when(told_apart).map(|()| attributes(line, &node.path))),
    )
    .await;
    let mut attributes = class.unwrap_or_default();
    Detail {
        extents: extents.flatten(),
        label: label.flatten(),
        text: text.flatten(),
        id: id
            .flatten()
            .or_else(|| attributes.remove("id"))
            .filter(|id| !id.is_empty()),
        class: attributes.remove("class").filter(|class| !class.is_empty()),
    }
}

pub(in crate::linux::accessibility) async fn extents(line: &Line, path: &str) -> Option<Extents> {
    let asked = line
        .call::<_, ((i32, i32, i32, i32),)>(path, COMPONENT, "GetExtents", &SCREEN)
        .await;
    let ((x, y, width, height),) = asked.ok()?;
    (width > 0 && height > 0).then_some(Extents { x, y, width, height })
}

async fn label(line: &Line, path: &str) -> Option<String> {
    let asked = line
        .call::<_, Vec<(u32, Vec<Reference>)>>(path, ACCESSIBLE, "GetRelationSet", &())
        .await;
    let (_, targets) = asked.ok()?.into_iter().find(|(kind, _)| *kind == LABELLED_BY)?;
    targets.into_iter().next().map(|(_, path)| path.to_string())
}

async fn name_of(line: &Line, nodes: &Nodes, path: &str) -> Option<String> {
    let name = match nodes.all.iter().find(|node| node.path == path) {
        Some(node) => node.name.clone(),
        None => within(BATCH, line.property::<String>(path, ACCESSIBLE, "Name"))
            .await
            .ok()?,
    };
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}

async fn text(line: &Line, node: &Node) -> Option<String> {
    let from = match role(node.role) {
        Role::Text | Role::Entry | Role::Document | Role::Terminal => {
            let count = line.property::<i32>(&node.path, TEXT, "CharacterCount").await.ok()?;
            count.saturating_sub(LONGEST).max(0)
        }
        _ => 0,
    };
    let text: String = line.call(&node.path, TEXT, "GetText", &(from, -1_i32)).await.ok()?;
    Some(text).filter(|text| !text.is_empty())
}

async fn id(line: &Line, path: &str) -> Option<String> {
    let id = line.property::<String>(path, ACCESSIBLE, "AccessibleId").await.ok()?;
    Some(id).filter(|id| !id.is_empty())
}

async fn attributes(line: &Line, path: &str) -> HashMap<String, String> {
    line.call(path, ACCESSIBLE, "GetAttributes", &())
        .await
        .unwrap_or_default()
}
