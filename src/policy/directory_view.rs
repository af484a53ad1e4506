//! Views of the directory.
//!
//! Invariant: what the table does not tell is taken out of the entry itself before anybody holds it. Where the
//! schema promises a field, who may not have it may not have the entry.

use super::access::Access;
use super::looking::Looking;
use super::table::{Facts, Guard, Relation, Standing};
use super::visible::Visible;
use crate::domain::directory::{Organization, Service};
use crate::domain::directory_edit::EntryHistory;
use crate::domain::fit::Fit;
use crate::domain::id::ServiceId;
use crate::domain::place::DistanceBand;
use crate::domain::ranking;
use crate::domain::time::Date;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// A service as a viewer may know it.
#[derive(Clone)]
#[cfg_attr(test, derive(Debug))]
pub struct ServiceView {
    /// The service, without what the viewer may not know; a redacted place in it holds an area and no point.
    pub service: Arc<Service>,
    /// Its organisation, where the directory has it.
    pub organization: Option<Arc<Organization>>,
    /// Whether it is told when the service is open.
    pub tells_opening: bool,
    /// Whether it is told what a review of it still asks.
    pub tells_questions: bool,
    /// Whether it is told how many referrals the service has accepted since its capacity was told.
    pub tells_accepted: bool,
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
const PROMISED: [&str; 10] = [
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
];

/// A field that can be taken out of an entry, and how.
type Removal<T> = (&'static str, fn(&mut T));

const OF_SERVICE: &[Removal<Service>] = &[
    ("Service.alternateName", |service| service.alternate_name = None),
    ("Service.description", |service| service.description = None),
    ("Service.needFamilies", |service| service.need_families.clear()),
    ("Service.welcome", |service| service.welcome = None),
    ("Service.criteriaText", |service| service.criteria_text = None),
    ("Service.criteriaDisagree", |service| service.criteria_disagree = false),
    ("Service.details", |service| service.details.clear()),
    ("Service.languages", |service| service.languages.clear()),
    ("Service.applicationProcess", |service| service.application_process = None),
    ("Service.fees", |service| service.fees = None),
    ("Service.alert", |service| service.alert = None),
    ("Service.phones", |service| service.phones.clear()),
    ("Phone.typed", |service| service.phones.clear()),
    ("Phone.number", |service| service.phones.iter_mut().for_each(|phone| phone.number = None)),
    ("Phone.doNotUse", |service| service.phones.clear()),
    ("Service.email", |service| service.email = None),
    ("Service.capacity", |service| service.capacity = None),
    ("Service.specialisations", |service| service.specialisations.clear()),
    ("Service.schedules", |service| service.schedules.clear()),
    ("Service.places", |service| service.places.clear()),
    ("ServiceDetail.label", |service| service.details.clear()),
    ("ServiceDetail.values", |service| service.details.clear()),
    ("Eligibility.minimumAge", |service| service.eligibility.minimum_age = None),
    ("Eligibility.maximumAge", |service| service.eligibility.maximum_age = None),
    ("Eligibility.ageBands", |service| service.eligibility.age_bands.clear()),
    ("Eligibility.genders", |service| service.eligibility.genders.clear()),
    ("Eligibility.households", |service| service.eligibility.households.clear()),
    ("Eligibility.adminStatuses", |service| service.eligibility.admin_statuses.clear()),
    ("Eligibility.situations", |service| service.eligibility.situations.clear()),
    ("Freshness.score", |service| (service.verified_on, service.valid_until) = (None, None)),
    ("Freshness.verifiedOn", |service| service.verified_on = None),
    ("Freshness.validUntil", |service| service.valid_until = None),
    ("Capacity.status", |service| service.capacity = None),
    ("Capacity.statusTold", |service| service.capacity = None),
    ("Capacity.unit", |service| service.capacity = None),
    ("Capacity.updatedAt", |service| service.capacity = None),
    ("Capacity.available", |service| service.capacity.iter_mut().for_each(|capacity| capacity.available = None)),
    ("Capacity.maximum", |service| service.capacity.iter_mut().for_each(|capacity| capacity.maximum = None)),
    ("Schedule.weekdays", |service| service.schedules.iter_mut().for_each(|schedule| schedule.weekdays = None)),
    ("Schedule.opensAt", |service| service.schedules.iter_mut().for_each(|schedule| schedule.opens_at = None)),
    ("Schedule.closesAt", |service| service.schedules.iter_mut().for_each(|schedule| schedule.closes_at = None)),
    ("Schedule.text", |service| service.schedules.iter_mut().for_each(|schedule| schedule.text = None)),
    ("Capacity.per", |service| service.capacity.iter_mut().for_each(|capacity| capacity.per = None)),
    ("Capacity.expectedWaitDays", |service| {
        service.capacity.iter_mut().for_each(|capacity| capacity.expected_wait_days = None);
    }),
    ("Capacity.toldBy", |service| service.capacity.iter_mut().for_each(|capacity| capacity.told_by = None)),
    ("Service.version", |service| service.version = 0),
    ("Service.source", |service| service.record = None),
    ("ServiceSource.name", |service| service.record = None),
    ("ServiceSource.recordId", |service| {
        service.record.iter_mut().for_each(|record| Arc::make_mut(record).key = None);
    }),
    ("ServiceSource.toldOn", |service| {
        service.record.iter_mut().for_each(|record| Arc::make_mut(record).told_on = None);
    }),
    ("Service.verifiedBy", |service| service.verified_by = None),
    ("Service.questions", |service| service.confirmations.clear()),
    ("Service.nextReviewOn", |service| service.next_review_on = None),
    ("Service.provenance", |service| service.edits.clear()),
    ("FieldProvenance.field", |service| service.edits.clear()),
    ("FieldProvenance.toldBy", |service| service.edits.clear()),
    ("FieldProvenance.at", |service| service.edits.clear()),
    ("FieldProvenance.takenFrom", |service| service.edits.iter_mut().for_each(|edit| edit.taken_from = None)),
    ("Service.mergedInto", |service| service.merged_into = None),
    ("Place.doNotUse", |service| service.places.clear()),
    ("Place.id", |service| service.places.clear()),
    ("Place.kind", |service| service.places.clear()),
    ("Place.redacted", |service| service.places.clear()),
    ("Place.name", |service| service.places.iter_mut().for_each(|place| place.name = None)),
    ("Place.latitude", |service| service.places.iter_mut().for_each(|place| place.position = None)),
    ("Place.longitude", |service| service.places.iter_mut().for_each(|place| place.position = None)),
    ("Place.address", |service| service.places.iter_mut().for_each(|place| place.address = None)),
    ("Service.language", |service| service.language = None),
    ("Service.translations", |service| service.translations.clear()),
    ("Translation.language", |service| service.translations.clear()),
    ("Translation.name", |service| service.translations.iter_mut().for_each(|told| told.name = None)),
    ("Translation.description", |service| service.translations.iter_mut().for_each(|told| told.description = None)),
    ("Service.modes", |service| service.modes.clear()),
    ("Service.accessibility", |service| service.accessibility.clear()),
    ("Service.areasServed", |service| service.areas_served.clear()),
    ("Service.openingHours", |service| service.opening_hours = None),
    ("Service.timeZone", |service| service.time_zone = None),
    ("Service.country", |service| service.country = None),
    ("Service.closures", |service| service.closures.clear()),
    ("Closure.from", |service| service.closures.clear()),
    ("Closure.until", |service| service.closures.clear()),
    ("Service.datedHours", |service| service.dated_hours.clear()),
    ("DatedHours.from", |service| service.dated_hours.clear()),
    ("DatedHours.until", |service| service.dated_hours.clear()),
    ("DatedHours.openingHours", |service| service.dated_hours.clear()),
    ("Place.precision", |service| service.places.iter_mut().for_each(|place| place.precision = None)),
    ("Place.areaCode", |service| service.places.iter_mut().for_each(|place| place.area = None)),
    ("Place.areaName", |service| {
        service.places.iter_mut().filter_map(|place| place.area.as_mut()).for_each(|area| area.name = None);
    }),
];

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

const OF_ORGANIZATION: &[Removal<Organization>] = &[
    ("Organization.alternateName", |organization| organization.alternate_name = None),
    ("Organization.description", |organization| organization.description = None),
    ("Organization.website", |organization| organization.website = None),
    ("Organization.version", |organization| organization.version = 0),
];

/// The entry without what is not told; itself where everything is.
fn without<T: Clone>(entry: &Arc<T>, removals: &[Removal<T>], look: &Looking) -> Arc<T> {
    let mut shown = Arc::clone(entry);
    for (_, remove) in removals.iter().filter(|(name, _)| !look.sees(name)) {
        remove(Arc::make_mut(&mut shown));
    }
    shown
}

fn facts(access: &Access, service: &Service) -> Facts {
    let kind = access.directory_scope().kind_of(service);
    let relation = access.relation_to_entry(service.organization_id);
    let facts = access.facts(relation, Standing::from(kind.tier), kind.concerns_violence);
    facts.holding(Guard::Granted, kind.is_granted)
}

fn look(access: &Access, service: &Service) -> Looking {
    Looking::new(access, facts(access, service))
}

/// What one viewer is told of many services: the table is asked once for all that stand alike.
pub struct Lens<'a> {
    access: &'a Access,
    decided: RefCell<Vec<(Facts, Rc<EntrySight>)>>,
}

/// What the table tells of services under the same facts.
struct EntrySight {
    is_shown: bool,
    removals: Vec<fn(&mut Service)>,
    tells_organization: bool,
    tells_opening: bool,
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
        let reasons = ["ServiceEdge.reasons", "FitReason.dimension", "FitReason.finding", "FitReason.message"];
        let tells = |name| look.value(name, Some(())).is_some();
        Self {
            is_shown: look.sees_all(&PROMISED),
            removals: OF_SERVICE.iter().filter(|(name, _)| !look.sees(name)).map(|(_, remove)| *remove).collect(),
            tells_organization: tells("Service.organization"),
            tells_opening: look.sees_all(&opening),
            tells_questions: look.sees("Service.questions"),
            tells_accepted: tells("Capacity.acceptedSince"),
            tells_verdict: look.sees("ServiceEdge.verdict"),
            tells_reasons: look.sees_all(&reasons),
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

    fn sight(&self, service: &Service) -> Rc<EntrySight> {
        let facts = facts(self.access, service);
        if let Some((_, known)) = self.decided.borrow().iter().find(|(known, _)| *known == facts) {
            return Rc::clone(known);
        }
        let sight = Rc::new(EntrySight::new(Looking::new(self.access, facts)));
        self.decided.borrow_mut().push((facts, Rc::clone(&sight)));
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
        for remove in &sight.removals {
            remove(Arc::make_mut(&mut shown));
        }
        let view = ServiceView {
            service: shown,
            organization: organization.filter(|_| sight.tells_organization).map(Arc::clone),
            tells_opening: sight.tells_opening,
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
    let reasons = ["ServiceCheck.reasons", "FitReason.dimension", "FitReason.finding", "FitReason.message"];
    let tells_reasons = look.sees_all(&reasons);
    let is_told = look.sees_all(&["Service.check", "ServiceCheck.verdict"]);
    is_told.then(|| Fit { reasons: if tells_reasons { fit.reasons } else { Vec::new() }, ..fit })
}
