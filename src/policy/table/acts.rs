//! Who may do what: acts by role, project and token; and which roles can be something to an object.

use super::row::Action::{
    AnswerDeletion, AnswerOffer, AnswerReferral, BreakGlass, CloseIncident, CloseReferral, ConfirmConsent,
    ConfirmEntry, ConfirmOverride, ConfirmReport, CreateReferral, DecideProposal, EditEntry, FindDuplicates,
    FollowReferral, HoldCase, KeepDevices, KeepOwnAccount, KeepWebhooks, LeadProject, ListReadings, MarkDoNotUse,
    OfferPerson, OpenCase, ReadCase, ReadContinuity, ReadDeletions, ReadGaps, ReadHistory, ReadIncidents, ReadNotices,
    ReadOverrides, ReadOwnAccount, ReadProject, ReadProposals, ReadReferral, ReadReports, ReadTrail, RecordConsent,
    RecordDemand, RecordReport, ReopenReferral, RequestOverride, ReviewGlass, SearchDirectory, SendMessage,
    SetReception, SuggestCorrection, TakeCustody, TellCapacity, WithdrawConsent,
};
use super::row::{Act, Tie, act};
use super::terms::Relation;
use crate::domain::account::Role::{
    self, Analyst, Auditor, Caseworker, Coordinator, DirectoryEditor, PartnerAdmin, PartnerAgent, ProtectionLead,
    SystemAdministrator,
};
use crate::domain::account::TokenScope;
use crate::domain::code::CodeList as _;

/// Who follows cases. An agent of a partner that has a project of its own refers like any caseworker, and a
/// caseworker answers what comes to the services of the own organisation.
const WORKERS: &[Role] = &[Caseworker, PartnerAgent, PartnerAdmin];
/// Who answers for a partner; people of the own teams refer.
const PARTNERS: &[Role] = &[PartnerAgent, PartnerAdmin];
/// Who may read referrals at all.
const READERS: &[Role] = &[Caseworker, PartnerAgent, PartnerAdmin, Coordinator, ProtectionLead];

/// Who keeps entries of the directory true: those of everybody, or the own organisation's.
const EDITORS: &[Role] = &[Caseworker, PartnerAgent, PartnerAdmin, Coordinator, ProtectionLead, DirectoryEditor];
/// Who decides what somebody else proposes.
const DECIDERS: &[Role] = &[Coordinator, ProtectionLead, DirectoryEditor];

/// Who answers for what happens in a project.
const LEADS: &[Role] = &[Coordinator, ProtectionLead];
/// Who answers for the systems of an organisation.
const KEEPERS: &[Role] = &[Coordinator, PartnerAdmin, SystemAdministrator];

pub(super) fn acts() -> Vec<Act> {
    let mut acts = acts_of_the_loop();
    acts.extend(acts_of_protection());
    acts
}

/// The directory, cases and referrals, and figures of them.
fn acts_of_the_loop() -> Vec<Act> {
    vec![
        act(ReadOwnAccount, Role::ALL).or_nobody(),
        // At the pages only, with a session: no token changes what its owner signs in with.
        act(KeepOwnAccount, Role::ALL).by_no_token(),
        // Everybody may look for services; what they find is a matter of tiers.
        act(SearchDirectory, Role::ALL).or_nobody().by_token(TokenScope::Directory).or_by_link(),
        act(FindDuplicates, DECIDERS).by_token(TokenScope::Directory),
        act(ReadHistory, Role::ALL).by_token(TokenScope::Directory),
        // Partners and caseworkers: entries of the own organisation.
        act(EditEntry, EDITORS).by_token(TokenScope::Editing),
        act(SuggestCorrection, Role::ALL).by_token(TokenScope::Editing),
        act(ReadProposals, DECIDERS).by_token(TokenScope::Editing),
        act(DecideProposal, DECIDERS).by_token(TokenScope::Editing),
        // One person stops at once.
        act(MarkDoNotUse, Role::ALL).by_token(TokenScope::Editing),
        act(TellCapacity, EDITORS).by_token(TokenScope::Editing).or_by_link(),
        act(ConfirmEntry, EDITORS).by_token(TokenScope::Editing).or_by_link(),
        act(OpenCase, WORKERS).in_project().by_token(TokenScope::Cases),
        act(ReadCase, WORKERS).in_project().by_token(TokenScope::Cases),
        act(RecordConsent, WORKERS).in_project().by_token(TokenScope::Cases),
        act(ConfirmConsent, READERS).by_token(TokenScope::Referrals),
        act(RecordDemand, WORKERS).in_project().by_token(TokenScope::Cases),
        act(CreateReferral, WORKERS).in_project().by_token(TokenScope::Referrals),
        act(AnswerReferral, WORKERS).by_token(TokenScope::Answers).or_by_link(),
        // The answers that the team was told, the handover, the reopening.
        act(FollowReferral, WORKERS).in_project().by_token(TokenScope::Referrals),
        act(ReopenReferral, LEADS).by_token(TokenScope::Referrals),
        act(ReadReferral, READERS).by_token(TokenScope::Referrals).or_by_link(),
        act(OfferPerson, PARTNERS).by_token(TokenScope::Answers).or_by_link(),
        act(AnswerOffer, WORKERS).in_project().by_token(TokenScope::Answers),
        act(SetReception, LEADS).by_token(TokenScope::Referrals),
        act(SendMessage, WORKERS).by_token(TokenScope::Referrals),
        act(ReadGaps, &[Coordinator, Analyst]).in_project().by_token(TokenScope::Figures),
    ]
}

/// Protection, what is written down, and who keeps an organisation's systems.
fn acts_of_protection() -> Vec<Act> {
    vec![
        act(ReadProject, READERS).by_token(TokenScope::Referrals),
        act(LeadProject, LEADS).by_token(TokenScope::Protection),
        act(ReadContinuity, READERS).by_token(TokenScope::Referrals),
        act(TakeCustody, WORKERS).in_project().by_token(TokenScope::Cases),
        act(ReadNotices, Role::ALL),
        act(BreakGlass, LEADS).by_token(TokenScope::Protection),
        act(ReviewGlass, &[Coordinator, ProtectionLead, Auditor]).by_token(TokenScope::Protection),
        // Never harder than recording it.
        act(WithdrawConsent, WORKERS).in_project().by_token(TokenScope::Cases),
        act(RecordReport, WORKERS).in_project().by_token(TokenScope::Cases),
        act(ConfirmReport, READERS).by_token(TokenScope::Referrals),
        act(ReadReports, READERS).by_token(TokenScope::Referrals),
        // One of the team asks; somebody else of the team, or who leads the project, confirms.
        act(RequestOverride, WORKERS).in_project().by_token(TokenScope::Cases),
        act(ConfirmOverride, READERS).by_token(TokenScope::Referrals),
        act(ReadOverrides, READERS).by_token(TokenScope::Referrals),
        act(CloseReferral, READERS).by_token(TokenScope::Referrals),
        act(ReadIncidents, READERS).by_token(TokenScope::Referrals),
        act(CloseIncident, LEADS).by_token(TokenScope::Protection),
        act(ReadDeletions, READERS).by_token(TokenScope::Referrals).or_by_link(),
        act(AnswerDeletion, WORKERS).by_token(TokenScope::Answers).or_by_link(),
        act(HoldCase, &[ProtectionLead]).by_token(TokenScope::Protection),
        act(ListReadings, WORKERS).in_project().by_token(TokenScope::Cases),
        // Everybody may see the own acts; whole trails are a matter of scope.
        act(ReadTrail, Role::ALL).by_token(TokenScope::Audit),
        // Told of no person.
        act(KeepDevices, KEEPERS).by_token(TokenScope::Administration),
        act(KeepWebhooks, KEEPERS).by_token(TokenScope::Administration),
    ]
}

/// Who can be something to an object at all. An analyst, an auditor, a directory editor and a system
/// administrator are nothing to any person (P-16), whatever team or project their account names.
pub(super) fn ties() -> Vec<Tie> {
    vec![
        Tie { relation: Relation::Team, roles: WORKERS.to_vec() },
        Tie { relation: Relation::Recipient, roles: WORKERS.to_vec() },
        Tie { relation: Relation::Offering, roles: PARTNERS.to_vec() },
        Tie { relation: Relation::Coordinator, roles: vec![Coordinator] },
        Tie { relation: Relation::ProtectionLead, roles: vec![ProtectionLead] },
        Tie { relation: Relation::Figures, roles: vec![Coordinator, Analyst] },
        Tie { relation: Relation::Staff, roles: WORKERS.to_vec() },
        Tie { relation: Relation::Desk, roles: WORKERS.to_vec() },
        Tie { relation: Relation::ThroughGlass, roles: LEADS.to_vec() },
        Tie { relation: Relation::Auditor, roles: vec![Auditor] },
        Tie { relation: Relation::Keeper, roles: KEEPERS.to_vec() },
    ]
}
