//! What a partner can read at all, looked for in the raw bytes of every answer it can get.
//!
//! An oracle that knows nothing of the policy (ruling R16): a case whose every value is found nowhere else
//! goes through the loop, and a table written by hand says from where to where each value may be found.

use crate::kit::schema::SCHEMA;
use crate::kit::steps::{Ready, Referred, fresh_key, mutation, organization_id, service_id, step_input, text};
use crate::kit::world::{Answer, LAWYERS, Person, World, on_both_databases};
use relais::domain::disclosure::alias;
use relais::domain::id::{CaseId, Identifier, OrganizationId, ProjectId};
use relais::domain::time::Timestamp;
use relais::store::KeyPurpose;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Care after torture, and its organisation: the first partner. The second are the lawyers.
pub const CARE_CENTRE: &str = "2b447366-e73d-4d0b-8985-fb65ed3e0afc";
pub const CARE_AFTER_TORTURE: &str = "69b72c32-1b07-4721-80a5-40c2d9b21425";
const BIRTH_CERTIFICATES: &str = "63dd21de-fde0-43fc-bbd1-95f3724957ef";

/// How far a referral is open, in the order of its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Draft,
    Offer,
    Accepted,
    /// Accepted, but the consent has lapsed.
    Lapsed,
    Ended,
    /// Ended for so long that it cannot be reopened.
    Past,
}

use Stage::{Accepted, Draft, Ended, Lapsed, Offer, Past};

const NEVER: &[Stage] = &[];
const WHILE_OPEN: &[Stage] = &[Offer, Accepted, Lapsed];

/// Each kind of value, with the stages at which its recipient may meet it. Written by hand from the release
/// stages of the domain reference; no code of the house is asked.
pub const TABLE: [(&str, &[Stage]); 25] = [
    ("age band", WHILE_OPEN),
    ("first language", WHILE_OPEN),
    ("second language", WHILE_OPEN),
    ("area", WHILE_OPEN),
    ("contact rule", WHILE_OPEN),
    ("name of the project", WHILE_OPEN),
    ("mailbox of the project", WHILE_OPEN),
    ("phone of the project", WHILE_OPEN),
    ("alias", &[Accepted, Ended]),
    ("concern of the service's field", &[Accepted]),
    ("end of the consent, by the hour", &[Accepted]),
    ("text of the sender", &[Accepted]),
    ("alias for the other partner", NEVER),
    ("gender", NEVER),
    ("household", NEVER),
    ("administrative status", NEVER),
    ("situation", NEVER),
    ("another concern", NEVER),
    ("file number", NEVER),
    ("spoken code", NEVER),
    ("case id", NEVER),
    ("consent id", NEVER),
    ("deadline", NEVER),
    ("an exact time", NEVER),
    ("language of the consent", NEVER),
];

/// The marked case, and the texts to look for by the kinds of [`TABLE`].
pub struct Marked {
    pub case: String,
    pub values: Vec<(&'static str, String)>,
}

fn case_input() -> Value {
    // Values that no service of the directory names.
    json!({
        "fileNumber": "ZZ-77/4141", "protectionFlags": ["DETENTION_SURVIVOR", "LGBTQI"],
        "person": { "ageBand": "AGE_60_PLUS", "gender": "OTHER", "household": "ACCOMPANIED_CHILD", "adminStatus": "REGULAR",
            "situation": "AT_LANDING_POINT", "languages": ["sus", "kpe"], "area": "FR-60159" },
    })
}

impl Marked {
    pub async fn open(world: &World) -> Self {
        let case = world.opened_case(&world.person("caseworker"), case_input()).await;
        let mut marked = Self { case: text(&case["id"]), values: Vec::new() };
        for (kind, value) in [
            ("age band", "\"AGE_60_PLUS\""),
            ("first language", "\"sus\""),
            ("second language", "\"kpe\""),
            ("area", "FR-60159"),
            ("contact rule", "CODE_WORD"),
            ("name of the project", "\"senderProject\":\"Passerelles Île-de-France\""),
            ("mailbox of the project", "\"senderMailbox\":\"passerelles@example.org\""),
            ("phone of the project", "\"senderPhone\":\"+33 1 99 00 00 70\""),
            ("concern of the service's field", "\"DETENTION_SURVIVOR\""),
            ("gender", "\"OTHER\""),
            ("household", "\"ACCOMPANIED_CHILD\""),
            ("administrative status", "\"REGULAR\""),
            ("situation", "\"AT_LANDING_POINT\""),
            ("another concern", "\"LGBTQI\""),
            ("file number", "ZZ-77/4141"),
            ("deadline", "2026-12-05T07:31:22.65"),
            ("language of the consent", "\"mnk\""),
        ] {
            marked.mark(kind, value);
        }
        marked.mark("spoken code", case["spokenCode"].as_str().expect("a code"));
        let id = marked.case.clone();
        marked.mark("case id", &id);
        marked
    }

    fn mark(&mut self, kind: &'static str, value: &str) {
        assert!(TABLE.iter().any(|(name, _)| *name == kind), "{kind} is not in the table");
        self.values.push((kind, value.to_owned()));
    }

    /// The first text that is looked for of this kind.
    pub fn value(&self, kind: &str) -> &str {
        self.values.iter().find(|(name, _)| *name == kind).map_or("", |(_, value)| value)
    }

    /// Marks the hour at which a consent ends, as its recipient may read it, in the place of any before.
    pub async fn mark_end_of_consent(&mut self, world: &World, ready: &Ready) {
        let end = consent_end(world, ready).await;
        self.values.retain(|(kind, _)| *kind != "end of the consent, by the hour");
        self.mark("end of the consent, by the hour", &end);
    }

    /// The sender writes on an accepted referral what is met nowhere else.
    pub async fn write_text(&mut self, world: &World, ready: &Ready, referred: &mut Referred) {
        let text = format!("Zinnober am Dienstag {}", self.values.len());
        let input = json!({ "referralId": referred.id, "expectedVersion": referred.version, "text": text });
        world.done(&ready.sender, "referralMessageSend", &input).await;
        referred.version += 1;
        self.mark("text of the sender", &text);
    }

    /// Moves the clock by odd steps, and marks the instant.
    pub fn tick(&mut self, world: &World) {
        let now = Timestamp::from_microseconds(world.now().microseconds() + 61_123_457);
        world.clock.set(now);
        self.mark("an exact time", &now.to_string());
    }

    /// A consent and a draft for one partner.
    pub async fn ready(&mut self, world: &World, partner: &str, recipient: &str, service: &str, need: &str) -> Ready {
        let sender = world.person("caseworker");
        self.tick(world);
        // Each consent ends at an hour that only its recipient may read.
        let end =
            Timestamp::parse("2027-01-15T03:17:44.123456Z").expect("an instant").plus_hours(self.values.len() as i64);
        let over = json!({ "contactRule": "CODE_WORD", "language": "mnk", "expiresAt": end.to_string() });
        let consent = world.consented(&sender, &self.case, &organization_id(recipient), &over).await;
        self.mark("consent id", &consent);
        self.mark("an exact time", &end.to_string());
        let draft = json!({ "caseId": self.case, "serviceId": service_id(service), "need": need, "consentId": consent,
            "neededBy": "2026-12-05T07:31:22.654321Z" });
        Ready { sender, recipient: world.person(partner), case: self.case.clone(), consent, draft }
    }

    /// Marks the names by which two partners know the case; their key is made at the first sending.
    pub async fn mark_aliases(&mut self, world: &World, own: &str) -> String {
        let project = ProjectId::derived("corridor", "paris");
        let key = world.app.context().store.find_project_key(project, KeyPurpose::Alias).await.expect("a store");
        let key = key.expect("a key, since something was sent");
        let case = CaseId::parse(&self.case).expect("an id");
        let alias_for = |partner: &str| alias(&key, case, OrganizationId::derived("corridor", partner));
        let other = if own == LAWYERS { CARE_CENTRE } else { LAWYERS };
        self.values.retain(|(kind, _)| !kind.starts_with("alias"));
        self.mark("alias", &alias_for(own));
        self.mark("alias for the other partner", &alias_for(other));
        alias_for(own)
    }

    /// Fails if an answer holds what the table does not allow at this stage.
    fn assert_kept(&self, stage: Stage, answers: &[Answer]) {
        for (kind, value) in &self.values {
            let (_, allowed) = TABLE.iter().find(|(name, _)| name == kind).expect("a row of the table");
            let found = answers.iter().find(|answer| answer.text().contains(value.as_str()));
            if let Some(answer) = found.filter(|_| !allowed.contains(&stage)) {
                panic!("{stage:?}: {kind} {value} in {}", answer.text());
            }
        }
    }

    /// Fails if a kind that the table allows at this stage is met nowhere: then nothing was looked at.
    fn assert_told(&self, stage: Stage, answers: &[Answer]) {
        for (kind, _) in TABLE.iter().filter(|(_, allowed)| allowed.contains(&stage)) {
            let mut values = self.values.iter().filter(|(name, _)| name == kind);
            let is_told = values.any(|(_, value)| answers.iter().any(|answer| answer.text().contains(value)));
            assert!(is_told, "{stage:?}: {kind} is to be told");
        }
    }
}

/// Everything that a partner can ask, guessing every id there is.
async fn everything_asked(
    world: &World,
    person: &Person,
    marked: &Marked,
    ready: &Ready,
    referred: &Referred,
) -> Vec<Answer> {
    let referral = SCHEMA.everything("Referral");
    let mut answers = Vec::new();
    for list in ["inbox", "sentReferrals"] {
        for open in ["true", "false", "null"] {
            let connection = SCHEMA.everything("ReferralConnection");
            answers.push(
                world.ask(person, &format!("{{ {list}(open: {open}, first: 4) {connection} }}"), json!({})).await,
            );
        }
    }
    let by_id = format!("query($id: ID!) {{ referral(id: $id) {referral} }}");
    answers.push(world.ask(person, &by_id, json!({ "id": referred.id })).await);
    for id in [&referred.id, &marked.case, &ready.consent] {
        let node = SCHEMA.everything_of_node(id);
        answers
            .push(world.ask(person, &format!("query($id: ID!) {{ node(id: $id) {node} }}"), json!({ "id": id })).await);
    }
    let code = marked.value("spoken code");
    let case = SCHEMA.everything("CaseReference");
    for question in [
        format!("{{ caseBySpokenCode(spokenCode: \"{code}\") {case} }}"),
        format!("{{ casesByFileNumber(fileNumber: \"ZZ-77/4141\") {case} }}"),
        format!(
            "{{ serviceGaps(firstMonth: \"2026-11\", lastMonth: \"2026-12\") {} }}",
            SCHEMA.everything("ServiceGapReport")
        ),
        format!("{{ services(first: 36) {{ nodes {} }} }}", SCHEMA.everything("Service")),
        format!("{{ viewer {} }}", SCHEMA.everything("Viewer")),
    ] {
        answers.push(world.ask(person, &question, json!({})).await);
    }
    answers.extend(refused_acts(world, person, ready, referred).await);
    let unseen =
        answers.iter().find(|answer| answer.code() == "QUERY_TOO_COMPLEX" || answer.code().starts_with("GRAPHQL"));
    assert!(unseen.is_none(), "a question that was not answered shows nothing: {unseen:?}");
    answers
}

/// Acts that cannot succeed: errors are answers too.
async fn refused_acts(world: &World, person: &Person, ready: &Ready, referred: &Referred) -> Vec<Answer> {
    let mut answers = Vec::new();
    let stale = Referred { version: referred.version + 7, ..referred.clone() };
    for step in ["Send", "Acknowledge", "Accept", "Decline", "Start", "Complete"] {
        let step = format!("referral{step}");
        answers.push(world.act(person, &step, &step_input(&step, &stale)).await);
    }
    // Acts that belong to another state, on the right version.
    for step in ["referralSend", "referralStart", "referralComplete"] {
        let mut input = step_input(step, referred);
        if step == "referralComplete" {
            input["outcome"] = json!("DIED");
        } else if step == "referralStart" {
            input["serviceStartedAt"] = json!("2020-01-01T00:00:00Z");
        }
        answers.push(world.act(person, step, &input).await);
    }
    let mut create = ready.draft.clone();
    create["idempotencyKey"] = json!(fresh_key());
    answers.push(world.ask(person, &mutation("referralCreate"), json!({ "input": create })).await);
    let demand =
        json!({ "idempotencyKey": fresh_key(), "caseId": ready.case, "need": "SOL_ETM", "result": "UNMET_FULL" });
    answers.push(world.act(person, "demandRecord", &demand).await);
    answers
}

async fn step(world: &World, person: &Person, name: &str, referred: &mut Referred) -> Answer {
    let answer = world.act(person, name, &step_input(name, referred)).await;
    assert_eq!(answer.at(name)["errors"], json!([]), "{}", answer.text());
    referred.version += 1;
    answer
}

/// Takes one referral through the loop and looks at its recipient's answers at every stage.
async fn follow(world: &World, marked: &mut Marked, ready: &Ready, own: &'static str) {
    let partner = ready.recipient.clone();
    let mut referred = world.refer(ready, "DRAFT").await;
    let answers = everything_asked(world, &partner, marked, ready, &referred).await;
    marked.assert_kept(Draft, &answers);
    marked.tick(world);
    step(world, &ready.sender, "referralSend", &mut referred).await;
    marked.mark_aliases(world, own).await;
    for (name, stage) in [
        ("", Offer),
        ("referralAcknowledge", Offer),
        ("referralAccept", Accepted),
        ("", Lapsed),
        ("referralStart", Accepted),
        ("", Lapsed),
        ("referralComplete", Ended),
        ("", Past),
    ] {
        marked.tick(world);
        let mut answers = Vec::new();
        if !name.is_empty() {
            answers.push(step(world, &partner, name, &mut referred).await);
        }
        if name == "referralAccept" {
            marked.write_text(world, ready, &mut referred).await;
        }
        let now = world.now();
        match stage {
            Lapsed => world.clock.set(now.plus_days(60)),
            Past => world.clock.set(now.plus_days(31)),
            _ => {}
        }
        answers.extend(everything_asked(world, &partner, marked, ready, &referred).await);
        world.clock.set(now);
        marked.assert_kept(stage, &answers);
        if own == CARE_CENTRE {
            marked.assert_told(stage, &answers);
        }
    }
    assert_the_sender_reads_it_all(world, marked, ready, &referred).await;
}

/// Kinds that are marked for both referrals, or that the sender reads in another form.
fn is_of_both(kind: &str) -> bool {
    [
        "an exact time",
        "consent id",
        "end of the consent, by the hour",
        "alias for the other partner",
        "text of the sender",
    ]
    .contains(&kind)
}

/// The control: what is looked for is there to be found.
async fn assert_the_sender_reads_it_all(world: &World, marked: &Marked, ready: &Ready, referred: &Referred) {
    let question = format!("query($id: ID!) {{ referral(id: $id) {} }}", SCHEMA.everything("Referral"));
    let told = world.ask(&ready.sender, &question, json!({ "id": referred.id })).await.text();
    for (kind, value) in &marked.values {
        assert!(told.contains(value.as_str()) || is_of_both(kind), "the sender reads {kind} {value} in {told}");
    }
    assert!(told.contains(&ready.consent));
    let exact = marked.values.iter().filter(|(kind, value)| *kind == "an exact time" && told.contains(value.as_str()));
    assert!(exact.count() >= 5, "the sender reads exact times: {told}");
}

on_both_databases! {
    async fn no_answer_to_a_partner_holds_what_the_stage_does_not_open(world: World) {
        let mut marked = Marked::open(&world).await;
        // Made now, so that one partner's ids and times are looked for in the other's answers.
        let torture = ("another partner", CARE_CENTRE, CARE_AFTER_TORTURE, "MHPSS_TORTURE_REHAB");
        let papers = ("lawyer", LAWYERS, BIRTH_CERTIFICATES, "LEGAL_CIVIL_DOCUMENTATION");
        let to_the_centre = marked.ready(&world, torture.0, torture.1, torture.2, torture.3).await;
        let to_the_lawyers = marked.ready(&world, papers.0, papers.1, papers.2, papers.3).await;
        marked.mark_end_of_consent(&world, &to_the_centre).await;
        follow(&world, &mut marked, &to_the_centre, CARE_CENTRE).await;
        marked.mark_end_of_consent(&world, &to_the_lawyers).await;
        follow(&world, &mut marked, &to_the_lawyers, LAWYERS).await;
    }
}

/// The hour at which a consent ends, as its recipient may read it.
async fn consent_end(world: &World, ready: &Ready) -> String {
    let question = "query($id: ID!) { node(id: $id) { ... on Consent { expiresAt } } }";
    let answer = world.ask(&ready.sender, question, json!({ "id": ready.consent })).await;
    Timestamp::parse(answer.text_at("node/expiresAt")).expect("an instant").start_of_hour().to_string()
}

/// Every text in an answer, keys aside.
fn texts(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => drop(found.insert(text.clone())),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| texts(field, found)),
        _ => {}
    }
}

/// What two recipients of one case may both read: the hour of sending, what the offers tell of the person
/// (area and languages), who sent them, and what their own services happen to have in common, such as the source of the
/// directory that both are in.
const SHARED: [&str; 13] = [
    // The number of the team that asks, as anybody who is asked reads it.
    "+33 1 99 00 00 70",
    // The hour of the sending; of clocks that a hard deadline cuts none is told.
    "2026-11-23T18:00:00Z",
    "Clinique mobile des Passerelles",
    "Deux camions aménagés et une équipe de soignants, de médiateurs et d'interprètes qui vont à la rencontre des \
     personnes exilées en Île-de-France (organisation fictive)",
    "FR-60159",
    "Passerelles Île-de-France",
    "corridor",
    "fr",
    "free",
    "kpe",
    "org_z3i73wo7okex7fcyy6no6tevym",
    "passerelles@example.org",
    "sus",
];

on_both_databases! {
    /// P-08: two recipients of one case, who lay everything they can read side by side.
    async fn two_partners_find_no_identifier_of_the_person_that_both_hold(world: World) {
        let mut marked = Marked::open(&world).await;
        let mut told = Vec::new();
        for (partner, recipient, service, need) in [
            ("another partner", CARE_CENTRE, CARE_AFTER_TORTURE, "MHPSS_TORTURE_REHAB"),
            ("lawyer", LAWYERS, BIRTH_CERTIFICATES, "LEGAL_CIVIL_DOCUMENTATION"),
        ] {
            let ready = marked.ready(&world, partner, recipient, service, need).await;
            let referred = world.refer(&ready, "IN_SERVICE").await;
            let mut found = BTreeSet::new();
            // The directory is the same for both and of no person; the rest is compared.
            let answers = everything_asked(&world, &ready.recipient, &marked, &ready, &referred).await;
            let referrals = answers.iter().filter(|answer| answer.json.pointer("/data/services").is_none());
            referrals.for_each(|answer| texts(&answer.json["data"], &mut found));
            assert!(found.contains(&marked.mark_aliases(&world, recipient).await), "each has its own name for the case");
            told.push(found);
        }
        let both: BTreeSet<&String> = told[0].intersection(&told[1]).collect();
        let is_a_word = |text: &str| SCHEMA.enum_values.contains(text) || SCHEMA.objects.contains_key(text);
        let is_a_refusal = |text: &str| text.ends_with('.') || matches!(text, "input" | "expectedVersion" | "outcome");
        let shared: Vec<&str> =
            both.into_iter().map(String::as_str).filter(|text| !is_a_word(text) && !is_a_refusal(text)).collect();
        assert_eq!(shared, SHARED);
    }
}
