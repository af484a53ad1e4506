//! Telling endpoints what stands in their queues: whose turn it is, whether what is listed still holds, what came of it.
//! Nothing is sent here: `delivery` asks, sends, and says what came of it.
//!
//! Invariants: it is asked again before every attempt whether something may be told, so that what was withdrawn, frozen or
//! revoked meanwhile is not. A lease is of a queue, so that one endpoint is told by one worker, in order. What came of an
//! attempt and what follows of it are one commit; a worker that dies between sending and that commit causes the one more
//! delivery that there can be, under the same id.

use super::jobs::Worker;
use super::{ActionError, Context, disclosure, link, referral_facts};
use crate::actions::protection::Notify;
use crate::domain::account::{RiskProfile, Role};
use crate::domain::delivery::{
    Attempt, AttemptResult, Delivery, DeliveryChannel, DeliveryKind, FAILING_DAYS, Lane, PAUSE_SECONDS, Sequel, is_past,
};
use crate::domain::id::{Identifier as _, ProjectId, ReferralId, ServiceId, WebhookEndpointId};
use crate::domain::lifecycle::Status;
use crate::domain::link::{Link, LinkObject};
use crate::domain::news::Changed;
use crate::domain::notice::{Addressee, NoticeKind};
use crate::domain::opening::TimeZone;
use crate::domain::sensitive::Sensitive;
use crate::domain::time::Timestamp;
use crate::domain::webhook::{WebhookDisabledReason, WebhookEndpoint};
use crate::policy::access::Access;
use crate::store::{LeasedQueue, Tx};

/// Seconds for which a worker has a queue for itself; one attempt takes far less. Of a worker that was killed the endpoints
/// wait for as long: whether it is dead cannot be known sooner from another machine.
pub const LEASE_SECONDS: i64 = 90;

/// Seconds that an attempt takes at most: none is begun when the lease has less left.
pub const ATTEMPT_SECONDS: i64 = 30;

/// Most of one queue that is told in one turn, so that whoever has little waits for no one who has much.
pub const MOST_OF_A_TURN: i64 = 50;

/// What is to be sent.
pub enum Parcel {
    /// A mail to the mailbox of a service.
    Letter(LetterParcel),
    /// A call of an organisation's own system.
    Call(WebhookEndpoint),
}

/// What a mail is made of.
pub struct LetterParcel {
    /// The mailbox.
    pub to: Sensitive<String>,
    /// In which language it is written to, by its BCP 47 tag; none where nobody has said.
    pub language: Option<String>,
    /// By what the partner tells such mails apart.
    pub tag: Option<String>,
    /// Until when an answer is wanted, with the time zone of the service.
    pub reply_by: Option<(Timestamp, TimeZone)>,
    /// What opens the link of the mail.
    pub token: Sensitive<String>,
}

/// Takes the queue whose turn it is, among those of a lane in which something is due.
pub async fn claim(context: &Context, worker: &Worker, lane: Lane) -> Result<Option<LeasedQueue>, ActionError> {
    let now = context.now();
    let until = now.plus_seconds(LEASE_SECONDS);
    context.store.write(async |tx| Ok(tx.claim_queue(lane, worker.name(), now, until).await?)).await
}

/// What is due in a queue, as far as one turn tells it.
pub async fn due(context: &Context, leased: &LeasedQueue) -> Result<Vec<Delivery>, ActionError> {
    Ok(context.store.list_due_deliveries(&leased.queue.id, context.now(), MOST_OF_A_TURN).await?)
}

/// Whether there is time for one more attempt under this lease.
pub fn has_time(context: &Context, leased: &LeasedQueue) -> bool {
    context.now().plus_seconds(ATTEMPT_SECONDS) < leased.until
}

/// What is to be sent now; otherwise what is to be noted instead of sending it.
pub async fn prepare(
    context: &Context,
    leased: &LeasedQueue,
    delivery: &Delivery,
) -> Result<Result<Parcel, AttemptResult>, ActionError> {
    if let Some(instead) = speaks_against(context, leased, delivery).await? {
        return Ok(Err(instead));
    }
    match leased.queue.channel {
        DeliveryChannel::Webhook => {
            let Ok(id) = WebhookEndpointId::parse(&leased.queue.id) else { return Ok(Err(AttemptResult::NoAddress)) };
            let endpoint = context.store.find_webhook_endpoint(id).await?;
            Ok(endpoint.map(Parcel::Call).ok_or(AttemptResult::NoAddress))
        }
        DeliveryChannel::Mail => letter(context, leased, delivery).await,
    }
}

/// What speaks against telling it now.
async fn speaks_against(
    context: &Context,
    leased: &LeasedQueue,
    delivery: &Delivery,
) -> Result<Option<AttemptResult>, ActionError> {
    // Nothing is asked of a trial.
    if LinkObject::parse(&delivery.object).is_none() {
        return Ok(None);
    }
    let Some(facts) = context.store.find_telling_facts(&delivery.object).await? else {
        return Ok(Some(AttemptResult::Past));
    };
    // An end is told to the recipient of a referral that it was told of, and to nobody else.
    let is_own = leased.queue.organization_id == facts.sender_id && leased.queue.channel == DeliveryChannel::Webhook;
    if !facts.project_is_at_work || (!is_own && !facts.is_open_to_recipient) {
        return Ok(Some(AttemptResult::Stopped));
    }
    if !is_own && facts.status.is_some_and(|status| is_past(delivery.kind, status)) {
        return Ok(Some(AttemptResult::Past));
    }
    if !is_own && delivery.kind == DeliveryKind::ReferralClosed && context.store.has_never_been_told(delivery).await? {
        return Ok(Some(AttemptResult::Past));
    }
    // One mail says as much as three.
    let is_mail = leased.queue.channel == DeliveryChannel::Mail;
    let is_over = facts.status.is_some_and(Status::is_terminal) && delivery.kind != DeliveryKind::ReferralClosed;
    if is_mail && (is_over || context.store.has_later_delivery(delivery).await?) {
        return Ok(Some(AttemptResult::Past));
    }
    Ok(None)
}

async fn letter(
    context: &Context,
    leased: &LeasedQueue,
    delivery: &Delivery,
) -> Result<Result<Parcel, AttemptResult>, ActionError> {
    let (Ok(service), Some(object)) = (ServiceId::parse(&leased.queue.id), LinkObject::parse(&delivery.object)) else {
        return Ok(Err(AttemptResult::NoAddress));
    };
    let snapshot = context.directory.snapshot();
    let entry = snapshot.service(service);
    // A service that went to another organisation has another mailbox: what it was sent before is not for that.
    let entry = entry.filter(|service| service.organization_id == leased.queue.organization_id);
    let mailbox = entry.as_ref().and_then(|service| service.email.clone());
    let Some(to) = mailbox else { return Ok(Err(AttemptResult::NoAddress)) };
    let settings = context.store.find_mailbox_settings(service).await?;
    if settings.is_phone_only {
        return Ok(Err(AttemptResult::NotWanted));
    }
    let made = context.store.write(async |tx| mail_link(context, tx, leased, delivery, object).await);
    let Some((token, own_risk)) = made.await? else { return Ok(Err(AttemptResult::Past)) };
    let opens = link::access_by(context, &token).await?;
    let risk = opens.as_ref().map_or(own_risk, |(_, risk)| own_risk.max(*risk));
    // Where anybody may be under pressure a mail says nothing but that there is one.
    let is_plain = risk == RiskProfile::Standard;
    let zone = entry.as_ref().and_then(|service| service.zone()).filter(|_| is_plain);
    let reply_by = match (zone, opens, object.referral()) {
        (Some(zone), Some((access, _)), Some(referral)) => {
            reply_by(context, &access, referral).await?.map(|at| (at, zone))
        }
        _ => None,
    };
    let tag = settings.tag.filter(|_| is_plain);
    Ok(Ok(Parcel::Letter(LetterParcel { to: to.into(), language: settings.language, tag, reply_by, token })))
}

/// The link of a mail, the same through every attempt, with the risk of the project of what it leads to; `None` once that is
/// gone.
async fn mail_link(
    context: &Context,
    tx: &mut Tx,
    leased: &LeasedQueue,
    delivery: &Delivery,
    object: LinkObject,
) -> Result<Option<(Sensitive<String>, RiskProfile)>, ActionError> {
    let organization = leased.queue.organization_id;
    let Some((link, project)) = link_to(context, tx, object).await? else { return Ok(None) };
    let Some(project) = tx.find_project(project).await? else { return Ok(None) };
    if let Some(token) = tx.find_mail_token(delivery, organization).await? {
        return Ok(Some((token, project.risk_profile)));
    }
    let token = link::issue(context, tx, &link, organization).await?;
    tx.keep_mail_token(delivery, organization, &token).await?;
    Ok(Some((token, project.risk_profile)))
}

/// A new link to a referral or an offer, which is locked until the commit, with its project.
async fn link_to(context: &Context, tx: &mut Tx, object: LinkObject) -> Result<Option<(Link, ProjectId)>, ActionError> {
    let (id, now) = (context.fresh_id(), context.now());
    match object {
        LinkObject::Referral(referral) => {
            let referral = tx.lock_referral(referral).await?;
            Ok(referral.map(|referral| (Link::to_referral(id, &referral, now), referral.project_id)))
        }
        LinkObject::Offer(offer) => {
            let Some(offer) = tx.lock_partner_offer(offer).await? else { return Ok(None) };
            let mailbox = offer.sender_service_id;
            Ok(mailbox.map(|mailbox| (Link::to_offer(id, &offer, mailbox, now), offer.project_id)))
        }
    }
}

/// Until when the mailbox is to answer, as far as whoever opens the link reads it; written down as read, because the mail
/// tells it. What is over is not told: a reminder cannot ask for an answer before it was sent.
async fn reply_by(context: &Context, access: &Access, referral: ReferralId) -> Result<Option<Timestamp>, ActionError> {
    let Some(referral) = context.store.find_referral(&access.scope(), referral).await? else { return Ok(None) };
    let status = referral.status;
    let Some(view) = referral_facts::show(context, access, &[referral]).await?.pop() else { return Ok(None) };
    let at = match status {
        Status::Requested => view.reveal(&view.acknowledge_by),
        Status::Acknowledged | Status::Clarifying => view.reveal(&view.decide_by),
        _ => None,
    };
    let at = at.copied().filter(|at| *at > context.now());
    disclosure::record(context, access).await?;
    Ok(at)
}

/// What came of an attempt, with how the endpoint wants it to go on.
#[derive(Clone, Copy, Debug)]
pub struct Tried {
    /// The attempt.
    pub attempt: Attempt,
    /// After how many seconds the endpoint wants to be asked again.
    pub retry_after_seconds: Option<i64>,
}

/// Keeps what came of an attempt, and what follows of it. Gives whether the endpoint is to be left alone for now.
pub async fn settle(
    context: &Context,
    leased: &LeasedQueue,
    delivery: &Delivery,
    tried: Tried,
) -> Result<bool, ActionError> {
    let Tried { attempt, retry_after_seconds } = tried;
    let mut chance = [0; 4];
    context.chance.fill(&mut chance);
    let failures = usize::try_from(delivery.attempts + 1).unwrap_or(usize::MAX);
    let sequel = Sequel::of(attempt.result, failures, attempt.at, retry_after_seconds, u32::from_be_bytes(chance));
    let is_silent = attempt.result.is_of_endpoint() && attempt.result != AttemptResult::Taken;
    let channel = leased.queue.channel;
    let is_silent = context
        .store
        .write(async |tx| {
            let failing_since = tx.lock_queue(&leased.queue.id).await?.flatten().unwrap_or(attempt.at);
            tx.settle_delivery(delivery, &attempt, sequel).await?;
            // Whoever sent it sees whether it has arrived; the other side learns nothing by this.
            if let Ok(referral) = ReferralId::parse(&delivery.object) {
                tx.note_change(Changed { referral, recipient: None });
            }
            if attempt.result.is_of_endpoint() {
                tx.note_endpoint(&leased.queue.id, !is_silent, attempt.at).await?;
            }
            let is_dead = is_silent && failing_since.plus_days(FAILING_DAYS) <= attempt.at;
            let is_webhook = channel == DeliveryChannel::Webhook;
            if is_webhook && (is_dead || attempt.result == AttemptResult::Gone) {
                disable(context, tx, leased, attempt).await?;
            }
            Ok::<_, ActionError>(is_silent)
        })
        .await?;
    // What is on record, so that both say the same.
    context.metrics.count_attempt(channel, attempt.result);
    if sequel == Sequel::GivenUp {
        context.metrics.count_given_up(channel);
    }
    Ok(is_silent)
}

/// Tells a webhook nothing more, and whoever looks after it that it is so.
async fn disable(context: &Context, tx: &mut Tx, leased: &LeasedQueue, attempt: Attempt) -> Result<(), ActionError> {
    let is_gone = attempt.result == AttemptResult::Gone;
    let reason = if is_gone { WebhookDisabledReason::Gone } else { WebhookDisabledReason::NothingTaken };
    if !tx.disable_queue(&leased.queue.id, reason, attempt.at).await? {
        return Ok(());
    }
    let notify = Notify {
        kind: NoticeKind::EndpointDisabled,
        object: leased.queue.id.clone(),
        actor_id: None,
        at: attempt.at,
        context,
    };
    let of = leased.queue.organization_id;
    let to = [Role::PartnerAdmin, Role::Coordinator].map(|role| Addressee::OfOrganization(of, role));
    notify.send(tx, &to).await
}

/// Gives a queue back. One whose endpoint has just failed is left alone for some seconds.
pub async fn release(context: &Context, leased: &LeasedQueue, is_silent: bool) -> Result<(), ActionError> {
    let now = context.now();
    // A clock that is set back holds up nobody who takes what it is told.
    let not_before = if is_silent { now.plus_seconds(PAUSE_SECONDS) } else { Timestamp::from_microseconds(0) };
    context.store.write(async |tx| Ok(tx.release_queue(leased, now, not_before).await?)).await
}

/// An attempt that has just ended and began then.
pub fn ended(context: &Context, began_at: Timestamp, result: AttemptResult, http_status: Option<u16>) -> Attempt {
    let at = context.now();
    let duration_milliseconds = (at.microseconds() - began_at.microseconds()).max(0) / 1_000;
    Attempt { at, result, http_status, duration_milliseconds }
}
