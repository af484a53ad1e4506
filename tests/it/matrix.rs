//! The matrix: what every field tells every viewer, by every path, in every state, held against a sheet that
//! people have reviewed (ruling R16). Nothing here asks the policy; it is what the API answers.

mod acts;
mod flips;
mod named;
mod objects;
mod people;
mod protected;
mod questions;
mod sheet;
mod turning;

use self::objects::{Object, Objects, in_order, titles};
use self::sheet::Book;
use crate::kit::requirement::{announce, is_full};
use crate::kit::schema::SCHEMA;
use crate::kit::steps::{merged, organization_id};
use crate::kit::world::{Answer, LAWYERS, Person, World};
use relais::domain::account::TokenScope;
use relais::domain::code::CodeList;
use relais::domain::id::{Identifier, ProjectId, TeamId};
use serde_json::{Value, json};

/// Fewest cells that a run compares.
const FEWEST_CELLS: usize = 200_000;

/// One world, everybody in it, and one object for each way to stand.
pub struct Matrix {
    pub world: World,
    pub people: Vec<(&'static str, Person)>,
    pub objects: Objects,
    pub trail: TrailPlaces,
}

/// From where on the audit trail no longer changes while it is asked about.
pub struct TrailPlaces {
    pub paris: String,
    pub after_in_paris: String,
    pub after_own: String,
}

impl TrailPlaces {
    async fn mark(world: &World, people: &[(&'static str, Person)]) -> Self {
        let person = |handle: &str| &people.iter().find(|(known, _)| *known == handle).expect("somebody").1;
        let paris = ProjectId::derived("corridor", "paris").to_string();
        // A refusal, so that an entry of the own acts has a reason; and an act behind it that is the mark.
        let forbidden = "{ serviceGaps(firstMonth: \"2026-11\", lastMonth: \"2026-11\") { threshold } }";
        let open = json!({ "idempotencyKey": "the-mark-1", "person": { "area": "FR" } });
        world.ask(person("caseworker"), forbidden, json!({})).await;
        world.act(person("caseworker"), "caseOpen", &open).await;
        let cursor = async |handle: &str, arguments: String| {
            let question = format!("{{ auditEvents({arguments}) {{ pageInfo {{ endCursor }} }} }}");
            let answer = world.ask(person(handle), &question, json!({})).await;
            answer.text_at("auditEvents/pageInfo/endCursor").to_owned()
        };
        Self {
            after_in_paris: cursor("auditor", format!("first: 1, trail: \"{paris}\"")).await,
            after_own: cursor("caseworker", "first: 1".to_owned()).await,
            paris,
        }
    }
}

impl Matrix {
    pub async fn settle(world: World) -> Self {
        let people = people::settle(&world).await;
        let agent = people.iter().find(|(handle, _)| *handle == "agent of the hospital").expect("the agent");
        let objects = Objects::settle(&world, &agent.1).await;
        let lead = people.iter().find(|(handle, _)| *handle == "protection lead").expect("the lead");
        let hold = json!({ "caseId": objects.cases[0].id, "reason": "JUDICIAL_ORDER", "reviewOn": "2027-05-01" });
        world.done(&lead.1, "legalHoldSet", &hold).await;
        suggest(&world, &objects, &people).await;
        register(&world, &people).await;
        share(&world, &people).await;
        let trail = TrailPlaces::mark(&world, &people).await;
        Self { world, people, objects, trail }
    }

    pub fn person(&self, handle: &str) -> &Person {
        let found = self.people.iter().find(|(known, _)| *known == handle);
        &found.unwrap_or_else(|| panic!("nobody is called {handle}")).1
    }
}

/// A correction of an entry that everybody on the staff may know of, and of one of the lawyers that is theirs alone.
async fn suggest(world: &World, objects: &Objects, people: &[(&'static str, Person)]) {
    let editor = &people.iter().find(|(handle, _)| *handle == "directory editor of the lawyers").expect("an editor").1;
    for title in ["network", "public, of the lawyers"] {
        let service = objects.services.iter().find(|object| object.title == title).expect("an entry");
        let input = json!({ "serviceId": service.id, "changes": { "fees": "2 euros" } });
        world.done(editor, "serviceCorrectionSuggest", &input).await;
    }
}

/// A webhook of the clinic with a value in every field: it was tried, and is disabled.
async fn register(world: &World, people: &[(&'static str, Person)]) {
    let coordinator = &people.iter().find(|(handle, _)| *handle == "coordinator").expect("the coordinator").1;
    let url = json!({ "url": "https://hooks.example.org/relais" });
    let made = world.act(coordinator, "webhookEndpointCreate", &url).await;
    let id = made.text_at("webhookEndpointCreate/webhookEndpoint/id");
    world.done(coordinator, "webhookEndpointTest", &json!({ "webhookEndpointId": id })).await;
    let columns = "delivery_id, number, at, result, http_status, duration_milliseconds";
    let tried = "SELECT id, 1, created_at, 'refused', 503, 12 FROM deliveries WHERE kind = 'endpoint.tested'";
    world.execute(&format!("INSERT INTO delivery_attempts ({columns}) {tried}")).await;
    let disabled = format!("disabled_at = {}, disabled_reason = 'gone'", world.now().microseconds());
    world.execute(&format!("UPDATE delivery_queues SET {disabled} WHERE id = '{id}'")).await;
}

/// A phone that the team of Paris shares, with a value in every field.
async fn share(world: &World, people: &[(&'static str, Person)]) {
    let coordinator = &people.iter().find(|(handle, _)| *handle == "coordinator").expect("the coordinator").1;
    let input = json!({ "teamId": TeamId::derived("corridor", "project paris").to_string(), "name": "phone 1" });
    world.done(coordinator, "deviceEnrol", &input).await;
    world.done(coordinator, "deviceEnrol", &input).await;
    let at = world.now().microseconds();
    world.execute(&format!("UPDATE devices SET seen_on = '2026-11-23', opened_at = {at}")).await;
    let one = "(SELECT d.id FROM (SELECT min(id) AS id FROM devices) d)";
    world.execute(&format!("UPDATE devices SET revoked_at = {at} WHERE id = {one}")).await;
}

/// One way to ask for objects of a type.
struct Path {
    name: &'static str,
    type_name: &'static str,
    objects: fn(&Objects) -> &[Object],
    ask: Ask,
}

/// Asking for objects one by one, or for a list that holds them.
enum Ask {
    /// By id, under a field of the root.
    One { root: &'static str, argument: &'static str },
    /// The entries of a list that comes in pages, told apart by their ids.
    Pages { list: &'static str },
    /// The entries of a list that comes at once.
    List { document: &'static str, at: &'static str },
}

const PATHS: &[Path] = &[
    Path {
        name: "referral",
        type_name: "Referral",
        objects: |all| &all.referrals,
        ask: Ask::One { root: "referral", argument: "id" },
    },
    Path {
        name: "node",
        type_name: "Referral",
        objects: |all| &all.referrals,
        ask: Ask::One { root: "node", argument: "id" },
    },
    Path { name: "inbox", type_name: "Referral", objects: |all| &all.referrals, ask: Ask::Pages { list: "inbox" } },
    Path {
        name: "sentReferrals",
        type_name: "Referral",
        objects: |all| &all.referrals,
        ask: Ask::Pages { list: "sentReferrals" },
    },
    Path {
        name: "node",
        type_name: "CaseReference",
        objects: |all| &all.cases,
        ask: Ask::One { root: "node", argument: "id" },
    },
    Path {
        name: "casesByFileNumber",
        type_name: "CaseReference",
        objects: |all| &all.cases,
        ask: Ask::List {
            document: "{ casesByFileNumber(fileNumber: \"PAN-2026/118\") SELECTION }",
            at: "/data/casesByFileNumber",
        },
    },
    Path {
        name: "node",
        type_name: "Consent",
        objects: |all| &all.consents,
        ask: Ask::One { root: "node", argument: "id" },
    },
    Path {
        name: "node",
        type_name: "Demand",
        objects: |all| &all.demands,
        ask: Ask::One { root: "node", argument: "id" },
    },
    Path {
        name: "service",
        type_name: "Service",
        objects: |all| &all.services,
        ask: Ask::One { root: "service", argument: "id" },
    },
    Path {
        name: "node",
        type_name: "Service",
        objects: |all| &all.services,
        ask: Ask::One { root: "node", argument: "id" },
    },
];

impl Path {
    /// What the viewer is told of each object; null where there is nothing for them.
    async fn read(&self, matrix: &Matrix, person: &Person) -> Vec<Value> {
        let objects = (self.objects)(&matrix.objects);
        let selection = SCHEMA.everything(self.type_name);
        match self.ask {
            Ask::One { root, argument } => {
                let of = self.type_name;
                let document =
                    format!("query($id: ID!) {{ object: {root}({argument}: $id) {{ ... on {of} {selection} }} }}");
                let mut told = Vec::new();
                for object in objects {
                    let answer = matrix.world.ask(person, &document, json!({ "id": object.id })).await;
                    told.push(usable(&answer).json.pointer("/data/object").cloned().unwrap_or_default());
                }
                told
            }
            Ask::Pages { list } => {
                let document = format!(
                    "query($after: String) {{ list: {list}(first: SIZE, after: $after) \
                     {{ nodes {selection} pageInfo {{ endCursor hasNextPage }} }} }}"
                );
                in_order(objects, &Value::Array(matrix.pages(person, &document, "nodes").await))
            }
            Ask::List { document, at } => {
                let answer = matrix.world.ask(person, &document.replace("SELECTION", &selection), json!({})).await;
                in_order(objects, usable(&answer).json.pointer(at).unwrap_or(&Value::Null))
            }
        }
    }
}

/// A question of the test itself is never what is refused.
fn usable(answer: &Answer) -> &Answer {
    let code = answer.code();
    assert!(!code.starts_with("QUERY") && !code.starts_with("GRAPHQL") && code != "INTERNAL", "{}", answer.text());
    answer
}

impl Matrix {
    /// Everything under `entries` of all pages of the list `list` of a document, whose pages are as large as what
    /// they select allows: `first: SIZE`.
    pub async fn pages(&self, person: &Person, document: &str, entries: &str) -> Vec<Value> {
        let (mut all, mut after, mut size) = (Vec::new(), Value::Null, 64);
        loop {
            let sized = document.replace("SIZE", &size.to_string());
            let answer = self.world.ask(person, &sized, json!({ "after": after })).await;
            if answer.code() == "QUERY_TOO_COMPLEX" && size > 1 {
                size /= 2;
                continue;
            }
            let page = usable(&answer).json["data"]["list"].clone();
            all.extend(page[entries].as_array().cloned().unwrap_or_default());
            after = page["pageInfo"]["endCursor"].clone();
            if page["pageInfo"]["hasNextPage"] != true {
                return all;
            }
        }
    }

    async fn book(&self) -> Book {
        let mut book = Book::default();
        for (handle, person) in &self.people {
            for path in PATHS {
                let told = path.read(self, person).await;
                let heading = format!("{} by {}: {handle}", path.type_name, path.name);
                book.add(heading, &SCHEMA.leaves(path.type_name), &told);
            }
            self.found_in_searches(&mut book, handle, person).await;
            self.found_by_spoken_code(&mut book, handle, person).await;
            self.figures(&mut book, handle, person).await;
        }
        book
    }

    /// Services as a search finds them, each with how it was judged.
    async fn found_in_searches(&self, book: &mut Book, handle: &str, person: &Person) {
        let near = "near: { latitude: 48.89, longitude: 2.41 }";
        let verdicts = "verdicts: [MATCH, TO_CONFIRM, NO]";
        let selection = SCHEMA.everything("ServiceEdge");
        let document = format!(
            "query($after: String) {{ list: services(filter: {{ {near}, {verdicts}, person: {{ ageBand: AGE_15_17 }} }}, first: SIZE, after: $after) \
             {{ edges {selection} pageInfo {{ endCursor hasNextPage }} }} }}"
        );
        let edges = self.pages(person, &document, "edges").await;
        let found = |object: &Object| edges.iter().find(|edge| edge["node"]["id"] == object.id).cloned();
        let told: Vec<Value> =
            self.objects.services.iter().map(|object| found(object).unwrap_or(Value::Null)).collect();
        book.add(format!("ServiceEdge by search: {handle}"), &SCHEMA.leaves("ServiceEdge"), &told);
        for key in [people::HOSPITAL, LAWYERS] {
            let mut told = vec![Value::Null; self.objects.services.len()];
            for part in SCHEMA.everything_in_parts("Service", 4) {
                let document = format!("query($id: ID!) {{ organization(id: $id) {{ services {part} }} }}");
                let answer = self.world.ask(person, &document, json!({ "id": organization_id(key) })).await;
                let services = usable(&answer).json.pointer("/data/organization/services").cloned().unwrap_or_default();
                let parts = in_order(&self.objects.services, &services);
                told = told
                    .into_iter()
                    .zip(parts)
                    .map(|(whole, part)| if whole.is_null() { part } else { merged(whole, &part) })
                    .collect();
            }
            let name = if key == LAWYERS { "the lawyers" } else { "the hospital" };
            book.add(format!("Service by organization, of {name}: {handle}"), &SCHEMA.leaves("Service"), &told);
        }
    }

    /// The table of gaps, by need.
    async fn figures(&self, book: &mut Book, handle: &str, person: &Person) {
        let month = &self.world.now().month().to_string();
        let document = format!(
            "{{ serviceGaps(firstMonth: \"{month}\", lastMonth: \"{month}\") {{ threshold sensitiveThreshold cells {} }} }}",
            SCHEMA.everything("ServiceGapCell")
        );
        let answer = self.world.ask(person, &document, json!({})).await;
        let report = usable(&answer).json.pointer("/data/serviceGaps").cloned().unwrap_or_default();
        let cell = |need: &str| {
            let cells = report["cells"].as_array().into_iter().flatten();
            cells.clone().find(|cell| cell["need"] == need).cloned().unwrap_or_default()
        };
        // Of the last need only one person is counted.
        let told = ["BASIC_FOOD", "BASIC_NFI", "SHELTER_WOMEN_SAFE", "SOL_ETM"].map(cell);
        book.add(format!("ServiceGapCell by serviceGaps: {handle}"), &SCHEMA.leaves("ServiceGapCell"), &told);
        let thresholds = [vec!["threshold".to_owned()], vec!["sensitiveThreshold".to_owned()]];
        book.add(format!("ServiceGapReport by serviceGaps: {handle}"), &thresholds, std::slice::from_ref(&report));
    }

    async fn found_by_spoken_code(&self, book: &mut Book, handle: &str, person: &Person) {
        let selection = SCHEMA.everything("CaseReference");
        let document = format!("query($code: String!) {{ caseBySpokenCode(spokenCode: $code) {selection} }}");
        let answer = self.world.ask(person, &document, json!({ "code": self.objects.spoken_code })).await;
        let told = usable(&answer).json.pointer("/data/caseBySpokenCode").cloned().unwrap_or_default();
        book.add(format!("CaseReference by caseBySpokenCode: {handle}"), &SCHEMA.leaves("CaseReference"), &[told]);
    }
}

/// What can befall somebody's credential, as what is then put into its row; and the clock stands still.
fn variants() -> Vec<(String, String)> {
    let narrowed = TokenScope::ALL.iter().map(|scope| (format!("a token for {scope}"), format!("scopes = '{scope}'")));
    let run_out = ("an expired token".to_owned(), "expires_at = created_at".to_owned());
    let revoked = ("a revoked token".to_owned(), "hash = 'revoked ' || hash".to_owned());
    narrowed.chain([run_out, revoked]).collect()
}

/// Whose credentials are narrowed, run out and revoked: one of each tie that reads anything of a person.
const WITH_VARIANTS: [&str; 6] =
    ["caseworker", "coordinator", "protection lead", "lawyer", "analyst", "agent of the hospital"];

impl Matrix {
    /// What is left of what somebody is told when the credential is another one.
    async fn book_of_variants(&self) -> Book {
        let mut book = Book::default();
        let rows = self.world.texts("SELECT hash || ' ' || scopes FROM tokens".to_owned()).await;
        for (variant, put) in variants() {
            self.world.execute(&format!("UPDATE tokens SET {put}")).await;
            self.add_variant(&mut book, &variant).await;
            self.restore_tokens(&rows).await;
        }
        // The last, because a thaw takes two people and time.
        let paris = json!({ "projectId": ProjectId::derived("corridor", "paris").to_string() });
        self.world.done(self.person("coordinator"), "projectFreeze", &paris).await;
        self.add_variant(&mut book, "a frozen project").await;
        book
    }

    async fn add_variant(&self, book: &mut Book, variant: &str) {
        for handle in WITH_VARIANTS {
            let person = self.person(handle);
            for path in PATHS.iter().filter(|path| path.type_name != "Referral" || !matches!(path.ask, Ask::One { .. }))
            {
                let told = path.read(self, person).await;
                let heading = format!("{} by {}: {handle}, {variant}", path.type_name, path.name);
                book.add(heading, &SCHEMA.leaves(path.type_name), &told);
            }
            self.figures(book, &format!("{handle}, {variant}"), person).await;
        }
    }

    async fn restore_tokens(&self, rows: &[String]) {
        for row in rows {
            let (hash, scopes) = row.split_once(' ').expect("a hash and scopes");
            let put = format!("hash = '{hash}', scopes = '{scopes}', expires_at = created_at + 7776000000000");
            self.world.execute(&format!("UPDATE tokens SET {put} WHERE hash IN ('{hash}', 'revoked {hash}')")).await;
        }
    }
}

async fn told(world: World) {
    let matrix = Box::pin(Matrix::settle(world)).await;
    let book = matrix.book().await;
    announce(&format!("the matrix compared {} cells", book.cells));
    assert!(book.cells >= FEWEST_CELLS, "{} cells", book.cells);
    let mut columns = titles(&matrix.objects.referrals);
    columns.push(String::new());
    columns.extend(titles(&matrix.objects.services));
    insta::assert_snapshot!("what_every_field_tells", book.print(&columns));
    let variants = matrix.book_of_variants().await;
    announce(&format!("the variants of the matrix compared {} cells", variants.cells));
    insta::assert_snapshot!("what_other_credentials_tell", variants.print(&columns));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_field_tells_every_viewer_what_has_been_reviewed() {
    told(World::on_sqlite().await).await;
    // The same sheets, from the other database.
    if is_full()
        && let Some(world) = World::on_postgres().await
    {
        told(world).await;
    }
}
