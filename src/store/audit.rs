//! The audit trail.

use super::row::optional_text;
use super::{StoreError, Tx, in_tx, statements};
use crate::domain::audit::AuditEvent;

statements! {
    NEXT = "INSERT INTO audit_heads (trail, sequence) VALUES ($1, 1) \
        ON CONFLICT (trail) DO UPDATE SET sequence = audit_heads.sequence + 1 RETURNING sequence";
    INSERT = "INSERT INTO audit_events \
        (trail, sequence, at, actor_id, organization_id, action, object, fields, consent_id) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
}

impl Tx {
    /// Appends events to their trails. Each trail's head row stays locked until the commit, so its
    /// count has no gap and no double. The trails come in one order, so that two writers of the same
    /// two trails never wait for each other.
    pub async fn append_audit(&mut self, events: &[AuditEvent]) -> Result<(), StoreError> {
        let mut by_trail: Vec<&AuditEvent> = events.iter().collect();
        by_trail.sort_by_key(|event| event.project_id);
        for event in by_trail {
            let trail = optional_text(event.project_id).unwrap_or_else(|| "network".to_owned());
            let sequence: i64 = in_tx!(self, |c| sqlx::query_scalar(NEXT).bind(&trail).fetch_one(c).await)?;
            in_tx!(self, |c| sqlx::query(INSERT)
                .bind(&trail)
                .bind(sequence)
                .bind(event.at.microseconds())
                .bind(optional_text(event.actor_id))
                .bind(optional_text(event.organization_id))
                .bind(event.action.to_string())
                .bind(&event.object)
                .bind(event.fields.join(" "))
                .bind(optional_text(event.consent_id))
                .execute(c)
                .await
                .map(drop))?;
        }
        Ok(())
    }
}
