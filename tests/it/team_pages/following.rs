//! What a team does with a referral from its page: the same acts as by the API, each with what it says.

use super::{GIRL, assert_sound, choose, find, lawyers, refer_form, referred, said, value_of, worker};
use crate::kit::browser::{Browser, Page};
use crate::kit::loop_calls::{Referral, organization, to_the_lawyers};
use crate::kit::people::new_account;
use crate::kit::world::{World, on_both_databases};
use crate::partner_pages::{agent, done as answered, forms};
use axum::http::StatusCode;
use relais::actions::people::NewAccount;
use relais::domain::account::Role;
use relais::domain::id::{Identifier as _, ReferralId};
use serde_json::json;

/// Who runs another project.
const SUREAU: &str = "241042b0-bdff-4316-9ca7-4c214e1f3b23";

/// Sends one form of the referral's page, as its fields stand there.
async fn sends(browser: &mut Browser, address: &str, form: &str, fields: &[(&str, &str)]) -> Page {
    let page = browser.get(address).await;
    assert!(page.html.contains(&format!("name=\"form\" value=\"{form}\"")), "no form {form}: {}", page.text());
    let (version, seen) = (page.after("name=\"version\" value=\""), page.after("name=\"seen\" value=\""));
    let own = [("form", form), ("version", version.as_str()), ("seen", seen.as_str())];
    browser.post(address, &page.form_token(), &[&own, fields].concat()).await
}

/// Sends a form that has to be accepted; the page that follows.
async fn done(browser: &mut Browser, address: &str, form: &str, fields: &[(&str, &str)]) -> Page {
    let answer = sends(browser, address, form, fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{form}: {}", answer.text());
    let page = browser.get(answer.leads_to()).await;
    assert_sound(&page, form);
    assert!(page.html.contains("role=\"status\""), "{form}: it says what was done");
    page
}

fn of(address: &str) -> Referral {
    let id = address.rsplit('/').next().expect("an id");
    Referral { id: id.to_owned(), version: 0 }
}

async fn status(world: &World, address: &str) -> String {
    world.read("caseworker", &of(address)).await["status"].as_str().expect("a state").to_owned()
}

on_both_databases! {
    async fn the_answers_that_a_team_is_told_are_recorded_as_told_to_it(world: World) {
        let mut worker = worker(&world).await;
        let browser = &mut worker.browser;
        let address = referred(browser).await;
        let page = browser.get(&address).await;
        assert_sound(&page, "sent");
        done(browser, &address, "move-told", &[("choice", "acknowledge")]).await;
        done(browser, &address, "move-told", &[("choice", "accept")]).await;
        assert_eq!(status(&world, &address).await, "ACCEPTED");
        let page = browser.get(&address).await;
        assert!(page.text().contains("recorded by you, as you were told"), "{}", page.text());
        assert!(page.html.contains("class=\"spoken\""), "the two words stand there");
        assert!(page.html.contains("href=\"/sheets/"), "the sheet is one step away");
        let slip = sends(browser, &address, "move-slip", &[]).await;
        assert!(slip.status == StatusCode::OK && slip.text().contains("Code to write on the slip"), "{}", slip.text());
        let code = sends(browser, &address, "move-code", &[]).await;
        assert!(code.text().contains("Code to say to the directory"), "{}", code.text());
        assert!(!browser.get(&address).await.text().contains("Code to write on the slip:"), "it is shown once");
        done(browser, &address, "move-handover", &[("choice", "phone")]).await;
        done(browser, &address, "move-start", &[]).await;
        let last = done(browser, &address, "move-outcome", &[("choice", "service_received")]).await;
        assert_eq!(status(&world, &address).await, "COMPLETED");
        assert_eq!(forms(&last), ["move-reopen", "move-error"]);
        done(browser, &address, "move-reopen", &[]).await;
        assert_eq!(status(&world, &address).await, "IN_SERVICE");
    }

    async fn a_question_is_answered_and_messages_go_both_ways(world: World) {
        let (mut worker, mut agent) = (worker(&world).await, agent(&world).await);
        let browser = &mut worker.browser;
        let address = referred(browser).await;
        let referral = of(&address);
        answered(&mut agent.browser, &referral, "decide", &[("choice", "acknowledge")]).await;
        answered(&mut agent.browser, &referral, "ask", &[("choice", "latest_day"), ("typed", "")]).await;
        let work = browser.get("/work").await;
        assert!(work.text().contains("For you to do\n") && work.text().contains("The service asks a question"), "{}", work.text());
        let page = browser.get(&address).await;
        assert!(page.text().contains("By which day at the latest"), "{}", page.text());
        let missing = sends(browser, &address, "move-answer", &[("choice", "typed"), ("typed", "")]).await;
        assert!(missing.status == StatusCode::UNPROCESSABLE_ENTITY && missing.text().contains("Give a day"), "{}", missing.text());
        done(browser, &address, "move-answer", &[("choice", "typed"), ("typed", "2026-12-01")]).await;
        assert_eq!(status(&world, &address).await, "ACKNOWLEDGED");
        answered(&mut agent.browser, &referral, "decide", &[("choice", "accept")]).await;
        answered(&mut agent.browser, &referral, "message", &[("typed", "Mardi à 10 h ?")]).await;
        let page = browser.get(&address).await;
        assert!(page.text().contains("Mardi à 10 h ?"), "{}", page.text());
        done(browser, &address, "move-read", &[]).await;
        done(browser, &address, "move-message", &[("typed", "Tuesday suits us.")]).await;
    }

    async fn the_next_whom_the_person_named_is_asked_in_one_tap(world: World) {
        let mut worker = worker(&world).await;
        let browser = &mut worker.browser;
        let (found, page) = find(browser, &GIRL).await;
        let ids: Vec<&str> = page.html.split("name=\"service\" type=\"checkbox\" value=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let others: Vec<&str> = ids.iter().copied().filter(|id| *id != lawyers()).collect();
        assert!(!others.is_empty(), "{}", page.text());
        let asked_first = lawyers();
        let fields = [("service", asked_first.as_str()), ("service", others[0]), ("do", "refer")];
        let refer = choose(browser, &found, &fields).await;
        let page = browser.get(&refer).await;
        let (other, whose) = (value_of(&page, "told-1"), value_of(&page, "organization-1"));
        let mut fields = said(&page, &[("told-1", &other), ("organization-1", &whose), ("answer-1", "accepted")]);
        for (name, value) in ["0", "1"].iter().flat_map(|number| consequences(&page, number)) {
            fields.push((name, value));
        }
        let sent = browser.post(&refer, &page.form_token(), &fields).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());
        let address = sent.leads_to().split('?').next().expect("an address").to_owned();
        done(browser, &address, "move-decline", &[("choice", "full")]).await;
        let work = browser.get("/work").await;
        assert!(work.text().contains("Came to nothing: ask another"), "{}", work.text());
        let answer = sends(browser, &address, "move-reroute-call", &[]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text());
        let next = answer.leads_to().split('?').next().expect("an address").to_owned();
        assert_ne!(next, address);
        let page = browser.get(&next).await;
        assert!(page.html.contains(&format!("href=\"{address}\"")), "it says in whose place it stands");
        // Sent again after a cut it is the same one.
        assert_eq!(world.rows("referrals").await.len(), 2);
    }

    async fn withdrawing_cancelling_and_mistakes_end_it_at_once(world: World) {
        let mut worker = worker(&world).await;
        for (form, choice, expected) in [
            ("move-withdraw", "yes", "WITHDRAWN"),
            ("move-cancel", "not_safe", "CANCELLED"),
            ("move-error", "trial", "ENTERED_IN_ERROR"),
        ] {
            let browser = &mut worker.browser;
            let address = referred(browser).await;
            let unsure = sends(browser, &address, form, &[]).await;
            assert_eq!(unsure.status, StatusCode::UNPROCESSABLE_ENTITY, "{form}: nothing is done without a choice");
            let page = done(browser, &address, form, &[("choice", choice)]).await;
            assert_eq!(status(&world, &address).await, expected, "{}", page.text());
        }
    }

    async fn a_person_withdraws_all_of_it_at_once_and_her_no_counts_for_what_she_said_before(world: World) {
        let mut worker = worker(&world).await;
        let browser = &mut worker.browser;
        let address = referred(browser).await;
        let page = browser.get(&address).await;
        let case = page.html.split("href=\"/cases/").nth(1).and_then(|rest| rest.split('"').next()).expect("a case");
        let case = format!("/cases/{case}");
        // Asked again about the same service, she says no: what she had agreed to before is withdrawn.
        let answer = browser.submit(&case, &case, &[("do", "find")]).await;
        let form = browser.get(answer.leads_to()).await;
        let from = value_of(&form, "from");
        let answer = browser.post("/find", &form.form_token(), &[("from", from.as_str()), ("need", "legal.minority_appeal")]).await;
        let refer = choose(browser, answer.leads_to(), &[("one", &lawyers())]).await;
        let page = browser.get(&refer).await;
        let no = browser.post(&refer, &page.form_token(), &said(&page, &[("answer-0", "refused")])).await;
        assert!(no.text().contains("What she had agreed to for these services before is withdrawn"), "{}", no.text());
        assert_eq!(status(&world, &address).await, "WITHDRAWN");
        // And all of it by one word, for whoever she had agreed to.
        let page = browser.get(&refer).await;
        let yes = browser.post(&refer, &page.form_token(), &said(&page, &[])).await;
        let again = yes.leads_to().split('?').next().expect("an address").to_owned();
        assert_eq!(status(&world, &again).await, "REQUESTED");
        let unsure = browser.submit(&case, &case, &[("do", "withdraw")]).await;
        assert_eq!(unsure.status, StatusCode::UNPROCESSABLE_ENTITY);
        let done = browser.submit(&case, &case, &[("do", "withdraw"), ("sure", "yes")]).await;
        assert_eq!(done.leads_to(), format!("{case}?done=saved"));
        assert_eq!(status(&world, &again).await, "WITHDRAWN");
    }

    async fn who_decided_on_what_is_past_is_told_and_loses_nothing(world: World) {
        let mut worker = worker(&world).await;
        let browser = &mut worker.browser;
        let address = referred(browser).await;
        let page = browser.get(&address).await;
        let (version, token) = (page.after("name=\"version\" value=\""), page.form_token());
        done(browser, &address, "move-told", &[("choice", "accept")]).await;
        let fields = [("form", "move-cancel"), ("choice", "not_safe"), ("version", version.as_str()), ("seen", "2")];
        let late = browser.post(&address, &token, &fields).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        assert!(late.text().contains("has changed since"), "{}", late.text());
        assert!(late.html.contains("value=\"not_safe\" checked"), "what was chosen stays");
        assert_eq!(status(&world, &address).await, "ACCEPTED");
    }

    async fn to_everybody_else_there_is_no_such_referral_or_case(world: World) {
        let mut worker = worker(&world).await;
        let address = referred(&mut worker.browser).await;
        let page = worker.browser.get(&address).await;
        let case = page.html.split("href=\"/cases/").nth(1).and_then(|rest| rest.split('"').next()).expect("a case");
        let case = format!("/cases/{case}");
        let never = format!("/work/{}", ReferralId::from_bytes([7; 16]));
        let mut others = vec![agent(&world).await];
        for (handle, role) in [
            ("coordinator-9", Role::Coordinator), ("auditor-9", Role::Auditor), ("editor-9", Role::DirectoryEditor),
            ("lead-9", Role::ProtectionLead), ("analyst-9", Role::Analyst), ("sysadmin-9", Role::SystemAdministrator),
        ] {
            others.push(world.enrolled(handle, role).await);
        }
        for other in &mut others {
            let bytes = other.browser.get(&never).await.html;
            for path in [&address, &case, &"/work/x".to_owned(), &"/cases/x".to_owned()] {
                let page = other.browser.get(path).await;
                assert_eq!((page.status, page.html), (StatusCode::NOT_FOUND, bytes.clone()), "{} {path}", other.handle);
            }
        }
        assert_eq!(Browser::of(&world).get(&address).await.leads_to(), "/sign-in");
        // Who works alike, in another project: reads nothing of it, finds no case by its number, and ends nothing.
        let project = Some("Maison du Sureau".to_owned());
        let new = NewAccount { organization: organization(SUREAU), project, ..new_account("neighbour-9", Role::Caseworker) };
        let code = world.added(&new).await;
        let mut neighbour = world.enrol("neighbour-9", &code).await;
        let before = world.rows("consents").await;
        for (path, never) in [(&address, &never), (&case, &"/cases/x".to_owned())] {
            let page = neighbour.browser.get(path).await;
            assert_eq!((page.status, page.html), (StatusCode::NOT_FOUND, neighbour.browser.get(never).await.html), "{path}");
        }
        let token = neighbour.browser.get("/account").await.form_token();
        for (path, fields) in [
            (&case, vec![("do", "withdraw"), ("sure", "yes")]),
            (&case, vec![("do", "find")]),
            (&case, vec![("do", "count"), ("key", "neighbour-key"), ("need", "basic.food"), ("result", "unmet_full")]),
            (&address, vec![("form", "move-withdraw"), ("choice", "yes"), ("version", "2")]),
            (&address, vec![("form", "move-told"), ("choice", "accept"), ("version", "2")]),
        ] {
            let page = neighbour.browser.post(path, &token, &fields).await;
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{path} {fields:?}: {}", page.text());
        }
        assert_eq!(world.rows("consents").await, before);
        assert_eq!(status(&world, &address).await, "REQUESTED");
    }

    async fn a_decision_of_two_waits_as_a_draft_until_somebody_else_has_confirmed_it(world: World) {
        let mut worker = worker(&world).await;
        let browser = &mut worker.browser;
        let child = [("need", "prot.uam_authority"), ("age", "12_14"), ("household", "unaccompanied_child")];
        let (found, page) = find(browser, &child).await;
        let id = page.html.split("name=\"one\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a service").to_owned();
        let refer = choose(browser, &found, &[("one", &id)]).await;
        let page = browser.get(&refer).await;
        assert!(page.html.contains("value=\"best_interests_two_person\" selected"), "the usual ground of this age");
        let more = [("basis", "best_interests_two_person"), ("assent", "yes"), ("modality", "written"), ("language", "fr")];
        let mut fields = said(&page, &more);
        fields.extend(consequences(&page, "0"));
        let answer = browser.post(&refer, &page.form_token(), &fields).await;
        assert!(answer.leads_to().ends_with("?done=waits"), "{}", answer.text());
        let address = answer.leads_to().split('?').next().expect("an address").to_owned();
        assert_eq!(status(&world, &address).await, "DRAFT");
        let refused = sends(browser, &address, "move-send", &[("choice", "log-call")]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.text().contains("two people"), "{}", refused.text());
        let consent = world.texts("SELECT id FROM consents".to_owned()).await;
        let confirm = "mutation($input: ConsentConfirmInput!) { consentConfirm(input: $input) { confirmed } }";
        let confirmed = world.ask(&world.person("caseworker"), confirm, json!({ "input": { "consentId": consent[0] } })).await;
        assert_eq!(confirmed.at("consentConfirm/confirmed"), &json!(true), "{}", confirmed.text());
        done(browser, &address, "move-send", &[("choice", "log-call")]).await;
        assert_eq!(status(&world, &address).await, "REQUESTED");
    }

    async fn the_work_of_the_api_stands_on_the_page_and_the_overdue_say_so(world: World) {
        let sent = world.sent(&to_the_lawyers()).await;
        let mut worker = worker(&world).await;
        let work = worker.browser.get("/work").await;
        assert!(work.html.contains(&format!("/work/{}", sent.id)) && !work.text().contains("Overdue"), "{}", work.text());
        world.pass_minutes(60 * 24 * 4);
        let mut browser = worker.signs_in(&world).await;
        let late = browser.get("/work").await;
        assert!(late.text().contains("Overdue") || !late.html.contains(&sent.id), "{}", late.text());
        let ended = browser.get("/work?list=ended").await;
        assert_sound(&ended, "ended");
        let _ = refer_form(&mut browser).await;
    }
}

/// The consequences of one recipient, each ticked.
fn consequences<'p>(page: &'p Page, number: &str) -> Vec<(&'p str, &'p str)> {
    let mark = format!("name=\"consequence-{number}\" type=\"checkbox\" value=\"");
    let name = page.html.match_indices(&mark).map(|(at, _)| &page.html[at + 6..at + 6 + "consequence-0".len()]);
    let values = page.html.split(&*mark).skip(1).filter_map(|rest| rest.split('"').next());
    name.zip(values).collect()
}
