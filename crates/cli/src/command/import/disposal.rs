//! The file afterwards: its passwords lie open in it.

use crate::arguments::Import;
use crate::failure::Failure;
use crate::screen::{Paint, Screen};
use crate::secrets::Source;
use crate::words::counted;
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

/// Deletes the file if the user wants it. `left` is what is in no other place: it is named, and goes with the file only if the user says so
/// at a terminal.
pub(super) fn offered(
    wanted: &Import,
    file: &Plain,
    left: &[String],
    source: Source,
    screen: &mut Screen,
) -> Result<Disposal, Failure> {
    let shown = file.path().display();
    let (question, next) = match left {
        [] => (
            format!("Everything in {shown} is stored. Delete the file, whose passwords are not sealed? (yes/no)"),
            "`--delete` deletes it",
        ),
        left => {
            let mark = Paint::Warn.on("!");
            screen.note(format_args!(
                "{mark} {shown}: not everything in it is stored. Nowhere else is:\n{}",
                left.join("\n")
            ));
            let many = counted(u64::try_from(left.len()).unwrap_or(u64::MAX), "thing");
            (
                format!("Delete {shown} all the same? What is named above ({many}) is lost with it. (yes/no)"),
                "at a terminal `--delete` asks whether to lose what is in it alone",
            )
        }
    };
    // `--delete` answers the first question; the second one is asked because of it.
    let answer = match (left.is_empty(), wanted.delete) {
        (true, true) => Some(true),
        (false, false) => None,
        (true, false) | (false, true) => source
            .plain(&question)?
            .map(|said| said.trim().eq_ignore_ascii_case("yes")),
    };
    match answer {
        Some(true) => {}
        Some(false) => return Ok(Disposal::Kept),
        None => {
            screen.note(format_args!(
                "{shown} stays, and its passwords can be read by whoever reads the file; {next}"
            ));
            return Ok(Disposal::Kept);
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
