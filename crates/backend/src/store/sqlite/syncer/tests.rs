//! What the syncer does, on a disk that does what it is told.

use std::sync::Mutex;
use std::sync::mpsc::{Sender, channel};

use super::*;
use crate::store::sql::Job;

/// A disk that does what it is told, when it is told.
struct Told {
    syncs: Mutex<Receiver<io::Result<()>>>,
    anew: Mutex<Receiver<Result<(), StoreError>>>,
    /// What it was asked for.
    asked: Sender<&'static str>,
}

impl Disk for Told {
    fn sync(&self) -> io::Result<()> {
        let _ = self.asked.send("sync");
        let told = self.syncs.lock().unwrap().recv();
        told.unwrap_or_else(|_| Err(io::ErrorKind::Other.into()))
    }

    fn begin_anew(&self) -> Result<(), StoreError> {
        let _ = self.asked.send("begin anew");
        let told = self.anew.lock().unwrap().recv();
        told.unwrap_or_else(|_| Err(unavailable()))
    }
}

fn unavailable() -> StoreError {
    StoreError::Unavailable("on purpose".into())
}

/// A job that says what became of it.
struct Says(&'static str, Sender<(&'static str, bool)>);

impl Job for Says {
    fn may_undo(&self) -> bool {
        false
    }

    fn run(&mut self, _: &crate::store::sql::Connection) -> bool {
        true
    }

    fn fail(&mut self, _: StoreError) {}

    fn answer(self: Box<Self>, fate: Result<(), StoreError>) {
        let _ = self.1.send((self.0, fate.is_ok()));
    }
}

/// The syncer is the last to go: a disk that nobody tells anything any more fails.
struct Trial {
    durable: Durable,
    answers: Answers,
    syncs: Sender<io::Result<()>>,
    anew: Sender<Result<(), StoreError>>,
    asked: Receiver<&'static str>,
    says: Sender<(&'static str, bool)>,
    said: Receiver<(&'static str, bool)>,
    syncer: Syncer,
}

impl Trial {
    fn new() -> Self {
        let ((syncs, told), (anew, told_anew)) = (channel(), channel());
        let ((asked, heard), (says, said)) = (channel(), channel());
        let disk = Told {
            syncs: Mutex::new(told),
            anew: Mutex::new(told_anew),
            asked,
        };
        let (durable, answers) = (Durable::default(), Answers::default());
        Self {
            syncer: Syncer::on(disk, durable.clone(), answers.clone()).unwrap(),
            durable,
            answers,
            syncs,
            anew,
            asked: heard,
            says,
            said,
        }
    }

    /// Commits a group while others wait, so that the thread syncs it.
    fn pass(&self, name: &'static str) {
        self.durable.begin();
        self.answers.somebody_waits();
        self.syncer
            .pass(vec![Box::new(Says(name, self.says.clone()))]);
    }

    fn fails(&self) {
        self.syncs.send(Err(io::ErrorKind::Other.into())).unwrap();
    }

    fn is_durable(&self) -> Option<bool> {
        let mut reached = Box::pin(self.durable.reached());
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        match reached.as_mut().poll(&mut context) {
            std::task::Poll::Ready(result) => Some(result.is_ok()),
            std::task::Poll::Pending => None,
        }
    }
}

#[test]
fn nobody_hears_of_a_commit_before_its_sync_and_one_sync_serves_those_that_gather() {
    let trial = Trial::new();
    assert_eq!(trial.is_durable(), Some(true), "nothing was written");
    trial.pass("one");
    assert_eq!(trial.asked.recv(), Ok("sync"));
    // While the disk is at it, two more are committed.
    trial.pass("two");
    trial.pass("three");
    assert!(trial.said.try_recv().is_err());
    assert_eq!(trial.is_durable(), None, "who reads waits as well");
    trial.syncs.send(Ok(())).unwrap();
    assert_eq!(trial.said.recv(), Ok(("one", true)));
    assert_eq!(trial.asked.recv(), Ok("sync"));
    assert!(trial.said.try_recv().is_err());
    assert_eq!(trial.is_durable(), None);
    trial.syncs.send(Ok(())).unwrap();
    assert_eq!(trial.said.recv(), Ok(("two", true)));
    assert_eq!(trial.said.recv(), Ok(("three", true)));
    assert_eq!(trial.is_durable(), Some(true));
    assert_eq!(trial.answers.counters().syncs.get(), 2);
    assert_eq!(trial.answers.counters().commits.get(), 3);
}

#[test]
fn alone_a_commit_is_synced_where_it_was_made() {
    let trial = Trial::new();
    trial.durable.begin();
    trial.syncs.send(Ok(())).unwrap();
    let group: Group = vec![Box::new(Says("alone", trial.says.clone()))];
    trial.syncer.pass(group);
    // It has been answered when the call comes back: no thread was woken.
    assert_eq!(trial.said.try_recv(), Ok(("alone", true)));
    assert_eq!(trial.is_durable(), Some(true));
}

#[test]
fn after_a_failed_sync_nothing_is_claimed_until_the_journal_has_been_begun_anew() {
    let trial = Trial::new();
    trial.fails();
    trial.pass("one");
    assert_eq!(trial.said.recv(), Ok(("one", false)));
    assert_eq!(trial.asked.recv(), Ok("sync"));
    assert_eq!(trial.asked.recv(), Ok("begin anew"));
    assert_eq!(trial.is_durable(), Some(false), "who reads is told as well");
    trial.anew.send(Err(unavailable())).unwrap();
    // The next one finds it as it was left, and no sync is tried.
    trial.pass("two");
    trial.anew.send(Err(unavailable())).unwrap();
    assert_eq!(trial.said.recv(), Ok(("two", false)));
    // By itself, without anybody asking, it is tried again.
    trial.anew.send(Ok(())).unwrap();
    while trial.is_durable() != Some(true) {
        std::thread::yield_now();
    }
    trial.syncs.send(Ok(())).unwrap();
    trial.pass("three");
    assert_eq!(trial.said.recv(), Ok(("three", true)));
    let asked: Vec<_> = trial.asked.try_iter().collect();
    assert_eq!(asked.iter().filter(|what| **what == "sync").count(), 1);
}

#[test]
fn a_failed_sync_where_it_was_made_is_mended_by_the_thread() {
    let trial = Trial::new();
    trial.durable.begin();
    trial.fails();
    let group: Group = vec![Box::new(Says("alone", trial.says.clone()))];
    trial.syncer.pass(group);
    assert_eq!(trial.said.try_recv(), Ok(("alone", false)));
    assert_eq!(trial.asked.recv(), Ok("sync"));
    assert_eq!(trial.asked.recv(), Ok("begin anew"));
    trial.anew.send(Ok(())).unwrap();
    while trial.is_durable() != Some(true) {
        std::thread::yield_now();
    }
}

#[test]
fn what_was_given_is_answered_before_the_thread_ends() {
    let trial = Trial::new();
    for name in ["one", "two", "three"] {
        trial.syncs.send(Ok(())).unwrap();
        trial.pass(name);
    }
    let Trial { syncer, said, .. } = trial;
    drop(syncer);
    assert_eq!(
        said.try_iter()
            .filter(|(_, is_durable)| *is_durable)
            .count(),
        3
    );
}
