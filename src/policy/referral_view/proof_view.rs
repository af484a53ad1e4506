//! What is proved of a referral, as a viewer may know it: the facts of its timeline, at the same times.

use super::timeline_view::told_attestation;
use super::{ReferralFacts, hour};
use crate::domain::referral::{Attestation, Attested, Proof, proof};
use crate::domain::time::Timestamp;
use crate::policy::looking::Looking;
use crate::policy::table::Sight;

/// Four facts of a referral's life.
#[derive(Clone)]
#[cfg_attr(test, derive(Debug))]
pub struct ProofView {
    /// The request has reached the recipient.
    pub delivered: Option<AttestedView>,
    /// The recipient has it.
    pub acknowledged: Option<AttestedView>,
    /// The recipient has decided.
    pub decided: Option<AttestedView>,
    /// The person has got the service.
    pub received: Option<AttestedView>,
}

/// One fact, as it was first attested.
#[derive(Clone)]
#[cfg_attr(test, derive(Debug))]
pub struct AttestedView {
    /// When; for a recipient the hour.
    pub at: Timestamp,
    /// By whom.
    pub attested_by: Attestation,
}

pub(super) fn proof_view(facts: &ReferralFacts<'_>, look: &Looking) -> Option<ProofView> {
    let referral = facts.referral;
    let Proof { delivered, acknowledged, decided, received } =
        proof(referral.channel, referral.outcome_code, facts.timeline);
    let told = |name, fact: Option<Attested>| look.value(name, fact).and_then(|fact| attested_view(look, fact));
    Some(ProofView {
        delivered: told("ReferralProof.delivered", delivered),
        acknowledged: told("ReferralProof.acknowledged", acknowledged),
        decided: told("ReferralProof.decided", decided),
        received: told("ReferralProof.received", received),
    })
}

fn attested_view(look: &Looking, fact: Attested) -> Option<AttestedView> {
    let at = match look.sight("AttestedFact.at") {
        Sight::Masked(mask) => hour(mask, fact.at),
        sight => Some(fact.at).filter(|_| sight == Sight::Shown),
    };
    Some(AttestedView {
        at: at?,
        attested_by: look.value("AttestedFact.attestedBy", told_attestation(look, Some(fact.by)))?,
    })
}
