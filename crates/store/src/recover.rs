//! From what was read of a folder to a store that can be written.

use crate::files::{Access, Files, LogFile};
use crate::head::{self, Head, HeadFile, Stop};
use crate::keys::Keys;
use crate::manifest::{FileId, Manifest};
use crate::opened::{Condition, Damage, Opened};
use crate::read::Handle;
use crate::segment::{self, StoreId};
use crate::story::Story;
use crate::survey::{self, BEGINNING, Generation, HeadFileState, Last, Place, Shape, Survey, Surveyed};
use crate::tuning::Tuning;
use crate::writer::{Active, Begun, Growth, Segments, Tip, Writer};
use countersign_model::port::StoreError;
use countersign_secret::Key;
use std::io;
use std::sync::{Arc, PoisonError};

/// An opened folder.
pub(crate) struct Recovered {
    pub(crate) manifest: Manifest,
    pub(crate) writer: Writer,
    pub(crate) opened: Opened,
    /// Whether a new generation should be made at once.
    pub(crate) generation: Generation,
}

/// Whether the folder shows traces of a store besides the log and the head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Traces {
    None,
    Left,
}

/// Reads everything that can be read, and makes it ready to be written.
pub(crate) fn recover(
    files: Box<dyn Files>,
    keys: &Keys,
    traces: Traces,
    tuning: Tuning,
) -> Result<Recovered, StoreError> {
    match survey::survey(&*files, keys)? {
        Surveyed::Nothing(store) => make(files, keys, store, traces, tuning),
        Surveyed::Store(survey) => Ok(mend(files, keys, *survey, tuning)),
    }
}

fn mend(files: Box<dyn Files>, keys: &Keys, survey: Survey, tuning: Tuning) -> Recovered {
    let Survey {
        manifest,
        tip,
        last,
        head,
        mut handles,
        mut story,
        ..
    } = survey;
    let segments = Segments::default();
    let begun = Begun {
        snapshot: survey.base.map_or(0, |base| base.number),
        length: survey.base.map_or(0, |base| base.length),
        unknown: story.unnamed,
    };
    let logged = survey.segments.iter().map(|shape| shape.filled).sum();
    let mut writer = Writer {
        files,
        segments: Arc::clone(&segments),
        store: survey.store,
        tip,
        active: None,
        // A segment behind the newest snapshot has at least its number.
        last_segment: survey.highest.segment.max(survey.highest.snapshot.saturating_sub(1)),
        head: None,
        begun,
        logged,
        growth: None,
        patience: 0,
        damaged: story.damaged_files.clone(),
        tuning,
    };
    // Without a head nobody knows what was acknowledged. And what a snapshot reaches beyond is never written again.
    let newest = survey
        .segments
        .last()
        .filter(|shape| shape.number >= survey.highest.snapshot);
    if head.is_some() {
        writer.active = newest.and_then(|tail| resume(&*writer.files, tail, &survey.frames, &last, head, &mut story));
        if let Some(active) = &writer.active {
            let handle = Handle {
                file: Arc::clone(&active.file),
                upto: 0,
            };
            handles.insert(FileId::Segment(active.number), handle);
        }
    }
    let head_file = match survey.head_file {
        HeadFileState::Whole => writer.files.open(head::NAME, Access::ReadWrite),
        HeadFileState::Wanting => writer
            .files
            .place(head::NAME, &head::both(keys, &writer.head_now(Stop::Running))),
    };
    match head_file {
        Ok(file) => writer.head = Some(HeadFile::new(file)),
        Err(error) => story.notes.push(format!("the head file cannot be written: {error}")),
    }
    let opened = story.tell(&manifest, head, writer.tip.sequence);
    *segments.write().unwrap_or_else(PoisonError::into_inner) = handles;
    Recovered {
        manifest,
        writer,
        opened,
        generation: survey.generation,
    }
}

/// Makes a store that is not there yet.
fn make(
    files: Box<dyn Files>,
    keys: &Keys,
    store: Option<StoreId>,
    traces: Traces,
    tuning: Tuning,
) -> Result<Recovered, StoreError> {
    let not_saved = |error: io::Error| StoreError::NotSaved(error.to_string());
    let store = match store {
        Some(store) => store,
        None => {
            let random = Key::make_random().map_err(|error| StoreError::NotSaved(error.to_string()))?;
            random.expose().first_chunk().copied().unwrap_or_default()
        }
    };
    let tip = Tip {
        sequence: 0,
        mac: BEGINNING,
        touched: Some(Vec::new()),
    };
    let mut writer = Writer {
        files,
        segments: Segments::default(),
        store,
        tip,
        active: None,
        last_segment: 0,
        head: None,
        begun: Begun::default(),
        logged: 0,
        growth: Some(Growth::default()),
        patience: 0,
        damaged: Default::default(),
        tuning,
    };
    let head = writer
        .files
        .place(head::NAME, &head::both(keys, &writer.head_now(Stop::Running)))
        .map_err(not_saved)?;
    writer.head = Some(HeadFile::new(head));
    writer.active = Some(writer.begin_segment(keys)?);
    let condition = match traces {
        Traces::None => Condition::Fresh,
        Traces::Left => Condition::Damaged(Damage {
            sentence:
                "its log is gone; everything it held is lost here and has to come back from the repository or an export"
                    .into(),
            lost: Vec::new(),
            unknown: 1,
        }),
    };
    let opened = Opened {
        condition,
        values: 0,
        notes: Vec::new(),
    };
    Ok(Recovered {
        manifest: Manifest::default(),
        writer,
        opened,
        generation: Generation::Whole,
    })
}

/// Takes the last segment up again, if its end is beyond doubt. Otherwise the next commit begins a new one.
fn resume(
    files: &dyn Files,
    tail: &Shape,
    frames: &[Place],
    last: &Last,
    head: Option<Head>,
    story: &mut Story,
) -> Option<Active> {
    let (number, header) = (tail.number, tail.header?);
    let end = match last.spot {
        Some((segment, end)) if segment == number => end,
        _ if header.after == last.sequence => segment::HEADER as u64,
        _ => return None,
    };
    // Frames out of their order: leave everything where it is.
    let furthest = frames
        .iter()
        .filter(|frame| frame.segment == number)
        .map(|frame| frame.end)
        .max();
    if furthest.is_some_and(|furthest| furthest > end) {
        return None;
    }
    let name = segment::name(number);
    let file = match files.open(&name, Access::ReadWrite) {
        Ok(file) => file,
        Err(error) => {
            story.notes.push(format!("{name} cannot be written: {error}"));
            return None;
        }
    };
    if let Err(error) = settle(&*file, tail, end, frames, head) {
        story.notes.push(format!("{name} is not written any further: {error}"));
        return None;
    }
    story.torn = story.torn.max(tail.filled.saturating_sub(end));
    let room = if tail.filled > end { end } else { tail.length.max(end) };
    Some(Active {
        number,
        file: file.into(),
        end,
        room,
    })
}

/// Cuts off what was never acknowledged, and makes frames beyond the head safe before they count.
fn settle(file: &dyn LogFile, tail: &Shape, end: u64, frames: &[Place], head: Option<Head>) -> io::Result<()> {
    let acknowledged = head.map_or(0, |head| head.sequence);
    let doubtful = |frame: &&Place| frame.segment == tail.number && frame.sequence > acknowledged;
    let mut changed = tail.filled > end;
    if changed {
        file.set_length(end)?;
    }
    for frame in frames.iter().filter(doubtful) {
        // A failed fsync may have left pages that look written and are not; writing them again makes the sync below honest.
        let mut bytes = vec![0; usize::try_from(frame.length).map_err(io::Error::other)?];
        file.read_at(frame.offset, &mut bytes)?;
        file.write_at(frame.offset, &bytes)?;
        changed = true;
    }
    if changed { file.sync() } else { Ok(()) }
}
