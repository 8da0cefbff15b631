//! Programs that do not answer, or not yet.

mod support;

use countersign_model::Decision;
use countersign_model::port::DesktopError;
use std::time::Duration;
use support::{Bench, DIALOG, window};

fn silent(why: DesktopError) -> Bench {
    let mut bench = Bench::new(DIALOG);
    bench.silent = Some(why);
    bench.appear(window("dialog", 10));
    assert!(matches!(bench.last(), Some(Decision::Unreadable(_))));
    bench
}

#[test]
fn a_form_whose_program_answers_late_is_filled() {
    for why in [DesktopError::NotResponding, DesktopError::NotAccessible] {
        let mut bench = silent(why);
        assert!(bench.wake());
        assert!(bench.responding.is_empty());
        let attended = bench.attends;
        bench.silent = None;
        assert!(bench.wake());
        assert_eq!(bench.responding.len(), 1);
        bench.done();
        // It may have been told to tell before anybody was there to hear it.
        assert!(bench.attends > attended);
        let reads = bench.reads;
        assert!(!bench.wake());
        assert_eq!(bench.reads, reads);
    }
}

#[test]
fn a_program_that_never_answers_is_looked_at_for_a_minute_and_left_alone() {
    let mut bench = silent(DesktopError::NotResponding);
    let began = bench.now;
    let mut looks = 0;
    while bench.wake() {
        looks += 1;
    }
    assert_eq!((looks, bench.reads), (7, 8));
    let took = bench.now.since(began);
    assert!(
        took > Duration::from_secs(55) && took < Duration::from_secs(70),
        "{took:?}"
    );
    assert_eq!(bench.explained.len(), 1);

    // What changes in it later tells that it is back.
    bench.silent = None;
    bench.changed();
    assert_eq!(bench.responding.len(), 1);
}

#[test]
fn other_faults_are_not_waited_out() {
    let mut bench = silent(DesktopError::Display("lost".to_owned()));
    assert!(!bench.wake());
}
