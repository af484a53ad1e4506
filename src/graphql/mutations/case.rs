//! Opening a case reference.

use crate::actions::case::{CloseAppeal, OpenCase, SetAgeBasis, close_appeal, open, set_age_basis};
use crate::domain::profile::{AdminStatus, AgeBasis, ProtectionFlag};
use crate::domain::sensitive::Sensitive;
use crate::graphql::error::{ApiError, parse_id};
use crate::graphql::request::request;
use crate::graphql::search::ProfileInput;
use crate::graphql::types::case::CaseReference;
use crate::graphql::user_errors::{CaseAgeBasisSetError, CaseAppealCloseError, CaseOpenError, settle};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};

#[derive(Default)]
pub struct CaseMutations;

#[Object]
impl CaseMutations {
    /// Opens a case reference in the viewer's project: nobody's name, only what decides which service fits.
    async fn case_open(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "What is known.")] input: CaseOpenInput,
    ) -> Result<CaseOpenPayload, ApiError> {
        let request = request(context);
        let opened = open(&request.context, &request.access, input.try_into()?).await;
        let (case, errors) = settle(opened, request.language)?;
        Ok(CaseOpenPayload { case: case.map(CaseReference), errors })
    }

    /// Records on what the age rests. A contested age brings every guard of a child, until the last appeal is
    /// closed by `caseAppealClose`.
    async fn case_age_basis_set(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The case, and on what the age rests.")] input: CaseAgeBasisSetInput,
    ) -> Result<CaseAgeBasisSetPayload, ApiError> {
        let request = request(context);
        let input = SetAgeBasis {
            case_id: parse_id(&input.case_id)?,
            expected_version: input.expected_version,
            age_basis: input.age_basis,
        };
        let set = set_age_basis(&request.context, &request.access, input).await;
        let (case, errors) = settle(set, request.language)?;
        Ok(CaseAgeBasisSetPayload { case: case.map(CaseReference), errors })
    }

    /// Records how the last appeal for recognition as a minor ended. Until then every guard of a child holds, and no
    /// retention clock of the case runs.
    async fn case_appeal_close(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The case, and the status that the appeal led to.")] input: CaseAppealCloseInput,
    ) -> Result<CaseAppealClosePayload, ApiError> {
        let request = request(context);
        let input = CloseAppeal {
            case_id: parse_id(&input.case_id)?,
            expected_version: input.expected_version,
            admin_status: input.admin_status,
            age_basis: input.age_basis,
        };
        let closed = close_appeal(&request.context, &request.access, input).await;
        let (case, errors) = settle(closed, request.language)?;
        Ok(CaseAppealClosePayload { case: case.map(CaseReference), errors })
    }
}

/// What opening a case takes.
#[derive(InputObject)]
pub struct CaseOpenInput {
    /// The caller's own key of this call, 8 to 64 letters, digits, dashes or underscores: sent again, it
    /// gives the same case and opens no second one.
    idempotency_key: String,
    /// What is known of the person; the area is needed, the rest may be unknown.
    person: ProfileInput,
    /// On what the age rests, as far as known.
    age_basis: Option<AgeBasis>,
    /// Protection concerns, as far as known.
    #[graphql(default)]
    protection_flags: Vec<ProtectionFlag>,
    /// The team's own file number, with a digit in it; never a name.
    file_number: Option<String>,
    /// The team that follows the case, one of the viewer's; needed of who is of several.
    team_id: Option<ID>,
}

impl TryFrom<CaseOpenInput> for OpenCase {
    type Error = ApiError;

    fn try_from(input: CaseOpenInput) -> Result<Self, ApiError> {
        Ok(Self {
            idempotency_key: input.idempotency_key,
            profile: input.person.into(),
            age_basis: input.age_basis,
            protection_flags: input.protection_flags,
            file_number: input.file_number.map(Sensitive::new),
            team_id: input.team_id.as_ref().map(parse_id).transpose()?,
        })
    }
}

/// What closing an appeal takes.
#[derive(InputObject)]
pub struct CaseAppealCloseInput {
    /// The case, an id beginning with `cas_`.
    case_id: ID,
    /// The version that you have read.
    expected_version: i64,
    /// The administrative status that the appeal led to; not that of an appeal.
    admin_status: AdminStatus,
    /// On what the age rests now; needed where it was contested.
    age_basis: Option<AgeBasis>,
}

/// What saying on what the age rests takes.
#[derive(InputObject)]
pub struct CaseAgeBasisSetInput {
    /// The case, an id beginning with `cas_`.
    case_id: ID,
    /// The version that you have read.
    expected_version: i64,
    /// On what the age rests.
    age_basis: AgeBasis,
}

/// The case with what its age rests on, or why that was not recorded.
#[derive(SimpleObject)]
pub struct CaseAgeBasisSetPayload {
    /// The case; null when nothing was recorded.
    case: Option<CaseReference>,
    /// Why nothing was recorded.
    errors: Vec<CaseAgeBasisSetError>,
}

/// The case after the appeal, or why it is still open.
#[derive(SimpleObject)]
pub struct CaseAppealClosePayload {
    /// The case; null when nothing was recorded.
    case: Option<CaseReference>,
    /// Why nothing was recorded.
    errors: Vec<CaseAppealCloseError>,
}

/// The case that was opened, or why not.
#[derive(SimpleObject)]
pub struct CaseOpenPayload {
    /// The case; null when it was not opened.
    case: Option<CaseReference>,
    /// Why it was not opened.
    errors: Vec<CaseOpenError>,
}
