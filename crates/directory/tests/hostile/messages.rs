//! Bytes that are no LDAP message, or one that makes no sense: what ends the process that parses them ends the child only.

use crate::lab::{
    ask_header, ask_units, attacks, brief, decent, endure, evil_at, evil_at_bind, facing, patient, suffered,
};
use countersign_tests::servers::hostile::{Answer, Request, ber};
use std::sync::Arc;

const CATALOGUES: &[u8] = b"catalogue";

/// Whichever way the child ends, the connection was lost; how exactly is the library's matter.
fn ends(bytes: Vec<u8>) {
    for at_bind in [true, false] {
        let bytes = bytes.clone();
        let script = move |_: &Request| vec![Answer::Bytes(bytes.clone()), Answer::Close];
        let server = if at_bind {
            evil_at_bind(script)
        } else {
            evil_at(CATALOGUES, script)
        };
        lost(&server);
    }
}

fn lost(server: &countersign_tests::servers::Hostile) {
    let settings = facing(server, patient());
    let (result, sentence) = suffered(&settings, ask_units);
    assert!(result.is_err());
    let said = sentence.replace(&settings.servers[0], "SERVER");
    let known = [LOST, UNREADABLE];
    assert!(known.contains(&said.as_str()), "{said}");
    endure(
        server,
        &settings,
        ask_units,
        &sentence.replace(&settings.servers[0], "SERVER"),
    );
}

const LOST: &str = "the repository SERVER cannot be reached: the connection was lost";
const UNREADABLE: &str =
    "the repository SERVER cannot be reached: what it sent could not be read, and the connection was closed";

/// Something that goes on until the child gives up or has no more memory.
fn endless(first: Vec<u8>, more: Vec<u8>) {
    let script = move |_: &Request| {
        let more = more.clone();
        vec![
            Answer::Bytes(first.clone()),
            Answer::Endless(Arc::new(move |_| more.clone())),
        ]
    };
    let server = evil_at(CATALOGUES, script);
    let settings = facing(&server, brief());
    let (result, sentence) = suffered(&settings, ask_units);
    assert!(result.is_err() && sentence.contains("cannot be reached"), "{sentence}");
    crate::lab::still_works(ask_units);
}

fn entry_with(value_of: &'static str, value: Vec<u8>) -> countersign_tests::servers::Hostile {
    evil_at(b"cn=countersign", move |request| {
        let dn = "cn=countersign,uid=ada,ou=People,dc=example,dc=org";
        let entry = ber::entry(dn, &[("countersignVersion", &[b"3"]), (value_of, &[&value])]);
        vec![Answer::to(request, &entry), Answer::to(request, &ber::done(0, ""))]
    })
}

attacks! {
    an_empty_sequence: "the two bytes `30 00`", "the child's connection ends, nothing else",
        "the repository SERVER cannot be reached: the connection was lost" => |_| ends(vec![0x30, 0x00]);
    nested_sequences: "8,000 sequences, one in the other", "at most the child ends",
        "the repository SERVER cannot be reached: what it sent could not be read, and the connection was closed" => |_| ends(ber::nested(8_000));
    many_nested_sequences: "80,000 sequences, one in the other", "the child ends",
        "the repository SERVER cannot be reached: what it sent could not be read, and the connection was closed" => |_| ends(ber::nested(80_000));
    a_huge_length: "a message of 2^62 bytes, of which some come", "given up after the time for an operation, or when the child has 512 MiB",
        "the repository SERVER cannot be reached: it does not answer in time" => |_| endless(ber::promise(0x30, 1 << 62), vec![0; 1 << 16]);
    an_indefinite_length: "a message of indefinite length, which LDAP has not", "the connection ends",
        "the repository SERVER cannot be reached: the connection was lost" => |_| ends(vec![0x30, 0x80, 0x02, 0x01, 0x01, 0x61, 0x80, 0x0a, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00]);
    bytes_without_end: "random bytes without end", "the connection ends",
        "the repository SERVER cannot be reached: the connection was lost" => |_| {
            endless(vec![0x16, 0x84, 0x7f, 0xff, 0xff, 0xff], (0..=255).cycle().take(1 << 16).collect());
        };
    a_wide_length: "a length of 126 bytes", "the connection ends",
        "the repository SERVER cannot be reached: the connection was lost" => |_| ends([vec![0x30, 0xfe], vec![0xff; 126]].concat());
    no_number: "a message without a number", "the connection ends",
        "the repository SERVER cannot be reached: the connection was lost" => |_| ends(ber::sequence(&[ber::bind_response(0, "")]));
    another_operation: "a search is answered with a bind's answer", "the connection ends",
        "the repository SERVER cannot be reached: the connection was lost" => |says| {
            let server = evil_at(CATALOGUES, |request| vec![Answer::to(request, &ber::bind_response(0, "")), Answer::Close]);
            endure(&server, &facing(&server, patient()), ask_units, says);
        };
    controls_that_are_none: "controls that are garbage", "at most the child's connection ends",
        "the repository SERVER cannot be reached: the connection was lost" => |_| {
            for control in [vec![0x04, 0x01, 0x00], vec![0x30, 0x00], ber::sequence(&[ber::octets(&[0xff, 0xfe])])] {
                let server = evil_at(CATALOGUES, move |request| {
                    vec![Answer::with(request, &ber::done(0, ""), std::slice::from_ref(&control)), Answer::Close]
                });
                let (_, sentence) = suffered(&facing(&server, patient()), ask_units);
                assert!(sentence.is_empty() || sentence.contains("connection"), "{sentence}");
            }
        };
    results_that_are_none: "results without their parts", "at most the child ends",
        "the repository SERVER cannot be reached: what it sent could not be read, and the connection was closed" => |_| {
            for done in [ber::element(0x65, &[]), ber::element(0x65, &[0x0a, 0]), ber::element(0x65, &ber::octets(b"x"))] {
                let server = evil_at(CATALOGUES, move |request| vec![Answer::to(request, &done), Answer::Close]);
                let (result, sentence) = suffered(&facing(&server, patient()), ask_units);
                assert!(result.is_err() && sentence.contains("cannot be reached"), "{result:?}");
            }
        };
    entries_that_are_none: "entries without a name, with attributes that are none", "nothing of the answer is used",
        "the repository SERVER cannot be reached: what it sends cannot be read: an entry came that is none" => |says| {
            for entry in [
                ber::element(0x64, &[]),
                ber::element(0x64, &ber::octets(b"cn=a")),
                ber::element(0x64, &[ber::octets(b"cn=a"), ber::octets(b"no list")].concat()),
                ber::element(0x64, &[ber::octets(b"cn=a"), ber::sequence(&[ber::octets(b"no attribute")])].concat()),
            ] {
                let server = evil_at(CATALOGUES, move |request| vec![Answer::to(request, &entry), Answer::to(request, &ber::done(0, ""))]);
                endure(&server, &facing(&server, patient()), ask_units, says);
            }
        };
    a_name_that_is_no_text: "an entry's name is no UTF-8", "nothing of the answer is used",
        "the repository SERVER cannot be reached: what it sends cannot be read: an entry came that is none" => |says| {
            let server = evil_at(CATALOGUES, |request| {
                let entry = ber::element(0x64, &[ber::octets(b"cn=\xff\xfe,dc=example,dc=org"), ber::sequence(&[])].concat());
                vec![Answer::to(request, &entry), Answer::to(request, &ber::done(0, ""))]
            });
            endure(&server, &facing(&server, patient()), ask_units, says);
        };
    values_that_are_no_text: "numbers and names that are no UTF-8", "they count as not there", "" => |_| {
        let server = evil_at(b"cn=countersign", |request| {
            let dn = "cn=countersign,uid=ada,ou=People,dc=example,dc=org";
            let entry = ber::entry(dn, &[("countersignVersion", &[b"\xff\xfe"]), ("countersignData", &[b"x"])]);
            vec![Answer::to(request, &entry), Answer::to(request, &ber::done(0, ""))]
        });
        assert_eq!(endure(&server, &facing(&server, patient()), ask_header, "").as_deref(), Some("None"));
    };
    duplicate_attributes: "attributes twice, with many values, and 10,000 that nobody asked for", "the first value counts, what was not asked for is left out", "" => |_| {
        let server = evil_at(b"cn=countersign", |request| {
            let mut attributes: Vec<(&str, &[&[u8]])> = vec![("garbage", &[b"g"]); 10_000];
            let three: &[&[u8]] = &[b"3", b"4"];
            attributes.push(("COUNTERSIGNVERSION", three));
            attributes.push(("countersignVersion", &[b"9"]));
            attributes.push(("countersignData", &[b"one", b"two"]));
            let entry = ber::entry("cn=Countersign, uid=ada,ou=people,dc=example,dc=org", &attributes);
            vec![Answer::to(request, &entry), Answer::to(request, &ber::done(0, ""))]
        });
        let header = endure(&server, &facing(&server, patient()), ask_header, "").unwrap();
        assert!(header.contains("HeaderVersion(3)") && header.contains("111, 110, 101"), "{header}");
    };
    an_attribute_of_a_megabyte: "a value of the greatest size there may be", "it is taken", "" => |_| {
        let server = entry_with("countersignData", vec![7; 1 << 20]);
        let header = endure(&server, &facing(&server, patient()), ask_header, "").unwrap();
        assert!(header.starts_with("Some((HeaderVersion(3)"), "{}", header.len());
    };
    an_attribute_too_large: "a value of two megabytes", "it counts as not there, the rest of the answer is used", "" => |_| {
        let server = entry_with("countersignData", vec![7; 2 << 20]);
        assert_eq!(endure(&server, &facing(&server, patient()), ask_header, "").as_deref(), Some("None"));
    };
    an_attribute_of_100_megabytes: "a value of 100 megabytes", "it counts as not there, or the child has no more memory; this process does not grow",
        "the repository SERVER cannot be reached: it does not answer in time" => |_| {
            let server = evil_at(b"cn=countersign", |request| {
                let size: u64 = 100 << 20;
                let dn = ber::octets(b"cn=countersign,uid=ada,ou=People,dc=example,dc=org");
                let head = |tag: u8, inside: u64| [vec![tag, 0x84], u32::try_from(inside).unwrap().to_be_bytes().to_vec()].concat();
                let name = ber::octets(b"countersignData");
                let (value, values) = (size + 6, size + 12);
                let attribute = values + name.len() as u64;
                let list = attribute + 6;
                let entry = list + 6 + dn.len() as u64;
                let number = ber::number(2, request.id);
                let start = [head(0x30, entry + 6 + number.len() as u64), number, head(0x64, entry), dn, head(0x30, list), head(0x30, attribute), name, head(0x31, value), head(0x04, size)].concat();
                let mut answers = vec![Answer::Bytes(start)];
                answers.extend((0..100).map(|_| Answer::Bytes(vec![7; 1 << 20])));
                answers.push(Answer::to(request, &ber::done(0, "")));
                answers
            });
            let (result, sentence) = {
                let settings = facing(&server, patient());
                let repository = crate::lab::repository(settings);
                let result = crate::lab::asked(&repository, ask_header);
                let sentence = result.as_ref().err().map(ToString::to_string).unwrap_or_default();
                (result, sentence)
            };
            assert!(result.as_deref() == Ok("None") || sentence.contains("cannot be reached"), "{result:?}");
            assert_eq!(crate::lab::children(), 0);
            crate::lab::still_works(ask_header);
        };
    numbers_over_the_limit: "a vault header numbered 2^64 - 1, or less than nothing", "it counts as not there", "" => |_| {
        for number in ["18446744073709551615", "9223372036854775808", "-1", "0", "1e3", "+", " 7"] {
            let server = evil_at(b"cn=countersign", move |request| {
                let dn = "cn=countersign,uid=ada,ou=People,dc=example,dc=org";
                let entry = ber::entry(dn, &[("countersignVersion", &[number.as_bytes()]), ("countersignData", &[b"x"])]);
                vec![Answer::to(request, &entry), Answer::to(request, &ber::done(0, ""))]
            });
            let settings = facing(&server, patient());
            assert_eq!(suffered(&settings, ask_header).0.as_deref(), Ok("None"), "{number}");
        }
        let _: fn(&Request) -> Vec<Answer> = decent;
    };
}
