//! Persons whom partners offer to our services: which team answers for a service, offering, answering, taking back, and what is
//! due by itself.
//!
//! Invariants: nobody is offered where no team has said that it answers. An offer is of no case, and what it tells of the person is
//! made unreadable once it has ended.

pub mod acts;
pub(super) mod clock;
pub mod make;
pub mod reception;

use super::protection::Notify;
use super::{ActionError, Context, hidden};
use crate::domain::freeze::Freeze;
use crate::domain::id::{AccountId, PartnerOfferId, ProjectId};
use crate::domain::notice::{Addressee, NoticeKind};
use crate::domain::partner_offer::PartnerOffer;
use crate::domain::sensitive::hidden_debug;
use crate::domain::time::Timestamp;
use crate::policy::access::Access;
use crate::policy::partner_offer_view::{PartnerOfferFacts, PartnerOfferView, show_partner_offer};
use crate::policy::rules::{Action, permit};
use crate::policy::visible::Visible;
use crate::store::{OfferSelection, Tx};
use std::collections::{BTreeSet, HashMap};

/// Which part of the list of offers.
#[derive(Clone, Copy)]
pub struct OffersAsked {
    /// Those that the viewer's side answers, instead of those that its organisation has made.
    pub received: bool,
    /// Only open ones, only ended ones, or both.
    pub open: Option<bool>,
    /// Only those behind this one.
    pub after: Option<PartnerOfferId>,
    /// At most this many.
    pub limit: usize,
}

hidden_debug!(OffersAsked);

/// The offer with this id.
pub async fn find(
    context: &Context,
    access: &Access,
    id: PartnerOfferId,
) -> Result<Visible<PartnerOfferView>, ActionError> {
    permit(access, Action::ReadReferral)?;
    let offer = context.store.find_partner_offer(&access.scope(), id).await?.ok_or_else(|| hidden(access, id))?;
    show(context, access, &[offer]).await?.pop().ok_or_else(|| hidden(access, id))
}

/// A page of offers, last made first, with whether there is more behind it.
pub async fn list(
    context: &Context,
    access: &Access,
    asked: OffersAsked,
) -> Result<(Vec<Visible<PartnerOfferView>>, bool), ActionError> {
    permit(access, Action::ReadReferral)?;
    let OffersAsked { received, open, after, limit } = asked;
    let one_more = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let selection = OfferSelection { received, open, after, limit: one_more };
    let mut offers = context.store.list_partner_offers(&access.scope(), selection).await?;
    let has_more = offers.len() > limit;
    offers.truncate(limit);
    Ok((show(context, access, &offers).await?, has_more))
}

async fn show(
    context: &Context,
    access: &Access,
    offers: &[PartnerOffer],
) -> Result<Vec<Visible<PartnerOfferView>>, ActionError> {
    if offers.is_empty() {
        return Ok(Vec::new());
    }
    let of: BTreeSet<ProjectId> = offers.iter().map(|offer| offer.project_id).collect();
    let projects = context.store.list_projects_of(&of).await?;
    let projects: HashMap<_, _> = projects.into_iter().map(|project| (project.id, project)).collect();
    let mut freezes: HashMap<ProjectId, Vec<Freeze>> = HashMap::new();
    for project in &of {
        freezes.insert(*project, context.store.list_freezes(*project).await?);
    }
    let keys: HashMap<_, _> = context.store.list_alias_keys_of(&of).await?.into_iter().collect();
    let snapshot = context.directory.snapshot();
    let view = |offer: &PartnerOffer| {
        let service = snapshot.service(offer.service_id);
        let sender_service = offer.sender_service_id.and_then(|id| snapshot.service(id));
        let facts = PartnerOfferFacts {
            offer,
            service: service.as_deref(),
            sender_service: sender_service.as_deref(),
            project: projects.get(&offer.project_id)?,
            alias_key: keys.get(&offer.project_id).map(|key| key.as_slice()),
            freezes: freezes.get(&offer.project_id).map_or(&[], Vec::as_slice),
            now: context.now(),
        };
        show_partner_offer(access, facts)
    };
    Ok(offers.iter().filter_map(view).collect())
}

/// Who has done something with an offer, and when.
struct Doing<'a> {
    context: &'a Context,
    actor: Option<AccountId>,
    now: Timestamp,
}

impl Doing<'_> {
    /// Tells the team that answers, and whoever else of its project is named.
    async fn tell_team(&self, tx: &mut Tx, offer: &PartnerOffer, kind: NoticeKind) -> Result<(), ActionError> {
        self.notify(offer, kind, self.now).send(tx, &[Addressee::Team(offer.team_id)]).await
    }

    /// Tells the partner: those who have accounts by a notice, and the mailbox that it came from.
    async fn tell_partner(&self, tx: &mut Tx, offer: &PartnerOffer, kind: NoticeKind) -> Result<(), ActionError> {
        // By the hour, like every time that a partner reads (P-08).
        let notify = self.notify(offer, kind, self.now.start_of_hour());
        notify.send(tx, &[Addressee::Recipients(offer.sender_id)]).await
    }

    fn notify(&self, offer: &PartnerOffer, kind: NoticeKind, at: Timestamp) -> Notify<'_> {
        Notify { kind, object: offer.id.to_string(), actor_id: self.actor, at, context: self.context }
    }
}
