//! What is made unreadable as one, and the ledger of it that outlives every backup.
//!
//! A unit of erasure has one data key; destroying the key erases the unit in the database, in its log and in
//! every copy of both. A backup of the keys would bring it back: so each erasure, and each freeze of a
//! project, is first written into a ledger that is replayed before a restored database serves anything.
//!
//! Invariant: the ledger holds random ids and times only.

use super::id::{AccountId, CaseId, Identifier, OrganizationId, PartnerOfferId, ProjectId, ReferralId};
use super::time::Timestamp;

/// What one data key opens, and what is therefore erased at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ErasureUnit {
    /// Everything sealed of a case.
    Case(CaseId),
    /// Everything sealed of a referral.
    Referral(ReferralId),
    /// What a partner's offer tells of a person.
    PartnerOffer(PartnerOfferId),
    /// The contacts of an organisation, of its services and of its projects.
    Contacts(OrganizationId),
    /// The secrets of an account.
    Account(AccountId),
}

impl ErasureUnit {
    /// Reads the id of the object that the unit is named after.
    pub fn parse(text: &str) -> Option<Self> {
        let case = CaseId::parse(text).map(Self::Case);
        let referral = || ReferralId::parse(text).map(Self::Referral);
        let offer = || PartnerOfferId::parse(text).map(Self::PartnerOffer);
        let contacts = || OrganizationId::parse(text).map(Self::Contacts);
        let account = || AccountId::parse(text).map(Self::Account);
        case.or_else(|_| referral()).or_else(|_| offer()).or_else(|_| contacts()).or_else(|_| account()).ok()
    }

    /// True when the unit may come to hold something again: an organisation whose contacts were erased can be
    /// imported anew. Nothing else comes back.
    pub const fn may_return(self) -> bool {
        matches!(self, Self::Contacts(_))
    }
}

impl std::fmt::Display for ErasureUnit {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Case(id) => id.fmt(formatter),
            Self::Referral(id) => id.fmt(formatter),
            Self::PartnerOffer(id) => id.fmt(formatter),
            Self::Contacts(id) => id.fmt(formatter),
            Self::Account(id) => id.fmt(formatter),
        }
    }
}

/// What the ledger remembers against a restore.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LedgerEvent {
    /// The unit was erased.
    Erased(ErasureUnit),
    /// The project was frozen.
    Frozen(ProjectId),
    /// The project was thawed.
    Thawed(ProjectId),
    /// The project has revoked the partner.
    Revoked(ProjectId, OrganizationId),
    /// The revocation of the partner has ended.
    Readmitted(ProjectId, OrganizationId),
}

/// One line of the ledger, spelled `erased cas_… 1795459812345678`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LedgerEntry {
    /// What happened.
    pub event: LedgerEvent,
    /// When.
    pub at: Timestamp,
}

impl LedgerEntry {
    /// Reads a line, without its end.
    pub fn parse(line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        let (event, object, at) = (words.next()?, words.next()?, words.next()?);
        let event = match event {
            "erased" => LedgerEvent::Erased(ErasureUnit::parse(object)?),
            "frozen" => LedgerEvent::Frozen(ProjectId::parse(object).ok()?),
            "thawed" => LedgerEvent::Thawed(ProjectId::parse(object).ok()?),
            "revoked" => parse_partner(object).map(|(project, partner)| LedgerEvent::Revoked(project, partner))?,
            "readmitted" => {
                parse_partner(object).map(|(project, partner)| LedgerEvent::Readmitted(project, partner))?
            }
            _ => return None,
        };
        let at = Timestamp::from_microseconds(at.parse().ok()?);
        words.next().is_none().then_some(Self { event, at })
    }
}

impl std::fmt::Display for LedgerEntry {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let at = self.at.microseconds();
        match self.event {
            LedgerEvent::Erased(unit) => write!(formatter, "erased {unit} {at}"),
            LedgerEvent::Frozen(project) => write!(formatter, "frozen {project} {at}"),
            LedgerEvent::Thawed(project) => write!(formatter, "thawed {project} {at}"),
            LedgerEvent::Revoked(project, partner) => write!(formatter, "revoked {project}/{partner} {at}"),
            LedgerEvent::Readmitted(project, partner) => write!(formatter, "readmitted {project}/{partner} {at}"),
        }
    }
}

/// The projects that are frozen by the latest word of the ledger on each, with the time of that freeze. Lines are in
/// the order of time only within one node's file: several may have been put together.
pub fn frozen_projects(entries: &[LedgerEntry]) -> Vec<(ProjectId, Timestamp)> {
    let mut frozen = std::collections::BTreeMap::new();
    let mut in_time: Vec<&LedgerEntry> = entries.iter().collect();
    in_time.sort_by_key(|entry| entry.at);
    for entry in in_time {
        match entry.event {
            LedgerEvent::Frozen(project) => {
                frozen.insert(project, entry.at);
            }
            LedgerEvent::Thawed(project) => {
                frozen.remove(&project);
            }
            LedgerEvent::Erased(_) | LedgerEvent::Revoked(..) | LedgerEvent::Readmitted(..) => {}
        }
    }
    frozen.into_iter().collect()
}

/// A project and one of its partners, spelled `prj_…/org_…`.
fn parse_partner(text: &str) -> Option<(ProjectId, OrganizationId)> {
    let (project, partner) = text.split_once('/')?;
    Some((ProjectId::parse(project).ok()?, OrganizationId::parse(partner).ok()?))
}

/// The partners that projects have revoked by the latest word of the ledger on each, with the time of it.
pub fn revoked_partners(entries: &[LedgerEntry]) -> Vec<(ProjectId, OrganizationId, Timestamp)> {
    let mut last = std::collections::BTreeMap::new();
    for entry in entries {
        let (partner, is_revoked) = match entry.event {
            LedgerEvent::Revoked(project, partner) => ((project, partner), true),
            LedgerEvent::Readmitted(project, partner) => ((project, partner), false),
            LedgerEvent::Erased(_) | LedgerEvent::Frozen(_) | LedgerEvent::Thawed(_) => continue,
        };
        let word = last.entry(partner).or_insert((entry.at, is_revoked));
        // Of two words of one instant the one that takes away counts.
        *word = (*word).max((entry.at, is_revoked));
    }
    let revoked = last.into_iter().filter(|(_, (_, is_revoked))| *is_revoked);
    revoked.map(|((project, partner), (at, _))| (project, partner, at)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_it_was_written_and_nothing_else_is() {
        let at = Timestamp::from_microseconds(1_795_459_812_345_678);
        let events = [
            LedgerEvent::Erased(ErasureUnit::Case(CaseId::from_bytes([1; 16]))),
            LedgerEvent::Erased(ErasureUnit::Referral(ReferralId::from_bytes([2; 16]))),
            LedgerEvent::Erased(ErasureUnit::Contacts(OrganizationId::from_bytes([3; 16]))),
            LedgerEvent::Erased(ErasureUnit::Account(AccountId::from_bytes([4; 16]))),
            LedgerEvent::Frozen(ProjectId::from_bytes([5; 16])),
            LedgerEvent::Thawed(ProjectId::from_bytes([5; 16])),
            LedgerEvent::Revoked(ProjectId::from_bytes([5; 16]), OrganizationId::from_bytes([6; 16])),
            LedgerEvent::Readmitted(ProjectId::from_bytes([5; 16]), OrganizationId::from_bytes([6; 16])),
        ];
        for event in events {
            let line = LedgerEntry { event, at }.to_string();
            assert_eq!(LedgerEntry::parse(&line), Some(LedgerEntry { event, at }), "{line}");
            for broken in [&line[1..], &line[..line.len() - 17], &format!("{line} 1"), &line.replace(' ', "  ")] {
                assert_eq!(LedgerEntry::parse(broken), None, "{broken}");
            }
        }
    }

    #[test]
    fn the_last_word_on_a_partner_counts_and_of_one_instant_the_one_that_takes_away() {
        let project = ProjectId::from_bytes([1; 16]);
        let [one, other, third] = [1, 2, 3].map(|number| OrganizationId::from_bytes([number; 16]));
        let line = |event, at| LedgerEntry { event, at: Timestamp::from_microseconds(at) };
        let entries = [
            line(LedgerEvent::Readmitted(project, one), 9),
            line(LedgerEvent::Revoked(project, one), 1),
            line(LedgerEvent::Readmitted(project, other), 4),
            line(LedgerEvent::Revoked(project, other), 4),
            line(LedgerEvent::Revoked(project, third), 2),
            line(LedgerEvent::Frozen(project), 3),
        ];
        let at = Timestamp::from_microseconds;
        assert_eq!(revoked_partners(&entries), [(project, other, at(4)), (project, third, at(2))]);
    }

    #[test]
    fn the_last_word_on_a_project_counts() {
        let (one, other) = (ProjectId::from_bytes([1; 16]), ProjectId::from_bytes([2; 16]));
        let line = |event, at| LedgerEntry { event, at: Timestamp::from_microseconds(at) };
        let entries = [
            line(LedgerEvent::Frozen(one), 1),
            line(LedgerEvent::Frozen(other), 2),
            line(LedgerEvent::Thawed(one), 3),
            line(LedgerEvent::Frozen(other), 4),
        ];
        assert_eq!(frozen_projects(&entries), [(other, Timestamp::from_microseconds(4))]);
        assert!(frozen_projects(&entries[..0]).is_empty());
        // Two nodes' files, one behind the other: the latest word counts, not the last line.
        let later = LedgerEntry { event: LedgerEvent::Frozen(other), at: Timestamp::from_microseconds(9) };
        let earlier = LedgerEntry { event: LedgerEvent::Thawed(other), at: Timestamp::from_microseconds(6) };
        assert_eq!(frozen_projects(&[later, earlier]), [(other, Timestamp::from_microseconds(9))]);
    }
}
