//! Finding services and reading the directory. Nothing here asks the database but [`refresh`].

use super::input::{ProfileInput, position};
use super::{ActionError, Context};
use crate::directory::{Change, Distance, EntryId, Order, Query, SearchKey};
use crate::domain::directory::{Document, Organization, Service};
use crate::domain::directory_merge::kept_entry;
use crate::domain::fingerprint::feed;
use crate::domain::fit::{Seeker, Verdict};
use crate::domain::id::{Identifier, OrganizationId, ServiceId};
use crate::domain::need::Need;
use crate::domain::refusal::{InputProblem, Refusal};
use crate::domain::time::Timestamp;
use crate::policy::access::Access;
use crate::policy::directory_view::{MatchView, ServiceView, show_match, show_organization, show_service};
use crate::policy::rules::{Action, admit};
use crate::policy::visible::Visible;
use crate::store::DirectoryRow;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// Half the circumference of the earth, rounded up: no distance is longer.
const LONGEST_RADIUS_METERS: f64 = 20_100_000.0;

/// What is looked for.
#[derive(Clone, Default)]
pub struct SearchServices {
    /// Latitude and longitude of the point to be near to, in degrees.
    pub near: Option<(f64, f64)>,
    /// Only places within this many metres.
    pub within_meters: Option<f64>,
    /// The need.
    pub need: Option<Need>,
    /// The person.
    pub profile: ProfileInput,
    /// Which verdicts to show; by default all but [`Verdict::No`].
    pub verdicts: Option<Vec<Verdict>>,
}

impl SearchServices {
    /// Which question it is; a cursor of another one is refused.
    fn digest(&self) -> [u8; 32] {
        let Self { near, within_meters, need, profile, verdicts } = self;
        let near = near.map(|(latitude, longitude)| (latitude.to_bits(), longitude.to_bits()));
        let mut digest = Sha256::new();
        let all = (near, within_meters.map(f64::to_bits), need, profile, verdicts);
        feed(&all, |part| digest.update(part));
        digest.finalize().into()
    }
}

/// One service that was found, at its nearest place.
#[derive(Clone)]
pub struct Found {
    /// The service.
    pub service: Visible<ServiceView>,
    /// How far it is, whether it takes the person, and why not.
    pub found: MatchView,
    /// From where the next page goes on.
    pub cursor: String,
}

/// A page of services.
#[derive(Clone)]
pub struct FoundPage {
    /// The services, nearest first.
    pub found: Vec<Found>,
    /// True when more follow.
    pub has_more: bool,
    /// The instant at which openness, capacity and freshness were judged; the same for every page.
    pub evaluated_at: Timestamp,
}

/// Looks for services in the snapshot: nearest first in great-circle order, `first` at most.
pub fn search(
    context: &Context,
    access: &Access,
    input: &SearchServices,
    first: usize,
    after: Option<&str>,
) -> Result<FoundPage, ActionError> {
    admit(access, Action::SearchDirectory)?;
    let near = input.near.map(|(latitude, longitude)| position(latitude, longitude)).transpose()?;
    let radius_is_usable = input.within_meters.is_none_or(|meters| meters > 0.0 && meters <= LONGEST_RADIUS_METERS);
    if !radius_is_usable || (input.within_meters.is_some() && near.is_none()) {
        return Err(Refusal::input("withinMeters", InputProblem::Radius).into());
    }
    let question = input.digest();
    let cursor = after.map(|text| Cursor::read(text, &question)).transpose()?;
    let evaluated_at = cursor.map_or_else(|| context.now(), |cursor| cursor.evaluated_at);
    let profile = input.profile.clone().into_profile()?;
    let page = context.directory.snapshot().search(&Query {
        near,
        within_meters: input.within_meters,
        region: None,
        words: None,
        seeker: Seeker {
            need: input.need,
            profile: &profile,
            accessibility: &[],
            areas: &[],
            areas_within: &[],
            at: evaluated_at,
        },
        open_at: None,
        answering: None,
        order: Order::Nearest,
        verdicts: input.verdicts.as_deref().unwrap_or(&[Verdict::Match, Verdict::ToConfirm]),
        scope: access.directory_scope(),
        after: cursor.map(|cursor| cursor.key),
        limit: first,
    });
    let found = page.hits.into_iter().filter_map(|hit| {
        let (distance_meters, distance_band) = match hit.distance {
            Some(Distance::Meters(meters)) => (Some(meters), None),
            Some(Distance::Band(band)) => (None, Some(band)),
            None => (None, None),
        };
        let found = MatchView { place: hit.place, distance_meters, distance_band, fit: hit.fit };
        Some(Found {
            service: show_service(access, &hit.service, hit.organization.as_ref())?,
            found: show_match(access, &hit.service, found)?,
            cursor: Cursor { key: hit.key, evaluated_at }.write(&question),
        })
    });
    Ok(FoundPage { found: found.collect(), has_more: page.has_more, evaluated_at })
}

/// The service with this id, for who looks for services.
pub fn find(context: &Context, access: &Access, id: ServiceId) -> Result<Visible<ServiceView>, ActionError> {
    admit(access, Action::SearchDirectory)?;
    service(context, access, id)
}

/// The organisation with this id, for who looks for services.
pub fn find_organization(
    context: &Context,
    access: &Access,
    id: OrganizationId,
) -> Result<Visible<Arc<Organization>>, ActionError> {
    admit(access, Action::SearchDirectory)?;
    organization(context, access, id)
}

/// The service with this id, that something else has led to.
pub fn service(context: &Context, access: &Access, id: ServiceId) -> Result<Visible<ServiceView>, ActionError> {
    let snapshot = context.directory.snapshot();
    let service = snapshot.service(id).ok_or(ActionError::NotVisible)?;
    let organization = snapshot.organization(service.organization_id);
    show_service(access, &service, organization.as_ref()).ok_or(ActionError::NotVisible)
}

/// The service that people find in the place of this one: itself, or the one that it was merged into.
pub fn kept_service(context: &Context, access: &Access, id: ServiceId) -> Result<Visible<ServiceView>, ActionError> {
    let named = service(context, access, id)?;
    if named.service.merged_into.is_none() {
        return Ok(named);
    }
    let snapshot = context.directory.snapshot();
    let kept = kept_entry(id, |id| snapshot.service(id)).ok_or(ActionError::NotVisible)?;
    service(context, access, kept.id)
}

/// The services of an organisation that the viewer may know of.
pub fn services_of(context: &Context, access: &Access, organization: &Arc<Organization>) -> Vec<Visible<ServiceView>> {
    let snapshot = context.directory.snapshot();
    snapshot
        .services_of(organization.id)
        .iter()
        .filter_map(|service| show_service(access, service, Some(organization)))
        .collect()
}

/// The organisation with this id, that something else has led to.
pub fn organization(
    context: &Context,
    access: &Access,
    id: OrganizationId,
) -> Result<Visible<Arc<Organization>>, ActionError> {
    known_organization(context, access, id, false)
}

/// The organisation on the other side of a referral that the viewer was shown.
pub fn counterpart(
    context: &Context,
    access: &Access,
    id: OrganizationId,
) -> Result<Visible<Arc<Organization>>, ActionError> {
    known_organization(context, access, id, true)
}

fn known_organization(
    context: &Context,
    access: &Access,
    id: OrganizationId,
    is_counterpart: bool,
) -> Result<Visible<Arc<Organization>>, ActionError> {
    let snapshot = context.directory.snapshot();
    let organization = snapshot.organization(id).ok_or(ActionError::NotVisible)?;
    show_organization(access, &organization, &snapshot.services_of(id), is_counterpart).ok_or(ActionError::NotVisible)
}

/// Brings the snapshot up to what the store holds; returns the version it has then.
pub async fn refresh(context: &Context) -> Result<i64, ActionError> {
    let held = context.directory.snapshot().version();
    // The version is read first: what is written in between comes along now, and again next time.
    let version = context.store.directory_version().await?;
    if version > held {
        let rows = context.store.directory_changes(held).await?;
        let changes = rows.into_iter().map(change);
        context.directory.apply(version, changes.collect());
    }
    Ok(version)
}

fn change(row: DirectoryRow) -> Change {
    if !row.is_gone {
        let document = match row.document {
            Document::Service(service) => Document::Service(Service { version: row.entry_version, ..service }),
            organization @ Document::Organization(_) => organization,
        };
        return Change::Present { document };
    }
    let id = match row.document {
        Document::Organization(organization) => EntryId::Organization(organization.id),
        Document::Service(service) => EntryId::Service(service.id),
    };
    Change::Gone { id }
}

/// Where a page ended: behind which key, judged at what time. Opaque to callers. It begins with a short
/// hash of the question and of the rest of it, so that one of another question and one that was changed on
/// its way are told apart. Whoever forges one only sees what is theirs to see, judged at another time.
#[derive(Clone, Copy)]
struct Cursor {
    key: SearchKey,
    evaluated_at: Timestamp,
}

const CURSOR_VERSION: u8 = 1;
const CURSOR_BYTES: usize = 1 + 8 + 8 + 16 + 8;

impl Cursor {
    fn write(self, question: &[u8; 32]) -> String {
        let mut bytes = vec![CURSOR_VERSION; 9];
        bytes.extend(self.key.distance_meters().to_be_bytes());
        bytes.extend(self.key.service().bytes());
        bytes.extend(self.evaluated_at.microseconds().to_be_bytes());
        let hash = cursor_hash(question, &bytes[9..]);
        bytes[1..9].copy_from_slice(&hash);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn read(text: &str, question: &[u8; 32]) -> Result<Self, Refusal> {
        let refused = Refusal::input("after", InputProblem::Cursor);
        let bytes = URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| {
            bytes.len() == CURSOR_BYTES
                && bytes[0] == CURSOR_VERSION
                && bytes[1..9] == cursor_hash(question, &bytes[9..])
        });
        let cursor = bytes.and_then(|bytes| {
            Some(Self {
                key: SearchKey::new(
                    f64::from_be_bytes(bytes[9..17].try_into().ok()?),
                    ServiceId::from_bytes(bytes[17..33].try_into().ok()?),
                ),
                evaluated_at: Timestamp::from_microseconds(i64::from_be_bytes(bytes[33..41].try_into().ok()?)),
            })
        });
        cursor.filter(|cursor| cursor.key.distance_meters() >= 0.0).ok_or(refused)
    }
}

fn cursor_hash(question: &[u8; 32], rest: &[u8]) -> [u8; 8] {
    let digest = Sha256::new().chain_update(question).chain_update(rest).finalize();
    let mut short = [0; 8];
    short.copy_from_slice(&digest[..8]);
    short
}
