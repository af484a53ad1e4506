//! The feed of changes: what somebody who keeps a copy of the directory has to change in it.
//!
//! Invariants: a page tells of every entry that changed behind its cursor and that the viewer may know now, and of each
//! that the copy may hold and the viewer may know no longer, by its id alone. What the viewer could not know where
//! the copy stands is never told. A page looks at so many entries at most, told or not, and may end early; its cursor
//! then stands behind a hidden one. So cursors are sealed: versions count hidden writes too, and whoever could read or
//! compare cursors would count these. A cursor belongs to one reach: whose reach changes begins a new copy, for nothing in
//! the documents says that the old one holds too much or too little.

use super::{ActionError, Context};
use crate::clock::Chance;
use crate::directory::Snapshot;
use crate::domain::directory::{Document, Organization};
use crate::domain::id::{Identifier, OrganizationId, ServiceId};
use crate::domain::refusal::{InputProblem, Refusal};
use crate::policy::access::Access;
use crate::policy::directory_view::{ServiceView, show_gone, show_organization, show_service};
use crate::policy::rules::{Action, admit};
use crate::policy::visible::Visible;
use crate::store::{CursorKey, FeedPlace, FeedRange, FeedRow};
use std::sync::Arc;

/// Rows of one statement: a page of a hundred needs a second one only where hundreds of hidden entries lie between.
const ROWS_PER_STATEMENT: i64 = 500;

/// Statements of one page: 2,000 entries looked at, whoever asks and however few of them are told.
const STATEMENTS_PER_PAGE: usize = 4;

/// The list whose cursors these are.
const LIST: &str = "directory_feed";

/// A change as the viewer is told it.
pub enum FeedChange {
    /// The service is new, or reads like this from now on.
    Service(Visible<ServiceView>),
    /// The organisation is new, or reads like this from now on.
    Organization(Visible<Arc<Organization>>),
    /// The service is gone, or no longer for the viewer.
    Gone(ServiceId),
}

/// A page of the feed.
pub struct FeedPage {
    /// Changes, oldest first, each with the cursor behind it; none where nothing is told of what was looked at.
    pub changes: Vec<(String, FeedChange)>,
    /// Where to go on, now or later: behind all that was looked at.
    pub end_cursor: String,
    /// True where more is to be looked at.
    pub has_more: bool,
}

/// Where a copy stands.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Cursor {
    /// The version at which it was begun.
    begun_version: i64,
    /// Up to where it was told.
    place: FeedPlace,
}

/// Bytes of a cursor before it is sealed: two versions, the kind of the entry, its identifier.
const CURSOR_BYTES: usize = 8 + 8 + 1 + 16;

/// The kinds of places in a cursor.
const BEFORE_ALL: u8 = 0;
const AT_SERVICE: u8 = 1;
const AT_ORGANIZATION: u8 = 2;

impl Cursor {
    /// Of a copy that holds nothing yet.
    const fn beginning(version: i64) -> Self {
        Self { begun_version: version, place: before_all_of(0) }
    }

    /// All cursors are equally long. `None` where the place names no entry.
    fn bytes(&self) -> Option<[u8; CURSOR_BYTES]> {
        let entry_id = &*self.place.entry_id;
        let service = ServiceId::parse(entry_id).map(|id| (AT_SERVICE, id.bytes()));
        let organization = || OrganizationId::parse(entry_id).map(|id| (AT_ORGANIZATION, id.bytes()));
        let nothing = entry_id.is_empty().then_some((BEFORE_ALL, [0; 16]));
        let (kind, id) = nothing.or_else(|| service.or_else(|_| organization()).ok())?;
        let mut bytes = [0; CURSOR_BYTES];
        bytes[..8].copy_from_slice(&self.begun_version.to_be_bytes());
        bytes[8..16].copy_from_slice(&self.place.version.to_be_bytes());
        bytes[16] = kind;
        bytes[17..].copy_from_slice(&id);
        Some(bytes)
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (begun_version, rest) = bytes.split_first_chunk::<8>()?;
        let (version, rest) = rest.split_first_chunk::<8>()?;
        let (kind, id) = rest.split_first()?;
        let id: [u8; 16] = id.try_into().ok()?;
        let entry_id = match *kind {
            BEFORE_ALL => String::new(),
            AT_SERVICE => ServiceId::from_bytes(id).to_string(),
            AT_ORGANIZATION => OrganizationId::from_bytes(id).to_string(),
            _ => return None,
        };
        let place = FeedPlace { version: i64::from_be_bytes(*version), entry_id };
        Some(Self { begun_version: i64::from_be_bytes(*begun_version), place })
    }

    /// Up to where the copy may hold what entries said: to its beginning at least, for what was current then was told
    /// or is still to be told.
    fn copied_to(&self) -> FeedPlace {
        before_all_of(self.begun_version.saturating_add(1)).max(self.place.clone())
    }
}

/// The place before the entries of a version, behind those of the version before.
const fn before_all_of(version: i64) -> FeedPlace {
    FeedPlace { version, entry_id: String::new() }
}

/// Seals and opens the cursors of one reach.
struct Cursors<'a> {
    key: CursorKey,
    chance: &'a dyn Chance,
    reach: String,
}

impl Cursors<'_> {
    fn seal(&self, cursor: &Cursor) -> String {
        let mut nonce = [0; 24];
        self.chance.fill(&mut nonce);
        let bytes = cursor.bytes().expect("a place of the feed is that of a service or an organisation");
        self.key.seal(LIST, &self.reach, &nonce, &bytes)
    }

    fn open(&self, text: &str) -> Result<Cursor, ActionError> {
        let opened = self.key.open(LIST, &self.reach, text);
        let cursor = opened.and_then(|bytes| Cursor::from_bytes(&bytes));
        cursor.ok_or_else(|| Refusal::input("after", InputProblem::Cursor).into())
    }
}

/// The next page behind a cursor; from nothing without one.
pub async fn page(
    context: &Context,
    access: &Access,
    after: Option<&str>,
    limit: usize,
) -> Result<FeedPage, ActionError> {
    admit(access, Action::SearchDirectory)?;
    let snapshot = context.directory.snapshot();
    let key = context.store.cursor_key().await?;
    let cursors = Cursors { key, chance: context.chance.as_ref(), reach: access.reach_mark() };
    let cursor = match after {
        Some(text) => cursors.open(text)?,
        None => Cursor::beginning(snapshot.version()),
    };
    let Looked { changes, behind, has_more } = look(context, access, &snapshot, &cursor, limit).await?;
    let at = |place: FeedPlace| cursors.seal(&Cursor { begun_version: cursor.begun_version, place });
    let changes = changes.into_iter().map(|(place, change)| (at(place), change)).collect();
    Ok(FeedPage { changes, end_cursor: at(behind), has_more })
}

/// What was found behind a cursor.
struct Looked {
    changes: Vec<(FeedPlace, FeedChange)>,
    /// Behind what was looked at, as far as it is in the page.
    behind: FeedPlace,
    has_more: bool,
}

/// Looks at the entries behind a cursor until a page is full, or [`STATEMENTS_PER_PAGE`] statements are asked.
async fn look(
    context: &Context,
    access: &Access,
    snapshot: &Snapshot,
    cursor: &Cursor,
    limit: usize,
) -> Result<Looked, ActionError> {
    let copied_to = cursor.copied_to();
    let mut after = cursor.place.clone();
    let mut changes: Vec<(FeedPlace, FeedChange)> = Vec::new();
    for _ in 0..STATEMENTS_PER_PAGE {
        let range = FeedRange {
            after: &after,
            until_version: snapshot.version(),
            copied_to: &copied_to,
            begun_version: cursor.begun_version,
            limit: ROWS_PER_STATEMENT,
        };
        let rows = context.store.directory_feed(range).await?;
        let is_end = i64::try_from(rows.len()).is_ok_and(|rows| rows < ROWS_PER_STATEMENT);
        let next = rows.last().map(|row| row.place.clone());
        let told = rows.into_iter().filter_map(|row| told(access, snapshot, &row).map(|change| (row.place, change)));
        // One more than a page holds tells that there is more.
        changes.extend(told.take(limit + 1 - changes.len()));
        if changes.len() > limit {
            changes.truncate(limit);
            let behind = changes.last().map_or(after, |(place, _)| place.clone());
            return Ok(Looked { changes, behind, has_more: true });
        }
        match next {
            Some(next) if !is_end => after = next,
            // A node that lags behind the one that gave the cursor leaves it where it is.
            _ => {
                let behind = before_all_of(snapshot.version().saturating_add(1)).max(after);
                return Ok(Looked { changes, behind, has_more: false });
            }
        }
    }
    Ok(Looked { changes, behind: after, has_more: true })
}

/// What the viewer is told of a change; an organisation that nobody's service names any more is not told as gone,
/// because the copy itself shows it.
fn told(access: &Access, snapshot: &Snapshot, row: &FeedRow) -> Option<FeedChange> {
    if let Ok(id) = OrganizationId::parse(&row.place.entry_id) {
        let organization = snapshot.organization(id)?;
        return show_organization(access, &organization, &snapshot.services_of(id), false)
            .map(FeedChange::Organization);
    }
    let id = ServiceId::parse(&row.place.entry_id).ok()?;
    let service = snapshot.service(id).filter(|service| service.is_offered());
    let shown = service.and_then(|service| {
        let organization = snapshot.organization(service.organization_id);
        show_service(access, &service, organization.as_ref())
    });
    match (shown, &row.known) {
        (Some(view), _) => Some(FeedChange::Service(view)),
        (None, Some(Document::Service(known))) => show_gone(access, known).map(FeedChange::Gone),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(version: i64, entry_id: &str) -> FeedPlace {
        FeedPlace { version, entry_id: entry_id.to_owned() }
    }

    #[test]
    fn a_cursor_comes_back_as_it_went_and_is_as_long_as_any() {
        let service = ServiceId::from_bytes([7; 16]).to_string();
        let organization = OrganizationId::from_bytes([8; 16]).to_string();
        for (begun_version, version, entry_id) in
            [(5, 3, &*service), (i64::MAX, 0, &organization), (0, i64::MAX, ""), (7, 9, "")]
        {
            let cursor = Cursor { begun_version, place: place(version, entry_id) };
            let bytes = cursor.bytes().expect("bytes");
            assert_eq!(Cursor::from_bytes(&bytes), Some(cursor));
            assert_eq!(Cursor::from_bytes(&bytes[1..]), None);
        }
        let of_case = Cursor { begun_version: 1, place: place(1, "cas_x") };
        assert_eq!((of_case.bytes(), Cursor::from_bytes(&[9; CURSOR_BYTES])), (None, None));
    }

    #[test]
    fn a_copy_may_hold_what_was_there_when_it_was_begun_and_what_it_was_told_since() {
        let at = |begun_version, version| Cursor { begun_version, place: place(version, "svc_x") }.copied_to();
        assert_eq!(at(5, 3), place(6, ""));
        assert_eq!(at(5, 5), place(6, ""));
        assert_eq!(at(5, 6), place(6, "svc_x"));
        assert_eq!(Cursor::beginning(0).copied_to(), place(1, ""));
    }
}
