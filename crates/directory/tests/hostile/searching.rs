//! Searches: limits, referrals, pages.

use crate::lab::{
    ask_header, ask_list, ask_units, attacks, brief, decent, endure, evil_at, facing, patient, repository,
};
use countersign_model::port::{DirectoryRepository, VaultRepository};
use countersign_tests::servers::hostile::{Answer, Hostile, Identity, Opening, Request, ber};
use std::sync::atomic::{AtomicU64, Ordering};

const CATALOGUES: &[u8] = b"catalogue";

fn catalogue(request: &Request) -> Answer {
    let dn = "cn=catalogue,ou=Countersign,dc=example,dc=org";
    Answer::to(request, &ber::entry(dn, &[("countersignVersion", &[b"1"])]))
}

fn ends_with(code: i64, says: &str) {
    let server = evil_at(CATALOGUES, move |request| {
        vec![catalogue(request), Answer::to(request, &ber::done(code, ""))]
    });
    endure(&server, &facing(&server, patient()), ask_units, says);
}

attacks! {
    no_answer_to_a_search: "a search is never answered", "given up after the time for an operation",
        "the repository SERVER cannot be reached: it does not answer in time" => |says| {
            let server = evil_at(CATALOGUES, |_| Vec::new());
            endure(&server, &facing(&server, brief()), ask_units, says);
        };
    no_end_of_a_search: "one entry comes and then nothing", "given up; nothing of it is used",
        "the repository SERVER cannot be reached: it does not answer in time" => |says| {
            let server = evil_at(CATALOGUES, |request| vec![catalogue(request)]);
            endure(&server, &facing(&server, brief()), ask_units, says);
        };
    reset_in_a_search: "the connection is reset in a search", "nothing of it is used; the next server is asked",
        "the repository SERVER cannot be reached: the connection was lost" => |says| {
            let server = evil_at(CATALOGUES, |request| vec![catalogue(request), Answer::Reset]);
            endure(&server, &facing(&server, patient()), ask_units, says);
        };
    closed_in_a_search: "the connection is closed in a search", "nothing of it is used; the next server is asked",
        "the repository SERVER cannot be reached: the connection was lost" => |says| {
            let server = evil_at(CATALOGUES, |request| vec![catalogue(request), Answer::Close]);
            endure(&server, &facing(&server, patient()), ask_units, says);
        };
    size_limit: "the server's size limit ends a search", "nothing of it is used: part of it is not all of it",
        "the repository ou=Countersign,dc=example,dc=org cannot be reached: the server's size or time limit was reached, so nothing of it is used; raise the limit for users, or ask for less at once"
        => |says| ends_with(4, says);
    time_limit: "the server's time limit ends a search", "nothing of it is used",
        "the repository ou=Countersign,dc=example,dc=org cannot be reached: the server's size or time limit was reached, so nothing of it is used; raise the limit for users, or ask for less at once"
        => |says| ends_with(3, says);
    admin_limit: "the server's administrative limit ends a search", "nothing of it is used",
        "the repository ou=Countersign,dc=example,dc=org cannot be reached: the server's size or time limit was reached, so nothing of it is used; raise the limit for users, or ask for less at once"
        => |says| ends_with(11, says);
    referral_loop: "a search is referred to the very same server", "it is not followed",
        "ou=Countersign,dc=example,dc=org is not as it should be: the server refers to another one; name that one in `directory.servers`, referrals are never followed"
        => |says| {
            let server = evil_at(CATALOGUES, |request| vec![Answer::to(request, &ber::referral(0x65, &["ldaps://127.0.0.1/"]))]);
            endure(&server, &facing(&server, patient()), ask_units, says);
            assert_eq!(server.heard().len(), 1);
        };
    search_references: "search results refer to another server for more", "they are not followed: nobody else hears the password",
        "" => |_| {
            let other = Hostile::start(Opening::Tls(Identity::Right), decent).unwrap();
            let url = other.url();
            let server = evil_at(CATALOGUES, move |request| {
                let reference = Answer::to(request, &ber::reference(&[&url]));
                vec![reference.clone(), catalogue(request), reference, Answer::to(request, &ber::done(0, ""))]
            });
            let units = endure(&server, &facing(&server, patient()), ask_units, "").unwrap();
            assert!(units.contains("number: 1"), "{units}");
            assert!(other.heard().is_empty());
        };
    pages_without_end: "one empty page after the other, always with the same cookie", "given up after 32",
        "the repository SERVER cannot be reached: what it sends cannot be read: page after page comes without an entry" => |says| {
            let server = evil_at(CATALOGUES, |request| vec![Answer::with(request, &ber::done(0, ""), &[ber::paging(7, b"again")])]);
            endure(&server, &facing(&server, patient()), ask_units, says);
            assert!(server.heard()[0].requests.len() < 50);
        };
    pages_with_new_cookies: "one empty page after the other, each with another cookie", "given up after 32",
        "the repository SERVER cannot be reached: what it sends cannot be read: page after page comes without an entry" => |says| {
            let count = AtomicU64::new(0);
            let server = evil_at(CATALOGUES, move |request| {
                let cookie = count.fetch_add(1, Ordering::Relaxed).to_be_bytes();
                vec![Answer::with(request, &ber::done(0, ""), &[ber::paging(7, &cookie)])]
            });
            endure(&server, &facing(&server, patient()), ask_units, says);
        };
    the_same_page_again: "the same page again and again, with entries", "given up after the time for an exchange",
        "the repository SERVER cannot be reached: it does not answer in time" => |says| {
            let server = evil_at(CATALOGUES, |request| {
                vec![catalogue(request), Answer::with(request, &ber::done(0, ""), &[ber::paging(7, b"again")])]
            });
            endure(&server, &facing(&server, brief()), ask_units, says);
        };
    a_cookie_that_is_none: "a paging control that is garbage", "it is not taken for the last page, which would hide the others",
        "the repository SERVER cannot be reached: what it sends cannot be read: whether there are more pages is not said" => |says| {
            let server = evil_at(CATALOGUES, |request| {
                let garbage = ber::control("1.2.840.113556.1.4.319", &[0x30, 0x05, 0x04, 1, 2, 3, 4]);
                vec![catalogue(request), Answer::with(request, &ber::done(0, ""), &[garbage])]
            });
            endure(&server, &facing(&server, patient()), ask_units, says);
        };
    a_huge_cookie: "a cookie of 16 KiB, again and again", "given up after 32 pages",
        "the repository SERVER cannot be reached: what it sends cannot be read: page after page comes without an entry" => |says| {
            let server = evil_at(CATALOGUES, |request| vec![Answer::with(request, &ber::done(0, ""), &[ber::paging(7, &vec![7; 1 << 14])])]);
            endure(&server, &facing(&server, patient()), ask_units, says);
        };
    entries_without_end: "entries without end", "given up after the time for an operation; the child's memory ends at 512 MiB, this process does not grow",
        "" => |_| {
            let server = evil_at(CATALOGUES, |request| {
                let entry = ber::message(request.id, &ber::entry("cn=catalogue,ou=a,ou=Countersign,dc=example,dc=org", &[("countersignId", &[b"a"])]));
                let many = entry.repeat(100);
                vec![Answer::Endless(std::sync::Arc::new(move |_| many.clone()))]
            });
            let (result, sentence) = crate::lab::suffered(&facing(&server, brief()), ask_units);
            assert!(result.is_err(), "{result:?}");
            assert!(sentence.contains("cannot be reached") || sentence.contains("is not as it should be"), "{sentence}");
        };
    entries_of_elsewhere: "an entry that is not where was searched", "nothing of the answer is used and the connection is closed",
        "the repository SERVER cannot be reached: it sent an entry that nobody asked for" => |says| {
            let server = evil_at(CATALOGUES, |request| {
                let entry = ber::entry("cn=catalogue,ou=Countersign,dc=elsewhere", &[("countersignVersion", &[b"1"])]);
                vec![Answer::to(request, &entry), Answer::to(request, &ber::done(0, ""))]
            });
            endure(&server, &facing(&server, patient()), ask_units, says);
        };
    another_entry: "the vault's entry is asked for, a colleague's comes", "it is not used and the connection is closed",
        "the repository SERVER cannot be reached: it sent an entry that nobody asked for" => |says| {
            let server = evil_at(b"cn=countersign", |request| {
                let entry = ber::entry("cn=countersign,uid=bob,ou=People,dc=example,dc=org", &[("countersignVersion", &[b"9"]), ("countersignData", &[b"his"])]);
                vec![Answer::to(request, &entry), Answer::to(request, &ber::done(0, ""))]
            });
            endure(&server, &facing(&server, patient()), ask_header, says);
        };
    two_for_one: "two entries come for one name", "neither is used and the connection is closed",
        "the repository SERVER cannot be reached: more than 1 entries came; nothing of it is used" => |says| {
            let server = evil_at(b"cn=countersign", |request| {
                let entry = ber::entry("cn=countersign,uid=ada,ou=People,dc=example,dc=org", &[("countersignVersion", &[b"9"]), ("countersignData", &[b"x"])]);
                vec![Answer::to(request, &entry), Answer::to(request, &entry), Answer::to(request, &ber::done(0, ""))]
            });
            endure(&server, &facing(&server, patient()), ask_header, says);
        };
    answers_for_others: "entries and the end of a search come under other message numbers", "they are not used",
        "the repository SERVER cannot be reached: it does not answer in time" => |says| {
            let server = evil_at(CATALOGUES, |request| {
                let other = |operation: &[u8]| Answer::Bytes(ber::message(request.id + 40, operation));
                vec![other(&ber::entry("cn=a", &[])), other(&ber::done(0, ""))]
            });
            endure(&server, &facing(&server, brief()), ask_units, says);
        };
    no_such_base: "the directory says that the configuration is not there", "nobody publishes here; that is no fault", "" => |_| {
        let server = evil_at(CATALOGUES, |request| vec![Answer::to(request, &ber::done(32, ""))]);
        assert_eq!(endure(&server, &facing(&server, patient()), ask_units, "").as_deref(), Some("[]"));
    };
    notice_in_a_search: "a notice of disconnection in a search, and no end of it", "the next server is asked",
        "the repository SERVER cannot be reached: the connection was lost" => |says| {
            let server = evil_at(b"countersignSecret", |_| {
                vec![Answer::Bytes(ber::message(0, &ber::extended_response(52, "maintenance"))), Answer::Close]
            });
            endure(&server, &facing(&server, patient()), ask_list, says);
        };
    a_flood_of_requests_to_join: "a thousand requests to join", "sixteen are looked at, and the connection to a server that sends more is closed",
        "nothing: there is never more to say than sixteen" => |says| {
            let server = evil_at(b"countersignMachine", |request| {
                let entry = |number: u32| {
                    let name = format!("{number:032x}");
                    let dn = format!("cn={name},cn=countersign,uid=ada,ou=People,dc=example,dc=org");
                    Answer::to(request, &ber::entry(&dn, &[("cn", &[name.as_bytes()]), ("countersignData", &[b"x"])]))
                };
                (0..1000).map(entry).chain([Answer::to(request, &ber::done(0, ""))]).collect()
            });
            let repository = repository(facing(&server, patient()));
            repository.authenticate(&crate::lab::ada(), &crate::lab::secret()).unwrap();
            assert_eq!(repository.join_requests(&crate::lab::ada()).unwrap().len(), 16, "{says}");
        };
}
