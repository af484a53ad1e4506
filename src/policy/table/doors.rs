//! The ways in: fields of the root, routes and commands. What has no row here is not served.

use super::row::Action::{
    AnswerReferral, CreateReferral, ListReadings, OpenCase, ReadCase, ReadGaps, ReadOwnAccount, ReadReferral,
    ReadTrail, RecordConsent, RecordDemand, SearchDirectory,
};
use super::row::{Door, Entry, door};

pub(super) fn doors() -> Vec<Door> {
    let mut doors = roots();
    doors.extend(ROUTES.iter().map(|name| Door { name, entry: Entry::Anybody }));
    doors.extend(COMMANDS.iter().map(|name| Door { name, entry: Entry::Operator }));
    doors
}

fn roots() -> Vec<Door> {
    vec![
        door("Query.viewer", &[ReadOwnAccount]),
        door("Query.services", &[SearchDirectory]),
        door("Query.service", &[SearchDirectory]),
        door("Query.organization", &[SearchDirectory]),
        door("Query.referral", &[ReadReferral]),
        door("Query.inbox", &[ReadReferral]),
        door("Query.sentReferrals", &[ReadReferral]),
        door("Query.caseBySpokenCode", &[ReadCase]),
        door("Query.casesByFileNumber", &[ReadCase]),
        door("Query.serviceGaps", &[ReadGaps]),
        door("Query.whoSawWhat", &[ListReadings]),
        door("Query.auditEvents", &[ReadTrail]),
        door("Query.node", &[SearchDirectory, ReadReferral, ReadCase, RecordConsent, RecordDemand]),
        door("Mutation.caseOpen", &[OpenCase]),
        door("Mutation.consentRecord", &[RecordConsent]),
        door("Mutation.referralCreate", &[CreateReferral]),
        door("Mutation.referralSend", &[CreateReferral]),
        door("Mutation.referralAcknowledge", &[AnswerReferral]),
        door("Mutation.referralAccept", &[AnswerReferral]),
        door("Mutation.referralDecline", &[AnswerReferral]),
        door("Mutation.referralStart", &[AnswerReferral]),
        door("Mutation.referralComplete", &[AnswerReferral]),
        door("Mutation.demandRecord", &[RecordDemand]),
    ]
}

/// Routes that tell nothing of anybody, and the API, where each field of the root is a door of its own.
const ROUTES: &[&str] = &["GET /graphql", "POST /graphql", "GET /healthz", "GET /readyz", "GET /schema.graphql"];

const COMMANDS: &[&str] = &[
    "relais apply",
    "relais audit",
    "relais demo",
    "relais import",
    "relais migrate",
    "relais policy",
    "relais schema",
    "relais serve",
];
