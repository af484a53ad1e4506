//! One typing error: a letter too many, too few, another one, or two neighbours swapped.

/// Fewer letters than this are taken as typed right: one error more would make them another word.
pub const LETTERS_TO_FORGIVE: usize = 5;
/// Longer words are no words but addresses and codes; nothing is forgiven in them, which bounds the work.
pub(super) const LETTERS_AT_MOST: usize = 32;

/// True when the folded words are equal or one error apart: optimal string alignment distance (Damerau–Levenshtein,
/// no part edited twice) of at most 1, counted in characters.
pub fn is_one_error_apart(one: &str, other: &str) -> bool {
    let (mut one, mut other) = (one.chars(), other.chars());
    // What both begin with and end with says nothing; what is left tells the error.
    loop {
        let (rest, other_rest) = (one.clone(), other.clone());
        match (one.next(), other.next()) {
            (Some(a), Some(b)) if a == b => {}
            _ => {
                (one, other) = (rest, other_rest);
                break;
            }
        }
    }
    loop {
        let (rest, other_rest) = (one.clone(), other.clone());
        match (one.next_back(), other.next_back()) {
            (Some(a), Some(b)) if a == b => {}
            _ => {
                (one, other) = (rest, other_rest);
                break;
            }
        }
    }
    let (a, b) = (first_three(one), first_three(other));
    match (a, b) {
        ([_, None, _], [_, None, _]) => true,
        ([Some(a), Some(b), None], [Some(c), Some(d), None]) => a == d && b == c,
        _ => false,
    }
}

fn first_three(mut letters: std::str::Chars<'_>) -> [Option<char>; 3] {
    std::array::from_fn(|_| letters.next())
}

/// True for words in which an error is forgiven.
pub(super) fn is_forgiving(letters: usize) -> bool {
    (LETTERS_TO_FORGIVE..=LETTERS_AT_MOST).contains(&letters)
}

/// Hashes of the word and of all that is left of it without one letter. Two words one error apart share one of them:
/// without the letter too many, the replaced one, or one of the swapped ones they are the same.
pub(super) fn neighbourhood(word: &str) -> Vec<u32> {
    let mut hashes = vec![hash(word.bytes())];
    for (at, letter) in word.char_indices() {
        let (before, behind) = (&word[..at], &word[at + letter.len_utf8()..]);
        hashes.push(hash(before.bytes().chain(behind.bytes())));
    }
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

/// FNV-1a: words that share a hash by chance are told apart afterwards.
fn hash(bytes: impl Iterator<Item = u8>) -> u32 {
    bytes.fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The distance by its definition: a table of prefixes (Boytsov 2011, "optimal string alignment").
    pub(in crate::domain::words) fn alignment_distance(one: &str, other: &str) -> usize {
        let (a, b): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
        let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                table[i][j] = if i == 0 || j == 0 {
                    i + j
                } else {
                    let replaced = table[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                    let least = replaced.min(table[i - 1][j] + 1).min(table[i][j - 1] + 1);
                    let is_swap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                    if is_swap { least.min(table[i - 2][j - 2] + 1) } else { least }
                };
            }
        }
        table[a.len()][b.len()]
    }

    #[test]
    fn one_error_is_forgiven_and_two_are_not() {
        for (one, other, is_apart) in [
            ("calais", "calais", true),
            ("calais", "calias", true),
            ("calais", "calai", true),
            ("calais", "callais", true),
            ("calais", "palais", true),
            ("calais", "claias", false),
            ("calais", "cal", false),
            ("زواره", "زوراه", true),
            ("", "a", true),
            ("", "", true),
            ("ab", "cd", false),
        ] {
            assert_eq!(is_one_error_apart(one, other), is_apart, "{one} {other}");
        }
    }

    proptest! {
        #[test]
        fn it_is_the_distance_of_the_definition(one in "[abé]{0,6}", other in "[abé]{0,6}") {
            prop_assert_eq!(is_one_error_apart(&one, &other), alignment_distance(&one, &other) <= 1);
        }

        #[test]
        fn words_one_error_apart_share_a_neighbour(one in "[abé]{0,6}", other in "[abé]{0,6}") {
            let (near, far) = (neighbourhood(&one), neighbourhood(&other));
            let share = near.iter().any(|hash| far.contains(hash));
            prop_assert!(share || !is_one_error_apart(&one, &other));
        }
    }
}
