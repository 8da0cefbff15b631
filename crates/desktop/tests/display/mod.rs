//! A display of its own for each test: Xvfb, a window manager if wanted, programs that end with the test.
#![allow(dead_code, reason = "each test binary uses its own part")]

use countersign_desktop::linux::x11::{Display, X11Windows};
use countersign_model::port::{Watch, WindowSource};
use countersign_model::{WindowEvent, WindowFacts};
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

pub const PATIENCE: Duration = Duration::from_secs(20);

pub struct Screen {
    pub name: String,
    pub folder: PathBuf,
    server: Child,
    manager: Option<Child>,
}

/// A program that is ended with its handle.
pub struct Program(pub Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What a watch says, kept as long as it is.
pub struct Events {
    pub said: Receiver<WindowEvent>,
    _watch: Box<dyn Watch>,
}

impl Screen {
    /// A display without a window manager.
    pub fn bare() -> Self {
        let mut server = Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                "1024x768x24",
                "-nolisten",
                "tcp",
                "-noreset",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb");
        let mut line = String::new();
        BufReader::new(server.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        let folder = std::env::temp_dir().join(format!("countersign-desktop-{}-{}", std::process::id(), line.trim()));
        std::fs::create_dir_all(&folder).unwrap();
        Self {
            name: format!(":{}", line.trim()),
            folder,
            server,
            manager: None,
        }
    }

    /// A display with openbox.
    pub fn managed() -> Self {
        let mut screen = Self::bare();
        let mut command = screen.command("openbox");
        command.arg("--sm-disable");
        screen.manager = Some(command.spawn().expect("openbox"));
        screen.await_manager();
        screen
    }

    fn await_manager(&self) {
        use x11rb::connection::Connection as _;
        use x11rb::protocol::xproto::{ChangeWindowAttributesAux, ConnectionExt as _, EventMask};
        let (conn, screen) = x11rb::connect(Some(&self.name)).unwrap();
        let root = conn.setup().roots[screen].root;
        let mask = ChangeWindowAttributesAux::new().event_mask(EventMask::PROPERTY_CHANGE);
        conn.change_window_attributes(root, &mask).unwrap();
        let list = conn
            .intern_atom(false, b"_NET_CLIENT_LIST")
            .unwrap()
            .reply()
            .unwrap()
            .atom;
        while conn
            .get_property(false, root, list, 33u32, 0, 1)
            .unwrap()
            .reply()
            .unwrap()
            .type_
            == 0
        {
            conn.wait_for_event().unwrap();
        }
    }

    pub fn display(&self) -> Display {
        Display::named(&self.name)
    }

    pub fn windows(&self) -> X11Windows {
        X11Windows::open(&self.display()).unwrap()
    }

    pub fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin")
            .env("DISPLAY", &self.name)
            .env("HOME", &self.folder)
            .env("XDG_CACHE_HOME", &self.folder)
            .env("TMUX_TMPDIR", &self.folder)
            .env("LC_ALL", "C.UTF-8")
            .env("NO_AT_BRIDGE", "1")
            .env("GTK_THEME", "Adwaita")
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    pub fn spawn(&self, program: &str, arguments: &[&str]) -> Program {
        Program(self.command(program).args(arguments).spawn().expect(program))
    }

    /// A terminal that runs a command of the shell.
    pub fn terminal(&self, line: &str) -> Program {
        self.spawn("xterm", &["-e", "bash", "--norc", "-c", line])
    }

    pub fn run(&self, program: &str, arguments: &[&str]) {
        let status = self.command(program).args(arguments).status().expect(program);
        assert!(status.success(), "{program} {arguments:?}");
    }

    /// Sets the keyboard layout.
    pub fn layout(&self, layout: &str) {
        self.run("setxkbmap", &["-layout", layout]);
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        for child in self.manager.iter_mut().chain([&mut self.server]) {
            let _ = child.kill();
            let _ = child.wait();
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Events {
    pub fn of(windows: &X11Windows) -> Self {
        let (sender, said) = channel();
        let watch = windows.watch(sender).unwrap();
        Self { said, _watch: watch }
    }

    /// The first event a test asks for; those before it are passed over.
    pub fn find<T>(&self, mut pick: impl FnMut(&WindowEvent) -> Option<T>) -> T {
        let mut passed = Vec::new();
        loop {
            match self.said.recv_timeout(PATIENCE) {
                Ok(event) => match pick(&event) {
                    Some(found) => return found,
                    None => passed.push(event),
                },
                Err(error) => panic!("{error} after {passed:#?}"),
            }
        }
    }

    pub fn appeared(&self, program: &Program) -> WindowFacts {
        self.find(|event| match event {
            WindowEvent::Appeared { window, .. } if belongs(window, program) => Some(window.clone()),
            _ => None,
        })
    }
}

pub fn belongs(window: &WindowFacts, program: &Program) -> bool {
    matches!(&window.process, Ok(process) if process.lineage.pid == program.0.id())
}

/// Waits for a file that a program writes whole and renames.
pub fn await_file(path: &Path) -> String {
    countersign_desktop::pace::until(PATIENCE, Duration::from_millis(10), || {
        std::fs::read_to_string(path).ok()
    })
    .unwrap_or_else(|| panic!("{} was not written", path.display()))
}
