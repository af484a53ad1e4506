//! What leaves Relais is listed in the commit of what happened: of which kind, about which referral, as its how manieth
//! change; nothing of its content. Who is told decides nothing here about what may be read: that is asked again when it
//! is sent (`actions::delivery`), and by whoever opens the referral.

use super::ActionError;
use crate::domain::delivery::{Delivery, DeliveryKind, concerns_mailbox};
use crate::domain::lifecycle::{Event, Party};
use crate::domain::news::Changed;
use crate::domain::partner_offer::PartnerOffer;
use crate::domain::referral::Referral;
use crate::domain::time::Timestamp;
use crate::store::Tx;

/// Lists what a change of a referral is to those who are told of it: the systems of both organisations, and the mailbox of
/// the service where somebody there has to look. Of a referral by phone the recipient is told nothing.
pub(super) async fn announce(
    tx: &mut Tx,
    changed: &Referral,
    (event, party): (Event, Party),
    at: Timestamp,
) -> Result<(), ActionError> {
    // A draft was never told to anybody, however it ends.
    let kind = DeliveryKind::of_change(event, changed.status).filter(|_| changed.requested_at.is_some());
    match kind {
        Some(kind) => tell(tx, changed, (kind, concerns_mailbox(event, party), party == Party::Timer), at).await,
        None => {
            tx.note_change(Changed { referral: changed.id, recipient: None });
            Ok(())
        }
    }
}

/// Lists that a message was written on a referral, by this side.
pub(super) async fn announce_message(
    tx: &mut Tx,
    referral: &Referral,
    by: Party,
    at: Timestamp,
) -> Result<(), ActionError> {
    tell(tx, referral, (DeliveryKind::ReferralChanged, by != Party::Recipient, false), at).await
}

/// Lists nothing, and tells the sender's side, where it follows the referral: what it reads of the other has changed. The
/// recipient is never woken by a reading, which it is told of by the hour only.
pub(super) fn note_for_sender(tx: &mut Tx, referral: &Referral) {
    tx.note_change(Changed { referral: referral.id, recipient: None });
}

/// Lists that a referral still waits for its first sign.
pub(super) async fn remind(tx: &mut Tx, referral: &Referral, at: Timestamp) -> Result<(), ActionError> {
    tell(tx, referral, (DeliveryKind::ReferralReminded, true, true), at).await
}

/// Lists that an offer of a partner is not as it was: for the systems of the team's organisation, and for the partner, where it
/// has something to read, those of its own and the mailbox that the offer came from.
pub(super) async fn announce_offer(
    tx: &mut Tx,
    offer: &PartnerOffer,
    to_partner: bool,
    at: Timestamp,
) -> Result<(), ActionError> {
    let object = offer.id.to_string();
    let about = (object.as_str(), offer.version);
    let answered_by = (offer.receiver_id, offer.project_id);
    for queue in tx.list_webhook_queues(answered_by, to_partner.then_some(offer.sender_id)).await? {
        tx.insert_delivery(&Delivery::new(&queue, DeliveryKind::OfferChanged, about, at)).await?;
    }
    if let Some(service) = offer.sender_service_id.filter(|_| to_partner) {
        let mail = Delivery::new(&service.to_string(), DeliveryKind::OfferChanged, about, at);
        tx.insert_mail(service, offer.sender_id, &mail).await?;
    }
    Ok(())
}

async fn tell(
    tx: &mut Tx,
    referral: &Referral,
    (kind, by_mail, by_clock): (DeliveryKind, bool, bool),
    at: Timestamp,
) -> Result<(), ActionError> {
    let (recipient, object) = (referral.recipient_id, referral.id.to_string());
    // The hour of the hard deadline would tell it: a recipient is told nothing at it, as in its notices.
    let is_past = by_clock && referral.needed_by.is_some_and(|deadline| deadline <= at);
    let is_told = referral.is_told_electronically() && !is_past;
    tx.note_change(Changed { referral: referral.id, recipient: is_told.then_some(recipient) });
    let about = (object.as_str(), referral.version);
    let sent_by = (referral.sender_id, referral.project_id);
    for queue in tx.list_webhook_queues(sent_by, is_told.then_some(recipient)).await? {
        tx.insert_delivery(&Delivery::new(&queue, kind, about, at)).await?;
    }
    if is_told && by_mail {
        let mail = Delivery::new(&referral.service_id.to_string(), kind, about, at);
        tx.insert_mail(referral.service_id, recipient, &mail).await?;
    }
    Ok(())
}
