//! A PostgreSQL schema of its own for each test.
//!
//! The server is the one of `RELAIS_TEST_DATABASE_URL`, or a throw-away cluster of this process made
//! with PostgreSQL's own programs. Nothing of a cluster outlives the process, however it ends; in a
//! server that was lent, a test process that is killed leaves its schemas `relais_test_…` behind.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use relais::clock::System;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::process::{Lines, Missing, on_path};
use super::requirement::{announce, is_required};

/// Oldest major version that Relais supports.
const OLDEST_VERSION: u32 = 15;

/// `off` while no test pulls the plug: tests assert what is written, not that it survives a power cut.
const FSYNC: &str = "off";

const START_TIMEOUT: Duration = Duration::from_secs(60);
const PORT_ATTEMPTS: usize = 5;

/// The supervisor's word that the cluster awaits its port.
const INITIALISED: &str = "relais: cluster initialised";

/// Runs one cluster for as long as its standard input stays open. The test process holds the other
/// end of that pipe, and the kernel closes it whatever ends the process, so no signal can leave a
/// server or its files behind. It ignores the signals of the terminal and writes to a reader that may
/// be gone, because it must live to clean up. SIGINT is PostgreSQL's fast shutdown; it is repeated
/// because a server that has just been forked still ignores it.
const SUPERVISOR: &str = r#"
trap '' HUP INT TERM PIPE
binaries=$1 home=$2 initialised=$3
shift 3
if "$binaries/initdb" -A trust -U relais --no-sync --no-instructions -E UTF8 --locale=C -D "$home/data" 2>&1 &&
    echo "$initialised" && read -r port
then
    "$binaries/postgres" -D "$home/data" -p "$port" "$@" </dev/null 2>&1 &
    server=$!
    exec >/dev/null 2>&1
    while read -r nothing; do :; done
    attempt=0
    while kill -s INT "$server"; do
        attempt=$((attempt + 1))
        if [ "$attempt" -gt 50 ]; then kill -s KILL "$server"; fi
        sleep 0.2
    done
    wait "$server"
fi
rm -rf -- "$home"
"#;

/// An empty schema, dropped with this value and with the schema of its keys; and a key file in a folder of its own.
pub struct PostgresDatabase {
    server_url: String,
    schema: String,
    folder: tempfile::TempDir,
}

/// A fresh, empty schema for one test; `None`, and one line on standard error, where there is no
/// PostgreSQL.
pub async fn fresh_database() -> Option<PostgresDatabase> {
    let server_url = server_url()?.to_owned();
    let schema = format!("relais_test_{}", random_name());
    let mut connection = PgConnection::connect(&server_url).await.expect("the PostgreSQL server of the tests answers");
    sqlx::raw_sql(AssertSqlSafe(format!("CREATE SCHEMA {schema}")))
        .execute(&mut connection)
        .await
        .expect("the user of the tests may create a schema");
    let folder = tempfile::tempdir().expect("a folder for the key file");
    let database = PostgresDatabase { server_url, schema, folder };
    relais::store::make_kek_file(&database.kek_file(), &System).expect("a key file");
    relais::seal::make_key(&database.file("audit-key"), &System).expect("a signing key");
    // The schema exists whether or not the farewell is heard.
    let _ = connection.close().await;
    Some(database)
}

impl PostgresDatabase {
    /// URL that leads to this schema and no other, fit for `RELAIS_DATABASE_URL`.
    pub fn url(&self) -> String {
        within_schema(&self.server_url, &self.schema)
    }

    /// The key file; the erasure ledger stands beside it.
    pub fn kek_file(&self) -> PathBuf {
        self.file("relais.kek")
    }

    /// The variables that lead to the schema and to the files that a server needs beside it.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let file = |name| self.file(name).to_string_lossy().into_owned();
        vec![
            ("RELAIS_DATABASE_URL", self.url()),
            ("RELAIS_KEK_FILE", file("relais.kek")),
            ("RELAIS_AUDIT__SIGNING_KEY_FILE", file("audit-key")),
            ("RELAIS_AUDIT__HEADS_FILE", file("audit-heads")),
        ]
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

fn within_schema(server_url: &str, schema: &str) -> String {
    let separator = if server_url.contains('?') { '&' } else { '?' };
    format!("{server_url}{separator}options=-c%20search_path%3D{schema}")
}

impl Drop for PostgresDatabase {
    fn drop(&mut self) {
        let (server_url, schema) = (self.server_url.clone(), self.schema.clone());
        // A thread and runtime of its own: the test's runtime may be busy dropping this, or unwinding.
        let dropped = std::thread::spawn(move || drop_schema(&server_url, &schema)).join();
        if !matches!(dropped, Ok(Some(()))) {
            announce(&format!("relais tests: the PostgreSQL schema {} could not be dropped", self.schema));
        }
    }
}

/// Ends what still holds a lock in the schema (a pool that outlives the value, a server that was
/// killed), then drops it.
fn drop_schema(server_url: &str, schema: &str) -> Option<()> {
    let statements = format!(
        "SET lock_timeout = '5s';
         SELECT pg_terminate_backend(activity.pid)
         FROM pg_stat_activity AS activity
         WHERE activity.usename = current_user AND activity.pid <> pg_backend_pid() AND activity.pid IN (
             SELECT held.pid FROM pg_locks AS held
             JOIN pg_database AS base ON base.oid = held.database AND base.datname = current_database()
             JOIN pg_class AS relation ON relation.oid = held.relation
             WHERE relation.relnamespace IN (
                 SELECT oid FROM pg_namespace WHERE nspname IN ('{schema}', '{schema}_keys')));
         DROP SCHEMA IF EXISTS {schema}_keys CASCADE;
         DROP SCHEMA IF EXISTS {schema} CASCADE"
    );
    let work = async {
        let mut connection = PgConnection::connect(server_url).await.ok()?;
        sqlx::raw_sql(AssertSqlSafe(statements)).execute(&mut connection).await.ok()?;
        connection.close().await.ok()
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
    runtime.block_on(async { tokio::time::timeout(Duration::from_secs(20), work).await.ok()? })
}

/// The server of this test process: found or started once, for all of its runtimes.
fn server_url() -> Option<&'static str> {
    static SERVER: OnceLock<Result<Server, NoServer>> = OnceLock::new();
    match SERVER.get_or_init(find_server) {
        Ok(server) => Some(&server.url),
        Err(NoServer::Broken(reason)) => panic!("{reason}"),
        Err(NoServer::Absent(line)) if is_required("postgres") => panic!("required, but {line}"),
        Err(NoServer::Absent(_)) => None,
    }
}

struct Server {
    url: String,
    /// Absent where the server was lent; held, never used: its end is the supervisor's signal.
    _cluster: Option<Cluster>,
}

enum NoServer {
    /// There is no PostgreSQL on this machine.
    Absent(String),
    /// There is one, and it does not work: never a reason to skip in silence.
    Broken(String),
}

fn find_server() -> Result<Server, NoServer> {
    let lent = std::env::var("RELAIS_TEST_DATABASE_URL").unwrap_or_default();
    if lent.starts_with("postgres://") || lent.starts_with("postgresql://") {
        return Ok(Server { url: lent, _cluster: None });
    } else if !lent.is_empty() {
        return Err(NoServer::Broken("RELAIS_TEST_DATABASE_URL is to be a postgres:// URL".to_owned()));
    }
    let Some(binaries) = candidates().into_iter().find(|folder| is_usable(folder)) else {
        let line = format!(
            "no PostgreSQL {OLDEST_VERSION} or later; install its server (Debian: apt-get install postgresql) \
             or set RELAIS_TEST_DATABASE_URL=postgres://…"
        );
        if !is_required("postgres") {
            announce(&format!("relais tests: PostgreSQL tests are skipped: {line}"));
        }
        return Err(NoServer::Absent(line));
    };
    let cluster = start(&binaries)
        .map_err(|reason| NoServer::Broken(format!("PostgreSQL of {} does not start: {reason}", binaries.display())))?;
    let url = format!("postgres://relais@127.0.0.1:{}/postgres?sslmode=disable", cluster.port);
    Ok(Server { url, _cluster: Some(cluster) })
}

/// Folders that may hold PostgreSQL's programs, best first. Links are followed, because PostgreSQL
/// expects its programs side by side.
fn candidates() -> Vec<PathBuf> {
    let search_path = std::env::var("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = ["initdb", "postgres"]
        .into_iter()
        .flat_map(|program| on_path(&search_path, program))
        .filter_map(|file| file.canonicalize().ok()?.parent().map(Path::to_owned))
        .collect();
    folders.extend(output_of(Command::new("pg_config").arg("--bindir")).map(|line| PathBuf::from(line.trim())));
    let mut packaged: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .filter_map(|folder| Some((version(&folder)?, folder)))
        .collect();
    packaged.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    folders.extend(packaged.into_iter().map(|(_, folder)| folder));
    folders
}

/// True when both programs are there in person, and young enough. A script of the same name is a
/// distribution's wrapper, which may change user or place.
fn is_usable(folder: &Path) -> bool {
    let is_program = |name| {
        let mut head = [0; 2];
        let read = fs::File::open(folder.join(name)).and_then(|mut file| file.read_exact(&mut head));
        read.is_ok() && &head != b"#!"
    };
    is_program("initdb") && is_program("postgres") && version(folder).is_some_and(|major| major >= OLDEST_VERSION)
}

fn version(folder: &Path) -> Option<u32> {
    major_version(&output_of(Command::new(folder.join("postgres")).arg("--version"))?)
}

/// Reads `postgres (PostgreSQL) 15.18 (Debian …)`, and `18beta1` as 18.
fn major_version(line: &str) -> Option<u32> {
    let number = line.split("(PostgreSQL) ").nth(1)?;
    number.split(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok()
}

fn output_of(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

/// A running cluster; it ends when `lifeline` closes.
struct Cluster {
    port: u16,
    _lifeline: ChildStdin,
    _supervisor: Child,
}

fn start(binaries: &Path) -> Result<Cluster, String> {
    let mut last = String::new();
    for _ in 0..PORT_ATTEMPTS {
        match start_once(binaries) {
            // Somebody took the port between our look and the server's.
            Err(reason) if reason.contains("could not bind") => last = reason,
            started => return started,
        }
    }
    Err(last)
}

fn start_once(binaries: &Path) -> Result<Cluster, String> {
    let home = tempfile::Builder::new().prefix("relais-test-postgres-").tempdir().map_err(|error| error.to_string())?;
    let mut supervisor = supervise(binaries, home.path())
        .map_err(|error| format!("no supervisor in {}, as nobody when root: {error}", home.path().display()))?;
    // From here on the supervisor removes it.
    let _ = home.keep();
    let (Some(mut lifeline), Some(output)) = (supervisor.stdin.take(), supervisor.stdout.take()) else {
        return Err("the supervisor has no pipes".to_owned());
    };
    let log = Lines::of(output);
    let wait_for = |word: &str| {
        log.wait_for(START_TIMEOUT, |line| line.contains(word).then_some(())).map_err(|missing| {
            let ending = if missing == Missing::Ended { "it ended" } else { "it took too long" };
            format!("{ending} before it said “{word}”:\n{}", log.seen())
        })
    };
    wait_for(INITIALISED)?;
    let port = free_port().map_err(|error| error.to_string())?;
    writeln!(lifeline, "{port}").map_err(|error| error.to_string())?;
    // The log's thread reads on by itself, so that the server never waits for a reader.
    wait_for("database system is ready to accept connections")?;
    Ok(Cluster { port, _lifeline: lifeline, _supervisor: supervisor })
}

fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

fn supervise(binaries: &Path, home: &Path) -> std::io::Result<Child> {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", SUPERVISOR, "relais-test-postgres"]).args([binaries, home]).arg(INITIALISED);
    for setting in [
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",
        "max_connections=200",
        &format!("fsync={FSYNC}"),
        // Tests provoke errors by the hundred; only the server's own fate is of interest.
        "log_min_messages=log",
        "log_min_error_statement=panic",
        "log_checkpoints=off",
    ] {
        command.args(["-c", setting]);
    }
    // A group of its own, so that Ctrl-C in a terminal ends the tests and leaves the clean-up alive.
    command
        .process_group(0)
        .current_dir(home)
        .env_clear()
        .env("LC_ALL", "C")
        .env("PATH", "/usr/local/bin:/usr/bin:/bin");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    if fs::metadata(home)?.uid() == 0 {
        // PostgreSQL refuses to run as root.
        let (user, group) = nobody();
        std::os::unix::fs::chown(home, Some(user), Some(group))?;
        command.uid(user).gid(group);
    }
    command.spawn()
}

/// User and group of `nobody`; where the system names none, the number that nearly all give it.
fn nobody() -> (u32, u32) {
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    users.lines().find_map(user_and_group_of_nobody).unwrap_or((65534, 65534))
}

fn user_and_group_of_nobody(line: &str) -> Option<(u32, u32)> {
    let mut fields = line.strip_prefix("nobody:")?.split(':').skip(1);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}

fn random_name() -> String {
    let mut bytes = [0; 12];
    getrandom::fill(&mut bytes).expect("the system has random bytes");
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn count_tables(database: &PostgresDatabase, schema: &str) -> i64 {
        let mut connection = PgConnection::connect(&database.url()).await.expect("connects");
        sqlx::query_scalar("SELECT count(*) FROM information_schema.tables WHERE table_schema = $1")
            .bind(schema)
            .fetch_one(&mut connection)
            .await
            .expect("counts")
    }

    #[tokio::test]
    async fn two_databases_at_once_do_not_see_each_other() {
        let (Some(first), Some(second)) = tokio::join!(fresh_database(), fresh_database()) else { return };
        let mut to_first = PgConnection::connect(&first.url()).await.expect("connects");
        let mut to_second = PgConnection::connect(&second.url()).await.expect("connects");
        for (connection, value) in [(&mut to_first, 1_i64), (&mut to_second, 2)] {
            sqlx::query("CREATE TABLE thing (value bigint)")
                .execute(&mut *connection)
                .await
                .expect("no such table yet");
            sqlx::query("INSERT INTO thing VALUES ($1)").bind(value).execute(connection).await.expect("inserts");
        }
        sqlx::query("CREATE TABLE only_first (value bigint)").execute(&mut to_first).await.expect("creates");
        let values: Vec<i64> =
            sqlx::query_scalar("SELECT value FROM thing").fetch_all(&mut to_second).await.expect("its own table");
        assert_eq!(values, [2]);
        let stranger = sqlx::query("SELECT * FROM only_first").execute(&mut to_second).await;
        assert!(stranger.is_err(), "a table of the other schema is not found");
    }

    #[tokio::test]
    async fn a_dropped_database_is_gone_even_under_an_open_transaction() {
        let (Some(kept), Some(dropped)) = tokio::join!(fresh_database(), fresh_database()) else { return };
        let schema = dropped.schema.clone();
        let mut holder = PgConnection::connect(&dropped.url()).await.expect("connects");
        for statement in ["CREATE TABLE thing (value bigint)", "BEGIN", "LOCK TABLE thing"] {
            sqlx::raw_sql(statement).execute(&mut holder).await.expect("runs");
        }
        assert_eq!(count_tables(&kept, &schema).await, 1, "the control: the table is there to be seen");
        drop(dropped);
        assert_eq!(count_tables(&kept, &schema).await, 0);
    }

    #[test]
    fn the_schema_is_in_the_url_whatever_the_url_had() {
        let bare = within_schema("postgres://relais@127.0.0.1/relais", "one");
        assert_eq!(bare, "postgres://relais@127.0.0.1/relais?options=-c%20search_path%3Done");
        let asked = within_schema("postgres://relais@127.0.0.1/relais?sslmode=disable", "one");
        assert!(asked.ends_with("?sslmode=disable&options=-c%20search_path%3Done"));
    }

    #[test]
    fn versions_and_users_are_read() {
        assert_eq!(major_version("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"), Some(15));
        assert_eq!(major_version("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(major_version("something else 15"), None);
        assert_eq!(user_and_group_of_nobody("nobody:x:65534:65533:nobody:/:/usr/sbin/nologin"), Some((65534, 65533)));
        assert_eq!(user_and_group_of_nobody("nobodyelse:x:1:1::/:"), None);
    }

    #[test]
    fn a_wrapper_script_is_not_taken_for_the_program() {
        let folder = tempfile::tempdir().expect("a folder");
        for program in ["initdb", "postgres"] {
            fs::write(folder.path().join(program), "#!/bin/sh\necho 'postgres (PostgreSQL) 15.1'\n").expect("writes");
        }
        assert!(!is_usable(folder.path()));
    }
}
