//! Which of an application's frames is a window on the screen.

use super::{BATCH, Certainty, Missing, Node, together};
use crate::linux::accessibility::bus::{ACCESSIBLE, CallError, Line, ROOT, Reference, within};
use crate::linux::accessibility::peers::Application;
use crate::linux::accessibility::roles::{Bits, Sight, State, top_level};
use futures_util::future::try_join3;
use std::collections::HashSet;
use std::sync::PoisonError;

/// The paths of an application's frames. The limit is the caller's ([`within`]).
pub(super) async fn paths(application: &Application) -> Result<Vec<String>, CallError> {
    let children = application
        .line
        .call::<_, Vec<Reference>>(ROOT, ACCESSIBLE, "GetChildren", &());
    Ok(children.await?.into_iter().map(|(_, path)| path.to_string()).collect())
}

/// An application's frames, by path, as far as they may be the window of a title.
pub(super) struct Frames {
    all: Vec<String>,
    /// Those whose name is not known, or is one that fits.
    may_fit: Vec<String>,
}

impl Frames {
    /// Asks the application for its children.
    pub(super) async fn of(application: &Application, title: &str) -> Result<Self, Missing> {
        let all = within(BATCH, paths(application)).await?;
        let mut known = application.frames.lock().unwrap_or_else(PoisonError::into_inner);
        let present: HashSet<&String> = all.iter().collect();
        known.retain(|path, _| present.contains(path));
        let may = |path: &&String| known.get(*path).is_none_or(|name| fits(name, title));
        let may_fit = all.iter().filter(may).cloned().collect();
        Ok(Self { all, may_fit })
    }

    /// How many have to be asked before one is found.
    pub(super) fn to_ask(&self) -> usize {
        self.may_fit.len()
    }

    /// Finds the window's. Those whose names are known and do not fit are not asked again, unless no other fits.
    pub(super) async fn find(
        &self,
        application: &Application,
        title: &str,
        certainty: Certainty,
    ) -> Result<Node, Missing> {
        let found = among(application, &self.may_fit, title, Certainty::Titled).await?;
        let all_were_asked = self.may_fit.len() == self.all.len();
        let found = match (found, certainty) {
            (None, Certainty::Titled) if all_were_asked => None,
            (None, _) => among(application, &self.all, title, certainty).await?,
            (found, _) => found,
        };
        found.ok_or(Missing::NotYet)
    }
}

async fn among(
    application: &Application,
    paths: &[String],
    title: &str,
    certainty: Certainty,
) -> Result<Option<Node>, Missing> {
    let line = &application.line;
    let asking = async { Ok(together(paths.iter().map(|path| one(line, path)).collect()).await) };
    // A frame that goes away while being looked at is no error.
    let frames: Vec<Node> = within(BATCH, asking)
        .await?
        .into_iter()
        .filter_map(Result::ok)
        .collect();
    let mut known = application.frames.lock().unwrap_or_else(PoisonError::into_inner);
    known.extend(frames.iter().map(|frame| (frame.path.clone(), frame.name.clone())));
    let chosen = choose(&frames, title, certainty, application.sight());
    Ok(chosen.and_then(|place| frames.into_iter().nth(place)))
}

/// Whether a frame of this name may be the window of this title. Qt puts the application's name behind the title on the screen, but not
/// on the bus.
fn fits(name: &str, title: &str) -> bool {
    !name.is_empty() && title.starts_with(name)
}

async fn one(line: &Line, path: &str) -> Result<Node, CallError> {
    let (number, bits, name) = try_join3(
        line.call::<_, u32>(path, ACCESSIBLE, "GetRole", &()),
        line.call::<_, Vec<u32>>(path, ACCESSIBLE, "GetState", &()),
        line.property::<String>(path, ACCESSIBLE, "Name"),
    )
    .await?;
    Ok(Node {
        path: path.to_owned(),
        role: number,
        name,
        bits: Bits(bits),
        parent: None,
    })
}

/// Chooses among frames: the title must fit; among several the active one is meant.
pub(super) fn choose(frames: &[Node], title: &str, certainty: Certainty, sight: Sight) -> Option<usize> {
    let showing: Vec<(usize, &Node)> = frames
        .iter()
        .enumerate()
        .filter(|(_, frame)| top_level(frame.role) && frame.bits.shows(sight))
        .collect();
    let among = |fits: &dyn Fn(&Node) -> bool| {
        let fitting = || showing.iter().filter(|(_, frame)| fits(frame));
        fitting()
            .find(|(_, frame)| frame.bits.has(State::Active))
            .or_else(|| fitting().next())
            .map(|(place, _)| *place)
    };
    let titled = among(&|frame| frame.name == title).or_else(|| among(&|frame| fits(&frame.name, title)));
    match certainty {
        Certainty::Titled => titled,
        Certainty::Likely => titled.or_else(|| among(&|_| true)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(name: &str, states: &[State]) -> Node {
        let mut bits = vec![0_u32; 2];
        for state in states {
            bits[*state as usize / 32] |= 1 << (*state as usize % 32);
        }
        Node {
            path: "/f".to_owned(),
            role: 23,
            name: name.to_owned(),
            bits: Bits(bits),
            parent: None,
        }
    }

    #[test]
    fn the_title_decides_then_the_active_frame() {
        let frames = [
            frame("Vault", &[State::Showing]),
            frame("Log on", &[]),
            frame("Log on", &[State::Showing]),
            frame("Log on", &[State::Showing, State::Active]),
        ];
        let choose = |title, certainty| choose(&frames, title, certainty, Sight::Showing);
        assert_eq!(choose("Log on", Certainty::Titled), Some(3));
        assert_eq!(choose("Vault — Acme", Certainty::Titled), Some(0));
        assert_eq!(choose("Other", Certainty::Titled), None);
        assert_eq!(choose("Other", Certainty::Likely), Some(3));
    }
}
