use crate::agent::ask;
use crate::arguments::Format;
use crate::clock::now;
use crate::failure::Failure;
use crate::screen::{Paint, Screen};
use crate::words::{ago, counted, problem, still, table};
use countersign_model::{Hearing, TemplateId};
use countersign_wire::{
    AccessibilityState, DisplayState, MemoryProtection, Rating, Reply, RepositoryHealth, Request, SlotReport, Status,
    VaultState,
};

pub(crate) fn run(format: Format, screen: &mut Screen) -> Result<u8, Failure> {
    let Reply::Status(status) = ask(&Request::Status)? else {
        return Err(Failure::OtherAnswer);
    };
    if format.json {
        screen.json("status", &status)?;
        return Ok(0);
    }
    screen.say(table(&rows(&status)))?;
    if !status.slots.is_empty() {
        screen.say("\nThe vault opens with:")?;
        screen.say(slots(&status.slots))?;
    }
    if status.devices.len() > 1 {
        screen.say("\nYour devices:")?;
        screen.say(super::device::rows(&status.devices))?;
    }
    if !status.problems.is_empty() {
        screen.say("\nMistakes in files (the last good ones stay in force):")?;
        for found in &status.problems {
            screen.say(problem(found))?;
        }
    }
    Ok(0)
}

fn rows(status: &Status) -> Vec<[String; 2]> {
    let vault = match status.vault {
        VaultState::Unenrolled => format!("{}: `countersign enroll` makes it", Paint::Warn.on("none yet")),
        VaultState::Locked => {
            let why = status.locked_by.map(|why| format!(" ({why})")).unwrap_or_default();
            format!("{}{why}: `countersign unlock` opens it", Paint::Warn.on("locked"))
        }
        VaultState::Unlocked => match status.logons {
            Some(logons) => format!("{}, {}", Paint::Good.on("unlocked"), counted(logons.into(), "logon")),
            None => Paint::Good.on("unlocked"),
        },
    };
    let now = now();
    let left_alone: Vec<_> = status.paused_applications.iter().map(TemplateId::as_str).collect();
    let filling = match status.paused_until.filter(|until| *until > now) {
        Some(until) => Paint::Warn.on(format_args!("paused for {}", still(until, now))),
        None if status.paused_until_unlocked => Paint::Warn.on("paused until the vault is unlocked the next time"),
        None if !left_alone.is_empty() => Paint::Warn.on(format_args!("paused for {}", left_alone.join(", "))),
        None => "on".to_owned(),
    };
    let templates = format!(
        "{} signed, {} of the package, {} unsigned",
        status.templates.signed, status.templates.package, status.templates.unsigned
    );
    let display = match &status.desktop.display {
        DisplayState::Watching(display) => display.clone(),
        DisplayState::Missing(why) => Paint::Bad.on(why),
    };
    let accessibility = match &status.desktop.accessibility {
        AccessibilityState::Available => "available".to_owned(),
        AccessibilityState::Missing(why) => Paint::Warn.on(why),
    };
    let memory = match status.protection {
        MemoryProtection::Locked => "secrets are locked into memory".to_owned(),
        MemoryProtection::Swappable => {
            Paint::Warn.on("secrets may be swapped to disk: raise RLIMIT_MEMLOCK (`ulimit -l`)")
        }
    };
    let mut rows = vec![("vault", vault), ("filling", filling), ("templates", templates)];
    rows.push(("repository", repository(status)));
    rows.extend([
        ("display", display),
        ("accessibility", accessibility),
        ("memory", memory),
        ("session lock", hearing(&status.locks_on.session_lock)),
        ("suspend", hearing(&status.locks_on.suspend)),
        ("idle", hearing(&status.locks_on.idle)),
    ]);
    rows.push(("user", status.user.to_string()));
    if let Some(device) = &status.device {
        rows.push(("device", device.to_string()));
    }
    rows.push(("agent", format!("{}, process {}", status.version, status.pid)));
    rows.into_iter().map(|(name, value)| [name.to_owned(), value]).collect()
}

/// Whether the vault is locked by itself for a reason.
fn hearing(hearing: &Hearing) -> String {
    match hearing {
        Hearing::Off => "does not lock the vault (switched off)".to_owned(),
        Hearing::By { sources, lacks } => {
            let lacks = lacks.as_ref().map(|lacks| Paint::Warn.on(format_args!("; {lacks}")));
            format!(
                "locks the vault, heard by {}{}",
                sources.join(", "),
                lacks.unwrap_or_default()
            )
        }
        Hearing::Missing { why, .. } => Paint::Warn.on(format_args!("does not lock the vault: {why}")),
    }
}

fn repository(status: &Status) -> String {
    let repository = &status.repository;
    let mut text = match &repository.health {
        RepositoryHealth::Reachable => repository.place.clone(),
        // The agent's sentence usually names the place.
        RepositoryHealth::Unreachable(why) if why.contains(&repository.place) => Paint::Warn.on(why),
        RepositoryHealth::Unreachable(why) => {
            let why = Paint::Warn.on(format_args!("not reachable: {why}"));
            format!("{} {why}", repository.place)
        }
    };
    if let Some(synced) = repository.synced {
        text.push_str(&format!(", exchanged {}", ago(synced, now())));
    }
    if repository.waiting > 0 {
        text.push_str(&format!(", {} waiting", counted(repository.waiting.into(), "record")));
    }
    if let (RepositoryHealth::Unreachable(_), Some(next)) = (&repository.health, repository.next_try) {
        text.push_str(&format!(", tries again in {}", still(next, now())));
    }
    text
}

/// The slots and what each is worth.
pub(crate) fn slots(slots: &[SlotReport]) -> String {
    let line = |slot: &SlotReport| {
        let rating = match slot.rating {
            Rating::Strong => Paint::Good.on("strong"),
            Rating::Fair => Paint::Warn.on("fair"),
            Rating::Weak => Paint::Bad.on("weak"),
        };
        format!("  {} ({rating}): {}", slot.kind, slot.words)
    };
    slots.iter().map(line).collect::<Vec<_>>().join("\n")
}
