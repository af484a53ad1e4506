//! Who asks, by which table, and what they have been told so far.

use super::table::{Facts, Guard, Relation, Sight, Standing, Table};
use super::visible::Recorder;
use crate::domain::account::{Account, Project, Role, TokenScope};
use crate::domain::directory::Service;
use crate::domain::freeze::Desk;
use crate::domain::glass::{Glass, SECOND_FACTOR_MINUTES};
use crate::domain::id::{AccountId, Identifier as _, OrganizationId, ProjectId, ReferralId, ServiceId, TeamId};
use crate::domain::partner_offer::PartnerOffer;
use crate::domain::referral::Referral;
use crate::domain::scope::{AuditScope, DirectoryScope, EntryKind, Scope};
use crate::domain::time::Timestamp;
use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// What has to be told of whether a service has room before verdicts and ranks may go by it.
const CAPACITY: [&str; 2] = ["Service.capacity", "Capacity.status"];

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Viewer {
    /// Nobody that Relais knows.
    Anonymous,
    /// Somebody with an account.
    Staff(Account),
}

/// What somebody is confined to who came by a link: what one mailbox was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Confinement {
    /// The service whose mailbox it is.
    pub service: ServiceId,
    /// The one referral, where a leak could have people arrested or attacked.
    pub referral: Option<ReferralId>,
    /// Of which referral the visitor has proved to be at the directory's number: only of that more is told than its offer.
    pub proved: Option<ReferralId>,
}

/// Whose phones somebody keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceReach {
    /// Those of the teams of one project.
    Project(ProjectId),
    /// Those of all teams of an organisation's projects.
    Organization(OrganizationId),
}

/// One viewer's access during one request: every view is made for it, and every disclosure recorded
/// in it. Two requests never share one.
#[derive(Clone, Debug)]
pub struct Access {
    table: &'static Table,
    viewer: Viewer,
    token_scopes: Option<Vec<TokenScope>>,
    second_factor_at: Option<Timestamp>,
    confinement: Option<Confinement>,
    directory_scope: Arc<OnceLock<DirectoryScope>>,
    recorder: Recorder,
    hidden: Arc<Mutex<BTreeSet<String>>>,
}

impl Access {
    /// Opens the access of a viewer for one request, by this table.
    pub fn new(viewer: Viewer, table: &'static Table) -> Self {
        let (directory_scope, recorder) = (Arc::default(), Recorder::default());
        let hidden = Arc::default();
        let (token_scopes, second_factor_at, confinement) = (None, None, None);
        Self { table, viewer, token_scopes, second_factor_at, confinement, directory_scope, recorder, hidden }
    }

    /// The access that a copy for staff of the network is made by: of somebody who exists nowhere, is untrained, leads
    /// nothing and is of no organisation, and works in this project if one is named.
    pub fn of_copy(project: Option<ProjectId>, table: &'static Table) -> Self {
        let nobody = Account {
            id: AccountId::from_bytes([0; 16]),
            handle: String::new(),
            role: Role::Caseworker,
            organization_id: OrganizationId::from_bytes([0; 16]),
            project_id: project,
            team_ids: Vec::new(),
            is_trained: false,
        };
        Self::new(Viewer::Staff(nobody), table)
    }

    /// Narrows the access to what a token may be used for.
    #[must_use]
    pub fn narrowed_to(self, scopes: Vec<TokenScope>) -> Self {
        Self { token_scopes: Some(scopes), ..self }
    }

    /// Confines the access to what one mailbox was sent, for a viewer who came by a link.
    #[must_use]
    pub fn confined_to(self, confinement: Confinement) -> Self {
        Self { confinement: Some(confinement), ..self }
    }

    /// What the viewer is confined to; `None` for somebody with credentials of their own.
    pub const fn confinement(&self) -> Option<&Confinement> {
        self.confinement.as_ref()
    }

    /// Says when the viewer last gave a second factor, for a viewer with a session.
    #[must_use]
    pub fn with_second_factor_at(self, at: Option<Timestamp>) -> Self {
        Self { second_factor_at: at, ..self }
    }

    /// When the viewer last gave a second factor; a token never did.
    pub const fn second_factor_at(&self) -> Option<Timestamp> {
        self.second_factor_at
    }

    /// The table by which it is decided.
    pub const fn table(&self) -> &'static Table {
        self.table
    }

    /// Whether the viewer has just shown a second factor. A bearer token cannot show one: it was made for acts
    /// of protection by somebody who did, and its scope says so.
    pub fn has_fresh_second_factor(&self, now: Timestamp) -> bool {
        match self.second_factor_at {
            Some(shown_at) => now.minutes_since(shown_at) < SECOND_FACTOR_MINUTES,
            None => self.token_scopes.as_ref().is_some_and(|scopes| scopes.contains(&TokenScope::Protection)),
        }
    }

    /// A short text that differs between viewers of different reach in the directory, and tells neither.
    pub fn reach_mark(&self) -> String {
        let digest = Sha256::digest(format!("{:?}/{}", self.directory_scope(), self.account().is_some()));
        HEXLOWER.encode(&digest[..8])
    }

    /// Who asks.
    pub const fn viewer(&self) -> &Viewer {
        &self.viewer
    }

    /// The account that asks, if any.
    pub const fn account(&self) -> Option<&Account> {
        match &self.viewer {
            Viewer::Anonymous => None,
            Viewer::Staff(account) => Some(account),
        }
    }

    /// What was told so far in this request.
    pub const fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    /// Notes that an object was asked for which is not there, or not for the viewer.
    pub fn note_hidden(&self, id: String) {
        self.hidden.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
    }

    /// Takes out the ids that were asked for in vain.
    pub fn take_hidden(&self) -> BTreeSet<String> {
        std::mem::take(&mut *self.hidden.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What the token is good for; `None` where it is good for everything that its owner may do.
    pub fn token_scopes(&self) -> Option<&[TokenScope]> {
        self.token_scopes.as_deref()
    }

    /// False for who can be nothing but a recipient, so that nothing is read of which such a viewer is told nothing.
    pub fn is_of_sending_side(&self) -> bool {
        let scope = self.scope();
        scope.project.is_some() || scope.unit.is_some()
    }

    /// The people-linked rows within reach. Only who can be a recipient receives for the organisation; only
    /// who can be of a team reaches the cases of the own ones.
    pub fn scope(&self) -> Scope {
        let Some(account) = self.account() else { return Scope::default() };
        let can_be = |relation| self.table.can_be(account.role, relation);
        let organization = can_be(Relation::Recipient).then_some(account.organization_id);
        if let Some(Confinement { service, referral, .. }) = self.confinement {
            return Scope { organization, service: Some(service), referral, ..Scope::default() };
        }
        let leads = can_be(Relation::Coordinator) || can_be(Relation::ProtectionLead);
        let leads_unit = can_be(Relation::ProtectionLead) && account.project_id.is_none();
        Scope {
            project: account.project_id,
            unit: leads_unit.then_some(account.organization_id),
            account: (can_be(Relation::Team) || leads).then_some(account.id),
            covers_all_teams: leads || can_be(Relation::Figures),
            organization,
            service: None,
            referral: None,
        }
    }

    /// The events of the audit trail within reach: one's own, and an auditor's organisation's.
    pub fn audit_scope(&self) -> AuditScope {
        let audits = |account: &&Account| self.table.can_be(account.role, Relation::Auditor);
        AuditScope {
            account: self.account().map(|account| account.id),
            organization: self.account().filter(audits).map(|account| account.organization_id),
        }
    }

    /// What the viewer is to an event of the audit trail within reach.
    pub fn relation_to_event(&self, actor: Option<AccountId>) -> Relation {
        let Some(account) = self.account() else { return Relation::Anonymous };
        if self.table.can_be(account.role, Relation::Auditor) {
            Relation::Auditor
        } else if actor == Some(account.id) {
            Relation::Oneself
        } else {
            Relation::Member
        }
    }

    /// What the viewer is to what belongs to a team (P-17). The team alone decides: a case that a desk has taken
    /// over keeps the project that it came from.
    pub fn relation_to_team(&self, team: TeamId) -> Relation {
        let Some(account) = self.account() else { return Relation::Anonymous };
        let is_of_team = account.project_id.is_some() && account.team_ids.contains(&team);
        let can_be = |relation| self.table.can_be(account.role, relation);
        if is_of_team && can_be(Relation::Team) { Relation::Team } else { Relation::Member }
    }

    /// What the viewer is to a referral. Who is on both sides is of the team.
    pub fn relation_to_referral(&self, referral: &Referral) -> Relation {
        let Some(account) = self.account() else { return Relation::Anonymous };
        let scope = self.scope();
        let is_of_project = scope.project == Some(referral.project_id) || scope.unit == Some(referral.sender_id);
        let is_received = scope.receives(referral) && referral.is_told_electronically();
        let can_be = |relation| self.table.can_be(account.role, relation);
        if self.relation_to_team(referral.team_id) == Relation::Team {
            Relation::Team
        } else if is_of_project && can_be(Relation::Coordinator) {
            Relation::Coordinator
        } else if is_of_project && can_be(Relation::ProtectionLead) {
            Relation::ProtectionLead
        } else if is_received {
            Relation::Recipient
        } else {
            Relation::Member
        }
    }

    /// What the viewer is to a project: the nearest of leading it, overseeing it and working in it.
    pub fn relation_to_project(&self, project: &Project) -> Relation {
        let Some(account) = self.account() else { return Relation::Anonymous };
        let can_be = |relation| self.table.can_be(account.role, relation);
        let is_of_project = account.project_id == Some(project.id);
        let is_of_unit = account.organization_id == project.organization_id;
        if is_of_project && can_be(Relation::Coordinator) {
            Relation::Coordinator
        } else if (is_of_project || (is_of_unit && account.project_id.is_none())) && can_be(Relation::ProtectionLead) {
            Relation::ProtectionLead
        } else if is_of_unit && can_be(Relation::Auditor) {
            Relation::Auditor
        } else if is_of_project && can_be(Relation::Staff) {
            Relation::Staff
        } else {
            Relation::Member
        }
    }

    /// Whether the viewer leads a project: its coordinator, or the protection lead of its organisation.
    pub fn leads(&self, project: &Project) -> bool {
        matches!(self.relation_to_project(project), Relation::Coordinator | Relation::ProtectionLead)
    }

    /// What the viewer is to what a frozen project left open: its lead, or of its desk.
    pub fn relation_to_what_is_left(&self, project: &Project, desk: Option<&Desk>) -> Relation {
        let Some(account) = self.account() else { return Relation::Anonymous };
        let is_of_desk = desk.is_some_and(|desk| {
            desk.confirmed_at.is_some() && account.project_id.is_some() && account.team_ids.contains(&desk.team_id)
        });
        if self.leads(project) {
            self.relation_to_project(project)
        } else if is_of_desk && self.table.can_be(account.role, Relation::Desk) {
            Relation::Desk
        } else {
            Relation::Member
        }
    }

    /// What the viewer is to the case behind a broken glass: nothing for anybody but its breaker, and for
    /// them once its hour is over.
    pub fn relation_through_glass(&self, glass: &Glass, now: Timestamp) -> Relation {
        let Some(account) = self.account() else { return Relation::Anonymous };
        let can_be = self.table.can_be(account.role, Relation::ThroughGlass);
        if can_be && glass.lets_through(account.id, now) { Relation::ThroughGlass } else { Relation::Member }
    }

    /// What the viewer is to a hold on a case of this project, which this organisation runs.
    pub fn relation_to_hold(&self, project: ProjectId, organization: OrganizationId) -> Relation {
        let Some(account) = self.account() else { return Relation::Anonymous };
        let scope = self.scope();
        let is_within = scope.project == Some(project) || scope.unit == Some(organization);
        let leads = is_within && self.table.can_be(account.role, Relation::ProtectionLead);
        if leads { Relation::ProtectionLead } else { Relation::Member }
    }

    /// What the viewer is to what protection keeps of a case: of the team that follows it, or leading its project, which
    /// this organisation runs.
    pub fn relation_to_protected(&self, team: TeamId, project: ProjectId, organization: OrganizationId) -> Relation {
        let Some(account) = self.account() else { return Relation::Anonymous };
        let scope = self.scope();
        let is_of_project = scope.project == Some(project) || scope.unit == Some(organization);
        let leading = [Relation::Coordinator, Relation::ProtectionLead];
        let leading = leading.into_iter().find(|relation| self.table.can_be(account.role, *relation));
        match (self.relation_to_team(team), leading) {
            (Relation::Team, _) => Relation::Team,
            (_, Some(leading)) if is_of_project => leading,
            _ => Relation::Member,
        }
    }

    /// What the viewer is to an offer of a partner. Who is on both sides is of the team.
    pub fn relation_to_offer(&self, offer: &PartnerOffer) -> Relation {
        let is_of_partner = |account: &Account| {
            account.organization_id == offer.sender_id && self.table.can_be(account.role, Relation::Offering)
        };
        match self.relation_to_protected(offer.team_id, offer.project_id, offer.receiver_id) {
            Relation::Member if self.account().is_some_and(is_of_partner) => Relation::Offering,
            nearest => nearest,
        }
    }

    /// What the viewer is to the figures of its own project.
    pub fn relation_to_figures(&self) -> Relation {
        let Some(account) = self.account() else { return Relation::Anonymous };
        let reads = account.project_id.is_some() && self.table.can_be(account.role, Relation::Figures);
        if reads { Relation::Figures } else { Relation::Member }
    }

    /// What the viewer is to a system of this organisation.
    pub fn relation_to_system(&self, organization: OrganizationId) -> Relation {
        let Some(account) = self.account() else { return Relation::Anonymous };
        let keeps = account.organization_id == organization && self.table.can_be(account.role, Relation::Keeper);
        if keeps && self.confinement.is_none() { Relation::Keeper } else { Relation::Member }
    }

    /// Whose phones the viewer keeps: a coordinator those of the own project, who answers for the organisation's systems
    /// otherwise all of its.
    pub fn device_reach(&self) -> Option<DeviceReach> {
        let account = self.account().filter(|_| self.confinement.is_none())?;
        if self.table.can_be(account.role, Relation::Coordinator) {
            account.project_id.map(DeviceReach::Project)
        } else {
            let keeps = self.table.can_be(account.role, Relation::Keeper);
            keeps.then_some(DeviceReach::Organization(account.organization_id))
        }
    }

    /// What the viewer is to a phone of a team of this project, which this organisation runs.
    pub fn relation_to_device(&self, project: ProjectId, organization: OrganizationId) -> Relation {
        match self.device_reach() {
            Some(DeviceReach::Project(own)) if own == project => Relation::Coordinator,
            Some(DeviceReach::Organization(own)) if own == organization => Relation::Keeper,
            _ => Relation::Member,
        }
    }

    /// What the viewer is to what the directory has of an organisation. Who came by a link is nothing to it.
    pub fn relation_to_entry(&self, organization: OrganizationId) -> Relation {
        let is_own = |account: &Account| account.organization_id == organization;
        self.relation_to_entry_that_is(self.confinement.is_none() && self.account().is_some_and(is_own))
    }

    /// What the viewer is to a service: who came by a link is of its organisation for the one service only.
    pub fn relation_to_service(&self, service: &Service) -> Relation {
        self.relation_to_entry_that_is(self.directory_scope().kind_of(service).is_own)
    }

    fn relation_to_entry_that_is(&self, own: bool) -> Relation {
        let Some(account) = self.account() else { return Relation::Anonymous };
        let leading = [Relation::Coordinator, Relation::ProtectionLead];
        let leads = leading.into_iter().find(|relation| self.table.can_be(account.role, *relation));
        match self.confinement {
            _ if own => Relation::OwnOrganization,
            // What anybody may know, and no more.
            Some(_) => Relation::Anonymous,
            None => leads.unwrap_or(Relation::Member),
        }
    }

    /// True where this viewer reads no more of a referral than its offer: a recipient who came by a link, and has not proved
    /// for this referral to be at the directory's number.
    pub fn is_held_to_the_offer(&self, referral: &Referral) -> bool {
        self.confinement.is_some_and(|confinement| confinement.proved != Some(referral.id))
    }

    /// The facts of a referral to which the viewer is this. To whom it is held to the offer an acceptance opens nothing.
    pub fn facts_of_referral(
        &self,
        referral: &Referral,
        (relation, standing): (Relation, Standing),
        concerns_violence: bool,
    ) -> Facts {
        let held = match standing {
            _ if !self.is_held_to_the_offer(referral) || relation != Relation::Recipient => standing,
            Standing::Accepted | Standing::Handover => Standing::Offer,
            Standing::Reopenable => Standing::Ended,
            standing => standing,
        };
        self.facts(relation, held, concerns_violence)
    }

    /// The facts of a partner's offer to which the viewer is this. To who came by a link it always stands as it was offered:
    /// whoever reads a mailbox has proved nothing, so the team calls, and what became of the person is not told.
    pub fn facts_of_offer(&self, (relation, standing): (Relation, Standing), concerns_violence: bool) -> Facts {
        let is_held = relation == Relation::Offering && self.confinement.is_some();
        self.facts(relation, if is_held { Standing::Offer } else { standing }, concerns_violence)
    }

    /// The facts of an object to which the viewer is this: what training the viewer has.
    pub fn facts(&self, relation: Relation, standing: Standing, concerns_violence: bool) -> Facts {
        let is_trained = self.account().is_some_and(|account| account.is_trained);
        Facts::new(relation, standing)
            .holding(Guard::Trained, is_trained)
            .holding(Guard::TrainedForViolence, is_trained || !concerns_violence)
    }

    /// The directory entries within reach: those of which the table tells the id, and whether they have room where it
    /// tells that.
    pub fn directory_scope(&self) -> &DirectoryScope {
        self.directory_scope.get_or_init(|| {
            let account = self.account();
            let project = account.and_then(|account| account.project_id);
            let sees = |field: &str, kind: EntryKind| {
                let relation = self.relation_to_entry_that_is(kind.is_own);
                let facts = self.facts(relation, kind.tier.into(), kind.concerns_violence);
                let facts = facts.holding(Guard::Granted, kind.is_granted);
                self.table.decide(field, &facts) != Sight::Absent
            };
            let organization = account.map(|account| account.organization_id);
            DirectoryScope::new(project, organization, |kind| sees("Service.id", kind))
                .with_own_service(self.confinement.map(|confinement| confinement.service))
                .telling_capacity(|kind| CAPACITY.iter().all(|field| sees(field, kind)))
        })
    }
}
