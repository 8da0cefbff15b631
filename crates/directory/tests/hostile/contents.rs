//! What somebody put into a directory that does its work well, on a real slapd.

use crate::lab::{ADA, CONFIGURATION, ada, ask_units, attacks, evil_at, suffered};
use crate::ldap::{as_admin, as_user, password_of, settings, slapd};
use countersign_directory::ldap::LdapSettings;
use countersign_model::port::{
    ConfigurationRepository, DirectoryRepository, Publishing, RepositoryError, VaultRepository,
};
use countersign_model::{ConfigKind, ConfigName, DeviceId, HeaderVersion, RecordId, RecordVersion, Unit, Wanted};
use countersign_tests::servers::hostile::{Answer, Request, ber};
use countersign_tests::servers::slapd::{Schema, SlapdOptions};
use countersign_tests::servers::{DirectoryServer, Slapd};

fn version(record: u8, device: u8, counter: u64) -> RecordVersion {
    RecordVersion {
        record: RecordId([record; 16]),
        device: DeviceId([device; 16]),
        counter,
    }
}

fn change(server: &Slapd, ldif: &str) {
    server.change(&server.admin(), ldif).unwrap();
}

/// A vault of ada's with two records.
fn vault(server: &Slapd) -> countersign_directory::ldap::LdapRepository {
    let repository = as_user(server, "ada");
    repository.replace_header(&ada(), None, b"header").unwrap();
    repository.push(&ada(), &version(1, 1, 5), b"one").unwrap();
    repository.push(&ada(), &version(2, 1, 5), b"two").unwrap();
    repository
}

fn record_dn(record: u8, device: u8) -> String {
    format!(
        "cn={}{},cn=countersign,{ADA}",
        RecordId([record; 16]),
        DeviceId([device; 16])
    )
}

attacks! {
    no_schema: "the schema is not installed", "nothing is written; the sentence says what to load",
        "PLACE is not as it should be: the server does not know Countersign's classes; load the schema that `countersign schema` prints"
        => |says| {
            let mut server = Slapd::with(&SlapdOptions { schema: Schema::Absent, ..SlapdOptions::default() }).unwrap();
            server.add_user("ada", &password_of("ada")).unwrap();
            let repository = as_user(&server, "ada");
            assert_eq!(repository.header(&ada()), Ok(None));
            let refused = repository.replace_header(&ada(), None, b"header").unwrap_err().to_string();
            let meaning = says.strip_prefix("PLACE").unwrap();
            assert!(refused.contains(meaning), "{refused}");
            server.stop().unwrap();
        };
    another_records_name: "a record's entry is renamed to another record's name", "it counts as what its place says, and opens as neither: it is sealed for its own name (end to end below)", "" => |_| {
        let server = slapd();
        vault(&server);
        change(&server, &format!("dn: {}\nchangetype: delete\n", record_dn(2, 1)));
        let (from, to) = (record_dn(1, 1), record_dn(2, 1));
        let rdn = to.split(',').next().unwrap();
        change(&server, &format!("dn: {from}\nchangetype: modrdn\nnewrdn: {rdn}\ndeleteoldrdn: 0\n"));
        let fresh = as_user(&server, "ada");
        assert_eq!(fresh.list(&ada()).unwrap(), [version(2, 1, 5)]);
        assert_eq!(fresh.pull(&ada(), &version(2, 1, 5)), Ok(b"one".to_vec()));
        assert!(matches!(fresh.pull(&ada(), &version(1, 1, 5)), Err(RepositoryError::Missing(_))));
    };
    another_users_record: "a colleague's sealed record is put under this user's name", "it is fetched as bytes; it opens under no key of this user's (end to end below)", "" => |_| {
        let server = slapd();
        let repository = vault(&server);
        change(&server, &format!("dn: {}\nchangetype: modify\nreplace: countersignData\ncountersignData: bobs\n", record_dn(1, 1)));
        assert_eq!(repository.pull(&ada(), &version(1, 1, 5)), Ok(b"bobs".to_vec()));
    };
    records_removed: "records are removed silently", "a full look no longer lists them, and what was listed is reported as gone back (end to end below)", "" => |_| {
        let server = slapd();
        let repository = vault(&server);
        assert_eq!(repository.list(&ada()).unwrap().len(), 2);
        change(&server, &format!("dn: {}\nchangetype: delete\n", record_dn(1, 1)));
        assert!(matches!(repository.pull(&ada(), &version(1, 1, 5)), Err(RepositoryError::Missing(_))));
        let fresh = as_user(&server, "ada");
        assert_eq!(fresh.list(&ada()).unwrap(), [version(2, 1, 5)]);
    };
    a_record_set_back: "a record is replaced by its own older version", "the version that was asked for is missing; the older one is listed as what it is", "" => |_| {
        let server = slapd();
        let repository = vault(&server);
        change(&server, &format!("dn: {}\nchangetype: modify\nreplace: countersignVersion\ncountersignVersion: 4\n", record_dn(1, 1)));
        assert!(matches!(repository.pull(&ada(), &version(1, 1, 5)), Err(RepositoryError::Missing(_))));
        assert!(as_user(&server, "ada").list(&ada()).unwrap().contains(&version(1, 1, 4)));
    };
    a_header_set_back: "the vault header is replaced by an older one", "whoever writes the next one by the number he knows is told that another was faster",
        "PLACE was changed by another device in the meantime" => |_| {
            let server = slapd();
            let repository = vault(&server);
            repository.replace_header(&ada(), Some(HeaderVersion(1)), b"second").unwrap();
            change(&server, &format!("dn: cn=countersign,{ADA}\nchangetype: modify\nreplace: countersignVersion\ncountersignVersion: 1\n-\nreplace: countersignData\ncountersignData: header\n"));
            let refused = repository.replace_header(&ada(), Some(HeaderVersion(2)), b"third").unwrap_err();
            assert!(matches!(refused, RepositoryError::Conflict(_)), "{refused}");
            assert_eq!(repository.header(&ada()), Ok(Some((HeaderVersion(1), b"header".to_vec()))));
        };
    a_slot_key_of_another_size: "the slot key has another size", "it is not used",
        "PLACE is not as it should be: a slot key has 32 bytes" => |says| {
            let server = slapd();
            let repository = vault(&server);
            repository.place_slot_key(&ada(), &countersign_secret::Key::from_fill(|out| out.fill(7))).unwrap();
            change(&server, &format!("dn: cn=slot-key,cn=countersign,{ADA}\nchangetype: modify\nreplace: countersignData\ncountersignData: short\n"));
            let refused = repository.slot_key(&ada()).err().unwrap().to_string();
            assert!(refused.ends_with(says.strip_prefix("PLACE").unwrap()), "{refused}");
        };
    a_catalogue_of_another_unit: "an entry in one unit says that it is another unit's catalogue", "only an entry in the unit's own place is its catalogue", "" => |_| {
        let server = slapd();
        let admin = as_admin(&server);
        let sales = Unit::new("Sales").unwrap();
        admin.swap_catalogue(&sales, None, 7, b"seven").unwrap();
        change(&server, &format!("dn: ou=Evil,{CONFIGURATION}\nobjectClass: organizationalUnit\nou: Evil\n\n\
            dn: cn=catalogue,ou=Evil,{CONFIGURATION}\nobjectClass: countersignConfig\ncn: catalogue\ncountersignKind: catalogue\ncountersignId: Sales\ncountersignVersion: 1\n"));
        let units = admin.units().unwrap();
        assert_eq!(units.len(), 1);
        assert_eq!((units[0].unit.as_str(), units[0].number), ("Sales", 7));
    };
    an_object_over_the_limit: "an object larger than objects may be", "it is left out, the others come", "" => |_| {
        let server = slapd();
        let admin = as_admin(&server);
        let name = |id| ConfigName::new(ConfigKind::Template, id).unwrap();
        admin.put(&Unit::root(), &name("good"), 1, b"good").unwrap();
        admin.put(&Unit::root(), &name("large"), 1, &vec![7; 1 << 20]).unwrap();
        let refused = admin.put(&Unit::root(), &name("huge"), 1, &vec![7; (1 << 20) + 1]);
        assert!(matches!(refused, Err(RepositoryError::Invalid { .. })));
        let huge = std::env::temp_dir().join(format!("countersign-huge.{}", std::process::id()));
        std::fs::write(&huge, vec![7; 3 << 20]).unwrap();
        change(&server, &format!("dn: cn=template-good,{CONFIGURATION}\nchangetype: modify\nreplace: countersignData\ncountersignData:< file://{}\n", huge.display()));
        std::fs::remove_file(&huge).unwrap();
        let names = [name("good"), name("large")];
        for wanted in [Wanted::All, Wanted::These(&names), Wanted::Most(&names)] {
            let mut found = Vec::new();
            admin.objects(&Unit::root(), wanted, &mut |object| found.push((object.id, object.bytes.len()))).unwrap();
            assert_eq!(found, [("large".to_owned(), 1 << 20)]);
        }
    };
    no_rights: "the account has no rights on the vault's place", "nothing is written; the sentence names the right to ask for",
        "the repository PLACE may not be used: your account lacks the right; docs/admin says which rights there have to be (it says: no write access to parent)"
        => |says| {
            let server = slapd();
            let repository = as_user(&server, "bob");
            let refused = repository.replace_header(&ada(), None, b"header").unwrap_err().to_string();
            let meaning = says.strip_prefix("the repository PLACE").unwrap();
            assert!(refused.contains(&meaning[..60]), "{refused}");
        };
    wrong_base: "a base that is not there", "as for an account that is closed: the vault locks, nothing is removed",
        "your account in SERVER is closed: there is nobody with uid=ada below dc=nowhere,dc=org; ask the helpdesk" => |says| {
            let server = slapd();
            let settings = LdapSettings { base: "dc=nowhere,dc=org".to_owned(), ..settings(&server) };
            let (_, sentence) = suffered(&settings, crate::lab::ask_header);
            assert_eq!(sentence.replace(&server.url(), "SERVER"), says);
        };
    a_base_that_is_no_name: "a base that is no name", "the sentence names the setting",
        "no good is not as it should be: the name is none for this server; check `directory.base` and `directory.configuration` (it says: invalid DN)" => |says| {
            let server = slapd();
            let settings = LdapSettings { configuration: "no good".to_owned(), ..settings(&server) };
            let (_, sentence) = suffered(&settings, ask_units);
            assert!(sentence.starts_with(&says[..80]), "{sentence}");
        };
    limits_of_the_server: "the server allows pages of ten entries", "nothing of it is used; the sentence says to raise the limit",
        "the repository dc=example,dc=org cannot be reached: the server's size or time limit was reached, so nothing of it is used; raise the limit for users, or ask for less at once (it says: illegal pagedResults page size)" => |says| {
            let server = Slapd::with(&SlapdOptions { limits: "sizelimit size.soft=10 size.hard=10 size.pr=10 size.prtotal=10".to_owned(), ..SlapdOptions::default() }).unwrap();
            server.add_user("ada", &password_of("ada")).unwrap();
            let refused = as_user(&server, "ada").list(&ada()).unwrap_err().to_string();
            assert_eq!(refused, says);
        };
    a_clock_a_year_ahead: "an entry was stamped by a server whose clock was a year ahead", "what is written by the right time afterwards is still found", "" => |_| {
        let stamp = |stamp: &'static str| move |record: &'static str, request: &Request| {
            let name = format!("{record}{}", "01".repeat(16));
            let dn = format!("cn={name},cn=countersign,{ADA}");
            Answer::to(request, &ber::entry(&dn, &[("cn", &[name.as_bytes()]), ("countersignVersion", &[b"1"]), ("entryCSN", &[stamp.as_bytes()])]))
        };
        // The repository's clock stands at 15 January 2027.
        let (ahead, right) = (stamp("20280115080000.000000Z#000000#001#000000"), stamp("20270115080000.000000Z#000000#001#000000"));
        const ONE: &str = "11111111111111111111111111111111";
        const TWO: &str = "22222222222222222222222222222222";
        let server = evil_at(b"entryCSN", move |request| {
            let mut answers = vec![ahead(ONE, request)];
            // The second time only what is newer than the first time's cursor is asked for.
            if request.mentions(b"20270115") {
                answers.push(right(TWO, request));
            } else {
                assert!(!request.mentions(b"2028"));
            }
            answers.push(Answer::to(request, &ber::done(0, "")));
            answers
        });
        let repository = crate::lab::repository(crate::lab::facing(&server, crate::lab::patient()));
        repository.authenticate(&ada(), &crate::lab::secret()).unwrap();
        assert_eq!(repository.list(&ada()).unwrap().len(), 1);
        assert_eq!(repository.list(&ada()).unwrap().len(), 2);
    };
}
