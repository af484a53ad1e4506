//! The places of the scenarios with their people, and steps that read like their text.

use crate::kit::loop_calls::{Outcome, Referral, every_field, with};
use crate::kit::schema::SCHEMA;
use crate::kit::world::World;
use relais::domain::time::Timestamp;
use serde_json::{Value, json};

/// Calais: a project on the coast, with a second team and with those who lead.
pub async fn calais(mut world: World) -> World {
    world.import("corridor", include_str!("../../../seeds/calais.json")).await;
    world.join(include_str!("people/calais.json")).await;
    world
}

/// Marseille: a project of the dispensary, and who answers for a consultation of psychiatry.
pub async fn marseille(mut world: World) -> World {
    world.import("corridor", include_str!("../../../seeds/marseille.json")).await;
    world.join(include_str!("people/marseille.json")).await;
    world
}

/// Libya: a project at severe risk, its partners on the coast, and who receives in Sicily.
pub async fn libya(mut world: World) -> World {
    for seed in [
        include_str!("../../../seeds/tripoli.json"),
        include_str!("../../../seeds/zuwara.json"),
        include_str!("../../../seeds/sicily.json"),
    ] {
        world.import("corridor", seed).await;
    }
    world.join(include_str!("people/libya.json")).await;
    world
}

/// Mauritania: a project at severe risk, and its sister mission at the coast.
pub async fn mauritania(mut world: World) -> World {
    world.import("corridor", include_str!("../../../seeds/nouakchott.json")).await;
    world.join(include_str!("people/mauritania.json")).await;
    world
}

/// Who asks whom for what, for a case.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// Who sends.
    pub who: &'a str,
    /// The case.
    pub case: &'a str,
    /// Key of the recipient in the seeds.
    pub recipient: &'a str,
    /// Id of the service.
    pub service: &'a str,
    /// The need.
    pub need: &'a str,
}

impl Request<'_> {
    /// The person agrees, as `said` has it, to this recipient being told; gives the consent.
    pub async fn agreed(&self, world: &World, said: Value) -> String {
        world.record_consent(self.who, self.case, self.recipient, said).await.id()
    }

    /// Drafts it on a consent.
    pub async fn drafted(&self, world: &World, consent: &str, more: Value) -> Outcome {
        let input = json!({ "serviceId": self.service, "need": self.need });
        world.draft(self.who, self.case, consent, with(input, more)).await
    }

    /// Drafts it on a consent and sends it, having called and asked whether there is room.
    pub async fn sent(&self, world: &World, consent: &str, more: Value) -> Referral {
        let draft = self.drafted(world, consent, more).await.referral();
        world.send_referral(self.who, &draft, called()).await.referral()
    }

    /// The refusal to send it on a consent.
    pub async fn refused(&self, world: &World, consent: &str, more: Value) -> String {
        let draft = self.drafted(world, consent, more).await.referral();
        world.refused(self.who, "referralSend", draft.input(called())).await
    }
}

/// What a sender declares who has called, and been told that there is room.
pub fn called() -> Value {
    json!({ "phoneCalled": true, "capacityConfirmed": true })
}

/// An adult who agrees for herself to everything being told, and to whom `consequences` were explained.
pub fn of_herself(consequences: &[&str]) -> Value {
    json!({ "basis": "SELF_INFORMED", "consequences": consequences })
}

/// Everything that a consent can allow, on what the age rests included.
pub fn every_field_and_the_basis_of_the_age() -> Value {
    let mut fields = every_field();
    fields.as_array_mut().expect("a list").push(json!("AGE_BASIS"));
    fields
}

/// Everything that somebody is told of a referral.
pub async fn all_told(world: &World, who: &str, referral: &Referral) -> Value {
    let query = format!("query($id: ID!) {{ referral(id: $id) {} }}", SCHEMA.everything("Referral"));
    world.ask(&world.person(who), &query, json!({ "id": referral.id })).await.at("referral").clone()
}

/// The referral as somebody finds it now, with its version.
pub async fn found(world: &World, who: &str, referral: &Referral) -> Referral {
    let version = world.read(who, referral).await["version"].as_i64().expect("a version");
    Referral { version, ..referral.clone() }
}

/// When something happened, by the timeline as its sender reads it.
pub fn time_of(referral: &Value, event: &str) -> Timestamp {
    let timeline = referral["timeline"].as_array().expect("a timeline");
    let entry = timeline.iter().find(|entry| entry["event"] == event).unwrap_or_else(|| panic!("no {event}"));
    instant(&entry["at"])
}

/// The instant that a value tells.
pub fn instant(value: &Value) -> Timestamp {
    Timestamp::parse(value.as_str().expect("an instant")).expect("an instant")
}

/// What the table of gaps tells a coordinator of this November.
pub async fn gaps(world: &World, coordinator: &str) -> Value {
    let query = "{ serviceGaps(firstMonth: \"2026-11\", lastMonth: \"2026-11\") { \
        cells { area need persons results { result persons } } outreach { area need people } } }";
    world.ask(&world.person(coordinator), query, json!({})).await.at("serviceGaps").clone()
}

/// The rows of the demand ledger.
pub async fn demands(world: &World) -> Vec<Value> {
    world.rows("demands").await.iter().map(|row| serde_json::from_str(row).expect("JSON")).collect()
}

/// Whether a service takes somebody with a need, and why not.
pub async fn check(world: &World, who: &str, service: &str, filter: Value) -> Value {
    let query = "query($id: ID!, $filter: FitInput) { service(id: $id) { check(filter: $filter) { \
        verdict reasons { dimension finding proposedNeed } } } }";
    let variables = json!({ "id": service, "filter": filter });
    world.ask(&world.person(who), query, variables).await.at("service/check").clone()
}
