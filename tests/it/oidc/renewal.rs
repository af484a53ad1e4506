//! Sessions that rest on a provider's word: it is asked for anew every five minutes, and nobody is served
//! without it.

use super::keys::Signer;
use super::provider::{Answer, Misconduct, REFRESH_TOKEN};
use super::stage::{HANDLE, SUBJECT, Stage};
use crate::kit::world::{World, on_both_databases};
use relais::actions::credentials::CredentialError;
use relais::actions::session::{self, Opened, SignedIn};
use relais::actions::token::NewToken;
use relais::actions::{ActionError, own_account, provider};
use relais::domain::account::Role;
use relais::domain::sensitive::Sensitive;
use relais::domain::sign_in::CredentialProblem;
use relais::identity::oidc::Fault;
use serde_json::json;

/// Who holds this session now, by the page's own look-up.
async fn find(stage: &Stage, opened: &Opened) -> Option<SignedIn> {
    session::find(stage.context(), &opened.secret).await.expect("an answer")
}

async fn sessions(stage: &Stage) -> usize {
    stage.world.texts("SELECT id FROM sessions".to_owned()).await.len()
}

on_both_databases! {
    async fn the_word_of_the_provider_is_asked_for_every_five_minutes(world: World) {
        let stage = Stage::open(world).await;
        let opened = stage.sign_in().await.expect("a sign-in");
        stage.set_clock(299);
        assert_eq!(find(&stage, &opened).await.expect("signed in").account.handle, HANDLE);
        assert_eq!(stage.fake.times_asked("/realm/token"), 1, "not before five minutes are over");
        for (seconds, asked) in [(300, 2), (599, 2), (600, 3), (900, 4)] {
            stage.set_clock(seconds);
            stage.date_claims();
            assert!(find(&stage, &opened).await.is_some(), "{seconds}");
            assert_eq!(stage.fake.times_asked("/realm/token"), asked, "{seconds}");
        }
    }

    async fn a_session_ends_when_the_provider_takes_its_word_back(world: World) {
        let stage = Stage::open(world).await;
        let opened = stage.sign_in().await.expect("a sign-in");
        let other = stage.sign_in().await.expect("another one");
        stage.fake.script().uses_left = 0;
        stage.set_clock(299);
        assert!(find(&stage, &opened).await.is_some());
        stage.set_clock(300);
        assert!(find(&stage, &opened).await.is_none());
        assert_eq!(sessions(&stage).await, 1, "the row is gone");
        let audit = stage.world.texts("SELECT action FROM audit_events ORDER BY sequence".to_owned()).await;
        assert_eq!(audit.iter().filter(|action| *action == "session_ended").count(), 1);
        // It does not come back when the provider changes its mind, and the other one was never touched.
        stage.date_claims();
        assert!(find(&stage, &opened).await.is_none());
        assert!(find(&stage, &other).await.is_some());
    }

    async fn who_leaves_the_group_is_out_and_who_changes_it_is_something_else(world: World) {
        let stage = Stage::open(world).await;
        stage.fake.script().claims["sub"] = json!("member");
        stage.fake.script().claims["groups"] = json!(["other", "marked-lawyers"]);
        let opened = stage.sign_in().await.expect("a sign-in by the map");
        let lawyer = find(&stage, &opened).await.expect("signed in").account;
        assert_eq!((lawyer.role, lawyer.project_id), (Role::PartnerAgent, None));
        let scopes = stage.context().table.token_scopes(lawyer.role);
        let token = NewToken { name: "marked".to_owned(), scopes, days: 30 };
        let refused = own_account::issue_token(stage.context(), &find(&stage, &opened).await.expect("signed in"), &token).await;
        assert!(matches!(refused, Err(CredentialError::Refused(CredentialProblem::TokenOfProvider))));
        assert!(lawyer.handle.starts_with("oidc-") && !lawyer.handle.contains("member"), "{}", lawyer.handle);
        stage.set_clock(300);
        stage.date_claims();
        stage.fake.script().claims["groups"] = json!("marked-paris");
        let caseworker = find(&stage, &opened).await.expect("signed in").account;
        assert_eq!((caseworker.id, caseworker.role), (lawyer.id, Role::Caseworker));
        assert!(caseworker.project_id.is_some() && caseworker.team_ids.len() == 1 && caseworker.is_trained);
        stage.set_clock(600);
        stage.date_claims();
        stage.fake.script().claims["groups"] = json!(["other"]);
        assert!(find(&stage, &opened).await.is_none());
        assert_eq!(sessions(&stage).await, 0);
        assert_eq!(stage.sign_in().await.map(drop), Err(Fault::IdentityUnknown));
        // An account that was made by the map comes back by the map, as the same one.
        stage.fake.script().claims["groups"] = json!(["marked-lawyers"]);
        let again = stage.sign_in().await.expect("a sign-in");
        assert_eq!(again.session.account_id, lawyer.id);
        let accounts = stage.world.texts("SELECT handle FROM accounts WHERE handle LIKE 'oidc-%'".to_owned()).await;
        assert_eq!(accounts.len(), 1);
    }

    async fn what_was_unlinked_or_shut_out_is_out_within_five_minutes(world: World) {
        let stage = Stage::open(world).await;
        let identity = stage.identity(SUBJECT);
        let opened = stage.sign_in().await.expect("a sign-in");
        let twice = provider::link(stage.context(), "lawyer", &identity).await.expect_err("linked already");
        assert!(twice.to_string().contains("linked already"), "{twice}");
        let foreign = provider::unlink(stage.context(), "lawyer", &identity).await.expect_err("another's");
        assert!(foreign.to_string().contains("not linked"), "{foreign}");
        provider::unlink(stage.context(), HANDLE, &identity).await.expect("unlinked");
        stage.set_clock(300);
        stage.date_claims();
        assert!(find(&stage, &opened).await.is_none());
        assert_eq!(stage.sign_in().await.map(drop), Err(Fault::IdentityUnknown));
        provider::link(stage.context(), "lawyer", &identity).await.expect("a link to another account");
        assert!(stage.sign_in().await.is_ok());
        stage.world.execute("UPDATE accounts SET is_disabled = TRUE WHERE handle = 'lawyer'").await;
        assert_eq!(stage.sign_in().await.map(drop), Err(Fault::AccountUnavailable));
    }

    /// A provider that is down takes nothing back: nobody is served meanwhile, and all goes on after.
    async fn a_silent_provider_holds_everything_up_and_ends_nothing(world: World) {
        let stage = Stage::open(world).await;
        let opened = stage.sign_in().await.expect("a sign-in");
        stage.set_clock(300);
        stage.fake.script().token_answer = Some(Answer::Text(503, "text/plain", String::new()));
        stage.fake.script().uses_left = 9;
        let held = session::find(stage.context(), &opened.secret).await;
        assert!(matches!(held, Err(ActionError::ProviderUnavailable)));
        stage.date_claims();
        stage.fake.script().token_answer = None;
        stage.set_clock(319);
        let held = session::find(stage.context(), &opened.secret).await;
        assert!(matches!(held, Err(ActionError::ProviderUnavailable)), "it is not asked by every request");
        assert_eq!(stage.fake.times_asked("/realm/token"), 2);
        stage.set_clock(320);
        assert!(find(&stage, &opened).await.is_some());
        assert_eq!(sessions(&stage).await, 1);
    }

    /// A page asks for many things at once, and a refresh token counts once.
    async fn many_requests_at_once_ask_the_provider_once(world: World) {
        let stage = Stage::open(world).await;
        let opened = stage.sign_in().await.expect("a sign-in");
        stage.set_clock(300);
        stage.date_claims();
        let requests: Vec<_> = (0..20)
            .map(|_| {
                let (context, secret) = (stage.context().clone(), opened.secret.clone());
                tokio::spawn(async move { session::find(&context, &secret).await.map(|found| found.is_some()) })
            })
            .collect();
        for request in requests {
            assert!(matches!(request.await, Ok(Ok(true))));
        }
        assert_eq!(stage.fake.times_asked("/realm/token"), 2);
    }
}

/// A new secret of a session, after a step-up here, rests on the same word of the provider.
#[tokio::test]
async fn a_step_up_here_does_not_part_a_session_from_its_provider() {
    let stage = Stage::open(World::on_sqlite().await).await;
    let opened = stage.sign_in().await.expect("a sign-in");
    let signed_in = find(&stage, &opened).await.expect("signed in");
    let key = own_account::begin_second_factor(stage.context(), &signed_in).await.expect("a key");
    let code = Sensitive::new(key.code_at(stage.now()));
    let stepped_up = own_account::confirm_second_factor(stage.context(), &signed_in, &code).await;
    let (stepped_up, _) = stepped_up.expect("a session with a second factor");
    assert!(find(&stage, &opened).await.is_none(), "the old secret is void");
    stage.set_clock(300);
    stage.date_claims();
    assert!(find(&stage, &stepped_up).await.is_some());
    assert_eq!(stage.fake.times_asked("/realm/token"), 2, "the provider was asked");
    stage.set_clock(600);
    stage.fake.script().uses_left = 0;
    assert!(find(&stage, &stepped_up).await.is_none());
}

#[tokio::test]
async fn without_a_refresh_token_a_session_ends_with_the_first_word() {
    let stage = Stage::open(World::on_sqlite().await).await;
    stage.fake.script().token_members = json!({ "refresh_token": null });
    let opened = stage.sign_in().await.expect("a sign-in");
    stage.set_clock(299);
    assert!(find(&stage, &opened).await.is_some());
    stage.set_clock(300);
    assert!(find(&stage, &opened).await.is_none());
    assert_eq!(stage.fake.times_asked("/realm/token"), 1);
}

#[tokio::test]
async fn a_session_ends_when_its_provider_is_configured_no_longer() {
    let stage = Stage::open(World::on_sqlite().await).await;
    let opened = stage.sign_in().await.expect("a sign-in");
    let without = stage.app.clone().with_provider(None);
    assert!(session::find(without.context(), &opened.secret).await.expect("an answer").is_some(), "its word holds");
    stage.set_clock(300);
    assert!(session::find(without.context(), &opened.secret).await.expect("an answer").is_none());
}

#[tokio::test]
async fn a_refresh_token_is_kept_or_replaced_as_the_provider_wants() {
    let stage = Stage::open(World::on_sqlite().await).await;
    let opened = stage.sign_in().await.expect("a sign-in");
    let next = format!("{REFRESH_TOKEN}-next");
    for (seconds, given, expected) in [(300, Some(next.as_str()), next.as_str()), (600, None, next.as_str())] {
        stage.set_clock(seconds);
        stage.date_claims();
        stage.fake.script().token_members = json!({ "refresh_token": given });
        assert!(find(&stage, &opened).await.is_some(), "{seconds}");
        let kept = stage.context().store.find_provider_session(opened.session.id).await.expect("an answer");
        let kept = kept.and_then(|kept| kept.refresh_token).expect("a refresh token");
        assert_eq!(kept.expose(), expected, "{seconds}");
    }
}

/// What a provider must not do on renewal.
#[tokio::test]
async fn a_wrong_word_on_renewal_ends_the_session() {
    let cases: &[(&str, Misconduct)] = &[
        ("sub changes on refresh", |it| it.claims["sub"] = json!("somebody")),
        ("no ID token", |it| it.token_members = json!({ "id_token": null })),
        ("nonce of another sign-in", |it| it.claims["nonce"] = json!("A".repeat(43))),
        ("wrong aud", |it| it.claims["aud"] = json!("somebody-else")),
        ("iss of another", |it| it.claims["iss"] = json!("https://evil.example")),
        ("expired", |it| it.claims["exp"] = json!(1)),
        ("alg none", |it| it.signer = Signer::Nobody),
        ("signed by a stranger", |it| it.signer = Signer::Stranger),
        ("refresh token used up", |it| it.uses_left = 0),
        ("a page instead of tokens", |it| {
            it.token_answer = Some(Answer::Text(200, "text/html", "<!doctype html>".to_owned()));
        }),
    ];
    let stage = Stage::open(World::on_sqlite().await).await;
    for (name, script) in cases {
        stage.fake.behave();
        stage.set_clock(0);
        let opened = stage.sign_in().await.expect("a sign-in");
        stage.set_clock(300);
        stage.date_claims();
        script(&mut stage.fake.script());
        assert!(find(&stage, &opened).await.is_none(), "{name}");
        assert_eq!(sessions(&stage).await, 0, "{name}");
    }
    // The nonce may be left out, as the protocol says.
    stage.fake.behave();
    stage.set_clock(0);
    let opened = stage.sign_in().await.expect("a sign-in");
    stage.set_clock(300);
    stage.date_claims();
    stage.fake.script().claims["nonce"] = json!(null);
    assert!(find(&stage, &opened).await.is_some());
}

#[tokio::test]
async fn how_somebody_signed_in_there_is_kept_for_a_step_up_here() {
    let stage = Stage::open(World::on_sqlite().await).await;
    let at = stage.now().microseconds() / 1_000_000 - 60;
    {
        let mut script = stage.fake.script();
        script.claims["acr"] = json!("urn:class:2");
        script.claims["amr"] = json!(["pwd", "mfa"]);
        script.claims["auth_time"] = json!(at);
    }
    let opened = stage.sign_in().await.expect("a sign-in");
    let kept = stage.context().store.find_provider_session(opened.session.id).await.expect("an answer");
    let assurance = kept.expect("a provider's session").assurance;
    assert_eq!(assurance.class.as_deref(), Some("urn:class:2"));
    assert_eq!(assurance.methods, ["pwd", "mfa"]);
    assert_eq!(opened.session.authentication.second_factor_at.map(|at| at.microseconds()), Some(at * 1_000_000));
}
