//! The fields that a mapping may fill, each with the values that its lookups may lead to.

use crate::domain::code::CodeList;
use crate::domain::directory::{
    Accessibility, OrganizationKind, Precision, ServiceMode, ServiceStatus, Specialisation, Welcome,
};
use crate::domain::need::{Need, NeedFamily};
use crate::domain::place::AreaCode;
use crate::domain::profile::{AdminStatus, AgeBand, Gender, Household, Language, Situation};
use chrono::format::{Item, StrftimeItems};

/// A field of the directory.
pub(super) struct Field {
    /// Its name in a mapping.
    pub name: &'static str,
    /// True for values that a lookup, a constant or a default may lead to.
    pub is_target: fn(&str) -> bool,
    /// What these are, for messages.
    pub expects: &'static str,
}

/// Fields without which a row is no service.
pub(super) const REQUIRED: [&str; 3] = ["key", "name", "organization"];

const fn text(name: &'static str) -> Field {
    Field { name, is_target: |_| true, expects: "any text" }
}

const fn coded<T: CodeList>(name: &'static str, expects: &'static str) -> Field {
    Field { name, is_target: |code| T::from_code(code).is_some(), expects }
}

fn is_need(code: &str) -> bool {
    Need::from_code(code).is_some() || NeedFamily::from_code(code).is_some()
}

const FIELDS: [Field; 45] = [
    text("key"),
    text("name"),
    text("alternate_name"),
    text("description"),
    text("organization"),
    text("organization_key"),
    text("organization_description"),
    text("organization_website"),
    coded::<OrganizationKind>("organization_kind", "kinds are ngo, public_health, public_social and so on"),
    Field {
        name: "needs",
        is_target: is_need,
        expects: "needs are codes such as legal.asylum, or a family such as legal",
    },
    coded::<Specialisation>("specialisations", "they are gbv, child, torture"),
    coded::<ServiceStatus>("status", "statuses are open, paused, closed, suspended"),
    coded::<Welcome>("welcome", "it is unconditional, preferential or exclusive"),
    Field { name: "minimum_age", is_target: is_age, expects: "ages are whole numbers from 0 to 130" },
    Field { name: "maximum_age", is_target: is_age, expects: "ages are whole numbers from 0 to 130" },
    coded::<AgeBand>("age_bands", "age bands are 0_4, 5_11, 12_14, 15_17, 18_24, 25_59, 60_plus"),
    coded::<Gender>("genders", "genders are woman, man, other, unstated"),
    coded::<Household>("households", "households are alone, couple, parent_with_children and so on"),
    coded::<AdminStatus>("admin_statuses", "statuses are undocumented, asylum_seeker, refugee and so on"),
    coded::<Situation>("situations", "situations are street, squat, camp and so on"),
    text("criteria"),
    Field {
        name: "languages",
        is_target: |tag| Language::parse(tag).is_ok(),
        expects: "languages are BCP 47 tags such as fr or ar",
    },
    text("application_process"),
    text("fees"),
    text("alert"),
    text("email"),
    text("phones"),
    text("website"),
    text("hours"),
    text("holidays"),
    text("verified_on"),
    text("valid_until"),
    coded::<ServiceMode>("modes", "modes are in_person, remote, outreach"),
    coded::<Accessibility>("accessibility", "it is step_free, sign_language, escort_admitted"),
    Field {
        name: "areas_served",
        is_target: |code| AreaCode::parse(code).is_ok(),
        expects: "areas are codes such as FR-93055 or LY002",
    },
    text("place_key"),
    text("place_name"),
    text("latitude"),
    text("longitude"),
    text("point"),
    coded::<Precision>("precision", "it is exact, street or area"),
    text("address"),
    text("postcode"),
    text("commune"),
    text("commune_code"),
];

fn is_age(text: &str) -> bool {
    text.parse::<u8>().is_ok_and(|age| age <= 130)
}

/// The field of this name.
pub(super) fn find(name: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.name == name)
}

/// All names.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    FIELDS.iter().map(|field| field.name)
}

/// True for a format of dates that can be read with.
pub(super) fn is_date_format(format: &str) -> bool {
    format.contains('%') && !StrftimeItems::new(format).any(|item| matches!(item, Item::Error))
}
