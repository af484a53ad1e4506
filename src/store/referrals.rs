//! Referrals and their timelines.

use super::keys::KeyStore;
use super::reach::{
    in_reached_project, in_reaching_project, of_own_case, open_to_recipient, receiving, within, within_confinement,
};
use super::row::{Table, optional_text, optional_time};
use super::sealed::SealedAt;
use super::{Store, StoreError, Tx, in_tx, read, statements};
use crate::domain::clocks::Deadlines;
use crate::domain::consent::Consent;
use crate::domain::disclosure::Offer;
use crate::domain::erasure::ErasureUnit;
use crate::domain::id::{CaseId, ConsentId, OrganizationId, ProjectId, ReferralId, RoundId};
use crate::domain::referral::{Referral, TimelineEntry};
use crate::domain::scope::Scope;
use crate::domain::time::Timestamp;

const TABLE: Table = Table("referrals");

/// Sent by the scope's project or unit where the scope covers all teams, or for a case of the own teams.
macro_rules! sent {
    ($project:literal, $unit:literal, $account:literal, $covers:literal) => {
        concat!(
            in_reaching_project!($project, $unit, $account),
            " AND ((CAST(",
            $covers,
            " AS BOOLEAN) AND ",
            in_reached_project!($project, $unit),
            ") OR ",
            of_own_case!($project, $account),
            ")"
        )
    };
}

macro_rules! columns {
    () => {
        concat!(
            "id, version, kind, chain_id, reroute_of, follows, case_id, project_id, (SELECT c.team_id FROM cases c WHERE c.id = case_id) AS team_id, sender_id, recipient_id, service_id, ",
            "location_id, need, urgency, needed_by, consent_id, status, status_at, requested_at, channel, service_started_at, decline_code, outcome_code, expected_wait_days, handover_mode, deadlines, sealed, round_id "
        )
    };
}

macro_rules! select_referrals {
    ($($condition:expr),+) => {
        concat!(
            "SELECT ",
            columns!(),
            // Of a case that is being erased nothing is shown any more.
            "FROM referrals WHERE case_id NOT IN (SELECT e.id FROM cases e WHERE e.erasing_at IS NOT NULL) AND ",
            $($condition),+
        )
    };
}

/// A page of the referrals of those who sent them, of which a further condition holds.
macro_rules! select_sent {
    ($condition:literal) => {
        select_referrals!(
            sent!("$1", "$6", "$7", "$8"),
            $condition,
            " AND (CAST($2 AS BOOLEAN) IS NULL OR is_open = $2) \
             AND (CAST($3 AS TEXT) IS NULL OR (created_at, id) < (SELECT r.created_at, r.id FROM referrals r WHERE r.id = $3 AND ",
            sent!("$1", "$6", "$7", "$8"),
            ")) AND (CAST($5 AS TEXT) IS NULL OR (case_id = $5 AND ",
            of_own_case!("$1", "$7"),
            ")) ORDER BY created_at DESC, id DESC LIMIT $4"
        )
    };
}

// A draft is nothing to its recipient. Lists are walked by keys that never change after they are
// written, so that a page stays right while referrals move. A cursor that names somebody else's
// referral is at no place of the list, like one that names none.
statements! {
    FIND = select_referrals!(
        "id = $8 AND ((",
        sent!("$1", "$2", "$3", "$4"),
        ") OR (recipient_id = $5 AND channel = 'electronic' AND ",
        open_to_recipient!("case_id", "recipient_id"),
        " AND ",
        within_confinement!("$6", "$7", of "service_id", "id", "case_id"),
        "))"
    );
    LIST_RECEIVED = select_referrals!(
        "recipient_id = $1 AND channel = 'electronic' AND ",
        open_to_recipient!("case_id", "recipient_id"),
        " AND ",
        within_confinement!("$2", "$3", of "service_id", "id", "case_id"),
        // Who came by a link finds what is open: a mailbox is no archive.
        " AND (CAST($2 AS TEXT) IS NULL OR is_open) AND (CAST($4 AS BOOLEAN) IS NULL OR is_open = $4) \
         AND (CAST($5 AS TEXT) IS NULL OR (requested_at, id) < (SELECT r.requested_at, r.id FROM referrals r WHERE r.id = $5 AND r.recipient_id = $1 AND r.channel = 'electronic' AND ",
        open_to_recipient!("r.case_id", "r.recipient_id"),
        " AND ",
        within_confinement!("$2", "$3", of "r.service_id", "r.id", "r.case_id"),
        ")) ORDER BY requested_at DESC, id DESC LIMIT $6"
    );
    LIST_SENT = select_sent!("");
    // The projects once more, so that the index of open referrals serves: of past ones there may be a hundred thousand.
    LIST_SENT_TO_ENDING = select_sent!(
        " AND is_open AND requested_at IS NOT NULL AND project_id IN (SELECT CAST($1 AS TEXT) UNION ALL \
         SELECT p.id FROM projects p WHERE p.organization_id = $6 UNION ALL SELECT k.project_id FROM custodies k \
         JOIN team_members h ON h.team_id = k.to_team_id WHERE h.account_id = $7) AND EXISTS (SELECT 1 FROM directory_documents d \
         WHERE d.entry_id = service_id AND d.is_current AND (d.is_ending OR d.is_gone))"
    );
    INSERT = "INSERT INTO referrals (id, version, case_id, project_id, sender_id, recipient_id, service_id, location_id, need, \
        urgency, needed_by, consent_id, status, status_at, is_open, created_at, requested_at, channel, service_started_at, \
        decline_code, outcome_code, sealed, kind, chain_id, reroute_of, follows) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, true, $14, NULL, NULL, NULL, NULL, NULL, $15, \
        $16, $17, $18, $19)";
    LIST_LEFT_OPEN = select_referrals!(
        "is_open AND requested_at IS NOT NULL AND project_id = $1 AND EXISTS (SELECT 1 FROM cases c JOIN teams o ON o.id = c.team_id \
         WHERE c.id = case_id AND o.project_id = $1) \
         AND EXISTS (SELECT 1 FROM projects p WHERE p.id = $1 AND p.status <> 'active') ORDER BY urgency, requested_at, id LIMIT $2"
    );
    FIND_LEFT_OPEN = select_referrals!(
        "id = $1 AND is_open AND requested_at IS NOT NULL AND EXISTS (SELECT 1 FROM cases c JOIN teams o ON o.id = c.team_id \
         JOIN projects p ON p.id = o.project_id WHERE c.id = case_id AND p.id = referrals.project_id AND p.status <> 'active')"
    );
    LIST_RECIPIENTS_OF_CHAIN = "SELECT DISTINCT recipient_id FROM referrals WHERE chain_id = $1 AND requested_at IS NOT NULL";
    LOCK_OPEN_OF_CONSENT = concat!(
        "UPDATE referrals SET version = version WHERE consent_id = $1 AND is_open RETURNING ",
        columns!()
    );
    LOCK_OPEN_RENEWED = concat!(
        "UPDATE referrals SET version = version WHERE case_id = $1 AND recipient_id = $2 AND is_open AND requested_at IS NOT NULL \
         AND consent_id <> $3 AND consent_id IN (SELECT c.id FROM consents c WHERE c.case_id = $1 AND c.withdrawn_at IS NULL AND c.expires_at <= $4 \
         AND c.basis NOT IN ('vital_interest', 'legal_duty')) RETURNING ",
        columns!()
    );
    LOCK = concat!(
        "UPDATE referrals SET version = version WHERE id = $1 AND case_id NOT IN (SELECT e.id FROM cases e WHERE e.erasing_at IS NOT NULL) RETURNING ",
        columns!()
    );
    LOCK_UNDECIDED_OF_ROUND = concat!(
        "UPDATE referrals SET version = version WHERE round_id = $1 AND id <> $2 \
         AND status IN ('requested', 'acknowledged', 'clarifying', 'waitlisted') RETURNING ",
        columns!()
    );
    LIST_ROUND = select_referrals!("round_id = $1 AND ", sent!("$2", "$3", "$4", "$5"), " ORDER BY id");
    UPDATE = "UPDATE referrals SET version = $2, status = $3, status_at = $4, is_open = $5, requested_at = $6, \
        service_started_at = $7, decline_code = $8, outcome_code = $9, sealed = $10, needed_by = $11, channel = $12, urgency = $13, \
        expected_wait_days = $14, handover_mode = $15, deadlines = $16 \
        WHERE id = $1 AND version = $2 - 1";
    MOVE = "UPDATE referrals SET version = $2, consent_id = $3, sealed = $4 WHERE id = $1 AND version = $2 - 1";
}

/// Which referrals of a list, and from where on.
#[derive(Clone, Copy, Debug)]
pub struct Selection {
    /// Only open ones, only ended ones, or both.
    pub open: Option<bool>,
    /// Only those of one case; for lists of sent referrals.
    pub case_id: Option<CaseId>,
    /// Only open ones to services that take nobody any more, or have announced from when on; for lists of sent referrals.
    pub to_ending_services: bool,
    /// Only those behind this one in the list's order.
    pub after: Option<ReferralId>,
    /// At most this many.
    pub limit: i64,
}

#[derive(sqlx::FromRow)]
struct ReferralRow {
    id: String,
    version: i64,
    kind: String,
    chain_id: String,
    reroute_of: Option<String>,
    follows: Option<String>,
    case_id: String,
    project_id: String,
    team_id: String,
    sender_id: String,
    recipient_id: String,
    service_id: String,
    location_id: Option<String>,
    need: String,
    urgency: String,
    needed_by: Option<i64>,
    consent_id: String,
    status: String,
    status_at: i64,
    requested_at: Option<i64>,
    channel: Option<String>,
    service_started_at: Option<i64>,
    decline_code: Option<String>,
    outcome_code: Option<String>,
    expected_wait_days: Option<i64>,
    handover_mode: Option<String>,
    deadlines: Option<String>,
    sealed: String,
    round_id: Option<String>,
}

impl ReferralRow {
    fn into_referral(self, offer: Offer) -> Result<Referral, StoreError> {
        Ok(Referral {
            id: TABLE.id(&self.id)?,
            version: self.version,
            kind: TABLE.code(&self.kind)?,
            chain_id: TABLE.id(&self.chain_id)?,
            reroute_of: TABLE.optional_id(self.reroute_of.as_deref())?,
            follows: TABLE.optional_id(self.follows.as_deref())?,
            round_id: TABLE.optional_id(self.round_id.as_deref())?,
            case_id: TABLE.id(&self.case_id)?,
            project_id: TABLE.id(&self.project_id)?,
            team_id: TABLE.id(&self.team_id)?,
            sender_id: TABLE.id(&self.sender_id)?,
            recipient_id: TABLE.id(&self.recipient_id)?,
            service_id: TABLE.id(&self.service_id)?,
            location_id: TABLE.optional_id(self.location_id.as_deref())?,
            need: TABLE.code(&self.need)?,
            urgency: TABLE.code(&self.urgency)?,
            needed_by: optional_time(self.needed_by),
            consent_id: TABLE.id(&self.consent_id)?,
            status: TABLE.code(&self.status)?,
            status_at: Timestamp::from_microseconds(self.status_at),
            requested_at: optional_time(self.requested_at),
            channel: TABLE.optional_code(self.channel.as_deref())?,
            deadlines: deadlines(self.deadlines.as_deref())?,
            service_started_at: optional_time(self.service_started_at),
            decline_code: TABLE.optional_code(self.decline_code.as_deref())?,
            outcome_code: TABLE.optional_code(self.outcome_code.as_deref())?,
            expected_wait_days: self.expected_wait_days,
            handover_mode: TABLE.optional_code(self.handover_mode.as_deref())?,
            offer,
        })
    }
}

fn deadlines(text: Option<&str>) -> Result<Option<Deadlines>, StoreError> {
    text.map(|text| serde_json::from_str(text).map_err(|_| TABLE.corrupt("deadlines"))).transpose()
}

/// Where the offer of a referral stands.
fn sealed_at(row: &str, id: ReferralId, project: ProjectId) -> SealedAt<'_> {
    SealedAt { table: "referrals", column: "sealed", row, unit: ErasureUnit::Referral(id), project: Some(project) }
}

/// The referrals of rows, their keys fetched at once. One that was erased stays a referral, and its offer tells
/// nothing any more.
async fn open_referrals(
    keys: &KeyStore,
    rows: impl IntoIterator<Item = ReferralRow>,
) -> Result<Vec<Referral>, StoreError> {
    let with_ids = rows.into_iter().map(|row| Ok((TABLE.id(&row.id)?, row)));
    let rows: Vec<(ReferralId, ReferralRow)> = with_ids.collect::<Result<_, StoreError>>()?;
    let opened = keys.fetch(rows.iter().map(|(id, _)| ErasureUnit::Referral(*id))).await?;
    let mut referrals = Vec::with_capacity(rows.len());
    for (id, row) in rows {
        let at = sealed_at(&row.id, id, TABLE.id(&row.project_id)?);
        let told = opened.open(at, &row.sealed)?;
        referrals.push(row.into_referral(told.map_or_else(Offer::default, |told| Offer { told }))?);
    }
    Ok(referrals)
}

async fn open_referral(keys: &KeyStore, row: Option<ReferralRow>) -> Result<Option<Referral>, StoreError> {
    Ok(open_referrals(keys, row).await?.pop())
}

impl Store {
    /// A referral within reach, sent by the scope's project or received by its organisation.
    pub async fn find_referral(&self, scope: &Scope, id: ReferralId) -> Result<Option<Referral>, StoreError> {
        let row: Option<ReferralRow> = read!(self, |pool| receiving!(within!(sqlx::query_as(FIND), scope), scope)
            .bind(id.to_string())
            .fetch_optional(pool)
            .await)?;
        open_referral(&self.keys, row).await
    }

    /// Referrals received by the scope's organisation, last sent first.
    pub async fn list_received_referrals(
        &self,
        scope: &Scope,
        selection: Selection,
    ) -> Result<Vec<Referral>, StoreError> {
        let rows: Vec<ReferralRow> = read!(self, |pool| receiving!(sqlx::query_as(LIST_RECEIVED), scope)
            .bind(selection.open)
            .bind(optional_text(selection.after))
            .bind(selection.limit)
            .fetch_all(pool)
            .await)?;
        open_referrals(&self.keys, rows).await
    }

    /// Referrals made by the scope's project, last made first.
    pub async fn list_sent_referrals(&self, scope: &Scope, selection: Selection) -> Result<Vec<Referral>, StoreError> {
        let sql = if selection.to_ending_services { LIST_SENT_TO_ENDING } else { LIST_SENT };
        let rows: Vec<ReferralRow> = read!(self, |pool| sqlx::query_as(sql)
            .bind(optional_text(scope.project))
            .bind(selection.open)
            .bind(optional_text(selection.after))
            .bind(selection.limit)
            .bind(optional_text(selection.case_id))
            .bind(optional_text(scope.unit))
            .bind(optional_text(scope.account))
            .bind(scope.covers_all_teams)
            .fetch_all(pool)
            .await)?;
        open_referrals(&self.keys, rows).await
    }

    /// The referrals of a round within reach of those who sent it.
    pub async fn list_round(&self, scope: &Scope, round: RoundId) -> Result<Vec<Referral>, StoreError> {
        let rows: Vec<ReferralRow> = read!(self, |pool| sqlx::query_as(LIST_ROUND)
            .bind(round.to_string())
            .bind(optional_text(scope.project))
            .bind(optional_text(scope.unit))
            .bind(optional_text(scope.account))
            .bind(scope.covers_all_teams)
            .fetch_all(pool)
            .await)?;
        open_referrals(&self.keys, rows).await
    }

    /// What a project that does not work left open with recipients, its own teams' cases only; nothing while it
    /// works. The caller has found the project, and the desk or the lead of it, for the viewer.
    pub async fn list_left_open(&self, project: ProjectId, limit: i64) -> Result<Vec<Referral>, StoreError> {
        let rows: Vec<ReferralRow> = read!(self, |pool| sqlx::query_as(LIST_LEFT_OPEN)
            .bind(project.to_string())
            .bind(limit)
            .fetch_all(pool)
            .await)?;
        open_referrals(&self.keys, rows).await
    }
}

impl Tx {
    /// A referral within reach, as it stands in this transaction.
    pub async fn find_referral(&mut self, scope: &Scope, id: ReferralId) -> Result<Option<Referral>, StoreError> {
        let row: Option<ReferralRow> = in_tx!(self, |c| receiving!(within!(sqlx::query_as(FIND), scope), scope)
            .bind(id.to_string())
            .fetch_optional(c)
            .await)?;
        open_referral(&self.keys, row).await
    }

    /// A referral that a project which does not work left open; who may take it over is for the caller to
    /// say, by the project's desk.
    pub async fn find_left_open(&mut self, id: ReferralId) -> Result<Option<Referral>, StoreError> {
        let row: Option<ReferralRow> =
            in_tx!(self, |c| sqlx::query_as(FIND_LEFT_OPEN).bind(id.to_string()).fetch_optional(c).await)?;
        open_referral(&self.keys, row).await
    }

    /// Whom a chain has asked already; the caller has found a referral of it within its scope.
    pub async fn list_recipients_of_chain(&mut self, chain: ReferralId) -> Result<Vec<OrganizationId>, StoreError> {
        let rows: Vec<String> =
            in_tx!(self, |c| sqlx::query_scalar(LIST_RECIPIENTS_OF_CHAIN).bind(chain.to_string()).fetch_all(c).await)?;
        rows.iter().map(|id| TABLE.id(id)).collect()
    }

    /// A referral that the caller may act on already, or that a clock is about, locked until the commit, so that no other
    /// act comes between; nothing of a case that is being erased.
    pub async fn lock_referral(&mut self, id: ReferralId) -> Result<Option<Referral>, StoreError> {
        let row: Option<ReferralRow> =
            in_tx!(self, |c| sqlx::query_as(LOCK).bind(id.to_string()).fetch_optional(c).await)?;
        open_referral(&self.keys, row).await
    }

    /// The open referrals on a consent that the caller has locked, each locked until the commit as well, so
    /// that no answer comes between reading and ending them.
    pub async fn lock_open_referrals_on(&mut self, consent: ConsentId) -> Result<Vec<Referral>, StoreError> {
        let rows: Vec<ReferralRow> =
            in_tx!(self, |c| sqlx::query_as(LOCK_OPEN_OF_CONSENT).bind(consent.to_string()).fetch_all(c).await)?;
        open_referrals(&self.keys, rows).await
    }

    /// The open referrals of a case to a recipient that rest on another consent than this one, which has lapsed or will
    /// before this time, each locked until the commit.
    pub async fn lock_open_referrals_renewed_by(
        &mut self,
        consent: &Consent,
        lapsing_by: Timestamp,
    ) -> Result<Vec<Referral>, StoreError> {
        let rows: Vec<ReferralRow> = in_tx!(self, |c| sqlx::query_as(LOCK_OPEN_RENEWED)
            .bind(consent.case_id.to_string())
            .bind(consent.recipient_id.to_string())
            .bind(consent.id.to_string())
            .bind(lapsing_by.microseconds())
            .fetch_all(c)
            .await)?;
        open_referrals(&self.keys, rows).await
    }

    /// The other referrals of a round that the caller has locked which are still undecided, each locked until the
    /// commit as well: a withdrawal comes before or after, and never between.
    pub async fn lock_undecided_of_round(
        &mut self,
        round: RoundId,
        winner: ReferralId,
    ) -> Result<Vec<Referral>, StoreError> {
        let rows: Vec<ReferralRow> = in_tx!(self, |c| sqlx::query_as(LOCK_UNDECIDED_OF_ROUND)
            .bind(round.to_string())
            .bind(winner.to_string())
            .fetch_all(c)
            .await)?;
        open_referrals(&self.keys, rows).await
    }

    /// Writes a new draft with the first line of its timeline.
    pub async fn insert_referral(&mut self, referral: &Referral, first: &TimelineEntry) -> Result<(), StoreError> {
        let sealed = self.seal_offer(referral).await?;
        in_tx!(self, |c| sqlx::query(INSERT)
            .bind(referral.id.to_string())
            .bind(referral.version)
            .bind(referral.case_id.to_string())
            .bind(referral.project_id.to_string())
            .bind(referral.sender_id.to_string())
            .bind(referral.recipient_id.to_string())
            .bind(referral.service_id.to_string())
            .bind(optional_text(referral.location_id))
            .bind(referral.need.to_string())
            .bind(referral.urgency.to_string())
            .bind(referral.needed_by.map(Timestamp::microseconds))
            .bind(referral.consent_id.to_string())
            .bind(referral.status.to_string())
            .bind(referral.status_at.microseconds())
            .bind(&sealed)
            .bind(referral.kind.to_string())
            .bind(referral.chain_id.to_string())
            .bind(optional_text(referral.reroute_of))
            .bind(optional_text(referral.follows))
            .execute(c)
            .await
            .map(drop))?;
        self.insert_event(first).await
    }

    /// Writes a referral that was changed once since it was read, with the line of its timeline.
    /// [`StoreError::Stale`] when somebody else changed it first.
    pub async fn update_referral(&mut self, referral: &Referral, entry: &TimelineEntry) -> Result<(), StoreError> {
        let sealed = self.seal_offer(referral).await?;
        let changed = in_tx!(self, |c| sqlx::query(UPDATE)
            .bind(referral.id.to_string())
            .bind(referral.version)
            .bind(referral.status.to_string())
            .bind(referral.status_at.microseconds())
            .bind(!referral.status.is_terminal())
            .bind(referral.requested_at.map(Timestamp::microseconds))
            .bind(referral.service_started_at.map(Timestamp::microseconds))
            .bind(optional_text(referral.decline_code))
            .bind(optional_text(referral.outcome_code))
            .bind(&sealed)
            .bind(referral.needed_by.map(Timestamp::microseconds))
            .bind(optional_text(referral.channel))
            .bind(referral.urgency.to_string())
            .bind(referral.expected_wait_days)
            .bind(optional_text(referral.handover_mode))
            .bind(
                referral.deadlines.as_ref().map(|deadlines| serde_json::to_string(deadlines).expect("times are JSON"))
            )
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        if changed == 0 {
            return Err(StoreError::Stale);
        }
        self.insert_event(entry).await
    }

    /// Writes a referral that rests on another consent than when it was locked.
    pub async fn move_referral(&mut self, referral: &Referral) -> Result<(), StoreError> {
        let sealed = self.seal_offer(referral).await?;
        let moved = in_tx!(self, |c| sqlx::query(MOVE)
            .bind(referral.id.to_string())
            .bind(referral.version)
            .bind(referral.consent_id.to_string())
            .bind(&sealed)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        if moved == 0 { Err(StoreError::Stale) } else { Ok(()) }
    }

    /// The offer, sealed; nothing of one that was erased.
    async fn seal_offer(&mut self, referral: &Referral) -> Result<String, StoreError> {
        let id = referral.id.to_string();
        match self.seal(sealed_at(&id, referral.id, referral.project_id), &referral.offer.told).await {
            Err(StoreError::Erased) => Ok(String::new()),
            sealed => sealed,
        }
    }
}
