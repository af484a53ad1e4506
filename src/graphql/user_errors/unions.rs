//! One union for each mutation: what its `errors` can hold.

use super::{
    ConflictError, ConsentMissingError, FromUserError, IdempotencyConflictError, InputError, InvalidTransitionError,
    ProtectionError, RecipientUnavailableError, TextRefusedError, UserError,
};
use async_graphql::Union;

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
    /// Why nobody was referred: nothing was opened, recorded or sent.
    ReferralMakeError {
        Transition(InvalidTransitionError), Consent(ConsentMissingError), Recipient(RecipientUnavailableError),
        Input(InputError), KeyReused(IdempotencyConflictError), Protection(ProtectionError),
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
    ConsentOverrideRequestError {
        Input(InputError), KeyReused(IdempotencyConflictError), Protection(ProtectionError),
        Recipient(RecipientUnavailableError),
    }
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
