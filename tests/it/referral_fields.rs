//! Which field of a referral comes with a value, for whom and when: one table that people review.

use crate::kit::schema::SCHEMA;
use crate::kit::steps::{Ready, Referred, merged, step_input};
use crate::kit::world::{Answer, World, on_both_databases};
use relais::domain::id::{Identifier, ServiceId};
use relais::domain::time::Timestamp;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// The columns: a title, the state that the API reaches, the state that is then put into the database
/// because no act reaches it yet, and after how many days the referral is read. The consents of the
/// columns lapse after 60 days, but for those whose title says so, after one.
const COLUMNS: [(&str, &str, Option<&str>, i64); 17] = [
    ("draft", "DRAFT", None, 0),
    ("requested", "REQUESTED", None, 0),
    ("acknowledged", "ACKNOWLEDGED", None, 0),
    ("accepted", "ACCEPTED", None, 0),
    ("accepted, consent lapsed", "ACCEPTED", None, 2),
    ("handed over", "ACCEPTED", Some("handed_over"), 0),
    ("in service", "IN_SERVICE", None, 0),
    ("in service, consent lapsed", "IN_SERVICE", None, 2),
    ("completed", "COMPLETED", None, 0),
    ("completed, consent lapsed", "COMPLETED", None, 2),
    ("completed 31 days ago", "COMPLETED", None, 31),
    ("not realised", "ACCEPTED", Some("not_realised"), 0),
    ("declined", "DECLINED", None, 0),
    ("expired", "REQUESTED", Some("expired"), 0),
    ("cancelled", "ACCEPTED", Some("cancelled"), 0),
    ("consent withdrawn", "ACCEPTED", Some("withdrawn"), 0),
    ("entered in error", "ACCEPTED", Some("entered_in_error"), 0),
];

const VIEWERS: [&str; 3] = ["caseworker", "coordinator", "lawyer"];

/// Fields that carry nothing of their own.
const LEADS: [&str; 1] = ["Referral.offer"];

async fn ready(world: &World, service: &str, days: i64) -> Ready {
    let expires_at = world.now().plus_days(days).to_string();
    let mut ready = world.ready_for_the_lawyers(service, json!({ "expiresAt": expires_at })).await;
    let place = world
        .app
        .context()
        .directory
        .snapshot()
        .service(ServiceId::parse(service).expect("an id"))
        .expect("the service")
        .places[0]
        .id;
    let over = json!({ "neededBy": world.now().plus_days(10).to_string(), "locationId": place.to_string() });
    ready.draft = merged(ready.draft, &over);
    ready
}

async fn read(world: &World, viewer: &str, referred: &Referred) -> Answer {
    let document = format!("query($id: ID!) {{ referral(id: $id) {} }}", SCHEMA.everything("Referral"));
    world.ask(&world.person(viewer), &document, json!({ "id": referred.id })).await
}

fn letter(referral: &Value, type_name: &str, field: &str) -> char {
    let holder = if type_name == "Offer" { &referral["offer"] } else { referral };
    match (referral, &holder[field]) {
        (Value::Null, _) => '.',
        (_, Value::Null) => '-',
        _ => 'v',
    }
}

fn print(answers: &[Vec<Value>]) -> String {
    let mut table =
        String::from("v: a value, -: null, .: no referral; for the sender, its coordinator, the recipient\n\n");
    for (number, (title, ..)) in COLUMNS.iter().enumerate() {
        writeln!(table, "{:2}  {title}", number + 1).expect("a string takes all");
    }
    let numbers: String = (1..=COLUMNS.len()).map(|number| format!("{number:<5}")).collect();
    writeln!(table, "\n{:28}{}", "", numbers.trim_end()).expect("a string takes all");
    for type_name in ["Referral", "Offer"] {
        for field in &SCHEMA.objects[type_name] {
            let name = format!("{type_name}.{}", field.name);
            if LEADS.contains(&name.as_str()) {
                continue;
            }
            let cells: String = answers
                .iter()
                .map(|column| {
                    column.iter().map(|referral| letter(referral, type_name, &field.name)).collect::<String>() + "  "
                })
                .collect();
            writeln!(table, "{name:28}{}", cells.trim_end()).expect("a string takes all");
        }
    }
    table
}

on_both_databases! {
    async fn each_field_of_a_referral_comes_to_whom_and_when_the_table_says(world: World) {
        let service = world.lawyers_curious_service().await.id.to_string();
        let (lasting, lapsing) = (ready(&world, &service, 60).await, ready(&world, &service, 1).await);
        let mut answers = Vec::new();
        for (title, status, put, days) in COLUMNS {
            let ready = if title.ends_with("consent lapsed") { &lapsing } else { &lasting };
            let referred = world.refer(ready, status).await;
            if let Some(put) = put {
                world.execute(&format!("UPDATE referrals SET status = '{put}' WHERE id = '{}'", referred.id)).await;
            }
            world.move_to_day(days);
            let mut column = Vec::new();
            for viewer in VIEWERS {
                column.push(read(&world, viewer, &referred).await.at("referral").clone());
            }
            answers.push(column);
            world.move_to_day(0);
        }
        insta::assert_snapshot!("each_field_of_a_referral_comes_to_whom_and_when_the_table_says", print(&answers));
    }
}

on_both_databases! {
    /// P-08: what a recipient may not read it may not find out by trying either.
    async fn a_recipient_cannot_find_the_minute_of_the_sending_by_the_starts_that_are_refused(world: World) {
        let service = world.lawyers_curious_service().await.id.to_string();
        let ready = ready(&world, &service, 60).await;
        let referred = world.refer(&ready, "ACCEPTED").await;
        let requested_at = read(&world, "lawyer", &referred).await.text_at("referral/requestedAt").to_owned();
        let hour = Timestamp::parse(&requested_at).expect("an instant");
        let just_before = Timestamp::from_microseconds(hour.microseconds() - 1);
        for (started_at, refusals) in [(just_before, 1), (hour, 0)] {
            let input = merged(step_input("referralStart", &referred), &json!({ "serviceStartedAt": started_at.to_string() }));
            let answer = world.act(&ready.recipient, "referralStart", &input).await;
            assert_eq!(answer.at("referralStart/errors").as_array().map(Vec::len), Some(refusals), "{started_at}");
        }
    }
}
