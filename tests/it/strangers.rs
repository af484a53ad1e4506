//! What is not one's own answers as if it did not exist: byte for byte the same as an id that never was
//! (hidden equals absent), in queries, in mutations, in cursors and in the length of lists.

mod lists;
mod questions;

use self::questions::questions;
use crate::kit::erasing::PROTECTION_LEAD;
use crate::kit::schema::SCHEMA;
use crate::kit::steps::{
    Ready, Referred, fresh_key, girl_of_sixteen, merged, mutation, organization_id, service_id, text,
};
use crate::kit::world::{LAWYERS, MINORITY_APPEAL, Person, World, on_both_databases};
use crate::partner_offers::an_accepted_offer;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use relais::domain::id::{
    CapacityCheckId, CaseId, ConsentId, CustodyId, DeletionId, DemandId, DeviceId, GlassId, Identifier, IncidentId,
    LocationId, NoticeId, OrganizationId, OverrideId, PartnerOfferId, ProjectId, ProposalId, ReferralId, ReportId,
    RevocationId, ServiceId, TeamId, WebhookEndpointId,
};
use relais::domain::spoken_code::SpokenCode;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const SAFE_HOUSE: &str = "8146c9be-2002-4f05-a47c-17234a9426c3";
const SAFE_HOUSE_SERVICE: &str = "8c84ddf7-1514-47dd-87ed-72c14b612773";
const HOSPITAL: &str = "01979fc4-5b2c-41a0-9e87-be9934b60c3f";
/// The organisation of the other project, which receives referrals too.
const DAY_CENTRE: &str = "241042b0-bdff-4316-9ca7-4c214e1f3b23";
const DAY_CENTRE_SERVICE: &str = "91ab6c69-255f-4196-bd01-557c5322dde6";

/// An id of the kind that the prefix tells, of an object that never was.
fn never(id: &str) -> String {
    let bytes = [0xA7; 16];
    match id.split('_').next().expect("a prefix") {
        "svc" => ServiceId::from_bytes(bytes).to_string(),
        "org" => OrganizationId::from_bytes(bytes).to_string(),
        "ref" => ReferralId::from_bytes(bytes).to_string(),
        "cas" => CaseId::from_bytes(bytes).to_string(),
        "con" => ConsentId::from_bytes(bytes).to_string(),
        "cap" => CapacityCheckId::from_bytes(bytes).to_string(),
        "pof" => PartnerOfferId::from_bytes(bytes).to_string(),
        "dem" => DemandId::from_bytes(bytes).to_string(),
        "tea" => TeamId::from_bytes(bytes).to_string(),
        "loc" => LocationId::from_bytes(bytes).to_string(),
        "prj" => ProjectId::from_bytes(bytes).to_string(),
        "ntc" => NoticeId::from_bytes(bytes).to_string(),
        "cus" => CustodyId::from_bytes(bytes).to_string(),
        "gla" => GlassId::from_bytes(bytes).to_string(),
        "rvk" => RevocationId::from_bytes(bytes).to_string(),
        "inc" => IncidentId::from_bytes(bytes).to_string(),
        "rep" => ReportId::from_bytes(bytes).to_string(),
        "ovr" => OverrideId::from_bytes(bytes).to_string(),
        "del" => DeletionId::from_bytes(bytes).to_string(),
        "prp" => ProposalId::from_bytes(bytes).to_string(),
        "dev" => DeviceId::from_bytes(bytes).to_string(),
        "whk" => WebhookEndpointId::from_bytes(bytes).to_string(),
        other => panic!("no kind {other}"),
    }
}

/// A question that names something by its id.
struct Question {
    /// The argument or input field that names it, as `root.argument` or `root.input.field`.
    place: String,
    document: String,
    variables: Value,
    /// Where in the variables the id stands.
    pointer: String,
    /// What is put there: something that exists, and something that never did.
    existing: String,
    never: String,
}

impl Question {
    fn of_query(root: &str, argument: &str, existing: &str) -> Self {
        let field = SCHEMA.field("Query", root);
        let type_name = &field.arguments.iter().find(|it| it.name == argument).expect("the argument").type_name;
        let is_required = !matches!(
            (root, argument),
            ("sentReferrals" | "statutoryReports", "case") | ("auditEvents", "trail") | (_, "after")
        );
        let mark = if is_required { "!" } else { "" };
        let selection = match root {
            "node" => SCHEMA.everything_of_node(existing),
            _ => SCHEMA.everything(&field.type_name),
        };
        let page = if field.type_name.ends_with("Connection") { "first: 3, " } else { "" };
        Self {
            place: format!("{root}.{argument}"),
            document: format!("query($value: {type_name}{mark}) {{ {root}({page}{argument}: $value) {selection} }}"),
            variables: json!({ "value": null }),
            pointer: "/value".to_owned(),
            existing: existing.to_owned(),
            never: if existing.contains('_') { never(existing) } else { String::new() },
        }
    }

    fn of_mutation(root: &str, field: &str, input: &Value, existing: &str) -> Self {
        Self {
            place: format!("{root}.{field}"),
            document: mutation(root),
            variables: json!({ "input": input }),
            pointer: format!("/input/{field}"),
            existing: existing.to_owned(),
            never: never(existing),
        }
    }

    fn instead(self, never: String) -> Self {
        Self { never, ..self }
    }

    async fn asked_by(&self, world: &World, person: &Person, id: &str) -> Vec<u8> {
        let mut variables = self.variables.clone();
        let (holder, name) = self.pointer.rsplit_once('/').expect("a pointer");
        variables.pointer_mut(holder).expect("a holder")[name] = json!(id);
        if let Some(key) = variables.pointer_mut("/input/idempotencyKey") {
            *key = json!(fresh_key());
        }
        let answer = world.ask(person, &self.document, variables).await;
        assert!(answer.code() != "QUERY_TOO_COMPLEX" && !answer.code().starts_with("GRAPHQL"), "{}", answer.text());
        answer.bytes
    }
}

/// Objects of Paris, and what only its people may know of.
struct Paris {
    case: String,
    spoken_code: String,
    consent: String,
    demand: String,
    referral: Referred,
    draft: Referred,
    glass: String,
    notice: String,
    deletion: String,
    held: String,
    report: String,
    incident: String,
    /// Of the hospital, by Paris.
    revocation: String,
    places: String,
    offer: String,
    /// Of a service that only the trained may know of.
    proposal: String,
    webhook: String,
    phone: String,
}

/// What protection keeps of Paris: a broken glass, the notice of it to the team, and a request to delete.
async fn protection(world: &World, ready: &Ready, referral: &Referred) -> (String, String, String) {
    let glass = json!({ "case": { "referralId": referral.id }, "reason": "PERSON_ASKS" });
    let glass = text(&world.done(&world.person("coordinator"), "breakGlassOpen", &glass).await["id"]);
    let cancelled = world.refer(ready, "REQUESTED").await;
    let cancel = json!({ "referralId": cancelled.id, "expectedVersion": cancelled.version, "reason": "NOT_SAFE" });
    world.done(&ready.sender, "referralCancel", &cancel).await;
    let found = world.ask(&ready.sender, "{ notices { id } deletionRequests { id } }", json!({})).await;
    (glass, text(found.at("notices/0/id")), text(found.at("deletionRequests/0/id")))
}

/// What asking for an override for the lawyers takes.
fn override_input(case: &str) -> Value {
    json!({ "idempotencyKey": "", "caseId": case, "recipientId": organization_id(LAWYERS), "basis": "VITAL_INTEREST",
        "reason": "CANNOT_DECIDE" })
}

/// What recording a report takes.
fn report_input(case: &str) -> Value {
    json!({ "idempotencyKey": "", "caseId": case, "authority": "PROSECUTOR", "reportedOn": "2026-11-20",
        "information": "INFORMED" })
}

async fn paris(world: &World) -> Paris {
    let ready = world.ready_for_the_lawyers(&service_id(MINORITY_APPEAL), json!({})).await;
    let demand =
        json!({ "idempotencyKey": fresh_key(), "caseId": ready.case, "need": "SOL_ETM", "result": "UNMET_FULL" });
    let demand = text(&world.done(&ready.sender, "demandRecord", &demand).await["id"]);
    let other = world.opened_case(&ready.sender, girl_of_sixteen()).await;
    // A consent that names the other project's organisation: being named opens nothing.
    let named = world
        .consented(
            &ready.sender,
            &text(&other["id"]),
            &organization_id(DAY_CENTRE),
            &json!({ "basis": "CHILD_CONSENT_MATURE" }),
        )
        .await;
    // The draft is the older one, so that something lies behind the other in the list.
    let draft = world.refer(&ready, "DRAFT").await;
    world.clock.set(world.now().plus_hours(1));
    let referral = world.refer(&ready, "REQUESTED").await;
    let (glass, notice, deletion) = protection(world, &ready, &referral).await;
    let spoken_code = text(&other["spokenCode"]);
    let held = merged(override_input(&ready.case), &json!({ "idempotencyKey": fresh_key() }));
    let held = text(&world.done(&ready.sender, "consentOverrideRequest", &held).await["id"]);
    let report = merged(report_input(&ready.case), &json!({ "idempotencyKey": fresh_key() }));
    let report = text(&world.done(&ready.sender, "statutoryReportRecord", &report).await["id"]);
    let harmed = world.refer(&ready, "ACCEPTED").await;
    let harm = json!({ "referralId": harmed.id, "expectedVersion": harmed.version, "outcome": "HARM_REPORTED" });
    world.done(&ready.sender, "referralNotRealise", &harm).await;
    let incident = text(world.ask(&ready.sender, "{ incidents { id } }", json!({})).await.at("incidents/0/id"));
    Paris {
        spoken_code,
        consent: named,
        demand,
        referral,
        draft,
        case: ready.case,
        glass,
        notice,
        deletion,
        held,
        report,
        incident,
        revocation: revocation(world).await,
        places: places(world).await,
        offer: offer(world).await,
        proposal: proposal(world).await,
        webhook: webhook(world).await,
        phone: phone(world).await,
    }
}

async fn revocation(world: &World) -> String {
    let paris = ProjectId::derived("corridor", "paris").to_string();
    let input = json!({ "projectId": paris, "organizationId": organization_id(HOSPITAL), "reason": "ENDED" });
    text(&world.done(&world.person("coordinator"), "partnerRevoke", &input).await["id"])
}

async fn webhook(world: &World) -> String {
    let input = json!({ "url": "https://hooks.example.org/relais" });
    let made = world.act(&world.person("coordinator"), "webhookEndpointCreate", &input).await;
    text(made.at("webhookEndpointCreate/webhookEndpoint/id"))
}

async fn phone(world: &World) -> String {
    let input = json!({ "teamId": TeamId::derived("corridor", "project paris").to_string(), "name": "phone 1" });
    let made = world.act(&world.person("coordinator"), "deviceEnrol", &input).await;
    text(made.at("deviceEnrol/device/id"))
}

/// A question for places, asked of the lawyers after another one, so that something lies behind it in the list.
async fn places(world: &World) -> String {
    asked_for_places(world).await;
    world.clock.set(world.now().plus_seconds(1));
    asked_for_places(world).await
}

/// A person whom the lawyers offer, after another one, so that something lies behind in the list.
async fn offer(world: &World) -> String {
    an_accepted_offer(world).await;
    world.clock.set(world.now().plus_seconds(1));
    an_accepted_offer(world).await;
    let found = world.ask(&world.person("lawyer"), "{ partnerOffers { nodes { id } } }", json!({})).await;
    text(found.at("partnerOffers/nodes/0/id"))
}

async fn asked_for_places(world: &World) -> String {
    let input = json!({ "idempotencyKey": fresh_key(), "serviceId": service_id(MINORITY_APPEAL),
        "need": "LEGAL_MINORITY_APPEAL", "quantity": 3, "until": "2026-11-27T08:00:00Z" });
    text(&world.done(&world.person("caseworker"), "capacityCheckAsk", &input).await["id"])
}

/// A correction of the safe house, suggested by somebody who may know of it.
async fn proposal(world: &World) -> String {
    let input = json!({ "serviceId": service_id(SAFE_HOUSE_SERVICE), "changes": { "fees": "none" } });
    world.done(&world.person("caseworker"), "serviceCorrectionSuggest", &input).await;
    let found = world.ask(&world.person("coordinator"), "{ directoryProposals { nodes { id } } }", json!({})).await;
    text(found.at("directoryProposals/nodes/0/id"))
}

/// Questions that a caseworker of Paris is refused for the role, whatever they name.
const OF_LEADS: [&str; 21] = [
    "directoryProposalDecide.directoryProposalId",
    "continuityList.projectId",
    "breakGlassRate.projectId",
    "projectFreeze.projectId",
    "projectThawRequest.projectId",
    "projectThawConfirm.projectId",
    "projectNameDesk.projectId",
    "projectNameDesk.teamId",
    "partnerRevocations.projectId",
    "restartList.projectId",
    "partnerRevoke.projectId",
    "partnerRevoke.organizationId",
    "partnerRevocationEndRequest.partnerRevocationId",
    "partnerRevocationEndConfirm.partnerRevocationId",
    "custodyTake.referralId",
    "legalHoldSet.caseId",
    "legalHoldLift.caseId",
    "breakGlassReview.breakGlassId",
    "incidentClose.incidentId",
    // Of the recipient.
    "referralSlipPresent.referralId",
    "deletionAnswer.deletionId",
];

/// Every argument and input field of the schema that is an id, as `root.argument`.
fn all_ids() -> BTreeSet<String> {
    let mut places = BTreeSet::new();
    for root in ["Query", "Mutation"].iter().flat_map(|root| &SCHEMA.objects[*root]) {
        for argument in &root.arguments {
            let inside = SCHEMA.inputs.get(&argument.type_name);
            let ids = inside.into_iter().flatten().filter(|field| field.type_name == "ID");
            places.extend(ids.map(|field| format!("{}.{}", root.name, field.name)));
            if argument.type_name == "ID" {
                places.insert(format!("{}.{}", root.name, argument.name));
            }
        }
    }
    places
}

/// What the stranger has of its own, so that nothing but the foreign id can be what is wrong.
struct Own {
    case: String,
    consent: String,
    /// A referral that came to nothing.
    declined: Referred,
    place_elsewhere: String,
}

async fn own(world: &World, stranger: &Person) -> Own {
    let person = json!({ "person": { "ageBand": "AGE_25_59", "area": "FR-93055" } });
    let case = text(&world.opened_case(stranger, person).await["id"]);
    let consent = world.consented(stranger, &case, &organization_id(DAY_CENTRE), &json!({})).await;
    // Sent and received by the stranger before anything of Paris, so that a cursor has something to lead to.
    let draft = json!({ "caseId": case, "serviceId": service_id(DAY_CENTRE_SERVICE), "need": "SOCIAL_DAY_CENTRE", "consentId": consent });
    let ready = Ready { sender: stranger.clone(), recipient: stranger.clone(), case, consent, draft };
    world.refer(&ready, "REQUESTED").await;
    let declined = world.refer(&ready, "DECLINED").await;
    let places = json!({ "idempotencyKey": fresh_key(), "serviceId": service_id(DAY_CENTRE_SERVICE),
        "need": "SOCIAL_DAY_CENTRE", "quantity": 3, "until": "2026-11-27T08:00:00Z" });
    world.done(stranger, "capacityCheckAsk", &places).await;
    let safe_house =
        world.app.context().directory.snapshot().service(ServiceId::derived("corridor", SAFE_HOUSE_SERVICE));
    let place_elsewhere = safe_house.expect("the safe house").places[0].id.to_string();
    Own { case: ready.case, consent: ready.consent, declined, place_elsewhere }
}

on_both_databases! {
    async fn what_is_not_ones_own_answers_like_what_never_was(world: World) {
        // The stranger of another project is trained; the safe house has to be nothing to them too.
        let untrained = r#"{ "source": "corridor", "projects": [ { "key": "sureau", "organization": "241042b0-bdff-4316-9ca7-4c214e1f3b23",
            "name": "Maison du Sureau", "country": "FR", "risk_profile": "standard", "mailbox": "sureau@example.org" } ],
            "vettings": [ { "organization": "241042b0-bdff-4316-9ca7-4c214e1f3b23", "is_vetted": true, "protocol_expires_on": "2036-12-31" } ],
            "accounts": [ { "handle": "newcomer", "role": "caseworker", "organization": "241042b0-bdff-4316-9ca7-4c214e1f3b23", "project": "sureau" } ] }"#;
        let newcomer = world.apply(untrained).await.remove("newcomer").expect("the newcomer");
        let own = own(&world, &newcomer).await;
        let paris = paris(&world).await;
        let questions = questions(&paris, &own);
        let asked: BTreeSet<String> = questions.iter().map(|question| question.place.clone()).collect();
        let forgotten: Vec<_> = all_ids().difference(&asked).cloned().collect();
        assert!(forgotten.is_empty(), "nobody asked about {forgotten:?}");
        let mut strangers = vec![("newcomer of another project", newcomer)];
        for handle in ["another partner", "coordinator of another project", "nobody", "stranger"] {
            strangers.push((handle, world.person(handle)));
        }
        let lead = world.apply(PROTECTION_LEAD).await.remove("protection lead elsewhere").expect("a lead");
        strangers.push(("protection lead elsewhere", lead));
        for question in &questions {
            for (handle, person) in &strangers {
                let there = question.asked_by(&world, person, &question.existing).await;
                let never = question.asked_by(&world, person, &question.never).await;
                assert_eq!(String::from_utf8_lossy(&there), String::from_utf8_lossy(&never), "{}, {handle}", question.place);
            }
        }
        // The same questions tell the two apart for whoever may know.
        let caseworker = world.person("caseworker");
        let is_of_others = |question: &&Question| {
            question.place.ends_with("locationId")
                || question.place.starts_with("inbox")
                || question.place == "auditEvents.trail"
                || OF_LEADS.contains(&question.place.as_str())
                || question.existing == paris.glass
                || question.existing == paris.proposal
                || question.existing == paris.revocation
                || question.existing == paris.webhook
                || question.existing == paris.phone
                || question.place == "deviceEnrol.teamId"
                // Of the partner, or of who leads.
                || question.place.starts_with("serviceReceptionSet.")
                || question.place.starts_with("partnerOfferMake.")
                || question.place.starts_with("partnerOfferWithdraw.")
                || question.place == "partnerOffers.after"
                || question.place.ends_with(".placeId")
                || question.place == "directoryProposals.after"
                // Editors merge, whatever a caseworker sees.
                || question.place.starts_with("serviceMerge.")
                || question.place.starts_with("serviceUnmerge.")
                || question.place.contains("Duplicate.")
                || question.place.starts_with("serviceLiftDoNotUse.")
                || question.place.ends_with(".exceptServiceIds")
                || question.place == "servicesToReview.after"
                // The consent of Paris is one that one person records.
                || question.place == "consentConfirm.consentId"
        };
        let mut alike = Vec::new();
        for question in questions.iter().filter(|question| !is_of_others(question)) {
            let there = question.asked_by(&world, &caseworker, &question.existing).await;
            let never = question.asked_by(&world, &caseworker, &question.never).await;
            let said = question.variables.to_string();
            let is_of_the_newcomer = said.contains(&own.case) || said.contains(&own.declined.id);
            if there == never && !is_of_the_newcomer {
                alike.push(format!("{}: {}", question.place, String::from_utf8_lossy(&there)));
            }
        }
        assert!(alike.is_empty(), "{alike:#?}");
    }
}
