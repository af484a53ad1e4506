//! Phones, hours and points as all flat formats read them.

use super::super::context::tests::Boxes;
use super::*;
use crate::domain::country::CountryCode;

fn settled(fill: impl FnOnce(&mut Draft)) -> Draft {
    let source = SourceName::parse("test").expect("a valid name");
    let names = ("org".to_owned(), "Maison".to_owned());
    let mut draft = Draft::named(&source, "1".to_owned(), "Desk".to_owned(), names);
    fill(&mut draft);
    draft.settle(&source, &FeedContext { country: CountryCode::parse("FR").ok(), places: &Boxes });
    draft
}

fn kinds(draft: &Draft) -> Vec<&'static str> {
    draft.warnings.iter().map(ProblemReason::kind).collect()
}

#[test]
fn cells_of_phones_keep_what_is_typed_and_give_up_their_mailbox() {
    for (cell, email, phones, warnings) in [
        ("04 50 56 87 49 / 3646", None, &[("04 50 56 87 49", true), ("3646", true)][..], &[][..]),
        ("desk@example.org", Some("desk@example.org"), &[], &["e-mail among the phones"][..]),
        (
            "0450568749; <desk@example.org>",
            Some("desk@example.org"),
            &[("0450568749", true)],
            &["e-mail among the phones"],
        ),
        ("NA", None, &[], &[]),
        (" X ", None, &[], &[]),
        ("-", None, &[], &[]),
        (" ", None, &[], &[]),
        ("ask at the desk", None, &[("ask at the desk", false)], &["phone that is no number"]),
    ] {
        let mut draft = settled(|draft| {
            draft.phones.push(cell.to_owned());
            draft.site.point = Some((48.8, 2.3));
        });
        let read: Vec<_> = draft.service.phones.iter().map(|phone| (&*phone.typed, phone.number.is_some())).collect();
        assert_eq!((draft.service.email.as_deref(), &*read), (email, phones), "{cell}");
        draft.warnings.retain(|reason| *reason != ProblemReason::PointMissing);
        assert_eq!(kinds(&draft), warnings, "{cell}");
    }
    let kept = settled(|draft| {
        draft.set_email("email", "first@example.org");
        draft.phones.push("other@example.org".to_owned());
    });
    assert_eq!(kept.service.email.as_deref(), Some("first@example.org"));
}

#[test]
fn a_place_has_its_point_or_that_of_its_commune() {
    let site = |address: &str, postcode: &str, commune: &str, code: &str, point| {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let (address, postcode, commune, commune_code) = (text(address), text(postcode), text(commune), text(code));
        Site { address, postcode, commune, commune_code, point, ..Site::default() }
    };
    for (site, point, precision, address, warning) in [
        (site("1 rue X", "", "", "", Some((48.8, 2.3))), Some((48.8, 2.3)), None, "1 rue X", None),
        (
            site("", "33000", "BORDEAUX", "", None),
            Some((44.8624, -0.5848)),
            Some(Precision::Area),
            "33000 BORDEAUX",
            Some("point of the commune"),
        ),
        (
            site("", "", "", "33063", None),
            Some((44.8624, -0.5848)),
            Some(Precision::Area),
            "",
            Some("point of the commune"),
        ),
        (
            site("30 rue X, 33000 BORDEAUX", "", "", "", None),
            Some((44.8624, -0.5848)),
            Some(Precision::Area),
            "30 rue X, 33000 BORDEAUX",
            Some("point of the commune"),
        ),
        (
            site("10375 rue X, Montréal, H2B 2A3", "", "", "", None),
            None,
            None,
            "10375 rue X, Montréal, H2B 2A3",
            Some("no point"),
        ),
        (site("2 rue Y", "6320", "CAP D'AIL", "", None), None, None, "2 rue Y, 06320 CAP D'AIL", Some("no point")),
        (site("1 rue X", "", "", "", Some((0.0, 0.0))), None, None, "1 rue X", Some("point 0,0 dropped")),
        (site("1 rue X", "", "", "", Some((f64::NAN, 2.0))), None, None, "1 rue X", Some("point out of range dropped")),
        (site("1 rue X", "", "", "", Some((1e300, 2.0))), None, None, "1 rue X", Some("point out of range dropped")),
    ] {
        let draft = settled(|draft| draft.site = site);
        let place = &draft.service.places[0];
        let at = place.position.map(|at| (at.latitude(), at.longitude()));
        assert_eq!((at, place.precision), (point, precision), "{address}");
        assert_eq!(place.address.as_deref().unwrap_or_default(), address);
        assert_eq!(kinds(&draft).first().copied(), warning, "{address}");
    }
    assert!(settled(|_| {}).service.places.is_empty());
}

#[test]
fn one_text_in_the_syntax_is_taken_and_all_texts_are_kept() {
    for (told, expected) in [
        (&["Mo-Fr 09:00-18:00"][..], Some("Mo-Fr 09:00-18:00")),
        (&["lundi 9h-12h", "Mo 09:00-12:00"], Some("Mo 09:00-12:00")),
        (&["Mo 09:00-12:00", "Tu 09:00-12:00"], None),
        (&["sur rendez-vous"], None),
    ] {
        let draft = settled(|draft| draft.hours = told.iter().map(|text| (*text).to_owned()).collect());
        assert_eq!(draft.service.opening_hours.as_deref(), expected);
        let texts: Vec<_> = draft.service.schedules.iter().filter_map(|schedule| schedule.text.as_deref()).collect();
        assert_eq!(texts, told);
    }
}
