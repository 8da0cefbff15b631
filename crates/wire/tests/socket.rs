//! A real socket, with a client and an agent at its ends.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test suite"
)]

mod support;

use countersign_model::{FieldName, RecordId};
use countersign_secret::Password;
use countersign_wire::frame::{FrameError, read_frame, write_frame};
use countersign_wire::{
    BindError, Client, ClientError, ErrorCode, FolderProblem, Listener, Reply, Request, SocketPlace,
};
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::time::Duration;
use support::{Serving, hasty};
use tempfile::TempDir;

fn place() -> (TempDir, SocketPlace) {
    let folder = tempfile::tempdir().unwrap();
    let place = SocketPlace::under(folder.path());
    (folder, place)
}

fn connect(place: &SocketPlace) -> Result<Client, ClientError> {
    Client::connect(place, "test 1")
}

fn secret(text: &str) -> Vec<Password> {
    vec![Password::from_utf8(text.as_bytes()).unwrap()]
}

#[test]
fn requests_replies_and_secrets_go_both_ways() {
    let (_folder, place) = place();
    let _serving = Serving::start(Listener::bind(&place).unwrap());
    let mut client = connect(&place).unwrap();
    assert_eq!(client.agent(), "rote-agent 1");
    assert_eq!(client.call(&Request::Unlock, &secret("right")).unwrap().0, Reply::Done);
    let reveal = Request::LogonReveal {
        id: RecordId([7; 16]),
        field: FieldName::from("password"),
    };
    let (reply, secrets) = client.call(&reveal, &secret("grün 😀")).unwrap();
    assert_eq!(reply, Reply::Revealed);
    assert_eq!(secrets[0].expose(), "grün 😀");
}

#[test]
fn an_error_carries_what_to_do_next() {
    let (_folder, place) = place();
    let _serving = Serving::start(Listener::bind(&place).unwrap());
    let failed = connect(&place).unwrap().call(&Request::Unlock, &secret("wrong"));
    let Err(ClientError::Failed(error)) = failed else {
        panic!("{failed:?}")
    };
    assert_eq!((error.code, error.retry_after_ms), (ErrorCode::WrongSecret, Some(1500)));
    assert_eq!(error.next.as_deref(), Some("try again"));
}

#[test]
fn a_request_with_missing_secrets_never_reaches_the_agent() {
    let (_folder, place) = place();
    let _serving = Serving::start(Listener::bind(&place).unwrap());
    let mut client = connect(&place).unwrap();
    let failed = client.call(&Request::Unlock, &[]);
    assert!(matches!(failed, Err(ClientError::Failed(error)) if error.code == ErrorCode::BadRequest));
    // The connection is still good.
    assert_eq!(client.call(&Request::Lock, &[]).unwrap().0, Reply::Done);
}

#[test]
fn an_answer_that_is_too_large_is_cut_or_refused() {
    let (_folder, place) = place();
    let _serving = Serving::start(Listener::bind(&place).unwrap());
    let mut client = connect(&place).unwrap();
    let why = Request::Why {
        window: None,
        limit: None,
    };
    let Reply::Why(decisions) = client.call(&why, &[]).unwrap().0 else {
        panic!()
    };
    assert_eq!(decisions.len(), 50);
    assert_eq!(decisions.last().unwrap().at.0, 199);
    let explain = Request::TemplateExplain {
        place: "x.toml".to_owned(),
        text: String::new(),
    };
    assert!(matches!(client.call(&explain, &[]), Err(ClientError::Failed(error)) if error.code == ErrorCode::Failed));
}

#[test]
fn the_socket_and_its_folder_are_private() {
    let (_folder, place) = place();
    let _listener = Listener::bind(&place).unwrap();
    assert_eq!(std::fs::metadata(place.folder()).unwrap().mode() & 0o7777, 0o700);
    assert_eq!(std::fs::metadata(place.socket()).unwrap().mode() & 0o7777, 0o600);
}

#[test]
fn without_an_agent_the_client_says_so() {
    let (_folder, place) = place();
    assert!(matches!(connect(&place), Err(ClientError::NotRunning(path)) if path == place.socket()));
    drop(Listener::bind(&place).unwrap());
    assert!(!place.socket().exists());
    assert!(matches!(connect(&place), Err(ClientError::NotRunning(_))));
}

#[test]
fn a_second_agent_is_told_of_the_first() {
    let (_folder, place) = place();
    let first = Listener::bind(&place).unwrap();
    let me = std::process::id();
    assert!(matches!(Listener::bind(&place), Err(BindError::AlreadyRunning(Some(pid))) if pid == me));
    drop(first);
    Listener::bind(&place).unwrap();
}

#[test]
fn a_listener_of_the_session_manager_counts_as_an_agent() {
    let (_folder, place) = place();
    private_folder(&place);
    let passed_in = UnixListener::bind(place.socket()).unwrap();
    assert!(matches!(
        Listener::bind(&place),
        Err(BindError::AlreadyRunning(Some(_)))
    ));
    let _serving = Serving::start(Listener::from_activated(passed_in).unwrap());
    assert_eq!(
        connect(&place).unwrap().call(&Request::Lock, &[]).unwrap().0,
        Reply::Done
    );
}

#[test]
fn a_stale_socket_is_replaced_and_anything_else_left_alone() {
    let (_folder, place) = place();
    private_folder(&place);
    drop(UnixListener::bind(place.socket()).unwrap());
    assert!(place.socket().exists());
    drop(Listener::bind(&place).unwrap());

    std::fs::write(place.socket(), "mine").unwrap();
    assert!(matches!(Listener::bind(&place), Err(BindError::Squatted(_))));
    assert_eq!(std::fs::read(place.socket()).unwrap(), b"mine");
}

#[test]
fn a_folder_that_others_can_enter_is_refused_at_both_ends() {
    let (_folder, place) = place();
    let _serving = Serving::start(Listener::bind(&place).unwrap());
    std::fs::set_permissions(place.folder(), PermissionsExt::from_mode(0o777)).unwrap();
    let is_open = |problem: &FolderProblem| {
        matches!(
            problem,
            FolderProblem::Open { mode: 0o777, .. } | FolderProblem::Foreign { .. }
        )
    };
    assert!(matches!(Listener::bind(&place), Err(BindError::Folder(problem)) if is_open(&problem)));
    assert!(matches!(connect(&place), Err(ClientError::Folder(problem)) if is_open(&problem)));
}

#[test]
fn a_link_in_the_folders_place_is_refused() {
    let (folder, place) = place();
    let elsewhere = folder.path().join("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, place.folder()).unwrap();
    assert!(matches!(
        Listener::bind(&place),
        Err(BindError::Folder(FolderProblem::NotAFolder(_)))
    ));
    assert!(matches!(
        connect(&place),
        Err(ClientError::Folder(FolderProblem::NotAFolder(_)))
    ));
}

#[test]
fn a_silent_or_dripping_client_is_closed() {
    let (_folder, place) = place();
    let _serving = Serving::start(Listener::bind(&place).unwrap().with_limits(hasty()));
    let mut silent = UnixStream::connect(place.socket()).unwrap();
    assert_eq!(silent.read(&mut [0; 1]).unwrap(), 0);

    // A byte now and then gains nothing: the deadline is the frame's.
    let mut dripping = UnixStream::connect(place.socket()).unwrap();
    dripping.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
    let mut closed = false;
    for byte in b"CS\x01\x00\xff\xff\0\0".iter().chain(std::iter::repeat_n(&b' ', 1000)) {
        closed = dripping.write_all(&[*byte]).is_err() || matches!(dripping.read(&mut [0; 1]), Ok(0));
        if closed {
            break;
        }
    }
    assert!(closed);
}

#[test]
fn one_client_too_many_is_told_so_and_places_come_back() {
    let (_folder, place) = place();
    let limits = countersign_wire::Limits {
        silence: Duration::from_secs(60),
        frame: Duration::from_secs(60),
        ..hasty()
    };
    let _serving = Serving::start(Listener::bind(&place).unwrap().with_limits(limits));
    let first = connect(&place).unwrap();
    let _second = connect(&place).unwrap();
    assert!(matches!(connect(&place), Err(ClientError::Failed(error)) if error.code == ErrorCode::Busy));
    drop(first);
    // The place comes back when the agent's thread has seen the end of the first.
    while connect(&place).is_err() {
        std::thread::yield_now();
    }
}

#[test]
fn another_version_is_named() {
    let (_folder, place) = place();
    let _serving = Serving::start(Listener::bind(&place).unwrap());
    let mut stream = UnixStream::connect(place.socket()).unwrap();
    write_frame(
        &mut stream,
        br#"{"hello":{"protocol":9,"program":"later 9","more":true}}"#,
        &[],
    )
    .unwrap();
    let answer = read_frame(&mut stream).unwrap().unwrap();
    let text = String::from_utf8(answer.header).unwrap();
    assert!(text.contains(r#""code":"protocol""#), "{text}");
    assert!(
        text.contains("rote-agent 1 speaks protocol 1, later 9 speaks 9"),
        "{text}"
    );
    assert_eq!(stream.read(&mut [0; 1]).unwrap(), 0);
}

#[test]
fn an_unknown_request_is_answered_without_being_repeated() {
    let (_folder, place) = place();
    let _serving = Serving::start(Listener::bind(&place).unwrap());
    let mut stream = UnixStream::connect(place.socket()).unwrap();
    write_frame(&mut stream, br#"{"hello":{"protocol":1,"program":"test"}}"#, &[]).unwrap();
    read_frame(&mut stream).unwrap().unwrap();
    for header in [br#""open-sesame""#.as_slice(), b"{", b"[[[[[[[[", b"\xff"] {
        write_frame(&mut stream, header, &[]).unwrap();
        let text = String::from_utf8(read_frame(&mut stream).unwrap().unwrap().header).unwrap();
        assert!(text.contains("bad-request") && !text.contains("sesame"), "{text}");
    }
}

#[test]
fn a_client_gives_up_on_an_agent_that_says_nothing() {
    let (_folder, place) = place();
    private_folder(&place);
    let agent = UnixListener::bind(place.socket()).unwrap();
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = agent.accept().unwrap();
        read_frame(&mut stream).unwrap();
        write_frame(&mut stream, br#"{"welcome":{"protocol":1,"program":"deaf"}}"#, &[]).unwrap();
        read_frame(&mut stream).unwrap();
        read_frame(&mut stream).unwrap();
    });
    let mut client = connect(&place).unwrap().with_patience(Duration::from_millis(100));
    assert!(matches!(
        client.call(&Request::Status, &[]),
        Err(ClientError::Frame(FrameError::TimedOut))
    ));
    drop(client);
    thread.join().unwrap();
}

fn private_folder(place: &SocketPlace) {
    std::fs::create_dir(place.folder()).unwrap();
    std::fs::set_permissions(place.folder(), PermissionsExt::from_mode(0o700)).unwrap();
}
