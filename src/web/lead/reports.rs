//! Records of statutory reports, which a second person answers for. What a report said is told by no page.

use super::Lead;
use super::items::{Asked, CHOICE, Item, ItemsPage, Undone, line};
use super::reviews::Part;
use crate::actions::ActionError;
use crate::actions::protection::reports;
use crate::domain::id::{Identifier as _, ReportId};
use crate::policy::report_view::ReportView;
use crate::policy::rules::Action;
use crate::policy::visible::Visible;
use crate::web::form::Form;
use crate::web::team::CASES;

pub(super) async fn fill(lead: &Lead<'_>, asked: &Asked<'_>, page: &mut ItemsPage) -> Result<(), ActionError> {
    let mut reports = reports::list(lead.context, &lead.access, None).await?;
    reports.sort_by_key(|report| report.reveal(&report.confirmed_at).is_some());
    let (reports, next) = asked.part_of(reports);
    page.more = next.map(|next| format!("{}?from={next}", Part::Reports.address()));
    page.items = reports.iter().map(|report| item(lead, asked, report)).collect();
    Ok(())
}

fn item(lead: &Lead<'_>, asked: &Asked<'_>, report: &Visible<ReportView>) -> Item {
    let words = lead.words;
    let by = report.reveal(&report.recorded_by);
    let confirmed = report.reveal(&report.confirmed_at);
    let facts = [
        line(lead, "lead-authority", Some(words.code("authority", *report.tell(&report.authority)))),
        line(lead, "lead-reported-on", Some(report.tell(&report.reported_on).to_string())),
        line(lead, "lead-information", Some(words.code("report-information", *report.tell(&report.information)))),
        line(lead, "lead-recorded", Some(words.when(*report.tell(&report.recorded_at)))),
        line(lead, "lead-recorded-by", by.cloned()),
        line(lead, "lead-confirmed-on", confirmed.map(|at| words.when(*at))),
        line(lead, "lead-confirmed-by", report.reveal(&report.confirmed_by).cloned()),
    ];
    let object = report.id.to_string();
    let is_own = lead.is_own(by);
    let case = report.reveal(&report.case_id).filter(|_| lead.may(Action::ReadCase));
    let form = || {
        let choices = vec![("confirm", words.text("lead-reports-yes"))];
        asked.forms(lead, &object).form("lead-report", Some("lead-second-hint"), choices, None)
    };
    let is_possible = confirmed.is_none() && !is_own && lead.may(Action::ConfirmReport);
    let state = match (confirmed, is_own) {
        (Some(_), _) => "lead-reports-done",
        (None, true) => "lead-reports-own",
        (None, false) => "lead-reports-waits",
    };
    Item {
        title: words.text(state),
        facts: facts.into_iter().flatten().collect(),
        links: case.map(|id| (format!("{CASES}/{id}"), words.text("work-case"))).into_iter().collect(),
        acts: is_possible.then(form).into_iter().collect(),
        object,
        ..Item::default()
    }
}

pub(super) async fn decide(lead: &Lead<'_>, form: &Form) -> Result<&'static str, Undone> {
    let id = ReportId::parse(form.get("object")).map_err(|_| ActionError::NotVisible)?;
    if form.get("choice") != "confirm" {
        return Err(Undone::Missing(CHOICE));
    }
    reports::confirm(lead.context, &lead.access, id).await?;
    Ok("lead-confirmed")
}
