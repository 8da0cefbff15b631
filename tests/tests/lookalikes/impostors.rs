//! The impostors, by family.

use crate::{reborn, wrapped};
use countersign_tests::agent::PATIENCE;
use countersign_tests::servers::Sshd;
use countersign_tests::window::Screen;
use countersign_tests::{Deadline, LabError, Process, Result, Session};
use std::any::Any;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{AtomEnum, ConnectionExt as _, CreateWindowAux, PropMode, WindowClass};
use x11rb::wrapper::ConnectionExt as _;

/// A window that looks like another one.
pub struct Impostor {
    pub what: String,
    pub window: u32,
    /// One of these conditions has to be named.
    pub given_away_by: &'static [&'static str],
    #[expect(dead_code, reason = "it is held for its end")]
    pub held: Box<dyn Any>,
}

/// Makes the impostor of this number.
pub type Make = dyn Fn(&Stage<'_>, usize) -> Impostor;

/// How many of each.
pub const FAMILIES: &[(usize, &Make)] = &[
    (25, &|stage, number| stage.copied(number)),
    (15, &|stage, number| stage.in_a_folder_of_everybody(number)),
    (15, &|stage, number| stage.by_a_link(number)),
    (15, &|stage, number| stage.another_program(number)),
    (30, &|stage, number| stage.other_controls(number)),
    (25, &|stage, number| stage.with_a_library(number)),
    (8, &|stage, number| reborn::under_an_old_number(stage, number)),
    (12, &|stage, number| wrapped::another_script(stage, number)),
    (20, &|stage, number| stage.that_lies_about_its_process(number)),
    (5, &|stage, number| stage.with_unseen_characters(number)),
    (8, &|stage, number| stage.that_only_is_called_ssh(number)),
    (7, &|stage, number| stage.ssh_in_tmux(number)),
    (5, &|stage, number| stage.ssh_by_way_of_another_host(number)),
];

/// Where impostors are made.
pub struct Stage<'a> {
    pub session: &'a Session,
    pub screen: Screen,
    /// Two: sshd turns connections away at random while ten are not logged on.
    servers: [Sshd; 2],
    /// A library that the user may change.
    library: PathBuf,
}

/// The class is the program's name, unless it is told another.
pub const FORM: [&str; 5] = [
    "--password",
    "--username",
    "--title=Ledger",
    "--class=Zenity",
    "--name=zenity",
];

/// What makes an xterm look like it.
pub const DRESSED_UP: [&str; 9] = [
    "-T", "Ledger", "-class", "Zenity", "-name", "zenity", "-e", "sleep", "600",
];

impl<'a> Stage<'a> {
    pub fn new(session: &'a Session) -> Result<Self> {
        let library = session.home().join("liblies.so");
        session.write(&library, "")?;
        // Any library will do, as long as it is the user's own copy.
        fs::copy("/usr/lib/x86_64-linux-gnu/libm.so.6", &library).map_err(|error| at(&library, error))?;
        Ok(Self {
            session,
            screen: session.screen()?,
            servers: [Sshd::start(session)?, Sshd::start(session)?],
            library,
        })
    }

    /// A copy of zenity in a folder of the user's.
    pub fn copy(&self, folder: &str) -> Result<PathBuf> {
        let file = self.session.home().join(folder).join("zenity");
        self.session.write(&file, "")?;
        fs::copy("/usr/bin/zenity", &file).map_err(|error| at(&file, error))?;
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).map_err(|error| at(&file, error))?;
        Ok(file)
    }

    /// Another name of the genuine one.
    pub fn link_to_the_genuine_one(&self) -> Result<PathBuf> {
        let link = self.session.home().join("ledger");
        symlink("/usr/bin/zenity", &link).map_err(|error| at(&link, error))?;
        Ok(link)
    }

    pub fn zenity(&self, program: &Path, words: &[&str]) -> Process {
        self.start(program, words, &[])
    }

    pub fn start(&self, program: &Path, words: &[&str], environment: &[(&str, &str)]) -> Process {
        let mut command = self.session.command(program);
        command.args(words).envs(environment.iter().copied());
        Process::start("impostor", &mut command, &self.session.log("impostor")).unwrap()
    }

    pub fn shown(&self, what: String, process: Process, given_away_by: &'static [&'static str]) -> Impostor {
        let deadline = Deadline::seconds(PATIENCE);
        let seen = self.screen.wait_for_window_of(process.id(), deadline);
        let window = seen
            .unwrap_or_else(|late| panic!("{what}: {late}; it said: {}", process.said()))
            .id;
        Impostor {
            what,
            window,
            given_away_by,
            held: Box::new(process),
        }
    }

    fn copied(&self, number: usize) -> Impostor {
        let program = self.copy(&format!("bin-{number}")).unwrap();
        let process = self.zenity(&program, &FORM);
        self.shown(format!("a copy {number}"), process, &["executable"])
    }

    fn in_a_folder_of_everybody(&self, number: usize) -> Impostor {
        let program = self.copy(&format!("open-{number}/usr/bin")).unwrap();
        let folder = program.parent().unwrap();
        fs::set_permissions(folder, fs::Permissions::from_mode(0o777)).unwrap();
        let process = self.zenity(&program, &FORM);
        self.shown(format!("a copy in an open folder {number}"), process, &["executable"])
    }

    /// What counts is the file at the end of the link.
    fn by_a_link(&self, number: usize) -> Impostor {
        let program = self.copy(&format!("linked-{number}")).unwrap();
        let link = self.session.home().join(format!("usr-bin-zenity-{number}"));
        symlink(&program, &link).unwrap();
        let process = self.zenity(&link, &FORM);
        self.shown(format!("a link to a copy {number}"), process, &["executable"])
    }

    fn another_program(&self, number: usize) -> Impostor {
        let process = self.zenity(Path::new("xterm"), &DRESSED_UP);
        self.shown(format!("xterm dressed up {number}"), process, &["executable"])
    }

    /// The genuine program, and not its logon.
    fn other_controls(&self, number: usize) -> Impostor {
        let kinds: [&[&str]; 5] = [
            &["--entry", "--text=Password:"],
            &["--entry", "--hide-text", "--text=Password:"],
            &["--info", "--text=Ledger"],
            &["--question", "--text=Log on?"],
            &["--password"],
        ];
        let kind = kinds.iter().cycle().nth(number).copied().unwrap_or_default();
        let process = self.zenity(Path::new("zenity"), &[kind, &["--title=Ledger"]].concat());
        let given_away_by = &["bind username", "bind password"];
        self.shown(format!("zenity {}", kind.join(" ")), process, given_away_by)
    }

    fn with_a_library(&self, number: usize) -> Impostor {
        let library = self.library.display().to_string();
        let process = self.start(Path::new("zenity"), &FORM, &[("LD_PRELOAD", &library)]);
        self.shown(
            format!("zenity with a library of the user's {number}"),
            process,
            &["loads"],
        )
    }

    /// A window of this process that says it is of a genuine one, or of one that has ended.
    fn that_lies_about_its_process(&self, number: usize) -> Impostor {
        let quiet = self.start(Path::new("sleep"), &["600"], &[]);
        let said = if number.is_multiple_of(2) {
            quiet.id()
        } else {
            u32::MAX / 2
        };
        let client = self.session.screen().unwrap();
        let connection = client.connection();
        let window = connection.generate_id().unwrap();
        let look = CreateWindowAux::new();
        let class = WindowClass::INPUT_OUTPUT;
        connection
            .create_window(0, window, client.root(), 10, 10, 200, 100, 0, class, 0, &look)
            .unwrap();
        let atom = |name: &str| {
            connection
                .intern_atom(false, name.as_bytes())
                .unwrap()
                .reply()
                .unwrap()
                .atom
        };
        let replace = PropMode::REPLACE;
        for (name, text) in [
            ("_NET_WM_NAME", "Ledger"),
            ("WM_NAME", "Ledger"),
            ("WM_CLASS", "zenity\0Zenity\0"),
        ] {
            let kind = if name == "_NET_WM_NAME" {
                atom("UTF8_STRING")
            } else {
                AtomEnum::STRING.into()
            };
            connection
                .change_property8(replace, window, atom(name), kind, text.as_bytes())
                .unwrap();
        }
        let kind = AtomEnum::CARDINAL;
        connection
            .change_property32(replace, window, atom("_NET_WM_PID"), kind, &[said])
            .unwrap();
        connection.map_window(window).unwrap();
        connection.flush().unwrap();
        Impostor {
            what: format!("a window that says it is process {said}'s"),
            window,
            given_away_by: &["executable"],
            held: Box::new((quiet, client)),
        }
    }

    fn with_unseen_characters(&self, number: usize) -> Impostor {
        let titles = [
            "Led\u{200b}ger",
            "\u{202e}regdeL",
            "Ledger\u{2060}",
            "L\u{ad}edger",
            "Ledger\u{feff}",
        ];
        let title = format!("--title={}", titles.iter().cycle().nth(number).unwrap());
        let process = self.zenity(Path::new("zenity"), &["--password", "--username", &title]);
        self.shown(format!("a title with {number}"), process, &["title"])
    }

    fn in_a_terminal(&self, what: String, words: &[&str], given_away_by: &'static [&'static str]) -> Impostor {
        // tmux starts in a locale of UTF-8 only, and runs its commands by the user's shell.
        let process = self.start(
            Path::new("xterm"),
            &[&["-e"], words].concat(),
            &[("LC_ALL", "C.UTF-8"), ("SHELL", "/bin/sh")],
        );
        self.shown(what, process, given_away_by)
    }

    /// It asks in ssh's own words, and is a script.
    fn that_only_is_called_ssh(&self, number: usize) -> Impostor {
        let file = self.session.home().join(format!("fake-{number}/ssh"));
        let text = "#!/bin/sh\nstty -echo\nprintf \"$1's password: \"\nread answer\n";
        self.session.write(&file, text).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        let program = file.display().to_string();
        self.in_a_terminal(
            format!("a false ssh {number}"),
            &[&program, "demo@127.0.0.1"],
            &["program"],
        )
    }

    /// The jump host asks first, and a second ssh waits beside it.
    fn ssh_by_way_of_another_host(&self, number: usize) -> Impostor {
        let [server, _] = &self.servers;
        let port = server.port().to_string();
        // By another name, or ssh itself refuses to go round in a circle.
        let via = format!("demo@localhost:{port}");
        let known = fs::read_to_string(server.client_configuration()).unwrap();
        let configuration = self.session.home().join("jump_config");
        self.session
            .write(&configuration, &format!("{known}  HostKeyAlias [127.0.0.1]:{port}\n"))
            .unwrap();
        let configuration = configuration.display().to_string();
        let words = ["ssh", "-F", &configuration, "-J", &via, "-p", &port, "demo@127.0.0.1"];
        let given_away_by = &["forbid J", "alone", "prompt"];
        self.in_a_terminal(format!("ssh by a jump host {number}"), &words, given_away_by)
    }

    /// What runs inside tmux has a terminal of its own, which nobody can tell from here.
    fn ssh_in_tmux(&self, number: usize) -> Impostor {
        let [_, server] = &self.servers;
        let configuration = server.client_configuration().display().to_string();
        let ssh = format!("ssh -F {configuration} -p {} demo@127.0.0.1", server.port());
        let socket = self.session.home().join(format!("tmux-{number}")).display().to_string();
        // Its server ends with the window.
        let ends = [";", "set", "-g", "destroy-unattached", "on"];
        let words = ["tmux", "-S", &socket, "-f", "/dev/null", "new-session", &ssh];
        let words = [&words[..], &ends].concat();
        self.in_a_terminal(format!("ssh in tmux {number}"), &words, &["program", "terminal"])
    }
}

fn at(path: &Path, source: std::io::Error) -> LabError {
    LabError::File {
        action: "make",
        path: path.to_owned(),
        source,
    }
}
