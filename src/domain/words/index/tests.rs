use super::super::typing::tests::alignment_distance;
use super::*;
use proptest::prelude::*;

const TEXTS: &[&str] = &[
    "Hébergement d'urgence pour familles, Calais",
    "Centre d'hébergements; aide juridique à Bobigny",
    "Legal aid and interpreting for asylum seekers",
    "حماية الأطفال والإيواء في طرابلس",
    "عيادة اطفال",
    "Clinique de Zouara, consultations juridiques",
];

fn found(query: &str, is_typing: bool) -> Vec<(u32, WordMatch)> {
    let index = WordIndex::new((0..).zip(TEXTS.iter().copied()));
    let found = index.search(query, is_typing).expect("the query has words");
    found.into_iter().map(|text| (text.rank, text.worst)).collect()
}

#[test]
fn forms_spellings_and_errors_lead_to_the_text() {
    use WordMatch::{Exact, Prefix, Stem, Typo};
    for (query, is_typing, expected) in [
        ("hébergement", false, vec![(0, Exact), (1, Stem)]),
        ("HEBERGEMENTS", false, vec![(0, Stem), (1, Exact)]),
        ("l'hebergement calais", false, vec![(0, Exact)]),
        ("juridiques", false, vec![(1, Stem), (5, Exact)]),
        ("aide juridique bobigny", false, vec![(1, Exact)]),
        ("aide juridique paris", false, vec![]),
        ("seeker", false, vec![(2, Stem)]),
        ("الاطفال", false, vec![(3, Exact), (4, Stem)]),
        ("أطفال", false, vec![(3, Stem), (4, Exact)]),
        ("calias", false, vec![(0, Typo)]),
        ("palais", false, vec![(0, Typo)]),
        ("bobiny juridique", false, vec![(1, Typo)]),
        ("طرابس", false, vec![(3, Typo)]),
        ("heb", false, vec![]),
        ("heb", true, vec![(0, Prefix), (1, Prefix)]),
        ("juridique cons", true, vec![(5, Prefix)]),
        ("cons juridique", true, vec![]),
        // Four letters are typed right or are another word.
        ("lega", false, vec![]),
        ("aidr", false, vec![]),
    ] {
        assert_eq!(found(query, is_typing), expected, "{query} {is_typing}");
    }
}

#[test]
fn better_matches_have_higher_scores() {
    let index = WordIndex::new([(0, "calais"), (1, "calaisien"), (2, "palais"), (3, "calai")]);
    let scores: Vec<_> = index.search("calais", true).expect("a word").iter().map(|text| text.score).collect();
    assert!(scores[0] > scores[3] && scores[1] > scores[2], "{scores:?}");
    assert_eq!(index.search("' -- !", true), None);
    assert_eq!(WordIndex::new([]).search("calais", true), Some(vec![]));
}

#[test]
fn a_text_may_come_in_parts_and_ranks_may_be_left_out() {
    let index = WordIndex::new([(2, "aide"), (2, "juridique"), (7, "aide")]);
    let ranks = |query| index.search(query, false).expect("a word").iter().map(|text| text.rank).collect::<Vec<_>>();
    assert_eq!((ranks("aide"), ranks("aide juridique")), (vec![2, 7], vec![2]));
}

#[test]
fn one_letter_in_any_script_completes_nothing() {
    let index = WordIndex::new([(0, "aide"), (1, "a"), (2, "أطفال"), (3, "難民"), (4, "難")]);
    let ranks = |query| index.search(query, true).expect("a word").iter().map(|text| text.rank).collect::<Vec<_>>();
    for (query, expected) in
        [("a", vec![1]), ("ai", vec![0]), ("ا", vec![]), ("اط", vec![2]), ("難", vec![4]), ("難民", vec![3])]
    {
        assert_eq!(ranks(query), expected, "{query}");
    }
}

/// By sorting all of them, as the documentation of [`COMPLETIONS_AT_MOST`] says it.
#[test]
fn the_shortest_words_complete_and_no_more_than_there_may_be() {
    let letters = |mut number: usize| {
        let mut text = String::new();
        while number > 0 {
            text.push(char::from(b'b' + u8::try_from(number % 20).expect("a letter")));
            number /= 20;
        }
        text
    };
    let texts: Vec<String> = (1..900).rev().map(|number| format!("zz{}", letters(number))).collect();
    let index = WordIndex::new((0..).zip(texts.iter().map(String::as_str)));
    let found = index.search("zz", true).expect("a word");
    let mut expected: Vec<&String> = texts.iter().collect();
    expected.sort_by_key(|word| (word.chars().count(), word.as_str()));
    expected.truncate(COMPLETIONS_AT_MOST);
    let mut told: Vec<&String> = found.iter().map(|text| &texts[text.rank as usize]).collect();
    told.sort_by_key(|word| (word.chars().count(), word.as_str()));
    assert_eq!(told, expected);
    assert_eq!(found.len(), COMPLETIONS_AT_MOST);
}

/// The best match of a word in a text, by looking at every word of it.
fn naive(stems: &Stems, asked: &str, text: &str, is_typing: bool) -> Option<WordMatch> {
    let folded = fold(text);
    let of_word = |word: &str| {
        if word == asked {
            Some(WordMatch::Exact)
        } else if stems.of(word).iter().any(|stem| stems.of(asked).contains(stem)) {
            Some(WordMatch::Stem)
        } else if is_typing && asked.chars().count() >= LETTERS_TO_COMPLETE && word.starts_with(asked) {
            Some(WordMatch::Prefix)
        } else {
            let is_long = asked.chars().count() >= 5;
            (is_long && alignment_distance(asked, word) <= 1).then_some(WordMatch::Typo)
        }
    };
    words(&folded).filter_map(of_word).max()
}

proptest! {
    #[test]
    fn the_index_finds_what_a_naive_reading_finds(
        texts in proptest::collection::vec("([aes]{1,7}|[بتة]{3,6})( ([aesé]{1,7}|[بتة]{3,6})){0,4}", 0..8),
        query in "([aes]{1,7}|[بتة]{3,6})( [aes]{1,7}){0,2}",
        is_typing: bool,
        // Far apart, a few texts are few among many ranks, and their lists are put together in the other way.
        step in prop_oneof![Just(1_u32), Just(500)],
    ) {
        let index = WordIndex::new((0..).step_by(step as usize).zip(texts.iter().map(String::as_str)));
        let folded = fold(&query);
        let asked: Vec<&str> = words(&folded).collect();
        let stems = Stems::new();
        let expected = (0..).step_by(step as usize).zip(&texts).filter_map(|(rank, text)| {
            let last = asked.len() - 1;
            let of_word = |(turn, word): (usize, &&str)| naive(&stems, word, text, is_typing && turn == last);
            let matches: Option<Vec<WordMatch>> = asked.iter().enumerate().map(of_word).collect();
            let matches = matches?;
            let score = matches.iter().map(|quality| *quality as u32).sum();
            Some(TextMatch { rank, worst: *matches.iter().min()?, score })
        });
        prop_assert_eq!(index.search(&query, is_typing), Some(expected.collect::<Vec<_>>()));
    }
}
