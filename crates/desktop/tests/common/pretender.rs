//! An application that misbehaves on the accessibility bus, as real ones do now and then and none does on demand.

use super::Lab;
use countersign_model::WindowFacts;
use countersign_tests::Process;
use std::collections::HashMap;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{AtomEnum, ConnectionExt as _, CreateWindowAux, PropMode, WindowClass};
use x11rb::wrapper::ConnectionExt as _;
use zbus::fdo::Error;
use zbus::zvariant::OwnedObjectPath;
use zbus::{connection, interface};

const ADDRESS: &str = "PRETENDER_BUS";
const FIELD_KIND: &str = "PRETENDER_FIELD";
const ROOT: &str = "/org/a11y/atspi/accessible/root";
const FIELD: &str = "/org/a11y/atspi/accessible/2";
const BUTTON: &str = "/org/a11y/atspi/accessible/3";

/// How the field behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Says that it took the text, and did not.
    Forgets,
    /// Is disabled, and takes text all the same.
    Disabled,
    /// Offers its text only while it has the focus.
    OnlyFocused,
    /// Takes the text and shows it a little later.
    Late,
}

impl Field {
    fn name(self) -> &'static str {
        match self {
            Self::Forgets => "forgets",
            Self::Disabled => "disabled",
            Self::OnlyFocused => "only focused",
            Self::Late => "late",
        }
    }

    fn named(name: &str) -> Self {
        let all = [Self::Forgets, Self::Disabled, Self::OnlyFocused, Self::Late];
        all.into_iter().find(|field| field.name() == name).unwrap()
    }
}

#[derive(Debug, Default)]
struct State {
    shown: String,
    focused: bool,
}

pub struct Pretender {
    pub window: WindowFacts,
    process: Process,
}

type Reference = (String, OwnedObjectPath);

struct Node {
    path: &'static str,
    role: u32,
    name: &'static str,
    children: Vec<&'static str>,
    field: Field,
    state: Arc<Mutex<State>>,
}

impl Node {
    fn bits(&self) -> Vec<u32> {
        let mut states = vec![8, 24, 25, 30];
        if self.path == FIELD {
            states.push(7);
            if self.field == Field::Disabled {
                states.retain(|state| *state != 24);
            }
            if self.state.lock().unwrap().focused {
                states.push(12);
            }
        }
        let mut words = vec![0_u32; 2];
        for state in states {
            words[state / 32] |= 1 << (state % 32);
        }
        words
    }
}

struct Accessible(Node);
struct Application;
struct Component(Arc<Mutex<State>>);
struct Text(Arc<Mutex<State>>);
struct Editable(Arc<Mutex<State>>, Field);
struct Action;

#[interface(name = "org.a11y.atspi.Accessible")]
impl Accessible {
    fn get_role(&self) -> u32 {
        self.0.role
    }

    fn get_state(&self) -> Vec<u32> {
        self.0.bits()
    }

    fn get_children(&self) -> Vec<Reference> {
        let refer = |path: &&str| (String::new(), OwnedObjectPath::try_from((*path).to_owned()).unwrap());
        self.0.children.iter().map(refer).collect()
    }

    fn get_attributes(&self) -> HashMap<String, String> {
        HashMap::from([("class".to_owned(), format!("{}View", self.0.name))])
    }

    #[zbus(property)]
    fn name(&self) -> String {
        self.0.name.to_owned()
    }
}

#[interface(name = "org.a11y.atspi.Application")]
impl Application {
    #[zbus(property)]
    fn toolkit_name(&self) -> String {
        "Pretender".to_owned()
    }

    #[zbus(property)]
    fn version(&self) -> String {
        "1".to_owned()
    }
}

#[interface(name = "org.a11y.atspi.Component")]
impl Component {
    fn grab_focus(&self) -> bool {
        println!("focused");
        self.0.lock().unwrap().focused = true;
        true
    }
}

#[interface(name = "org.a11y.atspi.Text")]
impl Text {
    #[zbus(property)]
    fn character_count(&self) -> i32 {
        i32::try_from(self.0.lock().unwrap().shown.chars().count()).unwrap()
    }
}

#[interface(name = "org.a11y.atspi.EditableText")]
impl Editable {
    fn set_text_contents(&self, text: String) -> Result<bool, Error> {
        let mut state = self.0.lock().unwrap();
        if self.1 == Field::OnlyFocused && !state.focused {
            return Err(Error::UnknownMethod("not now".to_owned()));
        }
        println!("wrote {text}");
        match self.1 {
            Field::Forgets => {}
            Field::Late => {
                let later = Arc::clone(&self.0);
                std::thread::spawn(move || {
                    std::thread::sleep(Duration::from_millis(40));
                    later.lock().unwrap().shown = text;
                });
            }
            _ => state.shown = text,
        }
        Ok(true)
    }
}

#[interface(name = "org.a11y.atspi.Action")]
impl Action {
    fn get_actions(&self) -> Vec<(String, String, String)> {
        vec![("Press".to_owned(), String::new(), String::new())]
    }

    /// As when pressing opens a dialog: the answer comes when that is closed.
    async fn do_action(&self, _index: i32) -> bool {
        println!("pressed");
        async_io::Timer::after(Duration::from_secs(30)).await;
        true
    }
}

impl Pretender {
    /// Starts it as a process of its own: this test binary once more, doing what `#[ignore]`d test `pretend` does.
    pub fn start(lab: &Lab<'_>, field: Field) -> Self {
        // The session's user need not be able to reach the build folder.
        let program = lab.session.home().join("pretender");
        std::fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
        let mut command = lab.session.command(&program);
        command.args(["--exact", "pretend", "--ignored", "--nocapture"]);
        command
            .env(ADDRESS, lab.accessibility_address())
            .env(FIELD_KIND, field.name());
        let process = Process::start("pretender", &mut command, &lab.session.log("pretender")).unwrap();
        let window = lab.appeared(process.id()).0;
        Self { window, process }
    }

    /// What it did, a line each: `wrote TEXT`, `focused`, `pressed`.
    pub fn did(&self) -> Vec<String> {
        let said = self.process.said();
        let words = ["wrote ", "focused", "pressed"];
        said.lines()
            .filter(|line| words.iter().any(|word| line.starts_with(word)))
            .map(str::to_owned)
            .collect()
    }
}

/// What the process does.
pub fn pretend() {
    let field = Field::named(&std::env::var(FIELD_KIND).unwrap());
    let address = std::env::var(ADDRESS).unwrap();
    let path = address.strip_prefix("unix:path=").unwrap().split(',').next().unwrap();
    let stream = UnixStream::connect(path).unwrap();
    let state = Arc::new(Mutex::new(State::default()));
    async_io::block_on(async {
        let bus = serve(connection::Builder::async_io_unix_stream(stream), field, &state);
        let bus = bus.unwrap().build().await.unwrap();
        show();
        bus.closed().await;
    });
}

/// Everything is in place before the first question can come.
fn serve<'a>(
    bus: connection::Builder<'a>,
    field: Field,
    state: &Arc<Mutex<State>>,
) -> zbus::Result<connection::Builder<'a>> {
    let node = |path, role, name, children| {
        Accessible(Node {
            path,
            role,
            name,
            children,
            field,
            state: Arc::clone(state),
        })
    };
    let frame = "/org/a11y/atspi/accessible/1";
    bus.serve_at(FIELD, node(FIELD, 40, "Password", Vec::new()))?
        .serve_at(FIELD, Component(Arc::clone(state)))?
        .serve_at(FIELD, Text(Arc::clone(state)))?
        .serve_at(FIELD, Editable(Arc::clone(state), field))?
        .serve_at(BUTTON, node(BUTTON, 43, "Log on", Vec::new()))?
        .serve_at(BUTTON, Action)?
        .serve_at(frame, node(frame, 23, "Pretender", vec![FIELD, BUTTON]))?
        .serve_at(ROOT, Application)?
        .serve_at(ROOT, node(ROOT, 75, "pretender", vec![frame]))
}

/// A window of this very process.
fn show() {
    let (connection, screen) = x11rb::connect(None).unwrap();
    let connection = Box::leak(Box::new(connection));
    let root = connection.setup().roots[screen].root;
    let window = connection.generate_id().unwrap();
    let (depth, visual) = (x11rb::COPY_DEPTH_FROM_PARENT, x11rb::COPY_FROM_PARENT);
    let class = WindowClass::INPUT_OUTPUT;
    let aux = CreateWindowAux::new();
    connection
        .create_window(depth, window, root, 10, 10, 200, 100, 0, class, visual, &aux)
        .unwrap();
    for (property, text) in [
        (AtomEnum::WM_NAME, &b"Pretender"[..]),
        (AtomEnum::WM_CLASS, b"pretender\0Pretender\0"),
    ] {
        connection
            .change_property8(PropMode::REPLACE, window, property, AtomEnum::STRING, text)
            .unwrap();
    }
    // A window manager that is still settling in overlooks a window at times.
    let state = connection
        .intern_atom(false, b"WM_STATE")
        .unwrap()
        .reply()
        .unwrap()
        .atom;
    for _ in 0..20 {
        connection.map_window(window).unwrap();
        connection.flush().unwrap();
        std::thread::sleep(Duration::from_millis(200));
        let managed = connection
            .get_property(false, window, state, AtomEnum::ANY, 0, 2)
            .unwrap();
        if managed.reply().unwrap().value_len > 0 {
            return;
        }
        connection.unmap_window(window).unwrap();
    }
    panic!("no window manager manages the window");
}
