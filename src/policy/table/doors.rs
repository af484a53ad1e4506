//! The ways in: fields of the root, routes and commands. What has no row here is not served.

use super::row::Action::{
    AnswerDeletion, AnswerReferral, BreakGlass, CloseReferral, CreateReferral, LeadProject, OpenCase, ReadCase,
    ReadContinuity, ReadDeletions, ReadGaps, ReadNotices, ReadOwnAccount, ReadProject, ReadReferral, RecordConsent,
    RecordDemand, ReviewGlass, SearchDirectory, TakeCustody, WithdrawConsent,
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
        door(
            "Query.node",
            &[
                SearchDirectory,
                ReadReferral,
                ReadCase,
                RecordConsent,
                RecordDemand,
                ReadProject,
                ReadNotices,
                TakeCustody,
                BreakGlass,
                ReviewGlass,
                ReadDeletions,
            ],
        ),
        door("Query.projects", &[ReadProject]),
        door("Query.project", &[ReadProject]),
        door("Query.continuityList", &[ReadContinuity]),
        door("Query.notices", &[ReadNotices]),
        door("Query.breakGlassReviews", &[ReviewGlass]),
        door("Query.breakGlassRate", &[ReviewGlass]),
        door("Query.deletionRequests", &[ReadDeletions]),
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
        door("Mutation.projectFreeze", &[LeadProject]),
        door("Mutation.projectThawRequest", &[LeadProject]),
        door("Mutation.projectThawConfirm", &[LeadProject]),
        door("Mutation.projectNameDesk", &[LeadProject]),
        door("Mutation.custodyTake", &[TakeCustody]),
        door("Mutation.noticeSeen", &[ReadNotices]),
        door("Mutation.breakGlassOpen", &[BreakGlass]),
        door("Mutation.breakGlassReview", &[ReviewGlass]),
        door("Mutation.consentWithdraw", &[WithdrawConsent]),
        door("Mutation.referralCancel", &[CloseReferral]),
        door("Mutation.referralMarkError", &[CloseReferral]),
        door("Mutation.deletionAnswer", &[AnswerDeletion]),
    ]
}

/// Routes that tell nothing of anybody, and the API, where each field of the root is a door of its own.
const ROUTES: &[&str] = &["GET /graphql", "POST /graphql", "GET /healthz", "GET /readyz", "GET /schema.graphql"];

const COMMANDS: &[&str] = &[
    "relais apply",
    "relais demo",
    "relais import",
    "relais migrate",
    "relais policy",
    "relais project",
    "relais schema",
    "relais serve",
];
