use crate::candidates::{self, Found, Seen};
use crate::ledger::{Ending, Entry, Leave, Ledger};
use crate::window::{Chosen, Phase, Reading, Recognised, Watched, Wish, same};
use crate::{Effect, Event, LogonSummary, Notice, Now, Rules, Ticket, VaultState};
use countersign_model::port::{Attention, DesktopError};
use countersign_model::{
    AsksFor, Attempt, Binding, Carried, Decision, FormKind, Monotonic, Outcome, Refusal, Timing, WindowEvent,
    WindowFacts, WindowId,
};
use countersign_rules::{FormRef, TemplateSet, query};
use std::collections::HashMap;
use std::sync::Arc;

/// How often a fill waits for the focus again after losing it.
const FOCUS_TRIES: u32 = 3;

/// The sign-on state machine. One for a desktop session.
#[derive(Debug)]
pub struct Machine {
    templates: Arc<TemplateSet>,
    rules: Rules,
    vault: VaultState,
    paused_until: Option<Monotonic>,
    active: Option<WindowId>,
    windows: HashMap<WindowId, Watched>,
    /// Windows that went away during a response whose end is still to be heard of.
    leaving: Vec<Watched>,
    ledger: Ledger,
    last_ticket: u64,
}

/// The effects of one event, and the time it happened.
pub(crate) struct Turn {
    pub now: Now,
    pub effects: Vec<Effect>,
}

impl Machine {
    /// A machine that knows no window yet.
    #[must_use]
    pub fn new(templates: Arc<TemplateSet>, rules: Rules) -> Self {
        Self {
            templates,
            rules,
            vault: VaultState::Locked,
            paused_until: None,
            active: None,
            windows: HashMap::new(),
            leaving: Vec::new(),
            ledger: Ledger::default(),
            last_ticket: 0,
        }
    }

    /// Takes one event in and says what to do.
    pub fn handle(&mut self, event: Event, now: Now) -> Vec<Effect> {
        let mut turn = Turn {
            now,
            effects: Vec::new(),
        };
        match event {
            Event::Window(event) => self.window_event(event, &mut turn),
            Event::ControlsRead(ticket, read) => self.read_done(ticket, read.map(Seen::Controls), &mut turn),
            Event::TerminalRead(ticket, read) => self.read_done(ticket, read.map(Seen::Terminal), &mut turn),
            Event::Logons(ticket, logons) => self.logons_found(ticket, &logons, &mut turn),
            Event::Responded(ticket, carried) => self.responded(ticket, &carried, &mut turn),
            Event::Templates(templates) => {
                self.templates = templates;
                for window in self.ids() {
                    self.reconsider(window, &mut turn);
                }
            }
            Event::Rules(rules) => {
                self.rules = rules;
                self.look_again_at_held(&mut turn);
            }
            Event::Vault(state) => self.vault_changed(state, &mut turn),
            Event::Pause(until) => {
                self.paused_until = until;
                match until {
                    Some(until) => turn.effects.push(Effect::WakeAt(until)),
                    None => self.look_again_at_held(&mut turn),
                }
            }
            Event::Fill(window, logon) => self.fill_asked(window, logon, &mut turn),
            Event::Woken => {
                if self.paused_until.is_some_and(|until| until <= now.steady) {
                    self.paused_until = None;
                    self.look_again_at_held(&mut turn);
                }
            }
        }
        turn.effects
    }

    /// Whether this window is on the screen, as far as the machine was told.
    #[must_use]
    pub fn knows(&self, window: WindowId) -> bool {
        self.windows.contains_key(&window)
    }

    fn ids(&self) -> Vec<WindowId> {
        let mut ids: Vec<_> = self.windows.keys().copied().collect();
        ids.sort_unstable();
        ids
    }

    fn ticket(&mut self) -> Ticket {
        self.last_ticket += 1;
        Ticket(self.last_ticket)
    }

    fn window_event(&mut self, event: WindowEvent, turn: &mut Turn) {
        match event {
            WindowEvent::Appeared { window, at } => {
                let id = window.id;
                if self.windows.get(&id).is_some_and(|known| known.facts == window) {
                    return;
                }
                let before = self.windows.insert(id, Watched::new(window, at));
                self.left(before, turn);
                self.reconsider(id, turn);
            }
            WindowEvent::Changed(window) => {
                let id = window.id;
                match self.windows.get_mut(&id) {
                    Some(known) if known.facts == window => return,
                    Some(known) => known.facts = window,
                    None => drop(self.windows.insert(id, Watched::new(window, turn.now.steady))),
                }
                self.reconsider(id, turn);
            }
            WindowEvent::ControlsChanged(id) => self.look(id, turn),
            WindowEvent::Activated(id) => {
                self.active = id;
                if let Some(id) = id {
                    self.focus_came(id, turn);
                }
            }
            WindowEvent::Gone(id) => {
                let gone = self.windows.remove(&id);
                self.left(gone, turn);
                if self.active == Some(id) {
                    self.active = None;
                }
            }
            WindowEvent::Lost(_) => {
                for gone in std::mem::take(&mut self.windows).into_values() {
                    self.left(Some(gone), turn);
                }
            }
        }
    }

    /// A window went away. One that was being answered is kept until the answer's end is known: most forms go when they are submitted.
    fn left(&mut self, gone: Option<Watched>, turn: &mut Turn) {
        if let Some(gone) = gone
            && let Phase::Responding(ticket, _) = gone.phase
        {
            turn.effects.push(Effect::Cancel(ticket));
            self.leaving.push(gone);
        }
    }

    /// Works out which forms a window may hold, and looks inside if there are any.
    fn reconsider(&mut self, id: WindowId, turn: &mut Turn) {
        let Some(window) = self.windows.get_mut(&id) else {
            return;
        };
        if let Err(problem) = &window.facts.process {
            let problem = problem.to_string();
            window.explain(None, Vec::new(), Decision::Unreadable(problem), turn);
            return;
        }
        window.forms = self.templates.candidates(&window.facts);
        if window.forms.is_empty() {
            if std::mem::take(&mut window.attended) {
                turn.effects.push(Effect::Ignore(id));
            }
            window.phase = Phase::Watching;
            return;
        }
        // A terminal's prompt comes when it comes. Controls are looked at first: attending makes the application report every key,
        // which a form that is answered at once can do without.
        if candidates::in_terminal(&window.forms) {
            window.attend(Attention::Terminal, turn);
        }
        self.look(id, turn);
    }

    /// Reads a window's controls or prompt, once at a time.
    fn look(&mut self, id: WindowId, turn: &mut Turn) {
        let ticket = self.ticket();
        let Some(window) = self.windows.get_mut(&id) else {
            return;
        };
        if window.forms.is_empty() {
            return;
        }
        // Reading now would only hold the application up, and cause much of what it reports. The response's end looks again.
        if matches!(window.phase, Phase::Responding(..) | Phase::Choosing(..)) {
            window.unseen = true;
            return;
        }
        if candidates::all_need_nothing(&window.forms) {
            return self.judge(id, Seen::Nothing, turn);
        }
        if let Some(reading) = &mut window.reading {
            reading.stale = true;
            return;
        }
        window.reading = Some(Reading { ticket, stale: false });
        let facts = window.facts.clone();
        turn.effects.push(match candidates::in_terminal(&window.forms) {
            true => Effect::ReadTerminal(ticket, facts),
            false => Effect::ReadControls(ticket, facts, query(&window.forms).unwrap_or_default()),
        });
    }

    fn read_done(&mut self, ticket: Ticket, read: Result<Seen, DesktopError>, turn: &mut Turn) {
        let Some(id) = self.reader(ticket) else { return };
        let Some(window) = self.windows.get_mut(&id) else {
            return;
        };
        let stale = window.reading.take().is_some_and(|reading| reading.stale);
        match read {
            Ok(seen) => self.judge(id, seen, turn),
            // Between prompts a terminal's program comes and goes: that is a form going away, not a fault.
            Err(DesktopError::NoTerminal(_) | DesktopError::WindowGone) => self.form_gone(id),
            // Without its controls a program may still be one that is typed into.
            Err(DesktopError::NoAccessibility(_) | DesktopError::NotAccessible)
                if candidates::some_need_nothing(&window.forms) =>
            {
                self.judge(id, Seen::Nothing, turn);
            }
            Err(error) => {
                let form = window.forms.first().cloned();
                window.explain_form(form.as_ref(), Vec::new(), Decision::Unreadable(error.to_string()), turn);
            }
        }
        self.attend_unless_answering(id, turn);
        if stale {
            self.look(id, turn);
        }
    }

    /// Attends to the controls of a window that is not being answered. What changes before is not missed: attending begins with a
    /// look.
    fn attend_unless_answering(&mut self, id: WindowId, turn: &mut Turn) {
        if let Some(window) = self.windows.get_mut(&id)
            && !matches!(window.phase, Phase::Choosing(..) | Phase::Responding(..))
            && !candidates::all_need_nothing(&window.forms)
            && !candidates::in_terminal(&window.forms)
        {
            window.attend(Attention::Controls, turn);
        }
    }

    fn reader(&self, ticket: Ticket) -> Option<WindowId> {
        let reads = |window: &Watched| window.reading.as_ref().is_some_and(|reading| reading.ticket == ticket);
        self.windows.iter().find(|(_, window)| reads(window)).map(|(id, _)| *id)
    }

    fn form_gone(&mut self, id: WindowId) {
        if let Some(window) = self.windows.get_mut(&id)
            && !matches!(window.phase, Phase::Responding(..))
        {
            window.phase = Phase::Watching;
        }
    }

    /// Decides what the controls or the prompt of a window mean.
    fn judge(&mut self, id: WindowId, seen: Seen, turn: &mut Turn) {
        let Some(window) = self.windows.get_mut(&id) else {
            return;
        };
        if let Seen::Controls(tree) = &seen {
            window.toolkit.clone_from(&tree.toolkit);
        }
        let judged = candidates::judge_all(&window.forms, &window.facts, &seen);
        for found in judged.results {
            self.result_seen(id, &found, turn);
        }
        let Some(window) = self.windows.get_mut(&id) else {
            return;
        };
        match judged.logon {
            Some(found) => {
                let same_question = match (&seen, &window.answered) {
                    (Seen::Terminal(now), Some(answered)) => now.is_same_prompt(answered),
                    _ => true,
                };
                let settled = same_question && window.phase.settled().is_some_and(|form| same(form, &found.form));
                let busy = matches!(window.phase, Phase::Responding(..) | Phase::Choosing(..));
                let asked = matches!(window.wish, Wish::Asked(_));
                if busy || (settled && !asked) {
                    return;
                }
                self.form_found(id, found, seen, turn);
            }
            None => {
                if matches!(window.phase, Phase::Responding(..)) {
                    return;
                }
                let answered = matches!(window.phase, Phase::Answered(_) | Phase::Stopped(_));
                let asked = std::mem::replace(&mut window.wish, Wish::Automatic) != Wish::Automatic;
                window.phase = Phase::Watching;
                window.tries = 0;
                window.since = turn.now.steady;
                if (asked || !answered)
                    && let Some((form, criteria)) = judged.nearest
                {
                    window.explain_form(Some(&form), criteria, Decision::NoMatch, turn);
                }
            }
        }
    }

    /// A form that says how a logon ended.
    fn result_seen(&mut self, id: WindowId, found: &Found, turn: &mut Turn) {
        let Some(window) = self.windows.get_mut(&id) else {
            return;
        };
        let Ok(process) = &window.facts.process else { return };
        let ending = match found.form.kind() {
            FormKind::LogonFailed => Ending::Failed,
            FormKind::LogonSucceeded => Ending::Succeeded,
            FormKind::Logon => return,
        };
        let Some(entry) = self.ledger.end(found.form.id(), process.lineage, ending) else {
            return;
        };
        let decision = match ending {
            Ending::Failed => Decision::LogonFailed(format!(
                "the application refused the logon \"{}\"; correct it with `countersign logon edit`",
                entry.label
            )),
            _ => Decision::LogonSucceeded(format!("the application accepted the logon \"{}\"", entry.label)),
        };
        if let Decision::LogonFailed(text) = &decision {
            turn.notify(&found.form, text);
            if let Phase::Answered(form) = &window.phase {
                window.phase = Phase::Stopped(form.clone());
            }
        }
        window.explain_form(Some(&found.form), found.criteria.clone(), decision, turn);
    }

    fn form_found(&mut self, id: WindowId, found: Found, seen: Seen, turn: &mut Turn) {
        let ticket = self.ticket();
        let paused = self.paused_until.is_some_and(|until| until > turn.now.steady);
        let Some(window) = self.windows.get_mut(&id) else {
            return;
        };
        if !matches!(&window.phase, Phase::Held(form) if same(form, &found.form)) && !window.fresh() {
            window.since = turn.now.steady;
        }
        let hold = match window.wish {
            _ if self.vault == VaultState::Locked => Some(Decision::Locked),
            Wish::Asked(_) => None,
            Wish::Automatic if paused => Some(Decision::Paused),
            Wish::Automatic if !self.rules.automatic => Some(Decision::Manual),
            Wish::Automatic => None,
        };
        if let Some(decision) = hold {
            window.explain_form(Some(&found.form), found.criteria, decision, turn);
            window.phase = Phase::Held(found.form);
            return;
        }
        turn.effects.push(Effect::FindLogons(ticket, found.form.id().clone()));
        let wish = std::mem::replace(&mut window.wish, Wish::Automatic);
        window.phase = Phase::Choosing(ticket, Box::new(Recognised { found, seen, wish }));
    }

    fn logons_found(&mut self, ticket: Ticket, logons: &[LogonSummary], turn: &mut Turn) {
        let chooses = |window: &Watched| matches!(&window.phase, Phase::Choosing(mine, _) if *mine == ticket);
        let Some((id, _)) = self.windows.iter().find(|(_, window)| chooses(window)) else {
            return;
        };
        let id = *id;
        self.choose(id, logons, turn);
        self.attend_unless_answering(id, turn);
        if let Some(window) = self.windows.get_mut(&id)
            && !matches!(window.phase, Phase::Responding(..))
            && std::mem::take(&mut window.unseen)
        {
            self.look(id, turn);
        }
    }

    fn choose(&mut self, id: WindowId, logons: &[LogonSummary], turn: &mut Turn) {
        let Some(window) = self.windows.get_mut(&id) else {
            return;
        };
        let Phase::Choosing(_, recognised) = std::mem::take(&mut window.phase) else {
            return;
        };
        let Recognised { found, seen, wish } = *recognised;
        window.phase = Phase::Held(found.form.clone());
        let held = |window: &mut Watched, criteria, decision, turn: &mut Turn| {
            window.explain_form(Some(&found.form), criteria, decision, turn);
        };

        let wanted = |logon: &&LogonSummary| !matches!(wish, Wish::Asked(Some(id)) if id != logon.id);
        let fitting = candidates::fitting(&found, &window.facts, &seen, logons.iter().filter(wanted));
        let (logon, criteria, matched) = match fitting {
            candidates::Fitting::None(criteria) => return held(window, criteria, Decision::NoLogon, turn),
            candidates::Fitting::Several(labels) => {
                return held(window, found.criteria.clone(), Decision::Ambiguous(labels), turn);
            }
            candidates::Fitting::One(logon, criteria, matched) => (logon, criteria, matched),
        };
        let Ok(process) = window.facts.process.clone() else {
            return;
        };
        let live = Binding {
            publisher: found.form.publisher().clone(),
            executable: Some(process.script.clone().unwrap_or_else(|| process.executable.clone())),
        };
        if let Some(decision) = binding_changed(&logon.binding, &live) {
            return held(window, criteria, decision, turn);
        }

        let asks_for = found.form.form().map(|form| form.asks_for).unwrap_or_default();
        let entry = Entry {
            logon: logon.id,
            label: logon.label.clone(),
            template: found.form.id().clone(),
            asker: match asks_for {
                AsksFor::Itself => candidates::asker(&seen).unwrap_or(process.lineage),
                AsksFor::Parent => process.parent.unwrap_or(process.lineage),
            },
            process: process.lineage,
            executable: process.executable.clone(),
            at: turn.now.steady,
            wall: turn.now.wall,
            ending: Ending::Open,
        };
        if wish == Wish::Automatic {
            let stop = match self
                .ledger
                .leave(&entry, logon.changed, self.rules.fills, self.rules.grace)
            {
                Leave::Granted => None,
                Leave::AlreadyRefused => Some(Decision::LogonFailed(format!(
                    "it asks again after the logon \"{}\" was filled: refused. Correct it with `countersign logon edit`, or fill once more with `countersign logon fill`",
                    logon.label
                ))),
                Leave::TooOften(fills) => Some(Decision::LoopStopped { fills }),
            };
            if let Some(decision) = stop {
                window.phase = Phase::Stopped(found.form.clone());
                let text = match &decision {
                    Decision::LogonFailed(text) => text.clone(),
                    _ => format!(
                        "the logon \"{}\" was filled too often in a short time; filling stopped. Fill once more with `countersign logon fill`",
                        logon.label
                    ),
                };
                turn.notify(&found.form, &text);
                return held(window, criteria, decision, turn);
            }
        }

        let plan = match candidates::plan(&matched, &window.facts, &seen) {
            Ok(plan) => plan,
            Err(why) => return held(window, criteria, Decision::Unreadable(why), turn),
        };
        let warnings = candidates::warnings(&process);
        let chosen = Box::new(Chosen {
            form: found.form.clone(),
            logon: logon.id,
            label: logon.label.clone(),
            criteria,
            plan: Box::new(plan),
            fallback: candidates::fallback(&matched, &window.facts).map(Box::new),
            live,
            warnings,
            entry,
        });
        self.respond_or_wait(id, chosen, turn);
    }

    fn respond_or_wait(&mut self, id: WindowId, chosen: Box<Chosen>, turn: &mut Turn) {
        let ticket = self.ticket();
        let focused = self.active == Some(id);
        let Some(window) = self.windows.get_mut(&id) else {
            return;
        };
        if candidates::types(&chosen.plan) && !focused {
            let decision = Decision::AwaitsFocus;
            window.explain_form(Some(&chosen.form), chosen.criteria.clone(), decision, turn);
            window.phase = Phase::AwaitingFocus(chosen);
            return;
        }
        window.answered.clone_from(&chosen.plan.terminal);
        // Only what is begun counts: a form that waits for the focus may be looked at again meanwhile.
        self.ledger.enter(Entry {
            at: turn.now.steady,
            wall: turn.now.wall,
            ..chosen.entry.clone()
        });
        turn.effects.push(Effect::Respond {
            ticket,
            logon: chosen.logon,
            template: chosen.form.id().clone(),
            live: chosen.live.clone(),
            plan: chosen.plan.clone(),
        });
        window.phase = Phase::Responding(ticket, chosen);
    }

    fn focus_came(&mut self, id: WindowId, turn: &mut Turn) {
        let Some(window) = self.windows.get_mut(&id) else {
            return;
        };
        if matches!(window.phase, Phase::AwaitingFocus(_))
            && let Phase::AwaitingFocus(chosen) = std::mem::take(&mut window.phase)
        {
            self.respond_or_wait(id, chosen, turn);
        }
    }

    fn responded(&mut self, ticket: Ticket, carried: &Carried, turn: &mut Turn) {
        let mine = |window: &Watched| matches!(&window.phase, Phase::Responding(own, _) if *own == ticket);
        if let Some(at) = self.leaving.iter().position(mine) {
            let gone = self.leaving.remove(at);
            return self.responded_to_gone(gone, carried, turn);
        }
        let Some(window) = self.windows.values_mut().find(|window| mine(window)) else {
            return;
        };
        let id = window.facts.id;
        let Phase::Responding(_, mut chosen) = std::mem::take(&mut window.phase) else {
            return;
        };
        if matches!(carried.outcome, Outcome::Refused(_)) {
            self.ledger.take_back(chosen.logon, chosen.entry.process);
        }
        if let Outcome::Refused(refusal) = &carried.outcome
            && takes_no_text(refusal)
            && let Some(plan) = chosen.fallback.take()
        {
            chosen.plan = plan;
            chosen
                .warnings
                .push(format!("{refusal}; typed instead, as the template wants"));
            return self.respond_or_wait(id, chosen, turn);
        }
        let attempt = attempt(&chosen, window.since, carried);
        window.explain_attempt(&chosen, Decision::Responded(carried.outcome.clone()), attempt, turn);
        if let Outcome::Refused(refusal) = &carried.outcome
            && waits_for_focus(refusal)
            && window.tries < FOCUS_TRIES
        {
            window.tries += 1;
            window.phase = Phase::AwaitingFocus(chosen);
            if self.active == Some(id) {
                self.focus_came(id, turn);
            }
            return;
        }
        window.tries = 0;
        match &carried.outcome {
            Outcome::Done => window.phase = Phase::Answered(chosen.form),
            // By a lock: once it is undone, the form is looked at again.
            Outcome::Refused(Refusal::Cancelled) => window.phase = Phase::Held(chosen.form),
            Outcome::Refused(refusal) => {
                turn.notify(&chosen.form, &refusal.to_string());
                window.phase = Phase::Stopped(chosen.form);
            }
            Outcome::Interrupted(refusal) => {
                turn.notify(&chosen.form, &refusal.to_string());
                window.phase = Phase::Stopped(chosen.form);
            }
        }
        self.attend_unless_answering(id, turn);
        // What changed during the response was not judged then.
        self.look(id, turn);
    }

    fn responded_to_gone(&mut self, mut window: Watched, carried: &Carried, turn: &mut Turn) {
        let Phase::Responding(_, chosen) = std::mem::take(&mut window.phase) else {
            return;
        };
        // It was stopped because the window went.
        let outcome = match &carried.outcome {
            Outcome::Refused(Refusal::Cancelled) => Outcome::Refused(Refusal::WindowGone),
            Outcome::Interrupted(Refusal::Cancelled) => Outcome::Interrupted(Refusal::WindowGone),
            other => other.clone(),
        };
        let attempt = attempt(&chosen, window.since, carried);
        window.explain_attempt(&chosen, Decision::Responded(outcome.clone()), attempt, turn);
        match &outcome {
            Outcome::Done => {}
            Outcome::Refused(_) => {
                self.ledger.take_back(chosen.logon, chosen.entry.process);
            }
            Outcome::Interrupted(refusal) => turn.notify(&chosen.form, &refusal.to_string()),
        }
    }

    fn vault_changed(&mut self, state: VaultState, turn: &mut Turn) {
        self.vault = state;
        match state {
            VaultState::Unlocked => self.look_again_at_held(turn),
            VaultState::Locked => {
                for window in self.windows.values_mut() {
                    match std::mem::take(&mut window.phase) {
                        Phase::Responding(ticket, chosen) => {
                            turn.effects.push(Effect::Cancel(ticket));
                            window.phase = Phase::Responding(ticket, chosen);
                        }
                        Phase::AwaitingFocus(chosen) => window.phase = Phase::Held(chosen.form),
                        Phase::Choosing(_, recognised) => window.phase = Phase::Held(recognised.found.form),
                        other => window.phase = other,
                    }
                }
            }
        }
    }

    fn look_again_at_held(&mut self, turn: &mut Turn) {
        for id in self.ids() {
            if matches!(self.windows.get(&id), Some(window) if matches!(window.phase, Phase::Held(_))) {
                self.look(id, turn);
            }
        }
    }

    fn fill_asked(&mut self, window: Option<WindowId>, logon: Option<countersign_model::LogonId>, turn: &mut Turn) {
        let Some(id) = window.or(self.active) else { return };
        let Some(window) = self.windows.get_mut(&id) else {
            return;
        };
        window.explained = None;
        if window.forms.is_empty() {
            window.explain(None, Vec::new(), Decision::NoMatch, turn);
            return;
        }
        window.wish = Wish::Asked(logon);
        window.tries = 0;
        if !matches!(window.phase, Phase::Responding(..)) {
            window.phase = Phase::Watching;
        }
        self.look(id, turn);
    }
}

fn binding_changed(saved: &Binding, live: &Binding) -> Option<Decision> {
    let same_program = saved.executable.is_none() || saved.executable == live.executable;
    if same_program && saved.publisher == live.publisher {
        return None;
    }
    let text = |binding: &Binding| match &binding.executable {
        Some(path) => format!("{} (template: {})", path.display(), binding.publisher),
        None => format!("any program (template: {})", binding.publisher),
    };
    Some(Decision::BindingChanged {
        saved: text(saved),
        live: text(live),
    })
}

fn attempt(chosen: &Chosen, since: Monotonic, carried: &Carried) -> Attempt {
    let micros = |at: Monotonic| u64::try_from(at.since(since).as_micros()).unwrap_or(u64::MAX);
    Attempt {
        method: chosen.plan.method,
        timing: Timing {
            filled_us: carried.filled.map(micros),
            submitted_us: carried.submitted.map(micros),
        },
    }
}

/// Whether a control would not be written, and was not.
fn takes_no_text(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::NotEditable(_) | Refusal::NotKept(_))
}

fn waits_for_focus(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::FocusMoved | Refusal::FieldNotFocused | Refusal::ModifierHeld
    )
}

impl Watched {
    fn new(facts: WindowFacts, at: Monotonic) -> Self {
        Self {
            facts,
            forms: Vec::new(),
            since: at,
            phase: Phase::Watching,
            reading: None,
            answered: None,
            unseen: false,
            attended: false,
            wish: Wish::Automatic,
            toolkit: None,
            tries: 0,
            explained: None,
        }
    }

    fn attend(&mut self, attention: Attention, turn: &mut Turn) {
        if !std::mem::replace(&mut self.attended, true) {
            turn.effects.push(Effect::Attend(self.facts.clone(), attention));
        }
    }

    /// Whether nothing was decided about this window yet: the form came with it.
    fn fresh(&self) -> bool {
        self.explained.is_none()
    }
}

impl Turn {
    fn notify(&mut self, form: &FormRef, text: &str) {
        let application = form.template().name.clone();
        self.effects.push(Effect::Notify(Notice {
            application,
            text: text.to_owned(),
        }));
    }
}
