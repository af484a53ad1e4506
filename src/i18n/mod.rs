//! Every text shown to people, in the language they ask for.
//!
//! The texts stand in Fluent files under `locales/`, one folder a language, with equal keys in French and
//! English (a test). Arabic has what a native speaker could not misread; what it lacks falls back to French.

mod accepted;
pub mod fit;
pub mod sheet;

use crate::domain::code::{CodeList, code_list};
use crate::domain::linter::Finding;
use crate::domain::message::{IdentityAsked, QuestionTemplate};
use fluent_templates::{Loader, static_loader};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;
use unic_langid::LanguageIdentifier;

static_loader! {
    static LOCALES = {
        locales: "./src/i18n/locales",
        fallback_language: "fr",
        // Isolating marks are for mixed directions inside one line; these texts hold none.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

code_list! {
    /// A language that Relais speaks.
    Language named "PageLanguage" {
        French = "fr": "French, the first language",
        English = "en": "English, the second language",
        Arabic = "ar": "Arabic, from right to left",
    }
}

#[expect(clippy::derivable_impls, reason = "a code list derives what every code list has")]
impl Default for Language {
    fn default() -> Self {
        Self::French
    }
}

static IDENTIFIERS: LazyLock<[LanguageIdentifier; 3]> =
    LazyLock::new(|| ["fr", "en", "ar"].map(|tag| tag.parse().expect("the three tags are well formed")));

impl Language {
    /// The best language for an `Accept-Language` value: the highest quality wins, the first of equals;
    /// French when none is spoken here.
    pub fn negotiate(accept_language: Option<&str>) -> Self {
        let mut best = (0.0, Self::default());
        for choice in accept_language.unwrap_or_default().split(',').take(20) {
            let mut parts = choice.split(';').map(str::trim);
            let Some(language) = parts.next().and_then(Self::from_tag) else { continue };
            let quality =
                parts.find_map(|part| part.strip_prefix("q=")).map_or(1.0, |quality| quality.parse().unwrap_or(0.0));
            if quality > best.0 {
                best = (quality, language);
            }
        }
        best.1
    }

    /// The language of a BCP 47 tag, if it is spoken here.
    pub fn from_tag(tag: &str) -> Option<Self> {
        match tag.split('-').next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "fr" => Some(Self::French),
            "en" => Some(Self::English),
            "ar" => Some(Self::Arabic),
            _ => None,
        }
    }

    /// Its BCP 47 tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::French => "fr",
            Self::English => "en",
            Self::Arabic => "ar",
        }
    }

    /// Its name in itself.
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::French => "Français",
            Self::English => "English",
            Self::Arabic => "العربية",
        }
    }

    /// In which direction it is written, as HTML has it.
    pub const fn direction(self) -> &'static str {
        if matches!(self, Self::Arabic) { "rtl" } else { "ltr" }
    }

    fn identifier(self) -> &'static LanguageIdentifier {
        &IDENTIFIERS[self as usize]
    }
}

/// The text under a key.
pub fn text(language: Language, key: &str) -> String {
    LOCALES.lookup(language.identifier(), key)
}

/// The text under a key; `None` where no language has it.
pub fn known_text(language: Language, key: &str) -> Option<String> {
    LOCALES.try_lookup(language.identifier(), key)
}

/// A name or a day inside a sentence: in a language that is written from right to left it keeps its own
/// direction and does not turn the words around it.
pub fn isolated(language: Language, text: &str) -> String {
    if language == Language::Arabic { format!("\u{2068}{text}\u{2069}") } else { text.to_owned() }
}

/// The text under a key, with its arguments.
pub fn text_with(language: Language, key: &str, arguments: &[(&'static str, String)]) -> String {
    let arguments: HashMap<Cow<'static, str>, _> =
        arguments.iter().map(|(name, value)| (Cow::Borrowed(*name), value.clone().into())).collect();
    LOCALES.lookup_with_args(language.identifier(), key, &arguments)
}

/// What a question in own words tells or asks of a person, and what to ask instead.
pub fn text_refused(
    language: Language,
    findings: &[Finding],
    asked: &[IdentityAsked],
    suggestion: QuestionTemplate,
) -> String {
    let findings = findings.iter().map(|finding| code_key("linter", *finding));
    let keys = findings.chain(asked.iter().map(|asked| code_key("asked", *asked)));
    let found: Vec<String> = keys.map(|key| text(language, &key)).collect();
    let question = text(language, &code_key("question", suggestion));
    text_with(language, "text-refused", &[("found", found.join(", ")), ("question", question)])
}

/// The key of a code in the locale files: the list's prefix and the code, with dashes.
pub fn code_key(prefix: &str, code: impl CodeList) -> String {
    format!("{prefix}-{}", code.code().replace(['_', '.'], "-"))
}

/// The key of the words by which a person is told of a field: `ageBand` is `seen-age-band`.
pub fn seen_key(field: &str) -> String {
    let mut key = String::from("seen-");
    for letter in field.chars() {
        if letter.is_ascii_uppercase() {
            key.push('-');
        }
        key.push(letter.to_ascii_lowercase());
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::{Role, TokenScope};
    use crate::domain::audit::AuditPurpose;
    use crate::domain::consent::{ConsentField, ContactRule};
    use crate::domain::directory::{CapacityStatus, KnownConsequence};
    use crate::domain::disclosure::DeadlineBand;
    use crate::domain::fit::{Finding, FitDimension};
    use crate::domain::lifecycle::{Event, Party};
    use crate::domain::linter;
    use crate::domain::message::AnswerWord;
    use crate::domain::need::Need;
    use crate::domain::profile::{AdminStatus, AgeBasis, Gender, Household, ProtectionFlag, Situation};
    use crate::domain::referral::{Attestation, DeclineCode, OutcomeCode, ReferralKind, Urgency};
    use crate::domain::refusal::{ConsentProblem, InputProblem, ProtectionProblem, RecipientProblem};
    use crate::domain::session::AuthenticationMethod;
    use crate::domain::sign_in::CredentialProblem;
    use std::collections::BTreeSet;

    const FRENCH: &str = include_str!("locales/fr/relais.ftl");
    const ENGLISH: &str = include_str!("locales/en/relais.ftl");
    const ARABIC: &str = include_str!("locales/ar/relais.ftl");
    /// The page for the person: whole in all three languages.
    const FOR_THE_PERSON: [&str; 3] = [
        include_str!("locales/fr/who-saw-what.ftl"),
        include_str!("locales/en/who-saw-what.ftl"),
        include_str!("locales/ar/who-saw-what.ftl"),
    ];
    const PAGES: [&str; 3] = [
        include_str!("locales/fr/pages.ftl"),
        include_str!("locales/en/pages.ftl"),
        include_str!("locales/ar/pages.ftl"),
    ];
    const MAIL: [&str; 3] =
        [include_str!("locales/fr/mail.ftl"), include_str!("locales/en/mail.ftl"), include_str!("locales/ar/mail.ftl")];

    const LINK: [&str; 3] =
        [include_str!("locales/fr/link.ftl"), include_str!("locales/en/link.ftl"), include_str!("locales/ar/link.ftl")];

    const PARTNER: [&str; 3] = [
        include_str!("locales/fr/partner.ftl"),
        include_str!("locales/en/partner.ftl"),
        include_str!("locales/ar/partner.ftl"),
    ];

    const TEAM: [&str; 3] =
        [include_str!("locales/fr/team.ftl"), include_str!("locales/en/team.ftl"), include_str!("locales/ar/team.ftl")];

    fn keys(file: &str) -> BTreeSet<&str> {
        let lines = file.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
        lines.filter_map(|line| line.split_once(" =")).map(|(key, _)| key).collect()
    }

    fn arguments(file: &str) -> BTreeSet<(&str, &str)> {
        let lines = file.lines().filter_map(|line| line.split_once(" ="));
        lines
            .flat_map(|(key, text)| {
                text.split("{ $").skip(1).filter_map(move |rest| Some((key, rest.split_once(" }")?.0)))
            })
            .collect()
    }

    #[test]
    fn french_and_english_have_the_same_keys_and_arguments_and_arabic_no_other() {
        assert_eq!(keys(FRENCH), keys(ENGLISH));
        assert_eq!(arguments(FRENCH), arguments(ENGLISH));
        assert!(keys(ARABIC).is_subset(&keys(FRENCH)));
        assert!(arguments(ARABIC).is_subset(&arguments(FRENCH)));
    }

    #[test]
    fn the_page_for_the_person_is_whole_in_all_three_languages() {
        let [french, english, arabic] = FOR_THE_PERSON;
        for other in [english, arabic] {
            assert_eq!(keys(french), keys(other));
            assert_eq!(arguments(french), arguments(other));
        }
        let known = keys(french);
        let wanted: BTreeSet<String> = AuditPurpose::ALL.iter().map(|purpose| code_key("purpose", *purpose)).collect();
        let missing: Vec<_> = wanted.iter().filter(|key| !known.contains(key.as_str())).collect();
        assert!(missing.is_empty(), "{missing:?}");
        assert!(keys(FRENCH).is_disjoint(&known) && keys(PAGES[0]).is_disjoint(&known), "a key stands in one file");
    }

    #[test]
    fn the_pages_speak_all_three_languages_wholly() {
        for [french, english, arabic] in [PAGES, LINK] {
            for other in [english, arabic] {
                assert_eq!(keys(french), keys(other));
                assert_eq!(arguments(french), arguments(other));
            }
        }
        assert!(keys(PAGES[0]).is_disjoint(&keys(LINK[0])), "a key stands in one file");
    }

    #[test]
    fn a_mail_speaks_all_three_languages_wholly() {
        for other in &MAIL[1..] {
            assert_eq!(keys(MAIL[0]), keys(other));
            assert_eq!(arguments(MAIL[0]), arguments(other));
        }
        assert!(keys(MAIL[0]).iter().all(|key| key.starts_with("mail-")), "a key stands in one file");
    }

    #[test]
    fn every_code_that_a_page_shows_has_a_text() {
        let known = keys(PAGES[0]);
        let mut wanted = BTreeSet::new();
        wanted.extend(CredentialProblem::ALL.iter().map(|code| code_key("problem", *code)));
        wanted.extend(Role::ALL.iter().map(|code| code_key("role", *code)));
        wanted.extend(TokenScope::ALL.iter().map(|code| code_key("scope", *code)));
        wanted.extend(AuthenticationMethod::ALL.iter().map(|code| code_key("method", *code)));
        let missing: Vec<_> = wanted.iter().filter(|key| !known.contains(key.as_str())).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    fn coded<T: CodeList>(prefix: &'static str) -> impl Iterator<Item = String> {
        T::ALL.iter().map(move |code| code_key(prefix, *code))
    }

    #[test]
    fn the_partners_pages_are_whole_in_all_three_languages_and_have_a_text_for_every_code() {
        for other in &PARTNER[1..] {
            assert_eq!(keys(PARTNER[0]), keys(other));
            assert_eq!(arguments(PARTNER[0]), arguments(other));
        }
        let known = keys(PARTNER[0]);
        for others in [FRENCH, PAGES[0], FOR_THE_PERSON[0]] {
            assert!(known.is_disjoint(&keys(others)), "a key stands in one file");
        }
        let wanted: BTreeSet<String> = coded::<Need>("need")
            .chain(coded::<Urgency>("urgency"))
            .chain(coded::<ReferralKind>("kind"))
            .chain(coded::<DeadlineBand>("band"))
            .chain(coded::<ContactRule>("contact"))
            .chain(coded::<Gender>("gender"))
            .chain(coded::<Household>("household"))
            .chain(coded::<AdminStatus>("admin-status"))
            .chain(coded::<Situation>("situation"))
            .chain(coded::<ProtectionFlag>("flag"))
            .chain(coded::<AgeBasis>("age-basis"))
            .chain(coded::<DeclineCode>("decline"))
            .chain(coded::<OutcomeCode>("outcome"))
            .chain(coded::<AnswerWord>("reply"))
            .chain(coded::<Event>("step"))
            .chain(coded::<Party>("side"))
            .chain(coded::<Attestation>("said"))
            .chain(coded::<CapacityStatus>("capacity"))
            .chain(coded::<crate::domain::lifecycle::Status>("state"))
            .collect();
        let missing: Vec<_> = wanted.iter().filter(|key| !known.contains(key.as_str())).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn every_code_that_is_shown_has_a_text() {
        let known = keys(FRENCH);
        let mut wanted = BTreeSet::new();
        wanted.extend(InputProblem::ALL.iter().map(|code| code_key("input", *code)));
        wanted.extend(ConsentProblem::ALL.iter().map(|code| code_key("consent", *code)));
        wanted.extend(RecipientProblem::ALL.iter().map(|code| code_key("recipient", *code)));
        wanted.extend(ProtectionProblem::ALL.iter().map(|code| code_key("protection", *code)));
        wanted.extend(KnownConsequence::ALL.iter().map(|code| code_key("consequence", *code)));
        wanted.extend(linter::Finding::ALL.iter().map(|code| code_key("linter", *code)));
        wanted.extend(IdentityAsked::ALL.iter().map(|code| code_key("asked", *code)));
        wanted.extend(QuestionTemplate::ALL.iter().map(|code| code_key("question", *code)));
        let told_by_messages: Vec<_> = wanted.iter().filter(|key| key.starts_with("question-")).collect();
        assert!(told_by_messages.iter().all(|key| keys(ARABIC).contains(key.as_str())), "questions in Arabic too");
        wanted.extend(ConsentField::ALL.iter().map(|code| code_key("field", *code)));
        for dimension in FitDimension::ALL {
            wanted.extend(
                Finding::ALL
                    .iter()
                    .map(|finding| format!("{}-{}", code_key("fit", *dimension), code_key("is", *finding))),
            );
        }
        let missing: Vec<_> = wanted.iter().filter(|key| !known.contains(key.as_str())).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }

    #[test]
    fn the_pages_of_a_team_have_a_text_for_every_code_in_all_three_languages() {
        use crate::domain::consent::{
            Assent, ConsentBasis, ConsentGiver, ConsentModality, Interpreting, RecipientAnswer,
        };
        use crate::domain::delivery::{DeliveryChannel, DeliveryStatus};
        use crate::domain::demand::DemandResult;
        use crate::domain::directory::{Specialisation, Tier};
        use crate::domain::fit::Verdict;
        use crate::domain::freshness::FreshnessState;
        use crate::domain::need::NeedFamily;
        use crate::domain::opening::OpeningStatus;
        use crate::domain::place::DistanceBand;
        use crate::domain::referral::{CancelReason, Channel, ErrorReason, HandoverMode};
        let by_hand = DemandResult::ALL.iter().copied().filter(|result| result.is_recorded_by_hand());
        let lasting =
            [OpeningStatus::Open, OpeningStatus::Closed].map(|code| format!("{}-until", code_key("opening", code)));
        let wanted = coded::<NeedFamily>("family")
            .chain(coded::<Verdict>("verdict"))
            .chain(coded::<Verdict>("found"))
            .chain(coded::<OpeningStatus>("opening"))
            .chain(lasting)
            .chain(coded::<FreshnessState>("freshness"))
            .chain(coded::<DistanceBand>("distance"))
            .chain(coded::<Specialisation>("specialisation"))
            .chain(coded::<Tier>("tier"))
            .chain(coded::<ConsentBasis>("basis"))
            .chain(coded::<ConsentGiver>("giver"))
            .chain(coded::<Assent>("assent"))
            .chain(coded::<ConsentModality>("modality"))
            .chain(coded::<Interpreting>("interpreting"))
            .chain(coded::<RecipientAnswer>("refer-answer"))
            .chain(coded::<KnownConsequence>("consequence"))
            .chain(coded::<ConsentProblem>("consent"))
            .chain(coded::<RecipientProblem>("recipient"))
            .chain(coded::<CancelReason>("cancel"))
            .chain(coded::<ErrorReason>("error"))
            .chain(coded::<Channel>("channel"))
            .chain(coded::<HandoverMode>("page-handover"))
            .chain(coded::<DeliveryChannel>("delivery-by"))
            .chain(coded::<DeliveryStatus>("delivery"))
            .chain(coded::<crate::domain::lifecycle::Status>("own-state"))
            .chain(coded::<crate::domain::lifecycle::Status>("own-asked"))
            .chain(["own-state-closed", "own-asked-closed"].map(str::to_owned))
            .chain(coded::<Party>("own-side"))
            .chain(coded::<Attestation>("own-said"))
            .chain(by_hand.map(|result| code_key("result", result)));
        let wanted: BTreeSet<String> = wanted.collect();
        for (language, number) in [("fr", 0), ("en", 1), ("ar", 2)] {
            let files = [[FRENCH, ENGLISH, ARABIC][number], PAGES[number], PARTNER[number], TEAM[number]];
            let known: BTreeSet<&str> = files.iter().flat_map(|file| keys(file)).collect();
            let missing: Vec<_> = wanted.iter().filter(|key| !known.contains(key.as_str())).collect();
            assert!(missing.is_empty(), "{language}: {missing:?}");
        }
    }

    #[test]
    fn what_arabic_lacks_is_told_in_french() {
        let lacking = "input-ages-cross";
        assert!(!keys(ARABIC).contains(lacking), "take another one: this text is there by now");
        assert_eq!(text(Language::Arabic, lacking), text(Language::French, lacking));
        assert_ne!(text(Language::Arabic, lacking), text(Language::English, lacking));
    }

    #[test]
    fn the_language_with_the_highest_quality_wins() {
        for (header, expected) in [
            (None, Language::French),
            (Some(""), Language::French),
            (Some("de"), Language::French),
            (Some("en-GB,fr;q=0.8"), Language::English),
            (Some("en;q=0.2, ar-LY;q=0.9"), Language::Arabic),
            (Some("en;q=nonsense, fr;q=0"), Language::French),
        ] {
            assert_eq!(Language::negotiate(header), expected, "{header:?}");
        }
    }
}
