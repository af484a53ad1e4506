//! The rows themselves, on either database: to look at what was written, and to break what a client
//! cannot break.

use super::world::World;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row, SqliteConnection};

/// A connection of the test's own, beside those of the house.
pub enum Sql {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Sql {
    pub async fn of(world: &World) -> Self {
        let url = world.database_url();
        if url.starts_with("sqlite:") {
            Self::Sqlite(SqliteConnection::connect(url).await.expect("the world's own file"))
        } else {
            Self::Postgres(PgConnection::connect(url).await.expect("the world's own schema"))
        }
    }

    /// Runs one statement.
    pub async fn run(&mut self, statement: &str) {
        let sql = sqlx::raw_sql(AssertSqlSafe(statement.to_owned()));
        match self {
            Self::Sqlite(connection) => sql.execute(connection).await.map(drop),
            Self::Postgres(connection) => sql.execute(connection).await.map(drop),
        }
        .unwrap_or_else(|error| panic!("{statement}: {error}"));
    }

    /// The rows of a query whose columns are all texts.
    pub async fn rows<const N: usize>(&mut self, query: &str) -> Vec<[Option<String>; N]> {
        let sql = AssertSqlSafe(query.to_owned());
        match self {
            Self::Sqlite(connection) => {
                let rows = sqlx::query(sql).fetch_all(connection).await.expect("a query");
                rows.iter().map(|row| std::array::from_fn(|column| row.get(column))).collect()
            }
            Self::Postgres(connection) => {
                let rows = sqlx::query(sql).fetch_all(connection).await.expect("a query");
                rows.iter().map(|row| std::array::from_fn(|column| row.get(column))).collect()
            }
        }
    }
}
