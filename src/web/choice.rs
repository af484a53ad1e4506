//! Lists of values of a form, of which one is chosen.

use super::words::Words;
use crate::actions::Context;
use crate::domain::code::CodeList;
use crate::domain::profile::Language;

/// The languages that can be chosen, by their BCP 47 tags; each has its name in the locale files.
const LANGUAGES: [&str; 24] = [
    "fr", "en", "ar", "ti", "am", "so", "om", "fa", "prs", "ps", "ur", "bn", "bm", "ff", "snk", "wo", "ku", "ckb",
    "es", "pt", "it", "ha", "ln", "tr",
];

/// A field of which one value is chosen, or none.
pub(super) struct List {
    pub(super) name: &'static str,
    pub(super) label: String,
    pub(super) is_required: bool,
    pub(super) choices: Vec<Choice>,
}

/// One value.
#[derive(Clone)]
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) label: String,
    pub(super) is_chosen: bool,
}

/// Codes with their names under a prefix of the locale files.
pub(super) fn choices<T: CodeList>(
    words: Words,
    prefix: &str,
    codes: impl IntoIterator<Item = T>,
    chosen: &str,
) -> Vec<Choice> {
    let choice = |code: T| Choice {
        value: code.code().to_owned(),
        label: words.code(prefix, code),
        is_chosen: code.code() == chosen,
    };
    codes.into_iter().map(choice).collect()
}

/// A field of a code: its name, the key of its label and the prefix of its codes. Nobody has to say it.
pub(super) fn list_of<T: CodeList>(
    words: Words,
    (name, label, prefix): (&'static str, &str, &str),
    codes: impl IntoIterator<Item = T>,
    chosen: &str,
) -> List {
    List { name, label: words.text(label), is_required: false, choices: choices(words, prefix, codes, chosen) }
}

/// The field of a language that is spoken.
pub(super) fn languages(words: Words, chosen: &str) -> List {
    let choice = |tag: &&str| {
        let language = Language::parse(tag).ok()?;
        Some(Choice { value: (*tag).to_owned(), label: words.language_name(&language), is_chosen: *tag == chosen })
    };
    let others = Some(chosen).filter(|tag| !tag.is_empty() && !LANGUAGES.contains(tag));
    let choices = LANGUAGES.iter().chain(&others).filter_map(choice).collect();
    List { name: "language", label: words.text("fact-languages"), is_required: false, choices }
}

/// What makes one act of a form that is sent twice.
pub(super) fn fresh_key(context: &Context) -> String {
    data_encoding::HEXLOWER.encode(&context.chance.key())
}
