//! One service that is named to a person: what it would be told of her, word by word, and what is known to follow.

use super::Team;
use super::card::{Phone, capacity, phones};
use crate::actions::geography::names_of_areas;
use crate::actions::input::ProfileInput;
use crate::actions::referral::Prefill;
use crate::domain::code::CodeList as _;
use crate::domain::consent::{ConsentField, RecipientAnswer};
use crate::domain::directory::KnownConsequence;
use crate::domain::need::Need;
use crate::domain::place::AreaCode;
use crate::domain::profile::Language;
use crate::i18n::code_key;
use crate::web::choice::Choice;
use crate::web::form::Form;
use crate::web::words::Words;

/// What stands of one service.
pub(super) struct Recipient {
    pub(super) number: usize,
    pub(super) name: String,
    pub(super) organization: String,
    /// The organisation whose name is read aloud, by its id.
    pub(super) organization_id: String,
    pub(super) phones: Vec<Phone>,
    /// What it would be told, in a sentence, and as codes.
    pub(super) told: String,
    pub(super) scope: String,
    pub(super) consequences: Vec<Choice>,
    pub(super) leaves_protection: bool,
    pub(super) leaving_is_accepted: bool,
    pub(super) capacity: Option<String>,
    pub(super) answers: Vec<Choice>,
    /// False where it would be told something else by now than was read aloud: then nothing that was said of it holds.
    pub(super) is_as_read: bool,
}

/// What naming takes.
pub(super) struct Naming<'a> {
    pub(super) team: &'a Team<'a>,
    pub(super) words: Words,
    pub(super) profile: &'a ProfileInput,
    pub(super) need: Need,
    /// The form that was not accepted.
    pub(super) form: Option<&'a Form>,
}

impl Naming<'_> {
    pub(super) fn recipient(&self, named: &Prefill) -> Recipient {
        let (words, view, number) = (self.words, &named.service, named.number);
        let organization = view.organization.as_ref().map_or_else(|| view.service.name.clone(), |it| it.name.clone());
        let organization_id = view.service.organization_id.to_string();
        let scope = named.told.iter().map(|field| field.code()).collect::<Vec<_>>().join(",");
        let is_as_read = self.form.is_none()
            || (self.typed("told", number) == scope && self.typed("organization", number) == organization_id);
        let kept = |name: &str| if is_as_read { self.typed(name, number) } else { "" };
        let answer = |code: RecipientAnswer| Choice {
            value: code.code().to_owned(),
            label: words.with(&code_key("refer-answer", code), &[("organization", organization.clone())]),
            is_chosen: kept("answer") == code.code(),
        };
        let consequence = |known: &KnownConsequence| Choice {
            value: known.code().to_owned(),
            label: words.code("consequence", *known),
            is_chosen: is_as_read && self.is_ticked(number, known.code()),
        };
        let of_service = Words::of(words.language, Some(&view.service));
        Recipient {
            number,
            name: view.service.name.clone(),
            phones: phones(&view.service),
            told: self.told(&organization, &named.told),
            scope,
            consequences: named.consequences.iter().map(consequence).collect(),
            leaves_protection: named.leaves_protection,
            leaving_is_accepted: kept("country") == "yes",
            capacity: capacity(of_service, view, self.team.context.clock.now()),
            answers: RecipientAnswer::ALL.iter().copied().map(answer).collect(),
            organization,
            organization_id,
            is_as_read,
        }
    }

    fn typed(&self, name: &str, number: usize) -> &str {
        self.form.map_or("", |form| form.get(&format!("{name}-{number}")))
    }

    fn is_ticked(&self, number: usize, code: &str) -> bool {
        self.form.is_some_and(|form| form.all(&format!("consequence-{number}")).any(|ticked| ticked == code))
    }

    /// What is read aloud: the need, and of the person each value that the offer tells.
    fn told(&self, organization: &str, fields: &[ConsentField]) -> String {
        let values = fields.iter().filter_map(|field| self.value(*field));
        let arguments = [
            ("organization", organization.to_owned()),
            ("need", self.words.code("need", self.need)),
            ("fields", self.words.listed(values)),
        ];
        let key = if fields.is_empty() { "refer-told-nothing" } else { "refer-told" };
        self.words.with(key, &arguments)
    }

    /// What a field says of the person; `None` for what no offer tells.
    fn value(&self, field: ConsentField) -> Option<String> {
        let (words, profile) = (self.words, self.profile);
        match field {
            ConsentField::AgeBand => profile.age_band.map(|code| words.code("accepted-age", code)),
            ConsentField::Gender => profile.gender.map(|code| words.code("gender", code)),
            ConsentField::Household => profile.household.map(|code| words.code("household", code)),
            ConsentField::AdminStatus => profile.admin_status.map(|code| words.code("admin-status", code)),
            ConsentField::Situation => profile.situation.map(|code| words.code("situation", code)),
            ConsentField::Languages => {
                let tags = profile.languages.iter().filter_map(|tag| Language::parse(tag).ok());
                Some(words.listed(tags.map(|tag| words.language_name(&tag))))
            }
            ConsentField::Area => {
                let code = AreaCode::parse(profile.area.as_deref()?).ok()?;
                Some(words.listed(names_of_areas(self.team.context, &[code])))
            }
            ConsentField::ProtectionFlags | ConsentField::AgeBasis => None,
        }
    }
}
