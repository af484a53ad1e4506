//! Runs the story that a Markdown file tells: what the README promises is typed into a shell.
//!
//! Of the text between `<!-- story -->` and `<!-- /story -->`, every fenced block marked `sh` is run, in
//! order, by one `bash` in the repository's root, so that variables last. A line `# → text` inside a
//! block is an expectation: what the block has written up to there, on both streams, contains `text`,
//! white space folded. A command that fails fails the story, unless the block handles it.

use std::fmt::Write;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Once;
use std::time::Duration;

use super::process::{Lines, Missing, on_path, signal};
use super::requirement::{announce, is_required};

const TIMEOUT: Duration = Duration::from_secs(120);

/// How a story went.
#[derive(Debug, PartialEq, Eq)]
pub enum StoryOutcome {
    /// Every command ran, every expectation was met.
    Passed {
        /// Blocks run.
        blocks: usize,
        /// Expectations met.
        expectations: usize,
    },
    /// `bash` or `curl` is missing here, and has been said to.
    Skipped,
    /// It did not go as told; the text says where, what was expected and what came.
    Failed(String),
}

impl StoryOutcome {
    /// Panics with the failure, if there is one.
    pub fn assert_not_failed(&self) {
        if let StoryOutcome::Failed(failure) = self {
            panic!("{failure}");
        }
    }
}

/// Runs the story of a Markdown text. The shell's environment is `environment`, `PATH`, a UTF-8 locale
/// and a fresh `HOME`.
pub fn run_story(markdown: &str, environment: &[(&str, String)]) -> StoryOutcome {
    let blocks = match blocks(markdown) {
        Ok(blocks) => blocks,
        Err(failure) => return StoryOutcome::Failed(format!("the story cannot be read: {failure}")),
    };
    let given = environment.iter().find(|(name, _)| *name == "PATH").map(|(_, value)| value.clone());
    let search_path = given.unwrap_or_else(|| std::env::var("PATH").unwrap_or_default());
    if let Some(tool) = missing_tool(&search_path) {
        let line = format!("no {tool}; install bash and curl");
        if is_required("curl") {
            return StoryOutcome::Failed(format!("required, but {line}"));
        }
        static ANNOUNCED: Once = Once::new();
        ANNOUNCED.call_once(|| announce(&format!("relais tests: the README's story is skipped: {line}")));
        return StoryOutcome::Skipped;
    }
    let outcome = Session::start(&blocks, environment, &search_path).and_then(|session| session.follow(&blocks));
    match outcome {
        Ok(expectations) => StoryOutcome::Passed { blocks: blocks.len(), expectations },
        Err(failure) => StoryOutcome::Failed(failure),
    }
}

fn missing_tool(search_path: &str) -> Option<&'static str> {
    ["bash", "curl"].into_iter().find(|tool| on_path(search_path, tool).is_empty())
}

/// One fenced block.
#[derive(Debug, PartialEq)]
struct Block {
    heading: String,
    /// Line of its fence, from 1.
    line: usize,
    parts: Vec<Part>,
}

/// Commands, up to an expectation or to the end of the block.
#[derive(Debug, PartialEq)]
struct Part {
    commands: String,
    expectation: Option<Expectation>,
}

#[derive(Clone, Debug, PartialEq)]
struct Expectation {
    text: String,
    line: usize,
}

fn blocks(markdown: &str) -> Result<Vec<Block>, String> {
    let mut blocks = Vec::new();
    let (mut told, mut marker_line) = (false, 0);
    let mut heading = String::new();
    let mut lines = (1..).zip(markdown.lines());
    while let Some((number, line)) = lines.next() {
        let line = line.trim();
        match line {
            "<!-- story -->" => (told, marker_line) = (true, number),
            "<!-- /story -->" => told = false,
            _ if line.starts_with('#') => heading = line.trim_start_matches('#').trim().to_owned(),
            _ if line.starts_with("```") => {
                let language = line.trim_start_matches('`');
                let fence = &line[..line.len() - language.len()];
                let body: Vec<(usize, &str)> = lines.by_ref().take_while(|(_, line)| line.trim() != fence).collect();
                if told && language.split_whitespace().next() == Some("sh") {
                    blocks.push(Block { heading: heading.clone(), line: number, parts: parts(&body)? });
                }
            }
            _ => {}
        }
    }
    if told {
        return Err(format!("the marker of line {marker_line} is never closed"));
    }
    if blocks.is_empty() {
        return Err("there is no block to run between <!-- story --> and <!-- /story -->".to_owned());
    }
    Ok(blocks)
}

fn parts(body: &[(usize, &str)]) -> Result<Vec<Part>, String> {
    let mut parts = Vec::new();
    let mut commands = String::new();
    for (number, line) in body {
        let Some(text) = line.trim().strip_prefix('#').and_then(|rest| rest.trim_start().strip_prefix('→')) else {
            commands.push_str(line);
            commands.push('\n');
            continue;
        };
        if fold(text).is_empty() {
            return Err(format!("the expectation of line {number} is empty"));
        }
        let expectation = Expectation { text: fold(text), line: *number };
        parts.push(Part { commands: std::mem::take(&mut commands), expectation: Some(expectation) });
    }
    if !commands.trim().is_empty() {
        parts.push(Part { commands, expectation: None });
    }
    Ok(parts)
}

/// The text with every run of white space as one space.
fn fold(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A running shell. What it starts in the background ends with it.
struct Session {
    id: u32,
    child: std::process::Child,
    output: Lines,
    marker: String,
    _files: tempfile::TempDir,
}

/// What a marked line tells of the shell's progress.
enum Progress {
    /// The part has been run.
    Done,
    /// A command failed: its status and text.
    Stopped(String),
}

impl Session {
    fn start(blocks: &[Block], environment: &[(&str, String)], search_path: &str) -> Result<Session, String> {
        let files =
            tempfile::Builder::new().prefix("relais-test-story-").tempdir().map_err(|error| error.to_string())?;
        let marker = files.path().file_name().unwrap_or_default().to_string_lossy().into_owned();
        let script = write_scripts(files.path(), &marker, blocks).map_err(|error| error.to_string())?;
        let bash = on_path(search_path, "bash").into_iter().next().unwrap_or_else(|| "bash".into());
        let mut child = Command::new(bash)
            .args(["--noprofile", "--norc"])
            .arg(script)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env_clear()
            .env("PATH", search_path)
            .env("HOME", files.path())
            .env("LC_ALL", "C.UTF-8")
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("bash does not start: {error}"))?;
        let Some(output) = child.stdout.take() else { return Err("bash has no output".to_owned()) };
        Ok(Session { id: child.id(), child, output: Lines::of(output), marker, _files: files })
    }

    /// Follows the shell through the blocks; answers with the number of expectations met.
    fn follow(self, blocks: &[Block]) -> Result<usize, String> {
        let mut met = 0;
        for (index, block) in blocks.iter().enumerate() {
            let place = format!("the story fails in block {} (“{}”, line {})", index + 1, block.heading, block.line);
            let mut came = String::new();
            for part in &block.parts {
                let reason = match self.await_progress(&mut came) {
                    Ok(Progress::Done) => None,
                    Ok(Progress::Stopped(command)) => Some(format!("a command failed with status {command}")),
                    Err(Missing::Ended) => Some("the shell ended in the middle of it".to_owned()),
                    Err(Missing::TimedOut) => Some(format!("it took longer than {} s", TIMEOUT.as_secs())),
                };
                if let Some(reason) = reason {
                    return Err(format!("{place}: {reason}\n{}", quoted(&came)));
                }
                let Some(expectation) = &part.expectation else { continue };
                if !fold(&came).contains(&expectation.text) {
                    let Expectation { text, line } = expectation;
                    return Err(format!(
                        "{place}: line {line} expects\n  | {text}\nand what came is\n{}",
                        quoted(&came)
                    ));
                }
                met += 1;
            }
        }
        Ok(met)
    }

    /// Collects output until the shell marks a step.
    fn await_progress(&self, came: &mut String) -> Result<Progress, Missing> {
        self.output.wait_for(TIMEOUT, |line| match line.strip_prefix(&self.marker) {
            Some(" done") => Some(Progress::Done),
            Some(stopped) => Some(Progress::Stopped(stopped.trim().to_owned())),
            None => {
                came.push_str(line);
                came.push('\n');
                None
            }
        })
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // Before the wait: until then the group's number cannot be anybody else's.
        signal("KILL", &format!("-{}", self.id));
        let _ = self.child.wait();
    }
}

/// Writes each part to a file of its own, so that a quote left open in one cannot swallow the next, and
/// the script that reads them one after the other into one shell.
fn write_scripts(folder: &Path, marker: &str, blocks: &[Block]) -> std::io::Result<std::path::PathBuf> {
    let mut script = String::from("exec 2>&1\n");
    // `return` ends nothing but the part, `exit` in the trap ends the story at the first failure.
    let report = format!(r#"printf "\n{marker} %s: %s\n" "$?" "${{BASH_COMMAND//$'\n'/ }}"; exit"#);
    let _ = writeln!(script, "trap {} ERR", single_quoted(&report));
    for (index, block) in blocks.iter().enumerate() {
        for (part_index, part) in block.parts.iter().enumerate() {
            let file = folder.join(format!("block-{}-part-{}.sh", index + 1, part_index + 1));
            fs::write(&file, &part.commands)?;
            let file = single_quoted(&file.to_string_lossy());
            let _ = writeln!(script, ". {file}\nprintf '\\n%s done\\n' {marker}");
        }
    }
    let path = folder.join("story.sh");
    fs::write(&path, script)?;
    Ok(path)
}

fn single_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn quoted(output: &str) -> String {
    if output.trim().is_empty() {
        return "  | (nothing)\n".to_owned();
    }
    output.lines().filter(|line| !line.trim().is_empty()).map(|line| format!("  | {line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn story(body: &str) -> String {
        format!("# Title\n<!-- story -->\n## First steps\n```sh\n{body}\n```\n<!-- /story -->\n")
    }

    /// The failure of a story; `None` where the machine cannot run it.
    fn failure_of(markdown: &str) -> Option<String> {
        match run_story(markdown, &[]) {
            StoryOutcome::Failed(failure) => Some(failure),
            StoryOutcome::Skipped => None,
            StoryOutcome::Passed { .. } => panic!("it is to fail: {markdown}"),
        }
    }

    fn check_failure(body: &str, parts: &[&str]) {
        if let Some(failure) = failure_of(&story(body)) {
            for part in parts {
                assert!(failure.contains(part), "{failure}\nlacks {part}");
            }
        }
    }

    const MARKDOWN: &str = r#"
```sh
exit 1   # before the story: not run
```
<!-- story -->
## Say hello
```sh
NAME=amina          # lasts
curl --version
# → curl
echo "hello   $NAME
  of $PLACE"
# → hello amina of Beirut
# → curl
```
```json
{"not": "run"}
```
## Say it again
```sh
echo "again $NAME" >&2; cat; false || true
# → again amina
echo 'said without an expectation'
```
<!-- /story -->
```sh
exit 1
```
"#;

    #[test]
    fn a_story_runs_in_one_session_and_only_between_its_markers() {
        let outcome = run_story(MARKDOWN, &[("PLACE", "Beirut".to_owned())]);
        outcome.assert_not_failed();
        assert!(
            matches!(outcome, StoryOutcome::Skipped | StoryOutcome::Passed { blocks: 2, expectations: 4 }),
            "{outcome:?}"
        );
    }

    #[test]
    fn an_expectation_that_is_not_met_says_which_and_what_came() {
        let came = ["block 1", "First steps", "line 4", "line 6 expects", "| good", "| bad"];
        check_failure("echo bad\n# → good", &came);
    }

    #[test]
    fn a_block_answers_for_its_own_output_only() {
        check_failure("echo one\n```\n```sh\necho two\n# → one", &["block 2", "| two"]);
    }

    #[test]
    fn a_command_that_fails_stops_the_story() {
        check_failure("echo so far\nTOKEN=$(false)\necho never", &["status 1: TOKEN=$(false)", "| so far"]);
        check_failure("echo 'open", &["status", "unexpected EOF"]);
        check_failure("exit 0", &["the shell ended"]);
    }

    #[test]
    fn what_a_story_leaves_running_does_not_hold_it() {
        run_story(&story("tail -f /dev/null &\necho started\n# → started"), &[]).assert_not_failed();
    }

    #[test]
    fn a_story_without_blocks_or_without_end_is_no_story() {
        assert!(failure_of("<!-- story -->\n<!-- /story -->").is_some_and(|failure| failure.contains("no block")));
        assert!(failure_of("<!-- story -->").is_some_and(|failure| failure.contains("never closed")));
        assert!(failure_of(&story("echo x\n# → ")).is_some_and(|failure| failure.contains("empty")));
    }

    #[test]
    fn a_missing_tool_is_noticed() {
        let folder = tempfile::tempdir().expect("a folder");
        let search_path = folder.path().to_string_lossy();
        assert_eq!(missing_tool(&search_path), Some("bash"));
        fs::write(folder.path().join("bash"), "").expect("writes");
        assert_eq!(missing_tool(&search_path), Some("curl"));
        fs::write(folder.path().join("curl"), "").expect("writes");
        assert_eq!(missing_tool(&search_path), None);
    }
}
