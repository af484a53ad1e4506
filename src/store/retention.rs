//! What the clocks of retention look for and erase, beside cases. Rows go in batches, so that nobody waits
//! long for the one writer of SQLite.

use super::directory::{DirectoryRow, EntryRow, OpenEntry, contacts_of, open_entries, seal_document};
use super::row::Table;
use super::{Store, StoreError, Tx, in_tx, read, statements};
use crate::domain::demand::Demand;
use crate::domain::directory::Document;
use crate::domain::id::{CaseId, ProjectId};
use crate::domain::time::{Month, Timestamp};

/// Most rows of one transaction.
const BATCH: i64 = 1000;

/// True for rows of a call that made something of a held case.
macro_rules! of_nothing_held {
    () => {
        "object_id NOT IN (SELECT h.case_id FROM legal_holds h \
         UNION SELECT r.id FROM legal_holds h CROSS JOIN referrals r WHERE r.case_id = h.case_id \
         UNION SELECT k.id FROM legal_holds h CROSS JOIN consents k WHERE k.case_id = h.case_id \
         UNION SELECT k.conversation_id FROM legal_holds h CROSS JOIN consents k WHERE k.case_id = h.case_id \
         UNION SELECT y.id FROM legal_holds h CROSS JOIN statutory_reports y WHERE y.case_id = h.case_id \
         UNION SELECT v.id FROM legal_holds h CROSS JOIN consent_overrides v WHERE v.case_id = h.case_id \
         UNION SELECT o.id FROM legal_holds h CROSS JOIN referral_rounds o WHERE o.case_id = h.case_id)"
    };
}

/// True for notices about nothing of a held case.
macro_rules! about_nothing_held {
    () => {
        "object NOT IN (SELECT h.case_id FROM legal_holds h \
         UNION SELECT r.id FROM legal_holds h CROSS JOIN referrals r WHERE r.case_id = h.case_id \
         UNION SELECT k.id FROM legal_holds h CROSS JOIN consents k WHERE k.case_id = h.case_id \
         UNION SELECT g.id FROM legal_holds h CROSS JOIN glasses g WHERE g.case_id = h.case_id \
         UNION SELECT d.id FROM legal_holds h CROSS JOIN referrals r CROSS JOIN deletion_requests d \
         WHERE r.case_id = h.case_id AND d.referral_id = r.id \
         UNION SELECT i.id FROM legal_holds h CROSS JOIN referrals r CROSS JOIN incidents i \
         WHERE r.case_id = h.case_id AND i.referral_id = r.id \
         UNION SELECT u.id FROM legal_holds h CROSS JOIN referrals r CROSS JOIN custodies u \
         WHERE r.case_id = h.case_id AND u.referral_id = r.id)"
    };
}

/// Ended referrals whose timelines still tell codes.
macro_rules! told_in_detail {
    () => {
        "NOT r.is_open AND r.status_at <= $1 AND EXISTS (SELECT 1 FROM referral_events e WHERE e.referral_id = r.id AND e.code IS NOT NULL)"
    };
}

/// Ended referrals that still have messages: those whose time is over, and those of which nobody speaks any more.
macro_rules! with_messages {
    () => {
        "NOT r.is_open AND (r.status_at <= $1 OR r.status IN ('cancelled', 'withdrawn', 'entered_in_error')) \
         AND EXISTS (SELECT 1 FROM messages m WHERE m.referral_id = r.id)"
    };
}

/// Versions of services that are gone, in which contacts may stand.
macro_rules! gone_with_contacts {
    ($condition:literal) => {
        concat!(
            "FROM directory_documents d JOIN directory_documents t ON t.entry_id = d.entry_id AND t.is_current AND t.is_gone \
             WHERE (d.contacts <> '' OR d.source_word <> '') AND ",
            $condition
        )
    };
}

macro_rules! count_passing {
    ($table:literal, $from:literal) => {
        concat!("SELECT count(*) FROM ", $table, " WHERE ", $from, " <= $1")
    };
}

macro_rules! oldest_passing {
    ($table:literal, $from:literal) => {
        concat!("SELECT CAST(min(", $from, ") AS BIGINT) FROM ", $table, " WHERE ", $from, " > $1")
    };
}

/// Erases a batch of rows that hang on nothing, the oldest first.
macro_rules! erase_passing {
    ($table:literal, $key:literal, $from:literal) => {
        concat!(
            "DELETE FROM ",
            $table,
            " WHERE ",
            $key,
            " IN (SELECT t.",
            $key,
            " FROM ",
            $table,
            " t WHERE t.",
            $from,
            " <= $1 ORDER BY t.",
            $from,
            " LIMIT $2)"
        )
    };
}

statements! {
    NEWEST_EVENT = "SELECT CAST(max(at) AS BIGINT) FROM audit_events";
    COUNT_BODIES = "SELECT count(*) FROM audit_events e WHERE e.at < $1 AND e.trail = $2 \
        AND e.sequence <= (SELECT coalesce(max(h.sequence), 0) FROM audit_signed_heads h WHERE h.trail = $2)";
    OLDEST_BODY = "SELECT CAST(min(at) AS BIGINT) FROM audit_events WHERE at >= $1";
    OLDEST_CONTACT = "SELECT CAST(min(last_contact_at) AS BIGINT) FROM cases WHERE last_contact_at > $1";
    LIST_DETAILED = concat!(
        "SELECT DISTINCT r.case_id FROM referrals r WHERE r.case_id > $2 AND ", told_in_detail!(), " ORDER BY r.case_id LIMIT $3"
    );
    OLDEST_DETAILED = "SELECT CAST(min(r.status_at) AS BIGINT) FROM referrals r WHERE NOT r.is_open AND r.status_at > $1 \
        AND EXISTS (SELECT 1 FROM referral_events e WHERE e.referral_id = r.id AND e.code IS NOT NULL)";
    ERASE_DETAILS = "UPDATE referral_events SET code = NULL WHERE code IS NOT NULL AND referral_id IN \
        (SELECT r.id FROM referrals r WHERE r.case_id = $2 AND NOT r.is_open AND r.status_at <= $1)";
    LIST_WITH_MESSAGES = concat!(
        "SELECT DISTINCT r.case_id FROM referrals r WHERE r.case_id > $2 AND ", with_messages!(), " ORDER BY r.case_id LIMIT $3"
    );
    OLDEST_WITH_MESSAGES = "SELECT CAST(min(r.status_at) AS BIGINT) FROM referrals r WHERE NOT r.is_open AND r.status_at > $1 \
        AND EXISTS (SELECT 1 FROM messages m WHERE m.referral_id = r.id)";
    ERASE_MESSAGES = concat!(
        "DELETE FROM messages WHERE referral_id IN (SELECT r.id FROM referrals r WHERE r.case_id = $2 AND ", with_messages!(), ")"
    );
    ERASE_DEMANDS = "DELETE FROM demands WHERE project_id = $1 AND month = $2";
    COUNT_CALLS = concat!("SELECT count(*) FROM idempotency_keys WHERE created_at <= $1 AND ", of_nothing_held!());
    COUNT_HELD_CALLS = "SELECT count(*) FROM idempotency_keys WHERE created_at <= $1";
    OLDEST_CALL = "SELECT CAST(min(created_at) AS BIGINT) FROM idempotency_keys WHERE created_at > $1";
    ERASE_CALLS = concat!(
        "DELETE FROM idempotency_keys WHERE (account_id, key) IN (SELECT i.account_id, i.key FROM idempotency_keys i \
         WHERE i.created_at <= $1 AND i.", of_nothing_held!(), " ORDER BY i.created_at LIMIT $2)"
    );
    COUNT_TOKENS = count_passing!("tokens", "expires_at");
    OLDEST_TOKENS = oldest_passing!("tokens", "expires_at");
    ERASE_TOKENS = erase_passing!("tokens", "hash", "expires_at");
    COUNT_SESSIONS = count_passing!("sessions", "authenticated_at");
    OLDEST_SESSIONS = oldest_passing!("sessions", "authenticated_at");
    ERASE_SESSIONS = erase_passing!("sessions", "hash", "authenticated_at");
    COUNT_ATTEMPTS = count_passing!("sign_in_attempts", "failed_at");
    OLDEST_ATTEMPTS = oldest_passing!("sign_in_attempts", "failed_at");
    ERASE_ATTEMPTS = erase_passing!("sign_in_attempts", "handle_hash", "failed_at");
    COUNT_ENROLMENTS = count_passing!("enrolments", "expires_at");
    OLDEST_ENROLMENTS = oldest_passing!("enrolments", "expires_at");
    ERASE_ENROLMENTS = erase_passing!("enrolments", "account_id", "expires_at");
    COUNT_DEVICES = count_passing!("devices", "ends_at");
    OLDEST_DEVICES = oldest_passing!("devices", "ends_at");
    ERASE_DEVICES = erase_passing!("devices", "id", "ends_at");
    COUNT_SIGN_INS = count_passing!("device_sign_ins", "until_at");
    OLDEST_SIGN_INS = oldest_passing!("device_sign_ins", "until_at");
    ERASE_SIGN_INS = "DELETE FROM device_sign_ins WHERE (device_id, account_id) IN (SELECT i.device_id, i.account_id \
        FROM device_sign_ins i WHERE i.until_at <= $1 ORDER BY i.until_at LIMIT $2)";
    COUNT_NOTICES = concat!("SELECT count(*) FROM notices WHERE at <= $1 AND ", about_nothing_held!());
    COUNT_HELD_NOTICES = count_passing!("notices", "at");
    OLDEST_NOTICES = oldest_passing!("notices", "at");
    ERASE_NOTICES = concat!(
        "DELETE FROM notices WHERE id IN (SELECT n.id FROM notices n WHERE n.at <= $1 AND n.", about_nothing_held!(), " ORDER BY n.at, n.id LIMIT $2)"
    );
    COUNT_CHECKS = count_passing!("capacity_checks", "until_at");
    OLDEST_CHECKS = oldest_passing!("capacity_checks", "until_at");
    ERASE_CHECKS = erase_passing!("capacity_checks", "id", "until_at");
    COUNT_OFFERS = count_passing!("partner_offers", "ended_at");
    OLDEST_OFFERS = oldest_passing!("partner_offers", "ended_at");
    ERASE_OFFERS = erase_passing!("partner_offers", "id", "ended_at");
    COUNT_OPENINGS = count_passing!("case_openings", "opened_at");
    OLDEST_OPENINGS = oldest_passing!("case_openings", "opened_at");
    ERASE_OPENINGS = "DELETE FROM case_openings WHERE (account_id, case_id) IN (SELECT o.account_id, o.case_id FROM case_openings o \
        WHERE o.opened_at <= $1 ORDER BY o.opened_at LIMIT $2)";
    COUNT_SLIPS = count_passing!("slips", "made_at");
    OLDEST_SLIPS = oldest_passing!("slips", "made_at");
    ERASE_SLIPS = erase_passing!("slips", "referral_id", "made_at");
    COUNT_DELIVERIES = count_passing!("deliveries", "created_at");
    OLDEST_DELIVERIES = oldest_passing!("deliveries", "created_at");
    ERASE_DELIVERIES = erase_passing!("deliveries", "id", "created_at");
    COUNT_LINKS = count_passing!("links", "expires_at");
    OLDEST_LINKS = oldest_passing!("links", "expires_at");
    ERASE_LINKS = erase_passing!("links", "id", "expires_at");
    COUNT_CODES = count_passing!("spoken_codes", "expires_at");
    OLDEST_CODES = oldest_passing!("spoken_codes", "expires_at");
    ERASE_CODES = erase_passing!("spoken_codes", "referral_id", "expires_at");
    OLDEST_CONTACTS = concat!("SELECT CAST(min(t.valid_from) AS BIGINT) ", gone_with_contacts!("t.valid_from > $1"));
    LIST_CONTACTS = concat!(
        "SELECT d.entry_id, d.version, d.entry_version, d.source, d.source_key, d.is_gone, d.document, d.contacts, d.source_word ",
        gone_with_contacts!("t.valid_from <= $1 AND (d.entry_id, d.version) > ($2, CAST($3 AS BIGINT))"),
        " ORDER BY d.entry_id, d.version LIMIT $4"
    );
    REWRITE_DOCUMENT = "UPDATE directory_documents SET document = $3, contacts = $4, source_word = '' WHERE entry_id = $1 AND version = $2";
}

/// Rows that end by their own time and hang on nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passing {
    /// Keys of repeated calls, by the time of the call.
    Calls,
    /// Tokens, by their expiry.
    Tokens,
    /// Sessions, by their sign-in.
    Sessions,
    /// Failed attempts to sign in, by the last one.
    Attempts,
    /// Codes of enrolment, by their expiry.
    Enrolments,
    /// Shared phones, by their end.
    Devices,
    /// Who has signed in fully on a shared phone, by the end of that day.
    DeviceSignIns,
    /// Notices, by when they were written.
    Notices,
    /// Questions for places, by the end of what they ask about.
    CapacityChecks,
    /// Offers of partners, by their end.
    PartnerOffers,
    /// What the reveal budget counts, by when the case was opened.
    Openings,
    /// Slips, by their making.
    Slips,
    /// What was told to endpoints, or could not be, by when it was listed.
    Deliveries,
    /// Links by which partners answer, by their expiry.
    Links,
    /// Codes that are spoken on a call, by their expiry.
    SpokenCodes,
}

/// The statements of one kind of such rows.
struct Statements {
    count: &'static str,
    /// Those counted above, and those that are held.
    count_with_held: &'static str,
    oldest: &'static str,
    erase: &'static str,
}

impl Passing {
    const fn statements(self) -> Statements {
        let (count, oldest, erase) = match self {
            Self::Calls => {
                let (count, oldest, erase) = (COUNT_CALLS, OLDEST_CALL, ERASE_CALLS);
                return Statements { count, count_with_held: COUNT_HELD_CALLS, oldest, erase };
            }
            Self::Notices => {
                let (count, oldest, erase) = (COUNT_NOTICES, OLDEST_NOTICES, ERASE_NOTICES);
                return Statements { count, count_with_held: COUNT_HELD_NOTICES, oldest, erase };
            }
            Self::Openings => (COUNT_OPENINGS, OLDEST_OPENINGS, ERASE_OPENINGS),
            Self::Deliveries => (COUNT_DELIVERIES, OLDEST_DELIVERIES, ERASE_DELIVERIES),
            Self::Links => (COUNT_LINKS, OLDEST_LINKS, ERASE_LINKS),
            Self::SpokenCodes => (COUNT_CODES, OLDEST_CODES, ERASE_CODES),
            Self::Slips => (COUNT_SLIPS, OLDEST_SLIPS, ERASE_SLIPS),
            Self::CapacityChecks => (COUNT_CHECKS, OLDEST_CHECKS, ERASE_CHECKS),
            Self::PartnerOffers => (COUNT_OFFERS, OLDEST_OFFERS, ERASE_OFFERS),
            Self::Tokens => (COUNT_TOKENS, OLDEST_TOKENS, ERASE_TOKENS),
            Self::Sessions => (COUNT_SESSIONS, OLDEST_SESSIONS, ERASE_SESSIONS),
            Self::Attempts => (COUNT_ATTEMPTS, OLDEST_ATTEMPTS, ERASE_ATTEMPTS),
            Self::Devices => (COUNT_DEVICES, OLDEST_DEVICES, ERASE_DEVICES),
            Self::DeviceSignIns => (COUNT_SIGN_INS, OLDEST_SIGN_INS, ERASE_SIGN_INS),
            Self::Enrolments => (COUNT_ENROLMENTS, OLDEST_ENROLMENTS, ERASE_ENROLMENTS),
        };
        Statements { count, count_with_held: count, oldest, erase }
    }
}

/// What is erased of a referral some time after its end, case by case: a case that is held stands still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfEnded {
    /// The codes of its timeline.
    Details,
    /// Its messages.
    Messages,
}

impl OfEnded {
    /// The field of a referral that it is, as the audit trail names it.
    pub const fn field(self) -> &'static str {
        match self {
            Self::Details => "timeline",
            Self::Messages => "messages",
        }
    }

    /// Listing the cases, finding the oldest that waits, erasing.
    const fn statements(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Details => (LIST_DETAILED, OLDEST_DETAILED, ERASE_DETAILS),
            Self::Messages => (LIST_WITH_MESSAGES, OLDEST_WITH_MESSAGES, ERASE_MESSAGES),
        }
    }
}

/// What a clock finds when it looks: how many rows are due, how many of them are held, and the oldest time
/// that is not due yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DueRows {
    /// Rows that may go.
    pub due: u64,
    /// Rows that would be due and are held.
    pub held: u64,
    /// The oldest time from which a row that is not due counts.
    pub next_from: Option<Timestamp>,
}

/// One version of an entry of the directory.
#[derive(Clone, Debug)]
pub struct EntryVersion {
    /// The entry.
    pub entry_id: String,
    /// The directory's version that brought it.
    pub version: i64,
    /// What it says.
    pub document: Document,
}

impl Store {
    async fn count(&self, statement: &'static str, before: Timestamp) -> Result<u64, StoreError> {
        let count: i64 =
            read!(self, |pool| sqlx::query_scalar(statement).bind(before.microseconds()).fetch_one(pool).await)?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    async fn oldest(&self, statement: &'static str, after: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let oldest: Option<i64> =
            read!(self, |pool| sqlx::query_scalar(statement).bind(after.microseconds()).fetch_one(pool).await)?;
        Ok(oldest.map(Timestamp::from_microseconds))
    }

    /// When the newest event of the audit trail happened.
    pub async fn newest_audit_event(&self) -> Result<Option<Timestamp>, StoreError> {
        let newest: Option<i64> = read!(self, |pool| sqlx::query_scalar(NEWEST_EVENT).fetch_one(pool).await)?;
        Ok(newest.map(Timestamp::from_microseconds))
    }

    /// Entries of a trail with content from before this time, as far as a signed head covers them.
    pub async fn count_due_bodies(&self, trail: &str, before: Timestamp) -> Result<u64, StoreError> {
        let count: i64 = read!(self, |pool| sqlx::query_scalar(COUNT_BODIES)
            .bind(before.microseconds())
            .bind(trail)
            .fetch_one(pool)
            .await)?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// The oldest entry of the audit trail with content, from this time on.
    pub async fn oldest_body_after(&self, from: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        self.oldest(OLDEST_BODY, from).await
    }

    /// The oldest last contact after this time.
    pub async fn oldest_contact_after(&self, after: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        self.oldest(OLDEST_CONTACT, after).await
    }

    /// Cases with a referral that ended before this time and of which this is still kept, by id.
    pub async fn list_cases_with(
        &self,
        kept: OfEnded,
        before: Timestamp,
        after: Option<CaseId>,
        at_most: i64,
    ) -> Result<Vec<CaseId>, StoreError> {
        let after = after.map(|id| id.to_string()).unwrap_or_default();
        let ids: Vec<String> = read!(self, |pool| sqlx::query_scalar(kept.statements().0)
            .bind(before.microseconds())
            .bind(after)
            .bind(at_most)
            .fetch_all(pool)
            .await)?;
        ids.iter().map(|id| Table("referrals").id(id)).collect()
    }

    /// The oldest end after this time of a referral of which this is still kept.
    pub async fn oldest_end_after(&self, kept: OfEnded, after: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        self.oldest(kept.statements().1, after).await
    }

    /// What of these rows is due before this time.
    pub async fn passing_rows(&self, passing: Passing, before: Timestamp) -> Result<DueRows, StoreError> {
        let statements = passing.statements();
        let due = self.count(statements.count, before).await?;
        let with_held = self.count(statements.count_with_held, before).await?;
        let next_from = self.oldest(statements.oldest, before).await?;
        Ok(DueRows { due, held: with_held.saturating_sub(due), next_from })
    }

    /// Versions of services that are gone since before this time, in which contacts may stand, behind this one.
    pub async fn list_gone_entries(
        &self,
        before: Timestamp,
        after: Option<&EntryVersion>,
        at_most: i64,
    ) -> Result<Vec<EntryVersion>, StoreError> {
        let (entry, version) = after.map_or(("", 0), |entry| (entry.entry_id.as_str(), entry.version));
        let rows: Vec<EntryRow> = read!(self, |pool| sqlx::query_as(LIST_CONTACTS)
            .bind(before.microseconds())
            .bind(entry)
            .bind(version)
            .bind(at_most)
            .fetch_all(pool)
            .await)?;
        let entries = open_entries(&self.keys, rows).await?.into_iter();
        let version = |entry: OpenEntry| {
            let DirectoryRow { entry_id, version, document, .. } = entry.row;
            EntryVersion { entry_id, version, document }
        };
        Ok(entries.map(version).collect())
    }

    /// The oldest time after this one at which a service was gone whose contacts still stand somewhere.
    pub async fn oldest_gone_after(&self, after: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        self.oldest(OLDEST_CONTACTS, after).await
    }

    /// Leaves nothing of erased rows behind in the database's own files: SQLite overwrites what it deletes, and
    /// here takes the old pages out of its log. PostgreSQL keeps dead rows until its vacuum; what is sealed in
    /// them opens with no key.
    pub async fn settle_files(&self) -> Result<(), StoreError> {
        self.truncate_logs().await
    }
}

impl Tx {
    /// Erases this of a case's referrals that ended before this time.
    pub async fn erase_of_ended(&mut self, kept: OfEnded, case: CaseId, before: Timestamp) -> Result<u64, StoreError> {
        Ok(in_tx!(self, |c| sqlx::query(kept.statements().2)
            .bind(before.microseconds())
            .bind(case.to_string())
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?)
    }

    /// Puts these records in the place of a project's month, in their order.
    pub async fn replace_demands(
        &mut self,
        project: ProjectId,
        month: Month,
        demands: &[Demand],
    ) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(ERASE_DEMANDS)
            .bind(project.to_string())
            .bind(month.to_string())
            .execute(c)
            .await
            .map(drop))?;
        for (position, demand) in (1..).zip(demands) {
            self.insert_demand_at(demand, position).await?;
        }
        Ok(())
    }

    /// Erases a batch of rows that are due before this time; none are left when fewer than a batch went.
    pub async fn erase_passing(&mut self, passing: Passing, before: Timestamp) -> Result<(u64, bool), StoreError> {
        let erased = in_tx!(self, |c| sqlx::query(passing.statements().erase)
            .bind(before.microseconds())
            .bind(BATCH)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok((erased, erased < BATCH.unsigned_abs()))
    }

    /// Writes a version of an entry anew. Only for taking out what may no longer be kept.
    pub async fn rewrite_document(&mut self, entry: &EntryVersion) -> Result<(), StoreError> {
        let organizations = [(contacts_of(&entry.document), None)];
        let keys = self.keys.fetch_or_make(&organizations).await?;
        let (document, contacts) = seal_document(&self.keys, &keys, entry.version, &entry.document)?;
        in_tx!(self, |c| sqlx::query(REWRITE_DOCUMENT)
            .bind(&entry.entry_id)
            .bind(entry.version)
            .bind(&document)
            .bind(&contacts)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }
}
