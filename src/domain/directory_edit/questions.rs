//! A review asked one question at a time: what somebody on the phone can answer between two calls.

use crate::domain::directory::{FieldConfirmation, FieldValue, Service, ServiceField};
use crate::domain::time::Date;

/// What a review asks, in the order of the harm that a wrong answer does.
const ASKED: [ServiceField; 11] = [
    ServiceField::Status,
    ServiceField::Phones,
    ServiceField::Places,
    ServiceField::OpeningHours,
    ServiceField::Needs,
    ServiceField::Eligibility,
    ServiceField::AreasServed,
    ServiceField::Languages,
    ServiceField::ApplicationProcess,
    ServiceField::Email,
    ServiceField::Fees,
];

/// Days within which the answers of one review are given: what was answered before is asked anew.
const ANSWERS_HOLD_DAYS: i64 = 30;

fn holds(on: Date, today: Date) -> bool {
    // A day ahead is another clock's; one that is further ahead is an error of typing.
    (-1..=ANSWERS_HOLD_DAYS).contains(&(today - on).num_days())
}

fn is_asked(service: &Service, field: ServiceField) -> bool {
    ASKED.contains(&field) && FieldValue::of(service, field).as_words().is_some()
}

/// The fields that a review still asks about, in their order: those that hold something and that nobody has confirmed
/// lately, alone or with the whole entry.
pub fn questions(service: &Service, today: Date) -> Vec<ServiceField> {
    if service.verified_on.is_some_and(|on| holds(on, today)) {
        return Vec::new();
    }
    let is_answered =
        |field: ServiceField| service.confirmations.iter().any(|known| known.field == field && holds(known.on, today));
    ASKED.into_iter().filter(|field| is_asked(service, *field) && !is_answered(*field)).collect()
}

/// Notes that these fields are still as they are told. Once no question is left, the answer is the day as of which the
/// whole entry holds: that of the oldest of them. Where the whole was confirmed lately nothing is noted: one field makes it
/// no younger. A field that no review asks about, because it is empty or none of those that matter to people who are sent
/// there, is handed back.
pub fn answer(service: &mut Service, fields: &[ServiceField], today: Date) -> Result<Option<Date>, ServiceField> {
    if let Some(other) = fields.iter().find(|field| !is_asked(service, **field)) {
        return Err(*other);
    }
    if questions(service, today).is_empty() {
        return Ok(None);
    }
    service.confirmations.retain(|known| holds(known.on, today) && !fields.contains(&known.field));
    for field in ASKED.into_iter().filter(|field| fields.contains(field)) {
        service.confirmations.push(FieldConfirmation { field, on: today });
    }
    if !questions(service, today).is_empty() {
        return Ok(None);
    }
    let oldest = service.confirmations.iter().map(|known| known.on).min();
    service.confirmations.clear();
    Ok(oldest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::code::CodeList as _;
    use crate::domain::directory::Phone;
    use crate::domain::id::{Identifier as _, OrganizationId, ServiceId};
    use crate::domain::need::Need;
    use ServiceField::{Fees, Languages, Needs, Phones, Status};

    fn day(day: u32) -> Date {
        Date::from_ymd_opt(2026, 11, 1).expect("a day") + chrono::Days::new(u64::from(day) - 1)
    }

    fn service() -> Service {
        let (id, organization) = (ServiceId::derived("test", "one"), OrganizationId::derived("test", "one"));
        Service {
            needs: vec![Need::ALL[0]].into(),
            phones: vec![Phone::as_typed("115")],
            ..Service::named(id, organization, "One")
        }
    }

    #[test]
    fn what_is_empty_is_not_asked_and_the_whole_holds_from_the_oldest_answer_on() {
        let mut service = service();
        assert_eq!(questions(&service, day(1)), [Status, Phones, Needs]);
        assert_eq!(answer(&mut service, &[Languages], day(1)), Err(Languages), "none are told");
        assert_eq!(answer(&mut service, &[ServiceField::Name], day(1)), Err(ServiceField::Name), "no review asks it");
        assert!(service.confirmations.is_empty());
        assert_eq!(answer(&mut service, &[Phones], day(1)), Ok(None));
        assert_eq!(answer(&mut service, &[Needs, Phones], day(2)), Ok(None));
        assert_eq!(questions(&service, day(2)), [Status]);
        assert_eq!(answer(&mut service, &[Status], day(20)), Ok(Some(day(2))));
        assert!(service.confirmations.is_empty());
    }

    #[test]
    fn an_answer_of_another_review_or_to_another_value_is_asked_anew() {
        let mut service = service();
        assert_eq!(answer(&mut service, &[Phones, Status], day(1)), Ok(None));
        assert_eq!(questions(&service, day(31)), [Needs]);
        assert_eq!(questions(&service, day(32)), [Status, Phones, Needs]);
        FieldValue::Phones(vec![Phone::as_typed("15")]).put_into(&mut service);
        assert_eq!(questions(&service, day(31)), [Phones, Needs]);
        FieldValue::Fees(Some("1 euro".to_owned())).put_into(&mut service);
        assert_eq!(questions(&service, day(31)), [Phones, Needs, Fees]);
    }

    #[test]
    fn who_has_confirmed_the_whole_is_asked_nothing_for_a_month() {
        let mut service = Service { verified_on: Some(day(1)), ..service() };
        assert_eq!(questions(&service, day(31)), []);
        assert_eq!(answer(&mut service, &[Phones], day(5)), Ok(None), "one field makes the whole no younger");
        assert!(service.confirmations.is_empty() && service.verified_on == Some(day(1)));
        assert_eq!(questions(&service, day(32)), [Status, Phones, Needs]);
        service.verified_on = Some(day(30));
        assert_eq!(questions(&service, day(5)), [Status, Phones, Needs], "a check to come is none");
    }
}
