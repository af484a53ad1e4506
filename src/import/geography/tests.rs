use super::*;
use serde_json::json;

fn areas(format: &AreaFormat, text: &str) -> Rows<AdminArea> {
    let mut last = (0, 0);
    let rows = parse_areas(format, text.as_bytes(), &mut |done, of| last = (done, of)).expect("a readable file");
    assert!(last.0 == last.1 && last.0 > 0, "progress ends at {last:?}");
    rows
}

fn refused<T>(rows: &Rows<T>) -> Vec<String> {
    let line = |row: &RefusedRow| format!("{} {}: {}", row.row, row.key.as_deref().unwrap_or("-"), row.fault);
    rows.refused.iter().map(line).collect()
}

fn code(text: &str) -> AreaCode {
    AreaCode::parse(text).expect("a valid code")
}

fn feature(properties: serde_json::Value, ring: &[[f64; 2]]) -> serde_json::Value {
    json!({"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}})
}

const SQUARE: [[f64; 2]; 5] = [[1.0, 1.0], [2.0, 1.0], [2.0, 2.0], [1.0, 2.0], [1.0, 1.0]];

#[test]
fn what_natural_earth_writes_for_no_code_is_none() {
    let file = json!({"type": "FeatureCollection", "features": [
        feature(json!({"iso_a2": "XK", "ISO_A3": "-99", "NAME": "Kosovo"}), &SQUARE),
        feature(json!({"iso_a2": "-1", "ISO_A3": "-99", "NAME": "Somewhere"}), &SQUARE),
    ]});
    let format = AreaFormat::Features(FeatureProperties::natural_earth_countries());
    let rows = areas(&format, &file.to_string());
    assert_eq!((rows.rows.len(), rows.rows[0].code.as_str(), rows.rows[0].aliases.as_slice()), (1, "XK", &[][..]));
    assert_eq!(refused(&rows), ["2 -: has no iso_a2"]);
}

#[test]
fn features_become_areas_and_faults_name_their_row() {
    let across = [[179.0, 0.0], [-179.0, 0.0], [-179.0, 1.0], [179.0, 0.0]];
    let file = json!({"type": "FeatureCollection", "features": [
        feature(json!({"iso_a2": "LY", "iso_3166_2": "LY-NQ", "pcode": "LY0215", "name": "An Nuqat", "ocha_name": "Zwara"}), &SQUARE),
        feature(json!({"iso_a2": "SN", "iso_3166_2": null, "fips": "SG11", "name": "Kédougou"}), &SQUARE),
        feature(json!({"iso_a2": "LY", "iso_3166_2": "LY-NQ", "name": "again"}), &SQUARE),
        feature(json!({"iso_a2": "FR"}), &SQUARE),
        feature(json!({"iso_a2": "FJ", "iso_3166_2": "FJ-E", "name": "Eastern"}), &across),
        feature(json!({"iso_a2": "FJ", "iso_3166_2": "FJ-C", "name": "Central\u{7}"}), &SQUARE),
        feature(json!({"iso_a2": "FJ", "iso_3166_2": "Central Division", "name": "Central"}), &SQUARE),
        {"type": "Feature", "properties": {"iso_3166_2": "FJ-N"}, "geometry": {"type": "LineString", "coordinates": [[1, 1], [2, 2]]}},
        {"type": "Feature", "properties": {"iso_3166_2": "FJ-W"}, "geometry": {"type": "Polygon", "coordinates": "none"}},
        {"type": "Feature", "properties": {"iso_3166_2": "FJ-R", "name": "Rotuma"}, "geometry": {"type": "Point", "coordinates": [177.1, -12.5, 8]}},
    ]});
    let rows = areas(&AreaFormat::Features(FeatureProperties::natural_earth_admin1()), &file.to_string());
    assert_eq!((rows.rows.len(), rows.rows_read), (3, 10));
    let zuwara = &rows.rows[0];
    assert_eq!((zuwara.code.as_str(), zuwara.aliases.as_slice()), ("LY-NQ", [code("LY0215")].as_slice()));
    assert_eq!((zuwara.parent.clone(), zuwara.level), (Some(code("LY")), Some(1)));
    assert_eq!(
        (zuwara.name.as_deref(), zuwara.other_names.as_slice()),
        (Some("An Nuqat"), ["Zwara".to_owned()].as_slice())
    );
    assert!(zuwara.shape.is_some());
    assert_eq!(rows.rows[1].code.as_str().strip_prefix("X-SN-").map(str::len), Some(6));
    assert_eq!(rows.rows[2].center, Position::new(-12.5, 177.1).ok());
    let refused = refused(&rows);
    for (found, begin) in refused.iter().zip([
        "3 LY-NQ: repeats row 1",
        "4 -: has no iso_3166_2, pcode",
        "5 FJ-E: an edge spans more than 180 degrees",
        "6 FJ-C: name has a control character",
        "7 -: `Central Division` is no area code",
        "8 FJ-N: a LineString is no shape",
        "9 -: no GeoJSON feature",
    ]) {
        assert!(found.starts_with(begin), "{found} against {begin}");
    }
    assert_eq!(refused.len(), 7);
}

#[test]
fn french_features_get_their_prefix_and_their_department() {
    let file = json!({"type": "FeatureCollection", "features": [
        feature(json!({"code": "01001", "nom": "L'Abergement"}), &SQUARE),
        feature(json!({"code": "2A004", "nom": "Ajaccio"}), &SQUARE),
        feature(json!({"code": "97411", "nom": "Saint-Denis"}), &SQUARE),
        feature(json!({"code": 1002, "nom": "Zeros lost"}), &SQUARE),
    ]});
    let rows = areas(&AreaFormat::Features(FeatureProperties::french_communes()), &file.to_string());
    let parents: Vec<_> =
        rows.rows.iter().map(|area| (area.code.as_str(), area.parent.as_ref().map(AreaCode::as_str))).collect();
    assert_eq!(parents, [("FR-01001", Some("FR-01")), ("FR-2A004", Some("FR-2A")), ("FR-97411", Some("FR-974"))]);
    assert_eq!(refused(&rows), ["4 -: code is a number, whose leading zeros are lost; write it as text at the source"]);
    let file = json!({"type": "FeatureCollection", "features": [feature(json!({"code": "84", "nom": "Auvergne-Rhône-Alpes"}), &SQUARE)]});
    let region = &areas(&AreaFormat::Features(FeatureProperties::french_regions()), &file.to_string()).rows[0];
    assert_eq!((region.code.as_str(), region.aliases.as_slice()), ("FR-R84", [code("FR-ARA")].as_slice()));
    let department = &areas(&AreaFormat::Features(FeatureProperties::french_departments()), &file.to_string()).rows[0];
    assert_eq!(department.code, code("FR-84"), "a region is never taken for the department of the same number");
}

#[test]
fn the_french_register_keeps_zeros_and_folds_former_communes_into_todays() {
    let file = json!([
        {"code": "01033", "nom": "Valserhône", "type": "commune-actuelle", "departement": "01", "region": "84",
            "anciensCodes": ["01091", "01004"], "codesPostaux": ["01200", "01200"], "population": 16712},
        {"code": "01004", "nom": "Ambérieu", "type": "commune-actuelle", "departement": "01", "codesPostaux": ["01500"]},
        {"code": "01033", "nom": "Bellegarde", "type": "commune-deleguee", "chefLieu": "01033"},
        {"code": "01091", "nom": "Châtillon", "type": "commune-deleguee", "chefLieu": "01033"},
        {"code": "01999", "nom": "Nowhere", "type": "commune-associee", "chefLieu": "01998"},
        {"code": "13201", "nom": "Marseille 1er", "type": "arrondissement-municipal", "commune": "13055"},
        {"code": "01005", "nom": "Lost", "type": "commune-actuelle", "codesPostaux": [1330]},
        {"code": "01", "nom": "Ain", "region": "84", "chefLieu": "01053"},
        {"code": "84", "nom": "Auvergne-Rhône-Alpes", "chefLieu": "69123"},
        {"code": "011", "nom": "Belley", "departement": "01", "region": "84"},
    ]);
    let rows = areas(&AreaFormat::Cog, &file.to_string());
    let told: Vec<_> = rows
        .rows
        .iter()
        .map(|area| (area.code.as_str(), area.level, area.parent.as_ref().map(AreaCode::as_str)))
        .collect();
    assert_eq!(
        told,
        [
            ("FR-01033", Some(3), Some("FR-01")),
            ("FR-01004", Some(3), Some("FR-01")),
            ("FR-13201", Some(4), Some("FR-13055")),
            ("FR-01", Some(2), Some("FR-R84")),
            ("FR-R84", Some(1), Some("FR")),
        ]
    );
    let valserhone = &rows.rows[0];
    assert_eq!(
        (valserhone.postcodes.as_slice(), valserhone.population),
        (["01200".to_owned()].as_slice(), Some(16_712))
    );
    assert_eq!(valserhone.aliases, [code("FR-01091")], "01004 is a commune of its own today");
    assert_eq!(valserhone.other_names, ["Bellegarde", "Châtillon"]);
    let refused = refused(&rows);
    assert!(
        refused[0].starts_with("5 FR-01999: a former commune of")
            && refused[1].starts_with("7 FR-01005: codesPostaux is a number")
    );
    assert!(refused[2].starts_with("10 FR-011: an arrondissement") && refused.len() == 3, "{refused:?}");
}

#[test]
fn tables_of_codes_have_levels_parents_and_aliases() {
    let file = "\u{feff}Location,Admin Level,P-Code,Name,Parent P-Code,Valid from date\n\
        #country,,#adm1+code,#adm1+name,,\n\
        LBY,2,ly0215,Zwara,LY02,2018\nLBY,1,LY02,West,,\nLBY,x,LY03,South,LBY,\nLBY,1,,Nameless,LBY,\nLBY,1,LY04\n";
    let rows = areas(&AreaFormat::Pcodes, file);
    let told: Vec<_> = rows
        .rows
        .iter()
        .map(|area| (area.code.as_str(), area.level, area.parent.as_ref().map(AreaCode::as_str)))
        .collect();
    assert_eq!(told, [("LY0215", Some(2), Some("LY02")), ("LY02", Some(1), Some("LBY"))]);
    assert_eq!(
        refused(&rows),
        ["5 LY03: Admin Level is no number that can be used", "6 -: has no P-Code", "7 LY04: has no Name"]
    );

    let file = "polygon_name_ne,iso_3166_2,ocha_pcode_adm2,ocha_name\nGhat,LY-GT,LY0321,Ghat\nAlone,LY-XX,,\n";
    let rows = areas(&AreaFormat::Crosswalk, file);
    let AdminArea { code: own, aliases, level, other_names, .. } = &rows.rows[0];
    assert_eq!(
        (own.as_str(), aliases.as_slice(), *level, other_names.len()),
        ("LY-GT", [code("LY0321")].as_slice(), None, 1)
    );
    assert_eq!(refused(&rows), ["3 LY-XX: has no second code"]);

    for (text, is_empty) in [("Location,Admin Level,Name\nLBY,1,West\n", false), ("P-Code,Name\n", true), ("", true)] {
        let error = parse_areas(&AreaFormat::Pcodes, text.as_bytes(), &mut |_, _| {}).expect_err(text);
        assert_eq!(error == FeedError::Empty, is_empty, "{error}");
    }
    let latin1 = b"P-Code,Name\nFR01,Ambl\xe8ve\n";
    assert_eq!(parse_areas(&AreaFormat::Pcodes, latin1, &mut |_, _| {}), Err(FeedError::NotUtf8 { offset: 21 }));
}

#[test]
fn places_have_names_and_checked_coordinates() {
    let file = "geonameid,name,latitude,longitude,countrycode,population,timezone,alternatenames\n\
        1,Zuwarah,32.9312,12.08199,ly,33887,Africa/Tripoli,Zouara|زوارة|Zuwarah|Zouara\n\
        2,Nowhere,0,0,LY,,,\n3,Swapped,12.1,232.9,LY,,,\n4,Nan,x,1,LY,,,\n5,Land,1,1,LBY,,,\n6,Zone,1,1,LY,,Africa/Zuwarah,\n\
        7,,1,1,LY,,,\n,Keyless,1,1,LY,,,\n1,Again,1,1,LY,,,\n9,Commas,1,1,LY,0,,\"A, B\"\n";
    let rows = parse_gazetteer(file.as_bytes(), &mut |_, _| {}).expect("a readable file");
    assert_eq!(rows.rows.len(), 2);
    let NamedPlace { country, population, time_zone, alternate_names, .. } = &rows.rows[0];
    assert_eq!((country.as_str(), *population, time_zone.as_deref()), ("LY", Some(33_887), Some("Africa/Tripoli")));
    assert_eq!(alternate_names.as_slice(), ["Zouara", "زوارة"]);
    assert_eq!(
        (rows.rows[1].population, rows.rows[1].alternate_names.as_slice()),
        (None, ["A".to_owned(), "B".to_owned()].as_slice())
    );
    assert_eq!(
        refused(&rows),
        [
            "3 2: the point 0,0 stands for an unknown one",
            "4 3: the point lies outside -90..90, -180..180",
            "5 4: latitude is no number that can be used",
            "6 5: `LBY` is no country code of two letters",
            "7 6: `Africa/Zuwarah` is no IANA time zone",
            "8 7: has no name",
            "9 -: has no geonameid",
            "10 1: repeats row 2, which is kept",
        ]
    );
}

#[test]
fn a_report_counts_and_names_what_was_refused() {
    let refused = vec![RefusedRow { row: 7, key: Some("LY\u{1b}03".to_owned()), fault: RowFault::PointZero }];
    let report = report::GeographyReport {
        what: "areas",
        rows_read: 9,
        added: 1,
        updated: 2,
        unchanged: 3,
        gone: 4,
        withheld: 0,
        held_before: 20,
        refused,
    };
    assert!(report.admit(false).is_ok() && !report.to_string().contains("Stop"), "one in five");
    let text = report.to_string();
    assert!(
        text.contains("9 rows read")
            && text.contains("gone               4")
            && text.contains("row 7, key LY\u{fffd}03: the point 0,0"),
        "{text}"
    );
    let cut = report::GeographyReport { held_before: 19, withheld: 2, ..report };
    assert!(cut.admit(true).is_ok());
    let text = cut.to_string();
    assert!(text.contains("Stop: 4 of 19 areas of this source would be gone"), "{text}");
    assert!(text.contains("2 areas are absent and stay: a refused row without a key may be any of them."), "{text}");
}

#[test]
fn middles_of_communes_are_those_of_communes_that_a_register_tells() {
    let file = "code_insee,nom,departement,lat,lon,valid_geometry\n\
        33063,Bordeaux,33,44.86,-0.58,True\n\
        01205,Lancrans,01,46.1,5.8,True\n\
        33999,Nulle part,33,44.8,-0.5,True\n\
        1033,Valserhône,01,46.1,5.8,True\n\
        ,Sans code,01,46.1,5.8,True\n\
        01033,Valserhône,01,,5.8,True\n\
        33394,Saint-Émilion,33,0,0,False\n\
        33001,\"Abzac, le bourg\",33,45.0,-0.1,True\n\
        33063,Bordeaux,33,44.9,-0.6,True\n";
    let current = |told: &AreaCode| match told.as_str() {
        "FR-01205" => AreaCode::parse("FR-01033").ok(),
        "FR-33999" => None,
        _ => Some(told.clone()),
    };
    let rows = parse_commune_points(file.as_bytes(), &current, &mut |_, _| {}).expect("a readable file");
    let told: Vec<_> = rows.rows.iter().map(|area| (area.code.as_str(), area.center, area.level)).collect();
    let at = |latitude, longitude| Position::new(latitude, longitude).ok();
    assert_eq!(told, [("FR-33063", at(44.86, -0.58), None), ("FR-33001", at(45.0, -0.1), None)]);
    let expected = [
        "3 FR-01205: is a former code; the commune is a part of FR-01033 today, whose middle is another",
        "4 FR-33999: no commune that was imported has this code; import the register first",
        "5 -: `1033` is no area code, such as FR-93055, TN-11 or LY002",
        "6 -: has no code_insee",
        "7 FR-01033: has no lat",
        "8 FR-33394: the point 0,0 stands for an unknown one",
        "10 FR-33063: repeats row 2, which is kept",
    ];
    assert_eq!(refused(&rows), expected);
    assert!(parse_commune_points(b"code,lat,lon\n1,2,3\n", &current, &mut |_, _| {}).is_err());
}
