//! The key store behind a world, looked at past the house, as somebody would who has both databases and a key file.

use super::world::{Answer, Person, World, answered, graphql_request};
use relais::app::App;
use relais::crypto::{FieldPlace, Kek, Key, Wrapping, open_field, read_kek_file, unwrap_key};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use std::path::{Path, PathBuf};

/// A data key as it was found.
pub struct FoundKey {
    pub unit: String,
    pub generation: u32,
    pub key: Key,
}

impl World {
    /// The first column of a query on the key store, as texts.
    pub async fn key_texts(&self, sql: &str) -> Vec<String> {
        let sql = AssertSqlSafe(sql.to_owned());
        if let Some(file) = self.sqlite_file() {
            let url = format!("sqlite:{}", file.with_file_name("relais-keys.db").display());
            let mut keys = SqliteConnection::connect(&url).await.expect("the key store of the world");
            return sqlx::query_scalar(sql).fetch_all(&mut keys).await.expect("a query of the test");
        }
        let mut server = PgConnection::connect(self.database_url()).await.expect("the server of the world");
        let schema: String =
            sqlx::query_scalar("SELECT current_schema() || '_keys'").fetch_one(&mut server).await.expect("a schema");
        let path = AssertSqlSafe(format!("SET search_path TO {schema}"));
        sqlx::query(path).execute(&mut server).await.expect("a search path");
        sqlx::query_scalar(sql).fetch_all(&mut server).await.expect("a query of the test")
    }

    /// The file of its database; `None` on PostgreSQL.
    pub fn sqlite_file(&self) -> Option<PathBuf> {
        self.database_url().strip_prefix("sqlite:").map(PathBuf::from)
    }

    /// The file of its KEK.
    pub fn kek_file(&self) -> PathBuf {
        let beside = || self.sqlite_file().map(|file| file.with_file_name("relais.kek"));
        self.location().kek_file.or_else(beside).expect("every world has a key file")
    }

    /// Every data key that these KEKs open.
    pub async fn data_keys(&self, keks: &[Kek]) -> Vec<FoundKey> {
        let sql = "SELECT d.unit || ' ' || d.generation || ' ' || d.wrapped || ' ' || e.id || ' ' || e.project || ' ' || \
            e.month || ' ' || e.wrapped FROM data_keys d JOIN epoch_keys e ON e.id = d.epoch_id";
        let rows = self.key_texts(sql).await;
        rows.iter().filter_map(|row| found_key(row, keks)).collect()
    }

    /// Every key of a pseudonym that these KEKs open.
    pub async fn pseudonym_keys(&self, keks: &[Kek]) -> Vec<Vec<u8>> {
        let sql = "SELECT p.project || ' ' || p.purpose || ' ' || p.wrapped || ' ' || e.id || ' ' || e.month || ' ' || \
            e.wrapped FROM pseudonym_keys p JOIN epoch_keys e ON e.id = p.epoch_id";
        let rows = self.key_texts(sql).await;
        rows.iter().filter_map(|row| found_pseudonym_key(row, keks)).collect()
    }

    /// Another node over the same databases.
    pub async fn node(&self) -> App {
        App::open(self.location(), self.clock.clone(), self.clock.clone()).await.expect("another node")
    }
}

fn found_key(row: &str, keks: &[Kek]) -> Option<FoundKey> {
    let words: Vec<&str> = row.split(' ').collect();
    let [unit, generation, wrapped, epoch, project, month, epoch_wrapped] = words[..] else {
        panic!("a row of seven words: {row}")
    };
    let as_epoch = Wrapping::Epoch { project, month, epoch };
    let epoch_key = keks.iter().find_map(|kek| unwrap_key(&kek.key().cipher(), as_epoch, epoch_wrapped).ok())?;
    let generation: i64 = generation.parse().expect("a number");
    let key = unwrap_key(&epoch_key.cipher(), Wrapping::Data { unit, generation, epoch }, wrapped).expect("a data key");
    Some(FoundKey { unit: unit.to_owned(), generation: u32::try_from(generation).expect("small"), key })
}

fn found_pseudonym_key(row: &str, keks: &[Kek]) -> Option<Vec<u8>> {
    let words: Vec<&str> = row.split(' ').collect();
    let [project, purpose, wrapped, epoch, month, epoch_wrapped] = words[..] else {
        panic!("a row of six words: {row}")
    };
    let as_epoch = Wrapping::Epoch { project, month, epoch };
    let epoch_key = keks.iter().find_map(|kek| unwrap_key(&kek.key().cipher(), as_epoch, epoch_wrapped).ok())?;
    let key = unwrap_key(&epoch_key.cipher(), Wrapping::Pseudonym { project, purpose, epoch }, wrapped).expect("a key");
    Some(key.to_hmac_key().to_vec())
}

/// The keys of a key file.
pub fn keks_of(file: &Path) -> Vec<Kek> {
    read_kek_file(&std::fs::read_to_string(file).expect("a key file")).expect("keys")
}

/// Whether any of these keys opens a field, at its own place and under whatever unit and generation.
pub fn opens(keys: &[FoundKey], table: &'static str, column: &'static str, row: &str, unit: &str, field: &str) -> bool {
    keys.iter().any(|found| {
        let place = FieldPlace { table, column, row, unit, generation: found.generation };
        let cipher = found.key.cipher();
        matches!(open_field(place, field, |_| Some(&cipher)), Ok(Some(_)))
    })
}

/// What a node answers to somebody.
pub async fn asked(app: &App, person: &Person, query: &str, variables: Value) -> Answer {
    answered(app.router(), graphql_request(person, "en", query, variables)).await
}
