//! What the machine knows of one window.

use crate::Ticket;
use crate::candidates::{Found, Seen};
use crate::ledger::Entry;
use crate::machine::Silence;
use countersign_model::{
    ChangeStep, Criterion, Decision, FormKind, LogonId, Monotonic, Purpose, TerminalFacts, Which, WindowFacts,
};
use countersign_rules::FormRef;

/// Whether a fill was asked for by the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// The machine decides by itself.
    Automatic,
    /// The user asked, with this logon if he named one.
    Asked(Option<LogonId>),
}

/// A form that was recognised, and what was seen when it was.
#[derive(Debug)]
pub(crate) struct Recognised {
    pub found: Found,
    pub seen: Seen,
    pub wish: Wish,
}

/// A fill that is ready but for the focus.
#[derive(Debug)]
pub(crate) struct Chosen {
    pub form: FormRef,
    /// The logon and its label; none for a message.
    pub logon: Option<(LogonId, String)>,
    pub criteria: Vec<Criterion>,
    pub plan: Box<countersign_model::Plan>,
    /// The same by keys, where the template asks for it if controls take no text.
    pub fallback: Option<Box<countersign_model::Plan>>,
    pub live: countersign_model::Binding,
    pub warnings: Vec<String>,
    /// Whether the user asked for it: it stays so while it waits.
    pub wish: Wish,
    /// What goes into the ledger when the response begins; nothing for a message.
    pub entry: Option<Entry>,
    /// What it is answered for.
    pub purpose: Purpose,
    /// The step that is durable before anything is typed, and the one that takes it back where nothing was.
    pub step: Option<Begun>,
}

/// A step of a change that goes with a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Begun {
    /// The next password is typed into a change form, for the first time.
    FirstSend,
    /// The same, and an application may have seen it before.
    Send,
    /// One of the two is tried.
    Try(Which),
    /// One that has expired is filled.
    Grace,
}

impl Begun {
    /// What is written down before.
    pub(crate) fn before(self) -> ChangeStep {
        match self {
            Self::FirstSend | Self::Send => ChangeStep::Send,
            Self::Try(which) => ChangeStep::Try(which),
            Self::Grace => ChangeStep::Grace,
        }
    }
}

impl Chosen {
    /// Whether it still answers what is seen now: the same form and, in a terminal, the same prompt.
    pub(crate) fn is_for(&self, form: &FormRef, seen: &Seen) -> bool {
        let same_prompt = match (seen, &self.plan.terminal) {
            (Seen::Terminal(now), Some(then)) => now.is_same_prompt(then),
            _ => true,
        };
        same_prompt && same(&self.form, form)
    }
}

/// Where a window is on its way to a logon.
#[derive(Debug, Default)]
pub(crate) enum Phase {
    /// No logon form is there; changes inside are attended to.
    #[default]
    Watching,
    /// A form is there but may not be answered now (locked, paused, no logon): looked at again when that changes.
    Held(FormRef),
    /// The agent was asked for the logons of a form's template.
    Choosing(Ticket, Box<Recognised>),
    /// Waits for the window to get the focus before typing.
    AwaitingFocus(Box<Chosen>),
    /// A response is under way.
    Responding(Ticket, Box<Chosen>),
    /// The form was answered and is still there.
    Answered(FormRef),
    /// Filling stopped for this form until it goes away or the user asks.
    Stopped(FormRef),
}

impl Phase {
    /// The form this phase is about, if it is one that must not be answered again by itself.
    pub(crate) fn settled(&self) -> Option<&FormRef> {
        match self {
            Self::Answered(form) | Self::Stopped(form) => Some(form),
            _ => None,
        }
    }
}

/// Whether the user is asked about the form of a window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Asking {
    #[default]
    No,
    /// A question is open.
    Open,
    /// He did not want to be asked about this form.
    Dismissed,
}

/// A read that is under way.
#[derive(Debug)]
pub(crate) struct Reading {
    pub ticket: Ticket,
    /// Something changed since it began: read once more after it.
    pub stale: bool,
}

/// One window that some template may be about.
#[derive(Debug)]
pub(crate) struct Watched {
    pub facts: WindowFacts,
    pub forms: Vec<FormRef>,
    /// Since when the present form is there, as near as is known.
    pub since: Monotonic,
    pub phase: Phase,
    pub reading: Option<Reading>,
    /// The prompt that was answered last, for terminals: the same one is not answered twice, another one is a new question.
    pub answered: Option<TerminalFacts>,
    /// The prompt that was seen last, and which of its program's it was.
    pub counted: Option<(TerminalFacts, u32)>,
    /// Something changed inside while nobody looked, because a response is being prepared or is under way.
    pub unseen: bool,
    pub attended: bool,
    pub wish: Wish,
    pub asking: Asking,
    pub toolkit: Option<String>,
    pub silence: Silence,
    /// How often the focus was lost while the present form was answered.
    pub tries: u32,
    /// The last decision that was explained, so that the same is not explained again and again.
    pub explained: Option<(Decision, Option<FormKind>)>,
}

/// Whether both are the same form of the same template, also across a reload of the templates.
pub(crate) fn same(one: &FormRef, other: &FormRef) -> bool {
    one.id() == other.id() && one.index() == other.index()
}
