use super::*;
use countersign_model::{
    Awaited, ClickPoint, ControlToken, Edge, Extents, FieldKind, FileOwner, Lineage, Method, ProcessIdentity, Selector,
    Stance, WindowFacts, WindowId, Writable,
};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// A desktop that notes what it is asked to do, and fails where it is told to.
#[derive(Default)]
struct Double {
    did: Mutex<Vec<String>>,
    clock: Mutex<u64>,
    /// Fails the call with this note.
    fails: Option<(&'static str, Trouble)>,
    /// The window changes hands before the call with this number.
    stolen_at: Option<usize>,
    checked: Mutex<usize>,
    /// How many calls of `gets_focus` find the focus elsewhere.
    focused_after: usize,
    asked: Mutex<usize>,
    lengths: Mutex<usize>,
    /// Cancels on the call with this note.
    cancels_on: Option<(&'static str, Arc<Cancel>)>,
    sends: Option<Refusal>,
    /// What is waited for never comes.
    never: bool,
    /// Each control takes text only once the one before it has.
    one_by_one: bool,
}

impl Double {
    fn note(&self, what: String) -> Result<(), Trouble> {
        if let Some((on, cancel)) = &self.cancels_on
            && *on == what
        {
            cancel.cancel();
        }
        let failed = self
            .fails
            .as_ref()
            .filter(|(on, _)| *on == what)
            .map(|(_, trouble)| trouble.clone());
        self.did.lock().unwrap().push(what);
        failed.map_or(Ok(()), Err)
    }

    fn did(&self) -> Vec<String> {
        self.did.lock().unwrap().clone()
    }
}

impl Controls for Double {
    fn set(&self, _: &WindowFacts, values: &[(&ControlToken, &Password)]) -> Result<usize, (usize, Trouble)> {
        for (place, (control, _)) in values.iter().enumerate() {
            if place > 0 && self.one_by_one {
                return Ok(place);
            }
            self.note(format!("set {}", control.0))
                .map_err(|trouble| (place, trouble))?;
        }
        Ok(values.len())
    }

    fn clear(&self, _: &WindowFacts, control: &ControlToken) -> Result<(), Trouble> {
        self.note(format!("clear {}", control.0))
    }

    fn press(&self, _: &WindowFacts, control: &ControlToken) -> Result<(), Trouble> {
        self.note(format!("press {}", control.0))
    }

    fn focus(&self, _: &WindowFacts, control: &ControlToken) -> Result<(), Trouble> {
        self.note(format!("focus {}", control.0))
    }

    fn switch(&self, _: &WindowFacts, control: &ControlToken, to: Switch) -> Result<(), Trouble> {
        self.note(format!("switch {} {to:?}", control.0))
    }

    fn select(&self, _: &WindowFacts, control: &ControlToken, item: &str) -> Result<(), Trouble> {
        self.note(format!("select {} {item}", control.0))
    }

    fn gets_focus(&self, _: &WindowFacts, control: &ControlToken, patience: Duration) -> Result<bool, Trouble> {
        if !patience.is_zero() {
            self.note(format!("await {} {}", control.0, patience.as_millis()))?;
        }
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        *asked += 1;
        Ok(*asked > self.focused_after)
    }

    fn length(&self, _: &WindowFacts, control: &ControlToken) -> Result<Option<usize>, Trouble> {
        let mut asked = self.lengths.lock().unwrap();
        *asked += 1;
        Ok((control.0 == "slow").then(|| if *asked > 4 { 4 } else { 0 }))
    }

    fn place(&self, _: &WindowFacts, _: &ControlToken) -> Result<Extents, Trouble> {
        Ok(Extents {
            x: 10,
            y: 20,
            width: 30,
            height: 40,
        })
    }

    fn holds(&self, _: &WindowFacts, _: &Awaited) -> Result<bool, Trouble> {
        self.note("look".to_owned())?;
        Ok(!self.never && self.did().iter().filter(|did| *did == "look").count() >= 3)
    }
}

impl KeySender for Double {
    fn send(&self, target: &KeyTarget<'_>, burst: &[KeyStep<'_>]) -> Result<(), Refusal> {
        let within = target.control.map_or("anywhere", |control| control.0.as_str());
        for step in burst {
            let step = match step {
                KeyStep::Text(text) => format!("type {} within {within}", text.chars().count()),
                KeyStep::Press(press) => format!("key {}", press.key),
            };
            self.note(step).unwrap();
        }
        self.sends.clone().map_or(Ok(()), Err)
    }
}

impl Pointer for Double {
    fn click(&self, _: &WindowFacts, at: Extents) -> Result<(), Refusal> {
        self.note(format!("click {} {}", at.x, at.y)).unwrap();
        Ok(())
    }

    fn place(&self, _: &WindowFacts) -> Result<Extents, Refusal> {
        Ok(Extents {
            x: 100,
            y: 200,
            width: 300,
            height: 400,
        })
    }
}

impl Guard for Double {
    fn still(&self, _: &WindowFacts) -> Result<(), Refusal> {
        let mut checked = self.checked.lock().unwrap();
        *checked += 1;
        if self.stolen_at.is_some_and(|at| *checked > at) {
            return Err(Refusal::IdentityChanged);
        }
        Ok(())
    }

    fn in_front(&self, _: &WindowFacts) -> Result<(), Refusal> {
        Ok(())
    }
}

impl Pace for Double {
    fn now(&self) -> Monotonic {
        Monotonic(*self.clock.lock().unwrap())
    }

    fn wait(&self, by: Duration, _: &Cancel) {
        *self.clock.lock().unwrap() += u64::try_from(by.as_micros()).unwrap();
        self.note(format!("wait {}", by.as_millis())).unwrap();
    }
}

fn token(name: &str) -> ControlToken {
    ControlToken(name.to_owned())
}

fn set(field: &str) -> Action {
    Action::Set {
        field: field.into(),
        control: token(field),
    }
}

fn kind(field: &str, within: Option<&str>) -> Action {
    Action::Type {
        field: field.into(),
        within: within.map(token),
    }
}

fn key(name: &str) -> Action {
    Action::Key(KeyPress {
        modifiers: Vec::new(),
        key: name.to_owned(),
    })
}

fn plan(actions: Vec<Action>) -> Plan {
    let last = actions.len() - 1;
    let steps = actions.into_iter().enumerate();
    Plan {
        window: WindowFacts {
            id: WindowId(1),
            process: Ok(ProcessIdentity {
                lineage: Lineage { pid: 7, started: 1 },
                parent: None,
                started_by: None,
                executable: PathBuf::from("/usr/bin/acme"),
                script: None,
                writable: Writable::RootOnly,
                owner: FileOwner::Root,
                package: None,
                foreign: None,
            }),
            title: "Acme".to_owned(),
            class: "Acme".to_owned(),
            instance: "acme".to_owned(),
            stance: Stance::default(),
        },
        terminal: None,
        method: Method::Steps,
        steps: steps
            .map(|(place, action)| PlannedStep {
                action,
                submits: place == last,
            })
            .collect(),
    }
}

fn values() -> FieldValues {
    let value = |text: &str| Password::from_utf8(text.as_bytes()).unwrap();
    FieldValues(vec![
        ("username".into(), FieldKind::Plain, value("anna")),
        (
            "password".into(),
            FieldKind::Secret,
            value("a password of thirty characters"),
        ),
    ])
}

fn respond_to(double: &Double, plan: &Plan, cancel: &Cancel) -> Carried {
    let interpreter = Interpreter {
        controls: double,
        keys: double,
        pointer: double,
        guard: double,
        pace: double,
    };
    interpreter.respond(plan, &values(), cancel)
}

fn respond(double: &Double, actions: Vec<Action>) -> Outcome {
    respond_to(double, &plan(actions), &Cancel::default()).outcome
}

#[test]
fn steps_are_done_in_order_and_timed() {
    let double = Double::default();
    let actions = vec![
        set("username"),
        Action::Pause(Duration::from_millis(40)),
        set("password"),
        Action::Pause(Duration::from_millis(10)),
        Action::Press(token("ok")),
    ];
    let carried = respond_to(&double, &plan(actions), &Cancel::default());
    assert_eq!(carried.outcome, Outcome::Done);
    assert_eq!(
        double.did(),
        ["set username", "wait 40", "set password", "wait 10", "press ok"]
    );
    assert_eq!(carried.filled, Some(Monotonic(40_000)));
    assert_eq!(carried.submitted, Some(Monotonic(50_000)));
}

#[test]
fn every_kind_of_step_reaches_its_part() {
    let double = Double::default();
    let actions = vec![
        Action::Focus(token("a")),
        Action::Text("hello".to_owned()),
        Action::Check(token("b")),
        Action::Uncheck(token("c")),
        Action::Select {
            control: token("d"),
            item: "Production".to_owned(),
        },
        Action::Clear(token("e")),
        Action::Click(token("f")),
        Action::Await(Box::new(Awaited::control(Selector::default()))),
        Action::ClickAt(Some(token("g")), point(1, 2, Edge::Near)),
        Action::ClickAt(None, point(0, 0, Edge::Far)),
        key("Return"),
    ];
    assert_eq!(respond(&double, actions), Outcome::Done);
    let expected = [
        "focus a",
        "type 5 within anywhere",
        "wait 100",
        "switch b On",
        "switch c Off",
        "select d Production",
        "clear e",
        "click 10 20",
        "wait 100",
        "look",
        "wait 50",
        "look",
        "wait 50",
        "look",
        "click 11 22",
        "wait 100",
        "click 399 599",
        "wait 100",
        "key Return",
        "wait 100",
    ];
    assert_eq!(double.did(), expected);
}

#[test]
fn nothing_begins_without_every_value() {
    let double = Double::default();
    let outcome = respond(&double, vec![set("username"), set("third")]);
    assert_eq!(outcome, Outcome::Refused(Refusal::NoValue("third".to_owned())));
    assert!(double.did().is_empty());
}

#[test]
fn a_window_that_changes_hands_gets_nothing_more() {
    let double = Double {
        stolen_at: Some(1),
        one_by_one: true,
        ..Double::default()
    };
    let outcome = respond(&double, vec![set("username"), set("password")]);
    assert_eq!(outcome, Outcome::Interrupted(Refusal::IdentityChanged));
    assert_eq!(double.did(), ["set username"]);
    let double = Double {
        stolen_at: Some(0),
        ..Double::default()
    };
    let outcome = respond(&double, vec![set("username"), set("password")]);
    assert_eq!(outcome, Outcome::Refused(Refusal::IdentityChanged));
}

#[test]
fn what_was_perhaps_written_makes_an_interruption_and_the_rest_a_refusal() {
    let outcome = |trouble| {
        let double = Double {
            fails: Some(("set password", trouble)),
            ..Double::default()
        };
        respond(&double, vec![set("password"), Action::Press(token("ok"))])
    };
    let named = "password".to_owned();
    assert_eq!(
        outcome(Problem::NotEditable.before()),
        Outcome::Refused(Refusal::NotEditable(named.clone()))
    );
    assert_eq!(
        outcome(Problem::NotKept.after()),
        Outcome::Interrupted(Refusal::NotKept(named.clone()))
    );
    assert_eq!(
        outcome(Problem::Gone.before()),
        Outcome::Refused(Refusal::ControlGone(named))
    );
    assert_eq!(
        outcome(Problem::NotResponding.after()),
        Outcome::Interrupted(Refusal::NotResponding)
    );
    assert_eq!(
        outcome(Problem::WindowGone.before()),
        Outcome::Refused(Refusal::WindowGone)
    );
}

#[test]
fn a_field_is_typed_only_once_it_has_the_focus() {
    let double = Double {
        focused_after: 1,
        ..Double::default()
    };
    assert_eq!(respond(&double, vec![kind("username", Some("u"))]), Outcome::Done);
    assert_eq!(
        double.did(),
        ["await u 100", "await u 1900", "type 4 within u", "wait 100"]
    );
    let double = Double {
        focused_after: usize::MAX,
        ..Double::default()
    };
    let outcome = respond(&double, vec![kind("username", Some("u"))]);
    assert_eq!(outcome, Outcome::Refused(Refusal::FieldNotFocused));
    assert!(!double.did().iter().any(|did| did.starts_with("type")));
}

#[test]
fn a_tab_is_a_burst_of_its_own_and_waits_only_where_nothing_tells_the_focus() {
    let unseen = Double::default();
    let actions = vec![
        kind("username", None),
        key("Tab"),
        kind("password", None),
        key("Return"),
    ];
    assert_eq!(respond(&unseen, actions), Outcome::Done);
    let expected = [
        "type 4 within anywhere",
        "key Tab",
        "wait 100",
        "type 31 within anywhere",
        "key Return",
        "wait 100",
    ];
    assert_eq!(unseen.did(), expected);
    let seen = Double::default();
    let actions = vec![kind("username", Some("u")), key("Tab"), kind("password", Some("p"))];
    assert_eq!(respond(&seen, actions), Outcome::Done);
    let expected = [
        "await u 100",
        "type 4 within u",
        "key Tab",
        "await p 100",
        "type 31 within p",
        "wait 100",
    ];
    assert_eq!(seen.did(), expected);
}

#[test]
fn a_long_burst_that_failed_may_have_been_typed_in_part() {
    let moved = || Double {
        sends: Some(Refusal::FocusMoved),
        ..Double::default()
    };
    assert_eq!(
        respond(&moved(), vec![kind("username", None)]),
        Outcome::Refused(Refusal::FocusMoved)
    );
    assert_eq!(
        respond(&moved(), vec![kind("password", None)]),
        Outcome::Interrupted(Refusal::FocusMoved)
    );
}

#[test]
fn a_cancelled_plan_stops_at_the_next_step() {
    let cancel = Arc::new(Cancel::default());
    let double = Double {
        cancels_on: Some(("set username", Arc::clone(&cancel))),
        one_by_one: true,
        ..Double::default()
    };
    let carried = respond_to(&double, &plan(vec![set("username"), set("password")]), &cancel);
    assert_eq!(carried.outcome, Outcome::Interrupted(Refusal::Cancelled));
    assert_eq!(double.did(), ["set username"]);
}

#[test]
fn a_control_that_never_comes_is_waited_for_in_vain_and_not_for_long() {
    let double = Double {
        fails: Some(("look", Problem::NotResponding.before())),
        ..Double::default()
    };
    let waiting = |awaited| vec![Action::Await(Box::new(awaited))];
    let outcome = respond(&double, waiting(Awaited::control(Selector::default())));
    assert_eq!(outcome, Outcome::Refused(Refusal::NotResponding));
    // Only as long as the template says, and then the step that waited is named.
    let double = Double {
        never: true,
        ..Double::default()
    };
    let awaited = Awaited {
        patience: Duration::from_millis(120),
        ..Awaited::control(Selector::default())
    };
    let outcome = respond(&double, waiting(awaited));
    assert!(
        matches!(outcome, Outcome::Refused(Refusal::NotInTime(_))),
        "{outcome:?}"
    );
    assert_eq!(double.did().iter().filter(|did| *did == "look").count(), 4);
}

#[test]
fn a_step_to_a_control_that_vanished_is_a_failure_that_names_it() {
    for (action, on) in [
        (Action::Press(token("ok")), "press ok"),
        (Action::Focus(token("ok")), "focus ok"),
        (Action::Check(token("ok")), "switch ok On"),
        (Action::Clear(token("ok")), "clear ok"),
    ] {
        let double = Double {
            fails: Some((on, Problem::Gone.before())),
            ..Double::default()
        };
        let outcome = respond(&double, vec![set("username"), action, key("Return")]);
        let Outcome::Interrupted(refusal) = outcome else {
            panic!("{on}: {outcome:?}");
        };
        assert_eq!(refusal.to_string(), "the control for step 2 is not there any more");
        assert_eq!(double.did().last().map(String::as_str), Some(on), "nothing follows");
    }
}

/// The password field wakes up only after the user field is left.
#[test]
fn a_field_that_wakes_up_later_is_waited_for() {
    let double = Double::default();
    let actions = vec![
        set("username"),
        Action::Focus(token("username")),
        key("Tab"),
        Action::Await(Box::new(Awaited::control(Selector::default()))),
        set("password"),
        Action::Press(token("ok")),
    ];
    assert_eq!(respond(&double, actions), Outcome::Done);
    let did = double.did();
    let place = |what: &str| did.iter().rposition(|did| did == what).unwrap();
    assert!(
        place("key Tab") < place("look") && place("look") < place("set password"),
        "{did:?}"
    );
}

fn point(x: u32, y: u32, edge: Edge) -> ClickPoint {
    ClickPoint {
        x,
        y,
        across: edge,
        down: edge,
    }
}

#[test]
fn nothing_is_done_by_another_way_before_the_keys_have_arrived() {
    let double = Double::default();
    let actions = vec![kind("username", Some("slow")), set("password")];
    assert_eq!(respond(&double, actions), Outcome::Done);
    assert_eq!(
        double.did(),
        [
            "await slow 100",
            "type 4 within slow",
            "wait 1",
            "wait 1",
            "wait 1",
            "set password"
        ]
    );
    let unseen = Double::default();
    assert_eq!(
        respond(&unseen, vec![kind("username", None), set("password")]),
        Outcome::Done
    );
    assert_eq!(unseen.did(), ["type 4 within anywhere", "wait 100", "set password"]);
}

#[test]
fn values_that_follow_each_other_are_written_together() {
    let double = Double {
        fails: Some(("set password", Problem::NotEditable.before())),
        ..Double::default()
    };
    let outcome = respond(
        &double,
        vec![set("username"), set("password"), Action::Press(token("ok"))],
    );
    assert_eq!(
        outcome,
        Outcome::Interrupted(Refusal::NotEditable("password".to_owned()))
    );
    assert_eq!(double.did(), ["set username", "set password"]);
    assert_eq!(*double.checked.lock().unwrap(), 1);
}
