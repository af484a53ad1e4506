//! What leaves Relais by itself: mails and webhooks, from the queues in which acts have listed them.
//!
//! Invariants: nothing is decided here. `actions::delivery` says whose turn it is, what is to be sent and what follows of
//! what came of it; `letter` and `webhook` make what is sent of that; `egress` sends it. One queue is told by one worker at a
//! time, many queues beside each other, so that an endpoint which is slow or dead delays no other. Nothing that an endpoint
//! answers is kept but its status.
//!
//! Start at [`Post::work`].

pub mod letter;
pub mod webhook;

use self::letter::{Letter, LetterFacts, ReplyBy, compose};
use self::webhook::Call;
use crate::actions::delivery::{self, LetterParcel, Parcel, Tried};
use crate::actions::jobs::Worker;
use crate::actions::{ActionError, Context};
use crate::clock::pause;
use crate::domain::delivery::{AttemptResult, Delivery, DeliveryChannel};
use crate::domain::sensitive::Sensitive;
use crate::domain::webhook::{WebhookEndpoint, body};
use crate::egress::Client;
use crate::egress::mail::{MailFault, Mailer, Parcel as Mail};
use crate::i18n::Language;
use crate::store::{Hearing, LeasedQueue};
use std::sync::Arc;
use tokio::task::JoinSet;

/// Most webhooks, and most mailboxes, that are told beside each other.
const MOST_AT_ONCE: usize = 16;

/// Tells endpoints what is due to them, beside every other node.
#[derive(Clone)]
pub struct Post {
    context: Context,
    means: Arc<Means>,
}

/// By what is sent.
pub struct Means {
    /// Calls webhooks.
    pub client: Client,
    /// Sends mails; `None` where no mail server is configured.
    pub mailer: Option<Mailer>,
    /// The address under which browsers reach Relais, without a slash at its end.
    pub public_address: String,
}

/// What there is to wait for.
struct News {
    hearing: Hearing,
    look_seconds: u64,
}

/// Waits until something was listed, or it is time to look again; for ever where there are no news.
async fn next(news: Option<&mut News>) {
    let Some(News { hearing, look_seconds }) = news else { return std::future::pending().await };
    tokio::select! {
        () = hearing.rung() => {}
        () = pause(*look_seconds) => {}
    }
}

impl Post {
    /// A post that sends by these means.
    pub fn new(context: Context, means: Means) -> Self {
        Self { context, means: Arc::new(means) }
    }

    /// Tells what is due, for as long as it is polled: whenever something is listed, and every `look_seconds`. Each channel
    /// goes its own way, so that neither waits for the other.
    pub async fn work(&self, look_seconds: u64) {
        let look = |channel| {
            let mut news = News { hearing: self.context.store.hear(), look_seconds };
            async move {
                loop {
                    if let Err(error) = self.tell(channel, Some(&mut news)).await {
                        let cause = std::error::Error::source(&error).map(ToString::to_string);
                        tracing::warn!(%error, cause, "what is due to endpoints could not be told; trying again");
                    }
                    pause(look_seconds).await;
                }
            }
        };
        tokio::join!(look(DeliveryChannel::Webhook), look(DeliveryChannel::Mail));
    }

    /// Tells everything that is due now, and no more.
    pub async fn tell_all_due(&self) -> Result<(), ActionError> {
        let (webhooks, mails) =
            tokio::join!(self.tell(DeliveryChannel::Webhook, None), self.tell(DeliveryChannel::Mail, None));
        webhooks.and(mails)
    }

    /// Tells the queues of a channel: until nothing is due in any, or on and on where there may be news. A turn that takes
    /// long holds up no other: whatever comes meanwhile has its own.
    async fn tell(&self, channel: DeliveryChannel, mut news: Option<&mut News>) -> Result<(), ActionError> {
        let worker = Worker::new(self.context.chance.as_ref());
        let mut turns = JoinSet::new();
        loop {
            while turns.len() < MOST_AT_ONCE {
                let Some(leased) = delivery::claim(&self.context, &worker, channel).await? else { break };
                let post = self.clone();
                turns.spawn(async move { post.turn(leased).await });
            }
            if turns.is_empty() && news.is_none() {
                return Ok(());
            }
            tokio::select! {
                Some(ended) = turns.join_next() => ended.unwrap_or(Ok(()))?,
                () = next(news.as_deref_mut()) => {}
            }
        }
    }

    /// One turn of a queue: what is due in it, one after the other, until its endpoint fails or its time is over.
    async fn turn(&self, leased: LeasedQueue) -> Result<(), ActionError> {
        let mut is_silent = false;
        for due in delivery::due(&self.context, &leased).await? {
            if is_silent || !delivery::has_time(&self.context, &leased) {
                break;
            }
            is_silent = self.attempt(&leased, &due).await?;
        }
        delivery::release(&self.context, &leased, is_silent).await
    }

    async fn attempt(&self, leased: &LeasedQueue, due: &Delivery) -> Result<bool, ActionError> {
        let began_at = self.context.clock.now();
        let (result, http_status, retry_after_seconds) = match delivery::prepare(&self.context, leased, due).await? {
            Err(instead) => (instead, None, None),
            Ok(Parcel::Call(endpoint)) => self.call(due, endpoint).await,
            Ok(Parcel::Letter(parcel)) => (self.write(due, parcel).await, None, None),
        };
        let attempt = delivery::ended(&self.context, began_at, result, http_status);
        delivery::settle(&self.context, leased, due, Tried { attempt, retry_after_seconds }).await
    }

    async fn call(&self, due: &Delivery, endpoint: WebhookEndpoint) -> (AttemptResult, Option<u16>, Option<i64>) {
        let now = self.context.clock.now();
        let call = Call { id: due.id, secrets: endpoint.secrets(now), body: body(due), url: endpoint.url };
        let answer = webhook::call(&self.means.client, &call, now).await;
        (answer.result, answer.http_status, answer.retry_after_seconds)
    }

    async fn write(&self, due: &Delivery, parcel: LetterParcel) -> AttemptResult {
        let Some(mailer) = &self.means.mailer else { return AttemptResult::NoServer };
        let LetterParcel { to, language, tag, reply_by, token } = parcel;
        let link = Sensitive::new(format!("{}/o/{}", self.means.public_address, token.expose()));
        let language = language.as_deref().and_then(Language::from_tag).unwrap_or_default();
        let reply_by = reply_by.map(|(at, zone)| ReplyBy::at(at, zone));
        let Letter { subject, text, html } = compose(&LetterFacts { language, tag, reply_by, link });
        let date = self.context.clock.now();
        let mail = Mail { id: due.id, to, date, language_tag: language.tag(), subject, text, html };
        mailer.send(&mail).await.map_or_else(MailFault::result, |()| AttemptResult::Taken)
    }
}
