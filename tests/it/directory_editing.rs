//! Keeping the directory true, by people: edits over what a source says, two people for what can put somebody in danger,
//! one for stopping, and a history that tells who did what.

mod deciding;
mod doubting;
mod organizations;
mod protecting;
mod stopping;
mod whereabouts;

use crate::kit::steps::{fresh_key, merged, service_id, text};
use crate::kit::world::{MINORITY_APPEAL, World, on_both_databases};
use relais::domain::directory::{Phone, Service, Tier};
use relais::domain::id::{Identifier, ServiceId};
use relais::domain::need::Need;
use serde_json::{Value, json};

/// A shelter for minors, of an organisation that nobody of the world is of.
const SHELTER: &str = "a9e1bc08-e74f-43b2-830b-d532a9703056";
const SEEDS: &str = include_str!("../../seeds/paris-region.json");

/// Two editors of the clinic, beside the people of the world.
const EDITORS: &str = r#"{ "source": "corridor", "accounts": [
    { "handle": "editor", "role": "directory_editor", "organization": "efc43c01-4b2a-472d-b3b3-06332930321e", "is_trained": true },
    { "handle": "second editor", "role": "directory_editor", "organization": "efc43c01-4b2a-472d-b3b3-06332930321e", "is_trained": true },
    { "handle": "untrained editor", "role": "directory_editor", "organization": "efc43c01-4b2a-472d-b3b3-06332930321e" } ] }"#;

const PHONE: &str = "+33 1 99 00 00 42";

/// One service of the seeds as a feed, after a change of it.
fn feed(key: &str, change: impl FnOnce(&mut Value)) -> String {
    let feed: Value = serde_json::from_str(SEEDS).expect("the seeds are JSON");
    let services = feed["contents"].as_array().expect("services");
    let mut service = services.iter().find(|service| service["id"] == key).expect("the service").clone();
    change(&mut service);
    service.to_string()
}

fn phoned(number: &str) -> impl FnOnce(&mut Value) {
    let phones = json!([{ "id": "1c719831-7064-4abb-a25d-4baa132b1973", "number": number, "type": "voice" }]);
    move |service| service["phones"] = phones
}

impl World {
    async fn with_editors(mut self) -> Self {
        self.join(EDITORS).await;
        self
    }

    /// The service as somebody sees it.
    async fn seen(&self, handle: &str, id: &str) -> Value {
        let document = "query($id: ID!) { service(id: $id) { version fees status doNotUse phones { typed doNotUse } \
            places { id name redacted doNotUse } modes: capacity { status toldBy per expectedWaitDays } \
            provenance { field toldBy } verifiedBy nextReviewOn tier freshness { verifiedOn } } }";
        self.ask(&self.person(handle), document, json!({ "id": id })).await.at("service").clone()
    }

    /// Runs a mutation of a service; gives the refusals, as kind and problem.
    async fn tries(&self, handle: &str, act: &str, input: Value) -> String {
        let answer = self.act(&self.person(handle), act, &input).await;
        if !answer.code().is_empty() {
            return answer.code().to_owned();
        }
        let error = answer.at(act)["errors"][0].clone();
        [&error["__typename"], &error["problem"]]
            .map(|word| word.as_str().unwrap_or_default())
            .join(" ")
            .trim()
            .to_owned()
    }

    async fn edits(&self, handle: &str, id: &str, changes: Value) -> String {
        let version = self.seen(handle, id).await["version"].clone();
        self.tries(handle, "serviceEdit", json!({ "serviceId": id, "expectedVersion": version, "changes": changes }))
            .await
    }

    async fn proposals(&self, handle: &str, status: &str) -> Vec<Value> {
        let document = "query($status: DirectoryProposalStatus) { directoryProposals(status: $status) { nodes { id kind \
            status source isOwn proposedByRole reason changes { serviceId field valueBefore valueProposed } } } }";
        let answer = self.ask(&self.person(handle), document, json!({ "status": status })).await;
        answer.at("directoryProposals/nodes").as_array().expect("proposals").clone()
    }

    async fn decides(&self, handle: &str, proposal: &Value, accept: bool) -> String {
        let mut input = json!({ "directoryProposalId": proposal["id"], "accept": accept });
        if !accept {
            input["reason"] = json!("NOT_TRUE");
        }
        self.tries(handle, "directoryProposalDecide", input).await
    }

    async fn finds(&self, handle: &str, id: &str) -> bool {
        let document = "{ services(first: 100, filter: { verdicts: [MATCH, TO_CONFIRM, NO] }) { nodes { id } } }";
        let found = self.ask(&self.person(handle), document, json!({})).await;
        found.at("services/nodes").as_array().expect("services").iter().any(|service| service["id"] == id)
    }
}

fn typed(service: &Value) -> Vec<&str> {
    service["phones"].as_array().into_iter().flatten().filter_map(|phone| phone["typed"].as_str()).collect()
}

on_both_databases! {
    async fn an_edit_stands_over_the_source_and_a_feed_leaves_it(world: World) {
        let world = world.with_editors().await;
        let id = service_id(MINORITY_APPEAL);
        assert_eq!(world.edits("editor", &id, json!({ "fees": "2 euros" })).await, "");
        let edited = world.seen("caseworker", &id).await;
        assert_eq!((&edited["fees"], &edited["version"]), (&json!("2 euros"), &json!(2)));
        assert_eq!(edited["provenance"], json!([{ "field": "FEES", "toldBy": "EDITOR" }]));
        // A feed with the old word and one with a new one.
        for fees in ["free", "3 euros"] {
            world.import("corridor", &feed(MINORITY_APPEAL, |service| {
                service["fees"] = json!(fees);
                service["alert"] = json!(fees);
            })).await;
            assert_eq!(world.seen("caseworker", &id).await["fees"], json!("2 euros"));
        }
        // A conflict names the version to read.
        let stale = json!({ "serviceId": id, "expectedVersion": 1, "changes": { "fees": "1 euro" } });
        let answer = world.act(&world.person("editor"), "serviceEdit", &stale).await;
        assert_eq!(answer.at("serviceEdit/errors/0")["currentVersion"], world.seen("editor", &id).await["version"]);
        // Nothing to change, and what cannot stand.
        assert_eq!(world.edits("editor", &id, json!({ "fees": "2 euros" })).await, "InputError NO_CHANGE");
        assert_eq!(world.edits("editor", &id, json!({ "openingHours": "whenever [[" })).await, "InputError OPENING_HOURS");
        assert_eq!(world.edits("editor", &id, json!({ "phones": ["call us"] })).await, "InputError PHONE_NUMBER");
        // It can be undone.
        assert_eq!(world.edits("editor", &id, json!({ "fees": null })).await, "");
        assert_eq!(world.seen("caseworker", &id).await["fees"], Value::Null);
    }

    async fn staff_edit_their_own_entries_only_and_not_who_may_know_of_them(world: World) {
        let world = world.with_editors().await;
        let id = service_id(MINORITY_APPEAL);
        assert_eq!(world.edits("lawyer", &id, json!({ "fees": "1 euro" })).await, "");
        assert_eq!(world.seen("lawyer", &id).await["provenance"][0]["toldBy"], "PARTNER");
        assert_eq!(world.edits("lawyer", &id, json!({ "tier": "SEALED" })).await, "InputError EDITORS_ONLY");
        for handle in ["caseworker", "another partner"] {
            assert_eq!(world.edits(handle, &id, json!({ "fees": "2 euros" })).await, "FORBIDDEN", "{handle}");
        }
        assert_eq!(world.edits("coordinator", &id, json!({ "fees": "2 euros" })).await, "");
        // A wider tier takes a second person, a narrower one does not.
        assert_eq!(world.edits("coordinator", &id, json!({ "tier": "PUBLIC" })).await, "");
        assert_ne!(world.seen("editor", &id).await["tier"], "PUBLIC");
        let open = world.proposals("editor", "OPEN").await;
        assert_eq!((open.len(), &open[0]["kind"]), (1, &json!("GUARDED_EDIT")));
        assert_eq!(world.decides("editor", &open[0], true).await, "");
        assert_eq!(world.seen("nobody", &id).await["tier"], "PUBLIC");
    }

    async fn how_to_reach_a_shelter_takes_two_people(world: World) {
        let world = world.with_editors().await;
        let id = service_id(SHELTER);
        let changes = json!({ "phones": [PHONE], "fees": "none at all" });
        assert_eq!(world.edits("editor", &id, changes).await, "");
        let seen = world.seen("editor", &id).await;
        assert_eq!((typed(&seen), &seen["fees"]), (vec![], &json!("none at all")));
        let open = world.proposals("editor", "OPEN").await;
        assert_eq!((open[0]["isOwn"].clone(), &open[0]["changes"][0]["valueProposed"]), (json!(true), &json!(PHONE)));
        assert_eq!(world.decides("editor", &open[0], true).await, "ProtectionError SECOND_PERSON_NEEDED");
        assert_eq!(world.decides("caseworker", &open[0], true).await, "FORBIDDEN");
        assert_eq!(world.decides("second editor", &open[0], true).await, "");
        assert_eq!(typed(&world.seen("caseworker", &id).await), [PHONE]);
        assert_eq!(world.decides("second editor", &open[0], true).await, "ProtectionError ALREADY_DECIDED");
        // The values are gone once it is decided.
        let done = world.proposals("editor", "ACCEPTED").await;
        assert_eq!((done[0]["changes"][0]["valueProposed"].clone(), done[0]["changes"][0]["field"].clone()), (Value::Null, Value::Null));
        // Pulling it takes one.
        assert_eq!(world.edits("editor", &id, json!({ "phones": [] })).await, "");
        assert_eq!(typed(&world.seen("caseworker", &id).await), Vec::<&str>::new());
    }

    async fn an_edit_tells_what_waits_and_denies_nothing_that_was_written(world: World) {
        let world = world.with_editors().await;
        let id = service_id(SHELTER);
        let payload = async |changes: Value| {
            let version = world.seen("editor", &id).await["version"].clone();
            let input = json!({ "serviceId": id, "expectedVersion": version, "changes": changes });
            let answer = world.act(&world.person("editor"), "serviceEdit", &input).await;
            assert!(answer.code().is_empty(), "{}", answer.text());
            answer.at("serviceEdit").clone()
        };
        assert_eq!(payload(json!({ "phones": [PHONE], "fees": "none at all" })).await["waiting"], json!(["PHONES"]));
        assert_eq!(payload(json!({ "fees": "nothing" })).await["waiting"], json!([]));
        // Half a point is no wish to have none.
        for (half, problem) in [("latitude", "InputError LONGITUDE"), ("longitude", "InputError LATITUDE")] {
            let place = json!({ "kind": "PHYSICAL", "areaCode": "FR-93055", half: 2.0 });
            assert_eq!(world.edits("editor", &id, json!({ "places": [place] })).await, problem);
        }
        // Nobody but the projects that it names knows of it from now on, and it names none.
        let hidden = payload(json!({ "tier": "PROJECT" })).await;
        assert_eq!((&hidden["service"], &hidden["errors"]), (&Value::Null, &json!([])));
        assert_eq!(world.seen("editor", &id).await, Value::Null);
    }

    async fn one_editor_covers_a_place_in_an_area_that_it_had_not_and_uncovers_none_in_two_edits(world: World) {
        let world = world.with_editors().await;
        let mut shelter = world.like(MINORITY_APPEAL, "shelter with a point");
        shelter.needs = [Need::ShelterFamily].into();
        world.publish(&shelter).await;
        let (id, place) = (shelter.id.to_string(), shelter.places[0].id.to_string());
        let covered = json!({ "id": place, "kind": "PHYSICAL", "redacted": true, "areaCode": "FR-75056" });
        assert_eq!(world.edits("editor", &id, json!({ "places": [covered] })).await, "");
        assert_eq!(world.seen("caseworker", &id).await["places"][0]["redacted"], true);
        assert_eq!(world.edits("editor", &id, json!({ "places": [] })).await, "");
        assert_eq!(world.seen("caseworker", &id).await["places"][0]["redacted"], true);
        let open = world.proposals("editor", "OPEN").await;
        assert_eq!((open.len(), &open[0]["changes"][0]["field"]), (1, &json!("PLACES")));
    }

    async fn a_correction_waits_and_one_that_the_entry_outran_is_not_accepted(world: World) {
        let world = world.with_editors().await;
        let id = service_id(MINORITY_APPEAL);
        let suggest = |fees: &str| json!({ "serviceId": id, "changes": { "fees": fees } });
        for _ in 0..2 {
            assert_eq!(world.tries("caseworker", "serviceCorrectionSuggest", suggest("5 euros")).await, "");
        }
        assert_eq!(world.tries("another partner", "serviceCorrectionSuggest", suggest("6 euros")).await, "");
        assert_eq!(world.tries("nobody", "serviceCorrectionSuggest", suggest("7 euros")).await, "UNAUTHENTICATED");
        let mut open = world.proposals("coordinator", "OPEN").await;
        assert_eq!(open.len(), 2, "the same suggestion twice is one");
        open.sort_by_key(|proposal| proposal["changes"][0]["valueProposed"] == "5 euros");
        assert_eq!(world.decides("coordinator", &open[1], true).await, "");
        assert_eq!(world.seen("caseworker", &id).await["fees"], "5 euros");
        assert_eq!(world.decides("coordinator", &open[0], true).await, "ProtectionError ENTRY_CHANGED");
        let unexplained = json!({ "directoryProposalId": open[0]["id"], "accept": false });
        assert_eq!(world.tries("coordinator", "directoryProposalDecide", unexplained).await, "InputError REASON_NEEDED");
        assert_eq!(world.decides("coordinator", &open[0], false).await, "");
        assert_eq!(world.proposals("coordinator", "REFUSED").await[0]["reason"], "NOT_TRUE");
    }

    async fn news_of_a_feed_about_a_shelter_wait_as_one_batch(world: World) {
        let world = world.with_editors().await;
        let id = service_id(SHELTER);
        let told = |number: &str| feed(SHELTER, phoned(number));
        world.import("corridor", &told(PHONE)).await;
        assert_eq!(typed(&world.seen("caseworker", &id).await), Vec::<&str>::new());
        let open = world.proposals("editor", "OPEN").await;
        assert_eq!((open.len(), &open[0]["kind"], &open[0]["source"]), (1, &json!("IMPORT_BATCH"), &json!("corridor")));
        // The same feed again asks nothing again; a newer word takes the place of the older.
        world.import("corridor", &told(PHONE)).await;
        assert_eq!(world.proposals("editor", "OPEN").await, open);
        world.import("corridor", &told("01 99 00 77 77")).await;
        let newer = world.proposals("editor", "OPEN").await;
        assert_eq!((newer.len(), &newer[0]["changes"][0]["valueProposed"]), (1, &json!("01 99 00 77 77")));
        assert_eq!(world.proposals("editor", "WITHDRAWN").await[0]["reason"], "SUPERSEDED");
        assert_eq!(world.decides("editor", &newer[0], true).await, "");
        let seen = world.seen("caseworker", &id).await;
        assert_eq!((typed(&seen), seen["provenance"].clone()), (vec!["01 99 00 77 77"], json!([])));
        world.import("corridor", &told("01 99 00 77 77")).await;
        assert_eq!(world.proposals("editor", "OPEN").await, Vec::<Value>::new());
        // The source takes a word back before anybody has decided: nothing waits any more.
        world.import("corridor", &told(PHONE)).await;
        world.import("corridor", &told("01 99 00 77 77")).await;
        assert_eq!(world.proposals("editor", "OPEN").await, Vec::<Value>::new());
    }

    async fn one_person_stops_a_service_at_once_and_an_editor_decides(world: World) {
        let world = world.with_editors().await;
        let id = service_id(MINORITY_APPEAL);
        let ready = world.ready_for_the_lawyers(&id, json!({})).await;
        let draft = world.refer(&ready, "DRAFT").await;
        assert!(world.finds("caseworker", &id).await);
        let marked = json!({ "serviceId": id });
        for _ in 0..2 {
            assert_eq!(world.tries("caseworker", "serviceMarkDoNotUse", marked.clone()).await, "");
        }
        assert!(!world.finds("caseworker", &id).await && !world.finds("lawyer", &id).await);
        let send = json!({ "referralId": draft.id, "expectedVersion": draft.version, "capacityConfirmed": true });
        assert_eq!(world.tries("caseworker", "referralSend", send.clone()).await, "RecipientUnavailableError DO_NOT_USE");
        // A feed does not lift it.
        world.import("corridor", &feed(MINORITY_APPEAL, |service| service["alert"] = json!("ouvert"))).await;
        assert!(world.seen("caseworker", &id).await["doNotUse"] == true && !world.finds("caseworker", &id).await);
        let open = world.proposals("editor", "OPEN").await;
        assert_eq!((open.len(), &open[0]["kind"]), (1, &json!("DO_NOT_USE")));
        assert_eq!(world.decides("editor", &open[0], false).await, "");
        assert!(world.finds("caseworker", &id).await);
        assert_eq!(world.tries("caseworker", "referralSend", send).await, "");
        // Confirmed, it suspends the service, and its own staff do not bring it back.
        assert_eq!(world.tries("lawyer", "serviceMarkDoNotUse", marked).await, "");
        let open = world.proposals("editor", "OPEN").await;
        assert_eq!(world.decides("editor", &open[0], true).await, "");
        assert_eq!(world.seen("lawyer", &id).await["status"], "SUSPENDED");
        assert_eq!(world.edits("lawyer", &id, json!({ "status": "OPEN" })).await, "InputError EDITORS_ONLY");
        assert_eq!(world.edits("editor", &id, json!({ "status": "OPEN" })).await, "");
        assert!(world.finds("caseworker", &id).await);
    }

    async fn a_place_or_a_phone_is_stopped_by_itself(world: World) {
        let world = world.with_editors().await;
        let id = service_id(MINORITY_APPEAL);
        let seen = world.seen("caseworker", &id).await;
        let (place, phone) = (text(&seen["places"][0]["id"]), text(&seen["phones"][0]["typed"]));
        let near = "{ services(first: 100, filter: { near: { latitude: 48.8938, longitude: 2.4096, withinMeters: 30000 }, \
            verdicts: [MATCH, TO_CONFIRM, NO] }) { edges { locationId node { id } } } }";
        let is_measured = async || {
            let found = world.ask(&world.person("caseworker"), near, json!({})).await;
            found.at("services/edges").as_array().expect("edges").iter().any(|edge| edge["node"]["id"] == json!(id) && edge["locationId"] == json!(place))
        };
        assert!(is_measured().await);
        let both = json!({ "serviceId": id, "placeId": place, "phone": phone });
        assert_eq!(world.tries("caseworker", "serviceMarkDoNotUse", both).await, "InputError ONE_OF_TWO");
        for target in [json!({ "placeId": place }), json!({ "phone": phone })] {
            let input = merged(json!({ "serviceId": id }), &target);
            assert_eq!(world.tries("another partner", "serviceMarkDoNotUse", input).await, "");
        }
        let wrong = json!({ "serviceId": id, "phone": "0000" });
        assert_eq!(world.tries("caseworker", "serviceMarkDoNotUse", wrong).await, "InputError NOT_OF_ENTRY");
        assert!(!is_measured().await);
        let seen = world.seen("caseworker", &id).await;
        assert_eq!((&seen["places"][0]["doNotUse"], &seen["phones"][0]["doNotUse"]), (&json!(true), &json!(true)));
        // Sending to the place is refused, to the service it is not.
        let ready = world.ready_for_the_lawyers(&id, json!({})).await;
        let mut there = ready.draft.clone();
        there["locationId"] = json!(place);
        there["idempotencyKey"] = json!(fresh_key());
        let drafted = world.done(&ready.sender, "referralCreate", &there).await;
        let send = json!({ "referralId": drafted["id"], "expectedVersion": 1, "capacityConfirmed": true });
        assert_eq!(world.tries("caseworker", "referralSend", send).await, "RecipientUnavailableError DO_NOT_USE");
        world.refer(&ready, "REQUESTED").await;
    }

    async fn capacity_and_confirmation_take_one_call_and_stand_in_the_history(world: World) {
        let world = world.with_editors().await;
        let id = service_id(MINORITY_APPEAL);
        let capacity = json!({ "serviceId": id, "status": "LIMITED", "unit": "APPOINTMENT", "available": 2, "maximum": 8,
            "per": "WEEK", "expectedWaitDays": 4 });
        for (handle, expected, told_by) in [("lawyer", "", "PARTNER"), ("another partner", "FORBIDDEN", "PARTNER"), ("caseworker", "", "TEAM")] {
            assert_eq!(world.tries(handle, "serviceCapacityUpdate", capacity.clone()).await, expected, "{handle}");
            let told = world.seen("caseworker", &id).await["modes"].clone();
            assert_eq!(told, json!({ "status": "LIMITED", "toldBy": told_by, "per": "WEEK", "expectedWaitDays": 4 }));
        }
        let crossed = merged(capacity, &json!({ "available": 9 }));
        assert_eq!(world.tries("caseworker", "serviceCapacityUpdate", crossed).await, "InputError ABOVE_MAXIMUM");
        for _ in 0..2 {
            assert_eq!(world.tries("caseworker", "serviceConfirm", json!({ "serviceId": id })).await, "");
        }
        let seen = world.seen("caseworker", &id).await;
        assert_eq!((&seen["verifiedBy"], &seen["nextReviewOn"]), (&json!("TEAM"), &json!("2027-05-22")));
        assert_eq!(seen["freshness"]["verifiedOn"], "2026-11-23");
        // A feed with an older word on both leaves them.
        world.import("corridor", &feed(MINORITY_APPEAL, |service| service["fees"] = json!("1 euro"))).await;
        let after = world.seen("caseworker", &id).await;
        assert_eq!((&after["nextReviewOn"], &after["modes"]), (&seen["nextReviewOn"], &seen["modes"]));
        let question = "query($id: ID!) { serviceHistory(serviceId: $id) { version byRole source fields isGone } }";
        let history = world.ask(&world.person("caseworker"), question, json!({ "id": id })).await;
        let line = |role: Value, fields: Value| json!([role, "corridor", fields]);
        let told: Vec<Value> = history.at("serviceHistory").as_array().expect("versions").iter()
            .map(|version| json!([version["byRole"], version["source"], version["fields"]])).collect();
        assert_eq!(told, [
            line(Value::Null, json!(["fees"])),
            line(json!("CASEWORKER"), json!(["nextReviewOn", "verifiedBy", "verifiedOn"])),
            line(json!("CASEWORKER"), json!(["capacity"])),
            line(json!("PARTNER_AGENT"), json!(["capacity"])),
            line(Value::Null, json!([])),
        ]);
        assert_eq!(world.ask(&world.person("nobody"), question, json!({ "id": id })).await.code(), "UNAUTHENTICATED");
    }

    async fn a_review_is_answered_one_question_at_a_time(world: World) {
        let world = world.with_editors().await;
        let mut unchecked = world.like(MINORITY_APPEAL, "asked one by one");
        (unchecked.verified_on, unchecked.tier) = (None, Tier::Public);
        world.publish(&unchecked).await;
        let id = unchecked.id.to_string();
        let asked = async |world: &World, handle: &str| {
            let question = "query($id: ID!) { service(id: $id) { questions freshness { verifiedOn } nextReviewOn } }";
            let told = world.ask(&world.person(handle), question, json!({ "id": id })).await.at("service").clone();
            (told["questions"].clone(), told["freshness"]["verifiedOn"].clone(), told["nextReviewOn"].clone())
        };
        let answer = async |handle: &str, fields: Value| {
            world.tries(handle, "serviceConfirm", json!({ "serviceId": id, "fields": fields })).await
        };
        let (questions, verified_on, _) = asked(&world, "caseworker").await;
        let questions: Vec<Value> = questions.as_array().expect("a list").clone();
        assert!(questions.len() > 2, "{questions:?}");
        assert_eq!(asked(&world, "nobody").await.0, json!([]), "strangers are asked nothing");
        assert_eq!(answer("caseworker", json!(["ALTERNATE_NAME"])).await, "InputError NOT_OF_ENTRY");
        assert_eq!(answer("another partner", json!([questions[0]])).await, "FORBIDDEN");
        for (count, question) in questions.iter().enumerate() {
            let (left, still, _) = asked(&world, "caseworker").await;
            assert_eq!((left, still), (json!(questions[count..]), verified_on.clone()), "nothing is confirmed before all is");
            assert_eq!(answer("caseworker", json!([question])).await, "");
        }
        assert_eq!(asked(&world, "caseworker").await, (json!([]), json!("2026-11-23"), json!("2027-05-22")));
    }

    async fn what_is_due_for_review_comes_longest_overdue_first_and_to_partners_their_own(world: World) {
        let world = world.with_editors().await;
        let id = service_id(MINORITY_APPEAL);
        let question = "query($after: String) { servicesToReview(first: 2, after: $after) { nodes { id nextReviewOn } \
            pageInfo { endCursor hasNextPage } } }";
        let listed = async |handle: &str| {
            let (mut all, mut after) = (Vec::new(), Value::Null);
            loop {
                let page = world.ask(&world.person(handle), question, json!({ "after": after })).await;
                all.extend(page.at("servicesToReview/nodes").as_array().expect("services").iter().map(|it| text(&it["id"])));
                after = page.at("servicesToReview/pageInfo/endCursor").clone();
                if page.at("servicesToReview/pageInfo/hasNextPage") != true {
                    return all;
                }
            }
        };
        assert!(!listed("lawyer").await.contains(&id));
        assert_eq!(world.tries("lawyer", "serviceConfirm", json!({ "serviceId": id })).await, "");
        let of_world: Service = world.like(MINORITY_APPEAL, "due earlier");
        let day = |text: &str| text.parse().ok();
        for (name, due) in [("due earlier", "2026-01-01"), ("due later", "2026-02-01"), ("due in between", "2026-01-15")] {
            let service = Service { id: ServiceId::derived("test", name), name: name.to_owned(), next_review_on: day(due), ..of_world.clone() };
            world.publish(&service).await;
        }
        let names = ["due earlier", "due in between", "due later"].map(|name| ServiceId::derived("test", name).to_string());
        let due = listed("editor").await;
        let of_test: Vec<&String> = due.iter().filter(|id| names.contains(id)).collect();
        assert_eq!(of_test, names.iter().collect::<Vec<_>>());
        // What is due of the lawyers is asked of them, and of no other partner.
        assert!(names.iter().all(|id| due.contains(id)) && listed("lawyer").await.iter().any(|id| *id == names[0]));
        assert!(!listed("another partner").await.contains(&names[0]));
    }

    async fn a_hidden_entry_and_its_proposals_are_nothing_to_who_may_not_know_of_it(world: World) {
        let world = world.with_editors().await;
        let mut shelter = world.like(MINORITY_APPEAL, "safe house");
        shelter.needs = [Need::ShelterWomenSafe].into();
        shelter.phones = vec![Phone::as_typed(PHONE)];
        world.publish(&shelter).await;
        let id = shelter.id.to_string();
        assert_eq!(world.edits("editor", &id, json!({ "phones": [PHONE, "115"] })).await, "");
        let open = world.proposals("second editor", "OPEN").await;
        assert_eq!(open.len(), 1);
        assert_eq!(world.proposals("untrained editor", "OPEN").await, Vec::<Value>::new());
        assert_eq!(world.decides("untrained editor", &open[0], true).await, "NOT_FOUND");
        for act in ["serviceConfirm", "serviceMarkDoNotUse"] {
            assert_eq!(world.tries("untrained caseworker", act, json!({ "serviceId": id })).await, "NOT_FOUND");
        }
        // No phone stands readable in the database.
        let rows = [world.rows("directory_documents").await, world.rows("directory_proposal_items").await].concat().join("\n");
        assert!(!rows.contains(PHONE), "a phone stands in the open");
    }
}
