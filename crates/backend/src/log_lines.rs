//! Log lines on their way to standard error: written by a thread of their own, so that whoever
//! reads them slowly, or not at all, holds up no request. What does not fit into the queue is lost,
//! and counted.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

/// Lines that may wait: a second of a busy server, some 2 MiB.
const LINES_MAX: usize = 8_192;

/// Bytes that are written at once.
const BATCH_BYTES: usize = 64 * 1_024;

/// How long lines gather while there are more: to be woken for each costs more than to write it.
const GATHER: Duration = Duration::from_millis(5);

/// How long the last lines are waited for when the program ends.
const FLUSH: Duration = Duration::from_secs(1);

/// What the writing thread is sent.
enum Message {
    Line(Vec<u8>),
    /// Everything before it has been written.
    Flush(SyncSender<()>),
}

/// A writer that never waits. Cheap to clone.
#[derive(Clone)]
pub(crate) struct LogLines {
    queue: SyncSender<Message>,
    lost: Arc<AtomicU64>,
}

impl LogLines {
    /// Starts the thread that writes to `sink`.
    ///
    /// # Errors
    /// There are no more threads.
    pub(crate) fn to(sink: impl Write + Send + 'static) -> io::Result<Self> {
        let (queue, lines) = sync_channel(LINES_MAX);
        let lost = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&lost);
        std::thread::Builder::new()
            .name("log".into())
            .spawn(move || write_all(&lines, sink, &counted))?;
        Ok(Self { queue, lost })
    }

    /// Waits until what was logged so far has been written, a second at most.
    pub(crate) fn flush_all(&self) {
        let (done, written) = sync_channel(1);
        if self.queue.try_send(Message::Flush(done)).is_ok() {
            // A reader that does not read is waited for no longer.
            let _ = written.recv_timeout(FLUSH);
        }
    }
}

impl Write for LogLines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.queue.try_send(Message::Line(line.to_vec())).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn write_all(lines: &Receiver<Message>, mut sink: impl Write, lost: &AtomicU64) {
    let mut batch = Vec::with_capacity(BATCH_BYTES);
    let mut waiting = Vec::new();
    while let Ok(first) = lines.recv() {
        let mut next = Some(first);
        while let Some(message) = next {
            match message {
                Message::Line(line) => batch.extend_from_slice(&line),
                Message::Flush(done) => waiting.push(done),
            }
            next = (batch.len() < BATCH_BYTES)
                .then(|| lines.try_recv().ok())
                .flatten();
        }
        let missing = lost.swap(0, Ordering::Relaxed);
        if missing > 0 {
            let note = format!(
                "{{\"level\":\"WARN\",\"message\":\"log lines lost\",\"lines\":{missing}}}\n"
            );
            batch.extend_from_slice(note.as_bytes());
        }
        // A log that cannot be written is no reason to stop selling.
        let _ = sink.write_all(&batch);
        batch.clear();
        for done in waiting.drain(..) {
            let _ = done.try_send(());
        }
        std::thread::sleep(GATHER);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::mpsc::Sender;

    use super::*;

    const LINE: &[u8] = b"line\n";

    /// Keeps what it is given, once it has been let go.
    struct Sink {
        gate: Arc<Mutex<()>>,
        kept: Sender<Vec<u8>>,
    }

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            drop(self.gate.lock().unwrap());
            self.kept.send(bytes.to_vec()).unwrap();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_does_not_read_holds_up_nobody_and_learns_what_it_missed() {
        // More than the queue and a batch have room for.
        const LINES: usize = LINES_MAX + BATCH_BYTES / LINE.len() + 1_000;
        let gate = Arc::new(Mutex::new(()));
        let (kept, written) = std::sync::mpsc::channel();
        let sink = Sink {
            gate: Arc::clone(&gate),
            kept,
        };
        let mut log = LogLines::to(sink).unwrap();
        let closed = gate.lock().unwrap();
        for _ in 0..LINES {
            log.write_all(LINE).unwrap();
        }
        drop(closed);
        // What is in the queue is written, and how many lines are not.
        let mut seen = 0;
        let mut text = String::new();
        while seen < LINES {
            let batch = written.recv_timeout(Duration::from_secs(10)).unwrap();
            text.push_str(std::str::from_utf8(&batch).unwrap());
            let lost = text
                .split("\"lines\":")
                .skip(1)
                .map(|rest| rest.split('}').next().unwrap().parse::<usize>().unwrap());
            seen = text.matches("line\n").count() + lost.sum::<usize>();
        }
        assert_eq!(seen, LINES);
        assert!(text.contains("log lines lost"));
    }

    #[test]
    fn what_was_logged_is_written_when_the_program_ends() {
        let (kept, written) = std::sync::mpsc::channel();
        let sink = Sink {
            gate: Arc::default(),
            kept,
        };
        let mut log = LogLines::to(sink).unwrap();
        log.write_all(b"last words\n").unwrap();
        log.flush_all();
        assert_eq!(written.try_recv().unwrap(), b"last words\n");
    }
}
