//! A crate depends only on lower floors, adapters never name each other, and only one room names each dangerous library.

#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

use cargo_metadata::{DependencyKind, MetadataCommand};
use std::collections::BTreeMap;

/// The floors of the house; a dependency must be on a lower one.
const FLOORS: &[(&str, u32)] = &[
    ("countersign-secret", 0),
    ("countersign-model", 1),
    ("countersign-schema", 1),
    ("countersign-rules", 2),
    ("countersign-vault", 2),
    ("countersign-trust", 2),
    ("countersign-wire", 2),
    ("countersign-identify", 2),
    ("countersign-signon", 3),
    ("countersign-sync", 3),
    ("countersign-import", 3),
    ("countersign-publish", 3),
    ("countersign-store", 3),
    ("countersign-directory", 3),
    ("countersign-desktop", 3),
    ("countersign-factors", 3),
    ("countersign-exits", 3),
    ("countersign-tray", 3),
    ("countersign-agent", 4),
    ("countersign-simulate", 4),
    ("countersign", 5),
    ("countersign-cli", 5),
    ("countersign-windows", 5),
    // The laboratory and the developer's entry look at everything and nothing looks at them.
    ("countersign-tests", 8),
    ("xtask", 9),
];

/// Who alone may name a library directly. The developer's entry may name some as rivals in its measurements.
const ROOMS: &[(&str, &str)] = &[
    ("sled", "countersign-store"),
    ("notify", "countersign-directory"),
    ("ldap3", "countersign-directory"),
    ("keepass", "countersign-import"),
    ("rust-argon2", "countersign-import"),
    ("cbc", "countersign-import"),
    ("aes-gcm", "countersign-vault"),
    ("argon2", "countersign-vault"),
    ("x25519-dalek", "countersign-vault"),
    ("ed25519-dalek", "countersign-trust"),
    ("enigo", "countersign-desktop"),
    ("oo7", "countersign-factors"),
    ("libloading", "countersign-exits"),
    ("tauri", "countersign-windows"),
    ("ksni", "countersign-tray"),
];

/// What is measured beside ours.
const RIVALS: &[&str] = &["ldap3", "sled"];

fn members() -> Vec<cargo_metadata::Package> {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
    let metadata = MetadataCommand::new()
        .manifest_path(manifest)
        .no_deps()
        .other_options(["--offline".to_owned()])
        .exec();
    metadata.unwrap().packages
}

#[test]
fn every_crate_depends_only_on_lower_floors() {
    let floors: BTreeMap<_, _> = FLOORS.iter().copied().collect();
    for package in members() {
        let name = package.name.as_str();
        let floor = *floors
            .get(name)
            .unwrap_or_else(|| panic!("{name} has no floor: add it to FLOORS"));
        for dependency in &package.dependencies {
            let Some(below) = floors.get(dependency.name.as_str()) else {
                continue;
            };
            // A crate's own tests may use a neighbour's contract suite.
            let allowed = floor > *below || dependency.kind == DependencyKind::Development;
            assert!(
                allowed,
                "{name} (floor {floor}) must not depend on {} (floor {below})",
                dependency.name
            );
        }
    }
}

#[test]
fn libraries_stay_in_their_rooms() {
    let rooms: BTreeMap<_, _> = ROOMS.iter().copied().collect();
    for package in members() {
        for dependency in package
            .dependencies
            .iter()
            .filter(|dependency| dependency.kind == DependencyKind::Normal)
        {
            let rival = package.name.as_str() == "xtask" && RIVALS.contains(&dependency.name.as_str());
            if let Some(room) = rooms.get(dependency.name.as_str()).filter(|_| !rival) {
                assert_eq!(package.name.as_str(), *room, "only {room} may name {}", dependency.name);
            }
        }
    }
}

#[test]
fn the_model_is_the_only_meeting_place_of_adapters() {
    let adapters = [
        "countersign-store",
        "countersign-directory",
        "countersign-desktop",
        "countersign-factors",
        "countersign-tray",
    ];
    let machines = ["countersign-signon", "countersign-sync"];
    for package in members() {
        let name = package.name.as_str();
        let dependencies: Vec<_> = package
            .dependencies
            .iter()
            .map(|dependency| dependency.name.as_str())
            .collect();
        if adapters.contains(&name) || machines.contains(&name) {
            for other in adapters.iter().chain(&machines).filter(|other| **other != name) {
                assert!(
                    !dependencies.contains(other),
                    "{name} must meet {other} at model::port, not by name"
                );
            }
        }
    }
}
