//! Entries that may be the same service, for whoever keeps the directory true.

use super::{ActionError, Context};
use crate::domain::duplicates::{DuplicateCandidate, DuplicateReason, Listed, find_duplicates};
use crate::domain::id::{Identifier, ServiceId};
use crate::domain::refusal::{InputProblem, Refusal};
use crate::policy::access::Access;
use crate::policy::directory_view::{ServiceView, show_service};
use crate::policy::rules::{Action, permit};
use crate::policy::visible::Visible;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Two services that the viewer may know, which may be one.
pub struct CandidateView {
    /// The two, by id.
    pub services: [Visible<ServiceView>; 2],
    /// From [`crate::domain::duplicates::LEAST_SCORE`] to 100, the higher the likelier.
    pub score: u8,
    /// Why.
    pub reasons: Vec<DuplicateReason>,
}

/// Where a candidate stands in the list.
type Place = (Reverse<u8>, [ServiceId; 2]);

/// A page of candidates among the services that the viewer may know, the likeliest first, each with the cursor behind
/// it; and whether there are more. They are compared as the viewer knows them, so that no hidden value makes a pair.
pub async fn page(
    context: &Context,
    access: &Access,
    after: Option<&str>,
    limit: usize,
) -> Result<(Vec<(String, CandidateView)>, bool), ActionError> {
    permit(access, Action::FindDuplicates)?;
    let after = after.map(read_cursor).transpose()?;
    let sources = context.store.sources_of_entries().await?;
    let snapshot = context.directory.snapshot();
    let offered = snapshot.services().filter(|service| service.is_offered());
    let shown = offered.filter_map(|service| {
        let organization = snapshot.organization(service.organization_id);
        show_service(access, service, organization.as_ref())
    });
    let views: BTreeMap<ServiceId, Visible<ServiceView>> = shown.map(|view| (view.service.id, view)).collect();
    let listed = views.iter().map(|(id, view)| Listed {
        service: &view.service,
        organization: view.organization.as_deref(),
        source: sources.get(&id.to_string()).map(String::as_str),
    });
    let found = find_duplicates(&listed.collect::<Vec<_>>(), &context.geography.snapshot().areas);
    let behind = |candidate: &DuplicateCandidate| after.is_none_or(|after| place(candidate) > after);
    let mut candidates: Vec<_> = found.into_iter().filter(behind).take(limit + 1).collect();
    let has_more = candidates.len() > limit;
    candidates.truncate(limit);
    let view = |candidate: DuplicateCandidate| {
        let [one, other] = candidate.services.map(|id| views.get(&id).cloned());
        let cursor = write_cursor(&candidate);
        let DuplicateCandidate { score, reasons, .. } = candidate;
        Some((cursor, CandidateView { services: [one?, other?], score, reasons }))
    };
    Ok((candidates.into_iter().filter_map(view).collect(), has_more))
}

const fn place(candidate: &DuplicateCandidate) -> Place {
    (Reverse(candidate.score), candidate.services)
}

fn write_cursor(candidate: &DuplicateCandidate) -> String {
    let [one, other] = candidate.services;
    URL_SAFE_NO_PAD.encode(format!("v1|duplicates|{}|{one}|{other}", candidate.score))
}

fn read_cursor(text: &str) -> Result<Place, ActionError> {
    let read = || {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        let parts: Vec<&str> = text.strip_prefix("v1|duplicates|")?.split('|').collect();
        let [score, one, other] = *parts else { return None };
        Some((Reverse(score.parse().ok()?), [ServiceId::parse(one).ok()?, ServiceId::parse(other).ok()?]))
    };
    read().ok_or_else(|| Refusal::input("after", InputProblem::Cursor).into())
}
