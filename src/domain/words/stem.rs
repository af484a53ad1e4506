//! Stems: what a word and its plural, feminine or article have in common (Snowball, by `rust-stemmers`).

use rust_stemmers::{Algorithm, Stemmer};

/// The stemmers of the three languages. Whose language a text is nobody tells, so that a Latin word has two stems.
pub(super) struct Stems {
    french: Stemmer,
    english: Stemmer,
    arabic: Stemmer,
}

impl Stems {
    pub(super) fn new() -> Self {
        let [french, english, arabic] = [Algorithm::French, Algorithm::English, Algorithm::Arabic].map(Stemmer::create);
        Self { french, english, arabic }
    }

    /// The stems of a folded word, each marked with its language, because words of two languages share none.
    /// Words of fewer than three letters and all with digits have none: nothing is left of them, or they are codes.
    pub(super) fn of(&self, word: &str) -> Vec<String> {
        let has_three_letters = word.chars().nth(2).is_some();
        if !has_three_letters || word.contains(|c: char| c.is_numeric()) {
            return Vec::new();
        }
        if word.is_ascii() {
            let french = format!("f{}", self.french.stem(word));
            return vec![french, format!("e{}", self.english.stem(word))];
        }
        if word.chars().all(|c| ('\u{620}'..='\u{6ff}').contains(&c)) {
            // Folding has made one letter of ta marbuta and ha. At the end of a noun it is most often the former, which
            // the stemmer takes off with and without an article.
            let written = word.strip_suffix('ه').map(|rest| format!("{rest}ة"));
            return vec![format!("a{}", self.arabic.stem(written.as_deref().unwrap_or(word)))];
        }
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::super::fold;
    use super::*;

    #[test]
    fn forms_of_a_word_share_a_stem_and_other_words_do_not() {
        let stems = Stems::new();
        for (one, other, share) in [
            ("hébergement", "hébergements", true),
            ("juridique", "juridiques", true),
            ("médical", "médicale", true),
            ("shelter", "shelters", true),
            ("interpreting", "interpreted", true),
            ("children", "child", false),
            ("الأطفال", "اطفال", true),
            ("المدرسة", "مدرسة", true),
            ("juridique", "médical", false),
            ("75", "75", false),
            ("abri", "arabe", false),
        ] {
            let (one_stems, other_stems) = (stems.of(&fold(one)), stems.of(&fold(other)));
            assert_eq!(one_stems.iter().any(|stem| other_stems.contains(stem)), share, "{one_stems:?} {other_stems:?}");
        }
    }
}
