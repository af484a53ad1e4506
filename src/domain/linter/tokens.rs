//! A text as words, numbers and marks, each folded once, each knowing where it stands in the text as it was typed.

use super::vocabulary::{LANGUAGES, Vocabulary};
use crate::domain::directory_edit::ways::with_ascii_digit;
use crate::domain::words::{fold, is_dropped};
use std::ops::Range;

/// What a token is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    Number,
    Mark,
}

/// A word, the digits of a number, or one mark.
pub(super) struct Token {
    pub kind: Kind,
    /// Its bytes in the text as typed.
    pub range: Range<usize>,
    /// The folded word, the digits 0–9, or the mark in its plainest form.
    pub folded: String,
    /// True where white space, or nothing, stands before it.
    pub is_spaced: bool,
    /// True where a line begins with it.
    pub begins_line: bool,
    /// True for a word whose first letter is a capital.
    pub is_capitalised: bool,
    /// True for a word of several letters that are capitals all.
    pub is_in_capitals: bool,
    /// True for a word that Arabic writes, which has no capitals.
    pub is_arabic: bool,
    /// Already understood as a part of something: no other rule reads it.
    pub is_taken: bool,
}

/// A text of tokens. Whatever lies outside of it reads as an empty mark, so that no rule has to ask where it ends.
pub(super) struct Text<'a> {
    pub typed: &'a str,
    pub tokens: Vec<Token>,
    outside: Token,
}

impl Token {
    fn begin(kind: Kind, at: usize) -> Self {
        Self {
            kind,
            range: at..at,
            folded: String::new(),
            is_spaced: false,
            begins_line: false,
            is_capitalised: false,
            is_in_capitals: false,
            is_arabic: false,
            is_taken: false,
        }
    }

    pub(super) fn is_word(&self) -> bool {
        self.kind == Kind::Word
    }

    pub(super) fn is_number(&self) -> bool {
        self.kind == Kind::Number
    }

    pub(super) fn is_mark(&self, marks: &str) -> bool {
        self.kind == Kind::Mark && !self.folded.is_empty() && marks.contains(&self.folded)
    }

    /// The number, where it is one of at most four digits.
    pub(super) fn small_number(&self) -> Option<u32> {
        (self.is_number() && self.folded.len() <= 4).then(|| self.folded.parse().ok()).flatten()
    }

    /// Whether it is a word of this list in any language, with or without what Arabic writes onto the front of a word.
    pub(super) fn is_any(&self, list: fn(&Vocabulary) -> &'static str) -> bool {
        self.is_word() && LANGUAGES.iter().any(|language| self.is_of(list(language)))
    }

    /// Whether it is a word of this list of words.
    pub(super) fn is_of(&self, list: &str) -> bool {
        let has = |word: &str| list.split_ascii_whitespace().any(|listed| listed == word);
        if has(&self.folded) {
            return true;
        }
        if !self.is_arabic {
            return false;
        }
        // "And", "so", then "by", "for", "like" are written onto the word, and "for the" as a double lam.
        let without_and = self.folded.strip_prefix(['و', 'ف']);
        [Some(self.folded.as_str()), without_and].into_iter().flatten().any(|word| {
            let has_article = || list.split_ascii_whitespace().filter_map(|listed| listed.strip_prefix("ال"));
            has(word)
                || word.strip_prefix(['ب', 'ل', 'ك']).is_some_and(has)
                || word.strip_prefix("لل").is_some_and(|rest| has_article().any(|listed| listed == rest))
        })
    }
}

impl<'a> Text<'a> {
    pub(super) fn read(typed: &'a str) -> Self {
        let mut tokens: Vec<Token> = Vec::new();
        let (mut is_spaced, mut begins_line) = (true, true);
        for (at, c) in typed.char_indices() {
            let end = at + c.len_utf8();
            let goes_on = !is_spaced && !begins_line;
            let last = tokens.last_mut().filter(|_| goes_on);
            let kind = match digits(c) {
                Some(_) => Kind::Number,
                None if c.is_alphanumeric() => Kind::Word,
                // Marks of letters belong to their word; what shows nothing belongs to whatever it stands in.
                None if is_dropped(c) || !fold(c.encode_utf8(&mut [0; 4])).is_empty() => {
                    if let Some(last) = last {
                        last.range.end = end;
                    }
                    continue;
                }
                None if c.is_whitespace() => {
                    is_spaced = true;
                    begins_line |= matches!(c, '\n' | '\r' | '\u{2028}' | '\u{2029}');
                    continue;
                }
                None => Kind::Mark,
            };
            match last {
                Some(last) if last.kind == kind && kind != Kind::Mark => last.range.end = end,
                _ => {
                    let token = Token { is_spaced, begins_line, ..Token::begin(kind, at) };
                    tokens.push(Token { range: at..end, ..token });
                }
            }
            (is_spaced, begins_line) = (false, false);
        }
        tokens.iter_mut().for_each(|token| token.complete(typed));
        Self { typed, tokens, outside: Token::begin(Kind::Mark, typed.len()) }
    }

    pub(super) fn at(&self, index: usize) -> &Token {
        self.tokens.get(index).unwrap_or(&self.outside)
    }

    /// The token so many places before this one.
    pub(super) fn before(&self, index: usize, places: usize) -> &Token {
        index.checked_sub(places).map_or(&self.outside, |index| self.at(index))
    }

    /// Whether the token stands at once behind the one before it.
    pub(super) fn touches(&self, index: usize) -> bool {
        index > 0 && index < self.tokens.len() && !self.at(index).is_spaced
    }

    /// The bytes of these tokens in the text.
    pub(super) fn range(&self, tokens: Range<usize>) -> Range<usize> {
        self.at(tokens.start).range.start..self.at(tokens.end.saturating_sub(1).max(tokens.start)).range.end
    }

    /// Takes these tokens, so that no further rule reads them.
    pub(super) fn take(&mut self, tokens: Range<usize>) {
        self.tokens[tokens].iter_mut().for_each(|token| token.is_taken = true);
    }

    /// Whether a sentence ends with this token: a full stop behind an abbreviation does not end one.
    pub(super) fn ends_sentence(&self, index: usize) -> bool {
        let (token, next) = (self.at(index), self.at(index + 1));
        let word = self.before(index, 1);
        let is_cut_short = word.folded.chars().nth(2).is_none() || word.is_any(|words| words.abbreviations);
        let is_stop = token.is_mark(".") && next.is_spaced && !is_cut_short;
        token.is_mark("!?;…") || next.begins_line || is_stop
    }

    /// The nearest of the `places` tokens before this one that the list has, within the sentence.
    pub(super) fn cue_before(&self, index: usize, places: usize, is_cue: impl Fn(usize) -> bool) -> Option<usize> {
        let sentence = (index.saturating_sub(places)..index).rev().take_while(|at| !self.ends_sentence(*at));
        sentence.into_iter().find(|at| is_cue(*at))
    }

    /// The nearest of the `places` tokens from this one on that the list has, within the sentence.
    pub(super) fn cue_behind(&self, index: usize, places: usize, is_cue: impl Fn(usize) -> bool) -> Option<usize> {
        let end = (index + places).min(self.tokens.len());
        let begins = index == 0 || !self.ends_sentence(index - 1);
        let mut sentence = (index..end).take_while(|at| begins && (*at == index || !self.ends_sentence(*at - 1)));
        sentence.find(|at| is_cue(*at))
    }
}

impl Token {
    fn complete(&mut self, text: &str) {
        let typed = &text[self.range.clone()];
        self.folded = match self.kind {
            Kind::Word => fold(typed),
            Kind::Number => typed.chars().filter_map(digits).collect(),
            Kind::Mark => typed.chars().filter(|c| !is_dropped(*c)).take(1).map(plain_mark).collect(),
        };
        let mut letters = typed.chars().filter(|c| c.is_alphabetic());
        self.is_capitalised = self.is_word() && letters.next().is_some_and(char::is_uppercase);
        let rest: Vec<char> = letters.collect();
        self.is_in_capitals = self.is_capitalised && !rest.is_empty() && rest.iter().all(|c| c.is_uppercase());
        self.is_arabic = self.is_word() && self.folded.starts_with(|c| ('\u{620}'..='\u{6ff}').contains(&c));
    }
}

/// What a character tells as digits: those of every script, and those that are circled, raised or wide.
fn digits(c: char) -> Option<String> {
    let plain = with_ascii_digit(c);
    if plain.is_ascii_digit() {
        return Some(plain.to_string());
    }
    let folded = if c.is_numeric() { fold(c.encode_utf8(&mut [0; 4])) } else { String::new() };
    (!folded.is_empty() && folded.bytes().all(|byte| byte.is_ascii_digit())).then_some(folded)
}

const fn plain_mark(c: char) -> char {
    match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ff0d}' | '\u{fe63}' => '-',
        '،' | '٫' | '٬' | '，' => ',',
        '؛' | '；' => ';',
        '؟' | '？' => '?',
        '۔' | '．' | '。' => '.',
        '＠' | '\u{fe6b}' => '@',
        '：' => ':',
        '／' | '⁄' | '∕' => '/',
        '＋' => '+',
        '’' | '‘' | 'ʼ' | '`' => '\'',
        '٪' => '%',
        '·' | '•' | '∙' => '·',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_words_numbers_and_marks() {
        for (typed, expected) in [
            ("Le 12, à 17h30", "le|12|,|a|17|h|30"),
            ("L’Accueil d'été", "l|'|accueil|d|'|ete"),
            ("٠١ ٢۳", "01|23"),
            ("０６", "06"),
            ("السيّدة أحمد", "السيده|احمد"),
            ("0\u{200b}6", "06"),
            ("e\u{301}te\u{301}", "ete"),
            ("", ""),
        ] {
            let text = Text::read(typed);
            let read: Vec<&str> = text.tokens.iter().map(|token| token.folded.as_str()).collect();
            assert_eq!(read.join("|"), expected, "{typed}");
        }
    }

    #[test]
    fn a_word_is_found_behind_what_arabic_writes_onto_it() {
        for (word, list, expected) in [
            ("والسيد", "السيد", true),
            ("للسيدة", "السيده", true),
            ("بالسيد", "السيد", true),
            ("بشارع", "شارع", true),
            ("الشارع", "شارع", false),
            ("label", "abel", false),
        ] {
            assert_eq!(Text::read(word).at(0).is_of(list), expected, "{word}");
        }
    }
}
