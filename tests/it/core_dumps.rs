//! A crash leaves no image of the memory, whatever the machine would allow.

use crate::kit::process::signal;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

/// Starts a shell that allows core dumps of any size and becomes `program`.
fn with_cores_allowed(folder: &Path, program: &str) -> Command {
    let mut shell = Command::new("/bin/sh");
    shell
        .args(["-c", &format!("ulimit -c unlimited 2>/dev/null || ulimit -c \"$(ulimit -H -c)\"; exec {program}")])
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    shell
}

fn cores(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").file_name());
    names.map(|name| name.to_string_lossy().into_owned()).filter(|name| name.starts_with("core")).collect()
}

fn core_limit(id: u32) -> String {
    let limits = std::fs::read_to_string(format!("/proc/{id}/limits")).expect("the limits of a process");
    let line = limits.lines().find(|line| line.starts_with("Max core file size")).expect("a limit of cores");
    line.trim_start_matches("Max core file size").split_whitespace().take(2).collect::<Vec<_>>().join(" ")
}

#[test]
fn an_abort_leaves_no_core() {
    let folder = tempfile::tempdir().expect("an empty folder");
    let program = format!("{} serve --listen 127.0.0.1:0", env!("CARGO_BIN_EXE_relais"));
    let mut server = with_cores_allowed(folder.path(), &program).spawn().expect("a shell");
    let mut lines = BufReader::new(server.stdout.take().expect("a pipe")).lines();
    let said = lines.next().expect("a line").expect("text");
    assert!(said.contains("listening on"), "{said}");
    assert_eq!(core_limit(server.id()), "0 0");
    assert!(signal("ABRT", &server.id().to_string()));
    let ended = server.wait().expect("an end");
    assert_eq!(ended.code(), None, "a signal ended it");
    assert_eq!(cores(folder.path()), Vec::<String>::new());
}

/// The control: where the machine writes cores into the folder at all, another program leaves one.
#[test]
fn another_program_would_leave_one_where_the_machine_writes_them() {
    let pattern = std::fs::read_to_string("/proc/sys/kernel/core_pattern").unwrap_or_default();
    let folder = tempfile::tempdir().expect("an empty folder");
    let mut other =
        with_cores_allowed(folder.path(), "sh -c 'echo ready; exec tail -f /dev/null'").spawn().expect("a shell");
    let mut lines = BufReader::new(other.stdout.take().expect("a pipe")).lines();
    assert_eq!(lines.next().expect("a line").expect("text"), "ready");
    let allowed = core_limit(other.id());
    assert!(signal("ABRT", &other.id().to_string()));
    other.wait().expect("an end");
    let writes_here = pattern.trim() == "core" && !allowed.starts_with('0');
    assert_eq!(!cores(folder.path()).is_empty(), writes_here, "pattern {pattern:?}, allowed {allowed}");
}
