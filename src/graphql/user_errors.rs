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
use async_graphql::{Interface, SimpleObject};

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

mod unions;

pub use unions::*;

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
