//! How a fault leaves the schema: a code for programs, a sentence for developers, and nothing of ours.

use crate::actions::ActionError;
use crate::domain::id::{Identifier, InvalidId};
use crate::domain::refusal::{RINGS, Refusal};
use async_graphql::{Error, ErrorExtensionValues, ID};
use std::sync::Arc;

/// A top-level error. It has no `Display`, so that `?` cannot send the text of some other error to the
/// client: every error passes through one of the constructors below.
#[derive(Clone, Debug)]
pub struct ApiError {
    code: &'static str,
    message: String,
    cause: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl ApiError {
    /// The argument cannot be used; `message` says what to give instead and never repeats the argument.
    pub fn bad_user_input(message: impl Into<String>) -> Self {
        Self { code: "BAD_USER_INPUT", message: message.into(), cause: None }
    }

    /// It does not exist, or not for this viewer: nobody can tell which.
    pub fn not_found() -> Self {
        Self { code: "NOT_FOUND", message: "There is no such object.".to_owned(), cause: None }
    }

    /// A fault of ours: its cause goes to the log under an incident number, never to the client.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { code: "INTERNAL", message: "Internal error".to_owned(), cause: Some(Arc::from(cause.into())) }
    }
}

impl From<ActionError> for ApiError {
    fn from(error: ActionError) -> Self {
        let coded = |code, message: &str| Self { code, message: message.to_owned(), cause: None };
        match error {
            ActionError::NotVisible => Self::not_found(),
            ActionError::Unauthenticated => coded("UNAUTHENTICATED", "Sign in: send a bearer token."),
            ActionError::Forbidden => coded("FORBIDDEN", "Your role does not allow this."),
            ActionError::Unavailable(_) => coded("UNAVAILABLE", "The service is busy: try again in a moment."),
            ActionError::ProviderUnavailable => {
                coded("UNAVAILABLE", "The identity provider does not answer: try again in a moment.")
            }
            ActionError::Internal(cause) => Self::internal(cause),
            ActionError::Refused(refusal) => Self::from(refusal),
        }
    }
}

/// A refusal outside a mutation: queries have no payload for it, so it is an argument fault.
impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        use crate::domain::code::CodeList;
        match refusal {
            Refusal::Input { field, problem } => Self::bad_user_input(format!("{field}: {}.", problem.definition())),
            Refusal::Ring { ring, problem } => {
                Self::bad_user_input(format!("{RINGS}: ring {ring}: {}.", problem.definition()))
            }
            other => Self::internal(format!("a refusal that no query can meet: {other:?}")),
        }
    }
}

impl From<ApiError> for Error {
    fn from(error: ApiError) -> Self {
        if let Some(cause) = error.cause {
            return Self { message: error.message, source: Some(Arc::new(cause)), extensions: None };
        }
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", error.code);
        Self { message: error.message, source: None, extensions: Some(extensions) }
    }
}

/// True when one of the answer's errors has this code.
pub fn has_code(response: &async_graphql::Response, code: &str) -> bool {
    let code_of = |error: &async_graphql::ServerError| error.extensions.as_ref().and_then(|it| it.get("code")).cloned();
    response.errors.iter().any(|error| code_of(error) == Some(code.into()))
}

/// Reads an id of one kind; another kind is an argument fault that names the right one.
pub fn parse_id<T: Identifier>(id: &ID) -> Result<T, ApiError> {
    T::parse(id).map_err(|invalid: InvalidId| ApiError::bad_user_input(format!("{invalid}.")))
}

/// A nullable field that can fail. Not `Result<Option<T>>`: that one drops the failed key from the answer
/// instead of answering `null` under it.
pub type Nullable<T> = Option<Result<T, ApiError>>;

/// Nothing visible is `null`, any other failure an error beside a `null`: for fields that answer "absent, or
/// not yours". An argument that cannot be read has failed already.
pub fn nullable<T, U>(found: Result<Result<T, ActionError>, ApiError>, shape: impl FnOnce(T) -> U) -> Nullable<U> {
    match found {
        Ok(Ok(value)) => Some(Ok(shape(value))),
        Ok(Err(ActionError::NotVisible)) => None,
        Ok(Err(error)) => Some(Err(error.into())),
        Err(refused) => Some(Err(refused)),
    }
}

/// What the log may tell of an internal error's cause: our own error types and the driver's, which name
/// statements and columns and never bound values.
pub fn describe(source: &(dyn std::any::Any + Send + Sync)) -> Option<String> {
    source.downcast_ref::<Arc<dyn std::error::Error + Send + Sync>>().map(|cause| cause_chain(cause.as_ref()))
}

/// An error with everything that caused it, on one line.
pub fn cause_chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
