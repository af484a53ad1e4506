//! The ways in: fields of the root, routes and commands. What has no row here is not served.

use super::row::Action::{
    AnswerDeletion, AnswerOffer, AnswerReferral, BreakGlass, CloseIncident, CloseReferral, ConfirmConsent,
    ConfirmEntry, ConfirmOverride, ConfirmReport, CreateReferral, DecideProposal, EditEntry, FindDuplicates,
    FollowReferral, HoldCase, KeepDevices, KeepOwnAccount, KeepWebhooks, LeadProject, ListReadings, MarkDoNotUse,
    OfferPerson, OpenCase, ReadCase, ReadContinuity, ReadDeletions, ReadGaps, ReadHistory, ReadIncidents, ReadNotices,
    ReadOverrides, ReadOwnAccount, ReadProject, ReadProposals, ReadReferral, ReadReports, ReadTrail, RecordConsent,
    RecordDemand, RecordReport, ReopenReferral, RequestOverride, ReviewGlass, SearchDirectory, SendMessage,
    SetReception, SuggestCorrection, TakeCustody, TellCapacity, WithdrawConsent,
};
use super::row::{Door, Entry, door};

pub(super) fn doors() -> Vec<Door> {
    let mut doors = roots();
    doors.extend(roots_of_the_loop());
    doors.extend(STREAMS.iter().map(|name| door(name, &[ReadReferral])));
    doors.extend(mutations());
    doors.extend(mutations_of_the_loop());
    doors.extend(ROUTES.iter().map(|name| Door { name, entry: Entry::Anybody }));
    doors.extend(ACCOUNT_PAGES.iter().map(|name| door(name, &[KeepOwnAccount])));
    doors.extend(FINDING_PAGES.iter().map(|name| door(name, &[SearchDirectory])));
    doors.extend(REFERRING_PAGES.iter().map(|name| door(name, &[CreateReferral])));
    doors.extend(FOLLOWING_PAGES.iter().map(|name| door(name, &[FollowReferral])));
    doors.extend(CASE_PAGES.iter().map(|name| door(name, &[ReadCase])));
    doors.extend(["GET /tally", "POST /tally"].map(|name| door(name, &[RecordDemand])));
    doors.extend(pages_of_who_leads());
    // A sheet that the team of a case prints.
    doors.push(door("GET /sheets/{id}", &[FollowReferral]));
    doors.extend(PARTNER_PAGES.iter().map(|name| door(name, &[AnswerReferral])));
    doors.extend(OFFER_PAGES.iter().map(|name| door(name, &[OfferPerson])));
    doors.extend(DIRECTORY_PAGES.iter().map(|name| door(name, &[TellCapacity, ConfirmEntry])));
    doors.extend(HALF_WAY_PAGES.iter().map(|name| Door { name, entry: Entry::Unfinished }));
    doors.extend(OPEN_PAGES.iter().map(|name| Door { name, entry: Entry::Anybody }));
    doors.extend(INSIDE_ROUTES.iter().map(|name| Door { name, entry: Entry::Operator }));
    doors.extend(COMMANDS.iter().map(|name| Door { name, entry: Entry::Operator }));
    doors
}

fn roots() -> Vec<Door> {
    vec![
        door("Query.viewer", &[ReadOwnAccount]),
        door("Query.services", &[SearchDirectory]),
        door("Query.service", &[SearchDirectory]),
        door("Query.places", &[SearchDirectory]),
        door("Query.areas", &[SearchDirectory]),
        door("Query.area", &[SearchDirectory]),
        door("Query.organization", &[SearchDirectory]),
        door("Query.directoryChanges", &[SearchDirectory]),
        door("Query.duplicateCandidates", &[FindDuplicates]),
        door("Query.serviceHistory", &[ReadHistory]),
        door("Query.servicesToReview", &[ConfirmEntry]),
        door("Query.directoryProposals", &[ReadProposals]),
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
                ReviewGlass,
                ReadDeletions,
                ReadOverrides,
                ReadReports,
                ReadProposals,
                ReadIncidents,
                KeepWebhooks,
                KeepDevices,
            ],
        ),
        door("Query.projects", &[ReadProject]),
        door("Query.project", &[ReadProject]),
        door("Query.continuityList", &[ReadContinuity]),
        door("Query.partnerRevocations", &[ReadProject]),
        door("Query.restartList", &[ReadProject]),
        door("Query.notices", &[ReadNotices]),
        door("Query.breakGlassReviews", &[ReviewGlass]),
        door("Query.breakGlassRate", &[ReviewGlass]),
        door("Query.deletionRequests", &[ReadDeletions]),
        door("Query.statutoryReports", &[ReadReports]),
        door("Query.consentOverrides", &[ReadOverrides]),
        door("Query.whoSawWhat", &[ListReadings]),
        door("Query.auditEvents", &[ReadTrail]),
        door("Query.incidents", &[ReadIncidents]),
        door("Query.legalHolds", &[HoldCase]),
        door("Query.webhookEndpoints", &[KeepWebhooks]),
        door("Query.devices", &[KeepDevices]),
    ]
}

/// What is read of referrals, and of what is asked and offered around them.
fn roots_of_the_loop() -> Vec<Door> {
    vec![
        door("Query.referral", &[ReadReferral]),
        door("Query.referralNextPartners", &[CreateReferral]),
        door("Query.inbox", &[ReadReferral]),
        door("Query.sentReferrals", &[ReadReferral]),
        door("Query.capacityChecks", &[ReadReferral]),
        door("Query.partnerOffers", &[ReadReferral]),
        door("Query.servicesReceivingOffers", &[OfferPerson]),
    ]
}

fn mutations() -> Vec<Door> {
    vec![
        door("Mutation.serviceEdit", &[EditEntry]),
        door("Mutation.organizationEdit", &[EditEntry]),
        door("Mutation.serviceMerge", &[EditEntry]),
        door("Mutation.serviceUnmerge", &[EditEntry]),
        door("Mutation.serviceDismissDuplicate", &[EditEntry]),
        door("Mutation.serviceRestoreDuplicate", &[EditEntry]),
        door("Mutation.serviceCorrectionSuggest", &[SuggestCorrection]),
        door("Mutation.serviceMarkDoNotUse", &[MarkDoNotUse]),
        door("Mutation.serviceLiftDoNotUse", &[EditEntry]),
        door("Mutation.serviceCapacityUpdate", &[TellCapacity]),
        door("Mutation.serviceConfirm", &[ConfirmEntry]),
        door("Mutation.directoryProposalDecide", &[DecideProposal]),
        door("Mutation.caseAgeBasisSet", &[OpenCase]),
        door("Mutation.caseAppealClose", &[OpenCase]),
        door("Mutation.caseOpen", &[OpenCase]),
        door("Mutation.consentRecord", &[RecordConsent]),
        door("Mutation.consentConversationRecord", &[RecordConsent]),
        door("Mutation.consentConfirm", &[ConfirmConsent]),
        door("Mutation.demandCount", &[RecordDemand]),
        door("Mutation.incidentClose", &[CloseIncident]),
        door("Mutation.demandRecord", &[RecordDemand]),
        door("Mutation.projectFreeze", &[LeadProject]),
        door("Mutation.projectThawRequest", &[LeadProject]),
        door("Mutation.projectThawConfirm", &[LeadProject]),
        door("Mutation.projectNameDesk", &[LeadProject]),
        door("Mutation.partnerRevoke", &[LeadProject]),
        door("Mutation.partnerRevocationEndRequest", &[LeadProject]),
        door("Mutation.partnerRevocationEndConfirm", &[LeadProject]),
        door("Mutation.custodyTake", &[TakeCustody]),
        door("Mutation.noticeSeen", &[ReadNotices]),
        door("Mutation.breakGlassOpen", &[BreakGlass]),
        door("Mutation.breakGlassReview", &[ReviewGlass]),
        door("Mutation.consentWithdraw", &[WithdrawConsent]),
        door("Mutation.statutoryReportRecord", &[RecordReport]),
        door("Mutation.statutoryReportConfirm", &[ConfirmReport]),
        door("Mutation.consentOverrideRequest", &[RequestOverride]),
        door("Mutation.consentOverrideConfirm", &[ConfirmOverride]),
        door("Mutation.consentOverrideTakeBack", &[ConfirmOverride]),
        door("Mutation.deletionAnswer", &[AnswerDeletion]),
        door("Mutation.legalHoldLift", &[HoldCase]),
        door("Mutation.legalHoldSet", &[HoldCase]),
        door("Mutation.webhookEndpointCreate", &[KeepWebhooks]),
        door("Mutation.webhookEndpointRotateSecret", &[KeepWebhooks]),
        door("Mutation.webhookEndpointEnable", &[KeepWebhooks]),
        door("Mutation.webhookEndpointDelete", &[KeepWebhooks]),
        door("Mutation.webhookEndpointTest", &[KeepWebhooks]),
        door("Mutation.deviceEnrol", &[KeepDevices]),
        door("Mutation.deviceRevoke", &[KeepDevices]),
    ]
}

/// What is done to referrals, and asked before there is one.
fn mutations_of_the_loop() -> Vec<Door> {
    vec![
        door("Mutation.referralReroute", &[CreateReferral]),
        door("Mutation.referralMake", &[CreateReferral]),
        door("Mutation.referralCreate", &[CreateReferral]),
        door("Mutation.referralSend", &[CreateReferral]),
        door("Mutation.referralAcknowledge", &[AnswerReferral, FollowReferral]),
        door("Mutation.referralAccept", &[AnswerReferral, FollowReferral]),
        door("Mutation.referralDecline", &[AnswerReferral, FollowReferral]),
        door("Mutation.referralStart", &[AnswerReferral, FollowReferral]),
        door("Mutation.referralComplete", &[AnswerReferral, FollowReferral]),
        door("Mutation.referralWaitlist", &[AnswerReferral, FollowReferral]),
        door("Mutation.referralNotRealise", &[AnswerReferral, FollowReferral]),
        door("Mutation.referralHandOver", &[FollowReferral]),
        door("Mutation.referralSlipCreate", &[FollowReferral]),
        door("Mutation.referralAnswerCodeCreate", &[FollowReferral]),
        door("Mutation.referralSlipPresent", &[AnswerReferral]),
        door("Mutation.referralReopen", &[AnswerReferral, FollowReferral, ReopenReferral]),
        door("Mutation.referralOfferToFirst", &[CreateReferral]),
        door("Mutation.capacityCheckAsk", &[CreateReferral]),
        door("Mutation.capacityCheckAnswer", &[AnswerReferral]),
        door("Mutation.capacityCheckClose", &[CreateReferral]),
        door("Mutation.serviceReceptionSet", &[SetReception]),
        door("Mutation.partnerOfferMake", &[OfferPerson]),
        door("Mutation.partnerOfferWithdraw", &[OfferPerson]),
        door("Mutation.partnerOfferAccept", &[AnswerOffer]),
        door("Mutation.partnerOfferDecline", &[AnswerOffer]),
        door("Mutation.partnerOfferComplete", &[AnswerOffer]),
        door("Mutation.referralAsk", &[AnswerReferral]),
        door("Mutation.referralAnswerQuestion", &[CreateReferral]),
        door("Mutation.referralMessageSend", &[SendMessage]),
        door("Mutation.referralMessagesRead", &[SendMessage]),
        door("Mutation.referralCancel", &[CloseReferral]),
        door("Mutation.referralMarkError", &[CloseReferral]),
    ]
}

/// Pages of who leads, of who protects, and of the second person: each behind the acts of the fields that tell and do the same.
fn pages_of_who_leads() -> Vec<Door> {
    vec![
        door("GET /notices", &[ReadNotices]),
        door("POST /notices", &[ReadNotices]),
        // Leads to those of the pages below that the visitor may open.
        door(
            "GET /reviews",
            &[ConfirmConsent, ReadOverrides, ReadReports, ReviewGlass, ReadIncidents, ReadProposals, FindDuplicates],
        ),
        door("GET /reviews/consents", &[ConfirmConsent]),
        door("POST /reviews/consents", &[ConfirmConsent]),
        door("GET /reviews/overrides", &[ReadOverrides]),
        door("POST /reviews/overrides", &[ConfirmOverride]),
        door("GET /reviews/reports", &[ReadReports]),
        door("POST /reviews/reports", &[ConfirmReport]),
        door("GET /reviews/openings", &[ReviewGlass]),
        door("POST /reviews/openings", &[ReviewGlass]),
        door("GET /reviews/incidents", &[ReadIncidents]),
        door("POST /reviews/incidents", &[CloseIncident]),
        door("GET /reviews/proposals", &[ReadProposals]),
        door("POST /reviews/proposals", &[DecideProposal]),
        door("GET /reviews/pairs", &[FindDuplicates]),
        door("POST /reviews/pairs", &[EditEntry]),
        door("GET /projects", &[ReadProject]),
        door("GET /projects/{id}", &[ReadProject]),
        door("POST /projects/{id}", &[LeadProject]),
        door("GET /projects/{id}/left", &[ReadContinuity]),
        door("POST /projects/{id}/left", &[TakeCustody]),
    ]
}

/// What can be followed.
const STREAMS: &[&str] = &["Subscription.referralChanged", "Subscription.inboxChanged"];

/// Routes that tell nothing of anybody, and the API, where each field of the root is a door of its own.
const ROUTES: &[&str] =
    &["GET /graphql", "GET /graphql/ws", "POST /graphql", "GET /healthz", "GET /readyz", "GET /schema.graphql"];

/// Routes of whoever runs the server, at a listener of their own that is reached from inside only.
const INSIDE_ROUTES: &[&str] = &["GET /metrics"];

/// Pages of the own account.
const ACCOUNT_PAGES: &[&str] = &[
    "GET /account",
    "POST /account/language",
    "POST /account/password",
    "POST /account/pin",
    "POST /account/recovery-codes",
    "GET /account/second-factor",
    "POST /account/second-factor",
    "POST /account/second-factor/new",
    "POST /account/sessions/end",
    "POST /account/tokens",
    "POST /account/tokens/revoke",
    "GET /confirm",
    "POST /confirm",
    "POST /phone/lock",
];

/// Pages of whoever answers what comes to the own services.
const PARTNER_PAGES: &[&str] = &[
    "GET /requests",
    "GET /requests/{id}",
    "POST /requests/{id}",
    "POST /requests/{id}/code",
    "GET /outcomes",
    "POST /outcomes",
];

/// Pages of a partner that offers a person to one of our services.
const OFFER_PAGES: &[&str] = &["GET /offers", "POST /offers", "GET /offers/to/{id}", "POST /offers/to/{id}"];

/// Pages of whoever says how many places there are, and that an entry is still true.
const DIRECTORY_PAGES: &[&str] = &["GET /capacity", "POST /capacity"];

/// Pages on which somebody looks for who takes a person. What was looked for stands sealed in their addresses.
const FINDING_PAGES: &[&str] = &[
    "GET /find",
    "POST /find",
    "GET /find/{quest}",
    "POST /find/{quest}",
    "GET /services/{quest}",
    "GET /map/{quest}",
    "POST /map/{quest}",
    "GET /share/{quest}",
];

/// The page on which services are named to a person, and she is referred.
const REFERRING_PAGES: &[&str] = &["GET /refer/{quest}", "POST /refer/{quest}"];

/// Pages of what a team has sent.
const FOLLOWING_PAGES: &[&str] = &["GET /work", "GET /work/{id}", "POST /work/{id}"];

/// Pages of a team's cases.
const CASE_PAGES: &[&str] = &["GET /cases", "POST /cases", "GET /cases/{id}", "POST /cases/{id}"];

/// Pages between the first proof of who one is and the second.
const HALF_WAY_PAGES: &[&str] = &[
    "GET /enrol/second-factor",
    "POST /enrol/second-factor",
    "POST /enrol/skip",
    "GET /sign-in/code",
    "POST /sign-in/code",
];

/// Pages for whoever comes, and their style.
const OPEN_PAGES: &[&str] = &[
    "GET /enrol",
    "POST /enrol",
    // The address holds what opens it; the page tells nothing.
    "GET /o/{token}",
    "POST /o/{token}",
    "POST /o/{token}/renew",
    "POST /leave",
    // To who has the phone in hand: its people by their handles, and whatever a PIN opens.
    "GET /phone",
    "POST /phone",
    "POST /phone/switch",
    "GET /sign-in",
    "POST /sign-in",
    "GET /sign-in/oidc",
    "GET /sign-in/oidc/callback",
    "POST /sign-out",
    "GET /static/relais.css",
    "GET /static/team.css",
];

const COMMANDS: &[&str] = &[
    "relais apply",
    "relais audit",
    "relais backup",
    "relais demo",
    "relais device",
    "relais doctor",
    "relais export",
    "relais import",
    "relais jobs",
    "relais keys",
    "relais migrate",
    "relais policy",
    "relais project",
    "relais restore",
    "relais retention",
    "relais schema",
    "relais serve",
    "relais session",
    "relais token",
    "relais user",
    "relais worker",
];
