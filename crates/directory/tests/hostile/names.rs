//! Names that mean something to a directory, and users who change, on a real slapd.

use crate::lab::{BASE, ada, attacks, repository, secret};
use crate::ldap::{as_admin, as_user, settings, slapd};
use countersign_directory::ldap::LdapSettings;
use countersign_model::port::{
    ConfigurationRepository, DirectoryRepository, Publishing, RepositoryError, VaultRepository,
};
use countersign_model::{HeaderVersion, Unit, UserId};
use countersign_secret::Password;
use countersign_tests::servers::{DirectoryServer, Slapd};

fn nobody(server: &Slapd, name: &str) {
    let repository = as_admin(server);
    let user = UserId::from(name);
    let refused = repository.header(&user).unwrap_err();
    let is_good = matches!(
        refused,
        RepositoryError::AccountClosed { .. } | RepositoryError::Invalid { .. }
    );
    assert!(is_good, "{name}: {refused}");
}

attacks! {
    filters_in_a_users_name: "a user's name with the characters of filters: `*`, `a*`, `ada)(uid=*`, `*)(objectClass=*`", "it means itself: nobody is found, nobody else's vault is touched",
        "your account in SERVER is closed: there is nobody with uid=a* below dc=example,dc=org; ask the helpdesk" => |says| {
            let server = slapd();
            for name in ["*", "a*", "ada)(uid=*", "*)(objectClass=*", "ada\\2a", "(|(uid=ada))", "\\61da", "ada)"] {
                nobody(&server, name);
            }
            let refused = as_admin(&server).header(&UserId::from("a*")).unwrap_err().to_string();
            assert_eq!(refused.replace(&server.url(), "SERVER"), says);
        };
    names_in_a_users_name: "a user's name with the characters of DNs: `ada,ou=People`, `ada+cn=x`", "it binds as nobody else and finds nobody else",
        "the repository SERVER wants your password: it turned this one down; type it with `countersign directory login`" => |says| {
            let server = slapd();
            for name in ["ada,ou=People", "ada+cn=ada", "ada,ou=People,dc=example,dc=org", "\"ada\"", "#ada", "ada\\"] {
                nobody(&server, name);
                let repository = repository(settings(&server));
                let refused = repository.authenticate(&UserId::from(name), &secret()).unwrap_err().to_string();
                assert_eq!(refused.replace(&server.url(), "SERVER"), says, "{name}");
            }
            assert_eq!(server.bad_password_count("ada").unwrap(), 0);
        };
    a_vault_of_a_strange_name: "a user with `Smith, J. (Sales)*` for a name", "the vault is his, and is found again", "" => |_| {
        let server = slapd();
        let name = "Smith, J. (Sales)*";
        let ldif = format!("dn: uid=Smith\\, J. (Sales)*,{}\nobjectClass: inetOrgPerson\nuid: {name}\ncn: x\nsn: x\nuserPassword: his-password-12\n", server.people());
        server.change(&server.admin(), &ldif).unwrap();
        let settings = LdapSettings { bind_name: format!("uid={{user}},ou=People,{BASE}"), ..settings(&server) };
        let repository = repository(settings);
        let user = UserId::from(name);
        repository.authenticate(&user, &Password::from_utf8(b"his-password-12").unwrap()).unwrap();
        repository.replace_header(&user, None, b"his").unwrap();
        assert_eq!(repository.header(&user), Ok(Some((HeaderVersion(1), b"his".to_vec()))));
        assert_eq!(as_admin(&server).header(&ada()), Ok(None));
    };
    strange_units: "units named `Sales, East`, `a=b+c`, `*`, `x)(y`", "each is itself", "" => |_| {
        let server = slapd();
        let admin = as_admin(&server);
        for (number, name) in (1..).zip(["Sales, East", "a=b+c", "*", "x)(y", "Käse #1", "\"quoted\"", "a;b<c>d"]) {
            let unit = Unit::new(name).unwrap();
            admin.swap_catalogue(&unit, None, number, name.as_bytes()).unwrap();
            assert_eq!(admin.catalogue(&unit), Ok((number, name.as_bytes().to_vec())), "{name}");
        }
        let units = admin.units().unwrap();
        assert_eq!(units.len(), 7, "{units:?}");
    };
    strange_groups: "a group named `*)(cn=countersign-admins`", "names are compared as they are", "" => |_| {
        let server = slapd();
        let group = |rdn: &str, cn: &str| {
            let ldif = format!("dn: cn={rdn},{}\nobjectClass: groupOfNames\ncn: {cn}\nmember: {}\n", server.groups(), server.user_dn("ada"));
            server.change(&server.admin(), &ldif).unwrap();
        };
        group("*)(cn\\=countersign-admins", "*)(cn=countersign-admins");
        let groups = as_user(&server, "ada").memberships(&ada()).unwrap();
        assert_eq!(groups, ["*)(cn=countersign-admins"]);
    };
    a_group_of_the_same_name: "another group of the same name elsewhere below the base", "it counts: who may make groups below `directory.base` may join any name; keep that right to administrators", "" => |_| {
        let server = slapd();
        let ldif = format!("dn: ou=Elsewhere,{BASE}\nobjectClass: organizationalUnit\nou: Elsewhere\n\ndn: cn=helpdesk,ou=Elsewhere,{BASE}\nobjectClass: groupOfNames\ncn: helpdesk\nmember: {}\n", server.user_dn("ada"));
        server.change(&server.admin(), &ldif).unwrap();
        assert_eq!(as_user(&server, "ada").memberships(&ada()).unwrap(), ["helpdesk"]);
        assert_eq!(as_user(&server, "bob").memberships(&UserId::from("bob")).unwrap(), Vec::<String>::new());
    };
    namesakes: "two people have the same login name", "neither vault is used",
        "dc=example,dc=org is not as it should be: several entries have uid=ada; names have to be unique" => |says| {
            let server = slapd();
            let ldif = format!("dn: ou=Other,{BASE}\nobjectClass: organizationalUnit\nou: Other\n\ndn: uid=ada,ou=Other,{BASE}\nobjectClass: inetOrgPerson\nuid: ada\ncn: a\nsn: a\n");
            server.change(&server.admin(), &ldif).unwrap();
            let refused = as_user(&server, "ada").header(&ada()).unwrap_err().to_string();
            assert_eq!(refused, says);
        };
    a_user_renamed: "the user is renamed while the agent works", "his account by the old name is closed at the next full look; nothing is removed",
        "your account in SERVER is closed: there is nobody with uid=ada below dc=example,dc=org; ask the helpdesk" => |says| {
            let server = slapd();
            let repository = as_user(&server, "ada");
            repository.replace_header(&ada(), None, b"header").unwrap();
            server.rename_user("ada", "lovelace").unwrap();
            repository.units().unwrap();
            let refused = repository.header(&ada()).unwrap_err().to_string();
            assert_eq!(refused.replace(&server.url(), "SERVER"), says);
            let renamed = UserId::from("lovelace");
            let repository = crate::lab::repository(settings(&server));
            repository.authenticate(&renamed, &secret()).unwrap();
            assert_eq!(repository.header(&renamed), Ok(Some((HeaderVersion(1), b"header".to_vec()))));
        };
    a_user_moved: "the user's entry is moved elsewhere in the tree", "it is found there at the next full look, and the vault with it", "" => |_| {
        let server = slapd();
        let repository = as_user(&server, "ada");
        repository.replace_header(&ada(), None, b"header").unwrap();
        let before = repository.identity(&ada()).unwrap();
        let ldif = format!("dn: ou=Elsewhere,{0}\nobjectClass: organizationalUnit\nou: Elsewhere\n\ndn: {1}\nchangetype: modrdn\nnewrdn: uid=ada\ndeleteoldrdn: 0\nnewsuperior: ou=Elsewhere,{BASE}\n", BASE, server.user_dn("ada"));
        server.change(&server.admin(), &ldif).unwrap();
        let admin = as_admin(&server);
        assert_eq!(admin.header(&ada()), Ok(Some((HeaderVersion(1), b"header".to_vec()))));
        assert_eq!(admin.identity(&ada()).unwrap(), before);
    };
    a_user_deleted: "the user is deleted while the agent works", "the account is closed at the next contact; nothing is removed on this machine",
        "your account in SERVER is closed: there is nobody with uid=ada below dc=example,dc=org; ask the helpdesk" => |says| {
            let server = slapd();
            let repository = as_user(&server, "ada");
            repository.replace_header(&ada(), None, b"header").unwrap();
            server.delete_user("ada").unwrap();
            repository.units().unwrap();
            let refused = repository.header(&ada()).unwrap_err().to_string();
            assert_eq!(refused.replace(&server.url(), "SERVER"), says);
        };
    a_stale_password: "a hundred occasions to ask three servers with a password that is no longer right", "the account's count of bad passwords grows by one",
        "the repository SERVER no longer takes the password it took before: it was changed elsewhere, or your account is closed; type it with `countersign directory login`"
        => |says| {
            let server = slapd();
            let relays: Vec<_> = (0..3).map(|_| countersign_tests::servers::Relay::to(server.port()).unwrap()).collect();
            let settings = LdapSettings { servers: relays.iter().map(countersign_tests::servers::Relay::url).collect(), ..settings(&server) };
            let repository = repository(settings.clone());
            repository.authenticate(&ada(), &secret()).unwrap();
            repository.settle();
            server.set_password("ada", "another-password-1").unwrap();
            let refused = repository.units().unwrap_err().to_string();
            assert_eq!(refused.replace(&settings.servers[0], "SERVER"), says);
            for _ in 0..100 {
                repository.units().unwrap_err();
                repository.settle();
            }
            // Typing the same one again is not another try.
            for _ in 0..5 {
                repository.authenticate(&ada(), &secret()).unwrap_err();
            }
            assert_eq!(server.bad_password_count("ada").unwrap(), 1);
            repository.authenticate(&ada(), &Password::from_utf8(b"another-password-1").unwrap()).unwrap();
            repository.units().unwrap();
        };
}
