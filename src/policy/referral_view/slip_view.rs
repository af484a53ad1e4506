//! The slip and the code to be spoken, shown once to who makes them.

use super::{Referral, Standing, Timestamp, Visible, subject};
use crate::domain::answer_code::AnswerCode;
use crate::domain::slip::SlipCode;
use crate::policy::access::Access;
use crate::policy::looking::Looking;
use crate::policy::visible::Told;

/// What is written on a slip, and until when it opens.
#[derive(Clone)]
pub struct SlipView {
    /// The code.
    pub code: Told<String>,
    /// Until when it can be presented.
    pub expires_at: Told<Timestamp>,
}

/// The view of a slip that was just made for an accepted referral; `None` for anybody but the case's team.
pub fn show_slip(
    access: &Access,
    referral: &Referral,
    code: SlipCode,
    expires_at: Timestamp,
) -> Option<Visible<SlipView>> {
    let relation = access.relation_to_referral(referral);
    let look = Looking::new(access, access.facts(relation, Standing::Accepted, false));
    if !look.sees_all(&["HandoverSlip.code", "HandoverSlip.expiresAt"]) {
        return None;
    }
    let view = SlipView {
        code: look.told("HandoverSlip.code", code.spelled()),
        expires_at: look.told("HandoverSlip.expiresAt", expires_at),
    };
    Some(Visible::of_subject(view, subject(referral, relation), access.recorder().clone()))
}

/// A code to be spoken to the directory's number, and until when it proves anything.
#[derive(Clone)]
pub struct AnswerCodeView {
    /// The code.
    pub code: Told<String>,
    /// Until when it can be typed.
    pub expires_at: Told<Timestamp>,
}

/// The view of a code that was just made for an accepted referral; `None` for anybody but the case's team.
pub fn show_answer_code(
    access: &Access,
    referral: &Referral,
    code: AnswerCode,
    expires_at: Timestamp,
) -> Option<Visible<AnswerCodeView>> {
    let relation = access.relation_to_referral(referral);
    let look = Looking::new(access, access.facts(relation, Standing::Accepted, false));
    if !look.sees_all(&["AnswerCode.code", "AnswerCode.expiresAt"]) {
        return None;
    }
    let view = AnswerCodeView {
        code: look.told("AnswerCode.code", code.spelled()),
        expires_at: look.told("AnswerCode.expiresAt", expires_at),
    };
    Some(Visible::of_subject(view, subject(referral, relation), access.recorder().clone()))
}
