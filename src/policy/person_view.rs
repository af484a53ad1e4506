//! Views of a case reference, a consent and a demand, each field as the table says.

use super::access::Access;
use super::looking::Looking;
use super::rules::{Action, permit};
use super::table::Standing;
use super::visible::{Protected, Subject, Told, Visible};
use crate::domain::audit::AuditPurpose;
use crate::domain::case::CaseReference;
use crate::domain::consent::{
    Assent, Consent, ConsentBasis, ConsentField, ConsentGiver, ConsentModality, ConsentPurpose, ContactRule, Explained,
    Interpreting,
};
use crate::domain::demand::{Demand, DemandResult};
use crate::domain::directory::KnownConsequence;
use crate::domain::glass::Glass;
use crate::domain::id::{CaseId, ConsentId, ConversationId, DemandId, OrganizationId, ProjectId, TeamId};
use crate::domain::need::Need;
use crate::domain::place::AreaCode;
use crate::domain::profile::{AdminStatus, AgeBand, AgeBasis, Gender, Household, Language, ProtectionFlag, Situation};
use crate::domain::time::{Month, Timestamp};

/// What everybody is told who sees a case at all.
const OF_EVERY_CASE: &[&str] = &["CaseReference.id", "CaseReference.version", "CaseReference.createdMonth"];

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
    /// On what the age rests.
    pub age_basis: Protected<AgeBasis>,
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
    let look = look(access, Action::ReadCase, case.team_id, false)?;
    if !look.sees_all(OF_EVERY_CASE) {
        return None;
    }
    let view = case_view(&look, case);
    Some(Visible::of_subject(view, subject(case.id, case.project_id), access.recorder().clone()))
}

/// The view of a case through a broken glass, for as long as the glass lets its own breaker through.
pub fn show_case_through_glass(
    access: &Access,
    case: &CaseReference,
    glass: &Glass,
    now: Timestamp,
) -> Option<Visible<CaseView>> {
    permit(access, Action::BreakGlass).ok()?;
    let relation = access.relation_through_glass(glass, now);
    let look = Looking::new(access, access.facts(relation, Standing::Plain, false));
    if glass.case_id != case.id || !look.sees_all(OF_EVERY_CASE) {
        return None;
    }
    let subject = Subject { purpose: AuditPurpose::Protection, ..subject(case.id, case.project_id) };
    Some(Visible::of_subject(case_view(&look, case), subject, access.recorder().clone()))
}

fn case_view(look: &Looking, case: &CaseReference) -> CaseView {
    CaseView {
        id: case.id,
        version: case.version,
        created_month: look.told("CaseReference.createdMonth", case.created_month),
        spoken_code: look.field("CaseReference.spokenCode", Some(case.spoken_code.spelled())),
        file_number: look
            .field("CaseReference.fileNumber", case.file_number.as_ref().map(|number| number.as_str().to_owned())),
        age_band: look.field("CaseReference.ageBand", case.profile.age_band),
        age_basis: look.field("CaseReference.ageBasis", case.age_basis),
        gender: look.field("CaseReference.gender", case.profile.gender),
        household: look.field("CaseReference.household", case.profile.household),
        admin_status: look.field("CaseReference.adminStatus", case.profile.admin_status),
        situation: look.field("CaseReference.situation", case.profile.situation),
        languages: look.field("CaseReference.languages", Some(case.profile.languages.clone())),
        area: look.field("CaseReference.area", case.profile.area.clone()),
        protection_flags: look.field("CaseReference.protectionFlags", Some(case.flags.clone())),
    }
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
    pub recipient_id: Protected<OrganizationId>,
    /// The ground.
    pub basis: Protected<ConsentBasis>,
    /// What for.
    pub purpose: Protected<ConsentPurpose>,
    /// Who gave it.
    pub given_by: Protected<ConsentGiver>,
    /// What the child said.
    pub assent: Protected<Assent>,
    /// What may be told.
    pub field_scope: Protected<Vec<ConsentField>>,
    /// How it was given.
    pub modality: Protected<ConsentModality>,
    /// The language in which it was explained.
    pub language: Protected<Language>,
    /// What was explained.
    pub explained: Protected<Vec<Explained>>,
    /// Who interpreted.
    pub interpreter: Protected<Interpreting>,
    /// The known consequences that were explained.
    pub consequences: Protected<Vec<KnownConsequence>>,
    /// Who must not be told.
    pub restrictions: Protected<Vec<OrganizationId>>,
    /// Whether it was accepted that the recipient's country protects data less.
    pub third_country_acknowledged: Protected<bool>,
    /// The conversation in which it was given.
    pub conversation_id: Protected<ConversationId>,
    /// Which recipient of the conversation it names.
    pub position: Protected<i64>,
    /// When a second person confirmed it.
    pub confirmed_at: Protected<Timestamp>,
    /// How the person may be reached.
    pub contact_rule: Protected<ContactRule>,
    /// When it was given.
    pub obtained_at: Protected<Timestamp>,
    /// When it lapses.
    pub expires_at: Protected<Timestamp>,
    /// When it was withdrawn.
    pub withdrawn_at: Protected<Timestamp>,
}

/// The view of a consent; `None` unless the viewer is of the case's team. A recipient reads what it
/// may know of a consent on the referral.
pub fn show_consent(access: &Access, consent: &Consent) -> Option<Visible<ConsentView>> {
    let look = look(access, Action::RecordConsent, consent.team_id, false)?;
    if !look.sees_all(&["Consent.id", "Consent.version"]) {
        return None;
    }
    let view = ConsentView {
        id: consent.id,
        version: consent.version,
        recipient_id: look.field("Consent.recipient", Some(consent.recipient_id)),
        basis: look.field("Consent.basis", Some(consent.basis)),
        purpose: look.field("Consent.purpose", Some(consent.purpose)),
        given_by: look.field("Consent.giver", consent.given_by),
        assent: look.field("Consent.assent", Some(consent.assent)),
        field_scope: look.field("Consent.fieldScope", Some(consent.field_scope.clone())),
        modality: look.field("Consent.modality", consent.modality),
        language: look.field("Consent.language", consent.language.clone()),
        explained: look.field("Consent.explained", Some(consent.explained.clone())),
        interpreter: look.field("Consent.interpreter", Some(consent.interpreter)),
        consequences: look.field("Consent.consequences", Some(consent.consequences.clone())),
        restrictions: look.field("Consent.restrictions", Some(consent.restrictions.clone())),
        third_country_acknowledged: look
            .field("Consent.thirdCountryAcknowledged", Some(consent.third_country_acknowledged)),
        conversation_id: look.field("Consent.conversationId", Some(consent.conversation_id)),
        position: look.field("Consent.rank", Some(consent.position)),
        confirmed_at: look.field("Consent.confirmedAt", consent.confirmed_at),
        contact_rule: look.field("Consent.contactRule", Some(consent.contact_rule)),
        obtained_at: look.field("Consent.obtainedAt", Some(consent.obtained_at)),
        expires_at: look.field("Consent.expiresAt", Some(consent.expires_at)),
        withdrawn_at: look.field("Consent.withdrawnAt", consent.withdrawn_at),
    };
    Some(Visible::of_subject(view, subject(consent.id, consent.project_id), access.recorder().clone()))
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
    /// How many people it counts.
    pub people: Protected<u32>,
}

/// The view of a demand; `None` unless the viewer is of the team that saw the need.
pub fn show_demand(access: &Access, demand: &Demand) -> Option<Visible<DemandView>> {
    let concerns_violence = demand.need.concerns_gender_based_violence();
    let look = look(access, Action::RecordDemand, demand.team_id, concerns_violence)?;
    if !look.sees_all(&["Demand.id", "Demand.month"]) {
        return None;
    }
    let view = DemandView {
        id: demand.id,
        month: look.told("Demand.month", demand.month),
        need: look.field("Demand.need", Some(demand.need)),
        area: look.field("Demand.area", Some(demand.area.clone())),
        result: look.field("Demand.result", Some(demand.result)),
        people: look.field("Demand.people", Some(demand.people)),
    };
    Some(Visible::of_subject(view, subject(demand.id, demand.project_id), access.recorder().clone()))
}

/// The viewer before what belongs to a team (P-17), if the act is theirs.
fn look(access: &Access, action: Action, team: TeamId, concerns_violence: bool) -> Option<Looking> {
    permit(access, action).ok()?;
    let relation = access.relation_to_team(team);
    Some(Looking::new(access, access.facts(relation, Standing::Plain, concerns_violence)))
}

fn subject(object: impl ToString, project_id: ProjectId) -> Subject {
    Subject { object: object.to_string(), project_id, consent_id: None, purpose: AuditPurpose::Care }
}
