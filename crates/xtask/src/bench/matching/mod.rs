//! `bench match`: which form a window could be, asked of up to 10,000 templates by an index and by a loop over all of them.

mod events;
pub mod memory;
mod templates;

use std::time::Duration;

use countersign_model::{Publisher, WindowFacts};
use countersign_rules::{FormRef, TemplateSet};

use super::{BenchError, Report, clock};
use memory::Holding;

const SIZES: [usize; 3] = [100, 1_000, 10_000];
/// How often the events are asked again once everything was asked once.
const ROUNDS: usize = 3;

/// Goals, in microseconds, times, and bytes.
const MEDIAN: f64 = 20.0;
const GROWTH: f64 = 10.0;
const WEIGHT: f64 = 1_024.0;

/// Runs it.
pub fn run() -> Result<Report, BenchError> {
    let mut report = Report::new("match");
    let mut medians = Vec::new();
    for size in SIZES {
        medians.push(one_size(&mut report, size)?);
    }
    let mut weights = Vec::new();
    for size in SIZES {
        for (holding, who) in [(Holding::Indexed, "index"), (Holding::OneByOne, "loop")] {
            let bytes = memory::weigh(holding, size)? / f64::from(u32::try_from(size).unwrap_or(u32::MAX));
            report.figures(format!("{size} templates, {who}: memory a template"), &[bytes], "bytes");
            weights.push(bytes);
        }
    }
    let (first, last) = (medians.first().copied(), medians.last().copied());
    let (Some((least, _)), Some((most, looped))) = (first, last) else {
        return Ok(report);
    };
    let weight = weights.iter().rev().nth(1).copied().unwrap_or(f64::MAX);
    report.target(
        "index, 10,000 templates, median",
        format!("≤ {MEDIAN} µs"),
        format!("{most:.2} µs"),
        most <= MEDIAN,
    );
    report.target(
        "index, median at 10,000 against 100: 100 × the templates",
        format!("≤ {GROWTH} ×"),
        format!("{:.1} ×", most / least),
        most <= GROWTH * least,
    );
    report.target(
        "index against loop, 10,000 templates, median",
        "≤ 1/100",
        format!("1/{:.0}", looped / most),
        most * 100.0 <= looped,
    );
    report.target(
        "memory a template at 10,000",
        format!("≤ {WEIGHT} bytes"),
        format!("{weight:.0} bytes"),
        weight <= WEIGHT,
    );
    Ok(report)
}

/// The medians of the index and of the loop, in microseconds.
fn one_size(report: &mut Report, size: usize) -> Result<(f64, f64), BenchError> {
    let begun = clock::now();
    let mut checked = Vec::new();
    for template in templates::all(size) {
        checked.push((Publisher::Unsigned, template?));
    }
    let read = begun.elapsed();
    let begun = clock::now();
    let (set, problems) = TemplateSet::of(checked);
    let built = begun.elapsed();
    if !problems.is_empty() || set.templates().len() < size {
        return Err(wrong(format!("{} problems", problems.len())));
    }
    report.times(format!("{size} templates: read, lint and pack all"), &[read]);
    report.times(format!("{size} templates: build the index"), &[built]);
    let every: Vec<FormRef> = set.templates().flat_map(|loaded| loaded.forms()).collect();
    let events = events::recorded(size)?;
    let hits = compare(&set, &every, &events)?;
    drop(every);
    report.count(
        format!("{size} templates: events that are some form"),
        events.len(),
        hits,
        "events",
    );

    // A set that was never asked: its first answers open templates.
    let fresh = again(&set)?;
    let first: Vec<f64> = events.iter().map(|event| micros(|| fresh.candidates(event))).collect();
    report.figures(format!("{size} templates, index, never asked before"), &first, "µs");
    let every: Vec<FormRef> = set.templates().flat_map(|loaded| loaded.forms()).collect();
    let (mut ours, mut naive) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        for event in &events {
            ours.push(micros(|| fresh.candidates(event)));
            if round == 0 {
                naive.push(micros(|| one_by_one(&every, event)));
            }
        }
    }
    let ours_median = report.figures(format!("{size} templates, index"), &ours, "µs");
    let naive_median = report.figures(format!("{size} templates, loop"), &naive, "µs");
    ours_median
        .zip(naive_median)
        .ok_or_else(|| wrong("nothing was measured".to_owned()))
}

/// The same templates in a set of their own.
fn again(set: &TemplateSet) -> Result<TemplateSet, BenchError> {
    let checked = set
        .templates()
        .map(|loaded| (loaded.publisher.clone(), loaded.checked().clone()));
    let (again, problems) = TemplateSet::of(checked);
    if problems.is_empty() {
        Ok(again)
    } else {
        Err(wrong("the set differs from itself".to_owned()))
    }
}

fn one_by_one(every: &[FormRef], event: &WindowFacts) -> Vec<FormRef> {
    every.iter().filter(|form| form.fits(event)).cloned().collect()
}

/// Both give the same answer to every event. How many are some form.
fn compare(set: &TemplateSet, every: &[FormRef], events: &[WindowFacts]) -> Result<usize, BenchError> {
    let mut hits = 0;
    for event in events {
        let (ours, naive) = (set.candidates(event), one_by_one(every, event));
        if ours != naive {
            return Err(wrong(format!(
                "the index says {ours:?}, the loop {naive:?} for “{}”",
                event.title
            )));
        }
        hits += usize::from(!ours.is_empty());
    }
    Ok(hits)
}

fn micros<T>(work: impl FnOnce() -> T) -> f64 {
    let begun = clock::now();
    let answer = work();
    let took: Duration = begun.elapsed();
    drop(answer);
    took.as_secs_f64() * 1_000_000.0
}

fn wrong(why: String) -> BenchError {
    BenchError::NotReady { who: "the set", why }
}
