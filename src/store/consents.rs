//! Consents.

use super::reach::{in_reached_project, of_own_case, within};
use super::row::{Table, joined, optional_text, optional_time};
use super::{Store, StoreError, Tx, in_list, in_tx, read, statements};
use crate::domain::consent::Consent;
use crate::domain::id::{CaseId, ConsentId, ConversationId, OrganizationId};
use crate::domain::profile::Language;
use crate::domain::referral::Referral;
use crate::domain::scope::Scope;
use crate::domain::time::Timestamp;

const TABLE: Table = Table("consents");

macro_rules! select_consents {
    ($condition:literal) => {
        concat!(
            "SELECT id, version, case_id, project_id, (SELECT c.team_id FROM cases c WHERE c.id = case_id) AS team_id, ",
            "conversation_id, position, recipient_id, basis, purpose, given_by, assent, field_scope, modality, language, ",
            "interpreter, explained, consequences, restrictions, third_country_acknowledged, contact_rule, obtained_at, ",
            "obtained_by, confirmed_at, expires_at, withdrawn_at FROM consents WHERE ",
            $condition
        )
    };
}

// Only the team of the case finds a consent by its id; a recipient reads what it may know of one on the
// referral.
statements! {
    FIND = concat!(select_consents!("id = $1 AND "), of_own_case!("$2", "$3"));
    LIST_OF_CONVERSATION = concat!(
        select_consents!("conversation_id = $1 AND "),
        of_own_case!("$2", "$3"),
        " ORDER BY position"
    );
    // What takes two people is within reach of who leads the project too (project $1, unit $2, account $3, all teams $4).
    FIND_TO_CONFIRM = concat!(
        select_consents!("id = $5 AND basis = 'best_interests_two_person' AND ((CAST($4 AS BOOLEAN) AND "),
        in_reached_project!("$1", "$2"),
        ") OR ",
        of_own_case!("$1", "$3"),
        ")"
    );
    // Two conversations of one instant each count as the later one: then what must not be told is not. Whom the person
    // refused stays refused when what she agreed to in the same conversation is withdrawn or lapses: only a later consent,
    // which names that one, says otherwise.
    LIST_RESTRICTIONS_SINCE = "SELECT restrictions FROM consents WHERE case_id = $1 AND obtained_at >= $2 \
        AND conversation_id <> $3 AND restrictions <> ''";
    LIST_RESTRICTIONS = "SELECT restrictions FROM consents WHERE case_id = $1 AND restrictions <> ''";
    CONFIRM = "UPDATE consents SET version = version + 1, confirmed_at = $2 WHERE id = $1";
    LIST = select_consents!("id IN");
    FIND_OF = select_consents!("id = $1");
    LOCK = "UPDATE consents SET version = version WHERE id = $1";
    LOCK_OF_CASE = "UPDATE consents SET version = version WHERE case_id = $1";
    LIST_OF_CASE = concat!(select_consents!("case_id = $1 AND "), of_own_case!("$2", "$3"), " ORDER BY id");
    WITHDRAW = "UPDATE consents SET version = version + 1, withdrawn_at = $2 WHERE id = $1 AND withdrawn_at IS NULL";
    END = "UPDATE consents SET version = version + 1, expires_at = $2 WHERE id = $1 AND expires_at > $2";
    INSERT = "INSERT INTO consents (id, version, case_id, project_id, recipient_id, basis, field_scope, modality, language, \
        explained, contact_rule, obtained_at, expires_at, withdrawn_at, conversation_id, position, purpose, given_by, assent, \
        interpreter, consequences, restrictions, third_country_acknowledged, obtained_by, confirmed_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, \
        $24, $25)";
}

#[derive(sqlx::FromRow)]
struct ConsentRow {
    id: String,
    version: i64,
    case_id: String,
    project_id: String,
    team_id: String,
    conversation_id: String,
    position: i64,
    recipient_id: String,
    basis: String,
    purpose: String,
    given_by: Option<String>,
    assent: String,
    field_scope: String,
    modality: Option<String>,
    language: Option<String>,
    interpreter: String,
    explained: String,
    consequences: String,
    restrictions: String,
    third_country_acknowledged: bool,
    contact_rule: String,
    obtained_at: i64,
    obtained_by: String,
    confirmed_at: Option<i64>,
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
            conversation_id: TABLE.id(&self.conversation_id)?,
            position: self.position,
            recipient_id: TABLE.id(&self.recipient_id)?,
            basis: TABLE.code(&self.basis)?,
            purpose: TABLE.code(&self.purpose)?,
            given_by: TABLE.optional_code(self.given_by.as_deref())?,
            assent: TABLE.code(&self.assent)?,
            field_scope: TABLE.codes(&self.field_scope)?,
            modality: TABLE.optional_code(self.modality.as_deref())?,
            language: TABLE.parsed("language", self.language.as_deref().map(Language::parse).transpose())?,
            interpreter: TABLE.code(&self.interpreter)?,
            explained: TABLE.codes(&self.explained)?,
            consequences: TABLE.codes(&self.consequences)?,
            restrictions: restricted_in(&self.restrictions)?,
            third_country_acknowledged: self.third_country_acknowledged,
            contact_rule: TABLE.code(&self.contact_rule)?,
            obtained_at: Timestamp::from_microseconds(self.obtained_at),
            obtained_by: TABLE.id(&self.obtained_by)?,
            confirmed_at: optional_time(self.confirmed_at),
            expires_at: Timestamp::from_microseconds(self.expires_at),
            withdrawn_at: optional_time(self.withdrawn_at),
        })
    }
}

/// The organisations of a column of restrictions.
fn restricted_in(column: &str) -> Result<Vec<OrganizationId>, StoreError> {
    column.split_ascii_whitespace().map(|id| TABLE.id(id)).collect()
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
    /// The consents of one conversation, in the order that the person wants.
    pub async fn list_consents_of_conversation(
        &self,
        scope: &Scope,
        id: ConversationId,
    ) -> Result<Vec<Consent>, StoreError> {
        let rows: Vec<ConsentRow> = read!(self, |pool| sqlx::query_as(LIST_OF_CONVERSATION)
            .bind(id.to_string())
            .bind(optional_text(scope.project))
            .bind(optional_text(scope.account))
            .fetch_all(pool)
            .await)?;
        rows.into_iter().map(ConsentRow::into_consent).collect()
    }

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

impl Store {
    /// Whom a person has refused in any conversation about a case that the caller has found within its scope.
    pub async fn list_restricted(&self, case: CaseId) -> Result<Vec<OrganizationId>, StoreError> {
        let columns: Vec<String> =
            read!(self, |pool| sqlx::query_scalar(LIST_RESTRICTIONS).bind(case.to_string()).fetch_all(pool).await)?;
        let restricted = columns.iter().map(|column| restricted_in(column)).collect::<Result<Vec<_>, _>>()?;
        Ok(restricted.concat())
    }
}

impl Tx {
    /// The consent of a referral that the caller has read within its scope, as it stands in this transaction.
    pub async fn find_consent_of(&mut self, referral: &Referral) -> Result<Option<Consent>, StoreError> {
        let row: Option<ConsentRow> =
            in_tx!(self, |c| sqlx::query_as(FIND_OF).bind(referral.consent_id.to_string()).fetch_optional(c).await)?;
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

    /// Every consent of a case, locked until the commit.
    pub async fn lock_consents_of_case(&mut self, scope: &Scope, case: CaseId) -> Result<Vec<Consent>, StoreError> {
        in_tx!(self, |c| sqlx::query(LOCK_OF_CASE).bind(case.to_string()).execute(c).await.map(drop))?;
        let rows: Vec<ConsentRow> = in_tx!(self, |c| sqlx::query_as(LIST_OF_CASE)
            .bind(case.to_string())
            .bind(optional_text(scope.project))
            .bind(optional_text(scope.account))
            .fetch_all(c)
            .await)?;
        rows.into_iter().map(ConsentRow::into_consent).collect()
    }

    /// The consents of one conversation, as they stand in this transaction.
    pub async fn list_consents_of_conversation(
        &mut self,
        scope: &Scope,
        id: ConversationId,
    ) -> Result<Vec<Consent>, StoreError> {
        let rows: Vec<ConsentRow> = in_tx!(self, |c| sqlx::query_as(LIST_OF_CONVERSATION)
            .bind(id.to_string())
            .bind(optional_text(scope.project))
            .bind(optional_text(scope.account))
            .fetch_all(c)
            .await)?;
        rows.into_iter().map(ConsentRow::into_consent).collect()
    }

    /// A consent that takes two people, within reach of the case's team or of who leads the project, locked until the
    /// commit.
    pub async fn lock_consent_to_confirm(
        &mut self,
        scope: &Scope,
        id: ConsentId,
    ) -> Result<Option<Consent>, StoreError> {
        in_tx!(self, |c| sqlx::query(LOCK).bind(id.to_string()).execute(c).await.map(drop))?;
        let row: Option<ConsentRow> = in_tx!(self, |c| within!(sqlx::query_as(FIND_TO_CONFIRM), scope)
            .bind(id.to_string())
            .fetch_optional(c)
            .await)?;
        row.map(ConsentRow::into_consent).transpose()
    }

    /// Records that a second person has confirmed a consent.
    pub async fn confirm_consent(&mut self, id: ConsentId, now: Timestamp) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(CONFIRM)
            .bind(id.to_string())
            .bind(now.microseconds())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Whether a conversation of the case, later than that of this consent, says that its recipient must not be told; of
    /// an override, which no conversation carries, whether any does.
    pub async fn is_restricted_since(&mut self, consent: &Consent) -> Result<bool, StoreError> {
        let since = if consent.basis.is_override() { 0 } else { consent.obtained_at.microseconds() };
        let columns: Vec<String> = in_tx!(self, |c| sqlx::query_scalar(LIST_RESTRICTIONS_SINCE)
            .bind(consent.case_id.to_string())
            .bind(since)
            .bind(consent.conversation_id.to_string())
            .fetch_all(c)
            .await)?;
        let mut restricted = Vec::new();
        for column in &columns {
            restricted.extend(restricted_in(column)?);
        }
        Ok(restricted.contains(&consent.recipient_id))
    }

    /// The consent of a referral that the caller has found, locked until the commit: who may act on the referral acts on
    /// what it rests on, and a withdrawal comes before or after.
    pub async fn lock_consent_of(&mut self, referral: &Referral) -> Result<Option<Consent>, StoreError> {
        let id = referral.consent_id.to_string();
        in_tx!(self, |c| sqlx::query(LOCK).bind(&id).execute(c).await.map(drop))?;
        let row: Option<ConsentRow> = in_tx!(self, |c| sqlx::query_as(FIND_OF).bind(&id).fetch_optional(c).await)?;
        row.map(ConsentRow::into_consent).transpose()
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
        let restrictions: Vec<String> = consent.restrictions.iter().map(ToString::to_string).collect();
        let restrictions = restrictions.join(" ");
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
            .bind(consent.conversation_id.to_string())
            .bind(consent.position)
            .bind(consent.purpose.to_string())
            .bind(optional_text(consent.given_by))
            .bind(consent.assent.to_string())
            .bind(consent.interpreter.to_string())
            .bind(joined(&consent.consequences))
            .bind(restrictions)
            .bind(consent.third_country_acknowledged)
            .bind(consent.obtained_by.to_string())
            .bind(consent.confirmed_at.map(Timestamp::microseconds))
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }
}
