//! Configuration: defaults, then a file, then `RELAIS_…` variables, then flags. Unknown keys are refused.
//!
//! This is the only place that reads the environment. Variables are `RELAIS_SECTION__KEY`, and
//! `RELAIS_DATABASE_URL`; `RELAIS_TEST_…` is reserved for tests and ignored here.

mod limits;
mod metrics;
mod networks;
mod oidc;
mod secret_file;
mod smtp;

pub use self::limits::Limits;
pub use self::metrics::Metrics;
pub use self::networks::Networks;
pub use self::oidc::Oidc;
pub use self::smtp::Smtp;

use crate::domain::reveal::RevealBudget;
use crate::egress::PrivateHosts;
use crate::identity::password::PasswordCost;
use serde::Deserialize;
use std::collections::HashMap;
use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

const PREFIX: &str = "RELAIS_";
const RESERVED_PREFIX: &str = "RELAIS_TEST_";

/// Everything that can be configured. A test holds this against the README's table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Which database.
    pub database_url: DatabaseUrl,
    /// The file of the key that everything sealed stands under; empty: beside an embedded database.
    pub kek_file: PathBuf,
    /// Where the keys of what is sealed stand.
    pub keys: Keys,
    /// How to serve.
    pub server: Server,
    /// How people sign in.
    pub sign_in: SignIn,
    /// Sign-in by an identity provider.
    pub oidc: Oidc,
    /// What to log.
    pub log: Log,
    /// When to raise an alert.
    pub protection: Protection,
    /// How much callers may ask.
    pub limits: Limits,
    /// How to work on what is due at a time.
    pub jobs: Jobs,
    /// How to tell endpoints what is due to them.
    pub delivery: Post,
    /// For how long what is kept.
    pub retention: Retention,
    /// What Relais is run for.
    pub hosting: Hosting,
    /// Where the audit trail is signed.
    pub audit: Audit,
    /// Where directories are fetched from.
    pub import: Import,
    /// The mail server by which partners are written to.
    pub smtp: Smtp,
    /// Where webhooks may lead.
    pub webhooks: Webhooks,
    /// Where monitoring reads.
    pub metrics: Metrics,
}

/// Where webhooks may lead: anywhere public, and to these hosts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Webhooks {
    /// `host` or `host:port`, separated by commas: what may be private, without TLS or at another port than 443.
    pub private_hosts: PrivateHosts,
}

/// Where directories are fetched from: anywhere public, and from these hosts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Import {
    /// `host` or `host:port`, separated by commas: what may be private, without TLS or at another port than 443.
    pub private_hosts: PrivateHosts,
}

/// Where the audit trail is signed. An empty path means: beside the SQLite database, under its name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Audit {
    /// The key that signs heads; never in the database.
    pub signing_key_file: PathBuf,
    /// The file to which every signed head is added.
    pub heads_file: PathBuf,
}

/// Where the keys of what is sealed stand. What is empty has its usual place.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Keys {
    /// The key store; usually a file beside an embedded database, and a schema of its own on a PostgreSQL.
    pub database_url: DatabaseUrl,
    /// The erasure ledger; usually beside the key store.
    pub ledger_file: PathBuf,
}

impl Default for Keys {
    fn default() -> Self {
        Self { database_url: DatabaseUrl(String::new()), ledger_file: PathBuf::new() }
    }
}

/// How to serve.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// Address and port to listen on; loopback only, TLS is the proxy's.
    pub listen: SocketAddr,
    /// Seconds between two looks at the database for changes of the directory by another process.
    pub refresh_seconds: u64,
    /// Addresses or CIDRs, separated by commas, of the proxies whose `X-Forwarded-For` and `X-Request-Id` count.
    pub trusted_proxies: Networks,
    /// The address under which browsers reach Relais, without a path; empty for that of `listen`.
    pub public_url: String,
}

impl Server {
    /// The address under which browsers reach Relais, without a slash at its end.
    pub fn public_address(&self) -> String {
        let address = self.public_url.trim_end_matches('/');
        if address.is_empty() { format!("http://{}", self.listen) } else { address.to_owned() }
    }
}

/// How people sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SignIn {
    /// Memory that hashing a password takes, in kibibytes.
    pub password_memory_kibibytes: u32,
    /// Passes that hashing a password takes.
    pub password_passes: u32,
}

impl SignIn {
    /// The cost of a password; `None` when it is out of bounds.
    pub fn password_cost(self) -> Option<PasswordCost> {
        PasswordCost::new(self.password_memory_kibibytes, self.password_passes)
    }
}

/// What to log.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// Least severe level that is written: error, warn, info, debug or trace.
    pub level: LogLevel,
    /// One line of JSON per event instead of text for people.
    pub json: bool,
}

/// When to raise an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Protection {
    /// Distinct cases that one person opens within an hour before somebody else is told.
    pub cases_per_hour: u32,
    /// Distinct cases that one person opens within 24 hours before somebody else is told.
    pub cases_per_day: u32,
}

impl Default for Protection {
    fn default() -> Self {
        Self { cases_per_hour: 60, cases_per_day: 200 }
    }
}

impl Protection {
    /// The budget that these numbers make.
    pub fn reveal_budget(self) -> RevealBudget {
        RevealBudget { cases_per_hour: self.cases_per_hour.into(), cases_per_day: self.cases_per_day.into() }
    }
}

/// For how long what is kept, where an organisation may choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Retention {
    /// Days after which the content of the audit trail goes; its hashes stay.
    pub audit_days: i64,
}

/// How to work on what is due at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Jobs {
    /// Seconds between two looks for what is due.
    pub look_seconds: u64,
}

/// How to tell endpoints what is due to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Post {
    /// Seconds between two looks for what is due; what is listed meanwhile is heard at once.
    pub look_seconds: u64,
}

impl Default for Post {
    fn default() -> Self {
        Self { look_seconds: 2 }
    }
}

/// What Relais is run for; what follows from it is for people to decide, and is told at the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Hosting {
    /// True where one organisation runs Relais, in France, for others.
    pub for_other_organizations_in_france: bool,
    /// True where cases may hold clinical facts; without it they hold needs only.
    pub clinical_facts: bool,
}

impl Hosting {
    /// True where the law on hosting health data asks for a certificate (CSP L1111-8): health data, of others.
    pub const fn needs_certificate(self) -> bool {
        self.for_other_organizations_in_france && self.clinical_facts
    }
}

/// How much to log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the levels of every log")]
pub enum LogLevel {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

/// The URL of the database, `sqlite:` or `postgres:`; it may hold a password, so it is never printed.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// The embedded database in a folder.
    pub fn sqlite_in(folder: &Path) -> Self {
        let path = folder.join("relais.db").display().to_string();
        // In a URL a `?` would begin the parameters and a `%` an escape.
        Self(format!("sqlite:{}", path.replace('%', "%25").replace('?', "%3F")))
    }

    /// True when no database is named.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The URL, password included.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Default for DatabaseUrl {
    fn default() -> Self {
        Self::sqlite_in(Path::new("data"))
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.0.split(':').next().unwrap_or_default();
        write!(formatter, "{scheme}:…")
    }
}

impl Default for Server {
    fn default() -> Self {
        let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 8080));
        Self { listen, refresh_seconds: 2, trusted_proxies: Networks::default(), public_url: String::new() }
    }
}

impl Default for Retention {
    fn default() -> Self {
        Self { audit_days: 365 }
    }
}

impl Default for Jobs {
    fn default() -> Self {
        Self { look_seconds: 10 }
    }
}

impl Default for SignIn {
    fn default() -> Self {
        Self { password_memory_kibibytes: 65_536, password_passes: 3 }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { level: LogLevel::Info, json: false }
    }
}

/// What the command line says over everything else.
#[derive(Clone, Debug, Default)]
pub struct Flags {
    /// The configuration file.
    pub file: Option<PathBuf>,
    /// Address and port to listen on.
    pub listen: Option<SocketAddr>,
}

/// The configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file or a variable is unreadable, its key unknown or its value of the wrong form.
    #[error("{place}: {reason}")]
    Unreadable {
        /// The file's path or the variable's name.
        place: String,
        /// What is wrong; a text, because the reader's error would be told twice as a source.
        reason: String,
    },
    /// Relais would be reachable without encryption.
    #[error("server.listen is {0}: Relais listens on loopback only; put the proxy that does TLS on this machine")]
    NotLoopback(SocketAddr),
    /// A page or a log would be meaningless.
    #[error("server.refresh_seconds must be from 1 to 3600")]
    RefreshSeconds,
    /// Nobody could be answered, or no emergency.
    #[error("limits.{0} must be at least 1, and limits.requests_in_flight above limits.reserved_for_emergencies")]
    Limit(&'static str),
    /// A part of the sign-in by a provider, or of the mail server, is missing or would be unsafe.
    #[error("{key}: {reason}")]
    Unusable {
        /// The key.
        key: &'static str,
        /// What is wrong with its value; the value is not told.
        reason: &'static str,
    },
    /// The authority's recommendation: six months to a year, up to three where misuse is a documented risk.
    #[error("retention.audit_days must be from 180 to 1096")]
    AuditDays,
    /// Jobs would be late, or looked for without end.
    #[error("jobs.look_seconds must be from 1 to 3600")]
    LookSeconds,
    /// Stolen hashes would be guessed too soon, or signing in would exhaust the machine.
    #[error("sign_in.password_memory_kibibytes must be from 19456 to 1048576, and password_passes from 2 to 10")]
    PasswordCost,
}

impl Config {
    /// Loads the configuration of this process.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub fn load(flags: &Flags) -> Result<Self, ConfigError> {
        // `vars` would panic on a variable of somebody else's that is not UTF-8.
        let text = |part: std::ffi::OsString| part.to_string_lossy().into_owned();
        Self::from_parts(flags, std::env::vars_os().map(|(name, value)| (text(name), text(value))).collect())
    }

    /// Whether the environment or a file names a database; commands with a scratch one ask.
    pub fn names_a_database(&self) -> bool {
        self.database_url != DatabaseUrl::default()
    }

    fn from_parts(flags: &Flags, variables: HashMap<String, String>) -> Result<Self, ConfigError> {
        let mut ours: Vec<(String, String)> = variables
            .into_iter()
            .filter(|(name, _)| name.starts_with(PREFIX) && !name.starts_with(RESERVED_PREFIX))
            .collect();
        ours.sort_unstable();
        let mut builder = config::Config::builder();
        if let Some(file) = &flags.file {
            let source = config::File::from(file.clone()).format(config::FileFormat::Toml);
            builder = builder.add_source(source.clone());
            read(config::Config::builder().add_source(source), || file.display().to_string())?;
        }
        // Each alone first: an error in all of them together would not say which one it is about.
        for variable in &ours {
            read(config::Config::builder().add_source(environment([variable.clone()])), || variable.0.clone())?;
        }
        let mut loaded = read(builder.add_source(environment(ours)), || "the configuration".to_owned())?;
        if let Some(listen) = flags.listen {
            loaded.server.listen = listen;
        }
        loaded.checked()
    }

    fn checked(self) -> Result<Self, ConfigError> {
        if !self.server.listen.ip().is_loopback() {
            return Err(ConfigError::NotLoopback(self.server.listen));
        }
        if !(1..=3600).contains(&self.server.refresh_seconds) {
            return Err(ConfigError::RefreshSeconds);
        }
        if let Some(name) = self.limits.unusable() {
            return Err(ConfigError::Limit(name));
        }
        self.oidc.check(&self.server)?;
        self.smtp.check()?;
        if !(180..=1096).contains(&self.retention.audit_days) {
            return Err(ConfigError::AuditDays);
        }
        if !(1..=3600).contains(&self.jobs.look_seconds) {
            return Err(ConfigError::LookSeconds);
        }
        if self.sign_in.password_cost().is_none() {
            return Err(ConfigError::PasswordCost);
        }
        Ok(self)
    }
}

fn environment(variables: impl IntoIterator<Item = (String, String)>) -> config::Environment {
    let variables = variables.into_iter().collect();
    let environment = config::Environment::with_prefix("RELAIS").prefix_separator("_").separator("__");
    environment.try_parsing(true).source(Some(variables))
}

fn read(
    builder: config::ConfigBuilder<config::builder::DefaultState>,
    place: impl FnOnce() -> String,
) -> Result<Config, ConfigError> {
    let read = builder.build().and_then(config::Config::try_deserialize);
    read.map_err(|error| ConfigError::Unreadable { place: place(), reason: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Config::from_parts(&Flags::default(), variables)
    }

    #[test]
    fn variables_stand_over_defaults_and_flags_over_variables() {
        let config = load(&[
            ("RELAIS_DATABASE_URL", "postgres://relais:swordfish@localhost/relais"),
            ("RELAIS_SERVER__LISTEN", "127.0.0.1:9000"),
            ("RELAIS_LOG__JSON", "true"),
            ("RELAIS_TEST_DATA", "ignored"),
            ("UNRELATED", "ignored"),
        ])
        .expect("a usable configuration");
        assert_eq!(config.server.listen.port(), 9000);
        assert!(config.log.json);
        assert!(!format!("{config:?}").contains("swordfish"));
        let flags = Flags { listen: Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 9001))), file: None };
        let variables = HashMap::from([("RELAIS_SERVER__LISTEN".to_owned(), "127.0.0.1:9000".to_owned())]);
        assert_eq!(Config::from_parts(&flags, variables).expect("usable").server.listen.port(), 9001);
    }

    #[test]
    fn what_is_unknown_or_unsafe_is_refused_with_its_name() {
        for (name, value, told) in [
            ("RELAIS_SERVER__LISTNE", "127.0.0.1:9000", "listne"),
            ("RELAIS_SERVE__LISTEN", "127.0.0.1:9000", "serve"),
            ("RELAIS_LOG__LEVEL", "loud", "loud"),
            ("RELAIS_SERVER__LISTEN", "0.0.0.0:8080", "loopback"),
            ("RELAIS_SERVER__LISTEN", "nowhere", "listen"),
            ("RELAIS_SERVER__REFRESH_SECONDS", "0", "refresh_seconds"),
            ("RELAIS_JOBS__LOOK_SECONDS", "0", "look_seconds"),
            ("RELAIS_RETENTION__AUDIT_DAYS", "1100", "audit_days"),
            ("RELAIS_SIGN_IN__PASSWORD_PASSES", "1", "password_passes"),
            ("RELAIS_IMPORT__PRIVATE_HOSTS", "https://feeds.intern/", "a list of hosts"),
            ("RELAIS_SMTP__SECURITY", "opportunistic", "opportunistic"),
            ("RELAIS_METRICS__LISTEN", "9464", "an address and a port"),
            ("RELAIS_SMTP__PASSWORD", "swordfish", "password"),
            ("RELAIS_SIGN_IN__PASSWORD_MEMORY_KIBIBYTES", "1024", "password_passes"),
        ] {
            let refused = load(&[(name, value)]).expect_err(name).to_string();
            assert!(refused.contains(told), "{name}: {refused}");
            let is_about_the_whole =
                ["loopback", "refresh_seconds", "look_seconds", "audit_days", "password_passes"].contains(&told);
            assert!(is_about_the_whole || refused.starts_with(name), "{name}: {refused}");
        }
    }
}
