//! What somebody may do with something now, as forms of one page: a few answers of which none is chosen, what belongs to
//! them, and a button. One of its names says what a sent form is.

use super::choice::Choice;
use super::form::Form;
use super::words::Words;

/// What is shown of one form.
pub(super) struct Act {
    /// Its name; the ids of its fields begin with it.
    pub(super) name: &'static str,
    pub(super) title: String,
    pub(super) hint: Option<String>,
    pub(super) choices: Vec<Choice>,
    pub(super) field: Option<Field>,
    /// What was not accepted of it.
    pub(super) problem: Option<String>,
    /// Whether it stands open.
    pub(super) is_open: bool,
}

impl Act {
    /// The ids of what describes its fields.
    pub(super) fn described_by(&self) -> Option<String> {
        let problem = self.problem.as_ref().map(|_| format!("{}-problem", self.name));
        let hint = self.hint.as_ref().map(|_| format!("{}-hint", self.name));
        let ids: Vec<String> = problem.into_iter().chain(hint).collect();
        (!ids.is_empty()).then(|| ids.join(" "))
    }
}

/// What is typed beside a choice, or in its place.
pub(super) struct Field {
    pub(super) label: String,
    pub(super) kind: FieldKind,
    pub(super) typed: String,
}

/// How it is typed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum FieldKind {
    Days,
    Day,
    Code,
    Value,
    Text,
}

/// What was sent and not accepted, with what to say of it.
pub(super) struct Kept<'a> {
    pub(super) form: &'a Form,
    pub(super) problem: Option<String>,
}

/// So many characters of what was typed are shown again: more than any text may have.
const MOST_KEPT: usize = 600;
/// What forms are made with: the words, and the form that was not accepted.
#[derive(Clone, Copy)]
pub(super) struct Forms<'a> {
    pub(super) words: Words,
    pub(super) kept: Option<&'a Kept<'a>>,
}

impl Forms<'_> {
    /// A form of this name, with what was typed in it before.
    pub(super) fn form(
        self,
        name: &'static str,
        hint: Option<&str>,
        choices: Vec<(&'static str, String)>,
        field: Option<(&'static str, FieldKind)>,
    ) -> Act {
        let kept = self.kept.filter(|kept| kept.form.get("form") == name);
        let typed = |field: &str| kept.map_or("", |kept| kept.form.get(field));
        let chosen = typed("choice");
        let choice =
            |(code, label): (&str, String)| Choice { value: code.to_owned(), label, is_chosen: chosen == code };
        Act {
            name,
            title: self.words.text(&format!("form-{name}")),
            hint: hint.map(|key| self.words.text(key)),
            choices: choices.into_iter().map(choice).collect(),
            field: field.map(|(label, kind)| Field {
                label: self.words.text(label),
                kind,
                typed: typed("typed").chars().take(MOST_KEPT).collect(),
            }),
            problem: kept.and_then(|kept| kept.problem.clone()),
            is_open: kept.is_some(),
        }
    }
}
