//! The timelines of referrals.

use super::row::{Table, optional_text};
use super::{Store, StoreError, Tx, in_list, in_tx, read, statements};
use crate::domain::answering::CountedMonths;
use crate::domain::id::{ProjectId, ReferralId};
use crate::domain::referral::{Referral, TimelineEntry};
use crate::domain::time::Timestamp;
use std::collections::HashMap;

const TABLE: Table = Table("referral_events");

statements! {
    INSERT_EVENT = "INSERT INTO referral_events \
        (referral_id, version, at, event, party, actor_id, organization_id, attested_by, code) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    LIST_EVENTS = "SELECT referral_id, version, at, event, party, actor_id, organization_id, attested_by, code \
        FROM referral_events WHERE referral_id IN";
    LIST_OF_MONTHS = "SELECT v.referral_id, v.version, v.at, v.event, v.party, v.actor_id, v.organization_id, v.attested_by, v.code \
        FROM referrals r JOIN referral_events v ON v.referral_id = r.id WHERE r.project_id = $1 AND r.created_at < $3 \
        AND r.requested_at >= $2 AND r.requested_at < $3";
}

#[derive(sqlx::FromRow)]
struct EventRow {
    referral_id: String,
    version: i64,
    at: i64,
    event: String,
    party: String,
    actor_id: Option<String>,
    organization_id: Option<String>,
    attested_by: Option<String>,
    code: Option<String>,
}

impl EventRow {
    fn into_entry(self) -> Result<TimelineEntry, StoreError> {
        Ok(TimelineEntry {
            referral_id: TABLE.id(&self.referral_id)?,
            version: self.version,
            at: Timestamp::from_microseconds(self.at),
            event: TABLE.code(&self.event)?,
            party: TABLE.code(&self.party)?,
            actor_id: TABLE.optional_id(self.actor_id.as_deref())?,
            organization_id: TABLE.optional_id(self.organization_id.as_deref())?,
            attested_by: TABLE.optional_code(self.attested_by.as_deref())?,
            code: self.code,
        })
    }
}

impl Store {
    /// The timelines of referrals that the caller has read within its scope, oldest change first.
    pub async fn list_timelines_of(&self, referrals: &[Referral]) -> Result<Vec<TimelineEntry>, StoreError> {
        let sql = in_list(LIST_EVENTS, referrals.len());
        let rows: Vec<EventRow> = read!(self, |pool| {
            let ids = referrals.iter().map(|referral| referral.id.to_string());
            ids.fold(sqlx::query_as(sql), |query, id| query.bind(id)).fetch_all(pool).await
        })?;
        let mut entries = rows.into_iter().map(EventRow::into_entry).collect::<Result<Vec<_>, _>>()?;
        entries.sort_by_key(|entry| (entry.referral_id, entry.version));
        Ok(entries)
    }
}

impl Store {
    /// The timelines of what a project sent in these months, each oldest change first; to be counted, and shown to nobody.
    pub async fn list_timelines_of_months(
        &self,
        project: ProjectId,
        months: CountedMonths,
    ) -> Result<HashMap<ReferralId, Vec<TimelineEntry>>, StoreError> {
        let rows: Vec<EventRow> = read!(self, |pool| sqlx::query_as(LIST_OF_MONTHS)
            .bind(project.to_string())
            .bind(months.start().microseconds())
            .bind(months.end().microseconds())
            .fetch_all(pool)
            .await)?;
        let mut timelines: HashMap<_, Vec<_>> = HashMap::new();
        for row in rows {
            let entry = row.into_entry()?;
            timelines.entry(entry.referral_id).or_default().push(entry);
        }
        timelines.values_mut().for_each(|timeline| timeline.sort_by_key(|entry| entry.version));
        Ok(timelines)
    }
}

impl Tx {
    /// The timeline of a referral that the caller has locked, oldest change first.
    pub async fn list_timeline(&mut self, referral: ReferralId) -> Result<Vec<TimelineEntry>, StoreError> {
        let sql = in_list(LIST_EVENTS, 1);
        let rows: Vec<EventRow> = in_tx!(self, |c| sqlx::query_as(sql).bind(referral.to_string()).fetch_all(c).await)?;
        let mut entries = rows.into_iter().map(EventRow::into_entry).collect::<Result<Vec<_>, _>>()?;
        entries.sort_by_key(|entry| entry.version);
        Ok(entries)
    }

    /// Writes a line of a timeline.
    pub(super) async fn insert_event(&mut self, entry: &TimelineEntry) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(INSERT_EVENT)
            .bind(entry.referral_id.to_string())
            .bind(entry.version)
            .bind(entry.at.microseconds())
            .bind(entry.event.to_string())
            .bind(entry.party.to_string())
            .bind(optional_text(entry.actor_id))
            .bind(optional_text(entry.organization_id))
            .bind(optional_text(entry.attested_by))
            .bind(entry.code.as_deref())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }
}
