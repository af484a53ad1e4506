//! What is told to endpoints: queues under a lease, what stands in them, and what came of each attempt. The guard of a
//! claim stands twice, inside and outside its choice: without the outer one PostgreSQL lets two workers that chose the same
//! queue claim it both.

use super::reach::{not_revoked_by, open_to_recipient};
use super::row::{Table, optional_text, optional_time};
use super::{SealedAt, Store, StoreError, Tx, in_list, in_tx, read, statements};
use crate::domain::delivery::{Attempt, Delivery, DeliveryChannel, Lane, Queue, Sequel, Told};
use crate::domain::erasure::ErasureUnit;
use crate::domain::id::{OrganizationId, ProjectId, ReferralId, ServiceId};
use crate::domain::lifecycle::Status;
use crate::domain::referral::Referral;
use crate::domain::sensitive::Sensitive;
use crate::domain::time::Timestamp;
use crate::domain::webhook::WebhookDisabledReason;

const TABLE: Table = Table("deliveries");
const QUEUES: Table = Table("delivery_queues");

macro_rules! select_deliveries {
    ($rest:literal) => {
        concat!(
            "SELECT d.id, d.queue_id, d.kind, d.object, d.sequence, d.created_at, d.attempts, d.status, d.settled_at FROM deliveries d ",
            $rest
        )
    };
}

statements! {
    // Of what a project sends, the systems are told that somebody of the project has registered.
    LIST_WEBHOOKS = "SELECT id FROM delivery_queues WHERE channel = 'webhook' AND disabled_at IS NULL \
        AND organization_id IN ($1, $2) AND (organization_id = $2 OR project_id = $3) ORDER BY id";
    INSERT_QUEUE = "INSERT INTO delivery_queues (id, channel, organization_id, served_at, not_before, leased_until) \
        VALUES ($1, $2, $3, 0, 0, 0) ON CONFLICT (id) DO NOTHING";
    INSERT = "INSERT INTO deliveries (id, queue_id, kind, object, sequence, created_at, due_at, attempts, status) \
        SELECT CAST($1 AS TEXT), q.id, CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS BIGINT), CAST($6 AS BIGINT), CAST($6 AS BIGINT), 0, 'waiting' \
        FROM delivery_queues q WHERE q.id = $2 ON CONFLICT (id) DO NOTHING";
    // The endpoint that was served the longest ago of those that something waits for, among those that fail or those that do not.
    CLAIM = "UPDATE delivery_queues SET leased_until = $2, lease_owner = $3 WHERE id IN (SELECT q.id FROM delivery_queues q \
        WHERE q.channel = $4 AND (q.failing_since IS NOT NULL) = $5 AND q.leased_until <= $1 AND q.not_before <= $1 AND q.disabled_at IS NULL \
        AND EXISTS (SELECT 1 FROM deliveries d WHERE d.queue_id = q.id AND d.due_at <= $1) ORDER BY q.served_at, q.id LIMIT 1) \
        AND leased_until <= $1 RETURNING id, channel, organization_id, failing_since";
    RELEASE = "UPDATE delivery_queues SET leased_until = 0, lease_owner = NULL, served_at = $4, not_before = $5 \
        WHERE id = $1 AND lease_owner = $2 AND leased_until = $3";
    // Held before its deliveries are: everybody takes the queue first.
    LOCK = "UPDATE delivery_queues SET served_at = served_at WHERE id = $1 RETURNING failing_since";
    NOTE_TAKEN = "UPDATE delivery_queues SET failing_since = NULL WHERE id = $1 AND failing_since IS NOT NULL";
    NOTE_FAILED = "UPDATE delivery_queues SET failing_since = $2 WHERE id = $1 AND failing_since IS NULL";
    DISABLE = "UPDATE delivery_queues SET disabled_at = $2, disabled_reason = $3 WHERE id = $1 AND disabled_at IS NULL";
    LIST_DUE = select_deliveries!("WHERE d.queue_id = $1 AND d.due_at <= $2 ORDER BY d.due_at, d.created_at, d.sequence, d.id LIMIT $3");
    SETTLE = "UPDATE deliveries SET status = $2, due_at = $3, settled_at = $4, attempts = attempts + 1, \
        sealed_token = CASE WHEN CAST($4 AS BIGINT) IS NULL THEN sealed_token ELSE NULL END WHERE id = $1 AND due_at IS NOT NULL RETURNING attempts";
    INSERT_ATTEMPT = "INSERT INTO delivery_attempts (delivery_id, number, at, result, http_status, duration_milliseconds) \
        VALUES ($1, $2, $3, $4, $5, $6)";
    KEEP_TOKEN = "UPDATE deliveries SET sealed_token = $2 WHERE id = $1";
    FIND_TOKEN = "SELECT sealed_token FROM deliveries WHERE id = $1";
    HAS_LATER = "SELECT count(*) FROM deliveries WHERE queue_id = $1 AND object = $2 AND (due_at IS NOT NULL OR status = 'delivered') \
        AND ((sequence > $3 AND created_at >= $4) OR (sequence = $3 AND created_at > $4))";
    // What is erased by its age was told, or it would have been dropped long ago.
    COUNT_EARLIER = "SELECT count(*), count(CASE WHEN status = 'delivered' THEN 1 END) FROM deliveries \
        WHERE queue_id = $1 AND object = $2 AND id <> $3";
    PUT_OFF = "UPDATE deliveries SET due_at = $2 WHERE id = $1 AND due_at IS NOT NULL";
    STANDING = concat!(
        "SELECT r.status, r.sender_id, p.status AS project_status, ",
        open_to_recipient!("r.case_id", "r.recipient_id"),
        " AS is_open_to_recipient FROM referrals r JOIN projects p ON p.id = r.project_id WHERE r.id = $1 UNION ALL \
         SELECT CAST(NULL AS TEXT), b.receiver_id, p.status, (b.sender_service_id IS NULL OR p.risk_profile <> 'severe') AND ",
        not_revoked_by!("p.id", "b.sender_id"),
        " FROM partner_offers b JOIN projects p ON p.id = b.project_id WHERE b.id = $1"
    );
    // What the recipient of a referral was told of it, with the last attempt; not what the sender's own systems were.
    LIST_TOLD = "SELECT r.id AS referral_id, q.channel, d.kind, d.status, d.attempts, a.result, coalesce(a.at, d.created_at) AS at \
        FROM referrals r JOIN deliveries d ON d.object = r.id JOIN delivery_queues q ON q.id = d.queue_id AND q.organization_id = r.recipient_id \
        LEFT JOIN delivery_attempts a ON a.delivery_id = d.id AND a.number = d.attempts WHERE r.id IN";
}

/// A queue with the lease under which somebody tells its endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeasedQueue {
    /// The queue.
    pub queue: Queue,
    /// Who tells it.
    pub owner: String,
    /// Until when nobody else does.
    pub until: Timestamp,
}

/// What is asked of a referral, or of a partner's offer, once more, before anything is told of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TellingFacts {
    /// The state of a referral; an offer is told of in any.
    pub status: Option<Status>,
    /// The organisation of the project that it is with.
    pub sender_id: OrganizationId,
    /// True where the other side may read it now: the project works, and has not revoked it.
    pub is_open_to_recipient: bool,
    /// True where the project works.
    pub project_is_at_work: bool,
}

#[derive(sqlx::FromRow)]
struct QueueRow {
    id: String,
    channel: String,
    organization_id: String,
    failing_since: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct DeliveryRow {
    id: String,
    queue_id: String,
    kind: String,
    object: String,
    sequence: i64,
    created_at: i64,
    attempts: i64,
    status: String,
    settled_at: Option<i64>,
}

impl DeliveryRow {
    fn into_delivery(self) -> Result<Delivery, StoreError> {
        Ok(Delivery {
            id: TABLE.id(&self.id)?,
            kind: TABLE.code(&self.kind)?,
            status: TABLE.code(&self.status)?,
            created_at: Timestamp::from_microseconds(self.created_at),
            settled_at: optional_time(self.settled_at),
            queue_id: self.queue_id,
            object: self.object,
            sequence: self.sequence,
            attempts: self.attempts,
        })
    }
}

#[derive(sqlx::FromRow)]
struct TellingRow {
    status: Option<String>,
    sender_id: String,
    project_status: String,
    is_open_to_recipient: bool,
}

#[derive(sqlx::FromRow)]
struct ToldRow {
    referral_id: String,
    channel: String,
    kind: String,
    status: String,
    attempts: i64,
    result: Option<String>,
    at: i64,
}

impl Store {
    /// What is due to an endpoint, what waits the longest first.
    pub async fn list_due_deliveries(
        &self,
        queue: &str,
        now: Timestamp,
        limit: i64,
    ) -> Result<Vec<Delivery>, StoreError> {
        let rows: Vec<DeliveryRow> = read!(self, |pool| sqlx::query_as(LIST_DUE)
            .bind(queue)
            .bind(now.microseconds())
            .bind(limit)
            .fetch_all(pool)
            .await)?;
        rows.into_iter().map(DeliveryRow::into_delivery).collect()
    }

    /// What the recipients of referrals were told of them, by referral and by when they were told last.
    pub async fn list_told_of(&self, referrals: &[Referral]) -> Result<Vec<(ReferralId, Told)>, StoreError> {
        let sql = in_list(LIST_TOLD, referrals.len());
        let rows: Vec<ToldRow> = read!(self, |pool| {
            let ids = referrals.iter().map(|referral| referral.id.to_string());
            ids.fold(sqlx::query_as(sql), |query, id| query.bind(id)).fetch_all(pool).await
        })?;
        let mut told: Vec<_> = rows.into_iter().map(ToldRow::into_told).collect::<Result<_, StoreError>>()?;
        told.sort_by_key(|(referral, told)| (*referral, told.at));
        Ok(told)
    }

    /// Whether something later is still to be told of the same object to the same endpoint.
    pub async fn has_later_delivery(&self, delivery: &Delivery) -> Result<bool, StoreError> {
        let later: i64 = read!(self, |pool| sqlx::query_scalar(HAS_LATER)
            .bind(&delivery.queue_id)
            .bind(&delivery.object)
            .bind(delivery.sequence)
            .bind(delivery.created_at.microseconds())
            .fetch_one(pool)
            .await)?;
        Ok(later > 0)
    }

    /// Whether everything that was to be told of the object before, as far as it is kept, never reached the endpoint.
    pub async fn has_never_been_told(&self, delivery: &Delivery) -> Result<bool, StoreError> {
        let (earlier, delivered): (i64, i64) = read!(self, |pool| sqlx::query_as(COUNT_EARLIER)
            .bind(&delivery.queue_id)
            .bind(&delivery.object)
            .bind(delivery.id.to_string())
            .fetch_one(pool)
            .await)?;
        Ok(earlier > 0 && delivered == 0)
    }

    /// How a referral, or a partner's offer, stands to those who are told of it; `None` once it is gone.
    pub async fn find_telling_facts(&self, object: &str) -> Result<Option<TellingFacts>, StoreError> {
        let row: Option<TellingRow> =
            read!(self, |pool| sqlx::query_as(STANDING).bind(object).fetch_optional(pool).await)?;
        let facts = row.map(|row| {
            Ok(TellingFacts {
                status: TABLE.optional_code(row.status.as_deref())?,
                sender_id: TABLE.id(&row.sender_id)?,
                is_open_to_recipient: row.is_open_to_recipient,
                project_is_at_work: row.project_status == "active",
            })
        });
        facts.transpose()
    }
}

impl ToldRow {
    fn into_told(self) -> Result<(ReferralId, Told), StoreError> {
        let told = Told {
            channel: QUEUES.code(&self.channel)?,
            kind: TABLE.code(&self.kind)?,
            status: TABLE.code(&self.status)?,
            attempts: self.attempts,
            result: TABLE.optional_code(self.result.as_deref())?,
            at: Timestamp::from_microseconds(self.at),
        };
        Ok((TABLE.id(&self.referral_id)?, told))
    }
}

/// Where the link of a mail that is not sent yet stands: with the contacts of the organisation that it is for.
fn token_at(delivery: &str, organization: OrganizationId) -> SealedAt<'_> {
    let unit = ErasureUnit::Contacts(organization);
    SealedAt { table: "deliveries", column: "sealed_token", row: delivery, unit, project: None }
}

impl Tx {
    /// The webhooks that are told of what happens to a referral of this project: the project's own, and its recipient's.
    pub async fn list_webhook_queues(
        &mut self,
        (sender, project): (OrganizationId, ProjectId),
        recipient: Option<OrganizationId>,
    ) -> Result<Vec<String>, StoreError> {
        let queues = in_tx!(self, |c| sqlx::query_scalar(LIST_WEBHOOKS)
            .bind(sender.to_string())
            .bind(optional_text(recipient))
            .bind(project.to_string())
            .fetch_all(c)
            .await)?;
        Ok(queues)
    }

    /// Makes the queue of an endpoint, unless there is one.
    pub async fn insert_queue(
        &mut self,
        id: &str,
        channel: DeliveryChannel,
        organization: OrganizationId,
    ) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(INSERT_QUEUE)
            .bind(id)
            .bind(channel.to_string())
            .bind(organization.to_string())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Lists what is to be told to an endpoint, in the commit of what happened; what is listed already stays as it is.
    pub async fn insert_delivery(&mut self, delivery: &Delivery) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(INSERT)
            .bind(delivery.id.to_string())
            .bind(&delivery.queue_id)
            .bind(delivery.kind.to_string())
            .bind(&delivery.object)
            .bind(delivery.sequence)
            .bind(delivery.created_at.microseconds())
            .execute(c)
            .await
            .map(drop))?;
        self.has_news = true;
        Ok(())
    }

    /// Lists what the mailbox of a service is to be told, making its queue where there is none.
    pub async fn insert_mail(
        &mut self,
        service: ServiceId,
        of: OrganizationId,
        mail: &Delivery,
    ) -> Result<(), StoreError> {
        self.insert_queue(&service.to_string(), DeliveryChannel::Mail, of).await?;
        self.insert_delivery(mail).await
    }

    /// Takes the lease, until this time, of a queue of the lane in which something is due and that nobody holds.
    pub async fn claim_queue(
        &mut self,
        lane: Lane,
        owner: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<LeasedQueue>, StoreError> {
        let row: Option<QueueRow> = in_tx!(self, |c| sqlx::query_as(CLAIM)
            .bind(now.microseconds())
            .bind(until.microseconds())
            .bind(owner)
            .bind(lane.channel.to_string())
            .bind(lane.is_failing)
            .fetch_optional(c)
            .await)?;
        let queue = row.map(|row| {
            Ok::<_, StoreError>(Queue {
                channel: QUEUES.code(&row.channel)?,
                organization_id: QUEUES.id(&row.organization_id)?,
                failing_since: optional_time(row.failing_since),
                id: row.id,
            })
        });
        let queue = queue.transpose()?;
        Ok(queue.map(|queue| LeasedQueue { queue, owner: owner.to_owned(), until }))
    }

    /// Holds a queue until the commit; gives since when its endpoint takes nothing. `None` where it is gone.
    pub async fn lock_queue(&mut self, queue: &str) -> Result<Option<Option<Timestamp>>, StoreError> {
        let since: Option<Option<i64>> =
            in_tx!(self, |c| sqlx::query_scalar(LOCK).bind(queue).fetch_optional(c).await)?;
        Ok(since.map(optional_time))
    }

    /// Gives the lease back; nothing more is told before `not_before`.
    pub async fn release_queue(
        &mut self,
        leased: &LeasedQueue,
        now: Timestamp,
        not_before: Timestamp,
    ) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(RELEASE)
            .bind(&leased.queue.id)
            .bind(&leased.owner)
            .bind(leased.until.microseconds())
            .bind(now.microseconds())
            .bind(not_before.microseconds())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Keeps an attempt and what follows of it; nothing is written where the thing was settled meanwhile.
    pub async fn settle_delivery(
        &mut self,
        delivery: &Delivery,
        attempt: &Attempt,
        sequel: Sequel,
    ) -> Result<(), StoreError> {
        let id = delivery.id.to_string();
        let due_at = match sequel {
            Sequel::PutOff(at) => {
                let at = at.microseconds();
                return Ok(in_tx!(self, |c| sqlx::query(PUT_OFF).bind(&id).bind(at).execute(c).await.map(drop))?);
            }
            Sequel::TriedAgain(at) => Some(at),
            Sequel::Delivered | Sequel::Dropped | Sequel::GivenUp => None,
        };
        let settled_at = due_at.is_none().then_some(attempt.at.microseconds());
        let number: Option<i64> = in_tx!(self, |c| sqlx::query_scalar(SETTLE)
            .bind(&id)
            .bind(sequel.status().to_string())
            .bind(due_at.map(Timestamp::microseconds))
            .bind(settled_at)
            .fetch_optional(c)
            .await)?;
        let Some(number) = number else { return Ok(()) };
        in_tx!(self, |c| sqlx::query(INSERT_ATTEMPT)
            .bind(&id)
            .bind(number)
            .bind(attempt.at.microseconds())
            .bind(attempt.result.to_string())
            .bind(attempt.http_status.map(i64::from))
            .bind(attempt.duration_milliseconds)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Notes whether an endpoint takes what it is told: since when it does not.
    pub async fn note_endpoint(&mut self, queue: &str, takes: bool, now: Timestamp) -> Result<(), StoreError> {
        if takes {
            in_tx!(self, |c| sqlx::query(NOTE_TAKEN).bind(queue).execute(c).await.map(drop))?;
        } else {
            in_tx!(self, |c| sqlx::query(NOTE_FAILED).bind(queue).bind(now.microseconds()).execute(c).await.map(drop))?;
        }
        Ok(())
    }

    /// Tells an endpoint nothing more, for this reason; false where it was so already.
    pub async fn disable_queue(
        &mut self,
        queue: &str,
        reason: WebhookDisabledReason,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let disabled = in_tx!(self, |c| sqlx::query(DISABLE)
            .bind(queue)
            .bind(now.microseconds())
            .bind(reason.to_string())
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(disabled == 1)
    }

    /// The link that a mail carries, where one was made for an attempt before.
    pub async fn find_mail_token(
        &mut self,
        delivery: &Delivery,
        of: OrganizationId,
    ) -> Result<Option<Sensitive<String>>, StoreError> {
        let id = delivery.id.to_string();
        let sealed: Option<Option<String>> =
            in_tx!(self, |c| sqlx::query_scalar(FIND_TOKEN).bind(&id).fetch_optional(c).await)?;
        let Some(sealed) = sealed.flatten() else { return Ok(None) };
        let token: Option<String> = self.open(token_at(&id, of), &sealed).await?;
        Ok(token.map(Sensitive::new))
    }

    /// Keeps the link of a mail, so that every attempt carries the same.
    pub async fn keep_mail_token(
        &mut self,
        delivery: &Delivery,
        of: OrganizationId,
        token: &Sensitive<String>,
    ) -> Result<(), StoreError> {
        let id = delivery.id.to_string();
        let sealed = self.seal(token_at(&id, of), token.expose()).await?;
        in_tx!(self, |c| sqlx::query(KEEP_TOKEN).bind(&id).bind(&sealed).execute(c).await.map(drop))?;
        Ok(())
    }
}
