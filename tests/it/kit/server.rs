//! The real binary as a process of its own, with an environment that holds nothing but what the test
//! gives it.

use std::ffi::OsStr;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use tempfile::TempDir;

use super::process::{Lines, Missing, signal};

const START_TIMEOUT: Duration = Duration::from_secs(60);
const TERMINATION_TIMEOUT: Duration = Duration::from_secs(15);
const KILL_TIMEOUT: Duration = Duration::from_secs(5);

/// A running server; killed when dropped.
pub struct Server {
    address: Option<SocketAddr>,
    id: u32,
    /// Told once by the thread that waits for the process.
    ends: Receiver<ExitStatus>,
    ended: Option<ExitStatus>,
    stdout: Lines,
    stderr: Lines,
    home: TempDir,
}

impl Server {
    /// Starts `relais` and waits until it listens. Its environment is `environment`, `PATH`, and a
    /// fresh `HOME`, which is also its working directory.
    pub fn spawn(arguments: &[&str], environment: &[(&str, String)]) -> Server {
        Server::spawn_program(env!("CARGO_BIN_EXE_relais"), arguments, environment, START_TIMEOUT)
    }

    fn spawn_program(program: &str, arguments: &[&str], environment: &[(&str, String)], timeout: Duration) -> Server {
        let mut server = Server::launch(program, arguments, environment);
        match server.stdout.wait_for(timeout, listening_address) {
            Ok(address) => server.address = Some(address),
            Err(missing) => {
                let reason = match missing {
                    Missing::Ended => format!("ended with {}", server.wait_for_end(KILL_TIMEOUT)),
                    Missing::TimedOut => format!("has not said so in {} s", timeout.as_secs()),
                };
                panic!("{program} {arguments:?} does not listen, it {reason}\n{}", server.output());
            }
        }
        server
    }

    fn launch(program: &str, arguments: &[&str], environment: &[(&str, String)]) -> Server {
        let home = tempfile::Builder::new().prefix("relais-test-home-").tempdir().expect("a folder for the server");
        let mut child = Command::new(program)
            .args(arguments)
            .current_dir(home.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", home.path())
            .envs(environment.iter().map(|(name, value)| (name, OsStr::new(value))))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{program} does not start: {error}"));
        let stdout = Lines::of(child.stdout.take().expect("standard output is a pipe"));
        let stderr = Lines::of(child.stderr.take().expect("standard error is a pipe"));
        let id = child.id();
        let (sender, ends) = channel();
        std::thread::spawn(move || {
            if let Ok(status) = child.wait() {
                // The test may have gone.
                let _ = sender.send(status);
            }
        });
        Server { address: None, id, ends, ended: None, stdout, stderr, home }
    }

    /// Starts `relais worker` and waits until it says that it works.
    pub fn work(environment: &[(&str, String)]) -> Server {
        let server = Server::launch(env!("CARGO_BIN_EXE_relais"), &["worker"], environment);
        server.wait_for_line("working on jobs, mails and webhooks");
        server
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address.expect("a server that was handed out listens")
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Its home and working directory.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// What it has written so far, to both streams.
    pub fn output(&self) -> String {
        if self.ended.is_some() {
            // The process is gone, its last lines may still be on their way through the readers.
            for lines in [&self.stdout, &self.stderr] {
                let _ = lines.wait_for(KILL_TIMEOUT, |_| None::<()>);
            }
        }
        format!("standard output:\n{}standard error:\n{}", self.stdout.seen(), self.stderr.seen())
    }

    /// Waits until it has printed this line.
    #[track_caller]
    pub fn wait_for_line(&self, wanted: &str) {
        let found = self.stdout.wait_for(START_TIMEOUT, |line| (line == wanted).then_some(()));
        assert_eq!(found, Ok(()), "waiting for {wanted}\n{}", self.output());
    }

    /// What it has printed so far.
    pub fn printed(&self) -> String {
        self.stdout.seen()
    }

    /// Ends it as a power cut does (SIGKILL).
    pub fn kill(mut self) {
        signal("KILL", &self.id.to_string());
        let ending = self.wait_for_end(KILL_TIMEOUT);
        assert!(self.ended.is_some(), "a killed server {ending}");
    }

    /// Lets it live for this long, whatever it is about, then kills it.
    #[track_caller]
    pub fn kill_after(mut self, moment: Duration) {
        self.wait_for_end(moment);
        assert!(self.ended.is_none(), "it has ended by itself\n{}", self.output());
        self.kill();
    }

    /// Asks it to end (SIGTERM) and answers with its exit code; `None` when a signal ended it.
    pub fn terminate(&mut self) -> Option<i32> {
        signal("TERM", &self.id.to_string());
        self.ended()
    }

    /// Asks it to end (SIGTERM), and waits until it says that it has heard.
    #[track_caller]
    pub fn ask_to_end(&self) {
        signal("TERM", &self.id.to_string());
        let is_heard = |line: &str| line.contains("stopping: what is in flight may end").then_some(());
        let heard = self.stderr.wait_for(TERMINATION_TIMEOUT, is_heard);
        assert_eq!(heard, Ok(()), "it has not heard that it is to end\n{}", self.output());
    }

    /// Waits for the end of one that was asked to; gives its exit code, `None` when a signal ended it.
    pub fn ended(&mut self) -> Option<i32> {
        let ending = self.wait_for_end(TERMINATION_TIMEOUT);
        let Some(status) = self.ended else { panic!("a server asked to end {ending}\n{}", self.output()) };
        status.code()
    }

    /// Waits, and says in words how it ended.
    fn wait_for_end(&mut self, timeout: Duration) -> String {
        self.ended = self.ended.or_else(|| self.ends.recv_timeout(timeout).ok());
        self.ended.map_or_else(|| format!("still runs after {} s", timeout.as_secs()), |status| status.to_string())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ended = self.ended.or_else(|| self.ends.try_recv().ok());
        if self.ended.is_none() {
            signal("KILL", &self.id.to_string());
            self.wait_for_end(KILL_TIMEOUT);
        }
    }
}

fn listening_address(line: &str) -> Option<SocketAddr> {
    let address = line.split("listening on http://").nth(1)?;
    address.split(|letter: char| letter.is_whitespace() || letter == '/').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(60);

    /// A stand-in that behaves as the script says.
    fn shell(script: &str, environment: &[(&str, String)]) -> Server {
        Server::spawn_program("/bin/sh", &["-c", script], environment, PATIENCE)
    }

    fn panic_of(work: impl FnOnce() -> Server + std::panic::UnwindSafe) -> String {
        let caught = std::panic::catch_unwind(work).err().expect("it panics");
        caught.downcast_ref::<String>().expect("with words").clone()
    }

    const LISTENING: &str = "echo starting; echo listening on http://127.0.0.1:4711; ";

    #[test]
    fn an_address_is_read_from_its_line() {
        let expected = "127.0.0.1:80".parse().ok();
        assert_eq!(listening_address("listening on http://127.0.0.1:80"), expected);
        assert_eq!(listening_address("INFO listening on http://127.0.0.1:80/ (2 nodes)"), expected);
        assert_eq!(listening_address("listening soon"), None);
    }

    #[test]
    fn a_server_ends_when_asked_and_its_last_words_are_kept() {
        // Blocks on a pipe that nobody writes to, as a server does on its socket.
        let script = "mkfifo pipe; exec 3<>pipe; trap 'echo bye >&2; exit 7' TERM; ";
        let mut server = shell(&format!("{script} {LISTENING} read -r line <&3"), &[]);
        assert_eq!(server.address().port(), 4711);
        assert_eq!(server.terminate(), Some(7));
        assert!(server.output().contains("starting") && server.output().contains("bye"), "{}", server.output());
    }

    #[test]
    fn its_environment_holds_only_what_is_given() {
        let mut server = shell(&format!("env; pwd; {LISTENING}"), &[("RELAIS_GIVEN", "yes".to_owned())]);
        server.wait_for_end(PATIENCE);
        let output = server.output();
        assert!(output.contains("RELAIS_GIVEN=yes"), "{output}");
        assert!(output.contains(&format!("HOME={}", server.home().display())), "{output}");
        assert!(!output.contains("CARGO"), "{output}");
    }

    #[test]
    fn a_server_that_ends_early_says_what_it_wrote() {
        let message = panic_of(|| shell("echo no such key; echo the reason >&2; exit 3", &[]));
        for part in ["exit status: 3", "no such key", "the reason"] {
            assert!(message.contains(part), "{message}");
        }
    }

    #[test]
    fn the_binary_itself_is_run() {
        let message = panic_of(|| Server::spawn(&["no-such-command"], &[]));
        assert!(message.contains("relais [\"no-such-command\"] does not listen, it ended"), "{message}");
    }

    #[test]
    fn a_server_that_never_listens_says_what_it_wrote_and_is_killed() {
        let silent =
            || Server::spawn_program("/bin/sh", &["-c", "exec tail -f /dev/null"], &[], Duration::from_millis(1));
        assert!(panic_of(silent).contains("has not said so"));
    }

    #[test]
    fn a_dropped_server_is_killed() {
        let server = shell(&format!("{LISTENING} trap '' TERM; exec tail -f /dev/null"), &[]);
        let id = server.id.to_string();
        assert!(signal("CONT", &id), "the control: it runs");
        drop(server);
        assert!(!signal("CONT", &id));
    }
}
