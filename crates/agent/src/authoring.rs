//! What somebody who writes templates asks for. Looking at windows takes its time: a thread of its own answers the client.

use crate::configuration::OwnError;
use crate::engine::Engine;
use crate::message::Message;
use crate::requests::{desktop_error, problem};
use crate::syncing::machine_name;
use crate::window_report::found;
use countersign_desktop::{Desktop, package_of, version_of};
use countersign_model::port::{ControlAccess, Showing, WindowSource};
use countersign_model::{
    ControlQuery, ControlTree, Extents, Places, Publisher, TerminalFacts, UserId, WindowFacts, WindowId,
};
use countersign_rules::record::{Choice, Naming, Offered, Personal, RecordProblem, Recorded, Scene, record};
use countersign_rules::{TemplateSet, parse_template};
use countersign_signon::{Event, Now, explain_template};
use countersign_wire::{Answer, Draft, DraftChoice, DraftControl, ErrorCode, ErrorReply, Reply, Show};
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::time::Duration;

/// How long frames stay.
const SHOWN: Duration = Duration::from_secs(3);

impl Engine {
    /// Judges a template against the windows on the screen, without taking it into use.
    pub(crate) fn template_explain(&self, place: &str, text: &str, reply: Sender<Answer>) {
        let (set, problems) = match parse_template(place, text.as_bytes()) {
            Ok(parsed) => TemplateSet::build(vec![(Publisher::Unsigned, parsed)]),
            Err(problems) => (TemplateSet::default(), problems),
        };
        let problems: Vec<_> = problems.iter().map(problem).collect();
        if set.templates().next().is_none() {
            let explanations = Vec::new();
            let _gone = reply.send(Reply::Judged { problems, explanations }.into());
            return;
        }
        let now = self.clock.both();
        self.look(reply, move |desktop, reply| {
            let mut windows = desktop.snapshot().map_err(|error| desktop_error(&error))?;
            for window in windows.iter_mut() {
                let asks = set.asks_package(window);
                if let (true, Ok(process)) = (asks, &mut window.process) {
                    process.package = package_of(&process.executable);
                }
            }
            let explanations = explain_template(&set, &windows, desktop, now);
            let _gone = reply.send(Reply::Judged { problems, explanations }.into());
            Ok(())
        });
    }

    /// Lets the user point at a window.
    pub(crate) fn window_pick(&self, seconds: u32, reply: Sender<Answer>) {
        self.look(reply, move |desktop, reply| {
            let within = Duration::from_secs(u64::from(seconds.clamp(1, 600)));
            let picked = desktop.pick(within).map_err(|error| desktop_error(&error))?;
            let _gone = reply.send(Reply::Picked(picked).into());
            Ok(())
        });
    }

    /// Drafts a template for a window.
    pub(crate) fn template_record(&self, window: WindowId, naming: Naming, show: Show, reply: Sender<Answer>) {
        let personal = personal(self.syncing.user());
        let now = self.clock.both();
        self.look(reply, move |desktop, reply| {
            let seen = Seen::of(desktop, window)?;
            let process = seen.window.process.as_ref().ok();
            let package = process.and_then(|process| package_of(&process.executable));
            let naming = Naming {
                version: package.as_deref().and_then(version_of),
                ..naming
            };
            let recorded = record(seen.scene(), &personal, &naming).map_err(|why| not_recorded(&why))?;
            let places = seen.places(&recorded.choices);
            let tried = tried(desktop, &seen.window, &recorded, now);
            let _gone = reply.send(Reply::Drafted(Box::new(drafted(recorded, tried))).into());
            if show == Show::Frames {
                desktop.mark(&places, SHOWN).map_err(|error| desktop_error(&error))?;
            }
            Ok(())
        });
    }

    /// Puts a template that the user made for a window in force. One that somebody else's template answers already needs none.
    pub(crate) fn template_adopt(&self, window: WindowId, text: String, reply: Sender<Answer>) {
        let templates = self.configuration.templates();
        let now = self.clock.both();
        let engine = self.tasks.inbox();
        self.look(reply, move |desktop, reply| {
            let window = found(desktop, window)?;
            let known = explain_template(&templates, std::slice::from_ref(&window), desktop, now);
            if let Some(known) = known.iter().find(|explanation| explanation.form.is_some()) {
                let which = known.template.as_ref().map(ToString::to_string).unwrap_or_default();
                return Err(ErrorReply::new(
                    ErrorCode::Refused,
                    format!("the template {which} knows this window already"),
                )
                .next("`countersign logon add` stores a logon for it; `countersign why` says what keeps it from being filled"));
            }
            let _ended = engine.send(Message::Template(text, reply.clone()));
            Ok(())
        });
    }

    /// The template is nobody's rival: it is kept and in force from now on.
    pub(crate) fn adopt_template(&mut self, text: &str) -> Answer {
        match self.configuration.adopt(text) {
            Ok((id, file)) => {
                self.signon(Event::Templates(self.configuration.templates()));
                self.ask_packages();
                Reply::Adopted { id, file }.into()
            }
            Err(error) => {
                let reply = ErrorReply::new(ErrorCode::Refused, error.to_string());
                let next = match error {
                    OwnError::Taken { .. } => "give the template another id with `--id`, or remove that file",
                    OwnError::Wrong(_) | OwnError::Name(_) => {
                        "give it another id with `--id`, or write it by hand: docs/formats/template.md"
                    }
                    OwnError::Folder(_) | OwnError::Unwritten { .. } => "see that the folder is yours and has room",
                };
                reply.next(next).into()
            }
        }
    }

    /// Does something with the desktop on a thread of its own. An error is the client's answer, unless it has one.
    pub(crate) fn look(
        &self,
        reply: Sender<Answer>,
        work: impl FnOnce(&Desktop, &Sender<Answer>) -> Result<(), ErrorReply> + Send + 'static,
    ) {
        let desktop = match &self.screen {
            Ok(desktop) => Arc::clone(desktop),
            Err(error) => {
                let _gone = reply.send(desktop_error(error).into());
                return;
            }
        };
        let started = std::thread::Builder::new().name("author".to_owned()).spawn(move || {
            if let Err(error) = work(&desktop, &reply) {
                let _gone = reply.send(error.into());
            }
        });
        if let Err(error) = started {
            tracing::error!("cannot start a thread to look at windows: {error}");
        }
    }
}

/// Everything of a window.
struct Seen {
    window: WindowFacts,
    tree: Option<ControlTree>,
    terminal: Option<TerminalFacts>,
}

impl Seen {
    fn of(desktop: &Desktop, id: WindowId) -> Result<Self, ErrorReply> {
        let window = found(desktop, id)?;
        let everything = ControlQuery {
            labels: true,
            texts: true,
            parents: true,
            extents: Places::All,
            ..ControlQuery::default()
        };
        let terminal = desktop.terminal(&window).ok();
        let tree = match &terminal {
            Some(terminal) if terminal.asks_for_secret() => None,
            _ => desktop.read(&window, &everything).ok(),
        };
        // A window with controls of its own may have a terminal somewhere in it, too.
        let has_form = |tree: &ControlTree| tree.controls.iter().any(|control| control.states.editable);
        let terminal = terminal.filter(|_| !tree.as_ref().is_some_and(has_form));
        Ok(Self { window, tree, terminal })
    }

    fn scene(&self) -> Scene<'_> {
        Scene {
            window: &self.window,
            tree: self.tree.as_ref(),
            terminal: self.terminal.as_ref(),
        }
    }

    /// Where the chosen controls are.
    fn places(&self, choices: &[Choice]) -> Vec<Extents> {
        let controls = self.tree.iter().flat_map(|tree| &tree.controls);
        let chosen = controls.filter(|control| choices.iter().any(|choice| choice.token == control.token));
        chosen.filter_map(|control| control.extents).collect()
    }
}

/// The draft, held against the window as it is now.
fn tried(
    desktop: &Desktop,
    window: &WindowFacts,
    recorded: &Recorded,
    now: Now,
) -> Option<countersign_model::Explanation> {
    let parsed = parse_template("draft", recorded.template.as_bytes()).ok()?;
    let (set, _) = TemplateSet::build(vec![(Publisher::Unsigned, parsed)]);
    let windows = std::slice::from_ref(window);
    let judged = explain_template(&set, windows, desktop, now);
    judged.into_iter().next()
}

fn drafted(recorded: Recorded, tried: Option<countersign_model::Explanation>) -> Draft {
    let choice = |choice: &Choice| DraftChoice {
        what: choice.what.clone(),
        control: choice.control.clone(),
        selector: choice.text(),
        stability: choice.stability.0,
        why: choice.why.clone(),
    };
    let control = |offered: Offered| DraftControl {
        token: offered.token,
        control: offered.control,
        what: offered.what,
    };
    Draft {
        choices: recorded.choices.iter().map(choice).collect(),
        controls: recorded.offered.into_iter().map(control).collect(),
        id: recorded.id,
        kind: recorded.kind.name().to_owned(),
        template: recorded.template,
        fixture: recorded.fixture,
        notes: recorded.notes,
        tried,
    }
}

fn not_recorded(why: &RecordProblem) -> ErrorReply {
    ErrorReply::new(ErrorCode::Refused, why.to_string())
}

/// Whose names, machine and folder have no place in a template.
fn personal(user: &UserId) -> Personal {
    let mut personal = Personal::new()
        .with(user.as_str(), "demo")
        .with(&machine_name(), "localhost");
    if let Ok(home) = std::env::var("HOME") {
        personal = personal.at_home(&home);
    }
    let accounts = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let own = rustix::process::getuid().as_raw().to_string();
    let account = accounts.lines().map(|line| line.split(':').collect::<Vec<_>>());
    for account in account.filter(|fields| fields.get(2) == Some(&own.as_str())) {
        let login = account.first().copied().unwrap_or_default();
        let name = account
            .get(4)
            .and_then(|name| name.split(',').next())
            .unwrap_or_default();
        personal = personal.with(login, "demo").with(name, "Demo User");
    }
    personal
}
