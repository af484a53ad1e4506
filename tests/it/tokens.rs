//! API tokens: their form, what they may be used for, how long they live, and how they end.

use crate::kit::people::new_account;
use crate::kit::steps::{organization_id, service_id};
use crate::kit::world::{LAWYERS, MINORITY_APPEAL, Person, World, on_both_databases};
use axum::http::StatusCode;
use relais::actions::people::{self, PeopleError};
use relais::actions::token::NewToken;
use relais::domain::account::{Role, TokenScope};
use relais::domain::code::CodeList;
use relais::domain::sign_in::CredentialProblem;
use relais::identity::token::id_of;
use relais::policy::table::Table;
use serde_json::{Value, json};

fn new_token(scopes: &[TokenScope]) -> NewToken {
    NewToken { name: "a program".to_owned(), scopes: scopes.to_vec(), days: 90 }
}

async fn made(world: &World, handle: &str, scopes: &[TokenScope]) -> Person {
    let made = people::create_token(world.app.context(), handle, &new_token(scopes)).await.expect("a token");
    Person { token: Some(made.text.expose().clone()) }
}

/// An act that each scope is for, as whoever may do it: `true` when it was allowed.
async fn is_allowed(world: &World, person: &Person, scope: TokenScope) -> bool {
    let never = "cas_aaaaaaaaaaaaaaaaaaaaaaaaaa";
    let referral = "ref_aaaaaaaaaaaaaaaaaaaaaaaaaa";
    let (query, variables) = match scope {
        TokenScope::Directory => ("{ services(first: 1) { edges { verdict } } }", Value::Null),
        TokenScope::Editing => (
            "mutation($input: ServiceConfirmInput!) { serviceConfirm(input: $input) { errors { __typename } } }",
            json!({ "input": { "serviceId": "svc_aaaaaaaaaaaaaaaaaaaaaaaaaa" } }),
        ),
        TokenScope::Cases => (
            "mutation($input: CaseOpenInput!) { caseOpen(input: $input) { errors { __typename } } }",
            json!({ "input": { "idempotencyKey": "scopes-1", "person": { "area": "FR-93055" } } }),
        ),
        TokenScope::Referrals => (
            "mutation($input: ReferralCreateInput!) { referralCreate(input: $input) { errors { __typename } } }",
            json!({ "input": { "idempotencyKey": "scopes-2", "caseId": never, "serviceId": service_id(MINORITY_APPEAL),
                "need": "LEGAL_MINORITY_APPEAL", "consentId": "con_aaaaaaaaaaaaaaaaaaaaaaaaaa" } }),
        ),
        TokenScope::Answers => (
            "mutation($input: ReferralAcknowledgeInput!) { referralAcknowledge(input: $input) { errors { __typename } } }",
            json!({ "input": { "referralId": referral, "expectedVersion": 1 } }),
        ),
        TokenScope::Figures => {
            ("{ serviceGaps(firstMonth: \"2026-11\", lastMonth: \"2026-11\") { threshold } }", Value::Null)
        }
        // Their acts come with the parts that bring them; until then nothing asks for these.
        TokenScope::Protection | TokenScope::Administration | TokenScope::Audit => return false,
    };
    let answer = world.ask(person, query, variables).await;
    assert!(["", "FORBIDDEN", "NOT_FOUND"].contains(&answer.code()), "{scope}: {}", answer.text());
    answer.code() != "FORBIDDEN"
}

on_both_databases! {
    async fn a_token_does_what_its_scope_says_and_nothing_else(world: World) {
        world.added(&new_account("caseworker-9", Role::Caseworker)).await;
        world.added(&new_account("coordinator-9", Role::Coordinator)).await;
        for (handle, role) in [("caseworker-9", Role::Caseworker), ("coordinator-9", Role::Coordinator)] {
            for scope in Table::standard().token_scopes(role) {
                let token = made(&world, handle, &[scope]).await;
                for act in TokenScope::ALL {
                    let is_within_role = match act {
                        TokenScope::Directory | TokenScope::Editing => true,
                        TokenScope::Figures => role == Role::Coordinator,
                        TokenScope::Cases | TokenScope::Answers | TokenScope::Referrals => role == Role::Caseworker,
                        _ => false,
                    };
                    // What a recipient has told is recorded by whoever may refer.
                    let tells = scope == TokenScope::Referrals && *act == TokenScope::Answers;
                    let expected = (scope == *act || tells) && is_within_role;
                    assert_eq!(is_allowed(&world, &token, *act).await, expected, "{role} {scope} {act}");
                }
            }
        }
        let all = made(&world, "caseworker-9", &Table::standard().token_scopes(Role::Caseworker)).await;
        for act in [TokenScope::Directory, TokenScope::Cases, TokenScope::Referrals, TokenScope::Answers] {
            assert!(is_allowed(&world, &all, act).await, "{act}");
        }
        // A change of role holds at the next request, whatever the token says.
        people::change_role(world.app.context(), "caseworker-9", Role::Analyst, None, &[]).await.expect("changed");
        assert!(!is_allowed(&world, &all, TokenScope::Cases).await);
        assert!(is_allowed(&world, &all, TokenScope::Directory).await);
    }

    async fn a_token_cannot_be_made_beyond_its_owner(world: World) {
        world.added(&new_account("caseworker-9", Role::Caseworker)).await;
        let context = world.app.context();
        let good = new_token(&[TokenScope::Directory]);
        for (new, problem) in [
            (NewToken { scopes: vec![], ..good.clone() }, CredentialProblem::TokenScopes),
            (NewToken { scopes: vec![TokenScope::Cases, TokenScope::Figures], ..good.clone() }, CredentialProblem::TokenScopes),
            (NewToken { name: " ".to_owned(), ..good.clone() }, CredentialProblem::TokenName),
            (NewToken { name: "n".repeat(41), ..good.clone() }, CredentialProblem::TokenName),
            (NewToken { days: 0, ..good.clone() }, CredentialProblem::TokenDays),
            (NewToken { days: 91, ..good.clone() }, CredentialProblem::TokenDays),
        ] {
            let refused = people::create_token(context, "caseworker-9", &new).await;
            assert!(matches!(&refused, Err(PeopleError::Token(it)) if *it == problem), "{new:?}");
        }
        for _ in 0..10 {
            people::create_token(context, "caseworker-9", &good).await.expect("ten tokens");
        }
        let eleventh = people::create_token(context, "caseworker-9", &good).await;
        assert!(matches!(eleventh, Err(PeopleError::Token(CredentialProblem::TokenCount))));
        world.move_to_day(90);
        people::create_token(context, "caseworker-9", &good).await.expect("those that ran out do not count");
    }

    async fn a_token_ends_by_time_by_revocation_and_with_its_owner(world: World) {
        world.added(&new_account("caseworker-9", Role::Caseworker)).await;
        let context = world.app.context();
        let works = async |person: &Person| {
            let answer = world.ask(person, "{ viewer { handle } }", Value::Null).await;
            assert!(answer.status == StatusCode::OK || answer.code() == "UNAUTHENTICATED", "{}", answer.text());
            answer.status == StatusCode::OK
        };
        let scopes = [TokenScope::Directory];
        let token = made(&world, "caseworker-9", &scopes).await;
        let id = id_of(token.token.as_deref().expect("a token")).expect("a token of ours").to_owned();
        assert!(works(&token).await);
        people::revoke_token(context, &format!("rls_{id}")).await.expect("revoked");
        assert!(!works(&token).await, "revoked");
        assert!(matches!(people::revoke_token(context, &id).await, Err(PeopleError::Unknown { kind: "token", .. })));

        let token = made(&world, "caseworker-9", &scopes).await;
        people::disable(context, "caseworker-9").await.expect("disabled");
        assert!(!works(&token).await, "its owner is shut out");
        people::enable(context, "caseworker-9").await.expect("enabled");
        assert!(!works(&token).await, "and it does not come back");

        let token = made(&world, "caseworker-9", &scopes).await;
        world.move_to_day(89);
        assert!(works(&token).await);
        world.move_to_day(90);
        assert!(!works(&token).await, "90 days have passed");
    }

    async fn of_a_tokens_use_only_the_day_is_kept_and_of_itself_only_the_hash(world: World) {
        world.added(&new_account("caseworker-9", Role::Caseworker)).await;
        let token = made(&world, "caseworker-9", &[TokenScope::Directory]).await;
        let text = token.token.clone().expect("a token");
        let of_list = async || {
            let tokens = people::list_tokens(world.app.context(), Some("caseworker-9")).await.expect("tokens");
            tokens[0].last_used_on.map(|day| day.to_string())
        };
        assert_eq!(of_list().await, None);
        for (day, told) in [(0, "2026-11-23"), (3, "2026-11-26")] {
            world.move_to_day(day);
            world.ask(&token, "{ viewer { handle } }", Value::Null).await;
            assert_eq!(of_list().await.as_deref(), Some(told));
        }
        let rows = world.rows("tokens").await;
        assert!(rows.iter().all(|row| !row.contains(&text[13..])), "{rows:?}");
        let events = world.texts("SELECT object FROM audit_events WHERE action = 'token_issued'".to_owned()).await;
        assert!(events.contains(&text[..12].to_owned()) && events.iter().all(|object| object.len() == 12), "{events:?}");
    }

    /// The text is not asked of the database: with the table gone a bad one is still refused, and a good one is not.
    async fn what_cannot_be_a_token_is_refused_without_a_look(world: World) {
        let lawyer = world.person("lawyer");
        let text = lawyer.token.clone().expect("a token");
        world.execute("ALTER TABLE tokens RENAME TO tokens_away").await;
        let last = if text.ends_with('A') { "B" } else { "A" };
        for bad in [format!("{}{last}", &text[..61]), "rls_of-nobody".to_owned(), text[4..].to_owned()] {
            let answer = world.ask(&Person { token: Some(bad) }, "{ viewer { handle } }", Value::Null).await;
            assert_eq!(answer.code(), "UNAUTHENTICATED");
        }
        let answer = world.ask(&lawyer, "{ viewer { handle } }", Value::Null).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{}", answer.text());
    }

    async fn somebody_makes_a_token_at_the_pages_and_sees_it_once(world: World) {
        let mut enrolled = world.enrolled("caseworker-9", Role::Caseworker).await;
        let page = enrolled.browser.get("/account").await;
        assert!(page.html.contains("scope-cases") && !page.html.contains("scope-figures"), "{}", page.html);
        let refused = [("name", "inbox reader"), ("scope", "figures"), ("days", "30")];
        let page = enrolled.browser.submit("/account", "/account/tokens", &refused).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        let fields = [("name", "inbox <reader>"), ("scope", "directory"), ("scope", "answers"), ("days", "30")];
        let page = enrolled.browser.submit("/account", "/account/tokens", &fields).await;
        let token = page.codes().pop().expect("a token");
        assert!(page.html.contains("inbox &#60;reader&#62;"), "{}", page.html);
        let person = Person { token: Some(token.clone()) };
        assert!(is_allowed(&world, &person, TokenScope::Answers).await);
        assert!(!is_allowed(&world, &person, TokenScope::Cases).await);
        let page = enrolled.browser.get("/account").await;
        assert!(!page.html.contains(&token) && page.html.contains(&token[..12]), "{}", page.html);

        let id = id_of(&token).expect("a token of ours");
        let colleague = &mut world.enrolled("caseworker-8", Role::Caseworker).await.browser;
        let page = colleague.submit("/account", "/account/tokens/revoke", &[("token", id)]).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "somebody else's is none");
        let page = enrolled.browser.submit("/account", "/account/tokens/revoke", &[("token", id)]).await;
        assert_eq!(page.leads_to(), "/account");
        let answer = world.ask(&person, "{ viewer { handle } }", Value::Null).await;
        assert_eq!(answer.code(), "UNAUTHENTICATED");
    }

    async fn a_command_file_renews_tokens_and_the_oldest_gives_way(world: World) {
        let file = include_str!("kit/world.json");
        let first = world.person("lawyer");
        let works = async |person: &Person| {
            world.ask(person, "{ viewer { handle } }", Value::Null).await.status == StatusCode::OK
        };
        for _ in 0..9 {
            world.pass_seconds(1);
            world.apply(file).await;
        }
        assert!(works(&first).await);
        world.pass_seconds(1);
        let newest = world.apply(file).await["lawyer"].clone();
        assert!(!works(&first).await && works(&newest).await, "there are ten at most");
        assert_eq!(organization_id(LAWYERS).len(), 30);
    }
}
