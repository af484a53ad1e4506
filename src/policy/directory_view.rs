//! Views of the directory.
//!
//! Invariant: what the table does not tell is taken out of the entry itself before anybody holds it; only what the store
//! has beside the document (its version, whose record it is) stays in, is read here and nowhere else, and a test reads the
//! source for that. Where the schema promises a field, who may not have it may not have the entry.

use super::access::Access;
use super::looking::Looking;
use super::removal::{OF_ORGANIZATION, OF_SERVICE, Removal, take_out, without};
use super::table::{Facts, Guard, Relation, Standing, Table};
use super::visible::Visible;
use crate::domain::directory::{Organization, Service, SourceRecord};
use crate::domain::directory_edit::EntryHistory;
use crate::domain::fit::Fit;
use crate::domain::id::ServiceId;
use crate::domain::place::DistanceBand;
use crate::domain::ranking;
use crate::domain::time::Date;
use std::cell::RefCell;
use std::sync::{Arc, PoisonError, RwLock};

/// What is told of whose record an entry is.
#[derive(Clone, Copy)]
#[cfg_attr(test, derive(Debug))]
struct ToldOfSource {
    name: bool,
    record_id: bool,
    told_on: bool,
}

/// A service as a viewer may know it. Of what the store has beside the document, its version and whose record it is, the
/// view itself tells: taking those out would copy every entry for every viewer.
#[derive(Clone)]
#[cfg_attr(test, derive(Debug))]
pub struct ServiceView {
    /// The service, without what the viewer may not know; a redacted place in it holds an area and no point.
    pub service: Arc<Service>,
    /// Its organisation, where the directory has it.
    pub organization: Option<Arc<Organization>>,
    /// Whether it is told when the service is open.
    pub tells_opening: bool,
    tells_version: bool,
    told_of_source: ToldOfSource,
    /// Whether it is told what a review of it still asks.
    pub tells_questions: bool,
    /// Whether it is told how many referrals the service has accepted since its capacity was told.
    pub tells_accepted: bool,
}

impl ServiceView {
    /// The version to name when editing the entry.
    pub fn version(&self) -> Option<i64> {
        Some(self.service.version).filter(|version| self.tells_version && *version > 0)
    }

    /// Whose record the entry is, without what the viewer may not know of that.
    pub fn source(&self) -> Option<SourceRecord> {
        let record = self.service.record.as_deref().filter(|_| self.told_of_source.name)?;
        Some(SourceRecord {
            source: Arc::clone(&record.source),
            key: record.key.clone().filter(|_| self.told_of_source.record_id),
            told_on: record.told_on.filter(|_| self.told_of_source.told_on),
        })
    }
}

/// How a service relates to what was looked for, as a viewer may know it.
#[derive(Clone, Debug)]
pub struct MatchView {
    /// Which of its places is the nearest.
    pub place: Option<usize>,
    /// How far that is; `None` without a point or a known place, and where it is measured from the middle of an area.
    pub distance_meters: Option<f64>,
    /// For a redacted place, in which band the centre of its area lies.
    pub distance_band: Option<DistanceBand>,
    /// Whether the service takes the person, and why not.
    pub fit: Fit,
    /// The day on which a service that is closed for a time opens again; `None` for every other.
    pub reopens_on: Option<Date>,
    /// Where it stands among others, and why; `None` for one that was judged alone.
    pub standing: Option<ranking::Standing>,
}

/// What the schema promises of a service, and what its freshness and its public are made of.
const PROMISED: [&str; 11] = [
    "Service.id",
    "Service.name",
    "Service.status",
    "Service.tier",
    "Service.doNotUse",
    "Service.needs",
    "Service.freshness",
    "Service.eligibility",
    "Freshness.state",
    "Service.knownConsequences",
    "Service.proposedDeadlines",
];

/// What a reason is made of.
const OF_A_REASON: [&str; 4] =
    ["FitReason.dimension", "FitReason.finding", "FitReason.message", "FitReason.proposedNeed"];

const STANDING: [&str; 6] = [
    "ServiceEdge.score",
    "ServiceEdge.standing",
    "StandingFactor.factor",
    "StandingFactor.value",
    "StandingFactor.weight",
    "StandingFactor.message",
];

/// What the schema promises of a version of an entry.
const PROMISED_OF_HISTORY: [&str; 6] = [
    "ServiceVersion.version",
    "ServiceVersion.at",
    "ServiceVersion.source",
    "ServiceVersion.byRole",
    "ServiceVersion.isGone",
    "ServiceVersion.fields",
];

/// What the schema promises of an organisation, and what tells that it never receives a referral.
const PROMISED_OF_ORGANIZATION: [&str; 6] = [
    "Organization.id",
    "Organization.name",
    "Organization.kind",
    "Organization.authorityLink",
    "Organization.mayReceiveReferrals",
    "Organization.services",
];

fn facts(access: &Access, service: &Service) -> Facts {
    let kind = access.directory_scope().kind_of(service);
    let relation = access.relation_to_service(service);
    let facts = access.facts(relation, Standing::from(kind.tier), kind.concerns_violence);
    facts.holding(Guard::Granted, kind.is_granted)
}

fn look(access: &Access, service: &Service) -> Looking {
    Looking::new(access, facts(access, service))
}

/// What one viewer is told of many services: the table is asked once for all that stand alike.
pub struct Lens<'a> {
    access: &'a Access,
    decided: RefCell<Vec<(Facts, Arc<EntrySight>)>>,
}

/// What a table has answered about services. There are fewer facts to ask under than there are rows, and no person is in
/// them: each is asked once for all viewers.
#[derive(Default)]
pub(super) struct EntrySights(RwLock<Vec<(Facts, Arc<EntrySight>)>>);

impl EntrySights {
    fn under(&self, facts: Facts, table: &'static Table) -> Arc<EntrySight> {
        let known = |sights: &[(Facts, Arc<EntrySight>)]| {
            sights.iter().find(|(known, _)| *known == facts).map(|(_, sight)| Arc::clone(sight))
        };
        if let Some(sight) = known(&self.0.read().unwrap_or_else(PoisonError::into_inner)) {
            return sight;
        }
        let mut sights = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known(&sights).unwrap_or_else(|| {
            let sight = Arc::new(EntrySight::new(Looking::by(table, facts)));
            sights.push((facts, Arc::clone(&sight)));
            sight
        })
    }
}

impl std::fmt::Debug for EntrySights {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("EntrySights")
    }
}

/// What the table tells of services under the same facts.
struct EntrySight {
    is_shown: bool,
    removals: Vec<&'static Removal<Service>>,
    tells_organization: bool,
    tells_opening: bool,
    tells_version: bool,
    told_of_source: ToldOfSource,
    tells_questions: bool,
    tells_accepted: bool,
    tells_verdict: bool,
    tells_reasons: bool,
    tells_place: bool,
    tells_distance_meters: bool,
    tells_distance_band: bool,
    tells_closures: bool,
    tells_standing: bool,
}

impl EntrySight {
    fn new(look: Looking) -> Self {
        let opening = ["Service.opening", "OpeningState.status", "OpeningState.reason", "OpeningState.nextChangeAt"];
        let tells = |name| look.value(name, Some(())).is_some();
        Self {
            is_shown: look.sees_all(&PROMISED),
            removals: OF_SERVICE.iter().filter(|removal| !look.sees(removal.name)).collect(),
            tells_organization: tells("Service.organization"),
            tells_opening: look.sees_all(&opening),
            tells_version: look.sees("Service.version"),
            told_of_source: ToldOfSource {
                name: look.sees_all(&["Service.source", "ServiceSource.name"]),
                record_id: look.sees("ServiceSource.recordId"),
                told_on: look.sees("ServiceSource.toldOn"),
            },
            tells_questions: look.sees("Service.questions"),
            tells_accepted: tells("Capacity.acceptedSince"),
            tells_verdict: look.sees("ServiceEdge.verdict"),
            tells_reasons: look.sees("ServiceEdge.reasons") && look.sees_all(&OF_A_REASON),
            tells_place: tells("ServiceEdge.locationId"),
            tells_distance_meters: tells("ServiceEdge.distanceMeters"),
            tells_distance_band: tells("ServiceEdge.distanceBand"),
            tells_closures: tells("Service.closures"),
            tells_standing: look.sees_all(&STANDING),
        }
    }
}

impl<'a> Lens<'a> {
    /// The lens of this viewer.
    pub const fn new(access: &'a Access) -> Self {
        Self { access, decided: RefCell::new(Vec::new()) }
    }

    fn sight(&self, service: &Service) -> Arc<EntrySight> {
        let facts = facts(self.access, service);
        if let Some((_, known)) = self.decided.borrow().iter().find(|(known, _)| *known == facts) {
            return Arc::clone(known);
        }
        let table = self.access.table();
        let sight = table.entry_sights().under(facts, table);
        self.decided.borrow_mut().push((facts, Arc::clone(&sight)));
        sight
    }

    /// The view of a service; `None` when the viewer may not know that it exists.
    pub fn service(
        &self,
        service: &Arc<Service>,
        organization: Option<&Arc<Organization>>,
    ) -> Option<Visible<ServiceView>> {
        let sight = self.sight(service);
        let mut shown = Arc::clone(service);
        sight.removals.iter().for_each(|removal| take_out(removal, &mut shown));
        let view = ServiceView {
            service: shown,
            organization: organization.filter(|_| sight.tells_organization).map(Arc::clone),
            tells_opening: sight.tells_opening,
            tells_version: sight.tells_version,
            told_of_source: sight.told_of_source,
            tells_questions: sight.tells_questions,
            tells_accepted: sight.tells_accepted,
        };
        sight.is_shown.then(|| Visible::of_directory(view, self.access.recorder().clone()))
    }

    /// How a service relates to what was looked for; `None` when the viewer may not know whether it fits.
    pub fn matched(&self, service: &Service, found: MatchView) -> Option<MatchView> {
        let sight = self.sight(service);
        sight.tells_verdict.then(|| MatchView {
            place: found.place.filter(|_| sight.tells_place),
            distance_meters: found.distance_meters.filter(|_| sight.tells_distance_meters),
            distance_band: found.distance_band.filter(|_| sight.tells_distance_band),
            reopens_on: found.reopens_on.filter(|_| sight.tells_closures),
            standing: found.standing.filter(|_| sight.tells_standing),
            fit: Fit { reasons: if sight.tells_reasons { found.fit.reasons } else { Vec::new() }, ..found.fit },
        })
    }
}

/// The view of a service; `None` when the viewer may not know that it exists.
pub fn show_service(
    access: &Access,
    service: &Arc<Service>,
    organization: Option<&Arc<Organization>>,
) -> Option<Visible<ServiceView>> {
    Lens::new(access).service(service, organization)
}

/// The id of a service that a copy may hold as it was; `None` unless the viewer was told it then, by the present table,
/// so that what was hidden goes without a trace.
pub fn show_gone(access: &Access, known: &Service) -> Option<ServiceId> {
    let is_known = known.is_offered() && look(access, known).sees_all(&PROMISED);
    is_known.then_some(known.id)
}

/// The history of a service; `None` when the viewer may not know of the service, or not of its history.
pub fn show_history(
    access: &Access,
    service: &Service,
    history: Vec<EntryHistory>,
) -> Option<Vec<Visible<EntryHistory>>> {
    let look = look(access, service);
    let shown = look.sees_all(&PROMISED) && look.sees_all(&PROMISED_OF_HISTORY);
    let visible = |version| Visible::of_directory(version, access.recorder().clone());
    shown.then(|| history.into_iter().map(visible).collect())
}

/// The view of an organisation; `None` unless the viewer may know of one of its services, is of it, or
/// is on the other side of a referral that `is_counterpart` tells of.
pub fn show_organization(
    access: &Access,
    organization: &Arc<Organization>,
    services: &[Arc<Service>],
    is_counterpart: bool,
) -> Option<Visible<Arc<Organization>>> {
    let relation = match access.relation_to_entry(organization.id) {
        Relation::OwnOrganization => Relation::OwnOrganization,
        _ if is_counterpart => Relation::Counterpart,
        relation => relation,
    };
    let scope = access.directory_scope();
    let is_known = services.iter().any(|service| scope.admits(service));
    let facts = access.facts(relation, Standing::Plain, false).holding(Guard::ServiceKnown, is_known);
    let look = Looking::new(access, facts);
    let shown = look.sees_all(&PROMISED_OF_ORGANIZATION).then(|| without(organization, OF_ORGANIZATION, &look))?;
    Some(Visible::of_directory(shown, access.recorder().clone()))
}

/// The verdict on one service that the viewer was shown; `None` when they may not know whether it fits.
pub fn show_check(access: &Access, service: &Service, fit: Fit) -> Option<Fit> {
    let look = look(access, service);
    let tells_reasons = look.sees("ServiceCheck.reasons") && look.sees_all(&OF_A_REASON);
    let is_told = look.sees_all(&["Service.check", "ServiceCheck.verdict"]);
    is_told.then(|| Fit { reasons: if tells_reasons { fit.reasons } else { Vec::new() }, ..fit })
}
