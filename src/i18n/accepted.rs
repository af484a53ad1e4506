//! Whom a service takes, in words: "women", "people in the street, people in squats", "Marseille (FR-13055)".

use super::fit::NamesOfAreas;
use super::{Language, code_key, isolated, text, text_with};
use crate::domain::code::CodeList;
use crate::domain::code_set::CodeSet;
use crate::domain::directory::{Eligibility, Service};
use crate::domain::fit::FitDimension;

/// Most values that a sentence names; of more it tells how many there are. Some services serve every commune of a region.
const NAMED: usize = 5;

/// Whom the service takes on this dimension; `None` where it does not restrict it, and on dimensions of no public.
pub(super) fn words(
    service: &Service,
    dimension: FitDimension,
    language: Language,
    names_of_areas: NamesOfAreas<'_>,
) -> Option<String> {
    let public = &service.eligibility;
    let parts = match dimension {
        FitDimension::Age => {
            let bands = codes("age", &public.age_bands, language);
            years(public, language).into_iter().chain(bands).collect()
        }
        FitDimension::Gender => codes("gender", &public.genders, language),
        FitDimension::Household => codes("household", &public.households, language),
        FitDimension::AdminStatus => codes("admin-status", &public.admin_statuses, language),
        FitDimension::Situation => codes("situation", &public.situations, language),
        FitDimension::Area => {
            let named = &service.areas_served[..service.areas_served.len().min(NAMED)];
            let names = names_of_areas(named);
            let told = joined(names.iter().map(|name| isolated(language, name)).collect(), language)?;
            return Some(with_more(told, service.areas_served.len() - named.len(), language));
        }
        _ => return None,
    };
    joined(parts, language)
}

fn codes<T: CodeList>(list: &str, accepted: &CodeSet<T>, language: Language) -> Vec<String> {
    accepted.iter().map(|code| text(language, &code_key(&format!("accepted-{list}"), *code))).collect()
}

/// The ages taken, in years; `None` where only bands are told, or nothing.
fn years(public: &Eligibility, language: Language) -> Option<String> {
    let (key, arguments) = match (public.minimum_age, public.maximum_age) {
        (None | Some(0), Some(maximum)) => ("under", vec![("age", (u16::from(maximum) + 1).to_string())]),
        (Some(minimum), None) => ("from", vec![("age", minimum.to_string())]),
        (Some(minimum), Some(maximum)) => {
            ("between", vec![("minimum", minimum.to_string()), ("maximum", maximum.to_string())])
        }
        (None, None) => return None,
    };
    Some(text_with(language, &format!("accepted-years-{key}"), &arguments))
}

fn joined(parts: Vec<String>, language: Language) -> Option<String> {
    let separator = if language == Language::Arabic { "\u{60c} " } else { ", " };
    (!parts.is_empty()).then(|| parts.join(separator))
}

fn with_more(told: String, more: usize, language: Language) -> String {
    if more == 0 {
        return told;
    }
    text_with(language, "accepted-and-more", &[("told", told), ("more", more.to_string())])
}
