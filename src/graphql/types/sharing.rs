//! Changes of the directory, and pairs of entries that may be one.

use super::organization::Organization;
use super::service::Service;
use crate::actions::directory_feed::FeedChange;
use crate::actions::duplicates::CandidateView;
use crate::domain::directory::ChangeKind;
use crate::domain::duplicates::DuplicateReason;
use async_graphql::connection::{Edge, EmptyFields, PageInfo};
use async_graphql::{Description, ID, Object};

/// What happened last to an entry of the directory.
#[derive(Description)]
pub struct DirectoryChange(pub FeedChange);

#[Object(use_type_description)]
impl DirectoryChange {
    /// Identifier of the entry.
    async fn id(&self) -> ID {
        match &self.0 {
            FeedChange::Service(view) => view.service.id.into(),
            FeedChange::Organization(view) => view.id.into(),
            FeedChange::Gone(id) => (*id).into(),
        }
    }

    /// Whether the entry is there.
    async fn kind(&self) -> ChangeKind {
        match &self.0 {
            FeedChange::Service(_) | FeedChange::Organization(_) => ChangeKind::Present,
            FeedChange::Gone(_) => ChangeKind::Gone,
        }
    }

    /// The service as it reads now; null for one that is gone, and for an organisation.
    async fn service(&self) -> Option<Service> {
        match &self.0 {
            FeedChange::Service(view) => Some(Service(view.clone())),
            FeedChange::Organization(_) | FeedChange::Gone(_) => None,
        }
    }

    /// The organisation as it reads now; null for a service. None is ever told as gone: drop one from a copy with its
    /// last service.
    async fn organization(&self) -> Option<Organization> {
        match &self.0 {
            FeedChange::Organization(view) => Some(Organization(view.clone())),
            FeedChange::Service(_) | FeedChange::Gone(_) => None,
        }
    }
}

/// A page of changes. Unlike other connections it has an `endCursor` without any edge: what was looked at may be nothing
/// that the viewer is told.
pub struct DirectoryChangeConnection {
    /// The changes, each with its cursor.
    pub edges: Vec<Edge<String, DirectoryChange, EmptyFields>>,
    /// Where to go on.
    pub page_info: PageInfo,
}

#[Object]
impl DirectoryChangeConnection {
    /// Information to aid in pagination.
    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }

    /// A list of edges.
    async fn edges(&self) -> &[Edge<String, DirectoryChange, EmptyFields>] {
        &self.edges
    }

    /// A list of nodes.
    async fn nodes(&self) -> Vec<&DirectoryChange> {
        self.edges.iter().map(|edge| &edge.node).collect()
    }
}

/// Two services that may be one.
#[derive(Description)]
pub struct DuplicateCandidate(pub CandidateView);

#[Object(use_type_description)]
impl DuplicateCandidate {
    /// The two services, by id.
    async fn services(&self) -> Vec<Service> {
        self.0.services.iter().cloned().map(Service).collect()
    }

    /// From 55 to 100, the higher the likelier; no probability.
    async fn score(&self) -> i32 {
        i32::from(self.0.score)
    }

    /// What speaks for it.
    async fn reasons(&self) -> &[DuplicateReason] {
        &self.0.reasons
    }
}
