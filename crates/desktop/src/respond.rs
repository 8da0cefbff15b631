//! The one interpreter of plans: controls, keys and mixed steps alike, on every platform.

mod clicking;
mod hands;
#[cfg(test)]
mod tests;
mod typed;
mod waiting;

pub use hands::{Controls, Guard, Pace, Pointer, Problem, Reached, Switch, Trouble};

use countersign_model::port::{Cancel, KeySender};
use countersign_model::{
    Action, Carried, ControlToken, FieldName, FieldValues, KeyPress, KeyStep, KeyTarget, Monotonic, Outcome, Plan,
    PlannedStep, Refusal,
};
use countersign_secret::Password;
use std::time::Duration;
use typed::Typed;

/// How long a control may take to get the focus after a key moved it.
const FOCUS: Duration = Duration::from_secs(2);
/// How often a length is asked for while keys arrive: closely at first, when the answer is expected any moment.
const CLOSE: Duration = Duration::from_millis(1);
const STEP: Duration = Duration::from_millis(5);
/// How long closely.
const AT_FIRST: Duration = Duration::from_millis(40);
/// What a program without accessibility gets to move its focus after a Tab. Nothing tells when it has (Swing needs this long).
const UNSEEN: Duration = Duration::from_millis(100);
/// The longest wait of a plan, whatever it says.
const LONGEST: Duration = Duration::from_secs(5);
/// How long a field may take to show what was typed.
const TAKEN: Duration = Duration::from_secs(2);
/// A burst up to this long is typed whole or not at all.
pub const BURST: usize = 20;

/// Carries plans out, a step at a time, checking before each.
#[derive(Clone, Copy)]
pub struct Interpreter<'a> {
    /// Acts on controls.
    pub controls: &'a dyn Controls,
    /// Types.
    pub keys: &'a dyn KeySender,
    /// Clicks.
    pub pointer: &'a dyn Pointer,
    /// Checks the window.
    pub guard: &'a dyn Guard,
    /// Tells time.
    pub pace: &'a dyn Pace,
}

/// How far a plan has got.
struct Progress<'a> {
    plan: &'a Plan,
    values: &'a FieldValues,
    cancel: &'a Cancel,
    /// Something secret may have left us.
    written: bool,
    filled: Option<Monotonic>,
    submitted: Option<Monotonic>,
    /// The control that has the focus, as far as the plan knows.
    field: Option<ControlToken>,
    /// The control a key was to lead away from, while it is not known where to.
    left: Option<ControlToken>,
    /// Keys are on their way to nobody knows which control.
    on_their_way: bool,
}

impl Interpreter<'_> {
    /// Does every step in order. What fails stops the plan; nothing is ever sent elsewhere.
    #[must_use]
    pub fn respond(&self, plan: &Plan, values: &FieldValues, cancel: &Cancel) -> Carried {
        let mut progress = Progress {
            plan,
            values,
            cancel,
            written: false,
            filled: None,
            submitted: None,
            field: None,
            left: None,
            on_their_way: false,
        };
        let ran = self.run(&mut progress);
        let outcome = match ran {
            Ok(()) => Outcome::Done,
            Err(refusal) if progress.written => Outcome::Interrupted(refusal),
            Err(refusal) => Outcome::Refused(refusal),
        };
        Carried {
            outcome,
            filled: progress.filled,
            submitted: progress.submitted,
        }
    }

    fn run(&self, progress: &mut Progress<'_>) -> Result<(), Refusal> {
        let plan = progress.plan;
        // Better nothing than half a logon.
        for step in &plan.steps {
            if let Action::Set { field, .. } | Action::Type { field, .. } = &step.action {
                progress.value(field)?;
            }
        }
        let mut place = 0;
        while let Some(step) = plan.steps.get(place) {
            if progress.cancel.is_cancelled() {
                return Err(Refusal::Cancelled);
            }
            if progress.on_their_way && !is_keys(&step.action) {
                self.pace.wait(UNSEEN, progress.cancel);
                progress.going_on()?;
                progress.on_their_way = false;
            }
            self.guard.still(&plan.window)?;
            if needs_front(&step.action) {
                self.guard.in_front(&plan.window)?;
            }
            let done = self.step(progress, step, place)?;
            if matches!(step.action, Action::Set { .. } | Action::Type { .. }) {
                progress.filled = Some(self.pace.now());
            }
            let steps = plan.steps.iter().skip(place).take(done);
            if steps.into_iter().any(|step| step.submits) {
                progress.submitted = Some(self.pace.now());
            }
            place += done;
        }
        if progress.on_their_way {
            // Whoever looks at the window next would look too early, and hold the program up with his questions.
            self.pace.wait(UNSEEN, progress.cancel);
        }
        Ok(())
    }

    /// Does the step at `place`, or together with it those behind that write too. Says how many were done.
    fn step(&self, progress: &mut Progress<'_>, step: &PlannedStep, place: usize) -> Result<usize, Refusal> {
        if matches!(step.action, Action::Set { .. }) {
            return self.set(progress, place);
        }
        self.single(progress, step, place).map(|()| 1)
    }

    fn set(&self, progress: &mut Progress<'_>, place: usize) -> Result<usize, Refusal> {
        let plan = progress.plan;
        let mut fields = Vec::new();
        let mut values = Vec::new();
        for step in plan.steps.iter().skip(place) {
            let Action::Set { field, control } = &step.action else {
                break;
            };
            fields.push(field);
            values.push((control, progress.value(field)?));
            if step.submits {
                break;
            }
        }
        let written = self.controls.set(&plan.window, &values);
        progress.written |= match &written {
            Ok(_) => true,
            Err((before, trouble)) => *before > 0 || trouble.reached == Reached::Perhaps,
        };
        written.map(|count| count.max(1)).map_err(|(which, trouble)| {
            let field = fields.get(which).map(ToString::to_string);
            trouble.refusal(field.unwrap_or_default())
        })
    }

    fn single(&self, progress: &mut Progress<'_>, step: &PlannedStep, place: usize) -> Result<(), Refusal> {
        let window = &progress.plan.window;
        let named = || name_of(step, place);
        match &step.action {
            Action::Set { .. } => Ok(()),
            Action::Type { field, within } => self.type_field(progress, field, within.as_ref(), place),
            Action::Text(text) => {
                let field = progress.field.clone();
                self.type_text(progress, field.as_ref(), None, text, place)
            }
            Action::Key(press) => self.key(progress, press, place),
            Action::Click(control) => {
                let at = self.controls.place(window, control);
                self.click(progress, step, at.map_err(|trouble| trouble.refusal(named()))?)
            }
            Action::ClickAt(within, point) => {
                let around = match within {
                    Some(control) => self.controls.place(window, control),
                    None => self
                        .pointer
                        .place(window)
                        .map_err(|refusal| Problem::Failed(refusal.to_string()).before()),
                };
                let around = around.map_err(|trouble| trouble.refusal(named()))?;
                self.click(
                    progress,
                    step,
                    clicking::spot(around, *point).ok_or_else(|| Refusal::ControlGone(named()))?,
                )
            }
            Action::Press(control) => self
                .controls
                .press(window, control)
                .map_err(|trouble| trouble.refusal(named())),
            Action::Focus(control) => {
                let focused = self.controls.focus(window, control);
                focused.map_err(|trouble| trouble.refusal(named()))?;
                progress.field = Some(control.clone());
                Ok(())
            }
            Action::Check(control) => self
                .controls
                .switch(window, control, Switch::On)
                .map_err(|trouble| trouble.refusal(named())),
            Action::Uncheck(control) => self
                .controls
                .switch(window, control, Switch::Off)
                .map_err(|trouble| trouble.refusal(named())),
            Action::Select { control, item } => self
                .controls
                .select(window, control, item)
                .map_err(|trouble| trouble.refusal(item.clone())),
            Action::Clear(control) => self
                .controls
                .clear(window, control)
                .map_err(|trouble| trouble.refusal(named())),
            Action::Pause(by) => {
                self.pace.wait((*by).min(LONGEST), progress.cancel);
                progress.going_on()
            }
            Action::Await(awaited) => self.wait_for(progress, awaited, &named()),
        }
    }

    fn type_field(
        &self,
        progress: &mut Progress<'_>,
        field: &FieldName,
        within: Option<&ControlToken>,
        place: usize,
    ) -> Result<(), Refusal> {
        let value = progress.value(field)?;
        if let Some(control) = within {
            self.focused(progress, control, field)?;
            progress.field = Some(control.clone());
        }
        let sent = self.type_text(progress, within, within, value.expose(), place);
        progress.written |= match &sent {
            Ok(()) | Err(Refusal::NotKept(_)) => true,
            Err(_) => value.chars() > BURST,
        };
        sent.map_err(|refusal| match refusal {
            Refusal::Untypable(_) => Refusal::Untypable(field.to_string()),
            other => other,
        })
    }

    /// Types. `must` is the control that must have the focus. Keys that follow come in order; before anything is done by another
    /// way, this waits until the field has taken what was typed.
    fn type_text(
        &self,
        progress: &mut Progress<'_>,
        field: Option<&ControlToken>,
        must: Option<&ControlToken>,
        text: &str,
        place: usize,
    ) -> Result<(), Refusal> {
        let plan = progress.plan;
        if plan.steps.get(place + 1).is_some_and(|next| is_keys(&next.action)) {
            self.send(progress, must, &[KeyStep::Text(text)])?;
            progress.on_their_way = true;
            return Ok(());
        }
        let name = match plan.steps.get(place) {
            Some(PlannedStep {
                action: Action::Type { field, .. },
                ..
            }) => field.to_string(),
            Some(step) => name_of(step, place),
            None => String::new(),
        };
        let window = &plan.window;
        let length = |control| self.controls.length(window, control);
        let before = field.map(length).transpose();
        let before = before.map_err(|trouble| trouble.refusal(name.to_owned()))?.flatten();
        self.send(progress, must, &[KeyStep::Text(text)])?;
        let (Some(control), Some(before)) = (field, before) else {
            progress.on_their_way = true;
            return Ok(());
        };
        progress.on_their_way = false;
        let sent = self.pace.now();
        let mut typed = Typed::new(before, text.chars().count());
        loop {
            let waited = self.pace.now().since(sent);
            match length(control) {
                Ok(Some(length)) if typed.arrived(length, waited) => return Ok(()),
                Ok(Some(_)) if waited < TAKEN => {}
                Ok(Some(_)) => return Err(Refusal::NotKept(name.to_owned())),
                // The application went on by itself, as some do once a code is complete.
                Ok(None) | Err(_) => return Ok(()),
            }
            self.pace.wait(step(waited), progress.cancel);
        }
    }

    /// Waits until the control has the focus: a key before may have moved it there, and the application may be slow.
    ///
    /// A Tab that has led elsewhere is made good: once the control before has lost the focus, every key so far was taken.
    fn focused(&self, progress: &mut Progress<'_>, control: &ControlToken, field: &FieldName) -> Result<(), Refusal> {
        let window = &progress.plan.window;
        let refused = |trouble: Trouble| trouble.refusal(field.to_string());
        let gets =
            |control: &ControlToken, patience| self.controls.gets_focus(window, control, patience).map_err(refused);
        if gets(control, UNSEEN)? {
            progress.left = None;
            return Ok(());
        }
        progress.going_on()?;
        if let Some(left) = progress.left.take()
            && !gets(&left, Duration::ZERO)?
        {
            self.controls.focus(window, control).map_err(refused)?;
        }
        if gets(control, FOCUS.saturating_sub(UNSEEN))? {
            return Ok(());
        }
        Err(Refusal::FieldNotFocused)
    }

    fn key(&self, progress: &mut Progress<'_>, press: &KeyPress, place: usize) -> Result<(), Refusal> {
        self.send(progress, None, &[KeyStep::Press(press)])?;
        progress.on_their_way = true;
        if moves_focus(press) {
            progress.left = progress.field.take();
        }
        let next = progress.plan.steps.get(place + 1).map(|next| &next.action);
        let unseen = matches!(
            next,
            Some(Action::Type { within: None, .. } | Action::Text(_) | Action::Key(_))
        );
        if moves_focus(press) && unseen && progress.plan.terminal.is_none() {
            self.pace.wait(UNSEEN, progress.cancel);
            progress.going_on()?;
        }
        Ok(())
    }

    fn send(
        &self,
        progress: &Progress<'_>,
        control: Option<&ControlToken>,
        burst: &[KeyStep<'_>],
    ) -> Result<(), Refusal> {
        let target = KeyTarget {
            window: &progress.plan.window,
            control,
            terminal: progress.plan.terminal.as_ref(),
        };
        self.keys.send(&target, burst)
    }
}

impl<'a> Progress<'a> {
    fn value(&self, field: &FieldName) -> Result<&'a Password, Refusal> {
        self.values
            .get(field)
            .ok_or_else(|| Refusal::NoValue(field.to_string()))
    }

    fn going_on(&self) -> Result<(), Refusal> {
        if self.cancel.is_cancelled() {
            return Err(Refusal::Cancelled);
        }
        Ok(())
    }
}

fn is_keys(action: &Action) -> bool {
    matches!(
        action,
        Action::Type { .. } | Action::Text(_) | Action::Key(_) | Action::Pause(_)
    )
}

fn step(waited: Duration) -> Duration {
    if waited < AT_FIRST { CLOSE } else { STEP }
}

fn needs_front(action: &Action) -> bool {
    matches!(
        action,
        Action::Type { .. } | Action::Text(_) | Action::Key(_) | Action::Focus(_)
    )
}

fn moves_focus(press: &KeyPress) -> bool {
    matches!(press.key.as_str(), "Tab" | "ISO_Left_Tab")
}

fn name_of(step: &PlannedStep, place: usize) -> String {
    if step.submits {
        "submitting".to_owned()
    } else {
        format!("step {}", place + 1)
    }
}
