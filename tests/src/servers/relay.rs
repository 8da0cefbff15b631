//! A bad network between a client and a server.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::door::{Door, reset};
use super::port::Port;
use crate::Result;

/// Which way bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From the client to the server.
    Up,
    /// From the server to the client.
    Down,
}

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Both ends are told that nothing more comes.
    Close,
    /// Both ends get a reset.
    Reset,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// A connection ends when so many of its bytes went this way; what came before arrives.
    Cut {
        /// Which bytes are counted.
        direction: Direction,
        /// How many pass.
        after: u64,
        /// How it ends then.
        ending: Ending,
    },
    /// Nothing goes this way any more after so many bytes, and nobody is told.
    HalfOpen {
        /// Which bytes are counted.
        direction: Direction,
        /// How many pass.
        after: u64,
    },
    /// What goes this way goes byte by byte.
    Trickle {
        /// Which way.
        direction: Direction,
        /// Time from one byte to the next.
        pace: Duration,
    },
    /// A connection is reset as soon as it is made.
    Reset,
    /// Nobody listens.
    Refuse,
}

/// A port on loopback that leads to a server's, and can be made to misbehave at any time. It closes when the value is dropped.
#[derive(Debug)]
pub struct Relay {
    port: Port,
    state: Arc<State>,
    door: Mutex<Option<Door>>,
}

#[derive(Debug)]
struct State {
    now: Mutex<Now>,
    changed: Condvar,
    up: AtomicU64,
    down: AtomicU64,
}

#[derive(Debug)]
struct Now {
    server: SocketAddr,
    fault: Fault,
    /// Counts what was done to the connections: each ends when the number it began with is over.
    round: u64,
    next: u64,
    connections: BTreeMap<u64, [TcpStream; 2]>,
}

impl Relay {
    /// A faultless one to this port on loopback.
    pub fn to(port: u16) -> Result<Self> {
        Self::to_address(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
    }

    /// A faultless one to this address.
    pub fn to_address(server: SocketAddr) -> Result<Self> {
        let relay = Self {
            port: Port::claim()?,
            state: Arc::new(State {
                now: Mutex::new(Now {
                    server,
                    fault: Fault::None,
                    round: 0,
                    next: 0,
                    connections: BTreeMap::new(),
                }),
                changed: Condvar::new(),
                up: AtomicU64::new(0),
                down: AtomicU64::new(0),
            }),
            door: Mutex::new(None),
        };
        relay.listen()?;
        Ok(relay)
    }

    /// Where clients go instead.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port.number()
    }

    /// `ldaps://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("ldaps://127.0.0.1:{}", self.port())
    }

    /// What goes wrong from now on. Connections that are open get it, too, with their bytes counted from their beginning.
    pub fn set(&self, fault: Fault) -> Result<()> {
        self.state.now().fault = fault;
        self.state.changed.notify_all();
        match fault {
            Fault::Refuse => {
                self.deaf();
                Ok(())
            }
            _ => self.listen(),
        }
    }

    /// Leads new connections to another port on loopback: somebody else answers at this address.
    pub fn lead_to(&self, port: u16) {
        self.state.now().server = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    }

    /// Ends every open connection.
    pub fn cut(&self, ending: Ending) {
        let connections = {
            let mut now = self.state.now();
            now.round += 1;
            std::mem::take(&mut now.connections)
        };
        self.state.changed.notify_all();
        for streams in connections.into_values() {
            end(&streams, ending);
        }
    }

    /// Nobody comes through any more, and whoever is through is cut off.
    pub fn partition(&self) -> Result<()> {
        self.set(Fault::Refuse)?;
        self.cut(Ending::Reset);
        Ok(())
    }

    /// Everything works again.
    pub fn heal(&self) -> Result<()> {
        self.set(Fault::None)
    }

    /// Bytes that went this way until now, over all connections.
    #[must_use]
    pub fn passed(&self, direction: Direction) -> u64 {
        self.state.counter(direction).load(Ordering::SeqCst)
    }

    /// Connections that were made until now.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.state.now().next
    }

    fn listen(&self) -> Result<()> {
        let mut door = self.door();
        if door.is_none() {
            let state = self.state.clone();
            *door = Some(Door::open(self.port(), move |client| connect(client, &state))?);
        }
        Ok(())
    }

    fn deaf(&self) {
        drop(self.door().take());
    }

    fn door(&self) -> MutexGuard<'_, Option<Door>> {
        self.door.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.deaf();
        self.cut(Ending::Close);
    }
}

impl State {
    fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn counter(&self, direction: Direction) -> &AtomicU64 {
        match direction {
            Direction::Up => &self.up,
            Direction::Down => &self.down,
        }
    }
}

fn connect(client: TcpStream, state: &Arc<State>) {
    let (fault, server) = {
        let now = state.now();
        (now.fault, now.server)
    };
    if fault == Fault::Reset {
        state.now().next += 1;
        reset(&client);
        return;
    }
    let Ok(server) = TcpStream::connect(server) else {
        reset(&client);
        return;
    };
    // What is sent in small pieces arrives in small pieces.
    let _slower_otherwise = client.set_nodelay(true).and_then(|()| server.set_nodelay(true));
    let ends = [client, server];
    let Ok(copies) = copies(&ends).and_then(|kept| Ok((kept, copies(&ends)?))) else {
        return;
    };
    let (kept, [client_too, server_too]) = copies;
    let (number, round) = {
        let mut now = state.now();
        now.next += 1;
        let number = now.next;
        now.connections.insert(number, kept);
        (number, now.round)
    };
    let [client, server] = ends;
    for (from, to, direction) in [
        (client, server, Direction::Up),
        (server_too, client_too, Direction::Down),
    ] {
        let pump = Pump {
            from,
            to,
            direction,
            number,
            round,
            state: state.clone(),
        };
        std::thread::spawn(move || pump.run());
    }
}

fn copies([client, server]: &[TcpStream; 2]) -> std::io::Result<[TcpStream; 2]> {
    Ok([client.try_clone()?, server.try_clone()?])
}

/// One direction of one connection.
struct Pump {
    from: TcpStream,
    to: TcpStream,
    direction: Direction,
    number: u64,
    round: u64,
    state: Arc<State>,
}

/// What to do with bytes that came.
enum Step {
    /// Send so many on.
    Pass(usize),
    /// Send one on, after a while.
    One(Duration),
    /// Keep them until something changes.
    Keep,
    /// End the connection.
    End(Ending),
    /// It is over.
    Over,
}

impl Pump {
    fn run(mut self) {
        let mut buffer = vec![0; 64 * 1024];
        let mut passed = 0_u64;
        loop {
            // As soon as the last byte that may pass has passed.
            if let Step::End(ending) = self.step(passed, 0) {
                self.state.now().connections.remove(&self.number);
                return end(&[self.from, self.to], ending);
            }
            let Ok(read @ 1..) = self.from.read(&mut buffer) else {
                let _gone = self.to.shutdown(Shutdown::Write);
                return self.forget_if_silent();
            };
            let mut rest = buffer.get(..read).unwrap_or_default();
            while !rest.is_empty() {
                match self.step(passed, rest.len()) {
                    Step::Pass(count) => {
                        let (now, later) = rest.split_at(count.min(rest.len()));
                        if self.to.write_all(now).is_err() {
                            return end(&[self.from, self.to], Ending::Close);
                        }
                        passed += self.count(now.len());
                        rest = later;
                    }
                    Step::One(pace) => {
                        if !self.wait(Some(pace)) {
                            continue;
                        }
                        let (now, later) = rest.split_at(1);
                        if self.to.write_all(now).is_err() {
                            return end(&[self.from, self.to], Ending::Close);
                        }
                        passed += self.count(1);
                        rest = later;
                    }
                    Step::Keep => {
                        self.wait(None);
                    }
                    Step::End(ending) => {
                        self.state.now().connections.remove(&self.number);
                        return end(&[self.from, self.to], ending);
                    }
                    Step::Over => return,
                }
            }
        }
    }

    fn count(&self, bytes: usize) -> u64 {
        let bytes = bytes as u64;
        self.state.counter(self.direction).fetch_add(bytes, Ordering::SeqCst);
        bytes
    }

    fn step(&self, passed: u64, waiting: usize) -> Step {
        let now = self.state.now();
        if now.round != self.round {
            return Step::Over;
        }
        let left = |after: u64| usize::try_from(after.saturating_sub(passed)).unwrap_or(usize::MAX);
        match now.fault {
            Fault::Cut {
                direction,
                after,
                ending,
            } if direction == self.direction => match left(after) {
                0 => Step::End(ending),
                some => Step::Pass(some.min(waiting)),
            },
            Fault::HalfOpen { direction, after } if direction == self.direction => match left(after) {
                0 => Step::Keep,
                some => Step::Pass(some.min(waiting)),
            },
            Fault::Trickle { direction, pace } if direction == self.direction => Step::One(pace),
            _ => Step::Pass(waiting),
        }
    }

    /// Waits until something changes, or this time is over: true then.
    fn wait(&self, time: Option<Duration>) -> bool {
        let now = self.state.now();
        let (fault, round) = (now.fault, now.round);
        let same = |now: &mut Now| now.fault == fault && now.round == round;
        let waited = |poisoned: PoisonError<_>| poisoned.into_inner();
        match time {
            None => {
                drop(self.state.changed.wait_while(now, same).unwrap_or_else(waited));
                false
            }
            Some(time) => {
                let result = self.state.changed.wait_timeout_while(now, time, same);
                result.is_ok_and(|(_, out)| out.timed_out())
            }
        }
    }

    /// When one side has said its last word the other may still speak; the connection is forgotten with the second.
    fn forget_if_silent(self) {
        if self.direction == Direction::Down {
            self.state.now().connections.remove(&self.number);
        }
    }
}

fn end(streams: &[TcpStream; 2], ending: Ending) {
    for stream in streams {
        match ending {
            Ending::Close => {
                let _gone_already = stream.shutdown(Shutdown::Both);
            }
            Ending::Reset => reset(stream),
        }
    }
}
