//! Edits, guards, imports that meet edits, marks and reviews.

use super::*;
use crate::domain::account::RiskProfile;
use crate::domain::directory::{
    Detail, LocationKind, Phone, Schedule, ServiceField, ServiceMode, Specialisation, Tier, Translation,
};
use crate::domain::id::{AccountId, Identifier as _, LocationId, OrganizationId, ProposalId, ServiceId};
use crate::domain::need::{Need, NeedFamily};
use crate::domain::opening::DatedHours;
use crate::domain::place::{Area, AreaCode, Position};
use crate::domain::profile::Language;
use crate::domain::refusal::{InputProblem, ProtectionProblem, Refusal};
use crate::domain::time::Date;

fn service(need: Need) -> Service {
    let mut service = Service::named(ServiceId::from_bytes([1; 16]), OrganizationId::from_bytes([2; 16]), "Harbour");
    service.needs = [need].into();
    service.phones = vec![Phone::as_typed("+33 1 99 00 00 01"), Phone::as_typed("115")];
    service.places = vec![place(3, false)];
    service
}

fn place(id: u8, redacted: bool) -> Place {
    let position = (!redacted).then(|| Position::new(48.9, 2.4).expect("a position"));
    Place { redacted, position, ..Place::new(LocationId::from_bytes([id; 16]), LocationKind::Physical) }
}

/// The place 3, covered, with another name and an area that it had not before.
fn covered_in(area: &str) -> Place {
    let area = Area { code: AreaCode::parse(area).expect("a code"), name: None, center: None, radius_meters: None };
    Place { area: Some(area), name: Some("Harbour".into()), ..place(3, true) }
}

fn now() -> Timestamp {
    Timestamp::parse("2026-11-23T18:50:12Z").expect("an instant")
}

fn phones(typed: &[&str]) -> FieldValue {
    FieldValue::Phones(typed.iter().copied().map(Phone::as_typed).collect())
}

fn fields(values: &[FieldValue]) -> Vec<ServiceField> {
    values.iter().map(FieldValue::field).collect()
}

#[test]
fn putting_takes_two_where_it_is_guarded_and_pulling_takes_one() {
    let moved = |x: f64| {
        let mut moved = place(3, false);
        moved.position = Position::new(48.9, x).ok();
        FieldValue::Places(vec![moved])
    };
    for (what, value, takes_two_of_food, takes_two_of_shelter) in [
        ("another phone", phones(&["+33 1 99 00 00 02"]), false, true),
        ("one phone less", phones(&["115"]), false, false),
        ("a mailbox", FieldValue::Email(Some("desk@example.org".into())), false, true),
        ("no mailbox", FieldValue::Email(None), false, false),
        ("a moved place", moved(2.5), false, true),
        ("no place", FieldValue::Places(Vec::new()), false, false),
        ("a covered place", FieldValue::Places(vec![place(3, true)]), false, false),
        ("a covered place in an area", FieldValue::Places(vec![covered_in("FR-62193")]), false, false),
        ("a mode", FieldValue::Modes([ServiceMode::Remote].into()), false, true),
        ("a description", FieldValue::Description(Some("Beds.".into())), false, false),
        ("a phone among words", FieldValue::Alert(Some("Appelez le 01 99 00 00 02.".into())), false, true),
        ("a mailbox among words", FieldValue::Fees(Some("ask desk@example.org".into())), false, true),
        (
            "a phone among hours",
            FieldValue::OpeningHours(Some("Mo-Fr 09:00-17:00 \"01 99 00 00 02\"".into())),
            false,
            true,
        ),
        (
            "a remark among hours",
            FieldValue::OpeningHours(Some("Mo-Fr 09:00-17:00 \"ring twice\"".into())),
            false,
            false,
        ),
        ("hours among words", FieldValue::Alert(Some("Open 9-17, from 1 May.".into())), false, false),
        ("a wider tier", FieldValue::Tier(Tier::Public), true, true),
        ("a narrower tier", FieldValue::Tier(Tier::Sealed), false, false),
        ("the guard off", FieldValue::Needs([Need::BasicFood].into()), false, true),
    ] {
        for (need, takes_two) in [(Need::BasicFood, takes_two_of_food), (Need::ShelterMinor, takes_two_of_shelter)] {
            let parted = part(&service(need), vec![value.clone()]);
            assert_eq!(
                (parted.for_two.len(), parted.at_once.len()),
                (usize::from(takes_two), usize::from(!takes_two)),
                "{what} of {need}"
            );
        }
    }
}

#[test]
fn every_kind_of_service_that_can_put_somebody_in_danger_is_guarded() {
    let guarded: Vec<&str> = <Need as crate::domain::code::CodeList>::ALL
        .iter()
        .filter(|need| is_guarded(&service(**need)))
        .map(|need| crate::domain::code::CodeList::code(*need))
        .collect();
    let others = ["health.sexual_violence_care", "prot.uam_authority", "prot.guardian", "prot.gbv_case_management"];
    assert!(guarded.iter().all(|code| code.starts_with("shelter.") || others.contains(code)), "{guarded:?}");
    assert_eq!(guarded.len(), 7 + others.len());
    for (specialisation, expected) in
        [(Specialisation::Child, true), (Specialisation::Gbv, true), (Specialisation::Torture, false)]
    {
        let special = Service { specialisations: [specialisation].into(), ..service(Need::BasicFood) };
        assert_eq!(is_guarded(&special), expected, "{specialisation}");
    }
}

#[test]
fn the_guard_counts_before_and_after_a_change_and_an_uncovered_place_takes_two_anywhere() {
    let both = vec![FieldValue::Needs([Need::ShelterFamily].into()), phones(&["+33 1 99 00 00 09"])];
    assert_eq!(fields(&part(&service(Need::BasicFood), both).for_two), [ServiceField::Phones]);
    let covered = Service { places: vec![place(3, true)], ..service(Need::BasicFood) };
    for uncovered in [vec![place(3, false)], vec![place(4, false)], vec![place(3, true), place(4, false)]] {
        assert_eq!(part(&covered, vec![FieldValue::Places(uncovered)]).for_two.len(), 1);
    }
}

#[test]
fn a_place_is_covered_at_once_whatever_else_waits_and_with_another_area() {
    let shelter = service(Need::ShelterMinor);
    let area = |code: &str| {
        let code = crate::domain::place::AreaCode::parse(code).expect("a code");
        Some(crate::domain::place::Area { code, name: None, center: None, radius_meters: None })
    };
    let covered = Place { area: area("FR-93055"), ..place(3, true) };
    let alone = part(&shelter, vec![FieldValue::Places(vec![covered.clone()])]);
    assert_eq!((alone.for_two.len(), alone.at_once.len()), (0, 1));
    let beside_another = vec![FieldValue::Places(vec![covered.clone(), place(4, false)])];
    let parted = part(&shelter, beside_another);
    assert!(parted.at_once == [FieldValue::Places(vec![covered.clone()])] && parted.for_two.len() == 1);
    // A feed that says so anew is followed at once, also where people have set the places; not again once they have
    // uncovered it.
    let told = Service { places: vec![covered.clone(), place(4, false)], ..shelter.clone() };
    let (mut held, mut word) = (shelter.clone(), Vec::new());
    set(&mut held, &mut word, vec![FieldValue::Places(vec![place(3, false)])], Teller::Editor, now());
    for (held, word) in [(&shelter, Vec::new()), (&held, word)] {
        let mut incoming = told.clone();
        let merged = merge(&mut incoming, held, &word);
        assert!(incoming.places == [covered.clone()]);
        let mut again = told.clone();
        let uncovered = Service { places: vec![place(3, false)], edits: held.edits.clone(), ..incoming };
        merge(&mut again, &uncovered, &merged.word);
        assert!(!again.places[0].redacted);
    }
}

#[test]
fn a_place_is_covered_at_once_also_where_the_rest_of_the_change_waits() {
    let held = Service { places: vec![place(3, false), place(4, false)], ..service(Need::ShelterMinor) };
    let parted = part(&held, vec![FieldValue::Places(vec![place(3, true), place(4, false), place(5, false)])]);
    let covered = FieldValue::Places(vec![place(3, true), place(4, false)]);
    assert_eq!((parted.at_once, fields(&parted.for_two)), (vec![covered], vec![ServiceField::Places]));
}

#[test]
fn a_covered_place_goes_by_two_people_so_that_it_does_not_come_back_as_a_new_one() {
    let covered = Service { places: vec![place(3, true), place(4, false)], ..service(Need::BasicFood) };
    for (what, places, takes_two) in [
        ("all places gone", vec![], true),
        ("the covered one gone", vec![place(4, false)], true),
        ("the other one gone", vec![place(3, true)], false),
        ("the covered one under another id", vec![place(5, true), place(4, false)], false),
        ("the other one covered in its stead", vec![place(4, true)], true),
    ] {
        let parted = part(&covered, vec![FieldValue::Places(places)]);
        assert_eq!(parted.for_two.len(), usize::from(takes_two), "{what}");
    }
}

#[test]
fn two_people_take_an_entry_out_of_those_that_concern_violence_though_it_stays_guarded() {
    let house = Service { needs: [Need::ShelterWomenSafe, Need::ShelterFamily].into(), ..service(Need::ShelterFamily) };
    let marked = Service { specialisations: [Specialisation::Gbv].into(), ..service(Need::ShelterFamily) };
    let family = FieldValue::Needs([Need::ShelterFamily].into());
    let gbv = FieldValue::Specialisations([Specialisation::Gbv].into());
    for (what, service, values, for_two) in [
        ("by its needs", &house, vec![family.clone()], vec![ServiceField::Needs]),
        ("by its mark", &marked, vec![FieldValue::Specialisations([].into())], vec![ServiceField::Specialisations]),
        ("not where the mark takes over", &house, vec![family, gbv], vec![]),
        ("not by another need", &house, vec![FieldValue::Needs([Need::ShelterWomenSafe].into())], vec![]),
    ] {
        assert_eq!(fields(&part(service, values).for_two), for_two, "{what}");
    }
}

#[test]
fn what_the_source_comes_to_hide_is_hidden_though_people_have_set_the_field() {
    let source = Service { places: vec![place(3, false), place(4, false)], ..service(Need::BasicFood) };
    let (mut held, mut word) = (source.clone(), Vec::new());
    let set_by_people = vec![
        FieldValue::Places(vec![place(3, false), place(9, false)]),
        FieldValue::Needs([Need::SocialSchool].into()),
        FieldValue::Tier(Tier::Public),
    ];
    set(&mut held, &mut word, set_by_people, Teller::Editor, now());
    let redacted = |places: &[Place]| places.iter().map(|place| place.redacted).collect::<Vec<_>>();
    for (what, says, expected) in [
        ("nothing new", source.places.clone(), [false, false]),
        ("the same place", vec![place(3, true), place(4, false)], [true, false]),
        ("a place under another id", vec![place(3, false), place(7, true)], [false, true]),
    ] {
        let mut incoming = Service { places: says, ..source.clone() };
        merge(&mut incoming, &held, &word);
        assert_eq!(redacted(&incoming.places), expected, "{what}");
    }
    let mut incoming = Service { tier: Tier::Sealed, needs: [Need::ProtGbvCaseManagement].into(), ..source.clone() };
    let merged = merge(&mut incoming, &held, &word);
    assert_eq!((incoming.tier, incoming.needs), (Tier::Sealed, [Need::SocialSchool].into()));
    assert!(incoming.concerns_gender_based_violence() && merged.kept.contains(&ServiceField::Needs));
    // Two people have decided against what it says already: the same word again decides nothing.
    let (mut held, mut word) = (incoming, merged.word);
    set(&mut held, &mut word, vec![FieldValue::Tier(Tier::Network)], Teller::Editor, now());
    let mut again = Service { tier: Tier::Sealed, needs: [Need::ProtGbvCaseManagement].into(), ..source };
    merge(&mut again, &held, &word);
    assert_eq!(again.tier, Tier::Network);
}

#[test]
fn what_the_source_comes_to_hide_does_not_wait_with_the_rest_of_its_news() {
    let held = service(Need::ShelterMinor);
    let mut incoming = Service { places: vec![place(3, true), place(4, false)], ..held.clone() };
    let merged = merge(&mut incoming, &held, &[]);
    assert_eq!((incoming.places, fields(&merged.queued)), (vec![place(3, true)], vec![ServiceField::Places]));
}

#[test]
fn an_import_takes_no_guard_off_through_what_is_no_field() {
    let guarded = Service { need_families: [NeedFamily::Shelter].into(), ..service(Need::BasicFood) };
    let mut incoming = service(Need::BasicFood);
    assert!(merge(&mut incoming, &guarded, &[]).keeps_guard && incoming.need_families == [NeedFamily::Shelter].into());
    // A family that became a need guards by itself.
    let mut refined = service(Need::ShelterFamily);
    assert!(!merge(&mut refined, &guarded, &[]).keeps_guard && refined.need_families.is_empty());
    // A family that comes in guards already.
    let mut family = Service { phones: vec![Phone::as_typed("+33 1 99 00 00 07")], ..guarded.clone() };
    assert_eq!(fields(&merge(&mut family, &service(Need::BasicFood), &[]).queued), [ServiceField::Phones]);

    let elsewhere = OrganizationId::from_bytes([7; 16]);
    for (held, stays) in [(&guarded, true), (&service(Need::BasicFood), false)] {
        let mut moved = Service { organization_id: elsewhere, ..held.clone() };
        assert_eq!(merge(&mut moved, held, &[]).keeps_organization, stays);
        assert_eq!(moved.organization_id != elsewhere, stays);
    }
}

#[test]
fn an_import_puts_no_contact_of_a_guarded_service_among_words() {
    let hours = |text: &str| crate::domain::opening::OpeningHours::parse(text).expect("hours");
    let with = |told: &str| {
        let text = || Some(told.to_owned());
        let day: Date = "2026-12-24".parse().expect("a day");
        let translation =
            Translation { language: Language::parse("en").expect("a language"), name: None, description: text() };
        let detail = Detail { label: "Access".to_owned(), values: vec!["Bus 2".to_owned(), told.to_owned()] };
        let dated = DatedHours { from: day, until: day, opening_hours: hours(&format!("Mo 09:00-10:00 \"{told}\"")) };
        let schedule = Schedule { weekdays: None, opens_at: None, closes_at: None, text: text() };
        move |service: &Service| -> Vec<Service> {
            vec![
                Service { translations: vec![translation.clone()].into(), ..service.clone() },
                Service { details: vec![detail.clone()].into(), ..service.clone() },
                Service { schedules: vec![schedule.clone()].into(), ..service.clone() },
                Service { dated_hours: vec![dated.clone()].into(), ..service.clone() },
            ]
        }
    };
    let waits = [ServiceField::Translations, ServiceField::DatedHours];
    for (told, need, is_news) in [
        ("call 01 99 00 00 55", Need::ShelterMinor, true),
        ("call 01 99 00 00 55", Need::BasicFood, false),
        ("call +33 1 99 00 00 01", Need::ShelterMinor, false),
        ("ring twice", Need::ShelterMinor, false),
    ] {
        let held = service(need);
        for mut incoming in with(told)(&held) {
            let says = incoming.clone();
            let merged = merge(&mut incoming, &held, &[]);
            assert_eq!(incoming == says, !is_news, "{told} of {need}");
            // What is a field waits for a second person; what is none is left out.
            let queued = fields(&merged.queued);
            let is_field = says.translations != held.translations || says.dated_hours != held.dated_hours;
            assert_eq!(merged.withholds_contacts, is_news && !is_field, "{told} of {need}");
            assert_eq!(queued.iter().any(|field| waits.contains(field)), is_news && is_field, "{told} of {need}");
        }
    }
}

#[test]
fn a_covered_entry_keeps_no_way_to_another_of_its_places_in_the_word_of_its_source() {
    let (mut held, mut word) = (service(Need::BasicFood), Vec::new());
    set(&mut held, &mut word, vec![FieldValue::Places(vec![place(4, true)])], Teller::Editor, now());
    assert_eq!(word, [FieldValue::Places(vec![place(3, true)])]);
}

#[test]
fn the_word_of_the_source_does_not_lead_to_a_place_that_people_have_covered() {
    let (mut held, mut word) = (service(Need::BasicFood), Vec::new());
    set(&mut held, &mut word, vec![FieldValue::Places(vec![place(3, true)])], Teller::Editor, now());
    assert_eq!(word, [FieldValue::Places(vec![place(3, true)])]);
}

#[test]
fn an_import_leaves_what_people_have_set_and_keeps_the_word_of_the_source_beside_it() {
    let source = service(Need::BasicFood);
    let (mut held, mut word) = (source.clone(), Vec::new());
    set(&mut held, &mut word, vec![FieldValue::Fees(Some("free".into()))], Teller::Editor, now());
    assert_eq!(word, [FieldValue::Fees(None)]);
    // The same again: nothing is news.
    let mut again = source.clone();
    let merged = merge(&mut again, &held, &word);
    assert_eq!((again == held, merged.word == word, merged.kept), (true, true, vec![ServiceField::Fees]));
    // News of another field come in, and of the field that is set they are kept beside it.
    let mut news = Service { fees: Some("2 euros".into()), alert: Some("moved".into()), ..source };
    let merged = merge(&mut news, &held, &word);
    assert_eq!((news.fees.as_deref(), news.alert.as_deref()), (Some("free"), Some("moved")));
    assert_eq!((merged.word, merged.kept), (vec![FieldValue::Fees(Some("2 euros".into()))], vec![ServiceField::Fees]));
    assert_eq!(news.edits, held.edits);
}

#[test]
fn news_of_a_guarded_service_wait_once_and_are_not_asked_again() {
    let held = service(Need::ShelterMinor);
    let told = Service { phones: vec![Phone::as_typed("+33 1 99 00 00 07")], ..held.clone() };
    let mut first = told.clone();
    let merged = merge(&mut first, &held, &[]);
    assert_eq!((first == held, fields(&merged.queued)), (true, vec![ServiceField::Phones]));
    let mut second = told.clone();
    let again = merge(&mut second, &held, &merged.word);
    assert_eq!((second == held, again.queued.len(), again.word == merged.word), (true, 0, true));
    // Once it is accepted, nothing differs from the source.
    let (mut accepted, mut word) = (held, merged.word);
    follow_source(&mut accepted, &mut word, merged.queued);
    let mut third = told;
    let quiet = merge(&mut third, &accepted, &word);
    assert_eq!((third == accepted, quiet == Merged::default(), word.len()), (true, true, 0));
}

#[test]
fn a_mark_outlives_edits_and_ends_with_the_suspension_that_confirmed_it() {
    let mut marked = service(Need::BasicFood);
    assert!(mark(&mut marked, &DoNotUse::Phone("115".into())) && mark(&mut marked, &DoNotUse::Service));
    assert!(!mark(&mut marked, &DoNotUse::Phone("116".into())));
    assert!(!mark(&mut marked, &DoNotUse::Place(LocationId::from_bytes([9; 16]))));
    let mut word = Vec::new();
    set(&mut marked, &mut word, vec![phones(&["115", "3939"])], Teller::Editor, now());
    assert_eq!(marked.phones.iter().map(|phone| phone.do_not_use).collect::<Vec<_>>(), [true, false]);
    set(&mut marked, &mut word, vec![FieldValue::Status(ServiceStatus::Paused)], Teller::Editor, now());
    assert!(marked.do_not_use);
    for status in [ServiceStatus::Suspended, ServiceStatus::Open] {
        set(&mut marked, &mut word, vec![FieldValue::Status(status)], Teller::Editor, now());
    }
    assert!(!marked.do_not_use);
    unmark(&mut marked, &DoNotUse::Phone("115".into()));
    assert!(!marked.phones[0].do_not_use);
}

#[test]
fn nobody_accepts_the_own_proposal_and_nothing_is_decided_twice() {
    let account = |byte: u8| AccountId::from_bytes([byte; 16]);
    let open = Proposal {
        id: ProposalId::from_bytes([1; 16]),
        kind: ProposalKind::Correction,
        source: None,
        proposed_by: Some(account(1)),
        proposed_role: None,
        proposed_at: now(),
        status: ProposalStatus::Open,
        decided_role: None,
        decided_at: None,
        reason: None,
        items: Vec::new(),
    };
    let of_import = Proposal { proposed_by: None, ..open.clone() };
    let done = Proposal { status: ProposalStatus::Refused, ..open.clone() };
    let refused = |problem| Err(Refusal::Protection(problem));
    for (proposal, accepts, who, expected) in [
        (&open, true, 1, refused(ProtectionProblem::SecondPersonNeeded)),
        (&open, true, 2, Ok(ProposalStatus::Accepted)),
        (&open, false, 1, Ok(ProposalStatus::Withdrawn)),
        (&open, false, 2, Ok(ProposalStatus::Refused)),
        (&of_import, true, 1, Ok(ProposalStatus::Accepted)),
        (&done, true, 2, refused(ProtectionProblem::AlreadyDecided)),
    ] {
        assert_eq!(proposal.decided(accepts, account(who)), expected);
    }
}

#[test]
fn what_cannot_stand_in_an_entry_is_refused() {
    let long = |characters: usize| "é".repeat(characters);
    let hours = |text: &str| FieldValue::OpeningHours(Some(text.into()));
    for (value, problem) in [
        (FieldValue::Name(" ".into()), Some(InputProblem::TextEmpty)),
        (FieldValue::Name(long(200)), None),
        (FieldValue::Name(long(201)), Some(InputProblem::TextTooLong)),
        (FieldValue::Description(Some(long(4_001))), Some(InputProblem::TextTooLong)),
        (FieldValue::Alert(Some("a\u{0}".into())), Some(InputProblem::UnusableText)),
        (FieldValue::Alert(Some("two\nlines".into())), None),
        (hours("Mo-Fr 09:00-17:00"), None),
        (hours("whenever ;;; ["), Some(InputProblem::OpeningHours)),
        (FieldValue::Email(Some("desk@example.org".into())), None),
        (FieldValue::Email(Some("desk@@example.org".into())), Some(InputProblem::Mailbox)),
        (FieldValue::Email(Some("desk example.org".into())), Some(InputProblem::Mailbox)),
    ] {
        assert_eq!(checked(vec![value]).err().map(|refused| refused.problem), problem);
    }
    for (typed, number) in [
        ("+33 1 99 00 00 01", Some(Some("+33199000001"))),
        ("115", Some(Some("115"))),
        ("01 99 00 00 01", Some(None)),
        ("call us", None),
        ("+33", None),
        ("1+2", None),
    ] {
        assert_eq!(read_phone(typed).map(|phone| phone.number), number.map(|it| it.map(str::to_owned)), "{typed}");
    }
}

#[test]
fn a_confirmation_lasts_as_long_as_the_gravest_risk_allows() {
    let day = |text: &str| text.parse::<Date>().expect("a day");
    for (risks, next) in [
        (vec![], "2027-05-22"),
        (vec![RiskProfile::Standard, RiskProfile::High], "2027-05-22"),
        (vec![RiskProfile::Standard, RiskProfile::Severe], "2027-02-21"),
    ] {
        assert_eq!(next_review_on(day("2026-11-23"), &risks), day(next));
    }
    let mut entry = service(Need::BasicFood);
    assert!(is_due(&entry, day("2026-11-23"), &[]), "nobody knows when it was checked");
    entry.next_review_on = Some(day("2026-11-23"));
    assert!(is_due(&entry, day("2026-11-23"), &[]) && !is_due(&entry, day("2026-11-22"), &[]));
    // What a source has checked and nobody has confirmed is due as early.
    (entry.next_review_on, entry.verified_on) = (None, Some(day("2026-11-23")));
    for (today, of_severe_risk, of_others) in
        [("2027-02-20", false, false), ("2027-02-21", true, false), ("2027-05-22", true, true)]
    {
        let due = [RiskProfile::Severe, RiskProfile::High].map(|risk| is_due(&entry, day(today), &[risk]));
        assert_eq!(due, [of_severe_risk, of_others], "{today}");
    }
}

#[test]
fn at_severe_risk_the_earlier_of_the_day_told_and_the_day_counted_is_that_of_the_review() {
    let day = |text: &str| text.parse::<Date>().expect("a day");
    let (severe, high) = ([RiskProfile::Severe, RiskProfile::Standard], [RiskProfile::High]);
    // Checked on 23 November: 90 days later it is 21 February.
    for (told, verified, of_severe_risk, of_others) in [
        (Some("2027-05-22"), Some("2026-11-23"), Some("2027-02-21"), Some("2027-05-22")),
        (Some("2026-12-24"), Some("2026-11-23"), Some("2026-12-24"), Some("2026-12-24")),
        (Some("2027-05-22"), None, Some("2027-05-22"), Some("2027-05-22")),
        (None, Some("2026-11-23"), Some("2027-02-21"), Some("2027-05-22")),
        (None, None, None, None),
    ] {
        let entry =
            Service { next_review_on: told.map(day), verified_on: verified.map(day), ..service(Need::BasicFood) };
        let due = [due_on(&entry, &severe), due_on(&entry, &high)];
        assert_eq!(due, [of_severe_risk.map(day), of_others.map(day)], "{told:?} {verified:?}");
    }
}

#[test]
fn the_later_word_on_freshness_and_capacity_stays() {
    use crate::domain::directory::{Capacity, CapacityStatus};
    let day = |text: &str| Some(text.parse::<Date>().expect("a day"));
    let told =
        |at: i64, by| Capacity { updated_at_microseconds: Some(at), told_by: by, ..Capacity::of(CapacityStatus::Full) };
    let mut held = service(Need::BasicFood);
    (held.verified_on, held.verified_by) = (day("2026-11-20"), Some(Teller::Partner));
    held.capacity = Some(told(5, Some(Teller::Team)));
    for (verified, at, keeps) in [("2026-11-19", 4, true), ("2026-11-21", 6, false)] {
        let mut incoming = service(Need::BasicFood);
        incoming.verified_on = day(verified);
        incoming.capacity = Some(told(at, None));
        told_later(&mut incoming, &held);
        assert_eq!((incoming.verified_by == held.verified_by, incoming.capacity == held.capacity), (keeps, keeps));
    }
}
