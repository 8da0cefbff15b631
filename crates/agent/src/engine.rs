//! The engine: one thread that owns all state and never blocks.

use crate::audit::Audit;
use crate::capture::Captures;
use crate::clock::SystemClock;
use crate::configuration::Configuration;
use crate::faces::Faces;
use crate::journal::Journal;
use crate::keeper::Keeper;
use crate::locking::Locking;
use crate::message::{Entry, Message};
use crate::organisation::Organisation;
use crate::packages::Packages;
use crate::prompting::Prompting;
use crate::syncing::{Scope, Syncing};
use crate::tasks::Tasks;
use crate::values::{Person, known, to_fill};
use countersign_desktop::{Clipboard, Desktop};
use countersign_model::port::{ControlAccess, DesktopError, SessionWatch};
use countersign_model::{
    Carried, Decision, DeviceId, Explanation, FieldValues, Monotonic, Outcome, Plan, Refusal, SessionEvent, TemplateId,
    WindowEvent, WindowId,
};
use countersign_signon::{Effect, Event, Machine, Notice, Ticket, VaultState};
use countersign_vault::{AuditEntry, AuditEvent};
use countersign_wire::{Answer, ErrorCode, ErrorReply, OrganisationReport, Reply};
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

/// How many notices are kept for `status`.
const NOTICES: usize = 16;
/// How long a client's `fill` waits for its outcome.
const FILL_PATIENCE: Duration = Duration::from_secs(15);

/// How long after a change the stores are exported.
const EXPORT_AFTER: Duration = Duration::from_secs(60);
/// How long nothing has happened when memory goes back to the system.
const QUIET: Duration = Duration::from_secs(5);
/// How long an ending agent waits at most for a secret to leave the clipboard.
const CLEARING: Duration = Duration::from_secs(1);

/// The display, or why there is none.
pub(crate) type Screen = Result<Arc<Desktop>, DesktopError>;

/// A client that waits for the outcome of a fill it asked for.
struct Awaited {
    window: WindowId,
    until: Monotonic,
    reply: Sender<Answer>,
}

/// All the agent's state.
pub(crate) struct Engine {
    pub(crate) machine: Machine,
    pub(crate) keeper: Keeper,
    pub(crate) audit: Audit,
    pub(crate) configuration: Configuration,
    pub(crate) organisation: Organisation,
    pub(crate) syncing: Syncing,
    pub(crate) screen: Screen,
    pub(crate) journal: Journal,
    pub(crate) notices: VecDeque<Notice>,
    pub(crate) clock: SystemClock,
    pub(crate) active: Option<WindowId>,
    pub(crate) locking: Locking,
    pub(crate) clipboard: Arc<Clipboard>,
    pub(crate) tasks: Tasks,
    pub(crate) packages: Packages,
    pub(crate) prompting: Prompting,
    pub(crate) captures: Captures,
    pub(crate) faces: Faces,
    /// What the directory says of the user.
    pub(crate) person: Person,
    alarms: BTreeSet<Monotonic>,
    export_due: Option<Monotonic>,
    awaited: Vec<Awaited>,
}

impl Engine {
    pub(crate) fn new(
        keeper: Keeper,
        audit: Audit,
        (configuration, organisation): (Configuration, Organisation),
        syncing: Syncing,
        screen: Screen,
        (session, clipboard): (Box<dyn SessionWatch>, Arc<Clipboard>),
        inbox: Sender<Message>,
    ) -> Self {
        Self {
            machine: Machine::new(configuration.templates(), configuration.rules()),
            organisation,
            keeper,
            audit,
            configuration,
            syncing,
            screen,
            journal: Journal::default(),
            notices: VecDeque::new(),
            clock: SystemClock,
            active: None,
            locking: Locking::new(session),
            clipboard,
            faces: Faces::new(&inbox),
            tasks: Tasks::new(inbox),
            packages: Packages::default(),
            prompting: Prompting::default(),
            captures: Captures::default(),
            person: Person::default(),
            alarms: BTreeSet::new(),
            export_due: None,
            awaited: Vec::new(),
        }
    }

    /// The organisation and what of it is in force.
    pub(crate) fn organisation_report(&self) -> OrganisationReport {
        let now = self.clock.both().wall;
        let signed = self.configuration.organisation();
        OrganisationReport {
            units: signed.report(now),
            groups: signed.groups().to_vec(),
            faults: signed.faults(now),
            ..self.organisation.report(now)
        }
    }

    /// Asks the repository for what is new, before the first event.
    pub(crate) fn begin(&mut self) {
        self.recall_reached();
        self.recall_exclusions();
        self.person = Person::load(self.keeper.device_store(), self.syncing.user());
        self.take_signed_settings();
        self.exchange(Scope::Everything);
        self.show_faces();
    }

    /// Serves until told to stop. Sleeps whenever nothing has happened and no alarm is due; once it is quiet after work, what the
    /// work needed is given back, and nothing wakes it after that.
    pub(crate) fn run(mut self, inbox: &Receiver<Message>) {
        let mut quiet = Some(self.clock.both().steady.after(QUIET));
        loop {
            let message = match self.alarms.first().copied().into_iter().chain(quiet).min() {
                None => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(due) => inbox.recv_timeout(due.since(self.clock.both().steady)),
            };
            let now = self.clock.both().steady;
            match message {
                Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => break,
                Ok(message) => {
                    self.take(message);
                    quiet = Some(now.after(QUIET));
                }
                Err(RecvTimeoutError::Timeout) => {
                    self.alarm();
                    self.show_faces();
                    if quiet.take_if(|due| *due <= now).is_some() {
                        countersign_secret::give_back_memory();
                    }
                }
            }
            self.plan_export();
            self.let_sleep();
        }
        self.clipboard.release();
        self.keeper.export();
        if self.keeper.state() == VaultState::Unlocked {
            self.audit(AuditEvent::Lock, "vault", "the agent ended");
        }
        self.keeper.lock();
        self.clipboard.finish(CLEARING);
    }

    fn take(&mut self, message: Message) {
        // Applications change their windows all the time; of that the faces show nothing but which one is at hand.
        let shows = match &message {
            Message::Desktop(event) => matches!(
                event,
                WindowEvent::Activated(_) | WindowEvent::Appeared { .. } | WindowEvent::Lost(_)
            ),
            _ => true,
        };
        self.act(message);
        if shows {
            self.show_faces();
        }
    }

    fn act(&mut self, message: Message) {
        match message {
            Message::Desktop(event) => {
                let moves = matches!(event, WindowEvent::Activated(_) | WindowEvent::Appeared { .. });
                match &event {
                    WindowEvent::Activated(window) => self.active = *window,
                    WindowEvent::Lost(why) => {
                        self.screen = Err(DesktopError::Display(why.clone()));
                        // With its display a session ends.
                        self.session(SessionEvent::Locked);
                    }
                    _ => {}
                }
                let event = self.with_package(event);
                self.signon(Event::Window(event));
                if moves {
                    self.look_at_hand();
                }
            }
            Message::Package(executable, package) => self.package_found(executable, package),
            Message::Signon(event) => {
                if let Event::Responded(ticket, _) = &event {
                    self.tasks.ended(*ticket);
                }
                self.signon(event);
            }
            Message::Password(made) => self.password_made(*made),
            Message::Troubles(notices) => notices.into_iter().for_each(|notice| self.notify(notice)),
            Message::Template(text, reply) => {
                let _gone = reply.send(self.adopt_template(&text));
            }
            Message::Call(call) => self.call(call),
            Message::Material(reply) => {
                let _ = reply.send(self.material());
            }
            Message::Exits(reply) => drop(reply.send(crate::exits::Exits::of(self.configuration.settings()))),
            Message::Adopt(opening, reply) => {
                self.adopt(opening, reply);
            }
            Message::Owner(call, proof, reply) => self.owner_call(call, proof, reply),
            Message::Primary(method, choice, reply) => {
                let kept = self.keeper.keep_primary(method, &choice).map_err(ErrorReply::from);
                let _ = reply.send(kept.map_or_else(Answer::from, |()| Reply::Done.into()));
            }
            Message::Identity(user, identity) => {
                if let Err(error) = self.keeper.keep_identity(&user, identity) {
                    tracing::warn!("who the user is in the directory is not kept: {error}");
                }
            }
            Message::Session(event) => self.session(event),
            Message::Entry(Entry { event, subject, detail }) => self.audit(event, subject, &detail),
            Message::Notice(notice) => self.notify(notice),
            Message::Repository(event) => self.repository_changed(event),
            Message::Exchanged(exchanged) => self.exchanged(*exchanged),
            Message::Chosen(choice) => self.chosen(choice),
            Message::Filled(answer) => self.filled(answer),
            Message::Windows(ended) => self.windows_ended(ended),
            Message::Stop => {}
        }
    }

    /// A change is exported a while after it, together with those that follow it.
    fn plan_export(&mut self) {
        if self.export_due.is_none() && self.keeper.wants_export() {
            let due = self.clock.both().steady.after(EXPORT_AFTER);
            self.export_due = Some(due);
            self.wake_at(due);
        }
    }

    fn alarm(&mut self) {
        let now = self.clock.both().steady;
        let later = self.alarms.split_off(&Monotonic(now.0.saturating_add(1)));
        self.alarms = later;
        for awaited in self.awaited.extract_if(.., |awaited| awaited.until <= now) {
            let error = ErrorReply::new(ErrorCode::NoMatch, "nothing was filled within 15 seconds")
                .next("run `countersign why` to see what the window lacks");
            let _ = awaited.reply.send(error.into());
        }
        self.prompting.answer_late(now);
        self.open_waiting(now);
        self.ask_again();
        self.look_after_moving();
        if self.export_due.is_some_and(|due| due <= now) {
            self.export_due = None;
            self.keeper.export();
        }
        self.signon(Event::Woken);
    }

    /// Sees to it that [`Engine::alarm`] comes round then.
    pub(crate) fn wake_at(&mut self, at: Monotonic) {
        self.alarms.insert(at);
    }

    /// Enters something into the audit log. What cannot be entered is said; it does not keep the user from his logons.
    pub(crate) fn audit(&mut self, event: AuditEvent, subject: &str, detail: &str) {
        let entry = AuditEntry {
            at: self.clock.both().wall,
            device: self.keeper.device().unwrap_or(DeviceId([0; 16])),
            event: Some(event),
            subject: subject.to_owned(),
            detail: detail.to_owned(),
        };
        if let Err(error) = self.audit.enter(self.keeper.device_store(), &entry) {
            self.notify(Notice {
                application: "audit log".to_owned(),
                text: error.to_string(),
            });
        }
    }

    /// Feeds the machine and carries its effects out.
    pub(crate) fn signon(&mut self, event: Event) {
        let mut events = VecDeque::from([event]);
        while let Some(event) = events.pop_front() {
            for effect in self.machine.handle(event, self.clock.both()) {
                if let Some(answer) = self.carry_out(effect) {
                    events.push_back(answer);
                }
            }
        }
    }

    /// Carries an effect out; some have their answer at once.
    fn carry_out(&mut self, effect: Effect) -> Option<Event> {
        match effect {
            Effect::ReadControls(ticket, window, query) => match &self.screen {
                Ok(desktop) => self.tasks.read_controls(desktop, ticket, window, query),
                Err(error) => return Some(Event::ControlsRead(ticket, Err(error.clone()))),
            },
            Effect::ReadTerminal(ticket, window) => match &self.screen {
                Ok(desktop) => self.tasks.read_terminal(desktop, ticket, window),
                Err(error) => return Some(Event::TerminalRead(ticket, Err(error.clone()))),
            },
            Effect::Attend(window, attention) => {
                if let Ok(desktop) = &self.screen {
                    self.tasks.attend(desktop, window, attention);
                }
            }
            Effect::Ignore(window) => {
                if let Ok(desktop) = &self.screen {
                    desktop.ignore(window);
                }
            }
            Effect::FindLogons(ticket, template) => {
                let mut found = self.keeper.find(&template);
                found.extend(self.captures.of(&template));
                let logons = match self.configuration.templates().get(&template) {
                    Some(loaded) if !found.is_empty() => {
                        let spec = loaded.template().logon;
                        found
                            .into_iter()
                            .map(|logon| known(&spec, &self.person, logon))
                            .map(|logon| self.with_policy(&template, logon))
                            .collect()
                    }
                    _ => found,
                };
                return Some(Event::Logons(ticket, logons));
            }
            Effect::Respond {
                ticket,
                logon,
                template,
                live,
                plan,
                purpose,
                before,
            } => {
                let Some(logon) = logon else {
                    return self.dismiss(ticket, plan);
                };
                // What is typed may be all that is left of it: it is on the disk before.
                if let Some(Err(why)) = before.map(|step| self.password_step(logon, step)) {
                    return Some(Event::Responded(ticket, refused(&why.to_string())));
                }
                let password = self.password_field(&template);
                let given = self.captures.fill(logon, &live);
                let release = || self.keeper.release(logon, (&template, &live), (&password, purpose));
                let values = match given.map_or_else(release, Ok) {
                    Ok(values) => values,
                    Err(why) => {
                        self.audit(AuditEvent::Refusal, template.as_str(), &why.to_string());
                        return Some(Event::Responded(ticket, refused(&why.to_string())));
                    }
                };
                let values = match self.to_fill(values, &template) {
                    Ok(values) => values,
                    Err(why) => return Some(Event::Responded(ticket, refused(&why))),
                };
                match &self.screen {
                    Ok(desktop) => self.tasks.respond(desktop, ticket, plan, values),
                    Err(error) => return Some(Event::Responded(ticket, refused(&error.to_string()))),
                }
                // While the form is being filled: the entry takes a moment to be on the disk.
                let program = live.executable.unwrap_or_default();
                self.audit(AuditEvent::Release, template.as_str(), &program.to_string_lossy());
            }
            Effect::Cancel(ticket) => self.tasks.cancel(ticket),
            Effect::Explain(explanation) => self.explained(*explanation),
            Effect::Notify(notice) => self.notify(notice),
            Effect::Ask(prompt) => self.prompt(prompt),
            Effect::Withdraw(window) => self.prompting.withdraw(window, self.clock.both().steady),
            Effect::Settled(logon, settlement) => return self.settled(logon, settlement),
            Effect::MakePassword(logon, template) => self.password_wanted(logon, &template),
            Effect::Step(logon, step) => self.password_learnt(logon, step),
            Effect::Quiet(logon, which, asker) => self.password_quiet(logon, which, asker),
            Effect::WakeAt(at) => self.wake_at(at),
        }
        None
    }

    /// Answers a message: nothing of the vault is in the answer.
    fn dismiss(&mut self, ticket: Ticket, plan: Box<Plan>) -> Option<Event> {
        match &self.screen {
            Ok(desktop) => {
                self.tasks.respond(desktop, ticket, plan, FieldValues::default());
                None
            }
            Err(error) => Some(Event::Responded(ticket, refused(&error.to_string()))),
        }
    }

    /// A logon's values as its template has them written.
    fn to_fill(&self, stored: FieldValues, template: &TemplateId) -> Result<FieldValues, String> {
        match self.configuration.templates().get(template) {
            Some(loaded) => to_fill(&loaded.template().logon, &self.person, stored, self.clock.both().wall),
            None => Ok(stored),
        }
    }

    fn explained(&mut self, explanation: Explanation) {
        tracing::info!(
            window = format_args!("{:#x}", explanation.window.0),
            template = explanation.template.as_ref().map(|id| id.as_str()),
            "{:?}",
            explanation.decision
        );
        if let (Decision::BindingChanged { .. }, Some(template)) = (&explanation.decision, &explanation.template) {
            let reason = "the program is not the one the logon was saved for";
            self.audit(AuditEvent::Refusal, template.as_str(), reason);
        }
        let window = explanation.window;
        let final_word = !matches!(explanation.decision, Decision::AwaitsFocus);
        if final_word {
            for awaited in self.awaited.extract_if(.., |awaited| awaited.window == window) {
                let _ = awaited.reply.send(Reply::Filled(Box::new(explanation.clone())).into());
            }
        }
        self.tell_of(&explanation);
        self.journal.enter(explanation);
    }

    pub(crate) fn notify(&mut self, notice: Notice) {
        tracing::warn!("{}: {}", notice.application, notice.text);
        if self.notices.len() == NOTICES {
            self.notices.pop_front();
        }
        self.notices.push_back(notice);
    }

    /// Fills for a client and answers when the outcome is known.
    pub(crate) fn fill(
        &mut self,
        window: Option<WindowId>,
        logon: Option<countersign_model::LogonId>,
        reply: Sender<Answer>,
    ) {
        let Some(window) = window.or(self.active) else {
            let error = ErrorReply::new(ErrorCode::NoMatch, "no window is active")
                .next("click into the logon window, or name it with --window (see `countersign why`)");
            let _ = reply.send(error.into());
            return;
        };
        if !self.machine.knows(window) {
            let error = ErrorReply::new(ErrorCode::NoMatch, format!("there is no window {:#x}", window.0))
                .next("run `countersign why` for the windows that were seen");
            let _ = reply.send(error.into());
            return;
        }
        if self.keeper.state() == VaultState::Locked {
            let _ = reply.send(self.keeper.locked().into());
            return;
        }
        let until = self.clock.both().steady.after(FILL_PATIENCE);
        self.alarms.insert(until);
        self.awaited.push(Awaited { window, until, reply });
        self.signon(Event::Fill(Some(window), logon));
    }
}

/// A response that ended before it began.
fn refused(why: &str) -> Carried {
    Carried {
        outcome: Outcome::Refused(Refusal::Desktop(why.to_owned())),
        filled: None,
        submitted: None,
    }
}
