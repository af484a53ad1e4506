//! The words of the table: what a viewer is to an object, how the object stands, on what else it depends,
//! and what is told in place of a value.

use crate::domain::code::code_list;
use crate::domain::directory::Tier;

code_list! {
    /// How much harm a field could do, by the classes of the domain reference.
    Class {
        Public = "D0": "may be known by whoever may know of the entry",
        Internal = "D1": "operational: of the work, not of a person",
        Contact = "D2": "how staff of an organisation are reached; for signed-in staff",
        Person = "D3": "linked to a person through a case; recorded when read",
        Sensitive = "D4": "a coded fact that could harm the person; recorded when read",
        Statistic = "statistic": "counts of persons, none below the threshold",
    }
}

impl Class {
    /// True where reading the field is recorded.
    pub const fn is_recorded(self) -> bool {
        matches!(self, Self::Person | Self::Sensitive)
    }
}

code_list! {
    /// What a viewer is to an object. Of several the nearest counts.
    Relation {
        Anonymous = "anonymous": "nobody is signed in",
        Member = "member": "signed in, and tied to the object by nothing nearer",
        Oneself = "oneself": "it is the account that asks, or a team of it",
        OwnOrganization = "own_organization": "of the organisation that the entry is of",
        Counterpart = "counterpart": "on the other side of a referral to or from the organisation",
        Team = "team": "of the team that follows the case",
        Coordinator = "coordinator": "coordinator; for what is linked to a person, of its project",
        ProtectionLead = "protection_lead": "protection lead; for what is linked to a person, of its organisation",
        Recipient = "recipient": "of the organisation that received the referral",
        Offering = "offering": "of the partner that has offered the person",
        Figures = "figures": "reads the figures of its project",
        Staff = "staff": "works in the project",
        Desk = "desk": "of the desk that takes over what a frozen project leaves open",
        ThroughGlass = "through_glass": "has broken the glass over the case, within its hour",
        Auditor = "auditor": "reads the audit trails of its organisation's projects, and of the network",
        Keeper = "keeper": "answers for the systems of the organisation that it is of",
    }
}

code_list! {
    /// How an object stands: the release stage of a referral, the tier of a service, or neither.
    Standing {
        Plain = "plain": "it has no stage",
        Draft = "draft": "not sent",
        Offer = "offer": "sent and not accepted, or accepted on a consent that is no longer live",
        Accepted = "accepted": "accepted in principle, consent live",
        Handover = "handover": "handed over or in service, consent live",
        Reopenable = "reopenable": "completed or not realised within thirty days, consent live",
        Ended = "ended": "ended by an answer or for want of one",
        Closed = "closed": "ended without a word why",
        Public = "public": "an entry for anyone",
        Network = "network": "an entry for staff of the network",
        Project = "project": "an entry for named projects",
        Restricted = "restricted": "an entry for the trained",
        Sealed = "sealed": "an entry for coordinators",
    }
}

impl From<Tier> for Standing {
    fn from(tier: Tier) -> Self {
        match tier {
            Tier::Public => Self::Public,
            Tier::Network => Self::Network,
            Tier::Project => Self::Project,
            Tier::Restricted => Self::Restricted,
            Tier::Sealed => Self::Sealed,
        }
    }
}

code_list! {
    /// What else a cell may depend on.
    Guard {
        TrainedForViolence = "trained_for_violence": "where gender-based violence is concerned, only for the trained",
        Trained = "trained": "only for those trained about gender-based violence and safe houses",
        Granted = "granted": "only for the projects that the entry names",
        ServiceKnown = "service_known": "only for whoever finds such a service in the directory",
        EnoughPersons = "enough_persons": "only where enough persons are counted",
    }
}

code_list! {
    /// What is told in place of a value.
    Mask {
        Hour = "hour": "the hour instead of the instant",
        WithoutReason = "without_reason": "that it is closed, and not why",
        OwnSide = "own_side": "the own organisation only",
        SinceSending = "since_sending": "from the sending on",
    }
}

/// What a viewer is told of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sight {
    /// Nothing: as if there were no value.
    Absent,
    /// Something in its place.
    Masked(Mask),
    /// The value.
    Shown,
}

macro_rules! sets {
    ($($(#[doc = $doc:literal])+ $name:ident of $item:ident;)+) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct $name(u32);

        impl $name {
            /// The set of these.
            pub fn of(items: &[$item]) -> Self {
                items.iter().fold(Self::default(), |set, item| set.with(*item, true))
            }

            /// The set with the item, or without it.
            #[must_use]
            pub const fn with(self, item: $item, is_in: bool) -> Self {
                let bit = 1 << item as u32;
                Self(if is_in { self.0 | bit } else { self.0 & !bit })
            }

            /// True for an item of the set.
            pub const fn has(self, item: $item) -> bool {
                self.0 & (1 << item as u32) != 0
            }

            /// True when every item of the other set is in this one.
            pub const fn has_all(self, other: Self) -> bool {
                self.0 & other.0 == other.0
            }
        }
    )+};
}

sets! {
    /// A set of standings.
    Standings of Standing;
    /// A set of guards.
    Guards of Guard;
}

/// Everything that a decision about a field rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// What the viewer is to the object.
    pub relation: Relation,
    /// How the object stands.
    pub standing: Standing,
    /// The guards that hold.
    pub holding: Guards,
}

impl Facts {
    /// Facts under which no guard holds yet.
    pub fn new(relation: Relation, standing: Standing) -> Self {
        Self { relation, standing, holding: Guards::default() }
    }

    /// The facts with one more guard, when it holds.
    #[must_use]
    pub const fn holding(self, guard: Guard, holds: bool) -> Self {
        Self { holding: self.holding.with(guard, holds), ..self }
    }
}
