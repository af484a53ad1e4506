use super::*;
use proptest::prelude::*;

fn at(latitude: f64, longitude: f64) -> Position {
    Position::new(latitude, longitude).expect("a valid position")
}

fn code(text: &str) -> AreaCode {
    AreaCode::parse(text).expect("a valid code")
}

fn square(west: f64, south: f64, side: f64) -> Shape {
    let (east, north) = (west + side, south + side);
    let ring = vec![[west, south], [east, south], [east, north], [west, north], [west, south]];
    Shape::try_from(vec![vec![ring]]).expect("a square")
}

fn row(own: &str, aliases: &[&str], level: Option<u8>, name: &str, parent: Option<&str>) -> AdminArea {
    AdminArea {
        aliases: aliases.iter().map(|alias| code(alias)).collect(),
        level,
        name: Some(name.to_owned()),
        parent: parent.map(code),
        ..AdminArea::new(code(own))
    }
}

/// A country under two schemes of which only a crosswalk, which comes first, knows that they are one.
fn two_schemes() -> Areas {
    Areas::new(vec![
        row("LY-NQ", &["LY0215"], None, "Zwara", None),
        AdminArea { shape: Some(square(0.0, 0.0, 4.0)), ..row("LY", &["LBY"], Some(0), "Libya", None) },
        AdminArea { shape: Some(square(0.0, 0.0, 1.0)), ..row("LY-NQ", &[], Some(1), "An Nuqat al Khams", Some("LY")) },
        AdminArea { shape: Some(square(1.0, 0.0, 1.0)), ..row("LY-ZA", &[], Some(1), "Az Zawiyah", Some("LY")) },
        row("LY02", &[], Some(1), "West", Some("LBY")),
        AdminArea { population: Some(5), ..row("LY0215", &[], Some(2), "Zwara", Some("LY02")) },
        AdminArea {
            postcodes: vec!["01400".to_owned()],
            ..row("FR-01001", &[], Some(3), "L'Abergement", Some("FR-01"))
        },
    ])
}

fn codes(areas: &[&KnownArea]) -> Vec<String> {
    areas.iter().map(|known| known.area.code.to_string()).collect()
}

#[test]
fn one_area_under_several_codes_is_one_area() {
    let areas = two_schemes();
    assert_eq!(areas.all().len(), 5);
    let zuwara = areas.find("ly0215").expect("known by its alias");
    assert_eq!(areas.find("LY-NQ").expect("known"), zuwara);
    assert_eq!(areas.canonical(&code("LY0215")), Some(&code("LY-NQ")));
    assert_eq!(areas.canonical(&code("LY0216")), None);
    let AdminArea { name, other_names, level, population, .. } = &zuwara.area;
    assert_eq!(name.as_deref(), Some("An Nuqat al Khams"));
    assert_eq!((other_names.as_slice(), *level, *population), (["Zwara".to_owned()].as_slice(), Some(2), Some(5)));
    assert_eq!(zuwara.published().center, Some(at(0.5, 0.5)));
    assert!(zuwara.radius_meters.is_some_and(|meters| (78_000.0..79_000.0).contains(&meters)));
    assert!(areas.find("Zwara").is_none() && areas.find("").is_none());
}

#[test]
fn parents_lead_up_and_children_down_through_both_schemes() {
    let areas = two_schemes();
    assert_eq!(codes(&areas.ancestors(&code("LY-NQ"))), ["LY02", "LY"]);
    assert_eq!(codes(&areas.descendants(&code("LBY"))), ["LY-NQ", "LY-ZA", "LY02"]);
    assert_eq!(codes(&areas.descendants(&code("LY02"))), ["LY-NQ"]);
    for (whole, part, covers) in [
        ("LBY", "LY0215", true),
        ("LY", "LY", true),
        ("LY-NQ", "LY0215", true),
        ("LY0215", "LY", false),
        ("LY-ZA", "LY-NQ", false),
        ("XX", "XX", true),
        ("XX", "LY", false),
    ] {
        assert_eq!(areas.covers(&code(whole), &code(part)), covers, "{whole} {part}");
    }
    for (one, other, apart) in [
        ("FR-01001", "LY0215", false),
        // Of another scheme, and of the same level as the region that holds it.
        ("LY-ZA", "LY02", false),
        ("LY-ZA", "LY0215", false),
        ("LBY", "LY0215", false),
        ("LY-NQ", "LY0215", false),
        ("LY-ZA", "XX", false),
        ("XX", "FR-01001", false),
    ] {
        assert_eq!(areas.are_apart(&code(one), &code(other)), apart, "{one} {other}");
        assert_eq!(areas.are_apart(&code(other), &code(one)), apart, "{other} {one}");
    }
}

#[test]
fn an_area_of_which_nobody_tells_what_it_is_a_part_of_is_apart_from_its_like_alone() {
    // Departments come without their regions where the register was not imported.
    let areas = Areas::new(vec![
        row("FR", &[], Some(0), "France", None),
        row("FR-R11", &[], Some(1), "Île-de-France", Some("FR")),
        row("FR-93", &[], Some(2), "Seine-Saint-Denis", None),
        row("FR-75", &[], Some(2), "Paris", None),
        row("FR-93055", &[], Some(3), "Pantin", Some("FR-93")),
        row("FR-200054781", &[], Some(2), "Métropole du Grand Paris", Some("FR")),
    ]);
    for (served, apart) in
        [("FR", false), ("FR-R11", false), ("FR-93", false), ("FR-75", true), ("FR-200054781", false)]
    {
        assert_eq!(areas.are_apart(&code(served), &code("FR-93055")), apart, "{served}");
    }
}

#[test]
fn a_position_belongs_to_the_smallest_area_or_to_the_nearest_one_and_says_so() {
    let areas = two_schemes();
    let of = |latitude, longitude| {
        let found = areas.area_of(at(latitude, longitude))?;
        Some((found.code.to_string(), found.outside_by_meters.map(f64::round)))
    };
    assert_eq!(of(0.5, 0.5), Some(("LY-NQ".to_owned(), None)));
    assert_eq!(of(0.5, 1.5), Some(("LY-ZA".to_owned(), None)));
    assert_eq!(of(3.0, 3.0), Some(("LY".to_owned(), None)));
    // South of the coast, which the small area and the country share.
    assert_eq!(of(-0.01, 0.5), Some(("LY-NQ".to_owned(), Some(1_112.0))));
    assert_eq!(of(-0.044, 0.5).map(|(code, _)| code).as_deref(), Some("LY-NQ"));
    assert_eq!(of(-0.046, 0.5), None);
    assert_eq!(codes(&areas.areas_at(at(0.5, 0.5))), ["LY-NQ", "LY"]);
    assert_eq!(areas.contains(&code("lbY"), at(3.0, 3.0)), Some(true));
    assert_eq!(areas.contains(&code("LY-NQ"), at(3.0, 3.0)), Some(false));
    assert_eq!(areas.contains(&code("LY02"), at(3.0, 3.0)), None);
}

#[test]
fn near_the_antimeridian_the_nearest_area_may_lie_beyond_it() {
    let fiji = AdminArea { shape: Some(square(179.0, -17.0, 1.0)), ..row("FJ", &[], Some(0), "Fiji", None) };
    let areas = Areas::new(vec![fiji]);
    let found = areas.area_of(at(-16.5, -179.98)).expect("Fiji is near");
    assert!(found.outside_by_meters.is_some_and(|meters| (2_000.0..2_200.0).contains(&meters)), "{found:?}");
    assert_eq!(areas.area_of(at(-16.5, -180.0)).map(|found| found.outside_by_meters), Some(None));
}

#[test]
fn names_and_postcodes_lead_to_areas() {
    let areas = two_schemes();
    assert_eq!(codes(&areas.search("zwara", false, 9)), ["LY-NQ"]);
    assert_eq!(codes(&areas.search("abergment", false, 9)), ["FR-01001"]);
    assert_eq!(codes(&areas.search("zaw", true, 9)), ["LY-ZA"]);
    assert_eq!(codes(&areas.of_postcode("01400")), ["FR-01001"]);
    assert!(areas.of_postcode("1400").is_empty());
}

#[test]
fn circles_of_parents_end() {
    let areas = Areas::new(vec![
        row("AA", &[], Some(1), "One", Some("BB")),
        row("BB", &[], Some(1), "Two", Some("CC")),
        row("CC", &[], Some(1), "Three", Some("AA")),
        row("DD", &[], Some(1), "Four", Some("DD")),
    ]);
    assert_eq!(codes(&areas.ancestors(&code("AA"))), ["BB", "CC"]);
    assert_eq!(codes(&areas.descendants(&code("CC"))), ["AA", "BB"]);
    assert!(areas.ancestors(&code("DD")).is_empty());
}

proptest! {
    #[test]
    fn the_tree_finds_what_looking_at_every_polygon_finds(
        squares in proptest::collection::vec((-10.0..10.0_f64, -10.0..10.0_f64, 0.5..6.0_f64), 1..12),
        latitude in -11.0..17.0_f64, longitude in -11.0..17.0_f64,
    ) {
        let rows = squares.iter().enumerate().map(|(number, (west, south, side))| AdminArea {
            shape: Some(square(*west, *south, *side)),
            ..row(&format!("X-{number}"), &[], Some(1), "square", None)
        });
        let areas = Areas::new(rows.collect());
        let position = at(latitude, longitude);
        let mut holding: Vec<&KnownArea> = areas.all().iter().filter(|known| known.area.shape.as_ref().is_some_and(|shape| shape.contains(position))).collect();
        holding.sort_by(|one, other| by_size(one, other));
        prop_assert_eq!(&codes(&areas.areas_at(position)), &codes(&holding));
        let nearest = areas.all().iter().flat_map(|known| known.area.shape.iter().flat_map(Shape::parts));
        let nearest = nearest.map(|part| part.edge_distance_meters(position)).fold(f64::INFINITY, f64::min);
        match areas.area_of(position) {
            Some(AreaOfPoint { code, outside_by_meters: None }) => prop_assert_eq!(&code, &holding[0].area.code),
            Some(AreaOfPoint { outside_by_meters: Some(meters), .. }) => {
                prop_assert!(holding.is_empty() && meters - nearest <= SAME_EDGE_METERS);
            }
            None => prop_assert!(holding.is_empty() && nearest > NEAREST_WITHIN_METERS),
        }
    }
}
