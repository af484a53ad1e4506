//! Views of legal holds: the protection lead's, who sees nothing else of the case.

use super::access::Access;
use super::looking::Looking;
use super::rules::{Action, permit};
use super::table::Standing;
use super::visible::{Subject, Told, Visible};
use crate::domain::audit::AuditPurpose;
use crate::domain::id::CaseId;
use crate::domain::legal_hold::{LegalHold, LegalHoldReason};
use crate::domain::time::{Date, Timestamp};

/// A legal hold as the protection lead sees it.
#[derive(Clone)]
pub struct HoldView {
    /// The case, by its id.
    pub case_id: CaseId,
    /// Why.
    pub reason: Told<LegalHoldReason>,
    /// The day of its review.
    pub review_on: Told<Date>,
    /// True once that day has passed.
    pub is_overdue: Told<bool>,
    /// When it was set or last renewed.
    pub set_at: Told<Timestamp>,
}

/// The view of a hold; `None` unless the viewer leads protection in the case's project.
pub fn show_hold(access: &Access, hold: &LegalHold, now: Timestamp) -> Option<Visible<HoldView>> {
    permit(access, Action::HoldCase).ok()?;
    let relation = access.relation_to_hold(hold.project_id, hold.organization_id);
    let look = Looking::new(access, access.facts(relation, Standing::Plain, false));
    let told = ["LegalHold.caseId", "LegalHold.reason", "LegalHold.reviewOn", "LegalHold.overdue", "LegalHold.setAt"];
    if !look.sees_all(&told) {
        return None;
    }
    let view = HoldView {
        case_id: hold.case_id,
        reason: look.told("LegalHold.reason", hold.reason),
        review_on: look.told("LegalHold.reviewOn", hold.review_on),
        is_overdue: look.told("LegalHold.overdue", hold.is_overdue(now)),
        set_at: look.told("LegalHold.setAt", hold.set_at),
    };
    let subject = Subject {
        object: hold.case_id.to_string(),
        project_id: hold.project_id,
        consent_id: None,
        purpose: AuditPurpose::Protection,
    };
    Some(Visible::of_subject(view, subject, access.recorder().clone()))
}
