//! Those who wait for the writer: the jobs in its queue, and the requests that wait for room there.

use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

/// How long a change waits for room in the queue before it is refused. Nobody notices a tenth of a
/// second, and in it the queue goes round more than once: whoever would be refused, and come again
/// at once, is carried out for less than the refusals would have cost.
pub(super) const ROOM_WAIT: Duration = Duration::from_millis(100);

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Line {
    /// Jobs in the queue.
    jobs: AtomicUsize,
    /// Told of each job that leaves it: the first of those before it goes on.
    room: Notify,
}

impl Line {
    /// How many jobs there are.
    pub(super) fn jobs(&self) -> usize {
        self.jobs.load(Ordering::Relaxed)
    }

    /// Counts a job, before it is in the queue, so that the writer never takes what is not counted.
    pub(super) fn enters(&self) {
        self.jobs.fetch_add(1, Ordering::Relaxed);
    }

    /// There was no room for a job that has been counted.
    pub(super) fn is_turned_back(&self) {
        self.jobs.fetch_sub(1, Ordering::Relaxed);
    }

    /// A job has left the queue.
    pub(super) fn leaves(&self) {
        self.jobs.fetch_sub(1, Ordering::Relaxed);
        self.room.notify_one();
    }

    /// Waits until there are fewer than `length`.
    pub(super) async fn room(&self, length: usize) {
        loop {
            let mut freed = pin!(self.room.notified());
            // In the list before the look, so that no job leaves the queue unseen in between.
            freed.as_mut().enable();
            if self.jobs() < length {
                return;
            }
            freed.await;
        }
    }
}
