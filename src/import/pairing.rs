//! Two feeds of one directory in two languages become one directory with translations.
//!
//! Entries pair by their key. Names and descriptions are words and become translations; criteria decide who
//! is let in, so they are never taken for a translation: where the two feeds disagree on them, row and entry are
//! flagged, and the criteria of the first feed stand, but exclude nobody.

use super::problem::{Problem, ProblemReason, Subject};
use super::services_advisor::open_criteria;
use super::{Feed, Parsed};
use crate::domain::directory::{Organization, Service, Translation};
use crate::domain::id::OrganizationId;
use crate::domain::profile::Language;
use std::collections::{BTreeMap, BTreeSet};
use thin_vec::ThinVec;

/// Adds to a feed the words of another one in this language. Everything else of the other feed is left
/// aside: rows that it alone has are told, and come in once the first feed has them. What of it could not be read is a
/// warning.
pub fn pair(mut feed: Feed, other: Feed, language: &Language) -> Feed {
    let mut others: BTreeMap<String, Parsed<Service>> =
        other.services.into_iter().map(|parsed| (parsed.key.clone(), parsed)).collect();
    let mut names: BTreeMap<OrganizationId, BTreeSet<OrganizationId>> = BTreeMap::new();
    let mut told = Vec::new();
    for Parsed { row, key, document } in &mut feed.services {
        let Some(Parsed { document: words, .. }) = others.remove(key) else {
            told.push(problem(Some(*row), key, ProblemReason::Unpaired));
            continue;
        };
        names.entry(document.organization_id).or_default().insert(words.organization_id);
        if open_criteria(document) != open_criteria(&words) {
            document.criteria_disagree = true;
            told.push(problem(Some(*row), key, ProblemReason::CriteriaDisagree));
        }
        let description = words.description.filter(|text| document.description.as_ref() != Some(text));
        translate(&mut document.translations, language, (&document.name, words.name), description);
    }
    let left = others.into_values().map(|parsed| problem(None, &parsed.key, ProblemReason::UnpairedTranslation));
    told.extend(left);
    translate_organizations(&mut feed.organizations, &other.organizations, &names, language);
    feed.warnings.extend(told);
    // None of these is a refusal: which entries are gone is decided by the rows of the first feed alone.
    let aside = |wrap: fn(Box<ProblemReason>) -> ProblemReason| {
        move |problem: Problem| Problem { reason: wrap(Box::new(problem.reason)), ..problem }
    };
    feed.warnings.extend(other.refused.into_iter().map(aside(ProblemReason::RefusedInOtherLanguage)));
    feed.warnings.extend(other.warnings.into_iter().map(aside(ProblemReason::WarnedInOtherLanguage)));
    feed.rows_read += other.rows_read;
    feed
}

/// An organisation takes the other name where all its services name one and the same in the other feed.
fn translate_organizations(
    organizations: &mut [Parsed<Organization>],
    others: &[Parsed<Organization>],
    names: &BTreeMap<OrganizationId, BTreeSet<OrganizationId>>,
    language: &Language,
) {
    for Parsed { document, .. } in organizations {
        let Some(ids) = names.get(&document.id).filter(|ids| ids.len() == 1) else { continue };
        let words = others.iter().find(|parsed| ids.contains(&parsed.document.id)).map(|parsed| &parsed.document);
        if let Some(words) = words {
            translate(&mut document.translations, language, (&document.name, words.name.clone()), None);
        }
    }
}

/// Keeps what differs from the words of the entry itself: many feeds leave names untranslated.
fn translate(
    translations: &mut ThinVec<Translation>,
    language: &Language,
    (own, name): (&String, String),
    description: Option<String>,
) {
    let name = Some(name).filter(|name| name != own);
    if name.is_some() || description.is_some() {
        translations.retain(|held| held.language != *language);
        translations.push(Translation { language: language.clone(), name, description });
    }
}

fn problem(row: Option<usize>, key: &str, reason: ProblemReason) -> Problem {
    Problem { subject: Subject::Service, row, key: Some(key.to_owned()), reason }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::directory::Welcome;
    use crate::import::{FeedContext, Format, SourceName, parse};
    use serde_json::{Value, json};

    fn feed(rows: &[Value]) -> Feed {
        let source = SourceName::parse("test").expect("a valid name");
        let bytes = json!(rows).to_string();
        let context = FeedContext::UNKNOWN;
        parse(Format::ServicesAdvisor, &source, bytes.as_bytes(), &context, &mut |_, _| {}).expect("a feed")
    }

    fn row(id: u32, partner: &str, name: &str, intake: (&str, &str)) -> Value {
        let properties = json!({"partnerName": partner, "activity": 1, "activityName": name, "indicators": {name: 1},
            intake.0: {intake.1: true}});
        let geometry = json!({"type": "Point", "coordinates": [35.85, 32.5]});
        json!({"type": "Feature", "id": id, "properties": properties, "geometry": geometry})
    }

    #[test]
    fn words_become_translations_and_criteria_never_do() {
        let english = ("Intake Criteria", "Open to all");
        let base = feed(&[
            row(1, "Blue House", "Clinic", english),
            row(2, "Blue House", "School", english),
            row(3, "Other", "Desk", english),
        ]);
        let other = feed(&[
            row(1, "البيت الأزرق", "عيادة", ("معايير القبول", "حالة طبية خطيرة")),
            row(2, "البيت الأزرق", "School", ("معايير القبول", "Open to all")),
            row(9, "البيت الأزرق", "مأوى", ("معايير القبول", "Open to all")),
        ]);
        let before: Vec<_> = base.services.iter().map(|parsed| parsed.document.criteria_text.clone()).collect();
        let paired = pair(base, other, &Language::parse("ar").expect("a language"));
        let after: Vec<_> = paired.services.iter().map(|parsed| parsed.document.criteria_text.clone()).collect();
        assert_eq!(before, after);
        let words = |index: usize| {
            let told = &paired.services[index].document.translations;
            told.iter().map(|told| (told.name.as_deref(), told.description.as_deref())).collect::<Vec<_>>()
        };
        assert_eq!(words(0), [(Some("عيادة"), Some("عيادة"))]);
        assert_eq!(words(1), [], "what is not translated is no translation");
        assert_eq!(words(2), []);
        let flagged: Vec<_> = paired.services.iter().map(|parsed| parsed.document.criteria_disagree).collect();
        assert_eq!(flagged, [true, false, false]);
        assert_eq!(paired.organizations[0].document.translations[0].name.as_deref(), Some("البيت الأزرق"));
        assert_eq!(paired.services.len(), 3);
        let told: Vec<_> = paired.warnings.iter().map(|told| (told.key.as_deref(), told.reason.kind())).collect();
        assert_eq!(
            told,
            [
                (Some("1+1"), "criteria disagree between the languages"),
                (Some("3+1"), "not in the other language"),
                (Some("9+1"), "in the other language alone"),
            ]
        );
        assert!(paired.services.iter().all(|parsed| parsed.document.welcome != Some(Welcome::Exclusive)));
    }

    #[test]
    fn what_cannot_be_read_of_the_other_feed_is_told_and_refuses_nothing_of_the_first() {
        let english = ("Intake Criteria", "Open to all");
        let base = feed(&[row(1, "Blue House", "Clinic", english)]);
        let mut broken = row(1, "البيت الأزرق", "عيادة", english);
        broken["properties"]["endDate"] = json!("soon");
        let mut nowhere = row(2, "البيت الأزرق", "مأوى", english);
        nowhere["geometry"] = json!(null);
        let paired = pair(base, feed(&[broken, nowhere]), &Language::parse("ar").expect("a language"));
        assert_eq!((paired.services.len(), paired.refused.len(), paired.rows_read), (1, 0, 3));
        let told: Vec<_> = paired.warnings.iter().map(|told| (told.row, told.reason.to_string())).collect();
        assert_eq!(
            told[2..],
            [
                (
                    Some(1),
                    "in the feed of the other language, not read: [0].properties.endDate: must be a day, such as 2026-11-23"
                        .to_owned()
                ),
                (
                    Some(2),
                    "in the feed of the other language: tells no point; searches by distance miss it".to_owned()
                ),
            ]
        );
    }
}
