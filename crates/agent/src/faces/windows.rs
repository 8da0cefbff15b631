//! The program that shows windows: found, and started when one is wanted. It sees to it itself that there is only one of it.

use crate::engine::Engine;
use crate::message::Message;
use countersign_model::Monotonic;
use countersign_tray::{News, Page, Windows};
use std::collections::VecDeque;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

const PROGRAM: &str = "countersign-windows";
/// So long after a start the next one waits: the first has to be there, so that the second finds it.
const APART: Duration = Duration::from_secs(1);
/// What the system hands to a service alone.
const OURS_ALONE: [&str; 6] = [
    "LISTEN_FDS",
    "LISTEN_FDNAMES",
    "LISTEN_PID",
    "NOTIFY_SOCKET",
    "WATCHDOG_PID",
    "WATCHDOG_USEC",
];

/// When the program is started.
pub(super) struct Starter {
    presence: Windows,
    /// The start under way, or the last one.
    last: Option<(Page, Monotonic)>,
    /// What is wanted after it, each once.
    next: VecDeque<Page>,
}

/// What is to be done about a page that is wanted.
#[derive(Debug, PartialEq, Eq)]
enum Turn {
    /// Start the program now.
    Now,
    /// It is being started for this page.
    UnderWay,
    /// Look again then.
    At(Monotonic),
}

/// The end of a program that was started.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// All its windows were closed, or another one of it shows the page.
    Well,
    /// It did not start, or failed.
    Failed,
    /// It is not installed.
    Missing,
}

impl Starter {
    pub(super) fn new() -> Self {
        Self {
            presence: presence(),
            last: None,
            next: VecDeque::new(),
        }
    }

    pub(super) fn presence(&self) -> Windows {
        self.presence
    }

    fn want(&mut self, page: Page, now: Monotonic) -> Turn {
        match self.last {
            Some((under_way, at)) if now < at.after(APART) => {
                if under_way == page {
                    return Turn::UnderWay;
                }
                if !self.next.contains(&page) {
                    self.next.push_back(page);
                }
                Turn::At(at.after(APART))
            }
            _ => {
                self.last = Some((page, now));
                Turn::Now
            }
        }
    }

    /// What has waited longest, once it has waited long enough.
    fn due(&mut self, now: Monotonic) -> Option<Page> {
        match self.last.is_none_or(|(_, at)| at.after(APART) <= now) {
            true => self.next.pop_front(),
            false => None,
        }
    }
}

impl Engine {
    /// Has a page shown, in the windows that are there or in the first.
    pub(crate) fn open_window(&mut self, page: Page) {
        match self.faces.starter.want(page, self.clock.both().steady) {
            Turn::Now => self.tasks.work("windows", move || Message::Windows(show(page))),
            Turn::UnderWay => {}
            Turn::At(at) => self.wake_at(at),
        }
    }

    /// What has waited for a start before it is shown.
    pub(crate) fn open_waiting(&mut self, now: Monotonic) {
        if let Some(page) = self.faces.starter.due(now) {
            self.open_window(page);
            if !self.faces.starter.next.is_empty() {
                self.wake_at(now.after(APART));
            }
        }
    }

    pub(crate) fn windows_ended(&mut self, ended: Ended) {
        self.faces.starter.presence = match ended {
            Ended::Well | Ended::Failed => Windows::There,
            Ended::Missing => Windows::Missing,
        };
        match ended {
            Ended::Well => {}
            Ended::Failed => self.tell(News::WindowsFailed),
            Ended::Missing => self.tell(News::NoWindows),
        }
    }
}

fn presence() -> Windows {
    match program() {
        Some(_) => Windows::There,
        None => Windows::Missing,
    }
}

/// Where the program is: beside the agent's own, else where the session looks for programs.
pub(crate) fn program() -> Option<PathBuf> {
    let own = std::env::current_exe().ok();
    let beside = own.as_ref().and_then(|own| own.parent()).map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders = beside
        .into_iter()
        .chain(std::env::split_paths(&path).filter(|folder| folder.is_absolute()));
    folders.find_map(|folder| Some(folder.join(PROGRAM)).filter(|program| program.is_file()))
}

/// Starts it and waits for its end. It gets the session's environment, and nothing of ours.
fn show(page: Page) -> Ended {
    let Some(program) = program() else {
        return Ended::Missing;
    };
    let mut command = Command::new(&program);
    command
        .arg(page.name())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .process_group(0);
    for name in OURS_ALONE {
        command.env_remove(name);
    }
    match command.status() {
        Ok(status) if status.success() => Ended::Well,
        Ok(status) => {
            tracing::warn!("{} {}: {status}", program.display(), page.name());
            Ended::Failed
        }
        Err(error) => {
            tracing::warn!("{} cannot be started: {error}", program.display());
            Ended::Failed
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_one_start_at_a_time_and_no_wish_is_lost() {
        let at = |millis| Monotonic(0).after(Duration::from_millis(millis));
        let mut starter = Starter::new();
        assert_eq!(starter.want(Page::Logons, at(0)), Turn::Now);
        assert_eq!(starter.want(Page::Logons, at(10)), Turn::UnderWay);
        for page in [Page::Why, Page::Settings, Page::Why] {
            assert_eq!(starter.want(page, at(20)), Turn::At(at(1000)));
        }
        assert_eq!(starter.due(at(999)), None);
        assert_eq!(starter.due(at(1000)), Some(Page::Why));
        assert_eq!(starter.want(Page::Why, at(1000)), Turn::Now);
        assert_eq!(starter.due(at(1999)), None);
        assert_eq!(starter.due(at(2000)), Some(Page::Settings));
        assert_eq!(starter.due(at(2000)), None);
        assert_eq!(
            starter.want(Page::Why, at(2001)),
            Turn::Now,
            "closed long ago, for all we know"
        );
    }
}
