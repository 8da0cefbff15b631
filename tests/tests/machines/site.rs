use super::OTHER_PASSWORD;
use countersign_tests::agent::{Agent, CommandLine, PASSPHRASE, PASSWORD, Package, SETTINGS, Start};
use countersign_tests::servers::{DirectoryServer, Samba, Slapd, SlapdPair};
use countersign_tests::session::{Accessibility, WindowManager};
use countersign_tests::{Account, Deadline, Session, SessionOptions};
use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};

/// The user whose machines they are, where a directory knows him.
pub const ADA: &str = "ada";
/// The password of whoever administers the directory and answers the telephone.
const DESK: &str = "Kd9-lantern-Bx64mQs";
/// Replication takes a moment; what takes longer does not come.
const AGREE: u64 = 60;

/// What the machines of a test have in common: a folder, or a real directory that knows their users. There it is the directory's
/// password, first [`PASSWORD`], that opens the vault of the machine that enrolled.
pub struct Site {
    place: Place,
    password: RefCell<String>,
}

enum Place {
    Folder(tempfile::TempDir),
    Directory(RefCell<Box<dyn DirectoryServer>>),
    /// Two servers; machines use them in turn.
    Pair(RefCell<Box<SlapdPair>>, Cell<usize>),
}

impl Site {
    pub fn folder() -> Self {
        let folder = tempfile::Builder::new().prefix("countersign-site.").tempdir().unwrap();
        Account::ordinary().own(folder.path()).unwrap();
        Self::of(Place::Folder(folder))
    }

    pub fn slapd() -> Self {
        Self::directory(Box::new(Slapd::start().unwrap()))
    }

    pub fn samba() -> Self {
        Self::directory(Box::new(Samba::start().unwrap()))
    }

    pub fn directory(server: Box<dyn DirectoryServer>) -> Self {
        Self::of(Place::Directory(RefCell::new(server))).with_users()
    }

    /// Two writable servers of one directory: the first machine uses the first one, the next the second, and so on in turn.
    pub fn pair() -> Self {
        let pair = RefCell::new(Box::new(SlapdPair::writable().unwrap()));
        Self::of(Place::Pair(pair, Cell::new(0))).with_users()
    }

    fn of(place: Place) -> Self {
        Self {
            place,
            password: RefCell::new(PASSWORD.to_owned()),
        }
    }

    fn with_users(self) -> Self {
        self.add_user(ADA, PASSWORD);
        self.add_user("desk", DESK);
        self.administer(|server| {
            server.join("countersign-admins", "desk").unwrap();
            server.join("helpdesk", "desk").unwrap();
        });
        self
    }

    /// The folder, where it is one.
    pub fn repository(&self) -> Option<&Path> {
        match &self.place {
            Place::Folder(folder) => Some(folder.path()),
            Place::Directory(_) | Place::Pair(..) => None,
        }
    }

    pub fn is_directory(&self) -> bool {
        self.repository().is_none()
    }

    /// Two servers no longer hear of each other. Machines still reach theirs.
    pub fn partition(&self) {
        if let Place::Pair(pair, _) = &self.place {
            pair.borrow().partition().unwrap();
        }
    }

    /// They do again, and agree.
    pub fn heal(&self) {
        if let Place::Pair(pair, _) = &self.place {
            pair.borrow().heal().unwrap();
        }
        self.agree();
    }

    /// Does something to the directory, if it is one; afterwards all its servers know.
    pub fn administer<T>(&self, change: impl FnOnce(&dyn DirectoryServer) -> T) -> Option<T> {
        match &self.place {
            Place::Folder(_) => None,
            Place::Directory(server) => Some(change(&**server.borrow())),
            Place::Pair(pair, _) => {
                let done = change(&pair.borrow().first);
                self.agree();
                Some(done)
            }
        }
    }

    /// Waits until each server knows what the others know.
    pub fn agree(&self) {
        if let Place::Pair(pair, _) = &self.place {
            pair.borrow().synchronised(Deadline::seconds(AGREE)).unwrap();
        }
    }

    pub fn add_user(&self, name: &str, password: &str) {
        self.administer(|server| server.add_user(name, password).unwrap());
    }

    /// Ada's password becomes another one in the directory: a helpdesk reset it, or she changed it somewhere.
    pub fn set_password(&self, password: &str) {
        self.administer(|server| server.set_password(ADA, password).unwrap());
        password.clone_into(&mut self.password.borrow_mut());
    }

    /// Ada's password in the directory.
    pub fn password(&self) -> String {
        self.password.borrow().clone()
    }

    /// A machine of the user's.
    pub fn machine(&self) -> Session {
        self.machine_of(ADA)
    }

    /// A machine of a user whom the directory knows; in a folder he needs not be known.
    pub fn machine_of(&self, user: &str) -> Session {
        // Nothing of this is about windows.
        let options = SessionOptions {
            window_manager: WindowManager::Absent,
            accessibility: Accessibility::Off,
            ..SessionOptions::default()
        };
        let session = Session::start_with(&options).unwrap();
        self.settle(&session, user, "");
        session
    }

    /// Writes a machine's settings, with these beside them in the section `unlock`.
    pub fn settle(&self, session: &Session, user: &str, unlock: &str) {
        let place = match &self.place {
            Place::Folder(folder) => in_folder(folder.path(), user),
            Place::Directory(server) => server.borrow().agent_settings(user),
            Place::Pair(pair, turn) => {
                let pair = pair.borrow();
                let servers = [&pair.first, &pair.second];
                servers[turn.replace(turn.get() + 1) % 2].agent_settings(user)
            }
        };
        session
            .write(&own_settings(session), &format!("{SETTINGS}{unlock}\n{place}"))
            .unwrap();
    }

    /// The repository cannot be reached from this machine; a directory cannot be reached by anybody.
    pub fn away(&self, session: &Session) {
        match &self.place {
            Place::Folder(_) => {
                let text = in_folder(Path::new("/nonexistent/share"), ADA);
                session
                    .write(&own_settings(session), &format!("{SETTINGS}{text}"))
                    .unwrap();
            }
            Place::Directory(server) => server.borrow_mut().stop().unwrap(),
            Place::Pair(pair, _) => {
                let mut pair = pair.borrow_mut();
                pair.first.stop().unwrap();
                pair.second.stop().unwrap();
            }
        }
    }

    /// It can be reached again.
    pub fn back(&self, session: &Session) {
        match &self.place {
            Place::Folder(_) => self.settle(session, ADA, ""),
            Place::Directory(server) => server.borrow_mut().restart().unwrap(),
            Place::Pair(pair, _) => {
                pair.borrow_mut().first.restart().unwrap();
                pair.borrow_mut().second.restart().unwrap();
                self.agree();
            }
        }
    }

    /// Shows the directory the user's password, if it is one, and looks at what there is.
    pub fn log_in(&self, agent: &Agent<'_>) {
        if self.is_directory() {
            agent.done(&["directory", "login"], &[&self.password()]).unwrap();
        }
        agent.done(&["refresh"], &[]).unwrap();
    }

    /// An agent that is logged in.
    pub fn started<'a>(&self, session: &'a Session, package: &Package<'_>) -> Agent<'a> {
        let agent = Agent::start(session, package).unwrap();
        self.log_in(&agent);
        agent
    }

    /// The words and secrets that make a vault here.
    pub fn enrolls(&self) -> &'static [&'static str] {
        match self.is_directory() {
            true => &["enroll", "--primary", "directory"],
            false => &["enroll"],
        }
    }

    /// An agent with a new vault, which [`PASSWORD`] and [`PASSPHRASE`] open.
    pub fn enrolled<'a>(&self, session: &'a Session, package: &Package<'_>) -> Agent<'a> {
        let agent = Agent::start(session, package).unwrap();
        agent.done(self.enrolls(), &[PASSWORD, PASSPHRASE]).unwrap();
        agent
    }

    /// A machine in the vault that another one made: the passphrase opens it, a login slot is made.
    pub fn joined<'a>(&self, session: &'a Session, package: &Package<'_>) -> Agent<'a> {
        self.agree();
        let agent = self.started(session, package);
        agent
            .done(&["unlock", "--passphrase"], &[PASSPHRASE, OTHER_PASSWORD])
            .unwrap();
        agent
    }

    /// The command line of an administrator who is at this machine, with state and settings of his own.
    pub fn desk<'a>(&self, session: &'a Session) -> CommandLine<'a> {
        let state = session.folder().join("desk");
        let start = Start::usual().with("XDG_STATE_HOME", &state.display().to_string());
        let settings = self.administer(|server| server.agent_settings("desk"));
        let Some(settings) = settings else {
            return CommandLine::of(session, &start).unwrap();
        };
        let config = session.folder().join("desk-config");
        session
            .write(
                &config.join("countersign/settings.toml"),
                &format!("{SETTINGS}{settings}"),
            )
            .unwrap();
        let start = start.with("XDG_CONFIG_HOME", &config.display().to_string());
        CommandLine::of(session, &start).unwrap().showing(DESK)
    }
}

/// The settings of a machine whose repository is a folder: the user is whoever the system says he is, unless he is not Ada.
fn in_folder(path: &Path, user: &str) -> String {
    let user = if user == ADA {
        String::new()
    } else {
        format!("user = \"{user}\"\n")
    };
    format!("[repository]\npath = \"{}\"\n{user}", path.display())
}

fn own_settings(session: &Session) -> PathBuf {
    session.config_home().join("countersign/settings.toml")
}
