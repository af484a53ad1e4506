//! The sheet that a team prints for a handover: what stands on it, who opens it, and where there is none.

use crate::kit::browser::{Browser, Page};
use crate::kit::loop_calls::{Referral, organization, to_the_lawyers};
use crate::kit::people::new_account;
use crate::kit::world::{MINORITY_APPEAL, World, on_both_databases};
use crate::pages::{assert_hardened, assert_well_formed};
use axum::http::StatusCode;
use relais::actions::people::NewAccount;
use relais::domain::account::Role;
use relais::domain::directory::Service;
use relais::domain::id::{Identifier as _, ReferralId, ServiceId};
use serde_json::json;
use std::fmt::Write as _;

const SUREAU: &str = "241042b0-bdff-4316-9ca7-4c214e1f3b23";

async fn sent(world: &World) -> Referral {
    let draft = world.drafted(&to_the_lawyers(), json!({}), json!({})).await;
    world.send_referral("caseworker", &draft, json!({ "capacityConfirmed": true })).await.referral()
}

async fn accepted(world: &World) -> Referral {
    let sent = sent(world).await;
    world.change("lawyer", "referralAccept", &sent, json!({})).await.referral()
}

async fn sheet(browser: &mut Browser, referral: &Referral) -> Page {
    browser.get(&format!("/sheets/{}", referral.id)).await
}

/// What the caseworker reads of the referral that stands on the sheet: the two words, and the case's spoken code.
async fn said(world: &World, referral: &Referral) -> [String; 2] {
    let query = "query($id: ID!) { referral(id: $id) { callPhrase case { spokenCode } } }";
    let answer = world.ask(&world.person("caseworker"), query, json!({ "id": referral.id })).await;
    let text = |path: &str| answer.text_at(path).to_owned();
    [text("referral/callPhrase"), text("referral/case/spokenCode")]
}

on_both_databases! {
    async fn the_team_prints_whom_to_call_and_what_to_say_and_it_is_on_record_before(world: World) {
        let accepted = accepted(&world).await;
        let mut member = world.enrolled("caseworker-9", Role::Caseworker).await;
        let disclosed = "SELECT fields FROM audit_events WHERE action = 'disclosed' ORDER BY trail, sequence".to_owned();
        let before = world.texts(disclosed.clone()).await.len();
        let page = sheet(&mut member.browser, &accepted).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.html);
        assert_hardened(&page, "sheet");
        assert_well_formed(&page.html, "sheet");
        let read = world.texts(disclosed).await[before..].join(" ");
        for field in ["callPhrase", "spokenCode", "service"] {
            assert!(read.contains(field), "{field} is on record: {read}");
        }
        for told in said(&world, &accepted).await {
            assert!(page.text().contains(&told), "{told}");
        }
        assert!(page.text().contains("Permanence juridique du Tournesol"), "{}", page.text());
        // What is told of the person is two words, a code, and lines to be written on.
        for fact in ["15_17", "15–17", "AGE_", "FR-93055", "TORTURE", "orture", "ppeal", "MINOR", "Bambara"] {
            assert!(!page.html.contains(fact), "{fact}");
        }
        assert_eq!(page.html.matches("class=\"line\"").count(), 6);
    }

    async fn to_everybody_else_there_is_no_such_sheet(world: World) {
        let accepted = accepted(&world).await;
        let mut others = vec![world.enrolled("coordinator-9", Role::Coordinator).await];
        let of_another_project = NewAccount {
            organization: organization(SUREAU),
            project: Some("Maison du Sureau".to_owned()),
            ..new_account("caseworker-8", Role::Caseworker)
        };
        let code = world.added(&of_another_project).await;
        others.push(world.enrol("caseworker-8", &code).await);
        let never = Referral { id: ReferralId::from_bytes([7; 16]).to_string(), ..accepted.clone() };
        for other in &mut others {
            let page = sheet(&mut other.browser, &accepted).await;
            assert_eq!(page.status, StatusCode::NOT_FOUND, "{}", other.handle);
            assert_eq!(page.html, sheet(&mut other.browser, &never).await.html, "{}", other.handle);
            assert_eq!(page.html, other.browser.get("/sheets/x").await.html, "{}", other.handle);
        }
        assert_eq!(sheet(&mut Browser::of(&world), &accepted).await.leads_to(), "/sign-in");
    }

    async fn nobody_is_sent_where_somebody_else_may_answer(world: World) {
        let accepted = accepted(&world).await;
        let mut member = world.enrolled("caseworker-9", Role::Caseworker).await;
        member.browser.language = "en";
        let words = said(&world, &accepted).await;
        let told = async |browser: &mut Browser| {
            let page = sheet(browser, &accepted).await;
            assert!(words.iter().all(|word| !page.html.contains(word)));
            (page.status, page.text().contains("No sheet now"))
        };
        world.execute("UPDATE projects SET status = 'frozen'").await;
        assert_eq!(told(&mut member.browser).await, (StatusCode::CONFLICT, true));
        world.execute("UPDATE projects SET status = 'active'").await;
        world
            .execute(
                "INSERT INTO revocations (id, project_id, organization_id, reason, revoked_at) \
                 SELECT 'rvk_1', project_id, recipient_id, 'other', 0 FROM referrals",
            )
            .await;
        assert_eq!(told(&mut member.browser).await, (StatusCode::CONFLICT, true));
        world.execute("DELETE FROM revocations").await;
        assert_eq!(sheet(&mut member.browser, &accepted).await.status, StatusCode::OK);
        let asked = world.like(MINORITY_APPEAL, "Permanence juridique du Tournesol");
        let id = ServiceId::derived("corridor", MINORITY_APPEAL);
        world.publish(&Service { id, do_not_use: true, ..asked }).await;
        assert_eq!(told(&mut member.browser).await, (StatusCode::CONFLICT, true));
    }

    async fn there_is_no_paper_at_severe_risk_nor_where_nothing_is_to_be_said(world: World) {
        let (sent, accepted) = (sent(&world).await, accepted(&world).await);
        let mut member = world.enrolled("caseworker-9", Role::Caseworker).await;
        member.browser.language = "en";
        let page = sheet(&mut member.browser, &sent).await;
        assert_eq!(page.status, StatusCode::CONFLICT);
        assert!(page.text().contains("No sheet at this time"), "{}", page.text());
        let words = said(&world, &accepted).await;
        world.execute("UPDATE projects SET risk_profile = 'severe'").await;
        let page = sheet(&mut member.browser, &accepted).await;
        assert_eq!(page.status, StatusCode::CONFLICT);
        assert!(page.text().contains("No paper here"), "{}", page.text());
        assert!(words.iter().all(|word| !page.html.contains(word)));
        assert_hardened(&page, "no paper");
    }
}

#[tokio::test]
async fn the_sheet_says_what_it_says_in_three_languages() {
    let world = World::on_sqlite().await;
    let accepted = accepted(&world).await;
    let words = said(&world, &accepted).await;
    let mut member = world.enrolled("caseworker-9", Role::Caseworker).await;
    let mut told = String::new();
    for language in ["fr", "en", "ar"] {
        member.browser.language = language;
        let page = member.browser.get(&format!("/sheets/{}?language={language}", accepted.id)).await;
        assert_well_formed(&page.html, language);
        assert!(!page.html.contains("Unknown localization"), "{}", page.html);
        let text = words.iter().fold(page.text(), |text, word| text.replace(word.as_str(), "…"));
        write!(told, "== {language}\n{text}").expect("a string takes all");
    }
    insta::assert_snapshot!(told);
}
