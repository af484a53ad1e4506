//! Recording and finding consents.

use super::disclosure::act;
use super::idempotency::Create;
use super::input::language;
use super::protection::consents::ask_second_person;
use super::protection::overrides;
use super::protection::withdrawal::withdraw_from;
use super::{ActionError, Context, hidden};
use crate::domain::account::Account;
use crate::domain::audit::{AuditAction, AuditEvent};
use crate::domain::case::CaseReference;
use crate::domain::consent::{
    ALWAYS_EXPLAINED, Assent, Consent, ConsentBasis, ConsentField, ConsentGiver, ConsentModality, ConsentPurpose,
    ContactRule, Explained, Giving, Interpreting, MOST_RECIPIENTS, check_giving, default_days,
};
use crate::domain::directory::KnownConsequence;
use crate::domain::id::{CaseId, ConsentId, ConversationId, OrganizationId};
use crate::domain::refusal::{InputProblem, RecipientProblem, Refusal};
use crate::domain::time::Timestamp;
use crate::policy::access::Access;
use crate::policy::person_view::{ConsentView, show_consent};
use crate::policy::rules::{Action, permit};
use crate::policy::visible::Visible;
use crate::store::Tx;

/// What is said once in a conversation, for all its recipients.
#[derive(Clone, Hash)]
pub struct Conversation {
    /// The ground.
    pub basis: ConsentBasis,
    /// Who gives it; by default whoever usually does on this ground.
    pub given_by: Option<ConsentGiver>,
    /// What the child says.
    pub assent: Assent,
    /// How it is given.
    pub modality: ConsentModality,
    /// The language in which it was explained.
    pub language: String,
    /// Who interpreted.
    pub interpreter: Interpreting,
    /// What was explained.
    pub explained: Vec<Explained>,
    /// Organisations that must not be told.
    pub restrictions: Vec<OrganizationId>,
    /// How the person may be reached.
    pub contact_rule: ContactRule,
    /// When it lapses; by default after 90 days, for children after 30, and after 7 where two people decide.
    pub expires_at: Option<Timestamp>,
}

impl Conversation {
    fn giving(&self) -> Giving {
        let given_by = self.given_by.or_else(|| self.basis.usual_giver());
        Giving { basis: self.basis, given_by, assent: self.assent, modality: self.modality }
    }
}

/// What is said of one recipient.
#[derive(Clone, Hash)]
pub struct NamedRecipient {
    /// The one organisation that may be told.
    pub recipient_id: OrganizationId,
    /// What may be told.
    pub field_scope: Vec<ConsentField>,
    /// What for.
    pub purpose: ConsentPurpose,
    /// The known consequences that were explained, one by one.
    pub consequences: Vec<KnownConsequence>,
    /// That its country protects data less was accepted.
    pub third_country_acknowledged: bool,
}

/// What recording a consent takes: a conversation of one.
#[derive(Clone, Hash)]
pub struct RecordConsent {
    /// The caller's own key of this call.
    pub idempotency_key: String,
    /// The case.
    pub case_id: CaseId,
    /// What was said.
    pub conversation: Conversation,
    /// Who may be told.
    pub recipient: NamedRecipient,
}

/// What recording a conversation takes.
#[derive(Clone, Hash)]
pub struct RecordConversation {
    /// The caller's own key of this call.
    pub idempotency_key: String,
    /// The case.
    pub case_id: CaseId,
    /// What was said of all.
    pub conversation: Conversation,
    /// Who may be told, in the order that the person wants.
    pub accepted: Vec<NamedRecipient>,
    /// Whom the person refused.
    pub refused: Vec<OrganizationId>,
}

/// Records a consent for one recipient.
pub async fn record(
    context: &Context,
    access: &Access,
    input: RecordConsent,
) -> Result<Visible<ConsentView>, ActionError> {
    let account = permit(access, Action::RecordConsent)?;
    let create = Create::new(account, &input.idempotency_key, "consent_record", &input)?;
    let now = context.now();
    let id: ConsentId = context.fresh_id();
    let recording = Recording { context, access, account, now };
    let id = create
        .once(context, id, async |tx| {
            let case = recording.case(tx, input.case_id).await?;
            let restrictions = input.conversation.restrictions.clone();
            let (said, conversation_id) = (&input.conversation, context.fresh_id());
            let heard = Heard { said, case: &case, conversation_id, restrictions };
            let consent = recording.consent(&heard, &input.recipient, id)?;
            recording.write(tx, &case, &[consent]).await
        })
        .await?;
    find(context, access, id).await
}

/// Records what a person said of up to three recipients: one consent for each whom the person accepted, and whom the
/// person refused must not be told by any of them.
pub async fn record_conversation(
    context: &Context,
    access: &Access,
    input: RecordConversation,
) -> Result<Vec<Visible<ConsentView>>, ActionError> {
    let account = permit(access, Action::RecordConsent)?;
    let create = Create::new(account, &input.idempotency_key, "consent_conversation_record", &input)?;
    let now = context.now();
    let id: ConversationId = context.fresh_id();
    let recording = Recording { context, access, account, now };
    let id = create
        .once(context, id, async |tx| {
            let case = recording.case(tx, input.case_id).await?;
            let answers = Answers { accepted: &input.accepted, refused: &input.refused };
            let (_, recorded) = recording.converse(tx, &case, (&input.conversation, id), answers).await?;
            Ok(recorded)
        })
        .await?;
    let consents = context.store.list_consents_of_conversation(&access.scope(), id).await?;
    Ok(consents.iter().filter_map(|consent| show_consent(access, consent)).collect())
}

/// The consent with this id.
pub async fn find(context: &Context, access: &Access, id: ConsentId) -> Result<Visible<ConsentView>, ActionError> {
    permit(access, Action::RecordConsent)?;
    let consent = context.store.find_consent(&access.scope(), id).await?;
    consent.and_then(|consent| show_consent(access, &consent)).ok_or_else(|| hidden(access, id))
}

/// What a person said of each recipient of a conversation.
#[derive(Clone, Copy)]
pub(super) struct Answers<'a> {
    /// Who may be told, in the order that the person wants.
    pub(super) accepted: &'a [NamedRecipient],
    /// Whom the person refused.
    pub(super) refused: &'a [OrganizationId],
}

/// What was said, of which case, and who must not be told.
struct Heard<'a> {
    said: &'a Conversation,
    case: &'a CaseReference,
    conversation_id: ConversationId,
    restrictions: Vec<OrganizationId>,
}

/// Who records, and when.
pub(super) struct Recording<'a> {
    pub(super) context: &'a Context,
    pub(super) access: &'a Access,
    pub(super) account: &'a Account,
    pub(super) now: Timestamp,
}

impl Recording<'_> {
    /// Records a conversation; gives its consents, in the order that the person wants, and the audit event of it.
    pub(super) async fn converse(
        &self,
        tx: &mut Tx,
        case: &CaseReference,
        (said, id): (&Conversation, ConversationId),
        answers: Answers<'_>,
    ) -> Result<(Vec<Consent>, AuditEvent), ActionError> {
        check_recipients(answers)?;
        let restrictions = [&said.restrictions[..], answers.refused].concat();
        let heard = Heard { said, case, conversation_id: id, restrictions };
        let mut consents = Vec::new();
        for (position, recipient) in (1..).zip(answers.accepted) {
            let consent = self.consent(&heard, recipient, self.context.fresh_id())?;
            consents.push(Consent { position, ..consent });
        }
        let recorded = self.write(tx, case, &consents).await?;
        Ok((consents, recorded))
    }

    async fn case(&self, tx: &mut Tx, id: CaseId) -> Result<CaseReference, ActionError> {
        tx.find_case(&self.access.scope(), id).await?.ok_or_else(|| hidden(self.access, id))
    }

    /// Refuses what cannot be a consent of this case for this recipient; gives until when it holds.
    fn check(&self, heard: &Heard<'_>, recipient: &NamedRecipient) -> Result<Timestamp, Refusal> {
        let said = heard.said;
        if said.basis.is_override() {
            return Err(Refusal::input("basis", InputProblem::BasisNeedsTwo));
        }
        check_giving(heard.case, &said.giving())?;
        if recipient.field_scope.is_empty() {
            return Err(Refusal::input("fieldScope", InputProblem::ConsentScopeEmpty));
        }
        if ALWAYS_EXPLAINED.iter().any(|item| !said.explained.contains(item)) {
            return Err(Refusal::input("explained", InputProblem::ExplanationMissing));
        }
        if heard.restrictions.contains(&recipient.recipient_id) {
            return Err(Refusal::input("restrictions", InputProblem::RecipientRestricted));
        }
        let longest = said.basis.longest_days();
        let usual = default_days(heard.case.is_guarded_as_child()).min(longest);
        let expires_at = said.expires_at.unwrap_or_else(|| self.now.plus_days(usual));
        if expires_at <= self.now || expires_at > self.now.plus_days(longest) {
            return Err(Refusal::input("expiresAt", InputProblem::ConsentExpiry));
        }
        Ok(expires_at)
    }

    /// The consent of a conversation for its first recipient.
    fn consent(&self, heard: &Heard<'_>, recipient: &NamedRecipient, id: ConsentId) -> Result<Consent, Refusal> {
        let expires_at = self.check(heard, recipient)?;
        let (said, case) = (heard.said, heard.case);
        Ok(Consent {
            id,
            version: 1,
            case_id: case.id,
            project_id: case.project_id,
            team_id: case.team_id,
            conversation_id: heard.conversation_id,
            position: 1,
            recipient_id: recipient.recipient_id,
            basis: said.basis,
            purpose: recipient.purpose,
            given_by: said.giving().given_by,
            assent: said.assent,
            field_scope: recipient.field_scope.clone(),
            modality: Some(said.modality),
            language: Some(language("language", &said.language)?),
            interpreter: said.interpreter,
            explained: said.explained.clone(),
            consequences: recipient.consequences.clone(),
            restrictions: heard.restrictions.clone(),
            third_country_acknowledged: recipient.third_country_acknowledged,
            contact_rule: said.contact_rule,
            obtained_at: self.now,
            obtained_by: self.account.id,
            confirmed_at: None,
            expires_at,
            withdrawn_at: None,
        })
    }

    /// Writes the consents of one conversation; gives the audit event of it.
    async fn write(&self, tx: &mut Tx, case: &CaseReference, consents: &[Consent]) -> Result<AuditEvent, ActionError> {
        let Self { context, access, account, now } = *self;
        // All consents of one conversation name the same organisations that must not be told.
        if let Some(first) = consents.first().filter(|consent| !consent.restrictions.is_empty()) {
            Box::pin(withdraw_from(context, tx, access, account, (case.id, &first.restrictions), now)).await?;
        }
        for id in consents.iter().flat_map(|consent| &consent.restrictions) {
            super::directory::organization(context, access, *id)?;
        }
        for consent in consents {
            let recipient = super::directory::organization(context, access, consent.recipient_id)?;
            // Nobody can agree to the police being told (P-10).
            if !recipient.may_receive_referrals() {
                return Err(Refusal::Recipient(RecipientProblem::NeverARecipient).into());
            }
            tx.insert_consent(consent).await?;
            if consent.waits_for_second_person() {
                ask_second_person(context, tx, consent, now).await?;
            } else {
                overrides::replace(context, tx, access, consent, now).await?;
            }
        }
        tx.touch_case(case.id, now).await?;
        let event = act(access, now, AuditAction::ConsentRecorded, case.id.to_string());
        Ok(AuditEvent { consent_id: consents.first().map(|consent| consent.id), ..event })
    }
}

/// One to three recipients, each once, and somebody of them accepted.
fn check_recipients(answers: Answers<'_>) -> Result<(), Refusal> {
    let accepted = answers.accepted.iter().map(|recipient| recipient.recipient_id);
    let mut asked: Vec<OrganizationId> = accepted.chain(answers.refused.iter().copied()).collect();
    let count = asked.len();
    asked.sort();
    asked.dedup();
    if !(1..=MOST_RECIPIENTS).contains(&count) || asked.len() < count {
        return Err(Refusal::input("recipients", InputProblem::RecipientsOfConversation));
    }
    if answers.accepted.is_empty() {
        return Err(Refusal::input("recipients", InputProblem::NobodyAccepted));
    }
    Ok(())
}
