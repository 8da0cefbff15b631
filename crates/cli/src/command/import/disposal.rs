//! The file afterwards: its passwords lie open in it.

use crate::arguments::Import;
use crate::failure::Failure;
use crate::screen::{Paint, Screen};
use crate::secrets::Source;
use countersign_import::Plain;
use serde::Serialize;

/// What deletion does not reach.
const STAYS: &str = "Deleting does not reach everything: copies in backups and snapshots, in the trash, in a synchronised folder or in \
the browser's list of downloads stay. On SSDs, and on file systems that journal data or copy on write (btrfs, ZFS), what was written \
can stay on the disk although it is overwritten; only an encrypted disk helps there. Change passwords that matter.";

/// What became of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Disposal {
    /// It is where it was, as it was.
    Kept,
    /// It was to be deleted and is still there.
    NotDeleted,
    /// It is overwritten and deleted.
    Deleted,
}

/// Deletes the file if the user wants it. Without everything stored it stays: what is left is in no other place.
pub(super) fn offered(
    wanted: &Import,
    file: &Plain,
    is_all: bool,
    source: Source,
    screen: &mut Screen,
) -> Result<Disposal, Failure> {
    let shown = file.path().display();
    if !is_all {
        let why = format!(
            "{shown} stays: not everything in it is stored. Its passwords can be read by whoever reads the file"
        );
        match wanted.delete {
            true => screen.note(format_args!("{} {why}", Paint::Warn.on("not deleted:"))),
            false => screen.note(why),
        }
        return Ok(Disposal::Kept);
    }
    if !wanted.delete {
        let question =
            format!("Everything in {shown} is stored. Delete the file, whose passwords are not sealed? (yes/no)");
        match source.plain(&question)? {
            Some(answer) if answer.trim().eq_ignore_ascii_case("yes") => {}
            Some(_) => return Ok(Disposal::Kept),
            None => {
                screen.note(format_args!(
                    "{shown} stays, and its passwords can be read by whoever reads the file; `--delete` deletes it"
                ));
                return Ok(Disposal::Kept);
            }
        }
    }
    Ok(match file.delete() {
        Ok(()) => {
            screen.note(format_args!("{shown} is overwritten and deleted. {STAYS}"));
            Disposal::Deleted
        }
        Err(why) => {
            screen.note(format_args!("{} {shown}: {why}", Paint::Bad.on("not deleted:")));
            Disposal::NotDeleted
        }
    })
}
