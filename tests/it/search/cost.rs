//! What a search and a list cost the database, in statements.

use super::{PANTIN, edges, near, search};
use crate::kit::hearing::{hear, statements};
use crate::kit::loop_calls::to_the_lawyers;
use crate::kit::requirement::is_full;
use crate::kit::world::{Person, answered, graphql_request, on_both_databases};
use axum::http::StatusCode;
use relais::app::App;
use serde_json::json;

on_both_databases! {
    async fn a_search_asks_the_database_who_asks_and_nothing_else(world: World) {
        // The first use of a token on a day writes the day.
        search(&world, "caseworker", json!({ "filter": near(PANTIN), "first": 1 })).await;
        for first in [1, 100] {
            let variables = json!({ "filter": near(PANTIN), "first": first });
            let (answer, lines) = hear(search(&world, "caseworker", variables.clone())).await;
            assert!(!edges(&answer).is_empty());
            let asked = statements(&lines);
            let is_who_asks = asked.len() == 2 && asked[0].contains("FROM tokens") && asked[1].contains("FROM accounts");
            assert!(is_who_asks, "{asked:#?}");
            let (_, lines) = hear(search(&world, "nobody", variables)).await;
            assert_eq!(statements(&lines), Vec::<&str>::new());
        }
    }

    /// The directory goes on answering while its database does not.
    async fn what_is_public_is_found_with_the_database_closed(world: World) {
        let published = "UPDATE directory_documents SET document = replace(document, '\"network\"', '\"public\"')";
        assert!(world.execute(published).await > 0);
        let node =
            App::open(world.location(), world.clock.clone(), world.clock.clone()).await.expect("a second node");
        let router = node.router();
        node.context().store.close().await;
        let query = "{ services(first: 100) { nodes { id name organization { name } phones { typed } } } }";
        let ask = |person: Person| graphql_request(&person, "en", query, json!({}));
        let answer = answered(router.clone(), ask(world.person("nobody"))).await;
        assert!(answer.at("services/nodes").as_array().is_some_and(|nodes| nodes.len() > 20), "{}", answer.text());
        assert!(!answer.text().contains("01 99 00"), "nobody is told a number");
        let answer = answered(router, ask(world.person("caseworker"))).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE"));
    }

    /// What is told is written down object by object; what is read must not be, and the keys of what is sealed are
    /// fetched once for each kind: referrals, cases, mailboxes, aliases, messages. The full size is the largest page.
    async fn a_page_of_many_referrals_is_read_by_as_many_statements_as_one_of_two(world: World) {
        let many = if is_full() { 100 } else { 20 };
        for _ in 0..many {
            let sent = world.sent(&to_the_lawyers()).await;
            let acknowledged = world.change("lawyer", "referralAcknowledge", &sent, json!({})).await.referral();
            let question = json!({ "question": { "template": "ESCORT_NEEDED" } });
            world.change("lawyer", "referralAsk", &acknowledged, question).await.done();
        }
        let all = "id status need urgency alias contactRule senderMailbox consentScope recipient { name } \
            sender { name } \
            service { name organization { name } } offer { ageBand languages } \
            timeline { event at organization { name } } messages { question text sentAt } case { id spokenCode } consent { id recipient { name } }";
        for (who, list) in [("lawyer", "inbox"), ("caseworker", "sentReferrals"), ("coordinator", "sentReferrals")] {
            let mut reads = Vec::new();
            for first in [2, many] {
                let query = format!("{{ {list}(first: {first}) {{ nodes {{ {all} }} }} }}");
                let (answer, lines) = hear(world.ask(&world.person(who), &query, json!({}))).await;
                let nodes = answer.at(&format!("{list}/nodes")).as_array().map(Vec::len);
                assert_eq!(nodes, Some(first), "{}", answer.text());
                let read = statements(&lines).into_iter().filter(|line| line.contains("SELECT ")).count();
                assert!(read > 3, "{lines:#?}");
                let keys = statements(&lines).into_iter().filter(|line| line.contains("JOIN epoch_keys")).count();
                assert!((3..=6).contains(&keys), "{keys} of {lines:#?}");
                reads.push((read, keys));
            }
            assert_eq!(reads[0], reads[1], "{list} of the {who}");
        }
    }
}
