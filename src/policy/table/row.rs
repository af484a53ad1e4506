//! Rows of the table and the words by which they are written down.

use super::terms::{Class, Facts, Guard, Guards, Mask, Relation, Sight, Standing, Standings};
use crate::domain::account::{Role, TokenScope};
use crate::domain::code::{CodeList as _, code_list};

/// One field: who sees it, and when. A field without a cell for somebody is absent for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The field as `Type.field`, `page:/path.field` or `export:name.column`.
    pub name: &'static str,
    /// Its data class; it decides whether reading it is recorded.
    pub class: Class,
    /// Who sees it.
    pub cells: Vec<Cell>,
}

/// To whom a field is told, how the object must stand for that, and what else must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cell {
    /// What the viewer is to the object.
    pub relation: Relation,
    /// How the object may stand.
    pub standings: Standings,
    /// What must hold besides.
    pub guards: Guards,
    /// What is told in place of the value.
    pub mask: Option<Mask>,
}

/// However the object stands.
pub const ALWAYS: &[Standing] = Standing::ALL;

/// A field of this class, which nobody sees yet.
pub const fn field(name: &'static str, class: Class) -> Row {
    Row { name, class, cells: Vec::new() }
}

impl Row {
    /// The viewer that is this to the object sees it while the object stands so.
    #[must_use]
    pub fn to(mut self, relation: Relation, standings: &[Standing]) -> Self {
        let standings = Standings::of(standings);
        self.cells.push(Cell { relation, standings, guards: Guards::default(), mask: None });
        self
    }

    /// The viewer that is this to the object is told something in its place.
    #[must_use]
    pub fn masked(mut self, relation: Relation, standings: &[Standing], mask: Mask) -> Self {
        let standings = Standings::of(standings);
        self.cells.push(Cell { relation, standings, guards: Guards::default(), mask: Some(mask) });
        self
    }

    /// Everything said so far holds only under this guard.
    #[must_use]
    pub fn only(mut self, guard: Guard) -> Self {
        for cell in &mut self.cells {
            cell.guards = cell.guards.with(guard, true);
        }
        self
    }

    /// What somebody is told of the field under these facts. Where several cells apply, the one that
    /// tells most counts.
    pub fn decide(&self, facts: &Facts) -> Sight {
        let applies = |cell: &&Cell| {
            cell.relation == facts.relation && cell.standings.has(facts.standing) && facts.holding.has_all(cell.guards)
        };
        let sights = self.cells.iter().filter(applies).map(|cell| cell.mask.map_or(Sight::Shown, Sight::Masked));
        sights.max().unwrap_or(Sight::Absent)
    }
}

code_list! {
    /// What somebody may want to do.
    Action {
        ReadOwnAccount = "read_own_account": "read the own account",
        KeepOwnAccount = "keep_own_account": "change the own password, second factor, tokens and sessions",
        SearchDirectory = "search_directory": "look for services",
        FindDuplicates = "find_duplicates": "find entries that may be the same service",
        ReadHistory = "read_history": "read the history of an entry of the directory",
        EditEntry = "edit_entry": "edit an entry of the directory",
        SuggestCorrection = "suggest_correction": "suggest a correction of an entry",
        ReadProposals = "read_proposals": "read proposed changes of the directory",
        DecideProposal = "decide_proposal": "accept or refuse a proposed change of the directory",
        MarkDoNotUse = "mark_do_not_use": "mark a service, a place or a phone as not to be used",
        TellCapacity = "tell_capacity": "tell how many a service can take",
        ConfirmEntry = "confirm_entry": "confirm that an entry is still true, and list those to be confirmed",
        OpenCase = "open_case": "open a case reference",
        ReadCase = "read_case": "read a case reference",
        RecordConsent = "record_consent": "record a consent",
        ConfirmConsent = "confirm_consent": "confirm a consent that takes two people",
        CreateReferral = "create_referral": "draft and send a referral",
        AnswerReferral = "answer_referral": "answer a referral to one's organisation",
        FollowReferral = "follow_referral": "record what becomes of a referral of one's team, as told, and hand the person over",
        ReopenReferral = "reopen_referral": "reopen a referral of a project that one leads",
        ReadIncidents = "read_incidents": "list referrals that caused harm",
        CloseIncident = "close_incident": "say what came of looking into harm",
        ReadReferral = "read_referral": "read a referral",
        OfferPerson = "offer_person": "offer a person to a service of another organisation, and take the offer back",
        AnswerOffer = "answer_offer": "answer what a partner offers to a service of one's team, and say what came of it",
        SetReception = "set_reception": "say which team answers what partners offer to a service",
        SendMessage = "send_message": "write on an accepted referral, and mark what the other side wrote as read",
        RecordDemand = "record_demand": "record a need without an answer",
        ReadGaps = "read_gaps": "read the table of gaps",
        HoldCase = "hold_case": "hold a case back from erasure, lift holds and list them",
        ListReadings = "list_readings": "list who saw what of a case, for the person",
        ReadTrail = "read_trail": "read the audit trail: the own acts, and for an auditor whole trails",
        ReadProject = "read_project": "read whether a project works, and who takes over when it does not",
        LeadProject = "lead_project": "freeze and thaw a project, name its desk, and revoke its partners",
        ReadContinuity = "read_continuity": "read what a frozen project left open",
        TakeCustody = "take_custody": "take over a case of a frozen project",
        ReadNotices = "read_notices": "read and mark one's notices",
        BreakGlass = "break_glass": "open one case of another team for an hour",
        ReviewGlass = "review_glass": "review the opening of a case by somebody else",
        WithdrawConsent = "withdraw_consent": "record that a person withdraws a consent",
        RecordReport = "record_report": "record that a statutory report was made",
        ConfirmReport = "confirm_report": "confirm the record of a statutory report",
        ReadReports = "read_reports": "list statutory reports",
        RequestOverride = "request_override": "ask to refer without a consent",
        ConfirmOverride = "confirm_override": "confirm that a referral is made without a consent, or take it back",
        ReadOverrides = "read_overrides": "list referrals without a consent",
        CloseReferral = "close_referral": "cancel a referral, or mark it as entered in error",
        ReadDeletions = "read_deletions": "read requests to delete and their answers",
        AnswerDeletion = "answer_deletion": "answer a request to delete",
        KeepDevices = "keep_devices": "enrol, list and revoke the phones that the teams share",
        KeepWebhooks = "keep_webhooks": "register, try, enable and take back the webhooks of one's organisation",
    }
}

/// An act: whose it is, whether it belongs to a project, and what a token must be good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// The act.
    pub action: Action,
    /// True when nobody needs to be signed in.
    pub is_for_everybody: bool,
    /// The roles that it belongs to.
    pub roles: Vec<Role>,
    /// True for acts within a project.
    pub needs_project: bool,
    /// What a token must be good for; any token will do where nothing is said.
    pub token_scope: Option<TokenScope>,
    /// True when no token is good for it.
    pub needs_session: bool,
    /// True when it may be done by who came by a link, who has no account of their own.
    pub is_by_link: bool,
}

/// The act is not this viewer's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denied {
    /// Nobody is signed in.
    Unauthenticated,
    /// The role, the token, or the want of a project, does not allow it.
    Forbidden,
}

/// Everything that a decision about an act rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActFacts<'a> {
    /// The viewer's role; `None` where nobody is signed in.
    pub role: Option<Role>,
    /// True when the viewer works in a project.
    pub has_project: bool,
    /// What the token is good for; `None` where it is good for everything that its owner may do.
    pub token_scopes: Option<&'a [TokenScope]>,
    /// True for who came by a link.
    pub is_by_link: bool,
}

/// An act of these roles.
pub fn act(action: Action, roles: &[Role]) -> Act {
    Act {
        action,
        is_for_everybody: false,
        roles: roles.to_vec(),
        needs_project: false,
        token_scope: None,
        needs_session: false,
        is_by_link: false,
    }
}

impl Act {
    /// Whoever is not signed in may do it too.
    #[must_use]
    pub fn or_nobody(self) -> Self {
        Self { is_for_everybody: true, ..self }
    }

    /// Only for who works in a project.
    #[must_use]
    pub fn in_project(self) -> Self {
        Self { needs_project: true, ..self }
    }

    /// Not by any token: only for who has signed in at the pages.
    #[must_use]
    pub fn by_no_token(self) -> Self {
        Self { needs_session: true, ..self }
    }

    /// Only for tokens that are good for this.
    #[must_use]
    pub fn by_token(self, scope: TokenScope) -> Self {
        Self { token_scope: Some(scope), ..self }
    }

    /// Also by a link to what a mailbox was sent, for this alone.
    #[must_use]
    pub fn or_by_link(self) -> Self {
        Self { is_by_link: true, ..self }
    }

    /// Whether the viewer may do it.
    pub fn decide(&self, facts: &ActFacts<'_>) -> Result<(), Denied> {
        let Some(role) = facts.role else {
            return if self.is_for_everybody { Ok(()) } else { Err(Denied::Unauthenticated) };
        };
        let has_scope = match (self.token_scope, facts.token_scopes) {
            (Some(needed), Some(scopes)) => scopes.contains(&needed),
            (None, Some(_)) => !self.needs_session,
            (_, None) => true,
        };
        let has_project = facts.has_project || !self.needs_project;
        let comes_in = self.is_by_link || !facts.is_by_link;
        if self.roles.contains(&role) && has_project && has_scope && comes_in { Ok(()) } else { Err(Denied::Forbidden) }
    }
}

/// Which roles can be something to an object at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tie {
    /// What they can be.
    pub relation: Relation,
    /// The roles.
    pub roles: Vec<Role>,
}

/// A way in: a field of the root, a route or a command, with the acts that lie behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Door {
    /// `Query.field`, `Mutation.field`, `METHOD /path` or `relais command`.
    pub name: &'static str,
    /// Who comes through by it.
    pub entry: Entry,
}

/// Who may come through a door.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    /// Whoever may do one of these acts, which decide by themselves.
    Acts(Vec<Action>),
    /// Anybody: it tells nothing of anybody.
    Anybody,
    /// Whoever has given a password or an enrolment code, and owes the second factor.
    Unfinished,
    /// Whoever sits at the machine, with its configuration in hand.
    Operator,
}

/// A door to acts.
pub fn door(name: &'static str, acts: &[Action]) -> Door {
    Door { name, entry: Entry::Acts(acts.to_vec()) }
}
