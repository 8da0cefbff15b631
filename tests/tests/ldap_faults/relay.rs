use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::time::Duration;

use countersign_tests::Deadline;
use countersign_tests::servers::relay::{Direction, Ending, Fault, Relay};

const TEXT: &[u8] = b"twenty bytes of text";

/// A server that sends back what it gets, and a relay in front of it.
fn echo() -> Relay {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            std::thread::spawn(move || {
                let mut reading = stream.try_clone().unwrap();
                std::io::copy(&mut reading, &mut stream)
            });
        }
    });
    Relay::to(port).unwrap()
}

fn connect(relay: &Relay) -> TcpStream {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, relay.port())).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

fn said(stream: &mut TcpStream, count: usize) -> Vec<u8> {
    let mut bytes = vec![0; count];
    stream.read_exact(&mut bytes).unwrap();
    bytes
}

#[test]
fn without_a_fault_everything_passes() {
    let relay = echo();
    let mut stream = connect(&relay);
    stream.write_all(TEXT).unwrap();
    assert_eq!(said(&mut stream, TEXT.len()), TEXT);
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    assert_eq!(stream.read(&mut [0]).unwrap(), 0);
    assert_eq!(relay.passed(Direction::Up), 20);
    assert_eq!(relay.passed(Direction::Down), 20);
    assert_eq!(relay.connections(), 1);
}

#[test]
fn a_connection_is_cut_after_exactly_so_many_bytes() {
    for direction in [Direction::Up, Direction::Down] {
        for after in [0, 1, 7, 19] {
            let relay = echo();
            relay
                .set(Fault::Cut {
                    direction,
                    after,
                    ending: Ending::Close,
                })
                .unwrap();
            let mut stream = connect(&relay);
            let _cut_early = stream.write_all(TEXT);
            let mut got = Vec::new();
            // A cut under what was still being sent is a reset.
            let _cut = stream.read_to_end(&mut got);
            assert_eq!(relay.passed(direction), after, "{direction:?}");
            let most = usize::try_from(after).unwrap();
            assert!(TEXT[..most].starts_with(&got), "{direction:?} {after}: {got:?}");
        }
    }
}

#[test]
fn a_reset_is_a_reset() {
    let relay = echo();
    let mut stream = connect(&relay);
    stream.write_all(TEXT).unwrap();
    said(&mut stream, TEXT.len());
    relay.cut(Ending::Reset);
    let error = stream.read(&mut [0]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    relay.set(Fault::Reset).unwrap();
    // The reset may be there before the connection is said to be made.
    let made = TcpStream::connect((Ipv4Addr::LOCALHOST, relay.port()));
    let error = made.and_then(|mut stream| stream.read(&mut [0])).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
}

#[test]
fn half_open_says_nothing_until_it_heals() {
    let relay = echo();
    relay
        .set(Fault::HalfOpen {
            direction: Direction::Down,
            after: 5,
        })
        .unwrap();
    let mut stream = connect(&relay);
    stream.write_all(TEXT).unwrap();
    assert_eq!(said(&mut stream, 5), TEXT[..5]);
    stream.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    let error = stream.read(&mut [0]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::WouldBlock);
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    relay.heal().unwrap();
    assert_eq!(said(&mut stream, 15), TEXT[5..]);
}

#[test]
fn a_trickle_comes_byte_by_byte() {
    let relay = echo();
    let pace = Duration::from_millis(10);
    relay
        .set(Fault::Trickle {
            direction: Direction::Down,
            pace,
        })
        .unwrap();
    let mut stream = connect(&relay);
    let begun = countersign_tests::deadline::moment();
    stream.write_all(TEXT).unwrap();
    assert_eq!(said(&mut stream, TEXT.len()), TEXT);
    assert!(begun.elapsed() >= pace * 20);
}

#[test]
fn a_partition_refuses_and_heals() {
    let relay = echo();
    let mut stream = connect(&relay);
    stream.write_all(TEXT).unwrap();
    said(&mut stream, TEXT.len());
    relay.partition().unwrap();
    assert!(stream.read(&mut [0]).is_err());
    let refused = TcpStream::connect((Ipv4Addr::LOCALHOST, relay.port())).unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    relay.heal().unwrap();
    let again = Deadline::seconds(10).find(|| TcpStream::connect((Ipv4Addr::LOCALHOST, relay.port())).ok());
    assert!(again.is_some());
}
