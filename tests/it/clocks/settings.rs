//! The clocks and the calendar of a project, as its command file says them.

use super::{ready, seen, sent};
use crate::kit::world::{World, on_both_databases};
use relais::actions::commands::{self, Tokens};
use relais::clock::Clock as _;
use serde_json::{Value, json};

/// The command file of the world, with this over its first project.
pub fn file_with(over: Value) -> String {
    let mut file: Value = serde_json::from_str(include_str!("../kit/world.json")).expect("the world is JSON");
    file["projects"][0].as_object_mut().expect("a project").extend(over.as_object().expect("an object").clone());
    file.to_string()
}

fn clocks() -> Value {
    serde_json::from_str(&relais::domain::clocks::Clocks::default().to_json()).expect("a table")
}

async fn refused(world: &World, over: Value) -> String {
    let before = world.tables().await;
    let read = commands::read(&file_with(over));
    let told = match read {
        Err(error) => error.to_string(),
        Ok(file) => {
            let applied = commands::apply(world.app.context(), &file, Tokens::OfNewAccounts).await;
            applied.err().expect("a refusal").to_string()
        }
    };
    assert_eq!(world.tables().await, before);
    told
}

on_both_databases! {
    async fn a_libyan_weekend_is_another_one_than_a_french_one(world: World) {
        let ready = ready(&world).await;
        world.clock.set(relais::domain::time::Timestamp::parse("2026-11-25T10:00:00Z").expect("an instant"));
        let how = json!({ "capacityConfirmed": true });
        let french = sent(&world, &ready, json!({}), how.clone()).await;
        let calendar = json!({ "time_zone": "Africa/Tripoli", "weekend": ["FR", "SA"], "holidays": [], "keeps_public_holidays": false });
        world.apply(&file_with(json!({ "calendar": calendar }))).await;
        let libyan = sent(&world, &ready, json!({}), how.clone()).await;
        let by = async |id: &str| seen(&world, "caseworker", id).await["acknowledgeBy"].clone();
        assert_eq!(by(&french.id).await, "2026-11-27T10:00:00Z");
        assert_eq!(by(&libyan.id).await, "2026-11-29T10:00:00Z");
        let free = json!({ "time_zone": "Africa/Tripoli", "weekend": ["FR", "SA"], "holidays": ["2026-11-26"], "keeps_public_holidays": false });
        let mut table = clocks();
        table["urgent"]["acknowledge"] = json!("1wd");
        world.apply(&file_with(json!({ "calendar": free, "clocks": table }))).await;
        let urgent = sent(&world, &ready, json!({ "urgency": "URGENT" }), how).await;
        assert_eq!(by(&urgent.id).await, "2026-11-29T10:00:00Z", "Thursday is free as well");
        assert_eq!(by(&french.id).await, "2026-11-27T10:00:00Z", "the past stays as it was");
        assert!(world.clock.now() > relais::domain::time::Timestamp::from_microseconds(0));
    }

    async fn clocks_and_calendars_that_cannot_be_used_are_refused_at_their_place(world: World) {
        let mut late = clocks();
        late["urgent"]["remind"] = json!("25h");
        let mut unreadable = clocks();
        unreadable["normal"]["decide"] = json!("soon");
        let calendar = |field: &str, value: Value| {
            let mut calendar = json!({ "time_zone": "Europe/Paris", "weekend": ["SU"], "holidays": [], "keeps_public_holidays": true });
            calendar[field] = value;
            json!({ "calendar": calendar })
        };
        let days: Vec<String> = (0..201).map(|day| format!("20{:02}-01-{:02}", 10 + day / 28, 1 + day % 28)).collect();
        for (over, expected) in [
            (json!({ "clocks": late }), "projects[0]: row `urgent` of the clocks: `remind` lies behind `escalate`"),
            (json!({ "clocks": unreadable }), "projects[0]: `decide` in row `normal` of the clocks: cannot be read"),
            (json!({ "clocks": {} }), "projects[0]: "),
            (calendar("weekend", json!(["MO", "TU", "WE", "TH", "FR", "SA", "SU"])), "projects[0].calendar: `weekend`: at least one day"),
            (calendar("holidays", json!(days)), "projects[0].calendar: `holidays`: at most 200 dates"),
            (calendar("time_zone", json!("Mars/Olympus")), "the command file cannot be read: projects[0].calendar.time_zone"),
        ] {
            let told = refused(&world, over).await;
            assert!(told.starts_with(expected), "{told}");
        }
    }
}
