//! The data·inclusion reader on small rows of our own.

use super::*;
use crate::domain::directory::CapacityStatus;
use crate::domain::fit::{Seeker, Verdict, fit};
use crate::domain::need::Need;
use crate::domain::place::NoAreas;
use crate::domain::profile::Profile;
use crate::import::{Format, parse};
use serde_json::json;

fn service(more: Value) -> Value {
    let mut row = json!({
        "source": "maison", "id": "maison--s1", "structure_id": "maison--o1", "nom": "Permanence", "date_maj": "2026-05-04",
        "description": "Droit <b>au séjour</b>", "thematiques": ["difficultes-administratives-ou-juridiques--accompagnement-aux-demarches-administratives"],
        "publics": ["femmes"], "publics_precisions": "Sur orientation", "frais": "gratuit", "frais_precisions": "adhésion 5 €",
        "modes_accueil": ["en-presentiel", "a-distance"], "modes_mobilisation": ["telephoner"], "zone_eligibilite": ["93055", "93", "france"],
        "telephone": "04 50 56 87 49", "courriel": "desk@example.org", "horaires_accueil": "Mo-Fr 09:00-12:00", "code_insee": "93055",
        "adresse": "1 rue X", "code_postal": "93500", "commune": "Pantin", "latitude": 48.89, "longitude": 2.4, "type": "accompagnement",
    });
    for (name, value) in more.as_object().expect("an object") {
        row[name] = value.clone();
    }
    row
}

fn read(structures: &Structures, rows: &Value) -> Result<Feed, FeedError> {
    let source = SourceName::parse("test").expect("a valid name");
    let country = crate::domain::country::CountryCode::parse("FR").ok();
    let context = FeedContext { country, ..FeedContext::UNKNOWN };
    parse(Format::DataInclusion(structures), &source, rows.to_string().as_bytes(), &context, &mut |_, _| {})
}

fn structures(rows: &Value) -> Structures {
    Structures::read(rows.to_string().as_bytes()).expect("a list")
}

fn reasons(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(|problem| problem.reason.to_string()).collect()
}

#[test]
fn a_service_with_its_structure_becomes_a_document() {
    let structures =
        structures(&json!([{"source": "maison", "id": "maison--o1", "nom": "Maison du Quai", "date_maj": "2026-01-01",
        "site_web": "https://example.org", "reseaux_porteurs": ["ccas-cias"], "telephone": "115"}]));
    let feed = read(&structures, &json!([service(json!({}))])).expect("a list");
    let organization = &feed.organizations[0].document;
    assert_eq!(
        (organization.name.as_str(), organization.kind),
        ("Maison du Quai", Some(OrganizationKind::PublicSocial))
    );
    let found = &feed.services[0].document;
    assert_eq!((feed.services[0].key.as_str(), found.needs), ("maison--s1", [Need::SocialAccompaniment].into()));
    assert_eq!(found.eligibility.genders, [Gender::Woman].into());
    assert_eq!(found.criteria_text.as_deref(), Some("femmes\nSur orientation"));
    assert_eq!(found.fees.as_deref(), Some("gratuit: adhésion 5 €"));
    assert_eq!(found.modes, [ServiceMode::InPerson, ServiceMode::Remote].into());
    let areas: Vec<&str> = found.areas_served.iter().map(AreaCode::as_str).collect();
    assert_eq!(areas, ["FR-93055", "FR-93", "FR"]);
    assert_eq!(found.phones[0].number.as_deref(), Some("+33450568749"));
    assert_eq!(found.opening_hours.as_deref(), Some("Mo-Fr 09:00-12:00"));
    assert_eq!(found.verified_on.map(|day| day.to_string()).as_deref(), Some("2026-05-04"));
    assert_eq!(found.places[0].address.as_deref(), Some("1 rue X, 93500 Pantin"));
    assert_eq!(found.description.as_deref(), Some("Droit au séjour"));
    assert_eq!(
        reasons(&feed.warnings),
        ["[0].description: markup became plain text"].map(|text| text.replace("[0].", ""))
    );
}

#[test]
fn a_service_without_its_structure_stands_under_its_source_or_is_refused() {
    let feed = read(&Structures::default(), &json!([service(json!({}))])).expect("a list");
    assert_eq!(
        (feed.organizations[0].key.as_str(), &*feed.organizations[0].document.name),
        ("source:maison", "maison")
    );
    assert!(
        reasons(&feed.warnings).contains(&"names no organisation that is known; it stands under `maison`".to_owned())
    );
    let others = structures(
        &json!([{"source": "maison", "id": "o2", "nom": "Autre"}, {"source": "maison", "id": "o2", "nom": "Encore"}, {"id": "o3"}]),
    );
    let feed = read(&others, &json!([service(json!({}))])).expect("a list");
    assert_eq!(feed.services, []);
    assert_eq!(
        reasons(&feed.refused),
        [
            "[0].structure_id: names no organisation of this file; add it, or embed it as `organization`",
            "repeats row 1, which is kept; 1 field differs: nom; give each its own key",
            "[2].nom: is missing, and every entry needs it",
        ]
    );
}

#[test]
fn publics_that_anybody_of_may_come_are_not_coded() {
    for (publics, words, welcome, genders) in [
        (json!(["tous-publics"]), json!({}), Some(Welcome::Unconditional), 0),
        (json!(["tous-publics"]), json!({"conditions_acces": "Être domicilié"}), None, 0),
        (json!(["tous-publics"]), json!({"publics_precisions": "Sur orientation"}), None, 0),
        (json!(["tous-publics", "femmes"]), json!({}), None, 0),
        (json!(["femmes"]), json!({}), None, 1),
        (json!(["femmes", "familles"]), json!({}), None, 0),
        (json!(null), json!({}), None, 0),
    ] {
        let mut row = service(json!({"publics": publics, "publics_precisions": null}));
        row.as_object_mut().expect("an object").extend(words.as_object().expect("an object").clone());
        let feed = read(&Structures::default(), &json!([row])).expect("a list");
        let found = &feed.services[0].document;
        assert_eq!((found.welcome, found.eligibility.genders.len()), (welcome, genders), "{publics}");
    }
}

#[test]
fn a_service_whose_zones_cannot_all_be_read_is_to_be_confirmed_for_everybody() {
    let at = Timestamp::parse("2026-05-05T09:00:00Z").expect("a time");
    for (zones, publics, areas, expected) in [
        (json!(["Pantin"]), "tous-publics", 0, Verdict::ToConfirm),
        (json!(["Pantin"]), "femmes", 0, Verdict::ToConfirm),
        (json!(["93", "Pantin"]), "femmes", 0, Verdict::ToConfirm),
        (json!(["93"]), "femmes", 1, Verdict::No),
        (json!(["france"]), "tous-publics", 1, Verdict::Match),
    ] {
        let more = json!({"zone_eligibilite": zones, "publics": [publics], "publics_precisions": null});
        let feed = read(&Structures::default(), &json!([service(more)])).expect("a list");
        let found = &feed.services[0].document;
        let profile = Profile { gender: Some(Gender::Man), ..Profile::default() };
        let seeker = Seeker { need: None, profile: &profile, accessibility: &[], areas: &NoAreas, at };
        assert_eq!(
            (found.areas_served.len(), fit(found, &seeker, None, CapacityStatus::Unknown).verdict),
            (areas, expected),
            "{zones}"
        );
        let words = found.criteria_text.as_deref().unwrap_or_default();
        assert_eq!(words.contains("Zone: "), areas == 0, "{words}");
        assert!(areas > 0 || words.contains("Pantin"), "{words}");
    }
}

#[test]
fn hostile_values_are_refused_or_left_out_with_a_reason() {
    for (field, value, refused, warned) in [
        ("nom", json!(""), "[0].nom: is missing, and every entry needs it", ""),
        ("nom", json!({"fr": "x"}), "[0].nom: expected a string", ""),
        ("id", json!(null), "[0].id: is missing, and every entry needs it", ""),
        ("latitude", json!("x"), "[0].latitude: must be a number, such as 12 or 36.8", ""),
        ("thematiques", json!([1]), "[0].thematiques: expected a list of strings", ""),
        ("date_maj", json!("2026-02-31"), "", "date_maj: must be a day, such as 2026-11-23; left out"),
        ("date_maj", json!("1970-01-01"), "", "date_maj: must be a day from 1971 to 2199; left out"),
        (
            "zone_eligibilite",
            json!(["Pantin"]),
            "",
            "zone_eligibilite: must be an area code, such as FR-93055, TN-11 or LY002; left out",
        ),
        ("modes_accueil", json!(["par-pigeon"]), "", "modes_accueil: `par-pigeon` is in no lookup; left out"),
        ("courriel", json!("desk"), "", "courriel: must be an e-mail address, such as desk@example.org; left out"),
    ] {
        let mut more = json!({"description": "Droit"});
        more[field] = value.clone();
        let feed =
            read(&Structures::default(), &json!([service(more), service(json!({"id": "other"}))])).expect("a list");
        assert_eq!(reasons(&feed.refused).join("; "), refused, "{field} {value}");
        let warnings = reasons(&feed.warnings);
        assert!(warned.is_empty() || warnings.iter().any(|text| text == warned), "{field} {value}: {warnings:?}");
    }
    let error = read(&Structures::default(), &json!([{"id": 1}])).expect_err("no services").to_string();
    assert!(error.starts_with("expected data·inclusion services"), "{error}");
}
