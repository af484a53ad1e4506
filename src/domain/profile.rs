//! A person's profile: coarse values that decide which service fits. No value identifies anybody.

use super::code::code_list;
use super::place::AreaCode;
use super::sensitive::hidden_debug;
use serde::{Deserialize, Serialize};

code_list! {
    /// Age in bands from which the bands of UNHCR can be derived.
    AgeBand prefix "AGE_" {
        From0To4 = "0_4": "0 to 4 years",
        From5To11 = "5_11": "5 to 11 years",
        From12To14 = "12_14": "12 to 14 years",
        From15To17 = "15_17": "15 to 17 years",
        From18To24 = "18_24": "18 to 24 years",
        From25To59 = "25_59": "25 to 59 years",
        From60 = "60_plus": "60 years and older",
        Unknown = "unknown": "not known to the team",
    }
}

impl AgeBand {
    /// First and last year of age in the band; `None` where the age is not known.
    pub const fn years(self) -> Option<(u8, u8)> {
        match self {
            Self::From0To4 => Some((0, 4)),
            Self::From5To11 => Some((5, 11)),
            Self::From12To14 => Some((12, 14)),
            Self::From15To17 => Some((15, 17)),
            Self::From18To24 => Some((18, 24)),
            Self::From25To59 => Some((25, 59)),
            Self::From60 => Some((60, 150)),
            Self::Unknown => None,
        }
    }

    /// True for the bands below 18 years. An age that is contested keeps the declared band, so that
    /// every guard for children stays in force (P-29).
    pub const fn is_child(self) -> bool {
        matches!(self, Self::From0To4 | Self::From5To11 | Self::From12To14 | Self::From15To17)
    }
}

code_list! {
    /// On what the age rests. It is of the case and not of the profile, so that no offer can tell it (P-29).
    AgeBasis {
        Declared = "declared": "as the person says",
        Documented = "documented": "by a document",
        Recognised = "recognised": "recognised by the authority or the judge",
        Contested = "contested": "an authority contests it: presumed a child until every appeal is closed",
    }
}

code_list! {
    /// Gender, as the person states it.
    Gender {
        Woman = "woman": "woman or girl",
        Man = "man": "man or boy",
        Other = "other": "of another gender",
        Unstated = "unstated": "not stated by the person",
    }
}

code_list! {
    /// With whom the person lives or travels.
    Household {
        Alone = "alone": "an adult alone",
        Couple = "couple": "a couple without children",
        ParentWithChildren = "parent_with_children": "one or two parents with children",
        Pregnant = "pregnant": "a pregnant woman or girl",
        UnaccompaniedChild = "unaccompanied_child": "a child with no adult responsible",
        SeparatedChild = "separated_child": "a child with a relative who is not the usual carer",
        AccompaniedChild = "accompanied_child": "a child with the usual carer",
    }
}

code_list! {
    /// Administrative status; sensitive, told to a service only where it restricts its intake by it.
    AdminStatus {
        Undocumented = "undocumented": "without a residence title",
        AsylumSeeker = "asylum_seeker": "asylum application under way",
        Refugee = "refugee": "recognised refugee or subsidiary protection",
        Regular = "regular": "with a residence title",
        MinorInAppeal = "minor_in_appeal": "appeal for recognition as a minor under way",
        RecognisedUam = "recognised_uam": "recognised unaccompanied minor",
        UnhcrRegistered = "unhcr_registered": "registered with UNHCR",
        Unknown = "unknown": "not known to the team",
    }
}

code_list! {
    /// Where the person lives now.
    Situation {
        Street = "street": "in the street",
        Squat = "squat": "in a squat",
        Camp = "camp": "in a camp",
        OwnLodging = "own_lodging": "in a lodging of one's own",
        Hosted = "hosted": "hosted by others",
        Shelter = "shelter": "in a shelter",
        Detention = "detention": "deprived of liberty, whatever for",
        AtLandingPoint = "at_landing_point": "at a landing point",
        Hospital = "hospital": "a patient in hospital",
    }
}

code_list! {
    /// Protection concerns; told, after acceptance, only to a service specialised in them.
    ProtectionFlag {
        Gbv = "gbv": "survivor of gender-based violence, or at risk of it",
        Trafficking = "trafficking": "trafficking in persons",
        Torture = "torture": "survivor of torture",
        DetentionSurvivor = "detention_survivor": "survivor of detention",
        ChildLabour = "child_labour": "a child at work",
        Threat = "threat": "threatened by somebody",
        SelfHarmRisk = "self_harm_risk": "risk of self-harm",
        Disability = "disability": "living with a disability",
        ChronicIllness = "chronic_illness": "ill in the long term",
        Lgbtqi = "lgbtqi": "sexual orientation or gender identity",
    }
}

impl ProtectionFlag {
    /// True for what a clinician would write down: health data whatever else a need code may be (P-24).
    pub const fn is_clinical_fact(self) -> bool {
        matches!(self, Self::SelfHarmRisk | Self::Disability | Self::ChronicIllness)
    }
}

/// A language by its BCP 47 tag, normalised, such as `fr`, `bm` or `ar-LY`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Language(Box<str>);

/// The text is not a language tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a language is a BCP 47 tag such as fr, ar, ti or prs")]
pub struct InvalidLanguage;

/// ISO 639-3 codes of the corridor whose BCP 47 form is the two-letter code (RFC 5646 §2.2.1).
const SHORTER_FORMS: [(&str, &str); 22] = [
    ("ara", "ar"),
    ("bam", "bm"),
    ("ben", "bn"),
    ("deu", "de"),
    ("eng", "en"),
    ("fas", "fa"),
    ("fra", "fr"),
    ("ful", "ff"),
    ("hau", "ha"),
    ("ita", "it"),
    ("kur", "ku"),
    ("lin", "ln"),
    ("por", "pt"),
    ("pus", "ps"),
    ("rus", "ru"),
    ("som", "so"),
    ("spa", "es"),
    ("tir", "ti"),
    ("tur", "tr"),
    ("ukr", "uk"),
    ("urd", "ur"),
    ("wol", "wo"),
];

impl Language {
    /// Checks and normalises a tag; ISO 639-3 codes that have a two-letter form take it, so that
    /// `fra` and `fr` are one language.
    pub fn parse(text: &str) -> Result<Self, InvalidLanguage> {
        let text = text.trim();
        if text.len() > 35 {
            return Err(InvalidLanguage);
        }
        let tag = oxilangtag::LanguageTag::parse_and_normalize(text).map_err(|_| InvalidLanguage)?;
        let primary = tag.primary_language();
        if !(2..=3).contains(&primary.len()) {
            return Err(InvalidLanguage);
        }
        let rest = &tag.as_str()[primary.len()..];
        let shorter = SHORTER_FORMS.iter().find(|(long, _)| *long == primary).map_or(primary, |(_, short)| short);
        Ok(Self(format!("{shorter}{rest}").into()))
    }

    /// The tag as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True when the tag holds a language, a script and a region and nothing else. Its other subtags have
    /// room for any word, and a word can be a name: of a person only plain tags are kept (P-02).
    pub fn is_plain(&self) -> bool {
        oxilangtag::LanguageTag::parse(&*self.0).is_ok_and(|tag| {
            let others = [tag.extended_language(), tag.variant(), tag.extension(), tag.private_use()];
            others.iter().all(Option::is_none)
        })
    }

    /// True when both are the same language, regions and scripts aside.
    pub fn is_same_language(&self, other: &Self) -> bool {
        let primary = |tag: &Self| tag.0.split('-').next().map(str::to_owned);
        primary(self) == primary(other)
    }
}

impl TryFrom<String> for Language {
    type Error = InvalidLanguage;
    fn try_from(text: String) -> Result<Self, InvalidLanguage> {
        Self::parse(&text)
    }
}

impl From<Language> for String {
    fn from(language: Language) -> Self {
        language.0.into()
    }
}

/// What is known of a person's situation, coarse enough to be nobody. Unknown is always allowed.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Profile {
    /// Age band, as declared.
    pub age_band: Option<AgeBand>,
    /// Gender.
    pub gender: Option<Gender>,
    /// Household.
    pub household: Option<Household>,
    /// Administrative status.
    pub admin_status: Option<AdminStatus>,
    /// Living situation.
    pub situation: Option<Situation>,
    /// Languages spoken, best first.
    pub languages: Vec<Language>,
    /// Commune or larger area where the person is.
    pub area: Option<AreaCode>,
}

hidden_debug!(Profile);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_have_one_spelling() {
        for (text, expected) in
            [("fra", "fr"), ("FR", "fr"), ("ar-ly", "ar-LY"), ("prs", "prs"), ("bam", "bm"), ("ckb-arab", "ckb-Arab")]
        {
            assert_eq!(Language::parse(text).map(String::from).as_deref(), Ok(expected));
        }
        for text in ["", "français", "x", "e\u{0}n", "nobodyspeaksthis"] {
            assert_eq!(Language::parse(text), Err(InvalidLanguage), "{text}");
        }
    }

    #[test]
    fn a_plain_tag_has_no_room_for_a_name() {
        for (text, is_plain) in [
            ("fr", true),
            ("ckb-Arab", true),
            ("zh-Hant-TW", true),
            ("fr-x-aminata", false),
            ("fr-aminata-diallo", false),
            ("fr-a-aminata", false),
            ("zh-ali", false),
        ] {
            assert_eq!(Language::parse(text).map(|tag| tag.is_plain()), Ok(is_plain), "{text}");
        }
    }

    #[test]
    fn age_bands_cover_every_age_once() {
        use crate::domain::code::CodeList;
        for age in 0..=120_u8 {
            let bands = AgeBand::ALL.iter().filter_map(|band| band.years());
            assert_eq!(bands.filter(|(first, last)| (*first..=*last).contains(&age)).count(), 1, "{age}");
        }
    }
}
