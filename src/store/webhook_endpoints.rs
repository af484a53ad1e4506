//! Addresses of organisations' own systems, each with its queue. Address and secrets are sealed with the contacts of the
//! organisation, so that they go when these do.

use super::keys::KeyStore;
use super::row::{Table, optional_text, optional_time};
use super::sealed::SealedAt;
use super::{Store, StoreError, Tx, in_tx, read, statements};
use crate::domain::delivery::{Attempt, DeliveryChannel, DeliveryKind, DeliveryStatus, Queue};
use crate::domain::erasure::ErasureUnit;
use crate::domain::id::{OrganizationId, ProjectId, WebhookEndpointId};
use crate::domain::time::Timestamp;
use crate::domain::webhook::{ListedEndpoint, WebhookDisabledReason, WebhookEndpoint, WebhookSecret};

const TABLE: Table = Table("webhook_endpoints");

/// So many attempts are shown with an endpoint.
const ATTEMPTS_SHOWN: i64 = 10;

macro_rules! select_endpoints {
    ($rest:literal) => {
        concat!(
            "SELECT e.id, e.organization_id, e.sealed_url, e.sealed_secret, e.sealed_previous_secret, e.previous_until, \
             e.created_at, e.created_by, q.failing_since, q.disabled_at, q.disabled_reason \
             FROM webhook_endpoints e JOIN delivery_queues q ON q.id = e.id WHERE ",
            $rest
        )
    };
}

statements! {
    FIND = select_endpoints!("e.id = $1");
    FIND_OF = select_endpoints!("e.id = $1 AND e.organization_id = $2");
    LIST_OF = select_endpoints!("e.organization_id = $1 ORDER BY e.created_at, e.id");
    ATTEMPTS = "SELECT d.kind, a.at, a.result, a.http_status, a.duration_milliseconds FROM deliveries d \
        JOIN delivery_attempts a ON a.delivery_id = d.id WHERE d.queue_id = $1 ORDER BY a.at DESC, a.delivery_id, a.number DESC LIMIT $2";
    LOCK_OF = "UPDATE delivery_queues SET served_at = served_at WHERE organization_id = $1 AND channel = 'webhook'";
    INSERT_QUEUE = "INSERT INTO delivery_queues (id, channel, organization_id, project_id, served_at, not_before, leased_until) \
        VALUES ($1, $2, $3, $5, $4, 0, 0)";
    INSERT = "INSERT INTO webhook_endpoints (id, organization_id, sealed_url, sealed_secret, created_at, created_by) \
        VALUES ($1, $2, $3, $4, $5, $6)";
    ROTATE = "UPDATE webhook_endpoints SET sealed_secret = $2, sealed_previous_secret = $3, previous_until = $4 WHERE id = $1";
    ENABLE = "UPDATE delivery_queues SET disabled_at = NULL, disabled_reason = NULL, failing_since = NULL, not_before = $2 \
        WHERE id = $1";
    DROP_WAITING = "UPDATE deliveries SET status = $2, settled_at = $3, due_at = NULL WHERE queue_id = $1 AND due_at IS NOT NULL";
    DELETE = "DELETE FROM webhook_endpoints WHERE id = $1";
    DELETE_QUEUE = "DELETE FROM delivery_queues WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.queue_id = $1)";
    DISABLE = "UPDATE delivery_queues SET disabled_at = $2, disabled_reason = $3 WHERE id = $1";
}

#[derive(sqlx::FromRow)]
struct EndpointRow {
    id: String,
    organization_id: String,
    sealed_url: String,
    sealed_secret: String,
    sealed_previous_secret: Option<String>,
    previous_until: Option<i64>,
    created_at: i64,
    created_by: String,
    failing_since: Option<i64>,
    disabled_at: Option<i64>,
    disabled_reason: Option<String>,
}

#[derive(sqlx::FromRow)]
struct AttemptRow {
    kind: String,
    at: i64,
    result: String,
    http_status: Option<i64>,
    duration_milliseconds: i64,
}

impl AttemptRow {
    fn into_attempt(self) -> Result<(DeliveryKind, Attempt), StoreError> {
        let table = Table("delivery_attempts");
        let http_status = self.http_status.map(|status| table.parsed("http_status", u16::try_from(status)));
        let attempt = Attempt {
            at: Timestamp::from_microseconds(self.at),
            result: table.code(&self.result)?,
            http_status: http_status.transpose()?,
            duration_milliseconds: self.duration_milliseconds,
        };
        Ok((Table("deliveries").code(&self.kind)?, attempt))
    }
}

/// Where something of an endpoint stands: with the contacts of its organisation.
fn sealed_at<'a>(column: &'static str, row: &'a str, organization: OrganizationId) -> SealedAt<'a> {
    SealedAt { table: "webhook_endpoints", column, row, unit: ErasureUnit::Contacts(organization), project: None }
}

/// The endpoints of rows, without attempts, the keys fetched at once. One whose contacts were erased is none any more.
async fn open_endpoints(
    keys: &KeyStore,
    rows: impl IntoIterator<Item = EndpointRow>,
) -> Result<Vec<ListedEndpoint>, StoreError> {
    let with_ids = rows.into_iter().map(|row| Ok((TABLE.id(&row.organization_id)?, row)));
    let rows: Vec<(OrganizationId, EndpointRow)> = with_ids.collect::<Result<_, StoreError>>()?;
    let opened = keys.fetch(rows.iter().map(|(organization, _)| ErasureUnit::Contacts(*organization))).await?;
    let mut endpoints = Vec::new();
    for (organization_id, row) in rows {
        let open = |column, sealed: &str| opened.open::<String>(sealed_at(column, &row.id, organization_id), sealed);
        let secret = |column, sealed: &str| {
            let text = open(column, sealed)?;
            text.map(|text| WebhookSecret::parse(&text).ok_or(TABLE.corrupt(column))).transpose()
        };
        let (Some(url), Some(current)) =
            (open("sealed_url", &row.sealed_url)?, secret("sealed_secret", &row.sealed_secret)?)
        else {
            continue;
        };
        let previous = row.sealed_previous_secret.as_deref();
        let previous = previous.map(|sealed| secret("sealed_previous_secret", sealed)).transpose()?.flatten();
        let endpoint = WebhookEndpoint {
            id: TABLE.id(&row.id)?,
            organization_id,
            url: url.into(),
            secret: current,
            previous: previous.zip(optional_time(row.previous_until)),
            created_at: Timestamp::from_microseconds(row.created_at),
            created_by: TABLE.id(&row.created_by)?,
        };
        let reason = TABLE.optional_code(row.disabled_reason.as_deref())?;
        let queue = Queue {
            channel: DeliveryChannel::Webhook,
            organization_id,
            failing_since: optional_time(row.failing_since),
            id: row.id,
        };
        let disabled = optional_time(row.disabled_at).zip(reason);
        endpoints.push(ListedEndpoint { endpoint, queue, disabled, attempts: Vec::new() });
    }
    Ok(endpoints)
}

impl Store {
    /// The endpoint with this id, for calling it.
    pub async fn find_webhook_endpoint(&self, id: WebhookEndpointId) -> Result<Option<WebhookEndpoint>, StoreError> {
        let row: Option<EndpointRow> =
            read!(self, |pool| sqlx::query_as(FIND).bind(id.to_string()).fetch_optional(pool).await)?;
        Ok(open_endpoints(&self.keys, row).await?.pop().map(|listed| listed.endpoint))
    }

    /// The endpoints of an organisation, the oldest first, each with its last attempts.
    pub async fn list_webhook_endpoints(&self, of: OrganizationId) -> Result<Vec<ListedEndpoint>, StoreError> {
        let rows: Vec<EndpointRow> =
            read!(self, |pool| sqlx::query_as(LIST_OF).bind(of.to_string()).fetch_all(pool).await)?;
        let mut endpoints = open_endpoints(&self.keys, rows).await?;
        for listed in &mut endpoints {
            listed.attempts = self.list_attempts(&listed.queue.id).await?;
        }
        Ok(endpoints)
    }

    async fn list_attempts(&self, queue: &str) -> Result<Vec<(DeliveryKind, Attempt)>, StoreError> {
        let rows: Vec<AttemptRow> =
            read!(self, |pool| sqlx::query_as(ATTEMPTS).bind(queue).bind(ATTEMPTS_SHOWN).fetch_all(pool).await)?;
        rows.into_iter().map(AttemptRow::into_attempt).collect()
    }
}

impl Tx {
    /// The endpoints of an organisation, locked until the commit: of two who add one the second counts the first's.
    pub async fn lock_webhook_endpoints(&mut self, of: OrganizationId) -> Result<Vec<ListedEndpoint>, StoreError> {
        in_tx!(self, |c| sqlx::query(LOCK_OF).bind(of.to_string()).execute(c).await.map(drop))?;
        let rows: Vec<EndpointRow> = in_tx!(self, |c| sqlx::query_as(LIST_OF).bind(of.to_string()).fetch_all(c).await)?;
        open_endpoints(&self.keys, rows).await
    }

    /// An endpoint of this organisation, locked until the commit.
    pub async fn lock_webhook_endpoint(
        &mut self,
        of: OrganizationId,
        id: WebhookEndpointId,
    ) -> Result<Option<ListedEndpoint>, StoreError> {
        in_tx!(self, |c| sqlx::query(LOCK_OF).bind(of.to_string()).execute(c).await.map(drop))?;
        let row: Option<EndpointRow> = in_tx!(self, |c| sqlx::query_as(FIND_OF)
            .bind(id.to_string())
            .bind(of.to_string())
            .fetch_optional(c)
            .await)?;
        Ok(open_endpoints(&self.keys, row).await?.pop())
    }

    /// Records an endpoint and its queue. It is told of what its organisation receives, and of what this project sends.
    pub async fn insert_webhook_endpoint(
        &mut self,
        endpoint: &WebhookEndpoint,
        project: Option<ProjectId>,
    ) -> Result<(), StoreError> {
        let (id, organization) = (endpoint.id.to_string(), endpoint.organization_id);
        let url = self.seal(sealed_at("sealed_url", &id, organization), endpoint.url.expose()).await?;
        let secret = endpoint.secret.spelled();
        let secret = self.seal(sealed_at("sealed_secret", &id, organization), secret.expose()).await?;
        in_tx!(self, |c| sqlx::query(INSERT_QUEUE)
            .bind(&id)
            .bind(DeliveryChannel::Webhook.to_string())
            .bind(organization.to_string())
            .bind(endpoint.created_at.microseconds())
            .bind(optional_text(project))
            .execute(c)
            .await
            .map(drop))?;
        in_tx!(self, |c| sqlx::query(INSERT)
            .bind(&id)
            .bind(organization.to_string())
            .bind(&url)
            .bind(&secret)
            .bind(endpoint.created_at.microseconds())
            .bind(endpoint.created_by.to_string())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Writes the secrets of an endpoint.
    pub async fn save_webhook_secrets(&mut self, endpoint: &WebhookEndpoint) -> Result<(), StoreError> {
        let (id, organization) = (endpoint.id.to_string(), endpoint.organization_id);
        let secret = endpoint.secret.spelled();
        let secret = self.seal(sealed_at("sealed_secret", &id, organization), secret.expose()).await?;
        let mut previous = None;
        if let Some((before, _)) = &endpoint.previous {
            let before = before.spelled();
            previous = Some(self.seal(sealed_at("sealed_previous_secret", &id, organization), before.expose()).await?);
        }
        let until = endpoint.previous.as_ref().map(|(_, until)| until.microseconds());
        in_tx!(self, |c| sqlx::query(ROTATE)
            .bind(&id)
            .bind(&secret)
            .bind(&previous)
            .bind(until)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Tells an endpoint again what waits for it, from now on.
    pub async fn enable_webhook_endpoint(&mut self, id: WebhookEndpointId, now: Timestamp) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(ENABLE).bind(id.to_string()).bind(now.microseconds()).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Deletes an endpoint: what waits for it is dropped. Its queue stays, disabled, for as long as something that was told to
    /// it is kept.
    pub async fn delete_webhook_endpoint(&mut self, id: WebhookEndpointId, now: Timestamp) -> Result<(), StoreError> {
        let (id, now) = (id.to_string(), now.microseconds());
        in_tx!(self, |c| sqlx::query(DROP_WAITING)
            .bind(&id)
            .bind(DeliveryStatus::Dropped.to_string())
            .bind(now)
            .execute(c)
            .await
            .map(drop))?;
        in_tx!(self, |c| sqlx::query(DELETE).bind(&id).execute(c).await.map(drop))?;
        in_tx!(self, |c| sqlx::query(DELETE_QUEUE).bind(&id).execute(c).await.map(drop))?;
        let reason = WebhookDisabledReason::Deleted.to_string();
        in_tx!(self, |c| sqlx::query(DISABLE).bind(&id).bind(now).bind(reason).execute(c).await.map(drop))?;
        Ok(())
    }
}
