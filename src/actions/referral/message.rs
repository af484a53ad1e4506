//! Messages on a referral: a recipient asks, the sender answers, and once it is accepted both write.
//!
//! Each makes a version of the referral, so that what somebody decides is decided after reading it, and so that a call
//! which is sent again is refused and not written twice.

use super::side::require_partner;
use super::write::{Actor, audit, write};
use super::{Target, decide, find_for_change, settle};
use crate::actions::disclosure::act;
use crate::actions::input::language;
use crate::actions::protection::{Notify, require_project_at_work};
use crate::actions::{ActionError, Context, directory, outbox};
use crate::domain::account::Account;
use crate::domain::audit::{AuditAction, AuditEvent, AuditPurpose};
use crate::domain::consent::{Consent, ConsentField};
use crate::domain::disclosure::stage_on;
use crate::domain::lifecycle::Party;
use crate::domain::linter::{Finding, KnownNumbers};
use crate::domain::message::{
    Answer, AnswerWord, Content, MOST_MESSAGES, Message, MessageKind, Question, check_may_write,
};
use crate::domain::notice::{Addressee, NoticeKind};
use crate::domain::referral::{Change, Command, Referral};
use crate::domain::refusal::{ConsentProblem, InputProblem, Refusal};
use crate::domain::sensitive::{Sensitive, hidden_debug};
use crate::domain::time::{Date, Timestamp};
use crate::policy::access::Access;
use crate::policy::referral_view::ReferralView;
use crate::policy::rules::{Action, permit};
use crate::policy::table::Relation;
use crate::policy::visible::Visible;
use crate::store::Tx;

/// An answer as a caller types it.
#[derive(Clone)]
pub enum TypedAnswer {
    /// A word.
    Word(AnswerWord),
    /// A day.
    Day(Date),
    /// How many.
    Count(i32),
    /// A language tag.
    Language(String),
}

hidden_debug!(TypedAnswer);

impl TypedAnswer {
    fn read(self) -> Result<Answer, Refusal> {
        let no_such_count = |_| Refusal::input("answer", InputProblem::AnswerOfQuestion);
        Ok(match self {
            Self::Word(word) => Answer::Word(word),
            Self::Day(day) => Answer::Day(day),
            Self::Count(count) => Answer::Count(u8::try_from(count).map_err(no_such_count)?),
            Self::Language(tag) => Answer::Language(language("answer.language", &tag)?),
        })
    }
}

/// Asks the sender a question before deciding. What a text tells of a person is refused first, whatever the state.
pub async fn ask(
    context: &Context,
    access: &Access,
    target: Target,
    question: Question,
) -> Result<Visible<ReferralView>, ActionError> {
    let account = permit(access, Action::AnswerReferral)?;
    let post = Post { context, access, account, party: Party::Recipient, now: context.now() };
    let written = context
        .store
        .write(async |tx| {
            let referral = find_for_change(tx, access, target, Relation::Recipient).await?;
            require_project_at_work(tx, account.project_id).await?;
            let known = known_numbers(context, access, tx, &referral).await?;
            let content = Content::question(question.clone(), &known)?;
            let change = decide(access, &referral, &Command::Ask, post.party, post.now)?;
            post.turn(tx, referral, &change, (MessageKind::Question, content)).await
        })
        .await;
    settle(context, access, target, written).await
}

/// Answers the question that waits.
pub async fn answer_question(
    context: &Context,
    access: &Access,
    target: Target,
    typed: TypedAnswer,
) -> Result<Visible<ReferralView>, ActionError> {
    let account = permit(access, Action::CreateReferral)?;
    let answer = typed.read()?;
    let post = Post { context, access, account, party: Party::Sender, now: context.now() };
    let written = context
        .store
        .write(async |tx| {
            let referral = find_for_change(tx, access, target, Relation::Team).await?;
            require_project_at_work(tx, account.project_id).await?;
            let change = decide(access, &referral, &Command::Answer, post.party, post.now)?;
            let consent = tx.lock_consent_of(&referral).await?.ok_or(ActionError::NotVisible)?;
            let messages = tx.list_messages(&referral).await?;
            let asked = messages.iter().rfind(|message| message.kind == MessageKind::Question);
            let question = asked.and_then(|message| message.content.question);
            let content = Content::answer(answer.clone(), question, post.now.date())?;
            check_agreed(&answer, &consent, post.now)?;
            post.turn(tx, referral, &change, (MessageKind::Answer, content)).await
        })
        .await;
    settle(context, access, target, written).await
}

/// An answer tells what the person has agreed to have told, while she agrees.
fn check_agreed(answer: &Answer, consent: &Consent, now: Timestamp) -> Result<(), Refusal> {
    consent.require_live(now)?;
    let told = match answer {
        Answer::Language(_) => Some(ConsentField::Languages),
        Answer::Count(_) => Some(ConsentField::Household),
        Answer::Word(_) | Answer::Day(_) => None,
    };
    match told.filter(|field| !consent.field_scope.contains(field)) {
        None => Ok(()),
        Some(field) => Err(Refusal::Consent { problem: ConsentProblem::FieldsMissing, missing: vec![field] }),
    }
}

/// Sends a text on an accepted referral, and says what the linter has found in it.
pub async fn send_message(
    context: &Context,
    access: &Access,
    target: Target,
    text: Sensitive<String>,
) -> Result<(Visible<ReferralView>, Vec<Finding>), ActionError> {
    let account = permit(access, Action::SendMessage)?;
    let now = context.now();
    let content = Content::text(text)?;
    let mut warnings = Vec::new();
    let written = context
        .store
        .write(async |tx| {
            let (referral, party) = find_on_own_side(tx, access, target).await?;
            require_project_at_work(tx, account.project_id).await?;
            if party == Party::Sender {
                require_partner(tx, access, &referral).await?;
            }
            let consent = tx.find_consent_of(&referral).await?.ok_or(ActionError::NotVisible)?;
            check_may_write(&referral, stage_on(referral.status, &consent, now))?;
            warnings = content.findings(&known_numbers(context, access, tx, &referral).await?);
            let post = Post { context, access, account, party, now };
            let noted = Referral { version: referral.version + 1, ..referral };
            tx.note_message_on(&noted).await?;
            post.insert(tx, &noted, (MessageKind::Info, content.clone())).await?;
            tx.touch_case(noted.case_id, now).await?;
            post.audit(tx, &noted, AuditAction::MessageSent).await
        })
        .await;
    Ok((settle(context, access, target, written).await?, warnings))
}

/// Marks what the other side has written so far as read.
pub async fn mark_messages_read(
    context: &Context,
    access: &Access,
    target: Target,
) -> Result<Visible<ReferralView>, ActionError> {
    let account = permit(access, Action::SendMessage)?;
    let now = context.now();
    let written = context
        .store
        .write(async |tx| {
            let (referral, party) = find_on_own_side(tx, access, target).await?;
            require_project_at_work(tx, account.project_id).await?;
            if tx.mark_messages_read(referral.id, party, now).await? && party == Party::Recipient {
                outbox::note_for_sender(tx, &referral);
            }
            Post { context, access, account, party, now }.audit(tx, &referral, AuditAction::MessagesRead).await
        })
        .await;
    settle(context, access, target, written).await
}

/// The referral for who is on either side of it, and which side that is. Who is on both writes for the team.
async fn find_on_own_side(tx: &mut Tx, access: &Access, target: Target) -> Result<(Referral, Party), ActionError> {
    match find_for_change(tx, access, target, Relation::Team).await {
        Err(ActionError::Forbidden) => {
            Ok((find_for_change(tx, access, target, Relation::Recipient).await?, Party::Recipient))
        }
        found => Ok((found?, Party::Sender)),
    }
}

/// What belongs to the two organisations, as far as the viewer may know of it: whether a number is a hidden service's
/// must not be found out by typing it.
async fn known_numbers(
    context: &Context,
    access: &Access,
    tx: &mut Tx,
    referral: &Referral,
) -> Result<KnownNumbers, ActionError> {
    let snapshot = context.directory.snapshot();
    let mut ways = Vec::new();
    for organization in
        [referral.sender_id, referral.recipient_id].into_iter().filter_map(|id| snapshot.organization(id))
    {
        for view in directory::services_of(context, access, &organization) {
            ways.extend(view.service.phones.iter().map(|phone| phone.typed.clone()));
            ways.extend(view.service.email.clone());
        }
    }
    if let Some(project) = tx.find_project(referral.project_id).await? {
        ways.extend([Some(project.mailbox), project.phone].into_iter().flatten().map(|way| way.expose().clone()));
    }
    Ok(KnownNumbers::of(ways))
}

/// Who writes a message, on which side, and when.
struct Post<'a> {
    context: &'a Context,
    access: &'a Access,
    account: &'a Account,
    party: Party,
    now: Timestamp,
}

impl Post<'_> {
    /// Writes a message that turns the state of its referral.
    async fn turn(
        &self,
        tx: &mut Tx,
        referral: Referral,
        change: &Change,
        message: (MessageKind, Content),
    ) -> Result<(), ActionError> {
        let changed = write(tx, &Actor::of(self.party, self.account), referral, change).await?;
        self.insert(tx, &changed, message).await?;
        tx.touch_case(changed.case_id, self.now).await?;
        audit(tx, self.access, &changed, self.purpose()).await
    }

    /// Writes a message on a referral that has its version, with the notice to the other side.
    async fn insert(
        &self,
        tx: &mut Tx,
        referral: &Referral,
        (kind, content): (MessageKind, Content),
    ) -> Result<(), ActionError> {
        // An answer comes to a question that was within the limit: it is always let through.
        if kind != MessageKind::Answer && tx.count_messages(referral.id).await? >= MOST_MESSAGES {
            return Err(Refusal::input("referralId", InputProblem::MessagesFull).into());
        }
        let message = Message {
            id: self.context.fresh_id(),
            referral_id: referral.id,
            version: referral.version,
            author: self.party,
            kind,
            content,
            sent_at: self.now,
            read_at: None,
        };
        tx.insert_message(&message, referral.project_id).await?;
        outbox::announce_message(tx, referral, self.party, self.now).await?;
        // By the hour for a recipient, like every time that it reads (P-08).
        let (to, at) = match self.party {
            Party::Recipient => (Addressee::Team(referral.team_id), self.now),
            _ => (Addressee::Recipients(referral.recipient_id), self.now.start_of_hour()),
        };
        let notify = Notify {
            kind: NoticeKind::MessageReceived,
            object: referral.id.to_string(),
            actor_id: Some(self.account.id),
            at,
            context: self.context,
        };
        notify.send(tx, &[to]).await
    }

    const fn purpose(&self) -> AuditPurpose {
        if matches!(self.party, Party::Recipient) { AuditPurpose::ReferralAnswer } else { AuditPurpose::Care }
    }

    async fn audit(&self, tx: &mut Tx, referral: &Referral, action: AuditAction) -> Result<(), ActionError> {
        let event = AuditEvent {
            purpose: self.purpose(),
            project_id: Some(referral.project_id),
            consent_id: Some(referral.consent_id),
            ..act(self.access, self.now, action, referral.id.to_string())
        };
        Ok(tx.append_audit(&[event]).await?)
    }
}
