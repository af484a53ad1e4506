//! The objects that people speak of, each with the types of the schema that tell it and the ways in which it
//! can stand.

use super::terms::Standing::{
    self, Accepted, Closed, Draft, Ended, Handover, Network, Offer, Plain, Project, Public, Reopenable, Restricted,
    Sealed,
};

/// A kind of object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Object {
    /// Its key in the locale files.
    pub key: &'static str,
    /// Its types; `page:` and `export:` stand for everything that begins so.
    pub types: &'static [&'static str],
    /// How it can stand.
    pub standings: &'static [Standing],
}

const STAGES: &[Standing] = &[Draft, Offer, Accepted, Handover, Reopenable, Ended, Closed];
const TIERS: &[Standing] = &[Public, Network, Project, Restricted, Sealed];

/// Every object, in the order of a page.
pub const OBJECTS: &[Object] = &[
    Object {
        key: "referral",
        types: &["Referral", "Offer", "TimelineEntry", "ReferralProof", "AttestedFact", "Delivery", "Message"],
        standings: STAGES,
    },
    Object { key: "capacity-check", types: &["CapacityCheck"], standings: &[Plain] },
    Object { key: "partner-offer", types: &["PartnerOffer", "OfferedPerson"], standings: &[Offer, Accepted, Ended] },
    // A refusal knows nothing of the consent: what is accepted stands as if it were offered.
    Object { key: "refusal", types: &["InvalidTransitionError"], standings: &[Offer, Ended, Closed] },
    // Told once, to who makes it.
    Object { key: "slip", types: &["HandoverSlip", "AnswerCode"], standings: &[Accepted] },
    Object { key: "case", types: &["CaseReference"], standings: &[Plain] },
    Object { key: "consent", types: &["Consent"], standings: &[Plain] },
    Object { key: "demand", types: &["Demand"], standings: &[Plain] },
    Object { key: "legal-hold", types: &["LegalHold"], standings: &[Plain] },
    Object {
        key: "figures",
        types: &["ServiceGapReport", "ServiceGapCell", "ServiceGapOutreach", "ServiceGapResult"],
        standings: &[Plain],
    },
    Object {
        key: "service",
        types: &[
            "Service",
            "Capacity",
            "Eligibility",
            "Freshness",
            "Phone",
            "Place",
            "Schedule",
            "ServiceDetail",
            "ServiceEdge",
            "ServiceCheck",
            "FitReason",
            "StandingFactor",
            "Phone",
            "Translation",
            "Closure",
            "DatedHours",
            "OpeningState",
            "FieldProvenance",
            "ServiceSource",
            "ServiceVersion",
        ],
        standings: TIERS,
    },
    Object { key: "proposal", types: &["DirectoryProposal", "DirectoryProposalChange"], standings: &[Plain] },
    Object { key: "organization", types: &["Organization"], standings: &[Plain] },
    Object { key: "readings", types: &["CaseReadings", "CaseReading"], standings: &[Plain] },
    Object { key: "trail", types: &["AuditEvent"], standings: &[Plain] },
    Object { key: "account", types: &["Viewer", "Team", "FocalPoint"], standings: &[Plain] },
    Object {
        key: "project",
        types: &["Project", "PartnerRevocation", "RestartList", "ContinuityEntry", "Custody"],
        standings: &[Plain],
    },
    Object { key: "glass", types: &["BreakGlass", "BreakGlassRate"], standings: &[Plain] },
    Object { key: "notice", types: &["Notice"], standings: &[Plain] },
    Object { key: "deletion", types: &["Deletion"], standings: &[Plain] },
    Object { key: "override", types: &["ConsentOverride"], standings: &[Plain] },
    Object { key: "incident", types: &["Incident"], standings: &[Plain] },
    Object { key: "report", types: &["StatutoryReport"], standings: &[Plain] },
    Object { key: "webhook", types: &["WebhookEndpoint", "WebhookAttempt", "WebhookSecret"], standings: &[Plain] },
    Object { key: "device", types: &["Device", "DeviceCode"], standings: &[Plain] },
    Object { key: "page", types: &["page:", "export:"], standings: &[Plain] },
];

/// The object that a field is of.
pub fn object_of(name: &str) -> Option<&'static Object> {
    let is_of = |of: &&str| {
        name.split_once('.').is_some_and(|(type_name, _)| type_name == *of)
            || (of.ends_with(':') && name.starts_with(*of))
    };
    OBJECTS.iter().find(|object| object.types.iter().any(is_of))
}
