//! A watch on every table: triggers that note each row which is written, changed or deleted by whatever is committed. So a
//! test can say after each of thousands of calls that it wrote nothing, without reading a table.

use super::sql::Sql;
use super::tables::LEFT_OUT;
use super::world::World;

/// What a trigger of PostgreSQL does.
const NOTE: &str = "CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS \
    $$ BEGIN INSERT INTO watched_changes (name) VALUES (TG_TABLE_NAME || ' ' || lower(TG_OP)); RETURN NULL; END $$";

/// A watch that was set on the tables of a world.
pub struct Watch {
    connection: Sql,
}

impl Watch {
    /// Sets the watch. An update that leaves a row as it was changes nothing: locks are taken by such ones.
    pub async fn on(world: &World) -> Self {
        let tables = world.names("").await;
        world.execute("CREATE TABLE watched_changes (name TEXT NOT NULL)").await;
        let is_on_sqlite = world.sqlite_file().is_some();
        if !is_on_sqlite {
            world.execute(NOTE).await;
        }
        for table in tables.iter().filter(|table| !LEFT_OUT.contains(&table.as_str())) {
            for act in ["INSERT", "UPDATE", "DELETE"] {
                world.execute(&trigger(is_on_sqlite, table, act, &world.names(table).await)).await;
            }
        }
        Self { connection: Sql::of(world).await }
    }

    /// What was written since somebody last looked, as `table act`, each once.
    pub async fn changes(&mut self) -> Vec<String> {
        let names: Vec<[Option<String>; 1]> =
            self.connection.rows("SELECT DISTINCT name FROM watched_changes ORDER BY name").await;
        if !names.is_empty() {
            self.connection.rows::<0>("DELETE FROM watched_changes").await;
        }
        names.into_iter().map(|[name]| name.expect("a name")).collect()
    }
}

fn trigger(is_on_sqlite: bool, table: &str, act: &str, columns: &[String]) -> String {
    let name = format!("watch_{table}_{}", act.to_lowercase());
    if !is_on_sqlite {
        let condition = if act == "UPDATE" { "WHEN (OLD.* IS DISTINCT FROM NEW.*)" } else { "" };
        return format!(
            "CREATE TRIGGER {name} AFTER {act} ON {table} FOR EACH ROW {condition} EXECUTE FUNCTION note_change()"
        );
    }
    let differ: Vec<String> = columns.iter().map(|column| format!("OLD.{column} IS NOT NEW.{column}")).collect();
    let condition = if act == "UPDATE" { format!("WHEN {}", differ.join(" OR ")) } else { String::new() };
    let noted = format!("{table} {}", act.to_lowercase());
    format!(
        "CREATE TRIGGER {name} AFTER {act} ON {table} FOR EACH ROW {condition} BEGIN INSERT INTO watched_changes VALUES ('{noted}'); END"
    )
}
