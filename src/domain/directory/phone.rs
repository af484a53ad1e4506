//! Phone numbers of services.

use crate::domain::sensitive::hidden_debug;
use serde::{Deserialize, Serialize};

/// A phone number of a service.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phone {
    /// The number as its source types it.
    pub typed: String,
    /// The number in E.164, such as `+33199000001`, or a short number such as `115`; `None` where what is
    /// typed is no number of the country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// True while somebody has marked it as not to be called.
    #[serde(default, skip_serializing_if = "is_false")]
    pub do_not_use: bool,
}

impl Phone {
    /// A number of which only the typing is known.
    pub fn as_typed(typed: impl Into<String>) -> Self {
        Self { typed: typed.into(), number: None, do_not_use: false }
    }
}

hidden_debug!(Phone);

pub(super) fn is_false(value: &bool) -> bool {
    !value
}
