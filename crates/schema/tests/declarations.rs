//! What every server relies on, before a server is asked.

use countersign_schema::{ATTRIBUTES, CLASSES, Server, attribute, class, render};
use std::collections::BTreeSet;

#[test]
fn nothing_is_declared_twice() {
    let mut names = BTreeSet::new();
    let mut oids = BTreeSet::new();
    let mut guids = BTreeSet::new();
    let attributes = ATTRIBUTES.iter().map(|one| (one.name, one.oid(), one.guid));
    for (name, oid, guid) in attributes.chain(CLASSES.iter().map(|one| (one.name, one.oid(), one.guid))) {
        assert!(names.insert(name.to_lowercase()), "{name}");
        assert!(oids.insert(oid), "{name}");
        assert!(guids.insert(guid.to_string()), "{name}");
    }
}

#[test]
fn a_class_names_what_is_declared() {
    let foreign = ["description"];
    let superiors = ["user", "container", "organizationalUnit", "domainDNS"];
    let mut earlier = BTreeSet::new();
    for one in CLASSES {
        for name in one.must.iter().chain(one.may) {
            let known = ATTRIBUTES.iter().any(|attribute| attribute.name == *name) || foreign.contains(name);
            assert!(known, "{} names {name}", one.name);
        }
        for name in one.below {
            assert!(
                superiors.contains(name) || earlier.contains(name),
                "{} below {name}",
                one.name
            );
        }
        earlier.insert(one.name);
    }
}

#[test]
fn every_server_gets_everything() {
    for server in Server::ALL {
        let text = render(server);
        assert!(text.is_ascii() && text.ends_with('\n'), "{server}");
        for (name, oid) in ATTRIBUTES
            .iter()
            .map(|one| (one.name, one.oid()))
            .chain(CLASSES.iter().map(|one| (one.name, one.oid())))
        {
            assert!(text.contains(name) && text.contains(&oid), "{name} for {server}");
        }
    }
}

#[test]
fn a_kind_of_server_is_found_by_its_name() {
    for server in Server::ALL {
        assert_eq!(server.name().parse(), Ok(server));
    }
    let unknown = "oracle".parse::<Server>().unwrap_err().to_string();
    assert!(unknown.contains("oracle") && unknown.contains("389ds"), "{unknown}");
}

#[test]
fn the_names_are_fixed() {
    let attributes: Vec<_> = ATTRIBUTES.iter().map(|one| one.name).collect();
    assert_eq!(
        attributes,
        [
            attribute::KIND,
            attribute::ID,
            attribute::VERSION,
            attribute::DATA,
            attribute::PLACE
        ]
    );
    let classes: Vec<_> = CLASSES.iter().map(|one| one.name).collect();
    assert_eq!(
        classes,
        [
            class::CONFIG,
            class::VAULT,
            class::SECRET,
            class::MACHINE,
            class::LOCATOR,
            class::TASK
        ]
    );
}
