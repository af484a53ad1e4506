//! Webhooks: who registers them, what is called and how, what each answer means, and what two official libraries say of the
//! signature.

mod answers;
mod endpoints;
mod hostile;
mod receivers;

use relais::delivery::webhook::Call;
use relais::domain::delivery::{Delivery, DeliveryKind};
use relais::domain::time::Timestamp;
use relais::domain::webhook::{WebhookSecret, body};

/// The secret of these equal bytes.
fn secret(byte: u8) -> WebhookSecret {
    WebhookSecret::from_bytes([byte; 32])
}

/// What is told to an address at this instant.
fn call_to(url: &str, secrets: Vec<WebhookSecret>, now: Timestamp) -> Call {
    let delivery = Delivery::new("whk_1", DeliveryKind::ReferralChanged, ("ref_1", 4), now);
    Call { id: delivery.id, url: url.to_owned().into(), secrets, body: body(&delivery) }
}
