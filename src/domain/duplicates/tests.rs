//! Pairs worked by hand, and the blocks against comparing everything.

use super::{DuplicateReason, LEAST_SCORE, Listed, compare, find_duplicates};
use crate::domain::directory::{Detail, LocationKind, Organization, Phone, Place, Service, Translation};
use crate::domain::id::{Identifier, LocationId, OrganizationId, ServiceId};
use crate::domain::need::Need;
use crate::domain::place::{Area, AreaCode, AreaTree, Position};
use crate::domain::profile::Language;
use DuplicateReason::{
    OtherScript, SameArea, SameMailbox, SameName, SameOrganization, SamePhone, SamePlace, SameWebsite, SharedNeed,
    SimilarName,
};
use proptest::prelude::*;

fn id(number: u16) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..2].copy_from_slice(&number.to_be_bytes());
    bytes
}

fn service(number: u16, name: &str) -> Service {
    Service::named(ServiceId::from_bytes(id(number)), OrganizationId::from_bytes(id(number)), name)
}

fn at(latitude: f64, longitude: f64) -> Place {
    let mut place = Place::new(LocationId::from_bytes([0; 16]), LocationKind::Physical);
    place.position = Position::new(latitude, longitude).ok();
    place
}

fn within(code: &str) -> Place {
    let mut place = Place::new(LocationId::from_bytes([0; 16]), LocationKind::Physical);
    place.area = AreaCode::parse(code).ok().map(|code| Area { code, name: None, center: None, radius_meters: None });
    place
}

fn with(service: Service, places: Vec<Place>, needs: &[Need], phone: &str) -> Service {
    let phones = if phone.is_empty() { Vec::new() } else { vec![Phone::as_typed(phone)] };
    Service { places, needs: needs.to_vec().into(), phones, ..service }
}

/// Codes of which the longer one begins with the shorter one lie in each other, as those of the French register do.
#[derive(Debug)]
struct Paris;

impl AreaTree for Paris {
    fn covers(&self, whole: &AreaCode, part: &AreaCode) -> bool {
        part.as_str().starts_with(whole.as_str())
    }

    fn are_apart(&self, _: &AreaCode, _: &AreaCode) -> bool {
        false
    }
}

fn found(one: &Service, other: &Service) -> Option<(u8, Vec<DuplicateReason>)> {
    let listed = |service| Listed { service, organization: None, source: None };
    let (there, back) = (compare(listed(one), listed(other), &Paris), compare(listed(other), listed(one), &Paris));
    assert_eq!(there, back, "which comes first says nothing");
    there.map(|candidate| (candidate.score, candidate.reasons))
}

#[test]
fn worked_pairs_have_the_score_that_their_reasons_add_up_to() {
    let (pantin, next_door, far) = (at(48.8921, 2.4127), at(48.8930, 2.4130), at(48.9021, 2.4127));
    let legal = &[Need::LegalAsylum][..];
    let shelter = &[Need::ShelterWomenSafe][..];
    for (one, other, expected) in [
        // Two registers, one desk: accents, case and an elided article do not matter; the points are 103 m apart.
        (
            with(service(1, "L'Accueil de Jour"), vec![pantin.clone()], legal, ""),
            with(service(2, "accueil DE jour"), vec![next_door.clone()], legal, ""),
            Some((75, vec![SameName, SamePlace, SharedNeed])),
        ),
        // One typing error, one word more.
        (
            with(service(1, "Permanence juridique Pantin"), vec![pantin.clone()], legal, "+33199000001"),
            with(
                service(2, "Permanance juridique de Pantin centre"),
                vec![next_door.clone()],
                legal,
                "+33 1 99 00 00 01",
            ),
            Some((85, vec![SimilarName, SamePlace, SamePhone, SharedNeed])),
        ),
        // A name and an area: only with a need in common.
        (
            with(service(1, "Secours du Nord"), vec![within("FR-93055")], legal, ""),
            with(service(2, "Secours du Nord"), vec![within("FR-93055")], legal, ""),
            Some((60, vec![SameName, SameArea, SharedNeed])),
        ),
        (
            with(service(1, "Secours du Nord"), vec![within("FR-93055")], &[], ""),
            with(service(2, "Secours du Nord"), vec![within("FR-93055")], &[], ""),
            None,
        ),
        // Two branches behind one phone.
        (
            with(service(1, "Secours du Nord"), vec![pantin.clone()], legal, "+33199000001"),
            with(service(2, "Secours du Nord"), vec![far], legal, "+33199000001"),
            None,
        ),
        // A night shelter and a legal desk in one house.
        (
            with(service(1, "Maison du Phare"), vec![pantin.clone()], legal, ""),
            with(service(2, "Maison du Phare"), vec![pantin.clone()], shelter, ""),
            None,
        ),
        // Neighbours of another name.
        (
            with(service(1, "Maison du Phare"), vec![pantin.clone()], legal, "+33199000001"),
            with(service(2, "Clinique des Lilas"), vec![pantin], legal, "+33199000001"),
            None,
        ),
    ] {
        assert_eq!(found(&one, &other), expected, "{} and {}", one.name, other.name);
    }
}

#[test]
fn without_a_place_a_contact_has_to_speak_for_a_pair() {
    let pantin = at(48.8921, 2.4127);
    let legal = &[Need::LegalAsylum][..];
    for (one, other, expected) in [
        // Nobody knows where: a phone has to speak for it, and an emergency line does not.
        (
            with(service(1, "Ligne de nuit"), vec![], &[], "+33199000001"),
            with(service(2, "Ligne de nuit"), vec![pantin.clone()], &[], "+33199000001"),
            Some((65, vec![SameName, SamePhone])),
        ),
        (
            with(service(1, "Ligne de nuit"), vec![], legal, "115"),
            with(service(2, "Ligne de nuit"), vec![pantin], legal, "115"),
            None,
        ),
        // Names of short words only.
        (
            with(service(1, "A B"), vec![within("FR-93055")], legal, "+33199000001"),
            with(service(2, "B A"), vec![within("FR-93055")], legal, "+33199000001"),
            Some((70, vec![SimilarName, SameArea, SamePhone, SharedNeed])),
        ),
        (service(1, "---"), service(2, "'"), None),
    ] {
        assert_eq!(found(&one, &other), expected, "{} and {}", one.name, other.name);
    }
}

#[test]
fn mailboxes_pages_and_organisations_speak_too() {
    let page = |page: &str| vec![Detail { label: "Website".to_owned(), values: vec![page.to_owned()] }];
    let one = Service {
        email: Some("Desk@example.org".to_owned()),
        details: page("https://www.example.org/desk/").into(),
        ..service(1, "Legal desk")
    };
    let other = Service {
        email: Some("desk@example.org ".to_owned()),
        details: page("http://example.org/desk").into(),
        ..service(2, "Legal desk")
    };
    assert_eq!(found(&one, &other), Some((80, vec![SameName, SameMailbox, SameWebsite])));
    let organization = |number, name: &str| Organization::named(OrganizationId::from_bytes(id(number)), name);
    let (first, second) = (organization(1, "Association Étoile"), organization(2, "ASSOCIATION ETOILE"));
    let candidate = compare(
        Listed { service: &one, organization: Some(&first), source: Some("north") },
        Listed { service: &other, organization: Some(&second), source: Some("south") },
        &Paris,
    );
    assert_eq!(
        candidate.map(|candidate| candidate.reasons),
        Some(vec![SameName, SameMailbox, SameWebsite, SameOrganization])
    );
}

#[test]
fn a_kind_of_service_at_one_point_is_as_many_services_as_organisations() {
    let needs = &[Need::LegalAsylum];
    let one = with(service(1, "Legal aid"), vec![at(32.0, 36.0)], needs, "+33199000001");
    let other = with(service(2, "Legal aid"), vec![at(32.0, 36.0)], needs, "+33199000002");
    let called_alike = Service { phones: one.phones.clone(), ..other.clone() };
    let organization = |number, name: &str| Organization::named(OrganizationId::from_bytes(id(number)), name);
    let (lilac, poppy, lilacs) =
        (organization(1, "Lilas"), organization(2, "Coquelicot"), organization(3, "Les Lilas"));
    let listed = |service, organization, source| Listed { service, organization, source };
    let first = listed(&one, Some(&lilac), None);
    let score = |second| compare(first, second, &Paris).map(|candidate| candidate.score);
    assert_eq!(score(listed(&other, Some(&poppy), None)), None);
    assert_eq!(score(listed(&other, None, None)), Some(75));
    assert_eq!(score(listed(&other, Some(&lilacs), None)), Some(90));
    assert_eq!(score(listed(&called_alike, Some(&poppy), None)), Some(100));
    // What one source lists twice it means to be two.
    let of = |source| compare(listed(&one, None, Some("north")), listed(&called_alike, None, source), &Paris);
    assert_eq!((of(Some("north")), of(Some("south")).is_some(), of(None).is_some()), (None, true, true));
}

#[test]
fn a_redacted_place_is_compared_by_its_area_alone() {
    let mut hidden = at(48.8921, 2.4127);
    hidden.redacted = true;
    hidden.area = within("FR-93055").area;
    let other = Place { area: within("FR-93055").area, ..at(48.9921, 2.4127) };
    let needs = &[Need::ShelterWomenSafe];
    let one = with(service(1, "House of the Quay"), vec![hidden], needs, "");
    assert_eq!(
        found(&one, &with(service(2, "House of the Quay"), vec![other], needs, "")),
        Some((60, vec![SameName, SameArea, SharedNeed]))
    );
}

#[test]
fn every_reason_can_be_told_and_none_alone_is_enough() {
    use crate::domain::code::CodeList;
    for reason in DuplicateReason::ALL {
        assert!(reason.weight() < LEAST_SCORE, "{reason}");
    }
}

#[test]
fn a_crowded_point_and_a_switchboard_do_not_hide_a_pair() {
    // A town hall's point and one phone stand for three hundred desks of as many names.
    let crowd = |number: u16| {
        let name = format!(
            "Service numéro {}",
            char::from(b'a' + u8::try_from(number % 26).unwrap()).to_string().repeat(4 + usize::from(number / 26))
        );
        with(service(number, &name), vec![at(48.8566, 2.3522)], &[Need::LegalAsylum], "+33199000001")
    };
    let mut services: Vec<Service> = (0..300).map(crowd).collect();
    services.push(with(service(900, "Atelier des Coquelicots"), vec![at(48.8566, 2.3522)], &[], "+33199000001"));
    services.push(with(service(901, "Atelier des coquelicot"), vec![at(48.8567, 2.3523)], &[], "+33199000001"));
    let listed: Vec<Listed<'_>> =
        services.iter().map(|service| Listed { service, organization: None, source: None }).collect();
    let found = find_duplicates(&listed, &Paris);
    let of_workshop = [ServiceId::from_bytes(id(900)), ServiceId::from_bytes(id(901))];
    assert!(found.iter().any(|candidate| candidate.services == of_workshop), "{found:?}");
}

fn in_arabic(service: Service, name: &str) -> Service {
    let language = Language::parse("ar").expect("a language");
    let translations = vec![Translation { language, name: Some(name.to_owned()), description: None }];
    Service { translations: translations.into(), ..service }
}

#[test]
fn every_name_of_an_entry_can_be_the_one_in_common() {
    let legal = &[Need::LegalAsylum][..];
    let here = || vec![at(32.0, 36.0)];
    let desk = |number, name: &str| with(service(number, name), here(), legal, "");
    let known_as =
        |number, name: &str, other: &str| Service { alternate_name: Some(other.to_owned()), ..desk(number, name) };
    let (same, similar) =
        (Some((75, vec![SameName, SamePlace, SharedNeed])), Some((60, vec![SimilarName, SamePlace, SharedNeed])));
    for (one, other, expected) in [
        (desk(1, "Bureau du phare"), known_as(2, "Legal desk", "Bureau du Phare"), same.clone()),
        (known_as(1, "Nord", "Permanence juridique"), known_as(2, "Sud", "Permanance juridique"), similar),
        (in_arabic(desk(1, "Legal desk"), "مكتب المنارة"), desk(2, "مكتب المناره"), same.clone()),
        (in_arabic(desk(1, "Bureau"), "مكتب المنارة"), in_arabic(desk(2, "Legal desk"), "مكتب المنارة"), same),
        // A name in common is asked for where one script is.
        (in_arabic(desk(1, "Bureau du phare"), "مكتب المنارة"), desk(2, "Legal desk"), None),
    ] {
        assert_eq!(found(&one, &other), expected, "{} and {}", one.name, other.name);
    }
}

#[test]
fn names_in_two_scripts_pair_by_place_and_contact_together() {
    let here = || vec![at(32.0, 36.0)];
    let (phone, legal) = ("+962799000001", &[Need::LegalAsylum][..]);
    let clinic = |name: &str, places, needs: &[Need], phone: &str| with(service(1, name), places, needs, phone);
    let other = |places, needs: &[Need], phone: &str| with(service(2, "عيادة المنارة"), places, needs, phone);
    let area = || vec![within("FR-93055")];
    for (one, other, expected) in [
        (
            clinic("Lighthouse clinic", here(), &[], phone),
            other(here(), &[], phone),
            Some((60, vec![OtherScript, SamePlace, SamePhone])),
        ),
        (
            clinic("Lighthouse clinic", here(), legal, phone),
            other(here(), legal, phone),
            Some((70, vec![OtherScript, SamePlace, SamePhone, SharedNeed])),
        ),
        // Two desks of one house with one switchboard.
        (clinic("Lighthouse clinic", here(), legal, phone), other(here(), &[Need::ShelterWomenSafe], phone), None),
        (clinic("Lighthouse clinic", here(), legal, ""), other(here(), legal, ""), None),
        (clinic("Lighthouse clinic", area(), legal, phone), other(area(), legal, phone), None),
        (clinic("Lighthouse clinic", vec![], legal, phone), other(here(), legal, phone), None),
        // In one script another name is another service, and so is one that is partly in it.
        (
            clinic("Маяк", here(), &[], phone),
            other(here(), &[], phone),
            Some((60, vec![OtherScript, SamePlace, SamePhone])),
        ),
        (clinic("مخيم الشمال", here(), &[], phone), other(here(), &[], phone), None),
        (clinic("Lighthouse (مخيم)", here(), &[], phone), other(here(), &[], phone), None),
        (clinic("12", here(), &[], phone), other(here(), &[], phone), None),
    ] {
        assert_eq!(found(&one, &other), expected, "{}", one.name);
    }
}

#[test]
fn an_area_and_a_part_of_it_are_not_apart() {
    let phone = "+33199000001";
    let desk = |number, code: &str, phone: &str| {
        with(service(number, "Secours du Nord"), vec![within(code)], &[Need::LegalAsylum], phone)
    };
    let by_phone = Some((75, vec![SameName, SamePhone, SharedNeed]));
    for (one, other, phone, expected) in [
        ("FR-93", "FR-93055", phone, by_phone.clone()),
        ("FR-93055", "FR-93", phone, by_phone.clone()),
        ("FR", "FR-93055", phone, by_phone),
        // In which part of it nobody knows, so that a contact has to speak for it.
        ("FR-93", "FR-93055", "", None),
        ("FR-93", "FR-75056", phone, None),
        ("FR-93055", "FR-93066", phone, None),
    ] {
        assert_eq!(found(&desk(1, one, phone), &desk(2, other, phone)), expected, "{one} {other} {phone}");
    }
    let services = [desk(1, "FR-93", phone), desk(2, "FR-93055", phone)];
    let listed: Vec<Listed<'_>> =
        services.iter().map(|service| Listed { service, organization: None, source: None }).collect();
    assert_eq!(find_duplicates(&listed, &Paris).len(), 1, "their blocks meet by the phone");
}

proptest! {
    /// Small directories have no crowded blocks: there the blocks must lose nothing but what shares no word, no
    /// contact and no neighbourhood.
    #[test]
    fn blocks_find_what_comparing_everything_finds(
        seeds in prop::collection::vec((0_usize..4, 0_i32..6, 0_usize..3, 0_usize..3, any::<bool>()), 2..14),
    ) {
        let names = ["Accueil de jour", "Accueil du jour", "Permanence juridique", "Permanance juridique"];
        let needs = [&[][..], &[Need::LegalAsylum], &[Need::ShelterWomenSafe]];
        let phones = ["", "+33199000001", "+33199000002"];
        let services: Vec<Service> = (0..).zip(&seeds).map(|(number, (name, step, need, phone, has_point))| {
            // Steps of 100 m to the north, across the borders of cells.
            let point = at(89.99 + f64::from(*step) * 0.0009, 179.9999);
            let place = if *has_point { point } else { within("FR-93055") };
            with(service(number, names[*name]), vec![Place { area: within("FR-93055").area, ..place }], needs[*need], phones[*phone])
        }).collect();
        let listed: Vec<Listed<'_>> = services.iter().map(|service| Listed { service, organization: None, source: None }).collect();
        let mut expected = Vec::new();
        for (index, one) in listed.iter().enumerate() {
            expected.extend(listed[index + 1..].iter().filter_map(|other| compare(*one, *other, &Paris)));
        }
        expected.sort_by_key(|candidate| (std::cmp::Reverse(candidate.score), candidate.services));
        prop_assert_eq!(find_duplicates(&listed, &Paris), expected);
    }
}
