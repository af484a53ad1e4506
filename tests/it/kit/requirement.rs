//! Tools that a machine may lack: a test without its tool is skipped aloud, or fails where
//! `RELAIS_TEST_REQUIRE` (comma-separated names of tools) says that the machine must have it.

use std::io::Write;

/// True when `RELAIS_TEST_REQUIRE` names the tool.
pub fn is_required(tool: &str) -> bool {
    names(&std::env::var("RELAIS_TEST_REQUIRE").unwrap_or_default(), tool)
}

/// True when `RELAIS_TEST_FULL=1` asks for the full size of what is sampled otherwise (ruling R15).
pub fn is_full() -> bool {
    std::env::var("RELAIS_TEST_FULL").is_ok_and(|value| value == "1")
}

fn names(list: &str, tool: &str) -> bool {
    list.split(',').any(|name| name.trim() == tool)
}

/// Writes one line to the real standard error: `eprintln!` would be swallowed by the harness, and a
/// skipped test must not look like one that ran.
pub fn announce(line: &str) {
    // Nobody is left to be told when standard error is closed.
    let _ = writeln!(std::io::stderr(), "{line}");
}

#[test]
fn a_requirement_is_a_whole_name_of_the_list() {
    assert!(names("postgres", "postgres"));
    assert!(names("curl, postgres", "postgres"));
    assert!(!names("postgresql", "postgres"));
    assert!(!names("", "postgres"));
}
