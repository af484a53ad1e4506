//! Referring a person who is there: the case, what was said, the draft and the sending in one act, so that a call that is
//! cut off has done all of it or nothing, and sent again does it once.

use super::draft::CreateReferral;
use super::send::SendDeclarations;
use super::{Sender, find};
use crate::actions::case::{self, OpenCase};
use crate::actions::consent::{Answers, Conversation, NamedRecipient, Recording};
use crate::actions::directory::kept_service;
use crate::actions::idempotency::Create;
use crate::actions::input::ProfileInput;
use crate::actions::{ActionError, Context, hidden};
use crate::domain::audit::AuditEvent;
use crate::domain::case::CaseReference;
use crate::domain::consent::{ConsentField, ConsentPurpose, RecipientAnswer};
use crate::domain::directory::KnownConsequence;
use crate::domain::id::{CaseId, Identifier as _, LocationId, OrganizationId, ReferralId, ServiceId, TeamId};
use crate::domain::need::Need;
use crate::domain::profile::{AgeBasis, ProtectionFlag};
use crate::domain::referral::{ReferralKind, Urgency};
use crate::domain::refusal::{InputProblem, Refusal};
use crate::domain::sensitive::Sensitive;
use crate::domain::time::Timestamp;
use crate::policy::access::Access;
use crate::policy::referral_view::ReferralView;
use crate::policy::rules::{Action, permit};
use crate::policy::visible::Visible;
use crate::store::Tx;

/// The name of the act among keys of calls.
const OPERATION: &str = "referral_make";

/// What referring somebody in one act takes.
#[derive(Clone, Hash)]
pub struct MakeReferral {
    /// The caller's own key of this call.
    pub idempotency_key: String,
    /// Who is referred.
    pub person: Referred,
    /// What was said of all recipients.
    pub conversation: Conversation,
    /// What was said of each, in the order that the person wants; the first that was accepted is asked.
    pub named: Vec<NamedService>,
    /// The need.
    pub need: Need,
    /// How urgent it is; a near deadline raises it.
    pub urgency: Urgency,
    /// When the service must have begun at the latest.
    pub needed_by: Option<Timestamp>,
    /// What the sender declares when sending.
    pub declared: SendDeclarations,
}

/// Who is referred.
#[derive(Clone, Hash)]
pub enum Referred {
    /// The person of a case that is open.
    Known(CaseId),
    /// Somebody for whom a case is opened.
    New(NewPerson),
}

/// What is known of somebody for whom a case is opened.
#[derive(Clone, Hash)]
pub struct NewPerson {
    /// The profile.
    pub profile: ProfileInput,
    /// On what the age rests.
    pub age_basis: Option<AgeBasis>,
    /// Protection concerns.
    pub protection_flags: Vec<ProtectionFlag>,
    /// The team's own file number.
    pub file_number: Option<Sensitive<String>>,
    /// The team that follows the case; needed of who is of several.
    pub team_id: Option<TeamId>,
}

/// A service that was named to the person, and what the person said of it.
#[derive(Clone, Hash)]
pub struct NamedService {
    /// The service.
    pub service_id: ServiceId,
    /// The place to be asked, where it matters.
    pub location_id: Option<LocationId>,
    /// What the person said.
    pub answer: RecipientAnswer,
    /// What may be told.
    pub field_scope: Vec<ConsentField>,
    /// The known consequences that were explained, one by one.
    pub consequences: Vec<KnownConsequence>,
    /// That its country protects data less was accepted.
    pub third_country_acknowledged: bool,
}

/// A referral that was made, now or by the same call before.
pub struct Made {
    /// The referral, as it stands now.
    pub referral: Visible<ReferralView>,
    /// True where the same call had made it before, so that nothing was done.
    pub was_made_before: bool,
}

/// Refers somebody: opens the case unless there is one, records what the person said, drafts the referral to the first
/// recipient whom the person accepted, and sends it, or leaves a draft where a second person has to confirm the consent.
/// Everything or nothing.
pub async fn make(context: &Context, access: &Access, input: MakeReferral) -> Result<Made, ActionError> {
    permit(access, Action::OpenCase)?;
    permit(access, Action::RecordConsent)?;
    let account = permit(access, Action::CreateReferral)?;
    let create = Create::new(account, &input.idempotency_key, OPERATION, &input)?;
    let sender = Sender { context, access, account, now: context.now() };
    let fresh: ReferralId = context.fresh_id();
    let id = create.once(context, fresh, async |tx| sender.make(tx, &input, fresh).await).await?;
    Ok(Made { referral: find(context, access, id).await?, was_made_before: id != fresh })
}

/// The referral that a call under this key of the viewer's has made; `None` where there was none.
pub async fn made_under(context: &Context, access: &Access, key: &str) -> Result<Option<ReferralId>, ActionError> {
    let account = permit(access, Action::CreateReferral)?;
    let id = context.store.find_object_of_key(account.id, key, OPERATION).await?;
    Ok(id.and_then(|id| ReferralId::parse(&id).ok()))
}

impl Sender<'_> {
    async fn make(&self, tx: &mut Tx, input: &MakeReferral, id: ReferralId) -> Result<AuditEvent, ActionError> {
        let Self { context, access, account, now } = *self;
        let case = self.case(tx, input).await?;
        let (accepted, refused) = self.answers(&input.named)?;
        let recording = Recording { context, access, account, now };
        let answers = Answers { accepted: &accepted, refused: &refused };
        let said = (&input.conversation, context.fresh_id());
        let (consents, recorded) = recording.converse(tx, &case, said, answers).await?;
        tx.append_audit(&[recorded]).await?;
        let is_asked = |named: &&NamedService| named.answer == RecipientAnswer::Accepted;
        let nobody = || Refusal::input("recipients", InputProblem::NobodyAccepted);
        let (asked, consent) = input.named.iter().find(is_asked).zip(consents.first()).ok_or_else(nobody)?;
        let create = CreateReferral {
            idempotency_key: input.idempotency_key.clone(),
            case_id: case.id,
            service_id: asked.service_id,
            location_id: asked.location_id,
            kind: ReferralKind::Referral,
            follows: None,
            need: input.need,
            urgency: input.urgency,
            needed_by: input.needed_by,
            consent_id: consent.id,
        };
        let draft = self.draft(tx, &create, id).await?;
        let created = self.insert(tx, &draft).await?;
        // What takes two people carries nothing until the other one has confirmed it: the draft waits for that.
        if !consent.waits_for_second_person() {
            self.send(tx, draft, input.declared).await?;
        }
        Ok(created)
    }

    async fn case(&self, tx: &mut Tx, input: &MakeReferral) -> Result<CaseReference, ActionError> {
        let Self { context, access, account, .. } = *self;
        let id = match &input.person {
            Referred::Known(id) => *id,
            Referred::New(person) => {
                let NewPerson { profile, age_basis, protection_flags, file_number, team_id } = person.clone();
                let idempotency_key = input.idempotency_key.clone();
                let open = OpenCase { idempotency_key, profile, age_basis, protection_flags, file_number, team_id };
                let id = context.fresh_id();
                let opened = case::open_within((context, access), tx, account, &open, id).await?;
                tx.append_audit(&[opened]).await?;
                id
            }
        };
        tx.find_case(&access.scope(), id).await?.ok_or_else(|| hidden(access, id))
    }

    /// Whom the person accepted and whom not, by the organisations of the services named.
    fn answers(&self, named: &[NamedService]) -> Result<(Vec<NamedRecipient>, Vec<OrganizationId>), ActionError> {
        let (mut accepted, mut refused) = (Vec::new(), Vec::new());
        for named in named {
            let service = kept_service(self.context, self.access, named.service_id)?;
            let recipient_id = service.service.organization_id;
            let known = service.service.known_consequences.iter().copied();
            let missing: Vec<_> = known.filter(|known| !named.consequences.contains(known)).collect();
            // Of whoever is asked later, too: by then the person is not there to be explained to.
            if named.answer == RecipientAnswer::Accepted && !missing.is_empty() {
                return Err(Refusal::Consequences { missing }.into());
            }
            match named.answer {
                RecipientAnswer::Refused => refused.push(recipient_id),
                RecipientAnswer::Accepted => accepted.push(NamedRecipient {
                    recipient_id,
                    field_scope: named.field_scope.clone(),
                    purpose: ConsentPurpose::Referral,
                    consequences: named.consequences.clone(),
                    third_country_acknowledged: named.third_country_acknowledged,
                }),
            }
        }
        Ok((accepted, refused))
    }
}
