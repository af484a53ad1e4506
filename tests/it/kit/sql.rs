//! Rows of several columns, on either database, over one connection.

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
