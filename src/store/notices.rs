//! Notices: to whom, of which kind, about which object, and who has seen them.

use super::reach::{not_revoked_by, open_to_recipient};
use super::row::{Table, optional_text, optional_time};
use super::{Store, StoreError, Tx, in_tx, read, statements};
use crate::domain::account::{Account, Role};
use crate::domain::id::{AccountId, NoticeId, OrganizationId, ProjectId};
use crate::domain::notice::{Addressee, Notice, ReceivedNotice};
use crate::domain::time::Timestamp;

const TABLE: Table = Table("notices");

/// Notices to the account $1 with the role $2, of the project $3 and the organisation $4, which answers
/// referrals to the organisation $5; never those that the account has caused.
macro_rules! select_received {
    ($rest:literal) => {
        concat!(
            "SELECT n.id, n.at, n.kind, n.object, ",
            "(SELECT r.seen_at FROM notice_readings r WHERE r.notice_id = n.id AND r.account_id = $1) AS seen_at ",
            "FROM notices n WHERE (n.actor_id IS NULL OR n.actor_id <> $1) AND (n.account_id = $1 ",
            "OR n.team_id IN (SELECT m.team_id FROM team_members m WHERE m.account_id = $1) ",
            "OR (n.role = $2 AND n.project_id = $3) OR (n.role = $2 AND n.role <> 'partner_admin' AND n.organization_id = $4) ",
            // What a recipient is told of is a referral that it reads, or a request to delete, while the project works.
            "OR ((n.role IS NULL OR n.role = $2) AND n.organization_id = $5 AND (EXISTS (SELECT 1 FROM referrals f ",
            "WHERE f.id = n.object AND f.channel = 'electronic' AND ",
            open_to_recipient!("f.case_id", "f.recipient_id"),
            ") OR EXISTS (SELECT 1 FROM deletion_requests d JOIN referrals f ON f.id = d.referral_id WHERE d.id = n.object AND ",
            open_to_recipient!("f.case_id", "f.recipient_id"),
            // And a question for places.
            ") OR EXISTS (SELECT 1 FROM capacity_checks k JOIN projects w ON w.id = k.project_id ",
            "WHERE k.id = n.object AND w.status = 'active' AND ",
            not_revoked_by!("w.id", "k.recipient_id"),
            // And what it has offered itself.
            ") OR $2 IN ('partner_agent', 'partner_admin') AND EXISTS (SELECT 1 FROM partner_offers b JOIN projects w ON w.id = b.project_id ",
            "WHERE b.id = n.object AND w.status = 'active' AND ",
            not_revoked_by!("w.id", "b.sender_id"),
            ")))) ",
            $rest
        )
    };
}

statements! {
    // Whatever is addressed to somebody that the account may be, each by its own index.
    LIST_RECEIVED = select_received!(
        "AND n.id IN (SELECT a.id FROM notices a WHERE a.account_id = $1 UNION SELECT t.id FROM notices t \
         JOIN team_members h ON h.team_id = t.team_id WHERE h.account_id = $1 UNION SELECT q.id FROM notices q \
         WHERE q.project_id = $3 UNION SELECT o.id FROM notices o WHERE o.organization_id IN ($4, $5)) \
         ORDER BY n.at DESC, n.id DESC LIMIT $6"
    );
    FIND_RECEIVED = select_received!("AND n.id = $6");
    INSERT = "INSERT INTO notices (id, at, kind, object, team_id, project_id, organization_id, role, account_id, actor_id) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    SEE = "INSERT INTO notice_readings (notice_id, account_id, seen_at) VALUES ($1, $2, $3) \
        ON CONFLICT (notice_id, account_id) DO NOTHING";
    COUNT_OTHERS = "SELECT count(*) FROM accounts WHERE role = $1 AND id <> $2 AND NOT is_disabled AND (project_id = $3 OR organization_id = $4)";
}

#[derive(sqlx::FromRow)]
struct NoticeRow {
    id: String,
    at: i64,
    kind: String,
    object: String,
    seen_at: Option<i64>,
}

impl NoticeRow {
    fn into_notice(self) -> Result<ReceivedNotice, StoreError> {
        Ok(ReceivedNotice {
            id: TABLE.id(&self.id)?,
            at: Timestamp::from_microseconds(self.at),
            kind: TABLE.code(&self.kind)?,
            object: self.object,
            seen_at: optional_time(self.seen_at),
        })
    }
}

impl Store {
    /// The newest notices to an account; `answers_for` is the organisation whose referrals it answers.
    pub async fn list_notices(
        &self,
        account: &Account,
        answers_for: Option<OrganizationId>,
        limit: i64,
    ) -> Result<Vec<ReceivedNotice>, StoreError> {
        let rows: Vec<NoticeRow> = read!(self, |pool| sqlx::query_as(LIST_RECEIVED)
            .bind(account.id.to_string())
            .bind(account.role.to_string())
            .bind(optional_text(account.project_id))
            .bind(account.organization_id.to_string())
            .bind(optional_text(answers_for))
            .bind(limit)
            .fetch_all(pool)
            .await)?;
        rows.into_iter().map(NoticeRow::into_notice).collect()
    }

    /// A notice to an account.
    pub async fn find_notice(
        &self,
        account: &Account,
        answers_for: Option<OrganizationId>,
        id: NoticeId,
    ) -> Result<Option<ReceivedNotice>, StoreError> {
        let row: Option<NoticeRow> = read!(self, |pool| sqlx::query_as(FIND_RECEIVED)
            .bind(account.id.to_string())
            .bind(account.role.to_string())
            .bind(optional_text(account.project_id))
            .bind(account.organization_id.to_string())
            .bind(optional_text(answers_for))
            .bind(id.to_string())
            .fetch_optional(pool)
            .await)?;
        row.map(NoticeRow::into_notice).transpose()
    }
}

impl Tx {
    /// Writes notices, in the commit of the act that they are about.
    pub async fn insert_notices(&mut self, notices: &[Notice]) -> Result<(), StoreError> {
        for notice in notices {
            let (mut team, mut project, mut organization, mut role, mut account) = (None, None, None, None, None);
            match notice.addressee {
                Addressee::Team(id) => team = Some(id),
                Addressee::OfProject(id, of) => (project, role) = (Some(id), Some(of)),
                Addressee::OfOrganization(id, of) => (organization, role) = (Some(id), Some(of)),
                Addressee::Recipients(id) => organization = Some(id),
                Addressee::Account(id) => account = Some(id),
            }
            in_tx!(self, |c| sqlx::query(INSERT)
                .bind(notice.id.to_string())
                .bind(notice.at.microseconds())
                .bind(notice.kind.to_string())
                .bind(&notice.object)
                .bind(optional_text(team))
                .bind(optional_text(project))
                .bind(optional_text(organization))
                .bind(optional_text(role))
                .bind(optional_text(account))
                .bind(optional_text(notice.actor_id))
                .execute(c)
                .await
                .map(drop))?;
        }
        Ok(())
    }

    /// Notes that an account has seen a notice; the first time counts.
    pub async fn mark_notice_seen(
        &mut self,
        id: NoticeId,
        account: AccountId,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(SEE)
            .bind(id.to_string())
            .bind(account.to_string())
            .bind(at.microseconds())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Whether anybody but `account` has this role in a project, or in an organisation.
    pub async fn has_another(
        &mut self,
        role: Role,
        account: AccountId,
        project: Option<ProjectId>,
        organization: Option<OrganizationId>,
    ) -> Result<bool, StoreError> {
        let count: i64 = in_tx!(self, |c| sqlx::query_scalar(COUNT_OTHERS)
            .bind(role.to_string())
            .bind(account.to_string())
            .bind(optional_text(project))
            .bind(optional_text(organization))
            .fetch_one(c)
            .await)?;
        Ok(count > 0)
    }
}
