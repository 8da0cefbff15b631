//! Large, restless, numerous, hanging and dying windows: the right form is filled, and the agent goes on.
#![expect(clippy::unwrap_used, reason = "a test's own functions")]

use countersign_tests::agent::{Agent, Package};
use countersign_tests::stress::{PASSWORD, Scene, Shown, TEMPLATE, USER, show, template};
use countersign_tests::{Deadline, Session};

const TITLE: &str = "Acme Logon";
/// Two hundred windows take their time where other tests run, too.
const PATIENCE: u64 = 90;

struct Stage<'a> {
    session: &'a Session,
    agent: Agent<'a>,
}

impl<'a> Stage<'a> {
    fn of(session: &'a Session) -> Self {
        let settings = session.config_home().join("countersign/settings.toml");
        session.write(&settings, "[loop]\nfills = 20\n").unwrap();
        let package = Package::with(session, "stress", &template(session, TITLE).unwrap()).unwrap();
        let agent = Agent::start(session, &package).unwrap().enrolled().unwrap();
        let user = format!("username={USER}");
        agent
            .done(&["logon", "add", TEMPLATE, "--set", &user], &[PASSWORD])
            .unwrap();
        Self { session, agent }
    }

    fn show(&self, title: &str, scene: Scene) -> Shown {
        show(self.session, title, scene).unwrap()
    }

    fn is_filled(&self, form: &Shown) {
        let answer = form.answer(Deadline::seconds(PATIENCE));
        let why = || self.agent.run(&["why", "--limit", "3"], &[]).unwrap().out;
        assert!(
            answer.as_ref().is_ok_and(|answer| answer.is_right()),
            "{answer:?}\n{}",
            why()
        );
    }
}

#[test]
fn a_form_among_three_thousand_controls_is_filled() {
    let session = Session::start().unwrap();
    let stage = Stage::of(&session);
    stage.is_filled(&stage.show(TITLE, Scene::Many));
}

#[test]
fn a_form_in_a_window_that_never_rests_is_filled() {
    let session = Session::start().unwrap();
    let stage = Stage::of(&session);
    stage.is_filled(&stage.show(TITLE, Scene::Redraw));
}

#[test]
fn one_form_of_two_hundred_windows_is_filled() {
    let session = Session::start().unwrap();
    let stage = Stage::of(&session);
    stage.is_filled(&stage.show(TITLE, Scene::Windows));
}

#[test]
fn who_hangs_or_dies_keeps_nobody_waiting() {
    let session = Session::start().unwrap();
    let stage = Stage::of(&session);
    let first = stage.show(TITLE, Scene::Alone);
    stage.is_filled(&first);
    // It shows a form again, and hangs.
    let hanging = stage.show("Acme Logon that hangs", Scene::Alone);
    hanging.hang();
    stage.is_filled(&stage.show(TITLE, Scene::Alone));
    let mut dying = stage.show("Acme Logon that dies", Scene::Dies);
    let died = Deadline::seconds(PATIENCE).find(|| dying.is_over().then_some(()));
    assert!(died.is_some());
    stage.is_filled(&stage.show(TITLE, Scene::Alone));
    assert!(hanging.answer(Deadline::seconds(0)).is_err());
}
