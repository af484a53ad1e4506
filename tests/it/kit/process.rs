//! Child processes: their lines while a test waits for one of them, and signals by process id.

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The lines of one stream of a child, read by a thread of their own so that the child never blocks
/// on a full pipe.
pub struct Lines {
    receiver: Receiver<String>,
    seen: Arc<Mutex<String>>,
}

/// Why a line was waited for in vain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The stream ended without it.
    Ended,
    /// It did not come in time.
    TimedOut,
}

impl Lines {
    /// Starts to read.
    pub fn of(stream: impl Read + Send + 'static) -> Lines {
        let (sender, receiver) = channel();
        let seen = Arc::new(Mutex::new(String::new()));
        let kept = Arc::clone(&seen);
        std::thread::spawn(move || {
            let mut stream = BufReader::new(stream);
            let mut bytes = Vec::new();
            while stream.read_until(b'\n', &mut bytes).is_ok_and(|count| count > 0) {
                let line = String::from_utf8_lossy(&bytes).into_owned();
                kept.lock().unwrap_or_else(PoisonError::into_inner).push_str(&line);
                // Reading goes on when nobody waits any more: the pipe must be kept empty.
                let _ = sender.send(line.trim_end_matches(['\r', '\n']).to_owned());
                bytes.clear();
            }
        });
        Lines { receiver, seen }
    }

    /// Hands each line to `find` until it answers, for `timeout` in all.
    pub fn wait_for<T>(&self, timeout: Duration, mut find: impl FnMut(&str) -> Option<T>) -> Result<T, Missing> {
        let started = Instant::now();
        loop {
            match self.receiver.recv_timeout(timeout.saturating_sub(started.elapsed())) {
                Ok(line) => {
                    if let Some(found) = find(&line) {
                        return Ok(found);
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return Err(Missing::Ended),
                Err(RecvTimeoutError::Timeout) => return Err(Missing::TimedOut),
            }
        }
    }

    /// Everything read so far.
    pub fn seen(&self) -> String {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A child that is ended with whoever holds it.
pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself, which a test has noticed before.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Sends a signal to one process (`"123"`) or to a process group (`"-123"`); false when there is none.
/// By the shell's own `kill`: small images have no `/bin/kill`, and std has no call for it.
pub fn signal(name: &str, target: &str) -> bool {
    Command::new("/bin/sh")
        .args(["-c", r#"kill -s "$1" -- "$2""#, "kill", name, target])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Every file named `name` in the folders of a search path, in its order.
pub fn on_path(search_path: &str, name: &str) -> Vec<PathBuf> {
    std::env::split_paths(search_path).map(|folder| folder.join(name)).filter(|file| file.is_file()).collect()
}

#[test]
fn lines_are_waited_for_kept_and_end() {
    let lines = Lines::of(&b"one\r\ntwo\nthree"[..]);
    let patience = Duration::from_secs(60);
    let find = |wanted: &'static str| move |line: &str| (line == wanted).then_some(line.len());
    assert_eq!(lines.wait_for(patience, find("one")), Ok(3), "without its line ending");
    assert_eq!(lines.wait_for(patience, find("three")), Ok(5), "the last line needs no ending");
    assert_eq!(lines.wait_for(patience, find("four")), Err(Missing::Ended));
    assert_eq!(lines.seen(), "one\r\ntwo\nthree");
}

#[test]
fn a_silent_stream_times_out() {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    let lines = Lines::of(reader);
    assert_eq!(lines.wait_for(Duration::from_millis(1), |_| Some(())), Err(Missing::TimedOut));
    drop(writer);
}
