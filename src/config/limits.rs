//! How much callers may ask, and how much is worked on at once.

use serde::Deserialize;

/// How much callers may ask. A point is one selection of a GraphQL document, fragments written out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Points a minute for everybody without an account at one address (one /64 of IPv6).
    pub anonymous_points_per_minute: u32,
    /// Points a minute for one account, whatever it signs in with.
    pub account_points_per_minute: u32,
    /// Points a minute for one token.
    pub token_points_per_minute: u32,
    /// Pages and forms a minute from one address.
    pub pages_per_minute_of_an_address: u32,
    /// Pages and forms a minute of one session.
    pub pages_per_minute_of_a_session: u32,
    /// Attempts to prove who somebody is from one address in a minute: password, code, enrolment, confirmation, and
    /// coming back from an identity provider. A sign-in with a second factor takes two of them, so that the default
    /// leaves the three sign-ins of the reference.
    pub sign_ins_per_minute_of_an_address: u32,
    /// The same attempts at one account in an hour.
    pub sign_ins_per_hour_of_an_account: u32,
    /// Requests worked on at once; the next one is told to come back.
    pub requests_in_flight: u32,
    /// How many of these are kept for the answers to emergency referrals.
    pub reserved_for_emergencies: u32,
    /// Connections of a node that stay open and are told what changes.
    pub sockets: u32,
}

impl Limits {
    /// No limit that a caller could meet: for tests that are about something else.
    pub const NONE: Self = Self {
        anonymous_points_per_minute: u32::MAX,
        account_points_per_minute: u32::MAX,
        token_points_per_minute: u32::MAX,
        pages_per_minute_of_an_address: u32::MAX,
        pages_per_minute_of_a_session: u32::MAX,
        sign_ins_per_minute_of_an_address: u32::MAX,
        sign_ins_per_hour_of_an_account: u32::MAX,
        requests_in_flight: 65_536,
        reserved_for_emergencies: 32,
        sockets: 1_024,
    };

    /// The name of a limit under which nobody could be served.
    pub(super) fn unusable(&self) -> Option<&'static str> {
        [
            ("anonymous_points_per_minute", self.anonymous_points_per_minute),
            ("account_points_per_minute", self.account_points_per_minute),
            ("token_points_per_minute", self.token_points_per_minute),
            ("pages_per_minute_of_an_address", self.pages_per_minute_of_an_address),
            ("pages_per_minute_of_a_session", self.pages_per_minute_of_a_session),
            ("sign_ins_per_minute_of_an_address", self.sign_ins_per_minute_of_an_address),
            ("sign_ins_per_hour_of_an_account", self.sign_ins_per_hour_of_an_account),
            ("reserved_for_emergencies", self.reserved_for_emergencies),
            ("requests_in_flight", self.requests_in_flight.saturating_sub(self.reserved_for_emergencies)),
        ]
        .into_iter()
        .find_map(|(name, value)| (value == 0).then_some(name))
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            anonymous_points_per_minute: 6_000,
            account_points_per_minute: 60_000,
            token_points_per_minute: 30_000,
            pages_per_minute_of_an_address: 600,
            pages_per_minute_of_a_session: 120,
            sign_ins_per_minute_of_an_address: 6,
            sign_ins_per_hour_of_an_account: 20,
            requests_in_flight: 512,
            reserved_for_emergencies: 32,
            sockets: 200,
        }
    }
}
