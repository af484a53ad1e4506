//! The store on both databases.

use crate::kit::hearing::{hear, statements};
use crate::kit::world::on_both_databases;
use relais::app::App;
use relais::clock::Clock as _;
use relais::domain::directory::{Document, Phone, Service};
use relais::domain::id::{Identifier as _, OrganizationId, ServiceId};
use relais::store::DirectoryChange;

/// More entries than two pages of a load hold, in one version: each page ends inside of it.
const MANY_ENTRIES: usize = 4_500;

fn many_services() -> Vec<Service> {
    let service = |number: usize| Service {
        phones: vec![Phone::as_typed(format!("+33 1 99 00 {number:04}"))],
        // What ends a line in a page must not be taken for the end of a value.
        description: Some("Accueil\nsans \"rendez-vous\"\r\n\u{2028}".to_owned()),
        version: 1,
        ..Service::named(
            ServiceId::derived("many", &number.to_string()),
            OrganizationId::derived("many", &(number % 7).to_string()),
            format!("Permanence {number}"),
        )
    };
    (0..MANY_ENTRIES).map(service).collect()
}

on_both_databases! {
    async fn every_statement_prepares(world: World) {
        let refused = world.app.context().store.refused_statements().await;
        assert!(refused.is_empty(), "{refused:#?}");
    }

    /// A statement for a page and one for its keys, however many entries it has.
    async fn a_node_reads_a_large_directory_by_a_few_statements(world: World) {
        let (context, services, now) = (world.app.context(), many_services(), world.clock.now());
        let before = context.directory.snapshot().service_count();
        let keys: Vec<String> = services.iter().map(|service| service.id.to_string()).collect();
        let documents: Vec<Document> = services.iter().cloned().map(Document::Service).collect();
        let changes: Vec<_> = keys
            .iter()
            .zip(&documents)
            .map(|(source_key, document)| DirectoryChange { source_key, document, is_gone: false })
            .collect();
        let written = context.store.write(async |tx| tx.change_directory("many", &changes, now).await).await;
        written.expect("written");
        let open = App::open(world.location(), world.clock.clone(), world.clock.clone());
        let (node, lines) = hear(open).await;
        let snapshot = node.expect("a second node").context().directory.snapshot();
        assert_eq!(snapshot.service_count(), before + MANY_ENTRIES);
        for service in &services {
            assert!(snapshot.service(service.id).is_some_and(|loaded| Service { record: None, ..(*loaded).clone() } == *service), "{}", service.id);
        }
        let asked = |what: &str| statements(&lines).into_iter().filter(|line| line.contains(what)).count();
        let (pages, keys) = (asked("string_agg(entry_id"), asked("JOIN epoch_keys"));
        assert!((3..=4).contains(&pages) && (1..=4).contains(&keys), "{pages} for pages, {keys} for keys");
    }
}
