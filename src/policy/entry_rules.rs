//! Whose word counts on an entry of the directory.

use super::access::Access;
use super::rules::Denied;
use super::table::Relation;
use crate::domain::account::{Account, Role};
use crate::domain::directory::{Service, Teller};
use crate::domain::id::OrganizationId;
use crate::domain::referral::Vetting;
use crate::domain::time::Date;

/// How far somebody may edit an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Editing {
    /// As staff of the organisation: everything but who may know of it and where it may not be found.
    Own,
    /// As an editor: everything.
    Everything,
}

impl Editing {
    /// As whose word an edit is written down. Whoever edits as an editor is one at the own organisation too: its staff do
    /// not undo what an editor decides.
    pub const fn teller(self) -> Teller {
        match self {
            Self::Everything => Teller::Editor,
            Self::Own => Teller::Partner,
        }
    }
}

/// True for whoever keeps entries of all organisations true.
const fn is_editor(account: &Account) -> bool {
    matches!(account.role, Role::Coordinator | Role::ProtectionLead | Role::DirectoryEditor)
}

/// True for staff of a partner, whose word on others counts less than on themselves.
const fn is_partner(account: &Account) -> bool {
    matches!(account.role, Role::PartnerAgent | Role::PartnerAdmin)
}

fn is_own(access: &Access, service: &Service) -> bool {
    access.relation_to_service(service) == Relation::OwnOrganization
}

/// How far the account may edit an organisation and its services, where it can see them.
pub fn editing(access: &Access, account: &Account, id: OrganizationId) -> Result<Editing, Denied> {
    if is_editor(account) {
        Ok(Editing::Everything)
    } else if access.relation_to_entry(id) == Relation::OwnOrganization {
        Ok(Editing::Own)
    } else {
        Err(Denied::Forbidden)
    }
}

/// What the account is to a service of which it tells something.
pub fn teller(access: &Access, account: &Account, service: &Service) -> Teller {
    if is_own(access, service) {
        Teller::Partner
    } else if is_editor(account) {
        Teller::Editor
    } else {
        Teller::Team
    }
}

/// Refuses a partner's word on a service of somebody else.
pub fn may_vouch(access: &Access, account: &Account, service: &Service) -> Result<(), Denied> {
    if is_partner(account) && !is_own(access, service) { Err(Denied::Forbidden) } else { Ok(()) }
}

/// Refuses a mark on somebody else's service by a partner that is not vetted.
pub fn may_mark(
    access: &Access,
    account: &Account,
    service: &Service,
    vetting: Vetting,
    today: Date,
) -> Result<(), Denied> {
    let is_trusted = !is_partner(account) || is_own(access, service) || vetting.is_in_force(today);
    if is_trusted { Ok(()) } else { Err(Denied::Forbidden) }
}

/// Whether the account is asked to confirm this service: partners only their own.
pub fn is_asked_about(access: &Access, account: &Account, service: &Service) -> bool {
    may_vouch(access, account, service).is_ok()
}
