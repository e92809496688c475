//! A value of the store that every request needs, kept for a while.
//!
//! When it is half as old as it may be, the request that finds this looks it up, and all others go
//! on with the one they know. Were it left to get too old, all requests of that moment would look
//! it up at once, and wait behind each other for the few connections that read.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use shoptag_commerce::Timestamp;
use tokio::sync::Mutex;

/// What the last look-up gave; `None` before the first one.
type Outcome<T, E> = Option<Result<Arc<T>, E>>;

/// The value, and whose turn it is to look it up.
#[derive(Debug)]
pub(crate) struct Cached<T, E> {
    age_ms_max: i64,
    known: RwLock<Option<(Timestamp, Arc<T>)>>,
    look_up: Mutex<Outcome<T, E>>,
    /// Look-ups that have ended.
    ended: AtomicU64,
}

impl<T, E: Clone> Cached<T, E> {
    /// No value yet; one that is looked up holds for `age_ms_max`, milliseconds.
    pub(crate) fn new(age_ms_max: i64) -> Self {
        Self {
            age_ms_max,
            known: RwLock::default(),
            look_up: Mutex::default(),
            ended: AtomicU64::default(),
        }
    }

    /// The value as it was looked up last, however old.
    pub(crate) fn known(&self) -> Option<Arc<T>> {
        self.dated().map(|(_, value)| value)
    }

    /// The value as of `now`, or of at most its age before that. `look_up` gets the last one.
    ///
    /// # Errors
    /// What `look_up` says, to all who waited for it. A value that is not too old yet is not given
    /// up for it.
    pub(crate) async fn get(
        &self,
        now: Timestamp,
        look_up: impl AsyncFnOnce(Option<Arc<T>>) -> Result<T, E>,
    ) -> Result<Arc<T>, E> {
        let ended = self.ended.load(Ordering::Acquire);
        let known = self.dated();
        // The clocks of two requests of the same moment may be read in either order.
        let age_ms = known
            .as_ref()
            .map(|(looked_up_at, _)| now.since_ms(*looked_up_at).abs());
        match (known, age_ms) {
            (Some((_, value)), Some(age_ms)) if age_ms < self.age_ms_max => {
                if age_ms < self.age_ms_max / 2 {
                    return Ok(value);
                }
                let Ok(mut outcome) = self.look_up.try_lock() else {
                    return Ok(value);
                };
                // Somebody else may just have had it.
                if self.ended.load(Ordering::Acquire) != ended {
                    return Ok(value);
                }
                let looked_up = look_up(Some(Arc::clone(&value))).await;
                Ok(self.end(now, looked_up, &mut outcome).unwrap_or(value))
            }
            (known, _) => {
                let mut outcome = self.look_up.lock().await;
                if self.ended.load(Ordering::Acquire) != ended
                    && let Some(theirs) = &*outcome
                {
                    return theirs.clone();
                }
                let looked_up = look_up(known.map(|(_, value)| value)).await;
                self.end(now, looked_up, &mut outcome)
            }
        }
    }

    fn end(
        &self,
        now: Timestamp,
        looked_up: Result<T, E>,
        outcome: &mut Outcome<T, E>,
    ) -> Result<Arc<T>, E> {
        let looked_up = looked_up.map(Arc::new);
        if let Ok(value) = &looked_up {
            let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
            *known = Some((now, Arc::clone(value)));
        }
        *outcome = Some(looked_up.clone());
        self.ended.fetch_add(1, Ordering::Release);
        looked_up
    }

    fn dated(&self) -> Option<(Timestamp, Arc<T>)> {
        let known = self.known.read();
        known.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use tokio::sync::Notify;

    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_ms(1_760_000_000_000 + ms)
    }

    /// Look-ups of the numbers 1, 2, 3 and so on; each waits until it is let go.
    #[derive(Default)]
    struct Source {
        begun: AtomicUsize,
        fails: std::sync::atomic::AtomicBool,
        go: Notify,
    }

    impl Source {
        async fn next(&self) -> Result<usize, &'static str> {
            let next = self.begun.fetch_add(1, Ordering::SeqCst) + 1;
            self.go.notified().await;
            if self.fails.load(Ordering::SeqCst) {
                Err("away")
            } else {
                Ok(next)
            }
        }

        fn begun(&self) -> usize {
            self.begun.load(Ordering::SeqCst)
        }
    }

    type Answer = Result<Arc<usize>, &'static str>;

    async fn get(cached: &Cached<usize, &'static str>, source: &Source, ms: i64) -> Answer {
        cached.get(at(ms), async |_| source.next().await).await
    }

    fn is(value: usize) -> Answer {
        Ok(Arc::new(value))
    }

    /// With 1, looked up at 0, which holds for 100 ms.
    async fn known() -> (Cached<usize, &'static str>, Source) {
        let (cached, source) = (Cached::new(100), Source::default());
        source.go.notify_one();
        assert_eq!(get(&cached, &source, 0).await, is(1));
        (cached, source)
    }

    #[tokio::test]
    async fn it_is_looked_up_once_for_all_who_wait() {
        let (cached, source) = (Cached::new(100), Source::default());
        assert_eq!(cached.known(), None);
        let (one, two, three, ()) = tokio::join!(
            get(&cached, &source, 0),
            // Their clocks differ, and a look-up that they have waited for is theirs all the same.
            get(&cached, &source, 5),
            get(&cached, &source, -300),
            async { source.go.notify_one() },
        );
        assert_eq!((one, two, three), (is(1), is(1), is(1)));
        assert_eq!(source.begun(), 1);
        assert_eq!(cached.known(), Some(Arc::new(1)));
        assert_eq!(get(&cached, &source, 49).await, is(1));
        assert_eq!(get(&cached, &source, -49).await, is(1));
        assert_eq!(source.begun(), 1);
    }

    #[tokio::test]
    async fn at_half_its_age_one_looks_it_up_and_the_others_go_on() {
        let (cached, source) = known().await;
        let others = async {
            for ms in [51, 70, 99] {
                assert_eq!(get(&cached, &source, ms).await, is(1));
            }
            source.go.notify_one();
        };
        let (one, ()) = tokio::join!(get(&cached, &source, 50), others);
        assert_eq!((one, source.begun()), (is(2), 2));
        assert_eq!(get(&cached, &source, 99).await, is(2));
    }

    #[tokio::test]
    async fn one_that_is_too_old_is_waited_for() {
        let (cached, source) = known().await;
        let (one, two, ()) = tokio::join!(
            get(&cached, &source, 99),
            get(&cached, &source, 100),
            async { source.go.notify_one() },
        );
        assert_eq!((one, two, source.begun()), (is(2), is(2), 2));
        source.go.notify_one();
        assert_eq!(get(&cached, &source, -200).await, is(3), "a clock set back");
    }

    #[tokio::test]
    async fn a_look_up_that_fails_is_everybodys_and_the_next_one_tries_again() {
        let (cached, source) = known().await;
        source.fails.store(true, Ordering::SeqCst);
        source.go.notify_one();
        assert_eq!(get(&cached, &source, 60).await, is(1), "not too old yet");
        let (one, two, ()) = tokio::join!(
            get(&cached, &source, 100),
            get(&cached, &source, 101),
            async { source.go.notify_one() },
        );
        assert_eq!((one, two, source.begun()), (Err("away"), Err("away"), 3));
        source.fails.store(false, Ordering::SeqCst);
        source.go.notify_one();
        assert_eq!(get(&cached, &source, 101).await, is(4));
    }

    #[tokio::test]
    async fn whoever_gives_up_leaves_the_turn_to_the_next() {
        let (cached, source) = (Cached::new(100), Source::default());
        {
            let mut gone = Box::pin(get(&cached, &source, 0));
            let waker = std::task::Waker::noop();
            let polled = gone
                .as_mut()
                .poll(&mut std::task::Context::from_waker(waker));
            assert!(polled.is_pending());
        }
        source.go.notify_one();
        assert_eq!(get(&cached, &source, 0).await, is(2));
    }
}
