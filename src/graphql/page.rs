//! Pages of connections.

use super::error::ApiError;
use super::limits::Limits;
use crate::domain::id::Identifier;
use crate::domain::refusal::{InputProblem, Refusal};
use crate::policy::audit_view::EventView;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Entries of a page when the caller does not say.
pub const DEFAULT_FIRST: i32 = 20;

/// The size of a page: 20 unless said, 1 to 100.
pub fn page_size(first: Option<i32>) -> Result<usize, ApiError> {
    usize::try_from(first.unwrap_or(DEFAULT_FIRST))
        .ok()
        .filter(|first| (1..=Limits::STANDARD.page_size).contains(first))
        .ok_or_else(|| Refusal::input("first", InputProblem::PageSize).into())
}

/// What a page weighs in the cost of a query; a size that will be refused weighs like the largest.
pub fn page_weight(first: Option<i32>) -> usize {
    usize::try_from(first.unwrap_or(DEFAULT_FIRST)).unwrap_or(0).min(Limits::STANDARD.page_size)
}

/// A list whose cursors hold the id of the last entry and nothing else: an exact time in a cursor would
/// tell a recipient more than the hour.
#[derive(Clone, Copy)]
pub struct IdCursors(pub &'static str);

impl IdCursors {
    /// The cursor behind an entry.
    pub fn write(self, id: impl Identifier) -> String {
        URL_SAFE_NO_PAD.encode(format!("v1|{}|{id}", self.0))
    }

    /// The entry behind which to go on; a cursor of another list is refused.
    pub fn read<I: Identifier>(self, cursor: &str) -> Result<I, ApiError> {
        let text =
            URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
        text.strip_prefix(&format!("v1|{}|", self.0))
            .and_then(|id| I::parse(id).ok())
            .ok_or_else(|| Refusal::input("after", InputProblem::Cursor).into())
    }
}

/// Cursors of the audit trail: for the own acts an entry's hash, which tells nothing of how much others do; for
/// a whole trail an entry's number.
pub struct TrailCursor;

impl TrailCursor {
    /// The cursor behind an event of the own acts, or of a whole trail.
    pub fn write(event: &EventView, is_of_trail: bool) -> String {
        let place = event.sequence.filter(|_| is_of_trail);
        URL_SAFE_NO_PAD.encode(place.map_or_else(|| format!("v1|own|{}", event.hash()), |at| format!("v1|trail|{at}")))
    }

    /// The hash of the own act behind which to go on.
    pub fn read_own(cursor: &str) -> Result<String, ApiError> {
        Self::text(cursor).strip_prefix("v1|own|").map(str::to_owned).ok_or_else(Self::refused)
    }

    /// The number behind which to go on in a trail.
    pub fn read_of_trail(cursor: &str) -> Result<i64, ApiError> {
        let text = Self::text(cursor);
        text.strip_prefix("v1|trail|").and_then(|number| number.parse().ok()).ok_or_else(Self::refused)
    }

    fn text(cursor: &str) -> String {
        URL_SAFE_NO_PAD.decode(cursor).ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
    }

    fn refused() -> ApiError {
        Refusal::input("after", InputProblem::Cursor).into()
    }
}
