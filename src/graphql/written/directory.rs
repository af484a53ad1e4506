//! How entries of the directory are written: as the resolvers of `graphql::types` tell them, field by field.

use super::{Asked, AskedField, Json, Written};
use crate::actions::directory_edit::review_questions;
use crate::actions::{directory, search};
use crate::domain::clocks::reception_deadlines;
use crate::domain::directory::{
    Detail, Eligibility, FieldEdit, Organization, Phone, Place, Schedule, Service, SourceRecord, Translation,
};
use crate::domain::freshness::freshness;
use crate::domain::id::ServiceId;
use crate::domain::opening::{Closure, DatedHours, OpeningState};
use crate::domain::time::Timestamp;
use crate::graphql::request::RequestContext;
use crate::policy::directory_view::ServiceView;

/// Writes a struct whose fields need nothing but the entry itself.
macro_rules! written {
    ($type:ty as $name:literal, |$entry:ident| { $($field:literal => $value:expr,)+ }) => {
        impl Written for $type {
            fn write(&self, asked: &Asked<'_>, request: &RequestContext, json: &mut Json) -> Option<()> {
                let $entry = self;
                json.object($name, asked, |field, json| match field.name {
                    $($field => $value.write(&field.inner, request, json),)+
                    _ => None,
                })
            }
        }
    };
}

written!(Phone as "Phone", |phone| {
    "typed" => phone.typed,
    "number" => phone.number,
    "doNotUse" => phone.do_not_use,
});

written!(Eligibility as "Eligibility", |public| {
    "minimumAge" => public.minimum_age,
    "maximumAge" => public.maximum_age,
    "ageBands" => public.age_bands,
    "genders" => public.genders,
    "households" => public.households,
    "adminStatuses" => public.admin_statuses,
    "situations" => public.situations,
});

written!(Detail as "ServiceDetail", |detail| {
    "label" => detail.label,
    "values" => detail.values,
});

written!(Schedule as "Schedule", |schedule| {
    "weekdays" => schedule.weekdays,
    "opensAt" => schedule.opens_at,
    "closesAt" => schedule.closes_at,
    "text" => schedule.text,
});

written!(Translation as "Translation", |translation| {
    "language" => translation.language.as_str(),
    "name" => translation.name,
    "description" => translation.description,
});

written!(Closure as "Closure", |closure| {
    "from" => closure.from,
    "until" => closure.until,
});

written!(DatedHours as "DatedHours", |hours| {
    "from" => hours.from,
    "until" => hours.until,
    "openingHours" => hours.opening_hours.text(),
});

written!(FieldEdit as "FieldProvenance", |edit| {
    "field" => edit.field,
    "toldBy" => edit.told_by,
    "at" => Timestamp::from_microseconds(edit.at_microseconds),
    "takenFrom" => KnownEntry(edit.taken_from),
});

written!(SourceRecord as "ServiceSource", |record| {
    "name" => &*record.source,
    "recordId" => record.key.as_deref(),
    "toldOn" => record.told_on,
});

written!(OpeningState as "OpeningState", |state| {
    "status" => state.status,
    "reason" => state.reason,
    "nextChangeAt" => state.next_change_at,
});

fn write_capacity(service: &Service, asked: &Asked<'_>, request: &RequestContext, json: &mut Json) -> Option<()> {
    let Some(capacity) = &service.capacity else { return json.value(&()) };
    json.object("Capacity", asked, |field, json| match field.name {
        "status" => json.symbol(service.capacity_status_at(request.now)),
        "statusTold" => json.symbol(capacity.status),
        "unit" => capacity.unit.write(&field.inner, request, json),
        "available" => capacity.available.write(&field.inner, request, json),
        "maximum" => capacity.maximum.write(&field.inner, request, json),
        "updatedAt" => {
            let told = capacity.updated_at_microseconds.map(Timestamp::from_microseconds);
            told.write(&field.inner, request, json)
        }
        "per" => capacity.per.write(&field.inner, request, json),
        "expectedWaitDays" => capacity.expected_wait_days.write(&field.inner, request, json),
        "toldBy" => capacity.told_by.write(&field.inner, request, json),
        _ => None,
    })
}

impl Written for Place {
    fn write(&self, asked: &Asked<'_>, request: &RequestContext, json: &mut Json) -> Option<()> {
        json.object("Place", asked, |field, json| match field.name {
            "id" => json.plain(self.id),
            "name" => self.name.write(&field.inner, request, json),
            "kind" => json.symbol(self.kind),
            "redacted" => json.value(&self.redacted),
            "latitude" => self.position.map(|position| position.latitude()).write(&field.inner, request, json),
            "longitude" => self.position.map(|position| position.longitude()).write(&field.inner, request, json),
            "precision" => self.precision.write(&field.inner, request, json),
            "address" => self.address.write(&field.inner, request, json),
            "areaCode" => self.area.as_ref().map(|area| area.code.as_str()).write(&field.inner, request, json),
            "areaName" => self.area.as_ref().and_then(|area| area.name.as_deref()).write(&field.inner, request, json),
            "doNotUse" => json.value(&self.do_not_use),
            _ => None,
        })
    }
}

written!(Organization as "Organization", |organization| {
    "id" => Plain(organization.id),
    "name" => organization.name,
    "alternateName" => organization.alternate_name,
    "description" => organization.description,
    "website" => organization.website,
    "kind" => organization.kind,
    "authorityLink" => organization.authority_link,
    "mayReceiveReferrals" => organization.may_receive_referrals(),
    "version" => Some(organization.version).filter(|version| *version > 0),
});

/// An id, whose text needs no escape.
struct Plain<T>(T);

impl<T: std::fmt::Display> Written for Plain<T> {
    fn write(&self, _: &Asked<'_>, _: &RequestContext, json: &mut Json) -> Option<()> {
        json.plain(&self.0)
    }
}

/// The id of another entry, for whoever may know of that one.
struct KnownEntry(Option<ServiceId>);

impl Written for KnownEntry {
    fn write(&self, asked: &Asked<'_>, request: &RequestContext, json: &mut Json) -> Option<()> {
        let known = self.0.and_then(|id| directory::known_id(&request.context, &request.access, id));
        known.map(Plain).write(asked, request, json)
    }
}

impl Written for ServiceView {
    fn write(&self, asked: &Asked<'_>, request: &RequestContext, json: &mut Json) -> Option<()> {
        let service = &*self.service;
        json.object("Service", asked, |field, json| match field.name {
            "organization" => {
                let organization = self.organization.as_ref().and_then(|organization| {
                    directory::counterpart(&request.context, &request.access, organization.id).ok()
                });
                match organization {
                    Some(organization) => organization.write(&field.inner, request, json),
                    None => json.value(&()),
                }
            }
            "mergedInto" => {
                let kept = directory::merged_into(&request.context, &request.access, self);
                kept.map(Plain).write(&field.inner, request, json)
            }
            "opening" => search::opening_of(&request.context, self, None).write(&field.inner, request, json),
            "freshness" => {
                let found = freshness(service, request.now.date());
                json.object("Freshness", &field.inner, |field, json| match field.name {
                    "state" => json.symbol(found.state),
                    "score" => found.score.write(&field.inner, request, json),
                    "verifiedOn" => service.verified_on.write(&field.inner, request, json),
                    "validUntil" => service.valid_until.write(&field.inner, request, json),
                    _ => None,
                })
            }
            "proposedDeadlines" => json.list(reception_deadlines(service, request.now), |end, json| json.plain(end)),
            "questions" => review_questions(self, request.now).write(&field.inner, request, json),
            "version" => self.version().write(&field.inner, request, json),
            "source" => match self.source() {
                Some(record) => record.write(&field.inner, request, json),
                None => json.value(&()),
            },
            "capacity" => write_capacity(service, &field.inner, request, json),
            "languages" => json.list(&service.languages, |language, json| json.value(language.as_str())),
            "areasServed" => json.list(&service.areas_served, |code, json| json.value(code.as_str())),
            _ => write_plainly(service, field, request, json),
        })
    }
}

/// Writes a field that the entry itself holds as it is told.
fn write_plainly(service: &Service, field: &AskedField<'_>, request: &RequestContext, json: &mut Json) -> Option<()> {
    let told: &dyn Written = match field.name {
        "id" => return json.plain(service.id),
        "name" => &service.name,
        "alternateName" => &service.alternate_name,
        "description" => &service.description,
        "needs" => &service.needs,
        "needFamilies" => &service.need_families,
        "status" => &service.status,
        "welcome" => &service.welcome,
        "eligibility" => &service.eligibility,
        "criteriaText" => &service.criteria_text,
        "details" => &service.details,
        "applicationProcess" => &service.application_process,
        "fees" => &service.fees,
        "alert" => &service.alert,
        "phones" => &service.phones,
        "email" => &service.email,
        "knownConsequences" => &service.known_consequences,
        "specialisations" => &service.specialisations,
        "language" => &service.language.as_ref().map(|language| language.as_str()),
        "translations" => &service.translations,
        "modes" => &service.modes,
        "accessibility" => &service.accessibility,
        "openingHours" => &service.opening_hours,
        "timeZone" => &service.time_zone.map(|zone| zone.name()),
        "country" => &service.country.as_ref().map(|country| country.as_str()),
        "closesOn" => &service.closes_on,
        "closures" => &service.closures,
        "datedHours" => &service.dated_hours,
        "schedules" => &service.schedules,
        "places" => &service.places,
        "tier" => &service.tier,
        "doNotUse" => &service.do_not_use,
        "criteriaDisagree" => &service.criteria_disagree,
        "nextReviewOn" => &service.next_review_on,
        "verifiedBy" => &service.verified_by,
        "provenance" => &service.edits,
        _ => return None,
    };
    told.write(&field.inner, request, json)
}
