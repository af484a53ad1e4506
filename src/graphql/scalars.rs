//! Scalars of the schema.

use crate::domain::time::{Date, Timestamp};
use async_graphql::{Description, InputValueError, InputValueResult, Scalar, ScalarType, Value};

/// An instant by RFC 3339, such as `2026-11-23T08:03:00Z`. Any offset is read; UTC is written.
#[derive(Description)]
pub struct DateTime(pub Timestamp);

#[Scalar(use_type_description, specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => {
                Timestamp::parse(text).map(Self).ok_or_else(|| InputValueError::custom("not an instant"))
            }
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A calendar day by ISO 8601, such as `2026-11-23`.
#[derive(Clone, Copy, Description)]
pub struct Day(pub Date);

#[Scalar(use_type_description, name = "Date", specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339#section-5.6")]
impl ScalarType for Day {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => text.parse().map(Self).map_err(|_| InputValueError::custom("not a day")),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}
