//! Proposed changes of the directory. What they would change stands sealed under the contacts of the organisation, and
//! only until they are decided.

use super::keys::KeyStore;
use super::row::{Table, optional_text, optional_time};
use super::sealed::SealedAt;
use super::{Store, StoreError, Tx, in_tx, read, statements};
use crate::domain::account::Role;
use crate::domain::directory_edit::{Proposal, ProposalItem, ProposalReason, ProposalStatus, ProposedChange};
use crate::domain::erasure::ErasureUnit;
use crate::domain::id::{AccountId, OrganizationId, ProposalId, ServiceId};
use crate::domain::time::Timestamp;
use std::collections::BTreeMap;

const TABLE: Table = Table("directory_proposals");
const ITEMS: Table = Table("directory_proposal_items");

macro_rules! select_proposals {
    ($rest:literal) => {
        concat!(
            "SELECT p.id, p.kind, p.source, p.proposed_by, p.proposed_role, p.proposed_at, p.status, p.decided_role, p.decided_at, ",
            "p.reason, i.service_id, i.organization_id, i.position, i.sealed ",
            "FROM directory_proposals p JOIN directory_proposal_items i ON i.proposal_id = p.id WHERE ",
            $rest
        )
    };
}

statements! {
    LIST = select_proposals!(
        "p.id IN (SELECT q.id FROM directory_proposals q WHERE (CAST($1 AS TEXT) IS NULL OR q.status = $1) \
         AND (CAST($2 AS TEXT) IS NULL OR (q.proposed_at, q.id) < (SELECT r.proposed_at, r.id FROM directory_proposals r WHERE r.id = $2)) \
         ORDER BY q.proposed_at DESC, q.id DESC LIMIT $3) ORDER BY p.proposed_at DESC, p.id DESC, i.position"
    );
    FIND = select_proposals!("p.id = $1 ORDER BY p.proposed_at DESC, p.id DESC, i.position");
    OPEN_OF_SERVICE = select_proposals!(
        "p.status = 'open' AND p.id IN (SELECT j.proposal_id FROM directory_proposal_items j WHERE j.service_id = $1) \
         ORDER BY p.proposed_at DESC, p.id DESC, i.position"
    );
    OPEN_OF_SOURCE = select_proposals!("p.status = 'open' AND p.source = $1 ORDER BY p.proposed_at DESC, p.id DESC, i.position");
    ALL_OPEN = select_proposals!("p.status = 'open' ORDER BY p.proposed_at DESC, p.id DESC, i.position");
    REWRITE_ITEM = "UPDATE directory_proposal_items SET sealed = $3 WHERE proposal_id = $1 AND position = $2";
    INSERT = "INSERT INTO directory_proposals (id, kind, source, proposed_by, proposed_role, proposed_at, status) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    INSERT_ITEM = "INSERT INTO directory_proposal_items (proposal_id, position, service_id, organization_id, sealed) VALUES ($1, $2, $3, $4, $5)";
    DECIDE = "UPDATE directory_proposals SET status = $2, decided_by = $3, decided_role = $4, decided_at = $5, reason = $6 WHERE id = $1 AND status = 'open'";
    EMPTY = "UPDATE directory_proposal_items SET sealed = '' WHERE proposal_id = $1";
}

#[derive(sqlx::FromRow)]
struct ProposalRow {
    id: String,
    kind: String,
    source: Option<String>,
    proposed_by: Option<String>,
    proposed_role: Option<String>,
    proposed_at: i64,
    status: String,
    decided_role: Option<String>,
    decided_at: Option<i64>,
    reason: Option<String>,
    service_id: String,
    organization_id: String,
    position: i64,
    sealed: String,
}

impl ProposalRow {
    /// The proposal of the row, without its items.
    fn proposal(&self) -> Result<Proposal, StoreError> {
        Ok(Proposal {
            id: TABLE.id(&self.id)?,
            kind: TABLE.code(&self.kind)?,
            source: self.source.clone(),
            proposed_by: TABLE.optional_id(self.proposed_by.as_deref())?,
            proposed_role: TABLE.optional_code(self.proposed_role.as_deref())?,
            proposed_at: Timestamp::from_microseconds(self.proposed_at),
            status: TABLE.code(&self.status)?,
            decided_role: TABLE.optional_code(self.decided_role.as_deref())?,
            decided_at: optional_time(self.decided_at),
            reason: TABLE.optional_code(self.reason.as_deref())?,
            items: Vec::new(),
        })
    }
}

/// Who decides, and how.
#[derive(Clone, Copy, Debug)]
pub struct Decision {
    /// The account; `None` where a newer import took the place of an older one.
    pub account: Option<(AccountId, Role)>,
    /// What becomes of the proposal.
    pub status: ProposalStatus,
    /// Why it is refused.
    pub reason: Option<ProposalReason>,
}

/// Where the change of one item stands. `row` names proposal and position.
fn sealed_at(row: &str, organization: OrganizationId) -> SealedAt<'_> {
    let unit = ErasureUnit::Contacts(organization);
    SealedAt { table: "directory_proposal_items", column: "sealed", row, unit, project: None }
}

fn row_name(proposal: &str, position: i64) -> String {
    format!("{proposal}/{position}")
}

/// The proposals of rows, in the order of the rows; their keys are fetched at once.
async fn open_proposals(keys: &KeyStore, rows: Vec<ProposalRow>) -> Result<Vec<Proposal>, StoreError> {
    let organizations = rows.iter().filter(|row| !row.sealed.is_empty()).map(|row| ITEMS.id(&row.organization_id));
    let organizations: Vec<OrganizationId> = organizations.collect::<Result<_, _>>()?;
    let opened = keys.fetch(organizations.into_iter().map(ErasureUnit::Contacts)).await?;
    let (mut proposals, mut positions) = (Vec::<Proposal>::new(), BTreeMap::new());
    for row in &rows {
        let at = *positions.entry(row.id.as_str()).or_insert(proposals.len());
        if at == proposals.len() {
            proposals.push(row.proposal()?);
        }
        let organization_id = ITEMS.id(&row.organization_id)?;
        let name = row_name(&row.id, row.position);
        let change: Option<ProposedChange> = opened.open(sealed_at(&name, organization_id), &row.sealed)?;
        let service_id = ITEMS.id(&row.service_id)?;
        proposals[at].items.push(ProposalItem { service_id, organization_id, change });
    }
    Ok(proposals)
}

impl Store {
    /// Proposals of one status or of all, last made first, behind one of them.
    pub async fn list_proposals(
        &self,
        status: Option<ProposalStatus>,
        after: Option<ProposalId>,
        limit: i64,
    ) -> Result<Vec<Proposal>, StoreError> {
        let rows: Vec<ProposalRow> = read!(self, |pool| sqlx::query_as(LIST)
            .bind(optional_text(status))
            .bind(optional_text(after))
            .bind(limit)
            .fetch_all(pool)
            .await)?;
        open_proposals(&self.keys, rows).await
    }

    /// One proposal.
    pub async fn find_proposal(&self, id: ProposalId) -> Result<Option<Proposal>, StoreError> {
        let rows: Vec<ProposalRow> =
            read!(self, |pool| sqlx::query_as(FIND).bind(id.to_string()).fetch_all(pool).await)?;
        Ok(open_proposals(&self.keys, rows).await?.pop())
    }
}

impl Tx {
    /// One proposal. To be called after [`Tx::lock_directory`] by whoever decides it.
    pub async fn find_proposal(&mut self, id: ProposalId) -> Result<Option<Proposal>, StoreError> {
        let rows: Vec<ProposalRow> = in_tx!(self, |c| sqlx::query_as(FIND).bind(id.to_string()).fetch_all(c).await)?;
        Ok(open_proposals(&self.keys, rows).await?.pop())
    }

    /// The open proposals that are about this service.
    pub async fn list_open_proposals_of(&mut self, service: ServiceId) -> Result<Vec<Proposal>, StoreError> {
        let rows: Vec<ProposalRow> =
            in_tx!(self, |c| sqlx::query_as(OPEN_OF_SERVICE).bind(service.to_string()).fetch_all(c).await)?;
        open_proposals(&self.keys, rows).await
    }

    /// The open proposals that an import of this source has made.
    pub async fn list_open_proposals_of_source(&mut self, source: &str) -> Result<Vec<Proposal>, StoreError> {
        let rows: Vec<ProposalRow> = in_tx!(self, |c| sqlx::query_as(OPEN_OF_SOURCE).bind(source).fetch_all(c).await)?;
        open_proposals(&self.keys, rows).await
    }

    /// Writes a new proposal with its items.
    pub async fn insert_proposal(&mut self, proposal: &Proposal) -> Result<(), StoreError> {
        let id = proposal.id.to_string();
        in_tx!(self, |c| sqlx::query(INSERT)
            .bind(&id)
            .bind(proposal.kind.to_string())
            .bind(&proposal.source)
            .bind(optional_text(proposal.proposed_by))
            .bind(optional_text(proposal.proposed_role))
            .bind(proposal.proposed_at.microseconds())
            .bind(proposal.status.to_string())
            .execute(c)
            .await
            .map(drop))?;
        for (position, item) in (0_i64..).zip(&proposal.items) {
            let name = row_name(&id, position);
            let sealed = match &item.change {
                Some(change) => self.seal(sealed_at(&name, item.organization_id), change).await?,
                None => String::new(),
            };
            in_tx!(self, |c| sqlx::query(INSERT_ITEM)
                .bind(&id)
                .bind(position)
                .bind(item.service_id.to_string())
                .bind(item.organization_id.to_string())
                .bind(&sealed)
                .execute(c)
                .await
                .map(drop))?;
        }
        Ok(())
    }

    /// Changes what open proposals would do. Only for taking out what may no longer be kept.
    pub(super) async fn rewrite_open_proposals(
        &mut self,
        rewrite: impl Fn(&mut ProposedChange) -> bool,
    ) -> Result<(), StoreError> {
        let rows: Vec<ProposalRow> = in_tx!(self, |c| sqlx::query_as(ALL_OPEN).fetch_all(c).await)?;
        for proposal in open_proposals(&self.keys, rows).await? {
            let id = proposal.id.to_string();
            for (position, ProposalItem { organization_id, change, .. }) in (0_i64..).zip(proposal.items) {
                let Some(mut change) = change else { continue };
                if !rewrite(&mut change) {
                    continue;
                }
                let name = row_name(&id, position);
                let sealed = self.seal(sealed_at(&name, organization_id), &change).await?;
                in_tx!(self, |c| sqlx::query(REWRITE_ITEM)
                    .bind(&id)
                    .bind(position)
                    .bind(&sealed)
                    .execute(c)
                    .await
                    .map(drop))?;
            }
        }
        Ok(())
    }

    /// Writes what has become of an open proposal; the values that it would have put go.
    pub async fn decide_proposal(
        &mut self,
        id: ProposalId,
        decision: Decision,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (account, role) = decision.account.unzip();
        in_tx!(self, |c| sqlx::query(DECIDE)
            .bind(id.to_string())
            .bind(decision.status.to_string())
            .bind(optional_text(account))
            .bind(optional_text(role))
            .bind(now.microseconds())
            .bind(optional_text(decision.reason))
            .execute(c)
            .await
            .map(drop))?;
        in_tx!(self, |c| sqlx::query(EMPTY).bind(id.to_string()).execute(c).await.map(drop))?;
        Ok(())
    }
}
