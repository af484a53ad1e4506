//! Demand: needs for which nothing was found, and the table of gaps.

use super::disclosure::act;
use super::idempotency::Create;
use super::input::area;
use super::{ActionError, Context, hidden};
use crate::domain::audit::AuditAction;
use crate::domain::case::CaseReference;
use crate::domain::demand::{Demand, DemandResult, person_key, tabulate, tabulate_outreach};
use crate::domain::id::{CaseId, DemandId, ReferralId, TeamId};
use crate::domain::need::Need;
use crate::domain::place::AreaCode;
use crate::domain::profile::{AgeBand, Gender};
use crate::domain::refusal::{InputProblem, Refusal};
use crate::domain::time::{Month, Timestamp};
use crate::policy::access::Access;
use crate::policy::person_view::{DemandView, show_demand};
use crate::policy::rules::{Action, permit};
use crate::policy::suppress::{ShownGaps, show_gaps};
use crate::policy::visible::Visible;
use crate::store::{KeyPurpose, MonthRange, Tx};

/// Most people of one count.
const MOST_PEOPLE: u32 = 1_000;
/// Most months of one table.
const MOST_MONTHS: i64 = 24;

/// What recording a need without an answer takes.
#[derive(Clone, Hash)]
pub struct RecordDemand {
    /// The caller's own key of this call.
    pub idempotency_key: String,
    /// The case.
    pub case_id: CaseId,
    /// The need.
    pub need: Need,
    /// Why nothing was found.
    pub result: DemandResult,
    /// Where; by default the area of the case.
    pub area: Option<String>,
}

/// What counting people with a need outside takes.
#[derive(Clone, Hash)]
pub struct CountDemand {
    /// The caller's own key of this call.
    pub idempotency_key: String,
    /// The team that counted; not said by who is of one team only.
    pub team_id: Option<TeamId>,
    /// The need.
    pub need: Need,
    /// Where.
    pub area: String,
    /// How many people.
    pub people: i64,
    /// Their age band.
    pub age_band: Option<AgeBand>,
    /// Their gender.
    pub gender: Option<Gender>,
    /// Why nothing was found, where that is known.
    pub result: Option<DemandResult>,
}

/// Records how many people with a need were met outside, of whom no case is opened.
pub async fn count(context: &Context, access: &Access, input: CountDemand) -> Result<Visible<DemandView>, ActionError> {
    let account = permit(access, Action::RecordDemand)?;
    let create = Create::new(account, &input.idempotency_key, "demand_count", &input)?;
    let now = context.now();
    let id: DemandId = context.fresh_id();
    let id = create
        .once(context, id, async |tx| {
            if input.result.is_some_and(|result| !result.is_recorded_by_hand()) {
                return Err(Refusal::input("result", InputProblem::ResultOfRecord).into());
            }
            let people = u32::try_from(input.people).ok().filter(|people| (1..=MOST_PEOPLE).contains(people));
            let demand = Demand {
                id,
                project_id: account.project_id.ok_or(ActionError::Forbidden)?,
                team_id: super::case::team(account, input.team_id)?,
                month: now.month(),
                area: area("area", &input.area)?,
                need: input.need,
                age_band: input.age_band,
                gender: input.gender,
                household: None,
                people: people.ok_or(Refusal::input("people", InputProblem::People))?,
                person_key: None,
                referral_id: None,
                result: input.result.unwrap_or(DemandResult::Pending),
            };
            tx.insert_demand(&demand).await?;
            Ok(act(access, now, AuditAction::DemandRecorded, id.to_string()))
        })
        .await?;
    find(context, access, id).await
}

/// Records a need of a case for which nothing was found.
pub async fn record(
    context: &Context,
    access: &Access,
    input: RecordDemand,
) -> Result<Visible<DemandView>, ActionError> {
    let account = permit(access, Action::RecordDemand)?;
    let create = Create::new(account, &input.idempotency_key, "demand_record", &input)?;
    let now = context.now();
    let id: DemandId = context.fresh_id();
    let id = create
        .once(context, id, async |tx| {
            if !input.result.is_recorded_by_hand() {
                return Err(Refusal::input("result", InputProblem::ResultOfRecord).into());
            }
            let case =
                tx.find_case(&access.scope(), input.case_id).await?.ok_or_else(|| hidden(access, input.case_id))?;
            let typed_area = input.area.as_deref().map(|code| area("area", code)).transpose()?;
            let area = typed_area.map_or_else(|| area_of(&case), Ok)?;
            let seen = Seen { id, need: input.need, area, referral_id: None, result: input.result };
            insert(context, tx, &case, &seen, now).await?;
            tx.touch_case(case.id, now).await?;
            Ok(act(access, now, AuditAction::DemandRecorded, id.to_string()))
        })
        .await?;
    find(context, access, id).await
}

/// The demand with this id.
pub async fn find(context: &Context, access: &Access, id: DemandId) -> Result<Visible<DemandView>, ActionError> {
    permit(access, Action::RecordDemand)?;
    let demand = context.store.find_demand(&access.scope(), id).await?;
    demand.and_then(|demand| show_demand(access, &demand)).ok_or_else(|| hidden(access, id))
}

/// The table of gaps of the viewer's project, from one month to another, both included.
pub async fn gaps(
    context: &Context,
    access: &Access,
    first: &str,
    last: &str,
) -> Result<Visible<ShownGaps>, ActionError> {
    let account = permit(access, Action::ReadGaps)?;
    let project = account.project_id.ok_or(ActionError::Forbidden)?;
    let months = MonthRange { first: month("firstMonth", first)?, last: month("lastMonth", last)? };
    if months.first > months.last || months.last.number_since(months.first) >= MOST_MONTHS {
        return Err(Refusal::input("lastMonth", InputProblem::MonthRange).into());
    }
    let demands = context.store.list_demands(&access.scope(), months).await?;
    let event = act(access, context.now(), AuditAction::GapsRead, project.to_string());
    context.store.write(async |tx| Ok::<_, ActionError>(tx.append_audit(std::slice::from_ref(&event)).await?)).await?;
    show_gaps(access, tabulate(&demands), tabulate_outreach(&demands)).ok_or(ActionError::NotVisible)
}

/// The area of a case: every case was opened with one.
pub(super) fn area_of(case: &CaseReference) -> Result<AreaCode, ActionError> {
    case.profile.area.clone().ok_or_else(|| ActionError::Internal("a case without an area".into()))
}

/// A need as it was seen, before it has its person key.
pub(super) struct Seen {
    pub(super) id: DemandId,
    pub(super) need: Need,
    pub(super) area: AreaCode,
    pub(super) referral_id: Option<ReferralId>,
    pub(super) result: DemandResult,
}

/// Writes a need into the ledger of its month.
pub(super) async fn insert(
    context: &Context,
    tx: &mut Tx,
    case: &CaseReference,
    seen: &Seen,
    now: Timestamp,
) -> Result<(), ActionError> {
    let month = now.month();
    let key = tx.project_key(case.project_id, KeyPurpose::Demand(month), context.chance.key()).await?;
    let demand = Demand {
        id: seen.id,
        project_id: case.project_id,
        team_id: case.team_id,
        month,
        area: seen.area.clone(),
        need: seen.need,
        age_band: case.profile.age_band,
        gender: case.profile.gender,
        household: case.profile.household,
        people: 1,
        person_key: Some(person_key(&key, case.id, seen.need)),
        referral_id: seen.referral_id,
        result: seen.result,
    };
    Ok(tx.insert_demand(&demand).await?)
}

fn month(field: &'static str, typed: &str) -> Result<Month, Refusal> {
    Month::parse(typed).ok_or(Refusal::input(field, InputProblem::Month))
}
