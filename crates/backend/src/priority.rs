//! How important a thread is, when there are more of them than processors.

/// How much the threads that serve HTTP, read, or carry over the journal stand back behind the one
/// that writes, in steps of `nice`: what was let in is carried out before more is let in. All of
/// them alike: one that stood back further would be starved by the others under overload, and in
/// the end the writer would wait for it.
#[cfg(target_os = "linux")]
const STEPS: i32 = 8;

/// The lowest priority of all.
#[cfg(target_os = "linux")]
const NICE_MAX: i32 = 19;

/// Lowers the priority of the calling thread below the main thread's, which is the writer's too.
/// Threads inherit it, so it is told apart from that: however often this is called, and by whatever
/// thread another one was started, it stands back once. Where that is not possible all have the
/// same.
pub fn stand_behind_the_writer() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{getpid, getpriority_process, nice};
        let (own, main) = (
            getpriority_process(None),
            getpriority_process(Some(getpid())),
        );
        if let (Ok(own), Ok(main)) = (own, main) {
            let missing = main.saturating_add(STEPS).min(NICE_MAX) - own;
            if missing > 0 {
                let _ = nice(missing);
            }
        }
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use rustix::process::{getpid, getpriority_process};

    use super::*;

    #[test]
    fn a_thread_that_another_one_has_started_stands_back_as_far_and_no_further() {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .on_thread_start(stand_behind_the_writer)
            .build()
            .unwrap();
        let own = || getpriority_process(None).unwrap();
        let (worker, blocking) = runtime.block_on(async {
            // The blocking thread is started by the worker.
            tokio::spawn(async move { (own(), tokio::task::spawn_blocking(own).await.unwrap()) })
                .await
                .unwrap()
        });
        let expected = (getpriority_process(Some(getpid())).unwrap() + STEPS).min(NICE_MAX);
        assert_eq!((worker, blocking), (expected, expected));
    }
}
