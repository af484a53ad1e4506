//! For how long the law lets who says to be a child be received before an authority has decided.

use crate::domain::consent::country_of;
use crate::domain::directory::{KnownConsequence, Service};
use crate::domain::need::Need;
use crate::domain::time::Timestamp;

/// By country: days of the reception, and how often it is renewed for as long again. France: article R221-11 of the code
/// of social action and families.
const RECEPTIONS: [(&str, i64, i64); 1] = [("FR", 5, 2)];

/// The deadlines to propose for a child who is received there from this instant on while the age is assessed: the end of
/// the reception, and that of each renewal. Empty where the service assesses no age or no law of its country is known.
pub fn reception_deadlines(service: &Service, from: Timestamp) -> Vec<Timestamp> {
    let receives = service.needs.contains(&Need::ProtUamAuthority)
        && service.known_consequences.contains(&KnownConsequence::AgeAssessment);
    let country = country_of(service, None).filter(|_| receives);
    let of_country = RECEPTIONS.iter().find(|(code, ..)| country.is_some_and(|country| country.as_str() == *code));
    of_country.map_or_else(Vec::new, |(_, days, renewals)| {
        (1..=renewals + 1).map(|ended| from.plus_days(days * ended)).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::country::CountryCode;
    use crate::domain::id::{Identifier, OrganizationId, ServiceId};

    #[test]
    fn five_days_are_renewed_twice_in_france_by_who_assesses_age() {
        let begun = Timestamp::from_microseconds(0);
        let ends = |country: &str, need: Need, consequence: KnownConsequence| {
            let mut service =
                Service::named(ServiceId::from_bytes([1; 16]), OrganizationId::from_bytes([2; 16]), "a reception");
            service.country = CountryCode::parse(country).ok();
            service.needs = [need].into();
            service.known_consequences = [consequence].into();
            let deadlines = reception_deadlines(&service, begun);
            deadlines.iter().map(|end| end.hours_since(begun) / 24).collect::<Vec<_>>()
        };
        use KnownConsequence::{AgeAssessment, AuthorityInformed};
        assert_eq!(ends("FR", Need::ProtUamAuthority, AgeAssessment), [5, 10, 15]);
        for (country, need, consequence) in [
            ("IT", Need::ProtUamAuthority, AgeAssessment),
            ("FR", Need::ProtUamAuthority, AuthorityInformed),
            ("FR", Need::ShelterMinor, AgeAssessment),
        ] {
            assert!(ends(country, need, consequence).is_empty(), "{country} {need} {consequence}");
        }
    }
}
