//! The domain's code lists as GraphQL enums: names, descriptions and values come from the list itself, so
//! the schema can hold no other.

use crate::domain::account::{RiskProfile, Role};
use crate::domain::audit::{AuditAction, AuditPurpose};
use crate::domain::capacity_check::CapacityAnswer;
use crate::domain::code::CodeList;
use crate::domain::consent::{
    Assent, ConsentBasis, ConsentField, ConsentGiver, ConsentModality, ConsentPurpose, ContactRule, Explained,
    Interpreting, RecipientAnswer,
};
use crate::domain::consent_override::{OverrideBasis, OverrideReason, OverrideStatus};
use crate::domain::deletion::DeletionAnswer;
use crate::domain::delivery::{AttemptResult, DeliveryChannel, DeliveryKind, DeliveryStatus};
use crate::domain::demand::DemandResult;
use crate::domain::device::DeviceStatus;
use crate::domain::directory::{
    Accessibility, AuthorityLink, CapacityPeriod, CapacityStatus, CapacityUnit, ChangeKind, KnownConsequence,
    LocationKind, OrganizationKind, Precision, ServiceField, ServiceMode, ServiceStatus, Specialisation, Teller, Tier,
    Welcome,
};
use crate::domain::directory_edit::{ProposalKind, ProposalReason, ProposalStatus};
use crate::domain::disclosure::{DeadlineBand, Stage};
use crate::domain::duplicates::DuplicateReason;
use crate::domain::fit::{Finding, FitDimension, Verdict};
use crate::domain::freeze::ProjectStatus;
use crate::domain::freshness::FreshnessState;
use crate::domain::glass::{GlassReason, GlassVerdict};
use crate::domain::incident::IncidentResolution;
use crate::domain::legal_hold::LegalHoldReason;
use crate::domain::lifecycle::{Event, Party};
use crate::domain::linter::Finding as LinterFinding;
use crate::domain::message::{AnswerWord, IdentityAsked, MessageKind, QuestionTemplate};
use crate::domain::need::{Need, NeedFamily};
use crate::domain::notice::NoticeKind;
use crate::domain::opening::{OpeningReason, OpeningStatus};
use crate::domain::partner_offer::PartnerOfferStatus;
use crate::domain::place::DistanceBand;
use crate::domain::profile::{AdminStatus, AgeBand, AgeBasis, Gender, Household, ProtectionFlag, Situation};
use crate::domain::ranking::{RankFactor, ServiceOrder};
use crate::domain::referral::{
    Attestation, CancelReason, Channel, DeclineCode, ErrorReason, HandoverMode, OutcomeCode, ReferralKind, Urgency,
};
use crate::domain::refusal::{ConsentProblem, InputProblem, ProtectionProblem, RecipientProblem};
use crate::domain::revocation::RevocationReason;
use crate::domain::statutory_report::{ReportAuthority, ReportInformation};
use crate::domain::webhook::{WebhookDisabledReason, WebhookEndpointStatus};
use crate::i18n::Language;
use crate::policy::referral_view::ReferralStatus;
use async_graphql::parser::types::Field;
use async_graphql::registry::{Deprecation, MetaEnumValue, MetaType, MetaTypeId, Registry};
use async_graphql::{
    ContextSelectionSet, InputType, InputValueError, InputValueResult, Name, OutputType, Positioned, ServerResult,
    Value,
};
use std::borrow::Cow;

fn register<T: CodeList + InputType>(registry: &mut Registry) -> String {
    registry.create_input_type::<T, _>(MetaTypeId::Enum, |_| MetaType::Enum {
        name: T::NAME.to_owned(),
        description: Some(sentence(T::DESCRIPTION)),
        enum_values: T::ALL.iter().map(|value| (value.symbol(), meta_value(*value))).collect(),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: Some(std::any::type_name::<T>()),
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    })
}

fn meta_value<T: CodeList>(value: T) -> MetaEnumValue {
    MetaEnumValue {
        name: value.symbol(),
        description: Some(sentence(value.definition())),
        deprecation: Deprecation::NoDeprecated,
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        directive_invocations: Vec::new(),
    }
}

/// A definition as a sentence: a capital first, a full stop last.
fn sentence(definition: &str) -> String {
    let definition = definition.trim();
    let mut letters = definition.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    let end = if definition.ends_with('.') { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

fn read<T: CodeList + InputType>(value: Option<Value>) -> InputValueResult<T> {
    let symbol = match value.unwrap_or_default() {
        Value::Enum(name) => name.to_string(),
        Value::String(text) => text,
        other => return Err(InputValueError::expected_type(other)),
    };
    T::from_symbol(&symbol).ok_or_else(|| InputValueError::custom("not a value of this list"))
}

macro_rules! enums {
    ($($name:ty),+ $(,)?) => {$(
        impl InputType for $name {
            type RawValueType = Self;

            fn type_name() -> Cow<'static, str> {
                Cow::Borrowed(<Self as CodeList>::NAME)
            }

            fn create_type_info(registry: &mut Registry) -> String {
                register::<Self>(registry)
            }

            fn parse(value: Option<Value>) -> InputValueResult<Self> {
                read(value)
            }

            fn to_value(&self) -> Value {
                Value::Enum(Name::new(self.symbol()))
            }

            fn as_raw_value(&self) -> Option<&Self> {
                Some(self)
            }
        }

        impl OutputType for $name {
            fn type_name() -> Cow<'static, str> {
                Cow::Borrowed(<Self as CodeList>::NAME)
            }

            fn create_type_info(registry: &mut Registry) -> String {
                register::<Self>(registry)
            }

            async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
                Ok(Value::Enum(Name::new(self.symbol())))
            }
        }
    )+};
}

enums! {
    Accessibility, AdminStatus, AgeBand, AgeBasis, AuditAction, AuditPurpose, Assent, AuthorityLink, CapacityAnswer, CapacityPeriod, CapacityStatus, CapacityUnit, ChangeKind, ConsentBasis, ConsentField, ConsentModality, ConsentGiver, ConsentProblem, ConsentPurpose, Interpreting, RecipientAnswer, ContactRule, DeadlineBand, DeclineCode, DemandResult, DistanceBand, DuplicateReason, Event, Explained, Finding, OpeningReason, OpeningStatus, Precision, ProposalKind, ProposalReason, ProposalStatus, RankFactor, ServiceField, ServiceMode, ServiceOrder, Teller, FitDimension, FreshnessState, Gender, Household, InputProblem, KnownConsequence, Language, LegalHoldReason, LocationKind, Need, NeedFamily, IncidentResolution,
    OrganizationKind, OutcomeCode, PartnerOfferStatus, Party, ProtectionFlag, Attestation, Channel, HandoverMode, ReferralKind, RecipientProblem, ReferralStatus, RiskProfile, Role,
    ServiceStatus, Situation, Specialisation, Stage, Tier, Urgency, Verdict, Welcome, CancelReason, DeletionAnswer,
    ErrorReason, OverrideBasis, OverrideReason, OverrideStatus, ReportAuthority, ReportInformation, GlassReason, GlassVerdict, NoticeKind, ProjectStatus, ProtectionProblem, RevocationReason,
    AnswerWord, IdentityAsked, LinterFinding, MessageKind, QuestionTemplate,
    AttemptResult, DeliveryChannel, DeliveryKind, DeliveryStatus, DeviceStatus, WebhookDisabledReason, WebhookEndpointStatus,
}
