//! A form that everybody fills, from its window to what it says.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use countersign_tests::process::signal;
use countersign_tests::{Deadline, LabError, Process, Session};
use rustix::process::Signal;
use x11rb::protocol::xproto::Window;

use super::observer::{Observer, Sight, report};
use super::toolkit::{READY, Toolkit, Ways};
use crate::bench::BenchError;

/// 14 characters.
pub const USER: &str = "demo.user-0042";
/// 20 characters; `|` is what zenity separates its answers with.
pub const PASSWORD: &str = "Gr8!plum_Kite#27,wet";
/// The longest an attempt may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest a form takes to end once it has answered.
const FAREWELL: u64 = 5;

/// When a form's clock starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// When its window is mapped, or its page is there.
    Mapped,
    /// When the contestant was told to begin, because it does not begin by itself.
    Told(Instant),
}

/// What a contestant needs to know of the window.
#[derive(Debug, Clone, Copy)]
pub struct Shown {
    /// When it was mapped, or its page was there.
    pub mapped: Instant,
    /// The window.
    pub window: Window,
    /// Its process.
    pub pid: u32,
}

/// How an attempt ended.
#[derive(Debug)]
pub enum Attempt {
    /// The form said exactly what it should.
    Correct {
        /// From the start of the clock to the last expected character. A form that is filled as soon as it shows may not have
        /// heard yet that somebody listens, and then its texts change unseen.
        filled: Option<Duration>,
        /// From the start of the clock to the form's own output.
        submitted: Duration,
    },
    /// It did not; the text says how.
    Wrong(String),
}

/// Shows a form, lets `begin` act once the window has the keyboard, and watches what happens.
pub fn attempt(
    session: &Session,
    observer: &Observer,
    (toolkit, title): (&Toolkit, &str),
    begin: &mut dyn FnMut(Shown) -> Result<Start, BenchError>,
) -> Result<Attempt, BenchError> {
    while observer.next(Duration::ZERO).is_some() {}
    let mut form = show(session, observer, toolkit, title)?;
    let mut watched = Watched::default();
    while let Some(sighting) = observer.next(PATIENCE) {
        match sighting.what {
            // The shell that holds the form is its parent.
            Sight::Mapped { pid, window } if watched.shown.is_none() && parent(pid) == Some(form.id()) => {
                watched.pid = Some(pid);
                watched.shown = Some(Shown {
                    mapped: sighting.at,
                    window,
                    pid,
                });
            }
            Sight::Focused { window } if toolkit.ways != Ways::TypedPage => {
                if let Some(shown) = watched
                    .shown
                    .filter(|shown| shown.window == window && watched.start.is_none())
                {
                    watched.start = Some(begin(shown)?);
                }
            }
            Sight::TextChanged { object, by } => watched.text_changed(object, by, sighting.at),
            Sight::Said(line) if line == READY => {
                if let Some(shown) = watched.shown.as_mut() {
                    // A browser shows its window before it has the page.
                    shown.mapped = sighting.at;
                    watched.start = Some(begin(*shown)?);
                }
            }
            Sight::Said(line) => watched.said = Some((line, sighting.at)),
            Sight::Closed => break,
            Sight::Mapped { .. } | Sight::Focused { .. } => {}
        }
    }
    if watched.said.is_none() {
        watched.pid.inspect(|&pid| signal(pid, Signal::TERM));
    }
    let _ended = form.wait(Deadline::seconds(FAREWELL));
    Ok(watched.judge())
}

fn parent(pid: u32) -> Option<u32> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    status
        .lines()
        .find_map(|line| line.strip_prefix("PPid:"))?
        .trim()
        .parse()
        .ok()
}

/// Starts the form below a shell of its own, so that no two forms have the same parent: a form that comes again from the same
/// parent is a refused logon, and would rightly not be filled.
fn show(session: &Session, observer: &Observer, toolkit: &Toolkit, title: &str) -> Result<Process, BenchError> {
    let mut command = session.command("sh");
    command.args(["-c", toolkit.shown_by, title, &toolkit.folder(session)]);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut form = Process::adopt(toolkit.name, &mut command)?;
    let Some(stdout) = form.child().stdout.take() else {
        return Err(BenchError::NotReady {
            who: toolkit.name,
            why: "it has no standard output".to_owned(),
        });
    };
    let to = observer.sender();
    thread::spawn(move || {
        for line in BufReader::new(stdout).lines() {
            let Ok(line) = line else { break };
            report(&to, Sight::Said(line));
        }
        report(&to, Sight::Closed);
    });
    Ok(form)
}

#[derive(Debug, Default)]
struct Watched {
    pid: Option<u32>,
    shown: Option<Shown>,
    start: Option<Start>,
    // By application, then by object: others on the bus have texts too.
    texts: HashMap<String, HashMap<String, i64>>,
    filled: Option<Instant>,
    said: Option<(String, Instant)>,
}

impl Watched {
    fn text_changed(&mut self, (application, object): (String, String), by: i64, at: Instant) {
        let texts = self.texts.entry(application).or_default();
        *texts.entry(object).or_default() += by;
        let mut lengths: Vec<_> = texts.values().copied().filter(|&length| length != 0).collect();
        lengths.sort_unstable();
        let wanted = [USER, PASSWORD].map(|text| i64::try_from(text.chars().count()).unwrap_or_default());
        if lengths == wanted {
            self.filled.get_or_insert(at);
        }
    }

    fn judge(self) -> Attempt {
        let expected = format!("{USER}|{PASSWORD}");
        match (self.shown, self.said) {
            (Some(shown), Some((said, at))) if said == expected => {
                let start = match self.start {
                    Some(Start::Told(told)) => told,
                    Some(Start::Mapped) | None => shown.mapped,
                };
                Attempt::Correct {
                    filled: self.filled.map(|filled| filled.saturating_duration_since(start)),
                    submitted: at.saturating_duration_since(start),
                }
            }
            (_, Some((said, _))) if said != expected => Attempt::Wrong(format!("the form said {said:?}")),
            (None, _) => Attempt::Wrong("the form never showed".to_owned()),
            (Some(_), _) => {
                let filled = if self.filled.is_some() {
                    "filled but not submitted"
                } else {
                    "not filled"
                };
                Attempt::Wrong(format!("{filled} within {} s", PATIENCE.as_secs()))
            }
        }
    }
}

/// The lab's error for a program that could not be started.
pub fn start_error(program: &str) -> impl FnOnce(std::io::Error) -> LabError + '_ {
    move |source| LabError::Start {
        program: program.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_texts_are_as_long_as_the_rules_say() {
        assert_eq!((USER.len(), PASSWORD.len()), (14, 20));
        assert!(!PASSWORD.contains('|'));
    }
}
