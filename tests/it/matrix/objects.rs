//! One object for each way in which an object can stand, with a value in every field, so that a null is always
//! somebody's decision.

use super::people::{HOSPITAL, hospital};
use crate::kit::steps::{Ready, fresh_key, merged, service_id, text};
use crate::kit::world::{LAWYERS, MINORITY_APPEAL, Person, World};
use relais::domain::code::CodeList;
use relais::domain::country::CountryCode;
use relais::domain::directory::{
    Accessibility, AuthorityLink, Capacity, CapacityPeriod, CapacityStatus, CapacityUnit, Detail, Document, FieldEdit,
    KnownConsequence, Organization, OrganizationKind, Phone, Place, Precision, Schedule, Service, ServiceField,
    ServiceMode, Specialisation, Teller, Tier, Translation, Welcome,
};
use relais::domain::id::{Identifier, LocationId, MessageId, OrganizationId, ProjectId, ReferralId, ServiceId};
use relais::domain::lifecycle::Party;
use relais::domain::message::{Answer, AnswerWord, Content, Message, MessageKind, QuestionTemplate};
use relais::domain::need::Need;
use relais::domain::opening::{Closure, DatedHours, OpeningHours, TimeZone};
use relais::domain::place::{Area, AreaCode};
use relais::domain::profile::{AgeBand, Gender, Household, Language, Situation};
use relais::store::StoreError;
use serde_json::{Value, json};

const CARE_AFTER_VIOLENCE: &str = "9f4cb01a-2946-4c33-80b3-4a709c8bbcd8";

/// The states of a referral: a title, the state that the API reaches, and what is then put into the row, because
/// no act reaches it or to make time pass.
const STATES: [(&str, &str, &str); 23] = [
    ("draft", "DRAFT", ""),
    ("requested", "REQUESTED", ""),
    ("acknowledged", "ACKNOWLEDGED", ""),
    ("clarifying", "ACKNOWLEDGED", "status = 'clarifying'"),
    ("waitlisted", "ACKNOWLEDGED", "status = 'waitlisted'"),
    ("accepted", "ACCEPTED", ""),
    ("handed over", "ACCEPTED", "status = 'handed_over'"),
    ("in service", "IN_SERVICE", ""),
    ("completed", "COMPLETED", ""),
    ("declined", "DECLINED", ""),
    ("not realised", "ACCEPTED", "status = 'not_realised'"),
    ("cancelled", "ACCEPTED", "status = 'cancelled'"),
    ("withdrawn", "ACCEPTED", "status = 'withdrawn'"),
    ("expired", "REQUESTED", "status = 'expired'"),
    ("entered in error", "ACCEPTED", "status = 'entered_in_error'"),
    ("requested, consent lapsed", "REQUESTED", ""),
    ("accepted, consent lapsed", "ACCEPTED", ""),
    ("in service, consent lapsed", "IN_SERVICE", ""),
    ("completed, consent lapsed", "COMPLETED", ""),
    ("accepted, consent withdrawn", "ACCEPTED", ""),
    ("in service, consent withdrawn", "IN_SERVICE", ""),
    ("completed, consent withdrawn", "COMPLETED", ""),
    ("completed 31 days ago", "COMPLETED", "status_at = status_at - 2678400000000"),
];

/// States of a referral to care after sexual violence.
const VIOLENT_STATES: [&str; 3] = ["REQUESTED", "ACCEPTED", "COMPLETED"];

/// Kinds of entries of the directory: a title, the tier, whether gender-based violence is concerned, the project
/// that it names, and whether it is of the lawyers or of the hospital.
const ENTRIES: [(&str, Tier, bool, Option<&str>, bool); 20] = [
    ("public", Tier::Public, false, None, false),
    ("public, against violence", Tier::Public, true, None, false),
    ("network", Tier::Network, false, None, false),
    ("network, against violence", Tier::Network, true, None, false),
    ("of project Paris", Tier::Project, false, Some("paris"), false),
    ("of project Paris, against violence", Tier::Project, true, Some("paris"), false),
    ("of project Sureau", Tier::Project, false, Some("sureau"), false),
    ("restricted", Tier::Restricted, false, None, false),
    ("sealed", Tier::Sealed, false, None, false),
    ("sealed, against violence", Tier::Sealed, true, None, false),
    ("public, of the lawyers", Tier::Public, false, None, true),
    ("of project Paris, of the lawyers", Tier::Project, false, Some("paris"), true),
    ("restricted, of the lawyers", Tier::Restricted, false, None, true),
    ("sealed, of the lawyers", Tier::Sealed, false, None, true),
    ("network, of the lawyers", Tier::Network, false, None, true),
    ("network, of the lawyers, against violence", Tier::Network, true, None, true),
    ("public, of the lawyers, against violence", Tier::Public, true, None, true),
    ("of project Paris, of the lawyers, against violence", Tier::Project, true, Some("paris"), true),
    ("restricted, of the lawyers, against violence", Tier::Restricted, true, None, true),
    ("sealed, of the lawyers, against violence", Tier::Sealed, true, None, true),
];

/// Something that can be asked for.
#[derive(Clone, Debug)]
pub struct Object {
    pub title: String,
    pub id: String,
    /// Its version, for a referral.
    pub version: i64,
}

/// Everything that is asked for.
pub struct Objects {
    pub referrals: Vec<Object>,
    pub services: Vec<Object>,
    pub cases: Vec<Object>,
    pub consents: Vec<Object>,
    pub demands: Vec<Object>,
    pub spoken_code: String,
}

impl Objects {
    pub async fn settle(world: &World, hospital_agent: &Person) -> Self {
        organizations(world).await;
        let services = services(world).await;
        let curious = world.lawyers_curious_service().await.id.to_string();
        let (mut referrals, ready, withdrawn) = referrals(world, &curious).await;
        referrals.extend(against_violence(world, hospital_agent).await);
        fill(world).await;
        write_messages(world, &referrals).await;
        hold(world, &ready.case).await;
        let demands = demands(world, &ready).await;
        figures(world, &ready.sender).await;
        let code = world.ask(
            &ready.sender,
            "query($id: ID!) { node(id: $id) { ... on CaseReference { spokenCode } } }",
            json!({ "id": ready.case }),
        );
        let spoken_code = text(code.await.at("node/spokenCode"));
        let object = |title: &str, id: &str| Object { title: title.to_owned(), id: id.to_owned(), version: 1 };
        Self {
            cases: vec![object("a case of Paris", &ready.case)],
            consents: vec![
                object("a consent for the lawyers", &ready.consent),
                object("a withdrawn consent", &withdrawn),
            ],
            referrals,
            services,
            demands,
            spoken_code,
        }
    }
}

/// A hold on a case, for its protection lead to list.
async fn hold(world: &World, case: &str) {
    let row =
        "SELECT c.id, c.project_id, 'litigation', '2027-06-01', c.last_contact_at, (SELECT min(a.id) FROM accounts a)";
    let columns = "case_id, project_id, reason, review_on, set_at, set_by";
    world.execute(&format!("INSERT INTO legal_holds ({columns}) {row} FROM cases c WHERE c.id = '{case}'")).await;
}

async fn referrals(world: &World, curious: &str) -> (Vec<Object>, Ready, String) {
    let model = world.app.context().directory.snapshot().service(ServiceId::parse(curious).expect("an id"));
    let place = model.expect("the service").places[0].id;
    let mut readies = Vec::new();
    for _ in 0..3 {
        let expires_at = world.now().plus_days(60).to_string();
        let mut ready = world.ready_for_the_lawyers(curious, json!({ "expiresAt": expires_at })).await;
        let over = json!({ "neededBy": world.now().plus_days(40).to_string(), "locationId": place.to_string() });
        ready.draft = merged(ready.draft, &over);
        readies.push(ready);
    }
    let mut referrals = Vec::new();
    for (title, status, put) in STATES {
        let consent = match title.rsplit_once(", consent ") {
            Some((_, "lapsed")) => 1,
            Some((_, "withdrawn")) => 2,
            _ => 0,
        };
        let referred = world.refer(&readies[consent], status).await;
        if !put.is_empty() {
            world.execute(&format!("UPDATE referrals SET {put} WHERE id = '{}'", referred.id)).await;
        }
        referrals.push(Object { title: title.to_owned(), id: referred.id, version: referred.version });
    }
    let now = world.now().microseconds();
    world.execute(&format!("UPDATE consents SET expires_at = {} WHERE id = '{}'", now - 1, readies[1].consent)).await;
    world.execute(&format!("UPDATE consents SET withdrawn_at = {now} WHERE id = '{}'", readies[2].consent)).await;
    let withdrawn = readies[2].consent.clone();
    (referrals, readies.remove(0), withdrawn)
}

async fn against_violence(world: &World, agent: &Person) -> Vec<Object> {
    let mut ready = world.ready_for_the_lawyers(&service_id(MINORITY_APPEAL), json!({})).await;
    let over = json!({ "basis": "CHILD_CONSENT_MATURE" });
    ready.consent = world.consented(&ready.sender, &ready.case, &hospital(), &over).await;
    ready.recipient = agent.clone();
    ready.draft = json!({ "caseId": ready.case, "serviceId": service_id(CARE_AFTER_VIOLENCE),
        "need": "HEALTH_SEXUAL_VIOLENCE_CARE", "consentId": ready.consent });
    let mut referrals = Vec::new();
    for status in VIOLENT_STATES {
        let referred = world.refer(&ready, status).await;
        let title = format!("{} against violence", status.to_lowercase());
        referrals.push(Object { title, id: referred.id, version: referred.version });
    }
    referrals
}

/// Puts a value into what a state leaves empty.
async fn fill(world: &World) {
    // Whatever the state, its timeline proves something.
    for (version, event) in [(97, "acknowledge"), (98, "waitlist"), (99, "start")] {
        world
            .execute(&format!(
                "INSERT INTO referral_events (referral_id, version, at, event, party, actor_id, organization_id, attested_by) \
                 SELECT r.id, {version}, r.status_at, '{event}', 'recipient', NULL, r.recipient_id, 'partner' FROM referrals r"
            ))
            .await;
    }
    world
        .execute(
            "UPDATE referrals SET decline_code = coalesce(decline_code, 'full'), \
             outcome_code = coalesce(outcome_code, 'service_received'), \
             service_started_at = coalesce(service_started_at, status_at), expected_wait_days = 70, \
             handover_mode = 'phone', reroute_of = id, follows = id, round_id = 'rnd_' || substr(id, 5), \
             deadlines = coalesce(deadlines, (SELECT min(d.deadlines) FROM referrals d))",
        )
        .await;
    world.execute("UPDATE consents SET confirmed_at = coalesce(confirmed_at, obtained_at)").await;
    world
        .execute(
            "UPDATE referral_events SET code = coalesce(code, 'full'), attested_by = coalesce(attested_by, 'sender')",
        )
        .await;
}

/// Messages of both sides with a value in every field, on every referral, whatever its state.
async fn write_messages(world: &World, referrals: &[Object]) {
    let store = &world.app.context().store;
    let project = ProjectId::derived("corridor", "paris");
    let day = world.now().plus_days(3).date();
    let language = Language::parse("ti").expect("a tag");
    let answers = [Answer::Word(AnswerWord::Yes), Answer::Day(day), Answer::Count(2), Answer::Language(language)];
    for (number, referral) in (0_u8..).zip(referrals) {
        let written = store.write(async |tx| {
            for (which, (author, answer)) in (0_u8..).zip(
                [Party::Sender, Party::Recipient]
                    .into_iter()
                    .flat_map(|author| answers.iter().map(move |answer| (author, answer))),
            ) {
                let mut id = [0xC3; 16];
                (id[0], id[1]) = (number, which);
                let message = Message {
                    id: MessageId::from_bytes(id),
                    referral_id: ReferralId::parse(&referral.id).expect("an id"),
                    version: 1000 + i64::from(which),
                    author,
                    kind: MessageKind::Info,
                    content: Content {
                        question: Some(QuestionTemplate::ComesAlone),
                        answer: Some(answer.clone()),
                        text: Some("Told.".to_owned().into()),
                    },
                    sent_at: world.now(),
                    read_at: Some(world.now()),
                };
                tx.insert_message(&message, project).await?;
            }
            Ok(())
        });
        written.await.map_err(|error: StoreError| error.to_string()).expect("written messages");
    }
}

async fn demands(world: &World, ready: &Ready) -> Vec<Object> {
    let mut demands = Vec::new();
    for (title, need) in [("a need", "SOL_ETM"), ("a need against violence", "HEALTH_SEXUAL_VIOLENCE_CARE")] {
        let input =
            json!({ "idempotencyKey": fresh_key(), "caseId": ready.case, "need": need, "result": "UNMET_FULL" });
        let demand = world.done(&ready.sender, "demandRecord", &input).await;
        demands.push(Object { title: title.to_owned(), id: text(&demand["id"]), version: 1 });
    }
    demands
}

/// Enough persons for a cell of the table of gaps, and for one of a sensitive need: eleven. Of a third need
/// enough persons are counted, and one result of too few.
async fn figures(world: &World, sender: &Person) {
    for number in 0..11 {
        let case = world.opened_case(sender, json!({ "person": { "area": "FR-93055" } })).await;
        let food = (number < 5).then_some(("BASIC_FOOD", "UNMET_FULL"));
        let things = match number {
            0..5 => Some(("BASIC_NFI", "UNMET_FULL")),
            5 => Some(("BASIC_NFI", "UNMET_NO_SERVICE")),
            _ => None,
        };
        for (need, result) in food.into_iter().chain(things).chain([("SHELTER_WOMEN_SAFE", "UNMET_FULL")]) {
            let input = json!({ "idempotencyKey": fresh_key(), "caseId": case["id"], "need": need, "result": result });
            world.done(sender, "demandRecord", &input).await;
        }
    }
    for (need, people) in [("BASIC_FOOD", 5), ("BASIC_NFI", 4), ("SHELTER_WOMEN_SAFE", 11)] {
        let input = json!({ "idempotencyKey": fresh_key(), "need": need, "area": "FR-93055", "people": people });
        world.done(sender, "demandCount", &input).await;
    }
}

/// The hospital and the lawyers, with a value in every field.
async fn organizations(world: &World) {
    for key in [HOSPITAL, LAWYERS] {
        let id = OrganizationId::derived("corridor", key);
        let model = world.app.context().directory.snapshot().organization(id).expect("an organisation of the seeds");
        let told = Some("dit".to_owned());
        let full = Organization {
            alternate_name: told.clone(),
            description: told.clone(),
            website: told,
            kind: Some(OrganizationKind::ALL[0]),
            authority_link: Some(AuthorityLink::None),
            ..(*model).clone()
        };
        world.publish_document(&full.name, &Document::Organization(full.clone())).await;
    }
}

/// Entries of every kind, with a value in every field.
async fn services(world: &World) -> Vec<Object> {
    let mut services = Vec::new();
    for (title, tier, concerns_violence, project, is_of_lawyers) in ENTRIES {
        let organization = if is_of_lawyers { LAWYERS } else { HOSPITAL };
        let service = Service {
            organization_id: OrganizationId::derived("corridor", organization),
            tier,
            needs: if concerns_violence { [Need::ShelterWomenSafe].into() } else { [Need::LegalMinorityAppeal].into() },
            specialisations: [Specialisation::Torture].into(),
            projects: project.map(|project| ProjectId::derived("corridor", project)).into_iter().collect(),
            ..full(world, title)
        };
        world.publish(&service).await;
        services.push(Object { title: title.to_owned(), id: service.id.to_string(), version: 1 });
        if !concerns_violence {
            // The same with a place that must not be found.
            let title = format!("{title}, redacted");
            let mut redacted = Service { id: ServiceId::derived("test", &title), name: title.clone(), ..service };
            for (number, place) in redacted.places.iter_mut().enumerate() {
                // A place of its own: one that is redacted is so in every service that has it.
                place.id = LocationId::derived("test", &format!("{title} {number}"));
                let center = place.position;
                place.redact();
                place.area = place.area.take().map(|area| Area { center: area.center.or(center), ..area });
            }
            world.publish(&redacted).await;
            services.push(Object { title, id: redacted.id.to_string(), version: 1 });
            // The same as another source's word on an entry that anybody may know of.
            let title = format!("{}, merged", redacted.name.trim_end_matches(", redacted"));
            let merged_into = Some(ServiceId::derived("test", "public"));
            let merged =
                Service { id: ServiceId::derived("test", &title), name: title.clone(), merged_into, ..redacted };
            world.publish(&merged).await;
            services.push(Object { title, id: merged.id.to_string(), version: 1 });
        }
    }
    services
}

fn full(world: &World, name: &str) -> Service {
    let mut service = world.like(MINORITY_APPEAL, name);
    let told = Some("dit".to_owned());
    (service.alternate_name, service.description) = (told.clone(), told.clone());
    (service.criteria_text, service.application_process) = (told.clone(), told.clone());
    (service.fees, service.alert, service.email) = (told.clone(), told.clone(), told.clone());
    service.phones = vec![Phone {
        number: Some("+33199000001".to_owned()),
        do_not_use: true,
        ..Phone::as_typed("+33 1 99 00 00 01")
    }];
    service.welcome = Some(Welcome::Preferential);
    service.criteria_disagree = true;
    service.need_families = [Need::LegalAsylum.family()].into();
    service.details = vec![Detail { label: "dit".to_owned(), values: vec!["dit".to_owned()] }].into();
    service.known_consequences = [KnownConsequence::IdRequired].into();
    service.eligibility.minimum_age = Some(1);
    service.eligibility.maximum_age = Some(99);
    service.eligibility.age_bands = [AgeBand::From15To17].into();
    service.eligibility.genders = [Gender::Woman].into();
    service.eligibility.households = [Household::UnaccompaniedChild].into();
    service.eligibility.situations = [Situation::Squat].into();
    service.capacity = Some(Capacity {
        unit: Some(CapacityUnit::Appointment),
        available: Some(2),
        maximum: Some(9),
        updated_at_microseconds: Some(world.now().microseconds()),
        per: Some(CapacityPeriod::Week),
        expected_wait_days: Some(3),
        told_by: Some(Teller::Partner),
        ..Capacity::of(CapacityStatus::Open)
    });
    let language = |tag| Language::parse(tag).expect("a language");
    service.language = Some(language("fr"));
    service.translations =
        vec![Translation { language: language("en"), name: told.clone(), description: told.clone() }].into();
    service.modes = [ServiceMode::InPerson].into();
    service.accessibility = [Accessibility::StepFree].into();
    service.areas_served = vec![AreaCode::parse("FR-93").expect("a code")].into();
    service.opening_hours = Some("Mo-Fr 09:00-17:00".to_owned());
    service.time_zone = TimeZone::parse("Europe/Paris").ok();
    service.country = CountryCode::parse("FR").ok();
    let today = world.now().date();
    service.closures = vec![Closure { from: today, until: today }].into();
    let ramadan = OpeningHours::parse("10:00-14:00").expect("hours");
    service.dated_hours = vec![DatedHours { from: today, until: today, opening_hours: ramadan }].into();
    let schedule =
        Schedule { weekdays: told.clone(), opens_at: told.clone(), closes_at: told.clone(), text: told.clone() };
    service.schedules = vec![schedule].into();
    // So long ago that a review asks again.
    service.verified_on = world.now().plus_days(-60).date().into();
    service.valid_until = service.verified_on;
    service.closes_on = world.now().plus_days(300).date().into();
    service.verified_by = Some(Teller::Source);
    service.next_review_on = service.verified_on;
    let at_microseconds = world.now().microseconds();
    let taken_from = Some(ServiceId::derived("corridor", MINORITY_APPEAL));
    service.edits =
        vec![FieldEdit { field: ServiceField::Fees, told_by: Teller::Editor, at_microseconds, taken_from }].into();
    for place in &mut service.places {
        (place.name, place.address) = (told.clone(), told.clone());
        place.precision = Some(Precision::Exact);
    }
    // A second one, which somebody has marked.
    let marked = service.places.first().map(|first| Place {
        id: LocationId::derived("test", name),
        do_not_use: true,
        ..first.clone()
    });
    service.places.extend(marked);
    service
}

/// The titles of objects.
pub fn titles(objects: &[Object]) -> Vec<String> {
    objects.iter().map(|object| object.title.clone()).collect()
}

/// The entry of a list with each object's id, or null.
pub fn in_order(objects: &[Object], nodes: &Value) -> Vec<Value> {
    let found = |object: &Object| nodes.as_array().into_iter().flatten().find(|node| node["id"] == object.id).cloned();
    objects.iter().map(|object| found(object).unwrap_or(Value::Null)).collect()
}
