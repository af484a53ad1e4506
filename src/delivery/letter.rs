//! The mail to a partner: that something waits, where, and until when. Pure: facts in, texts out.
//!
//! Invariant: the same words whatever it is about. No need, place, name, severity or kind can be in it, because none of them
//! is among its facts.

use crate::domain::clocks::Weekday;
use crate::domain::opening::TimeZone;
use crate::domain::sensitive::{Sensitive, hidden_debug};
use crate::domain::time::Timestamp;
use crate::i18n::{Language, code_key, isolated, text, text_with};
use askama::Template;

/// Until when an answer is wanted, as the clock on the partner's wall shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplyBy {
    /// The day of the week.
    pub weekday: Weekday,
    /// The hour of that day, from 0 to 23.
    pub hour: u16,
    /// The minute of that hour.
    pub minute: u16,
}

impl ReplyBy {
    /// What the clocks of this zone show at an instant.
    pub fn at(instant: Timestamp, zone: TimeZone) -> Self {
        let local = zone.local(instant);
        Self { weekday: Weekday::of(local.date), hour: local.minute / 60, minute: local.minute % 60 }
    }

    fn told(self, language: Language) -> String {
        let weekday = text(language, &code_key("mail-day", self.weekday).to_ascii_lowercase());
        let time = format!("{:02}:{:02}", self.hour, self.minute);
        text_with(language, "mail-day-and-time", &[("day", weekday), ("time", isolated(language, &time))])
    }
}

/// What a letter is made of. At severe risk it carries neither a tag nor a time.
#[derive(Clone)]
pub struct LetterFacts {
    /// The language of the mailbox.
    pub language: Language,
    /// By what the partner tells its mails apart, as it has agreed to.
    pub tag: Option<String>,
    /// Until when an answer is wanted.
    pub reply_by: Option<ReplyBy>,
    /// Where to see what waits, and to answer.
    pub link: Sensitive<String>,
}

/// A letter, before it has an address.
#[derive(Clone)]
pub struct Letter {
    /// The subject.
    pub subject: String,
    /// All of it as plain text.
    pub text: Sensitive<String>,
    /// The same as HTML.
    pub html: Sensitive<String>,
}

hidden_debug!(LetterFacts, Letter);

#[derive(Template)]
#[template(path = "mail.html")]
struct Page<'a> {
    language: Language,
    before_the_link: &'a [String],
    link: &'a str,
    after_the_link: &'a [String],
}

/// Writes the letter.
pub fn compose(facts: &LetterFacts) -> Letter {
    let language = facts.language;
    let says = |key| text(language, key);
    let reply_by = facts.reply_by.map(|reply_by| reply_by.told(language));
    let asked = reply_by.as_ref().map(|time| text_with(language, "mail-reply-by", &[("time", time.clone())]));
    let before_the_link: Vec<String> =
        [Some(says("mail-hello")), Some(says("mail-something-waits")), asked, Some(says("mail-open"))]
            .into_iter()
            .flatten()
            .collect();
    let after_the_link: Vec<String> =
        ["mail-nothing-decided", "mail-link", "mail-no-reply", "mail-stop", "mail-signature"]
            .map(says)
            .into_iter()
            .collect();
    let link = facts.link.expose().as_str();
    let page = Page { language, before_the_link: &before_the_link, link, after_the_link: &after_the_link };
    let html = page.render().expect("a page of texts and a link is written to memory");
    let link = [link.to_owned()];
    let paragraphs: Vec<&str> =
        [&before_the_link[..], &link, &after_the_link].into_iter().flatten().map(String::as_str).collect();
    Letter {
        subject: subject(language, facts.tag.as_deref(), reply_by),
        text: Sensitive::new(paragraphs.join("\n\n") + "\n"),
        html: Sensitive::new(html),
    }
}

fn subject(language: Language, tag: Option<&str>, reply_by: Option<String>) -> String {
    let subject = match reply_by {
        Some(time) => text_with(language, "mail-subject-reply-by", &[("time", time)]),
        None => text(language, "mail-subject"),
    };
    // What would end the line ends the subject.
    let tag: Option<String> = tag.map(|tag| tag.chars().filter(|c| !c.is_control()).collect());
    match tag.filter(|tag| !tag.trim().is_empty()) {
        Some(tag) => format!("[{}] {subject}", isolated(language, tag.trim())),
        None => subject,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::code::CodeList as _;

    const LINK: &str = "https://relais.example.org/o/abc";

    fn facts(language: Language) -> LetterFacts {
        LetterFacts { language, tag: None, reply_by: None, link: Sensitive::new(LINK.to_owned()) }
    }

    fn thursday() -> ReplyBy {
        let zone = TimeZone::parse("Europe/Paris").expect("a zone");
        ReplyBy::at(Timestamp::parse("2026-11-26T16:00:00Z").expect("an instant"), zone)
    }

    #[test]
    fn mails_are_written_in_the_languages_of_which_the_settings_speak() {
        let tags = [Language::French, Language::English, Language::Arabic].map(Language::tag);
        assert_eq!(tags, crate::domain::delivery::MAIL_LANGUAGES);
    }

    #[test]
    fn the_time_is_that_of_the_partner() {
        assert_eq!(thursday(), ReplyBy { weekday: Weekday::Thursday, hour: 17, minute: 0 });
    }

    #[test]
    fn mails_can_be_told_apart_by_their_subjects() {
        for (language, expected) in [
            (Language::French, "[PASS-2] Relais : répondre avant jeudi 17:00"),
            (Language::English, "[PASS-2] Relais: reply before Thursday 17:00"),
        ] {
            let facts = LetterFacts { tag: Some("PASS-2".to_owned()), reply_by: Some(thursday()), ..facts(language) };
            assert_eq!(compose(&facts).subject, expected);
        }
    }

    #[test]
    fn a_tag_is_one_line_and_no_markup() {
        let tag = Some("<b>\r\nBcc: x".to_owned());
        let letter = compose(&LetterFacts { tag, ..facts(Language::English) });
        assert_eq!(letter.subject, "[<b>Bcc: x] Relais: something waits for you");
        assert!(!letter.html.expose().contains("<b>"));
    }

    #[test]
    fn every_day_of_the_week_has_a_name_in_each_language() {
        for language in Language::ALL {
            let told = |weekday: &Weekday| ReplyBy { weekday: *weekday, hour: 9, minute: 5 }.told(*language);
            let days: std::collections::BTreeSet<String> = Weekday::ALL.iter().map(told).collect();
            assert_eq!(days.len(), 7, "{days:?}");
            assert!(days.iter().all(|day| day.contains("09:05") && !day.contains("mail-")), "{days:?}");
        }
    }

    #[test]
    fn both_parts_say_the_same_and_the_link_is_spelled_out() {
        for language in Language::ALL {
            let letter = compose(&LetterFacts { reply_by: Some(thursday()), ..facts(*language) });
            let (text, html) = (letter.text.expose(), letter.html.expose());
            assert_eq!((text.matches(LINK).count(), html.matches(LINK).count()), (1, 2), "{language}");
            for paragraph in text.split("\n\n") {
                let escaped = paragraph.trim().replace('\'', "&#39;");
                assert!(html.contains(&escaped), "{language}: {paragraph}");
            }
            assert!(html.contains(&format!("lang=\"{}\" dir=\"{}\"", language.tag(), language.direction())));
            for remote in ["<img", "<script", "<link", "src=", "url("] {
                assert!(!html.contains(remote), "{remote}");
            }
        }
    }
}
