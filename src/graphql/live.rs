//! Running subscriptions: once when they begin, and once for each change, always as a request of its own, with the rights
//! that the caller has then. What is told is written down before it is told, as for every request.

use super::http::{Caller, EndpointError};
use super::request::RequestContext;
use super::subscription::Occasion;
use super::{Api, code_of, error, refused, too_much};
use crate::actions::following::{self, Changes, Followed};
use crate::actions::{account, disclosure, refusal};
use crate::domain::id::ReferralId;
use crate::domain::news::Changed;
use crate::domain::sensitive::Sensitive;
use crate::edge::access_line::LineFacts;
use crate::edge::sockets::Sockets;
use crate::i18n::Language;
use crate::policy::access::Access;
use async_graphql::futures_util::StreamExt as _;
use async_graphql::{Request, Response};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

/// What it costs to open a socket, so that no address holds every place by opening them again and again.
const POINTS_OF_OPENING: usize = 60;

/// Referrals of which a stream remembers what it told last. Beyond it, something may be told twice.
const MOST_REMEMBERED: usize = 1_000;

/// What a stream has told last of each referral, as a digest: what has not changed for the viewer is not told again.
#[derive(Default)]
pub struct Told(HashMap<Option<ReferralId>, [u8; 32]>);

impl Told {
    /// True where the answer differs from the last one.
    fn is_new(&self, referral: Option<ReferralId>, answer: &[u8; 32]) -> bool {
        self.0.get(&referral) != Some(answer)
    }

    fn remember(&mut self, referral: Option<ReferralId>, answer: [u8; 32]) {
        if self.0.len() >= MOST_REMEMBERED {
            self.0.clear();
        }
        self.0.insert(referral, answer);
    }
}

/// What came of running a subscription.
pub struct Run {
    /// What it follows; `None` where it did not come so far.
    pub followed: Option<Followed>,
    /// What is to be told, if anything.
    pub response: Option<Response>,
}

impl Api {
    /// An ear for what may have changed, from now on.
    pub fn changes(&self) -> Changes {
        following::changes(&self.context)
    }

    /// The open sockets of this node.
    pub const fn sockets(&self) -> &Sockets {
        &self.edge.sockets
    }

    /// Counts that somebody at this address opens a socket, who may turn out to be nobody.
    pub fn count_opening(&self, address: Option<IpAddr>) -> Result<(), EndpointError> {
        self.edge.rates.anonymous(address, POINTS_OF_OPENING).map_err(too_much)
    }

    /// Who asks, counted as a request; nobody signed in is [`EndpointError::Unauthenticated`].
    pub async fn admit(&self, caller: &Caller) -> Result<Access, EndpointError> {
        let access = self.admitted(&self.context, caller, &mut LineFacts::default()).await?;
        if access.account().is_some() { Ok(access) } else { Err(EndpointError::Unauthenticated) }
    }

    /// The access that a token opens now, not counted: for whoever was admitted and may have lost it.
    pub async fn access_now(&self, bearer: &Sensitive<String>) -> Result<Access, EndpointError> {
        account::access(&self.context, Some(bearer)).await.map_err(refused)
    }

    /// Whether what is followed may still be read with this access.
    pub async fn may_follow(&self, access: &Access, followed: Followed) -> Result<bool, EndpointError> {
        following::may_follow(&self.context, access, followed).await.map_err(refused)
    }

    /// Whether a change can be one that the viewer is told of, as far as is known without asking.
    pub fn concerns(access: &Access, followed: Followed, changed: &Changed) -> bool {
        following::concerns(access, followed, changed)
    }

    /// Runs a subscription because it begins, or because this referral has changed.
    pub async fn follow(
        &self,
        caller: &Caller,
        request: Request,
        changed: Option<ReferralId>,
        told: &mut Told,
    ) -> Result<Run, EndpointError> {
        let _place = self.edge.lanes.ordinary().ok_or(EndpointError::Busy)?;
        // What the server runs because others have acted costs the follower nothing.
        let access = match (changed, &caller.bearer) {
            (Some(_), Some(bearer)) => self.access_now(bearer).await?,
            _ => self.admit(caller).await?,
        };
        let occasion = changed.map_or_else(Occasion::default, Occasion::of);
        self.run_stream(access, caller, request, occasion, told).await
    }

    async fn run_stream(
        &self,
        access: Access,
        caller: &Caller,
        request: Request,
        occasion: Occasion,
        told: &mut Told,
    ) -> Result<Run, EndpointError> {
        let carried = RequestContext {
            context: self.context.clone(),
            access: access.clone(),
            language: Language::negotiate(caller.language.as_deref()),
            now: self.context.clock.now(),
            writes_pages: false,
            accepted: Arc::default(),
        };
        let mut stream = Box::pin(self.schema.execute_stream(request.data(carried).data(occasion.clone())));
        let response = stream.next().await;
        drop(stream);
        let followed = occasion.followed();
        let subject = match followed {
            Some(Followed::Inbox) => occasion.changed,
            _ => None,
        };
        let digest = response.as_ref().map(digest_of);
        let is_new = |response: &Response| {
            !response.errors.is_empty() || digest.is_some_and(|digest| told.is_new(subject, &digest))
        };
        let response = response.filter(is_new);
        let Some(mut response) = response else { return Ok(Run { followed, response: None }) };
        disclosure::record(&self.context, &access).await.map_err(refused)?;
        refusal::record(&self.context, &access, error::has_code(&response, "FORBIDDEN")).await;
        self.codes.stamp(&mut response);
        if let Some(digest) = digest {
            told.remember(subject, digest);
        }
        Ok(Run { followed, response: Some(response) })
    }
}

/// The code of an answer's first error.
pub fn told_code(response: &Response) -> Option<String> {
    code_of(response)
}

/// Errors are told each time: they end the stream.
fn digest_of(response: &Response) -> [u8; 32] {
    let written = serde_json::to_vec(&response.data).unwrap_or_default();
    Sha256::digest(written).into()
}
