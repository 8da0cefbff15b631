//! Password policies that publishers signed.

use super::*;
use crate::configuration::Policies;
use crate::configuration::policies::StandingPolicy;
use countersign_model::Publisher;

fn policy(id: &str, min: u32) -> Vec<u8> {
    format!("schema = 1\nid = \"{id}\"\nname = \"{id}\"\n[length]\nmin = {min}\n").into_bytes()
}

fn one(id: &'static str, min: u32) -> Objects {
    vec![(EntryKind::Policy, id, policy(id, min))]
}

impl Room {
    fn package(&self, id: &str, min: u32) {
        let folder = self.folder.path().join("package/policies");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{id}.toml")), policy(id, min)).unwrap();
    }

    fn policies(&self, before: &Policies) -> Policies {
        Policies::of(&self.folder.path().join("package"), &self.signed, before, &self.device)
    }

    fn first(&self) -> Policies {
        self.policies(&Policies::default())
    }
}

/// Each policy in force: its id, its least length, and where it is from.
fn told(policies: &Policies) -> Vec<String> {
    let one = |standing: &Arc<StandingPolicy>| {
        let policy = standing.policy();
        let place = match standing.publisher() {
            Publisher::Signed { .. } => standing.place().to_owned(),
            _ => "package".to_owned(),
        };
        format!("{} {} {place}", policy.id, policy.length.min)
    };
    policies.in_force().map(one).collect()
}

fn wrong(policies: &Policies) -> Vec<String> {
    policies
        .problems()
        .filter(|problem| problem.severity == countersign_rules::Severity::Error)
        .map(ToString::to_string)
        .collect()
}

#[test]
fn a_signed_policy_takes_the_place_of_the_packages_until_it_is_withdrawn() {
    let mut room = Room::new();
    room.package("company", 14);
    room.package("till", 15);
    assert_eq!(told(&room.first()), ["company 14 package", "till 15 package"]);
    room.publish(1, "", 1, &one("company", 16));
    assert_eq!(room.look(), Vec::<String>::new());
    let before = room.first();
    assert_eq!(told(&before), ["company 16 / policy company", "till 15 package"]);
    room.signed = room.restarted();
    assert_eq!(told(&room.first()), told(&before));
    room.publish(1, "", 2, &vec![]);
    assert_eq!(room.look(), Vec::<String>::new());
    assert_eq!(told(&room.policies(&before)), ["company 14 package", "till 15 package"]);
}

#[test]
fn a_deeper_units_policy_counts_and_of_two_as_deep_one_is_named() {
    let mut room = Room::new();
    room.publish(1, "", 1, &one("company", 14));
    room.publish(2, "Sales", 1, &one("company", 15));
    assert_eq!(room.look(), Vec::<String>::new());
    let policies = room.first();
    assert_eq!(
        (told(&policies), wrong(&policies)),
        (vec!["company 15 Sales policy company".to_owned()], vec![])
    );
    room.publish(1, "Staff", 1, &one("company", 16));
    assert_eq!(room.look(), Vec::<String>::new());
    let policies = room.first();
    assert_eq!(told(&policies), ["company 15 Sales policy company"]);
    assert_eq!(
        wrong(&policies),
        ["Staff policy company:1:1: Sales policy company has the same name and stays in force"]
    );
}

#[test]
fn a_signed_policy_that_cannot_be_used_leaves_its_last_good_version_and_never_the_packages() {
    let mut room = Room::new();
    room.package("company", 14);
    room.publish(1, "", 1, &one("company", 16));
    room.look();
    let before = room.first();
    room.publish(
        1,
        "",
        2,
        &vec![(EntryKind::Policy, "company", b"schema = 9\n".to_vec())],
    );
    assert_eq!(room.look(), Vec::<String>::new());
    let next = room.policies(&before);
    assert_eq!(told(&next), told(&before));
    assert!(wrong(&next)[0].starts_with("/ policy company:"), "{:?}", wrong(&next));
    // After a start there is no last good version: none of that name counts.
    assert_eq!(told(&room.first()), Vec::<String>::new());
    room.publish(1, "", 3, &one("company", 17));
    assert_eq!(room.look(), Vec::<String>::new());
    let mended = room.policies(&next);
    assert_eq!(
        (told(&mended), wrong(&mended)),
        (vec!["company 17 / policy company".to_owned()], vec![])
    );
}
