//! The plan of an import: what it would change, for somebody to look at before anything is written.
//!
//! Invariant: a plan changes nothing by itself, and applying one twice changes nothing the second time.

use super::problem::{Problem, ProblemReason, Subject};
use super::tighten::{self, Redactions};
use super::{Feed, Parsed};
use crate::domain::directory::{Document, FieldValue, Organization, Service};
use crate::domain::directory_edit::{merge, remember};
use crate::domain::id::{OrganizationId, ServiceId};
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// Whether a feed holds everything that its source offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// Entries that the feed does not hold are gone.
    Complete,
    /// The feed says nothing about entries that it does not hold.
    Partial,
}

/// An entry of the same source as the store holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Current {
    /// Key at the source.
    pub key: String,
    /// The entry.
    pub document: Document,
    /// What the source said of the fields in which the entry differs from it.
    pub source_word: Vec<FieldValue>,
    /// True where the entry is gone, and the document is its last one.
    pub is_gone: bool,
}

impl Current {
    /// An entry that says what its source says.
    pub const fn new(key: String, document: Document) -> Self {
        Self { key, document, source_word: Vec::new(), is_gone: false }
    }
}

/// An entry to be written or ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Key at the source.
    pub key: String,
    /// The entry to write; for one that is gone, the entry as the store holds it.
    pub document: Document,
    /// What the source says of the fields in which the entry differs from it.
    pub source_word: Vec<FieldValue>,
}

impl Change {
    fn new(key: String, document: Document) -> Self {
        Self { key, document, source_word: Vec::new() }
    }
}

/// News about how to reach a guarded service, for a second person to accept.
#[derive(Clone, Debug, PartialEq)]
pub struct Queued {
    /// The service.
    pub service_id: ServiceId,
    /// Its organisation.
    pub organization_id: OrganizationId,
    /// What stands in the entry.
    pub before: Vec<FieldValue>,
    /// What the source says.
    pub after: Vec<FieldValue>,
}

/// Changes of one kind of entry.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Changes {
    /// Entries that the store does not hold, or that were gone and come back.
    pub added: Vec<Change>,
    /// Entries that differ from those of the store.
    pub updated: Vec<Change>,
    /// Entries that a complete feed holds no longer.
    pub gone: Vec<Change>,
    /// How many are the same.
    pub unchanged: usize,
}

impl Changes {
    /// True where nothing would be written.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.updated.is_empty() && self.gone.is_empty()
    }
}

/// What an import would do.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Changes of services.
    pub services: Changes,
    /// Changes of organisations.
    pub organizations: Changes,
    /// What waits for a second person: the entries stay as they are in these fields.
    pub queued: Vec<Queued>,
    /// What the source says now of services of which it said, or says, something that does not stand in the entry.
    pub heard: BTreeMap<ServiceId, Vec<FieldValue>>,
    /// Rows that are not imported; an entry whose row is refused stays as it is.
    pub refused: Vec<Problem>,
    /// What was changed or left out, by the parser and by the rule that an import never loosens.
    pub warnings: Vec<Problem>,
    /// How many rows were read.
    pub rows_read: usize,
    /// How many services of the feed answer no need that is known.
    pub unmapped: usize,
    /// How many services of this source the store holds before the import.
    pub services_before: usize,
}

/// Why a plan is not applied as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanRefused {
    /// So many entries gone at once are most often a broken export.
    #[error("{gone} of {of} services would be gone, more than one in five; check the file, or accept it explicitly")]
    TooManyGone {
        /// Services that would be gone.
        gone: usize,
        /// Services that the store holds of this source.
        of: usize,
    },
}

impl Plan {
    /// The share of the store's services that would be gone, from 0 to 1.
    pub fn gone_share(&self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a directory has fewer than 2^52 services")]
        let (gone, before) = (self.services.gone.len() as f64, self.services_before as f64);
        if before > 0.0 { gone / before } else { 0.0 }
    }

    /// Refuses a plan by which more than one service in five is gone, unless somebody accepts that.
    ///
    /// # Errors
    /// [`PlanRefused::TooManyGone`].
    pub fn admit(&self, accepts_many_gone: bool) -> Result<(), PlanRefused> {
        let (gone, of) = (self.services.gone.len(), self.services_before);
        if gone * 5 > of && !accepts_many_gone { Err(PlanRefused::TooManyGone { gone, of }) } else { Ok(()) }
    }
}

/// Compares a feed with what the store holds of its source.
pub fn plan(mut feed: Feed, current: Vec<Current>, completeness: Completeness) -> Plan {
    let (current, gone) = current.into_iter().partition(|entry: &Current| !entry.is_gone);
    let Held { services: mut held_services, organizations: mut held_organizations, mut words } = Held::of(current);
    // What was gone and comes back is as protected as it was.
    let mut former = Held::of(gone);
    let services_before = held_services.len();
    let is_complete = completeness == Completeness::Complete && !feed.is_one_page;
    let redactions = Redactions::of(held_services.values().chain(former.services.values()));

    let mut warnings = std::mem::take(&mut feed.warnings);
    let mut organizations_in_use = HashSet::new();
    let (mut services, mut queued, mut heard) = (Changes::default(), Vec::new(), BTreeMap::new());
    for Parsed { row, key, mut document } in std::mem::take(&mut feed.services) {
        let held = held_services.remove(&key);
        let returned = former.services.remove(&key);
        let known = held.as_ref().or(returned.as_ref());
        let mut reasons = tighten::service(&mut document, known, &redactions, &feed, &key);
        reasons.extend(returned.is_some().then_some(ProblemReason::Returned));
        let before = words.remove(&key).unwrap_or_default();
        let word = match known {
            Some(held) => meet(&mut document, held, &before, &mut queued, &mut reasons),
            None => Vec::new(),
        };
        warnings.extend(reasons.into_iter().map(|reason| problem(Subject::Service, row, &key, reason)));
        organizations_in_use.insert(document.organization_id);
        if !word.is_empty() || !before.is_empty() {
            heard.insert(document.id, word.clone());
        }
        let (held, told) = (held.map(Document::Service), Document::Service(document));
        if word == before || held.is_none() {
            place(&mut services, Change { source_word: word, ..Change::new(key, told) }, held);
        } else {
            // What the source says is news, even where the entry goes on as it is.
            services.updated.push(Change { source_word: word, ..Change::new(key, told) });
        }
    }
    let (gone, staying) = if is_complete {
        part_gone(held_services, &feed.refused, &mut warnings)
    } else {
        (BTreeMap::new(), held_services)
    };
    organizations_in_use.extend(staying.values().map(|service| service.organization_id));
    services.gone = gone.into_iter().map(|(key, service)| Change::new(key, Document::Service(service))).collect();

    let mut organizations = Changes::default();
    for Parsed { row, key, mut document } in std::mem::take(&mut feed.organizations) {
        let held = held_organizations.remove(&key);
        let known = held.as_ref().or(former.organizations.get(&key));
        let reasons = known.map(|known| tighten::organization(&mut document, known)).unwrap_or_default();
        warnings.extend(reasons.into_iter().map(|reason| problem(Subject::Organization, row, &key, reason)));
        let change = Change::new(key, Document::Organization(document));
        place(&mut organizations, change, held.map(Document::Organization));
    }
    if is_complete {
        organizations.gone = gone_organizations(held_organizations, &organizations_in_use, &feed.refused);
    }
    let Feed { refused, rows_read, unmapped, .. } = feed;
    Plan { services, organizations, queued, heard, refused, warnings, rows_read, unmapped, services_before }
}

fn problem(subject: Subject, row: usize, key: &str, reason: ProblemReason) -> Problem {
    Problem { subject, row: Some(row), key: Some(key.to_owned()), reason }
}

/// The store's entries by key.
#[derive(Default)]
struct Held {
    services: BTreeMap<String, Service>,
    organizations: BTreeMap<String, Organization>,
    /// What the source said of services that differ from it.
    words: BTreeMap<String, Vec<FieldValue>>,
}

impl Held {
    fn of(current: Vec<Current>) -> Self {
        let mut held = Self::default();
        for Current { key, document, source_word, .. } in current {
            if !source_word.is_empty() {
                held.words.insert(key.clone(), source_word);
            }
            match document {
                Document::Service(service) => drop(held.services.insert(key, service)),
                Document::Organization(organization) => drop(held.organizations.insert(key, organization)),
            }
        }
        held
    }
}

fn place(changes: &mut Changes, change: Change, held: Option<Document>) {
    match held {
        None => changes.added.push(change),
        Some(held) if held == change.document => changes.unchanged += 1,
        Some(_) => changes.updated.push(change),
    }
}

/// Brings what the feed says of a service together with what people have set, and queues what takes a second person.
/// Gives the source's word beside the entry.
fn meet(
    document: &mut Service,
    held: &Service,
    word: &[FieldValue],
    queued: &mut Vec<Queued>,
    reasons: &mut Vec<ProblemReason>,
) -> Vec<FieldValue> {
    let merged = merge(document, held, word);
    remember(document, held);
    reasons.extend(merged.kept.into_iter().map(ProblemReason::EditKept));
    let notes = [
        (merged.keeps_guard, ProblemReason::GuardKept),
        (merged.keeps_organization, ProblemReason::OrganizationKept),
        (merged.withholds_contacts, ProblemReason::ContactsWithheld),
    ];
    reasons.extend(notes.into_iter().filter_map(|(is_so, reason)| is_so.then_some(reason)));
    let waits = |value: &FieldValue| ProblemReason::WaitsForSecondPerson(value.field());
    reasons.extend(merged.queued.iter().map(waits));
    if !merged.queued.is_empty() {
        queued.push(Queued {
            service_id: held.id,
            organization_id: held.organization_id,
            // As it is to be written: what was redacted with this import is so in what waits, too.
            before: merged.queued.iter().map(|value| FieldValue::of(document, value.field())).collect(),
            after: merged.queued,
        });
    }
    merged.word
}

type Services = BTreeMap<String, Service>;

/// Parts the services that no row names into those that are gone and those that stay. A refused row
/// names its service; one without a readable key may be any of them, so then none is gone.
fn part_gone(absent: Services, refused: &[Problem], warnings: &mut Vec<Problem>) -> (Services, Services) {
    let refused: Vec<Option<&str>> = refused_keys(refused, Subject::Service).collect();
    let named: BTreeSet<&str> = refused.iter().flatten().copied().collect();
    let unreadable = refused.iter().filter(|key| key.is_none()).count();
    let (staying, gone): (Services, Services) = absent.into_iter().partition(|(key, _)| named.contains(key.as_str()));
    if unreadable == 0 || gone.is_empty() {
        return (gone, staying);
    }
    let reason = ProblemReason::GoneWithheld { absent: gone.len(), unreadable };
    warnings.push(Problem { subject: Subject::Service, row: None, key: None, reason });
    (Services::new(), staying.into_iter().chain(gone).collect())
}

/// An organisation that no row names is gone with its last service.
fn gone_organizations(
    absent: BTreeMap<String, Organization>,
    in_use: &HashSet<OrganizationId>,
    refused: &[Problem],
) -> Vec<Change> {
    let refused: Vec<Option<&str>> = refused_keys(refused, Subject::Organization).collect();
    let stays = |key: &str, organization: &Organization| {
        in_use.contains(&organization.id) || refused.iter().any(|refused| refused.is_none_or(|refused| refused == key))
    };
    let gone = absent.into_iter().filter(|(key, organization)| !stays(key, organization));
    gone.map(|(key, organization)| Change::new(key, Document::Organization(organization))).collect()
}

fn refused_keys(refused: &[Problem], subject: Subject) -> impl Iterator<Item = Option<&str>> {
    refused.iter().filter(move |problem| problem.subject == subject).map(|problem| problem.key.as_deref())
}

#[cfg(test)]
mod tests;
