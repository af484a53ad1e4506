//! Views of legal holds: the protection lead's, who sees nothing else of the case.

use super::access::Access;
use super::rules::{Action, permit};
use super::visible::{Subject, Told, Visible};
use crate::domain::id::CaseId;
use crate::domain::legal_hold::{LegalHold, LegalHoldReason};
use crate::domain::time::{Date, Timestamp};

/// A legal hold as the protection lead sees it.
#[derive(Clone, Debug)]
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

/// The view of a hold; `None` unless the viewer leads protection in its project.
pub fn show_hold(access: &Access, hold: &LegalHold, now: Timestamp) -> Option<Visible<HoldView>> {
    permit(access, Action::HoldCase).ok()?;
    let view = HoldView {
        case_id: hold.case_id,
        reason: Told::new("reason", hold.reason),
        review_on: Told::new("reviewOn", hold.review_on),
        is_overdue: Told::new("overdue", hold.is_overdue(now)),
        set_at: Told::new("setAt", hold.set_at),
    };
    let subject = Subject { object: hold.case_id.to_string(), project_id: hold.project_id, consent_id: None };
    Some(Visible::of_subject(view, subject, access.recorder().clone()))
}
