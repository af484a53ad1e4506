//! Notices: what somebody has to look at. A notice says of which kind and of which object, and nothing
//! of its content; it stays in Relais, and whoever opens it reads the object by the rules of the object.

use super::account::Role;
use super::code::code_list;
use super::id::{AccountId, NoticeId, OrganizationId, ProjectId, TeamId};
use super::time::Timestamp;

code_list! {
    /// What a notice is about.
    NoticeKind {
        ProjectFrozen = "project_frozen": "a project was frozen",
        ThawRequested = "thaw_requested": "somebody asks to thaw a project: a second person must confirm",
        ProjectThawed = "project_thawed": "a project was thawed",
        DeskNamed = "desk_named": "a desk was named for when a project is frozen",
        CustodyTaken = "custody_taken": "a desk has taken over a case",
        GlassBroken = "glass_broken": "somebody outside the team has opened a case: review it within 72 hours",
        GlassReviewed = "glass_reviewed": "the opening of a case from outside the team was reviewed",
        ReviewOverdue = "review_overdue": "a broken glass was not reviewed within 72 hours: who broke it can break no other before",
        RevealBudgetExceeded = "reveal_budget_exceeded": "somebody has opened more cases than the work explains",
        ConsentWithdrawn = "consent_withdrawn": "a person has withdrawn a consent",
        ConsentToConfirm = "consent_to_confirm": "somebody has recorded a decision in a child's best interests: a second person must confirm",
        ReferralClosed = "referral_closed": "a referral was cancelled, or marked as entered in error",
        PlacesAsked = "places_asked": "somebody asks whether there are places, for nobody in particular",
        PlacesAnswered = "places_answered": "a question for places was answered",
        OfferReceived = "offer_received": "a partner offers a person to a service of the team",
        OfferWaits = "offer_waits": "an offer of a partner waits for the team's word",
        OfferAnswered = "offer_answered": "an offer was answered",
        OfferEnded = "offer_ended": "an offer of a partner has ended",
        MessageReceived = "message_received": "the other side of a referral has written",
        DeletionRequested = "deletion_requested": "a sender asks to delete what is held of a closed referral",
        DeletionAnswered = "deletion_answered": "a recipient has answered a request to delete",
        ReportRecorded = "report_recorded": "somebody has recorded a statutory report: a second person must confirm",
        ReportConfirmed = "report_confirmed": "a second person has confirmed the record of a statutory report",
        OverrideRequested = "override_requested": "somebody asks to refer without a consent: a second person must confirm",
        OverrideConfirmed = "override_confirmed": "a referral without a consent is allowed for 24 hours",
        OverrideEnded = "override_ended": "a referral without a consent was taken back, or has a consent now",
        IdentityDemanded = "identity_demanded": "a recipient declined because it was told no name before accepting",
        IncidentOpened = "incident_opened": "a referral has ended with harm: somebody must look into it",
        IncidentClosed = "incident_closed": "it was said what came of looking into harm",
        ReferralReminder = "referral_reminder": "a referral waits for its first sign",
        ReferralEscalated = "referral_escalated": "a referral was not answered in time",
        NextPartners = "next_partners": "a referral is still not answered: look for others to ask",
        ReferralExpired = "referral_expired": "a referral has ended without an answer",
        WaitOver = "wait_over": "the wait that a recipient expected is over: ask whether there is a place",
        ServiceUnconfirmed = "service_unconfirmed": "nobody has said that the service was given: it counts as not realised",
        LongTrackReview = "long_track_review": "a referral that takes months is to be looked at again",
        ServiceEnding = "service_ending": "the service of an open referral takes nobody any more, or has announced from when on: look for others to ask",
        WaitExceedsDeadline = "wait_exceeds_deadline": "a recipient expects a longer wait than the deadline leaves: look for others to ask",
        ConsentLapsing = "consent_lapsing": "the consent of a referral lapses in a week",
        PartnerRevoked = "partner_revoked": "a partner was revoked: nothing is sent to it, and it reads nothing",
        PartnerSignedOut = "partner_signed_out": "the people of a partner were signed out: ask by phone, or elsewhere, what is urgent",
        RevocationEndRequested = "revocation_end_requested": "somebody asks to end the revocation of a partner: a second person must confirm",
        EndpointDisabled = "endpoint_disabled": "an endpoint took nothing for five days, or is gone: it is told nothing more",
        PinLocked = "pin_locked": "five wrong PINs were typed for one's account on a shared phone: sign in with password and second factor, and set a new one",
        RevocationEnded = "revocation_ended": "the revocation of a partner has ended",
    }
}

/// To whom a notice is addressed. Whoever caused it is not shown it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Addressee {
    /// Everybody of a team.
    Team(TeamId),
    /// Who has this role in a project.
    OfProject(ProjectId, Role),
    /// Who has this role in an organisation, whatever the project.
    OfOrganization(OrganizationId, Role),
    /// Who answers the referrals to an organisation.
    Recipients(OrganizationId),
    /// One account.
    Account(AccountId),
}

/// A notice to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Identifier.
    pub id: NoticeId,
    /// When.
    pub at: Timestamp,
    /// What it is about.
    pub kind: NoticeKind,
    /// The object, by its id.
    pub object: String,
    /// To whom.
    pub addressee: Addressee,
    /// Who caused it; `None` for an operator at the command line.
    pub actor_id: Option<AccountId>,
}

/// A notice as somebody finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivedNotice {
    /// Identifier.
    pub id: NoticeId,
    /// When.
    pub at: Timestamp,
    /// What it is about.
    pub kind: NoticeKind,
    /// The object, by its id.
    pub object: String,
    /// When the viewer marked it as seen.
    pub seen_at: Option<Timestamp>,
}
