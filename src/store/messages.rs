//! Messages on referrals: what one says is sealed with its referral, and goes with it.

use super::keys::KeyStore;
use super::row::{Table, optional_time};
use super::sealed::SealedAt;
use super::{Store, StoreError, Tx, in_list, in_tx, read, statements};
use crate::domain::code::CodeList as _;
use crate::domain::erasure::ErasureUnit;
use crate::domain::id::{ConsentId, ProjectId, ReferralId};
use crate::domain::lifecycle::Party;
use crate::domain::message::{Answer, AnswerWord, Content, Message, QuestionTemplate};
use crate::domain::profile::Language;
use crate::domain::referral::Referral;
use crate::domain::sensitive::{Sensitive, hidden_debug};
use crate::domain::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

const TABLE: Table = Table("messages");

statements! {
    LIST = "SELECT id, referral_id, version, author, kind, sealed, sent_at, read_at FROM messages WHERE referral_id IN";
    LIST_OF_ONE = "SELECT id, referral_id, version, author, kind, sealed, sent_at, read_at FROM messages WHERE referral_id = $1";
    COUNT = "SELECT count(*) FROM messages WHERE referral_id = $1";
    INSERT = "INSERT INTO messages (id, referral_id, version, author, kind, sealed, sent_at, read_at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    READ = "UPDATE messages SET read_at = $3 WHERE referral_id = $1 AND author <> $2 AND read_at IS NULL";
    NOTE = "UPDATE referrals SET version = $2 WHERE id = $1 AND version = $2 - 1";
    // A hold is the only exception to every erasure (P-22); the run of retention finds them once it is lifted.
    PURGE = "DELETE FROM messages WHERE referral_id = $1 AND NOT EXISTS \
        (SELECT 1 FROM referrals r JOIN legal_holds h ON h.case_id = r.case_id WHERE r.id = $1)";
    PURGE_ON = "DELETE FROM messages WHERE referral_id IN (SELECT r.id FROM referrals r WHERE r.consent_id = $1 \
        AND NOT EXISTS (SELECT 1 FROM legal_holds h WHERE h.case_id = r.case_id))";
}

#[derive(sqlx::FromRow)]
struct MessageRow {
    id: String,
    referral_id: String,
    version: i64,
    author: String,
    kind: String,
    sealed: String,
    sent_at: i64,
    read_at: Option<i64>,
}

/// What a message says, as it is sealed.
#[derive(Default, Serialize, Deserialize)]
struct SealedContent {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    question: Option<QuestionTemplate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    word: Option<AnswerWord>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    day: Option<Date>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    count: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    language: Option<Language>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

hidden_debug!(SealedContent);

impl SealedContent {
    fn of(content: &Content) -> Self {
        let mut sealed = Self {
            question: content.question,
            text: content.text.as_ref().map(|text| text.expose().clone()),
            ..Self::default()
        };
        match &content.answer {
            None => {}
            Some(Answer::Word(word)) => sealed.word = Some(*word),
            Some(Answer::Day(day)) => sealed.day = Some(*day),
            Some(Answer::Count(count)) => sealed.count = Some(*count),
            Some(Answer::Language(language)) => sealed.language = Some(language.clone()),
        }
        sealed
    }

    fn into_content(self) -> Content {
        let word = self.word.map(Answer::Word);
        let coded = word.or(self.day.map(Answer::Day)).or(self.count.map(Answer::Count));
        Content {
            question: self.question,
            answer: coded.or(self.language.map(Answer::Language)),
            text: self.text.map(Sensitive::new),
        }
    }
}

fn sealed_at(row: &str, id: ReferralId, project: ProjectId) -> SealedAt<'_> {
    SealedAt { table: "messages", column: "sealed", row, unit: ErasureUnit::Referral(id), project: Some(project) }
}

/// The messages of rows, their keys fetched at once, in their order. One that was erased is not there any more.
async fn open_messages(
    keys: &KeyStore,
    referrals: &[Referral],
    rows: Vec<MessageRow>,
) -> Result<Vec<Message>, StoreError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let projects: HashMap<ReferralId, ProjectId> =
        referrals.iter().map(|referral| (referral.id, referral.project_id)).collect();
    let opened = keys.fetch(projects.keys().map(|id| ErasureUnit::Referral(*id))).await?;
    let mut messages = Vec::with_capacity(rows.len());
    for row in rows {
        let referral_id: ReferralId = TABLE.id(&row.referral_id)?;
        let project = projects.get(&referral_id).ok_or_else(|| TABLE.corrupt("referral_id"))?;
        let Some(told) = opened.open::<SealedContent>(sealed_at(&row.id, referral_id, *project), &row.sealed)? else {
            continue;
        };
        messages.push(Message {
            id: TABLE.id(&row.id)?,
            referral_id,
            version: row.version,
            author: TABLE.code(&row.author)?,
            kind: TABLE.code(&row.kind)?,
            content: told.into_content(),
            sent_at: Timestamp::from_microseconds(row.sent_at),
            read_at: optional_time(row.read_at),
        });
    }
    messages.sort_by_key(|message| (message.referral_id, message.version));
    Ok(messages)
}

impl Store {
    /// The messages on referrals that the caller has read within its scope, in their order.
    pub async fn list_messages_of(&self, referrals: &[Referral]) -> Result<Vec<Message>, StoreError> {
        let sql = in_list(LIST, referrals.len());
        let rows: Vec<MessageRow> = read!(self, |pool| {
            let ids = referrals.iter().map(|referral| referral.id.to_string());
            ids.fold(sqlx::query_as(sql), |query, id| query.bind(id)).fetch_all(pool).await
        })?;
        open_messages(&self.keys, referrals, rows).await
    }
}

impl Tx {
    /// The messages on a referral, in their order, as they stand in this transaction.
    pub async fn list_messages(&mut self, referral: &Referral) -> Result<Vec<Message>, StoreError> {
        let rows: Vec<MessageRow> =
            in_tx!(self, |c| sqlx::query_as(LIST_OF_ONE).bind(referral.id.to_string()).fetch_all(c).await)?;
        open_messages(&self.keys, std::slice::from_ref(referral), rows).await
    }

    /// How many messages a referral holds.
    pub async fn count_messages(&mut self, referral: ReferralId) -> Result<i64, StoreError> {
        Ok(in_tx!(self, |c| sqlx::query_scalar(COUNT).bind(referral.to_string()).fetch_one(c).await)?)
    }

    /// Writes a message on a referral of this project.
    pub async fn insert_message(&mut self, message: &Message, project: ProjectId) -> Result<(), StoreError> {
        let id = message.id.to_string();
        let at = sealed_at(&id, message.referral_id, project);
        let sealed = self.seal(at, &SealedContent::of(&message.content)).await?;
        in_tx!(self, |c| sqlx::query(INSERT)
            .bind(&id)
            .bind(message.referral_id.to_string())
            .bind(message.version)
            .bind(message.author.code())
            .bind(message.kind.code())
            .bind(&sealed)
            .bind(message.sent_at.microseconds())
            .bind(message.read_at.map(Timestamp::microseconds))
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Gives a referral the version that a message makes. [`StoreError::Stale`] when somebody else changed it first.
    pub async fn note_message_on(&mut self, referral: &Referral) -> Result<(), StoreError> {
        let noted = in_tx!(self, |c| sqlx::query(NOTE)
            .bind(referral.id.to_string())
            .bind(referral.version)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        if noted == 0 { Err(StoreError::Stale) } else { Ok(()) }
    }

    /// Marks what the other side than `reader` has written as read; what was marked before stays as it is.
    pub async fn mark_messages_read(
        &mut self,
        referral: ReferralId,
        reader: Party,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let marked = in_tx!(self, |c| sqlx::query(READ)
            .bind(referral.to_string())
            .bind(reader.code())
            .bind(at.microseconds())
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(marked > 0)
    }

    /// Deletes the messages on every referral that rests on a consent, ended ones too, unless its case is held (P-07).
    pub async fn purge_messages_on(&mut self, consent: ConsentId) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(PURGE_ON).bind(consent.to_string()).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Deletes the messages on a referral of which nobody speaks any more, unless its case is held.
    pub async fn purge_messages(&mut self, referral: ReferralId) -> Result<(), StoreError> {
        in_tx!(self, |c| sqlx::query(PURGE).bind(referral.to_string()).execute(c).await.map(drop))?;
        Ok(())
    }
}
