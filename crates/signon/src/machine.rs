mod asking;
mod change;
mod choose;
mod look;
mod proof;
mod respond;
mod silent;
mod trial;

pub(crate) use silent::Silence;

use crate::candidates::{self, Seen};
use crate::ledger::Ledger;
use crate::window::{Asking, Phase, Watched, Wish};
use crate::{Effect, Event, Notice, Now, Pause, Rules, Ticket, VaultState};
use countersign_model::port::Attention;
use countersign_model::{Criterion, Decision, LogonId, Monotonic, TemplateId, WindowEvent, WindowFacts, WindowId};
use countersign_rules::{FormRef, TemplateSet};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// The sign-on state machine. One for a desktop session.
#[derive(Debug)]
pub struct Machine {
    templates: Arc<TemplateSet>,
    rules: Rules,
    vault: VaultState,
    pause: Option<Pause>,
    /// Templates whose forms are left alone for now.
    paused_applications: BTreeSet<TemplateId>,
    active: Option<WindowId>,
    windows: HashMap<WindowId, Watched>,
    /// Windows that went away during a response whose end is still to be heard of.
    leaving: Vec<Watched>,
    ledger: Ledger,
    proof: Option<proof::Proof>,
    /// Templates whose user was told that no logon is stored.
    told: HashSet<TemplateId>,
    /// Templates whose forms the user does not want to be filled by themselves.
    excluded: BTreeSet<TemplateId>,
    trials: Vec<trial::Trial>,
    /// Logons a password is being made for.
    making: HashSet<LogonId>,
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
            pause: None,
            paused_applications: BTreeSet::new(),
            active: None,
            windows: HashMap::new(),
            leaving: Vec::new(),
            ledger: Ledger::default(),
            proof: None,
            told: HashSet::new(),
            excluded: BTreeSet::new(),
            trials: Vec::new(),
            making: HashSet::new(),
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
            Event::TerminalRead(ticket, read) => {
                self.read_done(ticket, read.map(|facts| Seen::Terminal(Box::new(facts))), &mut turn)
            }
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
            Event::Proven(window) => self.proof = Some(proof::Proof::new(now.steady, window)),
            Event::Vault(state) => self.vault_changed(state, &mut turn),
            Event::Pause(pause) => {
                self.pause = pause;
                match pause {
                    Some(Pause::Until(until)) => turn.effects.push(Effect::WakeAt(until)),
                    Some(Pause::UntilUnlocked) => {}
                    None => self.look_again_at_held(&mut turn),
                }
            }
            Event::PausedApplications(templates) => {
                self.paused_applications.clone_from(&templates);
                self.leave_alone(&templates, &mut turn);
            }
            Event::PasswordMade(logon, made) => self.password_made(logon, made, &mut turn),
            Event::Dismissed(window) => self.dismissed(window, &mut turn),
            Event::Excluded(templates) => self.excluded(templates, &mut turn),
            Event::Fill(window, logon) => self.fill_asked(window, logon, &mut turn),
            Event::Woken => {
                if matches!(self.pause, Some(Pause::Until(until)) if until <= now.steady) {
                    self.pause = None;
                    self.look_again_at_held(&mut turn);
                }
                self.judge_trials(&mut turn);
                self.look_at_silent(&mut turn);
            }
        }
        self.withdraw_stale(&mut turn);
        turn.effects
    }

    /// Whether this window is on the screen, as far as the machine was told.
    #[must_use]
    pub fn knows(&self, window: WindowId) -> bool {
        self.windows.contains_key(&window)
    }

    /// How filling is paused.
    #[must_use]
    pub fn pause(&self) -> Option<Pause> {
        self.pause
    }

    /// The templates whose forms are left alone for now.
    #[must_use]
    pub fn paused_applications(&self) -> &BTreeSet<TemplateId> {
        &self.paused_applications
    }

    /// A window on the screen, as far as the machine was told.
    #[must_use]
    pub fn window(&self, window: WindowId) -> Option<&WindowFacts> {
        self.windows.get(&window).map(|known| &known.facts)
    }

    /// The windows on the screen, as far as the machine was told.
    pub fn windows(&self) -> impl Iterator<Item = &WindowFacts> {
        self.windows.values().map(|window| &window.facts)
    }

    /// Whether a window could be the same forms as before.
    fn same_forms(&self, id: WindowId, window: &WindowFacts) -> bool {
        let before = self
            .windows
            .get(&id)
            .map(|known| known.forms.as_slice())
            .unwrap_or_default();
        self.templates.candidates(window) == before
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
                let known = self.windows.get(&id);
                let same =
                    known.is_some_and(|known| known.only_stands_otherwise(&window)) && self.same_forms(id, &window);
                match self.windows.get_mut(&id) {
                    Some(known) if known.facts == window => return,
                    // Moved to the icons and back, say: where no template asks for that, a form that was answered stays answered.
                    Some(known) if same => {
                        known.facts = window;
                        return;
                    }
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
    fn left(&mut self, mut gone: Option<Watched>, turn: &mut Turn) {
        if let Some(gone) = &mut gone {
            gone.withdraw(Asking::No, turn);
        }
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

    fn vault_changed(&mut self, state: VaultState, turn: &mut Turn) {
        let before = std::mem::replace(&mut self.vault, state);
        if (before, state, self.pause) == (VaultState::Locked, VaultState::Unlocked, Some(Pause::UntilUnlocked)) {
            self.pause = None;
        }
        match state {
            VaultState::Unlocked => self.look_again_at_held(turn),
            VaultState::Locked => {
                self.proof = None;
                // What is not stored goes with the vault.
                self.trials.clear();
                for window in self.windows.values_mut() {
                    window.withdraw(Asking::No, turn);
                    match std::mem::take(&mut window.phase) {
                        Phase::Responding(ticket, chosen) => {
                            turn.effects.push(Effect::Cancel(ticket));
                            window.phase = Phase::Responding(ticket, chosen);
                        }
                        Phase::AwaitingFocus(chosen) => window.lock(chosen.form, chosen.criteria, turn),
                        Phase::Choosing(_, recognised) => {
                            window.lock(recognised.found.form, recognised.found.criteria, turn);
                        }
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

    fn fill_asked(&mut self, window: Option<WindowId>, logon: Option<LogonId>, turn: &mut Turn) {
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

impl Watched {
    fn new(facts: WindowFacts, at: Monotonic) -> Self {
        Self {
            facts,
            forms: Vec::new(),
            since: at,
            phase: Phase::Watching,
            reading: None,
            answered: None,
            counted: None,
            unseen: false,
            attended: false,
            wish: Wish::Automatic,
            asking: Asking::No,
            toolkit: None,
            silence: Silence::default(),
            tries: 0,
            explained: None,
        }
    }

    /// Whether nothing differs but how it stands on the screen.
    fn only_stands_otherwise(&self, now: &WindowFacts) -> bool {
        let as_before = WindowFacts {
            stance: self.facts.stance.clone(),
            ..now.clone()
        };
        as_before == self.facts
    }

    fn attend(&mut self, attention: Attention, turn: &mut Turn) {
        if !std::mem::replace(&mut self.attended, true) {
            turn.effects.push(Effect::Attend(self.facts.clone(), attention));
        }
    }

    /// The vault was locked before the form was answered: whoever waits for the answer is told.
    fn lock(&mut self, form: FormRef, criteria: Vec<Criterion>, turn: &mut Turn) {
        self.explain_form(Some(&form), criteria, Decision::Locked, turn);
        self.phase = Phase::Held(form);
    }

    /// Whether nothing was decided about this window yet: the form came with it.
    fn fresh(&self) -> bool {
        self.explained.is_none()
    }
}

impl Turn {
    /// Tells the user, if somebody sits there.
    fn notify(&mut self, form: &FormRef, text: &str) {
        if form.template().fill.service {
            return;
        }
        let application = form.template().name.clone();
        self.effects.push(Effect::Notify(Notice {
            application,
            text: text.to_owned(),
        }));
    }
}
