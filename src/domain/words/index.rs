//! Which of many texts hold all the words of a query, in any form, and with a typing error in a word of five letters
//! or more.

use super::postings::{GrowingList, Postings, TextTable};
use super::stem::Stems;
use super::typing::{LETTERS_AT_MOST, LETTERS_TO_FORGIVE, is_forgiving, is_one_error_apart, neighbourhood};
use super::{fold, words};
use crate::domain::sensitive::hidden_debug;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};

/// Lists that together are shorter than the texts divided by this are sorted; longer ones are marked text by text.
const FEW_OF: usize = 16;

/// Fewer letters than this begin too many words, in any script: while it is typed, such a word is looked for whole.
pub const LETTERS_TO_COMPLETE: usize = 2;

/// Words of the index that complete one that is being typed, at most: the shortest, and of equally long ones the first in
/// the alphabet. What is typed is a whole word sooner or later, and the shortest are the likeliest to be meant.
pub const COMPLETIONS_AT_MOST: usize = 200;

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
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TextMatch {
    /// The text's rank.
    pub rank: u32,
    /// The worst [`WordMatch`] of all words: what the answer hangs on.
    pub worst: WordMatch,
    /// Sum of the matches of all words as numbers, 1 to 4 each: a higher one is better, for the same query.
    pub score: u32,
}

hidden_debug!(TextMatch);

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
        let postings = Postings::new(lists.iter().map(|(_, list)| list));
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
        let words_of_stems = Postings::new(by_stem.values());
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
    /// last word as the beginning of one, completed by [`COMPLETIONS_AT_MOST`] words of the index, once it has
    /// [`LETTERS_TO_COMPLETE`] letters. The work grows with the number of words, which the caller bounds.
    pub fn search(&self, query: &str, is_typing: bool) -> Option<Vec<TextMatch>> {
        let folded = fold(query);
        let mut asked: Vec<&str> = words(&folded).collect();
        let last = asked.pop()?;
        let stemmers = Stems::new();
        let mut found: Option<Vec<TextMatch>> = None;
        for word in asked {
            let holding = self.holding(&self.answers(&stemmers, word, false));
            found = Some(joined(found, &holding));
        }
        let holding = self.holding(&self.answers(&stemmers, last, is_typing));
        Some(joined(found, &holding))
    }

    /// The texts that hold any of these words, ascending, each with the best match.
    fn holding(&self, answers: &BTreeMap<u32, WordMatch>) -> Vec<(u32, WordMatch)> {
        let postings = answers
            .iter()
            .flat_map(|(number, quality)| self.postings.list(*number as usize).map(move |rank| (rank, *quality)));
        let at_most: usize = answers.keys().map(|number| self.postings.list_bytes(*number as usize)).sum();
        if answers.len() < 2 || at_most < self.rank_count / FEW_OF {
            let mut holding: Vec<_> = postings.collect();
            holding.sort_unstable_by_key(|(rank, quality)| (*rank, Reverse(*quality)));
            holding.dedup_by_key(|(rank, _)| *rank);
            return holding;
        }
        // Sorting would cost more than looking at every text once.
        let mut best = vec![None; self.rank_count];
        for (rank, quality) in postings {
            let of_text: &mut Option<WordMatch> = &mut best[rank as usize];
            *of_text = (*of_text).max(Some(quality));
        }
        (0_u32..).zip(best).filter_map(|(rank, quality)| Some((rank, quality?))).collect()
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
        if is_typing && word.chars().count() >= LETTERS_TO_COMPLETE {
            self.completions(word, first).for_each(|number| keep(number as u32, WordMatch::Prefix));
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

    /// The likeliest words that begin with this one, which stands or would stand at `first`; no text is looked at.
    fn completions(&self, word: &str, first: usize) -> impl Iterator<Item = usize> {
        let mut shortest = BinaryHeap::with_capacity(COMPLETIONS_AT_MOST + 1);
        for number in first..self.words.len() {
            let other = self.words.get(number);
            if !other.starts_with(word) {
                break;
            }
            shortest.push((other.chars().count(), number));
            if shortest.len() > COMPLETIONS_AT_MOST {
                shortest.pop();
            }
        }
        shortest.into_iter().map(|(_, number)| number)
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

/// What is left of the texts found so far when they have to hold another word.
fn joined(found: Option<Vec<TextMatch>>, holding: &[(u32, WordMatch)]) -> Vec<TextMatch> {
    let Some(mut found) = found else {
        let first =
            |(rank, quality): &(u32, WordMatch)| TextMatch { rank: *rank, worst: *quality, score: *quality as u32 };
        return holding.iter().map(first).collect();
    };
    let mut holding = holding.iter().peekable();
    found.retain_mut(|text| {
        while holding.next_if(|(rank, _)| *rank < text.rank).is_some() {}
        let also = holding.next_if(|(rank, _)| *rank == text.rank);
        if let Some((_, quality)) = also {
            text.worst = text.worst.min(*quality);
            text.score += *quality as u32;
        }
        also.is_some()
    });
    found
}

#[cfg(test)]
mod tests;
