//! Consents.

use super::reach::of_own_case;
use super::row::{Table, joined, optional_text, optional_time};
use super::{Store, StoreError, Tx, in_list, in_tx, read, statements};
use crate::domain::consent::Consent;
use crate::domain::id::ConsentId;
use crate::domain::profile::Language;
use crate::domain::referral::Referral;
use crate::domain::scope::Scope;
use crate::domain::time::Timestamp;

const TABLE: Table = Table("consents");

macro_rules! select_consents {
    ($condition:literal) => {
        concat!(
            "SELECT id, version, case_id, project_id, (SELECT c.team_id FROM cases c WHERE c.id = case_id) AS team_id, ",
            "recipient_id, basis, field_scope, modality, language, explained, contact_rule, obtained_at, expires_at, ",
            "withdrawn_at FROM consents WHERE ",
            $condition
        )
    };
}

// Only the team of the case finds a consent by its id; a recipient reads what it may know of one on the
// referral.
statements! {
    FIND = concat!(select_consents!("id = $1 AND "), of_own_case!("$2", "$3"));
    LIST = select_consents!("id IN");
    FIND_OF_REFERRAL = select_consents!("id = $1");
    LOCK = "UPDATE consents SET version = version WHERE id = $1";
    WITHDRAW = "UPDATE consents SET version = version + 1, withdrawn_at = $2 WHERE id = $1 AND withdrawn_at IS NULL";
    END = "UPDATE consents SET version = version + 1, expires_at = $2 WHERE id = $1 AND expires_at > $2";
    INSERT = "INSERT INTO consents (id, version, case_id, project_id, recipient_id, basis, field_scope, modality, language, \
        explained, contact_rule, obtained_at, expires_at, withdrawn_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
}

#[derive(sqlx::FromRow)]
struct ConsentRow {
    id: String,
    version: i64,
    case_id: String,
    project_id: String,
    team_id: String,
    recipient_id: String,
    basis: String,
    field_scope: String,
    modality: Option<String>,
    language: Option<String>,
    explained: String,
    contact_rule: String,
    obtained_at: i64,
    expires_at: i64,
    withdrawn_at: Option<i64>,
}

impl ConsentRow {
    fn into_consent(self) -> Result<Consent, StoreError> {
        Ok(Consent {
            id: TABLE.id(&self.id)?,
            version: self.version,
            case_id: TABLE.id(&self.case_id)?,
            project_id: TABLE.id(&self.project_id)?,
            team_id: TABLE.id(&self.team_id)?,
            recipient_id: TABLE.id(&self.recipient_id)?,
            basis: TABLE.code(&self.basis)?,
            field_scope: TABLE.codes(&self.field_scope)?,
            modality: TABLE.optional_code(self.modality.as_deref())?,
            language: TABLE.parsed("language", self.language.as_deref().map(Language::parse).transpose())?,
            explained: TABLE.codes(&self.explained)?,
            contact_rule: TABLE.code(&self.contact_rule)?,
            obtained_at: Timestamp::from_microseconds(self.obtained_at),
            expires_at: Timestamp::from_microseconds(self.expires_at),
            withdrawn_at: optional_time(self.withdrawn_at),
        })
    }
}

impl Store {
    /// A consent of the scope's project.
    pub async fn find_consent(&self, scope: &Scope, id: ConsentId) -> Result<Option<Consent>, StoreError> {
        let row: Option<ConsentRow> = read!(self, |pool| sqlx::query_as(FIND)
            .bind(id.to_string())
            .bind(optional_text(scope.project))
            .bind(optional_text(scope.account))
            .fetch_optional(pool)
            .await)?;
        row.map(ConsentRow::into_consent).transpose()
    }
}

impl Store {
    /// The consents of referrals that the caller has read within its scope.
    pub async fn list_consents_of(&self, referrals: &[Referral]) -> Result<Vec<Consent>, StoreError> {
        let sql = in_list(LIST, referrals.len());
        let rows: Vec<ConsentRow> = read!(self, |pool| {
            let ids = referrals.iter().map(|referral| referral.consent_id.to_string());
            ids.fold(sqlx::query_as(sql), |query, id| query.bind(id)).fetch_all(pool).await
        })?;
        rows.into_iter().map(ConsentRow::into_consent).collect()
    }
}

impl Tx {
    /// The consent of a referral that the caller has read within its scope, as it stands in this transaction.
    pub async fn find_consent_of(&mut self, referral: &Referral) -> Result<Option<Consent>, StoreError> {
        let row: Option<ConsentRow> = in_tx!(self, |c| sqlx::query_as(FIND_OF_REFERRAL)
            .bind(referral.consent_id.to_string())
            .fetch_optional(c)
            .await)?;
        row.map(ConsentRow::into_consent).transpose()
    }

    /// A consent of the scope's project, as it stands in this transaction.
    pub async fn find_consent(&mut self, scope: &Scope, id: ConsentId) -> Result<Option<Consent>, StoreError> {
        let row: Option<ConsentRow> = in_tx!(self, |c| sqlx::query_as(FIND)
            .bind(id.to_string())
            .bind(optional_text(scope.project))
            .bind(optional_text(scope.account))
            .fetch_optional(c)
            .await)?;
        row.map(ConsentRow::into_consent).transpose()
    }

    /// A consent of the scope's project, locked until the commit: a sending and a withdrawal at once come one
    /// after the other, and the later one sees what the earlier one did.
    pub async fn lock_consent(&mut self, scope: &Scope, id: ConsentId) -> Result<Option<Consent>, StoreError> {
        in_tx!(self, |c| sqlx::query(LOCK).bind(id.to_string()).execute(c).await.map(drop))?;
        self.find_consent(scope, id).await
    }

    /// Records that a consent is withdrawn; one that was withdrawn before keeps its time.
    pub async fn withdraw_consent(&mut self, id: ConsentId, now: Timestamp) -> Result<bool, StoreError> {
        let changed = in_tx!(self, |c| sqlx::query(WITHDRAW)
            .bind(id.to_string())
            .bind(now.microseconds())
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(changed > 0)
    }

    /// Lets what carried a referral without a consent lapse now, because a consent has taken its place.
    pub async fn end_consent(&mut self, id: ConsentId, now: Timestamp) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(END).bind(id.to_string()).bind(now.microseconds()).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Writes a new consent.
    pub async fn insert_consent(&mut self, consent: &Consent) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(INSERT)
            .bind(consent.id.to_string())
            .bind(consent.version)
            .bind(consent.case_id.to_string())
            .bind(consent.project_id.to_string())
            .bind(consent.recipient_id.to_string())
            .bind(consent.basis.to_string())
            .bind(joined(&consent.field_scope))
            .bind(optional_text(consent.modality))
            .bind(consent.language.as_ref().map(Language::as_str))
            .bind(joined(&consent.explained))
            .bind(consent.contact_rule.to_string())
            .bind(consent.obtained_at.microseconds())
            .bind(consent.expires_at.microseconds())
            .bind(consent.withdrawn_at.map(Timestamp::microseconds))
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }
}
