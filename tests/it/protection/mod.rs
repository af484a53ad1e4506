//! The acts of protection, as the people of a project, its desk and its partners live them.

mod age;
mod freeze;
mod glass;
mod overrides;
mod reports;
mod reveal;
mod revocation;
mod rules;
mod withdrawal;

use crate::kit::steps::{Ready, service_id};
use crate::kit::world::{Answer, MINORITY_APPEAL, Person, World};
use relais::domain::id::{Identifier, ProjectId, TeamId};
use serde_json::{Value, json};

/// The world with the people whom protection needs: those who lead, who oversee, and who take over.
pub async fn protected(mut world: World) -> World {
    world.join(include_str!("world.json")).await;
    world
}

fn project(key: &str) -> String {
    ProjectId::derived("corridor", key).to_string()
}

fn team_of(key: &str) -> String {
    TeamId::derived("corridor", &format!("project {key}")).to_string()
}

/// Drafts for the lawyers, of one case and consent.
async fn ready(world: &World) -> Ready {
    world.ready_for_the_lawyers(&service_id(MINORITY_APPEAL), json!({})).await
}

/// What protection answers to an act that it refuses, or the code of the failure.
pub async fn problem(world: &World, person: &Person, act: &str, input: &Value) -> String {
    let answer = world.act(person, act, input).await;
    let code = answer.code();
    if code.is_empty() { answer.text_at(&format!("{act}/errors/0/problem")).to_owned() } else { code.to_owned() }
}

/// A referral as somebody sees it.
async fn seen(world: &World, handle: &str, referral: &str) -> Value {
    let question = "query($id: ID!) { referral(id: $id) { id version status stage alias need case { id } } }";
    world.ask(&world.person(handle), question, json!({ "id": referral })).await.at("referral").clone()
}

/// The kinds of the notices that somebody finds, in the order of the alphabet: several can be of one instant.
pub async fn notices(world: &World, handle: &str) -> Vec<String> {
    let answer = world.ask(&world.person(handle), "{ notices { kind } }", json!({})).await;
    kinds(&answer)
}

fn kinds(answer: &Answer) -> Vec<String> {
    let notices = answer.at("notices").as_array().expect("a list").iter();
    let mut kinds: Vec<String> = notices.map(|notice| notice["kind"].as_str().expect("a kind").to_owned()).collect();
    kinds.sort();
    kinds
}
