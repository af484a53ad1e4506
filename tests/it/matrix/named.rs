//! Rules of the domain reference that need every role at once, by their names.

use super::objects::Object;
use super::questions::{Question, questions};
use super::{Ask, Matrix, PATHS, Path};
use crate::kit::schema::SCHEMA;
use crate::kit::steps::{girl_of_sixteen, merged, organization_id, text};
use crate::kit::world::{LAWYERS, Person, on_both_databases};
use relais::domain::id::{CaseId, ConsentId, DemandId, Identifier, ReferralId};
use relais::policy::table::Action;
use serde_json::{Value, json};

/// What is linked to a person.
fn paths_to_persons() -> impl Iterator<Item = &'static Path> {
    PATHS.iter().filter(|path| path.type_name != "Service")
}

on_both_databases! {
    async fn p_16_system_administrators_and_auditors_read_no_content_and_analysts_no_row(world: World) {
        let matrix = Box::pin(Matrix::settle(world)).await;
        for handle in ["system administrator", "auditor", "auditor without a project", "analyst", "directory editor"] {
            let person = matrix.person(handle);
            for path in paths_to_persons() {
                let told = path.read(&matrix, person).await;
                assert!(told.iter().all(Value::is_null), "{handle} reads {} by {}: {told:?}", path.type_name, path.name);
            }
            let document = format!("{{ caseBySpokenCode(spokenCode: \"{}\") {{ id }} }}", matrix.objects.spoken_code);
            assert_eq!(matrix.world.ask(person, &document, json!({})).await.code(), "FORBIDDEN", "{handle}");
            // A notice names no content, and everybody has seen the own ones; auditors judge broken glasses, of
            // which they read who broke one and why, and not the case.
            // Entries of the directory are of no person: everybody on the staff stops and corrects one, editors keep it.
            let of_directory = |action| match action {
                Action::SuggestCorrection | Action::MarkDoNotUse => true,
                Action::EditEntry | Action::TellCapacity | Action::ConfirmEntry | Action::DecideProposal => {
                    handle == "directory editor"
                }
                _ => false,
            };
            let is_open = |action| {
                action == Action::ReadNotices
                    || of_directory(action)
                    || (handle.starts_with("auditor") && action == Action::ReviewGlass)
                    // Whom to call with what happened, and nothing of what that is.
                    || (handle == "system administrator" && matches!(action, Action::KeepWebhooks | Action::KeepDevices))
            };
            let is_shut = |question: &&Question| {
                let mut acts = std::iter::once(question.action).chain(question.or.iter().copied());
                question.door.starts_with("Mutation.") && !acts.any(&is_open)
            };
            for question in questions().iter().filter(is_shut) {
                let answer = matrix.world.ask(person, &question.document, question.variables.clone()).await;
                assert_eq!(answer.code(), "FORBIDDEN", "{handle} {}: {}", question.door, answer.text());
            }
            let gaps = "{ serviceGaps(firstMonth: \"2026-11\", lastMonth: \"2026-11\") { cells { persons } } }";
            let code = matrix.world.ask(person, gaps, json!({})).await.code().to_owned();
            assert_eq!(code, if handle == "analyst" { "" } else { "FORBIDDEN" }, "{handle}");
        }
        // The same paths show the team something.
        for path in paths_to_persons() {
            let told = path.read(&matrix, matrix.person("caseworker")).await;
            assert!(path.name == "inbox" || told.iter().any(|told| !told.is_null()), "{} by {}", path.type_name, path.name);
        }
    }
}

/// An id of the same kind, of an object that never was.
fn never(id: &str) -> String {
    let bytes = [0xA7; 16];
    match id.split('_').next() {
        Some("ref") => ReferralId::from_bytes(bytes).to_string(),
        Some("cas") => CaseId::from_bytes(bytes).to_string(),
        Some("con") => ConsentId::from_bytes(bytes).to_string(),
        _ => DemandId::from_bytes(bytes).to_string(),
    }
}

on_both_databases! {
    async fn p_17_a_colleague_who_is_not_of_the_team_finds_nothing_and_meets_the_bytes_of_what_never_was(world: World) {
        let matrix = Box::pin(Matrix::settle(world)).await;
        let colleague = matrix.person("colleague of another team");
        for path in paths_to_persons() {
            let Ask::One { root, .. } = path.ask else { continue };
            let (of, selection) = (path.type_name, SCHEMA.everything(path.type_name));
            let document = format!("query($id: ID!) {{ {root}(id: $id) {{ ... on {of} {selection} }} }}");
            for Object { title, id, .. } in (path.objects)(&matrix.objects) {
                let there = matrix.world.ask(colleague, &document, json!({ "id": id })).await;
                let never = matrix.world.ask(colleague, &document, json!({ "id": never(id) })).await;
                assert_eq!(there.text(), never.text(), "{title} by {root}");
                assert_eq!(there.at(root), &Value::Null, "{title} by {root}");
            }
        }
        for document in ["{ sentReferrals { nodes { id } } }", "{ casesByFileNumber(fileNumber: \"PAN-2026/118\") { id } }"] {
            let answer = matrix.world.ask(colleague, document, json!({})).await;
            assert!(!answer.text().contains("\"id\""), "{}", answer.text());
        }
        let by_code = |code: &str| format!("{{ caseBySpokenCode(spokenCode: \"{code}\") {{ id }} }}");
        let never = relais::domain::spoken_code::SpokenCode::from_chance(0x00F0_F0F0).spelled();
        let there = matrix.world.ask(colleague, &by_code(&matrix.objects.spoken_code), json!({})).await;
        let never = matrix.world.ask(colleague, &by_code(&never), json!({})).await;
        assert_eq!(there.text(), never.text());
    }
}

impl Matrix {
    /// Everything that somebody can be told by any path, as one text.
    async fn everything(&self, person: &Person) -> String {
        let mut everything = String::new();
        for path in PATHS {
            for told in path.read(self, person).await {
                everything.push_str(&told.to_string());
            }
        }
        let document = "query($after: String) { list: services(first: SIZE, after: $after, filter: { verdicts: [MATCH, TO_CONFIRM, NO] }) \
            { nodes { id needs organization { id name } } pageInfo { endCursor hasNextPage } } }";
        for node in self.pages(person, document, "nodes").await {
            everything.push_str(&node.to_string());
        }
        let gaps = "{ serviceGaps(firstMonth: \"2026-11\", lastMonth: \"2026-11\") { cells { need persons } } }";
        everything + &self.world.ask(person, gaps, json!({})).await.text()
    }
}

on_both_databases! {
    async fn p_12_what_concerns_gender_based_violence_is_nowhere_for_people_without_training(world: World) {
        let matrix = Box::pin(Matrix::settle(world)).await;
        let needs = ["HEALTH_SEXUAL_VIOLENCE_CARE", "SHELTER_WOMEN_SAFE", "PROT_GBV_CASE_MANAGEMENT"];
        let services: Vec<&String> = matrix
            .objects
            .services
            .iter()
            .filter(|service| service.title.ends_with("against violence"))
            .map(|service| &service.id)
            .collect();
        assert!(services.len() > 3);
        for handle in ["nobody", "untrained caseworker", "untrained coordinator", "untrained analyst",
            "untrained protection lead of Paris", "untrained agent of the hospital", "lawyer", "another partner"]
        {
            let everything = matrix.everything(matrix.person(handle)).await;
            for trace in needs.iter().map(|need| (*need).to_owned()).chain(services.iter().map(|id| (*id).clone())) {
                assert!(!everything.contains(&trace), "{handle} meets {trace}");
            }
        }
        for (handle, count) in [("caseworker", 2), ("coordinator", 2), ("analyst", 1), ("agent of the hospital", 1)] {
            let everything = matrix.everything(matrix.person(handle)).await;
            let met = needs.iter().filter(|need| everything.contains(**need)).count();
            assert!(met >= count, "{handle} is trained and meets {met}");
        }
    }
}

/// Every page of every list that somebody can ask for, with every filter, as bytes.
async fn lists(matrix: &Matrix, person: &Person) -> Vec<String> {
    let mut told = Vec::new();
    for list in ["inbox", "sentReferrals"] {
        for open in ["", "open: true, ", "open: false, "] {
            let document = format!(
                "query($after: String) {{ {list}({open}first: 2, after: $after) {{ edges {{ cursor node {{ id status }} }} \
                 pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"
            );
            let mut after = Value::Null;
            loop {
                let answer = matrix.world.ask(person, &document, json!({ "after": after })).await;
                told.push(answer.text());
                let page = answer.json.pointer(&format!("/data/{list}/pageInfo")).cloned().unwrap_or_default();
                after = page["endCursor"].clone();
                if page["hasNextPage"] != true {
                    break;
                }
            }
        }
    }
    let by_number = "{ casesByFileNumber(fileNumber: \"PAN-2026/118\") { id } }";
    told.push(matrix.world.ask(person, by_number, json!({})).await.text());
    told
}

on_both_databases! {
    /// Two worlds, one after the other, that differ only in what is hidden: no page, cursor or filter tells.
    async fn lists_never_count_what_the_viewer_cannot_see(world: World) {
        let matrix = Box::pin(Matrix::settle(world)).await;
        // The colleague has something of its own, so that there is a list.
        let colleague = matrix.person("colleague of another team").clone();
        let case = text(&matrix.world.opened_case(&colleague, girl_of_sixteen()).await["id"]);
        let consent = json!({ "basis": "CHILD_CONSENT_MATURE" });
        let consent = matrix.world.consented(&colleague, &case, &organization_id(LAWYERS), &consent).await;
        let mut ready = matrix.world.ready_for_the_lawyers(&crate::kit::steps::service_id(crate::kit::world::MINORITY_APPEAL), json!({})).await;
        let own = merged(ready.draft.clone(), &json!({ "caseId": case, "consentId": consent }));
        let theirs = std::mem::replace(&mut ready.draft, own);
        ready.sender = colleague;
        for status in ["DRAFT", "REQUESTED", "COMPLETED"] {
            matrix.world.refer(&ready, status).await;
        }
        let handles = ["colleague of another team", "another partner", "agent of the hospital", "analyst", "nobody",
            "coordinator of another project", "protection lead of another organisation"];
        let mut before = Vec::new();
        for handle in handles {
            before.push(lists(&matrix, matrix.person(handle)).await);
        }
        let sees = lists(&matrix, matrix.person("caseworker")).await;
        (ready.sender, ready.draft) = (matrix.person("caseworker").clone(), theirs);
        for status in ["DRAFT", "REQUESTED", "COMPLETED", "DECLINED"] {
            matrix.world.refer(&ready, status).await;
        }
        for (handle, before) in handles.into_iter().zip(before) {
            assert_eq!(lists(&matrix, matrix.person(handle)).await, before, "{handle}");
        }
        assert_ne!(lists(&matrix, matrix.person("caseworker")).await, sees, "there is something to be seen");
    }
}
