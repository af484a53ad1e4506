//! Running retention in a world, and looking at everything that is left.

use super::world::World;
use relais::actions::retention::{Ended, Order, Report, run};
use relais::domain::id::Identifier;
use relais::domain::retention::RetentionClock;
use serde_json::Value;

/// A protection lead of the clinic, for all its projects.
pub const PROTECTION_LEAD: &str = r#"{ "source": "corridor", "accounts": [
    { "handle": "protection lead", "role": "protection_lead", "organization": "efc43c01-4b2a-472d-b3b3-06332930321e" },
    { "handle": "protection lead elsewhere", "role": "protection_lead", "organization": "241042b0-bdff-4316-9ca7-4c214e1f3b23" } ] }"#;

impl World {
    /// Runs retention by a clock that somebody has confirmed.
    pub async fn retention(&self) -> Report {
        let order = Order { clock_is_right: true, is_dry_run: false };
        run(self.app.context(), order, &mut |_, _| {}).await.expect("retention ends well")
    }

    /// What retention would do.
    pub async fn dry_retention(&self) -> Report {
        let order = Order { clock_is_right: true, is_dry_run: true };
        run(self.app.context(), order, &mut |_, _| {}).await.expect("retention ends well")
    }

    /// One column of a table's rows, as texts.
    pub async fn column(&self, table: &str, column: &str) -> Vec<String> {
        let rows = self.rows(table).await;
        let rows = rows.iter().map(|row| serde_json::from_str::<Value>(row).expect("a row"));
        rows.map(|row| row[column].as_str().map_or_else(|| row[column].to_string(), str::to_owned)).collect()
    }

    /// Lets every statement of this kind on a table fail, until [`World::mend`].
    pub async fn break_table(&self, act: &str, table: &str) {
        if self.database_url().starts_with("sqlite:") {
            let body = "BEGIN SELECT RAISE(ABORT, 'planted'); END";
            self.execute(&format!("CREATE TRIGGER planted BEFORE {act} ON {table} {body}")).await;
        } else {
            let body = "RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'planted'; END $$ LANGUAGE plpgsql";
            self.execute(&format!("CREATE OR REPLACE FUNCTION planted() {body}")).await;
            let trigger = "FOR EACH ROW EXECUTE FUNCTION planted()";
            self.execute(&format!("CREATE TRIGGER planted BEFORE {act} ON {table} {trigger}")).await;
        }
    }

    /// Mends a table that was broken.
    pub async fn mend(&self, table: &str) {
        let on_table = if self.database_url().starts_with("sqlite:") { String::new() } else { format!(" ON {table}") };
        self.execute(&format!("DROP TRIGGER planted{on_table}")).await;
    }
}

/// What a clock came to.
#[track_caller]
pub fn ended(report: &Report, clock: RetentionClock) -> Ended {
    *report.clocks.iter().find(|ended| ended.clock == clock).expect("a clock that runs")
}

/// An id of this kind.
#[track_caller]
pub fn id<T: Identifier>(text: &str) -> T {
    T::parse(text).expect("an id")
}
