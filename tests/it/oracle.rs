//! The marker oracle: every question that the schema allows, one leaf at a time, by everybody, at every stage of
//! a referral; and the raw bytes of each answer searched for what may not be in it.
//!
//! It knows nothing of the policy (ruling R16): the table of who may meet what is written by hand from the
//! release stages of the domain reference. The questions come from the schema's own text, so that a new
//! field is asked for without anybody remembering it.

use crate::kit::requirement::is_full;
use crate::kit::schema::SCHEMA;
use crate::kit::steps::{Ready, Referred, organization_id, service_id, step_input};
use crate::kit::world::{Person, World, answered, graphql_request};
use crate::markers::{CARE_AFTER_TORTURE, CARE_CENTRE, Marked, Stage, TABLE};
use relais::domain::id::{Identifier, ProjectId};
use serde_json::json;

/// Who asks, and as what.
const VIEWERS: [(&str, Side); 15] = [
    ("caseworker", Side::Team),
    ("untrained caseworker", Side::Team),
    ("colleague of another team", Side::Nobody),
    ("coordinator", Side::Coordinator),
    ("protection lead", Side::Coordinator),
    ("another partner", Side::Recipient),
    ("partner admin", Side::Recipient),
    ("lawyer", Side::Nobody),
    ("caseworker of another project", Side::Nobody),
    ("coordinator of another project", Side::Nobody),
    ("directory editor", Side::Nobody),
    ("analyst", Side::Nobody),
    ("auditor", Side::Auditor),
    ("sysadmin", Side::Nobody),
    ("nobody", Side::Nobody),
];

/// From where somebody looks at the marked referral.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Team,
    Coordinator,
    Recipient,
    Auditor,
    Nobody,
}

/// What an auditor may meet: which consent something rests on, and when it happened.
const AUDITOR: [&str; 2] = ["consent id", "an exact time"];

/// What the coordinator's side may meet at any stage: what the recipient is offered, and exact times.
const COORDINATOR: [&str; 10] = [
    "age band",
    "first language",
    "second language",
    "area",
    "contact rule",
    "name of the project",
    "mailbox of the project",
    "phone of the project",
    "deadline",
    "an exact time",
];

/// The life of the marked referral: the act that comes first, the stage then, and how many days later it is
/// looked at.
const STAGES: [(&str, Stage, i64); 8] = [
    ("", Stage::Draft, 0),
    ("referralSend", Stage::Offer, 0),
    ("referralAcknowledge", Stage::Offer, 0),
    ("referralAccept", Stage::Accepted, 0),
    ("", Stage::Lapsed, 60),
    ("referralStart", Stage::Accepted, 0),
    ("referralComplete", Stage::Ended, 0),
    ("", Stage::Past, 31),
];

/// What people without a name in the table above may have besides.
pub const PEOPLE: &str = r#"{ "source": "corridor",
    "projects": [ { "key": "paris", "organization": "efc43c01-4b2a-472d-b3b3-06332930321e", "name": "Passerelles Île-de-France",
        "country": "FR", "risk_profile": "standard", "mailbox": "passerelles@example.org",
        "phone": "+33 1 99 00 00 70" } ],
    "teams": [ { "key": "night", "project": "paris", "name": "Nuit" } ],
    "accounts": [
        { "handle": "colleague of another team", "role": "caseworker", "organization": "efc43c01-4b2a-472d-b3b3-06332930321e",
            "project": "paris", "teams": ["night"], "is_trained": true },
        { "handle": "protection lead", "role": "protection_lead", "organization": "efc43c01-4b2a-472d-b3b3-06332930321e", "is_trained": true },
        { "handle": "partner admin", "role": "partner_admin", "organization": "2b447366-e73d-4d0b-8985-fb65ed3e0afc", "is_trained": true },
        { "handle": "directory editor", "role": "directory_editor", "organization": "efc43c01-4b2a-472d-b3b3-06332930321e", "is_trained": true },
        { "handle": "analyst", "role": "analyst", "organization": "efc43c01-4b2a-472d-b3b3-06332930321e", "project": "paris", "is_trained": true },
        { "handle": "auditor", "role": "auditor", "organization": "efc43c01-4b2a-472d-b3b3-06332930321e", "is_trained": true },
        { "handle": "sysadmin", "role": "sysadmin", "organization": "efc43c01-4b2a-472d-b3b3-06332930321e", "is_trained": true } ] }"#;

/// How deep a question goes at the most.
const DEPTH: usize = 8;
/// How often a type may come on the way to a leaf: a circle costs too much to be answered.
const RECURRENCES: usize = 1;

fn may_meet(side: Side, stage: Stage, kind: &str) -> bool {
    let (_, to_the_recipient) = TABLE.iter().find(|(name, _)| *name == kind).expect("a row of the table");
    match side {
        Side::Team => true,
        Side::Coordinator => COORDINATOR.contains(&kind),
        Side::Recipient => to_the_recipient.contains(&stage),
        Side::Auditor => AUDITOR.contains(&kind),
        Side::Nobody => false,
    }
}

/// Every way from a type down to a leaf, as selections that ask for that leaf alone.
fn leaves(type_name: &str, path: &mut Vec<String>, found: &mut Vec<String>, depth: usize) {
    let again = path.iter().filter(|before| *before == type_name).count();
    if depth == 0 || again >= RECURRENCES {
        return;
    }
    path.push(type_name.to_owned());
    for member in SCHEMA.members.get(type_name).into_iter().flatten() {
        let mut inside = Vec::new();
        leaves(member, path, &mut inside, depth);
        found.extend(inside.into_iter().map(|selection| format!("{{ ... on {member} {selection} }}")));
    }
    for field in SCHEMA.objects.get(type_name).into_iter().flatten() {
        if !SCHEMA.objects.contains_key(&field.type_name) && !SCHEMA.members.contains_key(&field.type_name) {
            found.push(format!("{{ {} }}", field.name));
            continue;
        }
        let mut inside = Vec::new();
        leaves(&field.type_name, path, &mut inside, depth - 1);
        found.extend(inside.into_iter().map(|selection| format!("{{ {} {selection} }}", field.name)));
    }
    path.pop();
}

/// The ways to call a field of the query root: with the marked objects wherever it takes one.
fn calls(root: &str, marked: &Marked, ready: &Ready, referred: &Referred) -> Vec<String> {
    let code = marked.value("spoken code");
    let project = ProjectId::derived("corridor", "paris").to_string();
    let by_id = |ids: &[&str]| ids.iter().map(|id| format!("{root}(id: \"{id}\")")).collect();
    match root {
        "viewer" | "projects" | "notices" | "deletionRequests" | "legalHolds" | "breakGlassReviews"
        | "consentOverrides" | "incidents" | "webhookEndpoints" | "devices" => {
            vec![root.to_owned()]
        }
        "project" => by_id(&[&project]),
        "continuityList" | "breakGlassRate" | "partnerRevocations" | "restartList" => {
            vec![format!("{root}(projectId: \"{project}\")")]
        }
        "services" | "directoryChanges" | "duplicateCandidates" | "servicesToReview" | "directoryProposals" => {
            vec![format!("{root}(first: 2)")]
        }
        "places" | "areas" => vec![format!("{root}(name: \"Calais\")")],
        "area" => vec![format!("{root}(code: \"FR-93055\")")],
        "serviceHistory" => vec![format!("{root}(serviceId: \"{}\")", service_id(CARE_AFTER_TORTURE))],
        "service" => by_id(&[&service_id(CARE_AFTER_TORTURE)]),
        "organization" => by_id(&[&organization_id(CARE_CENTRE)]),
        "referral" => by_id(&[&referred.id]),
        "referralNextPartners" => vec![format!("{root}(referralId: \"{}\", first: 2)", referred.id)],
        "node" => by_id(&[&referred.id, &marked.case, &ready.consent]),
        "capacityChecks" => vec![format!("{root}(first: 2)"), format!("{root}(first: 2, received: true)")],
        "partnerOffers" => vec![format!("{root}(first: 2)"), format!("{root}(first: 2, received: true)")],
        "servicesReceivingOffers" => vec![root.to_owned()],
        "inbox" => vec![format!("{root}(first: 3)")],
        "sentReferrals" => vec![format!("{root}(first: 3)"), format!("{root}(first: 3, case: \"{}\")", marked.case)],
        "caseBySpokenCode" => vec![format!("{root}(spokenCode: \"{code}\")")],
        "casesByFileNumber" => vec![format!("{root}(fileNumber: \"ZZ-77/4141\")")],
        "statutoryReports" => vec![root.to_owned(), format!("{root}(case: \"{}\")", marked.case)],
        "serviceGaps" => vec![format!("{root}(firstMonth: \"2026-11\", lastMonth: \"2026-12\")")],
        "whoSawWhat" => vec![format!("{root}(case: \"{}\")", marked.case)],
        "auditEvents" => vec![format!("{root}(first: 9)"), format!("{root}(first: 9, trail: \"{project}\")")],
        other => panic!("say here how {other} is asked about the marked case"),
    }
}

/// Every question there is about the marked case.
pub fn questions(marked: &Marked, ready: &Ready, referred: &Referred) -> Vec<String> {
    let mut questions = Vec::new();
    for root in &SCHEMA.objects["Query"] {
        let mut selections = Vec::new();
        leaves(&root.type_name, &mut Vec::new(), &mut selections, DEPTH - 1);
        for call in calls(&root.name, marked, ready, referred) {
            questions.extend(selections.iter().map(|selection| format!("{{ {call} {selection} }}")));
        }
    }
    questions
}

/// What was asked and found so far.
#[derive(Default)]
struct Searched {
    answers: usize,
    too_costly: usize,
    /// Kinds that were met, by side.
    met: Vec<(Side, &'static str)>,
}

impl Searched {
    fn search(&mut self, side: Side, stage: Stage, marked: &Marked, question: &str, bytes: &[u8]) {
        let told = String::from_utf8_lossy(bytes);
        assert!(!told.contains("GRAPHQL_") && !told.contains("RATE_LIMITED"), "{question} was not answered: {told}");
        // A question that leads through list after list costs too much for anybody, and tells nothing.
        if told.contains("QUERY_TOO_COMPLEX") {
            self.too_costly += 1;
            return;
        }
        self.answers += 1;
        for (kind, value) in &marked.values {
            if told.contains(value.as_str()) {
                assert!(
                    may_meet(side, stage, kind),
                    "{side:?} at {stage:?} meets {kind} {value} by {question}: {told}"
                );
                if !self.met.contains(&(side, kind)) {
                    self.met.push((side, kind));
                }
            }
        }
    }
}

/// Asks everything as everybody. Below the full size only every so many questions are asked, another part
/// of them at each stage and by each viewer.
async fn ask_all(
    world: &World,
    people: &[(Person, Side)],
    stage: Stage,
    subject: (&Marked, &Ready, &Referred),
    stride: usize,
    searched: &mut Searched,
) {
    let (marked, ready, referred) = subject;
    let (router, questions) = (world.router(), questions(marked, ready, referred));
    let mut offset = searched.answers % stride;
    let everything = format!("{{ referral(id: \"{}\") {} }}", referred.id, SCHEMA.everything("Referral"));
    for (person, side) in people {
        let whole = answered(router.clone(), graphql_request(person, "fr", &everything, json!({}))).await;
        searched.search(*side, stage, marked, &everything, &whole.bytes);
        for question in questions.iter().skip(offset).step_by(stride) {
            let answer = answered(router.clone(), graphql_request(person, "fr", question, json!({}))).await;
            searched.search(*side, stage, marked, question, &answer.bytes);
        }
        offset = (offset + 1) % stride;
        for step in ["referralSend", "referralAcknowledge", "referralAccept", "referralStart", "referralComplete"] {
            let stale = Referred { version: referred.version + 7, ..referred.clone() };
            let refused = world.act(person, step, &step_input(step, &stale)).await;
            searched.search(*side, stage, marked, step, &refused.bytes);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_answer_to_anybody_holds_a_value_that_is_not_theirs() {
    let world = World::on_sqlite().await;
    let mut others = world.apply(PEOPLE).await;
    let people: Vec<(Person, Side)> = VIEWERS
        .iter()
        .map(|(handle, side)| (others.remove(*handle).unwrap_or_else(|| world.person(handle)), *side))
        .collect();
    let mut marked = Marked::open(&world).await;
    let ready = marked.ready(&world, "another partner", CARE_CENTRE, CARE_AFTER_TORTURE, "MHPSS_TORTURE_REHAB").await;
    marked.mark_end_of_consent(&world, &ready).await;
    let mut referred = world.refer(&ready, "DRAFT").await;
    let mut searched = Searched::default();
    let wanted = if is_full() { 100_000 } else { 20_000 };
    // A tenth more than wanted, because some questions cost too much to be answered.
    let all = questions(&marked, &ready, &referred).len() * VIEWERS.len() * STAGES.len();
    let stride = (all * 10 / (wanted * 11)).max(1);
    for (step, stage, days_later) in STAGES {
        marked.tick(&world);
        if !step.is_empty() {
            let actor = if step == "referralSend" { &ready.sender } else { &ready.recipient };
            let done = world.act(actor, step, &step_input(step, &referred)).await;
            assert_eq!(done.at(step)["errors"], json!([]), "{}", done.text());
            referred.version += 1;
        }
        if step == "referralAccept" {
            marked.write_text(&world, &ready, &mut referred).await;
        }
        if step == "referralSend" {
            marked.mark_aliases(&world, CARE_CENTRE).await;
        }
        let now = world.now();
        // A second on, because the present instant is told to everybody.
        world.clock.set(now.plus_days(days_later).plus_seconds(1));
        ask_all(&world, &people, stage, (&marked, &ready, &referred), stride, &mut searched).await;
        world.clock.set(now);
    }
    // The controls: what is looked for is there to be found. The team reads exact ends, not hours.
    let unmet = ["alias for the other partner", "end of the consent, by the hour"];
    for (kind, _) in TABLE.iter().filter(|(kind, _)| !unmet.contains(kind)) {
        assert!(searched.met.contains(&(Side::Team, kind)), "the team meets {kind}");
    }
    assert!(searched.met.contains(&(Side::Recipient, "alias")) && searched.met.contains(&(Side::Coordinator, "area")));
    println!("{} raw answers were searched", searched.answers);
    assert!(searched.too_costly * 10 < searched.answers, "{} questions cost too much", searched.too_costly);
    assert!(searched.answers >= wanted, "{} answers of {all} questions", searched.answers);
}
