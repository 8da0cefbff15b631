//! Planning, publishing and looking at it afterwards, on the repository in memory.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use countersign_directory::MemoryRepository;
use countersign_model::port::{ConfigurationRepository, Publishing, RepositoryError, Write};
use countersign_model::{ConfigKind, ConfigName, Timestamp, Unit};
use countersign_publish::{
    Change, Drift, Kind, Plan, PlanDigest, PublishError, Release, Risk, Standing, apply, drift, plan, undoing, writes,
};
use countersign_trust::{
    AgentVersion, CatalogueError, Digest, Entry, EntryKind, Heading, Kinds, ListedPublisher, PublisherKey, Recovery,
    RootList, Terms, Trusted, accept_catalogue, digest_of, make_publisher_key, make_root_key, sign_catalogue,
};
use std::collections::BTreeMap;

struct Publisher {
    key: PublisherKey,
    list: RootList,
    repository: MemoryRepository,
    unit: Unit,
}

impl Publisher {
    fn new() -> Self {
        let (root, key) = (make_root_key().unwrap(), make_publisher_key().unwrap());
        let list = RootList {
            organisation: "Example".to_owned(),
            version: 1,
            issued: Timestamp(1),
            expires: Timestamp(1_000_000),
            root: root.public(),
            recovery: Recovery::Off,
            publishers: vec![ListedPublisher {
                name: "desk".to_owned(),
                key: key.public(),
                unit: Unit::root(),
                kinds: Kinds::all(),
            }],
            revoked: Vec::new(),
            others: Vec::new(),
            settings: String::new(),
        };
        Self {
            key,
            list,
            repository: MemoryRepository::default(),
            unit: Unit::new("Sales").unwrap(),
        }
    }

    fn accept(&self, bytes: &[u8]) -> Result<Trusted, CatalogueError> {
        let terms = Terms {
            list: &self.list,
            unit: &self.unit,
            agent: AgentVersion(9, 0, 0),
            mark: None,
            now: Timestamp(10),
        };
        accept_catalogue(bytes, terms)
    }

    fn release(&self, number: u64, objects: &[(ConfigKind, &str, &str)]) -> Release {
        let entry = |(kind, id, text): &(ConfigKind, &str, &str)| Entry {
            kind: EntryKind::of_config(*kind).unwrap(),
            id: (*id).to_owned(),
            version: number,
            digest: digest_of(text.as_bytes()),
            size: u32::try_from(text.len()).unwrap(),
        };
        let heading = Heading {
            organisation: "Example".to_owned(),
            unit: self.unit.clone(),
            list_version: 1,
            sequence: number,
            issued: Timestamp(2),
            expires: Timestamp(900_000),
            min_agent: AgentVersion(0, 1, 0),
        };
        let signed = sign_catalogue(&self.key, &heading, objects.iter().map(entry).collect()).unwrap();
        let pages: BTreeMap<Digest, Vec<u8>> = signed.pages.iter().cloned().collect();
        let texts: BTreeMap<Digest, Vec<u8>> = objects
            .iter()
            .map(|(_, _, text)| (digest_of(text.as_bytes()), text.as_bytes().to_vec()))
            .collect();
        let trusted = self.accept(&signed.bytes).unwrap();
        Release::gather(
            &self.unit,
            (trusted, signed.bytes),
            |digest| pages.get(digest).cloned(),
            |entry| texts.get(&entry.digest).cloned(),
        )
        .unwrap()
    }

    fn now(&self) -> Standing {
        Standing::of(&self.repository, &self.unit, &|bytes| self.accept(bytes)).unwrap()
    }

    fn plan(&self, release: &Release) -> Plan {
        plan(&self.unit, release, &self.now()).unwrap()
    }

    /// Whether the plan that is made now is the one of this digest.
    fn look(&self, release: &Release, seen: &PlanDigest) -> Result<(), String> {
        let plan = self.plan(release);
        let same = PlanDigest::of(&plan, release, "Sales").is_as_seen(seen, &plan);
        same.map_err(|error| error.to_string())
    }

    fn apply(&self, plan: &Plan, release: &Release) -> Result<(), PublishError> {
        apply(
            &self.repository,
            plan,
            release,
            &|bytes| self.accept(bytes),
            &mut |_, _| {},
        )
    }

    fn publish(&self, number: u64, objects: &[(ConfigKind, &str, &str)]) {
        let release = self.release(number, objects);
        self.apply(&self.plan(&release), &release).unwrap();
    }
}

fn named(kind: ConfigKind, id: &str) -> ConfigName {
    ConfigName::new(kind, id).unwrap()
}

const ERP: (ConfigKind, &str, &str) = (ConfigKind::Template, "erp", "title = \"ERP\"\n");
const MAIL: (ConfigKind, &str, &str) = (ConfigKind::Template, "mail", "title = \"Mail\"\n");

#[test]
fn what_is_planned_is_what_is_published() {
    let desk = Publisher::new();
    let first = desk.release(1, &[ERP, MAIL]);
    let planned = desk.plan(&first);
    assert_eq!(planned.replaces, None);
    assert!(
        planned
            .changes
            .iter()
            .all(|change| matches!(change.kind, Kind::Created(_)))
    );
    assert_eq!(drift(&desk.now()), [Drift::NoCatalogue]);
    desk.apply(&planned, &first).unwrap();
    assert_eq!(drift(&desk.now()), []);

    let other = (ConfigKind::Template, "erp", "title = \"ERP 2\"\n");
    let connect = (ConfigKind::Override, "net", "[directory]\nservers = \"ldaps://x\"\n");
    let second = desk.release(2, &[other, connect]);
    let planned = desk.plan(&second);
    let kinds: Vec<_> = planned
        .changes
        .iter()
        .map(|Change { name, kind }| (name.id.as_str(), kind))
        .collect();
    assert!(
        matches!(kinds[0], ("erp", Kind::Changed(values)) if values[0].at == "title"),
        "{kinds:?}"
    );
    assert!(matches!(kinds[1], ("mail", Kind::Deleted)), "{kinds:?}");
    assert!(matches!(kinds[2], ("net", Kind::Created(_))), "{kinds:?}");
    assert!(
        planned
            .risks
            .iter()
            .any(|risk| matches!(risk, Risk::RecognisesOther { .. })),
        "{:?}",
        planned.risks
    );
    assert!(
        planned
            .risks
            .iter()
            .any(|risk| matches!(risk, Risk::Connectivity { .. })),
        "{:?}",
        planned.risks
    );
    assert!(!planned.wants_typing());
    desk.apply(&planned, &second).unwrap();
    assert_eq!(drift(&desk.now()), []);
    let names: Vec<_> = desk
        .repository
        .inventory(&desk.unit)
        .unwrap()
        .into_iter()
        .map(|(name, _)| name)
        .collect();
    assert_eq!(
        names,
        [named(ConfigKind::Template, "erp"), named(ConfigKind::Override, "net")]
    );
    let late = plan(&desk.unit, &first, &desk.now()).unwrap_err();
    assert!(matches!(late, PublishError::NotNewer { found: 2, new: 1 }), "{late}");
}

#[test]
fn whatever_changed_since_the_plan_stops_it() {
    let desk = Publisher::new();
    desk.publish(1, &[ERP, MAIL]);
    let release = desk.release(2, &[ERP]);
    let planned = desk.plan(&release);
    desk.repository
        .put(&desk.unit, &named(ConfigKind::Template, "mail"), 1, b"by hand")
        .unwrap();
    let refused = desk.apply(&planned, &release).unwrap_err();
    assert!(matches!(refused, PublishError::ChangedSince(_)), "{refused}");
    assert_eq!(
        drift(&desk.now()),
        [Drift::Changed {
            name: "template mail".to_owned()
        }]
    );
    desk.repository
        .remove(&desk.unit, &named(ConfigKind::Template, "mail"))
        .unwrap();
    desk.repository
        .put(&desk.unit, &named(ConfigKind::Policy, "x"), 1, b"stray")
        .unwrap();
    let found = drift(&desk.now());
    let missing = Drift::Missing {
        name: "template mail".to_owned(),
    };
    assert!(
        found.contains(&missing)
            && found.contains(&Drift::Stray {
                name: "policy x".to_owned()
            }),
        "{found:?}"
    );
    // A new plan sees it and mends it.
    desk.apply(&desk.plan(&release), &release).unwrap();
    assert_eq!(drift(&desk.now()), []);

    let (one, other) = (desk.release(3, &[ERP, MAIL]), desk.release(4, &[MAIL]));
    let (first, second) = (desk.plan(&one), desk.plan(&other));
    desk.apply(&first, &one).unwrap();
    let refused = desk.apply(&second, &other).unwrap_err();
    assert!(matches!(refused, PublishError::ChangedSince(_)), "{refused}");
}

#[test]
fn a_plan_is_the_one_that_was_looked_at_or_says_what_changed() {
    let desk = Publisher::new();
    desk.publish(10, &[ERP, MAIL]);
    let release = desk.release(12, &[ERP]);
    let seen = PlanDigest::of(&desk.plan(&release), &release, "Sales");
    assert_eq!(desk.look(&release, &seen), Ok(()));
    assert_eq!(seen.to_string().parse(), Ok(seen));
    let shown = seen.to_string();
    for wrong in [
        "",
        "12",
        &shown[1..],
        &shown[..128],
        &shown.replace('-', "+"),
        &shown.replace('-', "é-"),
    ] {
        assert!(wrong.parse::<PlanDigest>().is_err(), "{wrong}");
    }

    // The folder holds another signed catalogue, of the same number or not.
    let swapped = desk.look(&desk.release(12, &[MAIL]), &seen).unwrap_err();
    assert!(swapped.contains("the folder holds another catalogue"), "{swapped}");
    let newer = desk.look(&desk.release(13, &[ERP]), &seen).unwrap_err();
    assert!(
        newer.contains("number 13") && newer.contains("nothing was written"),
        "{newer}"
    );

    // Another group, an object changed by hand, another administrator's catalogue.
    let group = PlanDigest::of(&desk.plan(&release), &release, "Purchase");
    assert!(desk.look(&release, &group).unwrap_err().contains("who is to read it"));
    let name = named(ConfigKind::Template, "mail");
    desk.repository.put(&desk.unit, &name, 1, b"by hand").unwrap();
    assert!(desk.look(&release, &seen).unwrap_err().contains("what is in Sales"));
    desk.repository.put(&desk.unit, &name, 1, MAIL.2.as_bytes()).unwrap();
    assert_eq!(desk.look(&release, &seen), Ok(()));
    desk.publish(11, &[MAIL]);
    let other = desk.look(&release, &seen).unwrap_err();
    assert!(other.contains("catalogue 11 is there now"), "{other}");
}

#[test]
fn many_deletions_are_confirmed_by_typing_and_pages_come_and_go() {
    let desk = Publisher::new();
    let ids: Vec<String> = (0..300).map(|number| format!("app{number}")).collect();
    let many: Vec<_> = ids
        .iter()
        .map(|id| (ConfigKind::Template, id.as_str(), id.as_str()))
        .collect();
    desk.publish(1, &many);
    let pages = |desk: &Publisher| {
        let names = desk.repository.inventory(&desk.unit).unwrap();
        names.iter().filter(|(name, _)| name.kind == ConfigKind::Page).count()
    };
    assert!(pages(&desk) > 1);
    assert!(!desk.plan(&desk.release(2, &many[1..])).wants_typing());
    assert!(desk.plan(&desk.release(2, &many[10..])).wants_typing());
    desk.publish(2, &many[..2]);
    assert_eq!(pages(&desk), 0);
    assert!(!desk.plan(&desk.release(3, &many[1..2])).wants_typing());
}

#[test]
fn what_was_cut_off_is_finished_by_doing_it_again() {
    let desk = Publisher::new();
    desk.publish(1, &[ERP]);
    let release = desk.release(2, &[(ConfigKind::Template, "erp", "title = \"New\"\n"), MAIL]);
    let planned = desk.plan(&release);
    // The first object arrived, then the line was cut.
    let name = named(ConfigKind::Template, "erp");
    desk.repository
        .put(&desk.unit, &name, 2, &release.objects[&name].bytes)
        .unwrap();
    desk.apply(&planned, &release).unwrap();
    assert_eq!(drift(&desk.now()), []);
    // And offline it says so.
    desk.repository.go_offline(Some("cable"));
    let gone = desk.apply(&planned, &release).unwrap_err();
    assert!(
        matches!(gone, PublishError::Repository(RepositoryError::Unreachable { .. })),
        "{gone}"
    );
}

#[test]
fn undoing_is_the_way_back_for_the_directorys_own_tools() {
    let desk = Publisher::new();
    desk.publish(1, &[ERP, MAIL]);
    let before = desk.now();
    let catalogue = desk.repository.catalogue(&desk.unit).unwrap().1;
    let release = desk.release(
        2,
        &[
            (ConfigKind::Template, "erp", "title = \"New\"\n"),
            (ConfigKind::Policy, "p", "x = 1"),
        ],
    );
    let planned = desk.plan(&release);
    assert_eq!(writes(&planned, &release, &before).len(), 4);
    let undo = undoing(&planned, &release, &before, Some(&catalogue));
    desk.apply(&planned, &release).unwrap();
    for write in undo {
        match write {
            Write::Put {
                name, version, bytes, ..
            } => desk.repository.put(&desk.unit, &name, version, &bytes).unwrap(),
            Write::Remove { name } => desk.repository.remove(&desk.unit, &name).unwrap(),
            Write::Swap {
                replaces,
                number,
                catalogue,
            } => {
                desk.repository
                    .swap_catalogue(&desk.unit, replaces, number, &catalogue)
                    .unwrap();
            }
        }
    }
    assert_eq!(desk.now().there, before.there);
    assert_eq!(drift(&desk.now()), []);
}

#[test]
fn a_release_that_is_not_whole_or_not_for_the_unit_is_none() {
    let desk = Publisher::new();
    let release = desk.release(1, &[ERP]);
    let again = |unit: &Unit, text: &str| {
        let text = text.as_bytes().to_vec();
        let trusted = (release.trusted.clone(), release.bytes.clone());
        Release::gather(unit, trusted, |_| None, |_| Some(text.clone()))
    };
    assert!(again(&desk.unit, ERP.2).is_ok());
    let changed = again(&desk.unit, "title = \"Changed after signing\"").unwrap_err();
    assert!(matches!(changed, PublishError::NotAsSigned(_)), "{changed}");
    let elsewhere = again(&Unit::root(), ERP.2).unwrap_err();
    assert!(matches!(elsewhere, PublishError::OtherUnit { .. }), "{elsewhere}");
}
