use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::process::{Command, Output};
use std::sync::Arc;

use countersign_tests::servers::hostile::{Answer, Heard, Hostile, Identity, Opening, Over, Request, ber, polite};
use countersign_tests::{Deadline, LabError};

const SECRET: &str = "never-in-clear";

/// OpenLDAP's own client, which is as careful as ours is to be.
fn ldapsearch(server: &Hostile, url: &str, words: &[&str]) -> Output {
    let mut command = Command::new("ldapsearch");
    command.args([
        "-x",
        "-LLL",
        "-H",
        url,
        "-D",
        "uid=alice",
        "-w",
        SECRET,
        "-o",
        "nettimeout=20",
    ]);
    command.args(["-s", "base", "-b", ""]).args(words);
    command
        .env("LDAPCONF", "/dev/null")
        .env("LDAPTLS_CACERT", server.ca())
        .env("LDAPTLS_REQCERT", "demand");
    command.output().unwrap()
}

fn binds(heard: &[Heard]) -> usize {
    heard.iter().map(Heard::binds).sum()
}

#[test]
fn with_the_right_certificate_it_answers_as_its_script_says() {
    let server = Hostile::start(Opening::Tls(Identity::Right), |request| match request.operation {
        Request::SEARCH => vec![
            Answer::to(
                request,
                &ber::entry("cn=a", &[("cn", &[b"a", b"b"]), ("description", &[b"c"])]),
            ),
            Answer::to(request, &ber::done(0, "")),
        ],
        _ => polite(request),
    });
    let server = server.unwrap();
    let answer = ldapsearch(&server, &server.url(), &[]);
    assert!(answer.status.success(), "{answer:?}");
    let text = String::from_utf8(answer.stdout).unwrap();
    assert_eq!(text.trim(), "dn: cn=a\ncn: a\ncn: b\ndescription: c");
    let heard = server.heard();
    assert_eq!(heard.len(), 1);
    assert_eq!(heard[0].binds(), 1);
    assert!(heard[0].requests.iter().all(|request| request.over == Over::Tls));
    assert!(heard[0].requests[0].mentions(SECRET.as_bytes()));
    assert!(!server.saw_in_clear(SECRET.as_bytes()));
}

#[test]
fn a_wrong_certificate_gets_no_password() {
    for identity in [
        Identity::WrongAuthority,
        Identity::WrongHost,
        Identity::Expired,
        Identity::NotYet,
    ] {
        let server = Hostile::start(Opening::Tls(identity), polite).unwrap();
        let answer = ldapsearch(&server, &server.url(), &[]);
        assert_eq!(answer.status.code(), Some(255), "{identity:?}: {answer:?}");
        let heard = server.all_over(Deadline::seconds(20)).unwrap();
        assert_eq!(binds(&heard), 0, "{identity:?}");
        assert!(!server.saw_in_clear(SECRET.as_bytes()));
    }
}

#[test]
fn words_before_tls_and_silence_get_no_password() {
    let early = ber::message(0, &ber::extended_response(0, "hello"));
    let server = Hostile::start(Opening::ClearThenTls(early), polite).unwrap();
    assert!(!ldapsearch(&server, &server.url(), &[]).status.success());
    assert_eq!(binds(&server.all_over(Deadline::seconds(20)).unwrap()), 0);

    let server = Hostile::start(Opening::Silent, polite).unwrap();
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, server.port())).unwrap();
    stream.write_all(b"hello?").unwrap();
    let soon = Deadline::seconds(10);
    let listens = |heard: &[Heard]| heard.iter().any(|heard| heard.raw == b"hello?");
    server.wait_until(soon, "its listening", listens).unwrap();
    stream.set_nonblocking(true).unwrap();
    assert_eq!(
        stream.read(&mut [0]).unwrap_err().kind(),
        std::io::ErrorKind::WouldBlock
    );
    assert_eq!(binds(&server.heard()), 0);
}

/// What is said in clear is heard in clear: the test that looks for it would find it.
#[test]
fn a_password_in_clear_is_seen() {
    let server = Hostile::start(Opening::Clear, polite).unwrap();
    let url = server.url().replace("ldaps:", "ldap:");
    assert!(ldapsearch(&server, &url, &[]).status.success());
    assert!(server.saw_in_clear(SECRET.as_bytes()));
    assert_eq!(server.heard()[0].requests[0].over, Over::Clear);
}

#[test]
fn starttls_is_done_or_denied() {
    let start = |identity| {
        let script = move |request: &Request| match request.operation {
            Request::EXTENDED => vec![
                Answer::to(request, &ber::extended_response(0, "")),
                Answer::Tls(identity),
            ],
            _ => polite(request),
        };
        Hostile::start(Opening::Clear, script).unwrap()
    };
    let url = |server: &Hostile| server.url().replace("ldaps:", "ldap:");
    let server = start(Identity::Right);
    let answer = ldapsearch(&server, &url(&server), &["-ZZ"]);
    assert!(answer.status.success(), "{answer:?}");
    let heard = server.heard();
    assert_eq!(heard[0].requests[0].over, Over::Clear);
    assert_eq!(heard[0].requests[1].over, Over::Tls);
    assert!(!server.saw_in_clear(SECRET.as_bytes()));

    let server = start(Identity::WrongHost);
    assert!(!ldapsearch(&server, &url(&server), &["-ZZ"]).status.success());
    assert_eq!(binds(&server.all_over(Deadline::seconds(20)).unwrap()), 0);
    // TLS stripped: somebody in between says that there is none.
    let server = Hostile::start(Opening::Clear, polite).unwrap();
    assert!(!ldapsearch(&server, &url(&server), &["-ZZ"]).status.success());
    assert_eq!(binds(&server.all_over(Deadline::seconds(20)).unwrap()), 0);
}

#[test]
fn a_cookie_can_lie() {
    let server = Hostile::start(Opening::Tls(Identity::Right), |request| match request.operation {
        // The same page for ever.
        Request::SEARCH if request.number < 5 => {
            vec![Answer::with(request, &ber::done(0, ""), &[ber::paging(7, b"again")])]
        }
        Request::SEARCH => vec![Answer::with(request, &ber::done(0, ""), &[ber::paging(0, b"")])],
        _ => polite(request),
    });
    let server = server.unwrap();
    let answer = ldapsearch(&server, &server.url(), &["-E", "pr=3/noprompt"]);
    assert!(answer.status.success(), "{answer:?}");
    let heard = server.heard();
    let searches: Vec<_> = heard[0].requests.iter().filter(|request| request.is_search()).collect();
    assert_eq!(searches.len(), 5);
    assert!(searches[1..].iter().all(|request| request.mentions(b"again")));
}

#[test]
fn a_referral_is_told() {
    let server = Hostile::start(Opening::Tls(Identity::Right), |request| match request.operation {
        Request::SEARCH => vec![
            Answer::to(request, &ber::reference(&["ldaps://127.0.0.1:1/"])),
            Answer::to(request, &ber::referral(0x65, &["ldaps://127.0.0.1:2/"])),
        ],
        _ => polite(request),
    });
    let server = server.unwrap();
    let answer = ldapsearch(&server, &server.url(), &[]);
    assert_eq!(answer.status.code(), Some(10), "{answer:?}");
    let told = String::from_utf8(answer.stderr).unwrap() + &String::from_utf8(answer.stdout).unwrap();
    assert!(told.contains("127.0.0.1:1") || told.contains("127.0.0.1:2"), "{told}");
}

/// Bytes of any kind, for as long as the client listens; and ends of every kind.
#[test]
fn endless_and_broken_answers() {
    let endless: Arc<dyn Fn(u64) -> Vec<u8> + Send + Sync> = Arc::new(|count| vec![(count % 251) as u8; 1000]);
    for (answer, least) in [
        (Answer::Bytes(vec![0x30, 0x00]), 2),
        (Answer::Bytes(ber::nested(8000)), 30_000),
        (Answer::Bytes(ber::promise(0x30, 1 << 62)), 10),
        (Answer::Endless(endless), 5_000_000),
        (Answer::Close, 0),
        (Answer::Reset, 0),
    ] {
        let script = move |_: &Request| vec![answer.clone(), Answer::Close];
        let server = Hostile::start(Opening::Clear, script).unwrap();
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, server.port())).unwrap();
        stream
            .write_all(&ber::message(1, &ber::element(Request::BIND, &[])))
            .unwrap();
        let mut got = 0;
        let mut some = vec![0; 100_000];
        while let Ok(count @ 1..) = stream.read(&mut some) {
            got += count;
            if got >= 5_000_000 {
                break;
            }
        }
        assert!(got >= least, "{got} of {least}");
    }
}

#[test]
fn waiting_for_what_never_comes_ends() {
    let server = Hostile::start(Opening::Silent, polite).unwrap();
    let waited = server.wait_until(Deadline::seconds(0), "somebody", |heard| !heard.is_empty());
    assert!(matches!(waited, Err(LabError::Late { .. })));
}
