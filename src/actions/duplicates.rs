//! Entries that may be the same service, for whoever keeps the directory true.

use super::{ActionError, Context};
use crate::directory::Snapshot;
use crate::domain::account::Role;
use crate::domain::duplicates::{DuplicateCandidate, DuplicateReason, Listed, find_duplicates};
use crate::domain::id::{Identifier, ServiceId};
use crate::domain::place::AreaTree;
use crate::domain::refusal::{InputProblem, Refusal};
use crate::policy::access::Access;
use crate::policy::directory_view::{Lens, ServiceView, show_service};
use crate::policy::rules::{Action, permit};
use crate::policy::visible::Visible;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use tokio::sync::Mutex;
use tokio::task::spawn_blocking;

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

/// What decides which services are paired, and with what of them: two viewers to whom it is the same are told the same.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Question {
    /// The version of the directory.
    version: i64,
    /// The version of the areas, by which two entries may lie apart.
    geography: i64,
    /// Where the table stands by which it is decided who knows what.
    table: usize,
    role: Option<Role>,
    is_trained: bool,
    reach: String,
}

impl Question {
    fn of(access: &Access, version: i64, geography: i64) -> Self {
        let account = access.account();
        Self {
            version,
            geography,
            table: std::ptr::from_ref(access.table()).addr(),
            role: account.map(|account| account.role),
            is_trained: account.is_some_and(|account| account.is_trained),
            reach: access.reach_mark(),
        }
    }
}

/// Pairs, the likeliest first, for whoever asks for a page of them.
type Pairs = Arc<Vec<DuplicateCandidate>>;

/// Most viewers of different reach whose pairs are kept at once.
const MOST_KEPT: usize = 8;

/// Pairs that were found, kept while the directory stays as it is. Whoever holds the lock pairs: the work is done once,
/// and at most one such work at a time takes a processor from the others.
#[derive(Default)]
pub struct KeptPairs(Mutex<Vec<(Question, Pairs)>>);

impl KeptPairs {
    async fn of(&self, context: &Context, access: &Access, snapshot: &Arc<Snapshot>) -> Result<Pairs, ActionError> {
        let geography = context.geography.snapshot();
        let question = Question::of(access, snapshot.version(), geography.version);
        let mut kept = self.0.lock().await;
        if let Some((_, found)) = kept.iter().find(|(known, _)| *known == question) {
            return Ok(Arc::clone(found));
        }
        let sources = context.store.sources_of_entries().await?;
        let (snapshot, access) = (Arc::clone(snapshot), access.clone());
        // Pairing a large directory takes seconds, in which this thread would serve nobody.
        let found = spawn_blocking(move || Arc::new(pairs(&snapshot, &access, &sources, &geography.areas)));
        let found = found.await.map_err(|error| ActionError::Internal(Box::new(error)))?;
        kept.retain(|(known, _)| known.version >= question.version);
        if kept.len() >= MOST_KEPT {
            kept.remove(0);
        }
        kept.push((question, Arc::clone(&found)));
        Ok(found)
    }
}

/// Every pair among the services as the viewer knows them, so that no hidden value makes one.
fn pairs(
    snapshot: &Snapshot,
    access: &Access,
    sources: &HashMap<String, String>,
    areas: &dyn AreaTree,
) -> Vec<DuplicateCandidate> {
    let lens = Lens::new(access);
    let offered = snapshot.services().filter(|service| service.is_offered());
    let views = offered.filter_map(|service| {
        let organization = snapshot.organization(service.organization_id);
        lens.service(service, organization.as_ref())
    });
    let views: BTreeMap<ServiceId, Visible<ServiceView>> = views.map(|view| (view.service.id, view)).collect();
    let listed = views.iter().map(|(id, view)| Listed {
        service: &view.service,
        organization: view.organization.as_deref(),
        source: sources.get(&id.to_string()).map(String::as_str),
    });
    find_duplicates(&listed.collect::<Vec<_>>(), areas)
}

/// Which candidates to list.
#[derive(Clone, Copy, Debug)]
pub struct PairsPage<'a> {
    /// The cursor of the candidate before.
    pub after: Option<&'a str>,
    /// How many at most.
    pub limit: usize,
    /// True for those that somebody has judged to be two services, instead of all others.
    pub is_of_dismissed: bool,
}

/// A page of candidates among the services that the viewer may know, the likeliest first, each with the cursor behind
/// it; and whether there are more. They are compared as the viewer knows them.
pub async fn page(
    context: &Context,
    access: &Access,
    PairsPage { after, limit, is_of_dismissed }: PairsPage<'_>,
) -> Result<(Vec<(String, CandidateView)>, bool), ActionError> {
    permit(access, Action::FindDuplicates)?;
    let after = after.map(read_cursor).transpose()?;
    let snapshot = context.directory.snapshot();
    let found = context.pairs.of(context, access, &snapshot).await?;
    let begin = after.map_or(0, |after| found.partition_point(|candidate| place(candidate) <= after));
    // Asked each time: a judgement changes no entry, and so no version of the directory.
    let dismissed = context.store.list_dismissed_pairs().await?;
    let is_meant = |candidate: &&DuplicateCandidate| dismissed.contains(&candidate.services) == is_of_dismissed;
    let mut candidates: Vec<&DuplicateCandidate> = found[begin..].iter().filter(is_meant).take(limit + 1).collect();
    let has_more = candidates.len() > limit;
    candidates.truncate(limit);
    let shown = |id: ServiceId| {
        let service = snapshot.service(id)?;
        show_service(access, &service, snapshot.organization(service.organization_id).as_ref())
    };
    let view = |candidate: &DuplicateCandidate| {
        let [one, other] = candidate.services.map(shown);
        let DuplicateCandidate { score, reasons, .. } = candidate.clone();
        Some((write_cursor(candidate), CandidateView { services: [one?, other?], score, reasons }))
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
