//! The directory's documents: organisations, their services and the places where these are given.
//!
//! These values are stored and versioned as whole documents, so they are the only domain values that
//! carry serde. Invariant: a redacted place has an area and no point, address or phone (ruling R8).

use super::code::code_list;
use super::id::{LocationId, OrganizationId, ProjectId, ServiceId};
use super::need::{Need, NeedFamily};
use super::place::{Area, Position};
use super::profile::{AdminStatus, AgeBand, Gender, Household, Language, Situation};
use super::sensitive::hidden_debug;
use super::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};

code_list! {
    /// What kind of organisation it is.
    OrganizationKind {
        Ngo = "ngo": "a non-governmental organisation",
        UnAgency = "un_agency": "agency of the United Nations",
        PublicHealth = "public_health": "public hospital or clinic",
        ChildWelfare = "child_welfare": "child welfare service or guardian",
        PublicSocial = "public_social": "public social service",
        Judicial = "judicial": "children's judge or legal aid office",
        LawOffice = "law_office": "law office or legal clinic",
        CommunityGroup = "community_group": "collective, faith or diaspora group",
        RedCrossCrescent = "red_cross_crescent": "Red Cross or Red Crescent society",
        ReceptionNetwork = "reception_network": "reception network or citizen hosting",
        AuthorityEnforcement = "authority_enforcement": "police, border or detention authority: listed for mapping, never a recipient",
    }
}

code_list! {
    /// Ties of an organisation with public authority, to be known before a referral.
    AuthorityLink {
        None = "none": "no tie known",
        PublicService = "public_service": "runs a public service",
        ChildWelfare = "child_welfare": "a child-welfare authority",
        Judicial = "judicial": "courts and prosecutors",
        PoliceImmigration = "police_immigration": "police or immigration authority",
    }
}

code_list! {
    /// Whether the service works at present.
    ServiceStatus {
        Open = "open": "it is in operation",
        Paused = "paused": "stopped for a time",
        Closed = "closed": "it has ended",
        Suspended = "suspended": "suspended by its organisation or by an editor",
    }
}

code_list! {
    /// How the service treats people outside the public that it names.
    Welcome {
        Unconditional = "unconditional": "takes everybody alike",
        Preferential = "preferential": "serves its public first, and others",
        Exclusive = "exclusive": "serves only its public",
    }
}

code_list! {
    /// Whether the service can take somebody now.
    CapacityStatus {
        Open = "open": "can take people",
        Limited = "limited": "few places are left",
        Waitlist = "waitlist": "only by waiting list",
        Full = "full": "no place is left",
        AssessmentNeeded = "assessment_needed": "an assessment comes first",
        Unknown = "unknown": "not told, or told too long ago",
    }
}

code_list! {
    /// In what capacity is counted.
    CapacityUnit {
        Bed = "bed": "beds for a night",
        Place = "place": "places in a house or group",
        Slot = "slot": "slots of a session",
        Appointment = "appointment": "appointments with somebody",
        Case = "case": "cases followed at once",
    }
}

code_list! {
    /// Who may know that an entry exists. Each value is stricter than the one before.
    Tier named "VisibilityTier" {
        Public = "public": "anyone at all",
        Network = "network": "any member of staff of the network",
        Project = "project": "the named projects",
        Restricted = "restricted": "trained members of the network, such as for safe houses",
        Sealed = "sealed": "nobody but coordinators",
    }
}

code_list! {
    /// Whether a place is somewhere, or only an address for letters or a line.
    LocationKind {
        Physical = "physical": "a place where people go",
        Postal = "postal": "a postal address",
        Virtual = "virtual": "by phone or online",
    }
}

code_list! {
    /// Fields in which a service is specialised.
    Specialisation {
        Gbv = "gbv": "survivors of gender-based violence",
        Child = "child": "children and adolescents",
        Torture = "torture": "survivors of torture",
    }
}

code_list! {
    /// What may follow from turning to the service, to be explained before consent.
    KnownConsequence {
        BiometricsTaken = "biometrics_taken": "fingerprints are taken",
        AuthorityInformed = "authority_informed": "an authority is informed",
        ProsecutorInformed = "prosecutor_informed": "the prosecutor is informed",
        RelocationFar = "relocation_far": "moved far away",
        ComplaintExpected = "complaint_expected": "a complaint is expected",
        AgeAssessment = "age_assessment": "age is assessed",
        FamilyContacted = "family_contacted": "the family is contacted",
        IdRequired = "id_required": "an identity document is asked for",
        RecordedInSharedDb = "recorded_in_shared_db": "recorded in a shared database",
    }
}

/// An organisation of the directory.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Organization {
    /// Identifier, derived from source and key.
    pub id: OrganizationId,
    /// Name as its source writes it.
    pub name: String,
    /// Another name, often in another script.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alternate_name: Option<String>,
    /// What it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Website, as its source writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    /// Kind, where the source tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<OrganizationKind>,
    /// Tie with public authority, where the source tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority_link: Option<AuthorityLink>,
}

impl Organization {
    /// False for police, border and detention bodies: they are mapped and never a recipient (P-10).
    pub fn may_receive_referrals(&self) -> bool {
        self.kind != Some(OrganizationKind::AuthorityEnforcement)
            && self.authority_link != Some(AuthorityLink::PoliceImmigration)
    }
}

/// The public that a service accepts. An empty list restricts nothing.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Eligibility {
    /// Youngest age accepted, in whole years.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum_age: Option<u8>,
    /// Oldest age accepted, in whole years.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum_age: Option<u8>,
    /// Age bands accepted, beside the ages.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub age_bands: Vec<AgeBand>,
    /// Genders accepted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub genders: Vec<Gender>,
    /// Households accepted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub households: Vec<Household>,
    /// Administrative statuses accepted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub admin_statuses: Vec<AdminStatus>,
    /// Living situations accepted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub situations: Vec<Situation>,
}

/// A labelled text kept as its source writes it, such as an intake criterion nobody has coded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    /// The source's own label.
    pub label: String,
    /// The source's own words, one per value.
    pub values: Vec<String>,
}

/// How many the service can take, as last told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Capacity {
    /// The status as told; see [`Capacity::status_at`] for what it is worth now.
    pub status: CapacityStatus,
    /// In what it is counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<CapacityUnit>,
    /// How many are free.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub available: Option<u32>,
    /// How many there are in all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum: Option<u32>,
    /// When it was told, in microseconds of UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated_at_microseconds: Option<i64>,
}

/// One weekly opening, kept as its source tells it; no hours are ever guessed from free text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    /// Weekdays as two-letter codes of RFC 5545, such as `MO,TU`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weekdays: Option<String>,
    /// Local time of opening, `HH:MM`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens_at: Option<String>,
    /// Local time of closing, `HH:MM`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes_at: Option<String>,
    /// The source's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// A place where a service is given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Identifier, derived from source and key.
    pub id: LocationId,
    /// Name of the place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Kind of place.
    pub kind: LocationKind,
    /// True when the place must not be found: then it has an area and nothing nearer.
    #[serde(default)]
    pub redacted: bool,
    /// The point, where it is known and may be known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// Area that the place lies in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<Area>,
    /// Postal address on one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

impl Capacity {
    /// Hours after which the unit's figure is worth nothing: a bed changes hands in a day, the rest
    /// in a week.
    pub const fn stale_after_hours(&self) -> i64 {
        match self.unit {
            Some(CapacityUnit::Bed | CapacityUnit::Place) => 24,
            _ => 168,
        }
    }

    /// What the figure is worth at `now`: the status as told, or unknown once it is stale or when
    /// nobody wrote down when it was told.
    pub fn status_at(&self, now: Timestamp) -> CapacityStatus {
        match self.updated_at_microseconds.map(Timestamp::from_microseconds) {
            Some(updated) if now.hours_since(updated) < self.stale_after_hours() => self.status,
            _ => CapacityStatus::Unknown,
        }
    }
}

impl Place {
    /// Where the place stands in a search: its point, or the published centre of the area of a
    /// redacted one.
    pub fn search_position(&self) -> Option<Position> {
        if self.redacted { self.area.as_ref().and_then(|area| area.center) } else { self.position }
    }

    /// Drops whatever could lead to the place; returns true when something was dropped.
    pub fn redact(&mut self) -> bool {
        self.redacted = true;
        let held = self.position.is_some() || self.address.is_some();
        self.position = None;
        self.address = None;
        held
    }
}

/// A service, with everything that decides whom it takes.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Service {
    /// Identifier, derived from source and key.
    pub id: ServiceId,
    /// Organisation that gives the service.
    pub organization_id: OrganizationId,
    /// Name as its source writes it.
    pub name: String,
    /// Another name, often in another script.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alternate_name: Option<String>,
    /// What it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Needs that it answers, by code.
    pub needs: Vec<Need>,
    /// Families of needs where the source says no more; they match as "to confirm".
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub need_families: Vec<NeedFamily>,
    /// Whether it works.
    pub status: ServiceStatus,
    /// How it treats people outside its public; `None` where nobody has told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub welcome: Option<Welcome>,
    /// Its public, as far as it is coded.
    #[serde(default)]
    pub eligibility: Eligibility,
    /// Its criteria in the source's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub criteria_text: Option<String>,
    /// Practical facts in the source's own words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<Detail>,
    /// Languages spoken there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<Language>,
    /// How one asks for the service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application_process: Option<String>,
    /// What it costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fees: Option<String>,
    /// A warning to be read first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alert: Option<String>,
    /// Role mailbox of the service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Phone numbers as typed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub phones: Vec<String>,
    /// What may follow from turning to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub known_consequences: Vec<KnownConsequence>,
    /// What it is specialised in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub specialisations: Vec<Specialisation>,
    /// Capacity, as last told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<Capacity>,
    /// Openings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub schedules: Vec<Schedule>,
    /// Places where it is given.
    #[serde(default)]
    pub places: Vec<Place>,
    /// Day on which somebody last checked the entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verified_on: Option<Date>,
    /// Last day that its source vouches for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<Date>,
    /// Who may know of it.
    pub tier: Tier,
    /// The projects that may know of it, at tier `project`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub projects: Vec<ProjectId>,
}

hidden_debug!(Service);

impl Service {
    /// Capacity at `now`; unknown where none was told.
    pub fn capacity_status_at(&self, now: Timestamp) -> CapacityStatus {
        self.capacity.as_ref().map_or(CapacityStatus::Unknown, |capacity| capacity.status_at(now))
    }

    /// True when finding the service takes training about gender-based violence (P-12).
    pub fn concerns_gender_based_violence(&self) -> bool {
        self.specialisations.contains(&Specialisation::Gbv)
            || self.needs.iter().any(|need| need.concerns_gender_based_violence())
    }
}

/// One entry of the directory, as it is stored, versioned and loaded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "entries live behind an Arc, nearly all of them services")]
pub enum Document {
    /// An organisation.
    Organization(Organization),
    /// A service with its places.
    Service(Service),
}
