//! Everything that views of referrals are made of, read for a whole page at once: the number of
//! statements does not grow with the page.

use super::{ActionError, Context};
use crate::domain::account::Project;
use crate::domain::case::CaseReference;
use crate::domain::consent::Consent;
use crate::domain::delivery::Told;
use crate::domain::freeze::Freeze;
use crate::domain::id::{CaseId, ConsentId, ProjectId, ReferralId};
use crate::domain::message::Message;
use crate::domain::referral::{Referral, TimelineEntry};
use crate::policy::access::Access;
use crate::policy::referral_view::{ReferralFacts, ReferralView, show_referral};
use crate::policy::visible::Visible;
use std::collections::{BTreeSet, HashMap};
use zeroize::Zeroizing;

struct Facts {
    consents: HashMap<ConsentId, Consent>,
    cases: HashMap<CaseId, CaseReference>,
    projects: HashMap<ProjectId, Project>,
    alias_keys: HashMap<ProjectId, Zeroizing<Vec<u8>>>,
    timelines: Vec<TimelineEntry>,
    freezes: HashMap<ReferralId, Vec<Freeze>>,
    messages: Vec<Message>,
    told: Vec<(ReferralId, Told)>,
}

/// The views of referrals that were read within the viewer's scope, in their order; what is nothing to
/// the viewer is left out.
pub(super) async fn show(
    context: &Context,
    access: &Access,
    referrals: &[Referral],
) -> Result<Vec<Visible<ReferralView>>, ActionError> {
    if referrals.is_empty() {
        return Ok(Vec::new());
    }
    let store = &context.store;
    let of: BTreeSet<ProjectId> = referrals.iter().map(|referral| referral.project_id).collect();
    let facts = Facts {
        consents: store.list_consents_of(referrals).await?.into_iter().map(|consent| (consent.id, consent)).collect(),
        cases: store.list_cases_of(referrals).await?.into_iter().map(|case| (case.id, case)).collect(),
        projects: store.list_projects_of(&of).await?.into_iter().map(|project| (project.id, project)).collect(),
        alias_keys: store.list_alias_keys_of(&of).await?.into_iter().collect(),
        timelines: store.list_timelines_of(referrals).await?,
        freezes: freezes_of(store.list_freezes_of(referrals).await?),
        messages: store.list_messages_of(referrals).await?,
        told: if access.is_of_sending_side() { store.list_told_of(referrals).await? } else { Vec::new() },
    };
    let views: Result<Vec<_>, _> = referrals.iter().map(|referral| facts.show(context, access, referral)).collect();
    Ok(views?.into_iter().flatten().collect())
}

fn freezes_of(all: Vec<(ReferralId, Freeze)>) -> HashMap<ReferralId, Vec<Freeze>> {
    let mut freezes: HashMap<_, Vec<_>> = HashMap::new();
    for (referral, freeze) in all {
        freezes.entry(referral).or_default().push(freeze);
    }
    freezes
}

/// What is of one referral, out of what stands by referrals.
fn of_one<T>(sorted: &[T], id: ReferralId, of: impl Fn(&T) -> ReferralId) -> &[T] {
    let start = sorted.partition_point(|each| of(each) < id);
    let end = sorted.partition_point(|each| of(each) <= id);
    &sorted[start..end]
}

impl Facts {
    fn show(
        &self,
        context: &Context,
        access: &Access,
        referral: &Referral,
    ) -> Result<Option<Visible<ReferralView>>, ActionError> {
        let missing = || ActionError::Internal("a referral without its consent or project".into());
        let service = context.directory.snapshot().service(referral.service_id);
        let facts = ReferralFacts {
            referral,
            consent: self.consents.get(&referral.consent_id).ok_or_else(missing)?,
            case: self.cases.get(&referral.case_id),
            service: service.as_deref(),
            project: self.projects.get(&referral.project_id).ok_or_else(missing)?,
            timeline: of_one(&self.timelines, referral.id, |entry| entry.referral_id),
            freezes: self.freezes.get(&referral.id).map_or(&[], Vec::as_slice),
            messages: of_one(&self.messages, referral.id, |message| message.referral_id),
            told: of_one(&self.told, referral.id, |(referral, _)| *referral),
            alias_key: self.alias_keys.get(&referral.project_id).map(|key| key.as_slice()),
            now: context.now(),
        };
        Ok(show_referral(access, facts))
    }
}
