//! The figures, and what was promised of them.

use super::rivals::KeePassXcs;
use super::{CONTROLS, GUARDED, KEYS, Race, STEPS, UNGUARDED, XDOTOOL};
use crate::bench::{Report, complain};

/// The report of a run.
pub fn judge(race: &Race, keepassxc: &KeePassXcs) -> Report {
    let mut report = Report::new("theft");
    let loot = &race.loot;
    report.count("thief held the keyboard", 1, loot.held, "times");
    let ours = [
        ("keys", GUARDED, 1, &race.keys),
        ("controls", CONTROLS, 2, &race.controls),
        ("steps", STEPS, 2, &race.steps),
    ];
    for (name, alphabet, fields, tally) in ours {
        let all = tally.all();
        report.count(format!("{name}: complete"), all, tally.complete, "injections");
        report.count(format!("{name}: refused by name"), all, tally.refused, "injections");
        report.count(format!("{name}: neither"), all, tally.wrong.len(), "injections");
        let (characters, leaked) = (all * KEYS * fields, loot.of(alphabet));
        report.count(format!("{name}: heard by the thief"), characters, leaked, "characters");
        for line in tally.wrong.iter().chain(&tally.reasons) {
            complain(&format!("{name}: {line}"));
        }
    }
    let rivals = [
        ("a typist without a guard", UNGUARDED),
        ("xdotool type --delay 0", XDOTOOL),
    ];
    for (name, alphabet) in rivals {
        let (characters, leaked) = (race.rivals * KEYS, loot.of(alphabet));
        report.count(format!("{name}: heard by the thief"), characters, leaked, "characters");
    }
    let KeePassXcs { typed, leaked, .. } = *keepassxc;
    report.count(
        "KeePassXC auto-type, defaults: heard by the thief",
        typed,
        leaked,
        "characters",
    );
    let (all, complete) = (keepassxc.all, keepassxc.complete);
    report.count("KeePassXC auto-type, defaults: complete", all, complete, "injections");

    for (name, alphabet, _, tally) in ours {
        let leaked = loot.of(alphabet);
        let what = format!("characters that reached the thief from {name}");
        report.target(what, "0", leaked.to_string(), leaked == 0);
        let (complete, accounted) = (tally.complete_percent(), tally.accounted_percent());
        let what = format!("injections by {name} complete or refused by name");
        report.target(what, "≥ 95 %", format!("{accounted:.1} %"), accounted >= 95.0);
        let what = format!("injections by {name} complete");
        report.target(what, "≥ 50 %", format!("{complete:.1} %"), complete >= 50.0);
    }
    let unknown = loot.unknown();
    report.target(
        "other keys that reached the thief",
        "0",
        unknown.to_string(),
        unknown == 0,
    );
    let unguarded = loot.of(UNGUARDED);
    let what = "characters that reached the thief from a typist without a guard";
    report.target(what, "> 0", unguarded.to_string(), unguarded > 0);
    let what = "times the thief held the keyboard";
    report.target(what, "≥ 500", loot.held.to_string(), loot.held >= 500);
    report
}
