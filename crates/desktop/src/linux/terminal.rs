//! A terminal's prompt, told without reading its screen: who reads the pty, and whether what is typed will be shown.

use countersign_identify::{self as identity, proc};
use countersign_model::port::DesktopError;
use countersign_model::{Lineage, ProcessIdentity, Refusal, TerminalFacts, WindowFacts};
use proc::Stat;
use rustix::fs::{Mode, OFlags};
use rustix::termios::{LocalModes, tcgetattr};
use std::path::{Path, PathBuf};

/// Programs that show terminals of their own inside: which of them reads, and whether it echoes, cannot be told from outside.
const MULTIPLEXERS: &[&str] = &["tmux", "screen", "zellij", "dtach", "abduco", "mosh-client"];

/// Kernel functions a process sleeps in while it reads a terminal.
const READING: &[&str] = &["wait_woken", "n_tty_read", "tty_read", "read_chan"];

/// The first of the device numbers of Unix 98 pseudo terminals, and how many there are.
const PTS_MAJOR: u32 = 136;
const PTS_MAJORS: u32 = 8;

/// Reads the prompt of a terminal window.
///
/// # Errors
/// [`DesktopError::NoTerminal`] with the reason when it is no terminal, or one whose program cannot be told.
pub fn facts(window: &WindowFacts) -> Result<TerminalFacts, DesktopError> {
    let mut facts = read(window)?;
    if facts.asks_for_secret() {
        // Only now does it matter whether others of the same program read along, wherever they came from.
        facts.siblings = siblings(&proc::all(), &facts.foreground);
    }
    Ok(facts)
}

/// The prompt, with those siblings that stand below the terminal's window.
fn read(window: &WindowFacts) -> Result<TerminalFacts, DesktopError> {
    let emulator = window
        .process
        .as_ref()
        .map_err(|problem| refused(&problem.to_string()))?;
    if identity::lineage(emulator.lineage.pid) != Some(emulator.lineage) {
        return Err(DesktopError::WindowGone);
    }
    let below = proc::below(emulator.lineage.pid);
    let leader = leader(&below, emulator.lineage.pid)?;
    let tty = path(leader.tty)?;
    let modes = modes(&tty, leader.tty).ok_or_else(|| refused("its pty cannot be opened"))?;
    let (foreground, arguments) = foreground(&below, leader)?;
    if let Some(name) = multiplexer(&foreground.executable) {
        return Err(refused(&format!(
            "{name} runs in it and hides which program reads; fill outside {name}"
        )));
    }
    let siblings = siblings(&below, &foreground);
    // Before the wait channel: a program that wakes in between is then not waiting, or has another number at the next look.
    let sleeps = proc::sleeps(foreground.lineage.pid);
    let waiting = waiting(foreground.lineage.pid);
    Ok(TerminalFacts {
        tty,
        foreground,
        arguments,
        siblings,
        echo: modes.echo,
        canonical: modes.canonical,
        waiting,
        sleeps,
        prompt: None,
    })
}

/// Whether a prompt is still the one it was and still asks. Called under the server grab, before every burst.
///
/// # Errors
/// [`Refusal::EchoOn`], [`Refusal::NotAPrompt`] or [`Refusal::ForegroundChanged`].
pub fn still(window: &WindowFacts, prompt: &TerminalFacts) -> Result<(), Refusal> {
    let now = match read(window) {
        Ok(now) => now,
        Err(DesktopError::WindowGone) => return Err(Refusal::WindowGone),
        Err(_) => return Err(Refusal::ForegroundChanged),
    };
    let joined = now.siblings.iter().any(|sibling| !prompt.siblings.contains(sibling));
    // The weaker fact last: a shell that came back has another program and no prompt, and the program says more.
    if now.tty != prompt.tty
        || now.foreground.lineage != prompt.foreground.lineage
        || now.foreground.executable != prompt.foreground.executable
        || now.arguments != prompt.arguments
        || joined
    {
        return Err(Refusal::ForegroundChanged);
    }
    if now.echo {
        return Err(Refusal::EchoOn);
    }
    if now.asks_for_secret() {
        Ok(())
    } else {
        Err(Refusal::NotAPrompt)
    }
}

fn refused(why: &str) -> DesktopError {
    DesktopError::NoTerminal(why.to_owned())
}

/// The session leader below the emulator: the program whose terminal the window shows.
fn leader(all: &[Stat], emulator: u32) -> Result<&Stat, DesktopError> {
    let mut leaders = all.iter().filter(|process| {
        process.parent == emulator && u32::try_from(process.session) == Ok(process.lineage.pid) && process.tty != 0
    });
    let leader = leaders.next().ok_or_else(|| refused("no program runs in it"))?;
    if leaders.next().is_some() {
        return Err(refused(
            "its process has several terminals and does not say which one is shown",
        ));
    }
    Ok(leader)
}

/// The foreground program and its arguments.
fn foreground(all: &[Stat], leader: &Stat) -> Result<(ProcessIdentity, Vec<String>), DesktopError> {
    let mut members = all
        .iter()
        .filter(|process| process.group == leader.foreground && process.tty == leader.tty);
    let first = members
        .next()
        .ok_or_else(|| refused("no program is in its foreground"))?;
    let rest: Vec<&Stat> = members.collect();
    let leads = |process: &&Stat| i32::try_from(process.lineage.pid) == Ok(leader.foreground);
    let reader = match std::iter::once(first).chain(rest.iter().copied()).find(leads) {
        Some(reader) => reader,
        None if rest.is_empty() => first,
        None => return Err(refused("several programs are in its foreground")),
    };
    let pid = reader.lineage.pid;
    let identity = identity::of_process(pid).map_err(|problem| refused(&problem.to_string()))?;
    if identity.lineage != reader.lineage {
        return Err(refused("its foreground program changes just now"));
    }
    let arguments = proc::arguments(pid).map_err(|_| refused("its foreground program ends just now"))?;
    Ok((identity, arguments))
}

/// Others in the foreground program's group that run the same program.
fn siblings(among: &[Stat], foreground: &ProcessIdentity) -> Vec<Lineage> {
    let Ok(reader) = proc::stat(foreground.lineage.pid) else {
        return Vec::new();
    };
    among
        .iter()
        .filter(|process| process.group == reader.group && process.lineage != foreground.lineage)
        .filter(|process| {
            // One that may not be looked at may well be the same program.
            identity::executable(process.lineage.pid).is_none_or(|program| program == foreground.executable)
        })
        .map(|process| process.lineage)
        .collect()
}

fn multiplexer(program: &Path) -> Option<&'static str> {
    let name = program.file_name()?.to_str()?;
    MULTIPLEXERS.iter().copied().find(|known| name == *known)
}

/// Whether a process sleeps reading its terminal, in whichever thread; nothing if the kernel does not say.
fn waiting(pid: u32) -> Option<bool> {
    let channels = identity::wait_channels(pid);
    if !channels.is_empty() {
        return Some(channels.iter().any(|channel| READING.contains(&channel.as_str())));
    }
    match proc::stat(pid) {
        Ok(stat) if stat.state == 'S' => None,
        _ => Some(false),
    }
}

struct Modes {
    echo: bool,
    canonical: bool,
}

/// `/dev/pts/N` of a device number as `/proc/PID/stat` writes it.
fn path(tty: u32) -> Result<PathBuf, DesktopError> {
    let (major, minor) = split(tty);
    if !(PTS_MAJOR..PTS_MAJOR + PTS_MAJORS).contains(&major) {
        return Err(refused("its terminal is not a pseudo terminal"));
    }
    Ok(PathBuf::from(format!("/dev/pts/{}", (major - PTS_MAJOR) * 256 + minor)))
}

fn split(tty: u32) -> (u32, u32) {
    ((tty >> 8) & 0xfff, (tty & 0xff) | ((tty >> 12) & 0xf_ff00))
}

/// How the pty treats what is typed. Opening it so makes it nobody's controlling terminal and takes nothing out of it.
fn modes(tty: &Path, number: u32) -> Option<Modes> {
    let flags = OFlags::RDONLY | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let pty = rustix::fs::open(tty, flags, Mode::empty()).ok()?;
    let device = rustix::fs::fstat(&pty).ok()?.st_rdev;
    if (rustix::fs::major(device), rustix::fs::minor(device)) != split(number) {
        return None;
    }
    let local = tcgetattr(&pty).ok()?.local_modes;
    Some(Modes {
        echo: local.contains(LocalModes::ECHO),
        canonical: local.contains(LocalModes::ICANON),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn device_numbers_name_ptys() {
        assert_eq!(path((136 << 8) | 3).unwrap(), Path::new("/dev/pts/3"));
        assert_eq!(path((137 << 8) | 3).unwrap(), Path::new("/dev/pts/259"));
        assert_eq!(path((136 << 8) | 0x10_0001).unwrap(), Path::new("/dev/pts/257"));
        assert!(path((4 << 8) | 1).is_err());
    }

    #[test]
    fn multiplexers_are_known_by_their_file() {
        assert_eq!(multiplexer(Path::new("/usr/bin/tmux")), Some("tmux"));
        assert_eq!(multiplexer(Path::new("/usr/bin/ssh")), None);
    }
}
