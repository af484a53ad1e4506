//! One person's way through the six months: a case, who is named, and one step after the other.

use super::course::{Step, Timed};
use super::draw::Draw;
use super::person::{self, Person};
use super::place::Place;
use super::staff::Staff;
use crate::actions::case::{self, OpenCase};
use crate::actions::consent::{self, Conversation, NamedRecipient, RecordConversation};
use crate::actions::demand::{self, RecordDemand};
use crate::actions::protection::withdrawal::{self, Closing};
use crate::actions::referral::{
    self, Answer, CreateReferral, RerouteReferral, SendDeclarations, Target, Told, TypedAnswer,
};
use crate::actions::search::{JudgeFit, SearchServices, search};
use crate::actions::{ActionError, Context};
use crate::domain::consent::{
    ConsentField, ConsentPurpose, ContactRule, Explained, Interpreting, country_of, leaves_protection,
};
use crate::domain::demand::DemandResult;
use crate::domain::directory::Service;
use crate::domain::disclosure::Offer;
use crate::domain::fit::Verdict;
use crate::domain::id::{CaseId, ConsentId, OrganizationId, ReferralId, ServiceId};
use crate::domain::lifecycle::Status;
use crate::domain::message::{AnswerWord, Question, QuestionTemplate};
use crate::domain::need::Need;
use crate::domain::referral::{Channel, Referral, ReferralKind, Urgency};
use crate::domain::refusal::Refusal;
use crate::domain::sensitive::Sensitive;
use crate::policy::access::Access;
use std::sync::Arc;

/// Most recipients that a person names at once.
const MOST_NAMED: usize = 3;

/// One person's way.
pub(super) struct Episode {
    pub(super) place: &'static Place,
    pub(super) need: Need,
    /// How urgent it is; where that is left open, as the need has it.
    pub(super) urgency: Option<Urgency>,
    /// The steps that are still to come.
    pub(super) steps: &'static [Timed],
    /// True where no chance may change it.
    pub(super) is_certain: bool,
    pub(super) stage: Stage,
}

/// How far an episode has come.
pub(super) enum Stage {
    /// The case is still to be opened.
    ToOpen,
    /// Somebody is asked.
    Asked(Asked),
    /// There was nobody to ask.
    Over,
}

/// Whom an episode asks now, and whom the person has named besides.
pub(super) struct Asked {
    pub(super) recipient_id: OrganizationId,
    referral_id: ReferralId,
    consent_id: ConsentId,
    named_next: Vec<Arc<Service>>,
}

/// With what an act is done.
struct Desk<'a> {
    context: &'a Context,
    access: Access,
    key: &'a str,
}

impl Desk<'_> {
    /// The key of a create, of which a step makes one of each kind at most.
    fn key_of(&self, made: &str) -> String {
        format!("{}-{made}", self.key)
    }
}

impl Episode {
    /// Opens the case, looks for who takes the person, and drafts what is asked of the first whom she names.
    pub(super) async fn open(
        &mut self,
        context: &Context,
        staff: &Staff,
        draw: &Draw,
        key: &str,
    ) -> Result<(), ActionError> {
        let desk = Desk { context, access: staff.team(context, self.place)?, key };
        let person = person::draw(draw, self.place, self.need);
        let urgency = *self.urgency.get_or_insert_with(|| person::urgency(draw, self.need));
        let number = format!("{}-{}-{}", &self.place.project[..3], context.clock.now().month(), draw.between(100, 999));
        let case = OpenCase {
            idempotency_key: desk.key_of("case"),
            profile: person.profile.clone(),
            age_basis: None,
            protection_flags: person.flags.clone(),
            file_number: draw.in_hundred(60).then(|| Sensitive::new(number)),
            team_id: None,
        };
        let case_id = case::open(context, &desk.access, case).await?.id;
        let mut services = self.takers(&desk, &person, None)?;
        if !self.is_certain && services.len() > 1 && draw.in_hundred(40) {
            services.swap(0, 1);
        }
        let Some(first) = services.first().cloned() else {
            self.stage = Stage::Over;
            return self.record_unmet(&desk, &person, case_id).await;
        };
        let consent_id = self.agree(&desk, &person, case_id, &services).await?;
        let draft = CreateReferral {
            idempotency_key: desk.key_of("referral"),
            case_id,
            service_id: first.id,
            location_id: None,
            kind: ReferralKind::Referral,
            follows: None,
            need: self.need,
            urgency,
            needed_by: None,
            consent_id,
        };
        let referral_id = referral::create(context, &desk.access, draft).await?.id;
        let named_next = services.split_off(1);
        self.stage = Stage::Asked(Asked { recipient_id: first.organization_id, referral_id, consent_id, named_next });
        Ok(())
    }

    /// Who takes the person, one service of each organisation, the own one last.
    fn takers(
        &self,
        desk: &Desk<'_>,
        person: &Person,
        verdicts: Option<Vec<Verdict>>,
    ) -> Result<Vec<Arc<Service>>, ActionError> {
        let fit = JudgeFit { need: Some(self.need), profile: person.profile.clone(), ..JudgeFit::default() };
        let asked = SearchServices {
            near: Some(self.place.near),
            within_meters: Some(self.place.reach_meters()),
            fit,
            verdicts,
            ..SearchServices::default()
        };
        let found = search(desk.context, &desk.access, &asked, 20, None)?.found;
        let mut services: Vec<Arc<Service>> = Vec::new();
        for found in found {
            let view = &found.judgement.service;
            let may_receive = view.organization.as_ref().is_some_and(|asked| asked.may_receive_referrals());
            let is_new = services.iter().all(|other| other.organization_id != view.service.organization_id);
            if may_receive && is_new {
                services.push(Arc::clone(&view.service));
            }
        }
        let own = desk.access.account().map(|account| account.organization_id);
        services.sort_by_key(|service| Some(service.organization_id) == own);
        services.truncate(MOST_NAMED);
        Ok(services)
    }

    /// A need that meets nothing is recorded, with why.
    async fn record_unmet(&self, desk: &Desk<'_>, person: &Person, case_id: CaseId) -> Result<(), ActionError> {
        let excluding = self.takers(desk, person, Some(vec![Verdict::No]))?;
        let result = if excluding.is_empty() { DemandResult::UnmetNoService } else { DemandResult::UnmetNotEligible };
        let input =
            RecordDemand { idempotency_key: desk.key_of("demand"), case_id, need: self.need, result, area: None };
        demand::record(desk.context, &desk.access, input).await.map(drop)
    }

    /// One conversation about everybody who could take her; gives the consent for the first.
    async fn agree(
        &self,
        desk: &Desk<'_>,
        person: &Person,
        case_id: CaseId,
        services: &[Arc<Service>],
    ) -> Result<ConsentId, ActionError> {
        let accepted = services.iter().map(|service| self.named(person, service)).collect::<Result<_, _>>()?;
        let ground = person.ground;
        let conversation = Conversation {
            basis: ground.basis,
            given_by: None,
            assent: ground.assent,
            modality: ground.modality,
            language: person.language.to_owned(),
            interpreter: Interpreting::None,
            explained: vec![
                Explained::Risks,
                Explained::Recipients,
                Explained::RightToRefuse,
                Explained::Withdrawal,
                Explained::Limits,
            ],
            restrictions: Vec::new(),
            contact_rule: ContactRule::ViaCaseworker,
            expires_at: None,
        };
        let (idempotency_key, refused) = (desk.key_of("consent"), Vec::new());
        let input = RecordConversation { idempotency_key, case_id, conversation, accepted, refused };
        let consents = consent::record_conversation(desk.context, &desk.access, input).await?;
        consents.first().map(|consent| consent.id).ok_or(ActionError::NotVisible)
    }

    /// What a recipient may be told: what its service has to know to decide, and what any would ask.
    fn named(&self, person: &Person, service: &Service) -> Result<NamedRecipient, Refusal> {
        let offer = Offer::of(&person.profile.clone().into_profile()?, &service.eligibility);
        let mut field_scope = offer.fields();
        if !person.flags.is_empty() {
            field_scope.push(ConsentField::ProtectionFlags);
        }
        Ok(NamedRecipient {
            recipient_id: service.organization_id,
            field_scope,
            purpose: ConsentPurpose::Referral,
            consequences: service.known_consequences.iter().copied().collect(),
            third_country_acknowledged: leaves_protection(self.place.country, country_of(service, None), self.need),
        })
    }

    /// Takes the next step.
    pub(super) async fn act(&mut self, context: &Context, staff: &Staff, key: &str) -> Result<(), ActionError> {
        let (Stage::Asked(asked), Some(((_, step), left))) = (&mut self.stage, self.steps.split_first()) else {
            return Ok(());
        };
        self.steps = left;
        let team = staff.team(context, self.place)?;
        let found = context.store.find_referral(&team.scope(), asked.referral_id).await?;
        let referral = found.ok_or(ActionError::NotVisible)?;
        let target = Target { id: referral.id, expected_version: referral.version };
        let recipient = || staff.answering(context, self.place, &referral);
        let answered = |answer| Told { answer, by_person: false };
        let answer = match *step {
            // Who was called because nothing could be sent asks on the phone, and nothing is answered then.
            Step::Ask if !referral.is_told_electronically() => return Ok(()),
            Step::AnswerQuestion if referral.status != Status::Clarifying => return Ok(()),
            Step::Acknowledge => Answer::Acknowledge,
            Step::Accept => Answer::Accept,
            Step::Waitlist(days) => Answer::Waitlist(days),
            Step::Decline(code) => Answer::Decline(code),
            Step::Start => Answer::Start(context.clock.now()),
            Step::Complete(outcome) => Answer::Complete(outcome),
            Step::NotRealise(outcome) => Answer::NotRealise(outcome),
            Step::Ask => {
                let question = Question::Template(QuestionTemplate::EscortNeeded);
                return referral::ask(context, &recipient()?, target, question).await.map(drop);
            }
            Step::Write => return write(context, &recipient()?, &team, &referral).await,
            step => return asked.act_for_team(&Desk { context, access: team, key }, step, target).await,
        };
        referral::answer(context, &recipient()?, target, answered(answer)).await.map(drop)
    }
}

impl Asked {
    /// What the team does.
    async fn act_for_team(&mut self, desk: &Desk<'_>, step: Step, target: Target) -> Result<(), ActionError> {
        let Desk { context, access, .. } = desk;
        match step {
            Step::Send(channel) => send(context, access, target, channel).await,
            Step::AnswerQuestion => {
                let typed = TypedAnswer::Word(AnswerWord::No);
                referral::answer_question(context, access, target, typed).await.map(drop)
            }
            Step::HandOver(mode) => referral::hand_over(context, access, target, mode).await.map(drop),
            Step::Reopen => referral::reopen(context, access, target).await.map(drop),
            Step::Cancel(reason) => withdrawal::close(context, access, target, Closing::Cancel(reason)).await.map(drop),
            Step::MarkError(reason) => {
                withdrawal::close(context, access, target, Closing::MarkError(reason)).await.map(drop)
            }
            Step::Withdraw => withdrawal::withdraw(context, access, self.consent_id).await.map(drop),
            Step::Reroute => self.reroute(desk, target).await,
            _ => Ok(()),
        }
    }

    /// Asks the next one whom the person has named; where she has named nobody, nobody is asked.
    async fn reroute(&mut self, desk: &Desk<'_>, target: Target) -> Result<(), ActionError> {
        let service_id: Option<ServiceId> = self.named_next.first().map(|service| service.id);
        let input = RerouteReferral {
            idempotency_key: desk.key_of("reroute"),
            target,
            service_id,
            consent_id: None,
            declared: declared(Channel::Electronic),
        };
        let sent = referral::reroute(desk.context, &desk.access, input.clone()).await;
        let rerouted = match sent {
            Err(ActionError::Refused(Refusal::Recipient(_))) => {
                let by_call = RerouteReferral { declared: declared(Channel::Call), ..input };
                referral::reroute(desk.context, &desk.access, by_call).await?
            }
            sent => sent?,
        };
        self.referral_id = rerouted.id;
        if !self.named_next.is_empty() {
            self.recipient_id = self.named_next.remove(0).organization_id;
        }
        Ok(())
    }
}

const fn declared(channel: Channel) -> SendDeclarations {
    SendDeclarations { channel, phone_called: true, capacity_confirmed: true }
}

/// Sends a draft. Who cannot receive in Relais is called instead.
async fn send(context: &Context, access: &Access, target: Target, channel: Channel) -> Result<(), ActionError> {
    match referral::send(context, access, target, declared(channel)).await {
        Err(ActionError::Refused(Refusal::Recipient(_))) if channel == Channel::Electronic => {
            referral::send(context, access, target, declared(Channel::Call)).await.map(drop)
        }
        sent => sent.map(drop),
    }
}

/// A line of each side about an appointment. Whom nobody wrote to in Relais nobody writes to now.
async fn write(context: &Context, recipient: &Access, team: &Access, referral: &Referral) -> Result<(), ActionError> {
    if !referral.is_told_electronically() {
        return Ok(());
    }
    let target = Target { id: referral.id, expected_version: referral.version };
    let asked = Sensitive::new("We can receive her this week, in the afternoon.".to_owned());
    referral::send_message(context, recipient, target, asked).await?;
    let target = Target { expected_version: referral.version + 1, ..target };
    let told = Sensitive::new("Thank you, we will accompany her.".to_owned());
    referral::send_message(context, team, target, told).await.map(drop)
}
