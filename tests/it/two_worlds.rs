//! Two worlds that differ only in one hidden value: whoever may not know it gets the same bytes from both, whatever
//! the question, down to counts, order and cursors. Nothing here asks the policy; who may not know what is written
//! by hand from the release stages of the domain reference.

use crate::kit::requirement::{announce, is_full};
use crate::kit::steps::{Ready, Referred, fresh_key, merged, organization_id, service_id, step_input, text};
use crate::kit::world::{LAWYERS, MINORITY_APPEAL, Person, World, answered, graphql_request};
use crate::markers::{Marked, Stage};
use crate::oracle::{PEOPLE, questions};
use serde_json::{Value, json};

/// Fewest pairs of answers that are compared: 10,000 at the full size.
const FEWEST_PAIRS: usize = 2_500;

/// Who is of no team that follows the case, nor reads the trail, nor is asked to take the person in.
const STRANGERS: [&str; 8] = [
    "colleague of another team",
    "another partner",
    "caseworker of another project",
    "coordinator of another project",
    "directory editor",
    "analyst",
    "sysadmin",
    "nobody",
];

/// What the two worlds differ in, and who besides the strangers must not notice.
struct Difference {
    name: &'static str,
    /// Facts of the case, in either world.
    case: [Value; 2],
    /// Facts of the consent, in either world.
    consent: [Value; 2],
    /// What only the second world has besides, recorded last so that no id is another one.
    besides: Besides,
    others: &'static [&'static str],
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Besides {
    Nothing,
    Case,
    Consent,
    Demand,
    Draft,
}

fn differences() -> Vec<Difference> {
    let nothing = || [json!({}), json!({})];
    let person = |over: Value| {
        json!({ "person": merged(json!({ "ageBand": "AGE_15_17", "gender": "WOMAN",
        "household": "UNACCOMPANIED_CHILD", "adminStatus": "MINOR_IN_APPEAL", "languages": ["bm"], "area": "FR-93055" }), &over) })
    };
    let base = || [person(json!({})), person(json!({}))];
    let outside: &[&str] = &["lawyer", "coordinator", "protection lead", "auditor"];
    let narrow = json!({ "fieldScope": ["AGE_BAND", "LANGUAGES", "AREA", "ADMIN_STATUS"] });
    let of_case = |name, one: Value, other: Value| Difference {
        name,
        case: [one, other],
        consent: [narrow.clone(), narrow.clone()],
        besides: Besides::Nothing,
        others: outside,
    };
    let of_consent = |name, one: Value, other: Value| Difference {
        name,
        case: base(),
        consent: [one, other],
        besides: Besides::Nothing,
        others: outside,
    };
    let besides = |name, besides, others| Difference { name, case: base(), consent: nothing(), besides, others };
    let file = |number: &str| merged(person(json!({})), &json!({ "fileNumber": number }));
    let flags = |flags: Value| merged(person(json!({})), &json!({ "protectionFlags": flags }));
    vec![
        of_case("the file number", file("AA-11/1"), file("BB-22/2")),
        of_case("a protection flag", flags(json!(["TORTURE"])), flags(json!(["THREAT", "LGBTQI"]))),
        of_case("whether there is a flag", flags(json!([])), flags(json!(["LGBTQI"]))),
        of_case("the gender", person(json!({ "gender": "WOMAN" })), person(json!({ "gender": "MAN" }))),
        of_case("where they sleep", person(json!({ "situation": "SQUAT" })), person(json!({ "situation": "STREET" }))),
        of_consent("how consent was given", json!({ "modality": "VERBAL" }), json!({ "modality": "INTERPRETER" })),
        of_consent("the language of the consent", json!({ "language": "en" }), json!({ "language": "bm" })),
        // A trail tells auditors what was done, and a coordinator reads the drafts of the project.
        besides("another case", Besides::Case, &["lawyer", "coordinator", "protection lead"]),
        besides("another consent", Besides::Consent, &["lawyer", "coordinator", "protection lead"]),
        besides("one unmet need", Besides::Demand, &["lawyer", "coordinator", "protection lead"]),
        besides("a draft for the same recipient", Besides::Draft, &["lawyer"]),
    ]
}

/// One of the two worlds.
struct Side {
    world: World,
    people: std::collections::BTreeMap<String, Person>,
    marked: Marked,
    ready: Ready,
    referred: Referred,
    besides: Option<Besides>,
}

impl Side {
    async fn settle(difference: &Difference, which: usize) -> Self {
        let world = World::on_sqlite().await;
        let people = world.apply(PEOPLE).await;
        let sender = world.person("caseworker");
        let case = world.opened_case(&sender, difference.case[which].clone()).await;
        let id = text(&case["id"]);
        let basis = json!({ "basis": "CHILD_CONSENT_MATURE" });
        let over = merged(basis, &difference.consent[which]);
        let consent = world.consented(&sender, &id, &organization_id(LAWYERS), &over).await;
        let draft = json!({ "caseId": id, "serviceId": service_id(MINORITY_APPEAL), "need": "LEGAL_MINORITY_APPEAL", "consentId": consent });
        let ready = Ready { sender, recipient: world.person("lawyer"), case: id.clone(), consent, draft };
        let referred = world.refer(&ready, "DRAFT").await;
        let marked = Marked { case: id, values: vec![("spoken code", text(&case["spokenCode"]))] };
        let besides = (which == 1).then_some(difference.besides);
        Self { world, people, marked, ready, referred, besides }
    }

    fn person(&self, handle: &str) -> Person {
        self.people.get(handle).cloned().unwrap_or_else(|| self.world.person(handle))
    }

    /// Takes the referral one step on.
    async fn step(&mut self, step: &str) {
        let actor = if step == "referralSend" { &self.ready.sender } else { &self.ready.recipient };
        let done = self.world.act(actor, step, &step_input(step, &self.referred)).await;
        assert_eq!(done.at(step)["errors"], json!([]), "{}", done.text());
        self.referred.version += 1;
    }

    /// Records what only this world has.
    async fn add_what_is_besides(&self) {
        let sender = &self.ready.sender;
        match self.besides {
            None | Some(Besides::Nothing) => {}
            Some(Besides::Case) => {
                self.world.opened_case(sender, json!({ "person": { "area": "FR-93055" } })).await;
            }
            Some(Besides::Consent) => {
                let over = json!({ "basis": "CHILD_CONSENT_MATURE" });
                self.world.consented(sender, &self.ready.case, &organization_id(LAWYERS), &over).await;
            }
            Some(Besides::Demand) => {
                let input = json!({ "idempotencyKey": fresh_key(), "caseId": self.ready.case, "need": "SOL_ETM",
                    "result": "UNMET_NO_SERVICE" });
                self.world.done(sender, "demandRecord", &input).await;
            }
            Some(Besides::Draft) => {
                self.world.refer(&self.ready, "DRAFT").await;
            }
        }
    }

    async fn answer(&self, person: &Person, question: &str) -> Vec<u8> {
        answered(self.world.router(), graphql_request(person, "fr", question, json!({}))).await.bytes.to_vec()
    }
}

/// An answer without the bytes of sealed cursors, which are drawn anew each time; that there is one, and its length, count.
fn without_sealed_cursors(question: &str, told: &[u8]) -> String {
    let told = String::from_utf8_lossy(told);
    if !question.contains("directoryChanges") {
        return told.into_owned();
    }
    let is_sealed = |text: &str| text.len() == SEALED_CURSOR_LETTERS && text.bytes().all(is_of_base64);
    let parts = told.split('"').map(|part| if is_sealed(part) { "sealed cursor" } else { part });
    parts.collect::<Vec<_>>().join("\"")
}

/// Letters of a sealed cursor of the feed.
const SEALED_CURSOR_LETTERS: usize = 119;

const fn is_of_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')
}

/// Compares what both worlds answer to those who must not notice; gives how many pairs, and how many of those are told
/// something.
async fn compare(sides: &[Side; 2], difference: &Difference, stage: Stage, stride: usize) -> usize {
    let questions = sides.each_ref().map(|side| questions(&side.marked, &side.ready, &side.referred));
    assert_eq!(questions[0].len(), questions[1].len());
    let mut pairs = 0;
    for (number, handle) in STRANGERS.iter().chain(difference.others).enumerate() {
        let people = sides.each_ref().map(|side| side.person(handle));
        let both = questions[0].iter().zip(&questions[1]).skip(number % stride).step_by(stride);
        for (one, other) in both {
            let (one_told, other_told) =
                (sides[0].answer(&people[0], one).await, sides[1].answer(&people[1], other).await);
            assert_eq!(one, other, "the worlds draw the same ids");
            assert_eq!(
                without_sealed_cursors(one, &one_told),
                without_sealed_cursors(other, &other_told),
                "{handle} notices {} at {stage:?} by {one}",
                difference.name
            );
            pairs += 1;
        }
    }
    pairs
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_may_not_know_gets_the_same_bytes_from_two_worlds() {
    let wanted = if is_full() { 10_000 } else { FEWEST_PAIRS };
    let mut pairs = 0;
    let all = differences();
    for difference in &all {
        let mut sides = [Side::settle(difference, 0).await, Side::settle(difference, 1).await];
        let count = questions(&sides[0].marked, &sides[0].ready, &sides[0].referred).len();
        let per_stage = wanted.div_ceil(all.len() * 2);
        let viewers = STRANGERS.len() + difference.others.len();
        let stride = (count * viewers / per_stage).max(1);
        for (step, stage) in
            [("referralSend", Stage::Offer), ("referralAcknowledge", Stage::Offer), ("referralAccept", Stage::Accepted)]
        {
            for side in &mut sides {
                side.step(step).await;
            }
            if step == "referralSend" {
                for side in &sides {
                    side.add_what_is_besides().await;
                }
            }
            if step != "referralAcknowledge" {
                pairs += compare(&sides, difference, stage, stride).await;
            }
        }
        assert!(is_noticed_by_the_team(&sides).await, "the team sees {}", difference.name);
    }
    announce(&format!("{pairs} pairs of answers from two worlds were compared"));
    assert!(pairs >= wanted, "{pairs}");
}

/// The control: there is a difference, and who follows the case reads it.
async fn is_noticed_by_the_team(sides: &[Side; 2]) -> bool {
    let mut told = Vec::new();
    for side in sides {
        let team = side.person("caseworker");
        let mut answers = String::new();
        let case = crate::kit::schema::SCHEMA.everything("CaseReference");
        let consent = crate::kit::schema::SCHEMA.everything("Consent");
        for question in [
            format!("{{ node(id: \"{}\") {{ ... on CaseReference {case} }} }}", side.ready.case),
            format!("{{ node(id: \"{}\") {{ ... on Consent {consent} }} }}", side.ready.consent),
            "{ sentReferrals { nodes { id } } }".to_owned(),
        ] {
            answers.push_str(&String::from_utf8_lossy(&side.answer(&team, &question).await));
        }
        for table in ["cases", "consents", "demands"] {
            answers.push_str(&format!("{table} {}", side.world.rows(table).await.len()));
        }
        told.push(answers);
    }
    told[0] != told[1]
}
