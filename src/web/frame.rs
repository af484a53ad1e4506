//! What stands around every page, and the words that pages share.

use crate::actions::credentials::CredentialError;
use crate::domain::code::CodeList;
use crate::domain::time::Timestamp;
use crate::i18n::{self, Language};
use sha2::{Digest as _, Sha256};
use std::sync::LazyLock;

/// The frame of one page.
pub(super) struct Frame {
    /// In which language.
    pub(super) language: Language,
    /// Whether somebody is signed in.
    pub(super) is_signed_in: bool,
    /// Whether this is a phone that a team shares.
    pub(super) is_on_phone: bool,
    /// Whether the visitor may offer somebody to a service.
    pub(super) offers_people: bool,
    /// The pages of a team that the visitor may open, with the keys of their names; none for a partner.
    pub(super) team_pages: Vec<(&'static str, &'static str)>,
    /// What its forms carry.
    pub(super) form_token: String,
}

impl Frame {
    /// Which style of all pages it is: another text has another mark in its address.
    pub(super) fn style_mark(&self) -> &'static str {
        static MARK: LazyLock<String> = LazyLock::new(|| {
            let styles = Sha256::new().chain_update(super::STYLE).chain_update(super::TEAM_STYLE).finalize();
            data_encoding::HEXLOWER.encode(&styles[..6])
        });
        &MARK
    }

    /// The text under a key.
    pub(super) fn text(&self, key: &str) -> String {
        i18n::text(self.language, key)
    }

    /// The text under a key with a number in it.
    pub(super) fn counted(&self, key: &str, number: &i64) -> String {
        i18n::text_with(self.language, key, &[("number", number.to_string())])
    }

    /// The text under a key with a name in it.
    pub(super) fn named(&self, key: &str, name: &str) -> String {
        i18n::text_with(self.language, key, &[("name", name.to_owned())])
    }

    /// Until when a reply is awaited.
    pub(super) fn reply_by(&self, when: &str) -> String {
        i18n::text_with(self.language, "partner-reply-by", &[("when", when.to_owned())])
    }

    /// Until when the other side is to answer.
    pub(super) fn answer_by(&self, when: &str) -> String {
        i18n::text_with(self.language, "offers-answer-by", &[("when", when.to_owned())])
    }

    /// The name of a code, such as a role.
    pub(super) fn code<T: CodeList>(&self, prefix: &str, code: &T) -> String {
        self.text(&i18n::code_key(prefix, *code))
    }

    /// Several names in one line, with the comma of the language.
    pub(super) fn listed(&self, names: &[String]) -> String {
        names.join(if self.language == Language::Arabic { "، " } else { ", " })
    }

    /// The languages to choose from: tag, own name, and whether it is this page's.
    pub(super) fn languages(&self) -> [(&'static str, &'static str, bool); 3] {
        [Language::French, Language::English, Language::Arabic]
            .map(|language| (language.tag(), language.own_name(), language == self.language))
    }

    /// What to say of credentials that were not accepted; `None` where another answer is due.
    pub(super) fn problem(&self, error: &CredentialError) -> Option<String> {
        match error {
            CredentialError::Refused(problem) => Some(self.code("problem", problem)),
            CredentialError::Wait { seconds } => Some(self.counted("problem-wait", seconds)),
            CredentialError::ConfirmFirst | CredentialError::Action(_) => None,
        }
    }
}

/// An instant to the minute.
pub(super) fn minute(at: Timestamp) -> String {
    let text = at.to_string();
    format!("{} UTC", text.get(..16).unwrap_or(&text).replace('T', " "))
}

/// A text in groups of four characters, for eyes and fingers.
pub(super) fn grouped(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    characters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}
