//! The figures, and what was promised of them.

use super::toolkit::Ways;
use super::{Race, Times};
use crate::bench::{Report, complain};

/// Medians in milliseconds.
struct Medians {
    filled: Option<f64>,
    submitted: Option<f64>,
}

/// The report of a run.
pub fn judge(races: &[Race]) -> Report {
    let mut report = Report::new("fill");
    for race in races {
        one(&mut report, race);
    }
    report
}

fn one(report: &mut Report, race: &Race) {
    let toolkit = race.toolkit.name;
    let mut row = |name: &str, times: &Times| Medians {
        filled: report.times(format!("{toolkit}, {name}: filled"), &times.filled),
        submitted: report.times(format!("{toolkit}, {name}: submitted"), &times.submitted),
    };
    let controls = row("ours by controls", &race.controls);
    let floor = row("floor, a bare zbus program", &race.floor);
    let keys = row("ours by keys", &race.keys);
    let xdotool = row("xdotool type --delay 0", &race.xdotool);
    let keepassxc_zero = row("KeePassXC auto-type, delays 0 (from its trigger)", &race.keepassxc_zero);
    let keepassxc = row("KeePassXC auto-type, defaults (from its trigger)", &race.keepassxc);

    let mut ratio = |what: &str, most: f64, goal: &str, (ours, theirs): (Option<f64>, Option<f64>)| {
        let ratio = ours.zip(theirs).map(|(ours, theirs)| ours / theirs);
        let got = match ratio {
            Some(ratio) if ratio < 0.5 => format!("1/{:.0}", (1.0 / ratio).floor()),
            Some(ratio) => format!("{ratio:.2}"),
            None => "not measured".to_owned(),
        };
        let met = ratio.is_some_and(|ratio| ratio <= most);
        report.target(format!("{toolkit}: {what}"), goal, got, met);
    };
    if race.toolkit.ways == Ways::All {
        let ours = controls.submitted;
        let defaults = "controls, submitted, against KeePassXC's defaults";
        ratio(defaults, 1.0 / 100.0, "≤ 1/100", (ours, keepassxc.submitted));
        let zero = "controls, submitted, against KeePassXC's delays 0";
        ratio(zero, 1.0 / 30.0, "≤ 1/30", (ours, keepassxc_zero.submitted));
        ratio(
            "controls, submitted, against the floor",
            1.5,
            "≤ 1.5",
            (ours, floor.submitted),
        );
        ratio(
            "keys, filled, against xdotool",
            1.0,
            "≤ 1",
            (keys.filled, xdotool.filled),
        );
    } else {
        // Nobody sees the texts of a terminal, or all those of a page.
        ratio(
            "keys, submitted, against xdotool",
            1.0,
            "≤ 1",
            (keys.submitted, xdotool.submitted),
        );
    }
    correct(report, race);
}

/// Nobody's time counts whose form did not get what it should.
fn correct(report: &mut Report, race: &Race) {
    let toolkit = race.toolkit.name;
    let contestants = [
        ("ours by keys", &race.keys),
        ("xdotool", &race.xdotool),
        ("KeePassXC, defaults", &race.keepassxc),
        ("KeePassXC, delays 0", &race.keepassxc_zero),
        ("ours by controls", &race.controls),
        ("floor", &race.floor),
    ];
    let took_part = match race.toolkit.ways {
        Ways::All => 6,
        Ways::TypedPage => 4,
        Ways::TypedPassword => 2,
    };
    let mut fewest = usize::MAX;
    for (name, times) in contestants.into_iter().take(took_part) {
        fewest = fewest.min(times.submitted.len());
        for how in &times.wrong {
            complain(&format!("{toolkit}, {name}: {how}"));
        }
        if !times.wrong.is_empty() {
            let all = times.wrong.len() + times.submitted.len();
            let what = format!("{toolkit}, {name}: wrong or missing");
            report.count(what, all, times.wrong.len(), "forms");
        }
    }
    let wrong = race.controls.wrong.len() + race.keys.wrong.len();
    let what = format!("{toolkit}: forms that ours filled wrongly");
    report.target(what, "0", wrong.to_string(), wrong == 0);
    let what = format!("{toolkit}: correct fills, of each");
    report.target(what, "≥ 20", fewest.to_string(), fewest >= 20);
}
