//! The acts of protection.

use crate::actions::protection::glass::{self, Which};
use crate::actions::protection::project::{self, Step};
use crate::actions::protection::withdrawal::{self, Closing};
use crate::actions::protection::{continuity, deletion, notice};
use crate::actions::referral::Target;
use crate::domain::deletion::DeletionAnswer;
use crate::domain::glass::{GlassReason, GlassVerdict};
use crate::domain::referral::{CancelReason, ErrorReason};
use crate::graphql::error::{ApiError, parse_id};
use crate::graphql::request::request;
use crate::graphql::types::consent::Consent;
use crate::graphql::types::protection::{BreakGlass, Custody, Deletion, Notice, Project};
use crate::graphql::types::referral::Referral;
use crate::graphql::user_errors::{
    BreakGlassOpenError, BreakGlassReviewError, ConsentWithdrawError, CustodyTakeError, DeletionAnswerError,
    FromUserError, NoticeSeenError, ProjectFreezeError, ProjectNameDeskError, ProjectThawConfirmError,
    ProjectThawRequestError, ReferralCancelError, ReferralMarkErrorError, settle,
};
use async_graphql::{Context, ID, InputObject, Object, OneofObject};

#[derive(Default)]
pub struct ProtectionMutations;

#[Object]
impl ProtectionMutations {
    /// Freezes a project at once: partners read nothing of it any more, and its staff only read. One person is
    /// enough; a frozen project stays frozen.
    async fn project_freeze(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which project is frozen.")] input: ProjectFreezeInput,
    ) -> Result<ProjectFreezePayload, ApiError> {
        let (project, errors) = step(context, &input.project_id, Step::Freeze).await?;
        Ok(ProjectFreezePayload { project, errors })
    }

    /// Asks to thaw a project; somebody else who leads it confirms.
    async fn project_thaw_request(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which project is to be thawed.")] input: ProjectThawRequestInput,
    ) -> Result<ProjectThawRequestPayload, ApiError> {
        let (project, errors) = step(context, &input.project_id, Step::RequestThaw).await?;
        Ok(ProjectThawRequestPayload { project, errors })
    }

    /// Confirms that a project is thawed; refused to who asked for it.
    async fn project_thaw_confirm(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which project is thawed.")] input: ProjectThawConfirmInput,
    ) -> Result<ProjectThawConfirmPayload, ApiError> {
        let (project, errors) = step(context, &input.project_id, Step::ConfirmThaw).await?;
        Ok(ProjectThawConfirmPayload { project, errors })
    }

    /// Names the team, of another project of the organisation, that takes over what the project leaves open
    /// when it is frozen. In another country it counts once a second person names it too.
    async fn project_name_desk(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which project, and which team.")] input: ProjectNameDeskInput,
    ) -> Result<ProjectNameDeskPayload, ApiError> {
        let request = request(context);
        let (project, team) = (parse_id(&input.project_id)?, parse_id(&input.team_id)?);
        let named = project::name_desk(&request.context, &request.access, project, team).await;
        let (project, errors) = settle(named, request.language)?;
        Ok(ProjectNameDeskPayload { project: project.map(Project), errors })
    }

    /// Takes over the case of a referral that a frozen project left open; for the people of its desk. Its
    /// recipients read and answer again.
    async fn custody_take(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "For which referral.")] input: CustodyTakeInput,
    ) -> Result<CustodyTakePayload, ApiError> {
        let request = request(context);
        let taken = continuity::take(&request.context, &request.access, parse_id(&input.referral_id)?).await;
        let (custody, errors) = settle(taken, request.language)?;
        Ok(CustodyTakePayload { custody: custody.map(Custody), errors })
    }

    /// Marks a notice as seen by the viewer; it stays unseen for the others.
    async fn notice_seen(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which notice was seen.")] input: NoticeSeenInput,
    ) -> Result<NoticeSeenPayload, ApiError> {
        let request = request(context);
        let seen = notice::see(&request.context, &request.access, parse_id(&input.notice_id)?).await;
        let (notice, errors) = settle(seen, request.language)?;
        Ok(NoticeSeenPayload { notice: notice.map(Notice), errors })
    }

    /// Opens one case of another team to the viewer, to read and for 60 minutes, at most three times in 24
    /// hours. Everybody concerned is told at once, and somebody else reviews it within 72 hours.
    async fn break_glass_open(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which case, and why.")] input: BreakGlassOpenInput,
    ) -> Result<BreakGlassOpenPayload, ApiError> {
        let request = request(context);
        let which = match input.case {
            GlassCaseInput::ReferralId(id) => Which::OfReferral(parse_id(&id)?),
            GlassCaseInput::SpokenCode(code) => Which::BySpokenCode(code),
        };
        let opened = glass::open(&request.context, &request.access, which, input.reason).await;
        let (glass, errors) = settle(opened, request.language)?;
        Ok(BreakGlassOpenPayload { break_glass: glass.map(BreakGlass), errors })
    }

    /// Says of a broken glass of somebody else whether it was needed.
    async fn break_glass_review(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which one, and what the review found.")] input: BreakGlassReviewInput,
    ) -> Result<BreakGlassReviewPayload, ApiError> {
        let request = request(context);
        let id = parse_id(&input.break_glass_id)?;
        let reviewed = glass::review(&request.context, &request.access, id, input.verdict).await;
        let (glass, errors) = settle(reviewed, request.language)?;
        Ok(BreakGlassReviewPayload { break_glass: glass.map(BreakGlass), errors })
    }

    /// Withdraws a consent, by the person's wish and without asking why. Every open referral that rests on it
    /// ends at once, and its recipient is asked to delete what it holds.
    async fn consent_withdraw(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which consent is withdrawn.")] input: ConsentWithdrawInput,
    ) -> Result<ConsentWithdrawPayload, ApiError> {
        let request = request(context);
        let withdrawn = withdrawal::withdraw(&request.context, &request.access, parse_id(&input.consent_id)?).await;
        let (consent, errors) = settle(withdrawn, request.language)?;
        Ok(ConsentWithdrawPayload { consent: consent.map(Consent), errors })
    }

    /// Cancels a referral: by its team before the person is handed over, by the coordinator while it is open.
    async fn referral_cancel(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which referral, and why.")] input: ReferralCancelInput,
    ) -> Result<ReferralCancelPayload, ApiError> {
        let target = Target { id: parse_id(&input.referral_id)?, expected_version: input.expected_version };
        let (referral, errors) = close(context, target, Closing::Cancel(input.reason)).await?;
        Ok(ReferralCancelPayload { referral, errors })
    }

    /// Marks a referral as entered in error: its content is purged, a tombstone stays, and it counts nowhere.
    async fn referral_mark_error(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which referral, and why.")] input: ReferralMarkErrorInput,
    ) -> Result<ReferralMarkErrorPayload, ApiError> {
        let target = Target { id: parse_id(&input.referral_id)?, expected_version: input.expected_version };
        let (referral, errors) = close(context, target, Closing::MarkError(input.reason)).await?;
        Ok(ReferralMarkErrorPayload { referral, errors })
    }

    /// Answers a request to delete what is held of a closed referral, once, for the recipient.
    async fn deletion_answer(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which request, and the answer.")] input: DeletionAnswerInput,
    ) -> Result<DeletionAnswerPayload, ApiError> {
        let request = request(context);
        let id = parse_id(&input.deletion_id)?;
        let answered = deletion::answer(&request.context, &request.access, id, input.answer).await;
        let (deletion, errors) = settle(answered, request.language)?;
        Ok(DeletionAnswerPayload { deletion: deletion.map(Deletion), errors })
    }
}

async fn step<E: FromUserError>(
    context: &Context<'_>,
    id: &ID,
    step: Step,
) -> Result<(Option<Project>, Vec<E>), ApiError> {
    let request = request(context);
    let changed = project::change(&request.context, &request.access, parse_id(id)?, step).await;
    let (project, errors) = settle(changed, request.language)?;
    Ok((project.map(Project), errors))
}

async fn close<E: FromUserError>(
    context: &Context<'_>,
    target: Target,
    closing: Closing,
) -> Result<(Option<Referral>, Vec<E>), ApiError> {
    let request = request(context);
    let closed = withdrawal::close(&request.context, &request.access, target, closing).await;
    let (referral, errors) = settle(closed, request.language)?;
    Ok((referral.map(Referral::from), errors))
}

macro_rules! inputs {
    ($($(#[doc = $doc:literal])+ $name:ident { $($(#[doc = $field_doc:literal])+ $field:ident: $type:ty),* $(,)? })+) => {$(
        $(#[doc = $doc])+
        #[derive(InputObject)]
        pub struct $name {
            $($(#[doc = $field_doc])+ $field: $type,)*
        }
    )+};
}

inputs! {
    /// What freezing takes.
    ProjectFreezeInput {
        /// The project, an id beginning with `prj_`.
        project_id: ID,
    }
    /// What asking for a thaw takes.
    ProjectThawRequestInput {
        /// The project, an id beginning with `prj_`.
        project_id: ID,
    }
    /// What confirming a thaw takes.
    ProjectThawConfirmInput {
        /// The project, an id beginning with `prj_`.
        project_id: ID,
    }
    /// What naming a desk takes.
    ProjectNameDeskInput {
        /// The project, an id beginning with `prj_`.
        project_id: ID,
        /// The team that takes over, an id beginning with `tea_`.
        team_id: ID,
    }
    /// What taking a case over takes.
    CustodyTakeInput {
        /// The referral of the continuity list, an id beginning with `ref_`.
        referral_id: ID,
    }
    /// What marking a notice takes.
    NoticeSeenInput {
        /// The notice, an id beginning with `ntc_`.
        notice_id: ID,
    }
    /// What breaking the glass takes.
    BreakGlassOpenInput {
        /// Which case is opened.
        case: GlassCaseInput,
        /// Why it is opened.
        reason: GlassReason,
    }
    /// What a review takes.
    BreakGlassReviewInput {
        /// The broken glass, an id beginning with `gla_`.
        break_glass_id: ID,
        /// What the review found.
        verdict: GlassVerdict,
    }
    /// What a withdrawal takes: nothing but the consent, at any time and in any state.
    ConsentWithdrawInput {
        /// The consent, an id beginning with `con_`.
        consent_id: ID,
    }
    /// What cancelling takes.
    ReferralCancelInput {
        /// The referral, an id beginning with `ref_`.
        referral_id: ID,
        /// The version that the caller has read.
        expected_version: i64,
        /// Why it is cancelled; the recipient is not told.
        reason: CancelReason,
    }
    /// What marking an error takes.
    ReferralMarkErrorInput {
        /// The referral, an id beginning with `ref_`.
        referral_id: ID,
        /// The version that the caller has read.
        expected_version: i64,
        /// Why it should never have been; the recipient is not told.
        reason: ErrorReason,
    }
    /// What answering a request to delete takes.
    DeletionAnswerInput {
        /// The request, an id beginning with `del_`.
        deletion_id: ID,
        /// What became of what was held.
        answer: DeletionAnswer,
    }
}

/// The case over which the glass is broken, by one of the two ways in which a lead comes to know of it.
#[derive(OneofObject)]
pub enum GlassCaseInput {
    /// The case of this referral, an id beginning with `ref_`.
    ReferralId(ID),
    /// The case with this spoken code.
    SpokenCode(String),
}

payloads! {
    /// The frozen project, or why it was not frozen.
    ProjectFreezePayload { project: Project, ProjectFreezeError }
    /// The project that waits for its thaw, or why it does not.
    ProjectThawRequestPayload { project: Project, ProjectThawRequestError }
    /// The thawed project, or why it was not thawed.
    ProjectThawConfirmPayload { project: Project, ProjectThawConfirmError }
    /// The project with its desk, or why none was named.
    ProjectNameDeskPayload { project: Project, ProjectNameDeskError }
    /// The custody, or why it was not taken.
    CustodyTakePayload { custody: Custody, CustodyTakeError }
    /// The notice as seen, or why it was not marked.
    NoticeSeenPayload { notice: Notice, NoticeSeenError }
    /// The broken glass, or why it was not broken.
    BreakGlassOpenPayload { break_glass: BreakGlass, BreakGlassOpenError }
    /// The reviewed glass, or why it was not reviewed.
    BreakGlassReviewPayload { break_glass: BreakGlass, BreakGlassReviewError }
    /// The withdrawn consent.
    ConsentWithdrawPayload { consent: Consent, ConsentWithdrawError }
    /// The cancelled referral, or why it was not cancelled.
    ReferralCancelPayload { referral: Referral, ReferralCancelError }
    /// The tombstone of the referral, or why it was not marked.
    ReferralMarkErrorPayload { referral: Referral, ReferralMarkErrorError }
    /// The answered request, or why it was not answered.
    DeletionAnswerPayload { deletion: Deletion, DeletionAnswerError }
}
