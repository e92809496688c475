//! A value of the store that every request needs, kept for a while.
//!
//! It is looked up by a task of its own, one at a time, whoever asked for it first: a request that
//! gives up takes nobody's answer away. When the value is half as old as it may be, the next
//! request has it looked up and all go on with the one they know. Were it left to get too old, all
//! requests of that moment would wait, or even look it up at once, for the few connections that
//! read. A look-up that has failed is not tried again before another quarter of that age, while the
//! value that is known may still be used: the database is not there, and everybody would ask it.

use std::fmt::Debug;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use shoptag_commerce::Timestamp;
use tokio::sync::watch;

use crate::store::StoreError;

/// What a look-up gave; `None` while it is under way.
type Outcome<T, E> = Option<Result<Arc<T>, E>>;

/// The value.
#[derive(Debug)]
pub(crate) struct Cached<T, E> {
    age_ms_max: i64,
    parts: Arc<Parts<T, E>>,
}

#[derive(Debug)]
struct Parts<T, E> {
    known: RwLock<Option<(Timestamp, Arc<T>)>>,
    /// The look-up that is under way.
    under_way: Mutex<Option<watch::Receiver<Outcome<T, E>>>>,
    /// When the last look-up failed; of no interest once one has succeeded.
    failed_at: RwLock<Option<Timestamp>>,
}

impl<T, E> Cached<T, E>
where
    T: Send + Sync + 'static,
    E: Clone + Debug + From<StoreError> + Send + Sync + 'static,
{
    /// No value yet; one that is looked up holds for `age_ms_max`, milliseconds.
    pub(crate) fn new(age_ms_max: i64) -> Self {
        Self {
            age_ms_max,
            parts: Arc::new(Parts {
                known: RwLock::default(),
                under_way: Mutex::default(),
                failed_at: RwLock::default(),
            }),
        }
    }

    /// The value as it was looked up last, however old.
    pub(crate) fn known(&self) -> Option<Arc<T>> {
        self.parts.dated().map(|(_, value)| value)
    }

    /// The value as of `now`, or of at most its age before that. `look_up` gets the last one.
    /// Within a Tokio runtime only.
    ///
    /// # Errors
    /// What `look_up` says, to all who wait for it. Who has a value that is not too old does not.
    pub(crate) async fn get<F>(
        &self,
        now: Timestamp,
        look_up: impl FnOnce(Option<Arc<T>>) -> F,
    ) -> Result<Arc<T>, E>
    where
        F: Future<Output = Result<T, E>> + Send + 'static,
    {
        let Some((looked_up_at, value)) = self.parts.dated() else {
            return outcome_of(self.parts.begin(now, None, look_up)).await;
        };
        // The clocks of two requests of the same moment may be read in either order.
        let age_ms = now.since_ms(looked_up_at).abs();
        let is_young = age_ms < self.age_ms_max / 2;
        let is_usable = age_ms < self.age_ms_max;
        if is_young || is_usable && self.parts.has_failed_within(self.age_ms_max / 4, now) {
            return Ok(value);
        }
        let looked_up = self.parts.begin(now, Some(Arc::clone(&value)), look_up);
        if is_usable {
            Ok(value)
        } else {
            outcome_of(looked_up).await
        }
    }
}

impl<T, E> Parts<T, E>
where
    T: Send + Sync + 'static,
    E: Clone + Debug + From<StoreError> + Send + Sync + 'static,
{
    /// Has it looked up, unless that is under way.
    fn begin<F>(
        self: &Arc<Self>,
        now: Timestamp,
        known: Option<Arc<T>>,
        look_up: impl FnOnce(Option<Arc<T>>) -> F,
    ) -> watch::Receiver<Outcome<T, E>>
    where
        F: Future<Output = Result<T, E>> + Send + 'static,
    {
        let mut under_way = self.under_way();
        // One that has panicked says nothing any more.
        if let Some(looked_up) = &*under_way
            && looked_up.has_changed().is_ok()
        {
            return looked_up.clone();
        }
        let (says, looked_up) = watch::channel(None);
        *under_way = Some(looked_up.clone());
        let (parts, look_up) = (Arc::clone(self), look_up(known));
        tokio::spawn(async move {
            let outcome = look_up.await.map(Arc::new);
            match &outcome {
                Ok(value) => parts.know(now, value),
                Err(error) => {
                    tracing::warn!(error = ?error, "a look-up has failed");
                    parts.fail(now);
                }
            }
            *parts.under_way() = None;
            says.send_replace(Some(outcome));
        });
        looked_up
    }

    fn know(&self, now: Timestamp, value: &Arc<T>) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        *known = Some((now, Arc::clone(value)));
    }

    fn fail(&self, now: Timestamp) {
        let failed_at = self.failed_at.write();
        *failed_at.unwrap_or_else(PoisonError::into_inner) = Some(now);
    }

    /// Whether a look-up failed less than `ms` from `now`, whichever way the clock has gone.
    fn has_failed_within(&self, ms: i64, now: Timestamp) -> bool {
        let failed_at = self.failed_at.read();
        let failed_at = *failed_at.unwrap_or_else(PoisonError::into_inner);
        failed_at.is_some_and(|failed_at| now.since_ms(failed_at).abs() < ms)
    }

    fn dated(&self) -> Option<(Timestamp, Arc<T>)> {
        let known = self.known.read();
        known.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn under_way(&self) -> MutexGuard<'_, Option<watch::Receiver<Outcome<T, E>>>> {
        self.under_way
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

async fn outcome_of<T, E>(mut looked_up: watch::Receiver<Outcome<T, E>>) -> Result<Arc<T>, E>
where
    E: Clone + From<StoreError>,
{
    let outcome = looked_up.wait_for(Option::is_some).await;
    let outcome = outcome.ok().and_then(|outcome| outcome.clone());
    outcome.unwrap_or_else(|| {
        let gone = StoreError::Unavailable("a look-up has not ended".into());
        Err(gone.into())
    })
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
    use std::time::Duration;

    use tokio::sync::Semaphore;

    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_ms(1_760_000_000_000 + ms)
    }

    fn away() -> StoreError {
        StoreError::Unavailable("away".into())
    }

    /// Look-ups of the numbers 1, 2, 3 and so on; each waits until it is let go.
    struct Source {
        begun: AtomicUsize,
        fails: AtomicBool,
        go: Semaphore,
    }

    impl Source {
        async fn next(&self) -> Result<usize, StoreError> {
            let next = self.begun.fetch_add(1, Ordering::SeqCst) + 1;
            self.go.acquire().await.unwrap().forget();
            if self.fails.load(Ordering::SeqCst) {
                Err(away())
            } else {
                Ok(next)
            }
        }
    }

    struct Bench {
        cached: Cached<usize, StoreError>,
        source: Arc<Source>,
    }

    impl Bench {
        /// Holds for 100 ms.
        fn new() -> Self {
            Self {
                cached: Cached::new(100),
                source: Arc::new(Source {
                    begun: AtomicUsize::new(0),
                    fails: AtomicBool::new(false),
                    go: Semaphore::new(0),
                }),
            }
        }

        /// With 1, looked up at 0.
        async fn known() -> Self {
            let bench = Self::new();
            bench.let_go();
            assert_eq!(bench.get(0).await, is(1));
            bench
        }

        fn let_go(&self) {
            self.source.go.add_permits(1);
        }

        fn begun(&self) -> usize {
            self.source.begun.load(Ordering::SeqCst)
        }

        /// Fails when nobody lets it go.
        async fn get(&self, ms: i64) -> Result<Arc<usize>, StoreError> {
            let source = Arc::clone(&self.source);
            let get = self
                .cached
                .get(at(ms), |_| async move { source.next().await });
            tokio::time::timeout(Duration::from_secs(60), get)
                .await
                .expect("it hangs")
        }
    }

    /// Until all tasks have gone as far as they can.
    async fn settle() {
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
    }

    fn is(value: usize) -> Result<Arc<usize>, StoreError> {
        Ok(Arc::new(value))
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_looked_up_once_for_all_who_wait() {
        let bench = Bench::new();
        assert_eq!(bench.cached.known(), None);
        let (one, two, three, ()) = tokio::join!(
            bench.get(0),
            // Their clocks differ, and the look-up that they wait for is theirs all the same.
            bench.get(5),
            bench.get(-300),
            async { bench.let_go() },
        );
        assert_eq!((one, two, three), (is(1), is(1), is(1)));
        assert_eq!(bench.cached.known(), Some(Arc::new(1)));
        assert_eq!(bench.get(49).await, is(1));
        assert_eq!(bench.get(-49).await, is(1));
        assert_eq!(bench.begun(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn at_half_its_age_it_is_looked_up_once_and_nobody_waits() {
        let bench = Bench::known().await;
        for ms in [50, 51, 70, 99] {
            assert_eq!(bench.get(ms).await, is(1));
        }
        settle().await;
        assert_eq!(bench.begun(), 2);
        bench.let_go();
        settle().await;
        assert_eq!(bench.get(99).await, is(2));
        assert_eq!(bench.begun(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_is_too_old_is_waited_for() {
        let bench = Bench::known().await;
        let (young, old, ()) =
            tokio::join!(bench.get(99), bench.get(100), async { bench.let_go() },);
        assert_eq!((young, old, bench.begun()), (is(1), is(2), 2));
        bench.let_go();
        assert_eq!(bench.get(-200).await, is(3), "a clock set back");
    }

    #[tokio::test(start_paused = true)]
    async fn a_look_up_that_fails_is_everybodys_and_the_next_one_tries_again() {
        let bench = Bench::known().await;
        bench.source.fails.store(true, Ordering::SeqCst);
        bench.let_go();
        assert_eq!(bench.get(60).await, is(1), "not too old yet");
        settle().await;
        let (one, two, ()) =
            tokio::join!(bench.get(100), bench.get(101), async { bench.let_go() },);
        assert_eq!((one, two, bench.begun()), (Err(away()), Err(away()), 3));
        bench.source.fails.store(false, Ordering::SeqCst);
        bench.let_go();
        assert_eq!(bench.get(101).await, is(4));
    }

    #[tokio::test(start_paused = true)]
    async fn after_one_that_failed_the_known_value_serves_a_while_without_another() {
        let bench = Bench::known().await;
        bench.source.fails.store(true, Ordering::SeqCst);
        bench.let_go();
        assert_eq!(bench.get(50).await, is(1));
        settle().await;
        for ms in [50, 60, 74] {
            assert_eq!(bench.get(ms).await, is(1));
        }
        settle().await;
        assert_eq!(bench.begun(), 2, "one failure");
        bench.source.fails.store(false, Ordering::SeqCst);
        bench.let_go();
        assert_eq!(bench.get(75).await, is(1));
        settle().await;
        assert_eq!((bench.get(76).await, bench.begun()), (is(3), 3));
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_may_have_no_age_is_looked_up_by_whoever_finds_none_under_way() {
        let source = Bench::new().source;
        let cached = Cached::new(0);
        let get = |ms| {
            let source = Arc::clone(&source);
            cached.get(at(ms), |_| async move { source.next().await })
        };
        for value in [1, 2] {
            let go = async { source.go.add_permits(1) };
            let (one, two, ()) = tokio::join!(get(0), get(0), go);
            assert_eq!((one, two), (is(value), is(value)));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_takes_nobodys_answer_away() {
        let bench = Bench::new();
        let first = tokio::time::timeout(Duration::from_millis(10), bench.get(0)).await;
        assert!(first.is_err());
        let (second, ()) = tokio::join!(bench.get(0), async { bench.let_go() });
        assert_eq!((second, bench.begun()), (is(1), 1));
    }

    #[tokio::test(start_paused = true)]
    async fn after_one_that_panics_it_is_looked_up_again() {
        let bench = Bench::new();
        let panicked = bench
            .cached
            .get(at(0), |_| async { panic!("on purpose") })
            .await;
        assert!(matches!(panicked, Err(StoreError::Unavailable(_))));
        bench.let_go();
        assert_eq!(bench.get(0).await, is(1));
    }
}
