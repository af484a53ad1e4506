//! Sending out of the reach of European data protection (P-23; GDPR articles 45 and 49).

use crate::domain::country::CountryCode;
use crate::domain::directory::{Place, Service};
use crate::domain::id::LocationId;
use crate::domain::need::Need;

/// Countries and territories where the GDPR holds: the European Union with those of its parts that have a code of their
/// own, and the rest of the European Economic Area.
const EUROPEAN: &[&str] = &[
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV",
    "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK", "AX", "GF", "GP", "MF", "MQ", "RE", "YT", "IS", "LI", "NO",
];

/// Countries and territories whose protection the European Commission has found adequate for whoever receives there
/// (decisions under article 45 of the GDPR or article 25(6) of Directive 95/46/EC: 2000/518/EC, 2003/490/EC,
/// 2003/821/EC, 2004/411/EC, 2008/393/EC, 2010/146/EU, 2010/625/EU, 2011/61/EU, 2012/484/EU, 2013/65/EU, (EU) 2021/1772,
/// (EU) 2022/254). Canada, Japan and the United States are left out: their decisions cover enterprises, or certified
/// bodies only, and not every organisation that receives a referral.
const ADEQUATE: &[&str] = &["AD", "AR", "CH", "FO", "GB", "GG", "IL", "IM", "JE", "KR", "NZ", "UY"];

/// The country in which a service receives a person: that of the area of the place asked, its own, or that of any place;
/// `None` where none is told.
pub fn country_of(service: &Service, asked: Option<LocationId>) -> Option<CountryCode> {
    let of = |place: &Place| CountryCode::parse(place.area.as_ref()?.code.as_str().get(..2)?).ok();
    let of_asked = || service.places.iter().find(|place| Some(place.id) == asked).and_then(of);
    of_asked().or(service.country).or_else(|| service.places.iter().find_map(of))
}

/// True where a request leaves what protects data in Europe: for a country that protects them less, or with the file of an
/// evacuation, a transit or a resettlement, which goes on to agencies and states wherever it was sent from.
pub fn leaves_protection(sender: &str, recipient: Option<CountryCode>, need: Need) -> bool {
    let is_passed_on = matches!(need, Need::SolEvacuation | Need::SolEtm | Need::SolResettlement);
    is_passed_on || is_third_country(sender, recipient)
}

/// True where a project in a protected country sends to a country that protects data less. A country that nobody has
/// told is not judged: the directory tells it of whatever has a place.
fn is_third_country(sender: &str, recipient: Option<CountryCode>) -> bool {
    let protects = |country: &str| EUROPEAN.contains(&country) || ADEQUATE.contains(&country);
    protects(sender) && recipient.is_some_and(|recipient| !protects(recipient.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::directory::LocationKind;
    use crate::domain::id::{Identifier, OrganizationId, ServiceId};
    use crate::domain::place::{Area, AreaCode};

    #[test]
    fn europe_and_adequate_countries_are_one_space_and_only_leaving_it_counts() {
        for (sender, recipient, leaves) in [
            ("FR", Some("IT"), false),
            ("FR", Some("CH"), false),
            ("FR", Some("RE"), false),
            ("FR", Some("TN"), true),
            ("GB", Some("LY"), true),
            ("FR", Some("US"), true),
            ("FR", None, false),
            ("TN", Some("LY"), false),
            ("LY", Some("IT"), false),
        ] {
            let recipient = recipient.map(|code| CountryCode::parse(code).expect("a country"));
            assert_eq!(is_third_country(sender, recipient), leaves, "{sender} {recipient:?}");
        }
    }

    #[test]
    fn the_file_of_an_evacuation_leaves_wherever_it_is_sent_from_and_an_arrival_does_not() {
        let to = |country| CountryCode::parse(country).ok();
        assert!(leaves_protection("LY", to("LY"), Need::SolEvacuation));
        assert!(leaves_protection("FR", to("FR"), Need::SolEtm));
        assert!(!leaves_protection("LY", to("IT"), Need::SolReceptionOnArrival));
        assert!(leaves_protection("FR", to("LY"), Need::HealthPrimary));
    }

    #[test]
    fn a_service_is_in_its_country_or_in_that_of_its_place() {
        let mut service =
            Service::named(ServiceId::from_bytes([1; 16]), OrganizationId::from_bytes([2; 16]), "a service");
        assert_eq!(country_of(&service, None), None);
        let code = AreaCode::parse("TN-11").expect("an area");
        let area = Area { code, name: None, center: None, radius_meters: None };
        let place = Place::new(LocationId::from_bytes([3; 16]), LocationKind::Physical);
        service.places = vec![Place { area: Some(area), ..place }];
        assert_eq!(country_of(&service, None), CountryCode::parse("TN").ok());
        service.country = CountryCode::parse("LY").ok();
        assert_eq!(country_of(&service, None), service.country);
    }
}
