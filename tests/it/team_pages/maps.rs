//! Where things are, as a picture made here: numbered pins over outlines that were imported, and a point that somebody has met
//! with a finger.

use super::{GIRL, assert_sound, choose, find, worker};
use crate::kit::world::{World, on_both_databases};
use axum::http::StatusCode;
use relais::actions::geography::{GeographyFile, import_areas, refresh};
use relais::import::SourceName;
use relais::import::geography::{AreaFormat, FeatureProperties, Parent, PropertyCode};

/// Two areas that meet in the middle of Paris.
const AREAS: &str = r#"{ "type": "FeatureCollection", "features": [
    { "type": "Feature", "properties": { "code": "FR-W", "name": "Ouest & Cie" }, "geometry": { "type": "Polygon",
        "coordinates": [[[2.0, 48.5], [2.4, 48.5], [2.4, 49.2], [2.0, 49.2], [2.0, 48.5]]] } },
    { "type": "Feature", "properties": { "code": "FR-E", "name": "Est" }, "geometry": { "type": "Polygon",
        "coordinates": [[[2.4, 48.5], [2.9, 48.5], [2.9, 49.2], [2.4, 49.2], [2.4, 48.5]]] } } ] }"#;

async fn import(world: &World) {
    let source = SourceName::parse("test-outlines").expect("a valid name");
    let format = AreaFormat::Features(FeatureProperties {
        codes: vec![PropertyCode::parse("code")],
        country: None,
        aliases: Vec::new(),
        names: vec!["name".to_owned()],
        parent: Parent::Untold,
        level: 2,
    });
    let file = GeographyFile {
        source: &source,
        bytes: AREAS.as_bytes(),
        accepts_many_gone: false,
        is_dry_run: false,
        turn: None,
    };
    import_areas(world.app.context(), &format, file, &mut |_, _| {}).await.expect("areas");
    refresh(world.app.context()).await.expect("areas in memory");
}

/// The picture that a page holds, as text.
fn picture(html: &str) -> String {
    let coded = html.split("src=\"data:image/svg+xml;base64,").nth(1).and_then(|rest| rest.split('"').next());
    let bytes = data_encoding::BASE64.decode(coded.expect("a picture").as_bytes()).expect("base64");
    String::from_utf8(bytes).expect("text")
}

on_both_databases! {
    async fn what_was_found_stands_as_numbered_pins_over_outlines_of_our_own(world: World) {
        let mut worker = worker(&world).await;
        let (_, page) = find(&mut worker.browser, &GIRL).await;
        assert_sound(&page, "without outlines");
        let pins = |html: &str| html.matches("class=\"pin\"").count();
        assert_eq!(pins(&page.html), 2, "each that may take her, by its number in the list");
        assert!(page.html.contains("class=\"outline\" d=\"\""), "nothing was imported yet");
        import(&world).await;
        let near: Vec<(&str, &str)> = GIRL.iter().copied().chain([("near", "48.89,2.40")]).collect();
        let (_, page) = find(&mut worker.browser, &near).await;
        assert_sound(&page, "with outlines");
        assert!(page.html.contains("class=\"outline\" d=\"M"), "{}", page.html);
        assert!(page.html.contains("class=\"origin\""), "from where it is measured");
        for foreign in ["http://", "https://tile", "openstreetmap"] {
            assert!(!page.html.contains(foreign), "{foreign}");
        }
    }

    async fn a_point_of_the_map_is_chosen_by_a_finger_and_without_scripts(world: World) {
        let mut worker = worker(&world).await;
        let browser = &mut worker.browser;
        let near: Vec<(&str, &str)> = GIRL.iter().copied().chain([("near", "48.89,2.40")]).collect();
        let (found, _) = find(browser, &near).await;
        let map = found.replace("/find/", "/map/");
        let page = browser.get(&map).await;
        assert!(page.text().contains("No outlines were imported"), "{}", page.text());
        import(&world).await;
        let page = browser.get(&map).await;
        assert_sound(&page, "map");
        let drawn = picture(&page.html);
        assert!(drawn.contains("Ouest &amp; Cie") && drawn.contains("Est") && drawn.contains("10 km"), "{drawn}");
        let missed = browser.post(&map, &page.form_token(), &[("at.x", "0"), ("at.y", "0")]).await;
        assert_eq!(missed.status, StatusCode::UNPROCESSABLE_ENTITY, "a key has met nothing");
        let closer = choose(browser, &map, &[("zoom", "in")]).await;
        assert!(closer.starts_with("/map/") && picture(&browser.get(&closer).await.html).contains("5 km"));
        let met = browser.post(&map, &page.form_token(), &[("at.x", "300"), ("at.y", "20")]).await;
        assert!(met.leads_to().starts_with("/find/"), "{} {}", met.leads_to(), met.text());
        let page = browser.get(met.leads_to()).await;
        assert!(page.text().contains("near the place chosen"), "{}", page.text());
        // Who has not said yet what is looked for is led back to saying it, with the point.
        let empty = browser.get("/find").await;
        let map = empty.html.split("href=\"/map/").nth(1).and_then(|rest| rest.split('"').next()).expect("a map");
        let map = format!("/map/{map}");
        let met = choose(browser, &map, &[("at.x", "200"), ("at.y", "100")]).await;
        let page = browser.get(&met).await;
        assert!(page.html.contains("The point chosen on the map"), "{}", page.text());
    }
}
