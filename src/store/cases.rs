//! Case references.

use super::keys::KeyStore;
use super::reach::{in_reached_project, of_own_team, through_glass};
use super::row::{Table, optional_text};
use super::sealed::SealedAt;
use super::{Store, StoreError, Tx, in_list, in_tx, read, statements};
use crate::crypto::blind_index;
use crate::domain::case::{CaseReference, FileNumber};
use crate::domain::erasure::ErasureUnit;
use crate::domain::id::{CaseId, ProjectId, TeamId};
use crate::domain::place::AreaCode;
use crate::domain::profile::{AdminStatus, AgeBasis, Gender, Household, Language, Profile, ProtectionFlag, Situation};
use crate::domain::referral::Referral;
use crate::domain::scope::Scope;
use crate::domain::spoken_code::SpokenCode;
use crate::domain::time::{Month, Timestamp};
use serde::{Deserialize, Serialize};

const TABLE: Table = Table("cases");

macro_rules! select_cases {
    ($condition:literal) => {
        concat!(
            "SELECT id, version, project_id, team_id, age_band, area, created_month, ",
            "last_contact_at, sealed FROM cases WHERE erasing_at IS NULL AND ",
            $condition
        )
    };
}

statements! {
    FIND = concat!(select_cases!("id = $2 AND "), of_own_team!("$1", "$3"));
    FIND_BY_SPOKEN_CODE = concat!(select_cases!("spoken_code_index = $2 AND "), of_own_team!("$1", "$3"));
    LIST_BY_FILE_NUMBER =
        concat!(select_cases!("project_id = $1 AND file_number_index = $2 AND "), of_own_team!("$1", "$3"), " ORDER BY id");
    FIND_THROUGH_GLASS = concat!(select_cases!("id = $1 AND "), through_glass!("cases.id", "$2", "$3"));
    FIND_FOR_GLASS = concat!(select_cases!("spoken_code_index = $3 AND "), in_reached_project!("$1", "$2"));
    GIVE = "UPDATE cases SET team_id = $2, version = version + 1 WHERE id = $1 AND team_id = $3";
    LIST = select_cases!("id IN");
    FIND_OF = select_cases!("id = $1");
    SPOKEN_CODE_EXISTS = "SELECT count(*) FROM cases WHERE spoken_code_index = $1";
    INSERT = "INSERT INTO cases (id, version, project_id, team_id, spoken_code_index, file_number_index, age_band, area, \
        created_month, last_contact_at, sealed) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    // Of a case that is being erased nothing is changed any more.
    TOUCH = "UPDATE cases SET last_contact_at = $2 WHERE id = $1 AND erasing_at IS NULL";
    UPDATE = "UPDATE cases SET version = $2, last_contact_at = $3, sealed = $4 \
        WHERE id = $1 AND version = $2 - 1 AND erasing_at IS NULL";
    LIST_STALE = select_cases!("last_contact_at <= $1 AND id > $2 ORDER BY id LIMIT $3");
    // For the house's own clocks, which have no viewer.
    FIND_STALE = select_cases!("id = $1 AND last_contact_at <= $2");
}

/// What a person is known by, and what would harm her if the disk were read.
#[derive(Serialize, Deserialize)]
struct SealedFacts {
    spoken_code: String,
    file_number: Option<String>,
    gender: Option<Gender>,
    household: Option<Household>,
    languages: Vec<Language>,
    admin_status: Option<AdminStatus>,
    situation: Option<Situation>,
    flags: Vec<ProtectionFlag>,
    age_basis: Option<AgeBasis>,
}

impl SealedFacts {
    fn of(case: &CaseReference) -> Self {
        Self {
            spoken_code: case.spoken_code.spelled(),
            file_number: case.file_number.as_ref().map(|number| number.as_str().to_owned()),
            gender: case.profile.gender,
            household: case.profile.household,
            languages: case.profile.languages.clone(),
            admin_status: case.profile.admin_status,
            situation: case.profile.situation,
            flags: case.flags.clone(),
            age_basis: case.age_basis,
        }
    }
}

#[derive(sqlx::FromRow)]
struct CaseRow {
    id: String,
    version: i64,
    project_id: String,
    team_id: String,
    age_band: Option<String>,
    area: Option<String>,
    created_month: String,
    last_contact_at: i64,
    sealed: String,
}

/// Where the facts of a case stand.
fn sealed_at(row: &str, id: CaseId, project: ProjectId) -> SealedAt<'_> {
    SealedAt { table: "cases", column: "sealed", row, unit: ErasureUnit::Case(id), project: Some(project) }
}

impl CaseRow {
    fn into_case(self, facts: SealedFacts) -> Result<CaseReference, StoreError> {
        let area = self.area.as_deref().map(AreaCode::parse).transpose();
        let file_number = facts.file_number.as_deref().map(FileNumber::parse).transpose();
        Ok(CaseReference {
            id: TABLE.id(&self.id)?,
            version: self.version,
            project_id: TABLE.id(&self.project_id)?,
            team_id: TABLE.id(&self.team_id)?,
            spoken_code: TABLE.parsed("spoken_code", SpokenCode::parse(&facts.spoken_code))?,
            profile: Profile {
                age_band: TABLE.optional_code(self.age_band.as_deref())?,
                gender: facts.gender,
                household: facts.household,
                admin_status: facts.admin_status,
                situation: facts.situation,
                languages: facts.languages,
                area: TABLE.parsed("area", area)?,
            },
            age_basis: facts.age_basis,
            flags: facts.flags,
            file_number: TABLE.parsed("file_number", file_number)?,
            created_month: Month::parse(&self.created_month).ok_or_else(|| TABLE.corrupt("created_month"))?,
            last_contact_at: Timestamp::from_microseconds(self.last_contact_at),
        })
    }
}

/// The cases of rows, their keys fetched at once. One that was erased is no case any more.
async fn open_cases(
    keys: &KeyStore,
    rows: impl IntoIterator<Item = CaseRow>,
) -> Result<Vec<CaseReference>, StoreError> {
    let with_ids = rows.into_iter().map(|row| Ok((TABLE.id(&row.id)?, row)));
    let rows: Vec<(CaseId, CaseRow)> = with_ids.collect::<Result<_, StoreError>>()?;
    let opened = keys.fetch(rows.iter().map(|(id, _)| ErasureUnit::Case(*id))).await?;
    let mut cases = Vec::with_capacity(rows.len());
    for (id, row) in rows {
        let at = sealed_at(&row.id, id, TABLE.id(&row.project_id)?);
        if let Some(facts) = opened.open(at, &row.sealed)? {
            cases.push(row.into_case(facts)?);
        }
    }
    Ok(cases)
}

async fn open_case(keys: &KeyStore, row: Option<CaseRow>) -> Result<Option<CaseReference>, StoreError> {
    Ok(open_cases(keys, row).await?.pop())
}

/// By which a spoken code is found: 128 bits of a keyed hash, the same in every project, because no two may give
/// the same code.
async fn spoken_code_index(keys: &KeyStore, code: SpokenCode) -> Result<String, StoreError> {
    Ok(blind_index(&keys.spoken_code_key().await?, "network", "spoken_code", &code.spelled()))
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
        open_case(&self.keys, row).await
    }

    /// The case that a broken glass of the scope's account opens at `now`. Whether it does is a condition of
    /// this very statement.
    pub async fn find_case_through_glass(
        &self,
        scope: &Scope,
        id: CaseId,
        now: Timestamp,
    ) -> Result<Option<CaseReference>, StoreError> {
        let row: Option<CaseRow> = read!(self, |pool| sqlx::query_as(FIND_THROUGH_GLASS)
            .bind(id.to_string())
            .bind(optional_text(scope.account))
            .bind(now.microseconds())
            .fetch_optional(pool)
            .await)?;
        open_case(&self.keys, row).await
    }

    /// The case within reach that has this spoken code.
    pub async fn find_case_by_spoken_code(
        &self,
        scope: &Scope,
        code: SpokenCode,
    ) -> Result<Option<CaseReference>, StoreError> {
        let index = spoken_code_index(&self.keys, code).await?;
        let row: Option<CaseRow> = read!(self, |pool| sqlx::query_as(FIND_BY_SPOKEN_CODE)
            .bind(optional_text(scope.project))
            .bind(&index)
            .bind(optional_text(scope.account))
            .fetch_optional(pool)
            .await)?;
        open_case(&self.keys, row).await
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
        open_cases(&self.keys, rows).await
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
        open_cases(&self.keys, rows).await
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
        open_cases(&self.keys, rows).await
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
        open_cases(&self.keys, rows).await
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
        open_case(&self.keys, row).await
    }

    /// The case of a referral that the caller has read within its scope.
    pub async fn find_case_of(&mut self, referral: &Referral) -> Result<Option<CaseReference>, StoreError> {
        let row: Option<CaseRow> =
            in_tx!(self, |c| sqlx::query_as(FIND_OF).bind(referral.case_id.to_string()).fetch_optional(c).await)?;
        open_case(&self.keys, row).await
    }

    /// The case with this spoken code of the scope's project or unit, whatever its team: only to break the
    /// glass over it.
    pub async fn find_case_to_open(
        &mut self,
        scope: &Scope,
        code: SpokenCode,
    ) -> Result<Option<CaseReference>, StoreError> {
        let index = spoken_code_index(&self.keys, code).await?;
        let row: Option<CaseRow> = in_tx!(self, |c| sqlx::query_as(FIND_FOR_GLASS)
            .bind(optional_text(scope.project))
            .bind(optional_text(scope.unit))
            .bind(&index)
            .fetch_optional(c)
            .await)?;
        open_case(&self.keys, row).await
    }

    /// Gives a case from one team to another. [`StoreError::Stale`] when it is no longer the first one's.
    pub(super) async fn give_case(&mut self, id: CaseId, from: TeamId, to: TeamId) -> Result<(), StoreError> {
        let given = in_tx!(self, |c| sqlx::query(GIVE)
            .bind(id.to_string())
            .bind(to.to_string())
            .bind(from.to_string())
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        if given == 0 { Err(StoreError::Stale) } else { Ok(()) }
    }

    /// True when any project has given this spoken code.
    pub async fn spoken_code_exists(&mut self, code: SpokenCode) -> Result<bool, StoreError> {
        let index = spoken_code_index(&self.keys, code).await?;
        let count: i64 = in_tx!(self, |c| sqlx::query_scalar(SPOKEN_CODE_EXISTS).bind(&index).fetch_one(c).await)?;
        Ok(count > 0)
    }

    /// Writes a new case. `file_number_index` belongs to its file number.
    pub async fn insert_case(
        &mut self,
        case: &CaseReference,
        file_number_index: Option<&str>,
    ) -> Result<(), StoreError> {
        let id = case.id.to_string();
        let spoken_code_index = spoken_code_index(&self.keys, case.spoken_code).await?;
        let sealed = self.seal(sealed_at(&id, case.id, case.project_id), &SealedFacts::of(case)).await?;
        in_tx!(self, |c| sqlx::query(INSERT)
            .bind(&id)
            .bind(case.version)
            .bind(case.project_id.to_string())
            .bind(case.team_id.to_string())
            .bind(&spoken_code_index)
            .bind(file_number_index)
            .bind(optional_text(case.profile.age_band))
            .bind(optional_text(case.profile.area.as_ref()))
            .bind(case.created_month.to_string())
            .bind(case.last_contact_at.microseconds())
            .bind(&sealed)
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
        let id = case.id.to_string();
        let sealed = self.seal(sealed_at(&id, case.id, case.project_id), &SealedFacts::of(case)).await?;
        let changed = in_tx!(self, |c| sqlx::query(UPDATE)
            .bind(&id)
            .bind(case.version)
            .bind(case.last_contact_at.microseconds())
            .bind(&sealed)
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
        open_case(&self.keys, row).await
    }
}
