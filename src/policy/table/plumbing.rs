//! Fields that only lead on, or tell about the request itself.

/// True for the roots, for pages of connections, payloads of mutations, and what a refusal says of the
/// caller's own input. They hold nothing of an object but what maps tell, and are there for whoever came that far.
pub fn is_plumbing(type_name: &str, field: &str) -> bool {
    let is_of = |suffix: &str, fields: &[&str]| type_name.ends_with(suffix) && fields.contains(&field);
    matches!(type_name, "Query" | "Mutation" | "Subscription" | "PageInfo")
        // What maps tell anybody.
        || matches!(type_name, "AdminArea" | "MeasuredFrom" | "NamedPlace")
        || is_of("Connection", &["pageInfo", "edges", "nodes", "evaluatedAt", "measuredFrom", "focalPoint"])
        || is_of("Edge", &["node", "cursor"])
        // An entry of a list of entries; what it holds are views of their own, and ids that the viewer was told.
        || is_of("DirectoryChange", &["id", "kind", "service", "organization"])
        || is_of("DuplicateCandidate", &["services", "score", "reasons"])
        || is_of(
            "Payload",
            &[
                "errors",
                "case",
                "service",
                "organization",
                "directoryProposal",
                "consent",
                "consents",
                "confirmed",
                "consentOverride",
                "statutoryReport",
                "referral",
                "referrals",
                "capacityCheck",
                "partnerOffer",
                "demand",
                "project",
                "custody",
                "partner",
                "notice",
                "breakGlass",
                "deletion",
                "slip",
                "answerCode",
                "incident",
                "legalHold",
                "webhookEndpoint",
                "secret",
                "device",
                "code",
                // Names of fields of what the caller has just changed, never values.
                "waiting",
                // Kinds of what the caller has just typed.
                "warnings",
            ],
        )
        || is_of("Error", &["message", "path", "problem", "currentVersion", "missingFields", "missingConsequences", "event"])
        || is_of("TextRefusedError", &["findings", "asked", "suggestion"])
}
