//! Examples: one sentence of the room's promises each.

use super::super::{Change, Directory, Distance, EntryId, Hit, Page, Query, Region, SearchKey, Snapshot};
use super::{
    at, in_need_of, now, organization, place, plain_query, present, redacted_place, service, service_id, snapshot_of,
};
use crate::domain::directory::{Document, Eligibility, Place, Service, Tier, Welcome};
use crate::domain::fit::Seeker;
use crate::domain::fit::{FitDimension, Verdict};
use crate::domain::geography::search_area::BoundingBox;
use crate::domain::id::ServiceId;
use crate::domain::need::{Need, NeedFamily};
use crate::domain::place::{DistanceBand, Position};
use crate::domain::profile::{AgeBand, Profile};
use crate::domain::scope::DirectoryScope;
use std::sync::Arc;

const KEPT: &[Verdict] = &[Verdict::Match, Verdict::ToConfirm];

fn ids(page: &Page) -> Vec<ServiceId> {
    page.hits.iter().map(|hit| hit.service.id).collect()
}

/// What a page tells, leaving out the work that it took.
fn told(page: &Page) -> Vec<impl PartialEq + std::fmt::Debug + use<>> {
    let told = |hit: &Hit| (hit.service.id, hit.place, hit.distance, hit.key, hit.fit.clone());
    page.hits.iter().map(told).collect()
}

#[test]
fn the_worked_example_w4_passes_over_the_full_and_the_adults_only_service() {
    let calais = at(50.9513, 1.8587);
    let full = serde_json::json!({
        "status": "full", "unit": "bed", "updated_at_microseconds": now().plus_hours(-2).microseconds()
    });
    let aged = |minimum_age, maximum_age| Eligibility { minimum_age, maximum_age, ..Eligibility::default() };
    let exclusive = |number, position, eligibility| Service {
        needs: [Need::ShelterMinor].into(),
        welcome: Some(Welcome::Exclusive),
        eligibility,
        ..service(number, vec![place(Some(position))])
    };
    let minors = || aged(None, Some(17));
    let snapshot = snapshot_of(&[
        Service {
            capacity: serde_json::from_value(full).expect("a capacity"),
            ..exclusive(1, at(50.9570, 1.8500), minors())
        },
        exclusive(2, at(51.0344, 2.3768), aged(Some(18), None)),
        exclusive(3, at(50.6292, 3.0573), minors()),
    ]);
    let child = Profile { age_band: Some(AgeBand::From15To17), ..Profile::default() };
    let staff = DirectoryScope::new(None, None, |_| true).telling_capacity(|_| true);
    let query = Query {
        near: Some(calais),
        seeker: Seeker { profile: &child, ..in_need_of(Need::ShelterMinor) },
        scope: &staff,
        ..plain_query()
    };
    // Who is not told that the nearest is full has it first.
    let untold = DirectoryScope::new(None, None, |_| true);
    assert_eq!(ids(&snapshot.search(&Query { verdicts: KEPT, scope: &untold, ..query })), [1, 3].map(service_id));

    let page = snapshot.search(&Query { verdicts: KEPT, ..query });
    assert_eq!(ids(&page), [service_id(3)]);
    assert!(matches!(page.hits[0].distance, Some(Distance::Meters(meters)) if (meters - 91_549.0).abs() < 10.0));
    assert_eq!(page.hits[0].fit.verdict, Verdict::Match);

    let page = snapshot.search(&query);
    assert_eq!(ids(&page), [service_id(1), service_id(2), service_id(3)]);
    let excluded_by = |hit: &Hit| hit.fit.reasons.iter().map(|reason| reason.dimension).collect::<Vec<_>>();
    assert_eq!(excluded_by(&page.hits[0]), [FitDimension::Capacity]);
    assert_eq!(excluded_by(&page.hits[1]), [FitDimension::Age]);

    let within_50_km = Query { within_meters: Some(50_000.0), verdicts: KEPT, ..query };
    assert_eq!(ids(&snapshot.search(&within_50_km)), []);
}

#[test]
fn a_service_stands_once_at_its_nearest_place_and_before_those_without_any() {
    let snapshot = snapshot_of(&[
        service(1, vec![]),
        service(
            2,
            vec![place(None), place(Some(at(40.0, 0.0))), place(Some(at(50.0, 0.1))), place(Some(at(50.0, -0.1)))],
        ),
        service(3, vec![place(Some(at(50.0, 0.05)))]),
    ]);
    let query = Query { near: Some(at(50.0, 0.0)), ..plain_query() };
    let page = snapshot.search(&query);
    assert_eq!(ids(&page), [service_id(3), service_id(2), service_id(1)]);
    assert_eq!(page.hits.iter().map(|hit| hit.place).collect::<Vec<_>>(), [Some(0), Some(2), None]);
    assert_eq!((page.hits[2].distance, page.hits[2].key.distance_meters()), (None, f64::INFINITY));
    assert_eq!(ids(&snapshot.search(&Query { within_meters: Some(1e8), ..query })), [service_id(3), service_id(2)]);

    let unmeasured = snapshot.search(&plain_query());
    assert_eq!(ids(&unmeasured), [service_id(1), service_id(2), service_id(3)]);
    assert!(unmeasured.hits.iter().all(|hit| hit.distance.is_none() && hit.place.is_none()));
}

#[test]
fn the_order_crosses_poles_and_antimeridian() {
    let snapshot = snapshot_of(&[
        service(1, vec![place(Some(at(0.0, 179.0)))]),
        service(2, vec![place(Some(at(0.0, -179.9)))]),
        service(3, vec![place(Some(at(89.9, 170.0)))]),
    ]);
    let from = |near| ids(&snapshot.search(&Query { near: Some(near), ..plain_query() }));
    assert_eq!(from(at(0.0, 179.9)), [service_id(2), service_id(1), service_id(3)]);
    assert_eq!(from(at(89.9, -10.0))[0], service_id(3));
    assert_eq!(from(at(0.0, -180.0)), from(at(0.0, 180.0)));
}

#[test]
fn who_holds_only_the_family_answers_each_of_its_needs_to_be_confirmed() {
    let family_only = Service { needs: [].into(), need_families: [NeedFamily::Legal].into(), ..service(2, vec![]) };
    let snapshot = snapshot_of(&[service(1, vec![]), family_only]);
    let found = |need| ids(&snapshot.search(&Query { seeker: in_need_of(need), ..plain_query() }));
    assert_eq!(found(Need::LegalAsylum), [service_id(1), service_id(2)]);
    assert_eq!(found(Need::LegalResidence), [service_id(2)]);
    assert_eq!(found(Need::BasicFood), []);
    let page = snapshot.search(&Query { seeker: in_need_of(Need::LegalResidence), ..plain_query() });
    assert_eq!(page.hits[0].fit.verdict, Verdict::ToConfirm);
}

#[test]
fn a_redacted_place_tells_a_band_and_answers_no_probe_finer_than_its_area() {
    let center = at(50.95, 1.86);
    let hidden_at = |position| Place { position: Some(position), ..redacted_place(Some(center)) };
    let world = |hidden| snapshot_of(&[service(1, vec![hidden]), service(2, vec![place(Some(at(50.96, 1.90)))])]);
    let (clean, here, there) =
        (world(redacted_place(Some(center))), world(hidden_at(at(50.94, 1.85))), world(hidden_at(at(50.98, 1.80))));
    for probe in [at(50.95, 1.80), at(50.99, 1.88), at(50.90, 1.90)] {
        for within_meters in [None, Some(4_000.0), Some(5_000.0), Some(6_000.0)] {
            let query = Query { near: Some(probe), within_meters, ..plain_query() };
            let answer = clean.search(&query);
            assert_eq!(told(&answer), told(&here.search(&query)));
            assert_eq!(told(&answer), told(&there.search(&query)));
            for hit in answer.hits.iter().filter(|hit| hit.service.id == service_id(1)) {
                assert_eq!(hit.distance, Some(Distance::Band(DistanceBand::of_center(probe.distance_meters(center)))));
            }
        }
    }
}

#[test]
fn what_the_scope_hides_leaves_no_trace() {
    let hidden = |number, tier, needs: Vec<Need>| Service {
        tier,
        needs: needs.into(),
        ..service(number, vec![place(Some(at(50.0, 1.0)))])
    };
    let shown = [service(10, vec![place(Some(at(50.0, 1.1)))]), service(20, vec![place(Some(at(50.0, 1.2)))])];
    let mut everything = shown.to_vec();
    everything.push(hidden(5, Tier::Sealed, vec![Need::LegalAsylum]));
    everything.push(hidden(15, Tier::Restricted, vec![Need::LegalAsylum]));
    everything.push(hidden(25, Tier::Public, vec![Need::ShelterWomenSafe]));
    let (without, with) = (snapshot_of(&shown), snapshot_of(&everything));
    for limit in 0..4 {
        for near in [None, Some(at(50.0, 1.0))] {
            let query = Query { near, limit, ..plain_query() };
            let (without, with) = (without.search(&query), with.search(&query));
            assert_eq!((told(&without), without.has_more), (told(&with), with.has_more));
        }
    }
    let trained =
        DirectoryScope::new(None, None, |kind| matches!(kind.tier, Tier::Public | Tier::Network | Tier::Restricted));
    assert_eq!(with.search(&Query { scope: &trained, ..plain_query() }).hits.len(), 4);
}

#[test]
fn an_unknown_organization_and_an_empty_directory_have_nothing() {
    let snapshot = Directory::empty().snapshot();
    for near in [None, Some(at(50.0, 1.0))] {
        let page = snapshot.search(&Query { near, seeker: in_need_of(Need::BasicFood), ..plain_query() });
        assert!(page.hits.is_empty() && !page.has_more);
    }
    assert!(snapshot.services_of(organization(9).id).is_empty());
}

#[test]
fn changes_lead_to_the_next_snapshot_and_leave_the_one_that_is_held() {
    let directory = Directory::empty();
    assert!(!directory.is_loaded());
    directory.apply(0, vec![]);
    assert!(directory.is_loaded());

    let present_organization = Change::present(Document::Organization(organization(1)));
    directory.apply(3, vec![present(&service(1, vec![])), present(&service(2, vec![])), present_organization]);
    let held = directory.snapshot();
    assert_eq!((held.version(), held.service_count(), held.organization_count()), (3, 2, 1));
    assert_eq!(
        held.services_of(organization(1).id).iter().map(|service| service.id).collect::<Vec<_>>(),
        [service_id(1), service_id(2)]
    );
    assert_eq!(held.search(&plain_query()).hits[0].organization, held.organization(organization(1).id));

    let renamed = Service { name: "Renamed".into(), ..service(2, vec![]) };
    directory.apply(3, vec![present(&renamed)]);
    assert!(Arc::ptr_eq(&held, &directory.snapshot()), "a version that is known already changes nothing");
    let gone = [EntryId::Service(service_id(1)), EntryId::Organization(organization(1).id)];
    directory.apply(4, gone.map(|id| Change::Gone { id }).into_iter().chain([present(&renamed)]).collect());
    let current = directory.snapshot();
    assert_eq!((current.version(), current.service_count(), current.organization_count()), (4, 1, 0));
    assert_eq!(current.service(service_id(2)).map(|service| service.name.clone()).as_deref(), Some("Renamed"));
    assert_eq!(current.services_of(organization(1).id).len(), 1);
    assert!(current.service(service_id(1)).is_none() && current.organization(organization(1).id).is_none());
    assert!(held.service(service_id(1)).is_some());
}

#[test]
fn a_cursor_goes_on_where_it_stood_while_entries_come_and_go() {
    let here = at(50.0, 0.0);
    let placed = |number, longitude| service(number, vec![place(Some(at(50.0, longitude)))]);
    let directory = Directory::empty();
    let mut before: Vec<_> = (1..=6).map(|number| placed(number, f64::from(number) / 10.0)).collect();
    before.extend([service(50, vec![]), service(60, vec![])]);
    directory.apply(0, before.iter().map(present).collect());
    let next = |after| directory.snapshot().search(&Query { near: Some(here), limit: 3, after, ..plain_query() });

    let first = next(None);
    assert_eq!(ids(&first), [1, 2, 3].map(service_id));
    // The last hit goes, one comes before it, one comes next and one far behind.
    let mut changes = vec![Change::Gone { id: EntryId::Service(service_id(3)) }];
    changes.extend([placed(7, 0.05), placed(8, 0.31), service(55, vec![])].iter().map(present));
    directory.apply(1, changes);
    let second = next(first.hits.last().map(|hit| hit.key));
    assert_eq!(ids(&second), [8, 4, 5].map(service_id));
    let third = next(second.hits.last().map(|hit| hit.key));
    assert_eq!(ids(&third), [6, 50, 55].map(service_id));
    directory.apply(2, vec![Change::Gone { id: EntryId::Service(service_id(55)) }]);
    let last = next(third.hits.last().map(|hit| hit.key));
    assert_eq!((ids(&last), last.has_more), (vec![service_id(60)], false));
}

/// Ten thousand services spread evenly over the earth (Fibonacci lattice).
fn even_world() -> Arc<Snapshot> {
    let golden_angle_degrees = 180.0 * (3.0 - 5.0_f64.sqrt());
    let on_lattice = |number: u32| -> Position {
        let latitude = (1.0 - (2.0 * f64::from(number) + 1.0) / 10_000.0).asin().to_degrees();
        at(latitude, (f64::from(number) * golden_angle_degrees).rem_euclid(360.0) - 180.0)
    };
    snapshot_of(&(0..10_000).map(|number| service(number, vec![place(Some(on_lattice(number)))])).collect::<Vec<_>>())
}

#[test]
fn work_follows_the_page_and_not_the_directory() {
    let snapshot = even_world();
    let examined = |query: Query<'_>| snapshot.search(&query).candidates_examined;
    for near in [at(48.85, 2.35), at(0.0, 180.0), at(90.0, 0.0), at(-33.0, -179.99)] {
        let nearest_20 = Query { near: Some(near), seeker: in_need_of(Need::LegalAsylum), ..plain_query() };
        let first = snapshot.search(&nearest_20);
        assert!(first.candidates_examined < 200, "{near:?}: {}", first.candidates_examined);
        assert!(first.branches_opened < 100, "{near:?}: {}", first.branches_opened);

        let key = snapshot.search(&Query { limit: 5_000, ..nearest_20 }).hits.last().map(|hit| hit.key);
        let late = snapshot.search(&Query { after: key, ..nearest_20 });
        assert!(late.candidates_examined < 1_000, "a late page measures its ring only: {}", late.candidates_examined);

        let past_all_places = Some(SearchKey::new(f64::INFINITY, service_id(0)));
        assert_eq!(examined(Query { after: past_all_places, ..nearest_20 }), 0);
        assert!(examined(Query { within_meters: Some(100_000.0), limit: 10_000, ..nearest_20 }) < 50);
        // What nothing passes costs each site of the need once.
        assert_eq!(examined(Query { verdicts: &[Verdict::No], ..nearest_20 }), 10_000);
        assert_eq!(examined(Query { seeker: in_need_of(Need::BasicFood), ..nearest_20 }), 0);
    }
}

/// A box that holds a whole directory, and one that holds little of it: both find what a look at every service finds.
#[test]
fn a_page_inside_a_box_of_thousands_looks_at_little_more_than_itself() {
    let latitude = |number: u32| -80.0 + f64::from(number % 160);
    let services: Vec<Service> =
        (0..6_000).map(|number| service(number, vec![place(Some(at(latitude(number), 1.0)))])).collect();
    let snapshot = snapshot_of(&services);
    for (south, north, most_examined) in [(-90.0, 90.0, 40), (0.0, 79.0, 200), (0.0, 9.0, 400)] {
        let region = Region::Box(BoundingBox::new(at(south, -180.0), at(north, 180.0)).expect("a box"));
        let inside: Vec<ServiceId> =
            (0..6_000).filter(|number| (south..=north).contains(&latitude(*number))).map(service_id).collect();
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = snapshot.search(&Query { region: Some(&region), after, ..plain_query() });
            assert!(page.candidates_examined < most_examined, "{south}: {}", page.candidates_examined);
            found.extend(page.hits.iter().map(|hit| hit.service.id));
            after = page.hits.last().map(|hit| hit.key);
            if !page.has_more {
                break;
            }
        }
        assert_eq!(found, inside, "{south} to {north}");
    }
}
