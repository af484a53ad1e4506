//! The data class of every field that can be read: who may know it, and whether its reading is recorded.
//!
//! Invariant: a test walks the schema; a field that is not here fails it, and so does a name here that
//! the schema does not have. A field of class D3 or above stands in its view as `Protected` or `Told`, so
//! that reading it is recorded. Where a field only leads to another object, that object's fields have
//! classes of their own.

use self::Class::{Contact, Internal, Person, Public, Sensitive, Statistic};
use crate::domain::code::code_list;

code_list! {
    /// How much harm a field could do, by the classes of the domain reference.
    Class {
        Public = "D0": "may be known by whoever may know of the entry",
        Internal = "D1": "operational: of the work, not of a person",
        Contact = "D2": "how staff of an organisation are reached; for signed-in staff",
        Person = "D3": "linked to a person through a case; recorded when read",
        Sensitive = "D4": "a coded fact that could harm the person; recorded when read",
        Statistic = "statistic": "counts of persons, none below the threshold",
    }
}

impl Class {
    /// True where reading the field is recorded.
    pub const fn is_recorded(self) -> bool {
        matches!(self, Self::Person | Self::Sensitive)
    }
}

/// The class of a field of the schema, by the name of its type; `None` for a field without a class.
pub fn class_of(type_name: &str, field: &str) -> Option<Class> {
    let listed = CLASSES.iter().find(|(name, _)| name.split_once('.') == Some((type_name, field)));
    listed.map(|(_, class)| *class).or_else(|| is_plumbing(type_name, field).then_some(Class::Internal))
}

/// Fields that lead to objects, or tell about the request itself: the roots, pages of connections,
/// payloads of mutations, and what a refusal says of the caller's own input.
fn is_plumbing(type_name: &str, field: &str) -> bool {
    let is_of = |suffix: &str, fields: &[&str]| type_name.ends_with(suffix) && fields.contains(&field);
    matches!(type_name, "Query" | "Mutation" | "PageInfo")
        || is_of("Connection", &["pageInfo", "edges", "nodes"])
        || is_of("Edge", &["node", "cursor"])
        || is_of("Payload", &["errors", "case", "consent", "referral", "demand", "legalHold"])
        || is_of("Error", &["message", "path", "problem", "currentVersion", "missingFields"])
}

/// The table. A timeline is recorded as one field of its referral, and an offer's fields under the
/// referral's id.
pub const CLASSES: &[(&str, Class)] = &[
    ("Capacity.status", Internal),
    ("Capacity.statusTold", Internal),
    ("Capacity.unit", Internal),
    ("Capacity.available", Internal),
    ("Capacity.maximum", Internal),
    ("Capacity.updatedAt", Internal),
    ("CaseReference.id", Internal),
    ("CaseReference.version", Internal),
    ("CaseReference.spokenCode", Person),
    ("CaseReference.fileNumber", Person),
    ("CaseReference.ageBand", Person),
    ("CaseReference.gender", Person),
    ("CaseReference.household", Person),
    ("CaseReference.adminStatus", Sensitive),
    ("CaseReference.situation", Sensitive),
    ("CaseReference.languages", Person),
    ("CaseReference.area", Person),
    ("CaseReference.protectionFlags", Sensitive),
    ("CaseReference.createdMonth", Person),
    ("Consent.id", Internal),
    ("Consent.version", Internal),
    ("Consent.recipient", Person),
    ("Consent.basis", Person),
    ("Consent.fieldScope", Person),
    ("Consent.modality", Person),
    ("Consent.language", Person),
    ("Consent.explained", Person),
    ("Consent.contactRule", Person),
    ("Consent.obtainedAt", Person),
    ("Consent.expiresAt", Person),
    ("Demand.id", Internal),
    ("Demand.month", Person),
    ("Demand.need", Person),
    ("Demand.area", Person),
    ("Demand.result", Person),
    ("Eligibility.minimumAge", Public),
    ("Eligibility.maximumAge", Public),
    ("Eligibility.ageBands", Public),
    ("Eligibility.genders", Public),
    ("Eligibility.households", Public),
    ("Eligibility.adminStatuses", Public),
    ("Eligibility.situations", Public),
    ("FitReason.dimension", Public),
    ("FitReason.finding", Public),
    ("FitReason.message", Public),
    ("Freshness.state", Public),
    ("Freshness.score", Public),
    ("Freshness.verifiedOn", Public),
    ("Freshness.validUntil", Public),
    ("InvalidTransitionError.status", Person),
    ("InvalidTransitionError.event", Internal),
    ("LegalHold.caseId", Internal),
    ("LegalHold.overdue", Person),
    ("LegalHold.reason", Person),
    ("LegalHold.reviewOn", Person),
    ("LegalHold.setAt", Person),
    ("Offer.ageBand", Person),
    ("Offer.gender", Person),
    ("Offer.household", Person),
    ("Offer.adminStatus", Sensitive),
    ("Offer.situation", Sensitive),
    ("Offer.languages", Person),
    ("Offer.area", Person),
    ("Organization.id", Public),
    ("Organization.name", Public),
    ("Organization.alternateName", Public),
    ("Organization.description", Public),
    ("Organization.website", Public),
    ("Organization.kind", Public),
    ("Organization.authorityLink", Internal),
    ("Organization.mayReceiveReferrals", Public),
    ("Organization.services", Public),
    ("Place.id", Public),
    ("Place.name", Public),
    ("Place.kind", Public),
    ("Place.redacted", Public),
    ("Place.latitude", Public),
    ("Place.longitude", Public),
    ("Place.address", Public),
    ("Place.areaCode", Public),
    ("Place.areaName", Public),
    ("Referral.id", Internal),
    ("Referral.version", Internal),
    ("Referral.status", Person),
    ("Referral.stage", Person),
    ("Referral.statusAt", Person),
    ("Referral.requestedAt", Person),
    ("Referral.recipient", Person),
    ("Referral.service", Person),
    ("Referral.locationId", Person),
    ("Referral.need", Person),
    ("Referral.urgency", Person),
    ("Referral.neededBy", Person),
    ("Referral.deadlineBand", Person),
    ("Referral.contactRule", Person),
    ("Referral.sender", Person),
    ("Referral.senderProject", Person),
    ("Referral.senderMailbox", Person),
    ("Referral.offer", Internal),
    ("Referral.alias", Person),
    ("Referral.consentValidUntil", Person),
    ("Referral.consentScope", Person),
    ("Referral.protectionFlags", Sensitive),
    ("Referral.serviceStartedAt", Person),
    ("Referral.declineCode", Person),
    ("Referral.outcomeCode", Person),
    ("Referral.timeline", Person),
    ("Referral.case", Internal),
    ("Referral.consent", Internal),
    ("Schedule.weekdays", Public),
    ("Schedule.opensAt", Public),
    ("Schedule.closesAt", Public),
    ("Schedule.text", Public),
    ("Service.id", Public),
    ("Service.name", Public),
    ("Service.alternateName", Public),
    ("Service.description", Public),
    ("Service.organization", Public),
    ("Service.needs", Public),
    ("Service.needFamilies", Public),
    ("Service.status", Public),
    ("Service.welcome", Public),
    ("Service.eligibility", Public),
    ("Service.criteriaText", Public),
    ("Service.details", Public),
    ("Service.languages", Public),
    ("Service.applicationProcess", Public),
    ("Service.fees", Public),
    ("Service.alert", Public),
    ("Service.phones", Contact),
    ("Service.email", Contact),
    ("Service.knownConsequences", Public),
    ("Service.specialisations", Internal),
    ("Service.capacity", Internal),
    ("Service.schedules", Public),
    ("Service.places", Public),
    ("Service.freshness", Public),
    ("Service.tier", Internal),
    ("ServiceDetail.label", Public),
    ("ServiceDetail.values", Public),
    ("ServiceEdge.distanceMeters", Public),
    ("ServiceEdge.distanceBand", Public),
    ("ServiceEdge.locationId", Public),
    ("ServiceEdge.verdict", Public),
    ("ServiceEdge.reasons", Public),
    ("ServiceGapCell.month", Statistic),
    ("ServiceGapCell.area", Statistic),
    ("ServiceGapCell.need", Statistic),
    ("ServiceGapCell.persons", Statistic),
    ("ServiceGapCell.results", Statistic),
    ("ServiceGapReport.cells", Statistic),
    ("ServiceGapReport.threshold", Public),
    ("ServiceGapReport.sensitiveThreshold", Public),
    ("ServiceGapResult.result", Statistic),
    ("ServiceGapResult.persons", Statistic),
    ("Team.id", Internal),
    ("Team.name", Internal),
    ("TimelineEntry.at", Person),
    ("TimelineEntry.event", Person),
    ("TimelineEntry.party", Person),
    ("TimelineEntry.organization", Person),
    ("TimelineEntry.code", Person),
    ("Viewer.id", Internal),
    ("Viewer.handle", Internal),
    ("Viewer.role", Internal),
    ("Viewer.teams", Internal),
    ("Viewer.organization", Internal),
];
