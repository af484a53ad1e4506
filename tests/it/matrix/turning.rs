//! Turning the table over, cell by cell, and asking who notices.

use super::sheet::letter;
use crate::kit::schema::SCHEMA;
use crate::kit::world::{Person, answered, graphql_request};
use relais::app::App;
use relais::domain::code::CodeList;
use relais::policy::table::{Content, Facts, Guard, Relation, Row, Sight, Standing, Table, object_of};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A turned table, what was turned, and who would notice by asking what.
pub struct Flip {
    name: String,
    content: Content,
    probes: Vec<Probe>,
}

/// A question of somebody.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Probe {
    pub handle: &'static str,
    pub document: String,
    pub id: String,
}

/// Under which field of its object a nested type stands.
const HOLDERS: [(&str, &str); 24] = [
    ("OfferedPerson", "offer"),
    ("DirectoryProposalChange", "changes"),
    ("FieldProvenance", "provenance"),
    ("ServiceSource", "source"),
    ("CaseReading", "readings"),
    ("Offer", "offer"),
    ("TimelineEntry", "timeline"),
    ("ReferralProof", "proof"),
    ("AttestedFact", "proof.decided"),
    ("Delivery", "deliveries"),
    ("Message", "messages"),
    ("Capacity", "capacity"),
    ("Eligibility", "eligibility"),
    ("Freshness", "freshness"),
    ("Place", "places"),
    ("Phone", "phones"),
    ("Translation", "translations"),
    ("Closure", "closures"),
    ("DatedHours", "datedHours"),
    ("OpeningState", "opening"),
    ("ServiceCheck", "check"),
    ("Schedule", "schedules"),
    ("ServiceDetail", "details"),
    ("WebhookAttempt", "lastAttempts"),
];

pub fn selection(row: &str) -> String {
    let (type_name, field) = row.split_once('.').expect("a type and a field");
    let of = &SCHEMA.field(type_name, field).type_name;
    let is_object = SCHEMA.objects.contains_key(of) || SCHEMA.members.contains_key(of);
    let asked = if is_object { format!("{field} {{ __typename }}") } else { field.to_owned() };
    match HOLDERS.iter().find(|(held, _)| *held == type_name) {
        Some((_, holders)) => {
            holders.rsplit('.').fold(format!("{{ {asked} }}"), |inside, holder| format!("{{ {holder} {inside} }}"))
        }
        None => format!("{{ {asked} }}"),
    }
}

/// The relations that somebody can have to a type of which the table says anything at all.
fn relations(content: &Content, row: &Row) -> BTreeSet<Relation> {
    let type_name = |name: &'static str| name.split('.').next();
    let of_type = content.rows.iter().filter(|other| type_name(other.name) == type_name(row.name));
    of_type.flat_map(|row| row.cells.iter().map(|cell| cell.relation)).collect()
}

fn all_guards_hold(relation: Relation, standing: Standing) -> Facts {
    Guard::ALL.iter().fold(Facts::new(relation, standing), |facts, guard| facts.holding(*guard, true))
}

/// The row with what it tells one relation in one standing turned over.
pub fn turned(row: &Row, relation: Relation, standing: Standing) -> Row {
    let mut turned = row.clone();
    if row.decide(&all_guards_hold(relation, standing)) == Sight::Absent {
        return turned.to(relation, &[standing]);
    }
    for cell in turned.cells.iter_mut().filter(|cell| cell.relation == relation) {
        cell.standings = cell.standings.with(standing, false);
    }
    turned
}

pub fn with_row(content: &Content, position: usize, row: Row) -> Content {
    let mut content = content.clone();
    content.rows[position] = row;
    content
}

/// Where the object, or what leads to the field, is shut anyway, a cell of the field cannot be seen.
fn is_behind_a_shut_lead(content: &Content, row: &str, relation: Relation, standing: Standing) -> bool {
    let object = object_of(row).expect("an object");
    let of = row.split('.').next().expect("a type");
    let leads: &[&str] = match of {
        "TimelineEntry" => &["Referral.timeline"],
        "Message" => &["Referral.messages"],
        "Delivery" => &["Referral.deliveries"],
        "ReferralProof" => &["Referral.proof"],
        "AttestedFact" => &["Referral.proof", "ReferralProof.decided"],
        _ => &[],
    };
    // What stands inside another object, or beside it, is there where that one is.
    let is_inside =
        HOLDERS.iter().any(|(held, _)| *held == of) || matches!(of, "ServiceEdge" | "FitReason" | "StandingFactor");
    let own = (!is_inside).then(|| format!("{of}.id"));
    let first = Some(format!("{}.id", object.types[0]));
    let row_of = |name: &String| content.rows.iter().find(|row| row.name == name);
    let id = [own, first].into_iter().flatten().find(|name| row_of(name).is_some());
    let facts = all_guards_hold(relation, standing);
    let is_shut = |lead: &String| row_of(lead).is_some_and(|lead| lead.decide(&facts) == Sight::Absent);
    id.into_iter().chain(leads.iter().map(|lead| (*lead).to_owned())).any(|lead| lead != row && is_shut(&lead))
}

/// What a second lock keeps shut, so that the API alone cannot tell: the store finds no draft for a recipient; a
/// case and a consent have rows of their own, behind a glass too; and a draft has no offer, was never sent, and has nobody to
/// be called. The
/// views, past these locks, are held against a second reading in `differential`.
fn has_a_second_lock(row: &str, relation: Relation, standing: Standing) -> bool {
    let has_own_rows = matches!(row, "Referral.case" | "Referral.consent") && relation != Relation::Team
        || row == "BreakGlass.case" && relation != Relation::Oneself;
    let is_empty = matches!(row, "Referral.requestedAt" | "Referral.channel" | "Referral.callPhrase")
        || (row.starts_with("Offer.") && row != "Offer.languages");
    // What stands inside a phone, inside who set a field and inside a source's record is for staff by rows of its own.
    let is_for_staff_inside =
        matches!(row, "Service.phones" | "Service.provenance" | "Service.capacity" | "Service.source")
            && relation == Relation::Anonymous;
    // It is counted for the viewer's project, and nobody of the lawyers works in one.
    let is_of_no_project = row == "Capacity.acceptedSince" && relation == Relation::OwnOrganization;
    // What is open has no day on which it is deleted.
    let is_of_the_end = row == "Message.purgeAt"
        && matches!(standing, Standing::Draft | Standing::Offer | Standing::Accepted | Standing::Handover);
    // Of what is closed a recipient is told that, whatever was tried, before the table is asked for the state.
    let is_told_closed =
        row == "InvalidTransitionError.status" && relation == Relation::Recipient && standing == Standing::Closed;
    // With its end goes what an offer of a partner told; and before it there is no reason for it.
    let is_without_value = if standing == Standing::Ended {
        row.starts_with("OfferedPerson.") && row != "OfferedPerson.languages"
    } else {
        matches!(row, "PartnerOffer.declineCode" | "PartnerOffer.outcomeCode")
    };
    has_own_rows
        || is_without_value
        || is_told_closed
        || is_of_the_end
        || is_of_no_project
        || is_for_staff_inside
        || (standing == Standing::Draft && (is_empty || (row == "Referral.id" && relation == Relation::Recipient)))
}

/// The resolver of a service asks the directory again, by the viewer's own rights.
const GUARDED_TWICE: [(&str, Guard); 6] = [
    ("PartnerOffer.service", Guard::ServiceKnown),
    ("PartnerOffer.senderService", Guard::ServiceKnown),
    ("CapacityCheck.service", Guard::ServiceKnown),
    ("Referral.service", Guard::ServiceKnown),
    ("ContinuityEntry.service", Guard::ServiceKnown),
    // It is the question in words.
    ("Message.questionInWords", Guard::TrainedForViolence),
];

/// Every cell of every row that is meant turned over: told becomes untold and untold told, a mask falls, a guard
/// goes home. Each with who would notice.
pub fn flips(
    content: &Content,
    is_meant: impl Fn(&Row, Relation) -> bool,
    of_cell: impl Fn(&str, Relation, Standing) -> Vec<Probe>,
    of_guard: impl Fn(&str, Relation, Standing) -> Vec<Probe>,
) -> Vec<Flip> {
    let mut flips = Vec::new();
    for (position, row) in content.rows.iter().enumerate() {
        let object = object_of(row.name).expect("an object");
        let reached = relations(content, row)
            .into_iter()
            .filter(|relation| is_meant(row, *relation))
            .flat_map(|relation| object.standings.iter().map(move |standing| (relation, *standing)));
        for (relation, standing) in reached {
            if is_behind_a_shut_lead(content, row.name, relation, standing)
                || has_a_second_lock(row.name, relation, standing)
            {
                continue;
            }
            let name = format!("{} for {relation} while {standing}", row.name);
            let mut add = |what: &str, turned: Row, probes: Vec<Probe>| {
                let content = with_row(content, position, turned);
                flips.push(Flip { name: format!("{name}, {what}"), content, probes });
            };
            add("turned", turned(row, relation, standing), of_cell(row.name, relation, standing));
            for (at, cell) in row.cells.iter().enumerate() {
                if cell.relation != relation || !cell.standings.has(standing) {
                    continue;
                }
                if cell.mask.is_some() {
                    let mut bare = row.clone();
                    bare.cells[at].mask = None;
                    add("without its mask", bare, of_cell(row.name, relation, standing));
                }
                let is_guarded_once =
                    |guard: &&Guard| cell.guards.has(**guard) && !GUARDED_TWICE.contains(&(row.name, **guard));
                for guard in Guard::ALL.iter().filter(is_guarded_once) {
                    let mut bare = row.clone();
                    bare.cells[at].guards = cell.guards.with(*guard, false);
                    add(&format!("without {guard}"), bare, of_guard(row.name, relation, standing));
                }
            }
        }
    }
    flips
}

async fn answer(app: &App, table: &'static Table, person: &Person, probe: &Probe) -> String {
    let router = app.clone().under(table).router();
    let request = graphql_request(person, "en", &probe.document, json!({ "id": probe.id }));
    let answer = answered(router, request).await;
    // Who saw what grows while it is asked for: of it only the shape is compared.
    let grows = probe.document.contains("whoSawWhat");
    if grows { shape(&super::usable(&answer).json).to_string() } else { super::usable(&answer).text() }
}

/// The names of the flips that nobody would notice.
pub async fn survivors(app: &App, person: impl Fn(&str) -> Person, flips: Vec<Flip>) -> Vec<String> {
    let mut known: BTreeMap<Probe, String> = BTreeMap::new();
    let mut survivors = Vec::new();
    for flip in flips {
        // Leaked on purpose: a node holds its table for as long as the process lives.
        let table: &'static Table = Box::leak(Box::new(Table::new(flip.content)));
        let mut is_noticed = false;
        for probe in flip.probes {
            let asks = person(probe.handle);
            if !known.contains_key(&probe) {
                let answer = answer(app, Table::standard(), &asks, &probe).await;
                known.insert(probe.clone(), answer);
            }
            if answer(app, table, &asks, &probe).await != known[&probe] {
                is_noticed = true;
                break;
            }
        }
        if !is_noticed {
            survivors.push(flip.name);
        }
    }
    survivors
}

/// An answer with a letter for each value.
fn shape(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), shape(value))).collect(),
        Value::Array(entries) => Value::Array(entries.iter().take(1).map(shape).collect()),
        leaf => Value::String(letter(leaf, &[]).to_string()),
    }
}
