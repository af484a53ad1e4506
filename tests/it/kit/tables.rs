//! The tables behind a world, read and written past the house: what a test compares before and after, and
//! what only a fault or somebody with a disk in hand could have written.

use super::world::World;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use std::collections::BTreeMap;

/// Rows as JSON texts in an order that does not depend on when they were written, by table.
pub type Tables = BTreeMap<String, Vec<String>>;

/// Tables that grow by an attempt as well as by an act, and the one of the migrations.
pub const LEFT_OUT: [&str; 4] = ["audit_events", "audit_heads", "idempotency_keys", "_sqlx_migrations"];

/// Columns that move whenever somebody asks or reads, whatever comes of it.
const MOVING: [(&str, &str); 2] = [("tokens", "last_used_on"), ("case_openings", "opened_at")];

impl World {
    /// Every row of every table but those that record attempts.
    pub async fn tables(&self) -> Tables {
        let mut tables = Tables::new();
        for name in self.names("").await {
            if !LEFT_OUT.contains(&name.as_str()) {
                let moving = MOVING.iter().find(|(table, _)| *table == name).map(|(_, column)| *column);
                tables.insert(name.clone(), self.rows_without(&name, moving).await);
            }
        }
        tables
    }

    /// Every row of every table.
    pub async fn every_row(&self) -> Tables {
        let mut tables = Tables::new();
        // The list of migrations is of the code, and holds what is no text.
        for name in self.names("").await.into_iter().filter(|name| !name.starts_with('_')) {
            tables.insert(name.clone(), self.rows(&name).await);
        }
        tables
    }

    /// The rows of one table.
    pub async fn rows(&self, table: &str) -> Vec<String> {
        self.rows_without(table, None).await
    }

    async fn rows_without(&self, table: &str, left_out: Option<&str>) -> Vec<String> {
        let mut rows = if self.is_on_sqlite() {
            let names = self.names(table).await;
            let kept = names.iter().filter(|column| left_out != Some(column.as_str()));
            let pairs: Vec<String> = kept.map(|column| format!("'{column}', \"{column}\"")).collect();
            self.texts(format!("SELECT json_object({}) FROM \"{table}\"", pairs.join(", "))).await
        } else {
            let left_out = left_out.unwrap_or_default();
            self.texts(format!("SELECT CAST(to_jsonb(t) - '{left_out}' AS TEXT) FROM \"{table}\" AS t")).await
        };
        rows.sort();
        rows
    }

    /// The first column of a query, as texts.
    pub async fn texts(&self, sql: String) -> Vec<String> {
        let sql = AssertSqlSafe(sql);
        let found = if self.is_on_sqlite() {
            sqlx::query_scalar(sql).fetch_all(&mut self.sqlite().await).await
        } else {
            sqlx::query_scalar(sql).fetch_all(&mut self.postgres().await).await
        };
        found.expect("a query of the test")
    }

    /// Changes the database; gives how many rows.
    pub async fn execute(&self, sql: &str) -> u64 {
        let sql = AssertSqlSafe(sql.to_owned());
        let changed = if self.is_on_sqlite() {
            sqlx::query(sql).execute(&mut self.sqlite().await).await.map(|done| done.rows_affected())
        } else {
            sqlx::query(sql).execute(&mut self.postgres().await).await.map(|done| done.rows_affected())
        };
        changed.expect("a statement of the test")
    }

    /// Names of the tables, or of the columns of one.
    pub async fn names(&self, table: &str) -> Vec<String> {
        let sql = match (self.is_on_sqlite(), table) {
            (true, "") => "SELECT name FROM sqlite_master WHERE type = 'table'".to_owned(),
            (true, _) => format!("SELECT name FROM pragma_table_info('{table}')"),
            (false, _) => "SELECT CAST(table_name AS TEXT) FROM information_schema.tables \
                WHERE table_schema = current_schema()"
                .to_owned(),
        };
        self.texts(sql).await
    }

    fn is_on_sqlite(&self) -> bool {
        self.database_url().starts_with("sqlite:")
    }

    async fn sqlite(&self) -> SqliteConnection {
        SqliteConnection::connect(self.database_url()).await.expect("the file of the world")
    }

    async fn postgres(&self) -> PgConnection {
        PgConnection::connect(self.database_url()).await.expect("the server of the world")
    }
}
