//! Links by which a partner answers without an account, and the visits that they open.
//!
//! Invariants: a link is known by the hash of its token, so that what is stored opens nothing. Looking at it uses
//! nothing up and decides nothing: it may be opened any number of times, until the referral has ended, it was revoked, or
//! it has run out. A visit ends with its link.

use super::account::RiskProfile;
use super::id::{Identifier as _, LinkId, PartnerOfferId, ReferralId, ServiceId};
use super::partner_offer::PartnerOffer;
use super::referral::{Referral, Urgency};
use super::time::Timestamp;

/// Hours for which a link to something pressing can be opened.
const PRESSING_HOURS: i64 = 72;
/// Days for which any other can: longer than anybody may take to acknowledge.
const DAYS: i64 = 8;
/// Minutes without a request after which a visit is over.
const IDLE_MINUTES: i64 = 30;
/// The same where a leak could have people arrested or attacked (P-25).
const IDLE_MINUTES_AT_SEVERE_RISK: i64 = 15;
/// Hours after which a visit is over, however busy.
const ABSOLUTE_HOURS: i64 = 12;
/// Most new links that a mailbox is sent in an hour because somebody asked for them.
const MOST_RENEWALS_AN_HOUR: usize = 3;
/// The same in a day.
const MOST_RENEWALS_A_DAY: usize = 10;
/// Characters of a token: 32 bytes in base64url without padding.
const TOKEN_CHARACTERS: usize = 43;

/// Whether the text has the form of a token; what has another one needs no look-up.
pub fn is_token(text: &str) -> bool {
    let is_of_base64url = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    text.len() == TOKEN_CHARACTERS && text.bytes().all(is_of_base64url)
}

/// Whether a link can be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// It opens a visit.
    Open,
    /// Its time has run out.
    Expired,
    /// The referral has ended, or the partner was revoked.
    Revoked,
}

/// Because of what a link was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkObject {
    /// A referral to the service of the mailbox.
    Referral(ReferralId),
    /// What the mailbox has offered itself.
    Offer(PartnerOfferId),
}

impl LinkObject {
    /// Reads the id of either.
    pub fn parse(text: &str) -> Option<Self> {
        let referral = ReferralId::parse(text).map(Self::Referral);
        referral.or_else(|_| PartnerOfferId::parse(text).map(Self::Offer)).ok()
    }

    /// The referral, where it is one.
    pub const fn referral(self) -> Option<ReferralId> {
        match self {
            Self::Referral(id) => Some(id),
            Self::Offer(_) => None,
        }
    }
}

impl std::fmt::Display for LinkObject {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Referral(id) => id.fmt(formatter),
            Self::Offer(id) => id.fmt(formatter),
        }
    }
}

/// A link, without what opens it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Identifier; it opens nothing.
    pub id: LinkId,
    /// Because of what it was sent.
    pub object: LinkObject,
    /// The service to whose mailbox it was sent.
    pub service_id: ServiceId,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it opens nothing.
    pub expires_at: Timestamp,
    /// Since when it opens nothing although its time has not run out.
    pub revoked_at: Option<Timestamp>,
}

impl Link {
    /// A link to answer this referral by, made now.
    pub fn to_referral(id: LinkId, referral: &Referral, now: Timestamp) -> Self {
        Self::new(id, LinkObject::Referral(referral.id), (referral.service_id, referral.urgency), now)
    }

    /// A link by which the mailbox of this service reads what became of its offer, made now.
    pub fn to_offer(id: LinkId, offer: &PartnerOffer, mailbox: ServiceId, now: Timestamp) -> Self {
        Self::new(id, LinkObject::Offer(offer.id), (mailbox, offer.urgency), now)
    }

    fn new(id: LinkId, object: LinkObject, (service_id, urgency): (ServiceId, Urgency), now: Timestamp) -> Self {
        Self { id, object, service_id, created_at: now, expires_at: expiry(urgency, now), revoked_at: None }
    }

    /// Whether it can be opened at `now`.
    pub fn state(&self, now: Timestamp) -> LinkState {
        if self.revoked_at.is_some() {
            LinkState::Revoked
        } else if now >= self.expires_at {
            LinkState::Expired
        } else {
            LinkState::Open
        }
    }
}

/// Until when a link can be opened that is made now.
fn expiry(urgency: Urgency, now: Timestamp) -> Timestamp {
    match urgency {
        Urgency::Emergency | Urgency::Urgent => now.plus_hours(PRESSING_HOURS),
        Urgency::Normal | Urgency::LongTrack => now.plus_days(DAYS),
    }
}

/// Whether a mailbox is still sent links to an offer of its own that has ended then: it has to be able to read the answer.
pub fn may_read_end(ended_at: Timestamp, now: Timestamp) -> bool {
    now < ended_at.plus_days(DAYS)
}

/// Whether the mailbox is sent one more link because somebody asks for one, when it was sent others at these times.
pub fn may_renew(earlier: &[Timestamp], now: Timestamp) -> bool {
    let since = |start: Timestamp| earlier.iter().filter(|at| **at > start).count();
    since(now.plus_hours(-1)) < MOST_RENEWALS_AN_HOUR && since(now.plus_days(-1)) < MOST_RENEWALS_A_DAY
}

/// A visit that a link has opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkSession {
    /// The link.
    pub link_id: LinkId,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it was last used, to the minute.
    pub seen_at: Timestamp,
    /// Of which referral the visitor has proved, by the code spoken for it, to be at the directory's number.
    pub proved: Option<ReferralId>,
}

impl LinkSession {
    /// A visit that begins now.
    pub const fn begun(link: LinkId, now: Timestamp) -> Self {
        Self { link_id: link, opened_at: now, seen_at: now, proved: None }
    }

    /// Whether the visit still counts at `now`, where the risk of what it opens is this.
    pub fn is_alive(&self, risk: RiskProfile, now: Timestamp) -> bool {
        let idle_minutes = if risk == RiskProfile::Severe { IDLE_MINUTES_AT_SEVERE_RISK } else { IDLE_MINUTES };
        now < self.opened_at.plus_hours(ABSOLUTE_HOURS) && now < self.seen_at.plus_minutes(idle_minutes)
    }

    /// Whether its last use is to be written down: once a minute is enough, and never too late.
    pub fn is_seen_anew(&self, now: Timestamp) -> bool {
        now >= self.seen_at.plus_minutes(1)
    }

    /// The instant before which no visit can still be alive.
    pub const fn oldest_alive(now: Timestamp) -> Timestamp {
        now.plus_hours(-ABSOLUTE_HOURS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        Timestamp::parse("2026-11-28T10:00:00Z").expect("an instant")
    }

    #[test]
    fn a_link_lasts_three_days_where_it_presses_and_eight_where_not() {
        for (urgency, hours) in
            [(Urgency::Emergency, 72), (Urgency::Urgent, 72), (Urgency::Normal, 192), (Urgency::LongTrack, 192)]
        {
            let link = Link {
                id: LinkId::from_bytes([1; 16]),
                object: LinkObject::Referral(ReferralId::from_bytes([2; 16])),
                service_id: ServiceId::from_bytes([3; 16]),
                created_at: now(),
                expires_at: expiry(urgency, now()),
                revoked_at: None,
            };
            let end = now().plus_hours(hours);
            assert_eq!(link.state(end.plus_seconds(-60)), LinkState::Open, "{urgency}");
            assert_eq!(link.state(end), LinkState::Expired, "{urgency}");
            assert_eq!(link.state(end.plus_seconds(60)), LinkState::Expired, "{urgency}");
            let revoked = Link { revoked_at: Some(now()), ..link };
            assert_eq!(revoked.state(now()), LinkState::Revoked, "{urgency}");
        }
    }

    #[test]
    fn only_what_has_the_form_of_a_token_is_looked_up() {
        let token = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLM-_09";
        assert!(is_token(token));
        for other in ["", &token[1..], &format!("{token}a"), &token.replace('-', "."), &token.replace('-', "%")] {
            assert!(!is_token(other), "{other}");
        }
    }

    #[test]
    fn a_mailbox_is_sent_three_new_links_an_hour_and_ten_a_day() {
        let ago = |minutes: &[i64]| minutes.iter().map(|ago| now().plus_minutes(-ago)).collect::<Vec<_>>();
        assert!(may_renew(&[], now()));
        assert!(may_renew(&ago(&[1, 2]), now()));
        assert!(!may_renew(&ago(&[1, 2, 59]), now()));
        assert!(may_renew(&ago(&[1, 2, 60]), now()));
        assert!(may_renew(&ago(&[70, 80, 90, 100, 110, 120, 130, 140, 150]), now()));
        assert!(!may_renew(&ago(&[70, 80, 90, 100, 110, 120, 130, 140, 150, 1_439]), now()));
        assert!(may_renew(&ago(&[70, 80, 90, 100, 110, 120, 130, 140, 150, 1_440]), now()));
    }

    #[test]
    fn a_visit_ends_by_idleness_by_age_and_sooner_at_severe_risk() {
        use RiskProfile::{High, Severe, Standard};
        for (risk, seen, minutes, is_alive) in [
            (Standard, 0, 29, true),
            (Standard, 0, 30, false),
            (High, 100, 129, true),
            (Severe, 0, 14, true),
            (Severe, 0, 15, false),
            (Standard, 719, 719, true),
            (Standard, 719, 720, false),
        ] {
            let visit = LinkSession::begun(LinkId::from_bytes([1; 16]), now());
            let visit = LinkSession { seen_at: now().plus_minutes(seen), ..visit };
            assert_eq!(visit.is_alive(risk, now().plus_minutes(minutes)), is_alive, "{risk} {seen} {minutes}");
        }
    }
}
