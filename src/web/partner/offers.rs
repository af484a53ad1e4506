//! What the partner has offered, with the answers, and the services to which it can offer somebody.

use super::OFFERS;
use crate::actions::partner_offer::acts::{OfferTarget, act};
use crate::actions::partner_offer::{OffersAsked, list, reception::open_services};
use crate::actions::{ActionError, Context, directory};
use crate::domain::directory::Service;
use crate::domain::id::{Identifier as _, OrganizationId, PartnerOfferId};
use crate::domain::partner_offer::{OfferAct, PartnerOfferStatus};
use crate::domain::refusal::Refusal;
use crate::i18n::code_key;
use crate::policy::access::Access;
use crate::policy::partner_offer_view::PartnerOfferView;
use crate::policy::visible::Visible;
use crate::web::answer as answers_of_pages;
use crate::web::form::Form;
use crate::web::frame::Frame;
use crate::web::recorded::{in_query, not_found, refused, sent};
use crate::web::visit::Visit;
use crate::web::words::Words;
use askama::Template;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Response, StatusCode, Uri};
use std::sync::Arc;

/// So many offers stand on a page.
const LINES: usize = 8;
/// What the notice after an act can say.
const DONE: [&str; 2] = ["offer", "offer-withdrawn"];

#[derive(Template)]
#[template(path = "partner_offers.html")]
struct OffersPage {
    frame: Frame,
    done: Option<String>,
    problem: Option<String>,
    services: Vec<Open>,
    lines: Vec<Line>,
    more: Option<String>,
}

/// A service to which somebody can be offered.
struct Open {
    id: String,
    name: String,
    organization: Option<String>,
}

/// One offer.
struct Line {
    id: String,
    version: i64,
    title: String,
    state: String,
    service: Option<String>,
    /// Until when the team answers, while it has not.
    due: Option<String>,
    facts: Vec<(String, String)>,
    can_be_taken_back: bool,
}

impl Line {
    fn new(context: &Context, access: &Access, frame: &Frame, view: &Visible<PartnerOfferView>) -> Self {
        let service = view.reveal(&view.service_id);
        let service = service.and_then(|id| directory::service(context, access, *id).ok());
        let service: Option<Arc<Service>> = service.map(|view| Arc::clone(&view.service));
        let words = Words::of(frame.language, service.as_deref());
        let status = *view.tell(&view.status);
        let decide_by = view.reveal(&view.decide_by).filter(|_| status == PartnerOfferStatus::Offered);
        let need = view.reveal(&view.need).map(|need| words.code("need", *need));
        let line = |key: &str, text: Option<String>| text.map(|text| (words.text(key), text));
        let receiver = view.reveal(&view.receiver_id).and_then(|id| name_of(context, access, *id));
        let decline = view.reveal(&view.decline_code).map(|code| words.code("decline", *code));
        let outcome = view.reveal(&view.outcome_code).map(|code| words.code("outcome", *code));
        let offer = &view.offer;
        let age = view.reveal(&offer.age_band).map(|code| words.code("accepted-age", *code));
        let gender = view.reveal(&offer.gender).map(|code| words.code("gender", *code));
        let household = view.reveal(&offer.household).map(|code| words.code("household", *code));
        let languages = view.reveal(&offer.languages).filter(|languages| !languages.is_empty());
        let languages = languages.map(|tags| words.listed(tags.iter().map(|tag| words.language_name(tag))));
        let facts = [
            line("fact-age", age),
            line("fact-gender", gender),
            line("fact-household", household),
            line("fact-languages", languages),
            line("fact-recipient", receiver),
            line("fact-sent", view.reveal(&view.offered_at).map(|at| words.when(*at))),
            line("fact-phone", view.reveal(&view.receiver_phone).cloned()),
            line("fact-mailbox", view.reveal(&view.receiver_mailbox).cloned()),
            line("fact-phrase", view.reveal(&view.call_phrase).cloned()),
            line("fact-decline", decline),
            line("fact-outcome", outcome),
        ];
        Self {
            id: view.id.to_string(),
            version: view.version,
            title: need.unwrap_or_else(|| words.text("partner-unnamed")),
            state: words.text(&state_key(access, status)),
            service: service.map(|service| service.name.clone()),
            due: decide_by.map(|at| words.when(*at)),
            facts: facts.into_iter().flatten().collect(),
            can_be_taken_back: matches!(status, PartnerOfferStatus::Offered | PartnerOfferStatus::Accepted),
        }
    }
}

/// Who came by a link is called by the team, and not the other way round: whoever reads a mailbox has proved nothing.
fn state_key(access: &Access, status: PartnerOfferStatus) -> String {
    let key = code_key("offer-state", status);
    let is_called = status == PartnerOfferStatus::Accepted && access.confinement().is_some();
    if is_called { format!("{key}-by-link") } else { key }
}

fn name_of(context: &Context, access: &Access, id: OrganizationId) -> Option<String> {
    directory::counterpart(context, access, id).ok().map(|organization| organization.name.clone())
}

async fn page_of(
    context: &Context,
    access: &Access,
    frame: Frame,
    after: Option<PartnerOfferId>,
) -> Result<OffersPage, ActionError> {
    let asked = OffersAsked { received: false, open: None, after, limit: LINES };
    let (views, has_more) = list(context, access, asked).await?;
    let last = views.last().filter(|_| has_more).map(|view| view.id);
    let services = open_services(context, access).await?;
    let services = services.iter().map(|view| Open {
        id: view.service.id.to_string(),
        name: view.service.name.clone(),
        organization: name_of(context, access, view.service.organization_id),
    });
    Ok(OffersPage {
        done: None,
        problem: None,
        services: services.collect(),
        lines: views.iter().map(|view| Line::new(context, access, &frame, view)).collect(),
        more: last.map(|id| format!("{OFFERS}?after={id}")),
        frame,
    })
}

pub(in crate::web) async fn show(State(context): State<Context>, uri: Uri, visit: Visit) -> Response<Body> {
    let Some(access) = visit.offering_access(&context) else { return not_found(&visit) };
    let after = in_query(&uri, "after").and_then(|id| PartnerOfferId::parse(id).ok());
    let done = in_query(&uri, "done").filter(|code| DONE.contains(code));
    match page_of(&context, &access, visit.frame(), after).await {
        Ok(page) => {
            let done = done.map(|code| page.frame.text(&format!("done-{code}")));
            sent(&context, &access, (&visit, StatusCode::OK), &OffersPage { done, ..page }).await
        }
        Err(error) => refused(&context, &access, &visit, &error).await,
    }
}

/// Takes an offer back.
pub(in crate::web) async fn withdraw(State(context): State<Context>, form: Form) -> Response<Body> {
    let visit = &form.visit;
    let Some(access) = visit.offering_access(&context) else { return not_found(visit) };
    let target = PartnerOfferId::parse(form.get("offer")).ok().zip(form.get("version").parse().ok());
    let Some((id, expected_version)) = target else {
        return refused(&context, &access, visit, &ActionError::NotVisible).await;
    };
    let words = Words::of(visit.language, None);
    let problem = if form.get("sure") == "yes" {
        match act(&context, &access, OfferTarget { id, expected_version }, OfferAct::Withdraw).await {
            Ok(_) => return answers_of_pages::onward(&format!("{OFFERS}?done=offer-withdrawn")),
            Err(ActionError::Refused(Refusal::Conflict { .. })) => words.text("offers-changed"),
            Err(ActionError::Refused(refusal)) => words.refusal(&refusal),
            Err(error) => return refused(&context, &access, visit, &error).await,
        }
    } else {
        words.text("missing-sure")
    };
    match page_of(&context, &access, visit.frame(), None).await {
        Ok(page) => {
            let page = OffersPage { problem: Some(problem), ..page };
            sent(&context, &access, (visit, StatusCode::UNPROCESSABLE_ENTITY), &page).await
        }
        Err(error) => refused(&context, &access, visit, &error).await,
    }
}
