//! The words of the sheet that a person takes away, in more languages than the pages have: each is a folder under `sheets/`
//! with the same keys, found by itself.

use fluent_templates::{Loader, static_loader};
use std::borrow::Cow;
use std::collections::HashMap;
use unic_langid::LanguageIdentifier;

static_loader! {
    static SHEETS = {
        locales: "./src/i18n/sheets",
        fallback_language: "fr",
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

/// A language in which there is a sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SheetLanguage(LanguageIdentifier);

impl SheetLanguage {
    /// Every language, in the order of their tags.
    pub fn all() -> Vec<Self> {
        let mut all: Vec<Self> = SHEETS.locales().cloned().map(Self).collect();
        all.sort_by_key(Self::tag);
        all
    }

    /// The language of a BCP 47 tag, where there is a sheet in it, whatever its region.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let asked: LanguageIdentifier = tag.parse().ok()?;
        Self::all().into_iter().find(|known| known.0.language == asked.language)
    }

    /// Its BCP 47 tag.
    pub fn tag(&self) -> String {
        self.0.to_string()
    }

    /// Its name in itself.
    pub fn own_name(&self) -> String {
        self.text("own-name")
    }

    /// In which direction it is written, as HTML has it.
    pub fn direction(&self) -> String {
        self.text("direction")
    }

    /// The text under a key without its `sheet-`.
    pub fn text(&self, key: &str) -> String {
        SHEETS.lookup(&self.0, &format!("sheet-{key}"))
    }

    /// The same with a day in it.
    pub fn text_of_day(&self, key: &str, day: &str) -> String {
        let arguments = HashMap::from([(Cow::Borrowed("day"), day.to_owned().into())]);
        SHEETS.lookup_with_args(&self.0, &format!("sheet-{key}"), &arguments)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn keys(tag: &str) -> BTreeSet<String> {
        let path = format!("{}/src/i18n/sheets/{tag}/sheet.ftl", env!("CARGO_MANIFEST_DIR"));
        let content = std::fs::read_to_string(path).expect("a file of texts");
        content.lines().filter_map(|line| Some(line.split_once(" = ")?.0.to_owned())).collect()
    }

    #[test]
    fn every_language_of_the_sheet_has_every_text_and_its_direction() {
        let all = SheetLanguage::all();
        assert!(all.len() >= 6, "{all:?}");
        for language in &all {
            assert_eq!(keys(&language.tag()), keys("fr"), "{}", language.tag());
            assert!(["ltr", "rtl"].contains(&&*language.direction()), "{}", language.tag());
            assert!(language.text_of_day("checked", "2026-11-23").contains("2026-11-23"), "{}", language.tag());
        }
        let direction = |tag: &str| SheetLanguage::from_tag(tag).map(|language| language.direction());
        assert_eq!(direction("ar-LY").as_deref(), Some("rtl"));
        assert_eq!(direction("ti"), None);
    }
}
