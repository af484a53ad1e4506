//! The feed of changes: what somebody who keeps a copy of the directory has to change in it.
//!
//! Invariants: a page tells of every entry that changed behind its cursor and that the viewer may know now, and of each
//! that the copy may hold and the viewer may know no longer, by its id alone. What the viewer could not know where
//! the copy stands leaves no trace, not even in the length of a page: pages are filled with what is told. A cursor
//! names the place of an entry that was told, never of a hidden one. It belongs to one reach: whose reach changes begins
//! a new copy, for nothing in the documents says that the old one holds too much or too little.

use super::{ActionError, Context};
use crate::directory::Snapshot;
use crate::domain::directory::{Document, Organization};
use crate::domain::id::{Identifier, OrganizationId, ServiceId};
use crate::domain::refusal::{InputProblem, Refusal};
use crate::policy::access::Access;
use crate::policy::directory_view::{ServiceView, show_gone, show_organization, show_service};
use crate::policy::rules::{Action, admit};
use crate::policy::visible::Visible;
use crate::store::{FeedPlace, FeedRange, FeedRow};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::sync::Arc;

/// Rows of one statement: a page of a hundred needs a second one only where hundreds of hidden entries lie between.
const ROWS_PER_STATEMENT: i64 = 500;

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
    /// Changes, oldest first, each with the cursor behind it.
    pub changes: Vec<(String, FeedChange)>,
    /// True where more are to be told.
    pub has_more: bool,
}

/// Where a copy stands.
struct Cursor {
    /// The version at which it was begun.
    begun_version: i64,
    /// The last entry that it was told.
    place: FeedPlace,
}

impl Cursor {
    /// Of a copy that holds nothing yet.
    const fn beginning(version: i64) -> Self {
        Self { begun_version: version, place: FeedPlace { version: 0, entry_id: String::new() } }
    }

    fn write(begun_version: i64, place: &FeedPlace, reach: &str) -> String {
        URL_SAFE_NO_PAD.encode(format!("v1|feed|{reach}|{begun_version}|{}|{}", place.version, place.entry_id))
    }

    /// Reads a cursor of this reach.
    fn read(text: &str, reach: &str) -> Result<Self, ActionError> {
        let read = || {
            let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
            let parts: Vec<&str> = text.strip_prefix("v1|feed|")?.split('|').collect();
            let [of_reach, begun_version, version, entry_id] = *parts else { return None };
            let is_entry = ServiceId::parse(entry_id).is_ok() || OrganizationId::parse(entry_id).is_ok();
            let place = FeedPlace { version: version.parse().ok()?, entry_id: entry_id.to_owned() };
            let cursor = Self { begun_version: begun_version.parse().ok()?, place };
            (of_reach == reach && is_entry).then_some(cursor)
        };
        read().ok_or_else(|| Refusal::input("after", InputProblem::Cursor).into())
    }

    /// Up to where the copy may hold what entries said: to its beginning at least, for what was current then was told
    /// or is still to be told.
    fn copied_to(&self) -> FeedPlace {
        let beginning = FeedPlace { version: self.begun_version.saturating_add(1), entry_id: String::new() };
        beginning.max(self.place.clone())
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
    let reach = access.reach_mark();
    let cursor = match after {
        Some(text) => Cursor::read(text, &reach)?,
        None => Cursor::beginning(snapshot.version()),
    };
    let copied_to = cursor.copied_to();
    let mut after = cursor.place;
    let mut changes = Vec::new();
    loop {
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
        let told = rows.into_iter().filter_map(|row| {
            let change = told(access, &snapshot, &row)?;
            Some((Cursor::write(cursor.begun_version, &row.place, &reach), change))
        });
        // One more than a page holds tells that there is more.
        changes.extend(told.take(limit + 1 - changes.len()));
        match next {
            Some(next) if !is_end && changes.len() <= limit => after = next,
            _ => break,
        }
    }
    let has_more = changes.len() > limit;
    changes.truncate(limit);
    Ok(FeedPage { changes, has_more })
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
    fn a_cursor_comes_back_as_it_went_and_serves_one_reach() {
        let id = ServiceId::from_bytes([7; 16]).to_string();
        let text = Cursor::write(5, &place(3, &id), "reach");
        let read = Cursor::read(&text, "reach").expect("a cursor");
        assert_eq!((read.begun_version, read.place), (5, place(3, &id)));
        let of_entry = Cursor::write(5, &place(3, "entry"), "reach");
        let of_list = URL_SAFE_NO_PAD.encode(format!("v1|inbox|{id}"));
        for (text, reach) in
            [(&*text, "other"), (&of_entry, "reach"), (&of_list, "reach"), ("", "reach"), ("é", "reach")]
        {
            assert!(Cursor::read(text, reach).is_err(), "{text}");
        }
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
