//! The pages of a team: finding who takes a person, naming them to her, referring, and following what comes of it.
//!
//! Invariants: a page tells what the same query tells; what somebody looks for stands in no address that a browser's history
//! could tell ([`quest`]); what a person says of a recipient is a form with nothing chosen beforehand, and a form that is
//! sent twice is one act.

mod card;
mod cases;
mod find;
mod map;
mod moves;
mod naming;
mod point;
mod quest;
mod refer;
mod referral;
mod results;
mod service;
mod share;
mod tally;
mod work;

pub(super) use cases::{act as act_on_case, seek as seek_case, show as show_case, show_all as show_cases};
pub(super) use find::{seek, show as show_find};
pub(super) use moves::act;
pub(super) use point::{choose as choose_point, show as show_point};
pub(super) use refer::{refer, show as show_refer};
pub(super) use referral::show as show_referral;
pub(super) use results::{choose, show as show_results};
pub(super) use service::show as show_service;
pub(super) use share::show as show_share;
pub(super) use tally::{add as add_to_tally, show as show_tally};
pub(super) use work::show as show_work;

use self::quest::Quest;
use super::answer;
use super::recorded::refused;
use super::visit::{Visit, sign_in_first};
use super::words::Words;
use crate::actions::search::Whereabouts;
use crate::actions::{Context, case};
use crate::domain::country::CountryCode;
use crate::domain::opening::TimeZone;
use crate::domain::place::AreaCode;
use crate::i18n::Language;
use crate::policy::access::Access;
use axum::body::Body;
use axum::extract::Path;
use axum::extract::rejection::PathRejection;
use axum::http::{Response, StatusCode};

/// Where somebody says what is looked for, and where what was found stands.
pub(super) const FIND: &str = "/find";

/// Where stands what the team has sent.
pub(super) const WORK: &str = "/work";
/// Where a case is found.
pub(super) const CASES: &str = "/cases";
/// Where people are counted who were only told something.
pub(super) const TALLY: &str = "/tally";

/// The pages that stand in the navigation, with the keys of their names.
pub(super) const PAGES: [(&str, &str); 9] = [
    (FIND, "team-find"),
    (WORK, "team-work"),
    (CASES, "team-cases"),
    (TALLY, "team-tally"),
    (super::lead::NOTICES, "team-notices"),
    (super::lead::REVIEWS, "lead-reviews"),
    (super::lead::PROJECTS, "team-projects"),
    (super::partner::INBOX, "partner-inbox"),
    (super::HOME, "page-account"),
];

/// Who visits a page of a team: somebody who is signed in.
struct Team<'a> {
    context: &'a Context,
    access: Access,
    visit: &'a Visit,
}

impl<'a> Team<'a> {
    #[expect(clippy::result_large_err, reason = "the answer is sent as it is, once a request")]
    fn of(context: &'a Context, visit: &'a Visit) -> Result<Self, Response<Body>> {
        let signed_in = visit.signed_in().ok_or_else(sign_in_first)?;
        Ok(Self { context, access: signed_in.access(context), visit })
    }

    fn language(&self) -> Language {
        self.visit.language
    }

    /// What stands in the address of a page, with what its case tells of the person by now.
    async fn quest(&self, sealed: Result<Path<String>, PathRejection>) -> Result<Quest, Response<Body>> {
        match sealed {
            Ok(Path(sealed)) => self.opened(&sealed).await,
            Err(_) => Err(answer::message(self.visit, StatusCode::NOT_FOUND, "quest-over")),
        }
    }

    /// The same of an address inside another one.
    async fn opened(&self, sealed: &str) -> Result<Quest, Response<Body>> {
        let quest = Quest::open(self.visit, sealed);
        let quest = quest.ok_or_else(|| answer::message(self.visit, StatusCode::NOT_FOUND, "quest-over"))?;
        let Some(id) = quest.case_id else { return Ok(quest) };
        match case::find(self.context, &self.access, id).await {
            Ok(view) => Ok(quest.about(&view)),
            Err(error) => Err(refused(self.context, &self.access, self.visit, &error).await),
        }
    }
}

/// The words of a page that looks from somewhere: by the clock of the country there, where it has one only.
fn words_at(language: Language, area: Option<&AreaCode>) -> Words {
    let country = area.and_then(|area| CountryCode::parse(area.as_str().get(..2)?).ok());
    Words::by_clock(language, country.and_then(TimeZone::of_country))
}

/// The code of the area, as a search takes it.
fn area_of(whereabouts: &Whereabouts) -> Option<String> {
    whereabouts.area.as_ref().map(|area| area.as_str().to_owned())
}
