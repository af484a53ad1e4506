//! The steps of the loop as calls of the API, so that a test can begin in the middle of it.

use super::loop_calls::every_consequence;
pub use super::loop_calls::{fresh_key, organization as organization_id, service as service_id};
use super::schema::SCHEMA;
use super::world::{Answer, BEGINNING, LAWYERS, MINORITY_APPEAL, Person, World};
use relais::actions::directory::refresh;
use relais::clock::Clock;
use relais::domain::directory::{Document, Organization, Service, Specialisation};
use relais::domain::id::{Identifier, ServiceId};
use relais::domain::profile::{AdminStatus, Gender, Household, Situation};
use relais::domain::time::Timestamp;
use relais::store::{DirectoryChange, StoreError};
use serde_json::{Value, json};

/// The states that the API can bring a referral to, each with the step that leads there and the state
/// before.
const PATHS: [(&str, &str, &str); 11] = [
    ("REQUESTED", "DRAFT", "referralSend"),
    ("ACKNOWLEDGED", "REQUESTED", "referralAcknowledge"),
    ("CLARIFYING", "ACKNOWLEDGED", "referralAsk"),
    ("ACCEPTED", "ACKNOWLEDGED", "referralAccept"),
    ("WAITLISTED", "ACKNOWLEDGED", "referralWaitlist"),
    ("HANDED_OVER", "ACCEPTED", "referralHandOver"),
    ("NOT_REALISED", "ACCEPTED", "referralNotRealise"),
    ("IN_SERVICE", "ACCEPTED", "referralStart"),
    ("COMPLETED", "IN_SERVICE", "referralComplete"),
    ("DECLINED", "ACKNOWLEDGED", "referralDecline"),
    ("DRAFT", "", "referralCreate"),
];

/// Two objects as one: the second stands over the first.
pub fn merged(mut base: Value, over: &Value) -> Value {
    let (Some(base_fields), Some(over)) = (base.as_object_mut(), over.as_object()) else { return base };
    base_fields.extend(over.clone());
    base
}

/// The document of a mutation that asks for everything of its object.
pub fn mutation(name: &str) -> String {
    let type_name = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
    let payload = SCHEMA.everything(&format!("{type_name}Payload"));
    format!("mutation($input: {type_name}Input!) {{ {name}(input: $input) {payload} }}")
}

/// A case and a consent from which any number of referrals can be drafted.
pub struct Ready {
    pub sender: Person,
    pub recipient: Person,
    pub case: String,
    pub consent: String,
    /// What a draft takes, without its key.
    pub draft: Value,
}

/// A referral, and the version it has.
#[derive(Clone, Debug)]
pub struct Referred {
    pub id: String,
    pub version: i64,
}

impl World {
    /// The instant that the clock shows.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Sets the clock to this many days after the beginning.
    pub fn move_to_day(&self, days: i64) {
        self.clock.set(Timestamp::parse(BEGINNING).expect("an instant").plus_days(days));
    }

    /// Runs a mutation and asks for everything of its object.
    pub async fn act(&self, person: &Person, name: &str, input: &Value) -> Answer {
        self.ask(person, &mutation(name), json!({ "input": input })).await
    }

    /// Runs a mutation that has to succeed; gives its object.
    pub async fn done(&self, person: &Person, name: &str, input: &Value) -> Value {
        let answer = self.act(person, name, input).await;
        let payload = answer.at(name);
        assert_eq!(payload["errors"], json!([]), "{name} {input}: {}", answer.text());
        let payload = payload.as_object().expect("a payload");
        let object = payload.iter().find(|(field, _)| !matches!(field.as_str(), "errors" | "__typename"));
        object.expect("a payload has its object").1.clone()
    }

    /// Opens a case in the sender's project; gives everything of it.
    pub async fn opened_case(&self, sender: &Person, facts: Value) -> Value {
        self.done(sender, "caseOpen", &merged(json!({ "idempotencyKey": fresh_key() }), &facts)).await
    }

    /// Records a consent for one recipient, to everything unless `over` says otherwise; gives its id.
    pub async fn consented(&self, sender: &Person, case: &str, recipient: &str, over: &Value) -> String {
        let input = json!({
            "idempotencyKey": fresh_key(), "caseId": case, "recipientId": recipient, "basis": "SELF_INFORMED",
            "fieldScope": ["AGE_BAND", "GENDER", "HOUSEHOLD", "ADMIN_STATUS", "SITUATION", "LANGUAGES", "AREA",
                "PROTECTION_FLAGS", "AGE_BASIS"],
            "modality": "VERBAL", "language": "en",
            "explained": ["RISKS", "RECIPIENTS", "RIGHT_TO_REFUSE", "WITHDRAWAL"], "consequences": every_consequence(),
        });
        text(&self.done(sender, "consentRecord", &merged(input, over)).await["id"])
    }

    /// A fresh referral in this state, brought there by its sender and its recipient.
    pub async fn refer(&self, ready: &Ready, status: &str) -> Referred {
        let (_, before, step) = PATHS.iter().find(|(to, _, _)| *to == status).expect("a state that can be reached");
        if before.is_empty() {
            let input = merged(json!({ "idempotencyKey": fresh_key() }), &ready.draft);
            let draft = self.done(&ready.sender, step, &input).await;
            return Referred { id: text(&draft["id"]), version: 1 };
        }
        let referred = Box::pin(self.refer(ready, before)).await;
        let is_of_the_sender = matches!(*step, "referralSend" | "referralHandOver");
        let actor = if is_of_the_sender { &ready.sender } else { &ready.recipient };
        let changed = self.done(actor, step, &step_input(step, &referred)).await;
        assert_eq!(changed["status"], status);
        Referred { version: referred.version + 1, ..referred }
    }

    /// Puts an entry into the directory, as an import or an editor would.
    pub async fn publish(&self, service: &Service) {
        self.publish_document(&service.name, &Document::Service(service.clone())).await;
    }

    /// Puts any document into the directory, under a key of the source `test`.
    pub async fn publish_document(&self, source_key: &str, document: &Document) {
        let context = self.app.context();
        let change = DirectoryChange { source_key, document, is_gone: false };
        let now = self.now();
        let written = context.store.write(async |tx| tx.change_directory("test", &[change], now).await.map(drop)).await;
        written.map_err(|error: StoreError| error.to_string()).expect("a written entry");
        refresh(context).await.expect("a fresh directory");
    }

    /// Puts documents into the directory by one commit, under keys of their numbers.
    pub async fn publish_documents(&self, documents: &[Document]) {
        let context = self.app.context();
        let keys: Vec<String> = (0..documents.len()).map(|number| format!("of many {number}")).collect();
        let change = |(document, source_key)| DirectoryChange { source_key, document, is_gone: false };
        let changes: Vec<_> = documents.iter().zip(keys.iter().map(String::as_str)).map(change).collect();
        let now = self.now();
        let written = context.store.write(async |tx| tx.change_directory("test", &changes, now).await.map(drop)).await;
        written.map_err(|error: StoreError| error.to_string()).expect("written entries");
        refresh(context).await.expect("a fresh directory");
    }

    /// Puts an organisation into the directory, as an import would.
    pub async fn publish_organization(&self, organization: &Organization) {
        let context = self.app.context();
        let document = Document::Organization(organization.clone());
        let change = DirectoryChange { source_key: &organization.name, document: &document, is_gone: false };
        let now = self.now();
        let written = context.store.write(async |tx| tx.change_directory("test", &[change], now).await.map(drop)).await;
        written.map_err(|error: StoreError| error.to_string()).expect("a written entry");
        refresh(context).await.expect("a fresh directory");
    }

    /// A copy of a seed's service, under another id and name, for a test to change and publish.
    pub fn like(&self, key: &str, name: &str) -> Service {
        let model = self.app.context().directory.snapshot().service(ServiceId::derived("corridor", key));
        let model = model.expect("a service of the seeds");
        Service { id: ServiceId::derived("test", name), name: name.to_owned(), ..(*model).clone() }
    }

    /// A service of the lawyers that restricts its intake by everything there is and knows of torture,
    /// so that a referral to it has a value in every field of the offer.
    pub async fn lawyers_curious_service(&self) -> Service {
        let mut service = self.like(MINORITY_APPEAL, "Recours de minorité, atelier des curieux");
        service.eligibility.genders = [Gender::Woman].into();
        service.eligibility.households = [Household::UnaccompaniedChild].into();
        service.eligibility.admin_statuses = [AdminStatus::MinorInAppeal].into();
        service.eligibility.situations = [Situation::Squat].into();
        service.specialisations = [Specialisation::Torture].into();
        self.publish(&service).await;
        service
    }

    /// A case of the caseworker, and a consent for the lawyers.
    pub async fn ready_for_the_lawyers(&self, service: &str, consent: Value) -> Ready {
        let (sender, recipient) = (self.person("caseworker"), self.person("lawyer"));
        let case = self.opened_case(&sender, girl_of_sixteen()).await;
        let case = text(&case["id"]);
        let over = merged(json!({ "basis": "CHILD_CONSENT_MATURE" }), &consent);
        let consent = self.consented(&sender, &case, &organization_id(LAWYERS), &over).await;
        let draft =
            json!({ "caseId": case, "serviceId": service, "need": "LEGAL_MINORITY_APPEAL", "consentId": consent });
        Ready { sender, recipient, case, consent, draft }
    }
}

/// What a step takes of a referral.
pub fn step_input(step: &str, referred: &Referred) -> Value {
    let extra = match step {
        "referralSend" => json!({ "capacityConfirmed": true }),
        "referralReroute" => json!({ "idempotencyKey": fresh_key(), "capacityConfirmed": true }),
        "referralDecline" => json!({ "code": "FULL" }),
        "referralWaitlist" => json!({ "expectedWaitDays": 70 }),
        "referralHandOver" => json!({ "mode": "PHONE" }),
        "referralSlipPresent" => json!({ "code": "2345 6789" }),
        "referralNotRealise" => json!({ "outcome": "NOT_RECEIVED_NO_SHOW" }),
        "referralComplete" => json!({ "outcome": "SERVICE_RECEIVED" }),
        "referralAsk" => json!({ "question": { "template": "COMES_ALONE" } }),
        "referralAnswerQuestion" => json!({ "answer": { "word": "YES" } }),
        "referralMessageSend" => json!({ "text": "Tuesday suits us." }),
        "referralCancel" => json!({ "reason": "NOT_SAFE" }),
        "referralMarkError" => json!({ "reason": "TRIAL" }),
        _ => json!({}),
    };
    merged(json!({ "referralId": referred.id, "expectedVersion": referred.version }), &extra)
}

/// A case with a value in every field.
pub fn girl_of_sixteen() -> Value {
    json!({
        "fileNumber": "PAN-2026/118", "protectionFlags": ["TORTURE", "THREAT"], "ageBasis": "CONTESTED",
        "person": { "ageBand": "AGE_15_17", "gender": "WOMAN", "household": "UNACCOMPANIED_CHILD",
            "adminStatus": "MINOR_IN_APPEAL", "situation": "SQUAT", "languages": ["bm", "fr"], "area": "FR-93055" },
    })
}

/// The text of a value that has to be one.
#[track_caller]
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}
