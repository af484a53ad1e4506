//! What becomes of a referral, by its recipient's own word, or as the case's team was told by phone or on the spot.

use super::consequences;
use super::side::find_side;
use super::write::{Actor, audit, write};
use super::{Target, decide, round, settle};
use crate::actions::protection::require_project_at_work;
use crate::actions::{ActionError, Context};
use crate::domain::audit::AuditPurpose;
use crate::domain::lifecycle::Party;
use crate::domain::referral::{Command, DeclineCode, OutcomeCode};
use crate::domain::sensitive::hidden_debug;
use crate::domain::time::Timestamp;
use crate::policy::access::Access;
use crate::policy::referral_view::ReferralView;
use crate::policy::rules::{Action, permit_any};
use crate::policy::visible::Visible;

/// What an answer says.
#[derive(Clone, Copy, Debug)]
pub enum Answer {
    /// It was received.
    Acknowledge,
    /// It is accepted in principle.
    Accept,
    /// It is on the waiting list, for about so many days.
    Waitlist(i64),
    /// It is declined.
    Decline(DeclineCode),
    /// The service began.
    Start(Timestamp),
    /// It is completed.
    Complete(OutcomeCode),
    /// Nothing came of it.
    NotRealise(OutcomeCode),
}

/// An answer, and whether the person has told it to the case's team.
#[derive(Clone, Copy)]
pub struct Told {
    /// What it says.
    pub answer: Answer,
    /// True for what the person told; otherwise the recipient says it, or has told it.
    pub by_person: bool,
}

hidden_debug!(Told);

impl Told {
    const fn command(self) -> Command<'static> {
        let as_told_by_person = self.by_person;
        match self.answer {
            Answer::Acknowledge => Command::Acknowledge,
            Answer::Accept => Command::Accept,
            Answer::Waitlist(expected_wait_days) => Command::Waitlist { expected_wait_days },
            Answer::Decline(code) => Command::Decline { code, as_told_by_person },
            Answer::Start(service_started_at) => Command::Start { service_started_at },
            Answer::Complete(outcome) => Command::Complete { outcome },
            Answer::NotRealise(outcome) => Command::NotRealise { outcome },
        }
    }
}

/// Records an answer, for whichever side the viewer is of. What is told needs no vetting: nothing is sent.
pub async fn answer(
    context: &Context,
    access: &Access,
    target: Target,
    told: Told,
) -> Result<Visible<ReferralView>, ActionError> {
    let account = permit_any(access, &[Action::AnswerReferral, Action::FollowReferral])?;
    let now = context.now();
    let written = context
        .store
        .write(async |tx| {
            let (referral, party) = find_side(tx, access, target, told.by_person).await?;
            let purpose = match party {
                Party::Recipient => AuditPurpose::ReferralAnswer,
                Party::Sender => AuditPurpose::Care,
                _ => return Err(ActionError::Forbidden),
            };
            require_project_at_work(tx, account.project_id).await?;
            let change = decide(access, &referral, &told.command(), party, now)?;
            let actor = Actor::of(party, account).as_told(told.by_person);
            let changed = write(tx, &actor, referral, &change).await?;
            consequences::settle(context, tx, account, &changed, &change).await?;
            round::close_others(context, tx, &changed).await?;
            tx.touch_case(changed.case_id, now).await?;
            audit(tx, access, &changed, purpose).await
        })
        .await;
    settle(context, access, target, written).await
}
