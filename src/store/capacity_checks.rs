//! Questions for places, and their answers.

use super::reach::{between_partner_and_project, of_reached_team, receiving, within};
use super::row::{Table, optional_text, optional_time};
use super::{Store, StoreError, Tx, in_tx, read, statements};
use crate::domain::capacity_check::{CapacityCheck, ToldPlaces};
use crate::domain::id::CapacityCheckId;
use crate::domain::scope::Scope;
use crate::domain::sensitive::hidden_debug;
use crate::domain::time::Timestamp;

const TABLE: Table = Table("capacity_checks");

macro_rules! select_checks {
    ($($condition:expr),+) => {
        concat!(
            "SELECT id, project_id, team_id, sender_id, recipient_id, service_id, need, urgency, quantity, from_at, until_at, \
             asked_at, answered_at, answer, available, attested_by, closed_at FROM capacity_checks WHERE ",
            $($condition),+
        )
    };
}

/// Asked by a team of the scope's account, or by a project that the scope covers whole: project $1, unit $2, account $3, all
/// teams $4.
macro_rules! asked {
    () => {
        of_reached_team!("$1", "$2", "$3", "$4")
    };
}

/// Asked of an organisation.
macro_rules! received {
    ($organization:literal, $service:literal, $referral:literal) => {
        between_partner_and_project!($organization, $service, $referral, of "recipient_id", "service_id")
    };
}

/// A page of the checks under a condition: open or closed ones or both, as of now, behind a cursor.
macro_rules! page_of {
    ($condition:expr, $open:literal, $now:literal, $after:literal, $limit:literal) => {
        select_checks!(
            $condition,
            concat!(
                " AND (CAST(",
                $open,
                " AS BOOLEAN) IS NULL OR (closed_at IS NULL AND until_at > ",
                $now,
                ") = ",
                $open
            ),
            concat!(") AND (CAST(", $after, " AS TEXT) IS NULL OR (asked_at, id) < (SELECT k.asked_at, k.id "),
            concat!("FROM capacity_checks k WHERE k.id = ", $after, " AND "),
            $condition,
            concat!(")) ORDER BY asked_at DESC, id DESC LIMIT ", $limit)
        )
    };
}

// A cursor that names somebody else's check is at no place of the list, like one that names none.
statements! {
    FIND = select_checks!("id = $8 AND (", asked!(), " OR ", received!("$5", "$6", "$7"), ")");
    LIST_ASKED = page_of!(asked!(), "$5", "$6", "$7", "$8");
    LIST_RECEIVED = page_of!(received!("$1", "$2", "$3"), "$4", "$5", "$6", "$7");
    INSERT = "INSERT INTO capacity_checks (id, project_id, team_id, sender_id, recipient_id, service_id, need, urgency, quantity, \
        from_at, until_at, asked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    ANSWER = "UPDATE capacity_checks SET answered_at = $2, answer = $3, available = $4, attested_by = $5 \
        WHERE id = $1 AND answered_at IS NULL AND closed_at IS NULL";
    CLOSE = "UPDATE capacity_checks SET closed_at = $2 WHERE id = $1 AND closed_at IS NULL";
}

/// Which checks of a list, and from where on.
#[derive(Clone, Copy)]
pub struct CheckSelection {
    /// Those that the organisation was asked, instead of those that the team or project has asked.
    pub received: bool,
    /// Only open ones, only closed ones, or both.
    pub open: Option<bool>,
    /// The present instant.
    pub now: Timestamp,
    /// Only those behind this one.
    pub after: Option<CapacityCheckId>,
    /// At most this many.
    pub limit: i64,
}

hidden_debug!(CheckSelection);

#[derive(sqlx::FromRow)]
struct CheckRow {
    id: String,
    project_id: String,
    team_id: String,
    sender_id: String,
    recipient_id: String,
    service_id: String,
    need: String,
    urgency: String,
    quantity: i64,
    from_at: i64,
    until_at: i64,
    asked_at: i64,
    answered_at: Option<i64>,
    answer: Option<String>,
    available: Option<i64>,
    attested_by: Option<String>,
    closed_at: Option<i64>,
}

impl CheckRow {
    fn into_check(self) -> Result<CapacityCheck, StoreError> {
        let told = match (self.answered_at, &self.answer, &self.attested_by) {
            (Some(at), Some(answer), Some(attested_by)) => Some(ToldPlaces {
                at: Timestamp::from_microseconds(at),
                answer: TABLE.code(answer)?,
                available: self.available,
                attested_by: TABLE.code(attested_by)?,
            }),
            _ => None,
        };
        Ok(CapacityCheck {
            id: TABLE.id(&self.id)?,
            project_id: TABLE.id(&self.project_id)?,
            team_id: TABLE.id(&self.team_id)?,
            sender_id: TABLE.id(&self.sender_id)?,
            recipient_id: TABLE.id(&self.recipient_id)?,
            service_id: TABLE.id(&self.service_id)?,
            need: TABLE.code(&self.need)?,
            urgency: TABLE.code(&self.urgency)?,
            quantity: self.quantity,
            from: Timestamp::from_microseconds(self.from_at),
            until: Timestamp::from_microseconds(self.until_at),
            asked_at: Timestamp::from_microseconds(self.asked_at),
            told,
            closed_at: optional_time(self.closed_at),
        })
    }
}

impl Store {
    /// A check within reach, asked or received.
    pub async fn find_capacity_check(
        &self,
        scope: &Scope,
        id: CapacityCheckId,
    ) -> Result<Option<CapacityCheck>, StoreError> {
        let row: Option<CheckRow> = read!(self, |pool| receiving!(within!(sqlx::query_as(FIND), scope), scope)
            .bind(id.to_string())
            .fetch_optional(pool)
            .await)?;
        row.map(CheckRow::into_check).transpose()
    }

    /// Checks within reach, last asked first.
    pub async fn list_capacity_checks(
        &self,
        scope: &Scope,
        selection: CheckSelection,
    ) -> Result<Vec<CapacityCheck>, StoreError> {
        let rows: Vec<CheckRow> = read!(self, |pool| {
            let list = if selection.received {
                receiving!(sqlx::query_as(LIST_RECEIVED), scope)
            } else {
                within!(sqlx::query_as(LIST_ASKED), scope)
            };
            let list = list.bind(selection.open).bind(selection.now.microseconds());
            let list = list.bind(optional_text(selection.after)).bind(selection.limit);
            list.fetch_all(pool).await
        })?;
        rows.into_iter().map(CheckRow::into_check).collect()
    }
}

impl Tx {
    /// A check within reach, as it stands in this transaction.
    pub async fn find_capacity_check(
        &mut self,
        scope: &Scope,
        id: CapacityCheckId,
    ) -> Result<Option<CapacityCheck>, StoreError> {
        let row: Option<CheckRow> = in_tx!(self, |c| receiving!(within!(sqlx::query_as(FIND), scope), scope)
            .bind(id.to_string())
            .fetch_optional(c)
            .await)?;
        row.map(CheckRow::into_check).transpose()
    }

    /// Writes a new check.
    pub async fn insert_capacity_check(&mut self, check: &CapacityCheck) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(INSERT)
            .bind(check.id.to_string())
            .bind(check.project_id.to_string())
            .bind(check.team_id.to_string())
            .bind(check.sender_id.to_string())
            .bind(check.recipient_id.to_string())
            .bind(check.service_id.to_string())
            .bind(check.need.to_string())
            .bind(check.urgency.to_string())
            .bind(check.quantity)
            .bind(check.from.microseconds())
            .bind(check.until.microseconds())
            .bind(check.asked_at.microseconds())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Writes the answer to a check; false when somebody has answered or closed it first.
    pub async fn answer_capacity_check(&mut self, id: CapacityCheckId, told: &ToldPlaces) -> Result<bool, StoreError> {
        let answered = in_tx!(self, |c| sqlx::query(ANSWER)
            .bind(id.to_string())
            .bind(told.at.microseconds())
            .bind(told.answer.to_string())
            .bind(told.available)
            .bind(told.attested_by.to_string())
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(answered > 0)
    }

    /// Closes a check; false when somebody has closed it first.
    pub async fn close_capacity_check(&mut self, id: CapacityCheckId, now: Timestamp) -> Result<bool, StoreError> {
        let closed = in_tx!(self, |c| sqlx::query(CLOSE)
            .bind(id.to_string())
            .bind(now.microseconds())
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(closed > 0)
    }
}
