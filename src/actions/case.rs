//! Case references: opening one, and finding it again.

use super::disclosure::act;
use super::idempotency::Create;
use super::input::{ProfileInput, file_number};
use super::protection::require_project_at_work;
use super::{ActionError, Context, hidden};
use crate::domain::account::Account;
use crate::domain::audit::{AuditAction, AuditEvent};
use crate::domain::case::{CaseReference, FileNumber};
use crate::domain::disclosure::keyed_hash;
use crate::domain::id::{CaseId, ProjectId, TeamId};
use crate::domain::profile::{AdminStatus, AgeBasis, Profile, ProtectionFlag};
use crate::domain::refusal::{InputProblem, Refusal};
use crate::domain::sensitive::Sensitive;
use crate::domain::spoken_code::SpokenCode;
use crate::policy::access::Access;
use crate::policy::person_view::{CaseView, show_case};
use crate::policy::rules::{Action, permit};
use crate::policy::visible::Visible;
use crate::store::{KeyPurpose, Tx};

/// What opening a case takes.
#[derive(Clone, Hash)]
pub struct OpenCase {
    /// The caller's own key of this call.
    pub idempotency_key: String,
    /// What is known of the person.
    pub profile: ProfileInput,
    /// On what the age rests.
    pub age_basis: Option<AgeBasis>,
    /// Protection concerns.
    pub protection_flags: Vec<ProtectionFlag>,
    /// The team's own file number.
    pub file_number: Option<Sensitive<String>>,
    /// The team that follows the case; needed of who is of several.
    pub team_id: Option<TeamId>,
}

/// Opens a case reference in the viewer's project.
pub async fn open(context: &Context, access: &Access, input: OpenCase) -> Result<Visible<CaseView>, ActionError> {
    let account = permit(access, Action::OpenCase)?;
    let create = Create::new(account, &input.idempotency_key, "case_open", &input)?;
    let id: CaseId = context.fresh_id();
    let id = create.once(context, id, async |tx| open_within((context, access), tx, account, &input, id).await).await?;
    find(context, access, id).await
}

/// Opens a case reference as part of a greater act; gives the audit event of it.
pub(super) async fn open_within(
    (context, access): (&Context, &Access),
    tx: &mut Tx,
    account: &Account,
    input: &OpenCase,
    id: CaseId,
) -> Result<AuditEvent, ActionError> {
    let project_id = account.project_id.ok_or(ActionError::Forbidden)?;
    let now = context.now();
    check_flags(context, &input.protection_flags)?;
    let case = CaseReference {
        id,
        version: 1,
        project_id,
        team_id: team(account, input.team_id)?,
        spoken_code: free_spoken_code(context, tx).await?,
        profile: located(input.profile.clone().into_profile()?)?,
        age_basis: input.age_basis,
        flags: input.protection_flags.clone(),
        file_number: input.file_number.as_ref().map(file_number).transpose()?,
        created_month: now.month(),
        last_contact_at: now,
    };
    let key = tx.project_key(project_id, KeyPurpose::FileNumber, context.chance.key()).await?;
    let index = case.file_number.as_ref().map(|number| file_number_index(&key, number));
    tx.insert_case(&case, index.as_deref()).await?;
    Ok(act(access, now, AuditAction::CaseOpened, id.to_string()))
}

/// The team that an act of its own is for: the one that is named, or the only one there is.
pub(super) fn team(account: &Account, named: Option<TeamId>) -> Result<TeamId, Refusal> {
    let only = if let [only] = account.team_ids[..] { Some(only) } else { None };
    named
        .or(only)
        .filter(|team| account.team_ids.contains(team))
        .ok_or(Refusal::input("teamId", InputProblem::TeamNeeded))
}

/// Clinical facts make health data of a case: only where that is configured (P-24).
fn check_flags(context: &Context, flags: &[ProtectionFlag]) -> Result<(), Refusal> {
    if context.settings.takes_clinical_facts || !flags.iter().any(|flag| flag.is_clinical_fact()) {
        Ok(())
    } else {
        Err(Refusal::input("protectionFlags", InputProblem::ClinicalFact))
    }
}

/// A need without an area would stand in no table; a large one, such as a country, is enough.
fn located(profile: Profile) -> Result<Profile, Refusal> {
    if profile.area.is_some() { Ok(profile) } else { Err(Refusal::input("person.area", InputProblem::AreaUnknown)) }
}

/// What closing an appeal of age takes.
#[derive(Clone, Copy)]
pub struct CloseAppeal {
    /// The case.
    pub case_id: CaseId,
    /// The version that the caller has read.
    pub expected_version: i64,
    /// The status that the appeal led to.
    pub admin_status: AdminStatus,
    /// On what the age rests now; needed where it was contested.
    pub age_basis: Option<AgeBasis>,
}

/// What saying on what the age rests takes.
#[derive(Clone, Copy)]
pub struct SetAgeBasis {
    /// The case.
    pub case_id: CaseId,
    /// The version that the caller has read.
    pub expected_version: i64,
    /// On what the age rests.
    pub age_basis: AgeBasis,
}

/// Records how the last appeal for recognition as a minor ended: the guards of P-29 end with it, and the case's
/// retention clock runs from now.
pub async fn close_appeal(
    context: &Context,
    access: &Access,
    input: CloseAppeal,
) -> Result<Visible<CaseView>, ActionError> {
    let fields = if input.age_basis.is_some() { vec!["adminStatus", "ageBasis"] } else { vec!["adminStatus"] };
    let target = (input.case_id, input.expected_version);
    change(context, access, target, (AuditAction::AppealClosed, fields), |case| {
        case.with_appeal_closed(input.admin_status, input.age_basis)
    })
    .await
}

/// Says on what the age rests. Contested it brings every guard of a child with it (P-29).
pub async fn set_age_basis(
    context: &Context,
    access: &Access,
    input: SetAgeBasis,
) -> Result<Visible<CaseView>, ActionError> {
    let target = (input.case_id, input.expected_version);
    change(context, access, target, (AuditAction::AgeBasisSet, vec!["ageBasis"]), |case| {
        case.with_age_basis(input.age_basis)
    })
    .await
}

/// Changes sealed facts of a case on the version that the caller has read; that is a contact.
async fn change(
    context: &Context,
    access: &Access,
    (id, expected_version): (CaseId, i64),
    (action, fields): (AuditAction, Vec<&'static str>),
    decide: impl Fn(CaseReference) -> Result<CaseReference, Refusal>,
) -> Result<Visible<CaseView>, ActionError> {
    let account = permit(access, Action::OpenCase)?;
    let now = context.now();
    let changed = context.store.write(async |tx| {
        let case = tx.find_case(&access.scope(), id).await?.ok_or(ActionError::NotVisible)?;
        require_project_at_work(tx, account.project_id).await?;
        if case.version != expected_version {
            return Err(Refusal::Conflict { current_version: case.version }.into());
        }
        let mut case = decide(case)?;
        case.version += 1;
        case.last_contact_at = now;
        tx.update_case(&case).await?;
        let event = act(access, now, action, case.id.to_string());
        Ok::<_, ActionError>(tx.append_audit(&[AuditEvent { fields: fields.clone(), ..event }]).await?)
    });
    changed.await?;
    find(context, access, id).await
}

/// The case with this id.
pub async fn find(context: &Context, access: &Access, id: CaseId) -> Result<Visible<CaseView>, ActionError> {
    permit(access, Action::ReadCase)?;
    let case = context.store.find_case(&access.scope(), id).await?;
    case.and_then(|case| show_case(access, &case)).ok_or_else(|| hidden(access, id))
}

/// The case of the viewer's project that has this spoken code.
pub async fn find_by_spoken_code(
    context: &Context,
    access: &Access,
    typed: &Sensitive<String>,
) -> Result<Visible<CaseView>, ActionError> {
    permit(access, Action::ReadCase)?;
    let code = SpokenCode::parse(typed.expose()).map_err(|_| Refusal::input("spokenCode", InputProblem::SpokenCode))?;
    let case = context.store.find_case_by_spoken_code(&access.scope(), code).await?;
    case.and_then(|case| show_case(access, &case)).ok_or(ActionError::NotVisible)
}

/// The cases of the viewer's project that have this file number; a team may have given one twice.
pub async fn list_by_file_number(
    context: &Context,
    access: &Access,
    typed: &Sensitive<String>,
) -> Result<Vec<Visible<CaseView>>, ActionError> {
    let account = permit(access, Action::ReadCase)?;
    let number = file_number(typed)?;
    let project_id: ProjectId = account.project_id.ok_or(ActionError::Forbidden)?;
    let Some(key) = context.store.find_project_key(project_id, KeyPurpose::FileNumber).await? else {
        return Ok(Vec::new());
    };
    let index = file_number_index(&key, &number);
    let cases = context.store.list_cases_by_file_number_index(&access.scope(), &index).await?;
    Ok(cases
        .iter()
        .filter(|case| case.file_number.as_ref() == Some(&number))
        .filter_map(|case| show_case(access, case))
        .collect())
}

/// Draws spoken codes until one is free. Of 33 million codes a network uses thousands: the second draw
/// is rare and the tenth is a fault.
async fn free_spoken_code(context: &Context, tx: &mut Tx) -> Result<SpokenCode, ActionError> {
    for _ in 0..10 {
        let mut bytes = [0; 4];
        context.chance.fill(&mut bytes);
        let code = SpokenCode::from_chance(u32::from_be_bytes(bytes));
        if !tx.spoken_code_exists(code).await? {
            return Ok(code);
        }
    }
    Err(ActionError::Internal("ten spoken codes in a row were taken".into()))
}

/// 32 bits of a keyed hash: enough to find, too few to be the number; whoever finds compares the number
/// itself.
fn file_number_index(key: &[u8], number: &FileNumber) -> String {
    data_encoding::HEXLOWER.encode(&keyed_hash(key, &[number.as_str().as_bytes()])[..4])
}
