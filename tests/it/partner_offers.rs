//! Persons whom partners offer to our services: of no case, answered by the team that said so, never without an answer.

mod pages;

use crate::backup::{backup, restored};
use crate::capacity_checks::problem;
use crate::kit::key_store::asked;
use crate::kit::loop_calls::fresh_key;
use crate::kit::schema::SCHEMA;
use crate::kit::steps::{merged, organization_id, service_id, text};
use crate::kit::world::{Answer, LAWYERS, World, on_both_databases};
use crate::protection::protected;
use relais::actions::jobs::{Worker, run_due};
use relais::actions::retention::{Order, run};
use relais::domain::delivery::{Delivery, DeliveryKind};
use relais::domain::directory::{Service, Tier};
use relais::domain::id::{Identifier as _, OrganizationId, ProjectId, ServiceId, TeamId};
use relais::store::StoreError;
use serde_json::{Value, json};

/// The consultations of the clinic, which take anybody.
pub const CONSULTATIONS: &str = "f32d189a-d6de-4be1-9e7d-7b2eb1fe87e4";
/// The psychologist of the clinic, who goes by age and by where people sleep.
const PSYCHOLOGIST: &str = "8c2250e9-01d9-4042-bbcd-3ce7c025a7b2";
/// The day centre of another project.
pub const DAY_CENTRE: &str = "91ab6c69-255f-4196-bd01-557c5322dde6";
const OF_THE_TEAM: &str = "partner_offers";

fn team() -> String {
    TeamId::derived("corridor", "project paris").to_string()
}

fn paris() -> String {
    ProjectId::derived("corridor", "paris").to_string()
}

/// Has the team of Paris answer what is offered to a service of the clinic that anybody may know of: who comes by a link knows
/// of no other.
pub async fn receiving_in_public(world: &World) -> ServiceId {
    let service = Service { tier: Tier::Public, ..world.like(CONSULTATIONS, "Consultations ouvertes") };
    world.publish(&service).await;
    let input = json!({ "serviceId": service.id.to_string(), "teamId": team() });
    world.done(&world.person("coordinator"), "serviceReceptionSet", &input).await;
    service.id
}

/// Has the team of Paris answer what is offered to a service of the clinic.
async fn receiving(world: &World, service: &str) {
    let input = json!({ "serviceId": service_id(service), "teamId": team() });
    world.done(&world.person("coordinator"), "serviceReceptionSet", &input).await;
}

fn offer(over: &Value) -> Value {
    let person = json!({ "ageBand": "AGE_15_17", "gender": "WOMAN", "languages": ["ti"], "situation": "STREET", "adminStatus": "UNDOCUMENTED" });
    let input = json!({ "idempotencyKey": fresh_key(), "serviceId": service_id(CONSULTATIONS), "need": "HEALTH_PRIMARY",
        "urgency": "URGENT", "person": person, "agreed": true });
    merged(input, over)
}

async fn made(world: &World, over: Value) -> Value {
    world.done(&world.person("lawyer"), "partnerOfferMake", &offer(&over)).await
}

/// An offer of the lawyers that the team has accepted, to a service that anybody may know of: that service.
pub async fn an_accepted_offer(world: &World) -> ServiceId {
    let service = receiving_in_public(world).await;
    let offer = made(world, json!({ "serviceId": service.to_string() })).await;
    done(world, "caseworker", "partnerOfferAccept", &offer, json!({})).await;
    service
}

fn target(offer: &Value, over: Value) -> Value {
    merged(json!({ "partnerOfferId": offer["id"], "expectedVersion": offer["version"] }), &over)
}

async fn done(world: &World, who: &str, name: &str, offer: &Value, over: Value) -> Value {
    world.done(&world.person(who), name, &target(offer, over)).await
}

/// The problem of the one error of an act that wrote nothing but its refusal, or the code of a top-level one.
async fn refused(world: &World, who: &str, name: &str, input: &Value) -> String {
    let before = world.rows(OF_THE_TEAM).await;
    let answer = world.act(&world.person(who), name, input).await;
    assert_eq!(world.rows(OF_THE_TEAM).await, before, "{}", answer.text());
    problem(name, &answer)
}

/// The offers that somebody finds, whole.
async fn listed(world: &World, who: &str, arguments: &str) -> Vec<Value> {
    let selection = SCHEMA.everything("PartnerOffer");
    let document = format!("{{ partnerOffers(first: 2{arguments}) {{ nodes {selection} }} }}");
    let answer = world.ask(&world.person(who), &document, json!({})).await;
    answer.at("partnerOffers/nodes").as_array().expect("a list").clone()
}

async fn one(world: &World, who: &str, offer: &Value) -> Value {
    let selection = SCHEMA.everything("PartnerOffer");
    let document = format!("query($id: ID!) {{ node(id: $id) {{ ... on PartnerOffer {selection} }} }}");
    world.ask(&world.person(who), &document, json!({ "id": offer["id"] })).await.at("node").clone()
}

async fn notices(world: &World, who: &str, offer: &Value) -> Vec<String> {
    let answer = world.ask(&world.person(who), "{ notices { kind object } }", json!({})).await;
    let all = answer.at("notices").as_array().expect("a list").clone();
    let mut kinds: Vec<String> =
        all.iter().filter(|notice| notice["object"] == offer["id"]).map(|notice| text(&notice["kind"])).collect();
    kinds.sort();
    kinds
}

/// Does what is due by the clock of the world.
async fn by_the_clock(world: &World) {
    let context = world.app.context();
    let worker = Worker::new(context.chance.as_ref());
    for ran in run_due(context, &worker).await.expect("jobs") {
        assert!(ran.error.is_none(), "{}: {:?}", ran.kind, ran.error);
    }
}

async fn is_shredded(world: &World, offer: &Value) -> bool {
    let id = text(&offer["id"]);
    let erased = world.key_texts(&format!("SELECT unit FROM erased_units WHERE unit = '{id}'")).await;
    !erased.is_empty()
}

on_both_databases! {
    async fn an_offer_goes_from_a_partner_to_the_team_and_its_answer_back(world: World) {
        receiving(&world, CONSULTATIONS).await;
        let known = world.ask(&world.person("lawyer"), "{ servicesReceivingOffers { id } }", json!({})).await;
        assert_eq!(known.at("servicesReceivingOffers"), &json!([{ "id": service_id(CONSULTATIONS) }]));
        let offer = made(&world, json!({})).await;
        let told = one(&world, "lawyer", &offer).await;
        assert_eq!((&told["status"], &told["receiverPhone"], &told["callPhrase"]), (&json!("OFFERED"), &Value::Null, &Value::Null));
        assert!(told["offeredAt"].as_str().is_some_and(|at| at.ends_with(":00:00Z")), "by the hour");
        // The service goes by nothing: of the person only what tells nobody is kept.
        let person = json!({ "__typename": "OfferedPerson", "ageBand": "AGE_15_17", "gender": null, "household": null, "adminStatus": null, "situation": null,
            "languages": ["ti"], "area": null });
        let of_team = one(&world, "caseworker", &offer).await;
        assert_eq!((&of_team["offer"], &of_team["need"], &of_team["urgency"]), (&person, &json!("HEALTH_PRIMARY"), &json!("URGENT")));
        assert_eq!(notices(&world, "caseworker", &offer).await, ["OFFER_RECEIVED"]);
        for table in ["cases", "consents", "demands", "referrals"] {
            assert!(world.rows(table).await.is_empty(), "{table}");
        }

        let accepted = done(&world, "caseworker", "partnerOfferAccept", &offer, json!({})).await;
        let told = one(&world, "lawyer", &offer).await;
        assert_eq!((&told["status"], &told["receiverPhone"]), (&json!("ACCEPTED"), &json!("+33 1 99 00 00 70")));
        let phrase = told["callPhrase"].as_str().expect("a phrase");
        assert_eq!((one(&world, "caseworker", &offer).await["callPhrase"].as_str(), phrase.split(' ').count()), (Some(phrase), 2));
        assert_eq!(notices(&world, "lawyer", &offer).await, ["OFFER_ANSWERED"]);
        let outcome = json!({ "outcome": "SERVICE_RECEIVED" });
        done(&world, "caseworker", "partnerOfferComplete", &accepted, outcome).await;
        let told = one(&world, "lawyer", &offer).await;
        assert_eq!((&told["status"], &told["outcomeCode"]), (&json!("COMPLETED"), &json!("SERVICE_RECEIVED")));
        assert_eq!((&told["receiverPhone"], &told["callPhrase"]), (&Value::Null, &Value::Null));
        assert!(one(&world, "caseworker", &offer).await["offer"].as_object().is_some_and(|offer| offer.iter().all(|(name, it)| name == "__typename" || it.is_null() || *it == json!([]))));
        assert!(!is_shredded(&world, &offer).await);
        by_the_clock(&world).await;
        assert!(is_shredded(&world, &offer).await, "what it told can be read in no copy");
    }

    async fn an_offer_is_nothing_to_anybody_else(world: World) {
        receiving(&world, CONSULTATIONS).await;
        let offer = made(&world, json!({})).await;
        for who in ["another partner", "caseworker of another project", "coordinator of another project"] {
            assert_eq!(one(&world, who, &offer).await, Value::Null, "{who}");
            assert_eq!(listed(&world, who, "").await, Vec::<Value>::new(), "{who}");
            assert_eq!(listed(&world, who, ", received: true").await, Vec::<Value>::new(), "{who}");
            let withdraw = target(&offer, json!({}));
            let code = refused(&world, who, "partnerOfferWithdraw", &withdraw).await;
            assert!(["NOT_FOUND", "FORBIDDEN"].contains(&code.as_str()), "{who}: {code}");
        }
        assert_eq!(listed(&world, "coordinator", ", received: true").await.len(), 1, "who leads the project reads it");
        assert_eq!(listed(&world, "lawyer", "").await.len(), 1);
        assert_eq!(listed(&world, "lawyer", ", received: true").await.len(), 0);
        // Each side does what is its own.
        for (who, name, over) in [
            ("lawyer", "partnerOfferAccept", json!({})),
            ("caseworker", "partnerOfferWithdraw", json!({})),
            ("coordinator", "partnerOfferAccept", json!({})),
        ] {
            assert_eq!(refused(&world, who, name, &target(&offer, over)).await, "FORBIDDEN", "{who} {name}");
        }
    }

    async fn a_partner_takes_an_offer_back_and_what_it_said_of_the_person_goes(world: World) {
        receiving(&world, CONSULTATIONS).await;
        let offer = made(&world, json!({})).await;
        let back = done(&world, "lawyer", "partnerOfferWithdraw", &offer, json!({})).await;
        assert_eq!(notices(&world, "caseworker", &offer).await, ["OFFER_ENDED", "OFFER_RECEIVED"]);
        assert!(world.texts("SELECT sealed FROM partner_offers".to_owned()).await.iter().all(String::is_empty));
        assert_eq!(refused(&world, "lawyer", "partnerOfferWithdraw", &target(&back, json!({}))).await, "ALREADY_CLOSED");
        assert_eq!(refused(&world, "caseworker", "partnerOfferAccept", &target(&back, json!({}))).await, "ALREADY_CLOSED");
        let stale = world.act(&world.person("caseworker"), "partnerOfferAccept", &target(&offer, json!({}))).await;
        assert!(stale.text().contains("ConflictError"), "{}", stale.text());
    }

    async fn the_team_declines_with_a_reason_of_its_own_side(world: World) {
        receiving(&world, CONSULTATIONS).await;
        let offer = made(&world, json!({})).await;
        let of_person = target(&offer, json!({ "code": "NO_SHOW" }));
        assert_eq!(refused(&world, "caseworker", "partnerOfferDecline", &of_person).await, "DECLINE_CODE_SIDE");
        let too_soon = target(&offer, json!({ "outcome": "SERVICE_RECEIVED" }));
        assert_eq!(refused(&world, "caseworker", "partnerOfferComplete", &too_soon).await, "OFFER_NOT_ACCEPTED");
        done(&world, "caseworker", "partnerOfferDecline", &offer, json!({ "code": "FULL" })).await;
        let told = one(&world, "lawyer", &offer).await;
        assert_eq!((&told["status"], &told["declineCode"]), (&json!("DECLINED"), &json!("FULL")));
    }

    async fn nobody_is_offered_without_their_word_nor_where_nobody_answers(world: World) {
        assert_eq!(refused(&world, "lawyer", "partnerOfferMake", &offer(&json!({}))).await, "NO_RECEPTION");
        receiving(&world, CONSULTATIONS).await;
        receiving(&world, PSYCHOLOGIST).await;
        for (over, expected) in [
            (json!({ "agreed": false }), "PERSON_AGREES"),
            (json!({ "need": "HEALTH_TB" }), "NEED_NOT_OFFERED"),
            (json!({ "idempotencyKey": "short" }), "IDEMPOTENCY_KEY"),
            (json!({ "person": { "languages": ["not a tag"] } }), "LANGUAGE"),
        ] {
            assert_eq!(refused(&world, "lawyer", "partnerOfferMake", &offer(&over)).await, expected, "{over}");
        }
        // Who has cases refers.
        assert_eq!(refused(&world, "caseworker", "partnerOfferMake", &offer(&json!({}))).await, "FORBIDDEN");
        let same = offer(&json!({}));
        let ids = [world.done(&world.person("lawyer"), "partnerOfferMake", &same).await, world.done(&world.person("lawyer"), "partnerOfferMake", &same).await];
        assert_eq!((&ids[0]["id"], world.rows(OF_THE_TEAM).await.len()), (&ids[1]["id"], 1), "the same call gives the same offer");
        let another = merged(same.clone(), &json!({ "person": { "ageBand": "AGE_25_59" } }));
        let reused = world.act(&world.person("lawyer"), "partnerOfferMake", &another).await;
        assert!(reused.text().contains("IdempotencyConflictError"), "another person: {}", reused.text());
        let other = merged(same, &json!({ "serviceId": service_id(PSYCHOLOGIST), "need": "MHPSS_COUNSELLING" }));
        let reused = world.act(&world.person("lawyer"), "partnerOfferMake", &other).await;
        assert!(reused.text().contains("IdempotencyConflictError"), "{}", reused.text());
        let by_age = made(&world, json!({ "serviceId": service_id(PSYCHOLOGIST), "need": "MHPSS_COUNSELLING" })).await;
        let told = one(&world, "caseworker", &by_age).await;
        assert_eq!((&told["offer"]["situation"], &told["offer"]["adminStatus"]), (&json!("STREET"), &Value::Null), "what the service goes by");
        for _ in 2..20 {
            made(&world, json!({})).await;
        }
        assert_eq!(refused(&world, "lawyer", "partnerOfferMake", &offer(&json!({}))).await, "OFFERS_FULL");
    }

    async fn a_reception_is_opened_by_who_leads_the_team_for_a_service_of_its_own(world: World) {
        let set = |service: &str, team: Value| json!({ "serviceId": service_id(service), "teamId": team });
        let lawyers = crate::kit::world::MINORITY_APPEAL;
        assert_eq!(refused(&world, "coordinator", "serviceReceptionSet", &set(lawyers, json!(team()))).await, "RECEPTION_OF_OTHERS");
        assert_eq!(refused(&world, "coordinator of another project", "serviceReceptionSet", &set(CONSULTATIONS, json!(team()))).await, "NOT_FOUND");
        assert_eq!(refused(&world, "caseworker", "serviceReceptionSet", &set(CONSULTATIONS, json!(team()))).await, "FORBIDDEN");
        receiving(&world, CONSULTATIONS).await;
        // A service that nobody answers for any more is closed to new offers; what was offered is answered all the same.
        let offer = made(&world, json!({})).await;
        world.done(&world.person("coordinator"), "serviceReceptionSet", &set(CONSULTATIONS, Value::Null)).await;
        assert_eq!(refused(&world, "lawyer", "partnerOfferMake", &self::offer(&json!({}))).await, "NO_RECEPTION");
        done(&world, "caseworker", "partnerOfferAccept", &offer, json!({})).await;
    }

    async fn an_offer_that_nobody_answers_ends_on_record_and_so_does_one_of_which_nothing_is_said(world: World) {
        receiving(&world, CONSULTATIONS).await;
        let silent = made(&world, json!({})).await;
        let taken = made(&world, json!({})).await;
        done(&world, "caseworker", "partnerOfferAccept", &taken, json!({})).await;
        world.clock.set(world.now().plus_hours(49));
        by_the_clock(&world).await;
        assert_eq!(notices(&world, "coordinator", &silent).await, ["OFFER_WAITS"], "who leads is told that the team has not answered");
        by_the_clock(&world).await;
        assert_eq!(notices(&world, "coordinator", &silent).await.len(), 1, "once");
        world.clock.set(world.now().plus_days(6));
        by_the_clock(&world).await;
        assert_eq!(one(&world, "lawyer", &silent).await["status"], "EXPIRED");
        assert_eq!(notices(&world, "lawyer", &silent).await, ["OFFER_ENDED"]);
        for (days, status) in [(8, "ACCEPTED"), (31, "COMPLETED")] {
            world.clock.set(world.now().plus_days(days));
            by_the_clock(&world).await;
            assert_eq!(one(&world, "lawyer", &taken).await["status"], status, "{days}");
        }
        assert_eq!(one(&world, "lawyer", &taken).await["outcomeCode"], "UNKNOWN_AFTER_REVIEW");
        by_the_clock(&world).await;
        assert!(is_shredded(&world, &silent).await && is_shredded(&world, &taken).await);
    }

    async fn a_frozen_project_is_nothing_to_the_partner_and_its_clocks_stand_still(world: World) {
        let world = protected(world).await;
        receiving(&world, CONSULTATIONS).await;
        let offer = made(&world, json!({})).await;
        let project = json!({ "projectId": paris() });
        world.done(&world.person("coordinator"), "projectFreeze", &project).await;
        assert_eq!(one(&world, "lawyer", &offer).await, Value::Null);
        assert_eq!(refused(&world, "lawyer", "partnerOfferMake", &self::offer(&json!({}))).await, "NO_RECEPTION");
        assert_eq!(refused(&world, "caseworker", "partnerOfferAccept", &target(&offer, json!({}))).await, "PROJECT_FROZEN");
        world.clock.set(world.now().plus_days(20));
        by_the_clock(&world).await;
        assert_eq!(one(&world, "caseworker", &offer).await["status"], "OFFERED", "nobody could answer");
        world.done(&world.person("coordinator"), "projectThawRequest", &project).await;
        world.done(&world.person("second coordinator"), "projectThawConfirm", &project).await;
        by_the_clock(&world).await;
        assert_eq!(one(&world, "lawyer", &offer).await["status"], "OFFERED");
    }

    async fn a_revoked_partner_offers_nobody_and_reads_nothing(world: World) {
        let world = protected(world).await;
        receiving(&world, CONSULTATIONS).await;
        let (waiting, taken) = (made(&world, json!({})).await, made(&world, json!({})).await);
        done(&world, "caseworker", "partnerOfferAccept", &taken, json!({})).await;
        // It goes on with another project.
        let elsewhere = TeamId::derived("corridor", "project sureau").to_string();
        let reception = json!({ "serviceId": service_id(DAY_CENTRE), "teamId": elsewhere });
        world.done(&world.person("coordinator of another project"), "serviceReceptionSet", &reception).await;
        let over = json!({ "serviceId": service_id(DAY_CENTRE), "need": "SOCIAL_DAY_CENTRE" });
        let elsewhere = made(&world, over).await;
        let revoke = json!({ "projectId": paris(), "organizationId": organization_id(LAWYERS), "reason": "DATA_BREACH" });
        world.done(&world.person("coordinator"), "partnerRevoke", &revoke).await;
        assert_eq!(one(&world, "caseworker", &waiting).await["status"], "WITHDRAWN");
        assert_eq!(one(&world, "caseworker", &taken).await["status"], "ACCEPTED", "the team has the person by now");
        let made = relais::actions::people::create_token_of_everything(world.app.context(), "lawyer", "again", 1).await;
        let lawyer = crate::kit::world::Person { token: Some(made.expect("a token").text.expose().clone()) };
        let asked = world.ask(&lawyer, "{ partnerOffers { nodes { id } } servicesReceivingOffers { id } }", json!({})).await;
        assert_eq!(asked.at("partnerOffers/nodes"), &json!([{ "id": elsewhere["id"] }]));
        assert_eq!(asked.at("servicesReceivingOffers"), &json!([{ "id": service_id(DAY_CENTRE) }]));
        let again = world.act(&lawyer, "partnerOfferMake", &self::offer(&json!({}))).await;
        assert_eq!(problem("partnerOfferMake", &again), "NO_RECEPTION");
    }

    async fn nobody_fills_a_teams_day_by_taking_back_and_offering_anew(world: World) {
        receiving(&world, CONSULTATIONS).await;
        for _ in 0..60 {
            let offer = made(&world, json!({})).await;
            done(&world, "lawyer", "partnerOfferWithdraw", &offer, json!({})).await;
        }
        assert_eq!(refused(&world, "lawyer", "partnerOfferMake", &offer(&json!({}))).await, "OFFERS_OF_DAY");
        world.clock.set(world.now().plus_days(1));
        made(&world, json!({})).await;
    }

    async fn nothing_is_left_by_which_an_ended_offer_could_be_guessed(world: World) {
        receiving(&world, CONSULTATIONS).await;
        let same = offer(&json!({}));
        let offered = world.done(&world.person("lawyer"), "partnerOfferMake", &same).await;
        done(&world, "lawyer", "partnerOfferWithdraw", &offered, json!({})).await;
        assert_eq!(world.texts("SELECT sealed || asked FROM partner_offers".to_owned()).await, [""]);
        let again = world.act(&world.person("lawyer"), "partnerOfferMake", &same).await;
        assert!(again.text().contains("IdempotencyConflictError"), "its key is used up: {}", again.text());
    }

    async fn a_renewed_link_does_not_swallow_what_is_told_later(world: World) {
        let context = world.app.context();
        let (mailbox, lawyers) = (service_id(crate::kit::world::MINORITY_APPEAL), OrganizationId::derived("corridor", LAWYERS));
        let mailbox = ServiceId::parse(&mailbox).expect("an id");
        let told = |kind, sequence, minutes| {
            Delivery::new(&mailbox.to_string(), kind, ("pof_1", sequence), world.now().plus_minutes(minutes))
        };
        let (first, renewed, later) = (
            told(DeliveryKind::OfferChanged, 2, 0),
            told(DeliveryKind::LinkRenewed, 4, 1),
            told(DeliveryKind::OfferChanged, 3, 2),
        );
        let written = context.store.write(async |tx| {
            for mail in [&first, &renewed, &later] {
                tx.insert_mail(mailbox, lawyers, mail).await?;
            }
            Ok::<_, StoreError>(())
        });
        written.await.map_err(|error| error.to_string()).expect("written");
        for (mail, is_said_later) in [(&first, true), (&renewed, false), (&later, false)] {
            let has_later = context.store.has_later_delivery(mail).await.map_err(|error| error.to_string());
            assert_eq!(has_later, Ok(is_said_later), "{} {}", mail.kind, mail.sequence);
        }
    }

    async fn harm_is_no_end_of_an_offer(world: World) {
        receiving(&world, CONSULTATIONS).await;
        let offer = made(&world, json!({})).await;
        let accepted = done(&world, "caseworker", "partnerOfferAccept", &offer, json!({})).await;
        let harm = target(&accepted, json!({ "outcome": "HARM_REPORTED" }));
        assert_eq!(refused(&world, "caseworker", "partnerOfferComplete", &harm).await, "OUTCOME_OF_EVENT");
    }

    async fn an_offer_that_a_restore_brings_back_is_over_where_what_it_told_was_erased(world: World) {
        receiving(&world, CONSULTATIONS).await;
        let offer = made(&world, json!({})).await;
        let folder = tempfile::tempdir().expect("a folder");
        backup(&world, folder.path()).await.expect("a backup");
        done(&world, "lawyer", "partnerOfferWithdraw", &offer, json!({})).await;
        by_the_clock(&world).await;
        let app = restored(&world, folder.path(), true).await.expect("a restore");
        let document = "query($id: ID!) { node(id: $id) { ... on PartnerOffer { status offer { ageBand } } } }";
        let told = asked(&app, &world.person("caseworker"), document, json!({ "id": offer["id"] })).await;
        assert_eq!(told.at("node"), &json!({ "status": "EXPIRED", "offer": { "ageBand": null } }));
    }

    async fn two_calls_of_one_key_at_once_make_one_offer(world: World) {
        receiving(&world, CONSULTATIONS).await;
        let (same, lawyer) = (offer(&json!({})), world.person("lawyer"));
        let call = || world.act(&lawyer, "partnerOfferMake", &same);
        let answers: [Answer; 4] = tokio::join!(call(), call(), call(), call()).into();
        let first = answers[0].at("partnerOfferMake/partnerOffer/id").clone();
        for answer in &answers {
            assert_eq!(answer.at("partnerOfferMake/partnerOffer/id"), &first, "{}", answer.text());
        }
        assert_eq!(world.rows(OF_THE_TEAM).await.len(), 1);
    }

    async fn what_was_offered_leaves_the_database_in_time(world: World) {
        receiving(&world, CONSULTATIONS).await;
        let offer = made(&world, json!({})).await;
        done(&world, "caseworker", "partnerOfferDecline", &offer, json!({ "code": "FULL" })).await;
        world.clock.set(world.now().plus_days(89));
        by_the_clock(&world).await;
        assert_eq!(world.rows(OF_THE_TEAM).await.len(), 1);
        world.clock.set(world.now().plus_days(1).plus_hours(1));
        let order = Order { clock_is_right: true, is_dry_run: false };
        run(world.app.context(), order, &mut |_, _| {}).await.expect("a run");
        assert_eq!(world.rows(OF_THE_TEAM).await.len(), 0);
    }
}
