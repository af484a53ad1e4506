//! The timeline of a referral, as a viewer may know it. A recipient reads the reasons that it gave itself: what the sender
//! or the person says of it, and of her, is theirs.

use super::{PROMISED_OF_ENTRY, ReferralFacts, TimelineView, hour, tells_hard_deadline};
use crate::domain::lifecycle::{Event, Party};
use crate::domain::referral::{Attestation, TimelineEntry};
use crate::policy::looking::Looking;
use crate::policy::table::{Mask, Sight};

pub(super) fn timeline(facts: &ReferralFacts<'_>, look: &Looking) -> Vec<TimelineView> {
    let entries = facts.timeline.iter().filter(|_| look.sees_all(&PROMISED_OF_ENTRY));
    entries.filter_map(|entry| entry_view(facts, look, entry)).collect()
}

fn entry_view(facts: &ReferralFacts<'_>, look: &Looking, entry: &TimelineEntry) -> Option<TimelineView> {
    let is_own_side = entry.organization_id == Some(facts.referral.recipient_id);
    let event = match look.sight("TimelineEntry.event") {
        // Nor what was about the recipient itself, and not about the referral.
        Sight::Masked(Mask::SinceSending) => {
            Some(entry.event).filter(|event| !matches!(event, Event::Create | Event::RevokePartner))
        }
        sight => Some(entry.event).filter(|_| sight == Sight::Shown),
    };
    let at = match look.sight("TimelineEntry.at") {
        Sight::Masked(mask) => hour(mask, entry.at).filter(|_| !tells_hard_deadline(facts, entry)),
        sight => Some(entry.at).filter(|_| sight == Sight::Shown),
    };
    let organization_id = match look.sight("TimelineEntry.organization") {
        Sight::Masked(Mask::OwnSide) => entry.organization_id.filter(|_| is_own_side),
        sight => entry.organization_id.filter(|_| sight == Sight::Shown),
    };
    Some(TimelineView {
        at: at?,
        event: event?,
        party: entry.party,
        organization_id,
        attested_by: look.value("TimelineEntry.attestedBy", told_attestation(look, entry.attested_by)),
        code: look.value("TimelineEntry.code", entry.code.clone().filter(|_| !is_word_of_sender(look, entry))),
    })
}

/// True where somebody else than the viewer's own organisation, which has received the referral, gave the reason.
fn is_word_of_sender(look: &Looking, entry: &TimelineEntry) -> bool {
    let gives_reason = matches!(entry.event, Event::Decline | Event::Complete | Event::NotRealise);
    look.is_recipient() && gives_reason && entry.party == Party::Sender
}

/// The reason that the last of these events has, unless somebody else than the recipient gave it, for whom it is read.
pub(super) fn own_reason<T>(
    facts: &ReferralFacts<'_>,
    look: &Looking,
    reason: Option<T>,
    events: &[Event],
) -> Option<T> {
    let last = facts.timeline.iter().rfind(|entry| events.contains(&entry.event));
    reason.filter(|_| !last.is_some_and(|entry| is_word_of_sender(look, entry)))
}

/// Who says so; that the person has spoken is not a recipient's to know.
pub(super) fn told_attestation(look: &Looking, attested_by: Option<Attestation>) -> Option<Attestation> {
    match attested_by {
        Some(Attestation::Person) if look.is_recipient() => Some(Attestation::Sender),
        attested_by => attested_by,
    }
}
