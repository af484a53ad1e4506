//! The README's story, typed into a shell against the running demonstration.

use crate::kit::client::Client;
use crate::kit::installation::{Installation, file};
use crate::kit::postgres::fresh_database;
use crate::kit::server::Server;
use crate::kit::shell::run_story;
use serde_json::{Value, json};
use std::path::Path;

const README: &str = include_str!("../../README.md");

/// So few cases are made up that a test does not wait for them.
const FEW: [&str; 2] = ["--cases", "8"];
/// None at all, where they are not what a test is about.
const NONE: [&str; 2] = ["--cases", "0"];

/// A running demonstration, and the folder under which its scratch folders are made.
struct Demo {
    server: Server,
    scratch: tempfile::TempDir,
}

impl Demo {
    fn start(arguments: &[&str], environment: &[(&str, String)]) -> Self {
        let scratch = tempfile::tempdir().expect("a temporary folder");
        let surroundings = ("TMPDIR", scratch.path().to_string_lossy().into_owned());
        let arguments = [&["demo", "--listen", "127.0.0.1:0"], arguments].concat();
        let server = Server::spawn(&arguments, &[environment, &[surroundings]].concat());
        server.wait_for_line("The data are fictional. Stop with Ctrl-C.");
        Self { server, scratch }
    }

    /// What its printed `export` lines set.
    fn exports(&self) -> Vec<(String, String)> {
        let printed = self.server.printed();
        let lines = printed.lines().filter_map(|line| line.strip_prefix("export ")?.split_once('='));
        lines.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    fn export(&self, name: &str) -> String {
        let found = self.exports().into_iter().find(|(exported, _)| exported == name);
        found.unwrap_or_else(|| panic!("{name} is not exported by\n{}", self.server.printed())).1
    }

    /// Tells the README's story to a shell that has what the demonstration printed, this binary first on
    /// its path, and `more`.
    fn tell(&self, more: &[(&str, String)]) {
        let binary = Path::new(env!("CARGO_BIN_EXE_relais")).parent().expect("a binary lies in a folder");
        let path = std::env::var("PATH").unwrap_or_default();
        let exports = self.exports();
        let mut environment: Vec<(&str, String)> =
            exports.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        environment.push(("PATH", format!("{}:{path}", binary.display())));
        environment.extend_from_slice(more);
        run_story(README, &environment).assert_not_failed();
    }

    fn client(&self, account: &str) -> Client {
        Client::of(self.server.address(), Some(&self.export(account)))
    }

    /// Ends as it should, and leaves nothing in the scratch folder nor where it was run.
    fn end(mut self) {
        assert_eq!(self.server.terminate(), Some(0), "{}", self.server.output());
        for folder in [self.scratch.path(), self.server.home()] {
            let left: Vec<_> = std::fs::read_dir(folder).expect("a folder").collect();
            assert!(left.is_empty(), "{left:?}");
        }
    }
}

#[test]
fn the_story_goes_as_told_on_a_scratch_folder_that_goes_away() {
    let demo = Demo::start(&NONE, &[]);
    let database = demo.export("RELAIS_DATABASE_URL");
    assert!(database.contains(&*demo.scratch.path().to_string_lossy()), "{database}");
    demo.tell(&[]);
    demo.end();
}

#[tokio::test]
async fn the_story_goes_as_told_on_postgres() {
    let Some(database) = fresh_database().await else { return };
    let environment = database.environment();
    let demo = Demo::start(&FEW, &environment);
    let printed = demo.server.printed();
    assert!(!printed.contains("RELAIS_DATABASE_URL="), "a URL may hold a password: {printed}");
    demo.tell(&environment);
    demo.end();
}

#[test]
fn the_demonstration_prints_the_story_that_the_readme_tells() {
    let told = README.split("<!-- story -->").nth(1).and_then(|rest| rest.split("<!-- /story -->").next());
    let told = told.expect("the README tells a story");
    let demo = Demo::start(&NONE, &[]);
    let printed = demo.server.printed();
    assert!(printed.contains(told), "{printed}");
    assert!(!printed.contains("Generated"), "{printed}");
    let names: Vec<String> = demo.exports().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["RELAIS", "RELAIS_DATABASE_URL", "CASEWORKER", "PARTNER", "COORDINATOR"]);
    demo.end();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kept_folder_keeps_the_story() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    // Not there yet: the demonstration makes it.
    let data = folder.path().join("kept").to_string_lossy().into_owned();
    let arguments = [&FEW[..], &["--seed", "8", "--data", &data]].concat();
    let first = Demo::start(&arguments, &[]);
    let printed = first.server.printed();
    assert!(printed.contains("Generated from seed 8: ") && printed.contains("All of it is fictional."), "{printed}");
    first.tell(&[]);
    let objects = what_the_story_left(&first).await;
    let old_token = first.export("CASEWORKER");
    first.end();

    let second = Demo::start(&arguments, &[]);
    assert!(!second.server.printed().contains("Generated"), "a past is made up once");
    assert_ne!(second.export("CASEWORKER"), old_token, "a token is printed once");
    assert_eq!(what_the_story_left(&second).await, objects);
    let near = json!({ "filter": { "need": "BASIC_HYGIENE", "near": { "latitude": 48.8871, "longitude": 2.3923 } } });
    let query = "query($filter: ServiceFilter) { services(filter: $filter, first: 1) { nodes { name } } }";
    let found = second.client("CASEWORKER").ask(query, near).await;
    assert_eq!(found["services"]["nodes"][0]["name"], "Douches du Quai aux Cerises", "{found}");
    second.end();
    assert!(Path::new(&data).join("relais.db").is_file());
}

/// The case, the referral and the gap, as their people see them.
async fn what_the_story_left(demo: &Demo) -> Value {
    let query = r#"{ casesByFileNumber(fileNumber: "PAN-2026/118") { id spokenCode }
        sentReferrals(first: 1) { nodes { id status outcomeCode timeline { event at } } } }"#;
    let mut left = demo.client("CASEWORKER").ask(query, Value::Null).await;
    assert_eq!(left["casesByFileNumber"].as_array().map(Vec::len), Some(1), "{left}");
    assert_eq!(left["sentReferrals"]["nodes"][0]["status"], "COMPLETED", "{left}");
    let months = json!({ "last": left["sentReferrals"]["nodes"][0]["timeline"][0]["at"].as_str().map(|at| &at[..7]) });
    let query = "query($last: String!) { serviceGaps(firstMonth: $last, lastMonth: $last) { cells { need persons } } }";
    left["gaps"] = demo.client("COORDINATOR").ask(query, months).await;
    left
}

#[test]
fn the_demonstration_stays_away_from_a_database_that_is_somebodys() {
    let here = Installation::on_sqlite();
    here.settle();
    let refused = here.run(&["demo", "--listen", "127.0.0.1:0"]);
    refused.refused(1, &["accounts that are not the demonstration's"]);
    assert_eq!(refused.stdout, "", "nothing was served");

    // The control: what only the seeds' own accounts have used is the demonstration's.
    let here = Installation::on_sqlite();
    for feed in crate::kit::installation::seed_feeds() {
        here.import("corridor", &feed.to_string_lossy());
    }
    here.apply(&[&file("seeds/commands.json")]);
    let environment = [("RELAIS_DATABASE_URL", here.url())];
    Demo::start(&[], &environment).end();
}
