//! Name and password.

use crate::lab::{
    ada, ask_nothing, ask_units, attacks, brief, decent, endure, evil_at_bind, facing, no_word_in_clear, patient,
    repository, secret, suffered,
};
use countersign_model::port::{ConfigurationRepository, DirectoryRepository, RepositoryError};
use countersign_secret::Password;
use countersign_tests::servers::hostile::{Answer, Hostile, Identity, Opening, ber};
use std::sync::atomic::{AtomicBool, Ordering};

fn binds(server: &Hostile) -> usize {
    server.heard().iter().map(|heard| heard.binds()).sum()
}

fn refuses(code: i64, said: &'static str) -> Hostile {
    evil_at_bind(move |request| vec![Answer::to(request, &ber::bind_response(code, said))])
}

attacks! {
    turned_down: "the password is refused", "it is not sent again, to no server, until it is another",
        "the repository SERVER wants your password: it turned this one down; type it with `countersign directory login`" => |says| {
            let server = refuses(49, "");
            let settings = facing(&server, patient());
            endure(&server, &settings, ask_nothing, says);
            let repository = repository(settings);
            for _ in 0..20 {
                assert!(matches!(repository.authenticate(&ada(), &secret()), Err(RepositoryError::NeedsPassword { .. })));
                assert!(repository.units().is_err());
            }
            assert_eq!(binds(&server), 2, "one by each repository");
        };
    busy: "a bind is answered with \"busy\"", "that says nothing about the password: it is kept, and the next server is asked",
        "the repository SERVER cannot be reached: the server is busy or being maintained (it says: later)" => |says| {
            let server = refuses(51, "later");
            endure(&server, &facing(&server, patient()), ask_nothing, says);
            let first = AtomicBool::new(true);
            let server = evil_at_bind(move |request| match first.swap(false, Ordering::Relaxed) {
                true => vec![Answer::to(request, &ber::bind_response(52, ""))],
                false => decent(request),
            });
            let repository = repository(facing(&server, patient()));
            repository.authenticate(&ada(), &secret()).unwrap_err();
            repository.units().unwrap();
        };
    no_answer_to_a_bind: "a bind is never answered", "given up after the time for an operation",
        "the repository SERVER cannot be reached: it does not answer a bind" => |says| {
            let server = evil_at_bind(|_| Vec::new());
            endure(&server, &facing(&server, brief()), ask_nothing, says);
        };
    bind_of_somebody_else: "success comes under other message numbers only", "it is not taken for the answer",
        "the repository SERVER cannot be reached: it does not answer a bind" => |says| {
            let server = evil_at_bind(|_| {
                let success = |id| Answer::Bytes(ber::message(id, &ber::bind_response(0, "")));
                vec![success(0), success(2), success(77), success(-1)]
            });
            endure(&server, &facing(&server, brief()), ask_nothing, says);
        };
    success_before_the_bind: "a bind's success comes before there was a bind", "nothing breaks; what is asked next is answered",
        "" => |_| {
            let early = ber::message(1, &ber::bind_response(0, ""));
            let server = Hostile::start(Opening::TlsThenBytes(early), decent).unwrap();
            endure(&server, &facing(&server, patient()), ask_units, "");
            assert_eq!(binds(&server), 1);
        };
    cut_after_the_bind: "the connection is reset instead of an answer to the bind", "the next server is asked",
        "the repository SERVER cannot be reached: the connection was lost" => |says| {
            let server = evil_at_bind(|_| vec![Answer::Reset]);
            endure(&server, &facing(&server, patient()), ask_nothing, says);
        };
    bind_referred: "a bind is answered with a referral to another server", "it is not followed: nobody else hears the password",
        "SERVER is not as it should be: the server refers to another one; name that one in `directory.servers`, referrals are never followed"
        => |says| {
            let other = Hostile::start(Opening::Tls(Identity::Right), decent).unwrap();
            let url = other.url();
            let server = evil_at_bind(move |request| vec![Answer::to(request, &ber::referral(0x61, &[&url]))]);
            endure(&server, &facing(&server, patient()), ask_nothing, says);
            assert!(other.heard().is_empty());
        };
    garbage_beside_a_refusal: "a refusal with a password policy control that is garbage", "a refusal it is",
        "the repository SERVER wants your password: it turned this one down; type it with `countersign directory login`" => |says| {
            let server = evil_at_bind(|request| {
                let garbage = ber::control("1.3.6.1.4.1.42.2.27.8.5.1", &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff, 1]);
                vec![Answer::with(request, &ber::bind_response(49, ""), &[garbage])]
            });
            endure(&server, &facing(&server, patient()), ask_nothing, says);
        };
    a_tale_in_a_refusal: "a refusal whose text moves the cursor, turns the writing round and has further lines", "one plain line of it is shown",
        "the repository SERVER may not be used: your account lacks the right; docs/admin says which rights there have to be (it says: [2Jall is well)"
        => |says| {
            let server = refuses(50, "\u{1b}[2J\u{202e}all is well\nERROR forged\u{7}");
            endure(&server, &facing(&server, patient()), ask_nothing, says);
        };
    a_book_in_a_refusal: "a refusal with a megabyte of text", "a line of it is shown at most",
        "" => |_| {
            let server = evil_at_bind(|request| vec![Answer::to(request, &ber::bind_response(53, &"no ".repeat(350_000)))]);
            let (_, sentence) = suffered(&facing(&server, patient()), ask_nothing);
            assert!(sentence.contains("the server does not let it in"), "{sentence}");
        };
    empty_password: "an empty password, which servers take for nobody's", "nothing is sent",
        "the repository SERVER wants your password: it turned this one down; type it with `countersign directory login`" => |says| {
            let server = Hostile::start(Opening::Tls(Identity::Right), decent).unwrap();
            let settings = facing(&server, patient());
            let repository = repository(settings.clone());
            let refused = repository.authenticate(&ada(), &Password::from_utf8(b"").unwrap()).unwrap_err();
            assert_eq!(refused.to_string().replace(&settings.servers[0], "SERVER"), says);
            assert_eq!(binds(&server), 0);
            no_word_in_clear(&server);
        };
    disconnected_after_the_bind: "a notice of disconnection, then the end", "the next server is asked",
        "the repository SERVER cannot be reached: the connection was lost" => |says| {
            let server = evil_at_bind(|request| {
                let notice = [ber::extended_response(52, "good-bye")].concat();
                vec![
                    Answer::to(request, &ber::bind_response(0, "")),
                    Answer::Bytes(ber::message(0, &notice)),
                    Answer::Close,
                ]
            });
            endure(&server, &facing(&server, patient()), ask_units, says);
        };
}
