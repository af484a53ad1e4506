//! Case references.

use super::reach::of_own_team;
use super::row::{Table, optional_text};
use super::{Store, StoreError, Tx, in_list, in_tx, read, sealed, statements};
use crate::domain::case::{CaseReference, FileNumber};
use crate::domain::id::CaseId;
use crate::domain::place::AreaCode;
use crate::domain::profile::{AdminStatus, Language, Profile, ProtectionFlag, Situation};
use crate::domain::referral::Referral;
use crate::domain::scope::Scope;
use crate::domain::spoken_code::SpokenCode;
use crate::domain::time::{Month, Timestamp};
use serde::{Deserialize, Serialize};

const TABLE: Table = Table("cases");

macro_rules! select_cases {
    ($condition:literal) => {
        concat!(
            "SELECT id, version, project_id, team_id, spoken_code, age_band, gender, household, languages, area, created_month, ",
            "last_contact_at, sealed FROM cases WHERE erasing_at IS NULL AND ",
            $condition
        )
    };
}

statements! {
    FIND = concat!(select_cases!("project_id = $1 AND id = $2 AND "), of_own_team!("$3"));
    FIND_BY_SPOKEN_CODE = concat!(select_cases!("project_id = $1 AND spoken_code = $2 AND "), of_own_team!("$3"));
    LIST_BY_FILE_NUMBER =
        concat!(select_cases!("project_id = $1 AND file_number_index = $2 AND "), of_own_team!("$3"), " ORDER BY id");
    LIST = select_cases!("id IN");
    SPOKEN_CODE_EXISTS = "SELECT count(*) FROM cases WHERE spoken_code = $1";
    INSERT = "INSERT INTO cases (id, version, project_id, team_id, spoken_code, age_band, gender, household, languages, area, \
        created_month, last_contact_at, file_number_index, sealed) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";
    // Of a case that is being erased nothing is changed any more.
    TOUCH = "UPDATE cases SET last_contact_at = $2 WHERE id = $1 AND erasing_at IS NULL";
    UPDATE = "UPDATE cases SET version = $2, last_contact_at = $3, sealed = $4 \
        WHERE id = $1 AND version = $2 - 1 AND erasing_at IS NULL";
    LIST_STALE = select_cases!("last_contact_at <= $1 AND id > $2 ORDER BY id LIMIT $3");
    // For the house's own clocks, which have no viewer.
    FIND_STALE = select_cases!("id = $1 AND last_contact_at <= $2");
}

/// The facts of a case that would harm a person if the disk were read.
#[derive(Serialize, Deserialize)]
struct SealedFacts {
    admin_status: Option<AdminStatus>,
    situation: Option<Situation>,
    flags: Vec<ProtectionFlag>,
    file_number: Option<String>,
}

impl SealedFacts {
    fn of(case: &CaseReference) -> Self {
        Self {
            admin_status: case.profile.admin_status,
            situation: case.profile.situation,
            flags: case.flags.clone(),
            file_number: case.file_number.as_ref().map(|number| number.as_str().to_owned()),
        }
    }
}

#[derive(sqlx::FromRow)]
struct CaseRow {
    id: String,
    version: i64,
    project_id: String,
    team_id: String,
    spoken_code: String,
    age_band: Option<String>,
    gender: Option<String>,
    household: Option<String>,
    languages: String,
    area: Option<String>,
    created_month: String,
    last_contact_at: i64,
    sealed: String,
}

impl CaseRow {
    fn into_case(self) -> Result<CaseReference, StoreError> {
        let facts: SealedFacts = sealed::open(TABLE, &self.sealed)?;
        let languages: Result<Vec<Language>, _> =
            self.languages.split_ascii_whitespace().map(Language::parse).collect();
        let area = self.area.as_deref().map(AreaCode::parse).transpose();
        let file_number = facts.file_number.as_deref().map(FileNumber::parse).transpose();
        Ok(CaseReference {
            id: TABLE.id(&self.id)?,
            version: self.version,
            project_id: TABLE.id(&self.project_id)?,
            team_id: TABLE.id(&self.team_id)?,
            spoken_code: TABLE.parsed("spoken_code", SpokenCode::parse(&self.spoken_code))?,
            profile: Profile {
                age_band: TABLE.optional_code(self.age_band.as_deref())?,
                gender: TABLE.optional_code(self.gender.as_deref())?,
                household: TABLE.optional_code(self.household.as_deref())?,
                admin_status: facts.admin_status,
                situation: facts.situation,
                languages: TABLE.parsed("languages", languages)?,
                area: TABLE.parsed("area", area)?,
            },
            flags: facts.flags,
            file_number: TABLE.parsed("file_number", file_number)?,
            created_month: Month::parse(&self.created_month).ok_or_else(|| TABLE.corrupt("created_month"))?,
            last_contact_at: Timestamp::from_microseconds(self.last_contact_at),
        })
    }
}

impl Store {
    /// A case within reach.
    pub async fn find_case(&self, scope: &Scope, id: CaseId) -> Result<Option<CaseReference>, StoreError> {
        let row: Option<CaseRow> = read!(self, |pool| sqlx::query_as(FIND)
            .bind(optional_text(scope.project))
            .bind(id.to_string())
            .bind(optional_text(scope.account))
            .fetch_optional(pool)
            .await)?;
        row.map(CaseRow::into_case).transpose()
    }

    /// The case within reach that has this spoken code.
    pub async fn find_case_by_spoken_code(
        &self,
        scope: &Scope,
        code: SpokenCode,
    ) -> Result<Option<CaseReference>, StoreError> {
        let row: Option<CaseRow> = read!(self, |pool| sqlx::query_as(FIND_BY_SPOKEN_CODE)
            .bind(optional_text(scope.project))
            .bind(code.spelled())
            .bind(optional_text(scope.account))
            .fetch_optional(pool)
            .await)?;
        row.map(CaseRow::into_case).transpose()
    }

    /// The cases within reach whose file number has this index; several numbers share one, so the
    /// caller compares the number itself.
    pub async fn list_cases_by_file_number_index(
        &self,
        scope: &Scope,
        index: &str,
    ) -> Result<Vec<CaseReference>, StoreError> {
        let rows: Vec<CaseRow> = read!(self, |pool| sqlx::query_as(LIST_BY_FILE_NUMBER)
            .bind(optional_text(scope.project))
            .bind(index)
            .bind(optional_text(scope.account))
            .fetch_all(pool)
            .await)?;
        rows.into_iter().map(CaseRow::into_case).collect()
    }
}

impl Store {
    /// The cases of referrals that the caller has read within its scope; what of them a recipient may
    /// know is for policy to say.
    pub async fn list_cases_of(&self, referrals: &[Referral]) -> Result<Vec<CaseReference>, StoreError> {
        let sql = in_list(LIST, referrals.len());
        let rows: Vec<CaseRow> = read!(self, |pool| {
            let ids = referrals.iter().map(|referral| referral.case_id.to_string());
            ids.fold(sqlx::query_as(sql), |query, id| query.bind(id)).fetch_all(pool).await
        })?;
        rows.into_iter().map(CaseRow::into_case).collect()
    }
}

impl Store {
    /// Cases that nobody was in contact with since `before`, of all projects, by id; for retention.
    pub async fn list_stale_cases(
        &self,
        before: Timestamp,
        after: Option<CaseId>,
        at_most: i64,
    ) -> Result<Vec<CaseReference>, StoreError> {
        let rows: Vec<CaseRow> = read!(self, |pool| sqlx::query_as(LIST_STALE)
            .bind(before.microseconds())
            .bind(optional_text(after).unwrap_or_default())
            .bind(at_most)
            .fetch_all(pool)
            .await)?;
        rows.into_iter().map(CaseRow::into_case).collect()
    }

    /// The cases with these ids; for retention.
    pub async fn list_cases_by_id(&self, ids: &[CaseId]) -> Result<Vec<CaseReference>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let sql = in_list(LIST, ids.len());
        let rows: Vec<CaseRow> = read!(self, |pool| {
            ids.iter().fold(sqlx::query_as(sql), |query, id| query.bind(id.to_string())).fetch_all(pool).await
        })?;
        rows.into_iter().map(CaseRow::into_case).collect()
    }
}

impl Tx {
    /// A case within reach, as it stands in this transaction.
    pub async fn find_case(&mut self, scope: &Scope, id: CaseId) -> Result<Option<CaseReference>, StoreError> {
        let row: Option<CaseRow> = in_tx!(self, |c| sqlx::query_as(FIND)
            .bind(optional_text(scope.project))
            .bind(id.to_string())
            .bind(optional_text(scope.account))
            .fetch_optional(c)
            .await)?;
        row.map(CaseRow::into_case).transpose()
    }

    /// True when any project has given this spoken code.
    pub async fn spoken_code_exists(&mut self, code: SpokenCode) -> Result<bool, StoreError> {
        let count: i64 =
            in_tx!(self, |c| sqlx::query_scalar(SPOKEN_CODE_EXISTS).bind(code.spelled()).fetch_one(c).await)?;
        Ok(count > 0)
    }

    /// Writes a new case. `file_number_index` belongs to its file number.
    pub async fn insert_case(
        &mut self,
        case: &CaseReference,
        file_number_index: Option<&str>,
    ) -> Result<(), StoreError> {
        let languages = case.profile.languages.iter().map(Language::as_str).collect::<Vec<_>>().join(" ");
        in_tx!(self, |c| sqlx::query(INSERT)
            .bind(case.id.to_string())
            .bind(case.version)
            .bind(case.project_id.to_string())
            .bind(case.team_id.to_string())
            .bind(case.spoken_code.spelled())
            .bind(optional_text(case.profile.age_band))
            .bind(optional_text(case.profile.gender))
            .bind(optional_text(case.profile.household))
            .bind(&languages)
            .bind(optional_text(case.profile.area.as_ref()))
            .bind(case.created_month.to_string())
            .bind(case.last_contact_at.microseconds())
            .bind(file_number_index)
            .bind(sealed::seal(&SealedFacts::of(case)))
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Notes an act on a case: retention counts from the last one.
    pub async fn touch_case(&mut self, id: CaseId, now: Timestamp) -> Result<(), StoreError> {
        let touched = in_tx!(self, |c| sqlx::query(TOUCH)
            .bind(id.to_string())
            .bind(now.microseconds())
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        if touched == 0 { Err(StoreError::Stale) } else { Ok(()) }
    }

    /// Writes the sealed facts of a case that was changed once since it was read. [`StoreError::Stale`] when
    /// somebody else changed it first.
    pub async fn update_case(&mut self, case: &CaseReference) -> Result<(), StoreError> {
        let changed = in_tx!(self, |c| sqlx::query(UPDATE)
            .bind(case.id.to_string())
            .bind(case.version)
            .bind(case.last_contact_at.microseconds())
            .bind(sealed::seal(&SealedFacts::of(case)))
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        if changed == 0 { Err(StoreError::Stale) } else { Ok(()) }
    }

    /// The case, unless somebody has been in contact since `before`; for retention.
    pub async fn find_stale_case(
        &mut self,
        id: CaseId,
        before: Timestamp,
    ) -> Result<Option<CaseReference>, StoreError> {
        let row: Option<CaseRow> = in_tx!(self, |c| sqlx::query_as(FIND_STALE)
            .bind(id.to_string())
            .bind(before.microseconds())
            .fetch_optional(c)
            .await)?;
        row.map(CaseRow::into_case).transpose()
    }
}
