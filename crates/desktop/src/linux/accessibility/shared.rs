//! One answer for everybody who waited for it.

use futures_util::lock::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// A question that many ask at the same time: all who asked before it went out share its answer, or its failure. An answer is kept
/// only while somebody waits for it.
#[derive(Debug)]
pub(super) struct Shared<T, E> {
    /// How often it went out.
    asked: AtomicU64,
    waiting: AtomicUsize,
    last: Mutex<Option<Answered<T, E>>>,
}

#[derive(Debug)]
struct Answered<T, E> {
    number: u64,
    answer: Result<Arc<T>, E>,
}

impl<T, E> Default for Shared<T, E> {
    fn default() -> Self {
        Self {
            asked: AtomicU64::default(),
            waiting: AtomicUsize::default(),
            last: Mutex::default(),
        }
    }
}

impl<T, E: Clone> Shared<T, E> {
    /// Asks, or waits for the answer to a question that goes out from now on.
    pub(super) async fn ask(&self, asking: impl AsyncFnOnce() -> Result<T, E>) -> Result<Arc<T>, E> {
        let before = self.asked.load(Ordering::SeqCst);
        let waiting = Waiting::among(&self.waiting);
        let mut last = self.last.lock().await;
        drop(waiting);
        let answer = match last.take() {
            Some(answered) if answered.number > before => answered,
            _ => {
                let number = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
                let answer = asking().await.map(Arc::new);
                Answered { number, answer }
            }
        };
        let mine = answer.answer.clone();
        if self.waiting.load(Ordering::SeqCst) > 0 {
            *last = Some(answer);
        }
        mine
    }
}

/// One who waits, also if he gives up.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn among(waiting: &'a AtomicUsize) -> Self {
        waiting.fetch_add(1, Ordering::SeqCst);
        Self(waiting)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_lite::future::{block_on, yield_now};
    use futures_util::future::{join, join3};
    use std::cell::Cell;

    #[test]
    fn whoever_waits_shares_the_next_question_and_not_the_one_that_is_out() {
        let shared = Shared::<u32, String>::default();
        let asked = Cell::new(0);
        let ask = || {
            shared.ask(async || {
                asked.set(asked.get() + 1);
                let number = asked.get();
                yield_now().await;
                if number == 3 {
                    Err("gone".to_owned())
                } else {
                    Ok(number)
                }
            })
        };
        let (first, second, third) = block_on(join3(ask(), ask(), ask()));
        assert_eq!([first, second, third].map(|one| *one.unwrap()), [1, 2, 2]);
        assert_eq!(asked.get(), 2);
        assert!(shared.last.try_lock().unwrap().is_none());
        let failed = block_on(join(ask(), ask()));
        assert_eq!(failed.0, Err("gone".to_owned()));
        assert_eq!(failed.1.map(|one| *one), Ok(4));
    }

    #[test]
    fn a_failure_is_shared_and_who_gives_up_keeps_nobody_waiting() {
        let shared = Shared::<u32, String>::default();
        let asked = Cell::new(0);
        let ask = || {
            shared.ask(async || {
                asked.set(asked.get() + 1);
                yield_now().await;
                if asked.get() == 3 {
                    Err("silent".to_owned())
                } else {
                    Ok(asked.get())
                }
            })
        };
        block_on(async {
            let mut gives_up = Box::pin(ask());
            let first = futures_lite::future::poll_once(&mut gives_up).await;
            assert!(first.is_none());
            drop(gives_up);
            let (first, second, third) = join3(ask(), ask(), ask()).await;
            assert_eq!(first.map(|one| *one), Ok(2));
            assert_eq!((second, third), (Err("silent".to_owned()), Err("silent".to_owned())));
        });
        assert!(shared.last.try_lock().unwrap().is_none());
    }
}
