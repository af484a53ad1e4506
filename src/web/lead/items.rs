//! Things of which each stands on a page with what is known of it and what may be done with it now.

use super::Lead;
use crate::actions::ActionError;
use crate::domain::refusal::{ProtectionProblem, Refusal};
use crate::web::act::{Act, FieldKind, Forms, Kept};
use crate::web::form::Form;
use crate::web::frame::Frame;
use crate::web::recorded::{in_query, sent};
use askama::Template;
use axum::body::Body;
use axum::http::{Response, StatusCode, Uri};

/// So many things stand on a page.
pub(super) const ON_A_PAGE: usize = 8;
/// What was not chosen.
pub(super) const CHOICE: &str = "missing-choice";

/// What the notice after an act can say.
const DONE: [&str; 17] = [
    "lead-confirmed",
    "lead-taken-back",
    "lead-reviewed",
    "lead-closed",
    "lead-accepted",
    "lead-refused",
    "lead-two",
    "lead-merged",
    "lead-restored",
    "lead-frozen",
    "lead-thaw-asked",
    "lead-thawed",
    "lead-desk",
    "lead-revoked",
    "lead-end-asked",
    "lead-ended",
    "lead-seen",
];

/// One thing.
#[derive(Default)]
pub(super) struct Item {
    /// What its forms name it by.
    pub(super) object: String,
    pub(super) title: String,
    /// What is known of it, line by line.
    pub(super) facts: Vec<(String, String)>,
    /// Where more of it stands: the address, and what that is called.
    pub(super) links: Vec<(String, String)>,
    /// What it stands at, where its act asks for that.
    pub(super) version: String,
    pub(super) acts: Vec<Act>,
}

/// A page of things, and of lists beside them.
#[derive(Template)]
#[template(path = "lead_items.html")]
pub(super) struct ItemsPage {
    pub(super) frame: Frame,
    /// The page before, and what it is called.
    pub(super) back: (String, String),
    pub(super) title: String,
    /// What it is for, in a sentence.
    pub(super) what: String,
    pub(super) done: Option<String>,
    /// What was not accepted, where no form of the page can say it.
    pub(super) problem: Option<String>,
    /// Whether the second factor has to be shown first.
    pub(super) confirms_first: bool,
    /// Where its forms go.
    pub(super) address: String,
    /// Where in the list this page begins.
    pub(super) from: String,
    pub(super) items: Vec<Item>,
    /// What is said where there is nothing.
    pub(super) none: Option<String>,
    /// Lists beside the things, each with its title.
    pub(super) lists: Vec<(String, Vec<String>)>,
    /// Other pages of the same.
    pub(super) links: Vec<(String, String)>,
    pub(super) more: Option<String>,
    /// By which clock its times are.
    pub(super) zone: String,
}

/// What a visitor asks of a page, by its address or with a form.
#[derive(Default)]
pub(super) struct Asked<'a> {
    /// Where to begin.
    pub(super) from: String,
    /// Of which list.
    pub(super) list: String,
    /// What was done before.
    pub(super) done: Option<&'a str>,
    /// The form that was not accepted.
    pub(super) kept: Option<Kept<'a>>,
}

impl<'a> Asked<'a> {
    pub(super) fn by_address(uri: &'a Uri) -> Self {
        let text = |name| in_query(uri, name).unwrap_or_default().to_owned();
        Self { from: text("from"), list: text("list"), done: in_query(uri, "done"), kept: None }
    }

    pub(super) fn by_form(form: &'a Form, problem: String) -> Self {
        let from = form.get("from").chars().filter(char::is_ascii).take(200).collect();
        Self { from, kept: Some(Kept { form, problem: Some(problem) }), ..Self::default() }
    }

    /// What forms of this object are made with.
    pub(super) fn forms<'b>(&'b self, lead: &Lead<'_>, object: &str) -> Forms<'b> {
        let kept = self.kept.as_ref().filter(|kept| kept.form.get("object") == object);
        Forms { words: lead.words, kept }
    }

    /// The part of a list that stands on this page, and where the next one begins.
    pub(super) fn part_of<T>(&self, all: Vec<T>) -> (Vec<T>, Option<String>) {
        let from: usize = self.from.parse().unwrap_or_default();
        let next = from.saturating_add(ON_A_PAGE);
        let more = (all.len() > next).then(|| next.to_string());
        (all.into_iter().skip(from).take(ON_A_PAGE).collect(), more)
    }
}

impl ItemsPage {
    /// A page with nothing on it yet. Its title and what it is for stand under `lead-KEY` and `lead-KEY-what`.
    pub(super) fn new(lead: &Lead<'_>, key: &str, address: String, asked: &Asked<'_>) -> Self {
        let words = lead.words;
        Self {
            frame: lead.visit.frame(),
            back: (super::REVIEWS.to_owned(), words.text("lead-reviews")),
            title: words.text(&format!("lead-{key}")),
            what: words.text(&format!("lead-{key}-what")),
            done: asked.done.filter(|code| DONE.contains(code)).map(|code| words.text(&format!("done-{code}"))),
            problem: None,
            confirms_first: false,
            address,
            from: asked.from.clone(),
            items: Vec::new(),
            none: None,
            lists: Vec::new(),
            links: Vec::new(),
            more: None,
            zone: words.zone_name(),
        }
    }

    /// The page as it is sent: what was not accepted is said above where its form is not there any more.
    pub(super) async fn sent(mut self, lead: &Lead<'_>, status: StatusCode, asked: &Asked<'_>) -> Response<Body> {
        let is_said = self.items.iter().flat_map(|item| &item.acts).any(|act| act.problem.is_some());
        self.problem = asked.kept.as_ref().and_then(|kept| kept.problem.clone()).filter(|_| !is_said);
        let factor = lead.words.code("protection", ProtectionProblem::SecondFactorNeeded);
        self.confirms_first = asked.kept.as_ref().is_some_and(|kept| kept.problem.as_ref() == Some(&factor));
        if self.items.is_empty() && self.none.is_none() {
            self.none = Some(lead.words.text("lead-nothing"));
        }
        sent(lead.context, &lead.access, (lead.visit, status), &self).await
    }
}

/// Why a form was not carried out.
pub(super) enum Undone {
    /// Something is missing in it; the key of what to say.
    Missing(&'static str),
    /// Its act was refused.
    Refused(ActionError),
}

impl From<ActionError> for Undone {
    fn from(error: ActionError) -> Self {
        Self::Refused(error)
    }
}

impl Undone {
    /// With which status and words the page says it; the error where there is no page.
    pub(super) fn said(self, lead: &Lead<'_>) -> Result<(StatusCode, String), ActionError> {
        match self {
            Self::Missing(key) => Ok((StatusCode::UNPROCESSABLE_ENTITY, lead.words.text(key))),
            Self::Refused(ActionError::Refused(Refusal::Conflict { .. })) => {
                Ok((StatusCode::CONFLICT, lead.words.text("lead-changed")))
            }
            Self::Refused(ActionError::Refused(refusal)) => {
                Ok((StatusCode::UNPROCESSABLE_ENTITY, lead.words.refusal(&refusal)))
            }
            Self::Refused(error) => Err(error),
        }
    }
}

/// A line of what is known; nothing where there is nothing to say.
pub(super) fn line(lead: &Lead<'_>, key: &str, text: Option<String>) -> Option<(String, String)> {
    text.filter(|text| !text.is_empty()).map(|text| (lead.words.text(key), text))
}
