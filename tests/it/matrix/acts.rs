//! Who may do what: each door of the API is shut to exactly those to whom the table gives none of its acts, and no
//! word of an act's row can be turned unnoticed.

use super::Matrix;
use super::questions::{Question, questions};
use crate::kit::requirement::announce;
use crate::kit::world::{Person, World, answered, graphql_request};
use relais::app::App;
use relais::domain::account::{Role, TokenScope};
use relais::domain::code::CodeList;
use relais::policy::table::{Act, ActFacts, Action, Content, Table};

/// Somebody of each role, in a project; and who has none.
const HANDLES: [(&str, Option<Role>, bool); 15] = [
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
    ("protection lead", Some(Role::ProtectionLead), false),
    ("admin of the lawyers", Some(Role::PartnerAdmin), false),
    ("analyst without a project", Some(Role::Analyst), false),
    ("directory editor of the lawyers", Some(Role::DirectoryEditor), false),
];

async fn answer(app: &App, table: &'static Table, person: &Person, question: &Question) -> (String, String) {
    let request = graphql_request(person, "en", &question.document, question.variables.clone());
    let answer = answered(app.clone().under(table).router(), request).await;
    (answer.code().to_owned(), answer.text())
}

/// Whether the row gives the act to somebody of this role.
fn is_given(act: &Act, role: Option<Role>, has_project: bool) -> bool {
    act.decide(&ActFacts { role, has_project, token_scopes: None, is_by_link: false }).is_ok()
}

fn act_of(content: &Content, action: Action) -> &Act {
    content.acts.iter().find(|act| act.action == action).expect("every act has a row")
}

#[tokio::test]
async fn each_door_is_shut_to_those_to_whom_the_table_gives_none_of_its_acts() {
    let matrix = Box::pin(Matrix::settle(World::on_sqlite().await)).await;
    let content = Table::standard().content();
    let questions = questions();
    for question in &questions {
        for (handle, role, has_project) in HANDLES {
            let (code, text) = answer(&matrix.world.app, Table::standard(), matrix.person(handle), question).await;
            let mut acts = std::iter::once(&question.action).chain(&question.or);
            let expected = if acts.any(|action| is_given(act_of(content, *action), role, has_project)) {
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

/// What a second lock holds shut: a case is opened, an override asked for, a report recorded and figures are read in one's own project, and
/// without one there is nowhere; nobody has no account to act by.
fn has_a_second_lock(action: Action, what: &str) -> bool {
    (what == "project"
        && matches!(action, Action::OpenCase | Action::RequestOverride | Action::RecordReport | Action::ReadGaps))
        || (what == "nobody" && action != Action::SearchDirectory)
}

#[tokio::test]
async fn no_word_of_an_act_can_be_turned_unnoticed() {
    let matrix = Box::pin(Matrix::settle(World::on_sqlite().await)).await;
    let standard = Table::standard().content();
    // Behind a door that another act opens too, nobody notices that one of them is turned.
    let questions: Vec<_> = questions().into_iter().filter(|question| question.or.is_empty()).collect();
    let (mut count, mut survivors) = (0, Vec::new());
    for (position, act) in standard.acts.iter().enumerate() {
        for (what, act) in turned(act) {
            let action = act.action;
            // What no question reaches lies behind pages, and stands in the reviewed sheet of acts.
            let is_asked = questions.iter().any(|question| question.action == action);
            if has_a_second_lock(action, &what) || !is_asked {
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

/// Every act as people have reviewed it, by what it decides and not by how it is written: whose it is, whether it
/// takes a project, and what a token must be good for. Acts behind pages stand here too.
#[test]
fn every_act_is_whose_people_have_reviewed_it_to_be() {
    let mut sheet = String::new();
    for action in Action::ALL {
        let act = act_of(Table::standard().content(), *action);
        let roles: Vec<&str> =
            Role::ALL.iter().filter(|role| is_given(act, Some(**role), true)).map(|role| role.code()).collect();
        let anybody = Role::ALL.iter().copied().find(|role| is_given(act, Some(*role), true));
        let opens = |scopes: &[TokenScope]| {
            act.decide(&ActFacts { role: anybody, has_project: true, token_scopes: Some(scopes), is_by_link: false })
                .is_ok()
        };
        let scopes: Vec<&str> = TokenScope::ALL.iter().filter(|it| opens(&[**it])).map(|it| it.code()).collect();
        let token = match (opens(&[]), scopes.is_empty()) {
            (true, _) => "any token".to_owned(),
            (false, true) => "no token".to_owned(),
            (false, false) => format!("a token for {}", scopes.join(", ")),
        };
        let nobody = if is_given(act, None, false) { " or nobody" } else { "" };
        let project = if is_given(act, anybody, false) { "" } else { ", in a project" };
        let roles = if roles.len() == Role::ALL.len() { "everybody".to_owned() } else { roles.join(" ") };
        sheet.push_str(&format!("{action}: {roles}{nobody}{project}; {token}\n"));
    }
    insta::assert_snapshot!("acts", sheet);
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
        // Without an identity provider its pages are not there either, and a link that never was is told so by its own page.
        let tells_so_itself = path.starts_with("/sign-in/oidc") || path.starts_with("/o/");
        assert!(served != axum::http::StatusCode::NOT_FOUND || tells_so_itself, "{name}");
        assert_eq!(shut, axum::http::StatusCode::NOT_FOUND, "{name}");
    }
}
