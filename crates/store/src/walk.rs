//! The frames of the log in their order, applied to what a snapshot gave.

use crate::head::Head;
use crate::manifest::{FileId, Manifest, Spot};
use crate::segment::{self, Found, Scan};
use crate::story::Story;
use crate::survey::Last;
use crate::writer::Tip;

/// The frames that count, by number.
pub(crate) fn order(scans: Vec<(u32, Scan)>, head: Option<Head>, story: &mut Story) -> Vec<Found> {
    let mut frames: Vec<Found> = Vec::new();
    // A later segment says, or shows, where it begins: what an earlier one holds beyond that was never acknowledged.
    let mut void_from = u64::MAX;
    for (_, scan) in scans.into_iter().rev() {
        let begins = scan.header.map(|header| header.after + 1);
        let first = scan.frames.iter().map(|frame| frame.links.sequence).min();
        frames.extend(scan.frames.into_iter().filter(|frame| frame.links.sequence < void_from));
        void_from = [begins, first].into_iter().flatten().fold(void_from, u64::min);
    }
    frames.sort_by_key(|frame| (frame.links.sequence, frame.offset));
    let count = frames.len();
    frames.dedup_by_key(|frame| frame.links.sequence);
    if frames.len() < count {
        story.harm.push("some changes are there twice".into());
    }
    let acknowledged = head.map_or(0, |head| head.sequence);
    if let Some(last) = frames.last().map(|frame| frame.links) {
        let there = frames
            .iter()
            .filter(|frame| frame.links.batch_first == last.batch_first)
            .count() as u64;
        if there < u64::from(last.batch_frames) && last.batch_first > acknowledged {
            frames.retain(|frame| {
                let keep = frame.links.batch_first < last.batch_first;
                story.torn += if keep { 0 } else { frame.length };
                keep
            });
        }
    }
    frames
}

/// Applies the frames in order to what there is at `tip`, and notes every gap.
pub(crate) fn walk(
    frames: &[Found],
    head: Option<Head>,
    mut tip: Tip,
    manifest: &mut Manifest,
    story: &mut Story,
) -> (Tip, Last) {
    let differs = |tip: &Tip| head.is_some_and(|head| head.sequence == tip.sequence && head.mac != tip.mac);
    let mut spot = None;
    if differs(&tip) {
        story
            .harm
            .push(format!("change {} is not the one that was acknowledged", tip.sequence));
    }
    for frame in frames {
        let missing = frame.links.sequence - tip.sequence - 1;
        if missing > 0 || frame.links.previous != tip.mac {
            let around = [Some(frame.segment), spot.map(|(segment, _)| segment)];
            let around = around.into_iter().flatten().map(segment::name);
            story.damaged_files.extend(around);
        }
        if missing > 0 {
            match &frame.outline.echo {
                Some(echo) => {
                    manifest.lose(frame.links.sequence - 1, echo);
                    story.named += 1;
                    story.unnamed += missing - 1;
                }
                None => story.unnamed += missing,
            }
        } else if frame.links.previous != tip.mac {
            story.harm.push(format!(
                "change {} does not follow the one before it",
                frame.links.sequence
            ));
        }
        let here = Spot {
            file: FileId::Segment(frame.segment),
            offset: frame.offset,
            length: frame.length,
        };
        let touched = &frame.outline.touched;
        manifest.apply(frame.links.sequence, here, touched.iter().cloned());
        spot = Some((frame.segment, frame.end()));
        tip = Tip {
            sequence: frame.links.sequence,
            mac: frame.mac,
            touched: Some(touched.clone()),
        };
        if differs(&tip) {
            story
                .harm
                .push(format!("change {} is not the one that was acknowledged", tip.sequence));
        }
    }
    if let Some(head) = head.filter(|head| head.sequence > tip.sequence) {
        story.unnamed += head.sequence - tip.sequence;
        story
            .damaged_files
            .extend(spot.map(|(number, _): (u32, u64)| segment::name(number)));
        tip = Tip {
            sequence: head.sequence,
            mac: head.mac,
            touched: None,
        };
        spot = None;
    }
    let sequence = tip.sequence;
    (tip, Last { spot, sequence })
}
