//! Expected refusals as data: what a payload's `errors` can hold.
//!
//! Every mutation has a union of its own, whose members all implement `UserError`: a client written today
//! still reads the message of a member that is added tomorrow.

use super::error::ApiError;
use crate::actions::ActionError;
use crate::domain::consent::ConsentField;
use crate::domain::directory::KnownConsequence;
use crate::domain::lifecycle::{Event, Status};
use crate::domain::linter::Finding;
use crate::domain::message::{IdentityAsked, QuestionTemplate};
use crate::domain::refusal::{ConsentProblem, InputProblem, ProtectionProblem, RINGS, RecipientProblem, Refusal};
use crate::i18n::{Language, code_key, text, text_refused, text_with};
use crate::policy::referral_view::ReferralStatus;
use async_graphql::{Interface, SimpleObject, Union};

/// A refusal that a person can understand and mend.
#[derive(Interface)]
#[graphql(
    field(name = "message", ty = "&String", desc = "What is wrong and what to do, in the language asked for."),
    field(
        name = "path",
        ty = "&Vec<String>",
        desc = "The input field concerned, from `input` down; empty when it is no single one."
    )
)]
pub enum UserError {
    /// An input field.
    Input(InputError),
    /// A version.
    Conflict(ConflictError),
    /// A state.
    Transition(InvalidTransitionError),
    /// A consent.
    Consent(ConsentMissingError),
    /// A recipient.
    Recipient(RecipientUnavailableError),
    /// A text.
    Text(TextRefusedError),
    /// An idempotency key.
    KeyReused(IdempotencyConflictError),
    /// A rule of protection.
    Protection(ProtectionError),
}

/// An input field cannot be used.
#[derive(Clone, SimpleObject)]
pub struct InputError {
    /// What is wrong and what to do, in the language asked for.
    message: String,
    /// The input field concerned.
    path: Vec<String>,
    /// What is wrong with it, for programs.
    problem: InputProblem,
}

/// Somebody else changed the object first.
#[derive(Clone, SimpleObject)]
pub struct ConflictError {
    /// What is wrong and what to do, in the language asked for.
    message: String,
    /// The input field concerned.
    path: Vec<String>,
    /// The version to read again and decide on.
    current_version: i64,
}

/// The act is not possible in this state.
#[derive(Clone, SimpleObject)]
pub struct InvalidTransitionError {
    /// What is wrong and what to do, in the language asked for.
    message: String,
    /// The input field concerned.
    path: Vec<String>,
    /// The state in which it was tried, as far as the viewer may know it.
    status: Option<ReferralStatus>,
    /// What was tried.
    event: Event,
}

/// No live consent carries the act.
#[derive(Clone, SimpleObject)]
pub struct ConsentMissingError {
    /// What is wrong and what to do, in the language asked for.
    message: String,
    /// The input field concerned.
    path: Vec<String>,
    /// What is missing, for programs.
    problem: ConsentProblem,
    /// The fields that the offer tells and the consent does not allow, where that is the problem.
    missing_fields: Vec<ConsentField>,
    /// The known consequences that were not explained, where that is the problem.
    missing_consequences: Vec<KnownConsequence>,
}

/// The recipient cannot be referred to now.
#[derive(Clone, SimpleObject)]
pub struct RecipientUnavailableError {
    /// What is wrong and what to do, in the language asked for.
    message: String,
    /// The input field concerned.
    path: Vec<String>,
    /// Why, for programs.
    problem: RecipientProblem,
}

/// A question in own words tells of a person, or asks who she is.
#[derive(Clone, SimpleObject)]
pub struct TextRefusedError {
    /// What is wrong and what to do, in the language asked for.
    message: String,
    /// The input field concerned.
    path: Vec<String>,
    /// What the text tells of a person.
    findings: Vec<Finding>,
    /// What it asks of a person's identity.
    asked: Vec<IdentityAsked>,
    /// A question of the list to ask instead.
    suggestion: QuestionTemplate,
}

/// The idempotency key was used for another request.
#[derive(Clone, SimpleObject)]
pub struct IdempotencyConflictError {
    /// What is wrong and what to do, in the language asked for.
    message: String,
    /// The input field concerned.
    path: Vec<String>,
}

/// Protection stands in the way.
#[derive(Clone, SimpleObject)]
pub struct ProtectionError {
    /// What is wrong and what to do, in the language asked for.
    message: String,
    /// The input field concerned.
    path: Vec<String>,
    /// What stands in the way, for programs.
    problem: ProtectionProblem,
}

/// The payload's value or its errors; what is neither is a top-level error.
pub fn settle<T, E: FromUserError>(
    result: Result<T, ActionError>,
    language: Language,
) -> Result<(Option<T>, Vec<E>), ApiError> {
    match result {
        Ok(value) => Ok((Some(value), Vec::new())),
        Err(ActionError::Refused(refusal)) => {
            let error = E::from_user_error(user_error(refusal, language));
            Ok((None, vec![error.ok_or_else(|| ApiError::internal("a refusal that this mutation does not name"))?]))
        }
        Err(error) => Err(error.into()),
    }
}

/// A mutation's own union of user errors.
pub trait FromUserError: Sized {
    /// The member for this error; `None` when the union does not name it.
    fn from_user_error(error: UserError) -> Option<Self>;
}

fn user_error(refusal: Refusal, language: Language) -> UserError {
    let input = |field: &str| std::iter::once("input").chain(field.split('.')).map(str::to_owned).collect();
    match refusal {
        Refusal::Input { field, problem } => UserError::Input(InputError {
            message: text(language, &code_key("input", problem)),
            path: input(field),
            problem,
        }),
        Refusal::Ring { ring, problem } => UserError::Input(InputError {
            message: text_with(
                language,
                "ring",
                &[("ring", ring.to_string()), ("problem", text(language, &code_key("input", problem)))],
            ),
            path: input(RINGS),
            problem,
        }),
        Refusal::Conflict { current_version } => UserError::Conflict(ConflictError {
            message: text_with(language, "conflict", &[("version", current_version.to_string())]),
            path: input("expectedVersion"),
            current_version,
        }),
        Refusal::Transition { status, event } => transition_error("transition", status, event, language),
        Refusal::ClosedMeanwhile { event } => transition_error("closed-meanwhile", None, event, language),
        Refusal::Consent { problem, missing } => consent_error(problem, missing, Vec::new(), language),
        Refusal::Consequences { missing } => {
            consent_error(ConsentProblem::ConsequencesNotExplained, Vec::new(), missing, language)
        }
        Refusal::Recipient(problem) => UserError::Recipient(RecipientUnavailableError {
            message: text(language, &code_key("recipient", problem)),
            path: Vec::new(),
            problem,
        }),
        Refusal::Text { findings, asked, suggestion } => UserError::Text(TextRefusedError {
            message: text_refused(language, &findings, &asked, suggestion),
            path: input("question.text"),
            findings,
            asked,
            suggestion,
        }),
        Refusal::KeyReused => UserError::KeyReused(IdempotencyConflictError {
            message: text(language, "key-reused"),
            path: input("idempotencyKey"),
        }),
        Refusal::Protection(problem) => UserError::Protection(ProtectionError {
            message: text(language, &code_key("protection", problem)),
            path: Vec::new(),
            problem,
        }),
    }
}

fn transition_error(key: &str, status: Option<Status>, event: Event, language: Language) -> UserError {
    UserError::Transition(InvalidTransitionError {
        message: text(language, key),
        path: Vec::new(),
        status: status.map(ReferralStatus::Known),
        event,
    })
}

/// What a consent lacks, with the names of the fields and consequences concerned.
fn consent_error(
    problem: ConsentProblem,
    missing_fields: Vec<ConsentField>,
    missing_consequences: Vec<KnownConsequence>,
    language: Language,
) -> UserError {
    let fields: Vec<String> = missing_fields.iter().map(|field| text(language, &code_key("field", *field))).collect();
    let consequences: Vec<String> =
        missing_consequences.iter().map(|known| text(language, &code_key("consequence", *known))).collect();
    let arguments = [("fields", fields.join(", ")), ("consequences", consequences.join(", "))];
    UserError::Consent(ConsentMissingError {
        message: text_with(language, &code_key("consent", problem), &arguments),
        path: Vec::new(),
        problem,
        missing_fields,
        missing_consequences,
    })
}

macro_rules! unions {
    ($($(#[doc = $doc:literal])+ $name:ident { $($variant:ident($error:ty)),+ $(,)? })+) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Union)]
        pub enum $name { $($variant($error)),+ }

        impl FromUserError for $name {
            fn from_user_error(error: UserError) -> Option<Self> {
                match error {
                    $(UserError::$variant(error) => Some(Self::$variant(error)),)+
                    #[allow(unreachable_patterns, reason = "a union may name every user error")]
                    _ => None,
                }
            }
        }
    )+};
}

unions! {
    /// Why a service was not edited.
    ServiceEditError { Input(InputError), Conflict(ConflictError), Protection(ProtectionError) }
    /// Why entries were not merged.
    ServiceMergeError { Input(InputError), Conflict(ConflictError), Protection(ProtectionError) }
    /// Why a merging was not undone.
    ServiceUnmergeError { Input(InputError), Protection(ProtectionError) }
    /// Why a pair was not judged to be two services.
    ServiceDismissDuplicateError { Input(InputError), Protection(ProtectionError) }
    /// Why such a judgement was not taken back.
    ServiceRestoreDuplicateError { Input(InputError), Protection(ProtectionError) }
    /// Why no correction was suggested.
    ServiceCorrectionSuggestError { Input(InputError), Protection(ProtectionError) }
    /// Why an organisation was not edited.
    OrganizationEditError { Input(InputError), Conflict(ConflictError), Protection(ProtectionError) }
    /// Why nothing was marked.
    ServiceMarkDoNotUseError { Input(InputError) }
    /// Why no mark was lifted.
    ServiceLiftDoNotUseError { Input(InputError), Protection(ProtectionError) }
    /// Why no capacity was told.
    ServiceCapacityUpdateError { Input(InputError), Protection(ProtectionError) }
    /// Why a service was not confirmed.
    ServiceConfirmError { Input(InputError), Protection(ProtectionError) }
    /// Why a proposal was not decided.
    DirectoryProposalDecideError { Input(InputError), Protection(ProtectionError) }
    /// Why a case reference was not opened.
    CaseOpenError { Input(InputError), KeyReused(IdempotencyConflictError), Protection(ProtectionError) }
    /// Why a consent was not recorded.
    ConsentRecordError {
        Input(InputError), KeyReused(IdempotencyConflictError), Protection(ProtectionError),
        Recipient(RecipientUnavailableError),
    }
    /// Why a conversation was not recorded.
    ConsentConversationRecordError {
        Input(InputError), KeyReused(IdempotencyConflictError), Protection(ProtectionError),
        Recipient(RecipientUnavailableError),
    }
    /// Why a consent was not confirmed.
    ConsentConfirmError { Protection(ProtectionError) }
    /// Why a referral was not rerouted.
    ReferralRerouteError {
        Conflict(ConflictError), Transition(InvalidTransitionError), Consent(ConsentMissingError),
        Recipient(RecipientUnavailableError), Input(InputError), KeyReused(IdempotencyConflictError),
        Protection(ProtectionError),
    }
    /// Why a referral was not drafted.
    ReferralCreateError {
        Input(InputError), Consent(ConsentMissingError), Recipient(RecipientUnavailableError), KeyReused(IdempotencyConflictError),
        Protection(ProtectionError),
    }
    /// Why a referral was not sent.
    ReferralSendError {
        Conflict(ConflictError), Transition(InvalidTransitionError), Consent(ConsentMissingError),
        Recipient(RecipientUnavailableError), Input(InputError), Protection(ProtectionError),
    }
    /// Why drafts were not sent as a round: none of them was.
    ReferralOfferToFirstError {
        Conflict(ConflictError), Transition(InvalidTransitionError), Consent(ConsentMissingError),
        Recipient(RecipientUnavailableError), Input(InputError), KeyReused(IdempotencyConflictError),
        Protection(ProtectionError),
    }
    /// Why a question for places was not asked.
    CapacityCheckAskError {
        Input(InputError), Recipient(RecipientUnavailableError), KeyReused(IdempotencyConflictError),
        Protection(ProtectionError),
    }
    /// Why a question for places was not answered.
    CapacityCheckAnswerError { Input(InputError), Protection(ProtectionError) }
    /// Why a question for places was not closed.
    CapacityCheckCloseError { Protection(ProtectionError) }
    /// Why it was not said which team answers.
    ServiceReceptionSetError { Input(InputError), Protection(ProtectionError) }
    /// Why a person was not offered.
    PartnerOfferMakeError {
        Input(InputError), Recipient(RecipientUnavailableError), KeyReused(IdempotencyConflictError),
    }
    /// Why an offer was not taken back.
    PartnerOfferWithdrawError { Conflict(ConflictError), Protection(ProtectionError) }
    /// Why an offer was not accepted.
    PartnerOfferAcceptError { Conflict(ConflictError), Protection(ProtectionError) }
    /// Why an offer was not declined.
    PartnerOfferDeclineError { Conflict(ConflictError), Input(InputError), Protection(ProtectionError) }
    /// Why it was not said what came of an offer.
    PartnerOfferCompleteError { Conflict(ConflictError), Input(InputError), Protection(ProtectionError) }
    /// Why a referral was not acknowledged.
    ReferralAcknowledgeError {
        Conflict(ConflictError), Transition(InvalidTransitionError), Input(InputError), Protection(ProtectionError),
    }
    /// Why a referral was not accepted.
    ReferralAcceptError {
        Conflict(ConflictError), Transition(InvalidTransitionError), Input(InputError), Protection(ProtectionError),
    }
    /// Why a referral was not declined.
    ReferralDeclineError {
        Conflict(ConflictError), Transition(InvalidTransitionError), Input(InputError), Protection(ProtectionError),
    }
    /// Why a start was not recorded.
    ReferralStartError {
        Conflict(ConflictError), Transition(InvalidTransitionError), Input(InputError), Protection(ProtectionError),
    }
    /// Why a referral was not completed.
    ReferralCompleteError {
        Conflict(ConflictError), Transition(InvalidTransitionError), Input(InputError), Protection(ProtectionError),
    }
    /// Why a referral was not put on a waiting list.
    ReferralWaitlistError {
        Conflict(ConflictError), Transition(InvalidTransitionError), Input(InputError), Protection(ProtectionError),
    }
    /// Why a referral did not end as not realised.
    ReferralNotRealiseError {
        Conflict(ConflictError), Transition(InvalidTransitionError), Input(InputError), Protection(ProtectionError),
    }
    /// Why nobody was handed over.
    ReferralHandOverError {
        Conflict(ConflictError), Transition(InvalidTransitionError), Input(InputError),
        Recipient(RecipientUnavailableError), Protection(ProtectionError),
    }
    /// Why no slip was made.
    ReferralSlipCreateError {
        Conflict(ConflictError), Transition(InvalidTransitionError), Input(InputError), Consent(ConsentMissingError),
        Recipient(RecipientUnavailableError), Protection(ProtectionError),
    }
    /// Why no code was made to be spoken.
    ReferralAnswerCodeCreateError {
        Conflict(ConflictError), Input(InputError), Consent(ConsentMissingError), Recipient(RecipientUnavailableError),
        Protection(ProtectionError),
    }
    /// Why a slip opened nothing.
    ReferralSlipPresentError {
        Conflict(ConflictError), Transition(InvalidTransitionError), Input(InputError), Protection(ProtectionError),
    }
    /// Why a referral was not reopened.
    ReferralReopenError {
        Conflict(ConflictError), Transition(InvalidTransitionError), Consent(ConsentMissingError),
        Protection(ProtectionError),
    }
    /// Why an incident was not closed.
    IncidentCloseError { Protection(ProtectionError) }
    /// Why nothing was asked.
    ReferralAskError {
        Conflict(ConflictError), Transition(InvalidTransitionError), Input(InputError), Text(TextRefusedError),
        Protection(ProtectionError),
    }
    /// Why a question was not answered.
    ReferralAnswerQuestionError {
        Conflict(ConflictError), Transition(InvalidTransitionError), Input(InputError), Consent(ConsentMissingError),
        Protection(ProtectionError),
    }
    /// Why a message was not sent.
    ReferralMessageSendError {
        Conflict(ConflictError), Input(InputError), Recipient(RecipientUnavailableError), Protection(ProtectionError),
    }
    /// Why messages were not marked as read.
    ReferralMessagesReadError { Conflict(ConflictError), Protection(ProtectionError) }
    /// Why it was not recorded on what an age rests.
    CaseAgeBasisSetError { Input(InputError), Conflict(ConflictError), Protection(ProtectionError) }
    /// Why it was not recorded how an appeal ended.
    CaseAppealCloseError { Input(InputError), Conflict(ConflictError), Protection(ProtectionError) }
    /// Why a hold was not set.
    LegalHoldSetError { Input(InputError) }
    /// Why a hold was not lifted.
    LegalHoldLiftError { Input(InputError) }
    /// Why people with a need were not counted.
    DemandCountError { Input(InputError), KeyReused(IdempotencyConflictError), Protection(ProtectionError) }
    /// Why a need was not recorded.
    DemandRecordError { Input(InputError), KeyReused(IdempotencyConflictError), Protection(ProtectionError) }
    /// Why a project was not frozen.
    ProjectFreezeError { Protection(ProtectionError) }
    /// Why a thaw was not asked for.
    ProjectThawRequestError { Protection(ProtectionError) }
    /// Why a project was not thawed.
    ProjectThawConfirmError { Protection(ProtectionError) }
    /// Why a desk was not named.
    ProjectNameDeskError { Protection(ProtectionError) }
    /// Why a partner was not revoked.
    PartnerRevokeError { Protection(ProtectionError) }
    /// Why the end of a revocation was not asked for.
    PartnerRevocationEndRequestError { Protection(ProtectionError) }
    /// Why a revocation was not ended.
    PartnerRevocationEndConfirmError { Protection(ProtectionError) }
    /// Why a case was not taken over.
    CustodyTakeError { Protection(ProtectionError) }
    /// Why a notice was not marked: nothing stands in the way of one's own.
    NoticeSeenError { Protection(ProtectionError) }
    /// Why the glass was not broken.
    BreakGlassOpenError { Input(InputError), Protection(ProtectionError) }
    /// Why a broken glass was not reviewed.
    BreakGlassReviewError { Protection(ProtectionError) }
    /// Why a consent was not withdrawn: no rule may stand in the way, and none does.
    ConsentWithdrawError { Protection(ProtectionError) }
    /// Why a statutory report was not recorded.
    StatutoryReportRecordError { Input(InputError), KeyReused(IdempotencyConflictError), Protection(ProtectionError) }
    /// Why the record of a statutory report was not confirmed.
    StatutoryReportConfirmError { Protection(ProtectionError) }
    /// Why an override was not asked for.
    ConsentOverrideRequestError { Input(InputError), KeyReused(IdempotencyConflictError), Protection(ProtectionError), Recipient(RecipientUnavailableError) }
    /// Why an override was not confirmed.
    ConsentOverrideConfirmError { Protection(ProtectionError) }
    /// Why an override was not taken back.
    ConsentOverrideTakeBackError { Protection(ProtectionError) }
    /// Why a referral was not cancelled.
    ReferralCancelError { Conflict(ConflictError), Transition(InvalidTransitionError) }
    /// Why a referral was not marked as entered in error.
    ReferralMarkErrorError { Conflict(ConflictError), Transition(InvalidTransitionError) }
    /// Why a request to delete was not answered.
    DeletionAnswerError { Protection(ProtectionError) }
    /// Why a phone was not enrolled.
    DeviceEnrolError { Input(InputError), Protection(ProtectionError) }
    /// Why a phone was not revoked.
    DeviceRevokeError { Input(InputError) }
    /// Why a webhook was not registered.
    WebhookEndpointCreateError { Input(InputError) }
    /// Why a webhook has no new secret.
    WebhookEndpointRotateSecretError { Input(InputError) }
    /// Why a webhook was not enabled.
    WebhookEndpointEnableError { Input(InputError) }
    /// Why a webhook was not taken back.
    WebhookEndpointDeleteError { Input(InputError) }
    /// Why a webhook was not tried.
    WebhookEndpointTestError { Input(InputError) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ring_is_told_by_its_number_and_its_fault_in_every_language() {
        for (language, fault) in
            [(Language::English, "not closed"), (Language::French, "pas fermé"), (Language::Arabic, "ليست مغلقة")]
        {
            let refusal = Refusal::Ring { ring: 7, problem: InputProblem::RingNotClosed };
            let UserError::Input(told) = user_error(refusal, language) else { panic!("an input cannot be used") };
            assert!(told.message.contains('7') && told.message.contains(fault), "{}", told.message);
            assert_eq!(told.path, ["input", "polygon", "rings"]);
        }
    }
}
