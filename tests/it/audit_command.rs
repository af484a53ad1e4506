//! `relais audit`, and the signing by a server, as an operator and an auditor meet them.

use crate::kit::client::Client;
use crate::kit::installation::{Installation, installed_on_both_databases};
use crate::kit::server::Server;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

async fn execute(here: &Installation, sql: &str) {
    let sql = AssertSqlSafe(sql.to_owned());
    if here.url().starts_with("sqlite:") {
        let mut database = SqliteConnection::connect(&here.url()).await.expect("the file opens");
        sqlx::query(sql).execute(&mut database).await.expect("a statement");
    } else {
        let mut database = PgConnection::connect(&here.url()).await.expect("the server answers");
        sqlx::query(sql).execute(&mut database).await.expect("a statement");
    }
}

fn report(here: &Installation, more: &[&str]) -> Value {
    let ran = here.run(&[&["audit", "verify", "--json"], more].concat());
    assert_eq!(ran.code == Some(0), ran.stdout.contains("\"good\":true"), "{ran:#?}");
    serde_json::from_str(&ran.stdout).expect("JSON")
}

installed_on_both_databases! {
    async fn a_server_signs_when_it_ends_and_the_trail_is_verified(here: Installation) {
        let tokens = here.settle();
        let mut server = here.serve();
        let client = Client::of(server.address(), Some(&tokens["caseworker"]));
        let open = "mutation($input: CaseOpenInput!) { caseOpen(input: $input) { case { id spokenCode } } }";
        for number in 0..4 {
            let input = json!({ "idempotencyKey": format!("verify-key-{number}"), "person": { "area": "FR-93055" } });
            client.ask(open, json!({ "input": input })).await;
        }
        assert_eq!(server.terminate(), Some(0), "{}", server.output());
        let heads = std::fs::read_to_string(here.heads_file()).expect("the file of signed heads");
        assert_eq!(heads.lines().count(), 2, "the project's and the network's: {heads}");
        heads.lines().for_each(|line| assert!(server.printed().contains(line), "{line} went to standard output too"));

        let told = here.run(&["audit", "verify"]);
        let told = told.succeeded();
        assert!(told.contains("network: good") && told.contains("unsealed tail: 0"), "{told}");
        let good = report(&here, &[]);
        assert_eq!((good["good"].as_bool(), good["trails"].as_array().map(Vec::len)), (Some(true), Some(2)));
        let entries = good["trails"][1]["entries"].as_i64().expect("a count");
        assert_eq!(entries, 8, "four acts and what their answers told");

        // Whoever has the public key and the file needs nothing else.
        let key = here.run(&["audit", "key"]).succeeded().trim().to_owned();
        let kept = here.write("kept-elsewhere", &heads);
        report(&here, &["--anchor", &kept, "--key", &key]);
        let foreign = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
        let refused = report(&here, &["--key", foreign]);
        assert_eq!(refused["trails"][0]["finding"]["fault"], "seal_foreign");

        execute(&here, "UPDATE audit_events SET fields = 'need' WHERE trail LIKE 'prj%' AND sequence = 6").await;
        here.run(&["audit", "verify"]).refused(1, &["1 of 2 trails are not what was written"]);
        let bad = report(&here, &[]);
        assert_eq!(bad["trails"][1]["finding"]["sequence"], 6);
        assert_eq!(bad["trails"][1]["finding"]["fault"], "changed");
        // The end cut off cleanly, heads forgotten: only the file tells.
        execute(&here, "DELETE FROM audit_events WHERE trail LIKE 'prj%' AND sequence > 5").await;
        execute(&here, "UPDATE audit_heads SET sequence = 5, hash = (SELECT hash FROM audit_events e WHERE e.trail = audit_heads.trail \
            AND e.sequence = 5) WHERE trail LIKE 'prj%'").await;
        execute(&here, "DELETE FROM audit_signed_heads").await;
        assert_eq!(report(&here, &["--anchor", &here.write("empty", "")])["good"], true, "without it nothing is to be seen");
        assert_eq!(report(&here, &[])["trails"][1]["finding"]["fault"], "sealed_beyond");
        let told = here.run(&["audit", "verify"]).stdout;
        assert!(told.contains("BAD at entry 6: a signed head reaches further than the trail"), "{told}");
        // A line that is none of ours is told as well.
        let spoilt = here.write("spoilt", format!("{heads}nonsense\n"));
        assert_eq!(report(&here, &["--anchor", &spoilt])["unreadableAnchorLines"], json!([3]));
        here.run(&["audit", "verify", "--anchor", "no-such-file"]).refused(1, &["no-such-file"]);
        here.run(&["audit", "verify", "--key", "zz"]).refused(2, &["64 hexadecimal digits"]);
    }

    async fn heads_that_cannot_be_written_are_told_loudly(here: Installation) {
        here.settle();
        let mut server = here.serve();
        std::fs::remove_file(here.heads_file()).expect("the file was made at the start");
        std::fs::create_dir(here.heads_file()).expect("something in the way");
        assert_eq!(server.terminate(), Some(1), "{}", server.output());
        assert!(server.output().contains("THE AUDIT TRAIL COULD NOT BE SEALED"), "{}", server.output());
        here.run(&["serve", "--listen", "127.0.0.1:0"]).refused(1, &["the file of signed heads cannot be written"]);
    }
}

#[test]
fn the_key_beside_an_sqlite_file_is_made_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let here = Installation::on_sqlite();
    drop(here.serve());
    let key = here.path("relais.db.audit-key");
    assert_eq!(std::fs::metadata(&key).expect("a key").permissions().mode() & 0o777, 0o400);
    let secret = std::fs::read_to_string(&key).expect("a key");
    for file in std::fs::read_dir(here.path("")).expect("the folder").map(|entry| entry.expect("an entry").path()) {
        let bytes = std::fs::read(&file).unwrap_or_default();
        let holds = |text: &[u8]| bytes.windows(text.len()).any(|part| part == text);
        assert!(
            file.to_string_lossy().ends_with("audit-key") || !holds(secret.trim().as_bytes()),
            "{}",
            file.display()
        );
    }
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o440)).expect("a mode");
    here.run(&["serve", "--listen", "127.0.0.1:0"]).refused(1, &["others may read this key"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_server_the_key_must_be_named() {
    let Some(here) = Installation::on_postgres().await else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let url = ("RELAIS_DATABASE_URL", here.url());
    let ran = crate::kit::installation::run_in(folder.path(), &["serve"], &[url]);
    ran.refused(1, &["audit.signing_key_file must name a file"]);
    // A demonstration has its own; the keys of what is sealed are the database's.
    let mut environment = here.environment();
    environment.retain(|(name, _)| !name.starts_with("RELAIS_AUDIT__"));
    let mut demo = Server::spawn(&["demo", "--cases", "0", "--listen", "127.0.0.1:0"], &environment);
    assert_eq!(demo.terminate(), Some(0), "{}", demo.output());
}
