//! What callers hand over, and the lists of values: their classes. Whoever may do the act may hand it over;
//! what becomes of it is told by the rows of the fields that hold it afterwards.

use super::terms::Class::{self, Internal, Person, Public, Sensitive, Statistic};

/// The class of an argument (`root.argument`), an input field (`Input.field`) or an enum (`Enum`); `None` for
/// one that nobody has thought about.
pub fn class_of_incoming(name: &str) -> Option<Class> {
    let listed = INCOMING.iter().find(|(listed, _)| *listed == name).map(|(_, class)| *class);
    listed.or_else(|| is_of_the_work(name).then_some(Internal))
}

/// Ids, versions and keys, by which programs speak of objects; places of a list.
fn is_of_the_work(name: &str) -> bool {
    let Some((_, field)) = name.rsplit_once('.') else { return false };
    field.ends_with("Id") || matches!(field, "id" | "idempotencyKey" | "expectedVersion" | "first" | "after" | "input")
}

/// Everything else that comes in, and every enum.
pub const INCOMING: &[(&str, Class)] = &[
    ("AdminStatus", Sensitive),
    ("AgeBand", Person),
    ("AuthorityLink", Internal),
    ("CapacityStatus", Internal),
    ("CapacityUnit", Internal),
    ("CaseOpenInput.fileNumber", Person),
    ("CaseOpenInput.person", Sensitive),
    ("CaseOpenInput.protectionFlags", Sensitive),
    ("ConsentBasis", Person),
    ("ConsentField", Person),
    ("ConsentModality", Person),
    ("ConsentProblem", Person),
    ("ConsentRecordInput.basis", Person),
    ("ConsentRecordInput.contactRule", Person),
    ("ConsentRecordInput.expiresAt", Person),
    ("ConsentRecordInput.explained", Person),
    ("ConsentRecordInput.fieldScope", Person),
    ("ConsentRecordInput.language", Person),
    ("ConsentRecordInput.modality", Person),
    ("ContactRule", Person),
    ("DeadlineBand", Person),
    ("DeclineCode", Person),
    ("DemandRecordInput.area", Person),
    ("DemandRecordInput.need", Person),
    ("DemandRecordInput.result", Person),
    ("DemandResult", Person),
    ("DistanceBand", Public),
    ("Explained", Person),
    ("FitDimension", Public),
    ("FitFinding", Public),
    ("FitVerdict", Public),
    ("FreshnessState", Public),
    ("Gender", Person),
    ("Household", Person),
    ("InputProblem", Internal),
    ("KnownConsequence", Public),
    ("LocationKind", Public),
    ("NearInput.latitude", Person),
    ("NearInput.longitude", Person),
    ("NearInput.withinMeters", Public),
    ("Need", Public),
    ("NeedFamily", Public),
    ("OrganizationKind", Public),
    ("OutcomeCode", Person),
    ("ProfileInput.adminStatus", Sensitive),
    ("ProfileInput.ageBand", Person),
    ("ProfileInput.area", Person),
    ("ProfileInput.gender", Person),
    ("ProfileInput.household", Person),
    ("ProfileInput.languages", Person),
    ("ProfileInput.situation", Sensitive),
    ("ProtectionFlag", Sensitive),
    ("RecipientProblem", Internal),
    ("ReferralCompleteInput.outcome", Person),
    ("ReferralCreateInput.need", Person),
    ("ReferralCreateInput.neededBy", Person),
    ("ReferralCreateInput.urgency", Person),
    ("ReferralDeclineInput.code", Person),
    ("ReferralEvent", Person),
    ("ReferralParty", Person),
    ("ReferralSendInput.capacityConfirmed", Internal),
    ("ReferralSendInput.phoneCalled", Internal),
    ("ReferralStartInput.serviceStartedAt", Person),
    ("ReferralStatus", Person),
    ("ReleaseStage", Person),
    ("Role", Internal),
    ("ServiceFilter.near", Person),
    ("ServiceFilter.need", Person),
    ("ServiceFilter.person", Sensitive),
    ("ServiceFilter.verdicts", Public),
    ("ServiceStatus", Public),
    ("Situation", Sensitive),
    ("Specialisation", Internal),
    ("Urgency", Person),
    ("VisibilityTier", Internal),
    ("Welcome", Public),
    ("caseBySpokenCode.spokenCode", Person),
    ("casesByFileNumber.fileNumber", Person),
    ("inbox.open", Internal),
    ("sentReferrals.case", Internal),
    ("sentReferrals.open", Internal),
    ("serviceGaps.firstMonth", Statistic),
    ("serviceGaps.lastMonth", Statistic),
    ("services.filter", Sensitive),
];
