//! What the acts on a referral make of the need behind it.

use super::DemandResult;
use crate::domain::lifecycle::{Event, Status};
use crate::domain::referral::{CancelReason, Change, DeclineCode, Detail, OutcomeCode, Referral};

/// What an act makes of the need behind its referral; `None` leaves it as it is. A recipient's decline, and an expiry,
/// leave it pending: what it becomes is known once somebody else is asked, or nobody is in time.
pub const fn effect_of(change: &Change) -> Option<DemandResult> {
    match (&change.detail, change.event) {
        (Detail::Decline(code), _) if code.is_of_person() => Some(unmet_reason(*code)),
        (Detail::Outcome(outcome), Event::Complete) => Some(effect_of_completion(*outcome)),
        (Detail::Outcome(outcome), _) => Some(effect_of_failure(*outcome)),
        (Detail::Cancel(reason), _) => Some(effect_of_cancelling(*reason)),
        (_, Event::WithdrawConsent) => Some(DemandResult::PersonDeclined),
        // What it had accepted goes on, as far as the team knows.
        (_, Event::RevokePartner) if matches!(change.status, Status::Cancelled) => Some(DemandResult::UnmetUnsafe),
        (_, Event::Reopen) => Some(DemandResult::Pending),
        _ => None,
    }
}

/// A service that goes on after the referral is closed is given, and so is a departure; indicators that ask for what was
/// received count by [`OutcomeCode::is_received`] and not by this.
const fn effect_of_completion(outcome: OutcomeCode) -> DemandResult {
    match outcome {
        OutcomeCode::HarmReported => DemandResult::UnmetUnsafe,
        _ => DemandResult::Met,
    }
}

/// Every end of a request ends its need: whoever asks another recipient counts it anew there.
const fn effect_of_cancelling(reason: CancelReason) -> DemandResult {
    match reason {
        // What is needed no more is nothing that the network lacks.
        CancelReason::NoLongerNeeded | CancelReason::PersonDeclined => DemandResult::PersonDeclined,
        CancelReason::NotSafe => DemandResult::UnmetUnsafe,
        // The sender waits no longer for this one.
        CancelReason::OtherRecipient | CancelReason::NoAnswer => DemandResult::UnmetNoAnswer,
    }
}

/// Nobody is asked in place of a recipient that had accepted, unless the need is put to another one by itself.
const fn effect_of_failure(outcome: OutcomeCode) -> DemandResult {
    match outcome {
        OutcomeCode::NotReceivedCapacity => DemandResult::UnmetFull,
        OutcomeCode::NotReceivedIneligible | OutcomeCode::NotReceivedConflict => DemandResult::UnmetNotEligible,
        OutcomeCode::HarmReported | OutcomeCode::PersonDetainedOrExpelled => DemandResult::UnmetUnsafe,
        OutcomeCode::UnknownAfterReview => DemandResult::UnmetNoAnswer,
        OutcomeCode::Died => DemandResult::UnmetNoService,
        // On the person's side: she did not come, was not found, has gone, or is followed there already.
        _ => DemandResult::PersonDeclined,
    }
}

/// Why the need behind a referral went unmet with its recipient, once somebody else is asked; `None` while it may still
/// be met there.
pub fn unmet_with(referral: &Referral) -> Option<DemandResult> {
    match referral.status {
        Status::Declined => referral.decline_code.map(unmet_reason),
        Status::NotRealised => referral.outcome_code.map(effect_of_failure),
        Status::Expired => Some(DemandResult::UnmetNoAnswer),
        _ => None,
    }
}

/// Why the need is unmet once nobody else was asked after a decline. Who is followed there already, or meets a conflict of
/// interest or a demand for papers, is excluded; who cannot come would have to go further than she can.
const fn unmet_reason(code: DeclineCode) -> DemandResult {
    match code {
        DeclineCode::Full => DemandResult::UnmetFull,
        DeclineCode::NotEligibleAge
        | DeclineCode::NotEligibleGender
        | DeclineCode::NotEligibleStatus
        | DeclineCode::NotEligibleArea
        | DeclineCode::NotEligibleOther
        | DeclineCode::Duplicate
        | DeclineCode::ConflictOfInterest
        | DeclineCode::NeedsIdentityBeforeAccept => DemandResult::UnmetNotEligible,
        DeclineCode::ServiceNotOffered | DeclineCode::ServiceSuspended => DemandResult::UnmetNoService,
        DeclineCode::NoLanguage => DemandResult::UnmetLanguage,
        DeclineCode::UnsafeForProvider => DemandResult::UnmetUnsafe,
        DeclineCode::CannotTravel => DemandResult::UnmetTooFar,
        // It was never decided.
        DeclineCode::InsufficientInfo => DemandResult::UnmetNoAnswer,
        DeclineCode::NotInterested
        | DeclineCode::Afraid
        | DeclineCode::AlreadyServed
        | DeclineCode::NoShow
        | DeclineCode::Unreachable
        | DeclineCode::MovedAway => DemandResult::PersonDeclined,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_act_makes_of_the_need_what_was_decided() {
        use DemandResult::{
            Met, Pending, PersonDeclined, UnmetFull, UnmetNoAnswer, UnmetNoService, UnmetNotEligible, UnmetTooFar,
            UnmetUnsafe,
        };
        let effect = |event, detail| {
            let at = crate::domain::time::Timestamp::from_microseconds(0);
            let status = if event == Event::RevokePartner { Status::Cancelled } else { Status::Completed };
            effect_of(&Change { event, status, at, detail })
        };
        for (code, expected) in [
            (DeclineCode::Full, None),
            (DeclineCode::NeedsIdentityBeforeAccept, None),
            (DeclineCode::NotInterested, Some(PersonDeclined)),
            (DeclineCode::NoShow, Some(PersonDeclined)),
            (DeclineCode::CannotTravel, Some(UnmetTooFar)),
        ] {
            assert_eq!(effect(Event::Decline, Detail::Decline(code)), expected, "{code}");
        }
        for (event, outcome, expected) in [
            (Event::Complete, OutcomeCode::ServiceReceived, Some(Met)),
            (Event::Complete, OutcomeCode::ServicePartial, Some(Met)),
            (Event::Complete, OutcomeCode::Ongoing, Some(Met)),
            (Event::Complete, OutcomeCode::Evacuated, Some(Met)),
            (Event::Complete, OutcomeCode::HarmReported, Some(UnmetUnsafe)),
            (Event::NotRealise, OutcomeCode::HarmReported, Some(UnmetUnsafe)),
            (Event::NotRealise, OutcomeCode::NotReceivedCapacity, Some(UnmetFull)),
            (Event::NotRealise, OutcomeCode::NotReceivedIneligible, Some(UnmetNotEligible)),
            (Event::NotRealise, OutcomeCode::NotReceivedNoShow, Some(PersonDeclined)),
            (Event::NotRealise, OutcomeCode::UnknownAfterReview, Some(UnmetNoAnswer)),
            (Event::NotRealise, OutcomeCode::Died, Some(UnmetNoService)),
        ] {
            assert_eq!(effect(event, Detail::Outcome(outcome)), expected, "{outcome}");
        }
        for (event, detail, expected) in [
            (Event::Accept, Detail::None, None),
            (Event::Expire, Detail::None, None),
            (Event::Reopen, Detail::Reopen, Some(Pending)),
            (Event::WithdrawConsent, Detail::None, Some(PersonDeclined)),
            (Event::RevokePartner, Detail::None, Some(UnmetUnsafe)),
            (Event::Cancel, Detail::Cancel(CancelReason::PersonDeclined), Some(PersonDeclined)),
            (Event::Cancel, Detail::Cancel(CancelReason::NoLongerNeeded), Some(PersonDeclined)),
            (Event::Cancel, Detail::Cancel(CancelReason::OtherRecipient), Some(UnmetNoAnswer)),
            (Event::Cancel, Detail::Cancel(CancelReason::NotSafe), Some(UnmetUnsafe)),
        ] {
            assert_eq!(effect(event, detail), expected, "{event}");
        }
    }
}
