//! Who may do what: each door of the API is shut to exactly those to whom the table gives none of its acts, and no
//! word of an act's row can be turned unnoticed.

use super::Matrix;
use crate::kit::requirement::announce;
use crate::kit::steps::{fresh_key, mutation, organization_id, service_id};
use crate::kit::world::{LAWYERS, Person, World, answered, graphql_request};
use relais::app::App;
use relais::domain::account::{Role, TokenScope};
use relais::domain::code::CodeList;
use relais::domain::id::{CaseId, ConsentId, DemandId, Identifier, ReferralId};
use relais::policy::table::{Act, ActFacts, Action, Content, Entry, Table};
use serde_json::{Value, json};

/// A question through one door that rests on one act.
struct Question {
    door: &'static str,
    action: Action,
    document: String,
    variables: Value,
}

/// Somebody of each role, in a project; and who has none.
const HANDLES: [(&str, Option<Role>, bool); 12] = [
    ("nobody", None, false),
    ("caseworker", Some(Role::Caseworker), true),
    ("agent with a project", Some(Role::PartnerAgent), true),
    ("coordinator", Some(Role::Coordinator), true),
    ("protection lead of Paris", Some(Role::ProtectionLead), true),
    ("admin with a project", Some(Role::PartnerAdmin), true),
    ("directory editor", Some(Role::DirectoryEditor), true),
    ("analyst", Some(Role::Analyst), true),
    ("auditor", Some(Role::Auditor), true),
    ("system administrator", Some(Role::SystemAdministrator), true),
    ("lawyer", Some(Role::PartnerAgent), false),
    ("analyst without a project", Some(Role::Analyst), false),
];

fn never<T: Identifier>() -> String {
    T::from_bytes([0xA7; 16]).to_string()
}

fn query(door: &'static str, action: Action, asked: String) -> Question {
    Question { door, action, document: format!("{{ {asked} }}"), variables: json!({}) }
}

fn queries() -> Vec<Question> {
    let service = service_id("of nothing");
    let by_id = |root: &str, id: &str| format!("{root}(id: \"{id}\") {{ __typename }}");
    vec![
        query("Query.viewer", Action::ReadOwnAccount, "viewer { id }".to_owned()),
        query("Query.services", Action::SearchDirectory, "services(first: 1) { nodes { id } }".to_owned()),
        query("Query.service", Action::SearchDirectory, by_id("service", &service)),
        query("Query.organization", Action::SearchDirectory, by_id("organization", &organization_id("of nothing"))),
        query("Query.referral", Action::ReadReferral, by_id("referral", &never::<ReferralId>())),
        query("Query.inbox", Action::ReadReferral, "inbox(first: 1) { nodes { id } }".to_owned()),
        query("Query.sentReferrals", Action::ReadReferral, "sentReferrals(first: 1) { nodes { id } }".to_owned()),
        query("Query.caseBySpokenCode", Action::ReadCase, "caseBySpokenCode(spokenCode: \"x\") { id }".to_owned()),
        query("Query.casesByFileNumber", Action::ReadCase, "casesByFileNumber(fileNumber: \"x\") { id }".to_owned()),
        query(
            "Query.serviceGaps",
            Action::ReadGaps,
            "serviceGaps(firstMonth: \"2026-11\", lastMonth: \"2026-11\") { threshold }".to_owned(),
        ),
        query("Query.node", Action::SearchDirectory, by_id("node", &service)),
        query("Query.node", Action::ReadReferral, by_id("node", &never::<ReferralId>())),
        query("Query.node", Action::ReadCase, by_id("node", &never::<CaseId>())),
        query("Query.node", Action::RecordConsent, by_id("node", &never::<ConsentId>())),
        query("Query.node", Action::RecordDemand, by_id("node", &never::<DemandId>())),
    ]
}

/// Acts on what never was, so that nothing happens to whom they are not refused.
fn mutations() -> Vec<Question> {
    let act = |door: &'static str, action, input: Value| {
        let name = door.trim_start_matches("Mutation.");
        Question { door, action, document: mutation(name), variables: json!({ "input": input }) }
    };
    let (case, consent, key) = (never::<CaseId>(), never::<ConsentId>(), fresh_key());
    let step = |more: Value| {
        crate::kit::steps::merged(json!({ "referralId": never::<ReferralId>(), "expectedVersion": 1 }), &more)
    };
    let consents = json!({ "idempotencyKey": key, "caseId": case, "recipientId": organization_id(LAWYERS),
        "basis": "SELF_INFORMED", "fieldScope": ["AGE_BAND"], "modality": "VERBAL", "language": "fr", "explained": ["RISKS"] });
    let refers = json!({ "idempotencyKey": key, "caseId": case, "serviceId": service_id("of nothing"),
        "need": "SOL_ETM", "consentId": consent });
    let demands = json!({ "idempotencyKey": key, "caseId": case, "need": "SOL_ETM", "result": "UNMET_FULL" });
    vec![
        // Without an area: it is refused as data by whoever may do it.
        act("Mutation.caseOpen", Action::OpenCase, json!({ "idempotencyKey": key, "person": {} })),
        act("Mutation.consentRecord", Action::RecordConsent, consents),
        act("Mutation.demandRecord", Action::RecordDemand, demands),
        act("Mutation.referralCreate", Action::CreateReferral, refers),
        act("Mutation.referralSend", Action::CreateReferral, step(json!({}))),
        act("Mutation.referralAcknowledge", Action::AnswerReferral, step(json!({}))),
        act("Mutation.referralAccept", Action::AnswerReferral, step(json!({}))),
        act("Mutation.referralDecline", Action::AnswerReferral, step(json!({ "code": "FULL" }))),
        act("Mutation.referralStart", Action::AnswerReferral, step(json!({}))),
        act("Mutation.referralComplete", Action::AnswerReferral, step(json!({ "outcome": "SERVICE_RECEIVED" }))),
    ]
}

fn questions() -> Vec<Question> {
    queries().into_iter().chain(mutations()).collect()
}

async fn answer(app: &App, table: &'static Table, person: &Person, question: &Question) -> (String, String) {
    let request = graphql_request(person, "en", &question.document, question.variables.clone());
    let answer = answered(app.clone().under(table).router(), request).await;
    (answer.code().to_owned(), answer.text())
}

/// Whether the row gives the act to somebody of this role.
fn is_given(act: &Act, role: Option<Role>, has_project: bool) -> bool {
    act.decide(&ActFacts { role, has_project, token_scopes: None }).is_ok()
}

fn act_of(content: &Content, action: Action) -> &Act {
    content.acts.iter().find(|act| act.action == action).expect("every act has a row")
}

#[tokio::test]
async fn each_door_is_shut_to_those_to_whom_the_table_gives_none_of_its_acts() {
    let matrix = Matrix::settle(World::on_sqlite().await).await;
    let content = Table::standard().content();
    let questions = questions();
    for door in content.doors.iter() {
        let Entry::Acts(acts) = &door.entry else { continue };
        let asked: Vec<Action> = questions.iter().filter(|it| it.door == door.name).map(|it| it.action).collect();
        assert_eq!(asked, *acts, "{} is asked for each of its acts, and no other", door.name);
    }
    for question in &questions {
        for (handle, role, has_project) in HANDLES {
            let (code, text) = answer(&matrix.world.app, Table::standard(), matrix.person(handle), question).await;
            let expected = if is_given(act_of(content, question.action), role, has_project) {
                code != "FORBIDDEN" && code != "UNAUTHENTICATED"
            } else {
                code == if role.is_some() { "FORBIDDEN" } else { "UNAUTHENTICATED" }
            };
            assert!(expected, "{handle} at {} for {}: {text}", question.door, question.action);
        }
    }
}

/// An act with one word of its row turned, and what was turned.
fn turned(act: &Act) -> Vec<(String, Act)> {
    let mut turned: Vec<(String, Act)> = Role::ALL
        .iter()
        .map(|role| {
            let mut act = act.clone();
            match act.roles.iter().position(|known| known == role) {
                Some(at) => drop(act.roles.remove(at)),
                None => act.roles.push(*role),
            }
            (role.to_string(), act)
        })
        .collect();
    turned.push(("project".to_owned(), Act { needs_project: !act.needs_project, ..act.clone() }));
    turned.push(("nobody".to_owned(), Act { is_for_everybody: !act.is_for_everybody, ..act.clone() }));
    turned
}

/// What a second lock holds shut: a case is opened in one's own project, and without one there is nowhere; nobody
/// has no account to act by.
fn has_a_second_lock(action: Action, what: &str) -> bool {
    (what == "project" && action == Action::OpenCase) || (what == "nobody" && action != Action::SearchDirectory)
}

#[tokio::test]
async fn no_word_of_an_act_can_be_turned_unnoticed() {
    let matrix = Matrix::settle(World::on_sqlite().await).await;
    let standard = Table::standard().content();
    let questions = questions();
    let (mut count, mut survivors) = (0, Vec::new());
    for (position, act) in standard.acts.iter().enumerate() {
        for (what, act) in turned(act) {
            let action = act.action;
            if has_a_second_lock(action, &what) {
                continue;
            }
            count += 1;
            let mut content = standard.clone();
            content.acts[position] = act;
            // Leaked on purpose: a table lives as long as the process.
            let table: &'static Table = Box::leak(Box::new(Table::new(content)));
            let mut is_noticed = false;
            for question in questions.iter().filter(|question| question.action == action) {
                for (handle, ..) in HANDLES {
                    let before = answer(&matrix.world.app, Table::standard(), matrix.person(handle), question).await;
                    let after = answer(&matrix.world.app, table, matrix.person(handle), question).await;
                    is_noticed |= before.1 != after.1;
                }
                if is_noticed {
                    break;
                }
            }
            if !is_noticed {
                survivors.push(format!("{action}: {what}"));
            }
        }
    }
    announce(&format!("{count} words of acts were turned"));
    assert!(survivors.is_empty(), "nobody notices {survivors:?}");
}

/// What each scope of a token opens of what its owner may do: reviewed, not computed.
#[test]
fn a_token_opens_what_its_scope_says_and_no_more() {
    let mut sheet = String::new();
    for action in Action::ALL {
        let act = act_of(Table::standard().content(), *action);
        let role = act.roles.first().copied();
        let opens = |scopes: &[TokenScope]| {
            act.decide(&ActFacts { role, has_project: true, token_scopes: Some(scopes) }).is_ok()
        };
        let scopes: Vec<&str> = TokenScope::ALL.iter().filter(|scope| opens(&[**scope])).map(|it| it.code()).collect();
        let alone = if opens(&[]) { "any token" } else { "" };
        sheet.push_str(&format!(
            "{:20}{alone}{}\n",
            action.code(),
            if alone.is_empty() { scopes.join(" ") } else { String::new() }
        ));
    }
    insta::assert_snapshot!("scopes_of_tokens", sheet);
}

#[tokio::test]
async fn a_route_that_is_no_door_is_not_served() {
    let world = World::on_sqlite().await;
    for name in App::doors() {
        let mut content = Table::standard().content().clone();
        content.doors.retain(|door| door.name != name);
        let table: &'static Table = Box::leak(Box::new(Table::new(content)));
        let (method, path) = name.split_once(' ').expect("a method and a path");
        let request = || {
            let request = axum::http::Request::builder().method(method).uri(path);
            request.body(axum::body::Body::empty()).expect("a request")
        };
        let served = answered(world.router(), request()).await.status;
        let shut = answered(world.app.clone().under(table).router(), request()).await.status;
        assert_ne!(served, axum::http::StatusCode::NOT_FOUND, "{name}");
        assert_eq!(shut, axum::http::StatusCode::NOT_FOUND, "{name}");
    }
}
