//! What protection keeps, turned over cell by cell: a world in which a glass is broken and looked at, a consent is
//! withdrawn and its deletion answered, an override of consent taken back, a report confirmed,
//! a partner revoked and admitted again, a desk named and the project frozen, and one case taken over.

use super::flips::is_of_protection;
use super::turning::{Probe, flips, selection, survivors};
use crate::kit::requirement::announce;
use crate::kit::steps::{Ready, fresh_key, girl_of_sixteen, merged, organization_id, service_id, text};
use crate::kit::world::{LAWYERS, MINORITY_APPEAL, World};
use crate::partner_offers::{CONSULTATIONS, DAY_CENTRE};
use relais::domain::code::CodeList as _;
use relais::domain::id::{Identifier, ProjectId, TeamId};
use relais::domain::need::Need;
use relais::domain::profile::{AdminStatus, Gender, Household, Situation};
use relais::policy::table::{Relation, Table};
use serde_json::{Value, json};

struct Protected {
    world: World,
    project: String,
    glass: String,
    custody: String,
}

impl Protected {
    async fn settle(mut world: World) -> Self {
        world.join(include_str!("../protection/world.json")).await;
        let project = ProjectId::derived("corridor", "paris").to_string();
        let mut readies = Vec::new();
        for _ in 0..3 {
            readies.push(world.ready_for_the_lawyers(&service_id(MINORITY_APPEAL), json!({})).await);
        }
        let elsewhere = of_another_project(&world).await;
        let left = world.refer(&readies[0], "ACCEPTED").await;
        let taken = world.refer(&readies[1], "ACCEPTED").await;
        let glass = break_glass(&world, &left.id).await;
        withdraw(&world, &readies[2]).await;
        withdraw(&world, &elsewhere).await;
        override_consent(&world, &readies[0].case).await;
        report(&world, &readies[0].case).await;
        harm(&world, &readies[0]).await;
        for asker in ["caseworker", "caseworker of another project"] {
            ask_for_places(&world, asker).await;
        }
        let of_paris = ["project paris", "coordinator", "untrained caseworker"];
        offer_persons(&world, CONSULTATIONS, "HEALTH_PRIMARY", of_paris).await;
        let of_another = ["project sureau", "coordinator of another project", "caseworker of another project"];
        offer_persons(&world, DAY_CENTRE, "SOCIAL_DAY_CENTRE", of_another).await;
        revoke_a_partner(&world, &project).await;
        let desk = TeamId::derived("corridor", "project desk");
        let named = json!({ "projectId": project, "teamId": desk.to_string() });
        world.done(&world.person("coordinator"), "projectNameDesk", &named).await;
        world.done(&world.person("coordinator"), "projectFreeze", &json!({ "projectId": project })).await;
        world.done(&world.person("coordinator"), "projectThawRequest", &json!({ "projectId": project })).await;
        let desk = world.person("desk caseworker");
        let custody = world.done(&desk, "custodyTake", &json!({ "referralId": taken.id })).await;
        see_notices(&world).await;
        Self { project, glass, custody: text(&custody["id"]), world }
    }

    fn probe(&self, row: &str, relation: Relation) -> Vec<Probe> {
        let type_name = row.split('.').next().expect("a type");
        let selection = selection(row);
        let of_project = |root: &str| format!("query($id: ID!) {{ {root} {selection} }}");
        let (document, id) = match type_name {
            "Project" => (of_project("project(id: $id)"), &self.project),
            "ContinuityEntry" => (of_project("continuityList(projectId: $id)"), &self.project),
            "PartnerRevocation" => (of_project("partnerRevocations(projectId: $id)"), &self.project),
            "RestartList" => (of_project("restartList(projectId: $id)"), &self.project),
            "BreakGlassRate" => (of_project("breakGlassRate(projectId: $id)"), &self.project),
            "Custody" => (by_node("Custody", &selection), &self.custody),
            "BreakGlass" => (by_node("BreakGlass", &selection), &self.glass),
            "CaseReference" => (by_node("BreakGlass", &format!("{{ case {selection} }}")), &self.glass),
            "Notice" => (format!("{{ notices {selection} }}"), &self.project),
            "Incident" => (format!("{{ incidents {selection} }}"), &self.project),
            "StatutoryReport" => (format!("{{ statutoryReports {selection} }}"), &self.project),
            "ConsentOverride" => (format!("{{ consentOverrides {selection} }}"), &self.project),
            "CapacityCheck" => (
                format!(
                    "{{ asked: capacityChecks {{ nodes {selection} }} \
                     received: capacityChecks(received: true) {{ nodes {selection} }} }}"
                ),
                &self.project,
            ),
            "PartnerOffer" | "OfferedPerson" => (
                format!(
                    "{{ made: partnerOffers {{ nodes {selection} }} \
                     received: partnerOffers(received: true) {{ nodes {selection} }} }}"
                ),
                &self.project,
            ),
            "Deletion" => (format!("{{ deletionRequests {selection} }}"), &self.project),
            other => panic!("no question about {other}"),
        };
        vec![Probe { handle: viewer(type_name, relation), document, id: id.clone() }]
    }
}

fn by_node(of: &str, selection: &str) -> String {
    format!("query($id: ID!) {{ node(id: $id) {{ ... on {of} {selection} }} }}")
}

fn viewer(type_name: &str, relation: Relation) -> &'static str {
    match (type_name, relation) {
        // The first coordinator broke the glass; to the second it is a colleague's.
        ("BreakGlass" | "CaseReference", Relation::Oneself | Relation::ThroughGlass) => "coordinator",
        (_, Relation::Coordinator) => "second coordinator",
        (_, Relation::ProtectionLead) => "protection lead",
        (_, Relation::Auditor) => "auditor",
        (_, Relation::Desk) => "desk caseworker",
        ("Custody", Relation::Team) => "desk caseworker",
        // Who was not trained is not told of violence.
        ("CapacityCheck" | "PartnerOffer" | "OfferedPerson", Relation::Team) => "untrained caseworker",
        (_, Relation::Recipient | Relation::Offering) => "lawyer",
        _ => "caseworker",
    }
}

/// Broken by the coordinator, and looked at by the protection lead.
async fn break_glass(world: &World, referral: &str) -> String {
    let input = json!({ "case": { "referralId": referral }, "reason": "LIFE_AT_RISK" });
    let glass = text(&world.done(&world.person("coordinator"), "breakGlassOpen", &input).await["id"]);
    let verdict = json!({ "breakGlassId": glass, "verdict": "JUSTIFIED" });
    world.done(&world.person("protection lead"), "breakGlassReview", &verdict).await;
    glass
}

/// A case of a project that is not frozen, so that its recipient goes on seeing what it was asked.
async fn of_another_project(world: &World) -> Ready {
    let mut ready = world.ready_for_the_lawyers(&service_id(MINORITY_APPEAL), json!({})).await;
    ready.sender = world.person("caseworker of another project");
    ready.case = text(&world.opened_case(&ready.sender, girl_of_sixteen()).await["id"]);
    let basis = json!({ "basis": "CHILD_CONSENT_MATURE" });
    ready.consent = world.consented(&ready.sender, &ready.case, &organization_id(LAWYERS), &basis).await;
    ready.draft = merged(ready.draft, &json!({ "caseId": ready.case, "consentId": ready.consent }));
    ready
}

/// A consent withdrawn under an accepted referral; the recipient has deleted what it held.
async fn withdraw(world: &World, ready: &Ready) {
    world.refer(ready, "ACCEPTED").await;
    world.done(&ready.sender, "consentWithdraw", &json!({ "consentId": ready.consent })).await;
    let asked = world.ask(&ready.recipient, "{ deletionRequests { id answer } }", json!({})).await;
    let mut open = asked.at("deletionRequests").as_array().into_iter().flatten().filter(|it| it["answer"].is_null());
    let answer = json!({ "deletionId": open.next().expect("a request")["id"], "answer": "DELETED" });
    world.done(&ready.recipient, "deletionAnswer", &answer).await;
}

/// Asked for, confirmed by somebody else, and taken back, so that it has a value everywhere.
async fn override_consent(world: &World, case: &str) {
    let input = json!({ "idempotencyKey": fresh_key(), "caseId": case, "recipientId": organization_id(LAWYERS),
        "basis": "VITAL_INTEREST", "reason": "CANNOT_DECIDE" });
    let held = world.done(&world.person("caseworker"), "consentOverrideRequest", &input).await;
    let named = json!({ "consentOverrideId": held["id"] });
    for act in ["consentOverrideConfirm", "consentOverrideTakeBack"] {
        world.done(&world.person("coordinator"), act, &named).await;
    }
}

/// Two questions for places: one answered and closed, so that it has a value everywhere, and one about violence.
async fn ask_for_places(world: &World, asker: &str) {
    for need in [Need::LegalMinorityAppeal, Need::HealthSexualViolenceCare] {
        let input = json!({ "idempotencyKey": fresh_key(), "serviceId": service_id(MINORITY_APPEAL),
            "need": "LEGAL_MINORITY_APPEAL", "quantity": 3, "until": world.now().plus_days(3).to_string() });
        let id = text(&world.done(&world.person(asker), "capacityCheckAsk", &input).await["id"]);
        let answer = json!({ "capacityCheckId": id, "answer": "SOME", "available": 2 });
        world.done(&world.person("lawyer"), "capacityCheckAnswer", &answer).await;
        world.done(&world.person(asker), "capacityCheckClose", &json!({ "capacityCheckId": id })).await;
        world.execute(&format!("UPDATE capacity_checks SET need = '{need}' WHERE id = '{id}'")).await;
    }
}

/// Offers in every standing and with a value everywhere, one of each about violence.
async fn offer_persons(world: &World, like: &str, need: &str, [team, lead, worker]: [&str; 3]) {
    // It goes by everything, so that everything is told.
    let mut service = world.like(like, &format!("For whoever is offered, {team}"));
    service.eligibility.genders = Gender::ALL.iter().copied().collect();
    service.eligibility.households = Household::ALL.iter().copied().collect();
    service.eligibility.admin_statuses = AdminStatus::ALL.iter().copied().collect();
    service.eligibility.situations = Situation::ALL.iter().copied().collect();
    world.publish(&service).await;
    let service = service.id.to_string();
    let person = json!({ "ageBand": "AGE_25_59", "gender": "WOMAN", "household": "ALONE", "adminStatus": "UNDOCUMENTED",
        "situation": "STREET", "languages": ["ti"], "area": "FR-93055" });
    let team = TeamId::derived("corridor", team).to_string();
    let reception = json!({ "serviceId": service, "teamId": team });
    world.done(&world.person(lead), "serviceReceptionSet", &reception).await;
    for violence in [false, true] {
        for acts in [
            &[][..],
            &["partnerOfferAccept"],
            &["partnerOfferAccept", "partnerOfferComplete"],
            &["partnerOfferDecline"],
        ] {
            let input = json!({ "idempotencyKey": fresh_key(), "serviceId": service, "need": need, "person": person,
                "agreed": true });
            let id = text(&world.done(&world.person("lawyer"), "partnerOfferMake", &input).await["id"]);
            for (before, act) in acts.iter().enumerate() {
                let mut input = json!({ "partnerOfferId": id, "expectedVersion": before + 1 });
                match *act {
                    "partnerOfferDecline" => input["code"] = json!("FULL"),
                    "partnerOfferComplete" => input["outcome"] = json!("SERVICE_RECEIVED"),
                    _ => {}
                }
                world.done(&world.person(worker), act, &input).await;
            }
            if violence {
                let need = Need::HealthSexualViolenceCare;
                world.execute(&format!("UPDATE partner_offers SET need = '{need}' WHERE id = '{id}'")).await;
            }
        }
    }
    let from = service_id(MINORITY_APPEAL);
    world.execute(&format!("UPDATE partner_offers SET sender_service_id = '{from}'")).await;
}

/// Recorded, and confirmed by somebody else.
async fn report(world: &World, case: &str) {
    let input = json!({ "idempotencyKey": fresh_key(), "caseId": case, "authority": "PROSECUTOR",
        "reportedOn": "2026-11-20", "information": "INFORMED" });
    let made = world.done(&world.person("caseworker"), "statutoryReportRecord", &input).await;
    let named = json!({ "statutoryReportId": made["id"] });
    world.done(&world.person("coordinator"), "statutoryReportConfirm", &named).await;
}

/// Ended with harm, and looked into.
async fn harm(world: &World, ready: &Ready) {
    let harmed = world.refer(ready, "ACCEPTED").await;
    let input = json!({ "referralId": harmed.id, "expectedVersion": harmed.version, "outcome": "HARM_REPORTED" });
    world.done(&ready.sender, "referralNotRealise", &input).await;
    let coordinator = world.person("coordinator");
    let found = world.ask(&coordinator, "{ incidents { id } }", json!({})).await;
    let close = json!({ "incidentId": found.at("incidents/0/id"), "resolution": "REMEDIED" });
    world.done(&coordinator, "incidentClose", &close).await;
}

/// Revoked, and admitted again by two, so that it has a value everywhere.
async fn revoke_a_partner(world: &World, project: &str) {
    let partner = organization_id(crate::markers::CARE_CENTRE);
    let input = json!({ "projectId": project, "organizationId": partner, "reason": "DATA_BREACH" });
    let revoked = world.done(&world.person("coordinator"), "partnerRevoke", &input).await;
    let named = json!({ "partnerRevocationId": revoked["id"] });
    world.done(&world.person("coordinator"), "partnerRevocationEndRequest", &named).await;
    world.done(&world.person("second coordinator"), "partnerRevocationEndConfirm", &named).await;
}

/// The caseworker has seen what there is to be seen.
async fn see_notices(world: &World) {
    let person = world.person("caseworker");
    let notices = world.ask(&person, "{ notices { id } }", json!({})).await;
    for notice in notices.at("notices").as_array().into_iter().flatten() {
        world.done(&person, "noticeSeen", &json!({ "noticeId": notice["id"] })).await;
    }
    assert_ne!(notices.at("notices"), &Value::Array(Vec::new()), "there is something to be seen");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_cell_of_what_protection_keeps_can_be_turned_unnoticed() {
    let protected = Protected::settle(World::on_sqlite().await).await;
    let flips = flips(
        Table::standard().content(),
        is_of_protection,
        |row, relation, _| protected.probe(row, relation),
        |row, relation, _| protected.probe(row, relation),
    );
    announce(&format!("{} cells of what protection keeps were turned", flips.len()));
    assert!(flips.len() > 80, "every row is turned: {}", flips.len());
    let survivors = survivors(&protected.world.app, |handle| protected.world.person(handle), flips).await;
    assert!(survivors.is_empty(), "{} flips that nobody notices:\n{}", survivors.len(), survivors.join("\n"));
}
