//! Fields that only lead on, or tell about the request itself.

/// True for the roots, for pages of connections, payloads of mutations, and what a refusal says of the
/// caller's own input. They hold nothing of an object, and are there for whoever came that far.
pub fn is_plumbing(type_name: &str, field: &str) -> bool {
    let is_of = |suffix: &str, fields: &[&str]| type_name.ends_with(suffix) && fields.contains(&field);
    matches!(type_name, "Query" | "Mutation" | "PageInfo")
        || is_of("Connection", &["pageInfo", "edges", "nodes"])
        || is_of("Edge", &["node", "cursor"])
        || is_of(
            "Payload",
            &[
                "errors",
                "case",
                "service",
                "directoryProposal",
                "consent",
                "consentOverride",
                "statutoryReport",
                "referral",
                "demand",
                "project",
                "custody",
                "notice",
                "breakGlass",
                "deletion",
                "legalHold",
            ],
        )
        || is_of("Error", &["message", "path", "problem", "currentVersion", "missingFields", "event"])
}
