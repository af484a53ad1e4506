//! Copies of the directory: what they hold is what their audience is told, and the command writes a file whole or not
//! at all.

use crate::kit::installation::{Installation, installed_on_both_databases};
use crate::kit::world::{MINORITY_APPEAL, World, on_both_databases};
use relais::actions::export::{Audience, ExportRequest, prepare};
use relais::domain::directory::{Specialisation, Tier};
use relais::domain::id::{Identifier, OrganizationId, ProjectId};
use relais::export::ExportFormat;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const FORMATS: [ExportFormat; 4] =
    [ExportFormat::HsdsPage, ExportFormat::HsdsLines, ExportFormat::CommaSeparated, ExportFormat::GeoJson];

async fn copy(world: &World, format: ExportFormat, audience: Audience<'_>) -> String {
    let licences = BTreeMap::from([("corridor".to_owned(), "CC BY 4.0".to_owned())]);
    let request = ExportRequest { format, audience, licences: &licences };
    let prepared = prepare(world.app.context(), request).await.expect("a copy");
    let mut out = Vec::new();
    prepared.write(&mut out, &mut |_, _| {}).expect("a list takes every byte");
    String::from_utf8(out).expect("text")
}

/// One service of each tier, of an organisation that nobody here is of; gives their names.
async fn publish_tiers(world: &World) -> Vec<&'static str> {
    let mut names = Vec::new();
    for (name, tier, specialisations) in [
        ("Told to all", Tier::Public, vec![]),
        ("Told to all the trained", Tier::Public, vec![Specialisation::Gbv]),
        ("Told to the network", Tier::Network, vec![]),
        ("Told to Paris", Tier::Project, vec![]),
        ("Told to the trained", Tier::Restricted, vec![]),
        ("Told to who leads", Tier::Sealed, vec![]),
    ] {
        let mut service = world.like(MINORITY_APPEAL, name);
        service.organization_id = OrganizationId::derived("corridor", "01979fc4-5b2c-41a0-9e87-be9934b60c3f");
        service.tier = tier;
        service.projects =
            if tier == Tier::Project { vec![ProjectId::derived("corridor", "paris")].into() } else { vec![].into() };
        service.specialisations = specialisations.into();
        world.publish(&service).await;
        names.push(name);
    }
    names
}

on_both_databases! {
    async fn a_copy_holds_what_its_audience_is_told(world: World) {
        let names = publish_tiers(&world).await;
        for (audience, told) in [
            (Audience::Public, &["Told to all"][..]),
            (Audience::Network { project: None }, &["Told to all", "Told to the network"]),
            (Audience::Network { project: Some("Passerelles Île-de-France") }, &["Told to all", "Told to the network", "Told to Paris"]),
        ] {
            for format in FORMATS {
                let text = copy(&world, format, audience).await;
                let found: Vec<&str> = names.iter().copied().filter(|name| {
                    text.contains(&format!("\"{name}\"")) || text.contains(&format!(",{name},"))
                }).collect();
                assert_eq!(found, told, "{format:?} for {audience:?}");
            }
        }
    }

    async fn the_public_copy_is_the_list_of_a_stranger_and_has_no_contact(world: World) {
        publish_tiers(&world).await;
        let page: Value = serde_json::from_str(&copy(&world, ExportFormat::HsdsPage, Audience::Public).await).expect("JSON");
        let copied: BTreeSet<&str> =
            page["contents"].as_array().expect("services").iter().filter_map(|service| service["name"].as_str()).collect();
        let query = "{ services(first: 100, filter: { verdicts: [MATCH, TO_CONFIRM, NO] }) { nodes { name } pageInfo { hasNextPage } } }";
        let answer = world.ask(&world.person("nobody"), query, json!({})).await;
        assert_eq!(answer.at("services/pageInfo/hasNextPage"), &json!(false));
        let listed = answer.at("services/nodes").as_array().expect("nodes").iter().filter_map(|node| node["name"].as_str());
        assert_eq!(copied, listed.collect());
        let has = |page: &Value, field: &str| page["contents"].as_array().expect("services").iter().any(|service| service.get(field).is_some());
        assert!(!has(&page, "phones") && !has(&page, "email"));
        let network: Value =
            serde_json::from_str(&copy(&world, ExportFormat::HsdsPage, Audience::Network { project: None }).await).expect("JSON");
        assert!(has(&network, "phones"));
        assert_eq!(network["relais_export"]["sources"][0], json!({ "name": "corridor", "licence": "CC BY 4.0" }));
    }

    /// A copy is the same, but for its hour, however often hidden entries were written since the one before.
    async fn hidden_writes_change_no_copy(world: World) {
        let mut hidden = world.like(MINORITY_APPEAL, "Told to who leads");
        hidden.tier = Tier::Sealed;
        for format in FORMATS {
            for audience in [Audience::Public, Audience::Network { project: None }] {
                let before = copy(&world, format, audience).await;
                for fees in ["free", "little"] {
                    hidden.fees = Some(format!("{fees} {format:?}"));
                    world.publish(&hidden).await;
                }
                assert_eq!(copy(&world, format, audience).await, before, "{format:?} for {audience:?}");
            }
        }
    }

    /// P-25: what a project of severe risk may know leaves by no copy, and nothing is on record as handed out.
    async fn no_copy_is_made_for_a_project_of_severe_risk(world: World) {
        let severe = "UPDATE projects SET risk_profile = 'severe' WHERE name = 'Passerelles Île-de-France'";
        assert_eq!(world.execute(severe).await, 1);
        let audience = Audience::Network { project: Some("Passerelles Île-de-France") };
        let licences = BTreeMap::new();
        let request = ExportRequest { format: ExportFormat::CommaSeparated, audience, licences: &licences };
        let refused = prepare(world.app.context(), request).await.map(drop).expect_err("no copy");
        assert!(refused.to_string().contains("severe risk"), "{refused}");
        let query = "SELECT object FROM audit_events WHERE action = 'directory_exported'";
        assert_eq!(world.texts(query.to_owned()).await, Vec::<String>::new());
    }

    async fn that_a_copy_was_made_is_on_record_and_a_wrong_order_makes_none(world: World) {
        let paris = ProjectId::derived("corridor", "paris").to_string();
        copy(&world, ExportFormat::GeoJson, Audience::Network { project: Some(&paris) }).await;
        let query = "SELECT object FROM audit_events WHERE action = 'directory_exported'";
        assert_eq!(world.texts(query.to_owned()).await, [format!("geojson/project/{paris}")]);
        let audience = Audience::Network { project: Some("No such project") };
        let request = ExportRequest { format: ExportFormat::HsdsPage, audience, licences: &BTreeMap::new() };
        assert!(prepare(world.app.context(), request).await.is_err());
        assert_eq!(world.texts(query.to_owned()).await.len(), 1);
    }
}

installed_on_both_databases! {
    async fn the_command_writes_a_whole_file_or_none(here: Installation) {
        here.settle();
        let output = here.path("copy.geojson");
        let ran = here.run(&["export", "geojson", "--tier", "network", "--output", &output, "--licence", "corridor=CC BY 4.0"]);
        assert!(ran.succeeded().contains("services of version"), "{ran:#?}");
        let unused = here.run(&["export", "hsds", "--tier", "public", "--output", "-", "--licence", "nowhere=CC0"]);
        unused.succeeded();
        assert!(unused.stderr.contains("nowhere"), "{unused:#?}");
        let written = std::fs::read_to_string(&output).expect("a file");
        let features: Value = serde_json::from_str(&written).expect("JSON");
        assert_eq!(features["type"], "FeatureCollection");
        assert!(written.contains("CC BY 4.0"));

        let printed = here.run(&["export", "csv", "--tier", "public", "--output", "-"]);
        assert!(printed.succeeded().starts_with("service_id,service_name,"), "{printed:#?}");
        assert!(!printed.stdout.contains("services of version"));

        let nowhere = here.path("missing/copy.json");
        here.run(&["export", "hsds", "--tier", "public", "--output", &nowhere]).refused(1, &["nothing was exported"]);
        here.run(&["export", "hsds", "--tier", "public", "--project", "x", "--output", &output]).refused(1, &["--tier network"]);
        assert!(!Path::new(&nowhere).exists());
        assert_eq!(std::fs::read_to_string(&output).expect("the file of before"), written);
        let left: Vec<_> = std::fs::read_dir(here.folder()).expect("a folder").flatten().map(|entry| entry.file_name()).collect();
        assert!(left.iter().all(|name| !name.to_string_lossy().starts_with(".tmp")), "{left:?}");

        // A copy that is imported elsewhere is the same directory there.
        let page = here.path("copy.json");
        here.run(&["export", "hsds", "--tier", "network", "--output", &page]).succeeded();
        let there = Installation::on_sqlite();
        let ran = there.run(&["import", "hsds", &page, "--source", "copy"]);
        let refused = ran.succeeded().lines().find(|line| line.starts_with("refused ")).map(str::to_owned);
        assert_eq!(refused.as_deref().map(|line| line.split_whitespace().nth(1)), Some(Some("0")), "{ran:#?}");
    }
}
