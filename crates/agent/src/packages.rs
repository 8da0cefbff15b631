//! Which packages programs belong to: asked once for each program, and only where a template wants to know.

use crate::engine::Engine;
use crate::message::Message;
use countersign_model::{WindowEvent, WindowFacts};
use countersign_signon::Event;
use std::collections::HashMap;
use std::path::PathBuf;

/// What is known: nothing, that it is being looked up, or the answer.
#[derive(Debug, Default)]
pub(crate) struct Packages(HashMap<PathBuf, Option<Option<String>>>);

impl Packages {
    /// Writes down the package of a window's program, if it is known.
    fn tell(&self, window: &mut WindowFacts) {
        if let Ok(process) = &mut window.process
            && let Some(Some(package)) = self.0.get(&process.executable)
        {
            process.package.clone_from(package);
        }
    }

    /// The program to look up, unless that was done or is under way.
    fn unasked(&mut self, window: &WindowFacts) -> Option<PathBuf> {
        let executable = window.process.as_ref().ok()?.executable.clone();
        if self.0.contains_key(&executable) {
            return None;
        }
        self.0.insert(executable.clone(), None);
        Some(executable)
    }
}

impl Engine {
    /// Completes what the desktop reports. Where a template asks for the package and it is not known, a thread looks it up; the window
    /// is judged again when it is.
    pub(crate) fn with_package(&mut self, mut event: WindowEvent) -> WindowEvent {
        if let WindowEvent::Appeared { window, .. } | WindowEvent::Changed(window) = &mut event {
            self.packages.tell(window);
            if self.configuration.templates().asks_package(window) {
                self.ask_package(window);
            }
        }
        event
    }

    /// Other templates are in force: they may ask for packages of windows that are there already.
    pub(crate) fn ask_packages(&mut self) {
        let set = self.configuration.templates();
        let asking: Vec<_> = self
            .machine
            .windows()
            .filter(|window| set.asks_package(window))
            .cloned()
            .collect();
        for window in asking {
            self.ask_package(&window);
        }
    }

    fn ask_package(&mut self, window: &WindowFacts) {
        let Some(executable) = self.packages.unasked(window) else {
            return;
        };
        self.tasks.work("package", move || {
            let package = countersign_desktop::package_of(&executable);
            Message::Package(executable, package)
        });
    }

    /// The answer: every window of the program is told.
    pub(crate) fn package_found(&mut self, executable: PathBuf, package: Option<String>) {
        let is_its = |window: &&WindowFacts| {
            window
                .process
                .as_ref()
                .is_ok_and(|process| process.executable == executable)
        };
        let windows: Vec<_> = self.machine.windows().filter(is_its).cloned().collect();
        self.packages.0.insert(executable, Some(package));
        for mut window in windows {
            self.packages.tell(&mut window);
            self.signon(Event::Window(WindowEvent::Changed(window)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_model::{FileOwner, Lineage, ProcessIdentity, Stance, WindowId, Writable};

    #[test]
    fn a_program_is_asked_for_once_and_its_windows_are_told() {
        let mut window = WindowFacts {
            id: WindowId(1),
            process: Ok(ProcessIdentity {
                lineage: Lineage { pid: 1, started: 1 },
                parent: None,
                started_by: None,
                executable: PathBuf::from("/usr/bin/app"),
                script: None,
                writable: Writable::RootOnly,
                owner: FileOwner::Root,
                package: None,
                foreign: None,
            }),
            title: String::new(),
            class: String::new(),
            instance: String::new(),
            stance: Stance::default(),
        };
        let mut packages = Packages::default();
        assert_eq!(packages.unasked(&window), Some(PathBuf::from("/usr/bin/app")));
        assert_eq!(packages.unasked(&window), None);
        packages.tell(&mut window);
        assert_eq!(window.process.as_ref().unwrap().package, None);
        packages.0.insert("/usr/bin/app".into(), Some(Some("app".to_owned())));
        packages.tell(&mut window);
        assert_eq!(window.process.as_ref().unwrap().package.as_deref(), Some("app"));
        assert_eq!(packages.unasked(&window), None);
    }
}
