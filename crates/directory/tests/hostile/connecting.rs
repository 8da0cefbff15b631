//! Before anything is said: the network, the certificate, StartTLS.

use crate::lab::{
    ask_nothing, asked, attacks, brief, briefest, decent, endure, facing, goes_on, no_word_in_clear, patient,
    repository, suffered,
};
use crate::ldap::{settings, slapd};
use countersign_directory::ldap::{LdapSettings, Patience, StartTls};
use countersign_tests::servers::hostile::{Answer, Hostile, Identity, Opening, Request, ber};
use countersign_tests::servers::relay::{Direction, Fault};
use countersign_tests::servers::{DirectoryServer, Port, Relay};
use std::time::Duration;

fn shows(identity: Identity, says: &str) {
    let server = Hostile::start(Opening::Tls(identity), decent).unwrap();
    endure(&server, &facing(&server, patient()), ask_nothing, says);
    assert_eq!(server.heard().iter().map(|heard| heard.binds()).sum::<usize>(), 0);
}

/// What is between this machine and a good server.
fn between(fault: Fault, patience: Patience, says: &str) {
    let good = slapd();
    let relay = Relay::to(good.port()).unwrap();
    relay.set(fault).unwrap();
    let bad = LdapSettings {
        servers: vec![relay.url()],
        patience,
        ..settings(&good)
    };
    let (_, sentence) = suffered(&bad, ask_nothing);
    assert_eq!(sentence.replace(&relay.url(), "SERVER"), says);
    goes_on(
        &good,
        LdapSettings {
            servers: vec![relay.url(), good.url()],
            ..bad.clone()
        },
        ask_nothing,
    );
    // And when the network is well again, the way that was bad is good.
    relay.heal().unwrap();
    let healed = LdapSettings {
        patience: patient(),
        ..bad
    };
    asked(&repository(healed), ask_nothing).unwrap();
}

fn start_tls(server: &Hostile, patience: Patience) -> LdapSettings {
    LdapSettings {
        servers: vec![server.url().replace("ldaps:", "ldap:")],
        start_tls: StartTls::Allowed,
        ..facing(server, patience)
    }
}

fn at_start_tls(answers: fn(&Request) -> Vec<Answer>) -> Hostile {
    let script = move |request: &Request| match request.operation {
        Request::EXTENDED => answers(request),
        _ => decent(request),
    };
    Hostile::start(Opening::Clear, script).unwrap()
}

attacks! {
    refused: "nobody listens on the port", "the next server is asked at once",
        "the repository SERVER cannot be reached: nobody listens there" => |says| {
            let good = slapd();
            let port = Port::claim().unwrap();
            let url = format!("ldaps://127.0.0.1:{}", port.number());
            let bad = LdapSettings { servers: vec![url.clone()], ..settings(&good) };
            let (_, sentence) = suffered(&bad, ask_nothing);
            assert_eq!(sentence.replace(&url, "SERVER"), says);
            goes_on(&good, LdapSettings { servers: vec![url, good.url()], ..bad }, ask_nothing);
        };
    reset_at_once: "each connection is reset as soon as it is made", "the next server is asked",
        "the repository SERVER cannot be reached: it closed the connection" => |says| between(Fault::Reset, patient(), says);
    silence: "the connection is taken and no byte ever comes", "given up after the time for connecting; no bind",
        "the repository SERVER cannot be reached: it does not answer" => |says| {
            let server = Hostile::start(Opening::Silent, decent).unwrap();
            endure(&server, &facing(&server, briefest()), ask_nothing, says);
        };
    one_byte_a_second: "the server's bytes come one a second", "given up after the time for connecting, however many bytes came",
        "the repository SERVER cannot be reached: it does not answer" => |says| {
            let trickle = Fault::Trickle { direction: Direction::Down, pace: Duration::from_secs(1) };
            between(trickle, briefest(), says);
        };
    half_open: "after 700 bytes nothing comes any more and nobody says so", "given up after the time for connecting",
        "the repository SERVER cannot be reached: it does not answer" => |says| {
            between(Fault::HalfOpen { direction: Direction::Down, after: 700 }, briefest(), says);
        };
    wrong_authority: "the certificate is of an unknown authority", "no bind",
        "the repository SERVER cannot be reached: its certificate is of an authority that is not trusted here; set `directory.ca` to the directory's own"
        => |says| shows(Identity::WrongAuthority, says);
    wrong_host: "the certificate is good, for another host", "no bind",
        "the repository SERVER cannot be reached: its certificate is for another name; write the server's name in `directory.servers` as the certificate has it"
        => |says| shows(Identity::WrongHost, says);
    expired: "the certificate has expired, or the clock is years ahead", "no bind",
        "the repository SERVER cannot be reached: its certificate has expired, or this machine's clock is wrong"
        => |says| shows(Identity::Expired, says);
    not_valid_yet: "the certificate is not valid yet, or the clock is years behind", "no bind",
        "the repository SERVER cannot be reached: its certificate is not valid yet, or this machine's clock is wrong"
        => |says| shows(Identity::NotYet, says);
    words_before_tls: "an LDAP message in the clear before TLS", "no bind",
        "the repository SERVER cannot be reached: it does not speak TLS on this port" => |says| {
            let early = ber::message(0, &ber::extended_response(0, "hello"));
            let server = Hostile::start(Opening::ClearThenTls(early), decent).unwrap();
            endure(&server, &facing(&server, patient()), ask_nothing, says);
            assert_eq!(server.heard().iter().map(|heard| heard.binds()).sum::<usize>(), 0);
        };
    tls_stripped: "ldaps:// is answered in the clear", "no bind",
        "the repository SERVER cannot be reached: it does not speak TLS on this port" => |says| {
            let server = Hostile::start(Opening::Clear, decent).unwrap();
            endure(&server, &facing(&server, patient()), ask_nothing, says);
        };
    start_tls_without_permission: "the settings name an ldap:// server and StartTLS is not allowed", "not even a connection",
        "SERVER is not as it should be: only ldaps:// is used unless `directory.start_tls` is on; a password is never sent in the clear"
        => |says| {
            let server = Hostile::start(Opening::Clear, decent).unwrap();
            let settings = LdapSettings { start_tls: StartTls::Refused, ..start_tls(&server, patient()) };
            endure(&server, &settings, ask_nothing, says);
            assert!(server.heard().is_empty());
        };
    start_tls_refused: "the server refuses StartTLS", "no bind, and the next server is asked",
        "the repository SERVER cannot be reached: it does not do StartTLS, and nothing is said to it in the clear; use ldaps:// (result 2)"
        => |says| {
            let server = Hostile::start(Opening::Clear, decent).unwrap();
            endure(&server, &start_tls(&server, patient()), ask_nothing, says);
        };
    start_tls_promised: "StartTLS is answered with success and no TLS follows", "no bind",
        "the repository SERVER cannot be reached: it does not speak TLS on this port" => |says| {
            let server = at_start_tls(|request| vec![Answer::to(request, &ber::extended_response(0, ""))]);
            endure(&server, &start_tls(&server, patient()), ask_nothing, says);
        };
    start_tls_of_another_host: "StartTLS with a certificate for another host", "no bind",
        "the repository SERVER cannot be reached: its certificate is for another name; write the server's name in `directory.servers` as the certificate has it"
        => |says| {
            let server = at_start_tls(|request| {
                vec![Answer::to(request, &ber::extended_response(0, "")), Answer::Tls(Identity::WrongHost)]
            });
            endure(&server, &start_tls(&server, patient()), ask_nothing, says);
        };
    start_tls_with_more: "a bind's success in the clear is sent along with the answer to StartTLS", "it counts for nothing: the refusal that comes through TLS does",
        "the repository SERVER wants your password: it turned this one down; type it with `countersign directory login`" => |says| {
            let script = |request: &Request| match request.operation {
                Request::EXTENDED => {
                    let injected = ber::message(2, &ber::bind_response(0, ""));
                    let answer = ber::message(request.id, &ber::extended_response(0, ""));
                    vec![Answer::Bytes([answer, injected].concat()), Answer::Tls(Identity::Right)]
                }
                Request::BIND => vec![Answer::to(request, &ber::bind_response(49, ""))],
                _ => decent(request),
            };
            let server = Hostile::start(Opening::Clear, script).unwrap();
            let settings = start_tls(&server, patient());
            let (_, sentence) = suffered(&settings, ask_nothing);
            assert_eq!(sentence.replace(&settings.servers[0], "SERVER"), says);
            no_word_in_clear(&server);
        };
    start_tls_with_another_answer: "StartTLS is answered under another message number", "no bind",
        "the repository SERVER cannot be reached: it does not answer" => |says| {
            let server = at_start_tls(|_| vec![Answer::Bytes(ber::message(77, &ber::extended_response(0, "")))]);
            let patience = Patience { connect: Duration::from_secs(2), ..brief() };
            endure(&server, &start_tls(&server, patience), ask_nothing, says);
        };
}
