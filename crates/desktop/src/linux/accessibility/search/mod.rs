//! Finding a window's controls: the toolkit's cache, else its collection, else a walk, whichever it offers.

mod cache;
mod collection;
mod details;
mod frame;
mod labels;
mod walk;

use super::bus::{ANSWER, CallError};
use super::peers::{Application, Room};
use super::roles::{Bits, role};
use countersign_model::{ControlQuery, ControlTree, Coverage, Role};
use frame::Frames;
use futures_util::future::try_join_all;
use futures_util::{StreamExt, stream};

pub(super) use cache::Stock;
pub(super) use details::extents;
pub(super) use walk::below;

/// One object of a window's tree.
#[derive(Clone, Debug)]
pub(in crate::linux::accessibility) struct Node {
    pub(in crate::linux::accessibility) path: String,
    pub(in crate::linux::accessibility) role: u32,
    pub(in crate::linux::accessibility) name: String,
    pub(in crate::linux::accessibility) bits: Bits,
    /// Its parent's place among the nodes.
    pub(in crate::linux::accessibility) parent: Option<usize>,
}

/// What is showing inside a window, parents before children.
#[derive(Clone, Debug)]
pub(in crate::linux::accessibility) struct Nodes {
    pub(in crate::linux::accessibility) all: Vec<Node>,
    pub(in crate::linux::accessibility) coverage: Coverage,
}

/// Why there is no tree.
#[derive(Debug)]
pub(super) enum Missing {
    /// The window, or what is in it, is not on the bus yet. Worth waiting for.
    NotYet,
    /// The call itself failed.
    Call(CallError),
}

impl From<CallError> for Missing {
    fn from(error: CallError) -> Self {
        Self::Call(error)
    }
}

/// How sure a window's frame must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Certainty {
    /// The title must fit.
    Titled,
    /// The active or only frame will do: waiting brought no better one.
    Likely,
}

/// Reads what a query asks for.
pub(super) async fn read(
    application: &Application,
    title: &str,
    certainty: Certainty,
    room: Room,
    query: &ControlQuery,
) -> Result<ControlTree, Missing> {
    let _looker = application.look();
    let nodes = nodes(application, title, certainty, room, query).await?;
    if nodes.all.len() <= 1 && certainty == Certainty::Titled {
        return Err(Missing::NotYet);
    }
    let controls = details::describe(application, &nodes, query).await?;
    Ok(ControlTree {
        controls,
        coverage: nodes.coverage,
        toolkit: Some(
            format!("{} {}", application.toolkit, application.version)
                .trim()
                .to_owned(),
        ),
    })
}

/// Has the first few frames searched for what is nowhere, so that the toolkit makes an object of everything in them. The limit is the
/// caller's.
pub(super) async fn visit(application: &Application, most: usize) -> Result<(), CallError> {
    let frames = frame::paths(application).await?;
    let visits = frames.iter().take(most);
    let visits = visits.map(|frame| collection::visit(&application.line, frame));
    try_join_all(visits).await.map(drop)
}

async fn nodes(
    application: &Application,
    title: &str,
    certainty: Certainty,
    room: Room,
    query: &ControlQuery,
) -> Result<Nodes, Missing> {
    // Parents cannot be judged from single objects without walking up, which costs more than walking down.
    let searchable = !query.roles.is_empty() && !query.parents;
    let frames = if searchable && application.is_better_searched(room) {
        Some(Frames::of(application, title).await?)
    } else {
        None
    };
    // Qt answers an empty cache; asking it costs a round trip and brings nothing.
    if application.toolkit != "Qt"
        && frames.as_ref().is_none_or(|frames| frames.to_ask() > MANY)
        && let Some(nodes) = cache::read(application, title, certainty).await?
    {
        return Ok(nodes);
    }
    let frames = match frames {
        Some(frames) => frames,
        None => Frames::of(application, title).await?,
    };
    let frame = frames.find(application, title, certainty).await?;
    if searchable
        && application.offers_collection()
        && let Some(nodes) = collection::read(application, &frame, query).await?
    {
        return Ok(nodes);
    }
    Ok(walk::read(application, frame).await?)
}

/// Whether the query wants controls of this role.
fn wanted(query: &ControlQuery, number: u32) -> bool {
    query.roles.is_empty() || query.roles.contains(&role(number))
}

/// Whether what a control says may be read: never what somebody typed.
fn readable(node: &Node, application: &Application) -> bool {
    let states = node.bits.states(application.sight());
    role(node.role) != Role::PasswordText && !states.editable
}

/// Makes calls side by side, a bounded number at once, answers in order.
async fn together<F: Future>(calls: Vec<F>) -> Vec<F::Output> {
    stream::iter(calls).buffered(IN_FLIGHT).collect().await
}

/// Frames to be asked one by one that are many: everything in one answer comes sooner.
const MANY: usize = 8;
/// The time one batch of calls may take.
const BATCH: std::time::Duration = ANSWER;
/// Calls in flight at once.
const IN_FLIGHT: usize = 64;
