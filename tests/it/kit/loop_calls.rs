//! The calls of the referral loop as words of a sentence: open a case, record a consent, draft, send,
//! answer. Each says by its defaults what the story says; a test gives only what it is about.

use super::world::{Answer, LAWYERS, MINORITY_APPEAL, World, graphql_request};
use axum::body::Body;
use axum::http::Request;
use relais::clock::Clock;
use relais::domain::code::CodeList as _;
use relais::domain::directory::KnownConsequence;
use relais::domain::id::{Identifier, LocationId, OrganizationId, ServiceId};
use relais::domain::time::Timestamp;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicU32, Ordering};

/// What a referral is asked for after every act on it.
const REFERRAL: &str = "id version status stage urgency neededBy deadlineBand alias callPhrase protectionFlags contactRule \
    senderMailbox consentValidUntil consentScope declineCode outcomeCode serviceStartedAt handoverMode expectedWaitDays case { id } consent { id } \
    offer { ageBand gender household adminStatus situation languages area } \
    proof { delivered { at attestedBy } acknowledged { at attestedBy } decided { at attestedBy } received { at attestedBy } } \
    timeline { event party attestedBy code at organization { name } }";
const SLIP: &str = "code expiresAt";
const INCIDENT: &str = "id referralId openedAt closedAt resolution";
const CASE: &str = "id version spokenCode fileNumber ageBand languages area";
const CONSENT: &str = "id version expiresAt fieldScope";
const DEMAND: &str = "id month area need result";

const INPUT: &str = "... on InputError { inputProblem: problem }";
const CONFLICT: &str = "... on ConflictError { currentVersion }";
const TRANSITION: &str = "... on InvalidTransitionError { status event }";
const CONSENT_MISSING: &str =
    "... on ConsentMissingError { consentProblem: problem missingFields missingConsequences }";
const PROTECTION: &str = "... on ProtectionError { protectionProblem: problem }";
const TEXT: &str = "... on TextRefusedError { findings asked suggestion }";
const RECIPIENT: &str = "... on RecipientUnavailableError { recipientProblem: problem }";

/// A mutation: its name, what comes back and how, and the errors that it names beside the key's.
struct Mutation(&'static str, &'static str, &'static str, &'static [&'static str]);

const MUTATIONS: [Mutation; 29] = [
    Mutation("caseOpen", "case", CASE, &[INPUT, PROTECTION]),
    Mutation("consentRecord", "consent", CONSENT, &[INPUT, RECIPIENT, PROTECTION]),
    Mutation("consentConfirm", "consent", CONSENT, &[PROTECTION]),
    Mutation("consentWithdraw", "consent", CONSENT, &[PROTECTION]),
    Mutation(
        "referralReroute",
        "referral",
        REFERRAL,
        &[INPUT, CONFLICT, TRANSITION, CONSENT_MISSING, RECIPIENT, PROTECTION],
    ),
    Mutation("referralMake", "referral", REFERRAL, &[INPUT, TRANSITION, CONSENT_MISSING, RECIPIENT, PROTECTION]),
    Mutation("demandRecord", "demand", DEMAND, &[INPUT, PROTECTION]),
    Mutation("demandCount", "demand", DEMAND, &[INPUT, PROTECTION]),
    Mutation("referralCreate", "referral", REFERRAL, &[INPUT, CONSENT_MISSING, RECIPIENT, PROTECTION]),
    Mutation(
        "referralSend",
        "referral",
        REFERRAL,
        &[INPUT, CONFLICT, TRANSITION, CONSENT_MISSING, RECIPIENT, PROTECTION],
    ),
    Mutation("referralAcknowledge", "referral", REFERRAL, &[INPUT, CONFLICT, TRANSITION, PROTECTION]),
    Mutation("referralAccept", "referral", REFERRAL, &[INPUT, CONFLICT, TRANSITION, PROTECTION]),
    Mutation("referralDecline", "referral", REFERRAL, &[INPUT, CONFLICT, TRANSITION, PROTECTION]),
    Mutation("referralStart", "referral", REFERRAL, &[INPUT, CONFLICT, TRANSITION, PROTECTION]),
    Mutation("referralAsk", "referral", REFERRAL, &[INPUT, CONFLICT, TRANSITION, TEXT, PROTECTION]),
    Mutation("referralAnswerQuestion", "referral", REFERRAL, &[INPUT, CONFLICT, TRANSITION, PROTECTION]),
    Mutation("referralMessageSend", "referral", REFERRAL, &[INPUT, CONFLICT, PROTECTION]),
    Mutation("referralMessagesRead", "referral", REFERRAL, &[CONFLICT, PROTECTION]),
    Mutation("referralComplete", "referral", REFERRAL, &[INPUT, CONFLICT, TRANSITION, PROTECTION]),
    Mutation("referralWaitlist", "referral", REFERRAL, &[INPUT, CONFLICT, TRANSITION, PROTECTION]),
    Mutation("referralNotRealise", "referral", REFERRAL, &[INPUT, CONFLICT, TRANSITION, PROTECTION]),
    Mutation("referralHandOver", "referral", REFERRAL, &[INPUT, CONFLICT, TRANSITION, PROTECTION]),
    Mutation("referralSlipCreate", "slip", SLIP, &[INPUT, CONFLICT, TRANSITION, CONSENT_MISSING, PROTECTION]),
    Mutation("referralAnswerCodeCreate", "answerCode", SLIP, &[INPUT, CONFLICT, CONSENT_MISSING, PROTECTION]),
    Mutation("referralSlipPresent", "referral", REFERRAL, &[INPUT, CONFLICT, TRANSITION, PROTECTION]),
    Mutation("referralReopen", "referral", REFERRAL, &[CONFLICT, TRANSITION, CONSENT_MISSING, PROTECTION]),
    Mutation("referralCancel", "referral", REFERRAL, &[CONFLICT, TRANSITION]),
    Mutation("referralMarkError", "referral", REFERRAL, &[CONFLICT, TRANSITION]),
    Mutation("incidentClose", "incident", INCIDENT, &[PROTECTION]),
];

/// What a mutation came to.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub answer: Answer,
    mutation: &'static str,
    object: &'static str,
}

impl Outcome {
    /// The object after the act; panics when it did not happen.
    #[track_caller]
    pub fn done(&self) -> &Value {
        let value = self.answer.json.pointer(&format!("/data/{}/{}", self.mutation, self.object));
        value.filter(|value| value.is_object()).unwrap_or_else(|| panic!("not done: {}", self.answer.text()))
    }

    pub fn is_done(&self) -> bool {
        let value = self.answer.json.pointer(&format!("/data/{}/{}", self.mutation, self.object));
        value.is_some_and(Value::is_object)
    }

    #[track_caller]
    pub fn id(&self) -> String {
        self.done()["id"].as_str().expect("an id").to_owned()
    }

    /// The referral as it stands after the act.
    #[track_caller]
    pub fn referral(&self) -> Referral {
        Referral { id: self.id(), version: self.done()["version"].as_i64().expect("a version") }
    }

    /// The one refusal, in words: its kind, what a program reads of it, and the input field concerned.
    /// A top-level error is its code. Panics when the act happened.
    #[track_caller]
    pub fn refusal(&self) -> String {
        if !self.answer.code().is_empty() {
            return self.answer.code().to_owned();
        }
        let payload = &self.answer.json["data"][self.mutation];
        let errors = payload["errors"].as_array().unwrap_or_else(|| panic!("no errors in {}", self.answer.text()));
        assert!(errors.len() == 1 && payload[self.object].is_null(), "not refused: {}", self.answer.text());
        assert!(errors[0]["message"].as_str().is_some_and(|message| message.len() > 10), "{}", self.answer.text());
        let mut words = Vec::new();
        let names = [
            "__typename",
            "inputProblem",
            "consentProblem",
            "recipientProblem",
            "protectionProblem",
            "currentVersion",
            "event",
        ];
        for name in names {
            words.extend(word(&errors[0][name]));
        }
        for list in ["missingFields", "missingConsequences", "findings", "asked"] {
            words.extend(errors[0][list].as_array().into_iter().flatten().filter_map(word));
        }
        words.extend(word(&errors[0]["suggestion"]));
        words.extend(word(&errors[0]["status"]).map(|status| format!("in {status}")));
        words.extend(errors[0]["path"].as_array().and_then(|path| path.last()).and_then(word));
        words.join(" ")
    }
}

fn word(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// A referral, and the version on which the next act is decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Referral {
    pub id: String,
    pub version: i64,
}

impl Referral {
    /// What an act on it takes, by the version at hand.
    pub fn input(&self, more: Value) -> Value {
        with(json!({ "referralId": self.id, "expectedVersion": self.version }), more)
    }
}

/// The id of an organisation of the seeds.
pub fn organization(key: &str) -> String {
    OrganizationId::derived("corridor", key).to_string()
}

/// The id of a service of the seeds.
pub fn service(key: &str) -> String {
    ServiceId::derived("corridor", key).to_string()
}

/// The id of a place of the seeds.
pub fn place(key: &str) -> String {
    LocationId::derived("corridor", key).to_string()
}

/// An idempotency key that nobody has used.
pub fn fresh_key() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("test-key-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// One JSON object, with the fields of another over it.
pub fn with(mut object: Value, fields: Value) -> Value {
    let Value::Object(fields) = fields else { panic!("fields are an object: {fields}") };
    object.as_object_mut().expect("an object").extend(fields);
    object
}

/// The girl of the story: 16, in Pantin, appealing for recognition as a minor.
pub fn girl() -> Value {
    json!({ "ageBand": "AGE_15_17", "gender": "WOMAN", "household": "UNACCOMPANIED_CHILD",
        "adminStatus": "MINOR_IN_APPEAL", "languages": ["bm", "fr"], "area": "FR-93055" })
}

/// The girl, and the lawyers who take such appeals.
pub fn to_the_lawyers() -> Target {
    Target {
        who: "caseworker",
        person: girl(),
        organization: LAWYERS,
        service: MINORITY_APPEAL,
        need: "LEGAL_MINORITY_APPEAL",
    }
}

/// Everything that a consent can allow of her.
pub fn every_field() -> Value {
    json!(["AGE_BAND", "GENDER", "HOUSEHOLD", "ADMIN_STATUS", "SITUATION", "LANGUAGES", "AREA", "PROTECTION_FLAGS"])
}

/// Every known consequence, as explained one by one.
pub fn every_consequence() -> Value {
    Value::Array(KnownConsequence::ALL.iter().map(|known| Value::from(known.symbol())).collect())
}

/// A request to run one mutation.
pub fn request(world: &World, person: &str, name: &str, input: &Value) -> Request<Body> {
    let Mutation(name, object, selection, members) = mutation(name);
    let input_type = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    let query = format!(
        "mutation($input: {input_type}!) {{ {name}(input: $input) {{ {object} {{ {selection} }} \
         errors {{ __typename ... on UserError {{ message path }} {} }} }} }}",
        members.join(" ")
    );
    graphql_request(&world.person(person), "en", &query, json!({ "input": input }))
}

/// Reads the answer to a mutation.
pub fn outcome(name: &str, answer: Answer) -> Outcome {
    let Mutation(mutation, object, ..) = mutation(name);
    Outcome { answer, mutation, object }
}

fn mutation(name: &str) -> &'static Mutation {
    MUTATIONS.iter().find(|mutation| mutation.0 == name).unwrap_or_else(|| panic!("no mutation {name}"))
}

impl World {
    /// The instant this many hours from now, as it is written.
    pub fn in_hours(&self, hours: i64) -> String {
        self.clock.now().plus_hours(hours).to_string()
    }

    /// Lets hours pass.
    pub fn pass_hours(&self, hours: i64) {
        self.clock.set(self.clock.now().plus_hours(hours));
    }

    /// Sets the clock.
    pub fn set_clock(&self, text: &str) {
        self.clock.set(Timestamp::parse(text).expect("an instant"));
    }

    /// Runs one mutation that is to be refused; gives the refusal in words, and panics when anything but
    /// the record of the attempt was written.
    pub async fn refused(&self, person: &str, name: &str, input: Value) -> String {
        let before = self.tables().await;
        let refusal = self.run(person, name, input).await.refusal();
        assert_eq!(self.tables().await, before, "{name} was refused with {refusal}, and wrote");
        refusal
    }

    /// Runs one mutation with this input.
    pub async fn run(&self, person: &str, name: &str, input: Value) -> Outcome {
        outcome(name, self.send(request(self, person, name, &input)).await)
    }

    /// Opens a case for a person; `more` is what else the input says.
    pub async fn open_case(&self, who: &str, person: Value, more: Value) -> Outcome {
        self.run(who, "caseOpen", with(json!({ "idempotencyKey": fresh_key(), "person": person }), more)).await
    }

    /// Records that the girl agrees to everything being told to the lawyers, unless `more` says otherwise.
    pub async fn record_consent(&self, who: &str, case: &str, recipient: &str, more: Value) -> Outcome {
        let input = json!({
            "idempotencyKey": fresh_key(), "caseId": case, "recipientId": organization(recipient),
            "basis": "CHILD_CONSENT_MATURE", "fieldScope": every_field(), "modality": "INTERPRETER", "language": "bm",
            "explained": ["RISKS", "RECIPIENTS", "RIGHT_TO_REFUSE", "WITHDRAWAL"],
        });
        self.run(who, "consentRecord", with(input, more)).await
    }

    /// Drafts a referral of a case to a service under a consent.
    pub async fn draft(&self, who: &str, case: &str, consent: &str, more: Value) -> Outcome {
        let input = json!({ "idempotencyKey": fresh_key(), "caseId": case, "consentId": consent });
        self.run(who, "referralCreate", with(input, more)).await
    }

    /// Sends a draft.
    pub async fn send_referral(&self, who: &str, referral: &Referral, more: Value) -> Outcome {
        self.change(who, "referralSend", referral, more).await
    }

    /// Acts on a referral by the version at hand.
    pub async fn change(&self, who: &str, name: &str, referral: &Referral, more: Value) -> Outcome {
        self.run(who, name, referral.input(more)).await
    }

    /// Records a need that met nothing.
    pub async fn record_demand(&self, who: &str, case: &str, need: &str, result: &str, more: Value) -> Outcome {
        let input = json!({ "idempotencyKey": fresh_key(), "caseId": case, "need": need, "result": result });
        self.run(who, "demandRecord", with(input, more)).await
    }

    /// A draft of the caseworker: a fresh case of `person`, a consent for the service's organisation with
    /// `consent` over its defaults, and the referral with `more` over its own.
    pub async fn drafted(&self, target: &Target, consent: Value, more: Value) -> Referral {
        let case = self.open_case(target.who, target.person.clone(), json!({})).await.id();
        let consent = self.record_consent(target.who, &case, target.organization, consent).await.id();
        let input = with(json!({ "serviceId": service(target.service), "need": target.need }), more);
        self.draft(target.who, &case, &consent, input).await.referral()
    }

    /// A referral of the caseworker to this target, sent and not yet answered.
    pub async fn sent(&self, target: &Target) -> Referral {
        let draft = self.drafted(target, json!({}), json!({})).await;
        self.send_referral(target.who, &draft, confirmed()).await.referral()
    }

    /// A referral as somebody sees it; null when it is nothing to them.
    pub async fn read(&self, who: &str, referral: &Referral) -> Value {
        let query = format!("query($id: ID!) {{ referral(id: $id) {{ {REFERRAL} }} }}");
        let answer = self.ask(&self.person(who), &query, json!({ "id": referral.id })).await;
        answer.at("referral").clone()
    }
}

/// What a sender confirms whose capacity is in doubt.
pub fn confirmed() -> Value {
    json!({ "capacityConfirmed": true })
}

/// Who refers whom to what.
#[derive(Clone, Debug)]
pub struct Target {
    pub who: &'static str,
    pub person: Value,
    pub organization: &'static str,
    pub service: &'static str,
    pub need: &'static str,
}
