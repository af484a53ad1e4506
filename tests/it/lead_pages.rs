//! The pages of who leads and of the second person: each act once by a form, with what it did seen by the API; what takes two
//! people; and who opens nothing of it.

mod browser;
mod deciding;
mod equals_query;
mod projects;

use crate::kit::browser::Page;
use crate::kit::people::{Enrolled, new_account};
use crate::kit::steps::{Ready, Referred, fresh_key, girl_of_sixteen, organization_id, service_id, text};
use crate::kit::world::{LAWYERS, MINORITY_APPEAL, Person, World, on_both_databases};
use crate::pages::{assert_hardened, assert_well_formed};
use crate::protection::protected;
use axum::http::StatusCode;
use relais::actions::people::{self, NewAccount};
use relais::domain::account::{Account, Role};
use relais::domain::code::CodeList;
use relais::domain::directory::ServiceField;
use relais::domain::id::{AccountId, Identifier as _, NoticeId, OrganizationId, ProjectId, TeamId};
use relais::domain::notice::NoticeKind;
use relais::i18n::{Language, code_key, known_text, text as text_of};
use relais::policy::access::{Access, Viewer};
use relais::policy::rules::permit;
use relais::policy::table::{Entry, Table};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What a page may weigh without its styles.
const MOST_BYTES: usize = 30_000;

/// Somebody at a browser, who can ask the API as well.
struct Both {
    enrolled: Enrolled,
    person: Person,
}

impl Both {
    async fn new(world: &World, handle: &str, role: Role) -> Self {
        let code = world.added(&account(handle, role)).await;
        let enrolled = world.enrol(handle, &code).await;
        Self { person: with_token(world, handle).await, enrolled }
    }

    async fn opens(&mut self, path: &str) -> Page {
        let page = self.enrolled.browser.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text());
        assert_sound(&page, path);
        assert!(!page.html.contains(" checked required>"), "{path}: nothing is chosen beforehand");
        page
    }

    /// Sends a form of the page at `path` about an object.
    async fn sends(&mut self, path: &str, form: &str, object: &str, fields: &[(&str, &str)]) -> Page {
        let token = self.enrolled.browser.get("/account").await.form_token();
        let fields = [&[("form", form), ("object", object)][..], fields].concat();
        self.enrolled.browser.post(path, &token, &fields).await
    }

    /// The same, of what is done by it.
    async fn does(&mut self, path: &str, form: &str, object: &str, fields: &[(&str, &str)]) {
        let page = self.sends(path, form, object, fields).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{path} {form}: {}", page.text());
        let page = self.opens(page.leads_to()).await;
        assert!(page.html.contains("role=\"status\""), "{path} {form}: it says what was done");
    }

    /// The same, of what is refused beside its form.
    async fn is_refused(&mut self, path: &str, form: &str, object: &str, fields: &[(&str, &str)], says: &str) {
        let page = self.sends(path, form, object, fields).await;
        assert!(matches!(page.status.as_u16(), 409 | 422), "{path} {form}: {} {}", page.status, page.text());
        assert!(page.text().contains(says), "{path} {form}: {}", page.text());
        assert!(page.html.contains("role=\"alert\""), "{path} {form}");
        assert_sound(&page, path);
    }
}

/// An account of the clinic, and of the project's first team where its role has one.
fn account(handle: &str, role: Role) -> NewAccount {
    let first = || vec![TeamId::derived("corridor", "project paris").to_string()];
    NewAccount { teams: if role == Role::Caseworker { first() } else { Vec::new() }, ..new_account(handle, role) }
}

async fn with_token(world: &World, handle: &str) -> Person {
    let made = people::create_token_of_everything(world.app.context(), handle, "all", 1).await.expect("a token");
    Person { token: Some(made.text.expose().clone()) }
}

async fn coordinator(world: &World) -> Both {
    Both::new(world, "coordinator-9", Role::Coordinator).await
}

async fn lead(world: &World) -> Both {
    Both::new(world, "lead-9", Role::ProtectionLead).await
}

async fn worker(world: &World) -> Both {
    Both::new(world, "caseworker-9", Role::Caseworker).await
}

#[track_caller]
fn assert_sound(page: &Page, place: &str) {
    assert_hardened(page, place);
    assert_well_formed(&page.html, place);
    assert!(!page.html.contains("Unknown localization"), "{place}: {}", page.html);
    assert!(page.html.len() < MOST_BYTES, "{place}: {} bytes", page.html.len());
}

fn project(key: &str) -> String {
    ProjectId::derived("corridor", key).to_string()
}

async fn ready(world: &World) -> Ready {
    world.ready_for_the_lawyers(&service_id(MINORITY_APPEAL), json!({})).await
}

/// Somebody asks to refer without a consent; its id.
async fn override_asked(world: &World, by: &Person) -> String {
    let case = text(&world.opened_case(by, girl_of_sixteen()).await["id"]);
    let input = json!({ "idempotencyKey": fresh_key(), "caseId": case, "recipientId": organization_id(LAWYERS),
        "basis": "VITAL_INTEREST", "reason": "CANNOT_DECIDE", "contactRule": "PERSON_WILL_COME" });
    text(&world.done(by, "consentOverrideRequest", &input).await["id"])
}

/// Somebody records that a report was made; its id.
async fn report_recorded(world: &World, by: &Person) -> String {
    let case = text(&world.opened_case(by, girl_of_sixteen()).await["id"]);
    let input = json!({ "idempotencyKey": fresh_key(), "caseId": case, "authority": "CHILD_PROTECTION",
        "reportedOn": "2026-11-23", "information": "CONTRARY_TO_INTEREST" });
    text(&world.done(by, "statutoryReportRecord", &input).await["id"])
}

/// Somebody records a decision in a child's best interests; the consent's id.
async fn decision_recorded(world: &World, by: &Person) -> String {
    let case = text(&world.opened_case(by, girl_of_sixteen()).await["id"]);
    let said = json!({ "basis": "BEST_INTERESTS_TWO_PERSON", "assent": "NOT_CAPABLE" });
    world.consented(by, &case, &organization_id(LAWYERS), &said).await
}

/// A referral ends with harm; the incident's id.
async fn harmed(world: &World, ready: &Ready, by: &Person) -> String {
    let accepted = world.refer(ready, "ACCEPTED").await;
    let harm = json!({ "referralId": accepted.id, "expectedVersion": accepted.version, "outcome": "HARM_REPORTED" });
    world.done(&ready.recipient, "referralNotRealise", &harm).await;
    text(world.ask(by, "{ incidents { id } }", json!({})).await.at("incidents/0/id"))
}

/// Somebody opens the case of a referral from outside its team; the glass's id.
async fn opened(world: &World, by: &Person, referral: &Referred) -> String {
    let input = json!({ "case": { "referralId": referral.id }, "reason": "LIFE_AT_RISK" });
    text(&world.done(by, "breakGlassOpen", &input).await["id"])
}

/// Somebody suggests a correction; the proposal's id.
async fn suggested(world: &World, by: &Person, fees: &str) -> String {
    let input = json!({ "serviceId": service_id(MINORITY_APPEAL), "changes": { "fees": fees } });
    world.act(by, "serviceCorrectionSuggest", &input).await;
    let list = "{ directoryProposals(status: OPEN) { nodes { id } } }";
    text(world.ask(&world.person("coordinator"), list, json!({})).await.at("directoryProposals/nodes/0/id"))
}

/// A node as somebody sees it.
async fn node(world: &World, person: &Person, id: &str, on: &str) -> Value {
    world
        .ask(person, &format!("query($id: ID!) {{ node(id: $id) {{ ... on {on} }} }}"), json!({ "id": id }))
        .await
        .at("node")
        .clone()
}

on_both_databases! {
    async fn notices_are_sentences_that_lead_on_and_are_seen_by_one(world: World) {
        let world = protected(world).await;
        let mut coordinator = coordinator(&world).await;
        let mut lead = lead(&world).await;
        let caseworker = world.person("caseworker");
        override_asked(&world, &caseworker).await;
        report_recorded(&world, &caseworker).await;
        let page = coordinator.opens("/notices").await;
        assert!(page.text().contains("Somebody asks to refer without a consent"), "{}", page.text());
        for place in ["/reviews/overrides", "/reviews/reports"] {
            assert!(page.html.contains(&format!("href=\"{place}\"")), "{place}: {}", page.html);
        }
        let notice = page.after("name=\"notice\" value=\"");
        for _ in 0..2 {
            let answer = coordinator.enrolled.browser.post("/notices", &page.form_token(), &[("notice", &notice)]).await;
            assert_eq!(answer.leads_to(), "/notices?done=lead-seen", "{}", answer.text());
        }
        let seen = async |person: &Person| {
            let answer = world.ask(person, "{ notices { id seenAt } }", json!({})).await;
            let notices = answer.at("notices").as_array().expect("notices").clone();
            notices.iter().filter(|it| !it["seenAt"].is_null()).map(|it| text(&it["id"])).collect::<Vec<_>>()
        };
        assert_eq!(seen(&coordinator.person).await, std::slice::from_ref(&notice));
        assert_eq!(seen(&lead.person).await, Vec::<String>::new(), "it stays new for the others");
        let page = coordinator.opens("/notices?done=lead-seen").await;
        assert_eq!(page.html.matches("name=\"notice\"").count(), 1, "what was seen has no button");
        assert_eq!(lead.opens("/notices").await.html.matches("name=\"notice\"").count(), 2);
        // A notice of nobody, and of somebody else, are answered alike.
        let never = NoticeId::from_bytes([7; 16]).to_string();
        let mut stranger = Both::new(&world, "analyst-9", Role::Analyst).await;
        let token = stranger.enrolled.browser.get("/account").await.form_token();
        let answers = [&notice, &never].map(|id| [("notice", id.as_str())]);
        let [other, none] = answers;
        let other = stranger.enrolled.browser.post("/notices", &token, &other).await;
        let none = stranger.enrolled.browser.post("/notices", &token, &none).await;
        assert_eq!((other.status, &other.html), (StatusCode::NOT_FOUND, &none.html));
    }

    async fn a_worker_is_led_to_the_referral_of_the_own_team_and_a_partner_to_the_request(world: World) {
        let world = protected(world).await;
        let mut worker = worker(&world).await;
        let ready = ready(&world).await;
        let accepted = world.refer(&ready, "ACCEPTED").await;
        let message = json!({ "referralId": accepted.id, "expectedVersion": accepted.version, "text": "Tuesday suits us." });
        world.done(&ready.recipient, "referralMessageSend", &message).await;
        let page = worker.opens("/notices").await;
        assert!(page.html.contains(&format!("href=\"/work/{}\"", accepted.id)), "{}", page.html);
        assert!(page.text().contains("The other side of a referral has written"), "{}", page.text());
    }

    async fn a_long_list_of_notices_has_pages_that_stay_light_in_three_languages(world: World) {
        let world = protected(world).await;
        let mut coordinator = coordinator(&world).await;
        let caseworker = world.person("caseworker");
        for _ in 0..25 {
            decision_recorded(&world, &caseworker).await;
        }
        for language in ["fr", "en", "ar"] {
            coordinator.enrolled.browser.language = language;
            for path in ["/notices", "/notices?from=20", "/reviews", "/reviews/consents", "/reviews/consents?from=8"] {
                let page = coordinator.opens(&format!("{path}{}language={language}", if path.contains('?') { '&' } else { '?' })).await;
                assert_eq!(page.html.contains("from=16"), path.ends_with("from=8"), "{path}");
            }
        }
    }

    async fn who_may_not_open_a_page_gets_what_nobody_gets(world: World) {
        let world = protected(world).await;
        let doors = Table::standard().content().doors.iter();
        let never = ProjectId::from_bytes([7; 16]).to_string();
        let doors: Vec<(String, &Entry)> = doors
            .filter_map(|door| Some((door.name.strip_prefix("GET ")?, &door.entry)))
            .filter(|(path, _)| path.starts_with("/reviews") || path.starts_with("/projects") || *path == "/notices")
            .map(|(path, entry)| (path.replace("{id}", &never), entry))
            .collect();
        assert_eq!(doors.len(), 12, "{doors:?}");
        for role in Role::ALL.iter().copied() {
            let handle = format!("{}-9", role.code().replace('_', "-"));
            let code = world.added(&account(&handle, role)).await;
            let mut person = world.enrol(&handle, &code).await;
            let access = access_of(role);
            let mut closed = BTreeSet::new();
            for (path, entry) in &doors {
                let Entry::Acts(acts) = entry else { panic!("{path} is for somebody") };
                let may = acts.iter().any(|act| permit(&access, *act).is_ok());
                let page = person.browser.get(path).await;
                let is_open = may && !path.ends_with(&never);
                let is_empty_list = may && path.ends_with("/left");
                assert_eq!(page.status == StatusCode::OK, is_open || is_empty_list, "{role} {path}: {}", page.status);
                if page.status == StatusCode::NOT_FOUND {
                    closed.insert(page.html);
                } else {
                    assert_sound(&page, path);
                }
            }
            closed.insert(person.browser.get(&format!("/projects/{}", project("sureau"))).await.html);
            closed.insert(person.browser.get("/projects/x").await.html);
            assert_eq!(closed.len(), 1, "{role}");
            // The navigation leads to what may be opened, and to nothing else.
            let home = person.browser.get("/account").await;
            for path in ["/notices", "/reviews", "/projects"] {
                let opens = doors.iter().any(|(door, entry)| {
                    matches!(entry, Entry::Acts(acts) if door == path && acts.iter().any(|act| permit(&access, *act).is_ok()))
                });
                let is_partner = matches!(role, Role::PartnerAgent | Role::PartnerAdmin);
                assert_eq!(home.html.contains(&format!("<a href=\"{path}\">")), opens && !is_partner, "{role} {path}");
            }
        }
    }
}

/// The access of an account of this role with the standing of who enrols here.
fn access_of(role: Role) -> Access {
    let account = Account {
        id: AccountId::from_bytes([7; 16]),
        handle: "nine".to_owned(),
        role,
        organization_id: OrganizationId::from_bytes([7; 16]),
        project_id: role.needs_project().then(|| ProjectId::from_bytes([7; 16])),
        team_ids: Vec::new(),
        is_trained: true,
    };
    Access::new(Viewer::Staff(account), Table::standard())
}

/// Every code of a list has its text in three languages, and Arabic has its own.
fn assert_told<T: CodeList>(prefix: &str) {
    for code in T::ALL.iter().copied() {
        let key = code_key(prefix, code);
        for language in [Language::French, Language::English, Language::Arabic] {
            assert!(known_text(language, &key).is_some(), "{key} in {}", language.tag());
        }
        assert_ne!(text_of(Language::Arabic, &key), text_of(Language::French, &key), "{key}");
    }
}

#[test]
fn every_code_explains_itself_in_three_languages() {
    use relais::domain::{
        consent_override, directory_edit, duplicates, freeze, glass, incident, refusal, revocation, statutory_report,
    };
    assert_told::<NoticeKind>("notice");
    assert_told::<consent_override::OverrideStatus>("override");
    assert_told::<consent_override::OverrideReason>("override-reason");
    assert_told::<statutory_report::ReportAuthority>("authority");
    assert_told::<statutory_report::ReportInformation>("report-information");
    assert_told::<glass::GlassReason>("glass-reason");
    assert_told::<glass::GlassVerdict>("verdict-glass");
    assert_told::<incident::IncidentResolution>("resolution");
    assert_told::<directory_edit::ProposalKind>("proposal");
    assert_told::<directory_edit::ProposalReason>("proposal-reason");
    assert_told::<ServiceField>("entry-field");
    assert_told::<duplicates::DuplicateReason>("duplicate");
    assert_told::<freeze::ProjectStatus>("project-status");
    assert_told::<revocation::RevocationReason>("revocation");
    assert_told::<refusal::ProtectionProblem>("protection");
}
