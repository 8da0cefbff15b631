//! Vaults in a container of their own, which the organisation's locator names.
#![expect(clippy::unwrap_used, reason = "a test's own functions")]

mod helpdesk;
mod machines;

use countersign_tests::agent::{Agent, PASSPHRASE, PASSWORD};
use countersign_tests::servers::{DirectoryServer, Question};
use helpdesk::{enrolled, helpdesk, three_words};
use machines::{ADA, OTHER_PASSWORD, Site, add, labels, package, reveals, until};

const BOB: &str = "Zn4-kettle-Vw83sKd";
const NEW_ANSWER: &str = "saddle nectar plywood umbrella comet";
const NEW_PASSWORD: &str = "Zt4-second-Kk81";

/// The names below a place that an administrator sees, of the product's own entries.
fn of_ours(server: &dyn DirectoryServer, below: &str) -> Vec<String> {
    let filter = "(|(objectClass=countersignVault)(objectClass=countersignSecret)(objectClass=countersignMachine))";
    let found = server.search(&server.admin(), &Question::tree(below, filter)).unwrap();
    found.names().into_iter().map(str::to_owned).collect()
}

/// The administrator says where vaults are, before the first one is made.
fn located(server: &dyn DirectoryServer) {
    let locator = format!(
        "dn: cn=locator,{}\nobjectClass: countersignLocator\ncn: locator\ncountersignPlace: {}\n",
        server.configuration(),
        server.vaults()
    );
    server.change(&server.admin(), &locator).unwrap();
}

fn a_vault_is_where_the_locator_says(site: &Site) {
    site.add_user("bob", BOB);
    site.administer(located);
    let (one, two, three) = (site.machine(), site.machine(), site.machine_of("bob"));
    let packages = [package(&one), package(&two), package(&three)];
    let (first, _) = enrolled(site, &one, &packages[0], &["desk-1"]);
    add(&first, "ledger");
    let second = site.joined(&two, &packages[1]);
    until(&second, "the logon", |agent| labels(agent) == ["ledger"]);
    reveals(&second, "ledger", OTHER_PASSWORD);
    add(&second, "travel");
    until(&first, "the other logon", |agent| labels(agent) == ["ledger", "travel"]);
    let other = Agent::start(&three, &packages[2]).unwrap();
    other.done(site.enrolls(), &[BOB, PASSPHRASE]).unwrap();
    add(&other, "private");

    site.administer(|server| {
        let people = of_ours(server, &server.people());
        assert!(people.is_empty(), "{people:?}");
        let vault = |name: &str| format!("cn={name},{}", server.vaults()).to_lowercase();
        let there = of_ours(server, &server.vaults());
        let of = |name: &str| {
            there
                .iter()
                .filter(|dn| dn.to_lowercase().ends_with(&vault(name)))
                .count()
        };
        // The vault's own entry, and each logon's.
        assert_eq!((of(ADA), of("bob")), (3, 2), "{there:?}");
        let (bob, container) = (server.login("bob", BOB), server.vaults());
        for (dn, is_his) in there.iter().map(|dn| (dn, dn.to_lowercase().ends_with(&vault("bob")))) {
            let seen = server.search(&bob, &Question::entry(dn));
            let told = seen.is_ok_and(|found| found.value("countersignVersion").is_some());
            assert_eq!(told, is_his, "{dn}");
        }
        let all = Question::tree(&container, "(countersignKind=record)");
        let seen = server.search(&bob, &all).unwrap();
        assert_eq!(seen.names().len(), 1, "{seen:?}");
    });

    // The helpdesk finds the header there, too.
    first.done(&["lock"], &[]).unwrap();
    let words = helpdesk(site, &one, ADA, "desk-1", &three_words(&first));
    site.set_password(NEW_PASSWORD);
    first.done(&["recover"], &[&words, NEW_ANSWER, NEW_PASSWORD]).unwrap();
    reveals(&first, "travel", NEW_PASSWORD);
    first.done(&["lock"], &[]).unwrap();
    assert_eq!(first.run(&["unlock"], &[PASSWORD]).unwrap().code, 4);
    site.log_in(&second);
    second.done(&["unlock"], &[OTHER_PASSWORD]).unwrap();
    until(&second, "the new key", |agent| {
        agent
            .done(&["audit", "show"], &[])
            .unwrap()
            .out
            .contains("from key 1 to key 2")
    });
}

#[test]
fn on_slapd() {
    a_vault_is_where_the_locator_says(&Site::slapd());
}

#[test]
#[ignore = "slow: the same with a real domain controller"]
fn on_samba() {
    a_vault_is_where_the_locator_says(&Site::samba());
}
