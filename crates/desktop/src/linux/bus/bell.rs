use std::future::poll_fn;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

/// Wakes whoever waits for a change. A ring between looking and waiting is not lost.
#[derive(Debug, Default)]
pub(crate) struct Bell {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    rings: u64,
    waiting: Vec<Waker>,
}

impl Bell {
    /// How often it rang. Take this before looking, and hand it to [`Bell::after`].
    pub(crate) fn rings(&self) -> u64 {
        self.state().rings
    }

    /// Rings.
    pub(crate) fn ring(&self) {
        let waiting = {
            let mut state = self.state();
            state.rings += 1;
            std::mem::take(&mut state.waiting)
        };
        waiting.into_iter().for_each(Waker::wake);
    }

    /// Waits until it has rung more often than `rings`.
    pub(crate) async fn after(&self, rings: u64) {
        poll_fn(|context| {
            let mut state = self.state();
            if state.rings > rings {
                return Poll::Ready(());
            }
            if !state.waiting.iter().any(|waker| waker.will_wake(context.waker())) {
                state.waiting.push(context.waker().clone());
            }
            Poll::Pending
        })
        .await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_lite::future::{block_on, poll_once};

    #[test]
    fn a_ring_between_looking_and_waiting_is_heard() {
        let bell = Bell::default();
        let rings = bell.rings();
        bell.ring();
        block_on(bell.after(rings));
        assert_eq!(block_on(poll_once(bell.after(bell.rings()))), None);
    }
}
