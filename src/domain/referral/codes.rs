//! The code lists of referrals: what stands in their columns, inputs and views.

use crate::domain::code::code_list;
use crate::domain::lifecycle::{Event, Party};

code_list! {
    /// How urgent a referral is.
    Urgency {
        Emergency = "emergency": "life, safety or a clinical window",
        Urgent = "urgent": "serious harm if delayed by days",
        Normal = "normal": "no harm from waiting days",
        LongTrack = "long_track": "a procedure of months, such as an evacuation",
    }
}

code_list! {
    /// What a referral asks of its recipient. To tell a person of a service asks nothing of anybody: it is recorded as a
    /// need; and a question about places concerns nobody.
    ReferralKind {
        Redirection = "redirection": "a line to a specialist, by phone, that tells nothing of the person",
        Referral = "referral": "a request for a service; the case stays with the sender",
        Transfer = "transfer": "a request to take over the responsibility for the person",
        FollowUp = "follow_up": "a question about a referral that has ended, to the same recipient",
    }
}

code_list! {
    /// How a request reached its recipient.
    Channel named "ReferralChannel" {
        Electronic = "electronic": "through Relais: the recipient reads the offer and answers there",
        Call = "call": "by phone or on the spot: the recipient reads nothing, and the sender records what it is told",
    }
}

code_list! {
    /// Who says that something happened.
    Attestation {
        Partner = "partner": "the recipient itself",
        Sender = "sender": "the sender, as the recipient told it by phone or on the spot",
        Person = "person": "the sender, as the person told it",
    }
}

impl Attestation {
    /// Who says so of an event that somebody says has happened; `None` for an act of the sender's own, and for what
    /// Relais does by itself.
    pub const fn of(event: Event, party: Party, as_told_by_person: bool) -> Option<Self> {
        let is_said = matches!(
            event,
            Event::Acknowledge
                | Event::Accept
                | Event::Waitlist
                | Event::Decline
                | Event::HandOver
                | Event::Start
                | Event::Complete
                | Event::NotRealise
        );
        match party {
            Party::Recipient if is_said => Some(Self::Partner),
            Party::Sender if is_said && as_told_by_person => Some(Self::Person),
            Party::Sender if is_said => Some(Self::Sender),
            _ => None,
        }
    }
}

code_list! {
    /// How a person comes from the sender to the service.
    HandoverMode {
        PersonCarriesSlip = "person_carries_slip": "the person brings a slip with a code that is used once",
        Phone = "phone": "both sides speak by phone, the name after the call phrase",
        JointInterview = "joint_interview": "both sides meet the person together",
    }
}

code_list! {
    /// Why a referral was declined.
    DeclineCode {
        Full = "full": "no place now",
        NotEligibleAge = "not_eligible_age": "outside the ages taken",
        NotEligibleGender = "not_eligible_gender": "outside the genders taken",
        NotEligibleStatus = "not_eligible_status": "outside the administrative statuses taken",
        NotEligibleArea = "not_eligible_area": "outside the area served",
        NotEligibleOther = "not_eligible_other": "outside the public for another reason",
        ServiceNotOffered = "service_not_offered": "the service does not do this: the directory is wrong",
        ServiceSuspended = "service_suspended": "stopped for a time",
        NoLanguage = "no_language": "no common language nor interpreter",
        InsufficientInfo = "insufficient_info": "the offer does not say enough",
        Duplicate = "duplicate": "already followed there",
        UnsafeForProvider = "unsafe_for_provider": "not safe for the service",
        ConflictOfInterest = "conflict_of_interest": "a conflict of interest at the recipient",
        NeedsIdentityBeforeAccept = "needs_identity_before_accept": "asks for the identity before accepting",
        NotInterested = "not_interested": "the person no longer wants it",
        Afraid = "afraid": "the person is afraid of it",
        AlreadyServed = "already_served": "the person got it elsewhere",
        NoShow = "no_show": "the person did not come",
        Unreachable = "unreachable": "the person was not reached",
        MovedAway = "moved_away": "the person has left the area",
        CannotTravel = "cannot_travel": "the person has no means, or no safe way, to come",
    }
}

impl DeclineCode {
    /// True for what comes from the person's side; the other codes are the recipient's.
    pub const fn is_of_person(self) -> bool {
        matches!(
            self,
            Self::NotInterested
                | Self::Afraid
                | Self::AlreadyServed
                | Self::NoShow
                | Self::Unreachable
                | Self::MovedAway
                | Self::CannotTravel
        )
    }
}

code_list! {
    /// What became of an accepted referral.
    OutcomeCode {
        ServiceReceived = "service_received": "the service asked for was given",
        ServicePartial = "service_partial": "part of it was given",
        Ongoing = "ongoing": "follow-up continues, the referral is closed",
        NotReceivedCapacity = "not_received_capacity": "accepted but not given for want of a place",
        NotReceivedIneligible = "not_received_ineligible": "accepted but not given: outside the public after all",
        NotReceivedNoShow = "not_received_no_show": "accepted but not given: the person did not come",
        NotReceivedUnreachable = "not_received_unreachable": "accepted but not given: the person was not reached",
        NotReceivedDuplicate = "not_received_duplicate": "accepted but not given: already followed there",
        NotReceivedConflict = "not_received_conflict": "accepted but not given: conflict of interest",
        PersonDeclined = "person_declined": "the person chose not to go on",
        PersonDetainedOrExpelled = "person_detained_or_expelled": "arrested, detained or removed",
        PersonTransferredCountry = "person_transferred_country": "moved to another country",
        Evacuated = "evacuated": "departed through an evacuation",
        Died = "died": "the person has died",
        LostToFollowUp = "lost_to_follow_up": "no news after the review",
        HarmReported = "harm_reported": "the referral caused harm",
        UnknownAfterReview = "unknown_after_review": "neither side knows",
    }
}

impl OutcomeCode {
    /// True for the outcomes of a referral that was completed; the others are of one not realised. Harm can come of either.
    pub const fn is_of_completion(self) -> bool {
        matches!(
            self,
            Self::ServiceReceived | Self::ServicePartial | Self::Ongoing | Self::Evacuated | Self::HarmReported
        )
    }

    /// True for the outcomes of a referral that came to nothing.
    pub const fn is_of_failure(self) -> bool {
        !self.is_of_completion() || matches!(self, Self::HarmReported)
    }

    /// True when the person has received the service, or part of it.
    pub const fn is_received(self) -> bool {
        matches!(self, Self::ServiceReceived | Self::ServicePartial)
    }
}

code_list! {
    /// Why a sender cancels a referral.
    CancelReason {
        NoLongerNeeded = "no_longer_needed": "the need is met, or is no more",
        PersonDeclined = "person_declined": "the person does not want it",
        OtherRecipient = "other_recipient": "another recipient is asked instead",
        NotSafe = "not_safe": "it is not safe to go on",
        NoAnswer = "no_answer": "the recipient does not answer",
    }
}

code_list! {
    /// Why a referral should never have been.
    ErrorReason {
        WrongCase = "wrong_case": "it is of another case",
        WrongService = "wrong_service": "it was meant for another service",
        Duplicate = "duplicate": "it was entered twice",
        Trial = "trial": "it was entered to try something out",
    }
}
