//! Beginning a new generation: a snapshot of everything, then a new segment. The generation before is kept, older ones go.

use crate::files::LogFile;
use crate::keys::Keys;
use crate::manifest::{Entry, FileId, Manifest};
use crate::read::{self, Handle, Handles, Opened};
use crate::segment;
use crate::snapshot::{self, Builder, Purpose, Scanned, Stamp};
use crate::store::Store;
use crate::survey::Generation;
use crate::writer::{Begun, Growth, Writer};
use countersign_model::port::StoreError;
use std::io;
use std::sync::{Arc, PoisonError};

/// Begins a new generation. When it fails, everything goes on as it was.
pub(crate) fn begin(store: &Store, writer: &mut Writer, before: Generation) -> Result<(), StoreError> {
    let number = writer.last_segment.saturating_add(1);
    let stamp = Stamp {
        purpose: Purpose::Snapshot,
        store: writer.store,
        number,
        upto: writer.tip.sequence,
        upto_mac: writer.tip.mac,
        unknown: writer.begun.unknown,
    };
    let (file, scanned) = match put_down(store, writer, stamp) {
        Ok(made) => made,
        Err(error) => {
            writer.patience = writer.logged + writer.tuning.least_log;
            return Err(StoreError::NotSaved(format!(
                "a new generation could not be written: {error}"
            )));
        }
    };
    let kept = writer.begun.snapshot;
    writer.begun = Begun {
        snapshot: number,
        length: scanned.header.length,
        unknown: writer.begun.unknown,
    };
    (writer.logged, writer.patience) = (0, 0);
    writer.growth = Some(Growth::default());
    let handle = Handle { file, upto: stamp.upto };
    let insert = |handles: &mut Handles| handles.insert(FileId::Snapshot(number), handle);
    insert(&mut writer.segments.write().unwrap_or_else(PoisonError::into_inner));
    *store.manifest.write().unwrap_or_else(PoisonError::into_inner) = scanned.entries.into_iter().collect();
    // Where it cannot be made now, the next commit makes it.
    writer.active = writer.begin_segment(&store.keys).ok();
    if before == Generation::Whole {
        discard(writer, kept);
    }
    Ok(())
}

/// Writes the snapshot and reads it back; after that nothing is written behind the old one any more.
fn put_down(store: &Store, writer: &mut Writer, stamp: Stamp) -> io::Result<(Arc<dyn LogFile>, Scanned)> {
    let name = snapshot::name(stamp.number);
    let aside = format!("{name}.new");
    let file: Arc<dyn LogFile> = writer.files.create_aside(&aside)?.into();
    let made = {
        let manifest = store.manifest.read().unwrap_or_else(PoisonError::into_inner);
        let handles = writer.segments.read().unwrap_or_else(PoisonError::into_inner);
        write(&store.keys, stamp, &manifest, &handles, &*file)
            .and_then(|_| read_back(&store.keys, stamp, &manifest, &*file))
    };
    let scanned = match made {
        Ok(scanned) => scanned,
        Err(error) => {
            // It has no meaning; the next attempt removes it if this does not.
            let _ = writer.files.remove(&aside);
            return Err(error);
        }
    };
    writer.trim();
    // From here on the snapshot may be there after a power cut, and whoever reads it does not look at older segments.
    writer.active = None;
    writer.files.rename(&aside, &name)?;
    writer.files.sync_folder()?;
    Ok((file, scanned))
}

/// Writes everything the manifest has into a snapshot or export, and makes it survive a power cut. Returns its length.
pub(crate) fn write(
    keys: &Keys,
    stamp: Stamp,
    manifest: &Manifest,
    handles: &Handles,
    file: &dyn LogFile,
) -> io::Result<u64> {
    let mut builder = Builder::new(keys, stamp, file);
    let mut opened = Opened::default();
    for (key, entry) in manifest.entries() {
        match entry {
            Entry::Lost { sequence } => builder.lost(key, sequence)?,
            Entry::Held(held) => {
                let handle = handles.get(&held.spot.file);
                let value = handle
                    .ok_or_else(|| read::damaged(key))
                    .and_then(|handle| read::value(keys, handle, key, &held, &mut opened))
                    .map_err(io::Error::other)?;
                builder.value(key, held.sequence, &value)?;
            }
        }
    }
    builder.finish()
}

/// Reads what was written and checks every MAC of it.
pub(crate) fn read_back(keys: &Keys, stamp: Stamp, manifest: &Manifest, file: &dyn LogFile) -> io::Result<Scanned> {
    let scanned = snapshot::scan(keys, stamp.purpose, stamp.number, &file.read_all()?);
    scanned
        .filter(|scanned| {
            scanned.header.stamp == stamp && scanned.flaw.is_none() && scanned.entries.len() == manifest.len()
        })
        .ok_or_else(|| io::Error::other("what was written cannot be read back; check the disk"))
}

/// Removes the generations before `kept`. What is damaged in them goes to the quarantine.
fn discard(writer: &mut Writer, kept: u32) {
    let Ok(names) = writer.files.list() else { return };
    let old = |name: &&String| {
        let number = segment::number(name).or_else(|| snapshot::number(name));
        number.is_some_and(|number| number < kept)
    };
    for name in names.iter().filter(old) {
        // What cannot be removed now is removed the next time.
        if writer.damaged.contains(name) {
            if writer.files.quarantine(name).is_ok() {
                writer.damaged.remove(name);
            }
        } else {
            let _ = writer.files.remove(name);
        }
    }
    let mut handles = writer.segments.write().unwrap_or_else(PoisonError::into_inner);
    handles.retain(|file, _| match file {
        FileId::Segment(number) | FileId::Snapshot(number) => *number >= kept,
    });
}
