//! Every cell of the table turned over, one at a time: a whole Relais decides by the turned table, what concerns
//! the cell is asked, and the answer has to be another one. A cell that nobody would miss would be a cell that
//! nobody checks.

use super::Matrix;
use super::turning::{Probe, flips, selection, survivors, turned, with_row};
use crate::kit::requirement::announce;
use crate::kit::schema::SCHEMA;
use crate::kit::steps::organization_id;
use crate::kit::world::{LAWYERS, World};
use relais::domain::account::Role;
use relais::policy::table::{Relation, Row, Standing, Table, object_of};

impl Matrix {
    fn id_of(&self, title: &str) -> String {
        let all = self.objects.referrals.iter().chain(&self.objects.services);
        let found = all.clone().find(|object| object.title == title);
        found.unwrap_or_else(|| panic!("nothing is called {title}")).id.clone()
    }

    /// Who would notice that a cell of this row is another one.
    fn probes(&self, row: &str, relation: Relation, standing: Standing) -> Vec<Probe> {
        let type_name = row.split('.').next().expect("a type");
        let object = object_of(row).expect("an object");
        let by_node = |handle, of: &str, id: String| {
            let document = format!("query($id: ID!) {{ node(id: $id) {{ ... on {of} {} }} }}", selection(row));
            vec![Probe { handle, document, id }]
        };
        let handle = viewer(object.key, relation);
        match (object.key, type_name) {
            ("refusal", _) => vec![self.refusal(handle, standing)],
            ("referral", _) => by_node(handle, "Referral", self.id_of(referral(standing))),
            ("case", _) => by_node(handle, "CaseReference", self.objects.cases[0].id.clone()),
            // The withdrawn one, which has a value in every field.
            ("consent", _) => by_node(handle, "Consent", self.objects.consents[1].id.clone()),
            ("demand", _) => by_node(handle, "Demand", self.objects.demands[0].id.clone()),
            ("service", "ServiceEdge" | "FitReason" | "StandingFactor") => vec![search(handle, row)],
            ("service", "ServiceVersion") => {
                let document = format!("query($id: ID!) {{ serviceHistory(serviceId: $id) {} }}", selection(row));
                vec![Probe { handle, document, id: self.id_of(entry(relation, standing)) }]
            }
            ("service", _) if row == "Service.mergedInto" => {
                by_node(handle, "Service", self.id_of(&format!("{}, merged", entry(relation, standing))))
            }
            ("service", _) => by_node(handle, "Service", self.id_of(entry(relation, standing))),
            ("proposal", _) => {
                let document = format!("{{ directoryProposals(first: 100) {{ nodes {} }} }}", selection(row));
                vec![Probe { handle, document, id: String::new() }]
            }
            ("organization", _) => vec![self.organization(row, relation)],
            ("figures", _) => vec![self.figures_probe(handle, row)],
            ("readings", _) => {
                let inner = selection(row);
                let document = format!("query($id: ID!) {{ whoSawWhat(case: $id, language: EN) {inner} }}");
                vec![Probe { handle, document, id: self.objects.cases[0].id.clone() }]
            }
            ("trail", _) => vec![self.trail_probe(handle, row, relation)],
            ("legal-hold", _) => {
                let document = format!("{{ legalHolds {} }}", selection(row));
                vec![Probe { handle, document, id: String::new() }]
            }
            ("webhook", _) => {
                let document = format!("{{ webhookEndpoints {} }}", selection(row));
                vec![Probe { handle, document, id: String::new() }]
            }
            ("device", _) => {
                let document = format!("{{ devices {} }}", selection(row));
                vec![Probe { handle, document, id: String::new() }]
            }
            ("account", "FocalPoint") => {
                let document = format!(
                    "{{ services(filter: {{ need: SHELTER_WOMEN_SAFE }}) {{ focalPoint {} }} }}",
                    selection(row)
                );
                vec![Probe { handle, document, id: String::new() }]
            }
            ("account", "Team") => {
                let document = format!("{{ viewer {{ teams {} }} }}", selection(row));
                vec![Probe { handle, document, id: String::new() }]
            }
            ("account", _) => {
                let document = format!("{{ viewer {} }}", selection(row));
                vec![Probe { handle, document, id: String::new() }]
            }
            (other, _) => panic!("no question about {other}"),
        }
    }

    /// Entries that stood in the trail before anything was turned.
    fn trail_probe(&self, handle: &'static str, row: &str, relation: Relation) -> Probe {
        let inner = selection(row);
        let document = if relation == Relation::Auditor {
            format!(
                "query($id: String!) {{ auditEvents(trail: \"{}\", first: 100, after: $id) {{ nodes {inner} }} }}",
                self.trail.paris
            )
        } else {
            format!("query($id: String!) {{ auditEvents(first: 100, after: $id) {{ nodes {inner} }} }}")
        };
        let id = if relation == Relation::Auditor { &self.trail.after_in_paris } else { &self.trail.after_own };
        Probe { handle, document, id: id.clone() }
    }

    /// An act that the state refuses, and whose refusal tells the state or does not.
    fn refusal(&self, handle: &'static str, standing: Standing) -> Probe {
        let title = if standing == Standing::Offer { "accepted" } else { referral(standing) };
        let object = self.objects.referrals.iter().find(|object| object.title == title).expect("a referral");
        let act = if handle == "caseworker" { "referralSend" } else { "referralAcknowledge" };
        let version = object.version;
        let document = format!(
            "mutation($id: ID!) {{ {act}(input: {{ referralId: $id, expectedVersion: {version} }}) \
             {{ errors {{ ... on InvalidTransitionError {{ status }} }} }} }}"
        );
        Probe { handle, document, id: object.id.clone() }
    }

    fn organization(&self, row: &str, relation: Relation) -> Probe {
        let (handle, key) = match relation {
            Relation::OwnOrganization => ("directory editor of the lawyers", LAWYERS),
            Relation::Counterpart => ("untrained caseworker", super::people::HOSPITAL),
            other => (viewer("organization", other), super::people::HOSPITAL),
        };
        if relation == Relation::Counterpart {
            let document = format!("query($id: ID!) {{ referral(id: $id) {{ recipient {} }} }}", selection(row));
            return Probe { handle, document, id: self.id_of("requested") };
        }
        let document = format!("query($id: ID!) {{ organization(id: $id) {} }}", selection(row));
        Probe { handle, document, id: organization_id(key) }
    }

    fn figures_probe(&self, handle: &'static str, row: &str) -> Probe {
        let month = self.world.now().month();
        let inner = match row.split_once('.') {
            Some(("ServiceGapReport", _)) => selection(row),
            Some(("ServiceGapOutreach", _)) => format!("{{ outreach {} }}", selection(row)),
            Some(("ServiceGapCell", _)) => format!("{{ cells {} }}", selection(row)),
            _ => format!("{{ cells {{ results {} }} }}", selection(row)),
        };
        let document = format!("{{ serviceGaps(firstMonth: \"{month}\", lastMonth: \"{month}\") {inner} }}");
        Probe { handle, document, id: String::new() }
    }

    /// Who would notice that a guard is gone: whoever lacks what it asks for.
    fn probes_of_guard(&self, row: &str, relation: Relation, standing: Standing) -> Vec<Probe> {
        let object = object_of(row).expect("an object");
        let handles: &[&'static str] = match (object.key, relation) {
            ("referral" | "demand", Relation::Team) => &["untrained caseworker"],
            ("referral", Relation::Recipient) => &["untrained agent of the hospital"],
            ("figures", _) => &["untrained analyst", "analyst"],
            (_, Relation::Coordinator) => &["untrained coordinator", "coordinator of another project"],
            (_, Relation::ProtectionLead) => {
                &["untrained protection lead of Paris", "protection lead of another organisation"]
            }
            (_, Relation::Anonymous) => &["nobody"],
            (_, Relation::OwnOrganization) => &["lawyer"],
            _ => &["untrained caseworker", "caseworker of another project", "lawyer"],
        };
        let all = self.objects.referrals.iter().chain(&self.objects.services).chain(&self.objects.demands);
        let mut probes = Vec::new();
        for handle in handles {
            if object.key == "figures" {
                probes.push(self.figures_probe(handle, row));
                continue;
            }
            if object.key == "organization" {
                // The organisation of a safe house, which only a restricted service tells of.
                let document = format!("query($id: ID!) {{ organization(id: $id) {} }}", selection(row));
                let id = organization_id("8146c9be-2002-4f05-a47c-17234a9426c3");
                probes.push(Probe { handle, document, id });
                continue;
            }
            let of = if object.key == "service" {
                "Service"
            } else if object.key == "demand" {
                "Demand"
            } else {
                "Referral"
            };
            let is_meant = |title: &str| match object.key {
                "referral" => title.ends_with("against violence"),
                "demand" => title == "a need against violence",
                _ => is_entry_of(title, standing),
            };
            for object in all.clone().filter(|object| is_meant(&object.title)) {
                let document = format!("query($id: ID!) {{ node(id: $id) {{ ... on {of} {} }} }}", selection(row));
                probes.push(Probe { handle, document, id: object.id.clone() });
            }
        }
        probes
    }
}

/// Somebody who is this to such an object, with everything that guards ask for.
fn viewer(object: &str, relation: Relation) -> &'static str {
    match relation {
        Relation::Anonymous => "nobody",
        Relation::Member if object == "proposal" => "directory editor",
        Relation::Member | Relation::Team | Relation::Oneself => "caseworker",
        Relation::Coordinator => "coordinator",
        Relation::ProtectionLead if matches!(object, "referral" | "legal-hold") => "protection lead",
        Relation::ProtectionLead => "protection lead of Paris",
        Relation::Recipient | Relation::Counterpart | Relation::Offering => "lawyer",
        Relation::OwnOrganization => "directory editor of the lawyers",
        // Who leads a project keeps its phones as that.
        Relation::Keeper if object == "device" => "system administrator",
        Relation::Figures | Relation::ThroughGlass | Relation::Desk | Relation::Keeper => "coordinator",
        Relation::Staff => "caseworker",
        Relation::Auditor => "auditor",
    }
}

fn referral(standing: Standing) -> &'static str {
    match standing {
        Standing::Draft => "draft",
        Standing::Offer => "requested",
        Standing::Accepted => "accepted",
        Standing::Handover => "handed over",
        Standing::Reopenable => "completed",
        Standing::Ended => "declined",
        Standing::Closed => "cancelled",
        other => panic!("no referral stands {other}"),
    }
}

fn entry(relation: Relation, standing: Standing) -> &'static str {
    let is_own = relation == Relation::OwnOrganization;
    match standing {
        Standing::Public => ["public", "public, of the lawyers"][usize::from(is_own)],
        Standing::Network => ["network", "network, of the lawyers"][usize::from(is_own)],
        Standing::Project => ["of project Paris", "of project Paris, of the lawyers"][usize::from(is_own)],
        Standing::Restricted => ["restricted", "restricted, of the lawyers"][usize::from(is_own)],
        Standing::Sealed => ["sealed", "sealed, of the lawyers"][usize::from(is_own)],
        other => panic!("no entry stands {other}"),
    }
}

fn is_entry_of(title: &str, standing: Standing) -> bool {
    let tier = match standing {
        Standing::Project => "of project",
        Standing::Public => "public",
        Standing::Network => "network",
        Standing::Restricted => "restricted",
        _ => "sealed",
    };
    title.starts_with(tier)
}

/// A search next to the entries, so that it finds little else.
fn search(handle: &'static str, row: &str) -> Probe {
    let (type_name, field) = row.split_once('.').expect("a type and a field");
    let asked = match field {
        "reasons" => "reasons { dimension }",
        "standing" => "standing { factor }",
        other => other,
    };
    let asked = match type_name {
        "FitReason" => format!("reasons {{ {asked} }}"),
        "StandingFactor" => format!("standing {{ {asked} }}"),
        _ => asked.to_owned(),
    };
    let document = format!(
        "{{ services(filter: {{ near: {{ latitude: 48.8938, longitude: 2.4096, withinMeters: 3000 }}, verdicts: [MATCH, TO_CONFIRM, NO] }}, \
         first: 100) {{ edges {{ {asked} node {{ id }} }} }} }}"
    );
    Probe { handle, document, id: String::new() }
}

/// What is asked for in a world of its own, in which a project is frozen and a glass is broken.
pub fn is_of_protection(row: &Row, relation: Relation) -> bool {
    let object = object_of(row.name).map(|object| object.key);
    matches!(
        object,
        Some(
            "project"
                | "glass"
                | "notice"
                | "deletion"
                | "override"
                | "report"
                | "incident"
                | "capacity-check"
                | "partner-offer"
        )
    ) || relation == Relation::ThroughGlass
}

#[tokio::test(flavor = "multi_thread")]
async fn no_cell_of_the_table_can_be_turned_unnoticed() {
    let matrix = Box::pin(Matrix::settle(World::on_sqlite().await)).await;
    // Pages have a test of their own.
    // A slip, a code and a secret are shown in the answer to their making, and there is no view of them to ask for again.
    let once = ["HandoverSlip.", "WebhookSecret.", "AnswerCode.", "DeviceCode."];
    let is_shown_once = |row: &Row| once.iter().any(|of| row.name.starts_with(of));
    let is_of_the_api = |row: &Row| row.name.split('.').next().is_some_and(|of| SCHEMA.objects.contains_key(of));
    let flips = flips(
        Table::standard().content(),
        |row, relation| is_of_the_api(row) && !is_shown_once(row) && !is_of_protection(row, relation),
        |row, relation, standing| matrix.probes(row, relation, standing),
        |row, relation, standing| matrix.probes_of_guard(row, relation, standing),
    );
    announce(&format!("{} cells of the table were turned", flips.len()));
    assert!(flips.len() > 1_000, "every row is turned: {}", flips.len());
    let survivors = survivors(&matrix.world.app, |handle| matrix.person(handle).clone(), flips).await;
    assert!(survivors.is_empty(), "{} flips that nobody notices:\n{}", survivors.len(), survivors.join("\n"));
}

/// What is made and shown once, in the answer to the very act: there is no view of it to ask for again.
const SHOWN_ONCE: [&str; 5] = [
    "page:/account/recovery-codes.codes",
    "page:/account/second-factor.key",
    "page:/account/tokens.token",
    "page:/enrol/second-factor.codes",
    "page:/enrol/second-factor.key",
];

#[tokio::test]
async fn no_field_of_a_page_can_be_hidden_unnoticed() {
    let world = World::on_sqlite().await;
    let mut reader = world.enrolled("reader-1", Role::Caseworker).await;
    // At a phone that the team shares, whose page tells who is here.
    let mut phone = world.shared_phone().await;
    reader.signs_in_at(&world, &mut phone).await;
    reader.browser = phone;
    let standard = Table::standard().content();
    for (position, row) in standard.rows.iter().enumerate().filter(|(_, row)| row.name.starts_with("page:")) {
        if SHOWN_ONCE.contains(&row.name) {
            continue;
        }
        let path = row.name.trim_start_matches("page:").split('.').next().expect("a path");
        let content = with_row(standard, position, turned(row, Relation::Oneself, Standing::Plain));
        let table: &'static Table = Box::leak(Box::new(Table::new(content)));
        let before = reader.browser.clone().get(path).await;
        let after = reader.browser.before(world.app.clone().under(table).router()).get(path).await;
        assert_eq!(before.html, reader.browser.clone().get(path).await.html, "the page stays as it is");
        assert_ne!(before.html, after.html, "{} is missed by nobody", row.name);
    }
}
