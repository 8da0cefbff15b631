//! `bench stress`: how long the right form waits amid windows that make it hard, and what the agent costs afterwards.

mod load;

use std::collections::HashMap;
use std::time::{Duration, Instant};

use countersign_tests::agent::{Agent, Package};
use countersign_tests::stress::{PASSWORD, Scene, Shown, TEMPLATE, USER, show, template};
use countersign_tests::{Deadline, Session};
use x11rb::protocol::xproto::Window;

use super::fill::{Observer, Sight};
use super::{BenchError, Options, Report, clock, complain};

/// How often each is done when nobody says.
const ROUNDS: u32 = 5;
/// The longest the right form may wait, from its window.
const WAIT: f64 = 250.0;
/// The most the agent may cost afterwards, of one core, in per cent.
const COST: f64 = 5.0;
/// How long after the answer the counting begins, and how long it lasts.
const AFTERWARDS: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(5)];
/// The longest a form is waited for, in seconds.
const PATIENCE: u64 = 20;
const TITLE: &str = "Acme Logon";
const SETTINGS: &str = "[loop]\nfills = 20\ngrace_seconds = 5\n";

/// What is hard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trial {
    Amid(Scene),
    BesideOneThatHangs,
    AfterOneThatDied,
}

/// What `--only` calls it, what the report calls it, and what it is.
const TRIALS: [(&str, &str, Trial); 7] = [
    ("many", "3,000 controls in its window", Trial::Amid(Scene::Many)),
    ("alone", "nothing else", Trial::Amid(Scene::Alone)),
    ("hangs", "another program hangs", Trial::BesideOneThatHangs),
    (
        "dies",
        "another program died while it was filled",
        Trial::AfterOneThatDied,
    ),
    (
        "redraw",
        "a part of its window is made anew 100 times a second",
        Trial::Amid(Scene::Redraw),
    ),
    ("windows", "200 windows within a second", Trial::Amid(Scene::Windows)),
    (
        "alike",
        "the same, all of them to be looked into",
        Trial::Amid(Scene::Alike),
    ),
];

/// What `--only` may name.
pub fn names() -> Vec<&'static str> {
    TRIALS.iter().map(|(name, ..)| *name).collect()
}

#[derive(Debug, Default)]
struct Figures {
    waited: Vec<Duration>,
    /// For how long the form's own program answered nobody.
    busy: Vec<Duration>,
    cost: Vec<f64>,
    wrong: usize,
}

/// Shows every scene so often, and reports.
pub fn run(options: &Options) -> Result<Report, BenchError> {
    let known = names();
    let only = options.only_of(&known)?;
    let session = Session::start()?;
    session.write(&session.config_home().join("countersign/settings.toml"), SETTINGS)?;
    let package = Package::with(&session, "stress", &template(&session, TITLE)?)?;
    let agent = Agent::start(&session, &package)?.enrolled()?;
    let user = format!("username={USER}");
    agent.done(&["logon", "add", TEMPLATE, "--set", &user], &[PASSWORD])?;
    let mut stage = Stage {
        session: &session,
        observer: Observer::of_windows(&session)?,
        agent: agent.id(),
        mapped: HashMap::new(),
    };
    let mut report = Report::new("stress");
    for (_, name, trial) in TRIALS
        .into_iter()
        .filter(|(name, ..)| only.is_none_or(|only| only == *name))
    {
        let mut figures = Figures::default();
        for _round in 0..options.rounds.unwrap_or(ROUNDS) {
            stage.perform(trial, &mut figures)?;
        }
        judge(&mut report, name, &figures);
    }
    Ok(report)
}

struct Stage<'a> {
    session: &'a Session,
    observer: Observer,
    agent: u32,
    mapped: HashMap<Window, Instant>,
}

impl Stage<'_> {
    fn perform(&mut self, trial: Trial, figures: &mut Figures) -> Result<(), BenchError> {
        let (_disturbing, form) = match trial {
            Trial::Amid(scene) => (None, self.show(TITLE, scene)?),
            Trial::BesideOneThatHangs => {
                let other = self.show("Acme Logon, hanging", Scene::Alone)?;
                let _filled = other.answer(Deadline::seconds(PATIENCE))?;
                other.hang();
                (Some(other), self.show(TITLE, Scene::Alone)?)
            }
            Trial::AfterOneThatDied => {
                let mut other = self.show("Acme Logon, dying", Scene::Dies)?;
                Deadline::seconds(PATIENCE).wait_for("a death", || other.is_over().then_some(()))?;
                (Some(other), self.show(TITLE, Scene::Alone)?)
            }
        };
        let answer = match form.answer(Deadline::seconds(PATIENCE)) {
            Ok(answer) => answer,
            Err(error) => {
                complain(&format!("{trial:?}: {error}"));
                figures.wrong += 1;
                return Ok(());
            }
        };
        while let Some(sighting) = self.observer.next(Duration::ZERO) {
            if let Sight::Mapped { window, .. } = sighting.what {
                self.mapped.entry(window).or_insert(sighting.at);
            }
        }
        match self.mapped.get(&answer.window) {
            Some(mapped) if answer.is_right() => {
                figures.waited.push(answer.at.saturating_duration_since(*mapped));
                figures.busy.push(answer.busy);
            }
            _ => figures.wrong += 1,
        }
        let [settling, counted] = AFTERWARDS;
        clock::rest(settling);
        let before = load::spent(self.agent)?;
        clock::rest(counted);
        let spent = load::spent(self.agent)?.saturating_sub(before);
        figures.cost.push(spent.as_secs_f64() / counted.as_secs_f64() * 100.0);
        Ok(())
    }

    fn show(&mut self, title: &str, scene: Scene) -> Result<Shown, BenchError> {
        // Numbers of windows are used again.
        self.mapped.clear();
        while self.observer.next(Duration::ZERO).is_some() {}
        Ok(show(self.session, title, scene)?)
    }
}

fn judge(report: &mut Report, name: &str, figures: &Figures) {
    let waited = report.times(format!("{name}: from its window to its submission"), &figures.waited);
    report.times(
        format!("{name}: of that its program was busy with itself"),
        &figures.busy,
    );
    let cost = report.figures(format!("{name}: the agent afterwards"), &figures.cost, "% of a core");
    let mut target = |what: &str, goal: String, got: Option<f64>, most: f64| {
        let said = got.map_or_else(|| "not measured".to_owned(), |got| format!("{got:.1}"));
        report.target(
            format!("{name}: {what}"),
            goal,
            said,
            got.is_some_and(|got| got <= most),
        );
    };
    target("answered, ms", format!("≤ {WAIT}"), waited, WAIT);
    target("afterwards, % of a core", format!("< {COST}"), cost, COST);
    let wrong = figures.wrong;
    report.target(
        format!("{name}: not answered, or wrongly"),
        "0",
        wrong.to_string(),
        wrong == 0,
    );
}
