//! Offers of partners, and which team answers for a service.

use super::keys::KeyStore;
use super::reach::{between_partner_and_project, not_revoked_by, of_reached_team, receiving, within};
use super::row::{Table, optional_text, optional_time};
use super::sealed::SealedAt;
use super::{Store, StoreError, Tx, in_tx, read, statements};
use crate::domain::disclosure::Offer;
use crate::domain::erasure::ErasureUnit;
use crate::domain::id::{OrganizationId, PartnerOfferId, ProjectId, ServiceId};
use crate::domain::partner_offer::{PartnerOffer, Reception};
use crate::domain::scope::Scope;
use crate::domain::sensitive::hidden_debug;
use crate::domain::time::Timestamp;
use std::collections::BTreeSet;

const TABLE: Table = Table("partner_offers");

macro_rules! columns {
    () => {
        "id, version, project_id, team_id, receiver_id, service_id, sender_id, sender_service_id, need, urgency, sealed, offered_at, \
         decide_by, expire_at, status, status_at, reminded_at, decline_code, outcome_code "
    };
}

macro_rules! select_offers {
    ($($condition:expr),+) => {
        concat!("SELECT ", columns!(), "FROM partner_offers WHERE ", $($condition),+)
    };
}

/// Answered by a team of the scope's account, or in a project that the scope covers whole.
macro_rules! received {
    () => {
        of_reached_team!("$1", "$2", "$3", "$4")
    };
}

/// Made by an organisation, or from the mailbox of one of its services.
macro_rules! made {
    ($organization:literal, $service:literal, $referral:literal) => {
        between_partner_and_project!($organization, $service, $referral, of "sender_id", "sender_service_id")
    };
}

/// A page of the offers under a condition: open or ended ones or both, behind a cursor.
macro_rules! page_of {
    ($condition:expr, $open:literal, $after:literal, $limit:literal) => {
        select_offers!(
            $condition,
            concat!(" AND (CAST(", $open, " AS BOOLEAN) IS NULL OR is_open = ", $open),
            concat!(") AND (CAST(", $after, " AS TEXT) IS NULL OR (offered_at, id) < (SELECT k.offered_at, k.id "),
            concat!("FROM partner_offers k WHERE k.id = ", $after, " AND "),
            $condition,
            concat!(")) ORDER BY offered_at DESC, id DESC LIMIT ", $limit)
        )
    };
}

// A cursor that names somebody else's offer is at no place of the list, like one that names none.
statements! {
    FIND = select_offers!("id = $8 AND (", received!(), " OR ", made!("$5", "$6", "$7"), ")");
    LIST_RECEIVED = page_of!(received!(), "$5", "$6", "$7");
    LIST_MADE = page_of!(made!("$1", "$2", "$3"), "$4", "$5", "$6");
    LOCK = concat!("UPDATE partner_offers SET version = version WHERE id = $1 RETURNING ", columns!());
    LOCK_WAITING_OF = concat!(
        "UPDATE partner_offers SET version = version WHERE sender_id = $1 AND project_id = $2 AND status = 'offered' RETURNING ",
        columns!()
    );
    INSERT = "INSERT INTO partner_offers (id, version, project_id, team_id, receiver_id, service_id, sender_id, sender_service_id, need, \
        urgency, sealed, offered_at, decide_by, expire_at, status, status_at, is_open, asked) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $12, true, $16) ON CONFLICT (id) DO NOTHING";
    LIST_OPEN = "SELECT id FROM partner_offers WHERE is_open = true ORDER BY id";
    FIND_ASKED = "SELECT asked FROM partner_offers WHERE id = $1";
    END_ERASED = "UPDATE partner_offers SET version = version + 1, status = 'expired', status_at = $2, ended_at = $2, is_open = false, sealed = '', asked = '' \
        WHERE id = $1 AND is_open";
    UPDATE = "UPDATE partner_offers SET version = $2, status = $3, status_at = $4, is_open = $5, ended_at = $6, reminded_at = $7, \
        decline_code = $8, outcome_code = $9, sealed = CASE WHEN CAST($5 AS BOOLEAN) THEN sealed ELSE '' END, \
        asked = CASE WHEN CAST($5 AS BOOLEAN) THEN asked ELSE '' END WHERE id = $1 AND version = $2 - 1";
    COUNT_OF = "SELECT count(CASE WHEN status = 'offered' THEN 1 END), count(CASE WHEN offered_at > $3 THEN 1 END) FROM partner_offers \
        WHERE sender_id = $1 AND project_id = $2";
    // Open to an organisation $1, of which somebody may be confined to a service $2 or a referral $3.
    LIST_RECEPTIONS = concat!(
        "SELECT service_id, project_id, team_id, opened_at FROM service_receptions WHERE CAST($3 AS TEXT) IS NULL AND EXISTS \
         (SELECT 1 FROM projects w WHERE w.id = project_id AND w.status = 'active' AND w.organization_id <> $1 AND (CAST($2 AS TEXT) IS NULL OR w.risk_profile <> 'severe') AND ",
        not_revoked_by!("w.id", "$1"),
        ") ORDER BY service_id"
    );
    FIND_RECEPTION = "SELECT service_id, project_id, team_id, opened_at FROM service_receptions WHERE service_id = $1";
    SAVE_RECEPTION = "INSERT INTO service_receptions (service_id, project_id, team_id, opened_at) VALUES ($1, $2, $3, $4) \
        ON CONFLICT (service_id) DO UPDATE SET project_id = excluded.project_id, team_id = excluded.team_id, opened_at = excluded.opened_at";
    DELETE_RECEPTION = "DELETE FROM service_receptions WHERE service_id = $1";
}

/// Which offers of a list, and from where on.
#[derive(Clone, Copy)]
pub struct OfferSelection {
    /// Those that the scope's teams answer, instead of those that its organisation has made.
    pub received: bool,
    /// Only open ones, only ended ones, or both.
    pub open: Option<bool>,
    /// Only those behind this one.
    pub after: Option<PartnerOfferId>,
    /// At most this many.
    pub limit: i64,
}

hidden_debug!(OfferSelection);

#[derive(sqlx::FromRow)]
struct OfferRow {
    id: String,
    version: i64,
    project_id: String,
    team_id: String,
    receiver_id: String,
    service_id: String,
    sender_id: String,
    sender_service_id: Option<String>,
    need: String,
    urgency: String,
    sealed: String,
    offered_at: i64,
    decide_by: i64,
    expire_at: i64,
    status: String,
    status_at: i64,
    reminded_at: Option<i64>,
    decline_code: Option<String>,
    outcome_code: Option<String>,
}

impl OfferRow {
    fn into_offer(self, offer: Offer) -> Result<PartnerOffer, StoreError> {
        Ok(PartnerOffer {
            id: TABLE.id(&self.id)?,
            version: self.version,
            project_id: TABLE.id(&self.project_id)?,
            team_id: TABLE.id(&self.team_id)?,
            receiver_id: TABLE.id(&self.receiver_id)?,
            service_id: TABLE.id(&self.service_id)?,
            sender_id: TABLE.id(&self.sender_id)?,
            sender_service_id: TABLE.optional_id(self.sender_service_id.as_deref())?,
            need: TABLE.code(&self.need)?,
            urgency: TABLE.code(&self.urgency)?,
            offer,
            offered_at: Timestamp::from_microseconds(self.offered_at),
            decide_by: Timestamp::from_microseconds(self.decide_by),
            expire_at: Timestamp::from_microseconds(self.expire_at),
            status: TABLE.code(&self.status)?,
            status_at: Timestamp::from_microseconds(self.status_at),
            reminded_at: optional_time(self.reminded_at),
            decline_code: TABLE.optional_code(self.decline_code.as_deref())?,
            outcome_code: TABLE.optional_code(self.outcome_code.as_deref())?,
        })
    }
}

fn sealed_at(row: &str, id: PartnerOfferId, project: ProjectId) -> SealedAt<'_> {
    SealedAt {
        table: "partner_offers",
        column: "sealed",
        row,
        unit: ErasureUnit::PartnerOffer(id),
        project: Some(project),
    }
}

/// The offers of rows, their keys fetched at once. One that was erased tells nothing of the person any more.
async fn open_offers(
    keys: &KeyStore,
    rows: impl IntoIterator<Item = OfferRow>,
) -> Result<Vec<PartnerOffer>, StoreError> {
    let with_ids = rows.into_iter().map(|row| Ok((TABLE.id(&row.id)?, row)));
    let rows: Vec<(PartnerOfferId, OfferRow)> = with_ids.collect::<Result<_, StoreError>>()?;
    let opened = keys.fetch(rows.iter().map(|(id, _)| ErasureUnit::PartnerOffer(*id))).await?;
    let mut offers = Vec::with_capacity(rows.len());
    for (id, row) in rows {
        let told = opened.open(sealed_at(&row.id, id, TABLE.id(&row.project_id)?), &row.sealed)?;
        offers.push(row.into_offer(told.map_or_else(Offer::default, |told| Offer { told }))?);
    }
    Ok(offers)
}

#[derive(sqlx::FromRow)]
struct ReceptionRow {
    service_id: String,
    project_id: String,
    team_id: String,
    opened_at: i64,
}

impl ReceptionRow {
    fn into_reception(self) -> Result<Reception, StoreError> {
        const TABLE: Table = Table("service_receptions");
        Ok(Reception {
            service_id: TABLE.id(&self.service_id)?,
            project_id: TABLE.id(&self.project_id)?,
            team_id: TABLE.id(&self.team_id)?,
            opened_at: Timestamp::from_microseconds(self.opened_at),
        })
    }
}

impl Store {
    /// An offer within reach, made or received.
    pub async fn find_partner_offer(
        &self,
        scope: &Scope,
        id: PartnerOfferId,
    ) -> Result<Option<PartnerOffer>, StoreError> {
        let row: Option<OfferRow> = read!(self, |pool| receiving!(within!(sqlx::query_as(FIND), scope), scope)
            .bind(id.to_string())
            .fetch_optional(pool)
            .await)?;
        Ok(open_offers(&self.keys, row).await?.pop())
    }

    /// Offers within reach, last made first.
    pub async fn list_partner_offers(
        &self,
        scope: &Scope,
        selection: OfferSelection,
    ) -> Result<Vec<PartnerOffer>, StoreError> {
        let rows: Vec<OfferRow> = read!(self, |pool| {
            let list = if selection.received {
                within!(sqlx::query_as(LIST_RECEIVED), scope)
            } else {
                receiving!(sqlx::query_as(LIST_MADE), scope)
            };
            let list = list.bind(selection.open).bind(optional_text(selection.after)).bind(selection.limit);
            list.fetch_all(pool).await
        })?;
        open_offers(&self.keys, rows).await
    }

    /// Every open offer, whoever's, by its id.
    pub(super) async fn list_open_offers(&self) -> Result<BTreeSet<PartnerOfferId>, StoreError> {
        let ids: Vec<String> = read!(self, |pool| sqlx::query_scalar(LIST_OPEN).fetch_all(pool).await)?;
        ids.iter().map(|id| TABLE.id(id)).collect()
    }

    /// The receptions of projects at work that are open to the scope's organisation, by service.
    pub async fn list_receptions(&self, scope: &Scope) -> Result<Vec<Reception>, StoreError> {
        let rows: Vec<ReceptionRow> =
            read!(self, |pool| receiving!(sqlx::query_as(LIST_RECEPTIONS), scope).fetch_all(pool).await)?;
        rows.into_iter().map(ReceptionRow::into_reception).collect()
    }
}

impl Tx {
    /// An offer within reach, as it stands in this transaction.
    pub async fn find_partner_offer(
        &mut self,
        scope: &Scope,
        id: PartnerOfferId,
    ) -> Result<Option<PartnerOffer>, StoreError> {
        let row: Option<OfferRow> = in_tx!(self, |c| receiving!(within!(sqlx::query_as(FIND), scope), scope)
            .bind(id.to_string())
            .fetch_optional(c)
            .await)?;
        Ok(open_offers(&self.keys, row).await?.pop())
    }

    /// An offer, locked until the commit, for what is done by itself.
    pub async fn lock_partner_offer(&mut self, id: PartnerOfferId) -> Result<Option<PartnerOffer>, StoreError> {
        let row: Option<OfferRow> =
            in_tx!(self, |c| sqlx::query_as(LOCK).bind(id.to_string()).fetch_optional(c).await)?;
        Ok(open_offers(&self.keys, row).await?.pop())
    }

    /// The offers of a partner that a project has not answered, locked until the commit.
    pub async fn lock_waiting_offers_of(
        &mut self,
        sender: OrganizationId,
        project: ProjectId,
    ) -> Result<Vec<PartnerOffer>, StoreError> {
        let (sender, project) = (sender.to_string(), project.to_string());
        let rows: Vec<OfferRow> =
            in_tx!(self, |c| sqlx::query_as(LOCK_WAITING_OF).bind(sender).bind(project).fetch_all(c).await)?;
        open_offers(&self.keys, rows).await
    }

    /// How many offers of a partner a project has not answered, and how many were made since then.
    pub async fn count_offers_of(
        &mut self,
        sender: OrganizationId,
        project: ProjectId,
        since: Timestamp,
    ) -> Result<(i64, i64), StoreError> {
        Ok(in_tx!(self, |c| sqlx::query_as(COUNT_OF)
            .bind(sender.to_string())
            .bind(project.to_string())
            .bind(since.microseconds())
            .fetch_one(c)
            .await)?)
    }

    /// The mark of what was asked by the call that made an offer, empty once it has ended; `None` where there is none of this id.
    pub async fn find_offer_asked(&mut self, id: PartnerOfferId) -> Result<Option<String>, StoreError> {
        Ok(in_tx!(self, |c| sqlx::query_scalar(FIND_ASKED).bind(id.to_string()).fetch_optional(c).await)?)
    }

    /// Ends an offer that came back with a restore after what it told was erased.
    pub(super) async fn end_erased_offer(&mut self, id: PartnerOfferId, at: Timestamp) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(END_ERASED)
            .bind(id.to_string())
            .bind(at.microseconds())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Writes a new offer, with the mark of what was asked; false where there is one of this id.
    pub async fn insert_partner_offer(&mut self, offer: &PartnerOffer, asked: &str) -> Result<bool, StoreError> {
        let id = offer.id.to_string();
        let sealed = self.seal(sealed_at(&id, offer.id, offer.project_id), &offer.offer.told).await?;
        let inserted = in_tx!(self, |c| sqlx::query(INSERT)
            .bind(&id)
            .bind(offer.version)
            .bind(offer.project_id.to_string())
            .bind(offer.team_id.to_string())
            .bind(offer.receiver_id.to_string())
            .bind(offer.service_id.to_string())
            .bind(offer.sender_id.to_string())
            .bind(optional_text(offer.sender_service_id))
            .bind(offer.need.to_string())
            .bind(offer.urgency.to_string())
            .bind(&sealed)
            .bind(offer.offered_at.microseconds())
            .bind(offer.decide_by.microseconds())
            .bind(offer.expire_at.microseconds())
            .bind(offer.status.to_string())
            .bind(asked)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(inserted > 0)
    }

    /// Writes the next version of an offer; what it told of the person goes with its end. [`StoreError::Stale`] where
    /// somebody has written that version first.
    pub async fn update_partner_offer(&mut self, offer: &PartnerOffer) -> Result<(), StoreError> {
        let ended_at = (!offer.is_open()).then_some(offer.status_at.microseconds());
        let updated = in_tx!(self, |c| sqlx::query(UPDATE)
            .bind(offer.id.to_string())
            .bind(offer.version)
            .bind(offer.status.to_string())
            .bind(offer.status_at.microseconds())
            .bind(offer.is_open())
            .bind(ended_at)
            .bind(offer.reminded_at.map(Timestamp::microseconds))
            .bind(optional_text(offer.decline_code))
            .bind(optional_text(offer.outcome_code))
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        if updated == 1 { Ok(()) } else { Err(StoreError::Stale) }
    }

    /// Which team answers what partners offer to a service.
    pub async fn find_reception(&mut self, service: ServiceId) -> Result<Option<Reception>, StoreError> {
        let row: Option<ReceptionRow> =
            in_tx!(self, |c| sqlx::query_as(FIND_RECEPTION).bind(service.to_string()).fetch_optional(c).await)?;
        row.map(ReceptionRow::into_reception).transpose()
    }

    /// Has a team answer what partners offer to a service, instead of whichever did before.
    pub async fn save_reception(&mut self, reception: &Reception) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(SAVE_RECEPTION)
            .bind(reception.service_id.to_string())
            .bind(reception.project_id.to_string())
            .bind(reception.team_id.to_string())
            .bind(reception.opened_at.microseconds())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Has nobody answer what partners offer to a service any more.
    pub async fn delete_reception(&mut self, service: ServiceId) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(DELETE_RECEPTION).bind(service.to_string()).execute(c).await.map(drop))?;
        Ok(())
    }
}
