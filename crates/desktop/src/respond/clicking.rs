//! Clicks.

use super::{Interpreter, Progress, UNSEEN};
use countersign_model::{ClickPoint, Edge, Extents, PlannedStep, Refusal};

impl Interpreter<'_> {
    pub(super) fn click(&self, progress: &mut Progress<'_>, step: &PlannedStep, at: Extents) -> Result<(), Refusal> {
        self.pointer.click(&progress.plan.window, at)?;
        // Whether a click focuses is the control's affair.
        progress.field = None;
        if step.submits {
            return Ok(());
        }
        // A window manager may hold the click back for a moment to raise the window first; keys would overtake it.
        self.pace.wait(UNSEEN, progress.cancel);
        progress.going_on()
    }
}

/// The pixel that a point names inside of something; none, where that is too small for it.
pub(super) fn spot(around: Extents, point: ClickPoint) -> Option<Extents> {
    let along = |from: i32, length: i32, pixels: u32, edge: Edge| {
        let pixels = i32::try_from(pixels).ok().filter(|pixels| *pixels < length)?;
        Some(match edge {
            Edge::Near => from.saturating_add(pixels),
            Edge::Far => from.saturating_add(length - 1 - pixels),
        })
    };
    Some(Extents {
        x: along(around.x, around.width, point.x, point.across)?,
        y: along(around.y, around.height, point.y, point.down)?,
        width: 1,
        height: 1,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_count_from_the_edge_that_is_named_and_stay_inside() {
        let around = Extents {
            x: 100,
            y: 50,
            width: 30,
            height: 10,
        };
        let at = |x, y, across, down| {
            let point = ClickPoint { x, y, across, down };
            spot(around, point).map(|found| (found.x, found.y))
        };
        assert_eq!(at(0, 0, Edge::Near, Edge::Near), Some((100, 50)));
        assert_eq!(at(5, 2, Edge::Near, Edge::Far), Some((105, 57)));
        assert_eq!(at(0, 9, Edge::Far, Edge::Near), Some((129, 59)));
        assert_eq!(at(30, 0, Edge::Near, Edge::Near), None);
        assert_eq!(at(0, u32::MAX, Edge::Near, Edge::Far), None);
    }
}
