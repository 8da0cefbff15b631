//! What everybody may and may not, on whatever server.

use countersign_schema::{attribute, class};
use countersign_tests::LabError;
use countersign_tests::servers::{DirectoryServer, Found, Login, Question};

/// Insufficient access, or no such object: both are a refusal, and which it is the server decides.
fn refused(result: Result<(), LabError>) {
    match result {
        Err(LabError::Ldap { code: 50 | 32, .. }) => {}
        other => panic!("it must be refused, and was: {other:?}"),
    }
}

fn entry(dn: &str, class: &str, more: &str) -> String {
    let name = dn.split([',', '=']).nth(1).unwrap();
    format!("dn: {dn}\nobjectClass: {class}\ncn: {name}\n{more}\n\n")
}

fn vault(server: &impl DirectoryServer, user: &str) -> String {
    format!("cn=countersign,{}", server.user_dn(user))
}

/// What is read of an entry, if anything: an entry without attributes says nothing.
fn read(server: &impl DirectoryServer, who: &Login, dn: &str, name: &str) -> Option<String> {
    let question = Question {
        attributes: &[name],
        ..Question::entry(dn)
    };
    match server.search(who, &question) {
        Ok(found) => found.value(name).map(str::to_owned),
        Err(LabError::Ldap { code: 32 | 50, .. }) => None,
        Err(error) => panic!("{error}"),
    }
}

fn has(found: &Found, dn: &str) -> bool {
    found.names().iter().any(|name| name.eq_ignore_ascii_case(dn))
}

/// Alice makes her vault under her own entry and works with it; Bob cannot, and cannot read it. The helpdesk reads the header only.
pub(crate) fn a_vault_is_its_users(server: &impl DirectoryServer) {
    for (user, password) in [("alice", "Alice-1!"), ("bob", "Bob-1!"), ("help", "Help-1!")] {
        server.add_user(user, password).unwrap();
    }
    server.join("helpdesk", "help").unwrap();
    let alice = server.login("alice", "Alice-1!");
    let bob = server.login("bob", "Bob-1!");
    let help = server.login("help", "Help-1!");

    let place = vault(server, "alice");
    let (version, data) = (attribute::VERSION, attribute::DATA);
    let header = entry(&place, class::VAULT, &format!("{version}: 1\n{data}: header"));
    refused(server.change(&bob, &header));
    refused(server.change(&help, &header));
    server.change(&alice, &header).unwrap();
    let secret = format!("cn=0a1b.2c3d,{place}");
    let machine = format!("cn=2c3d,{place}");
    let sealed = format!("{version}: 1\n{data}: sealed\n{}: record", attribute::KIND);
    server.change(&alice, &entry(&secret, class::SECRET, &sealed)).unwrap();
    server
        .change(&alice, &entry(&machine, class::MACHINE, &format!("{data}: join")))
        .unwrap();

    // Compare and set: the second one with the same old value loses.
    let swap = |new: &str| {
        format!(
            "dn: {place}\nchangetype: modify\ndelete: {version}\n{version}: 1\n-\nadd: {version}\n{version}: {new}\n"
        )
    };
    server.change(&alice, &swap("2")).unwrap();
    let late = server.change(&alice, &swap("3"));
    assert!(matches!(late, Err(LabError::Ldap { code: 16, .. })), "{late:?}");

    for dn in [&place, &secret, &machine] {
        assert!(read(server, &alice, dn, data).is_some(), "alice: {dn}");
        assert_eq!(read(server, &bob, dn, data), None, "bob: {dn}");
        refused(server.change(
            &bob,
            &format!("dn: {dn}\nchangetype: modify\nreplace: {data}\n{data}: mine\n"),
        ));
        refused(server.change(
            &help,
            &format!("dn: {dn}\nchangetype: modify\nreplace: {data}\n{data}: mine\n"),
        ));
    }
    assert!(read(server, &help, &place, data).is_some());
    assert!(read(server, &help, &machine, data).is_some());
    assert_eq!(read(server, &help, &secret, data), None);
    let secrets = format!("(objectClass={})", class::SECRET);
    let seen = |who| server.search(who, &Question::tree(&place, &secrets));
    assert!(has(&seen(&alice).unwrap(), &secret));
    for who in [&bob, &help] {
        assert!(seen(who).map_or(true, |found| found.names().is_empty()), "{who:?}");
    }
    // Nothing but a vault, and under nobody else's entry.
    refused(server.change(&alice, &entry(&vault(server, "bob"), class::VAULT, "")));
    // What is hers she takes away again.
    server
        .change(&alice, &format!("dn: {secret}\nchangetype: delete\n"))
        .unwrap();
}

/// Who reads a unit below another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nested {
    /// Its own group alone.
    Apart,
    /// The group of the one above it, too.
    Together,
}

/// The group of a unit reads it, administrators write it, and a member is one from the moment he joins to the moment he leaves.
pub(crate) fn a_unit_is_its_groups(server: &impl DirectoryServer, nested: Nested) {
    for user in ["carol", "dave"] {
        server.add_user(user, "Carol-1!").unwrap();
    }
    server.join("countersign-admins", "dave").unwrap();
    server.add_unit("Sales").unwrap();
    server.add_unit("Accounts").unwrap();
    server.add_unit("Pilot,ou=Sales").unwrap();
    let carol = server.login("carol", "Carol-1!");
    let dave = server.login("dave", "Carol-1!");
    let (kind, version, data) = (attribute::KIND, attribute::VERSION, attribute::DATA);
    let catalogue = |unit: &str| format!("cn=catalogue,{}", server.unit(unit));
    let text = |unit: &str| {
        entry(
            &catalogue(unit),
            class::CONFIG,
            &format!("{kind}: catalogue\n{version}: 7\n{data}: {unit}"),
        )
    };
    for unit in ["Sales", "Accounts", "Pilot,ou=Sales"] {
        refused(server.change(&carol, &text(unit)));
        server.change(&dave, &text(unit)).unwrap();
        assert_eq!(read(server, &carol, &catalogue(unit), version), None, "{unit}");
    }
    let readable = || {
        let filter = format!("({kind}=catalogue)");
        let top = server.configuration();
        let found = server.search(&carol, &Question::tree(&top, &filter)).unwrap();
        found.names().len()
    };
    assert_eq!(readable(), 0);
    // What is at the top itself is for everybody to read.
    let list = format!("cn=list-1,{}", server.configuration());
    let text = entry(
        &list,
        class::CONFIG,
        &format!("{kind}: list\n{version}: 1\n{data}: signed"),
    );
    refused(server.change(&carol, &text));
    server.change(&dave, &text).unwrap();
    assert_eq!(read(server, &carol, &list, version).as_deref(), Some("1"));

    // Gained at once, and only there; the unit below it, if it is apart, is not meant.
    server.join("Sales", "carol").unwrap();
    assert_eq!(read(server, &carol, &catalogue("Sales"), version).as_deref(), Some("7"));
    let pilot = read(server, &carol, &catalogue("Pilot,ou=Sales"), version);
    assert_eq!(pilot.is_some(), nested == Nested::Together);
    assert_eq!(readable(), if nested == Nested::Together { 2 } else { 1 });
    server.join("Pilot", "carol").unwrap();
    assert_eq!(readable(), 2);
    // Reading is all.
    let change = format!(
        "dn: {}\nchangetype: modify\nreplace: {version}\n{version}: 8\n",
        catalogue("Sales")
    );
    refused(server.change(&carol, &change));
    refused(server.change(&carol, &format!("dn: {}\nchangetype: delete\n", catalogue("Sales"))));
    server.change(&dave, &change).unwrap();
    // Lost at once.
    server.leave("Sales", "carol").unwrap();
    assert_eq!(read(server, &carol, &catalogue("Sales"), version), None);
    assert_eq!(readable(), 1);
}

/// A wrong password counts once, a right one wipes the count; a disabled account cannot bind, and neither can one that is renamed or gone.
pub(crate) fn binds_are_counted(server: &impl DirectoryServer) {
    server.add_user("erin", "Erin-1!").unwrap();
    let bind = |name: &str, password: &str| {
        let dn = server.user_dn(name);
        server
            .search(&server.login(name, password), &Question::entry(&dn))
            .map(drop)
    };
    // 49: the password is wrong; 53: right or wrong, the account is locked.
    let rejected = |result| {
        assert!(
            matches!(result, Err(LabError::Ldap { code: 49 | 53, .. })),
            "{result:?}"
        )
    };
    bind("erin", "Erin-1!").unwrap();
    assert_eq!(server.bad_password_count("erin").unwrap(), 0);
    for count in 1..=3 {
        rejected(bind("erin", "wrong"));
        assert_eq!(server.bad_password_count("erin").unwrap(), count);
    }
    bind("erin", "Erin-1!").unwrap();
    assert_eq!(server.bad_password_count("erin").unwrap(), 0);

    server.set_password("erin", "Erin-2!").unwrap();
    bind("erin", "Erin-2!").unwrap();
    rejected(bind("erin", "Erin-1!"));
    server.disable("erin").unwrap();
    rejected(bind("erin", "Erin-2!"));
    server.enable("erin").unwrap();
    bind("erin", "Erin-2!").unwrap();
    server.rename_user("erin", "erika").unwrap();
    bind("erika", "Erin-2!").unwrap();
    rejected(bind("erin", "Erin-2!"));
    server.delete_user("erika").unwrap();
    rejected(bind("erika", "Erin-2!"));
}

/// What was answered is there after an end by force, at the same address.
pub(crate) fn it_comes_back_as_it_was(server: &mut impl DirectoryServer) {
    server.add_user("frank", "Frank-1!").unwrap();
    let url = server.url();
    server.stop().unwrap();
    let dn = server.user_dn("frank");
    let gone = server.search(&server.admin(), &Question::entry(&dn));
    assert!(gone.is_err(), "{gone:?}");
    server.restart().unwrap();
    server.kill().unwrap();
    server.restart().unwrap();
    assert_eq!(server.url(), url);
    let frank = server.login("frank", "Frank-1!");
    assert_eq!(server.search(&frank, &Question::entry(&dn)).unwrap().names().len(), 1);
}
