//! Legal holds.

use crate::domain::legal_hold::LegalHoldReason;
use crate::graphql::scalars::{DateTime, Day};
use crate::policy::hold_view::HoldView;
use crate::policy::visible::Visible;
use async_graphql::{Description, ID, Object};

/// A case held back from every retention clock. Its protection lead sees it, and nothing else of the case.
#[derive(Description)]
pub struct LegalHold(pub Visible<HoldView>);

#[Object(use_type_description)]
impl LegalHold {
    /// Id of the case, beginning with `cas_`.
    async fn case_id(&self) -> ID {
        self.0.case_id.into()
    }

    /// Why it is held.
    async fn reason(&self) -> LegalHoldReason {
        *self.0.tell(&self.0.reason)
    }

    /// The day by which somebody looks whether it is still needed.
    async fn review_on(&self) -> Day {
        Day(*self.0.tell(&self.0.review_on))
    }

    /// True once that day has passed; the case is held all the same.
    async fn overdue(&self) -> bool {
        *self.0.tell(&self.0.is_overdue)
    }

    /// When it was set or last renewed.
    async fn set_at(&self) -> DateTime {
        DateTime(*self.0.tell(&self.0.set_at))
    }
}
