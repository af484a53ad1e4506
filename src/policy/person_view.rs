//! Views of a case reference, a consent and a demand: the sender's team only.

use super::access::Access;
use super::rules::{Action, permit};
use super::visible::{Protected, Subject, Told, Visible};
use crate::domain::case::CaseReference;
use crate::domain::consent::{Consent, ConsentBasis, ConsentField, ConsentModality, ContactRule, Explained};
use crate::domain::demand::{Demand, DemandResult};
use crate::domain::id::{CaseId, ConsentId, DemandId, OrganizationId, ProjectId, TeamId};
use crate::domain::need::Need;
use crate::domain::place::AreaCode;
use crate::domain::profile::{AdminStatus, AgeBand, Gender, Household, Language, ProtectionFlag, Situation};
use crate::domain::time::{Month, Timestamp};

/// A case reference as its team sees it.
#[derive(Clone)]
#[cfg_attr(test, derive(Debug))]
pub struct CaseView {
    /// Identifier.
    pub id: CaseId,
    /// Version.
    pub version: i64,
    /// Month in which it was opened.
    pub created_month: Told<Month>,
    /// The spoken code.
    pub spoken_code: Protected<String>,
    /// The team's own file number.
    pub file_number: Protected<String>,
    /// Age band.
    pub age_band: Protected<AgeBand>,
    /// Gender.
    pub gender: Protected<Gender>,
    /// Household.
    pub household: Protected<Household>,
    /// Administrative status.
    pub admin_status: Protected<AdminStatus>,
    /// Living situation.
    pub situation: Protected<Situation>,
    /// Languages.
    pub languages: Protected<Vec<Language>>,
    /// Area.
    pub area: Protected<AreaCode>,
    /// Protection concerns.
    pub protection_flags: Protected<Vec<ProtectionFlag>>,
}

/// The view of a case; `None` unless the viewer is of its team.
pub fn show_case(access: &Access, case: &CaseReference) -> Option<Visible<CaseView>> {
    let project = team_project(access, Action::ReadCase, case.project_id, case.team_id)?;
    let view = CaseView {
        id: case.id,
        version: case.version,
        created_month: Told::new("createdMonth", case.created_month),
        spoken_code: Protected::new("spokenCode", Some(case.spoken_code.spelled())),
        file_number: Protected::new("fileNumber", case.file_number.as_ref().map(|number| number.as_str().to_owned())),
        age_band: Protected::new("ageBand", case.profile.age_band),
        gender: Protected::new("gender", case.profile.gender),
        household: Protected::new("household", case.profile.household),
        admin_status: Protected::new("adminStatus", case.profile.admin_status),
        situation: Protected::new("situation", case.profile.situation),
        languages: Protected::new("languages", Some(case.profile.languages.clone())),
        area: Protected::new("area", case.profile.area.clone()),
        protection_flags: Protected::new("protectionFlags", Some(case.flags.clone())),
    };
    Some(Visible::of_subject(view, subject(case.id, project), access.recorder().clone()))
}

/// A consent as the sender's team sees it.
#[derive(Clone)]
#[cfg_attr(test, derive(Debug))]
pub struct ConsentView {
    /// Identifier.
    pub id: ConsentId,
    /// Version.
    pub version: i64,
    /// The one organisation that may be told.
    pub recipient_id: Told<OrganizationId>,
    /// The ground.
    pub basis: Protected<ConsentBasis>,
    /// What may be told.
    pub field_scope: Protected<Vec<ConsentField>>,
    /// How it was given.
    pub modality: Protected<ConsentModality>,
    /// The language in which it was explained.
    pub language: Protected<Language>,
    /// What was explained.
    pub explained: Protected<Vec<Explained>>,
    /// How the person may be reached.
    pub contact_rule: Protected<ContactRule>,
    /// When it was given.
    pub obtained_at: Protected<Timestamp>,
    /// When it lapses.
    pub expires_at: Protected<Timestamp>,
}

/// The view of a consent; `None` unless the viewer is of the case's team. A recipient reads what it
/// may know of a consent on the referral.
pub fn show_consent(access: &Access, consent: &Consent) -> Option<Visible<ConsentView>> {
    let project = team_project(access, Action::RecordConsent, consent.project_id, consent.team_id)?;
    let view = ConsentView {
        id: consent.id,
        version: consent.version,
        recipient_id: Told::new("recipient", consent.recipient_id),
        basis: Protected::new("basis", Some(consent.basis)),
        field_scope: Protected::new("fieldScope", Some(consent.field_scope.clone())),
        modality: Protected::new("modality", Some(consent.modality)),
        language: Protected::new("language", Some(consent.language.clone())),
        explained: Protected::new("explained", Some(consent.explained.clone())),
        contact_rule: Protected::new("contactRule", Some(consent.contact_rule)),
        obtained_at: Protected::new("obtainedAt", Some(consent.obtained_at)),
        expires_at: Protected::new("expiresAt", Some(consent.expires_at)),
    };
    Some(Visible::of_subject(view, subject(consent.id, project), access.recorder().clone()))
}

/// A demand record as the team that saw the need sees it.
#[derive(Clone)]
#[cfg_attr(test, derive(Debug))]
pub struct DemandView {
    /// Identifier.
    pub id: DemandId,
    /// The month.
    pub month: Told<Month>,
    /// The need.
    pub need: Protected<Need>,
    /// The area.
    pub area: Protected<AreaCode>,
    /// What became of it.
    pub result: Protected<DemandResult>,
}

/// The view of a demand; `None` unless the viewer is of the team that saw the need.
pub fn show_demand(access: &Access, demand: &Demand) -> Option<Visible<DemandView>> {
    let project = team_project(access, Action::RecordDemand, demand.project_id, demand.team_id)?;
    let view = DemandView {
        id: demand.id,
        month: Told::new("month", demand.month),
        need: Protected::new("need", Some(demand.need)),
        area: Protected::new("area", Some(demand.area.clone())),
        result: Protected::new("result", Some(demand.result)),
    };
    Some(Visible::of_subject(view, subject(demand.id, project), access.recorder().clone()))
}

/// The project of an object, when the viewer is of the team that it belongs to (P-17).
fn team_project(access: &Access, action: Action, project: ProjectId, team: TeamId) -> Option<ProjectId> {
    let account = permit(access, action).ok()?;
    account.project_id.filter(|own| *own == project && account.team_ids.contains(&team))
}

fn subject(object: impl ToString, project_id: ProjectId) -> Subject {
    Subject { object: object.to_string(), project_id, consent_id: None }
}
