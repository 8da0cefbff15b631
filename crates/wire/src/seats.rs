//! Who is connected, and who must go when there is no room.

use std::collections::HashMap;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How many connections that were ended may still hold their descriptors when the next one is seated.
const LEAVING: usize = 2;
/// How long a newcomer waits for them at most.
const PATIENCE: Duration = Duration::from_millis(100);

/// Everybody who is connected, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Seats {
    table: Mutex<Table>,
    left: Condvar,
}

#[derive(Debug, Default)]
struct Table {
    taken: Vec<Seat>,
    /// Ended here, while their threads have not seen it yet.
    leaving: Vec<u64>,
    next: u64,
}

#[derive(Debug)]
struct Seat {
    number: u64,
    process: u32,
    state: State,
    stream: Arc<UnixStream>,
}

/// What a connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// It waits for its client: for a request, for the rest of one, or until an answer is taken.
    Waiting,
    /// The agent works for it.
    Working,
}

/// One of the seats; given back when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    seats: Arc<Seats>,
    number: u64,
}

impl Seats {
    /// Seats a connection of `process`, of at most `most`. When all are taken, the oldest one that waits for its client goes, of the
    /// process that has the most; a process that has as many itself gets no further one.
    pub(crate) fn take(self: &Arc<Self>, process: u32, stream: &Arc<UnixStream>, most: usize) -> Option<Place> {
        let mut table = self.table();
        if table.taken.len() >= most && !table.make_room(Some(process)) {
            return None;
        }
        // Whoever connects faster than threads end would have all descriptors in a moment.
        let waited = self
            .left
            .wait_timeout_while(table, PATIENCE, |table| table.leaving.len() > LEAVING);
        let (mut table, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let number = table.next;
        table.next = number.wrapping_add(1);
        table.taken.push(Seat {
            number,
            process,
            state: State::Waiting,
            stream: Arc::clone(stream),
        });
        Some(Place {
            seats: Arc::clone(self),
            number,
        })
    }

    /// Ends a connection because the system has no descriptors left, and waits until its descriptor is free. Returns whether there was
    /// one to end, and it has gone.
    pub(crate) fn make_room(&self) -> bool {
        let mut table = self.table();
        let before = table.leaving.len();
        if !table.make_room(None) {
            return false;
        }
        let waited = self
            .left
            .wait_timeout_while(table, PATIENCE, |table| table.leaving.len() > before);
        let (table, _) = waited.unwrap_or_else(PoisonError::into_inner);
        table.leaving.len() <= before
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    fn make_room(&mut self, newcomer: Option<u32>) -> bool {
        let mut counts: HashMap<u32, usize> = HashMap::new();
        for seat in &self.taken {
            *counts.entry(seat.process).or_default() += 1;
        }
        let of = |process: u32| counts.get(&process).copied().unwrap_or_default();
        let own = newcomer.map_or(0, of);
        let waiting = self
            .taken
            .iter()
            .enumerate()
            .filter(|(_, seat)| seat.state == State::Waiting);
        // `max_by_key` takes the last of equals: reversed, that is the oldest.
        let Some((at, most)) = waiting
            .rev()
            .map(|(at, seat)| (at, of(seat.process)))
            .max_by_key(|(_, count)| *count)
        else {
            return false;
        };
        if own >= most {
            return false;
        }
        let seat = self.taken.remove(at);
        self.leaving.push(seat.number);
        // Its thread sees the end of the stream and goes.
        let _already_gone = seat.stream.shutdown(Shutdown::Both);
        true
    }
}

impl Place {
    /// Says what the connection is doing from now on.
    pub(crate) fn set(&self, state: State) {
        let mut table = self.seats.table();
        if let Some(seat) = table.taken.iter_mut().find(|seat| seat.number == self.number) {
            seat.state = state;
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut table = self.seats.table();
        table.taken.retain(|seat| seat.number != self.number);
        table.leaving.retain(|number| *number != self.number);
        drop(table);
        self.seats.left.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    struct Room {
        seats: Arc<Seats>,
    }

    impl Room {
        fn take(&self, process: u32) -> Option<(Place, UnixStream)> {
            let (ours, theirs) = UnixStream::pair().unwrap();
            theirs.set_nonblocking(true).unwrap();
            let place = self.seats.take(process, &Arc::new(ours), 3)?;
            Some((place, theirs))
        }
    }

    fn ended((_, stream): &(Place, UnixStream)) -> bool {
        matches!((&*stream).read(&mut [0]), Ok(0))
    }

    #[test]
    fn whoever_has_the_most_gives_way_to_a_newcomer() {
        let room = Room { seats: Arc::default() };
        let [one, two, three] = [7, 7, 8].map(|process| room.take(process).unwrap());
        // Process 7 has the most and gets no more; process 9 gets the older one of its seats.
        assert!(room.take(7).is_none());
        let four = room.take(9).unwrap();
        assert_eq!([&one, &two, &three, &four].map(ended), [true, false, false, false]);
        // Now each has one: the oldest that waits goes, never one that is worked for.
        two.0.set(State::Working);
        let five = room.take(10).unwrap();
        assert_eq!([&two, &three, &four, &five].map(ended), [false, true, false, false]);
        // Nobody waits: the newcomer has to.
        four.0.set(State::Working);
        five.0.set(State::Working);
        assert!(room.take(11).is_none());
        // Places that were taken away count no more, and those given back are free.
        drop((one, three));
        assert!(room.take(11).is_none());
        drop(four);
        let six = room.take(11).unwrap();
        assert!(!ended(&six));
        // It is told to go, and has not gone while its place is held.
        assert!(!room.seats.make_room());
        assert!(ended(&six));
        drop(six);
        assert!(!room.seats.make_room(), "nobody waits");
    }
}
