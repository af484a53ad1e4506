//! Which of many texts hold all the words of a query, in any form, and with a typing error in a word of five letters
//! or more.

use super::postings::{GrowingList, Postings, TextTable};
use super::stem::Stems;
use super::typing::{LETTERS_AT_MOST, LETTERS_TO_FORGIVE, is_forgiving, is_one_error_apart, neighbourhood};
use super::{fold, words};
use std::collections::{BTreeMap, HashMap};

/// How a word of a text answers a word of a query; the later, the better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WordMatch {
    /// One typing error apart.
    Typo = 1,
    /// Begins with it, while it is being typed.
    Prefix = 2,
    /// Another form of it: they share a stem.
    Stem = 3,
    /// The same, folded.
    Exact = 4,
}

/// A text that answers a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextMatch {
    /// The text's rank.
    pub rank: u32,
    /// The worst [`WordMatch`] of all words: what the answer hangs on.
    pub worst: WordMatch,
    /// Sum of the matches of all words as numbers, 1 to 4 each: a higher one is better, for the same query.
    pub score: u32,
}

/// An index of words over texts that are known by their rank. It never changes.
pub struct WordIndex {
    rank_count: usize,
    words: TextTable,
    postings: Postings,
    stems: TextTable,
    /// Numbers of words by stem.
    words_of_stems: Postings,
    /// Hashes of what words are without one letter, with the number of the word; ascending.
    neighbours: Vec<(u32, u32)>,
}

/// Builds a [`WordIndex`] text by text.
#[derive(Default)]
pub struct WordIndexBuilder {
    lists: HashMap<Box<str>, GrowingList>,
    rank_count: u32,
}

impl WordIndexBuilder {
    /// Adds a text. Ranks come in ascending order; a text may come in parts under the same rank.
    ///
    /// # Panics
    /// When a rank is lower than the one before, or the highest number that there is.
    pub fn add(&mut self, rank: u32, text: &str) {
        assert!(rank + 1 >= self.rank_count, "ranks come in ascending order");
        self.rank_count = rank + 1;
        for word in words(&fold(text)) {
            match self.lists.get_mut(word) {
                Some(list) => list.add(rank),
                None => {
                    let mut list = GrowingList::default();
                    list.add(rank);
                    self.lists.insert(word.into(), list);
                }
            }
        }
    }

    /// The index of everything that was added.
    pub fn build(self) -> WordIndex {
        let mut lists: Vec<_> = self.lists.into_iter().collect();
        lists.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        let words = TextTable::new(lists.iter().map(|(word, _)| &**word));
        let mut postings = Postings::default();
        lists.iter().for_each(|(_, list)| postings.push(list));
        let stemmers = Stems::new();
        let mut by_stem: BTreeMap<String, GrowingList> = BTreeMap::new();
        let mut neighbours = Vec::new();
        for (number, (word, _)) in (0_u32..).zip(&lists) {
            for stem in stemmers.of(word) {
                by_stem.entry(stem).or_default().add(number);
            }
            // A word of one letter less than a forgiving one can be it with a letter too few.
            if (LETTERS_TO_FORGIVE - 1..=LETTERS_AT_MOST + 1).contains(&word.chars().count()) {
                neighbours.extend(neighbourhood(word).into_iter().map(|hash| (hash, number)));
            }
        }
        neighbours.sort_unstable();
        neighbours.shrink_to_fit();
        let stems = TextTable::new(by_stem.keys().map(String::as_str));
        let mut words_of_stems = Postings::default();
        by_stem.values().for_each(|list| words_of_stems.push(list));
        WordIndex { rank_count: self.rank_count as usize, words, postings, stems, words_of_stems, neighbours }
    }
}

impl WordIndex {
    /// An index of these texts, which come in ascending order of their ranks.
    ///
    /// # Panics
    /// As [`WordIndexBuilder::add`] does.
    pub fn new<'a>(texts: impl IntoIterator<Item = (u32, &'a str)>) -> Self {
        let mut builder = WordIndexBuilder::default();
        texts.into_iter().for_each(|(rank, text)| builder.add(rank, text));
        builder.build()
    }

    /// The texts that hold every word of the query, by rank; `None` for a query without any word. `is_typing` takes the
    /// last word as the beginning of one. The work grows with the number of words, which the caller bounds.
    pub fn search(&self, query: &str, is_typing: bool) -> Option<Vec<TextMatch>> {
        let folded = fold(query);
        let mut asked: Vec<&str> = words(&folded).collect();
        let last = asked.pop()?;
        let stemmers = Stems::new();
        // What each text has of the words so far: nothing is left of one that misses a word.
        let mut scores = vec![0_u32; self.rank_count];
        let mut worsts = vec![WordMatch::Exact as u8; self.rank_count];
        let mut of_word = vec![0_u8; self.rank_count];
        for (turn, word) in asked.into_iter().chain([last]).enumerate() {
            let is_last = turn + 1 == words(&folded).count();
            of_word.fill(0);
            for (number, quality) in self.answers(&stemmers, word, is_typing && is_last) {
                for rank in self.postings.list(number as usize) {
                    let of_text = &mut of_word[rank as usize];
                    *of_text = (*of_text).max(quality as u8);
                }
            }
            for ((score, worst), quality) in scores.iter_mut().zip(&mut worsts).zip(&of_word) {
                let has_all = *quality > 0 && (*score > 0 || turn == 0);
                *score = if has_all { *score + u32::from(*quality) } else { 0 };
                *worst = (*worst).min(*quality);
            }
        }
        let found = (0_u32..).zip(scores.into_iter().zip(worsts)).filter(|(_, (score, _))| *score > 0);
        Some(found.map(|(rank, (score, worst))| TextMatch { rank, worst: quality(worst), score }).collect())
    }

    /// Numbers of the words that answer a word, each with its best match.
    fn answers(&self, stemmers: &Stems, word: &str, is_typing: bool) -> BTreeMap<u32, WordMatch> {
        let mut answers = BTreeMap::new();
        let mut keep = |number: u32, quality: WordMatch| {
            let kept = answers.entry(number).or_insert(quality);
            *kept = quality.max(*kept);
        };
        let first = self.words.partition_point(|other| other < word);
        if first < self.words.len() && self.words.get(first) == word {
            keep(first as u32, WordMatch::Exact);
        }
        for stem in stemmers.of(word).iter().filter_map(|stem| self.stems.find(stem)) {
            self.words_of_stems.list(stem).for_each(|number| keep(number, WordMatch::Stem));
        }
        if is_typing {
            let begins = (first..self.words.len()).take_while(|number| self.words.get(*number).starts_with(word));
            begins.for_each(|number| keep(number as u32, WordMatch::Prefix));
        }
        if is_forgiving(word.chars().count()) {
            for hash in neighbourhood(word) {
                let from = self.neighbours.partition_point(|(other, _)| *other < hash);
                let near = self.neighbours[from..].iter().take_while(|(other, _)| *other == hash);
                for (_, number) in near.filter(|(_, number)| is_one_error_apart(word, self.words.get(*number as usize)))
                {
                    keep(*number, WordMatch::Typo);
                }
            }
        }
        answers
    }

    /// How many distinct words there are.
    pub fn word_count(&self) -> usize {
        self.words.len()
    }

    /// How much memory the index holds, in bytes.
    pub fn memory_bytes(&self) -> usize {
        let tables = self.words.bytes() + self.stems.bytes();
        let lists = self.postings.bytes() + self.words_of_stems.bytes();
        tables + lists + self.neighbours.capacity() * size_of::<(u32, u32)>()
    }
}

const fn quality(number: u8) -> WordMatch {
    match number {
        ..=1 => WordMatch::Typo,
        2 => WordMatch::Prefix,
        3 => WordMatch::Stem,
        4.. => WordMatch::Exact,
    }
}

#[cfg(test)]
mod tests;
