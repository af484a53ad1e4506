//! What leaves Relais by itself: mails and webhooks, from the queues in which acts have listed them.
//!
//! Invariants: nothing is decided here. `actions::delivery` says whose turn it is, what is to be sent and what follows of
//! what came of it; `letter` and `webhook` make what is sent of that; `egress` sends it. One queue is told by one worker at a
//! time, many queues beside each other, and those of endpoints that fail have places of their own, so that an endpoint which is
//! slow or dead delays no other. An attempt under way ends before the process does, if it can within some seconds: one that is
//! cut after the endpoint took it is made once more. Nothing that an endpoint answers is kept but its status.
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
use crate::domain::delivery::{AttemptResult, Delivery, DeliveryChannel, Lane};
use crate::domain::sensitive::Sensitive;
use crate::domain::webhook::{WebhookEndpoint, body};
use crate::egress::Client;
use crate::egress::mail::{MailFault, Mailer, Parcel as Mail};
use crate::i18n::Language;
use crate::store::{Hearing, LeasedQueue};
use std::error::Error as _;
use std::sync::Arc;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// Most queues of one lane that are told beside each other.
pub const MOST_AT_ONCE: usize = 16;

/// Seconds that an attempt under way has to end when the process is to end; a webhook never needs more.
const SECONDS_TO_END: u64 = 10;

/// Tells endpoints what is due to them, beside every other node.
#[derive(Clone)]
pub struct Post {
    context: Context,
    means: Arc<Means>,
    is_stopping: Arc<watch::Sender<bool>>,
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

/// Says what went wrong with the queues of a lane; one whose turn broke off is told again after its lease.
fn noted(result: Result<(), ActionError>) -> Result<(), ActionError> {
    result.inspect_err(|error| {
        let cause = error.source().map(ToString::to_string);
        tracing::warn!(%error, cause, "what is due to endpoints could not be told; trying again");
    })
}

impl Post {
    /// A post that sends by these means.
    pub fn new(context: Context, means: Means) -> Self {
        Self { context, means: Arc::new(means), is_stopping: Arc::default() }
    }

    /// Tells what is due whenever something is listed, and every `look_seconds`, until it is stopped and what was under way has
    /// ended. Each lane goes its own way, so that none waits for another.
    pub async fn work(&self, look_seconds: u64) {
        let [a, b, c, d] = Lane::ALL.map(|lane| {
            let news = News { hearing: self.context.store.hear(), look_seconds };
            self.tell(lane, Some(news))
        });
        let out_of_time = async {
            self.stopped().await;
            pause(SECONDS_TO_END).await;
        };
        tokio::select! {
            // What went wrong has been said then.
            _ = async { tokio::join!(a, b, c, d) } => {}
            () = out_of_time => tracing::warn!("an attempt under way was cut off; it is made again"),
        }
    }

    /// Begins nothing more, here and in every clone: what is under way may end.
    pub fn stop(&self) {
        self.is_stopping.send_replace(true);
    }

    fn is_stopping(&self) -> bool {
        *self.is_stopping.borrow()
    }

    async fn stopped(&self) {
        // It cannot be gone: this holds it.
        let _ = self.is_stopping.subscribe().wait_for(|is_stopping| *is_stopping).await;
    }

    /// Tells everything that is due now, and no more.
    pub async fn tell_all_due(&self) -> Result<(), ActionError> {
        for lane in Lane::ALL {
            self.tell(lane, None).await?;
        }
        Ok(())
    }

    /// Tells the queues of a lane: until nothing is due in any, or on and on where there may be news. A turn that takes long,
    /// or goes wrong, holds up no other: whatever comes meanwhile has its own. Gives what went wrong last.
    async fn tell(&self, lane: Lane, mut news: Option<News>) -> Result<(), ActionError> {
        // Without a mail server mails wait for a node that has one.
        if lane.channel == DeliveryChannel::Mail && self.means.mailer.is_none() {
            if news.is_some() {
                self.stopped().await;
            }
            return Ok(());
        }
        let worker = Worker::new(self.context.chance.as_ref());
        let (mut turns, mut told) = (JoinSet::new(), Ok(()));
        loop {
            told = noted(self.begin_turns(lane, &worker, &mut turns).await).and(told);
            let is_stopping = self.is_stopping();
            if turns.is_empty() && (is_stopping || news.is_none()) {
                return told;
            }
            tokio::select! {
                Some(ended) = turns.join_next() => told = noted(ended.unwrap_or(Ok(()))).and(told),
                () = next(news.as_mut()) => {}
                () = self.stopped(), if !is_stopping => {}
            }
        }
    }

    async fn begin_turns(
        &self,
        lane: Lane,
        worker: &Worker,
        turns: &mut JoinSet<Result<(), ActionError>>,
    ) -> Result<(), ActionError> {
        while turns.len() < MOST_AT_ONCE && !self.is_stopping() {
            let Some(leased) = delivery::claim(&self.context, worker, lane).await? else { break };
            let post = self.clone();
            turns.spawn(async move { post.turn(leased).await });
        }
        Ok(())
    }

    /// One turn of a queue: what is due in it, one after the other, until its endpoint fails, its time is over, or the process
    /// is to end.
    async fn turn(&self, leased: LeasedQueue) -> Result<(), ActionError> {
        let mut is_silent = false;
        for due in delivery::due(&self.context, &leased).await? {
            if is_silent || self.is_stopping() || !delivery::has_time(&self.context, &leased) {
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
        let Some(mailer) = &self.means.mailer else { return AttemptResult::Fault };
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
