use super::twins::{checked, version};
use crate::merge::choose;
use crate::plan::{Held, SyncStep, plan};

#[test]
fn the_choice_depends_only_on_the_set() {
    let (first, second) = (version(1, 1, 1), version(1, 2, 1));
    // The one changed last.
    let versions = [checked(first, None, 10), checked(second, None, 11)];
    assert_eq!(choose(&versions).unwrap().version, second);
    // A version that was followed is out, whatever its clock said.
    let versions = [checked(first, None, 99), checked(second, Some(first), 11)];
    assert_eq!(choose(&versions).unwrap().version, second);
    // Of one device only the newest counts.
    let versions = [
        checked(first, None, 99),
        checked(version(1, 1, 2), None, 5),
        checked(second, None, 6),
    ];
    assert_eq!(choose(&versions).unwrap().version, second);
    // Equal times: the higher counter, then the higher device.
    let versions = [
        checked(version(1, 1, 7), None, 5),
        checked(version(1, 2, 6), None, 5),
        checked(version(1, 3, 6), None, 5),
    ];
    assert_eq!(choose(&versions).unwrap().version, version(1, 1, 7));
    let versions = [
        checked(version(1, 1, 6), None, 5),
        checked(version(1, 3, 6), None, 5),
        checked(version(1, 2, 6), None, 5),
    ];
    let chosen = choose(&versions).unwrap().version;
    assert_eq!(chosen, version(1, 3, 6));
    for turned in 0..3 {
        let mut versions = versions;
        versions.rotate_left(turned);
        assert_eq!(choose(&versions).unwrap().version, chosen);
        versions.reverse();
        assert_eq!(choose(&versions).unwrap().version, chosen);
    }
    assert!(choose(&[]).is_none());
}

#[test]
fn a_plan_brings_both_sides_to_the_newest_of_each_device() {
    let held: Held = [version(1, 1, 3), version(1, 2, 5), version(2, 1, 1)]
        .into_iter()
        .collect();
    let listed = [version(1, 1, 4), version(1, 2, 4), version(3, 9, 1)];
    let steps = plan(&held, &listed.into_iter().collect());
    assert_eq!(
        steps,
        [
            SyncStep::Pull(version(1, 1, 4)),
            SyncStep::Pull(version(3, 9, 1)),
            SyncStep::Push(version(1, 2, 5)),
            SyncStep::Push(version(2, 1, 1)),
        ]
    );
    assert_eq!(plan(&held, &held), []);
}
