//! Identifiers: one value of 128 bits with two spellings, typed and prefixed (`ref_…`) in GraphQL
//! and in the database, RFC 9562 UUID in exchange formats.
//!
//! Invariant: an identifier carries no time, so that it cannot tell when a person was referred,
//! and it is never authority: knowing one opens nothing.

use data_encoding::{Encoding, Specification};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// Lower-case base32 without padding, alphabet of RFC 4648.
static BASE32: LazyLock<Encoding> = LazyLock::new(|| {
    let mut specification = Specification::new();
    specification.symbols.push_str("abcdefghijklmnopqrstuvwxyz234567");
    specification.encoding().expect("the alphabet above has 32 distinct symbols")
});

/// Why a text is not an identifier of the wanted kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidId {
    /// The prefix names another kind of object, or none.
    #[error("expected an id that starts with `{expected}_`")]
    Prefix {
        /// The prefix of the wanted kind.
        expected: &'static str,
    },
    /// What follows the prefix is not 26 lower-case base32 characters of 128 bits.
    #[error("after the prefix an id has 26 characters out of a–z and 2–7")]
    Body,
}

/// A kind of identifier: a prefix and 128 bits.
pub trait Identifier: Copy + Eq + Ord + std::hash::Hash + std::fmt::Display + Send + Sync + 'static {
    /// The prefix without its underscore, such as `ref`.
    const PREFIX: &'static str;

    /// Makes the identifier of these 16 bytes.
    fn from_bytes(bytes: [u8; 16]) -> Self;

    /// The 16 bytes of the identifier.
    fn bytes(self) -> [u8; 16];

    /// Reads the prefixed spelling.
    fn parse(text: &str) -> Result<Self, InvalidId> {
        let body = text
            .strip_prefix(Self::PREFIX)
            .and_then(|rest| rest.strip_prefix('_'))
            .ok_or(InvalidId::Prefix { expected: Self::PREFIX })?;
        let bytes = BASE32.decode(body.as_bytes()).map_err(|_| InvalidId::Body)?;
        bytes.try_into().map(Self::from_bytes).map_err(|_| InvalidId::Body)
    }

    /// Derives the identifier of a record that comes from elsewhere: the same source and key give the
    /// same identifier on every machine, so that an import can be repeated. The bits are those of an
    /// RFC 9562 version 8 UUID.
    fn derived(source: &str, key: &str) -> Self {
        let digest = Sha256::new()
            .chain_update(Self::PREFIX)
            .chain_update([0])
            .chain_update(source)
            .chain_update([0])
            .chain_update(key)
            .finalize();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        Self::from_bytes(uuid::Builder::from_custom_bytes(bytes).into_uuid().into_bytes())
    }

    /// The RFC 9562 spelling, for exchange formats.
    fn uuid(self) -> uuid::Uuid {
        uuid::Uuid::from_bytes(self.bytes())
    }
}

macro_rules! identifiers {
    ($($(#[doc = $doc:literal])+ $name:ident = $prefix:literal),+ $(,)?) => {$(
        $(#[doc = $doc])+
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 16]);

        impl Identifier for $name {
            const PREFIX: &'static str = $prefix;
            fn from_bytes(bytes: [u8; 16]) -> Self { Self(bytes) }
            fn bytes(self) -> [u8; 16] { self.0 }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "{}_{}", $prefix, BASE32.encode(&self.0))
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(formatter, "{self}")
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    )+};
}

identifiers! {
    /// An organisation of the directory; it offers services, sends referrals, or both.
    OrganizationId = "org",
    /// A service of the directory.
    ServiceId = "svc",
    /// A place where a service is given.
    LocationId = "loc",
    /// A project: the team, in one country, whose cases and referrals belong together.
    ProjectId = "prj",
    /// A team of a project: the people who all take part in the same cases.
    TeamId = "tea",
    /// What is told to one endpoint; the `webhook-id` of a webhook.
    DeliveryId = "dlv",
    /// An address of an organisation's own system that is told of changes.
    WebhookEndpointId = "whk",
    /// A link by which a partner answers without an account.
    LinkId = "lnk",
    /// An account: one member of staff of one organisation.
    AccountId = "acc",
    /// A phone that a team shares.
    DeviceId = "dev",
    /// A session of the pages.
    SessionId = "ses",
    /// A case reference: a person's case without the person.
    CaseId = "cas",
    /// A consent of one person for one recipient.
    ConsentId = "con",
    /// A conversation about consent: one to three recipients, in the order that the person wants.
    ConversationId = "cnv",
    /// A referral.
    ReferralId = "ref",
    /// A round: one need of a case put to several services at once.
    RoundId = "rnd",
    /// A question to a recipient whether it has places, which concerns nobody in particular.
    CapacityCheckId = "cap",
    /// A person whom a partner offers to one of our services.
    PartnerOfferId = "pof",
    /// A message on a referral.
    MessageId = "msg",
    /// A demand record: one need met by nothing, or by something, in one month.
    DemandId = "dem",
    /// The passing of a case to another team.
    CustodyId = "cus",
    /// A request to a recipient to delete what it holds.
    DeletionId = "del",
    /// A broken glass: the opening of a case of another team.
    GlassId = "gla",
    /// A notice.
    NoticeId = "ntc",
    /// The record of a statutory report.
    ReportId = "rep",
    /// An override of consent.
    OverrideId = "ovr",
    /// A proposed change of the directory.
    ProposalId = "prp",
    /// An incident: harm that came of a referral.
    IncidentId = "inc",
    /// The revocation of a partner by a project.
    RevocationId = "rvk",
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_wrong_kind_is_told_apart_from_a_broken_id() {
        let id = ReferralId::from_bytes([7; 16]).to_string();
        assert_eq!(ReferralId::parse(&id).map(|id| id.bytes()), Ok([7; 16]));
        assert_eq!(CaseId::parse(&id), Err(InvalidId::Prefix { expected: "cas" }));
        for broken in ["ref_", "ref_abc", &id.to_uppercase().replace("REF", "ref"), &format!("{id}a")] {
            assert_eq!(ReferralId::parse(broken), Err(InvalidId::Body), "{broken}");
        }
    }

    #[test]
    fn a_derived_id_depends_on_kind_source_and_key_and_is_a_uuid() {
        let id = ServiceId::derived("jordan", "1+2");
        assert_eq!(id, ServiceId::derived("jordan", "1+2"));
        assert_ne!(id, ServiceId::derived("jordan2", "1+2"));
        assert_ne!(id, ServiceId::derived("jorda", "n1+2"));
        assert_ne!(id.bytes(), OrganizationId::derived("jordan", "1+2").bytes());
        assert_eq!(id.uuid().get_version_num(), 8);
    }

    proptest! {
        #[test]
        fn every_value_survives_its_spelling(bytes: [u8; 16]) {
            let id = OrganizationId::from_bytes(bytes);
            prop_assert_eq!(id.to_string().len(), 30);
            prop_assert_eq!(OrganizationId::parse(&id.to_string()), Ok(id));
        }
    }
}
