//! Process numbers that are given out again.

use crate::impostors::{DRESSED_UP, FORM, Impostor, Stage};
use countersign_tests::Deadline;
use countersign_tests::agent::PATIENCE;
use countersign_tests::reborn::Reborn;
use countersign_tests::window::Seen;
use std::path::Path;

/// Another program under the number of a genuine one, whose window the agent has seen and which has ended.
pub fn under_an_old_number(stage: &Stage<'_>, number: usize) -> Impostor {
    let words = ["--info", "--title=Ledger", "--class=Zenity", "--name=zenity"];
    let deadline = || Deadline::seconds(PATIENCE);
    let mut genuine = stage.zenity(Path::new("zenity"), &words);
    let pid = genuine.id();
    let its = |seen: &Seen| seen.pid == Some(pid);
    stage
        .screen
        .wait_for_window("the genuine one", deadline(), its)
        .unwrap();
    genuine.stop();
    deadline()
        .find(|| (!stage.screen.windows().iter().any(its)).then_some(()))
        .unwrap();
    let copy = stage.copy(&format!("reborn-{number}")).unwrap().display().to_string();
    let (program, words) = if number.is_multiple_of(2) {
        (copy.as_str(), &FORM[..])
    } else {
        ("xterm", &DRESSED_UP[..])
    };
    let reborn = Reborn::start(stage.session, pid, program, words).unwrap();
    let what = format!("{program} as process {pid}");
    let seen = stage.screen.wait_for_window(&what, deadline(), its).unwrap();
    Impostor {
        what,
        window: seen.id,
        given_away_by: &["executable"],
        held: Box::new(reborn),
    }
}
