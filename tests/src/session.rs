//! A headless desktop session of its own.

use std::ffi::OsStr;
use std::fs::DirBuilder;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::account::{LAB_NAME, lab_folder};
use crate::process::{output, sweep};
use crate::window::Screen;
use crate::{Account, Deadline, LabError, Process, Result, accessible};

/// The variable by which a session finds again what its processes left behind.
const MARKER: &str = "COUNTERSIGN_LAB_SESSION";
/// Bad machines are slow; a session that is not there after this long will not come.
const READY: u64 = 20;

/// What a session looks like.
#[derive(Debug, Clone)]
pub struct SessionOptions {
    /// Screen width in pixels.
    pub width: u16,
    /// Screen height in pixels.
    pub height: u16,
    /// Whether windows are managed.
    pub window_manager: WindowManager,
    /// Whether an accessibility bus is started.
    pub accessibility: Accessibility,
}

/// Whether windows are managed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowManager {
    /// openbox.
    Openbox,
    /// None: windows appear where they want and nothing keeps `_NET_CLIENT_LIST`.
    Absent,
}

/// Whether an accessibility bus is started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accessibility {
    /// Started and enabled before the first application.
    On,
    /// Not started.
    Off,
}

impl Default for SessionOptions {
    fn default() -> Self {
        Self {
            width: 1280,
            height: 800,
            window_manager: WindowManager::Openbox,
            accessibility: Accessibility::On,
        }
    }
}

/// A desktop session. Dropping it ends everything that was started in it.
#[derive(Debug)]
pub struct Session {
    account: Account,
    folder: PathBuf,
    display: String,
    bus: String,
    marker: String,
    home: PathBuf,
    runtime: PathBuf,
    // In the order in which they must end.
    processes: Vec<Process>,
    announced: Announced,
}

/// Where toolkits on X11 look first for the accessibility bus.
const ACCESSIBILITY_BUS: &str = "AT_SPI_BUS";

/// Which accessibility bus the display announced before us.
#[derive(Debug)]
enum Announced {
    /// The display ends with us.
    OfNoMatter,
    /// This one, or none: to be announced again at the end.
    Before(Option<String>),
}

impl Session {
    /// Starts a session with an X server, openbox, and a session bus with accessibility enabled.
    pub fn start() -> Result<Self> {
        Self::start_with(&SessionOptions::default())
    }

    /// Starts a session that looks as `options` say.
    pub fn start_with(options: &SessionOptions) -> Result<Self> {
        let mut session = Self::prepare()?;
        session.start_display(options)?;
        session.start_bus()?;
        if options.accessibility == Accessibility::On {
            session.enable_accessibility()?;
        }
        if options.window_manager == WindowManager::Openbox {
            session.start_window_manager()?;
        }
        Ok(session)
    }

    /// A session on the caller's own display, with private HOME, XDG folders, bus and accessibility bus.
    ///
    /// Only what is started through this value sees the private folders; the display's own windows stay untouched.
    pub fn current() -> Result<Self> {
        let display = std::env::var("DISPLAY").map_err(|_absent| LabError::Display {
            display: "$DISPLAY".to_owned(),
            reason: "the variable is not set".to_owned(),
        })?;
        Self::on(&display)
    }

    /// Like [`Session::current`], on a display named by its caller.
    pub fn on(display: &str) -> Result<Self> {
        let mut session = Self::prepare()?;
        session.display = display.to_owned();
        // Our accessibility bus announces itself on the root window, over the display's own.
        session.announced = Announced::Before(session.screen()?.text_property(ACCESSIBILITY_BUS));
        session.start_bus()?;
        session.enable_accessibility()?;
        Ok(session)
    }

    fn prepare() -> Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let account = Account::ordinary();
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("session.{}.{number}", std::process::id());
        let above = lab_folder().unwrap_or_else(std::env::temp_dir);
        // Outside the namespace other users share the folder: a random part keeps the name our own.
        let folder = match lab_folder() {
            Some(lab) => lab.join(&name),
            None => above.join(format!("countersign-{name}.{:08x}", random()?)),
        };
        let session = Self {
            account,
            display: String::new(),
            bus: String::new(),
            marker: format!("{MARKER}={}", folder.display()),
            home: folder.join("home"),
            runtime: folder.join("run"),
            processes: Vec::new(),
            announced: Announced::OfNoMatter,
            folder,
        };
        session.make_folder(&session.folder)?;
        for part in [
            "home",
            "run",
            "log",
            "home/.config",
            "home/.local",
            "home/.local/share",
            "home/.local/state",
            "home/.cache",
            "home/.ssh",
        ] {
            session.make_folder(&session.folder.join(part))?;
        }
        Ok(session)
    }

    fn make_folder(&self, path: &Path) -> Result<()> {
        DirBuilder::new()
            .mode(0o700)
            .create(path)
            .map_err(|source| LabError::File {
                action: "make",
                path: path.to_owned(),
                source,
            })?;
        self.account.own(path)
    }

    fn start_display(&mut self, options: &SessionOptions) -> Result<()> {
        let screen = format!("{}x{}x24", options.width, options.height);
        let log = self.log("xvfb");
        let mut command = self.command("Xvfb");
        command.args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            &screen,
            "-nolisten",
            "tcp",
            "-noreset",
            "-dpi",
            "96",
        ]);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(create(&log)?);
        let mut server = Process::adopt("Xvfb", &mut command)?;
        // The server writes its number once it is ready, and closes the pipe when it fails.
        let mut line = String::new();
        if let Some(stdout) = server.child().stdout.take() {
            let read = BufReader::new(stdout).read_line(&mut line);
            read.map_err(|source| LabError::File {
                action: "read the display number of",
                path: "Xvfb".into(),
                source,
            })?;
        }
        let number = line.trim();
        if number.is_empty() {
            return Err(LabError::Ended {
                program: "Xvfb".to_owned(),
                status: "no display".to_owned(),
                log: crate::process::read_lossy(&log),
            });
        }
        self.display = format!(":{number}");
        self.processes.push(server);
        Ok(())
    }

    fn start_bus(&mut self) -> Result<()> {
        let path = self.runtime.join("bus");
        self.bus = format!("unix:path={}", path.display());
        let mut command = self.command("dbus-daemon");
        command
            .args(["--session", "--nofork", "--nopidfile"])
            .arg(format!("--address={}", self.bus));
        let mut daemon = Process::start("dbus-daemon", &mut command, &self.log("dbus"))?;
        let deadline = Deadline::seconds(READY);
        // The socket's name is there a moment before anybody listens.
        while std::os::unix::net::UnixStream::connect(&path).is_err() {
            daemon.must_run()?;
            if deadline.is_over() {
                return Err(deadline.late("the session bus", ""));
            }
            deadline.pause();
        }
        self.processes.insert(0, daemon);
        Ok(())
    }

    fn enable_accessibility(&mut self) -> Result<()> {
        let enable = "variant:boolean:true";
        let mut command = self.command("dbus-send");
        command.args([
            "--session",
            "--print-reply",
            "--reply-timeout=20000",
            "--dest=org.a11y.Bus",
            "/org/a11y/bus",
        ]);
        command.args([
            "org.freedesktop.DBus.Properties.Set",
            "string:org.a11y.Status",
            "string:IsEnabled",
            enable,
        ]);
        output(&mut command)?;
        // Asking the registry anything starts it; applications then find it ready.
        accessible::Bus::of(self)?.wait_for_registry(Deadline::seconds(READY))
    }

    fn start_window_manager(&mut self) -> Result<()> {
        let mut command = self.command("openbox");
        let manager = Process::start("openbox", &mut command, &self.log("openbox"))?;
        self.processes.insert(0, manager);
        let screen = self.screen()?;
        Deadline::seconds(READY).wait_for("openbox's taking over the screen", || {
            screen.has_manager().then_some(())
        })
    }

    /// A command that runs in this session, as the ordinary user, with nothing of the caller's environment.
    #[must_use]
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = self.account.command(program);
        command.env_clear().envs(self.environment()).current_dir(&self.home);
        command
    }

    /// The session's environment.
    #[must_use]
    pub fn environment(&self) -> Vec<(String, String)> {
        let path = |path: &Path| path.display().to_string();
        let config = self.home.join(".config");
        let pairs = [
            (
                "PATH",
                "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin".to_owned(),
            ),
            ("LANG", "C.UTF-8".to_owned()),
            ("USER", LAB_NAME.to_owned()),
            ("LOGNAME", LAB_NAME.to_owned()),
            ("SHELL", "/bin/sh".to_owned()),
            ("HOME", path(&self.home)),
            ("XDG_RUNTIME_DIR", path(&self.runtime)),
            ("XDG_CONFIG_HOME", path(&config)),
            ("XDG_DATA_HOME", path(&self.data_home())),
            ("XDG_STATE_HOME", path(&self.state_home())),
            ("XDG_CACHE_HOME", path(&self.home.join(".cache"))),
            ("XDG_SESSION_TYPE", "x11".to_owned()),
            ("XDG_CURRENT_DESKTOP", "openbox".to_owned()),
            ("DISPLAY", self.display.clone()),
            ("DBUS_SESSION_BUS_ADDRESS", self.bus.clone()),
            ("GDK_BACKEND", "x11".to_owned()),
            ("GTK_MODULES", "gail:atk-bridge".to_owned()),
            ("GSETTINGS_BACKEND", "memory".to_owned()),
            ("GIO_USE_VFS", "local".to_owned()),
            ("QT_QPA_PLATFORM", "xcb".to_owned()),
            ("QT_ACCESSIBILITY", "1".to_owned()),
            ("QT_LINUX_ACCESSIBILITY_ALWAYS_ON", "1".to_owned()),
        ];
        let mut environment: Vec<_> = pairs.map(|(name, value)| (name.to_owned(), value)).into();
        environment.retain(|(_, value)| !value.is_empty());
        environment.extend(
            self.marker
                .split_once('=')
                .map(|(name, value)| (name.to_owned(), value.to_owned())),
        );
        for inherited in ["XAUTHORITY", crate::account::LAB_VARIABLE] {
            environment.extend(std::env::var(inherited).ok().map(|value| (inherited.to_owned(), value)));
        }
        environment
    }

    /// Starts a program in this session; what it says goes to the session's log folder.
    pub fn spawn(&self, program: &str, arguments: &[&str]) -> Result<Process> {
        let name = Path::new(program)
            .file_name()
            .map_or_else(|| program.into(), OsStr::to_string_lossy);
        Process::start(&name, self.command(program).args(arguments), &self.log(&name))
    }

    /// A fresh log file's path: `NAME.log`, or `NAME.2.log` when that is taken.
    #[must_use]
    pub fn log(&self, name: &str) -> PathBuf {
        let folder = self.folder.join("log");
        let first = folder.join(format!("{name}.log"));
        if !first.exists() {
            return first;
        }
        (2..)
            .map(|number: u32| folder.join(format!("{name}.{number}.log")))
            .find(|path| !path.exists())
            .unwrap_or(first)
    }

    /// Writes a file for the session's user (0600), making folders on the way.
    pub fn write(&self, path: &Path, content: &str) -> Result<()> {
        let missing: Vec<_> = path.ancestors().skip(1).take_while(|above| !above.exists()).collect();
        for above in missing.into_iter().rev() {
            self.make_folder(above)?;
        }
        let error = |source| LabError::File {
            action: "write",
            path: path.to_owned(),
            source,
        };
        std::fs::write(path, content).map_err(error)?;
        std::fs::set_permissions(path, PermissionsExt::from_mode(0o600)).map_err(error)?;
        self.account.own(path)
    }

    /// The X11 screen, to look at windows.
    pub fn screen(&self) -> Result<Screen> {
        Screen::open(&self.display)
    }

    /// Writes a picture of the whole screen.
    pub fn screenshot(&self, path: &Path) -> Result<()> {
        crate::screen::picture(&self.screen()?, path)
    }

    /// The display's name, like `:7`.
    #[must_use]
    pub fn display(&self) -> &str {
        &self.display
    }

    /// The session bus's address.
    #[must_use]
    pub fn bus(&self) -> &str {
        &self.bus
    }

    /// Who the session's programs run as.
    #[must_use]
    pub fn account(&self) -> Account {
        self.account
    }

    /// Everything the session writes is below this folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The private HOME.
    #[must_use]
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// XDG_RUNTIME_DIR.
    #[must_use]
    pub fn runtime(&self) -> &Path {
        &self.runtime
    }

    /// XDG_CONFIG_HOME.
    #[must_use]
    pub fn config_home(&self) -> PathBuf {
        self.home.join(".config")
    }

    /// XDG_DATA_HOME.
    #[must_use]
    pub fn data_home(&self) -> PathBuf {
        self.home.join(".local/share")
    }

    /// XDG_STATE_HOME.
    #[must_use]
    pub fn state_home(&self) -> PathBuf {
        self.home.join(".local/state")
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        for process in &mut self.processes {
            process.stop();
        }
        sweep(&self.marker);
        if let Announced::Before(address) = &self.announced {
            let _display_may_be_gone = self
                .screen()
                .and_then(|screen| screen.set_text_property(ACCESSIBILITY_BUS, address.as_deref()));
        }
        if std::env::var_os("COUNTERSIGN_LAB_KEEP").is_none() {
            let _left_for_the_system_to_clean = std::fs::remove_dir_all(&self.folder);
        }
    }
}

fn create(path: &Path) -> Result<std::fs::File> {
    std::fs::File::create(path).map_err(|source| LabError::File {
        action: "write",
        path: path.to_owned(),
        source,
    })
}

fn random() -> Result<u32> {
    let mut bytes = [0; 4];
    let path = Path::new("/dev/urandom");
    let read = std::fs::File::open(path).and_then(|mut file| std::io::Read::read_exact(&mut file, &mut bytes));
    read.map_err(|source| LabError::File {
        action: "read",
        path: path.to_owned(),
        source,
    })?;
    Ok(u32::from_ne_bytes(bytes))
}
