//! One referral for its team: where it stands and what is asked now, what the other side was told, whom to call with which
//! words, who attested what, and what may be done.

use super::card::{Phone, phones};
use super::moves::{self, Standing};
use super::work::due;
use super::{Team, WORK};
use crate::actions::{ActionError, Context, directory, referral};
use crate::domain::directory::Service;
use crate::domain::id::{Identifier as _, ReferralId};
use crate::domain::lifecycle::Status;
use crate::domain::message::MessageKind;
use crate::i18n::code_key;
use crate::policy::referral_view::{ReferralStatus, ReferralView};
use crate::policy::visible::Visible;
use crate::web::act::{Act, FieldKind, Kept};
use crate::web::facts::{Reading, Section};
use crate::web::frame::Frame;
use crate::web::recorded::{in_query, not_found, refused, sent};
use crate::web::told::{Said, Step, messages, steps};
use crate::web::visit::Visit;
use crate::web::words::Words;
use askama::Template;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{Response, StatusCode, Uri};
use std::sync::Arc;

#[derive(Template)]
#[template(path = "team_referral.html")]
struct ReferralPage {
    frame: Frame,
    id: String,
    address: String,
    version: i64,
    title: String,
    service: Option<String>,
    state: String,
    asked: String,
    due: Option<(String, bool)>,
    done: Option<String>,
    problem: Option<String>,
    phones: Vec<Phone>,
    call_phrase: Option<String>,
    spoken_code: Option<String>,
    case_id: Option<String>,
    has_sheet: bool,
    /// A code that was just made; it is shown once.
    code: Option<(String, String)>,
    sections: Vec<Section>,
    earlier: Option<String>,
    steps: Vec<Step>,
    deliveries: Vec<String>,
    messages: Vec<Said>,
    acts_title: String,
    acts: Vec<Act>,
    zone: String,
}

/// What is to be shown beside the referral itself.
#[derive(Default)]
pub(super) struct Beside<'a> {
    /// What was done before.
    pub(super) done: Option<&'a str>,
    /// What stands above the page, where an act was not possible.
    pub(super) problem: Option<String>,
    /// The form that was not accepted.
    pub(super) kept: Option<Kept<'a>>,
    /// How many steps stood on the page from which a form came.
    pub(super) seen: Option<usize>,
    /// A code that was just made, by the key of what it is for.
    pub(super) code: Option<(&'static str, String)>,
}

impl ReferralPage {
    fn new(team: &Team<'_>, view: &Visible<ReferralView>, beside: Beside<'_>) -> Self {
        let service = service_of(team, view);
        let words = Words::of(team.language(), service.as_deref()).to_sender();
        let status = *view.tell(&view.status);
        let said = messages(words, view);
        let standing = standing(view, status, said.iter().any(|message| !message.is_read));
        let reading = Reading { context: team.context, access: &team.access, view, service: service.clone(), words };
        let due = due(view, status);
        let is_past = due.is_some_and(|due| due <= team.context.clock.now());
        let case = view.case.as_ref();
        let told = view.reveal(&view.deliveries).map_or(&[][..], Vec::as_slice);
        let delivery = |told: &crate::domain::delivery::Told| {
            let arguments = [
                ("channel", words.code("delivery-by", told.channel)),
                ("status", words.code("delivery", told.status)),
                ("when", words.when(told.at)),
            ];
            words.with("delivery-line", &arguments)
        };
        Self {
            id: view.id.to_string(),
            address: format!("{WORK}/{}", view.id),
            version: view.version,
            title: view
                .reveal(&view.need)
                .map_or_else(|| words.text("partner-unnamed"), |need| words.code("need", *need)),
            state: words.text(&code_key("own-state", status)),
            asked: words.text(&code_key("own-asked", status)),
            due: due.map(|at| (words.when(at), is_past)),
            done: beside.done.filter(|code| moves::DONE.contains(code)).map(|code| words.text(&format!("done-{code}"))),
            problem: beside.problem,
            phones: service.as_deref().map(phones).unwrap_or_default(),
            call_phrase: view.reveal(&view.call_phrase).cloned(),
            spoken_code: case.and_then(|case| case.reveal(&case.spoken_code).cloned()),
            case_id: case.map(|case| case.id.to_string()),
            has_sheet: matches!(status, ReferralStatus::Known(Status::Accepted | Status::HandedOver)),
            code: beside.code.map(|(key, code)| (words.text(key), code)),
            sections: reading.sections_for_sender(),
            earlier: view.reveal(&view.reroute_of).map(ToString::to_string),
            steps: steps(words, view, beside.seen),
            deliveries: told.iter().map(delivery).collect(),
            messages: said,
            acts_title: words.text("work-acts"),
            acts: moves::forms(words, standing, beside.kept.as_ref()),
            zone: words.zone_name(),
            service: service.map(|service| service.name.clone()),
            frame: team.visit.frame(),
        }
    }
}

/// What decides which acts there are.
fn standing(view: &Visible<ReferralView>, status: ReferralStatus, has_unread: bool) -> Standing {
    let waiting = view.reveal(&view.messages).map_or(&[][..], Vec::as_slice);
    let question = waiting.iter().rfind(|message| message.kind == MessageKind::Question);
    Standing {
        status,
        stage: *view.tell(&view.stage),
        has_unread,
        question: question.and_then(|message| message.question),
        has_consent: view.consent.is_some(),
    }
}

/// The service asked, as far as the viewer may know it.
fn service_of(team: &Team<'_>, view: &Visible<ReferralView>) -> Option<Arc<Service>> {
    let id = view.reveal(&view.service_id)?;
    directory::service(team.context, &team.access, *id).ok().map(|view| Arc::clone(&view.service))
}

/// A referral that the viewer's team follows. To everybody else there is no such page, whatever else they may read of it.
pub(super) async fn followed(team: &Team<'_>, id: ReferralId) -> Result<Visible<ReferralView>, ActionError> {
    let view = referral::find(team.context, &team.access, id).await?;
    if view.case.is_some() { Ok(view) } else { Err(ActionError::NotVisible) }
}

/// The page of a referral, as it stands now.
pub(super) async fn page(team: &Team<'_>, status: StatusCode, id: ReferralId, beside: Beside<'_>) -> Response<Body> {
    match followed(team, id).await {
        Ok(view) => {
            let page = ReferralPage::new(team, &view, beside);
            sent(team.context, &team.access, (team.visit, status), &page).await
        }
        Err(error) => refused(team.context, &team.access, team.visit, &error).await,
    }
}

/// An id in an address; what is none is told as what is not there.
pub(super) fn id_in(path: Result<Path<String>, PathRejection>) -> Option<ReferralId> {
    path.ok().and_then(|Path(id)| ReferralId::parse(&id).ok())
}

pub(in crate::web) async fn show(
    State(context): State<Context>,
    id: Result<Path<String>, PathRejection>,
    uri: Uri,
    visit: Visit,
) -> Response<Body> {
    let team = match Team::of(&context, &visit) {
        Ok(team) => team,
        Err(elsewhere) => return elsewhere,
    };
    let Some(id) = id_in(id) else { return not_found(&visit) };
    page(&team, StatusCode::OK, id, Beside { done: in_query(&uri, "done"), ..Beside::default() }).await
}
