//! The directory: who may know that an entry exists, and what of it is for signed-in staff only.
//!
//! An organisation knows its own entries, whatever their tier. Where gender-based violence is concerned nobody
//! finds a service without training, not in the own organisation either (P-12).

use super::row::{ALWAYS, Row, field};
use super::terms::Class::{self, Contact, Internal, Public};
use super::terms::Guard::{Granted, ServiceKnown, Trained, TrainedForViolence};
use super::terms::Relation::{Anonymous, Coordinator, Counterpart, Member, OwnOrganization, ProtectionLead};
use super::terms::Standing::{Network, Plain, Project, Public as PublicTier, Restricted, Sealed};
use super::terms::{Guard, Guards, Relation, Standing};

/// Whoever is signed in.
const STAFF: [Relation; 3] = [Member, Coordinator, ProtectionLead];

impl Row {
    fn staff(self, standings: &[Standing]) -> Self {
        STAFF.into_iter().fold(self, |row, relation| row.to(relation, standings))
    }

    /// Staff see it while the entry stands so, each under these guards.
    fn guarded(mut self, relations: &[Relation], standing: Standing, guards: &[Guard]) -> Self {
        for relation in relations {
            self = self.to(*relation, &[standing]);
            let cell = self.cells.last_mut().expect("a cell was just added");
            cell.guards = Guards::of(guards);
        }
        self
    }
}

pub(super) fn rows() -> Vec<Row> {
    let mut rows = vec![service_exists(), organization_exists()];
    rows.extend(OF_SERVICES.iter().map(|(name, class)| of_entry(name, *class)));
    rows.extend(OF_ORGANIZATIONS.iter().map(|(name, class)| of_organization(name, *class)));
    rows.extend(
        ["Service.phones", "Service.email", "Phone.typed", "Phone.number", "Phone.doNotUse"]
            .map(|name| field(name, Contact).staff(ALWAYS).to(OwnOrganization, ALWAYS)),
    );
    rows.extend(OF_NETWORK.map(|name| field(name, Internal).staff(ALWAYS).to(OwnOrganization, ALWAYS)));
    rows.extend(OF_HISTORY.map(|name| field(name, Internal).staff(ALWAYS).to(OwnOrganization, ALWAYS)));
    rows.extend(proposals());
    let version = field("Organization.version", Internal).staff(&[Plain]);
    rows.push(version.to(OwnOrganization, &[Plain]).to(Counterpart, &[Plain]));
    rows
}

/// A service is there for whoever sees its id.
fn service_exists() -> Row {
    field("Service.id", Public)
        .to(OwnOrganization, ALWAYS)
        .only(TrainedForViolence)
        .guarded(&[Anonymous], PublicTier, &[TrainedForViolence])
        .guarded(&STAFF, PublicTier, &[TrainedForViolence])
        .guarded(&STAFF, Network, &[TrainedForViolence])
        .guarded(&STAFF, Project, &[TrainedForViolence, Granted])
        .guarded(&STAFF, Restricted, &[Trained])
        .guarded(&[Coordinator, ProtectionLead], Sealed, &[TrainedForViolence])
}

/// An organisation is there for whoever sees its id: by one of its services, as one's own, or as the other
/// side of a referral.
fn organization_exists() -> Row {
    let by_services = [Anonymous, Member, Coordinator, ProtectionLead]
        .into_iter()
        .fold(field("Organization.id", Public), |row, relation| row.to(relation, &[Plain]));
    by_services.only(ServiceKnown).to(OwnOrganization, &[Plain]).to(Counterpart, &[Plain])
}

/// A proposal is told to whoever may decide it, which is an act. Values may be phones.
fn proposals() -> Vec<Row> {
    let class = |name: &str| if name.contains(".value") { Contact } else { Internal };
    OF_PROPOSALS.map(|name| field(name, class(name)).staff(&[Plain]).to(OwnOrganization, &[Plain])).into()
}

/// A field of an entry is told to everybody who may know of the entry.
fn of_entry(name: &'static str, class: Class) -> Row {
    field(name, class).to(Anonymous, ALWAYS).staff(ALWAYS).to(OwnOrganization, ALWAYS)
}

fn of_organization(name: &'static str, class: Class) -> Row {
    field(name, class).to(Anonymous, &[Plain]).staff(&[Plain]).to(OwnOrganization, &[Plain]).to(Counterpart, &[Plain])
}

/// What the domain reference keeps for the network (section 1.1): whether there is room now, and for whom a service is
/// specialised, which would point out to anyone where those go who fled violence.
const OF_NETWORK: [&str; 12] = [
    "Capacity.acceptedSince",
    "Capacity.status",
    "Capacity.statusTold",
    "Capacity.unit",
    "Capacity.available",
    "Capacity.maximum",
    "Capacity.updatedAt",
    "Capacity.per",
    "Capacity.expectedWaitDays",
    "Capacity.toldBy",
    "Service.capacity",
    "Service.specialisations",
];

/// Who changed what and when is for staff, and whose record it is: that leads to what the source shows of it.
const OF_HISTORY: [&str; 18] = [
    "FieldProvenance.field",
    "FieldProvenance.toldBy",
    "FieldProvenance.at",
    "FieldProvenance.takenFrom",
    "Service.version",
    "Service.provenance",
    "Service.verifiedBy",
    "Service.questions",
    "Service.source",
    "ServiceSource.name",
    "ServiceSource.recordId",
    "ServiceSource.toldOn",
    "ServiceVersion.version",
    "ServiceVersion.at",
    "ServiceVersion.source",
    "ServiceVersion.byRole",
    "ServiceVersion.isGone",
    "ServiceVersion.fields",
];

const OF_PROPOSALS: [&str; 16] = [
    "DirectoryProposal.id",
    "DirectoryProposal.kind",
    "DirectoryProposal.status",
    "DirectoryProposal.source",
    "DirectoryProposal.proposedAt",
    "DirectoryProposal.proposedByRole",
    "DirectoryProposal.decidedAt",
    "DirectoryProposal.decidedByRole",
    "DirectoryProposal.reason",
    "DirectoryProposal.isOwn",
    "DirectoryProposal.changes",
    "DirectoryProposalChange.serviceId",
    "DirectoryProposalChange.serviceName",
    "DirectoryProposalChange.field",
    "DirectoryProposalChange.valueBefore",
    "DirectoryProposalChange.valueProposed",
];

const OF_ORGANIZATIONS: &[(&str, Class)] = &[
    ("Organization.name", Public),
    ("Organization.alternateName", Public),
    ("Organization.description", Public),
    ("Organization.website", Public),
    ("Organization.kind", Public),
    ("Organization.authorityLink", Internal),
    ("Organization.mayReceiveReferrals", Public),
    ("Organization.services", Public),
];

const OF_SERVICES: &[(&str, Class)] = &[
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
    ("FitReason.proposedNeed", Public),
    ("Freshness.state", Public),
    ("Freshness.score", Public),
    ("Freshness.verifiedOn", Public),
    ("Freshness.validUntil", Public),
    ("Place.id", Public),
    ("Place.name", Public),
    ("Place.kind", Public),
    ("Place.redacted", Public),
    ("Place.latitude", Public),
    ("Place.longitude", Public),
    ("Place.address", Public),
    ("Place.areaCode", Public),
    ("Place.areaName", Public),
    ("Place.doNotUse", Public),
    ("Schedule.weekdays", Public),
    ("Schedule.opensAt", Public),
    ("Schedule.closesAt", Public),
    ("Schedule.text", Public),
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
    ("Service.knownConsequences", Public),
    ("Service.schedules", Public),
    ("Service.places", Public),
    ("Service.freshness", Public),
    ("Service.proposedDeadlines", Public),
    ("Service.tier", Internal),
    ("Closure.from", Public),
    ("Closure.until", Public),
    ("DatedHours.from", Public),
    ("DatedHours.until", Public),
    ("DatedHours.openingHours", Public),
    ("OpeningState.status", Public),
    ("OpeningState.reason", Public),
    ("OpeningState.nextChangeAt", Public),
    ("Place.precision", Public),
    ("Service.accessibility", Public),
    ("Service.areasServed", Public),
    ("Service.check", Public),
    ("Service.closesOn", Public),
    ("Service.closures", Public),
    ("Service.country", Public),
    ("Service.datedHours", Public),
    ("Service.language", Public),
    ("Service.modes", Public),
    ("Service.opening", Public),
    ("Service.openingHours", Public),
    ("Service.timeZone", Public),
    ("Service.translations", Public),
    ("ServiceEdge.score", Public),
    ("ServiceEdge.standing", Public),
    ("StandingFactor.factor", Public),
    ("StandingFactor.value", Public),
    ("StandingFactor.weight", Public),
    ("StandingFactor.message", Public),
    ("Translation.language", Public),
    ("Translation.name", Public),
    ("Translation.description", Public),
    ("ServiceCheck.verdict", Public),
    ("ServiceCheck.reasons", Public),
    ("Service.criteriaDisagree", Public),
    ("Service.doNotUse", Public),
    ("Service.mergedInto", Public),
    ("Service.nextReviewOn", Public),
    ("ServiceDetail.label", Public),
    ("ServiceDetail.values", Public),
    ("ServiceEdge.distanceMeters", Public),
    ("ServiceEdge.distanceBand", Public),
    ("ServiceEdge.locationId", Public),
    ("ServiceEdge.verdict", Public),
    ("ServiceEdge.reasons", Public),
];
