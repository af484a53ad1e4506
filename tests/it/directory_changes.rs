//! The feed of changes: a copy that follows it is what the list of services shows, and what somebody could never know
//! leaves no trace in it.

use crate::kit::world::{Answer, MINORITY_APPEAL, Person, World, on_both_databases};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use relais::domain::directory::{Document, Service, Specialisation, Tier};
use relais::domain::id::{Identifier, ProjectId, ServiceId};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const CHANGES: &str = "query($first: Int, $after: String) { directoryChanges(first: $first, after: $after) { \
    edges { cursor node { id kind service { id name phones { typed } } organization { id name } } } \
    pageInfo { hasNextPage hasPreviousPage endCursor } } }";

/// What somebody keeps who follows the feed.
#[derive(Default)]
struct Copy {
    services: BTreeMap<String, Value>,
    organizations: BTreeSet<String>,
    gone: Vec<String>,
    cursor: Option<String>,
}

impl Copy {
    /// Follows the feed to its end, in pages of this size. Every page but the last is full, because all that there is in
    /// these worlds is looked at by one page.
    async fn follow(&mut self, world: &World, person: &Person, size: usize) {
        loop {
            let answer = changes(world, person, size, self.cursor.as_deref()).await;
            let edges = answer.at("directoryChanges/edges").as_array().expect("edges");
            for edge in edges {
                self.take(&edge["node"]);
            }
            self.cursor = Some(answer.text_at("directoryChanges/pageInfo/endCursor").to_owned());
            let has_more = answer.at("directoryChanges/pageInfo/hasNextPage") == &json!(true);
            assert!(edges.len() == size || !has_more, "a short page tells of what it leaves out");
            if !has_more {
                return;
            }
        }
    }

    fn take(&mut self, change: &Value) {
        let id = change["id"].as_str().expect("an id").to_owned();
        match (&change["kind"], change["service"].is_object(), change["organization"].is_object()) {
            (kind, true, false) if kind == "PRESENT" => {
                self.services.insert(id, change["service"].clone());
            }
            (kind, false, true) if kind == "PRESENT" => {
                self.organizations.insert(id);
            }
            (kind, false, false) if kind == "GONE" => {
                self.services.remove(&id);
                self.gone.push(id);
            }
            _ => panic!("{change} is no change"),
        }
    }
}

/// A page without the cursors in it, which never are the same, but with their lengths.
fn without_cursors(answer: &Answer) -> Value {
    let mut page = answer.at("directoryChanges").clone();
    let length = |cursor: &mut Value| *cursor = json!(cursor.as_str().map(str::len));
    page["edges"].as_array_mut().expect("edges").iter_mut().for_each(|edge| length(&mut edge["cursor"]));
    length(&mut page["pageInfo"]["endCursor"]);
    page
}

async fn changes(world: &World, person: &Person, size: usize, after: Option<&str>) -> Answer {
    world.ask(person, CHANGES, json!({ "first": size, "after": after })).await
}

/// Every service that the list shows to somebody.
async fn listed(world: &World, person: &Person) -> BTreeSet<String> {
    let query = "query($after: String) { services(first: 100, after: $after, filter: { verdicts: [MATCH, TO_CONFIRM, NO] }) \
        { nodes { id } pageInfo { hasNextPage endCursor } } }";
    let (mut found, mut after) = (BTreeSet::new(), Value::Null);
    loop {
        let answer = world.ask(person, query, json!({ "after": after })).await;
        let nodes = answer.at("services/nodes").as_array().expect("nodes");
        found.extend(nodes.iter().map(|node| node["id"].as_str().expect("an id").to_owned()));
        if answer.at("services/pageInfo/hasNextPage") == &json!(false) {
            return found;
        }
        after = answer.at("services/pageInfo/endCursor").clone();
    }
}

fn of_tier(world: &World, name: &str, tier: Tier) -> Service {
    let mut service = world.like(MINORITY_APPEAL, name);
    service.tier = tier;
    if tier == Tier::Project {
        service.projects = vec![ProjectId::derived("corridor", "paris")].into();
    }
    service
}

const PEOPLE: [&str; 6] =
    ["nobody", "caseworker", "untrained caseworker", "coordinator", "another partner", "caseworker of another project"];

on_both_databases! {
    async fn a_full_walk_is_the_list_of_services(world: World) {
        for (name, tier) in [("p", Tier::Public), ("n", Tier::Network), ("j", Tier::Project), ("r", Tier::Restricted), ("s", Tier::Sealed)] {
            world.publish(&of_tier(&world, name, tier)).await;
        }
        let mut counts = BTreeSet::new();
        for who in PEOPLE {
            let person = world.person(who);
            let mut copy = Copy::default();
            copy.follow(&world, &person, 7).await;
            assert_eq!(copy.services.keys().cloned().collect::<BTreeSet<_>>(), listed(&world, &person).await, "{who}");
            assert!(copy.gone.is_empty(), "{who} holds nothing that could go");
            let phones = |service: &Value| service["phones"].as_array().is_some_and(|phones| !phones.is_empty());
            assert_eq!(copy.services.values().any(phones), who != "nobody", "{who}");
            counts.insert(copy.services.len());
            let answer = changes(&world, &person, 7, copy.cursor.as_deref()).await;
            assert_eq!(answer.at("directoryChanges/edges"), &json!([]), "nothing has happened since");
            // An entry's own cursor leads behind it as well.
            let whole = changes(&world, &person, 5, None).await;
            let next = changes(&world, &person, 1, whole.at("directoryChanges/edges/0/cursor").as_str()).await;
            assert_eq!(next.at("directoryChanges/edges/0/node"), whole.at("directoryChanges/edges/1/node"), "{who}");
        }
        assert!(counts.len() > 3, "people differ in what they may know: {counts:?}");
    }

    async fn what_goes_for_somebody_is_told_to_who_knew_it_and_to_nobody_else(world: World) {
        let (nobody, caseworker) = (world.person("nobody"), world.person("caseworker"));
        let mut service = of_tier(&world, "known to all", Tier::Public);
        let id = service.id.to_string();
        world.publish(&service).await;
        let (mut of_nobody, mut of_staff) = (Copy::default(), Copy::default());
        of_nobody.follow(&world, &nobody, 100).await;
        of_staff.follow(&world, &caseworker, 100).await;
        assert!(of_nobody.services.contains_key(&id));

        // Held back from the public: gone there, a change to staff; and who begins now never hears of it.
        service.tier = Tier::Network;
        world.publish(&service).await;
        of_nobody.follow(&world, &nobody, 100).await;
        of_staff.follow(&world, &caseworker, 100).await;
        assert_eq!((&*of_nobody.gone, of_staff.gone.len()), (&[id.clone()][..], 0));
        assert!(of_staff.services.contains_key(&id));
        let mut beginner = Copy::default();
        beginner.follow(&world, &nobody, 100).await;
        assert!(beginner.gone.is_empty() && !beginner.services.contains_key(&id));

        // Changed while hidden, and sealed: nothing more for nobody.
        service.alternate_name = Some("x".to_owned());
        world.publish(&service).await;
        service.tier = Tier::Sealed;
        world.publish(&service).await;
        for copy in [&mut of_nobody, &mut beginner] {
            copy.follow(&world, &nobody, 100).await;
        }
        assert_eq!((of_nobody.gone.len(), beginner.gone.len()), (1, 0));
        of_staff.follow(&world, &caseworker, 100).await;
        assert_eq!(of_staff.gone, std::slice::from_ref(&id));

        // Back again; then marked as not to be used, which no list shows either.
        service.tier = Tier::Public;
        world.publish(&service).await;
        of_nobody.follow(&world, &nobody, 100).await;
        assert!(of_nobody.services.contains_key(&id));
        service.do_not_use = true;
        world.publish(&service).await;
        of_nobody.follow(&world, &nobody, 100).await;
        assert_eq!(of_nobody.gone, [id.clone(), id.clone()]);
        assert_eq!(of_nobody.services.keys().cloned().collect::<BTreeSet<_>>(), listed(&world, &nobody).await);
    }

    /// Neither what is told nor the lengths of pages and cursors tell of what is hidden.
    async fn hidden_changes_change_nothing_that_a_stranger_is_told(world: World) {
        let nobody = world.person("nobody");
        for number in 0..8 {
            world.publish(&of_tier(&world, &format!("shown {number}"), Tier::Public)).await;
        }
        let whole = changes(&world, &nobody, 100, None).await;
        let edges = whole.at("directoryChanges/edges").as_array().expect("edges").clone();
        let at = [&edges[0]["cursor"], &edges[edges.len() / 2]["cursor"], &edges[edges.len() - 1]["cursor"]];
        let end = whole.at("directoryChanges/pageInfo/endCursor");
        let cursors = [&Value::Null, at[0], at[1], at[2], end];
        let mut before = Vec::new();
        for cursor in cursors {
            before.push(without_cursors(&changes(&world, &nobody, 5, cursor.as_str()).await));
        }
        for number in 0..12 {
            let mut hidden = of_tier(&world, &format!("hidden {number}"), [Tier::Network, Tier::Sealed, Tier::Project][number % 3]);
            hidden.specialisations = [Specialisation::Gbv].into();
            world.publish(&hidden).await;
            hidden.tier = Tier::Restricted;
            world.publish(&hidden).await;
        }
        for (cursor, before) in cursors.into_iter().zip(before) {
            assert_eq!(without_cursors(&changes(&world, &nobody, 5, cursor.as_str()).await), before);
        }
        let mut copy = Copy::default();
        copy.follow(&world, &nobody, 3).await;
        assert_eq!((copy.services.len() + copy.organizations.len(), copy.gone.len()), (edges.len(), 0));
    }

    /// Versions count hidden writes too: who could read a cursor would know how many lie between two of them.
    async fn a_cursor_can_be_neither_read_nor_compared_nor_made_up(world: World) {
        let nobody = world.person("nobody");
        let mut hidden = of_tier(&world, "hidden", Tier::Sealed);
        let mut cursors = BTreeSet::new();
        for number in 0..4 {
            hidden.fees = Some(format!("{number}"));
            world.publish(&hidden).await;
            let version = world.app.context().directory.snapshot().version();
            // Twice, so that not even sameness tells.
            for _ in 0..2 {
                let answer = changes(&world, &nobody, 3, None).await;
                let edges = answer.at("directoryChanges/edges").as_array().expect("edges").clone();
                let of_edges = edges.iter().map(|edge| edge["cursor"].as_str().expect("a cursor").to_owned());
                let end = answer.text_at("directoryChanges/pageInfo/endCursor").to_owned();
                for cursor in of_edges.chain([end]) {
                    let bytes = URL_SAFE_NO_PAD.decode(&cursor).expect("base64");
                    let holds = |part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
                    let told = [version.to_be_bytes(), version.to_le_bytes()].iter().any(|version| holds(version));
                    let text = format!("|{version}|");
                    let ids = edges.iter().map(|edge| edge["node"]["id"].as_str().expect("an id").as_bytes());
                    assert!(!told && !holds(text.as_bytes()) && !holds(b"feed") && !ids.into_iter().any(holds));
                    assert!(cursors.insert(cursor), "a cursor comes once");
                }
            }
        }
        let lengths: BTreeSet<usize> = cursors.iter().map(String::len).collect();
        assert_eq!(lengths.len(), 1, "{lengths:?}");
        let some = cursors.first().expect("a cursor");
        let refused = changes(&world, &nobody, 3, Some("x")).await;
        for at in [0, some.len() / 3, some.len() / 2, some.len() - 3] {
            let mut tampered = some.clone().into_bytes();
            tampered[at] = if tampered[at] == b'A' { b'B' } else { b'A' };
            let answer = changes(&world, &nobody, 3, std::str::from_utf8(&tampered).ok()).await;
            assert_eq!((answer.code(), &answer.bytes), ("BAD_USER_INPUT", &refused.bytes), "character {at}");
        }
    }

    /// However many hidden entries lie before the next one, a call looks at 2,000, and the next goes on from there.
    async fn a_page_looks_at_so_many_entries_and_says_where_to_go_on(world: World) {
        let nobody = world.person("nobody");
        let mut copy = Copy::default();
        copy.follow(&world, &nobody, 100).await;
        let hidden: Vec<_> = (0..2_100)
            .map(|number| Document::Service(of_tier(&world, &format!("hidden {number}"), Tier::Network)))
            .collect();
        world.publish_documents(&hidden).await;
        let shown = of_tier(&world, "shown", Tier::Public);
        world.publish(&shown).await;
        let first = changes(&world, &nobody, 1, copy.cursor.as_deref()).await;
        assert_eq!(first.at("directoryChanges/edges"), &json!([]));
        assert_eq!(first.at("directoryChanges/pageInfo/hasNextPage"), &json!(true));
        let end = first.text_at("directoryChanges/pageInfo/endCursor");
        let second = changes(&world, &nobody, 1, Some(end)).await;
        assert_eq!(second.at("directoryChanges/edges/0/node/id"), &json!(shown.id.to_string()));
        assert_eq!(second.at("directoryChanges/pageInfo/hasNextPage"), &json!(false));
        // A poll that finds nothing has not to look at these again.
        let end = second.text_at("directoryChanges/pageInfo/endCursor");
        let third = changes(&world, &nobody, 1, Some(end)).await;
        assert_eq!(
            (third.at("directoryChanges/edges"), third.at("directoryChanges/pageInfo/hasNextPage")),
            (&json!([]), &json!(false))
        );
    }

    async fn a_cursor_serves_one_reach_and_one_list(world: World) {
        for name in ["one", "other"] {
            world.publish(&of_tier(&world, name, Tier::Public)).await;
        }
        let of = async |who: &str| {
            let answer = changes(&world, &world.person(who), 1, None).await;
            answer.text_at("directoryChanges/pageInfo/endCursor").to_owned()
        };
        let (of_nobody, of_staff) = (of("nobody").await, of("caseworker").await);
        let list = world.ask(&world.person("nobody"), "{ services(first: 1) { pageInfo { endCursor } } }", json!({})).await;
        let of_list = list.text_at("services/pageInfo/endCursor").to_owned();
        for (who, cursor, is_taken) in [
            ("nobody", &of_nobody, true),
            ("caseworker", &of_staff, true),
            ("nobody", &of_staff, false),
            ("caseworker", &of_nobody, false),
            ("untrained caseworker", &of_staff, false),
            ("nobody", &of_list, false),
            ("nobody", &"x".to_owned(), false),
        ] {
            let answer = changes(&world, &world.person(who), 1, Some(cursor)).await;
            assert_eq!(answer.code().is_empty(), is_taken, "{who}: {}", answer.text());
        }
    }

    async fn candidates_are_for_who_keeps_the_directory_and_among_what_they_may_know(world: World) {
        // Another source's word on a service of the seeds, told to the network and told to the trained.
        let seed = world.like(MINORITY_APPEAL, "seed");
        let listed_as = world.app.context().directory.snapshot().service(ServiceId::derived("corridor", MINORITY_APPEAL));
        let name = listed_as.expect("a service of the seeds").name.clone();
        let one = Service { name: name.to_uppercase(), ..of_tier(&world, "one", Tier::Network) };
        let hidden = Service { name: name.to_lowercase(), ..of_tier(&world, "other", Tier::Restricted) };
        assert_eq!(one.needs, seed.needs);
        for service in [&one, &hidden] {
            world.publish(service).await;
        }
        let query = "query($after: String) { duplicateCandidates(first: 1, after: $after) { \
            nodes { score reasons services { id } } pageInfo { hasNextPage endCursor } } }";
        let ask = async |who: &str, after: Value| world.ask(&world.person(who), query, json!({ "after": after })).await;
        for who in ["nobody", "caseworker", "lawyer"] {
            assert_ne!(ask(who, Value::Null).await.code(), "", "{who}");
        }
        let pairs = async |who: &str| {
            let (mut found, mut after) = (Vec::new(), Value::Null);
            loop {
                let answer = ask(who, after).await;
                found.extend(answer.at("duplicateCandidates/nodes").as_array().expect("nodes").clone());
                if answer.at("duplicateCandidates/pageInfo/hasNextPage") == &json!(false) {
                    return found;
                }
                after = answer.at("duplicateCandidates/pageInfo/endCursor").clone();
            }
        };
        let names = |pairs: &[Value], service: &Service| {
            pairs.iter().filter(|pair| pair["services"].as_array().expect("two").iter().any(|found| found["id"] == service.id.to_string())).count()
        };
        let (trained, untrained) = (pairs("coordinator").await, pairs("coordinator of another project").await);
        // The two of one source are no pair.
        assert_eq!((names(&trained, &hidden), names(&untrained, &hidden)), (1, 0));
        assert_eq!((names(&trained, &one), names(&untrained, &one)), (1, 1));
        // Asked again, what was paired before is paired still, and what has come since is paired too.
        assert_eq!(pairs("coordinator").await, trained);
        let newer = Service { name: name.to_lowercase(), ..of_tier(&world, "newer", Tier::Network) };
        world.publish(&newer).await;
        assert_eq!((names(&pairs("coordinator").await, &newer), names(&trained, &newer)), (1, 0));
        world.publish(&Service { tier: Tier::Sealed, ..one.clone() }).await;
        assert_eq!(names(&pairs("coordinator of another project").await, &one), 1);
        let scores: Vec<i64> = trained.iter().map(|pair| pair["score"].as_i64().expect("a score")).collect();
        assert!(scores.is_sorted_by(|one, other| one >= other), "{scores:?}");
    }
}
