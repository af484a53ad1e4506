//! Criteria of which a source tells two, one in each language: nobody is excluded by them, until somebody has asked.

use crate::kit::world::{MINORITY_APPEAL, World, on_both_databases};
use serde_json::{Value, json};

impl World {
    /// Whether the entry is doubted, the verdict on a grown-up, and the reasons of it.
    async fn judged(&self, id: &str) -> (bool, Value, Vec<String>) {
        let document = "query($id: ID!) { service(id: $id) { criteriaDisagree check(filter: { person: { \
            ageBand: AGE_25_59, adminStatus: MINOR_IN_APPEAL } }) { verdict reasons { dimension message } } } }";
        let answer = self.ask(&self.person("caseworker"), document, json!({ "id": id })).await;
        let check = answer.at("service/check").clone();
        let word = |reason: &Value, key: &str| reason[key].as_str().unwrap_or_default().to_owned();
        let reasons = check["reasons"].as_array().expect("reasons").iter();
        let reasons = reasons.map(|reason| format!("{} {}", word(reason, "dimension"), word(reason, "message")));
        (answer.at("service/criteriaDisagree") == &json!(true), check["verdict"].clone(), reasons.collect())
    }
}

on_both_databases! {
    async fn what_a_source_tells_otherwise_in_another_language_is_to_be_confirmed_until_somebody_has_asked(world: World) {
        let world = world.with_editors().await;
        let mut doubted = world.like(MINORITY_APPEAL, "told in two languages");
        doubted.criteria_disagree = true;
        let id = doubted.id.to_string();
        let only = vec!["AGE only under 18".to_owned()];
        let doubts = vec![
            "CRITERIA criteria differ between the languages of the source: ask which hold".to_owned(),
            "AGE confirm the age: only under 18".to_owned(),
        ];
        for (act, input) in [
            ("serviceConfirm", json!({ "serviceId": id })),
            ("serviceConfirm", json!({ "serviceId": id, "fields": ["ELIGIBILITY"] })),
            ("serviceEdit", json!({ "serviceId": id, "changes": { "criteriaText": "Under 18, whatever the language." } })),
        ] {
            world.publish(&doubted).await;
            assert_eq!(world.judged(&id).await, (true, json!("TO_CONFIRM"), doubts.clone()));
            let mut input = input;
            if act == "serviceEdit" {
                input["expectedVersion"] = world.seen("editor", &id).await["version"].clone();
            }
            assert_eq!(world.tries("editor", act, input.clone()).await, "");
            assert_eq!(world.judged(&id).await, (false, json!("NO"), only.clone()), "{act} {input}");
        }
        // To confirm another field says nothing of the criteria.
        world.publish(&doubted).await;
        let fields = json!({ "serviceId": id, "fields": ["STATUS"] });
        assert_eq!(world.tries("editor", "serviceConfirm", fields).await, "");
        assert!(world.judged(&id).await.0);
    }
}
