//! Edits of organisations: what people set over what a source says, and an import that meets it.
//!
//! An organisation has no contacts of its own that are sealed, and nothing of it waits for a second person: what would
//! have to, because it tells how to reach an organisation with a guarded service, is not changed by an edit.

use super::check::{NAME_CHARACTERS, TEXT_CHARACTERS, problem_of_text};
use super::ways::ways_told;
use crate::domain::code::CodeList as _;
use crate::domain::directory::{Organization, OrganizationEdit, OrganizationField, OrganizationValue, Teller};
use crate::domain::refusal::InputProblem;
use crate::domain::time::Timestamp;

/// Puts values over what the source says. A value that the source says itself is no edit.
pub fn set_organization(organization: &mut Organization, values: Vec<OrganizationValue>, by: Teller, now: Timestamp) {
    for value in values {
        let field = value.field();
        let held = organization.edits.iter().position(|edit| edit.source_says.field() == field);
        let source_says = match held {
            Some(position) => organization.edits.remove(position).source_says,
            None => OrganizationValue::of(organization, field),
        };
        if source_says != value {
            let at_microseconds = now.microseconds();
            organization.edits.push(OrganizationEdit { told_by: by, at_microseconds, source_says });
            organization.edits.sort_by_key(|edit| edit.source_says.field());
        }
        value.put_into(organization);
    }
}

/// Brings an incoming organisation together with the held one: what people have set stays set, until the source says the
/// same. What the source comes to tell of a body that never receives a referral counts at once.
pub fn merge_organization(incoming: &mut Organization, held: &Organization) -> Vec<OrganizationField> {
    let mut kept = Vec::new();
    let turns_authority = !incoming.may_receive_referrals();
    for edit in &held.edits {
        let field = edit.source_says.field();
        let (says, stands) = (OrganizationValue::of(incoming, field), OrganizationValue::of(held, field));
        if says == stands || (field == OrganizationField::Kind && turns_authority) {
            continue;
        }
        stands.put_into(incoming);
        incoming.edits.push(OrganizationEdit { source_says: says, ..edit.clone() });
        kept.push(field);
    }
    kept
}

/// Why a value cannot stand in an organisation; `is_guarded` where one of its services is.
pub fn problem_of_organization(
    held: &Organization,
    value: &OrganizationValue,
    is_guarded: bool,
) -> Option<InputProblem> {
    let mut changed = held.clone();
    value.clone().put_into(&mut changed);
    if !held.may_receive_referrals() && changed.may_receive_referrals() {
        return Some(InputProblem::AuthorityStays);
    }
    let problem = match value {
        OrganizationValue::Name(name) if name.trim().is_empty() => Some(InputProblem::TextEmpty),
        OrganizationValue::Name(name) => problem_of_text(name, NAME_CHARACTERS),
        OrganizationValue::AlternateName(text) => problem_of_text(text.as_deref()?, NAME_CHARACTERS),
        OrganizationValue::Description(text) => problem_of_text(text.as_deref()?, TEXT_CHARACTERS),
        OrganizationValue::Website(website) => (!is_web_page(website.as_deref()?)).then_some(InputProblem::Website),
        OrganizationValue::Kind(_) => None,
    };
    problem.or_else(|| (is_guarded && adds_way(held, value)).then_some(InputProblem::WaysOfGuarded))
}

fn adds_way(held: &Organization, value: &OrganizationValue) -> bool {
    let known: Vec<String> =
        OrganizationField::ALL.iter().flat_map(|field| ways_of(&OrganizationValue::of(held, *field))).collect();
    ways_of(value).iter().any(|way| !known.contains(way))
}

fn ways_of(value: &OrganizationValue) -> Vec<String> {
    match value {
        OrganizationValue::Name(text) => ways_told(&[text]),
        OrganizationValue::AlternateName(text) | OrganizationValue::Description(text) => {
            ways_told(text.as_deref().as_slice())
        }
        // As it is typed: not every web address reads like one among words.
        OrganizationValue::Website(website) => website.iter().cloned().collect(),
        OrganizationValue::Kind(_) => Vec::new(),
    }
}

/// A page of the web, by its whole address and without a user's name in it.
fn is_web_page(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    let is_plain = text.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '"' | '<' | '>' | '\\'));
    text.len() <= 500 && is_plain && host.contains('.') && !host.contains('@')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::directory::OrganizationKind;
    use crate::domain::id::{Identifier as _, OrganizationId};

    const NOW: Timestamp = Timestamp::from_microseconds(7);

    fn held() -> Organization {
        let organization = Organization::named(OrganizationId::from_bytes([1; 16]), "Phare");
        Organization { website: Some("https://example.org".to_owned()), ..organization }
    }

    fn website(text: &str) -> OrganizationValue {
        OrganizationValue::Website(Some(text.to_owned()))
    }

    #[test]
    fn what_people_have_set_stays_until_the_source_says_the_same() {
        let mut edited = held();
        let name = |text: &str| OrganizationValue::Name(text.to_owned());
        set_organization(&mut edited, vec![name("Maison du Phare")], Teller::Editor, NOW);
        for (says, name_after, edits, kept) in [
            ("Phare", "Maison du Phare", 1, true),
            ("Le Phare", "Maison du Phare", 1, true),
            ("Maison du Phare", "Maison du Phare", 0, false),
        ] {
            let mut incoming = Organization { name: says.to_owned(), ..held() };
            let told = merge_organization(&mut incoming, &edited);
            assert_eq!((&*incoming.name, incoming.edits.len(), !told.is_empty()), (name_after, edits, kept), "{says}");
        }
        // Back to the word of the source, it is an edit no more.
        set_organization(&mut edited, vec![name("Phare")], Teller::Partner, NOW);
        assert_eq!(edited, held());
    }

    #[test]
    fn a_source_that_comes_to_tell_an_authority_is_heard_over_an_edit() {
        let mut edited = held();
        let kind = |kind| OrganizationValue::Kind(Some(kind));
        set_organization(&mut edited, vec![kind(OrganizationKind::Ngo)], Teller::Editor, NOW);
        let mut incoming = Organization { kind: Some(OrganizationKind::AuthorityEnforcement), ..held() };
        assert!(merge_organization(&mut incoming, &edited).is_empty() && !incoming.may_receive_referrals());
        let problem = problem_of_organization(&incoming, &kind(OrganizationKind::Ngo), false);
        assert_eq!(problem, Some(InputProblem::AuthorityStays));
    }

    #[test]
    fn what_cannot_stand_or_would_lead_elsewhere_is_refused() {
        let described = |text: &str| OrganizationValue::Description(Some(text.to_owned()));
        for (value, expected, expected_of_guarded) in [
            (OrganizationValue::Name(" ".to_owned()), Some(InputProblem::TextEmpty), Some(InputProblem::TextEmpty)),
            (website("example.org"), Some(InputProblem::Website), Some(InputProblem::Website)),
            (website("https://desk@example.org"), Some(InputProblem::Website), Some(InputProblem::Website)),
            (website("https://example.com/a?b"), None, Some(InputProblem::WaysOfGuarded)),
            (website("https://example.org"), None, None),
            (OrganizationValue::Website(None), None, None),
            (described("Call 01 99 00 00 02"), None, Some(InputProblem::WaysOfGuarded)),
            (described("See https://example.org"), None, None),
            (described("Runs houses."), None, None),
        ] {
            let problems = [false, true].map(|is_guarded| problem_of_organization(&held(), &value, is_guarded));
            assert_eq!(problems, [expected, expected_of_guarded], "{value:?}");
        }
    }
}
