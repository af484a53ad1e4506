//! The pages: signing in, one's own account, what a team looks for and refers, what waits for who leads and for the second
//! person, and what a partner answers, rendered here, usable without scripts.
//!
//! Invariants: a page calls the same actions as the API and decides nothing; a page without a door in
//! the [table](crate::policy::table) is not served, and who may come through it is asked at each visit. `/graphql` knows nothing of the cookie that
//! pages use. Every answer is made in `answer`, every visit is counted in `rate`, every visitor is
//! looked up in `visit`, every form is checked in `form`. Titles and addresses tell nothing of what Relais is for: they stay in a browser's
//! history.

mod account;
mod act;
mod answer;
mod choice;
mod confirm;
mod cookies;
mod enrol;
mod facts;
mod form;
mod frame;
mod lead;
mod link;
mod partner;
mod phone;
mod picture;
mod provider;
mod rate;
mod recorded;
mod second_factor;
mod sheet;
mod sign_in;
mod team;
mod tokens;
mod told;
mod visit;
mod words;

use crate::actions::Context;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn;
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};

/// Where somebody who is signed in begins.
const HOME: &str = "/account";
/// Where somebody who is not begins.
const SIGN_IN: &str = "/sign-in";
/// Where the second factor is given.
const SIGN_IN_CODE: &str = "/sign-in/code";
/// Where the second factor is set up for the first time.
const ENROL_SECOND_FACTOR: &str = "/enrol/second-factor";
/// Where a second factor is set up anew.
const SECOND_FACTOR: &str = "/account/second-factor";
/// Where a phone is enrolled that a team shares, and taken over.
const PHONE: &str = "/phone";
/// Where somebody proves anew who they are.
const CONFIRM: &str = "/confirm";

/// A page that is served, once the table has a door for each of its methods.
pub struct Page {
    /// Its path.
    pub path: &'static str,
    methods: &'static [&'static str],
    answer: fn() -> MethodRouter<Context>,
}

impl Page {
    /// Its doors, as the table names them: `METHOD /path`.
    pub fn doors(&self) -> impl Iterator<Item = String> + use<> {
        let Self { path, methods, .. } = *self;
        methods.iter().map(move |method| format!("{method} {path}"))
    }

    /// What answers, without the hardening that [`serve`](crate::serve) adds to all.
    pub fn serve(&self, context: &Context) -> MethodRouter {
        let counted: MethodRouter<Context> = (self.answer)().layer(from_fn(rate::count));
        counted.layer(DefaultBodyLimit::max(form::FORM_BYTES)).with_state(context.clone())
    }
}

const fn shown(path: &'static str, answer: fn() -> MethodRouter<Context>) -> Page {
    Page { path, methods: &["GET"], answer }
}

const fn sent(path: &'static str, answer: fn() -> MethodRouter<Context>) -> Page {
    Page { path, methods: &["POST"], answer }
}

const fn shown_and_sent(path: &'static str, answer: fn() -> MethodRouter<Context>) -> Page {
    Page { path, methods: &["GET", "POST"], answer }
}

/// Every page.
pub const PAGES: &[Page] = &[
    shown(HOME, || get(account::show)),
    sent("/account/language", || post(account::choose_language)),
    sent("/account/password", || post(account::change_password)),
    sent("/account/pin", || post(account::set_pin)),
    sent("/account/recovery-codes", || post(second_factor::renew_recovery_codes)),
    shown_and_sent(SECOND_FACTOR, || get(second_factor::show).post(second_factor::confirm)),
    sent("/account/second-factor/new", || post(second_factor::begin)),
    sent("/account/sessions/end", || post(account::end_session)),
    sent("/account/tokens", || post(tokens::issue)),
    sent("/account/tokens/revoke", || post(tokens::revoke)),
    shown_and_sent(CONFIRM, || get(confirm::show).post(confirm::prove)),
    shown_and_sent("/enrol", || get(enrol::show).post(enrol::begin)),
    shown_and_sent(ENROL_SECOND_FACTOR, || get(enrol::show_second_factor).post(enrol::confirm)),
    sent("/enrol/skip", || post(enrol::skip)),
    shown_and_sent("/o/{token}", || get(link::show).post(link::open)),
    sent("/o/{token}/renew", || post(link::renew)),
    shown_and_sent(partner::CAPACITY, || get(partner::show_capacity).post(partner::tell_capacity)),
    sent("/leave", || post(partner::leave)),
    shown_and_sent(partner::OFFERS, || get(partner::show_offers).post(partner::withdraw_offer)),
    shown_and_sent("/offers/to/{id}", || get(partner::show_offer_form).post(partner::offer)),
    shown_and_sent(partner::OUTCOMES, || get(partner::show_outcomes).post(partner::record_outcomes)),
    shown_and_sent(PHONE, || get(phone::show).post(phone::open)),
    sent("/phone/lock", || post(phone::lock)),
    sent("/phone/switch", || post(phone::switch)),
    shown(partner::INBOX, || get(partner::inbox)),
    shown_and_sent("/requests/{id}", || get(partner::request).post(partner::answer)),
    sent("/requests/{id}/code", || post(partner::prove_code)),
    shown_and_sent(team::FIND, || get(team::show_find).post(team::seek)),
    shown_and_sent("/find/{quest}", || get(team::show_results).post(team::choose)),
    shown("/services/{quest}", || get(team::show_service)),
    shown_and_sent("/map/{quest}", || get(team::show_point).post(team::choose_point)),
    shown("/share/{quest}", || get(team::show_share)),
    shown_and_sent("/refer/{quest}", || get(team::show_refer).post(team::refer)),
    shown(team::WORK, || get(team::show_work)),
    shown_and_sent("/work/{id}", || get(team::show_referral).post(team::act)),
    shown_and_sent(team::CASES, || get(team::show_cases).post(team::seek_case)),
    shown_and_sent("/cases/{id}", || get(team::show_case).post(team::act_on_case)),
    shown_and_sent(team::TALLY, || get(team::show_tally).post(team::add_to_tally)),
    shown_and_sent(lead::NOTICES, || get(lead::show_notices).post(lead::see_notice)),
    shown(lead::REVIEWS, || get(lead::show_reviews)),
    shown_and_sent("/reviews/consents", || lead::serve_part(lead::Part::ToConfirm)),
    shown_and_sent("/reviews/overrides", || lead::serve_part(lead::Part::Overrides)),
    shown_and_sent("/reviews/reports", || lead::serve_part(lead::Part::Reports)),
    shown_and_sent("/reviews/openings", || lead::serve_part(lead::Part::Openings)),
    shown_and_sent("/reviews/incidents", || lead::serve_part(lead::Part::Incidents)),
    shown_and_sent("/reviews/proposals", || lead::serve_part(lead::Part::Proposals)),
    shown_and_sent("/reviews/pairs", || lead::serve_part(lead::Part::Pairs)),
    shown(lead::PROJECTS, || get(lead::show_projects)),
    shown_and_sent("/projects/{id}", || get(lead::show_project).post(lead::act_on_project)),
    shown_and_sent("/projects/{id}/left", || get(lead::show_left).post(lead::take_over)),
    shown("/sheets/{id}", || get(sheet::show)),
    shown_and_sent(SIGN_IN, || get(sign_in::show).post(sign_in::with_password)),
    shown_and_sent(SIGN_IN_CODE, || get(sign_in::show_code).post(sign_in::with_code)),
    shown("/sign-in/oidc", || get(provider::begin)),
    shown("/sign-in/oidc/callback", || get(provider::complete)),
    sent("/sign-out", || post(account::sign_out)),
    shown("/static/relais.css", || get(style)),
    shown("/static/team.css", || get(team_style)),
];

/// The style of every page, and what the pages of a team need beside it.
const STYLE: &str = include_str!("static/relais.css");
const TEAM_STYLE: &str = include_str!("static/team.css");

async fn style() -> Response {
    answer::style(STYLE)
}

async fn team_style() -> Response {
    answer::style(TEAM_STYLE)
}
